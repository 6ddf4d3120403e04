//! One run of the pop-up, from OfficeRnD's Connect to the return URL.

use app::ports::{Problem, Waiting};
use uuid::Uuid;

use crate::clock::{DAY, Millis};
use crate::crypto::digest::Digest;
use crate::domain::connection::Location;

/// An unfinished attempt lives that long (`pinned.md` 10).
pub const LIFETIME: Millis = DAY;

#[derive(Debug, Clone, PartialEq)]
pub struct Attempt {
    pub id: Uuid,
    pub integration: String,
    pub cookie_digest: Digest,
    pub code_digest: Option<Digest>,
    pub stage: Stage,
    /// Why the last try did not get further; the next one may.
    pub trouble: Option<Waiting>,
    pub org_slug: String,
    pub integration_id: String,
    /// What OfficeRnD's call asked for; empty means all.
    pub locations: Vec<String>,
    pub found: Option<FoundOrganization>,
    pub scope: Option<String>,
    pub access_expires_at: Option<Millis>,
    pub access_lifetime_seconds: Option<i64>,
    /// The id its connection gets if this installation is new.
    pub connection: Uuid,
    pub busy_until: Option<Millis>,
    pub reference: String,
    pub created_at: Millis,
    pub updated_at: Millis,
}

/// What the new token could read: the proof that code and organization belong together.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundOrganization {
    pub officernd_id: String,
    pub name: String,
    pub region_url: String,
    /// Every location of the organization today.
    pub locations: Vec<Location>,
}

/// How far an attempt is. Only forward, except from `Exchanging` back to `Waiting` when the code
/// provably never reached OfficeRnD.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// The code is sealed and was not sent yet.
    Waiting,
    /// The code is on its way; if the process dies now, it is spent.
    Exchanging,
    /// The tokens are sealed; organization and locations were not read yet.
    Exchanged,
    /// The admin can choose Connect.
    Ready,
    /// The connection exists and waits for the partner's steps.
    FinishSetUp,
    Connected,
    Declined,
    Cancelled,
    Failed(Problem),
}

impl Stage {
    /// Nothing can be done in it any more.
    pub fn is_over(self) -> bool {
        matches!(self, Stage::Connected | Stage::Declined | Stage::Cancelled | Stage::Failed(_))
    }

    pub fn slug(self) -> &'static str {
        match self {
            Stage::Waiting => "waiting",
            Stage::Exchanging => "exchanging",
            Stage::Exchanged => "exchanged",
            Stage::Ready => "ready",
            Stage::FinishSetUp => "finish_set_up",
            Stage::Connected => "connected",
            Stage::Declined => "declined",
            Stage::Cancelled => "cancelled",
            Stage::Failed(_) => "failed",
        }
    }

    pub fn from_slugs(stage: &str, problem: Option<&str>) -> Option<Self> {
        if stage == "failed" {
            return PROBLEMS
                .iter()
                .find(|(slug, _)| Some(*slug) == problem)
                .map(|(_, problem)| Stage::Failed(*problem));
        }
        [
            Stage::Waiting,
            Stage::Exchanging,
            Stage::Exchanged,
            Stage::Ready,
            Stage::FinishSetUp,
            Stage::Connected,
            Stage::Declined,
            Stage::Cancelled,
        ]
        .into_iter()
        .find(|known| known.slug() == stage)
    }
}

const PROBLEMS: &[(&str, Problem)] = &[
    ("code_refused", Problem::CodeRefused),
    ("code_used", Problem::CodeUsed),
    ("incomplete", Problem::Incomplete),
    ("expired", Problem::Expired),
    ("permission_missing", Problem::PermissionMissing),
    ("wrong_organization", Problem::WrongOrganization),
    ("answer_lost", Problem::AnswerLost),
    ("client_refused", Problem::ClientRefused),
    ("region_refused", Problem::RegionRefused),
    ("secret_missing", Problem::SecretMissing),
    ("removed_meanwhile", Problem::RemovedMeanwhile),
];

pub fn problem_slug(problem: Problem) -> &'static str {
    PROBLEMS.iter().find(|(_, known)| *known == problem).map_or("expired", |(slug, _)| slug)
}

pub fn trouble_slug(trouble: Waiting) -> &'static str {
    match trouble {
        Waiting::Busy => "busy",
        Waiting::Down => "down",
    }
}

pub fn trouble_from_slug(slug: &str) -> Option<Waiting> {
    [Waiting::Busy, Waiting::Down].into_iter().find(|trouble| trouble_slug(*trouble) == slug)
}

/// A number that a person can read out: two groups without letters that look alike.
pub fn reference(prefix: &str, bytes: [u8; 6]) -> String {
    const LETTERS: &[u8; 31] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";
    let letter = |byte: u8| char::from(LETTERS[usize::from(byte) % LETTERS.len()]);
    let [a, b, c, d, e, f] = bytes.map(letter);
    format!("{prefix}-{a}{b}{c}{d}-{e}{f}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_stage_and_problem_reads_back() {
        let mut stages: Vec<Stage> = PROBLEMS.iter().map(|(_, problem)| Stage::Failed(*problem)).collect();
        stages.extend([
            Stage::Waiting,
            Stage::Exchanging,
            Stage::Exchanged,
            Stage::Ready,
            Stage::FinishSetUp,
            Stage::Connected,
            Stage::Declined,
            Stage::Cancelled,
        ]);
        for stage in stages {
            let problem = if let Stage::Failed(problem) = stage { Some(problem_slug(problem)) } else { None };
            assert_eq!(Stage::from_slugs(stage.slug(), problem), Some(stage));
        }
        assert_eq!(Stage::from_slugs("failed", Some("nonsense")), None);
    }

    #[test]
    fn a_reference_has_no_letters_that_look_alike() {
        let text = reference("CA", [0, 30, 31, 62, 255, 7]);
        assert_eq!(text.len(), "CA-7K2M-41".len());
        assert!(!text[3..].contains(['0', '1', 'I', 'L', 'O']));
    }
}
