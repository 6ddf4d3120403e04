//! Signing in: a password, then a code where an app was set up. Nothing here says which part was wrong, and no number
//! of wrong tries keeps the right person out.

use app::ports::Actor;
use secrecy::SecretString;
use uuid::Uuid;

use super::passwords::Busy;
use super::session::{LONGEST, PURPOSE};
use super::{account, note};
use crate::clock::{DAY, MINUTE, Millis};
use crate::crypto::digest::{Digest, digest, secret_digest};
use crate::crypto::vault::Slot;
use crate::domain::slowdown::Whose;
use crate::services::{ServiceError, to_the_end};
use crate::state::App;
use crate::storage::staff::sessions::{self, StaffSession};
use crate::storage::staff::{self, Staff, secrets, waits};
use crate::storage::{StorageError, Tx};

/// Between the password and its code.
pub const STEP_LIFETIME: Millis = 10 * MINUTE;
/// Then the password is asked for again.
const CODE_TRIES: i32 = 5;
/// A browser is known for that long after it has signed in.
pub const KNOWN_LIFETIME: Millis = 180 * DAY;
const STEP_PURPOSE: &str = "staff sign-in step";

/// Where a sign-in comes from.
#[derive(Debug, Clone, Default)]
pub struct Whence {
    pub address: String,
    pub agent: String,
    /// What a browser that has signed in before presents.
    pub known: Option<SecretString>,
}

pub enum Outcome {
    /// Signed in: the cookie's value, and what makes this browser known.
    In { cookie: SecretString, known: SecretString },
    /// The password was right; the cookie of the second step.
    Code(SecretString),
    /// Something was wrong, and nobody says what.
    Refused,
    /// The next try is possible after that long.
    Wait(Millis),
    /// Too many sign in at this moment.
    Busy,
    /// The second step has ended; the password is asked for again.
    Over,
}

/// # Errors
/// When the database does not answer.
pub async fn with_password(
    app: &App,
    email: String,
    password: SecretString,
    from: Whence,
) -> Result<Outcome, ServiceError> {
    to_the_end(app, async move |app| {
        let staff = staff::by_email(app.db.read(), &email).await?;
        let keys = keys(&app, &email, staff.as_ref(), &from);
        if let Some(wait) = count(&app, &keys).await? {
            return Ok(Outcome::Wait(wait));
        }
        let stored = match &staff {
            Some(staff) if staff.disabled_at.is_none() => secrets::password(app.db.read(), staff.id).await?,
            _ => None,
        };
        let verdict = match app.passwords.verify(password.clone(), stored.clone()).await {
            Ok(verdict) => verdict,
            Err(Busy) => return Ok(Outcome::Busy),
        };
        let Some(staff) = staff.filter(|_| verdict.right) else { return Ok(Outcome::Refused) };
        let better = if verdict.outdated { app.passwords.hash(&app.random, password).await.ok() } else { None };
        let now = app.clock.now();
        let mut tx = app.db.begin().await?;
        let staff = staff::lock_one(&tx, staff.id).await?.filter(|staff| staff.disabled_at.is_none());
        let Some(staff) = staff else { return Ok(Outcome::Refused) };
        // A new password that was set while this one was being checked has ended it. Another try tells.
        if secrets::password(tx.connection(), staff.id).await? != stored {
            return Ok(Outcome::Busy);
        }
        let factor = secrets::second_factor(tx.connection(), &app.vault, staff.id).await?;
        take_back(&mut tx, &keys, now).await?;
        if let Some(better) = better {
            secrets::set_password(&mut tx, staff.id, &better, now).await?;
        }
        if factor.is_some_and(|factor| factor.confirmed_at.is_some()) {
            let step = app.random.token();
            waits::begin(&mut tx, &secret_digest(STEP_PURPOSE, &step), staff.id, now + STEP_LIFETIME).await?;
            tx.commit().await?;
            return Ok(Outcome::Code(step));
        }
        let opened = open(&app, &mut tx, &staff, &from, Opening::proved(now), now).await?;
        forget(&mut tx, &keys).await?;
        tx.commit().await?;
        Ok(opened)
    })
    .await
}

/// # Errors
/// When the database does not answer.
pub async fn with_code(app: &App, step: SecretString, code: String, from: Whence) -> Result<Outcome, ServiceError> {
    to_the_end(app, async move |app| {
        let now = app.clock.now();
        let step = secret_digest(STEP_PURPOSE, &step);
        let mut tx = app.db.begin().await?;
        let Some(id) = waits::try_code(&mut tx, &step, CODE_TRIES, now).await? else { return Ok(Outcome::Over) };
        let (whose, slow) = match known_key(&app, "staff known browser's code", id, &from) {
            Some(key) => (Whose::Known, key),
            None => (Whose::Code, digest("staff code", &[id.as_bytes()])),
        };
        if let Err(wait) = waits::count(&mut tx, whose, &slow, now).await? {
            return Ok(Outcome::Wait(wait));
        }
        // The try counts whatever comes of it.
        tx.commit().await?;
        let mut tx = app.db.begin().await?;
        let staff = staff::lock_one(&tx, id).await?.filter(|staff| staff.disabled_at.is_none());
        let Some(staff) = staff else { return Ok(Outcome::Over) };
        if !account::uses_code(&app, &mut tx, &staff, &code, now).await? {
            return Ok(Outcome::Refused);
        }
        // A new password has ended the step that the old one began.
        if !waits::end(&mut tx, &step).await? {
            return Ok(Outcome::Over);
        }
        let opened = open(&app, &mut tx, &staff, &from, Opening::proved(now), now).await?;
        waits::forget(&mut tx, &slow).await?;
        forget(&mut tx, &keys(&app, &staff.email, Some(&staff), &from)).await?;
        tx.commit().await?;
        Ok(opened)
    })
    .await
}

