//! The partner's steps: an admin's entries are judged, verified by the partner system, and kept.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use app::ports::{Actor, Mistake, PartnerTrouble};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::choices::{self, Question};
use super::{ServiceError, to_the_end};
use crate::clock::Millis;
use crate::domain::connection::Connection;
use crate::domain::entry::{self, Echo, Entry, needing};
use crate::domain::form::Form;
use crate::domain::organization::Organization;
use crate::manifest::field::Field;
use crate::manifest::kind::Kind;
use crate::manifest::{Hook, Integration, Step};
use crate::state::App;
use crate::storage::activity::{self, Activity};
use crate::storage::settings::{self, PartnerAccount};
use crate::storage::{Tx, connections, grants, organizations};
use crate::upstream::partner::{Locations, PartnerError, Stamp, Subject, Told, Verified, Verify};

pub enum Submitted {
    Done,
    /// To be shown again, with what is wrong.
    Again(Echo),
    /// The connection has ended, or the step is none that can be asked.
    Gone,
}

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

/// The step, if a page can ask everything that it wants to know.
pub fn askable<'i>(integration: &'i Integration, step: &str) -> Option<(&'i Step, Vec<&'i Field>)> {
    let step = integration.steps().iter().find(|known| known.id == step)?;
    let fields: Option<Vec<&Field>> = step.fields.iter().map(|key| integration.manifest.field(key)).collect();
    let fields = fields.filter(|fields| !step.is_oauth() && fields.iter().all(|field| entry::is_askable(field)))?;
    Some((step, fields))
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

/// Takes what was typed into a step.
///
/// # Errors
/// When the database does not answer; nothing is kept then.
pub async fn submit(
    app: &App,
    integration: &Arc<Integration>,
    connection: Uuid,
    step: &str,
    form: Form,
    actor: Actor,
) -> Result<Submitted, ServiceError> {
    let (integration, step) = (integration.clone(), step.to_owned());
    to_the_end(app, async move |app| {
        let Some(connection) = connections::get(app.db.read(), connection).await? else { return Ok(Submitted::Gone) };
        let Some(organization) = organizations::get(app.db.read(), connection.organization).await? else {
            return Ok(Submitted::Gone);
        };
        let Some((step, fields)) = askable(&integration, &step).filter(|_| connection.disconnected.is_none()) else {
            return Ok(Submitted::Gone);
        };
        let stored = Stored::of(&app, connection.id).await?;
        let desk = Desk { app: &app, integration: &integration, organization, connection, step, stored, actor };
        desk.submit(&fields, form).await
    })
    .await
}

/// One submit of one step.
struct Desk<'a> {
    app: &'a App,
    integration: &'a Integration,
    organization: Organization,
    connection: Connection,
    step: &'a Step,
    stored: Stored,
    actor: Actor,
}

/// Entries that are good.
#[derive(Default)]
struct Entered {
    values: Map<String, Value>,
    secrets: BTreeMap<String, SecretString>,
    /// Fields whose stored secret stays.
    kept: Vec<String>,
}

