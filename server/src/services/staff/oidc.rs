//! Signing in by the partner's OpenID provider: there with a state that is good once and for this browser, back with a
//! code, and in as the account that the provider's subject is linked with. Also proving again who one is.

mod account;

use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use self::account::{find_account, note_outside};
use super::note;
use super::session::{Member, PURPOSE};
use super::sign_in::{self, Opening, Whence};
use crate::clock::{MINUTE, Millis};
use crate::crypto::digest::{Digest, digest, secret_digest};
use crate::domain::slowdown::Whose;
use crate::services::{ServiceError, to_the_end};
use crate::state::App;
use crate::storage::StorageError;
use crate::storage::staff::oidc_sign_ins::{self, OidcSignIn};
use crate::storage::staff::{identities, sessions, waits};
use crate::upstream::oidc::{Expected, Leaving, Oidc, OidcError};

/// Between leaving for the provider and coming back.
pub const LIFETIME: Millis = 10 * MINUTE;
/// Of all browsers together; beyond, those that never signed in here are asked to come again in a moment.
const MOST_WAITING: u64 = 10_000;

/// Where the browser goes.
pub enum Leaves {
    /// To the provider, with a cookie that its return is known by.
    To {
        url: SecretString,
        id: Uuid,
        cookie: SecretString,
    },
    Wait(Millis),
    Busy,
    NoAnswer,
}

/// With what the browser came back.
pub enum Returned {
    Code(SecretString),
    /// The person, or the provider, said no.
    Declined,
    /// With another error, in words that are not ours.
    Error(String),
    Nothing,
}

/// Why nobody is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotIn {
    Declined,
    /// Too late, or used before.
    Over,
    NoAnswer,
    /// What came back is not to be believed.
    Doubted,
    /// Not proved as strongly as this deployment demands.
    Weak,
    /// An account of another organization, as far as this deployment looks at that.
    Outside,
    /// No account goes with this person.
    Stranger,
    /// The provider does not vouch for the address.
    Unverified,
    /// Somebody else than the one whose session it is.
    Another,
}

impl NotIn {
    /// As metrics and the record name it.
    pub fn slug(self) -> &'static str {
        match self {
            NotIn::Declined => "declined",
            NotIn::Over => "over",
            NotIn::NoAnswer => "no_answer",
            NotIn::Doubted => "doubted",
            NotIn::Weak => "weak",
            NotIn::Outside => "outside",
            NotIn::Stranger => "stranger",
            NotIn::Unverified => "unverified",
            NotIn::Another => "another",
        }
    }
}

pub enum Back {
    In {
        cookie: SecretString,
        known: SecretString,
    },
    /// The session goes on under another cookie.
    Proved(SecretString),
    /// The session that was to be proved has ended.
    Ended,
    Not(NotIn),
}

#[derive(Serialize, Deserialize)]
struct Secrets {
    verifier: String,
    nonce: String,
}

/// Where the provider sends people back to; below `public_url`, it is the one address that is registered there.
pub fn redirect_path() -> &'static str {
    "/sign-in/return"
}

fn redirect_uri(app: &App) -> String {
    app.config.public(redirect_path())
}

fn state_digest(state: &SecretString) -> Digest {
    secret_digest("staff oidc state", state)
}

fn browser_digest(cookie: &SecretString) -> Digest {
    secret_digest("staff oidc browser", cookie)
}

/// Whose sign-ins are counted together.
fn key(app: &App, from: &Whence, session: Option<Uuid>) -> (Whose, Digest) {
    if let Some(session) = session {
        return (Whose::Known, digest("staff oidc again", &[session.as_bytes()]));
    }
    match sign_in::known_to(app, from) {
        Some(staff) => (Whose::Known, digest("staff oidc known", &[staff.as_bytes(), from.address.as_bytes()])),
        None => (Whose::Address, digest("staff oidc address", &[from.address.as_bytes()])),
    }
}

