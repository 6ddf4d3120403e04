//! Does an address answer, and as what? For `deskbridge check`; nothing secret is sent.

use std::time::Duration;

use url::Url;

use super::answer;

const PATIENCE: Duration = Duration::from_secs(10);
/// Enough to recognise ourselves.
const MOST_BYTES: usize = 1024;

/// What came back, whatever its status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probed {
    pub status: u16,
    /// Its beginning; what is no text is left out.
    pub body: String,
}

/// One GET without redirects and without a proxy of the environment, as OfficeRnD would make it.
///
/// # Errors
/// With the innermost cause, in the words of the system: refused, no such name, certificate, too slow.
#[expect(clippy::disallowed_methods, reason = "clients are built in this module, with limits")]
pub async fn ask(url: &Url) -> Result<Probed, String> {
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .timeout(PATIENCE)
        .build()
        .map_err(|error| cause(&error))?;
    let mut response = client.get(url.clone()).send().await.map_err(|error| cause(&error))?;
    let status = response.status().as_u16();
    let mut body = Vec::new();
    while body.len() < MOST_BYTES {
        match response.chunk().await {
            Ok(Some(chunk)) => body.extend_from_slice(&chunk[..chunk.len().min(MOST_BYTES)]),
            // The head alone says that somebody answers.
            Ok(None) | Err(_) => break,
        }
    }
    Ok(Probed { status, body: String::from_utf8_lossy(&body).into_owned() })
}

fn cause(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return format!("no answer within {} s", PATIENCE.as_secs());
    }
    answer::cause(error)
}
