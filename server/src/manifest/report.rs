//! What `deskbridge manifest check` says.

use std::fmt;
use std::path::PathBuf;

use super::model::Manifest;
use super::problem::Problem;
use super::read::ReadMode;

/// The outcome of checking files.
#[derive(Debug, Clone)]
pub struct Report {
    /// How many files were read.
    pub files: usize,
    pub problems: Vec<Problem>,
}

impl Report {
    /// 0 when nothing is wrong, 1 otherwise.
    pub fn exit_code(&self) -> u8 {
        u8::from(!self.problems.is_empty())
    }
}

/// One line for each problem, `file: path: reason`; nothing when nothing is wrong.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.problems.iter().try_for_each(|problem| writeln!(f, "{problem}"))
    }
}

/// Reads and checks each file. Client and scopes may be missing; variables are not looked up.
pub fn check(files: &[PathBuf]) -> Report {
    let problems = files.iter().filter_map(|file| Manifest::read(file, ReadMode::Shape).err()).flatten().collect();
    Report { files: files.len(), problems }
}
