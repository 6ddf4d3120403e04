//! Names of the people who open the page, as OfficeRnD tells them. They are asked for behind the answers, after a
//! visit began, and kept with the connection's lists, so that they go when it goes.

use std::collections::BTreeMap;

use uuid::Uuid;

use super::save::owner;
use crate::clock::{DAY, Millis};
use crate::domain::settings::tenant::Entity;
use crate::services::{ServiceError, home, tokens};
use crate::state::App;
use crate::storage::settings::lists::{self, Read};
use crate::storage::{Result as Stored, sessions};
use crate::upstream::officernd::{Class, Kind};

/// Where names stand among the lists; no manifest can name it as a source.
pub const SOURCE: &str = "ornd.members";
/// People marry, and seldom.
const FRESH: Millis = 7 * DAY;
/// Of a run; the others are found at a later visit.
const MOST: usize = 5;
const SCOPES: [&str; 2] = ["flex.community.members.read", "officernd.api.read"];

/// Names by member id, of a connection.
pub type Names = BTreeMap<String, String>;

/// # Errors
/// When the database does not answer.
pub async fn names(app: &App, connection: Uuid) -> Stored<Names> {
    Ok(of_lists(&lists::of_source(app.db.read(), connection, SOURCE).await?))
}

/// The names among a connection's lists.
pub fn of_lists<'r>(read: impl IntoIterator<Item = &'r Read>) -> Names {
    let people = read.into_iter().filter(|list| list.source == SOURCE).flat_map(|list| &list.entities);
    people.map(|person| (person.id.clone(), person.name.clone())).collect()
}

/// Asks for names that are not known, or not any more. Who cannot be asked stays a member's id.
///
/// # Errors
/// When the database does not answer.
pub async fn learn(app: &App, connection: Uuid) -> Result<(), ServiceError> {
    let Some((organization, connection)) = owner(app, connection).await? else { return Ok(()) };
    let Some(integration) = app.integrations.get(&connection.integration) else { return Ok(()) };
    if !integration.scopes.iter().any(|scope| SCOPES.contains(&scope.as_str())) {
        return Ok(());
    }
    let now = app.clock.now();
    let visitors = sessions::members(app.db.read(), connection.id).await?;
    let known = lists::of_source(app.db.read(), connection.id, SOURCE).await?;
    let fresh = |member: &String| known.iter().any(|read| read.question == *member && read.at + FRESH > now);
    let wanted: Vec<String> = visitors.into_iter().filter(|member| !fresh(member)).take(MOST).collect();
    if wanted.is_empty() {
        return Ok(());
    }
    let Some((_, region)) = home(app, &connection).await? else { return Ok(()) };
    // A name is worth no request for a token.
    let Ok(Some(token)) = tokens::good_token(app, &connection, Some(60)).await else { return Ok(()) };
    let mut learned = Vec::new();
    for member in wanted {
        let name = match app.officernd.member_name(&token.access, &region, &organization.slug, &member).await {
            Ok(name) => name,
            // There is no such member: whoever it is, asking again soon tells nothing.
            Err(error) if error.kind() == Kind::NotFound => None,
            Err(error) => {
                tracing::info!(connection.id = %connection.id, %error, "a name could not be read");
                if matches!(error.class(), Class::RetryLater { .. } | Class::Revoked) {
                    break;
                }
                None
            }
        };
        let entities = name.into_iter().map(|name| Entity::new(&member, name)).collect();
        learned.push(Read { source: SOURCE.to_owned(), question: member, entities, at: now });
    }
    if !learned.is_empty() {
        let mut tx = app.db.begin().await?;
        for read in &learned {
            lists::keep(&mut tx, connection.id, read).await?;
        }
        tx.commit().await?;
    }
    Ok(())
}
