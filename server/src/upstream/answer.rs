//! Reading what another system answers, within limits, and saying what went wrong without quoting it.

use reqwest::Response;
use reqwest::header::CONTENT_LENGTH;

/// A body that is not there as a whole.
#[derive(Debug)]
pub(super) enum Unread {
    TooLarge,
    Lost(reqwest::Error),
}

/// Reads the body up to the limit, which counts what it unpacks to.
pub(super) async fn read_capped(mut response: Response, limit: usize) -> Result<Vec<u8>, Unread> {
    let announced = response.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > limit) {
        return Err(Unread::TooLarge);
    }
    let mut body = Vec::with_capacity(announced.unwrap_or(0));
    while let Some(chunk) = response.chunk().await.map_err(Unread::Lost)? {
        if body.len() + chunk.len() > limit {
            return Err(Unread::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The innermost cause in the words of the system, without the address: refused, no such name, certificate.
pub(super) fn cause(error: &reqwest::Error) -> String {
    let mut innermost: &dyn std::error::Error = error;
    while let Some(deeper) = innermost.source() {
        innermost = deeper;
    }
    innermost.to_string()
}
