//! What stands in a scenario file: TOML, read strictly, so that a typo is a mistake and never a test of nothing.

use serde::Deserialize;
use serde_json::{Map, Value};
use thiserror::Error;
use toml::Spanned;

use super::check;

/// A mistake in a scenario file.
#[derive(Clone, Debug, Error, PartialEq, Eq)]
#[error("{file}:{line}: {reason}")]
pub struct Mistake {
    pub file: String,
    pub line: usize,
    pub reason: String,
}

/// An incident as a play.
#[derive(Debug)]
pub struct Scenario {
    pub file: String,
    pub title: String,
    pub story: String,
    /// Both sides draw their ids, codes and tokens from it, so that each replay is the same.
    pub seed: u64,
    /// So many processes answer in turn where the database is PostgreSQL; one where it is embedded.
    pub replicas: usize,
    pub(super) steps: Vec<(usize, Step)>,
}

impl Scenario {
    /// Reads a whole file.
    ///
    /// # Errors
    /// The first mistake, with its line.
    pub fn read(file: &str, text: &str) -> Result<Self, Mistake> {
        let line_of = |at: usize| text[..at.min(text.len())].matches('\n').count() + 1;
        let mistake = |line: usize, reason: String| Mistake { file: file.to_owned(), line, reason };
        let mut written: Written = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            mistake(line_of(at), error.message().trim().to_owned())
        })?;
        let mut steps = Vec::new();
        for step in std::mem::take(&mut written.steps) {
            let line = line_of(step.span().start);
            let step = step.into_inner();
            check::step(&step).map_err(|reason| mistake(line, reason))?;
            steps.push((line, step));
        }
        if steps.is_empty() {
            return Err(mistake(1, "there are no steps".to_owned()));
        }
        if !(1..=MOST_REPLICAS).contains(&written.replicas) {
            return Err(mistake(1, format!("replicas is from 1 to {MOST_REPLICAS}")));
        }
        let Written { title, story, seed, replicas, .. } = written;
        Ok(Self { file: file.to_owned(), title, story, seed, replicas, steps })
    }

    /// Whether Deskbridge dies in it, which only a stage can do that starts it again.
    pub fn restarts(&self) -> bool {
        self.steps.iter().any(|(_, step)| step.restart.is_some())
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    title: String,
    story: String,
    seed: u64,
    #[serde(default = "alone")]
    replicas: usize,
    steps: Vec<Spanned<Step>>,
}

const MOST_REPLICAS: usize = 4;

fn alone() -> usize {
    1
}

/// One act and what must be seen after it. Several acts would leave open which of them was answered.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Step {
    /// Why this step is here, in a sentence; printed when it is played.
    pub(super) why: Option<String>,

    // What somebody does.
    pub(super) install: Option<Install>,
    pub(super) connect: Option<Install>,
    pub(super) open: Option<Open>,
    pub(super) press: Option<Press>,
    pub(super) submit: Option<Submit>,
    pub(super) reload: Option<Reload>,
    pub(super) forget_cookies: Option<Who>,
    pub(super) configure: Option<Configure>,
    pub(super) call: Option<Call>,
    pub(super) repeat_call: Option<Repeat>,
    pub(super) token: Option<Token>,
    pub(super) event: Option<Event>,
    pub(super) remove: Option<Remove>,
    pub(super) revoke: Option<Of>,
    pub(super) renew_secret: Option<Of>,
    pub(super) lose_subscription: Option<Of>,
    pub(super) rename: Option<Rename>,
    pub(super) switch: Option<Switch>,
    pub(super) fault: Option<Fault>,
    pub(super) usual: Option<Usual>,
    pub(super) wait: Option<Wait>,
    pub(super) restart: Option<Restart>,

    // What must be seen.
    pub(super) answer: Option<Answer>,
    pub(super) see: Option<See>,
}

/// OfficeRnD's admin adds an integration.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Install {
    pub(super) organization: String,
    pub(super) integration: String,
    /// OfficeRnD's ids; none are all locations.
    #[serde(default)]
    pub(super) locations: Vec<String>,
    /// The name by which later steps mean this installation; the organization's slug without one.
    #[serde(rename = "as")]
    pub(super) name: Option<String>,
    #[serde(default = "admin")]
    pub(super) browser: String,
}

fn admin() -> String {
    "admin".to_owned()
}

/// OfficeRnD opens the Connect URL in a pop-up.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Open {
    pub(super) of: Option<String>,
    /// A value of the switch `connect_code`.
    pub(super) code: Option<String>,
    /// A value of the switch `missing_scope`.
    pub(super) missing_scope: Option<String>,
    /// The URL of the step before once more, instead of a fresh one.
    #[serde(default)]
    pub(super) same_link: bool,
    #[serde(default = "admin")]
    pub(super) browser: String,
}

/// The admin presses a button of the page that this browser shows.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Press {
    /// The value of the button `act`.
    pub(super) button: String,
    #[serde(default = "admin")]
    pub(super) browser: String,
}

/// The admin fills in the form of the page that this browser shows, and sends it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Submit {
    /// By the manifest's keys; a list for several choices.
    #[serde(default)]
    pub(super) fields: Map<String, Value>,
    #[serde(default = "next")]
    pub(super) button: String,
    #[serde(default = "admin")]
    pub(super) browser: String,
}

