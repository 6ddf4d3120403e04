//! The walks a person takes, in the system's Chromium.

use std::process::Command;

use anyhow::{Context as _, Result};

use crate::step::{exec, exec_together, say, step};
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

/// How fast the settings page is in a phone, by Lighthouse, with the build of a profile that the bench has made.
pub fn measure(ws: &Workspace, profile: &str) -> Result<()> {
    prepare(ws)?;
    let bin = ws.end2end().join("node_modules/.bin");
    exec(Command::new(bin.join("openapi-ts")).current_dir(ws.end2end()))?;
    let chromium = install::chromium().context("Chromium is missing")?;
    let mut playwright = Command::new(bin.join("playwright"));
    playwright.current_dir(ws.end2end()).args(["test", "lighthouse", "--project", "light", "--grep", "performance"]);
    playwright.env("CHROMIUM", &chromium).env("E2E_BINARY", ws.target.join(profile).join("deskbridge"));
    exec(playwright.env("LIGHTHOUSE", "performance"))
}

/// Projects of the suite and ports of a demo: two halves that take about as long. On two cores they take little more
/// time side by side than one does alone.
const HALVES: [(&[&str], &str); 2] = [(&["light", "no-js"], "3300,4400,4500"), (&["dark", "pages"], "3310,4410,4510")];

/// Runs the walks against the debug build, which must be current.
pub fn walk(ws: &Workspace, args: &[String]) -> Result<()> {
    let bin = ws.end2end().join("node_modules/.bin");
    step("making a client of the API", || exec(Command::new(bin.join("openapi-ts")).current_dir(ws.end2end())))?;
    step("checking the types of the browser tests", || exec(Command::new(bin.join("tsc")).current_dir(ws.end2end())))?;
    step("browser tests", || {
        let chromium = install::chromium().context("Chromium is missing")?;
        let playwright = || {
            let mut playwright = Command::new(bin.join("playwright"));
            playwright.current_dir(ws.end2end()).arg("test").args(args);
            playwright.env("CHROMIUM", &chromium).env("E2E_BINARY", ws.deskbridge());
            playwright
        };
        let result = if args.is_empty() {
            let mut halves = HALVES.map(|(projects, ports)| {
                let mut half = playwright();
                half.env("E2E_PORTS", ports);
                for project in projects {
                    half.args(["--project", project]);
                }
                half
            });
            exec_together(&mut halves)
        } else {
            exec(&mut playwright())
        };
        if result.is_err() {
            say("traces and pictures of what failed: end2end/test-results*; the demo's data: target/end2end*");
        }
        result
    })
}
