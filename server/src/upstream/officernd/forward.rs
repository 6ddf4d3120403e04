//! Calls that the partner system makes through us: sent as they came, but for the token, and streamed both ways.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName, Method, header};
use futures_util::{Stream, StreamExt as _};
use reqwest::{Body, Response};
use secrecy::SecretString;

use super::error::{Call, Kind, OfficeRndError, Sent};
use super::http::bearer;
use super::{OfficeRnd, Region, is_one_segment};

/// Nothing moved in either direction for that long: the call is over.
pub const SILENCE: Duration = Duration::from_secs(30);

/// Of a hop, not of a message (RFC 9110, 7.6.1), and what says who called whom.
const OF_THE_HOP: [HeaderName; 10] = [
    header::CONNECTION,
    HeaderName::from_static("keep-alive"),
    HeaderName::from_static("proxy-connection"),
    header::PROXY_AUTHENTICATE,
    header::PROXY_AUTHORIZATION,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::UPGRADE,
    header::EXPECT,
];

/// What lets somebody in, here or there.
const CREDENTIALS: [HeaderName; 6] = [
    header::AUTHORIZATION,
    header::COOKIE,
    HeaderName::from_static("cookie2"),
    header::SET_COOKIE,
    HeaderName::from_static("set-cookie2"),
    header::WWW_AUTHENTICATE,
];

/// Ours, or of the line between the partner system and us.
const OF_THE_LINE: [HeaderName; 10] = [
    header::HOST,
    header::FORWARDED,
    header::VIA,
    HeaderName::from_static("x-forwarded-for"),
    HeaderName::from_static("x-forwarded-host"),
    HeaderName::from_static("x-forwarded-proto"),
    HeaderName::from_static("x-forwarded-port"),
    HeaderName::from_static("x-real-ip"),
    header::ALT_SVC,
    header::STRICT_TRANSPORT_SECURITY,
];

/// Where a call goes below an organization. `rest` has passed [`crate::domain::proxy_path::check`].
pub struct Target<'a> {
    pub region: &'a Region,
    pub slug: &'a str,
    pub version: &'a str,
    pub rest: &'a str,
    pub query: Option<&'a str>,
}

/// What is sent there.
pub enum Payload<S> {
    Empty,
    /// Small enough to be sent again.
    Whole(Bytes),
    Stream(S),
}

impl OfficeRnd {
    /// Sends one call, and returns the answer with its body unread. Redirects are not followed.
    ///
    /// # Errors
    /// When there is no answer. It may have been acted on all the same.
    pub async fn forward<S, E>(
        &self,
        target: &Target<'_>,
        method: Method,
        headers: &HeaderMap,
        payload: Payload<S>,
        token: &SecretString,
    ) -> Result<Response, OfficeRndError>
    where
        S: Stream<Item = Result<Bytes, E>> + Send + 'static,
        E: Into<Box<dyn std::error::Error + Send + Sync>> + 'static,
    {
        let call = Call::Forward;
        if !is_one_segment(target.slug) {
            return Err(OfficeRndError::new(call, Kind::NotFound, Sent::No).detail("a slug that cannot be one"));
        }
        let place = target.region.address(&["api", target.version, "organizations", target.slug]);
        let mut url = place.clone();
        if !target.rest.is_empty() {
            url.set_path(&format!("{}/{}", place.path(), target.rest));
        }
        url.set_query(target.query);
        // The path was checked before; a token goes nowhere on the strength of one check.
        if url.origin() != place.origin() || !url.path().starts_with(place.path()) {
            return Err(
                OfficeRndError::new(call, Kind::InvalidRequest, Sent::No).detail("a path that leaves its place")
            );
        }
        let mut request = self.http().forward(method, url).headers(passed_on(headers));
        let moved = Arc::new(AtomicU64::new(0));
        match payload {
            Payload::Empty => {}
            Payload::Whole(bytes) => request = request.body(bytes),
            Payload::Stream(stream) => {
                let moved = moved.clone();
                request = request.body(Body::wrap_stream(stream.inspect(move |_| {
                    moved.fetch_add(1, Ordering::Relaxed);
                })));
            }
        }
        let request = request.header(header::AUTHORIZATION, bearer(call, token)?).build();
        let request = request.map_err(|_| OfficeRndError::new(call, Kind::InvalidRequest, Sent::No))?;
        let mut answer = pin!(self.http().execute_forward(call, request));
        let mut seen = 0;
        loop {
            if let Ok(answer) = tokio::time::timeout(SILENCE, &mut answer).await {
                return answer;
            }
            // A large upload takes its time; one that stands still does not end.
            let now = moved.load(Ordering::Relaxed);
            if now == seen {
                return Err(OfficeRndError::new(call, Kind::Down, Sent::Maybe).detail("no answer in time"));
            }
            seen = now;
        }
    }
}

/// The headers of a message that mean something to the other end.
pub fn passed_on(headers: &HeaderMap) -> HeaderMap {
    let named: Vec<HeaderName> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    let mut passed = headers.clone();
    for name in OF_THE_HOP.iter().chain(&CREDENTIALS).chain(&OF_THE_LINE).chain(&named) {
        passed.remove(name);
    }
    // A length that is not the message's own would cut it, or wait for more.
    if headers.contains_key(header::TRANSFER_ENCODING) {
        passed.remove(header::CONTENT_LENGTH);
    }
    passed
}
