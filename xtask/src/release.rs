//! One file to deploy, with the site inside.

use std::fs;

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};

use crate::site::{self, Mode};
use crate::step::{exec, say, step};
use crate::workspace::Workspace;

pub fn run(ws: &Workspace) -> Result<()> {
    site::build(ws, Mode::Release)?;
    step("building the server for release; this takes minutes", || {
        let mut cargo = ws.cargo(["build", "--release", "--package", "server", "--bin", "deskbridge"]);
        exec(cargo.args(["--features", "embed"]))
    })?;
    let built = ws.target.join("release/deskbridge");
    let out = ws.root.join("target/deskbridge");
    // Through a second name: a running copy must not be written into.
    let fresh = ws.root.join("target/deskbridge.new");
    fs::copy(&built, &fresh).with_context(|| format!("cannot copy {}", built.display()))?;
    fs::rename(&fresh, &out)?;
    let content = fs::read(&out)?;
    say(&format!("target/deskbridge: {}", megabytes(content.len())));
    say(&format!("sha256 {}", hex(&Sha256::digest(&content))));
    Ok(())
}

fn megabytes(bytes: usize) -> String {
    format!("{}.{} MB ({bytes} bytes)", bytes / 1_000_000, bytes / 100_000 % 10)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_and_digests_read_as_other_tools_print_them() {
        assert_eq!(megabytes(20_512_345), "20.5 MB (20512345 bytes)");
        assert_eq!(hex(&Sha256::digest(b"abc"))[..16], *"ba7816bf8f01cfea");
    }
}
