//! Who calls: a key with scopes, limited to integrations.

use std::sync::Arc;

use app::ids::ConnectionId;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use secrecy::SecretString;

use super::problem::Problem;
use crate::crypto::digest::{Digest, secret_digest};
use crate::domain::connection::Connection;
use crate::domain::scope::Scope;
use crate::services::directory::Found;
use crate::state::App;
use crate::storage::api_keys::ApiKey;
use crate::storage::connections;

pub use crate::services::api_keys::{PREFIX, PURPOSE};

/// A key that is neither revoked nor expired.
#[derive(Clone)]
pub struct Caller(pub Arc<ApiKey>);

/// What came of a call's key; the frame leaves it in the request.
#[derive(Clone)]
pub(super) struct Identified(pub(super) Result<Caller, Problem>);

impl Caller {
    /// # Errors
    /// When the key lacks the scope.
    pub(super) fn must_have(&self, scope: Scope) -> Result<(), Problem> {
        if self.has(scope) { Ok(()) } else { Err(Problem::forbidden(scope)) }
    }

    /// One of them is enough; a refusal names the first.
    ///
    /// # Errors
    /// When the key has none of them.
    pub(super) fn must_have_one(&self, scopes: [Scope; 2]) -> Result<(), Problem> {
        if scopes.iter().any(|scope| self.has(*scope)) { Ok(()) } else { self.must_have(scopes[0]) }
    }

    pub(super) fn has(&self, scope: Scope) -> bool {
        self.0.scopes.contains(&scope)
    }

    /// A connection of the key's integrations; any other does not exist for it.
    ///
    /// # Errors
    /// Not found, or the database does not answer.
    pub(super) async fn connection(&self, app: &App, id: &str) -> Result<Connection, Problem> {
        let ConnectionId(id) = id.parse().map_err(|_| Problem::not_found())?;
        let found = connections::get(app.db.read(), id).await?;
        found.filter(|connection| self.may_see(connection)).ok_or_else(Problem::not_found)
    }

    /// The same with its organization and from memory, for calls that come by the thousand.
    ///
    /// # Errors
    /// Not found, or the database does not answer.
    pub(super) async fn find(&self, app: &App, id: &str) -> Result<Found, Problem> {
        let ConnectionId(connection) = id.parse().map_err(|_| Problem::not_found())?;
        let remembered = app.directory.remembered(connection);
        if let Some(found) = remembered.filter(|found| self.may_see(found.connection())) {
            return Ok(found);
        }
        // One that only another key may see is looked for as one that does not exist, so that no time tells of it.
        let connection = self.connection(app, id).await?;
        app.directory.remember(&app.db, &app.vault, connection).await?.ok_or_else(Problem::not_found)
    }

    fn may_see(&self, connection: &Connection) -> bool {
        self.0.integrations.contains(&connection.integration)
    }
}

/// The digest of the key that a call presents. None for a call without one.
pub(super) fn presented(headers: &HeaderMap) -> Option<Digest> {
    let (scheme, key) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let key = key.trim();
    let fits = scheme.eq_ignore_ascii_case("bearer") && key.starts_with(PREFIX);
    fits.then(|| secret_digest(PURPOSE, &SecretString::from(key)))
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        match parts.extensions.get::<Identified>() {
            Some(Identified(result)) => result.clone(),
            None => Err(Problem::unauthorized()),
        }
    }
}
