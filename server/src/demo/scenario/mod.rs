//! Scenarios: incidents as text. Each tells what people, OfficeRnD and the partner system do one after the other, and
//! what must be seen afterwards. Tests replay them on both databases, `deskbridge demo --scenario` plays one to look
//! at. The format is in [`format`] and, for people, in `docs/SIMULATOR.md`.

mod act;
mod browser;
mod check;
mod format;
mod look;
mod outside;
mod play;
mod population;

use std::path::Path;

use anyhow::{Context as _, bail};
use rust_embed::RustEmbed;

pub use self::format::Scenario;
pub use self::play::{Restart, Stage, play};
pub use self::population::{BEGINS, TENANTS, populate};

/// The incidents that this product is known to survive, so that one file is enough to play them.
#[derive(RustEmbed)]
#[folder = "scenarios"]
struct Incidents;

/// Names of the scenarios in this binary, in order.
pub fn names() -> Vec<String> {
    let mut names: Vec<String> =
        Incidents::iter().filter_map(|file| file.strip_suffix(".toml").map(ToOwned::to_owned)).collect();
    names.sort();
    names
}

/// A scenario by its name in this binary, or from a file.
///
/// # Errors
/// With the file, the line and what is wrong there.
pub fn load(name_or_file: &str) -> anyhow::Result<Scenario> {
    if let Some(found) = Incidents::get(&format!("{name_or_file}.toml")) {
        let text = std::str::from_utf8(&found.data).context("a scenario is text")?;
        return Ok(Scenario::read(name_or_file, text)?);
    }
    let path = Path::new(name_or_file);
    if !path.exists() {
        bail!("{name_or_file:?} is no file, and no scenario of this binary. There are: {}.", names().join(", "));
    }
    let text = std::fs::read_to_string(path).with_context(|| format!("{name_or_file} cannot be read"))?;
    Ok(Scenario::read(name_or_file, &text)?)
}
