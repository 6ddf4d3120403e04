//! What strangers send, made up by libFuzzer for a while (`server/fuzz`).

use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use crate::step::{exec, read, say, step};
use crate::workspace::Workspace;

/// The targets, each with the folder of examples that it begins with.
const TARGETS: [(&str, &str); 3] = [
    ("proxy_path", "server/fuzz/seeds/proxy_path"),
    ("manifest", "integrations"),
    ("settings_form", "server/fuzz/seeds/settings_form"),
];
/// What libFuzzer needs to see which way the code went; `cargo fuzz` asks the same of a compiler.
const COVERAGE: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing -Cdebug-assertions=on";

#[derive(clap::Args)]
pub struct Args {
    /// Only this one: `proxy_path`, `manifest` or `settings_form`.
    #[arg(value_name = "TARGET")]
    only: Option<String>,
    /// For each target.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
}

pub fn run(ws: &Workspace, args: &Args) -> Result<()> {
    let wanted = |name: &str| args.only.as_deref().is_none_or(|only| only == name);
    ensure!(TARGETS.iter().any(|(name, _)| wanted(name)), "there are {}", TARGETS.map(|(name, _)| name).join(", "));
    let folder = ws.root.join("target/fuzz");
    let compiler = read(Command::new("rustc").arg("-vV").current_dir(&ws.root))?;
    let host = compiler.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc names its host")?;
    for (name, seeds) in TARGETS.into_iter().filter(|(name, _)| wanted(name)) {
        let (corpus, found) = (folder.join("corpus").join(name), folder.join("found").join(name));
        std::fs::create_dir_all(&corpus)?;
        std::fs::create_dir_all(&found)?;
        step(&format!("making input up for {name}"), || {
            let mut cargo = ws.cargo(["run", "--release", "--package", "fuzz", "--bin", name]);
            // With a target named, macros and build scripts stay as they are.
            cargo.args(["--target", host, "--target-dir"]).arg(&folder).env("RUSTFLAGS", COVERAGE);
            cargo.args(["--config", "profile.release.lto=false", "--config", "profile.release.strip=false", "--"]);
            cargo.arg(&corpus).arg(ws.root.join(seeds));
            cargo.arg(format!("-max_total_time={}", args.seconds)).arg("-max_len=8192").arg("-timeout=10");
            cargo.arg(format!("-artifact_prefix={}/", found.display()));
            exec(&mut cargo)
        })
        .inspect_err(|_| say(&format!("the input that did it: target/fuzz/found/{name}")))?;
    }
    Ok(())
}
