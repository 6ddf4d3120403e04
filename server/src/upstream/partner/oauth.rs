//! The partner's own sign-in (OAuth's authorization code with PKCE): where the browser is sent, and the code for
//! tokens.

use oauth2::{PkceCodeChallenge, PkceCodeVerifier};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;
use url::Url;

use super::error::{Asked, PartnerError, Trouble};
use super::{PartnerSystems, admit, transport};
use crate::manifest::{Partner, PartnerOAuth};
use crate::upstream::answer::{Unread, read_capped};

/// Of a token answer, unpacked.
const MOST_BYTES: usize = 64 * 1024;

/// What became of a code.
pub enum Exchanged {
    /// The token answer as received. It has no `Debug` of ours; pass it on and forget it.
    Tokens(Value),
    /// The partner does not accept the code: too old, used, or of another sign-in.
    Refused,
}

/// Where the browser goes. `verifier` is what the exchange will prove itself with.
pub fn authorize_url(
    oauth: &PartnerOAuth,
    redirect_uri: &str,
    state: &SecretString,
    verifier: &SecretString,
) -> SecretString {
    let verifier = PkceCodeVerifier::new(verifier.expose_secret().to_owned());
    let challenge = PkceCodeChallenge::from_code_verifier_sha256(&verifier);
    let mut url: Url = oauth.authorize_url.clone();
    let mut query = url.query_pairs_mut();
    query
        .append_pair("response_type", "code")
        .append_pair("client_id", &oauth.client_id)
        .append_pair("redirect_uri", redirect_uri);
    if !oauth.scopes.is_empty() {
        query.append_pair("scope", &oauth.scopes.join(" "));
    }
    query
        .append_pair("state", state.expose_secret())
        .append_pair("code_challenge", challenge.as_str())
        .append_pair("code_challenge_method", "S256");
    drop(query);
    SecretString::from(String::from(url))
}

impl PartnerSystems {
    /// One request: a code is good for one.
    ///
    /// # Errors
    /// See [`PartnerError`]; a code that is not accepted is no error.
    pub async fn exchange(
        &self,
        partner: &Partner,
        oauth: &PartnerOAuth,
        code: &SecretString,
        verifier: &SecretString,
        redirect_uri: &str,
    ) -> Result<Exchanged, PartnerError> {
        let trouble = |trouble| PartnerError::new(Asked::Token, trouble);
        let client = if partner.allow_private_addresses {
            &self.open
        } else {
            admit(&oauth.token_url).map_err(|refused| trouble(Trouble::Forbidden).detail(&refused.to_string()))?;
            &self.guarded
        };
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("grant_type", "authorization_code")
            .append_pair("code", code.expose_secret())
            .append_pair("redirect_uri", redirect_uri)
            .append_pair("code_verifier", verifier.expose_secret())
            .finish();
        // Every server of OAuth has to take Basic; what stands in it is encoded as in a form (RFC 6749, 2.3.1).
        let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
        let response = client
            .post(oauth.token_url.clone())
            .timeout(partner.timeout)
            .basic_auth(encoded(&oauth.client_id), Some(encoded(oauth.client_secret.expose_secret())))
            .header(ACCEPT, HeaderValue::from_static("application/json"))
            .header(CONTENT_TYPE, HeaderValue::from_static("application/x-www-form-urlencoded"))
            .body(form)
            .send()
            .await
            .map_err(|error| transport(Asked::Token, &error))?;
        let status = response.status();
        let trouble = |kind| trouble(kind).status(status.as_u16());
        if status.is_redirection() {
            return Err(trouble(Trouble::Redirect));
        }
        if !status.is_success() && !status.is_client_error() {
            return Err(trouble(Trouble::Status));
        }
        let read = read_capped(response, MOST_BYTES).await.map_err(|unread| match unread {
            Unread::TooLarge => trouble(Trouble::TooLarge),
            Unread::Lost(error) => transport(Asked::Token, &error).status(status.as_u16()),
        })?;
        let json = serde_json::from_slice::<Value>(&read);
        if status.is_client_error() {
            let refused = json.is_ok_and(|json| json["error"] == "invalid_grant");
            return if refused { Ok(Exchanged::Refused) } else { Err(trouble(Trouble::Status)) };
        }
        let json = json.map_err(|_| trouble(Trouble::NotJson))?;
        if json["access_token"].as_str().is_none_or(|token| token.trim().is_empty()) {
            return Err(trouble(Trouble::WrongShape).detail("a token answer without an access token"));
        }
        Ok(Exchanged::Tokens(json))
    }
}
