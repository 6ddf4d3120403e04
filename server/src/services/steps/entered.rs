//! What a step asks and what was entered, judged together.

use std::collections::{BTreeMap, BTreeSet};

use app::ports::Mistake;
use secrecy::SecretString;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::domain::entry::{self, Entry};
use crate::domain::form::Form;
use crate::manifest::field::Field;
use crate::manifest::kind::Kind;
use crate::manifest::{Integration, Step};
use crate::services::ServiceError;
use crate::state::App;
use crate::storage::settings;

/// The fact that Deskbridge knows without asking anybody.
pub const CONNECTED: &str = "connected";

/// What is stored for a connection.
pub struct Stored {
    pub values: Map<String, Value>,
    /// Fields of which a secret is kept.
    pub secrets: BTreeSet<String>,
}

impl Stored {
    /// # Errors
    /// When the database does not answer.
    pub async fn of(app: &App, connection: Uuid) -> Result<Self, ServiceError> {
        let db = app.db.read();
        Ok(Self {
            values: settings::values(db, connection).await?,
            secrets: settings::secret_fields(db, connection).await?,
        })
    }
}

/// A step with its fields. What a page of it cannot ask goes with the value in force, which the settings page changes
/// later.
pub fn known<'i>(integration: &'i Integration, step: &str) -> Option<(&'i Step, Vec<&'i Field>)> {
    let step = integration.steps().iter().find(|known| known.id == step)?;
    let fields: Option<Vec<&Field>> = step.fields.iter().map(|key| integration.manifest.field(key)).collect();
    Some((step, fields?))
}

/// Values of a step that its page does not ask, as far as there are any with these entries.
pub(super) fn unasked(
    integration: &Integration,
    stored: &Stored,
    fields: &[&Field],
    entered: &Map<String, Value>,
) -> Map<String, Value> {
    let value = |field: &str| effective(integration, entered, &stored.values, field);
    let unasked = fields.iter().filter(|field| !entry::is_askable(field) && field.kind.has_value());
    let used = unasked.filter(|field| field.common.visible_when.as_ref().is_none_or(|when| when.holds(&value)));
    let known = used.filter_map(|field| Some((field.key().to_owned(), value(field.key())?.clone())));
    known.filter(|(_, value)| !value.is_null()).collect()
}

/// Whether the value of this field stays as it is, because the connection works (`locked_after`). One that there is not
/// can be entered at any time.
pub fn is_fixed(integration: &Integration, stored: &Stored, field: &Field, connected: bool) -> bool {
    let has_value = || {
        stored.secrets.contains(field.key())
            || effective(integration, &Map::new(), &stored.values, field.key()).is_some_and(|value| !value.is_null())
    };
    connected && field.common.locked_after.as_deref() == Some(CONNECTED) && has_value()
}

/// Values as they would be with these entries: typed, else stored, else the manifest's.
pub fn effective<'v>(
    integration: &'v Integration,
    entered: &'v Map<String, Value>,
    stored: &'v Map<String, Value>,
    field: &str,
) -> Option<&'v Value> {
    entered
        .get(field)
        .or_else(|| stored.get(field))
        .or_else(|| integration.manifest.field(field)?.common.default.as_ref())
}

/// The value of the field that a source depends on. None when that field has no value yet.
pub fn depends_on(
    integration: &Integration,
    source: &str,
    entered: &Map<String, Value>,
    stored: &Map<String, Value>,
) -> Option<Map<String, Value>> {
    let Some(field) = integration.manifest.sources.get(source).and_then(|source| source.depends_on.as_deref()) else {
        return Some(Map::new());
    };
    let value = effective(integration, entered, stored, field).filter(|value| !value.is_null())?;
    Some(Map::from_iter([(field.to_owned(), value.clone())]))
}

/// Entries that are good.
#[derive(Default)]
pub(super) struct Entered {
    pub(super) values: Map<String, Value>,
    pub(super) secrets: BTreeMap<String, SecretString>,
    /// Fields whose stored secret stays.
    pub(super) kept: Vec<String>,
}

/// Judges a whole step, of a connection that works already or not. What is not asked with the choices that were made is
/// left out.
pub(super) fn judge(
    integration: &Integration,
    stored: &Stored,
    fields: &[&Field],
    form: &Form,
    connected: bool,
) -> (Entered, BTreeMap<String, Mistake>) {
    let judge = |field: &Field| {
        let kept = stored.secrets.contains(field.key());
        if is_fixed(integration, stored, field, connected) {
            return fixed(integration, stored, field, form);
        }
        entry::judge(field, form, kept)
    };
    let asked = fields.iter().filter(|field| entry::is_askable(field));
    let judged: Vec<(&Field, Result<Entry, Mistake>)> = asked.map(|field| (*field, judge(field))).collect();
    let mut typed = Map::new();
    for (field, entry) in &judged {
        let value = match entry {
            Ok(Entry::Value(value)) => value.clone(),
            Ok(Entry::Nothing) => Value::Null,
            _ => continue,
        };
        typed.insert(field.key().to_owned(), value);
    }
    let value = |field: &str| effective(integration, &typed, &stored.values, field);
    let (mut entered, mut mistakes) = (Entered::default(), BTreeMap::new());
    for (field, entry) in judged {
        // What is not asked with these choices is neither checked nor used, and keeps its value.
        if field.common.visible_when.as_ref().is_some_and(|condition| !condition.holds(&value)) {
            continue;
        }
        let key = field.key().to_owned();
        match entry {
            Ok(Entry::Value(value)) => _ = entered.values.insert(key, value),
            Ok(Entry::Nothing) if matches!(field.kind, Kind::Secret(_)) => {}
            Ok(Entry::Nothing) => _ = entered.values.insert(key, Value::Null),
            Ok(Entry::Secret(secret)) => _ = entered.secrets.insert(key, secret),
            Ok(Entry::Kept) => entered.kept.push(key),
            Err(mistake) => _ = mistakes.insert(key, mistake),
        }
    }
    // A stored secret must not be sent to an address that somebody else may have typed.
    for key in &entered.kept {
        let Some(Kind::Secret(kind)) = integration.manifest.field(key).map(|field| &field.kind) else {
            continue;
        };
        let moved = |field: &String| {
            entered.values.get(field).is_some_and(|new| {
                effective(integration, &Map::new(), &stored.values, field).unwrap_or(&Value::Null) != new
            })
        };
        if kind.bound_to.iter().any(moved) {
            mistakes.insert(key.clone(), Mistake::BoundElsewhere);
        }
    }
    (entered, mistakes)
}

/// A page does not ask for it; a form that brings another value all the same is refused.
fn fixed(integration: &Integration, stored: &Stored, field: &Field, form: &Form) -> Result<Entry, Mistake> {
    let brought = form.first(&entry::name(field.key()));
    if matches!(field.kind, Kind::Secret(_)) {
        return if brought.unwrap_or_default().is_empty() { Ok(Entry::Kept) } else { Err(Mistake::Fixed) };
    }
    let value = effective(integration, &Map::new(), &stored.values, field.key()).cloned().unwrap_or(Value::Null);
    match brought.map(|_| entry::judge(field, form, false)) {
        None => Ok(Entry::Value(value)),
        Some(Ok(Entry::Value(typed))) if typed == value => Ok(Entry::Value(value)),
        Some(_) => Err(Mistake::Fixed),
    }
}

pub(super) fn fits(field: &Field, value: &Value) -> bool {
    match field.kind {
        // The text of an `info` is what `verify` answered.
        Kind::Info(_) => value.is_string(),
        _ => field.kind.has_value() && field.accepts(value),
    }
}
