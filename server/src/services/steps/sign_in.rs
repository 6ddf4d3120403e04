//! Steps that lead to the partner's own sign-in page and back. What was typed before waits sealed, with PKCE's
//! verifier; the tokens are passed to `verify` once and are nowhere else.

use std::collections::BTreeMap;
use std::sync::Arc;

use app::ports::{Mistake, PartnerTrouble};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{By, Desk, Submitted, to_the_end};
use crate::clock::{MINUTE, Millis};
use crate::crypto::digest::{Digest, secret_digest};
use crate::domain::entry::{self, Echo};
use crate::domain::form::Form;
use crate::domain::sign_in::{LIFETIME, Opener, SignIn};
use crate::manifest::Integration;
use crate::manifest::kind::Kind;
use crate::services::ServiceError;
use crate::state::App;
use crate::storage::{StorageError, connections, sign_ins};
use crate::upstream::partner::{Exchanged, authorize_url};

/// An exchange and a `verify` take no longer than this; a return that is older was cut off.
pub const CUT_OFF: Millis = 3 * MINUTE;

/// With what the browser came back.
pub enum Returned {
    Code(SecretString),
    /// The admin did not allow it.
    Declined,
    /// With another error, or with nothing.
    Nothing,
}

/// What became of a return.
pub enum Back {
    /// The step is done; `linked` with an account that was not linked before.
    Done { linked: bool },
    /// The step's page says what was wrong.
    Again,
    /// This return was here before; what became of it then stands in the sign-in.
    Used,
    /// The connection has ended, or the step is none that can be asked.
    Gone,
}

/// Sealed beside a sign-in.
#[derive(Serialize, Deserialize)]
struct Entries {
    /// None once it was used.
    verifier: Option<String>,
    form: Vec<(String, String)>,
}

/// What was wrong, for the step's page. No secret is in it, and nothing that the admin typed.
#[derive(Default, Serialize, Deserialize)]
struct Outcome {
    /// The partner's words by field.
    errors: BTreeMap<String, String>,
    /// Secrets that have to be typed again.
    again: Vec<String>,
    /// By field of an address: the label of a secret that would go along, and the locations that it was entered at.
    #[serde(default)]
    moves: BTreeMap<String, (String, Vec<String>)>,
    said: Vec<String>,
    trouble: Option<Trouble>,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Trouble {
    NoAnswer,
    BadAnswer,
    Declined,
    NotSignedIn,
    TooLate,
}

impl Trouble {
    const ALL: [(Trouble, PartnerTrouble); 5] = [
        (Trouble::NoAnswer, PartnerTrouble::NoAnswer),
        (Trouble::BadAnswer, PartnerTrouble::BadAnswer),
        (Trouble::Declined, PartnerTrouble::Declined),
        (Trouble::NotSignedIn, PartnerTrouble::NotSignedIn),
        (Trouble::TooLate, PartnerTrouble::TooLate),
    ];

    fn of(told: PartnerTrouble) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == told).map(|(trouble, _)| *trouble)
    }

    fn told(self) -> PartnerTrouble {
        match self {
            Trouble::NoAnswer => PartnerTrouble::NoAnswer,
            Trouble::BadAnswer => PartnerTrouble::BadAnswer,
            Trouble::Declined => PartnerTrouble::Declined,
            Trouble::NotSignedIn => PartnerTrouble::NotSignedIn,
            Trouble::TooLate => PartnerTrouble::TooLate,
        }
    }
}

/// The sign-in that this state was made for, if it is of this integration.
///
/// # Errors
/// When the database does not answer.
pub async fn find(app: &App, integration: &Integration, state: &SecretString) -> Result<Option<SignIn>, ServiceError> {
    let db = app.db.read();
    let Some(sign_in) = sign_ins::by_state(db, &state_digest(state)).await? else { return Ok(None) };
    let connection = connections::get(db, sign_in.connection).await?;
    Ok(connection.filter(|connection| connection.integration == integration.slug).map(|_| sign_in))
}

