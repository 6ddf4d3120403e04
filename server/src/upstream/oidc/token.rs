//! Whether an id_token is what it claims to be, for this sign-in.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use openidconnect::core::{
    CoreGenderClaim, CoreIdTokenVerifier, CoreJsonWebKeySet, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm,
};
use openidconnect::{
    AccessToken, AccessTokenHash, AdditionalClaims, ClaimsVerificationError, ClientId, IdToken, IssuerUrl, Nonce,
    SignatureVerificationError,
};
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::error::OidcError;
use crate::clock::{MINUTE, Millis, SECOND};
use crate::config::StaffOidc;

/// How far the provider's clock may be from ours.
const LEEWAY: Millis = MINUTE;
/// What the standard allows.
const LONGEST_SUBJECT: usize = 255;

/// Claims that the crate does not read.
#[derive(Debug, Serialize, Deserialize)]
struct More {
    nbf: Option<serde_json::Number>,
    #[serde(flatten)]
    others: HashMap<String, Value>,
}

impl AdditionalClaims for More {}

type Token = IdToken<More, CoreGenderClaim, CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm>;

/// What this sign-in began with.
pub struct Expected<'a> {
    pub nonce: &'a SecretString,
    pub began: Millis,
    /// The person had to prove again who it is.
    pub again: bool,
}

/// The answer of a token endpoint, as long as a sign-in lasts.
pub struct Tokens {
    pub(super) id_token: SecretString,
    pub(super) access_token: SecretString,
}

/// Who signed in, as the provider says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    pub subject: String,
    /// When this person last proved who it is, where the provider says.
    pub proved_at: Option<Millis>,
    /// None where the id_token does not say; then it is asked for.
    pub email: Option<Email>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email {
    pub address: String,
    pub verified: bool,
}

/// What is wrong with a token.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unverified {
    /// No key of that id is known; a newer set may hold it.
    UnknownKey,
    Wrong(OidcError),
}

fn wrong(reason: &'static str) -> Unverified {
    Unverified::Wrong(OidcError::Forged(reason))
}

pub(super) fn verify(
    settings: &StaffOidc,
    algorithms: &HashSet<CoreJwsSigningAlgorithm>,
    keys: &CoreJsonWebKeySet,
    tokens: &Tokens,
    expected: &Expected<'_>,
    now: Millis,
) -> Result<Identity, Unverified> {
    let token: Token = tokens.id_token.expose_secret().parse().map_err(|_| wrong("the id_token cannot be read"))?;
    let issuer = IssuerUrl::new(settings.issuer.clone()).map_err(|_| wrong("the issuer is no address"))?;
    // A public client on purpose: the client secret is no key for anything, whatever the token says of its algorithm.
    let verifier = CoreIdTokenVerifier::new_public_client(
        ClientId::new(settings.client_id.clone()),
        issuer,
        CoreJsonWebKeySet::new(keys.keys().clone()),
    )
    .set_allowed_algs(algorithms.iter().cloned())
    .set_time_fn(move || time(now - LEEWAY))
    .set_issue_time_verifier_fn(move |at| {
        within(at, expected.began, now).then_some(()).ok_or_else(|| "issued at another time".to_owned())
    })
    .set_auth_time_verifier_fn(move |at| match at {
        None if expected.again => Err("no auth_time".to_owned()),
        Some(at) if expected.again && !within(at, expected.began, now) => Err("not proved again".to_owned()),
        Some(at) if millis(at) > now + LEEWAY => Err("proved in the future".to_owned()),
        _ => Ok(()),
    })
    .set_auth_context_verifier_fn(move |acr| {
        let reached = acr.is_some_and(|acr| settings.acr_values.iter().any(|wanted| *wanted == **acr));
        (reached || settings.acr_values.is_empty()).then_some(()).ok_or_else(|| "not reached".to_owned())
    });
    let nonce = Nonce::new(expected.nonce.expose_secret().to_owned());
    let claims = token.claims(&verifier, &nonce).map_err(|error| reason(&error))?;
    if claims.authorized_party().is_some_and(|party| **party != settings.client_id) {
        return Err(wrong("azp names another client"));
    }
    let not_before = claims.additional_claims().nbf.as_ref().map(|nbf| nbf.as_f64().unwrap_or(f64::MAX));
    if not_before.is_some_and(|seconds| seconds * SECOND as f64 > (now + LEEWAY) as f64) {
        return Err(wrong("it is not good yet"));
    }
    if let Some(said) = claims.access_token_hash() {
        let unfit = || wrong("at_hash cannot be made");
        let algorithm = token.signing_alg().map_err(|_| unfit())?;
        let key = token.signing_key(&verifier).map_err(|_| unfit())?;
        let access = AccessToken::new(tokens.access_token.expose_secret().to_owned());
        let made = AccessTokenHash::from_token(&access, algorithm, key).map_err(|_| unfit())?;
        if made != *said {
            return Err(wrong("at_hash is not of this access token"));
        }
    }
    let subject = claims.subject().to_string();
    if subject.is_empty() || subject.len() > LONGEST_SUBJECT || subject.contains(char::is_control) {
        return Err(wrong("sub is none"));
    }
    // Only now, when it is certain that the provider says all this.
    let others = &claims.additional_claims().others;
    let fits = |name: &str, values: &[String]| others.get(name).is_some_and(|said| is_one_of(said, values));
    if let Some((claim, _)) = settings.required_claims.iter().find(|(name, values)| !fits(name, values)) {
        return Err(Unverified::Wrong(OidcError::Outside { claim: claim.clone(), subject }));
    }
    let email = claims
        .email()
        .map(|address| Email { address: address.to_string(), verified: claims.email_verified() == Some(true) });
    Ok(Identity { subject, proved_at: claims.auth_time().map(|at| millis(at).min(now)), email })
}

