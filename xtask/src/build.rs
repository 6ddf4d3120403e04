//! A debug build of everything that runs.

use anyhow::Result;

use crate::site::{self, Mode};
use crate::step::{exec, step};
use crate::workspace::Workspace;

pub fn run(ws: &Workspace) -> Result<()> {
    site::build(ws, Mode::Dev)?;
    server(ws)
}

pub fn server(ws: &Workspace) -> Result<()> {
    step("building the server", || exec(&mut ws.cargo(["build", "--package", "server", "--bin", "deskbridge"])))
}