fn next() -> String {
    "next".to_owned()
}

/// A browser asks for a page once more, its own or the one that another browser shows.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Reload {
    #[serde(default = "admin")]
    pub(super) browser: String,
    pub(super) page_of: Option<String>,
    /// A page below it, as `/disconnect`.
    #[serde(default)]
    pub(super) below: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Who {
    #[serde(default = "admin")]
    pub(super) browser: String,
}

/// OfficeRnD opens Configure in a browser.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Configure {
    pub(super) of: Option<String>,
    #[serde(default = "admin")]
    pub(super) browser: String,
}

/// OfficeRnD makes a signed call, right or wrong.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Call {
    pub(super) of: Option<String>,
    pub(super) call: Signed,
    /// Sent and signed beside the usual parameters; an empty text is a value too.
    #[serde(default)]
    pub(super) parameters: Map<String, Value>,
    /// Sent instead of what was signed.
    #[serde(default)]
    pub(super) tampered: Map<String, Value>,
    /// The order of the query string.
    #[serde(default)]
    pub(super) order: Vec<String>,
    /// Signed this many seconds ago; negative is in the future.
    pub(super) late: Option<i64>,
    /// Signed with the secret of that installation.
    pub(super) signed_by: Option<String>,
    /// Sent as the whole signature; an empty text sends none.
    pub(super) signature: Option<String>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Signed {
    Configure,
    Healthcheck,
    Sync,
}

impl Signed {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Configure => "configure",
            Self::Healthcheck => "healthcheck",
            Self::Sync => "sync",
        }
    }
}

/// The signed call of the step before, the same bytes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Repeat {
    pub(super) times: u32,
}

/// The partner system asks for an access token.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Token {
    pub(super) of: Option<String>,
    /// So many at the same time; each of their answers must be as the step says.
    #[serde(default = "one")]
    pub(super) callers: u32,
    pub(super) valid_for_seconds: Option<u32>,
}

fn one() -> u32 {
    1
}

/// Something happens in the organization, and subscriptions hear of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Event {
    pub(super) of: Option<String>,
    #[serde(rename = "type")]
    pub(super) event_type: String,
    #[serde(default = "one")]
    pub(super) times: u32,
    pub(super) object: Option<Value>,
}

/// The admin removes the integration in OfficeRnD.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Remove {
    pub(super) of: Option<String>,
    /// False: the webhook never comes.
    #[serde(default = "yes")]
    pub(super) tell: bool,
}

fn yes() -> bool {
    true
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Of {
    pub(super) of: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rename {
    pub(super) organization: String,
    pub(super) slug: Option<String>,
    pub(super) name: Option<String>,
}

/// OfficeRnD behaves otherwise, until `usual` or for the next times.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Switch {
    pub(super) key: String,
    pub(super) value: String,
    pub(super) organization: Option<String>,
    pub(super) times: Option<u32>,
}

/// OfficeRnD answers wrongly, until `usual` or for the next times.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fault {
    pub(super) at: String,
    pub(super) answer: String,
    pub(super) organization: Option<String>,
    pub(super) times: Option<u32>,
    #[serde(default)]
    pub(super) milliseconds: u64,
    pub(super) retry_after: Option<u64>,
}

/// Switches and faults are back to usual.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Usual {}

/// Deskbridge dies as it is and starts again: what was not stored is gone.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Restart {}

/// The clock of both sides goes on; deliveries and jobs that are due then happen.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Wait {
    pub(super) days: i64,
    pub(super) hours: i64,
    pub(super) minutes: i64,
    pub(super) seconds: i64,
    /// So often, with what is due done each time.
    pub(super) times: Option<u32>,
}

/// What the act of this step was answered.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Answer {
    pub(super) status: Option<u16>,
    /// Members that a JSON answer must have, among others.
    pub(super) json: Option<Map<String, Value>>,
    pub(super) says: Vec<String>,
    pub(super) says_not: Vec<String>,
    /// The pop-up ends at OfficeRnD's return page.
    pub(super) ends_at_officernd: Option<bool>,
    /// OfficeRnD accepts the token (or not any more).
    pub(super) token_works: Option<bool>,
}

/// How things stand after the step.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct See {
    pub(super) of: Option<String>,
    /// The connection's state in the API; `none` when there is no connection.
    pub(super) state: Option<String>,
    /// Members that the connection must have in the API, among others.
    pub(super) connection: Option<Map<String, Value>>,
    /// How often each of these happened to the connection.
    pub(super) activity: Option<Map<String, Value>>,
    /// Subscriptions that OfficeRnD holds for the connection.
    pub(super) subscriptions: Option<u64>,
    /// Webhook deliveries for the connection by their state.
    pub(super) deliveries: Option<Map<String, Value>>,
    /// How often the partner system took each hook that has to arrive: `sync`, `disconnected`.
    pub(super) told: Option<Map<String, Value>>,
    /// Connections that the installations of this scenario made.
    pub(super) connections: Option<u64>,
    /// Calls that OfficeRnD received at these places since the scenario began.
    pub(super) calls: Option<Map<String, Value>>,
}
