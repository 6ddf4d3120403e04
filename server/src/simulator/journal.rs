//! What went in and out, and how often: the list of calls on the page, and the counters that tests read.

use std::collections::{BTreeMap, HashMap, VecDeque};

use serde::Serialize;
use serde_json::{Map, Value};
use url::form_urlencoded;

use super::explain::Signing;
use crate::clock::{MINUTE, Millis};

const CALLS_KEPT: usize = 1_000;
const TOKEN_REQUESTS_KEPT: usize = 200_000;
/// Longer bodies are cut in the list.
const BODY_SHOWN: usize = 8_192;

/// One request and its answer.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Entry {
    pub(super) id: u64,
    pub(super) at: Millis,
    /// `in` to OfficeRnD, `out` to the product.
    pub(super) direction: &'static str,
    pub(super) endpoint: &'static str,
    pub(super) method: String,
    pub(super) url: String,
    pub(super) organization: Option<String>,
    pub(super) client_id: Option<String>,
    /// None where there was no answer.
    pub(super) status: Option<u16>,
    pub(super) milliseconds: i64,
    pub(super) request: String,
    pub(super) answer: String,
    /// What a reader should know: the fault that was met, why nobody answered.
    pub(super) note: Option<String>,
    /// How it was signed, where OfficeRnD signs.
    pub(super) signed: Option<Signing>,
}

/// A request to the token endpoint, for checks of the rate.
#[derive(Clone, Debug, Serialize)]
pub(super) struct TokenRequest {
    pub(super) at: Millis,
    pub(super) client_id: String,
    pub(super) kind: &'static str,
    pub(super) status: u16,
}

#[derive(Default)]
pub(super) struct Journal {
    last: u64,
    calls: VecDeque<Entry>,
    counts: BTreeMap<&'static str, u64>,
    token_requests: VecDeque<TokenRequest>,
    /// Requests of each client id that the rate limit counts.
    windows: HashMap<String, VecDeque<Millis>>,
}

impl Journal {
    pub(super) fn record(&mut self, mut entry: Entry) {
        self.last += 1;
        entry.id = self.last;
        shorten(&mut entry.request);
        shorten(&mut entry.answer);
        if let Some(signed) = &mut entry.signed {
            shorten(&mut signed.text);
        }
        *self.counts.entry(entry.endpoint).or_default() += 1;
        if self.calls.len() == CALLS_KEPT {
            self.calls.pop_front();
        }
        self.calls.push_back(entry);
    }

    pub(super) fn record_token_request(&mut self, request: TokenRequest) {
        if self.token_requests.len() == TOKEN_REQUESTS_KEPT {
            self.token_requests.pop_front();
        }
        self.token_requests.push_back(request);
    }

    /// Counts a token request; `Err` holds the seconds until the next one is welcome.
    pub(super) fn admit(&mut self, client_id: &str, limit: u32, now: Millis) -> Result<(), i64> {
        // Invented client ids must not grow the map for ever.
        if self.windows.len() > 10_000 {
            self.windows.clear();
        }
        let window = self.windows.entry(client_id.to_owned()).or_default();
        while window.front().is_some_and(|at| at + MINUTE <= now) {
            window.pop_front();
        }
        if window.len() >= limit as usize {
            let free_at = window.front().map_or(now, |at| at + MINUTE);
            return Err((free_at - now + 999) / 1_000);
        }
        window.push_back(now);
        Ok(())
    }

    /// The newest calls first.
    pub(super) fn newest(&self, count: usize) -> impl Iterator<Item = &Entry> {
        self.calls.iter().rev().take(count)
    }

    pub(super) fn counts(&self) -> &BTreeMap<&'static str, u64> {
        &self.counts
    }

    pub(super) fn token_requests(&self) -> impl Iterator<Item = &TokenRequest> {
        self.token_requests.iter()
    }

    /// Most requests of one client id in any 60 seconds.
    pub(super) fn most_in_a_minute(&self, client_id: &str) -> usize {
        let mut window: VecDeque<Millis> = VecDeque::new();
        let mut most = 0;
        for request in self.token_requests.iter().filter(|request| request.client_id == client_id) {
            while window.front().is_some_and(|at| at + MINUTE <= request.at) {
                window.pop_front();
            }
            window.push_back(request.at);
            most = most.max(window.len());
        }
        most
    }

    /// Forgets calls and counters; the rate limit goes on counting.
    pub(super) fn clear(&mut self) {
        self.calls.clear();
        self.counts.clear();
        self.token_requests.clear();
    }
}

