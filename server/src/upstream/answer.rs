//! Reading what another system answers, within limits, and saying what went wrong without quoting it.

use std::time::Duration;

use chrono::DateTime;
use reqwest::Response;
use reqwest::header::{CONTENT_LENGTH, DATE, HeaderMap, HeaderName, RETRY_AFTER};

/// A wait that somebody asks for is believed up to here.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

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

/// How long the other side asks us to wait: seconds, or a date. A date is read against the answer's own `Date`, so that
/// no clock but theirs counts; `now`, in seconds since 1970, stands in for one that is missing.
pub fn retry_after(headers: &HeaderMap, now: Option<i64>) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let seconds = match text.parse::<u64>() {
        Ok(seconds) => seconds,
        Err(_) => {
            let until = DateTime::parse_from_rfc2822(text).ok()?.timestamp();
            u64::try_from(until - http_date(headers, &DATE).or(now)?).unwrap_or(0)
        }
    };
    Some(Duration::from_secs(seconds).min(LONGEST_WAIT))
}

/// Seconds since 1970 in a date header.
pub(super) fn http_date(headers: &HeaderMap, name: &HeaderName) -> Option<i64> {
    let text = headers.get(name)?.to_str().ok()?;
    DateTime::parse_from_rfc2822(text).ok().map(|date| date.timestamp())
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    #[test]
    fn a_wait_is_seconds_or_a_date() {
        const NOON: &str = "Tue, 24 Nov 2026 12:00:00 GMT";
        const LATER: &str = "Tue, 24 Nov 2026 12:01:30 GMT";
        let noon = DateTime::parse_from_rfc2822(NOON).unwrap().timestamp();
        let wait = |said: &'static str, date: Option<&'static str>, now| {
            let mut headers = HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_static(said))]);
            headers.extend(date.map(|date| (DATE, HeaderValue::from_static(date))));
            retry_after(&headers, now).map(|wait| wait.as_secs())
        };
        assert_eq!(wait(" 7 ", None, None), Some(7));
        assert_eq!(wait(LATER, Some(NOON), None), Some(90));
        assert_eq!(wait(LATER, Some(NOON), Some(0)), Some(90), "whatever our clock says");
        assert_eq!(wait(LATER, None, Some(noon)), Some(90));
        assert_eq!(wait(LATER, None, None), None, "nobody knows how long that is");
        assert_eq!(wait(NOON, Some(LATER), None), Some(0), "over already");
        assert_eq!(wait("99999999", None, None), Some(86_400));
        for wrong in ["", "soon", "-1", "1.5", "2026-11-24T12:00:00Z"] {
            assert_eq!(wait(wrong, Some(NOON), Some(noon)), None, "{wrong}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), Some(noon)), None);
    }
}
