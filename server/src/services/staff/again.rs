//! Who has signed in proves it again, before something dangerous.

use secrecy::SecretString;

use super::passwords::Busy;
use super::session::{Member, PURPOSE};
use super::{account, note, sign_in};
use crate::clock::Millis;
use crate::crypto::digest::{digest, secret_digest};
use crate::domain::slowdown::Whose;
use crate::services::{ServiceError, to_the_end};
use crate::state::App;
use crate::storage::StorageError;
use crate::storage::staff::{identities, secrets, sessions, waits};

pub enum Outcome {
    /// Believed: the session goes on under another cookie.
    Proved(SecretString),
    Refused,
    Wait(Millis),
    Busy,
}

/// How somebody can prove who it is.
pub struct Ways {
    /// By a password, or a code of an app.
    pub password: bool,
    /// By the provider.
    pub provider: bool,
}

/// # Errors
/// When the database does not answer.
pub async fn ways(app: &App, member: &Member) -> Result<Ways, StorageError> {
    let (db, staff) = (app.db.read(), member.staff().id);
    let provider = match &app.oidc {
        Some(oidc) => identities::of_staff(db, staff, oidc.issuer()).await?.is_some(),
        None => false,
    };
    let has_password = secrets::password(db, staff).await?.is_some();
    let has_app = secrets::with_second_factor(db).await?.contains(&staff);
    // Who has nothing is told so by a refusal.
    Ok(Ways { password: has_password || has_app || !provider, provider })
}

/// Takes the password, or a code where an app was set up. A wrong one never ends the session.
///
/// # Errors
/// When the database does not answer.
pub async fn prove(app: &App, member: &Member, given: SecretString) -> Result<Outcome, ServiceError> {
    let member = member.clone();
    to_the_end(app, async move |app| {
        let now = app.clock.now();
        let (staff, session) = (member.staff().clone(), member.session().id);
        let key = digest("staff again", &[session.as_bytes()]);
        let mut tx = app.db.begin().await?;
        if let Err(wait) = waits::count(&mut tx, Whose::Pair, &key, now).await? {
            return Ok(Outcome::Wait(wait));
        }
        tx.commit().await?;
        let stored = secrets::password(app.db.read(), staff.id).await?;
        let verdict = match app.passwords.verify(given.clone(), stored).await {
            Ok(verdict) => verdict,
            Err(Busy) => return Ok(Outcome::Busy),
        };
        let mut tx = app.db.begin().await?;
        let code = secrecy::ExposeSecret::expose_secret(&given).to_owned();
        if !verdict.right && !account::uses_code(&app, &mut tx, &staff, &code, now).await? {
            return Ok(Outcome::Refused);
        }
        let cookie = app.random.token();
        if !sessions::renew(&mut tx, session, &secret_digest(PURPOSE, &cookie), now).await? {
            return Ok(Outcome::Refused);
        }
        waits::forget(&mut tx, &key).await?;
        note(&mut tx, &app.random, now, "staff.confirmed", sign_in::actor(&staff), None, None).await?;
        tx.commit().await?;
        Ok(Outcome::Proved(cookie))
    })
    .await
}
