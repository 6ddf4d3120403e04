//! The token endpoint: a code or a refresh token in, a pair of tokens out.
//!
//! The `oauth2` crate builds the request and reads OAuth's errors. What a malformed answer means is
//! decided in [`super::token_answer`], because a lost pair is a lost connection.

use std::borrow::Cow;
use std::pin::Pin;
use std::sync::atomic::{AtomicI64, AtomicU16, Ordering};

use oauth2::basic::{
    BasicErrorResponse, BasicErrorResponseType, BasicRevocationErrorResponse, BasicTokenIntrospectionResponse,
};
use oauth2::{
    AsyncHttpClient, AuthType, AuthorizationCode, ClientId, ClientSecret, EndpointNotSet, EndpointSet, HttpRequest,
    HttpResponse, RedirectUrl, RefreshToken, RequestTokenError, Scope, StandardRevocableToken, TokenUrl,
};
use reqwest::StatusCode;
use reqwest::header::DATE;
use secrecy::{ExposeSecret as _, SecretString};

use super::error::{Call, Kind, OfficeRndError, Sent};
use super::http::{outage, read_capped, unreadable};
use super::token_answer::{LenientToken, TokenAnswer, Unrenewed};
use super::{OAuthApp, OfficeRnd};
use crate::upstream::answer::http_date;

type TokenClient = oauth2::Client<
    BasicErrorResponse,
    LenientToken,
    BasicTokenIntrospectionResponse,
    StandardRevocableToken,
    BasicRevocationErrorResponse,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointSet,
>;

type TokenFailure = RequestTokenError<OfficeRndError, BasicErrorResponse>;

impl OfficeRnd {
    /// Exchanges the code of a connect for tokens. `redirect_uri` is the Connect URL as registered.
    ///
    /// A code is good for one request: see [`OfficeRndError::may_be_spent`] before sending it again.
    ///
    /// # Errors
    /// [`Kind::InvalidGrant`] for a used or foreign code, and whatever else goes wrong.
    pub async fn exchange(
        &self,
        app: &OAuthApp,
        code: &SecretString,
        redirect_uri: &str,
    ) -> Result<TokenAnswer, OfficeRndError> {
        let call = Call::Exchange;
        let redirect = RedirectUrl::new(redirect_uri.to_owned()).map_err(|_| {
            OfficeRndError::new(call, Kind::InvalidRequest, Sent::No).detail("the redirect URI is no URL")
        })?;
        let client = self.token_client(app);
        let mut request = client
            .exchange_code(AuthorizationCode::new(code.expose_secret().to_owned()))
            .set_redirect_uri(Cow::Owned(redirect));
        if !app.scopes.is_empty() {
            request = request.add_extra_param("scope", app.scopes.join(" "));
        }
        let transport = Transport { officernd: self, call, status: AtomicU16::new(0), date: AtomicI64::new(0) };
        let answer = request.request_async(&transport).await;
        // A refresh token alone is no login yet; the admin chooses Connect again.
        transport.read(answer).map_err(|unrenewed| unrenewed.error)
    }

    /// Renews a grant. `granted_scope` is what the grant was given, space-separated; where that is not
    /// known, the integration's scopes are sent.
    ///
    /// # Errors
    /// [`Kind::InvalidGrant`] when the refresh token is no longer accepted; after an earlier answer was
    /// lost, that may be because it has done its work. A new refresh token may have come all the same.
    pub async fn refresh(
        &self,
        app: &OAuthApp,
        refresh_token: &SecretString,
        granted_scope: &str,
    ) -> Result<TokenAnswer, Unrenewed> {
        let call = Call::Refresh;
        let client = self.token_client(app);
        let token = RefreshToken::new(refresh_token.expose_secret().to_owned());
        let scope = match granted_scope.trim() {
            "" => app.scopes.join(" "),
            granted => granted.to_owned(),
        };
        let mut request = client.exchange_refresh_token(&token);
        if !scope.is_empty() {
            request = request.add_scope(Scope::new(scope));
        }
        let transport = Transport { officernd: self, call, status: AtomicU16::new(0), date: AtomicI64::new(0) };
        let answer = request.request_async(&transport).await;
        transport.read(answer)
    }

