//! Who calls: a key with scopes, limited to integrations.

use app::ids::ConnectionId;
use axum::extract::FromRequestParts;
use axum::http::header;
use axum::http::request::Parts;
use secrecy::SecretString;

use super::problem::Problem;
use crate::clock::MINUTE;
use crate::crypto::digest::secret_digest;
use crate::domain::connection::Connection;
use crate::state::App;
use crate::storage::api_keys::{self, ApiKey};
use crate::storage::connections;

/// The digest's purpose; keys made elsewhere do not fit.
pub const PURPOSE: &str = "api key";
pub const PREFIX: &str = "dbk_";
/// The last use is written down at most that often.
const USED_EVERY: i64 = MINUTE;

/// A key that is neither revoked nor expired.
pub struct Caller(pub ApiKey);

impl Caller {
    /// # Errors
    /// When the key lacks the scope.
    pub(super) fn must_have(&self, scope: &str) -> Result<(), Problem> {
        if self.0.scopes.iter().any(|known| known == scope) { Ok(()) } else { Err(Problem::forbidden(scope)) }
    }

    /// A connection of the key's integrations; any other does not exist for it.
    ///
    /// # Errors
    /// Not found, or the database does not answer.
    pub(super) async fn connection(&self, app: &App, id: &str) -> Result<Connection, Problem> {
        let ConnectionId(id) = id.parse().map_err(|_| Problem::not_found())?;
        let found = connections::get(app.db.read(), id).await?;
        found.filter(|connection| self.0.integrations.contains(&connection.integration)).ok_or_else(Problem::not_found)
    }
}

impl FromRequestParts<App> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let value = parts
            .headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok())
            .ok_or_else(Problem::unauthorized)?;
        let (scheme, key) = value.split_once(' ').ok_or_else(Problem::unauthorized)?;
        let key = key.trim();
        if !scheme.eq_ignore_ascii_case("bearer") || !key.starts_with(PREFIX) {
            return Err(Problem::unauthorized());
        }
        let now = app.clock.now();
        let digest = secret_digest(PURPOSE, &SecretString::from(key));
        let key = api_keys::live(app.db.read(), &digest, now).await?.ok_or_else(Problem::unauthorized)?;
        if key.last_used_at.is_none_or(|at| now - at >= USED_EVERY) {
            let mut tx = app.db.begin().await?;
            api_keys::used(&mut tx, key.id, now).await?;
            tx.commit().await?;
        }
        Ok(Self(key))
    }
}
