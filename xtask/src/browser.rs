//! The walks a person takes, in the system's Chromium.

use std::process::Command;

use anyhow::{Context as _, Result};

use crate::step::{exec, say, step};
use crate::workspace::Workspace;
use crate::{build, install};

#[derive(clap::Args)]
pub struct Args {
    /// For Playwright: files, `--grep`, `--project`, `--headed`, …
    #[arg(last = true)]
    playwright: Vec<String>,
}

pub fn run(ws: &Workspace, args: &Args) -> Result<()> {
    prepare(ws)?;
    build::run(ws)?;
    // `cargo xtask test` has run it among all others.
    step("writing every page down", || {
        exec(&mut ws.cargo(["test", "--package", "app", "--features", "ssr", "--lib", "every_page_is_written_down"]))
    })?;
    walk(ws, &args.playwright)
}

/// Gets browser and packages.
pub fn prepare(ws: &Workspace) -> Result<()> {
    install::system(&[install::CHROMIUM])?;
    install::npm_packages(ws)
}

/// Runs the walks against the debug build, which must be current.
pub fn walk(ws: &Workspace, args: &[String]) -> Result<()> {
    let bin = ws.end2end().join("node_modules/.bin");
    step("checking the types of the browser tests", || exec(Command::new(bin.join("tsc")).current_dir(ws.end2end())))?;
    step("browser tests", || {
        let chromium = install::chromium().context("Chromium is missing")?;
        let mut playwright = Command::new(bin.join("playwright"));
        playwright.current_dir(ws.end2end()).arg("test").args(args);
        let result = exec(playwright.env("CHROMIUM", chromium).env("E2E_BINARY", ws.deskbridge()));
        if result.is_err() {
            say("traces and pictures of what failed: end2end/test-results; the demo's data: target/end2end");
        }
        result
    })
}
