//! How the sample partner system answers: as it should, or as one that is in trouble.

use serde::Deserialize;

#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub(super) enum Mood {
    #[default]
    Answers,
    /// 503 to everything.
    Fails,
    /// Takes the question and says nothing.
    Silent,
}

impl Mood {
    pub(super) const ALL: [Self; 3] = [Self::Answers, Self::Fails, Self::Silent];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Answers => "answers",
            Self::Fails => "fails",
            Self::Silent => "silent",
        }
    }

    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Answers => "answers as it should",
            Self::Fails => "fails with 503",
            Self::Silent => "says nothing",
        }
    }
}