    fn token_client(&self, app: &OAuthApp) -> TokenClient {
        oauth2::Client::new(ClientId::new(app.client_id.clone()))
            .set_client_secret(ClientSecret::new(app.client_secret.expose_secret().to_owned()))
            .set_auth_type(AuthType::RequestBody)
            .set_token_uri(TokenUrl::from_url(self.token_url().clone()))
    }
}

/// One request of `oauth2`, sent by our client. The crate forgets the status of an answer, so it is
/// kept here. (A named type and not a closure: a closure's future could not move between threads.)
struct Transport<'a> {
    officernd: &'a OfficeRnd,
    call: Call,
    /// 0 until an answer came.
    status: AtomicU16,
    /// Its `Date`, if it has one.
    date: AtomicI64,
}

impl<'c> AsyncHttpClient<'c> for Transport<'_> {
    type Error = OfficeRndError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, OfficeRndError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request))
    }
}

impl Transport<'_> {
    /// Outages are ours to name. `oauth2` gets a 2xx as 200 and without content type, so that it judges
    /// the tokens and not the envelope.
    async fn send(&self, request: HttpRequest) -> Result<HttpResponse, OfficeRndError> {
        let http = self.officernd.http();
        let request = reqwest::Request::try_from(request)
            .map_err(|_| OfficeRndError::new(self.call, Kind::InvalidRequest, Sent::No))?;
        let response = http.execute(self.call, request).await?;
        let status = response.status();
        self.status.store(status.as_u16(), Ordering::Relaxed);
        self.date.store(http_date(response.headers(), &DATE).unwrap_or(0), Ordering::Relaxed);
        if let Some(error) = outage(self.call, &response) {
            return Err(error);
        }
        let body = read_capped(self.call, response, http.limits.token_bytes).await?;
        let mut answer = HttpResponse::new(body);
        *answer.status_mut() = if status.is_success() { StatusCode::OK } else { status };
        Ok(answer)
    }

    fn read(&self, answer: Result<LenientToken, TokenFailure>) -> Result<TokenAnswer, Unrenewed> {
        let call = self.call;
        let status = self.status.load(Ordering::Relaxed);
        let error = match answer {
            Ok(token) => {
                let date = self.date.load(Ordering::Relaxed);
                return match token.into_answer() {
                    Ok(answer) => Ok(TokenAnswer { server_time: (date > 0).then_some(date), ..answer }),
                    Err(refresh_token) => {
                        let error = unreadable(call, "an answer without a usable access token").status(status);
                        Err(Unrenewed { error, refresh_token })
                    }
                };
            }
            Err(RequestTokenError::Request(error)) => error,
            Err(RequestTokenError::ServerResponse(error)) => refused(call, error.error()).status(status),
            // `oauth2` could not make the request.
            Err(_) if status == 0 => OfficeRndError::new(call, Kind::InvalidRequest, Sent::No),
            // Both hold the body, so neither is shown.
            Err(RequestTokenError::Parse(..) | RequestTokenError::Other(_)) => {
                unreadable(call, "not an OAuth answer").status(status)
            }
        };
        Err(error.into())
    }
}

fn refused(call: Call, error: &BasicErrorResponseType) -> OfficeRndError {
    use BasicErrorResponseType as Oauth;
    let answered = Sent::Answered { processed: true };
    let (kind, sent) = match error {
        Oauth::InvalidGrant => (Kind::InvalidGrant, answered),
        Oauth::InvalidClient => (Kind::InvalidClient, answered),
        Oauth::InvalidRequest | Oauth::InvalidScope | Oauth::UnauthorizedClient | Oauth::UnsupportedGrantType => {
            (Kind::InvalidRequest, answered)
        }
        Oauth::Extension(code) if code == "temporarily_unavailable" || code == "server_error" => {
            (Kind::Down, Sent::Maybe)
        }
        Oauth::Extension(_) => (Kind::Rejected, answered),
    };
    let word = error.as_ref();
    // An error code is a short word; anything else could be something that was sent.
    let speaks = word.len() <= 40 && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    OfficeRndError::new(call, kind, sent).detail(if speaks { word } else { "an error code that is no word" })
}
