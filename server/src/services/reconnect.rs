//! A link with which an admin renews what a connection lives on, without coming from OfficeRnD's Configure. Whoever
//! has it may do these steps and nothing else; it ends with a completion, a newer link, or a week.

use std::sync::Arc;

use app::ports::Actor;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret as _, SecretString};
use uuid::Uuid;

use super::ServiceError;
use crate::clock::{DAY, Millis};
use crate::crypto::digest::{Digest, secret_digest};
use crate::domain::connection::{Connection, ConnectionState};
use crate::domain::organization::Organization;
use crate::domain::sign_in::Opener;
use crate::manifest::Integration;
use crate::state::App;
use crate::storage::activity::{self, Activity};
use crate::storage::{StorageError, connections, organizations, reconnect_links};

const LIFETIME: Millis = 7 * DAY;
/// 128 bits.
const BYTES: usize = 16;
const PURPOSE: &str = "reconnect link";
const COOKIE: &str = "reconnect link cookie";

pub struct Made {
    /// It opens the link, so it is shown once and kept as a digest.
    pub token: SecretString,
    pub expires_at: Millis,
}

/// The permission to renew one connection.
#[derive(Clone)]
pub struct Link {
    pub token: SecretString,
    digest: Digest,
    /// What this browser has, or gets: the token under a mask of its own.
    pub cookie: SecretString,
    pub integration: Arc<Integration>,
    pub organization: Organization,
    pub connection: Connection,
    pub created_at: Millis,
    pub expires_at: Millis,
    /// All that it was made for is done.
    pub completed: bool,
}

impl Link {
    /// The browser goes on with the cookie that it has, if that is of this link.
    pub fn keep(&mut self, cookie: Option<SecretString>) {
        let same = |cookie: &SecretString| {
            token_of(cookie).is_some_and(|token| token.expose_secret() == self.token.expose_secret())
        };
        if let Some(cookie) = cookie.filter(same) {
            self.cookie = cookie;
        }
    }

    /// Sign-ins that this browser begins with the link come back to it.
    pub fn opener(&self) -> Opener {
        Opener::Visit { cookie: secret_digest(COOKIE, &self.cookie) }
    }
}

/// Why there is no link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotMade {
    Ended,
    /// It was never connected, so there is nothing to renew.
    FinishSetUp,
}

/// # Errors
/// When the database does not answer; then there is no link. Inside, why it is not made.
pub async fn make(
    app: &App,
    connection: Uuid,
    actor: Actor,
    reason: Option<String>,
) -> Result<Result<Made, NotMade>, ServiceError> {
    let now = app.clock.now();
    let token = SecretString::from(URL_SAFE_NO_PAD.encode(app.random.bytes::<BYTES>()));
    let mut tx = app.db.begin().await?;
    let current = connections::lock(&tx, connection).await?;
    let Some(current) = current.filter(|current| current.disconnected.is_none()) else {
        return Ok(Err(NotMade::Ended));
    };
    if current.finished_at.is_none() {
        return Ok(Err(NotMade::FinishSetUp));
    }
    let link = reconnect_links::Link { connection, created_at: now, expires_at: now + LIFETIME, completed_at: None };
    let by = match &actor {
        Actor::Key(name) | Actor::Staff { name, .. } => name.clone(),
        _ => String::new(),
    };
    reconnect_links::make(&mut tx, &link, &secret_digest(PURPOSE, &token), &by).await?;
    let happened = Activity { at: now, kind: "reconnect_link.made".into(), actor, detail: reason };
    activity::record(&mut tx, &current, app.random.uuid(now), happened).await?;
    tx.commit().await?;
    Ok(Ok(Made { token, expires_at: link.expires_at }))
}