/// What the page of a step shows of this browser's last sign-in: what was typed before it, and what was wrong.
///
/// # Errors
/// When the database does not answer.
pub async fn reminder(app: &App, connection: Uuid, opener: Opener, step: &str) -> Result<Option<Echo>, ServiceError> {
    let db = app.db.read();
    let now = app.clock.now();
    let Some(sign_in) = sign_ins::latest(db, connection, opener, step, now).await? else { return Ok(None) };
    let Some(connection) = connections::get(db, connection).await? else { return Ok(None) };
    let Some(entries) = sign_ins::entries(db, &app.vault, &connection, sign_in.id).await? else { return Ok(None) };
    let outcome: Option<Outcome> = sign_in.outcome.and_then(|outcome| serde_json::from_value(outcome).ok());
    let outcome = match (outcome, sign_in.used_at) {
        (Some(outcome), _) => outcome,
        (None, Some(used_at)) if used_at + CUT_OFF <= now => {
            Outcome { trouble: Some(Trouble::NotSignedIn), ..Outcome::default() }
        }
        (None, _) => Outcome::default(),
    };
    let said = outcome.errors.into_iter().map(|(field, message)| (field, Mistake::Said(message)));
    let again = outcome.again.into_iter().map(|field| (field, Mistake::EnterAgain));
    let moves = outcome.moves.into_iter();
    let moves = moves.map(|(at, (field, locations))| (at, Mistake::SecretMoves { field, locations }));
    Ok(Some(Echo {
        form: Form(read(&entries)?.form),
        mistakes: said.chain(again).chain(moves).collect(),
        said: outcome.said,
        trouble: outcome.trouble.map(Trouble::told),
    }))
}

/// Goes on where the browser came back. Only the first return of a state gets here.
///
/// # Errors
/// When the database does not answer; the admin signs in again then.
pub async fn come_back(
    app: &App,
    integration: &Arc<Integration>,
    sign_in: SignIn,
    returned: Returned,
    by: By,
) -> Result<Back, ServiceError> {
    let integration = integration.clone();
    to_the_end(app, async move |app| {
        let now = app.clock.now();
        let mut tx = app.db.begin().await?;
        if !sign_ins::use_up(&mut tx, sign_in.connection, sign_in.id, now).await? {
            return Ok(Back::Used);
        }
        // Durable before the code leaves: whatever happens now, neither state nor code works a second time.
        tx.commit().await?;
        let Some(desk) = Desk::open(&app, &integration, sign_in.connection, &sign_in.step, by).await? else {
            return Ok(Back::Gone);
        };
        let connection = desk.connection.clone();
        let sealed = sign_ins::entries(app.db.read(), &app.vault, &connection, sign_in.id).await?;
        let Some(sealed) = sealed else { return Ok(Back::Gone) };
        let entries = read(&sealed)?;
        let secrets: Vec<String> = desk
            .fields
            .iter()
            .filter(|field| matches!(field.kind, Kind::Secret(_)))
            .map(|field| entry::name(field.key()))
            .collect();
        let shown = |form: &Form| Entries {
            verifier: None,
            form: form.0.iter().filter(|(name, _)| !secrets.contains(name)).cloned().collect(),
        };
        let form = Form(entries.form);
        let kept = shown(&form);
        let submitted = match (returned, entries.verifier) {
            _ if sign_in.expires_at <= now => desk.unfinished(form, PartnerTrouble::TooLate),
            (Returned::Declined, _) => desk.unfinished(form, PartnerTrouble::Declined),
            (Returned::Code(code), Some(verifier)) => {
                desk.signed_in(form, &code, &SecretString::from(verifier)).await?
            }
            (Returned::Nothing | Returned::Code(_), _) => desk.unfinished(form, PartnerTrouble::NotSignedIn),
        };
        let echo = match submitted {
            Submitted::Done { linked } => return Ok(Back::Done { linked }),
            Submitted::Again(echo) => echo,
            Submitted::Gone | Submitted::SignIn(_) => return Ok(Back::Gone),
        };
        let mut tx = app.db.begin().await?;
        let until = app.clock.now() + LIFETIME;
        let (outcome, kept) = (json(&outcome(echo))?, write(&kept)?);
        sign_ins::end(&mut tx, &app.vault, &connection, sign_in.id, outcome, &kept, until).await?;
        tx.commit().await?;
        Ok(Back::Again)
    })
    .await
}

