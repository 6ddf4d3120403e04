//! One use case a file, each owning its transaction. Never a transaction across an HTTP call.

mod attempt_tokens;
pub mod configure;
pub mod connect;
pub mod directory;
pub mod disconnect;
pub mod inbox;
pub mod link;
pub mod signed_calls;
pub mod sync;
pub mod tokens;

use std::future::Future;

use crate::manifest::Integration;
use crate::storage::StorageError;
use crate::upstream::officernd::OAuthApp;

/// Why a service could not do what it was asked for, without a fault of the asker.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error("the work was cut off: {0}")]
    CutOff(#[from] tokio::task::JoinError),
}

/// The developer application that speaks for this integration at OfficeRnD.
fn oauth_app(integration: &Integration) -> OAuthApp {
    OAuthApp {
        client_id: integration.client.client_id.clone(),
        client_secret: integration.client.client_secret.clone(),
        scopes: integration.scopes.clone(),
    }
}

/// Runs to its end even when the one who asked goes away: a browser that closes the window must not
/// stop us between OfficeRnD's answer and the database.
pub async fn to_the_end<T, F>(work: F) -> Result<T, ServiceError>
where
    T: Send + 'static,
    F: Future<Output = Result<T, ServiceError>> + Send + 'static,
{
    tokio::spawn(work).await?
}