impl Desk<'_> {
    async fn submit(self, fields: &[&Field], form: Form) -> Result<Submitted, ServiceError> {
        let (entered, mistakes) = self.judge(fields, &form);
        let mut echo = Echo::of(form);
        echo.mistakes = mistakes;
        if echo.is_refused() {
            return Ok(self.again(echo, &entered));
        }
        match self.choices(fields, &entered, &mut echo).await {
            Err(error) => return self.trouble(echo, entered, &error).await,
            Ok(()) if echo.is_refused() => return Ok(self.again(echo, &entered)),
            Ok(()) => {}
        }
        match self.verify(&entered).await? {
            Ok(Verified::Accepted { account, values }) => {
                self.commit(entered, account.map(|account| (account.id, account.name)), values).await
            }
            Ok(Verified::Refused { errors }) => {
                for error in errors {
                    match error.field.filter(|key| self.step.fields.contains(key)) {
                        Some(key) => _ = echo.mistakes.entry(key).or_insert(Mistake::Said(error.message)),
                        None => echo.said.push(error.message),
                    }
                }
                Ok(self.again(echo, &entered))
            }
            Err(error) => self.trouble(echo, entered, &error).await,
        }
    }

    fn judge(&self, fields: &[&Field], form: &Form) -> (Entered, BTreeMap<String, Mistake>) {
        let judged: Vec<(&Field, Result<Entry, Mistake>)> = fields
            .iter()
            .map(|field| (*field, entry::judge(field, form, self.stored.secrets.contains(field.key()))))
            .collect();
        let mut typed = Map::new();
        for (field, entry) in &judged {
            let value = match entry {
                Ok(Entry::Value(value)) => value.clone(),
                Ok(Entry::Nothing) => Value::Null,
                _ => continue,
            };
            typed.insert(field.key().to_owned(), value);
        }
        let value = |field: &str| effective(self.integration, &typed, &self.stored.values, field);
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
            let Some(Kind::Secret(kind)) = self.integration.manifest.field(key).map(|field| &field.kind) else {
                continue;
            };
            let moved = |field: &String| {
                entered.values.get(field).is_some_and(|new| {
                    effective(self.integration, &Map::new(), &self.stored.values, field).unwrap_or(&Value::Null) != new
                })
            };
            if kind.bound_to.iter().any(moved) {
                mistakes.insert(key.clone(), Mistake::BoundElsewhere);
            }
        }
        (entered, mistakes)
    }

    /// Whether what was chosen is offered.
    async fn choices(&self, fields: &[&Field], entered: &Entered, echo: &mut Echo) -> Result<(), PartnerError> {
        for field in fields {
            let Some((source, _)) = choices::source(field) else { continue };
            let ids: Vec<String> = match entered.values.get(field.key()) {
                Some(Value::String(id)) => vec![id.clone()],
                Some(Value::Array(ids)) => ids.iter().filter_map(|id| id.as_str().map(str::to_owned)).collect(),
                _ => continue,
            };
            if ids.is_empty() {
                continue;
            }
            let depends_on = depends_on(self.integration, source, &entered.values, &self.stored.values);
            let question = Question { source, depends_on: depends_on.unwrap_or_default(), ids: ids.clone(), pages: 1 };
            let page =
                choices::list(self.app, self.integration, &self.organization, &self.connection, &question).await?;
            let offered = |id: &String| page.items.iter().any(|item| item.id == *id && item.disabled.is_none());
            if !ids.iter().all(offered) {
                echo.mistakes.insert(field.key().to_owned(), Mistake::UnknownChoice);
            }
        }
        Ok(())
    }

    async fn verify(&self, entered: &Entered) -> Result<Result<Verified, PartnerError>, ServiceError> {
        let accepted = Verified::Accepted { account: None, values: Map::new() };
        let partner = self.integration.partner.as_ref().filter(|partner| partner.answers(Hook::Verify));
        let (Some(partner), Some(check)) = (partner, &self.step.check) else { return Ok(Ok(accepted)) };
        let db = self.app.db.read();
        let kept = settings::secrets(db, &self.app.vault, &self.connection, &entered.kept).await?;
        let mut values = entered.values.clone();
        for (key, secret) in kept.iter().chain(&entered.secrets) {
            values.insert(key.clone(), secret.expose_secret().into());
        }
        let list = connections::locations(db, self.connection.id).await?;
        let locations = if self.connection.all_locations { Locations::All } else { Locations::These(&list) };
        let question = Verify { step: &self.step.id, check, values: &values, locations, oauth: None };
        let subject = Subject {
            integration: &self.integration.slug,
            connection: self.connection.id,
            organization: &self.organization,
        };
        let now = self.app.clock.now();
        let stamp = Stamp { id: self.app.random.uuid(now), at: self.app.clock.now_seconds() };
        Ok(self.app.partners.verify(partner, subject, stamp, &question).await)
    }

    /// Secrets that were typed go with what was refused, and the page says so.
    fn again(&self, mut echo: Echo, entered: &Entered) -> Submitted {
        for key in entered.secrets.keys() {
            echo.mistakes.entry(key.clone()).or_insert(Mistake::EnterAgain);
        }
        Submitted::Again(echo)
    }

    /// The partner's trouble loses no entry: while set-up is open they are kept, though not verified. A connection
    /// that works keeps what it works with.
    async fn trouble(self, mut echo: Echo, entered: Entered, error: &PartnerError) -> Result<Submitted, ServiceError> {
        tracing::warn!(connection.id = %self.connection.id, step = %self.step.id, %error, "a step was not verified");
        echo.trouble = Some(told(error));
        if self.connection.finished_at.is_some() {
            return Ok(self.again(echo, &entered));
        }
        let now = self.app.clock.now();
        let mut tx = self.app.db.begin().await?;
        let current = connections::lock(&tx, self.connection.id).await?;
        let Some(current) = current.filter(|current| current.disconnected.is_none()) else {
            return Ok(Submitted::Gone);
        };
        if current.finished_at.is_some() {
            return Ok(self.again(echo, &entered));
        }
        if self.keep(&mut tx, &entered, now).await? {
            self.reopen(&mut tx, true).await?;
        }
        tx.commit().await?;
        Ok(Submitted::Again(echo))
    }

    /// Stores the entries. `true` when they are others than before.
    async fn keep(&self, tx: &mut Tx, entered: &Entered, now: Millis) -> Result<bool, ServiceError> {
        let mut changed = !entered.secrets.is_empty();
        for (key, value) in &entered.values {
            changed |= self.stored.values.get(key) != Some(value);
            self.confirmed(tx, key, value, now).await?;
            settings::save_value(tx, &self.connection, key, value, now).await?;
        }
        for (key, secret) in &entered.secrets {
            settings::save_secret(tx, &self.app.vault, &self.connection, key, secret, now).await?;
        }
        Ok(changed)
    }

    /// Who confirmed a statement, and when, may matter long after.
    async fn confirmed(&self, tx: &mut Tx, key: &str, value: &Value, now: Millis) -> Result<(), ServiceError> {
        let yes = Value::Bool(true);
        let field = self.integration.manifest.field(key);
        let Some(field) = field.filter(|field| matches!(field.kind, Kind::Acknowledgement(_)) && *value == yes) else {
            return Ok(());
        };
        if self.stored.values.get(key) == Some(&yes) {
            return Ok(());
        }
        let happened = Activity {
            at: now,
            kind: "acknowledgement.confirmed".into(),
            actor: self.actor.clone(),
            detail: Some(field.common.label.clone()),
        };
        Ok(activity::record(tx, &self.connection, self.app.random.uuid(now), happened).await?)
    }

    async fn reopen(&self, tx: &mut Tx, this_too: bool) -> Result<(), ServiceError> {
        let mut steps = needing(self.integration.steps(), &self.step.id);
        if this_too {
            steps.push(&self.step.id);
        }
        Ok(settings::reopen_steps(tx, &self.connection, &steps).await?)
    }

    async fn commit(
        self,
        mut entered: Entered,
        account: Option<(String, String)>,
        derived: Map<String, Value>,
    ) -> Result<Submitted, ServiceError> {
        for (key, value) in derived {
            let field = self.integration.manifest.field(&key);
            match (field, &value) {
                (Some(field), Value::String(text)) if matches!(field.kind, Kind::Secret(_)) => {
                    entered.secrets.insert(key, SecretString::from(text.as_str()));
                }
                (Some(field), value) if fits(field, value) => _ = entered.values.insert(key, value.clone()),
                _ => tracing::warn!(
                    integration = %self.integration.slug, step = %self.step.id, field = ?key,
                    "a derived value fits no field of the manifest and was left out"
                ),
            }
        }
        let now = self.app.clock.now();
        let mut tx = self.app.db.begin().await?;
        let current = connections::lock(&tx, self.connection.id).await?;
        let Some(current) = current.filter(|current| current.disconnected.is_none()) else {
            return Ok(Submitted::Gone);
        };
        let changed = self.keep(&mut tx, &entered, now).await?;
        settings::close_step(&mut tx, &current, &self.step.id, now).await?;
        if changed {
            self.reopen(&mut tx, false).await?;
        }
        if let Some((id, name)) = account {
            let before = settings::account(tx.connection(), current.id).await?;
            let account = PartnerAccount { id, name, verified_at: now };
            settings::save_account(&mut tx, &current, &account).await?;
            let refused = grants::is_refused(tx.connection(), current.id).await?;
            let named = Connection { account_name: Some(account.name.clone()), ..current.clone() };
            connections::save(&mut tx, &named, refused, now).await?;
            if before.is_none_or(|before| (before.id, before.name) != (account.id, account.name.clone())) {
                let happened = Activity {
                    at: now,
                    kind: "partner.linked".into(),
                    actor: self.actor.clone(),
                    detail: Some(account.name),
                };
                activity::record(&mut tx, &current, self.app.random.uuid(now), happened).await?;
            }
        }
        tx.commit().await?;
        Ok(Submitted::Done)
    }
}

fn fits(field: &Field, value: &Value) -> bool {
    match field.kind {
        // The text of an `info` is what `verify` answered.
        Kind::Info(_) => value.is_string(),
        _ => field.kind.has_value() && field.accepts(value),
    }
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

pub fn told(error: &PartnerError) -> PartnerTrouble {
    match error.told() {
        Told::NoAnswer => PartnerTrouble::NoAnswer,
        Told::BadAnswer => PartnerTrouble::BadAnswer,
    }
}
