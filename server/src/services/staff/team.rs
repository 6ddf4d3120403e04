//! What owners do to accounts. There is always an owner who can sign in.

use app::ports::Actor;
use app::role::Role;
use secrecy::SecretString;
use uuid::Uuid;

use super::invite::new_account;
use super::note;
use super::permit::{Permit, acts};
use crate::clock::{Clock, Millis};
use crate::random::Random;
use crate::services::{ServiceError, to_the_end};
use crate::state::App;
use crate::storage::staff::{self, Staff, identities, invitations, secrets, sessions, waits};
use crate::storage::{Db, StorageError, Tx};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    Role(Role),
    Disable,
    Enable,
    /// The authenticator app is lost.
    ForgetApp,
    /// Nobody at a provider is this person any more.
    Unlink,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Done,
    /// Nobody could make an owner any more.
    LastOwner,
    Unknown,
}

/// # Errors
/// When the database does not answer; nothing has changed then.
pub async fn change(
    app: &App,
    permit: &Permit<acts::Team>,
    staff: Uuid,
    change: Change,
) -> Result<Outcome, ServiceError> {
    let permit = permit.clone();
    to_the_end(app, async move |app| {
        let mut tx = app.db.begin().await?;
        let outcome = apply(&mut tx, &app.random, app.clock.now(), permit.actor(), staff, change).await?;
        if outcome == Outcome::Done {
            tx.commit().await?;
        }
        Ok(outcome)
    })
    .await
}

/// The same from the command line, which is the machine's owner.
///
/// # Errors
/// When the database does not answer; nothing has changed then.
pub async fn change_by_hand(
    db: &Db,
    random: &Random,
    clock: &Clock,
    staff: Uuid,
    change: Change,
) -> Result<Outcome, StorageError> {
    let mut tx = db.begin().await?;
    let outcome = apply(&mut tx, random, clock.now(), Actor::Deskbridge, staff, change).await?;
    if outcome == Outcome::Done {
        tx.commit().await?;
    }
    Ok(outcome)
}

async fn apply(
    tx: &mut Tx,
    random: &Random,
    now: Millis,
    actor: Actor,
    id: Uuid,
    change: Change,
) -> Result<Outcome, StorageError> {
    let Some((before, owners)) = staff::lock(tx, id).await? else { return Ok(Outcome::Unknown) };
    let is_owner = before.role == Role::Owner && before.disabled_at.is_none();
    let stays = match change {
        Change::Role(role) => role == Role::Owner,
        Change::Disable => false,
        Change::Enable | Change::ForgetApp | Change::Unlink => true,
    };
    if is_owner && !stays && owners <= 1 {
        return Ok(Outcome::LastOwner);
    }
    let mut after = before.clone();
    let (kind, detail) = match change {
        Change::Role(role) if role == before.role => return Ok(Outcome::Done),
        Change::Role(role) => {
            after.role = role;
            ("staff.role_changed", Some(format!("{} → {role}", before.role)))
        }
        Change::Disable => {
            after.disabled_at = before.disabled_at.or(Some(now));
            invitations::end_for(tx, &before.email, now).await?;
            ("staff.disabled", None)
        }
        Change::Enable => {
            after.disabled_at = None;
            ("staff.enabled", None)
        }
        Change::ForgetApp => {
            secrets::forget_second_factor(tx, id).await?;
            ("staff.app_reset", None)
        }
        Change::Unlink => {
            if identities::forget(tx, id).await? == 0 {
                return Ok(Outcome::Done);
            }
            ("staff.oidc_unlinked", None)
        }
    };
    if !stays {
        // Else the links that somebody made would outlive the right to make them.
        invitations::end_made_by(tx, id, now).await?;
    }
    staff::save(tx, &after).await?;
    // Whoever is more or less than before signs in as what they are now.
    sessions::end_all(tx, id, None).await?;
    waits::end_all(tx, id).await?;
    note(tx, random, now, kind, actor, Some(before.email), detail).await?;
    Ok(Outcome::Done)
}

/// Makes an account with a password, as the command line and the demo do. `None`: the address has one already.
///
/// # Errors
/// When the database does not answer.
pub async fn add(
    db: &Db,
    random: &Random,
    clock: &Clock,
    account: (String, String, Role),
    hash: &str,
) -> Result<Option<Staff>, StorageError> {
    let (email, name, role) = account;
    let now = clock.now();
    let mut tx = db.begin().await?;
    if staff::by_email(tx.connection(), &email).await?.is_some() {
        return Ok(None);
    }
    let new = new_account(random.uuid(now), email, name, role, now);
    staff::create(&mut tx, &new).await?;
    secrets::set_password(&mut tx, new.id, hash, now).await?;
    let (subject, detail) = (Some(new.email.clone()), Some(role.slug().to_owned()));
    note(&mut tx, random, now, "staff.added", Actor::Deskbridge, subject, detail).await?;
    tx.commit().await?;
    Ok(Some(new))
}

/// A new password from the command line ends all sessions.
///
/// # Errors
/// When the database does not answer.
pub async fn set_password(
    db: &Db,
    random: &Random,
    clock: &Clock,
    staff: &Staff,
    hash: &str,
) -> Result<(), StorageError> {
    let now = clock.now();
    let mut tx = db.begin().await?;
    staff::lock_one(&tx, staff.id).await?;
    secrets::set_password(&mut tx, staff.id, hash, now).await?;
    sessions::end_all(&mut tx, staff.id, None).await?;
    waits::end_all(&mut tx, staff.id).await?;
    note(&mut tx, random, now, "staff.password_changed", Actor::Deskbridge, Some(staff.email.clone()), None).await?;
    tx.commit().await
}

/// What a person types at the end of a line belongs to the line, not to the password.
pub fn typed(line: &str) -> SecretString {
    SecretString::from(line.trim_end_matches(['\r', '\n']))
}
