//! Builds and starts again on each change. Times of files are polled: no watcher to install,
//! and it works on every file system.

use std::process::{Child, Command};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use crate::build;
use crate::run::{self, Args};
use crate::stamp::Stamp;
use crate::step::{exec, fail, say};
use crate::workspace::Workspace;

const WATCHED: [&str; 9] =
    ["app", "frontend", "server", "migration", "style", "public", "integrations", "Cargo.toml", "Cargo.lock"];
const POLL: Duration = Duration::from_millis(300);
/// The server drains connections within this time or is killed.
const STOP: Duration = Duration::from_secs(10);

pub fn run(ws: &Workspace, args: &Args) -> Result<()> {
    let mut seen = snapshot(ws)?;
    let mut server = match build::run(ws) {
        Ok(()) => Some(start(ws, args)?),
        Err(error) => {
            fail(&error);
            None
        }
    };
    say("watching for changes; Ctrl-C ends it");
    loop {
        sleep(POLL);
        if let Some(child) = &mut server
            && let Some(status) = child.try_wait()?
        {
            say(&format!("the server ended with {status}; it starts again after the next change"));
            server = None;
        }
        let now = snapshot(ws)?;
        let Some(path) = seen.difference(&now) else { continue };
        say(&format!("{} changed", path.strip_prefix(&ws.root).unwrap_or(path).display()));
        seen = settled(ws, now)?;
        match build::run(ws) {
            Ok(()) => {
                if let Some(child) = server.take() {
                    stop(child)?;
                }
                server = Some(start(ws, args)?);
            }
            // The old server goes on, so that the page stays usable while a mistake is corrected.
            Err(error) => fail(&error),
        }
    }
}

fn snapshot(ws: &Workspace) -> Result<Stamp> {
    let paths = WATCHED.map(|path| ws.root.join(path));
    Stamp::of(paths.iter().map(std::path::PathBuf::as_path))
}

/// Waits until a checkout or "save all" has written its last file.
fn settled(ws: &Workspace, mut last: Stamp) -> Result<Stamp> {
    loop {
        sleep(Duration::from_millis(100));
        let now = snapshot(ws)?;
        if now == last {
            return Ok(now);
        }
        last = now;
    }
}

fn start(ws: &Workspace, args: &Args) -> Result<Child> {
    run::demo(ws, args).spawn().context("cannot start target/debug/deskbridge")
}

fn stop(mut server: Child) -> Result<()> {
    exec(Command::new("kill").args(["-TERM", &server.id().to_string()]))?;
    let start = Instant::now();
    while server.try_wait()?.is_none() {
        if start.elapsed() > STOP {
            say("the server did not stop in time and is killed");
            server.kill()?;
            server.wait()?;
        }
        sleep(Duration::from_millis(20));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_that_ends_on_sigterm_is_not_killed() {
        let child = Command::new("sleep").arg("60").spawn().expect("sleep");
        let start = Instant::now();
        stop(child).expect("stops");
        assert!(start.elapsed() < Duration::from_secs(5));
    }

    #[test]
    fn everything_watched_is_there() {
        let ws = Workspace::here().expect("workspace");
        for path in WATCHED {
            // Git keeps no empty folders: these three fill up as the product grows.
            if !["style", "public", "integrations"].contains(&path) {
                assert!(ws.root.join(path).exists(), "{path}");
            }
        }
    }
}
