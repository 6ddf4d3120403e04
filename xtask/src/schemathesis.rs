//! The tool that makes calls up from the OpenAPI document, in a Python environment of its own.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;

use crate::step::{exec, step};
use crate::workspace::Workspace;

/// Tells the tests where it is.
pub const VARIABLE: &str = "TEST_SCHEMATHESIS";
/// Pinned, since a newer one may look for more.
const VERSION: &str = "4.32.5";

/// The program, which is installed if it is not there.
pub fn prepare(ws: &Workspace) -> Result<PathBuf> {
    let folder = ws.root.join("target/schemathesis").join(VERSION);
    let program = folder.join("bin/schemathesis");
    if !program.exists() {
        step("installing schemathesis", || {
            exec(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder))?;
            exec(
                Command::new(folder.join("bin/pip"))
                    .args(["install", "--quiet"])
                    .arg(format!("schemathesis=={VERSION}")),
            )
        })?;
    }
    Ok(program)
}
