//! Buttons beside settings: a run, a check of the connection, a file of the partner system.

pub mod last;

use std::sync::Arc;

use app::ids::RunId;
use app::ports::{Actor, RanView, Words};
use app::texts::Language;
use secrecy::ExposeSecret as _;
use serde_json::{Map, Value};

use self::last::Said;
use super::change::bound;
use super::save::owner;
use crate::domain::connection::Connection;
use crate::domain::settings::edits::Of;
use crate::domain::settings::tenant::Location;
use crate::domain::settings::{Place, Settings};
use crate::manifest::field::Field;
use crate::manifest::kind::Kind;
use crate::manifest::{Hook, Integration, Step};
use crate::services::{ServiceError, events, outbox, to_the_end};
use crate::state::App;
use crate::storage::activity::{self, Activity};
use crate::storage::settings::{layers, secrets};
use crate::storage::{connections, runs};
use crate::upstream::partner::{
    Action, ActionOutcome, Locations, PartnerError, Stamp, Subject, Told, Verified, Verify,
};

pub enum File {
    Made(Download),
    Refused(RanView),
    /// The manifest has no such file here.
    Unknown,
}

pub struct Download {
    pub name: String,
    pub media_type: String,
    pub bytes: Vec<u8>,
}

/// Presses a button of the manifest. None when there is none with this key here.
///
/// # Errors
/// When the database does not answer. The partner's trouble is told in words.
pub async fn run(
    app: &App,
    integration: &Arc<Integration>,
    connection: &Connection,
    of: &Of,
    key: &str,
    member: Option<String>,
    language: Language,
) -> Result<Option<RanView>, ServiceError> {
    let Some(field) = integration.manifest.field(key) else { return Ok(None) };
    let Kind::Action(action) = &field.kind else { return Ok(None) };
    let Some((_, connection)) = owner(app, connection.id).await? else { return Ok(None) };
    if !is_here(app, &connection, of).await? {
        return Ok(None);
    }
    let label = label(integration, field, language);
    let told = |good: bool, said: Said| RanView { label, good, said: vec![said.words(integration, language)] };
    let Some(turn) = last::begin(app, &connection, &field.kind, of, key).await? else {
        return Ok(Some(told(false, Said::ours("action-too-soon"))));
    };
    let (good, said) = match action.action.as_str() {
        "sync.run" => {
            ask_for_run(app, &connection, member.clone()).await?;
            (true, Said::ours("action-run-asked"))
        }
        check if integration.steps().iter().any(|step| step.check.as_deref() == Some(check)) => {
            let step = integration.steps().iter().find(|step| step.check.as_deref() == Some(check));
            match step {
                Some(step) => verify(app, integration, &connection, of, step, check).await?,
                None => return Ok(None),
            }
        }
        name => match act(app, integration, &connection, of, name, member.as_deref()).await? {
            Ok(ActionOutcome::Done { message }) => (true, Said::Theirs(message)),
            Ok(ActionOutcome::Refused { message }) => (false, Said::Theirs(message)),
            Ok(ActionOutcome::Download { file_name, .. }) => (true, Said::Theirs(file_name)),
            Err(error) => (false, trouble(&error)),
        },
    };
    turn.end(app, &connection, good, &said).await?;
    record(app, &connection, "settings.action", member, &field.common.label).await?;
    Ok(Some(told(good, said)))
}

