//! Why is it so for this member or booking? The partner system is asked by its `actions` hook, as for a button; what it
//! cannot say, the settings in force say themselves.

use std::sync::Arc;

use app::ports::Actor;
use uuid::Uuid;

use super::ServiceError;
use super::settings::save::owner;
use super::staff::permit::{Permit, acts};
use crate::domain::connection::Connection;
use crate::domain::organization::Organization;
use crate::domain::settings::edits::Of;
use crate::manifest::{Hook, Integration};
use crate::state::App;
use crate::storage::activity::{self, Activity};
use crate::storage::connections;
use crate::upstream::partner::{Action, ActionOutcome, PartnerError, Stamp, Subject, Told};

/// The name of the question; `docs/HOOKS.md` says what is asked.
pub const ACTION: &str = "explain";
/// Ids of OfficeRnD are shorter.
pub const LONGEST_SUBJECT: usize = 200;

/// A question that was asked, for the page that shows the answer.
pub struct Explained {
    pub subject: String,
    pub location: Option<String>,
    /// None where there is nobody to ask; `false` where it refused or did not answer.
    pub answer: Option<(bool, String)>,
}

pub fn can_be_asked(integration: &Integration) -> bool {
    integration.partner.as_ref().is_some_and(|partner| partner.answers(Hook::Actions))
}

/// Asks the partner system. None where it has no such hook.
///
/// # Errors
/// When the database does not answer.
pub async fn ask(
    app: &App,
    _permit: &Permit<acts::Explain>,
    integration: &Arc<Integration>,
    organization: &Organization,
    connection: &Connection,
    location: Option<&str>,
    subject: &str,
) -> Result<Option<Result<(bool, String), Told>>, ServiceError> {
    Ok(put(app, integration, organization, connection, location, subject).await)
}

/// The same for an admin of the organization, at a place of the connection. None where there is nobody to ask, or no
/// such place any more.
///
/// # Errors
/// When the database does not answer; then nobody is asked.
pub async fn by_admin(
    app: &App,
    integration: &Integration,
    connection: Uuid,
    of: &Of,
    member: Option<String>,
    subject: &str,
) -> Result<Option<Result<(bool, String), Told>>, ServiceError> {
    let found = owner(app, connection).await?.filter(|_| can_be_asked(integration));
    let Some((organization, connection)) = found else { return Ok(None) };
    let location = of.location();
    let known = connections::locations(app.db.read(), connection.id).await?;
    if location.is_some_and(|id| known.iter().all(|one| one.id != id)) {
        return Ok(None);
    }
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let detail = Some(subject.to_owned());
    let happened = Activity { at: now, kind: "explain.asked".into(), actor: Actor::Admin(member), detail };
    activity::record(&mut tx, &connection, app.random.uuid(now), happened).await?;
    tx.commit().await?;
    Ok(put(app, integration, &organization, &connection, location, subject).await)
}

async fn put(
    app: &App,
    integration: &Integration,
    organization: &Organization,
    connection: &Connection,
    location: Option<&str>,
    subject: &str,
) -> Option<Result<(bool, String), Told>> {
    let partner = integration.partner.as_ref().filter(|partner| partner.answers(Hook::Actions))?;
    let whose = Subject { integration: &integration.slug, connection: connection.id, organization };
    let stamp = Stamp { id: app.random.uuid(app.clock.now()), at: app.clock.now_seconds() };
    let question = Action { action: ACTION, location, member: Some(subject) };
    let answer = app.partners.action(partner, whose, stamp, &question).await;
    app.calls.hook(connection.id, Hook::Actions, &answer, app.clock.now());
    Some(match answer {
        Ok(ActionOutcome::Done { message }) => Ok((true, message)),
        Ok(ActionOutcome::Refused { message }) => Ok((false, message)),
        Ok(ActionOutcome::Download { file_name, .. }) => Ok((true, file_name)),
        Err(error) => Err(told(connection, &error)),
    })
}

fn told(connection: &Connection, error: &PartnerError) -> Told {
    tracing::warn!(connection.id = %connection.id, %error, "an explanation was not given");
    error.told()
}