fn shorten(text: &mut String) {
    if text.len() > BODY_SHOWN {
        let mut end = BODY_SHOWN;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
        text.push('…');
    }
}

/// Whether the list holds only the beginning of this body.
pub(super) fn was_cut(text: &str) -> bool {
    text.len() >= BODY_SHOWN && text.ends_with('…')
}

impl Entry {
    /// Without what opens doors: tokens, codes and secrets show their first characters only.
    pub(super) fn masked(&self) -> Self {
        let mut entry = self.clone();
        // What OfficeRnD sends is signed as it stands, and holds nothing that opens doors.
        if self.direction == "out" {
            entry.answer = mask(&self.answer);
            return entry;
        }
        if let Some((path, query)) = self.url.split_once('?') {
            entry.url = format!("{path}?{}", mask_pairs(query));
        }
        entry.request = mask(&self.request);
        entry.answer = mask(&self.answer);
        entry
    }
}

const SECRET_KEYS: &[&str] =
    &["access_token", "refresh_token", "client_secret", "secret", "code", "assertion", "id_token"];

/// Masks a JSON or form body; another text stays.
pub(super) fn mask(text: &str) -> String {
    if let Ok(mut value) = serde_json::from_str::<Value>(text) {
        mask_value(&mut value);
        return value.to_string();
    }
    if text.contains('=') && !text.contains(['\n', '<', '{']) { mask_pairs(text) } else { text.to_owned() }
}

fn mask_value(value: &mut Value) {
    match value {
        Value::Object(members) => mask_members(members),
        Value::Array(items) => items.iter_mut().for_each(mask_value),
        _ => {}
    }
}

fn mask_members(members: &mut Map<String, Value>) {
    for (key, value) in members {
        match value {
            Value::String(text) if SECRET_KEYS.contains(&key.as_str()) => *text = masked(text),
            other => mask_value(other),
        }
    }
}

fn mask_pairs(pairs: &str) -> String {
    let masked_pairs = form_urlencoded::parse(pairs.as_bytes()).map(|(key, value)| {
        let value = if SECRET_KEYS.contains(&key.as_ref()) { masked(&value) } else { value.into_owned() };
        format!("{key}={value}")
    });
    masked_pairs.collect::<Vec<_>>().join("&")
}

fn masked(secret: &str) -> String {
    if secret.is_empty() { String::new() } else { format!("{}…", secret.chars().take(4).collect::<String>()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_masked_in_json_forms_and_queries() {
        assert_eq!(
            mask(r#"[{"_id":"1","settings":{"secret":"abcdefgh"},"access_token":""}]"#),
            r#"[{"_id":"1","settings":{"secret":"abcd…"},"access_token":""}]"#
        );
        assert_eq!(
            mask("grant_type=refresh_token&refresh_token=abcdefgh"),
            "grant_type=refresh_token&refresh_token=abcd…"
        );
        assert_eq!(mask("<p>a=b</p>"), "<p>a=b</p>");
    }

    #[test]
    fn the_limit_counts_sixty_seconds_of_each_client() {
        let mut journal = Journal::default();
        for second in 0..5 {
            assert_eq!(journal.admit("a", 5, second * 1_000), Ok(()));
        }
        assert_eq!(journal.admit("a", 5, 4_000), Err(56));
        assert_eq!(journal.admit("b", 5, 4_000), Ok(()));
        assert_eq!(journal.admit("a", 5, 59_999), Err(1));
        assert_eq!(journal.admit("a", 5, 60_000), Ok(()));
        assert_eq!(journal.admit("a", 5, 60_000), Err(1));
    }
}