/// Gets a file of the manifest.
///
/// # Errors
/// When the database does not answer. The partner's trouble is told in words.
pub async fn file(
    app: &App,
    integration: &Arc<Integration>,
    connection: &Connection,
    of: &Of,
    key: &str,
    member: Option<String>,
    language: Language,
) -> Result<File, ServiceError> {
    let Some(field) = integration.manifest.field(key) else { return Ok(File::Unknown) };
    let Kind::Artifact(artifact) = &field.kind else { return Ok(File::Unknown) };
    let Some((_, connection)) = owner(app, connection.id).await? else { return Ok(File::Unknown) };
    if !is_here(app, &connection, of).await? {
        return Ok(File::Unknown);
    }
    let label = label(integration, field, language);
    let refused =
        |said: &Said| File::Refused(RanView { label, good: false, said: vec![said.words(integration, language)] });
    let Some(turn) = last::begin(app, &connection, &field.kind, of, key).await? else {
        return Ok(refused(&Said::ours("action-too-soon")));
    };
    let said = match act(app, integration, &connection, of, &artifact.action, member.as_deref()).await? {
        Ok(ActionOutcome::Download { file_name, media_type, bytes }) => {
            turn.end(app, &connection, true, &Said::Theirs(file_name.clone())).await?;
            // Who has it can matter long after.
            record(app, &connection, "settings.downloaded", member, &field.common.label).await?;
            return Ok(File::Made(Download { name: file_name, media_type, bytes }));
        }
        Ok(ActionOutcome::Done { message } | ActionOutcome::Refused { message }) => Said::Theirs(message),
        Err(error) => trouble(&error),
    };
    turn.end(app, &connection, false, &said).await?;
    Ok(refused(&said))
}

/// What the button is called in the language of the page.
fn label(integration: &Integration, field: &Field, language: Language) -> Words {
    let key = format!("fields.{}.label", field.key());
    let translated = integration
        .manifest
        .translations
        .iter()
        .find_map(|(tag, texts)| (Language::of_tag(tag) == Some(language)).then(|| texts.get(&key)).flatten());
    translated.map_or_else(|| Words::new(&field.common.label), Words::new)
}

async fn is_here(app: &App, connection: &Connection, of: &Of) -> Result<bool, ServiceError> {
    let Of::Location(id) = of else { return Ok(true) };
    let known = connections::locations(app.db.read(), connection.id).await?;
    Ok(known.iter().any(|location| location.id == *id))
}

fn location(of: &Of) -> Option<&str> {
    match of {
        Of::Organization => None,
        Of::Location(id) => Some(id),
    }
}

fn trouble(error: &PartnerError) -> Said {
    Said::ours(match error.told() {
        Told::NoAnswer => "action-no-answer",
        Told::BadAnswer => "action-bad-answer",
    })
}

async fn act(
    app: &App,
    integration: &Integration,
    connection: &Connection,
    of: &Of,
    action: &str,
    member: Option<&str>,
) -> Result<Result<ActionOutcome, PartnerError>, ServiceError> {
    let refused = || Ok(Ok(ActionOutcome::Refused { message: integration.name.clone() }));
    let Some(partner) = integration.partner.as_ref().filter(|partner| partner.answers(Hook::Actions)) else {
        return refused();
    };
    let Some((organization, _)) = owner(app, connection.id).await? else { return refused() };
    let subject = Subject { integration: &integration.slug, connection: connection.id, organization: &organization };
    let stamp = Stamp { id: app.random.uuid(app.clock.now()), at: app.clock.now_seconds() };
    let question = Action { action, location: location(of), member };
    let answer = app.partners.action(partner, subject, stamp, &question).await;
    app.calls.hook(connection.id, Hook::Actions, &answer, app.clock.now());
    if let Err(error) = &answer {
        tracing::warn!(connection.id = %connection.id, action, %error, "an action was not answered");
    }
    Ok(answer)
}

