//! The partner's steps: an admin's entries are judged, verified by the partner system, and kept.

mod entered;
mod kept;
mod sign_in;

use std::collections::BTreeMap;
use std::sync::Arc;

use app::ports::{Actor, Mistake, PartnerTrouble};
use app::texts::Language;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value};
use uuid::Uuid;

pub use self::entered::{CONNECTED, Stored, depends_on, effective, is_fixed, known};
use self::entered::{Entered, fits, judge, unasked};
pub use self::sign_in::{Back, CUT_OFF, Returned, come_back, find, redirect_uri, reminder};
use super::answers::{About, Unanswered};
use super::choices::{self, Question};
use super::{ServiceError, health, to_the_end};
use crate::domain::connection::Connection;
use crate::domain::entry::{Echo, needing};
use crate::domain::form::Form;
use crate::domain::organization::Organization;
use crate::domain::sign_in::Opener;
use crate::jobs::Job;
use crate::manifest::field::Field;
use crate::manifest::kind::Kind;
use crate::manifest::{Hook, Integration, Step};
use crate::state::App;
use crate::storage::activity::{self, Activity};
use crate::storage::settings::{self, PartnerAccount, layers};
use crate::storage::{Tx, connections, grants, organizations, sign_ins};
use crate::upstream::partner::{Locations, PartnerError, Stamp, Subject, Told, Verified, Verify};

/// Who works on a step.
#[derive(Clone)]
pub struct By {
    pub actor: Actor,
    pub opener: Opener,
    /// What is refused is said in it.
    pub language: Language,
}