/// The link with this token. None for one that never was, is over, or whose connection has ended.
///
/// # Errors
/// When the database does not answer.
pub async fn open(app: &App, token: &SecretString, cookie: Option<SecretString>) -> Result<Option<Link>, StorageError> {
    let db = app.db.read();
    let digest = secret_digest(PURPOSE, token);
    let found = reconnect_links::find(db, &digest).await?.filter(|link| link.expires_at > app.clock.now());
    let Some(link) = found else { return Ok(None) };
    let connection = connections::get(db, link.connection).await?.filter(|known| known.disconnected.is_none());
    let Some(connection) = connection else { return Ok(None) };
    let Some(organization) = organizations::get(db, connection.organization).await? else { return Ok(None) };
    let Some(integration) = app.integrations.get(&connection.integration) else { return Ok(None) };
    // OfficeRnD's own Connect is the other way to the end.
    let again = connection.authorized_at > link.created_at && connection.state != ConnectionState::Reconnect;
    let completed = link.completed_at.is_some() || again;
    let token = SecretString::from(token.expose_secret());
    let Some(new) = masked(&token, app.random.bytes()) else { return Ok(None) };
    let mut link = Link {
        token,
        digest,
        cookie: new,
        integration,
        organization,
        connection,
        created_at: link.created_at,
        expires_at: link.expires_at,
        completed,
    };
    link.keep(cookie);
    Ok(Some(link))
}

/// All steps are done, which ends the link once the connection works: it opens nothing any more. While OfficeRnD's
/// permission is still to be given again, the link stays open and says so.
///
/// # Errors
/// When the database does not answer.
pub async fn complete(app: &App, link: &Link) -> Result<(), ServiceError> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let works = |current: &Connection| {
        let (open, refused) = (current.finished_at.is_none(), current.state == ConnectionState::Reconnect);
        current.disconnected.is_none() && !open && !refused
    };
    if !connections::lock(&tx, link.connection.id).await?.as_ref().is_some_and(works) {
        return Ok(());
    }
    if reconnect_links::complete(&mut tx, &link.digest, now).await? {
        let happened =
            Activity { at: now, kind: "reconnect_link.completed".into(), actor: Actor::Admin(None), detail: None };
        activity::record(&mut tx, &link.connection, app.random.uuid(now), happened).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// A mask, and the token under it: another text in each browser, so that states of one are not another's.
fn masked(token: &SecretString, mask: [u8; BYTES]) -> Option<SecretString> {
    let token: [u8; BYTES] = URL_SAFE_NO_PAD.decode(token.expose_secret()).ok()?.try_into().ok()?;
    let under: Vec<u8> = token.iter().zip(mask).map(|(byte, mask)| byte ^ mask).collect();
    Some(SecretString::from(hex::encode(mask) + &hex::encode(under)))
}

/// The token of a cookie. None for a cookie that is none of ours.
pub fn token_of(cookie: &SecretString) -> Option<SecretString> {
    let bytes = hex::decode(cookie.expose_secret()).ok().filter(|bytes| bytes.len() == 2 * BYTES)?;
    let (mask, under) = bytes.split_at(BYTES);
    let token: Vec<u8> = under.iter().zip(mask).map(|(byte, mask)| byte ^ mask).collect();
    Some(SecretString::from(URL_SAFE_NO_PAD.encode(token)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_holds_its_token_under_a_mask() {
        let token = SecretString::from(URL_SAFE_NO_PAD.encode([7; BYTES]));
        let (one, other) = (masked(&token, [1; BYTES]).unwrap(), masked(&token, [2; BYTES]).unwrap());
        assert_ne!(one.expose_secret(), other.expose_secret());
        for cookie in [one, other] {
            assert_eq!(token_of(&cookie).unwrap().expose_secret(), token.expose_secret());
        }
        for wrong in ["", "00", "zz", &"0".repeat(62), &"0".repeat(66)] {
            assert!(token_of(&SecretString::from(wrong)).is_none(), "{wrong}");
        }
        assert!(masked(&SecretString::from("short"), [0; BYTES]).is_none());
    }
}
