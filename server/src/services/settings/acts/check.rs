//! The button that checks a step: the partner system is asked about what is stored with what is typed over it. Nothing
//! that is typed is stored.

use std::collections::BTreeMap;
use std::sync::Arc;

use app::forms::Path as At;
use app::ports::Mistake;
use secrecy::ExposeSecret as _;
use serde_json::{Map, Value};

use super::last::Said;
use super::{Press, trouble};
use crate::domain::connection::Connection;
use crate::domain::organization::Organization;
use crate::domain::settings::Settings;
use crate::domain::settings::edits::{Edit, Of, Path};
use crate::domain::settings::judge::{TypedSecret, Wrong};
use crate::manifest::field::Scope;
use crate::manifest::kind::Kind;
use crate::manifest::{Hook, Integration, Step};
use crate::services::ServiceError;
use crate::services::settings::change::bound;
use crate::services::settings::lists::Wanted;
use crate::services::settings::save::{plan, typed_ids};
use crate::services::settings::scene::Scene;
use crate::state::App;
use crate::storage::connections;
use crate::storage::settings::secrets;
use crate::upstream::partner::{Locations, Stamp, Subject, Verified, Verify};

/// What the partner system will be asked about.
pub(super) struct Question {
    values: Map<String, Value>,
    /// Something of it is typed and not saved.
    unsaved: bool,
}

/// What came of it.
pub(super) struct Checked {
    pub good: bool,
    pub said: Vec<Said>,
    /// For later visits, where what was typed may never have been saved.
    pub kept: Said,
    pub wrong: Vec<Wrong>,
}

/// Reads what is typed beside the button. What cannot be asked about is marked, and nobody is asked.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn read(
    app: &App,
    integration: &Arc<Integration>,
    (organization, connection): (&Organization, &Connection),
    press: &Press<'_>,
    step: &Step,
) -> Result<Result<Question, Vec<Wrong>>, ServiceError> {
    let of = press.of;
    let location = of.location().map(str::to_owned);
    let wanted = Wanted { typed: typed_ids(integration, press.entries), location, ..Wanted::default() };
    let scene = Scene::load(app, integration, organization, connection, &wanted).await?;
    let plan = plan(app, &scene, of, press.entries, &BTreeMap::new()).await?;
    let (Some(plan), Some(place)) = (plan, scene.place(of)) else { return Ok(Err(Vec::new())) };
    let judged = plan.judged;
    let (manifest, stored) = (scene.manifest(), &scene.stored);
    let asked = |wrong: &Wrong| step.fields.contains(&wrong.at.field);
    let mut wrong: Vec<Wrong> = judged.wrong.into_iter().filter(asked).collect();
    let typed = |key: &str| judged.secrets.iter().find(|(field, _)| field == key).map(|(_, typed)| typed);
    let mut layers = stored.layers.clone();
    for (path, edit) in &judged.edits {
        layers.edit(path, edit.clone());
    }
    for (field, _) in judged.secrets.iter().filter(|(_, typed)| *typed == TypedSecret::Remove) {
        layers.edit(&Path::field(of.clone(), field), Edit::Reset);
    }
    let before = Settings::resolve(manifest, &stored.layers, place);
    let settings = Settings::resolve(manifest, &layers, place);
    let mut values = Map::new();
    for key in &step.fields {
        let Some(field) = settings.field(key) else { continue };
        let Kind::Secret(kind) = &field.field.kind else {
            values.insert(key.clone(), field.value.clone());
            continue;
        };
        if let Some(TypedSecret::Text { text, .. }) = typed(key) {
            values.insert(key.clone(), text.as_str().into());
            continue;
        }
        let sent_to = bound(manifest, kind, &layers, of);
        let removed = typed(key) == Some(&TypedSecret::Remove);
        // A stored secret never goes to an address that was typed a moment ago.
        let had = before.value(key).is_some_and(|value| !value.is_null());
        if had && !removed && bound(manifest, kind, &stored.layers, of) != sent_to {
            wrong.push(Wrong { at: At::field(key), name: None, mistake: Mistake::BoundElsewhere });
            continue;
        }
        if field.value.is_null() {
            values.insert(key.clone(), Value::Null);
            continue;
        }
        let own = !removed && stored.secrets.contains_key(&(of.clone(), key.clone()));
        let whose = if own { of.clone() } else { Of::Organization };
        let entered_for = stored.secrets.get(&(whose.clone(), key.clone())).and_then(|kept| kept.bound.clone());
        // Nor to one that it was not entered for. Those from before addresses were kept are bound by the resolver.
        if entered_for.is_some() && entered_for != sent_to {
            continue;
        }
        if let Some(text) = secrets::text(app.db.read(), &app.vault, connection, &whose, key).await? {
            values.insert(key.clone(), text.expose_secret().into());
        }
    }
    if !wrong.is_empty() {
        return Ok(Err(wrong));
    }
    let unsaved = judged.edits.iter().any(|(path, _)| step.fields.contains(&path.field))
        || judged.secrets.iter().any(|(field, _)| step.fields.contains(field));
    Ok(Ok(Question { values, unsaved }))
}