pub enum Submitted {
    /// `linked`: with an account that was not linked before.
    Done { linked: bool },
    /// The entries are kept; the browser goes on at this address of the partner's.
    SignIn(SecretString),
    /// To be shown again, with what is wrong.
    Again(Echo),
    /// The connection has ended, or there is no such step.
    Gone,
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
    by: By,
) -> Result<Submitted, ServiceError> {
    let (integration, step) = (integration.clone(), step.to_owned());
    to_the_end(app, async move |app| {
        let Some(desk) = Desk::open(&app, &integration, connection, &step, by).await? else {
            return Ok(Submitted::Gone);
        };
        desk.submit(form).await
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
    fields: Vec<&'a Field>,
    stored: Stored,
    by: By,
}

impl<'a> Desk<'a> {
    /// None when the connection has ended, or there is no such step.
    async fn open(
        app: &'a App,
        integration: &'a Integration,
        connection: Uuid,
        step: &str,
        by: By,
    ) -> Result<Option<Self>, ServiceError> {
        let Some(connection) = connections::get(app.db.read(), connection).await? else { return Ok(None) };
        let Some(organization) = organizations::get(app.db.read(), connection.organization).await? else {
            return Ok(None);
        };
        let Some((step, fields)) = known(integration, step).filter(|_| connection.disconnected.is_none()) else {
            return Ok(None);
        };
        let stored = Stored::of(app, connection.id).await?;
        Ok(Some(Self { app, integration, organization, connection, step, fields, stored, by }))
    }

    fn judge(&self, form: &Form) -> (Entered, BTreeMap<String, Mistake>) {
        judge(self.integration, &self.stored, &self.fields, form, self.connection.finished_at.is_some())
    }

    async fn submit(self, form: Form) -> Result<Submitted, ServiceError> {
        let (entered, mistakes) = self.judge(&form);
        let mut echo = Echo::of(form);
        echo.mistakes = mistakes;
        if !echo.is_refused() {
            let db = self.app.db.read();
            let stored = layers::load(db, self.connection.id).await?;
            self.stay(&stored, &connections::locations(db, self.connection.id).await?, &entered, &mut echo);
        }
        if echo.is_refused() {
            return Ok(self.again(echo, &entered));
        }
        match self.choices(&entered, &mut echo).await {
            Err(Unanswered::Partner(error)) => return self.trouble(echo, entered, &error).await,
            Err(Unanswered::Ours(error)) => return Err(error),
            Ok(()) if echo.is_refused() => return Ok(self.again(echo, &entered)),
            Ok(()) => {}
        }
        if self.step.is_oauth() {
            return self.lead(echo).await;
        }
        self.conclude(echo, entered, None).await
    }

    /// Asks the partner system, and keeps what it accepts.
    async fn conclude(
        self,
        mut echo: Echo,
        entered: Entered,
        oauth: Option<&Value>,
    ) -> Result<Submitted, ServiceError> {
        match self.verify(&entered, oauth).await? {
            Ok(Verified::Accepted { account, values }) => {
                self.commit(echo, entered, account.map(|account| (account.id, account.name)), values).await
            }
            Ok(Verified::Refused { errors }) => {
                for error in errors {
                    match error.field.filter(|key| self.step.fields.contains(key)) {
                        Some(key) => add(&mut echo.mistakes, key, error.message),
                        None => echo.said.push(error.message),
                    }
                }
                Ok(self.again(echo, &entered))
            }
            Err(error) => self.trouble(echo, entered, &error).await,
        }
    }

    /// Whether what was chosen is offered.
    async fn choices(&self, entered: &Entered, echo: &mut Echo) -> Result<(), Unanswered> {
        for field in &self.fields {
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
            let depends_on = depends_on.unwrap_or_default();
            let question = Question { source, depends_on, ids: ids.clone(), pages: 1, ..Question::default() };
            let about =
                About { integration: self.integration, organization: &self.organization, connection: &self.connection };
            let page = choices::list(self.app, about, &question).await?;
            let offered = |id: &String| page.items.iter().any(|item| item.id == *id && item.disabled.is_none());
            if !ids.iter().all(offered) {
                echo.mistakes.insert(field.key().to_owned(), Mistake::UnknownChoice);
            }
        }
        Ok(())
    }

    async fn verify(
        &self,
        entered: &Entered,
        oauth: Option<&Value>,
    ) -> Result<Result<Verified, PartnerError>, ServiceError> {
        let accepted = Verified::Accepted { account: None, values: Map::new() };
        let partner = self.integration.partner.as_ref().filter(|partner| partner.answers(Hook::Verify));
        let (Some(partner), Some(check)) = (partner, self.step.checked_as()) else { return Ok(Ok(accepted)) };
        let db = self.app.db.read();
        let kept = settings::secrets(db, &self.app.vault, &self.connection, &entered.kept).await?;
        let mut values = unasked(self.integration, &self.stored, &self.fields, &entered.values);
        values.extend(entered.values.clone());
        for (key, secret) in kept.iter().chain(&entered.secrets) {
            values.insert(key.clone(), secret.expose_secret().into());
        }
        let list = connections::locations(db, self.connection.id).await?;
        let locations = if self.connection.all_locations { Locations::All } else { Locations::These(&list) };
        let question = Verify { step: &self.step.id, check, values: &values, locations, oauth };
        let subject = Subject {
            integration: &self.integration.slug,
            connection: self.connection.id,
            organization: &self.organization,
        };
        let now = self.app.clock.now();
        let stamp = Stamp { id: self.app.random.uuid(now), at: self.app.clock.now_seconds() };
        let answer = self.app.partners.verify(partner, subject, stamp, &question).await;
        self.app.calls.hook(self.connection.id, Hook::Verify, &answer, self.app.clock.now());
        Ok(answer)
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
        let stored = layers::load(tx.connection(), current.id).await?;
        // Nobody has confirmed these addresses, so no secret is lost to them, whosever it is.
        if self.moves(&stored, &entered) {
            return Ok(self.again(echo, &entered));
        }
        if self.keep(&mut tx, &stored, &entered, now).await? {
            self.reopen(&mut tx, true).await?;
        }
        tx.commit().await?;
        self.app.outbox.wake();
        Ok(Submitted::Again(echo))
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
        mut echo: Echo,
        mut entered: Entered,
        account: Option<(String, String)>,
        derived: Map<String, Value>,
    ) -> Result<Submitted, ServiceError> {
        let now = self.app.clock.now();
        let mut tx = self.app.db.begin().await?;
        let current = connections::lock(&tx, self.connection.id).await?;
        let Some(current) = current.filter(|current| current.disconnected.is_none()) else {
            return Ok(Submitted::Gone);
        };
        let connected = current.finished_at.is_some();
        if connected && self.connection.finished_at.is_none() {
            // Another window has finished the set-up: what is fixed by that was judged when it was not.
            return Ok(Submitted::Gone);
        }
        for (key, value) in derived {
            let field = self.integration.manifest.field(&key);
            match (field, &value) {
                (Some(field), value) if is_fixed(self.integration, &self.stored, field, connected) => {
                    if self.stored.values.get(&key) != Some(value) {
                        tracing::warn!(
                            integration = %self.integration.slug, step = %self.step.id, field = ?key,
                            "a derived value of a field that cannot change any more was left out"
                        );
                    }
                }
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
        let stored = layers::load(tx.connection(), current.id).await?;
        self.stay(&stored, &connections::locations(tx.connection(), current.id).await?, &entered, &mut echo);
        if echo.is_refused() {
            return Ok(self.again(echo, &entered));
        }
        let changed = self.keep(&mut tx, &stored, &entered, now).await?;
        settings::close_step(&mut tx, &current, &self.step.id, now).await?;
        if self.step.is_oauth() {
            sign_ins::delete(&mut tx, current.id, self.by.opener, &self.step.id).await?;
        }
        let before = settings::account(tx.connection(), current.id).await?;
        // What was chosen in one account means nothing in another.
        let another = before.as_ref().zip(account.as_ref()).is_some_and(|(before, (id, _))| before.id != *id);
        if changed || another {
            self.reopen(&mut tx, false).await?;
        }
        let mut linked = false;
        if let Some((id, name)) = account {
            linked = before.as_ref().is_none_or(|before| before.id != id);
            let account = PartnerAccount { id, name, verified_at: now };
            settings::save_account(&mut tx, &current, &account).await?;
            let refused = grants::is_refused(tx.connection(), current.id).await?;
            let named = Connection { account_name: Some(account.name.clone()), ..current.clone() };
            health::save(self.app, &mut tx, &named, refused, now).await?;
            if before.as_ref().is_none_or(|before| (&before.id, &before.name) != (&account.id, &account.name)) {
                let (kind, detail) = match before.filter(|_| another) {
                    Some(before) => ("partner.changed", format!("{} → {}", before.name, account.name)),
                    None => ("partner.linked", account.name),
                };
                let actor = self.by.actor.clone();
                let happened = Activity { at: now, kind: kind.into(), actor, detail: Some(detail) };
                activity::record(&mut tx, &current, self.app.random.uuid(now), happened).await?;
            }
        }
        tx.commit().await?;
        // The same keys hold settings, so locations may be in trouble by what was entered, or out of it.
        self.app.jobs.send(Job::Settings { connection: current.id });
        self.app.outbox.wake();
        self.app.answers.forget(current.id);
        Ok(Submitted::Done { linked })
    }
}

/// The partner may find two things wrong with one entry: both stand at it.
fn add(mistakes: &mut BTreeMap<String, Mistake>, field: String, message: String) {
    match mistakes.get_mut(&field) {
        Some(Mistake::Said(said)) if said.is_empty() => *said = message,
        Some(Mistake::Said(said)) if !message.is_empty() && *said != message => {
            said.push(' ');
            said.push_str(&message);
        }
        Some(_) => {}
        None => _ = mistakes.insert(field, Mistake::Said(message)),
    }
}

pub fn told(error: &PartnerError) -> PartnerTrouble {
    match error.told() {
        Told::NoAnswer => PartnerTrouble::NoAnswer,
        Told::BadAnswer => PartnerTrouble::BadAnswer,
    }
}
