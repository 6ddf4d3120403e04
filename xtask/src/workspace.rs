//! Where things are, and how cargo is called.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

pub const WASM: &str = "wasm32-unknown-unknown";

pub struct Workspace {
    pub root: PathBuf,
    /// Cargo's own output; the site is always under `root/target`, where the server looks for it.
    pub target: PathBuf,
}

impl Workspace {
    pub fn here() -> Result<Self> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask stands in no workspace")?;
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), |dir| root.join(dir));
        Ok(Self { root: root.to_owned(), target })
    }

    /// The cargo that runs us. No `RUSTFLAGS`: they would rebuild everything.
    pub fn cargo<const N: usize>(&self, args: [&str; N]) -> Command {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")));
        command.current_dir(&self.root).args(args);
        command
    }

    pub fn pkg(&self) -> PathBuf {
        self.root.join("target/site/pkg")
    }

    /// The debug build of the product.
    pub fn deskbridge(&self) -> PathBuf {
        self.target.join("debug/deskbridge")
    }

    pub fn end2end(&self) -> PathBuf {
        self.root.join("end2end")
    }
}
