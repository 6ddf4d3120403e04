//! One HTTP exchange with OfficeRnD: limits, and what a failed one means.

use std::time::Duration;

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use reqwest::{Request, Response, StatusCode};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;

use super::error::{Call, Kind, OfficeRndError, Sent};
use crate::upstream::answer::{self, Unread, retry_after};

/// How long we wait and how much we read. A lease on a grant lasts longer than `total`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) connect: Duration,
    pub(super) total: Duration,
    pub(super) token_bytes: usize,
    pub(super) body_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(3),
            total: Duration::from_secs(20),
            token_bytes: 64 * 1024,
            body_bytes: 2 * 1024 * 1024,
        }
    }
}

/// A connection that the other side closes while we send looks like a lost answer, and costs a doubt
/// about a refresh token. Servers commonly keep idle connections for 5 s, so we let go earlier.
const IDLE: Duration = Duration::from_secs(4);

/// The one HTTP client for OfficeRnD.
pub(super) struct Http {
    client: reqwest::Client,
    /// Unpacks nothing and has no limit on the whole: what it carries is the partner system's.
    forward: reqwest::Client,
    pub(super) limits: Limits,
}

impl Http {
    pub(super) fn new(limits: Limits) -> Result<Self, reqwest::Error> {
        #[expect(clippy::disallowed_methods, reason = "the clients that all calls to OfficeRnD share")]
        let builder = || {
            reqwest::Client::builder()
                .user_agent(concat!("Deskbridge/", env!("CARGO_PKG_VERSION")))
                // A redirect would carry the token to wherever an answer says.
                .redirect(reqwest::redirect::Policy::none())
                .no_proxy()
                .referer(false)
                // Each token request is counted before it is made, so none may be repeated behind our back.
                .retry(reqwest::retry::never())
                .connect_timeout(limits.connect)
                .pool_idle_timeout(IDLE)
        };
        let client = builder().timeout(limits.total).build()?;
        let forward = builder().no_gzip().build()?;
        Ok(Self { client, forward, limits })
    }

    pub(super) fn get(&self, url: url::Url) -> reqwest::RequestBuilder {
        self.client.get(url)
    }

    pub(super) fn post(&self, url: url::Url) -> reqwest::RequestBuilder {
        self.client.post(url)
    }

    pub(super) fn delete(&self, url: url::Url) -> reqwest::RequestBuilder {
        self.client.delete(url)
    }

    /// Sends and returns any answer, its body unread.
    pub(super) async fn execute(&self, call: Call, request: Request) -> Result<Response, OfficeRndError> {
        self.client.execute(request).await.map_err(|error| transport(call, error))
    }

    pub(super) fn forward(&self, method: reqwest::Method, url: url::Url) -> reqwest::RequestBuilder {
        self.forward.request(method, url)
    }

    /// As [`Http::execute`], for as long as it takes.
    pub(super) async fn execute_forward(&self, call: Call, request: Request) -> Result<Response, OfficeRndError> {
        self.forward.execute(request).await.map_err(|error| transport(call, error))
    }

    /// Sends with the token and returns the answer of a 2xx, its body unread.
    pub(super) async fn send(
        &self,
        call: Call,
        request: reqwest::RequestBuilder,
        token: &SecretString,
    ) -> Result<Response, OfficeRndError> {
        let request = request.header(AUTHORIZATION, bearer(call, token)?).build();
        let response = self.execute(call, request.map_err(|error| transport(call, error))?).await?;
        match outage(call, &response).or_else(|| refusal(call, response.status())) {
            Some(error) => Err(error),
            None => Ok(response),
        }
    }

    /// As [`Http::send`], with the head and the JSON of the answer; `Value::Null` for an empty body.
    pub(super) async fn json(
        &self,
        call: Call,
        request: reqwest::RequestBuilder,
        token: &SecretString,
    ) -> Result<(HeaderMap, Value), OfficeRndError> {
        let response = self.send(call, request, token).await?;
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let body = read_capped(call, response, self.limits.body_bytes).await?;
        if body.is_empty() {
            return Ok((headers, Value::Null));
        }
        // The parser's words may quote the body, so they are not passed on.
        let json = serde_json::from_slice(&body).map_err(|_| unreadable(call, "not JSON").status(status))?;
        Ok((headers, json))
    }
}

/// Marked sensitive, so that no library prints it.
pub(super) fn bearer(call: Call, token: &SecretString) -> Result<HeaderValue, OfficeRndError> {
    let mut value = HeaderValue::from_str(&format!("Bearer {}", token.expose_secret())).map_err(|_| {
        OfficeRndError::new(call, Kind::InvalidRequest, Sent::No).detail("the token is no header value")
    })?;
    value.set_sensitive(true);
    Ok(value)
}

/// An answer that came and is of no use. It may have had effects.
pub(super) fn unreadable(call: Call, why: &str) -> OfficeRndError {
    OfficeRndError::new(call, Kind::Unreadable, Sent::Maybe).detail(why)
}

/// Statuses that say nothing about our request: the other side is limited, broken or elsewhere.
pub(super) fn outage(call: Call, response: &Response) -> Option<OfficeRndError> {
    let status = response.status();
    let error = if status == StatusCode::TOO_MANY_REQUESTS {
        OfficeRndError::new(call, Kind::Limited, Sent::Answered { processed: false })
    } else if status.is_server_error() || status == StatusCode::REQUEST_TIMEOUT {
        OfficeRndError::new(call, Kind::Down, Sent::Maybe)
    } else if status.is_success() || status.is_client_error() {
        return None;
    } else {
        unreadable(call, "a redirect, which is not followed")
    };
    Some(error.status(status.as_u16()).retry_after(retry_after(response.headers(), None)))
}

/// What a 4xx of the API means; `None` for a success.
fn refusal(call: Call, status: StatusCode) -> Option<OfficeRndError> {
    let kind = match status {
        status if status.is_success() => return None,
        StatusCode::UNAUTHORIZED => Kind::Unauthorized,
        StatusCode::FORBIDDEN => Kind::PermissionMissing,
        // An API version without this path or method.
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED | StatusCode::GONE => Kind::NotFound,
        _ => Kind::Rejected,
    };
    Some(OfficeRndError::new(call, kind, Sent::Answered { processed: true }).status(status.as_u16()))
}

/// The body of an answer, up to the limit.
pub(super) async fn read_capped(call: Call, response: Response, limit: usize) -> Result<Vec<u8>, OfficeRndError> {
    let status = response.status().as_u16();
    let read = answer::read_capped(response, limit).await;
    read.map_err(|unread| match unread {
        Unread::TooLarge => unreadable(call, "the answer is too large").status(status),
        Unread::Lost(error) => transport(call, error).status(status),
    })
}

fn transport(call: Call, error: reqwest::Error) -> OfficeRndError {
    let error = error.without_url();
    let (kind, sent) = if error.is_builder() {
        (Kind::InvalidRequest, Sent::No)
    } else if error.is_connect() {
        (Kind::Down, Sent::No)
    } else {
        (Kind::Down, Sent::Maybe)
    };
    let why = if error.is_timeout() { "no answer in time".to_owned() } else { answer::cause(&error) };
    OfficeRndError::new(call, kind, sent).detail(&why)
}