/// Sends somebody to the provider: to sign in, or to prove again who it is.
///
/// # Errors
/// When the database does not answer.
pub async fn leave(
    app: &App,
    oidc: &Oidc,
    member: Option<&Member>,
    next: String,
    from: Whence,
) -> Result<Leaves, ServiceError> {
    let (oidc, session) = (oidc.clone(), member.map(|member| member.session().id));
    to_the_end(app, async move |app| {
        let now = app.clock.now();
        let (whose, slow) = key(&app, &from, session);
        let mut tx = app.db.begin().await?;
        if let Err(wait) = waits::count(&mut tx, whose, &slow, now).await? {
            return Ok(Leaves::Wait(wait));
        }
        tx.commit().await?;
        let metadata = match oidc.metadata().await {
            Ok(metadata) => metadata,
            Err(error) => {
                say(&oidc, &error);
                return Ok(Leaves::NoAnswer);
            }
        };
        // Strangers from many addresses must not close the door for people who work here.
        if whose == Whose::Address && oidc_sign_ins::waiting(app.db.read(), now).await? >= MOST_WAITING {
            tracing::warn!("too many sign-ins wait for the provider; no unknown browser is sent there for now");
            return Ok(Leaves::Busy);
        }
        let [state, nonce, verifier, cookie] = [(); 4].map(|()| app.random.token());
        let redirect_uri = redirect_uri(&app);
        let leaving = Leaving {
            redirect_uri: &redirect_uri,
            state: &state,
            nonce: &nonce,
            verifier: &verifier,
            again: session.is_some(),
        };
        let url = oidc.authorize_url(&metadata, &leaving);
        let sign_in = OidcSignIn {
            id: app.random.uuid(now),
            browser: browser_digest(&cookie),
            issuer: oidc.issuer().to_owned(),
            session,
            next,
            created_at: now,
            expires_at: now + LIFETIME,
        };
        let secrets =
            Secrets { verifier: verifier.expose_secret().to_owned(), nonce: nonce.expose_secret().to_owned() };
        let secrets = serde_json::to_string(&secrets).map(SecretString::from).map_err(|_| unreadable())?;
        let mut tx = app.db.begin().await?;
        oidc_sign_ins::create(&mut tx, &app.vault, &sign_in, &state_digest(&state), &secrets).await?;
        tx.commit().await?;
        Ok(Leaves::To { url, id: sign_in.id, cookie })
    })
    .await
}

/// The sign-in that this state was made for.
///
/// # Errors
/// When the database does not answer.
pub async fn find(app: &App, state: &SecretString) -> Result<Option<OidcSignIn>, StorageError> {
    oidc_sign_ins::by_state(app.db.read(), &state_digest(state)).await
}

/// Whether it began in the browser that has this cookie.
pub fn is_of(sign_in: &OidcSignIn, cookie: Option<&SecretString>) -> bool {
    cookie.is_some_and(|cookie| browser_digest(cookie) == sign_in.browser)
}

/// Goes on where the browser came back. `iss` is what came beside the code.
///
/// # Errors
/// When the database does not answer; the person signs in again then.
pub async fn come_back(
    app: &App,
    oidc: &Oidc,
    sign_in: OidcSignIn,
    (returned, iss): (Returned, Option<String>),
    member: Option<Member>,
    from: Whence,
) -> Result<Back, ServiceError> {
    let oidc = oidc.clone();
    to_the_end(app, async move |app| {
        let back = Return { app: &app, oidc: &oidc, sign_in, member, from }.go_on(returned, iss).await?;
        let outcome = match &back {
            Back::In { .. } => "in",
            Back::Proved(_) => "proved",
            Back::Ended => "ended",
            Back::Not(why) => why.slug(),
        };
        metrics::counter!("deskbridge_staff_oidc_sign_ins_total", "outcome" => outcome).increment(1);
        Ok(back)
    })
    .await
}

struct Return<'a> {
    app: &'a App,
    oidc: &'a Oidc,
    sign_in: OidcSignIn,
    member: Option<Member>,
    from: Whence,
}

