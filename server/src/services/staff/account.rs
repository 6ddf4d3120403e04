//! One's own account: password, authenticator app, recovery codes, sessions.

use secrecy::{ExposeSecret as _, SecretString};
use uuid::Uuid;

use super::passwords::{Busy, Unfit, is_fit};
use super::session::{Member, PURPOSE};
use super::{note, sign_in};
use crate::clock::{MINUTE, Millis, SECOND};
use crate::crypto::digest::{Digest, digest, secret_digest};
use crate::crypto::totp;
use crate::domain::slowdown::Whose;
use crate::services::{ServiceError, to_the_end};
use crate::state::App;
use crate::storage::staff::secrets::SecondFactor;
use crate::storage::staff::{self, Staff, secrets, sessions, waits};
use crate::storage::{StorageError, Tx};

const CODES: usize = 10;
/// An app whose first code does not come by then is begun anew: its secret stood on the page.
const BEGUN_LIFETIME: Millis = 15 * MINUTE;

/// What came of an act on one's own account.
pub enum Done<T> {
    Yes(T),
    /// The present password, or the code, was wrong.
    Refused,
    Unfit(Unfit),
    Wait(Millis),
    Busy,
}

/// Whether a code of the app, or a recovery code, is right now. It is used up then.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn uses_code(
    app: &App,
    tx: &mut Tx,
    staff: &Staff,
    code: &str,
    now: Millis,
) -> Result<bool, StorageError> {
    let factor = secrets::second_factor(tx.connection(), &app.vault, staff.id).await?;
    let Some(factor) = factor.filter(|factor| factor.confirmed_at.is_some()) else { return Ok(false) };
    if let Some(step) = totp::step_of(&factor.secret, code, now / SECOND, factor.last_step) {
        return secrets::use_step(tx, staff.id, step).await;
    }
    let used = secrets::use_code(tx, staff.id, &code_digest(staff.id, code)).await?;
    if used {
        note(tx, &app.random, now, "staff.recovery_code_used", sign_in::actor(staff), None, None).await?;
    }
    Ok(used)
}

/// However it is written: capitals, spaces and hyphens do not count.
fn code_digest(staff: Uuid, code: &str) -> Digest {
    let plain: String = code.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_uppercase();
    digest("staff recovery code", &[staff.as_bytes(), plain.as_bytes()])
}

/// A new password ends all other sessions, and gives this one another cookie.
///
/// # Errors
/// When the database does not answer.
pub async fn change_password(
    app: &App,
    member: &Member,
    present: SecretString,
    new: SecretString,
) -> Result<Done<SecretString>, ServiceError> {
    let member = member.clone();
    to_the_end(app, async move |app| {
        let (staff, session) = (member.staff(), member.session().id);
        if let Err(unfit) = is_fit(&new, &staff.email) {
            return Ok(Done::Unfit(unfit));
        }
        let key = digest("staff own password", &[session.as_bytes()]);
        let mut tx = app.db.begin().await?;
        if let Err(wait) = waits::count(&mut tx, Whose::Pair, &key, app.clock.now()).await? {
            return Ok(Done::Wait(wait));
        }
        tx.commit().await?;
        let stored = secrets::password(app.db.read(), staff.id).await?;
        let right = match app.passwords.verify(present, stored).await {
            Ok(verdict) => verdict.right,
            Err(Busy) => return Ok(Done::Busy),
        };
        if !right {
            return Ok(Done::Refused);
        }
        let Ok(hash) = app.passwords.hash(&app.random, new).await else { return Ok(Done::Busy) };
        let (now, cookie) = (app.clock.now(), app.random.token());
        let mut tx = app.db.begin().await?;
        // A sign-in with the old password comes before this and is ended, or after it and is refused.
        staff::lock_one(&tx, staff.id).await?;
        secrets::set_password(&mut tx, staff.id, &hash, now).await?;
        sessions::end_all(&mut tx, staff.id, Some(session)).await?;
        waits::end_all(&mut tx, staff.id).await?;
        if !sessions::renew(&mut tx, session, &secret_digest(PURPOSE, &cookie), now).await? {
            return Ok(Done::Refused);
        }
        waits::forget(&mut tx, &key).await?;
        note(&mut tx, &app.random, now, "staff.password_changed", sign_in::actor(staff), None, None).await?;
        tx.commit().await?;
        Ok(Done::Yes(cookie))
    })
    .await
}

/// Whether the first code of this app is still awaited.
pub fn is_begun(factor: &SecondFactor, now: Millis) -> bool {
    factor.confirmed_at.is_none() && now < factor.created_at + BEGUN_LIFETIME
}

/// Begins with an authenticator app; it counts once a first code was right.
///
/// # Errors
/// When the database does not answer.
pub async fn begin_app(app: &App, member: &Member) -> Result<(), ServiceError> {
    let staff = member.staff().id;
    to_the_end(app, async move |app| {
        let secret = SecretString::from(totp::base32(&app.random.bytes::<20>()));
        let mut tx = app.db.begin().await?;
        secrets::begin_second_factor(&mut tx, &app.vault, staff, &secret, app.clock.now()).await?;
        Ok(tx.commit().await?)
    })
    .await
}