/// Asks the partner system.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn ask(
    app: &App,
    integration: &Integration,
    (organization, connection): (&Organization, &Connection),
    of: &Of,
    step: &Step,
    question: Question,
) -> Result<Checked, ServiceError> {
    let good = || Said::ours(if question.unsaved { "action-checked-typed" } else { "action-checked" });
    let accepted = || Checked { good: true, said: vec![good()], kept: good(), wrong: Vec::new() };
    let partner = integration.partner.as_ref().filter(|partner| partner.answers(Hook::Verify));
    let (Some(partner), Some(check)) = (partner, step.check.as_deref()) else { return Ok(accepted()) };
    let list = connections::locations(app.db.read(), connection.id).await?;
    let everywhere = *of == Of::Organization && connection.all_locations;
    let locations = if everywhere { Locations::All } else { Locations::These(&list) };
    let subject = Subject { integration: &integration.slug, connection: connection.id, organization };
    let stamp = Stamp { id: app.random.uuid(app.clock.now()), at: app.clock.now_seconds() };
    let asked = Verify { step: &step.id, check, values: &question.values, locations, oauth: None };
    let answer = app.partners.verify(partner, subject, stamp, &asked).await;
    app.calls.hook(connection.id, Hook::Verify, &answer, app.clock.now());
    let errors = match answer {
        Ok(Verified::Accepted { .. }) => return Ok(accepted()),
        Ok(Verified::Refused { errors }) => errors,
        Err(error) => {
            tracing::warn!(connection.id = %connection.id, %error, "a connection was not checked");
            let said = trouble(&error);
            return Ok(Checked { good: false, said: vec![said.clone()], kept: said, wrong: Vec::new() });
        }
    };
    let all: Vec<String> = errors.iter().map(|error| error.message.clone()).collect();
    let kept = if question.unsaved { Said::ours("action-typed-refused") } else { Said::Theirs(all.join(" ")) };
    let (mut said, mut wrong) = (Vec::new(), Vec::new());
    for error in errors {
        match error.field.filter(|key| step.fields.contains(key) && is_said_here(integration, of, key)) {
            Some(key) => {
                wrong.push(Wrong { at: At::field(&key), name: None, mistake: Mistake::Said(error.message) });
            }
            None => said.push(Said::Theirs(error.message)),
        }
    }
    Ok(Checked { good: false, said, kept, wrong })
}

/// Whether a field can be mended on the page of this place.
fn is_said_here(integration: &Integration, of: &Of, key: &str) -> bool {
    integration.manifest.field(key).is_some_and(|field| match of {
        Of::Organization => field.common.scope != Scope::Location,
        Of::Location(_) => field.common.scope != Scope::Org,
    })
}
