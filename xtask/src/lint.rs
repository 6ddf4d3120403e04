//! What a reviewer should never have to say.

use std::process::{Command, Stdio};

use anyhow::{Result, bail};

use crate::install;
use crate::step::{Summary, exec, fail};
use crate::workspace::{WASM, Workspace};

/// The version CI installs; another one may know other licence names.
const CARGO_DENY: &str = "0.20.2";

pub fn run(ws: &Workspace) -> Result<()> {
    install::wasm_target(ws)?;
    let checks: [(&str, &dyn Fn() -> Result<()>); 7] = [
        ("format", &|| exec(&mut ws.cargo(["fmt", "--all", "--check"]))),
        ("clippy: app, server, migration", &|| {
            let packages = ["--package", "app", "--package", "server", "--package", "migration", "--all-targets"];
            clippy(ws, &packages)
        }),
        ("clippy: the server with its site inside", &|| clippy(ws, &["--package", "server", "--features", "embed"])),
        ("clippy: what is fuzzed", &|| clippy(ws, &["--package", "fuzz"])),
        ("clippy: xtask", &|| clippy(ws, &["--package", "xtask", "--all-targets"])),
        ("clippy: the browser part", &|| clippy(ws, &["--package", "frontend", "--target", WASM])),
        ("licences, sources and bans of dependencies", &|| deny(ws)),
    ];
    // All of them, so that one run shows all there is to mend.
    let mut lint = Summary::default();
    let mut failed = Vec::new();
    for (name, check) in checks {
        if let Err(error) = lint.step(name, check) {
            fail(&error);
            failed.push(name);
        }
    }
    if !failed.is_empty() {
        bail!("to mend: {}", failed.join("; "));
    }
    lint.print("nothing to complain about");
    Ok(())
}

fn clippy(ws: &Workspace, what: &[&str]) -> Result<()> {
    exec(ws.cargo(["clippy", "--keep-going"]).args(what).args(["--", "-D", "warnings"]))
}

fn deny(ws: &Workspace) -> Result<()> {
    let probe = Command::new("cargo-deny").arg("--version").stdout(Stdio::null()).stderr(Stdio::null()).status();
    if !probe.is_ok_and(|status| status.success()) {
        bail!("cargo-deny is missing: `cargo install --locked cargo-deny --version {CARGO_DENY}` installs it");
    }
    exec(&mut ws.cargo(["deny", "check", "--hide-inclusion-graph", "bans", "licenses", "sources"]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ci_installs_the_version_that_is_named_here() {
        let script = Workspace::here().expect("workspace").root.join(".ci/run");
        let script = std::fs::read_to_string(script).expect(".ci/run");
        assert!(script.contains(&format!("cargo_deny={CARGO_DENY}\n")), "pin {CARGO_DENY} in .ci/run too");
    }
}
