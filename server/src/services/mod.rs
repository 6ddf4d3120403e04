//! One use case a file, each owning its transaction. Never a transaction across an HTTP call.

pub mod acts;
pub mod alerts;
pub mod answers;
pub mod api_keys;
mod attempt_lease;
mod attempt_tokens;
pub mod calls;
pub mod choices;
pub mod configure;
pub mod connect;
pub mod directory;
pub mod disconnect;
pub mod events;
pub mod explain;
pub mod finish;
pub mod health;
pub mod idempotency;
pub mod inbox;
pub mod limits;
pub mod link;
pub mod live;
pub mod memory;
pub mod outages;
pub mod outbox;
pub mod overlap;
pub mod overview;
pub mod pause;
pub mod presence;
pub mod reconnect;
pub mod refresh;
pub mod rotation;
pub mod runs;
pub mod settings;
pub mod sightings;
pub mod signed_calls;
pub mod staff;
pub mod steps;
pub mod sync;
pub mod tenants;
pub mod tokens;
pub mod turns;

use std::future::Future;

use crate::domain::connection::Connection;
use crate::domain::organization::Organization;
use crate::manifest::Integration;
use crate::state::App;
use crate::storage::{StorageError, organizations};
use crate::upstream::officernd::{OAuthApp, Region};

/// Why a service could not do what it was asked for, without a fault of the asker.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error("the work was cut off: {0}")]
    CutOff(#[from] tokio::task::JoinError),
    /// Others were quicker, again and again.
    #[error("others changed the same settings again and again")]
    Busy,
}

/// The developer application that speaks for this integration at OfficeRnD.
fn oauth_app(integration: &Integration) -> OAuthApp {
    OAuthApp {
        client_id: integration.client.client_id.clone(),
        client_secret: integration.client.client_secret.clone(),
        scopes: integration.scopes.clone(),
    }
}

/// The organization of a connection and where its calls go. None when it is purged, or lives where tokens may
/// no longer be sent.
///
/// # Errors
/// When the database does not answer.
pub async fn home(app: &App, connection: &Connection) -> Result<Option<(Organization, Region)>, StorageError> {
    let Some(organization) = organizations::get(app.db.read(), connection.organization).await? else { return Ok(None) };
    let region = Region::parse_stored(&organization.region_url, app.officernd.settings()).ok();
    Ok(region.map(|region| (organization, region)))
}

/// Runs to its end even when the one who asked goes away: a browser that closes the window must not
/// stop us between OfficeRnD's answer and the database. A stop of the server waits for it too.
pub async fn to_the_end<T, F>(app: &App, work: impl FnOnce(App) -> F) -> Result<T, ServiceError>
where
    T: Send + 'static,
    F: Future<Output = Result<T, ServiceError>> + Send + 'static,
{
    app.unfinished.spawn(work(app.clone())).await?
}
