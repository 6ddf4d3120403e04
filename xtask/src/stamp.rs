//! Has anything changed since last time? By size and time of change, which cost nothing to read.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use anyhow::{Context as _, Result};

/// Files under some roots, each with what tells one state of it from the next.
#[derive(Debug, Default, PartialEq, Eq, Clone)]
pub struct Stamp(BTreeMap<PathBuf, String>);

impl Stamp {
    /// Reads files, and folders with all that is in them. What does not exist is simply not in it,
    /// so that its appearance is a change.
    pub fn of<'a>(paths: impl IntoIterator<Item = &'a Path>) -> Result<Self> {
        let mut stamp = Self::default();
        for path in paths {
            stamp.add(path)?;
        }
        Ok(stamp)
    }

    fn add(&mut self, path: &Path) -> Result<()> {
        // A file may vanish between listing and looking, as editors' temporary files do.
        let Ok(meta) = fs::metadata(path) else { return Ok(()) };
        if meta.is_dir() {
            for entry in fs::read_dir(path).with_context(|| format!("cannot list {}", path.display()))? {
                self.add(&entry?.path())?;
            }
        } else {
            let modified = meta.modified()?.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
            self.0.insert(path.to_owned(), format!("{} {modified}", meta.len()));
        }
        Ok(())
    }

    /// The stamp as the text of a file, under a first line that says what it was made for.
    pub fn text(&self, purpose: &str) -> String {
        let mut text = format!("{purpose}\n");
        for (path, state) in &self.0 {
            writeln!(text, "{state} {}", path.display()).expect("writing to a string");
        }
        text
    }

    /// The first path that differs.
    pub fn difference<'a>(&'a self, newer: &'a Self) -> Option<&'a Path> {
        let changed = newer.0.iter().find(|&(path, state)| self.0.get(path) != Some(state));
        let gone = self.0.keys().find(|path| !newer.0.contains_key(*path));
        changed.map(|(path, _)| path).or(gone).map(PathBuf::as_path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Workspace;

    fn folder(name: &str) -> PathBuf {
        let dir = Workspace::here().expect("workspace").target.join("tmp").join(format!("stamp-{name}"));
        let _ = fs::remove_dir_all(&dir);
        fs::create_dir_all(dir.join("deep")).expect("folder");
        dir
    }

    #[test]
    fn sees_a_changed_an_added_and_a_removed_file() {
        let dir = folder("changes");
        fs::write(dir.join("deep/a"), "1").expect("write");
        let first = Stamp::of([dir.as_path()]).expect("stamp");
        assert_eq!(first.difference(&Stamp::of([dir.as_path()]).expect("stamp")), None);

        fs::write(dir.join("deep/a"), "12").expect("write");
        let second = Stamp::of([dir.as_path()]).expect("stamp");
        assert_eq!(first.difference(&second), Some(dir.join("deep/a").as_path()));

        fs::write(dir.join("b"), "").expect("write");
        let third = Stamp::of([dir.as_path()]).expect("stamp");
        assert_eq!(second.difference(&third), Some(dir.join("b").as_path()));

        fs::remove_file(dir.join("b")).expect("remove");
        let fourth = Stamp::of([dir.as_path()]).expect("stamp");
        assert_eq!(third.difference(&fourth), Some(dir.join("b").as_path()));
    }

    #[test]
    fn the_text_tells_purposes_apart() {
        let dir = folder("purpose");
        fs::write(dir.join("a"), "1").expect("write");
        let stamp = Stamp::of([dir.as_path()]).expect("stamp");
        assert_ne!(stamp.text("dev"), stamp.text("release"));
        assert!(stamp.text("dev").contains("a"));
    }

    #[test]
    fn a_missing_root_is_no_error() {
        assert_eq!(Stamp::of([Path::new("/does/not/exist")]).expect("stamp"), Stamp::default());
    }
}