/// The first code of an app. What is left are recovery codes, to be shown once.
///
/// # Errors
/// When the database does not answer.
pub async fn confirm_app(app: &App, member: &Member, code: String) -> Result<Done<Vec<SecretString>>, ServiceError> {
    let staff = member.staff().clone();
    to_the_end(app, async move |app| {
        let now = app.clock.now();
        let mut tx = app.db.begin().await?;
        let factor = secrets::second_factor(tx.connection(), &app.vault, staff.id).await?;
        let Some(factor) = factor.filter(|factor| is_begun(factor, now)) else { return Ok(Done::Refused) };
        let Some(step) = totp::step_of(&factor.secret, &code, now / SECOND, None) else { return Ok(Done::Refused) };
        if !secrets::confirm_second_factor(&mut tx, staff.id, step, now).await? {
            return Ok(Done::Refused);
        }
        let codes = give_codes(&app, &mut tx, staff.id, now).await?;
        note(&mut tx, &app.random, now, "staff.app_set_up", sign_in::actor(&staff), None, None).await?;
        tx.commit().await?;
        Ok(Done::Yes(codes))
    })
    .await
}

async fn give_codes(app: &App, tx: &mut Tx, staff: Uuid, now: Millis) -> Result<Vec<SecretString>, StorageError> {
    let codes: Vec<SecretString> = (0..CODES).map(|_| recovery_code(app)).collect();
    let digests: Vec<Digest> = codes.iter().map(|code| code_digest(staff, code.expose_secret())).collect();
    secrets::replace_codes(tx, staff, &digests, now).await?;
    Ok(codes)
}

/// 80 bits in four groups, as people can copy by hand.
fn recovery_code(app: &App) -> SecretString {
    let text = totp::base32(&app.random.bytes::<10>());
    let groups: Vec<String> =
        text.as_bytes().chunks(4).map(|part| String::from_utf8_lossy(part).into_owned()).collect();
    SecretString::from(groups.join("-"))
}

/// New recovery codes; the old ones are good no longer.
///
/// # Errors
/// When the database does not answer.
pub async fn new_codes(app: &App, member: &Member) -> Result<Option<Vec<SecretString>>, ServiceError> {
    let staff = member.staff().clone();
    to_the_end(app, async move |app| {
        let now = app.clock.now();
        let mut tx = app.db.begin().await?;
        let factor = secrets::second_factor(tx.connection(), &app.vault, staff.id).await?;
        if factor.is_none_or(|factor| factor.confirmed_at.is_none()) {
            return Ok(None);
        }
        let codes = give_codes(&app, &mut tx, staff.id, now).await?;
        note(&mut tx, &app.random, now, "staff.codes_renewed", sign_in::actor(&staff), None, None).await?;
        tx.commit().await?;
        Ok(Some(codes))
    })
    .await
}

/// Signs in with the password alone from now on. Also gives up an app that was never confirmed.
///
/// # Errors
/// When the database does not answer.
pub async fn remove_app(app: &App, member: &Member) -> Result<(), ServiceError> {
    let staff = member.staff().clone();
    to_the_end(app, async move |app| {
        let now = app.clock.now();
        let mut tx = app.db.begin().await?;
        let factor = secrets::second_factor(tx.connection(), &app.vault, staff.id).await?;
        secrets::forget_second_factor(&mut tx, staff.id).await?;
        if factor.is_some_and(|factor| factor.confirmed_at.is_some()) {
            note(&mut tx, &app.random, now, "staff.app_removed", sign_in::actor(&staff), None, None).await?;
        }
        Ok(tx.commit().await?)
    })
    .await
}

/// What people see of one, and the zone one reads times in.
///
/// # Errors
/// When the database does not answer.
pub async fn save(app: &App, member: &Member, name: String, zone: Option<String>) -> Result<(), ServiceError> {
    let id = member.staff().id;
    to_the_end(app, async move |app| {
        let mut tx = app.db.begin().await?;
        let Some((staff, _)) = staff::lock(&tx, id).await? else { return Ok(()) };
        let after = Staff { name, time_zone: zone, ..staff.clone() };
        staff::save(&mut tx, &after).await?;
        let detail = (after.name != staff.name).then(|| format!("{} → {}", staff.name, after.name));
        note(&mut tx, &app.random, app.clock.now(), "staff.saved", sign_in::actor(&after), None, detail).await?;
        Ok(tx.commit().await?)
    })
    .await
}

/// Ends one of one's own sessions, or all others.
///
/// # Errors
/// When the database does not answer.
pub async fn end_sessions(app: &App, member: &Member, which: Option<Uuid>) -> Result<(), ServiceError> {
    let (staff, own) = (member.staff().clone(), member.session().id);
    to_the_end(app, async move |app| {
        let mut tx = app.db.begin().await?;
        let ended = match which {
            Some(session) => u64::from(sessions::end(&mut tx, staff.id, session).await?),
            None => sessions::end_all(&mut tx, staff.id, Some(own)).await?,
        };
        if ended > 0 {
            let detail = Some(ended.to_string());
            note(&mut tx, &app.random, app.clock.now(), "staff.sessions_ended", sign_in::actor(&staff), None, detail)
                .await?;
        }
        Ok(tx.commit().await?)
    })
    .await
}
