//! People of the partner: accounts, signing in, sessions, and what each may do.

pub mod account;
pub mod again;
pub mod audit;
pub mod invite;
pub mod oidc;
pub mod passwords;
pub mod permit;
pub mod session;
pub mod sign_in;
pub mod team;

use app::ports::Actor;

use crate::clock::Millis;
use crate::random::Random;
use crate::storage::staff::activity::{self, StaffActivity};
use crate::storage::{StorageError, Tx};

/// Writes down what somebody did that concerns no tenant.
pub(super) async fn note(
    tx: &mut Tx,
    random: &Random,
    now: Millis,
    kind: &'static str,
    actor: Actor,
    subject: Option<String>,
    detail: Option<String>,
) -> Result<(), StorageError> {
    activity::record(tx, random.uuid(now), StaffActivity { at: now, kind, actor, subject, detail }).await
}
