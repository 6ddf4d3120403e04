//! One press of a button at a time, and none too soon after the last; what came of it is remembered for the page.

use app::ports::{ActionResult, Words};
use app::texts::{self, Language, speaking};
use serde::{Deserialize, Serialize};

use crate::clock::{Millis, SECOND};
use crate::domain::connection::Connection;
use crate::domain::settings::edits::Of;
use crate::manifest::Integration;
use crate::manifest::kind::Kind;
use crate::services::ServiceError;
use crate::state::App;
use crate::storage::settings::acts::{self, End, Pressed};

/// Whoever presses ten times asks the partner system once, also where the manifest names no time.
const AT_ONCE: Millis = 5 * SECOND;
/// No partner system is waited for as long as this: what began before and has not ended went with its process.
const LOST: Millis = 90 * SECOND;
/// Longer words of a partner system are cut: the page of today has them in full.
const LONGEST: usize = 1_000;

/// What is said of an act: in words of the catalogue, so that each reader has them in the own language, or as the
/// partner system said it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    Ours(String),
    Theirs(String),
}

impl Said {
    pub fn ours(key: &'static str) -> Self {
        Self::Ours(key.to_owned())
    }

    pub fn words(&self, integration: &Integration, language: Language) -> Words {
        match self {
            Self::Ours(key) => {
                let name = [("integration", integration.name.as_str().into())];
                Words::new(speaking(language, || texts::text_with(key, &name)))
            }
            Self::Theirs(text) => Words::new(text),
        }
    }
}

/// How long after a press the next one may be.
pub fn cooldown(kind: &Kind) -> Millis {
    match kind {
        Kind::Action(action) => action.cooldown_seconds.map_or(AT_ONCE, |seconds| i64::from(seconds) * SECOND),
        _ => AT_ONCE,
    }
}

/// Where a button is remembered: a run is the whole connection's, whichever page it is asked for on.
pub fn place(kind: &Kind, of: &Of) -> Of {
    match kind {
        Kind::Action(action) if action.action == "sync.run" => Of::Organization,
        _ => of.clone(),
    }
}

/// A press that may go on.
pub struct Turn {
    of: Of,
    field: String,
    began_at: Millis,
}

/// None when it was pressed a moment ago.
///
/// # Errors
/// When the database does not answer.
pub async fn begin(
    app: &App,
    connection: &Connection,
    kind: &Kind,
    of: &Of,
    field: &str,
) -> Result<Option<Turn>, ServiceError> {
    let now = app.clock.now();
    let of = place(kind, of);
    let mut tx = app.db.begin().await?;
    let before = (now - cooldown(kind), now - LOST);
    let may = acts::begin(&mut tx, connection.id, (&of, field), before, now).await?;
    tx.commit().await?;
    Ok(may.then(|| Turn { of, field: field.to_owned(), began_at: now }))
}

impl Turn {
    /// Remembers what came of it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn end(self, app: &App, connection: &Connection, good: bool, said: &Said) -> Result<(), ServiceError> {
        let said = match said {
            Said::Theirs(text) => Said::Theirs(text.chars().take(LONGEST).collect()),
            Said::Ours(_) => said.clone(),
        };
        let said = serde_json::to_string(&said).expect("texts can be written");
        let end = End { at: app.clock.now(), good, said };
        let mut tx = app.db.begin().await?;
        acts::end(&mut tx, connection.id, &self.of, &self.field, self.began_at, &end).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// The last result, as a page tells it.
pub fn result(pressed: &Pressed, integration: &Integration, language: Language) -> Option<ActionResult> {
    let end = pressed.end.as_ref()?;
    let said: Option<Said> = serde_json::from_str(&end.said).ok();
    let said = said.iter().map(|said| said.words(integration, language));
    Some(ActionResult { at: end.at, good: end.good, said: said.collect() })
}

/// Until when it waits, if it does.
pub fn waits_until(pressed: &Pressed, kind: &Kind, now: Millis) -> Option<Millis> {
    let until = pressed.began_at + cooldown(kind);
    (until > now && cooldown(kind) > AT_ONCE).then_some(until)
}
