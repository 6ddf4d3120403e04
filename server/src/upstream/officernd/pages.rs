//! Lists that come in pages, in the shapes of both API versions.

use reqwest::header::{HeaderMap, HeaderName};
use secrecy::SecretString;
use serde_json::Value;
use url::Url;

use super::error::{Call, OfficeRndError};
use super::http::unreadable;
use super::{OfficeRnd, Version};

/// A list that is longer is no list of ours: at most 10,000 locations in version 2.
pub(super) const MAX_PAGES: usize = 200;

static CURSOR_HEADER: HeaderName = HeaderName::from_static("rnd-cursor-next");

impl OfficeRnd {
    /// All entries of a list. `read` makes one of an entry; an entry it cannot read fails the call, for
    /// a list with holes would look complete.
    pub(super) async fn pages<T>(
        &self,
        call: Call,
        version: Version,
        list: Url,
        token: &SecretString,
        read: impl Fn(&Value) -> Option<T>,
    ) -> Result<Vec<T>, OfficeRndError> {
        let (limit, cursor_name) = match version {
            Version::V1 => ("100", "$next"),
            Version::V2 => ("50", "$cursorNext"),
        };
        let mut all = Vec::new();
        let mut cursor: Option<String> = None;
        for _ in 0..MAX_PAGES {
            let mut url = list.clone();
            url.query_pairs_mut().append_pair("$limit", limit);
            if let Some(cursor) = &cursor {
                url.query_pairs_mut().append_pair(cursor_name, cursor);
            }
            let (headers, body) = self.http().json(call, self.http().get(url), token).await?;
            for entry in entries(&body).ok_or_else(|| unreadable(call, "not a list"))? {
                all.push(read(entry).ok_or_else(|| unreadable(call, "a list entry without id"))?);
            }
            let next = next_cursor(&headers, &body);
            match next {
                None => return Ok(all),
                // A cursor that leads to itself would be followed to the last page allowed.
                next if next == cursor => return Err(unreadable(call, "a page that names itself as the next")),
                next => cursor = next,
            }
        }
        Err(unreadable(call, "too many pages"))
    }
}

/// Version 1 answers a bare array, version 2 an object around it; each is accepted from both.
fn entries(body: &Value) -> Option<&Vec<Value>> {
    body.as_array().or_else(|| body.get("results")?.as_array())
}

fn next_cursor(headers: &HeaderMap, body: &Value) -> Option<String> {
    let in_body = body.get("cursorNext").and_then(Value::as_str);
    let in_header = || headers.get(&CURSOR_HEADER).and_then(|value| value.to_str().ok());
    in_body.or_else(in_header).filter(|cursor| !cursor.is_empty() && *cursor != "null").map(str::to_owned)
}
