//! Links with which somebody becomes staff, or gets a new password. Good for seven days, once; a GET uses nothing up.

use app::ports::Actor;
use app::role::{Act, Role};
use secrecy::SecretString;

use super::note;
use super::passwords::{Unfit, is_fit};
use super::permit::{Permit, acts};
use crate::clock::{DAY, Millis};
use crate::crypto::digest::secret_digest;
use crate::services::{ServiceError, to_the_end};
use crate::state::App;
use crate::storage::staff::invitations::{self, Invitation};
use crate::storage::staff::{self, Staff, secrets, sessions, waits};
use crate::storage::{StorageError, Tx};

pub const LIFETIME: Millis = 7 * DAY;
const PURPOSE: &str = "staff invitation";
/// Longer names and addresses are no names and addresses.
pub const LONGEST: usize = 200;

/// Why nobody was invited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotInvited {
    NoAddress,
    NoName,
    /// The address has an account.
    Known,
}

/// Whether mail could be sent there. Who can really read it is proved by who opens the link.
pub fn is_address(text: &str) -> bool {
    let text = text.trim();
    let parts = text.split_once('@');
    text.chars().count() <= LONGEST
        && !text.contains(|sign: char| sign.is_whitespace() || sign.is_control())
        && parts.is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'))
}

/// The token of a new link.
///
/// # Errors
/// When the database does not answer.
pub async fn invite(
    app: &App,
    permit: &Permit<acts::Team>,
    email: String,
    name: String,
    role: Role,
) -> Result<Result<SecretString, NotInvited>, ServiceError> {
    let (permit, email, name) = (permit.clone(), email.trim().to_owned(), name.trim().to_owned());
    if !is_address(&email) {
        return Ok(Err(NotInvited::NoAddress));
    }
    if name.is_empty() || name.chars().count() > LONGEST {
        return Ok(Err(NotInvited::NoName));
    }
    to_the_end(app, async move |app| {
        let now = app.clock.now();
        let mut tx = app.db.begin().await?;
        if staff::by_email(tx.connection(), &email).await?.is_some() {
            return Ok(Err(NotInvited::Known));
        }
        let invitation = Invitation {
            id: app.random.uuid(now),
            staff: None,
            email: email.clone(),
            name,
            role,
            invited_by: Some(permit.staff()),
            created_at: now,
            expires_at: now + LIFETIME,
        };
        let token = give(&app, &mut tx, &invitation).await?;
        let detail = Some(role.slug().to_owned());
        note(&mut tx, &app.random, now, "staff.invited", permit.actor(), Some(email), detail).await?;
        tx.commit().await?;
        Ok(Ok(token))
    })
    .await
}

/// A link with which somebody sets a new password. None where there is no such account.
///
/// # Errors
/// When the database does not answer.
pub async fn reset(
    app: &App,
    permit: &Permit<acts::Team>,
    staff: uuid::Uuid,
) -> Result<Option<(Staff, SecretString)>, ServiceError> {
    let permit = permit.clone();
    to_the_end(app, async move |app| {
        let now = app.clock.now();
        let mut tx = app.db.begin().await?;
        let known = staff::get(tx.connection(), staff).await?.filter(|staff| staff.disabled_at.is_none());
        let Some(known) = known else { return Ok(None) };
        let invitation = Invitation {
            id: app.random.uuid(now),
            staff: Some(known.id),
            email: known.email.clone(),
            name: known.name.clone(),
            role: known.role,
            invited_by: Some(permit.staff()),
            created_at: now,
            expires_at: now + LIFETIME,
        };
        let token = give(&app, &mut tx, &invitation).await?;
        let subject = Some(known.email.clone());
        note(&mut tx, &app.random, now, "staff.reset_link_made", permit.actor(), subject, None).await?;
        tx.commit().await?;
        Ok(Some((known, token)))
    })
    .await
}

/// A new link ends older ones for the same address.
async fn give(app: &App, tx: &mut Tx, invitation: &Invitation) -> Result<SecretString, StorageError> {
    let token = app.random.token();
    invitations::end_for(tx, &invitation.email, invitation.created_at).await?;
    invitations::create(tx, invitation, &secret_digest(PURPOSE, &token)).await?;
    Ok(token)
}

