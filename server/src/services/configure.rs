//! A signed Configure link becomes a visit: once, in one browser.

use app::ports::Actor;
use secrecy::SecretString;

use super::signed_calls::Verified;
use super::{ServiceError, to_the_end};
use crate::clock::{HOUR, MINUTE};
use crate::crypto::digest::secret_digest;
use crate::jobs::Job;
use crate::state::App;
use crate::storage::activity::{self, Activity};
use crate::storage::sessions::{self, DeskSession};

/// A visit ends after that long without a page.
pub const IDLE: i64 = 60 * MINUTE;
/// However busy, it ends then.
pub const LONGEST: i64 = 8 * HOUR;

pub enum Outcome {
    /// A new visit, with the cookie's value.
    Opened(SecretString),
    /// The same link again in the same browser.
    Same,
    /// Used before, in another browser.
    Used,
}

pub const PURPOSE: &str = "desk session";

/// # Errors
/// When the database does not answer.
pub async fn open(app: &App, verified: &Verified, presented: Option<SecretString>) -> Result<Outcome, ServiceError> {
    let link = verified.digest("configure");
    let connection = verified.known().connection.clone();
    let member = verified.query.member_id().map(str::to_owned);
    let kept = verified.remembered_until(app);
    let others = verified.other_locations();
    to_the_end(app, async move |app| {
        let now = app.clock.now();
        let cookie = app.random.token();
        let session = secret_digest(PURPOSE, &cookie);
        let mut tx = app.db.begin().await?;
        if let Some(opened) = sessions::use_link(&mut tx, &link, &session, kept).await? {
            let same = presented.is_some_and(|cookie| secret_digest(PURPOSE, &cookie) == opened);
            return Ok(if same { Outcome::Same } else { Outcome::Used });
        }
        let visit = DeskSession {
            digest: session,
            connection: connection.id,
            member_id: member.clone(),
            created_at: now,
            seen_at: now,
            expires_at: now + LONGEST,
        };
        sessions::create(&mut tx, &visit).await?;
        let happened = Activity { at: now, kind: "configure.opened".into(), actor: Actor::Admin(member), detail: None };
        activity::record(&mut tx, &connection, app.random.uuid(now), happened).await?;
        tx.commit().await?;
        if let Some(others) = others {
            app.jobs.send(others);
        }
        // Lists may have changed since anybody looked.
        app.jobs.send(Job::Settings { connection: connection.id });
        Ok(Outcome::Opened(cookie))
    })
    .await
}
