//! The tool that makes calls up from the OpenAPI document, in a Python environment of its own.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::step::{exec, step};
use crate::workspace::Workspace;

/// Tells the tests where it is.
pub const VARIABLE: &str = "TEST_SCHEMATHESIS";
/// It and all that it needs, as `pip freeze` lists them: newer ones make up other calls and look for more.
const REQUIREMENTS: &str = include_str!("schemathesis.txt");

/// The program, which is installed if it is not there.
pub fn prepare(ws: &Workspace) -> Result<PathBuf> {
    let folder = ws.root.join("target/schemathesis");
    let program = folder.join("bin/schemathesis");
    // Left there by a finished installation only.
    let installed = folder.join("installed.txt");
    if !fs::read_to_string(&installed).is_ok_and(|installed| installed == REQUIREMENTS) {
        step("installing schemathesis", || {
            exec(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
            let pip = ["install", "--quiet", "--no-deps", "--requirement"];
            let list = ws.root.join("xtask/src/schemathesis.txt");
            exec(Command::new(folder.join("bin/pip")).args(pip).arg(list))?;
            Ok(fs::write(&installed, REQUIREMENTS)?)
        })?;
    }
    Ok(program)
}
