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
    /// The address that brought the code, for as long as it waits to be sent.
    pub waiting_from: Option<String>,
    pub created_at: Millis,
    pub updated_at: Millis,
}

impl Attempt {
    /// Somebody is at work on it, as far as anybody knows.
    pub fn is_busy(&self, now: Millis) -> bool {
        self.busy_until.is_some_and(|until| until > now)
    }

    /// What the cookie of an attempt says that was over before it began. Anybody can make OfficeRnD's call without
    /// a code, so nothing is stored for it: the browser carries what its page has to say. Whoever invents such a
    /// cookie shows this page to nobody but themselves, and it opens nothing.
    pub fn to_cookie(&self) -> Option<String> {
        let stage = match self.stage {
            Stage::Declined => "declined",
            Stage::Failed(problem @ (Problem::Incomplete | Problem::CodeUsed)) => problem_slug(problem),
            _ => return None,
        };
        Some(format!("{OVER}.{stage}.{}.{}.{}", self.integration, self.reference, self.created_at))
    }

    /// The attempt that such a cookie speaks of.
    pub fn from_cookie(id: Uuid, cookie: &str, now: Millis) -> Option<Self> {
        let mut parts = cookie.split('.');
        let mut next = || parts.next();
        let (Some(OVER), Some(stage), Some(integration), Some(reference), Some(at), None) =
            (next(), next(), next(), next(), next(), next())
        else {
            return None;
        };
        let stage = match stage {
            "declined" => Stage::Declined,
            "incomplete" => Stage::Failed(Problem::Incomplete),
            "code_used" => Stage::Failed(Problem::CodeUsed),
            _ => return None,
        };
        let at: Millis = at.parse().ok().filter(|at| (now - LIFETIME..=now).contains(at))?;
        let readable = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'-';
        if reference.len() > 16 || !reference.bytes().all(readable) {
            return None;
        }
        Some(Self {
            id,
            integration: integration.to_owned(),
            cookie_digest: Digest::default(),
            code_digest: None,
            stage,
            trouble: None,
            org_slug: String::new(),
            integration_id: String::new(),
            locations: Vec::new(),
            found: None,
            scope: None,
            access_expires_at: None,
            access_lifetime_seconds: None,
            connection: Uuid::nil(),
            busy_until: None,
            reference: reference.to_owned(),
            waiting_from: None,
            created_at: at,
            updated_at: at,
        })
    }
}

/// How such a cookie begins; others are random and hold no dot.
const OVER: &str = "over";

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
        Waiting::UnderWay => "under_way",
    }
}

pub fn trouble_from_slug(slug: &str) -> Option<Waiting> {
    [Waiting::Busy, Waiting::Down, Waiting::UnderWay].into_iter().find(|trouble| trouble_slug(*trouble) == slug)
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
    fn a_cookie_tells_of_what_was_over_before_it_began_and_of_nothing_else() {
        let (id, at) = (Uuid::from_u128(1), 1_000_000 + LIFETIME);
        let cookie = format!("over.declined.tally-desk.CA-7K2M-41.{at}");
        let attempt = Attempt::from_cookie(id, &cookie, at).unwrap();
        assert_eq!((attempt.stage, attempt.integration.as_str()), (Stage::Declined, "tally-desk"));
        assert_eq!(attempt.to_cookie(), Some(cookie.clone()));
        for problem in [Problem::Incomplete, Problem::CodeUsed] {
            let over = Attempt { stage: Stage::Failed(problem), ..attempt.clone() };
            assert_eq!(Attempt::from_cookie(id, &over.to_cookie().unwrap(), at), Some(over));
        }
        for stage in [Stage::Ready, Stage::Connected, Stage::FinishSetUp, Stage::Failed(Problem::Expired)] {
            assert_eq!(Attempt { stage, ..attempt.clone() }.to_cookie(), None, "{stage:?}");
        }
        assert!(Attempt::from_cookie(id, &cookie, at + LIFETIME).is_some());
        for now in [at - 1, at + LIFETIME + 1, Millis::MAX] {
            assert_eq!(Attempt::from_cookie(id, &cookie, now), None, "{now}");
        }
        for wrong in [
            cookie.replace("declined", "connected"),
            cookie.replace("declined", "ready"),
            cookie.replace("CA-7K2M-41", "<b>"),
            cookie.replace("CA-7K2M-41", "CALL-ME-AT-0800-555"),
            cookie.replace("over", "OVER"),
            format!("{cookie}.1"),
            format!("{cookie}0"),
            "over.declined".to_owned(),
            String::new(),
        ] {
            assert_eq!(Attempt::from_cookie(id, &wrong, at), None, "{wrong}");
        }
    }

    #[test]
    fn a_reference_has_no_letters_that_look_alike() {
        let text = reference("CA", [0, 30, 31, 62, 255, 7]);
        assert_eq!(text.len(), "CA-7K2M-41".len());
        assert!(!text[3..].contains(['0', '1', 'I', 'L', 'O']));
    }
}
