//! What is wrong with a manifest, and where.

use std::fmt;

/// One thing that is wrong. Never quotes a value that could be a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file as it was named by the caller.
    pub file: String,
    /// Where in the file, like `sections[2].fields[1].default`; empty for the file as a whole.
    pub path: String,
    /// A sentence part in plain English, without a full stop.
    pub reason: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, path, reason } = self;
        if path.is_empty() { write!(f, "{file}: {reason}") } else { write!(f, "{file}: {path}: {reason}") }
    }
}

/// A place in the file, written as people write it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place(String);

impl Place {
    /// The file as a whole.
    pub fn root() -> Self {
        Self::default()
    }

    /// One key deeper. A key that is not a plain word is quoted: `sources["partner.sites"]`.
    #[must_use]
    pub fn key(&self, key: &str) -> Self {
        let plain = !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        Self(match (plain, self.0.is_empty()) {
            (true, true) => key.to_owned(),
            (true, false) => format!("{}.{key}", self.0),
            (false, _) => format!("{}[{key:?}]", self.0),
        })
    }

    /// One list item deeper, counted from 0.
    #[must_use]
    pub fn index(&self, index: usize) -> Self {
        Self(format!("{}[{index}]", self.0))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Collects problems while reading goes on, so that one run reports all of them.
#[derive(Debug)]
pub struct Problems {
    file: String,
    list: Vec<Problem>,
}

impl Problems {
    pub fn of(file: &str) -> Self {
        Self { file: file.to_owned(), list: Vec::new() }
    }

    pub fn add(&mut self, place: &Place, reason: impl Into<String>) {
        self.list.push(Problem { file: self.file.clone(), path: place.0.clone(), reason: reason.into() });
    }

    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub fn into_vec(self) -> Vec<Problem> {
        self.list
    }
}

/// The candidate that `word` was probably meant to be.
pub(crate) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = (word.chars().count() / 3).clamp(1, 3);
    candidates
        .into_iter()
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|(far, _)| *far <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Edits between two words: insert, remove, replace, and swap of neighbours, the most common typo.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut far = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            far[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let replaced = far[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                let best = replaced.min(far[i - 1][j] + 1).min(far[i][j - 1] + 1);
                let swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
                if swapped { best.min(far[i - 2][j - 2] + 1) } else { best }
            };
        }
    }
    far[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_reads_file_path_reason() {
        let mut problems = Problems::of("a.json");
        problems.add(&Place::root(), "is empty");
        problems.add(&Place::root().key("sections").index(2).key("fields").index(1).key("default"), "too big");
        problems.add(&Place::root().key("sources").key("partner.sites").key("label"), "too long");
        let lines: Vec<String> = problems.into_vec().iter().map(ToString::to_string).collect();
        assert_eq!(
            lines,
            [
                "a.json: is empty",
                "a.json: sections[2].fields[1].default: too big",
                "a.json: sources[\"partner.sites\"].label: too long",
            ]
        );
    }

    #[test]
    fn a_typo_finds_its_word_and_nonsense_finds_none() {
        let words = ["default", "label", "required", "max"];
        assert_eq!(nearest("defualt", words), Some("default"));
        assert_eq!(nearest("requierd", words), Some("required"));
        assert_eq!(nearest("mux", words), Some("max"));
        assert_eq!(nearest("colour", words), None);
    }
}
