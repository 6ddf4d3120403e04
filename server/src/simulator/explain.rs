//! How a call was signed, and how to make it again: what a developer needs who writes the other side.

use chrono::DateTime;

use super::html::escape;
use super::journal::{Entry, was_cut};
use super::signing::signature;

/// A signature as it was made.
#[derive(Clone, Debug, serde::Serialize)]
pub(super) struct Signing {
    /// Which secret it is, in words, with where to read it.
    pub(super) key: String,
    /// Its first characters, as proof that it is the one that the reader holds.
    pub(super) key_begins: String,
    /// What was signed: text, dot and time.
    pub(super) text: String,
    pub(super) t: i64,
    /// The whole value as it was sent; empty when none was.
    pub(super) sent: String,
    /// False when something else was sent than this secret makes of this text.
    pub(super) right: bool,
}

impl Signing {
    /// Of `text` without the dot and the time, with the secret that the receiver should have.
    pub(super) fn new(key: String, secret: &str, text: &str, t: i64, sent: String) -> Self {
        let right = sent.ends_with(&signature(secret, text.as_bytes(), t));
        Self { key, key_begins: secret.chars().take(4).collect(), text: format!("{text}.{t}"), t, sent, right }
    }

    /// As a part of a page.
    pub(super) fn markup(&self) -> String {
        let at = DateTime::from_timestamp(self.t, 0).map(|at| at.format("%-d %B %Y, %H:%M:%S UTC").to_string());
        let sent = match (self.sent.is_empty(), self.right) {
            (true, _) => "Nothing was sent as signature.".to_owned(),
            (false, true) => "This was sent:".to_owned(),
            (false, false) => "Something else was sent, as ordered:".to_owned(),
        };
        format!(
            r#"<p>Signed text: HMAC-SHA-256 over exactly this, in hex.</p><pre>{}</pre><p>t = {} is {}. Key: {}, it begins with {}…</p><p>{sent}</p><pre>{}</pre>"#,
            escape(&self.text),
            self.t,
            at.unwrap_or_else(|| "no time".to_owned()),
            escape(&self.key),
            escape(&self.key_begins),
            escape(&self.sent),
        )
    }
}

/// The request once more, for a shell. None when it is too long to have been kept whole.
pub(super) fn curl(entry: &Entry, public_url: &str) -> Option<String> {
    if was_cut(&entry.request) {
        return None;
    }
    let mut command = vec!["curl".to_owned(), "-i".to_owned()];
    if entry.method != "GET" {
        command.extend(["-X".to_owned(), entry.method.clone()]);
    }
    let mut header = |name: &str, value: &str| command.extend(["-H".to_owned(), quoted(&format!("{name}: {value}"))]);
    if entry.direction == "out" {
        if entry.method == "POST" {
            header("content-type", "application/json");
            if let Some(signing) = entry.signed.as_ref().filter(|signing| !signing.sent.is_empty()) {
                header("officernd-signature", &signing.sent);
            }
        }
    } else {
        if entry.url.starts_with("/api/") {
            header("authorization", "Bearer ACCESS_TOKEN");
        }
        if entry.request.starts_with('{') {
            header("content-type", "application/json");
        }
    }
    if !entry.request.is_empty() {
        command.extend(["--data-raw".to_owned(), quoted(&entry.request)]);
    }
    let base = if entry.direction == "in" { public_url } else { "" };
    command.push(quoted(&format!("{base}{}", entry.url)));
    Some(command.join(" "))
}

/// One word for a shell, whatever is in it.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quote_cannot_end_a_word_of_the_command() {
        assert_eq!(quoted("it's $HOME `x`"), r"'it'\''s $HOME `x`'");
    }

    #[test]
    fn a_signature_that_is_another_is_said_to_be() {
        let make = |sent: &str| Signing::new("the secret".into(), "abcdefgh", "{}", 1, sent.to_owned());
        let right = format!("t=1,signature={}", signature("abcdefgh", b"{}", 1));
        assert!(make(&right).markup().contains("This was sent:"));
        assert!(make("t=1,signature=00").markup().contains("Something else was sent"));
        assert!(make("").markup().contains("Nothing was sent as signature."));
        assert!(!make(&right).markup().contains("abcdefgh"), "the key is named and not shown");
        assert!(make(&right).markup().contains("{}.1"));
    }
}