impl Return<'_> {
    async fn go_on(self, returned: Returned, iss: Option<String>) -> Result<Back, ServiceError> {
        let (app, oidc) = (self.app, self.oidc);
        let now = app.clock.now();
        let mut tx = app.db.begin().await?;
        let secrets = oidc_sign_ins::use_up(&mut tx, &app.vault, self.sign_in.id, now).await?;
        // Durable before the code leaves: whatever happens now, neither state nor code works a second time.
        tx.commit().await?;
        let Some(secrets) = secrets else { return Ok(Back::Not(NotIn::Over)) };
        let secrets: Secrets = serde_json::from_str(secrets.expose_secret()).map_err(|_| unreadable())?;
        // Another provider was configured meanwhile: the code is none of its own.
        if self.sign_in.expires_at <= now || self.sign_in.issuer != oidc.issuer() {
            return Ok(Back::Not(NotIn::Over));
        }
        let found = self.ask(returned, iss, secrets, now).await;
        let (identity, email) = match found {
            Ok(found) => found,
            Err(not_in) => return Ok(Back::Not(not_in)),
        };
        match self.sign_in.session {
            Some(session) => self.prove(session, &identity.subject).await,
            None => self.open(identity, email).await,
        }
    }

    /// Who it is, asked of the provider.
    async fn ask(
        &self,
        returned: Returned,
        iss: Option<String>,
        secrets: Secrets,
        now: Millis,
    ) -> Result<(crate::upstream::oidc::Identity, Option<crate::upstream::oidc::Email>), NotIn> {
        let oidc = self.oidc;
        let doubt = |error: &OidcError| {
            say(oidc, error);
            match error {
                OidcError::Weak => NotIn::Weak,
                OidcError::Outside { .. } => NotIn::Outside,
                error if error.is_unavailable() => NotIn::NoAnswer,
                _ => NotIn::Doubted,
            }
        };
        let metadata = oidc.metadata().await.map_err(|error| doubt(&error))?;
        // RFC 9207: an answer of another provider is recognised before its code is sent anywhere.
        let named = match &iss {
            Some(iss) => iss == oidc.issuer(),
            None => !metadata.promises_iss,
        };
        if !named {
            return Err(doubt(&OidcError::Forged("the return names another issuer, or none")));
        }
        let code = match returned {
            Returned::Code(code) => code,
            Returned::Declined => return Err(NotIn::Declined),
            Returned::Error(error) => return Err(doubt(&OidcError::said(&error))),
            Returned::Nothing => return Err(doubt(&OidcError::Forged("the return brings no code"))),
        };
        let (verifier, nonce) = (SecretString::from(secrets.verifier), SecretString::from(secrets.nonce));
        let tokens = oidc.exchange(&metadata, &code, &verifier, &redirect_uri(self.app)).await;
        let tokens = tokens.map_err(|error| doubt(&error))?;
        let expected =
            Expected { nonce: &nonce, began: self.sign_in.created_at, again: self.sign_in.session.is_some() };
        let identity = match oidc.identify(&metadata, &tokens, &expected, now).await {
            Ok(identity) => identity,
            Err(error) => {
                if let OidcError::Outside { claim, subject } = &error {
                    note_outside(self.app, oidc.issuer(), subject, claim, now).await;
                }
                return Err(doubt(&error));
            }
        };
        // Only the first sign-in needs the address.
        let known = identities::find(self.app.db.read(), oidc.issuer(), &identity.subject).await;
        let email = match (&identity.email, known) {
            (Some(email), _) => Some(email.clone()),
            (None, Ok(Some(_))) => None,
            (None, _) => oidc.email(&metadata, &tokens, &identity.subject).await.map_err(|error| doubt(&error))?,
        };
        Ok((identity, email))
    }

    /// Opens a session of the account that goes with this person.
    async fn open(
        self,
        identity: crate::upstream::oidc::Identity,
        email: Option<crate::upstream::oidc::Email>,
    ) -> Result<Back, ServiceError> {
        let app = self.app;
        let now = app.clock.now();
        let mut tx = app.db.begin().await?;
        let staff = match find_account(app, &mut tx, self.oidc.issuer(), &identity.subject, email, now).await? {
            Ok(staff) => staff,
            Err(not_in) => {
                // What was refused stands in the record.
                tx.commit().await?;
                return Ok(Back::Not(not_in));
            }
        };
        let host = url::Url::parse(self.oidc.issuer()).ok().and_then(|url| url.host_str().map(str::to_owned));
        // A provider that lets somebody in without asking has proved nothing now: dangerous acts ask.
        let opening = Opening { via: host, proved_at: identity.proved_at.unwrap_or(0) };
        let opened = sign_in::open(app, &mut tx, &staff, &self.from, opening, now).await?;
        let (whose, slow) = key(app, &self.from, None);
        match whose {
            Whose::Address => waits::take_back(&mut tx, &slow, now).await?,
            _ => waits::forget(&mut tx, &slow).await?,
        }
        tx.commit().await?;
        match opened {
            sign_in::Outcome::In { cookie, known } => Ok(Back::In { cookie, known }),
            _ => Ok(Back::Not(NotIn::Over)),
        }
    }

    /// The session goes on, proved, if it is the same person's.
    async fn prove(self, session: Uuid, subject: &str) -> Result<Back, ServiceError> {
        let app = self.app;
        let Some(member) = self.member.filter(|member| member.session().id == session) else { return Ok(Back::Ended) };
        let now = app.clock.now();
        let staff = member.staff();
        let mut tx = app.db.begin().await?;
        let identity = identities::find(tx.connection(), self.oidc.issuer(), subject).await?;
        let Some(identity) = identity.filter(|identity| identity.staff == staff.id) else {
            let detail = Some(NotIn::Another.slug().to_owned());
            let actor = sign_in::actor(staff);
            note(&mut tx, &app.random, now, "staff.oidc_refused", actor, Some(staff.email.clone()), detail).await?;
            tx.commit().await?;
            return Ok(Back::Not(NotIn::Another));
        };
        let cookie = app.random.token();
        if !sessions::renew(&mut tx, session, &secret_digest(PURPOSE, &cookie), now).await? {
            return Ok(Back::Ended);
        }
        identities::used(&mut tx, staff.id, identity.id, now).await?;
        waits::forget(&mut tx, &key(app, &self.from, Some(session)).1).await?;
        note(&mut tx, &app.random, now, "staff.confirmed", sign_in::actor(staff), None, None).await?;
        tx.commit().await?;
        Ok(Back::Proved(cookie))
    }
}

fn say(oidc: &Oidc, error: &OidcError) {
    tracing::warn!(issuer = oidc.issuer(), %error, "the provider did not sign somebody in");
}

fn unreadable() -> StorageError {
    StorageError::Inconsistent { table: "staff_oidc_sign_ins", what: "secrets that are no JSON" }
}
