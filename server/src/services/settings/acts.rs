//! Buttons beside settings: a run, a check of the connection, a file of the partner system.

mod check;
pub mod last;

use std::sync::Arc;

use app::ids::RunId;
use app::ports::{Actor, RanView, Words};
use app::texts::Language;

use self::last::Said;
use super::save::owner;
use crate::domain::connection::Connection;
use crate::domain::settings::edits::Of;
use crate::domain::settings::entries::Entries;
use crate::domain::settings::judge::Wrong;
use crate::manifest::field::Field;
use crate::manifest::kind::Kind;
use crate::manifest::{Hook, Integration};
use crate::services::{ServiceError, events, outbox, to_the_end};
use crate::state::App;
use crate::storage::activity::{self, Activity};
use crate::storage::{connections, runs};
use crate::upstream::partner::{Action, ActionOutcome, PartnerError, Stamp, Subject, Told};

/// Who presses a button, and where.
pub struct Press<'p> {
    pub of: &'p Of,
    pub key: &'p str,
    pub member: Option<String>,
    /// What is typed on the page of the button.
    pub entries: &'p Entries,
    /// Of whoever reads what came of it.
    pub language: Language,
}

/// What a button came to.
pub struct Ran {
    pub view: RanView,
    /// What is wrong with single fields; it stands at their controls.
    pub wrong: Vec<Wrong>,
}

/// The button that asks for a run.
const RUN: &str = "sync.run";

pub enum File {
    Made(Download),
    Refused(Ran),
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
    press: Press<'_>,
) -> Result<Option<Ran>, ServiceError> {
    let Press { of, key, language, .. } = press;
    let Some(field) = integration.manifest.field(key) else { return Ok(None) };
    let Kind::Action(action) = &field.kind else { return Ok(None) };
    let Some((organization, connection)) = owner(app, connection.id).await? else { return Ok(None) };
    if !is_here(app, &connection, of).await? {
        return Ok(None);
    }
    let told = |good: bool, said: Vec<Said>, wrong: Vec<Wrong>| {
        let said = said.iter().map(|said| said.words(integration, language)).collect();
        let label = label(integration, field, language);
        Ok(Some(Ran { view: RanView { label, good, said, mistakes: Vec::new() }, wrong }))
    };
    let is_run = action.action == RUN;
    let step = integration.steps().iter().find(|step| !is_run && step.check.as_ref() == Some(&action.action));
    let check = match step {
        Some(step) => {
            let read = check::read(app, integration, (&organization, &connection), &press, step);
            match Box::pin(read).await? {
                Ok(question) => Some((step, question)),
                Err(wrong) => return told(false, vec![Said::ours("action-not-asked")], wrong),
            }
        }
        None => None,
    };
    let Some(turn) = last::begin(app, &connection, &field.kind, of, key).await? else {
        return told(false, vec![Said::ours("action-too-soon")], Vec::new());
    };
    let (good, said, kept, wrong) = if let Some((step, question)) = check {
        let checked = check::ask(app, integration, (&organization, &connection), of, step, question).await?;
        (checked.good, checked.said, checked.kept, checked.wrong)
    } else {
        let (good, said) = if is_run {
            ask_for_run(app, &connection, press.member.clone()).await?;
            (true, Said::ours("action-run-asked"))
        } else {
            match act(app, integration, &connection, of, &action.action, press.member.as_deref()).await? {
                Ok(ActionOutcome::Done { message }) => (true, Said::Theirs(message)),
                Ok(ActionOutcome::Refused { message }) => (false, Said::Theirs(message)),
                Ok(ActionOutcome::Download { file_name, .. }) => (true, Said::Theirs(file_name)),
                Err(error) => (false, trouble(&error)),
            }
        };
        (good, vec![said.clone()], said, Vec::new())
    };
    turn.end(app, &connection, good, &kept).await?;
    record(app, &connection, "settings.action", press.member, &field.common.label).await?;
    told(good, said, wrong)
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
    let refused = |said: &Said| {
        let said = vec![said.words(integration, language)];
        File::Refused(Ran { view: RanView { label, good: false, said, mistakes: Vec::new() }, wrong: Vec::new() })
    };
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
    said_of(error.told())
}

fn said_of(told: Told) -> Said {
    Said::ours(match told {
        Told::NoAnswer => "action-no-answer",
        Told::BadAnswer => "action-bad-answer",
    })
}

/// The partner's trouble in the language of a page.
pub fn trouble_in_words(told: Told, integration: &Integration, language: Language) -> Words {
    said_of(told).words(integration, language)
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