/// Asks the partner system whether what is stored for a step is still right here.
async fn verify(
    app: &App,
    integration: &Integration,
    connection: &Connection,
    of: &Of,
    step: &Step,
    check: &str,
) -> Result<(bool, Said), ServiceError> {
    let good = || Said::ours("action-checked");
    let Some(partner) = integration.partner.as_ref().filter(|partner| partner.answers(Hook::Verify)) else {
        return Ok((true, good()));
    };
    let Some((organization, _)) = owner(app, connection.id).await? else { return Ok((false, good())) };
    let db = app.db.read();
    let stored = layers::load(db, connection.id).await?;
    let list = connections::locations(db, connection.id).await?;
    let here = list.iter().find(|known| Some(known.id.as_str()) == location(of)).map(|known| Location {
        id: known.id.clone(),
        name: known.name.clone().unwrap_or_else(|| known.id.clone()),
        time_zone: known.time_zone.clone(),
        currency: known.currency.clone(),
        country: None,
        language: None,
    });
    let place = here.as_ref().map_or(Place::Organization, Place::Location);
    let settings = Settings::resolve(&integration.manifest, &stored.layers, place);
    let mut values = Map::new();
    for key in &step.fields {
        let Some(field) = settings.field(key) else { continue };
        let Kind::Secret(kind) = &field.field.kind else {
            values.insert(key.clone(), field.value.clone());
            continue;
        };
        if field.value.is_null() {
            values.insert(key.clone(), Value::Null);
            continue;
        }
        let own = (of.clone(), key.clone());
        let whose = if stored.secrets.contains_key(&own) { of.clone() } else { Of::Organization };
        let entered_for = stored.secrets.get(&(whose.clone(), key.clone())).and_then(|kept| kept.bound.clone());
        let sent_to = bound(&integration.manifest, kind, &stored.layers, of);
        // Never to an address it was not entered for. Those from before addresses were kept are bound by the resolver.
        if entered_for.is_some() && entered_for != sent_to {
            continue;
        }
        if let Some(text) = secrets::text(db, &app.vault, connection, &whose, key).await? {
            values.insert(key.clone(), text.expose_secret().into());
        }
    }
    let locations = match (&here, connection.all_locations) {
        (None, true) => Locations::All,
        (None, false) => Locations::These(&list),
        (Some(_), _) => Locations::These(&list),
    };
    let subject = Subject { integration: &integration.slug, connection: connection.id, organization: &organization };
    let stamp = Stamp { id: app.random.uuid(app.clock.now()), at: app.clock.now_seconds() };
    let question = Verify { step: &step.id, check, values: &values, locations, oauth: None };
    let answer = app.partners.verify(partner, subject, stamp, &question).await;
    app.calls.hook(connection.id, Hook::Verify, &answer, app.clock.now());
    Ok(match answer {
        Ok(Verified::Accepted { .. }) => (true, good()),
        Ok(Verified::Refused { errors }) => {
            let said: Vec<String> = errors.into_iter().map(|error| error.message).collect();
            (false, Said::Theirs(said.join(" ")))
        }
        Err(error) => {
            tracing::warn!(connection.id = %connection.id, %error, "a connection was not checked");
            (false, trouble(&error))
        }
    })
}

async fn ask_for_run(app: &App, connection: &Connection, member: Option<String>) -> Result<(), ServiceError> {
    let connection = connection.id;
    to_the_end(app, async move |app| {
        let now = app.clock.now();
        let mut tx = app.db.begin().await?;
        let Some(current) = connections::lock(&tx, connection).await?.filter(|one| one.disconnected.is_none()) else {
            return Ok(());
        };
        let id = app.random.uuid(now);
        let run = runs::start(&mut tx, &current, id, "admin", now).await?;
        // The partner system has heard of one that is under way already.
        if run.id == id {
            outbox::sync(&app, &mut tx, &current, "admin", Some(id), now).await?;
            events::sync_requested(&app, &mut tx, &current, "admin", id, now).await?;
            let detail = Some(RunId(id).to_string());
            let happened = Activity { at: now, kind: "sync.requested".into(), actor: Actor::Admin(member), detail };
            activity::record(&mut tx, &current, app.random.uuid(now), happened).await?;
        }
        tx.commit().await?;
        app.outbox.wake();
        Ok(())
    })
    .await
}

async fn record(
    app: &App,
    connection: &Connection,
    kind: &str,
    member: Option<String>,
    label: &str,
) -> Result<(), ServiceError> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let happened =
        Activity { at: now, kind: kind.to_owned(), actor: Actor::Admin(member), detail: Some(label.to_owned()) };
    activity::record(&mut tx, connection, app.random.uuid(now), happened).await?;
    tx.commit().await?;
    Ok(())
}
