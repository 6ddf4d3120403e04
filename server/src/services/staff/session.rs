//! A session of staff: a cookie whose digest is stored, which ends by itself.

use secrecy::SecretString;

use crate::clock::{HOUR, MINUTE, Millis};
use crate::crypto::digest::secret_digest;
use crate::state::App;
use crate::storage::StorageError;
use crate::storage::staff::sessions::StaffSession;
use crate::storage::staff::{self, Staff, sessions};

/// A session ends after that long without a page.
pub const IDLE: Millis = 2 * HOUR;
/// However busy, it ends then: the next morning asks again.
pub const LONGEST: Millis = 12 * HOUR;
/// Writing down every page view would cost a commit each; a session may end that much early.
const TOUCH_EVERY: Millis = MINUTE;

pub const PURPOSE: &str = "staff session";

/// Somebody whose session was found. There is no other way to one.
#[derive(Clone)]
pub struct Member {
    staff: Staff,
    session: StaffSession,
}

impl Member {
    /// None without a session that still goes on, of somebody who may still sign in.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn open(app: &App, cookie: &SecretString) -> Result<Option<Self>, StorageError> {
        let now = app.clock.now();
        let member = Self::glance(app, cookie).await?;
        if let Some(member) = member.as_ref().filter(|member| now - member.session.seen_at >= TOUCH_EVERY) {
            let mut tx = app.db.begin().await?;
            sessions::touch(&mut tx, member.session.id, now).await?;
            tx.commit().await?;
        }
        Ok(member)
    }

    /// The same for what a page asks by itself, which shows nobody at work: a session ends as if it was not asked.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn glance(app: &App, cookie: &SecretString) -> Result<Option<Self>, StorageError> {
        let now = app.clock.now();
        let digest = secret_digest(PURPOSE, cookie);
        let Some(session) = sessions::find(app.db.read(), &digest).await? else { return Ok(None) };
        if session.expires_at <= now || session.seen_at + IDLE <= now {
            return Ok(None);
        }
        let staff = staff::get(app.db.read(), session.staff).await?;
        let staff = staff.filter(|staff| staff.disabled_at.is_none());
        Ok(staff.map(|staff| Self { staff, session }))
    }

    pub fn staff(&self) -> &Staff {
        &self.staff
    }

    pub fn session(&self) -> &StaffSession {
        &self.session
    }
}
