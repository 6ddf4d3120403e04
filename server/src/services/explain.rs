//! Why is it so for this member or booking? The partner system is asked by its `actions` hook, as for a button; what it
//! cannot say, the settings in force say themselves.

use std::sync::Arc;

use super::ServiceError;
use super::staff::permit::{Permit, acts};
use crate::domain::connection::Connection;
use crate::domain::organization::Organization;
use crate::manifest::{Hook, Integration};
use crate::state::App;
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
    let Some(partner) = integration.partner.as_ref().filter(|partner| partner.answers(Hook::Actions)) else {
        return Ok(None);
    };
    let whose = Subject { integration: &integration.slug, connection: connection.id, organization };
    let stamp = Stamp { id: app.random.uuid(app.clock.now()), at: app.clock.now_seconds() };
    let question = Action { action: ACTION, location, member: Some(subject) };
    let answer = app.partners.action(partner, whose, stamp, &question).await;
    app.calls.hook(connection.id, Hook::Actions, &answer, app.clock.now());
    Ok(Some(match answer {
        Ok(ActionOutcome::Done { message }) => Ok((true, message)),
        Ok(ActionOutcome::Refused { message }) => Ok((false, message)),
        Ok(ActionOutcome::Download { file_name, .. }) => Ok((true, file_name)),
        Err(error) => Err(told(connection, &error)),
    }))
}

fn told(connection: &Connection, error: &PartnerError) -> Told {
    tracing::warn!(connection.id = %connection.id, %error, "an explanation was not given");
    error.told()
}
