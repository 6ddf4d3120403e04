//! The demo, from whatever state the machine is in.

use std::os::unix::process::CommandExt as _;
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::build;
use crate::step::say;
use crate::workspace::Workspace;

#[derive(clap::Args)]
pub struct Args {
    /// For `deskbridge demo`; see `cargo xtask run -- --help`.
    #[arg(last = true)]
    pub demo: Vec<String>,
}

pub fn run(ws: &Workspace, args: &Args) -> Result<()> {
    build::run(ws)?;
    say("starting the demo; Ctrl-C ends it");
    // The demo replaces us, so that signals and the exit code are its own.
    let error = demo(ws, args).exec();
    Err(error).context("cannot start target/debug/deskbridge")
}

pub fn demo(ws: &Workspace, args: &Args) -> Command {
    let mut command = Command::new(ws.deskbridge());
    command.current_dir(&ws.root).arg("demo").args(&args.demo);
    command
}