/// Takes an invitation back.
///
/// # Errors
/// When the database does not answer.
pub async fn withdraw(app: &App, permit: &Permit<acts::Team>, id: uuid::Uuid) -> Result<(), ServiceError> {
    let permit = permit.clone();
    to_the_end(app, async move |app| {
        let now = app.clock.now();
        let mut tx = app.db.begin().await?;
        let Some(invitation) = invitations::get(tx.connection(), id, now).await? else { return Ok(()) };
        if invitations::use_up(&mut tx, id, now).await? {
            let subject = Some(invitation.email);
            note(&mut tx, &app.random, now, "staff.invitation_withdrawn", permit.actor(), subject, None).await?;
        }
        Ok(tx.commit().await?)
    })
    .await
}

/// What a link opens, while it is good.
///
/// # Errors
/// When the database does not answer.
pub async fn look(app: &App, token: &SecretString) -> Result<Option<Invitation>, StorageError> {
    invitations::find(app.db.read(), &secret_digest(PURPOSE, token), app.clock.now()).await
}

pub enum Accepted {
    Yes,
    Unfit(Unfit),
    NoName,
    Busy,
    /// The link is good no longer.
    Gone,
}

/// Makes the account, or gives it the password and ends its sessions.
///
/// # Errors
/// When the database does not answer.
pub async fn accept(
    app: &App,
    token: SecretString,
    name: String,
    password: SecretString,
) -> Result<Accepted, ServiceError> {
    let name = name.trim().to_owned();
    to_the_end(app, async move |app| {
        let Some(invitation) = look(&app, &token).await? else { return Ok(Accepted::Gone) };
        if invitation.staff.is_none() && (name.is_empty() || name.chars().count() > LONGEST) {
            return Ok(Accepted::NoName);
        }
        if let Err(unfit) = is_fit(&password, &invitation.email) {
            return Ok(Accepted::Unfit(unfit));
        }
        let Ok(hash) = app.passwords.hash(&app.random, password).await else { return Ok(Accepted::Busy) };
        let now = app.clock.now();
        let mut tx = app.db.begin().await?;
        // The account before its invitation, in the order of who disables it. Meanwhile nobody signs in with the
        // password that ends here.
        let known = match invitation.staff {
            Some(id) => staff::lock_one(&tx, id).await?.filter(|staff| staff.disabled_at.is_none()),
            None => None,
        };
        if !may_still_invite(&tx, &invitation).await? || !invitations::use_up(&mut tx, invitation.id, now).await? {
            return Ok(Accepted::Gone);
        }
        let staff = match invitation.staff {
            Some(id) => {
                let Some(known) = known else { return Ok(Accepted::Gone) };
                sessions::end_all(&mut tx, id, None).await?;
                waits::end_all(&mut tx, id).await?;
                known
            }
            None if staff::by_email(tx.connection(), &invitation.email).await?.is_some() => return Ok(Accepted::Gone),
            None => {
                let new = new_account(app.random.uuid(now), invitation.email, name, invitation.role, now);
                staff::create(&mut tx, &new).await?;
                new
            }
        };
        secrets::set_password(&mut tx, staff.id, &hash, now).await?;
        let kind = if invitation.staff.is_some() { "staff.password_changed" } else { "staff.joined" };
        let actor = Actor::Staff { id: staff.id, name: staff.name };
        note(&mut tx, &app.random, now, kind, actor, Some(staff.email), None).await?;
        tx.commit().await?;
        Ok(Accepted::Yes)
    })
    .await
}

/// A link that was made while its maker's right to make it ended was not there to be ended with it.
pub(super) async fn may_still_invite(tx: &Tx, invitation: &Invitation) -> Result<bool, StorageError> {
    let Some(by) = invitation.invited_by else { return Ok(true) };
    let by = staff::get(tx.connection(), by).await?;
    Ok(by.is_some_and(|by| by.disabled_at.is_none() && by.role.may(Act::Team)))
}

pub fn new_account(id: uuid::Uuid, email: String, name: String, role: Role, now: Millis) -> Staff {
    Staff { id, email, name, role, time_zone: None, created_at: now, signed_in_at: None, disabled_at: None }
}