impl Desk<'_> {
    /// Keeps the entries until the browser is back, and says where it goes.
    pub(super) async fn lead(self, echo: Echo) -> Result<Submitted, ServiceError> {
        let oauth = self.integration.partner.as_ref().and_then(|partner| partner.oauth.as_ref());
        // A manifest without it is refused.
        let Some(oauth) = oauth else { return Ok(Submitted::Gone) };
        let app = self.app;
        let now = app.clock.now();
        let (state, verifier) = (app.random.token(), app.random.token());
        let url = authorize_url(oauth, &redirect_uri(app, self.integration), &state, &verifier);
        let sign_in = SignIn {
            id: app.random.uuid(now),
            connection: self.connection.id,
            step: self.step.id.clone(),
            opener: self.by.opener,
            created_at: now,
            expires_at: now + LIFETIME,
            used_at: None,
            outcome: None,
        };
        let entries = Entries { verifier: Some(verifier.expose_secret().to_owned()), form: echo.form.0 };
        let entries = write(&entries)?;
        let mut tx = app.db.begin().await?;
        let current = connections::lock(&tx, self.connection.id).await?;
        if current.is_none_or(|current| current.disconnected.is_some()) {
            return Ok(Submitted::Gone);
        }
        sign_ins::create(&mut tx, &app.vault, &self.connection, &sign_in, &state_digest(&state), &entries).await?;
        tx.commit().await?;
        Ok(Submitted::SignIn(url))
    }

    async fn signed_in(
        self,
        form: Form,
        code: &SecretString,
        verifier: &SecretString,
    ) -> Result<Submitted, ServiceError> {
        let (entered, mistakes) = self.judge(&form);
        let mut echo = Echo::of(form);
        echo.mistakes = mistakes;
        if echo.is_refused() {
            return Ok(self.again(echo, &entered));
        }
        let partner = self.integration.partner.as_ref();
        let Some((partner, oauth)) = partner.and_then(|partner| Some((partner, partner.oauth.as_ref()?))) else {
            return Ok(Submitted::Gone);
        };
        let redirect_uri = redirect_uri(self.app, self.integration);
        match self.app.partners.exchange(partner, oauth, code, verifier, &redirect_uri).await {
            Ok(Exchanged::Tokens(tokens)) => self.conclude(echo, entered, Some(&tokens)).await,
            Ok(Exchanged::Refused) => {
                tracing::warn!(connection.id = %self.connection.id, step = %self.step.id, "the partner refused its code");
                Ok(self.unfinished(echo.form, PartnerTrouble::NotSignedIn))
            }
            Err(error) => self.trouble(echo, entered, &error).await,
        }
    }

    fn unfinished(&self, form: Form, trouble: PartnerTrouble) -> Submitted {
        let (entered, _) = self.judge(&form);
        let echo = Echo { trouble: Some(trouble), ..Echo::of(form) };
        self.again(echo, &entered)
    }
}

/// The one address that the partner registers.
pub fn redirect_uri(app: &App, integration: &Integration) -> String {
    app.config.public(&format!("/i/{}/partner-return", integration.slug))
}

fn state_digest(state: &SecretString) -> Digest {
    secret_digest("partner sign-in", state)
}

fn outcome(echo: Echo) -> Outcome {
    let mut outcome = Outcome { said: echo.said, trouble: echo.trouble.and_then(Trouble::of), ..Outcome::default() };
    for (field, mistake) in echo.mistakes {
        match mistake {
            Mistake::Said(message) => _ = outcome.errors.insert(field, message),
            Mistake::SecretMoves { field: secret, locations } => {
                outcome.moves.insert(field, (secret, locations));
            }
            // The step's fields are judged again when they are sent.
            _ => outcome.again.push(field),
        }
    }
    outcome
}

fn read(entries: &SecretString) -> Result<Entries, StorageError> {
    serde_json::from_str(entries.expose_secret()).map_err(|_| unreadable())
}

fn write(entries: &Entries) -> Result<SecretString, StorageError> {
    serde_json::to_string(entries).map(SecretString::from).map_err(|_| unreadable())
}

fn json(outcome: &Outcome) -> Result<serde_json::Value, StorageError> {
    serde_json::to_value(outcome).map_err(|_| unreadable())
}

fn unreadable() -> StorageError {
    StorageError::Inconsistent { table: "partner_sign_ins", what: "entries that are no JSON" }
}
