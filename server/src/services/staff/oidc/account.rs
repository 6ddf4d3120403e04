//! Which account goes with a person of the provider. Linked by the provider's subject; the first time found by an
//! address that the provider vouches for. Nobody gets an account whom no owner invited.

use app::ports::Actor;

use super::NotIn;
use crate::clock::{DAY, Millis};
use crate::services::staff::invite::{self, new_account};
use crate::services::staff::{note, sign_in};
use crate::state::App;
use crate::storage::staff::identities::{self, StaffIdentity};
use crate::storage::staff::{self, Staff, activity, invitations};
use crate::storage::{StorageError, Tx};
use crate::upstream::oidc::Email;

const REFUSED: &str = "staff.oidc_refused";

/// The account, locked. Whoever may not in stands in the record, unless nothing here is known of them.
pub(super) async fn find_account(
    app: &App,
    tx: &mut Tx,
    issuer: &str,
    subject: &str,
    email: Option<Email>,
    now: Millis,
) -> Result<Result<Staff, NotIn>, StorageError> {
    if let Some(identity) = identities::find(tx.connection(), issuer, subject).await? {
        return linked(app, tx, identity, now).await;
    }
    // Before anything is looked up, so that nobody learns who works here.
    let Some(email) = email.filter(|email| email.verified) else { return Ok(Err(NotIn::Unverified)) };
    let staff = match staff::by_email(tx.connection(), &email.address).await? {
        Some(known) => {
            let known = staff::lock_one(tx, known.id).await?;
            let Some(known) = known else { return Ok(Err(NotIn::Stranger)) };
            if known.disabled_at.is_some() {
                return refused(app, tx, Some(&known), "disabled", now).await;
            }
            match identities::of_staff(tx.connection(), known.id, issuer).await? {
                // The same person in another window, a moment ago.
                Some(identity) if identity.subject == subject => {
                    identities::used(tx, known.id, identity.id, now).await?;
                    return Ok(Ok(known));
                }
                // The address was somebody else's before: whoever has it now is not that person.
                Some(_) => return refused(app, tx, Some(&known), "linked with another", now).await,
                None => known,
            }
        }
        None => match invited(app, tx, &email.address, now).await? {
            Some(new) => new,
            // The same person in another window may have used the invitation up a moment ago.
            None => match identities::find(tx.connection(), issuer, subject).await? {
                Some(identity) => return linked(app, tx, identity, now).await,
                None => return refused(app, tx, None, "no account", now).await,
            },
        },
    };
    let identity = StaffIdentity {
        id: app.random.uuid(now),
        staff: staff.id,
        issuer: issuer.to_owned(),
        subject: subject.to_owned(),
        linked_at: now,
        used_at: now,
    };
    identities::create(tx, &identity).await?;
    let subject = Some(staff.email.clone());
    note(tx, &app.random, now, "staff.oidc_linked", sign_in::actor(&staff), subject, Some(issuer.to_owned())).await?;
    Ok(Ok(staff))
}

/// The account that this person is linked with.
async fn linked(
    app: &App,
    tx: &mut Tx,
    found: StaffIdentity,
    now: Millis,
) -> Result<Result<Staff, NotIn>, StorageError> {
    let Some(staff) = staff::lock_one(tx, found.staff).await? else { return Ok(Err(NotIn::Stranger)) };
    if staff.disabled_at.is_some() {
        return refused(app, tx, Some(&staff), "disabled", now).await;
    }
    // An owner may have unlinked it while this waited for the account, and has ended all sessions but this one.
    let still = identities::find(tx.connection(), &found.issuer, &found.subject).await?;
    if still.is_none_or(|still| still.staff != staff.id) {
        return refused(app, tx, Some(&staff), "unlinked", now).await;
    }
    identities::used(tx, staff.id, found.id, now).await?;
    Ok(Ok(staff))
}

/// The account that an open invitation makes.
async fn invited(app: &App, tx: &mut Tx, email: &str, now: Millis) -> Result<Option<Staff>, StorageError> {
    let Some(invitation) = invitations::for_email(tx.connection(), email, now).await? else { return Ok(None) };
    if !invite::may_still_invite(tx, &invitation).await? || !invitations::use_up(tx, invitation.id, now).await? {
        return Ok(None);
    }
    let new = new_account(app.random.uuid(now), invitation.email, invitation.name, invitation.role, now);
    staff::create(tx, &new).await?;
    note(tx, &app.random, now, "staff.joined", sign_in::actor(&new), Some(new.email.clone()), None).await?;
    Ok(Some(new))
}

/// Somebody of another organization at the provider stands in the record, with the account where one is linked. Once a
/// day for each claim: a provider may serve the whole world, whose people must not fill it. Nobody gets in for want of
/// it.
pub(super) async fn note_outside(app: &App, issuer: &str, subject: &str, claim: &str, now: Millis) {
    let noted = async {
        let db = app.db.read();
        let staff = match identities::find(db, issuer, subject).await? {
            Some(identity) => staff::get(db, identity.staff).await?,
            None => None,
        };
        let subject = staff.map(|staff| staff.email);
        let detail = format!("{claim} is missing or another");
        if activity::happened_since(db, REFUSED, subject.as_deref(), &detail, now - DAY).await? {
            return Ok(());
        }
        let mut tx = app.db.begin().await?;
        note(&mut tx, &app.random, now, REFUSED, Actor::Deskbridge, subject, Some(detail)).await?;
        tx.commit().await
    };
    if let Err(error) = noted.await {
        tracing::error!(%error, "a sign-in from another organization was refused, and not recorded");
    }
}

async fn refused(
    app: &App,
    tx: &mut Tx,
    whom: Option<&Staff>,
    why: &str,
    now: Millis,
) -> Result<Result<Staff, NotIn>, StorageError> {
    // Of people whom nobody here knows, once a day says as much as each time.
    if whom.is_none() && activity::happened_since(tx.connection(), REFUSED, None, why, now - DAY).await? {
        return Ok(Err(NotIn::Stranger));
    }
    let subject = whom.map(|staff| staff.email.clone());
    note(tx, &app.random, now, REFUSED, Actor::Deskbridge, subject, Some(why.to_owned())).await?;
    Ok(Err(NotIn::Stranger))
}
