//! What the token endpoint answers, and the stated policy for each way in which it can be malformed.

use std::fmt;
use std::time::Duration;

use oauth2::basic::BasicTokenType;
use oauth2::{AccessToken, RefreshToken, Scope, TokenResponse};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::error::OfficeRndError;

/// Taken where an answer does not say how long its access token lives.
pub const DEFAULT_LIFE_SECONDS: u32 = 3_600;
/// A shorter life would be refreshed without end.
pub const MIN_LIFE_SECONDS: u32 = 60;
/// A longer life is a mistake, and a token that is believed in too long fails in use.
pub const MAX_LIFE_SECONDS: u32 = 24 * 60 * 60;

/// What a good answer brought. The new refresh token must be durable before anything else happens.
#[derive(Clone, Debug)]
pub struct TokenAnswer {
    pub access_token: SecretString,
    /// `None` keeps the one that was sent.
    pub refresh_token: Option<SecretString>,
    /// Within [`MIN_LIFE_SECONDS`] and [`MAX_LIFE_SECONDS`].
    pub expires_in_seconds: u32,
    /// `None` keeps the scope that was granted.
    pub scope: Option<String>,
    /// The server's clock, in seconds since 1970.
    pub server_time: Option<i64>,
    /// What was repaired; each belongs in the log.
    pub notes: Vec<TokenNote>,
}

/// No token to use came. Where the answer holds a new refresh token all the same, the one that was sent is spent, and
/// this one is all there is of the grant: it too must be durable before anything else happens.
#[derive(Debug)]
pub struct Unrenewed {
    pub error: OfficeRndError,
    pub refresh_token: Option<SecretString>,
}

impl From<OfficeRndError> for Unrenewed {
    fn from(error: OfficeRndError) -> Self {
        Self { error, refresh_token: None }
    }
}

/// A repair to an answer that was not as documented.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenNote {
    /// No `expires_in`, or none that is a number: [`DEFAULT_LIFE_SECONDS`] taken.
    LifeMissing,
    LifeAsText,
    /// Zero, negative or huge.
    LifeClamped,
    RefreshTokenMissing,
    ScopeMissing,
}

impl fmt::Display for TokenNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::LifeMissing => "expires_in missing or unreadable, 3600 s taken",
            Self::LifeAsText => "expires_in given as text",
            Self::LifeClamped => "expires_in out of bounds, clamped to 60 s … 24 h",
            Self::RefreshTokenMissing => "no refresh_token, the old one is kept",
            Self::ScopeMissing => "no scope, the granted one is kept",
        })
    }
}

/// The answer in the shape that `oauth2` wants, read so that no oddity loses a token. It is never
/// serialized; the trait asks for it, so what it holds is skipped.
#[derive(Deserialize, Serialize)]
#[serde(from = "Map<String, Value>")]
pub(super) struct LenientToken {
    #[serde(skip_serializing)]
    access_token: AccessToken,
    #[serde(skip_serializing)]
    token_type: BasicTokenType,
    #[serde(skip_serializing)]
    refresh_token: Option<RefreshToken>,
    #[serde(skip_serializing)]
    scopes: Option<Vec<Scope>>,
    #[serde(skip_serializing)]
    expires_in_seconds: u32,
    #[serde(skip_serializing)]
    notes: Vec<TokenNote>,
}

impl From<Map<String, Value>> for LenientToken {
    fn from(answer: Map<String, Value>) -> Self {
        let field = |name| answer.get(name).unwrap_or(&Value::Null);
        let mut notes = Vec::new();
        let expires_in_seconds = read_life(field("expires_in"), &mut notes);
        let refresh_token = text(field("refresh_token"));
        if refresh_token.is_none() {
            notes.push(TokenNote::RefreshTokenMissing);
        }
        let scope = read_scope(field("scope"));
        if scope.is_none() {
            notes.push(TokenNote::ScopeMissing);
        }
        let bearer = text(field("token_type")).is_none_or(|name| name.eq_ignore_ascii_case("bearer"));
        Self {
            // An empty text stands for "none"; `into_answer` refuses it.
            access_token: AccessToken::new(text(field("access_token")).unwrap_or_default()),
            token_type: if bearer { BasicTokenType::Bearer } else { BasicTokenType::Extension(String::new()) },
            refresh_token: refresh_token.map(RefreshToken::new),
            scopes: scope.map(|scope| scope.split_whitespace().map(|one| Scope::new(one.to_owned())).collect()),
            expires_in_seconds,
            notes,
        }
    }
}

impl LenientToken {
    /// Without an access token that can be sent it is an outage. What is left then is the refresh token that came.
    pub(super) fn into_answer(self) -> Result<TokenAnswer, Option<SecretString>> {
        let access_token = self.access_token.into_secret();
        let refresh_token = self.refresh_token.map(|token| SecretString::from(token.into_secret()));
        if access_token.is_empty() || !access_token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(refresh_token);
        }
        Ok(TokenAnswer {
            access_token: SecretString::from(access_token),
            refresh_token,
            expires_in_seconds: self.expires_in_seconds,
            scope: self.scopes.map(|scopes| scopes.iter().map(|one| one.as_str()).collect::<Vec<_>>().join(" ")),
            server_time: None,
            notes: self.notes,
        })
    }
}

/// Without the tokens, since `oauth2` asks for `Debug`.
impl fmt::Debug for LenientToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LenientToken").field("notes", &self.notes).finish_non_exhaustive()
    }
}

impl TokenResponse for LenientToken {
    type TokenType = BasicTokenType;

    fn access_token(&self) -> &AccessToken {
        &self.access_token
    }

    fn token_type(&self) -> &BasicTokenType {
        &self.token_type
    }

    fn expires_in(&self) -> Option<Duration> {
        Some(Duration::from_secs(self.expires_in_seconds.into()))
    }

    fn refresh_token(&self) -> Option<&RefreshToken> {
        self.refresh_token.as_ref()
    }

    fn scopes(&self) -> Option<&Vec<Scope>> {
        self.scopes.as_ref()
    }
}

fn text(value: &Value) -> Option<String> {
    value.as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned)
}

/// One text, or a list of them.
fn read_scope(value: &Value) -> Option<String> {
    let scope = match value {
        Value::Array(scopes) => scopes.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "),
        other => text(other)?,
    };
    (!scope.trim().is_empty()).then_some(scope)
}

fn read_life(value: &Value, notes: &mut Vec<TokenNote>) -> u32 {
    let said = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse::<f64>().ok().inspect(|_| notes.push(TokenNote::LifeAsText)),
        _ => None,
    };
    let Some(seconds) = said.filter(|seconds| !seconds.is_nan()) else {
        notes.push(TokenNote::LifeMissing);
        return DEFAULT_LIFE_SECONDS;
    };
    let clamped = seconds.clamp(f64::from(MIN_LIFE_SECONDS), f64::from(MAX_LIFE_SECONDS));
    if clamped != seconds {
        notes.push(TokenNote::LifeClamped);
    }
    // Between 60 and 86,400, so nothing but a fraction of a second is lost.
    clamped as u32
}