/// To the letter. Numbers, `true` and `false` count as JSON has them; a claim may be a list that holds others besides.
fn is_one_of(said: &Value, values: &[String]) -> bool {
    let is_wanted = |one: &Value| match one {
        Value::String(text) => values.contains(text),
        Value::Bool(_) | Value::Number(_) => values.contains(&one.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => false,
    };
    match said {
        Value::Array(list) => list.iter().any(is_wanted),
        one => is_wanted(one),
    }
}

/// Nothing that was made before this sign-in began belongs to it.
fn within(at: DateTime<Utc>, began: Millis, now: Millis) -> bool {
    (began - LEEWAY..=now + LEEWAY).contains(&millis(at))
}

fn millis(at: DateTime<Utc>) -> Millis {
    at.timestamp_millis()
}

fn time(at: Millis) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(at).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// In words of ours: the crate's own quote what the token says.
fn reason(error: &ClaimsVerificationError) -> Unverified {
    use SignatureVerificationError as Signature;
    wrong(match error {
        ClaimsVerificationError::SignatureVerification(Signature::NoMatchingKey) => return Unverified::UnknownKey,
        ClaimsVerificationError::InvalidAuthContext(_) => return Unverified::Wrong(OidcError::Weak),
        ClaimsVerificationError::Expired(_) => "its time is over, or is none of this sign-in",
        ClaimsVerificationError::InvalidAudience(_) => "aud is not this client alone",
        ClaimsVerificationError::InvalidAuthTime(_) => "auth_time does not say that the person proved it again",
        ClaimsVerificationError::InvalidIssuer(_) => "iss is another issuer",
        ClaimsVerificationError::InvalidNonce(_) => "nonce is none of this sign-in",
        ClaimsVerificationError::SignatureVerification(Signature::NoSignature) => "it is not signed",
        ClaimsVerificationError::SignatureVerification(Signature::DisallowedAlg(_)) => "its algorithm is not allowed",
        ClaimsVerificationError::SignatureVerification(Signature::AmbiguousKeyId(_)) => {
            "it does not say which key signed"
        }
        ClaimsVerificationError::SignatureVerification(_) => "its signature is wrong",
        _ => "it is of a kind that is not understood",
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_claim_may_be_a_list_a_number_or_a_yes() {
        let wanted = ["desk", "7", "true", "0.5"].map(str::to_owned);
        let list = json!(["else", "desk"]);
        for fits in [json!("desk"), json!(7), json!("7"), json!(true), json!(0.5), list, json!([7])] {
            assert!(is_one_of(&fits, &wanted), "{fits}");
        }
        for other in [
            json!("Desk"),
            json!("desk "),
            json!("desk,7"),
            json!(70),
            json!(-7),
            json!(false),
            json!(null),
            json!([]),
            json!(["else", "desks"]),
            json!([["desk"]]),
            json!([{ "desk": "desk" }]),
            json!({ "desk": "desk" }),
        ] {
            assert!(!is_one_of(&other, &wanted), "{other}");
        }
    }
}