/// Whether a second step goes on.
///
/// # Errors
/// When the database does not answer.
pub async fn is_waiting(app: &App, step: &SecretString) -> Result<bool, StorageError> {
    waits::is_waiting(app.db.read(), &secret_digest(STEP_PURPOSE, step), CODE_TRIES, app.clock.now()).await
}

/// # Errors
/// When the database does not answer.
pub async fn sign_out(app: &App, cookie: &SecretString) -> Result<(), ServiceError> {
    let digest = secret_digest(PURPOSE, cookie);
    to_the_end(app, async move |app| {
        let now = app.clock.now();
        let Some(session) = sessions::find(app.db.read(), &digest).await? else { return Ok(()) };
        let Some(staff) = staff::get(app.db.read(), session.staff).await? else { return Ok(()) };
        let mut tx = app.db.begin().await?;
        if sessions::end(&mut tx, staff.id, session.id).await? {
            note(&mut tx, &app.random, now, "staff.signed_out", actor(&staff), None, None).await?;
        }
        Ok(tx.commit().await?)
    })
    .await
}

pub(super) fn actor(staff: &Staff) -> Actor {
    Actor::Staff { id: staff.id, name: staff.name.clone() }
}

/// How a session began.
pub(super) struct Opening {
    /// The host of the provider that vouched for the person.
    pub(super) via: Option<String>,
    /// When this person last proved who it is.
    pub(super) proved_at: Millis,
}

impl Opening {
    fn proved(now: Millis) -> Self {
        Self { via: None, proved_at: now }
    }
}

pub(super) async fn open(
    app: &App,
    tx: &mut Tx,
    staff: &Staff,
    from: &Whence,
    opening: Opening,
    now: Millis,
) -> Result<Outcome, StorageError> {
    let cookie = app.random.token();
    let session = StaffSession {
        id: app.random.uuid(now),
        staff: staff.id,
        created_at: now,
        seen_at: now,
        expires_at: now + LONGEST,
        confirmed_at: opening.proved_at,
        address: from.address.clone(),
        agent: from.agent.clone(),
    };
    sessions::create(tx, &session, &secret_digest(PURPOSE, &cookie)).await?;
    staff::signed_in(tx, staff.id, now).await?;
    let via = opening.via.map_or_else(String::new, |host| format!(", {host}"));
    let detail = Some(format!("{}, {}{via}", from.agent, from.address));
    note(tx, &app.random, now, "staff.signed_in", actor(staff), None, detail).await?;
    let known = app.vault.seal(known_slot(), &SecretString::from(staff.id.simple().to_string()));
    Ok(Outcome::In { cookie, known: SecretString::from(hex::encode(known)) })
}

/// Nothing of it is stored: the browser holds the whole record.
fn known_slot() -> Slot {
    Slot { table: "staff", column: "known browser", row: Uuid::nil(), organization: Uuid::nil() }
}

/// Whose tries count as one. A browser that the account's owner has used before has its own count, so that nobody
/// else, at the same address or elsewhere, can hold the owner up.
fn keys(app: &App, email: &str, staff: Option<&Staff>, from: &Whence) -> Vec<(Whose, Digest)> {
    if let Some(key) = staff.and_then(|staff| known_key(app, "staff known browser", staff.id, from)) {
        return vec![(Whose::Known, key)];
    }
    let (email, address) = (email.trim().to_lowercase(), from.address.as_bytes());
    vec![
        (Whose::Address, digest("staff address", &[address])),
        (Whose::Pair, digest("staff pair", &[email.as_bytes(), address])),
    ]
}

fn known_key(app: &App, purpose: &str, staff: Uuid, from: &Whence) -> Option<Digest> {
    let known = from.known.as_ref().filter(|known| is_known(app, known, staff))?;
    Some(digest(purpose, &[staff.as_bytes(), &secret_digest("known", known)]))
}

fn is_known(app: &App, known: &SecretString, staff: Uuid) -> bool {
    known_as(app, known) == Some(staff)
}

/// Whose account this browser has signed in to before.
pub(super) fn known_to(app: &App, from: &Whence) -> Option<Uuid> {
    known_as(app, from.known.as_ref()?)
}

fn known_as(app: &App, known: &SecretString) -> Option<Uuid> {
    use secrecy::ExposeSecret as _;
    let record = hex::decode(known.expose_secret()).ok()?;
    let id = app.vault.open(known_slot(), &record).ok()?;
    Uuid::try_parse(id.expose_secret()).ok()
}

/// Counts a try before its outcome is known. Some: how long to wait.
async fn count(app: &App, keys: &[(Whose, Digest)]) -> Result<Option<Millis>, StorageError> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    for (whose, key) in keys {
        if let Err(wait) = waits::count(&mut tx, *whose, key, now).await? {
            return Ok(Some(wait));
        }
    }
    tx.commit().await?;
    Ok(None)
}

/// Who gets in is no guesser: an office would wait for its own people. Wrong tries at the address still count.
async fn take_back(tx: &mut Tx, keys: &[(Whose, Digest)], now: Millis) -> Result<(), StorageError> {
    for (_, key) in keys.iter().filter(|(whose, _)| *whose == Whose::Address) {
        waits::take_back(tx, key, now).await?;
    }
    Ok(())
}

/// Tries at other accounts from the same address still count.
async fn forget(tx: &mut Tx, keys: &[(Whose, Digest)]) -> Result<(), StorageError> {
    for (_, key) in keys.iter().filter(|(whose, _)| *whose != Whose::Address) {
        waits::forget(tx, key).await?;
    }
    Ok(())
}
