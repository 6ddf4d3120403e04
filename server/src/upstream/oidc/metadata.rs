//! What a provider says of itself, checked before anything is believed or sent.

use std::collections::HashSet;

use openidconnect::core::CoreJwsSigningAlgorithm as Algorithm;
use serde::Deserialize;
use url::{Host, Url};

use super::error::{Asked, OidcError};

/// Longer names of an issuer are not repeated in a message.
const MOST_SHOWN: usize = 120;

/// Only what is signed with a private key: with HS256 whoever reads the client secret could sign, and `none` is no
/// signature at all.
const ACCEPTED: [Algorithm; 9] = [
    Algorithm::RsaSsaPkcs1V15Sha256,
    Algorithm::RsaSsaPkcs1V15Sha384,
    Algorithm::RsaSsaPkcs1V15Sha512,
    Algorithm::RsaSsaPssSha256,
    Algorithm::RsaSsaPssSha384,
    Algorithm::RsaSsaPssSha512,
    Algorithm::EcdsaP256Sha256,
    Algorithm::EcdsaP384Sha384,
    Algorithm::EdDsa,
];

/// As it stands at `/.well-known/openid-configuration`.
#[derive(Deserialize)]
struct Raw {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    userinfo_endpoint: Option<String>,
    code_challenge_methods_supported: Option<Vec<String>>,
    id_token_signing_alg_values_supported: Option<Vec<String>>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

#[derive(Debug, Clone)]
pub struct Metadata {
    pub authorization_endpoint: Url,
    pub token_endpoint: Url,
    pub jwks_uri: Url,
    pub userinfo_endpoint: Option<Url>,
    /// None where it says nothing of PKCE; it is used all the same.
    pub pkce: Option<bool>,
    pub algorithms: HashSet<Algorithm>,
    /// The client secret goes into the body rather than a header.
    pub secret_in_body: bool,
    /// It promises `iss` beside each code (RFC 9207).
    pub promises_iss: bool,
}

impl Metadata {
    /// # Errors
    /// When it is another issuer's, or cannot be used safely.
    pub(super) fn read(issuer: &str, body: &[u8]) -> Result<Self, OidcError> {
        let raw: Raw = serde_json::from_slice(body).map_err(|_| OidcError::WrongShape { asked: Asked::Discovery })?;
        // To the letter: a provider that speaks for another one could hand out its people.
        if raw.issuer != issuer {
            let shown = raw.issuer.chars().filter(|sign| !sign.is_control()).take(MOST_SHOWN).collect();
            return Err(OidcError::OtherIssuer(shown));
        }
        let local = issuer.starts_with("http://");
        let endpoint = |key: &'static str, text: &str| endpoint(text, local).ok_or(OidcError::BadAddress(key));
        let known: HashSet<Algorithm> = match &raw.id_token_signing_alg_values_supported {
            // What every provider must know.
            None => HashSet::from([Algorithm::RsaSsaPkcs1V15Sha256]),
            Some(said) => said
                .iter()
                .filter_map(|name| serde_json::from_value(serde_json::Value::String(name.clone())).ok())
                .filter(|algorithm| ACCEPTED.contains(algorithm))
                .collect(),
        };
        if known.is_empty() {
            return Err(OidcError::NoAlgorithm);
        }
        let pkce = raw.code_challenge_methods_supported.map(|methods| methods.iter().any(|method| method == "S256"));
        if pkce == Some(false) {
            return Err(OidcError::NoPkce);
        }
        let has = |methods: &[String], wanted: &str| methods.iter().any(|method| method == wanted);
        let secret_in_body = raw
            .token_endpoint_auth_methods_supported
            .is_some_and(|methods| !has(&methods, "client_secret_basic") && has(&methods, "client_secret_post"));
        Ok(Self {
            authorization_endpoint: endpoint("authorization_endpoint", &raw.authorization_endpoint)?,
            token_endpoint: endpoint("token_endpoint", &raw.token_endpoint)?,
            jwks_uri: endpoint("jwks_uri", &raw.jwks_uri)?,
            userinfo_endpoint: match &raw.userinfo_endpoint {
                Some(text) => Some(endpoint("userinfo_endpoint", text)?),
                None => None,
            },
            pkce,
            algorithms: known,
            secret_in_body,
            promises_iss: raw.authorization_response_iss_parameter_supported,
        })
    }
}

/// https, or http on this machine where the issuer itself is there.
fn endpoint(text: &str, local: bool) -> Option<Url> {
    let url = Url::parse(text).ok()?;
    let loopback = match url.host()? {
        Host::Ipv4(ip) => ip.is_loopback(),
        Host::Ipv6(ip) => ip.is_loopback(),
        Host::Domain(name) => name == "localhost",
    };
    let safe = url.scheme() == "https" || (url.scheme() == "http" && local && loopback);
    let plain = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    (safe && plain).then_some(url)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const ISSUER: &str = "https://login.partner.example/staff";

    fn sound() -> Value {
        json!({
            "issuer": ISSUER,
            "authorization_endpoint": "https://login.partner.example/auth",
            "token_endpoint": "https://tokens.partner.example/token",
            "jwks_uri": "https://login.partner.example/keys",
        })
    }

    fn read(change: impl FnOnce(&mut Value)) -> Result<Metadata, OidcError> {
        let mut value = sound();
        change(&mut value);
        Metadata::read(ISSUER, value.to_string().as_bytes())
    }

    #[test]
    fn a_provider_that_says_little_is_enough() {
        let metadata = read(|_| {}).unwrap();
        assert_eq!(metadata.algorithms, HashSet::from([Algorithm::RsaSsaPkcs1V15Sha256]));
        assert_eq!((metadata.pkce, metadata.promises_iss, metadata.secret_in_body), (None, false, false));
        let told = read(|value| {
            value["code_challenge_methods_supported"] = json!(["plain", "S256"]);
            value["id_token_signing_alg_values_supported"] = json!(["none", "HS256", "ES256", "XY999"]);
            value["token_endpoint_auth_methods_supported"] = json!(["client_secret_post"]);
            value["authorization_response_iss_parameter_supported"] = json!(true);
        })
        .unwrap();
        assert_eq!(told.algorithms, HashSet::from([Algorithm::EcdsaP256Sha256]));
        assert_eq!((told.pkce, told.promises_iss, told.secret_in_body), (Some(true), true, true));
    }

    #[test]
    fn what_cannot_be_used_safely_is_refused() {
        for other in
            ["https://login.partner.example/staff/", "https://LOGIN.partner.example/staff", "https://evil.example"]
        {
            let refused = read(|value| value["issuer"] = json!(other)).unwrap_err();
            assert_eq!(refused, OidcError::OtherIssuer(other.to_owned()));
        }
        let refused = read(|value| value["code_challenge_methods_supported"] = json!(["plain"])).unwrap_err();
        assert_eq!(refused, OidcError::NoPkce);
        let refused =
            read(|value| value["id_token_signing_alg_values_supported"] = json!(["none", "HS256"])).unwrap_err();
        assert_eq!(refused, OidcError::NoAlgorithm);
        for key in ["authorization_endpoint", "token_endpoint", "jwks_uri", "userinfo_endpoint"] {
            for wrong in ["http://127.0.0.1/x", "javascript:alert(1)", "https://a:b@login.partner.example", "/auth", ""]
            {
                let refused = read(|value| value[key] = json!(wrong)).unwrap_err();
                assert_eq!(refused, OidcError::BadAddress(key), "{wrong}");
            }
        }
        for body in ["", "[]", "{}", "<html>"] {
            let refused = Metadata::read(ISSUER, body.as_bytes()).unwrap_err();
            assert_eq!(refused, OidcError::WrongShape { asked: Asked::Discovery }, "{body}");
        }
        let local = "http://127.0.0.1:9";
        let on = |endpoint: &str| {
            let mut value = sound();
            value["issuer"] = json!(local);
            value["token_endpoint"] = json!(endpoint);
            Metadata::read(local, value.to_string().as_bytes()).is_ok()
        };
        assert!(on("http://127.0.0.1:8/token") && !on("http://tokens.partner.example/token"));
    }
}
