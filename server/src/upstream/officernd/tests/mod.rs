//! The client against real HTTP on a loopback port.

mod api;
mod limits;
mod regions;
mod tokens;

use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use super::*;
use crate::upstream::fake;

const TOKEN: &str = "access-token-that-nobody-may-see";

fn token() -> SecretString {
    SecretString::from(TOKEN)
}

fn url(text: &str) -> Url {
    Url::parse(text).expect("a URL in a test")
}

fn settings(identity: &str, app: &str, hosts: &[&str]) -> OfficeRndSettings {
    OfficeRndSettings {
        identity_url: url(identity),
        app_url: url(app),
        region_hosts: hosts.iter().map(|host| (*host).to_owned()).collect(),
    }
}

/// A client whose identity and app are at `base`, and which loses patience soon.
fn client(base: &str) -> OfficeRnd {
    let limits = Limits { total: Duration::from_millis(1_500), ..Limits::default() };
    OfficeRnd::with_limits(settings(base, base, &["officernd.com"]), limits).expect("a client")
}

/// Nothing that was sent may be found in what is logged about it.
fn assert_silent(error: &OfficeRndError) {
    let shown = format!("{error} {error:?}");
    for secret in
        [TOKEN, "the-code", "the-refresh-token", "the-client-secret", "leaked-by-server", "http://", "https://"]
    {
        assert!(!shown.contains(secret), "{shown}");
    }
    assert!(!shown.contains('\n'), "{shown}");
}
