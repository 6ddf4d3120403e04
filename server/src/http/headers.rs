//! The headers that keep pages safe (`pinned.md` 7).

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use url::{Host, Url};

use crate::state::App;
use crate::upstream::officernd::OfficeRndSettings;

/// Sets what every page has. Scripts are allowed only with a nonce, and files only for islands.
pub fn page(app: &App, headers: &mut HeaderMap, nonce: Option<&str>, islands: bool) {
    set(headers, header::CONTENT_SECURITY_POLICY, &content_security_policy(app.officernd.settings(), nonce, islands));
    set(headers, header::CACHE_CONTROL, "no-store");
    set(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    // Any other value cuts the pop-up from OfficeRnD's window, which then takes it for closed.
    set(headers, HeaderName::from_static("cross-origin-opener-policy"), "unsafe-none");
    set(headers, HeaderName::from_static("x-robots-tag"), "noindex");
    if !headers.contains_key(header::REFERRER_POLICY) {
        set(headers, header::REFERRER_POLICY, "same-origin");
    }
}

/// The same for the dashboard: nothing of it leads to OfficeRnD by a form, and no window of others may hold on to it.
pub fn staff(headers: &mut HeaderMap, nonce: Option<&str>, islands: bool) {
    set(headers, header::CONTENT_SECURITY_POLICY, &policy("", nonce, islands));
    set(headers, header::CACHE_CONTROL, "no-store");
    set(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(headers, header::X_FRAME_OPTIONS, "DENY");
    set(headers, HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    set(headers, HeaderName::from_static("x-robots-tag"), "noindex");
    set(headers, header::REFERRER_POLICY, "same-origin");
}

/// For answers to addresses that carry a code or a signature.
pub fn no_referrer(headers: &mut HeaderMap) {
    set(headers, header::REFERRER_POLICY, "no-referrer");
}

fn content_security_policy(settings: &OfficeRndSettings, nonce: Option<&str>, islands: bool) -> String {
    policy(&form_targets(settings), nonce, islands)
}

fn policy(form_targets: &str, nonce: Option<&str>, islands: bool) -> String {
    let mut policy = String::from("default-src 'none'; style-src 'self'; img-src 'self'");
    match (nonce, islands) {
        (Some(nonce), true) => {
            policy.push_str(&format!("; script-src 'self' 'nonce-{nonce}' 'wasm-unsafe-eval'; connect-src 'self'"));
        }
        (Some(nonce), false) => policy.push_str(&format!("; script-src 'nonce-{nonce}'")),
        (None, _) => {}
    }
    policy.push_str(&format!("; form-action 'self'{form_targets}; base-uri 'none'; frame-ancestors 'none'"));
    policy
}

/// Chromium checks every hop after a form post, and the last one is OfficeRnD's return page.
fn form_targets(settings: &OfficeRndSettings) -> String {
    let mut targets = vec![origin(&settings.app_url)];
    for host in &settings.region_hosts {
        if host == "127.0.0.1" {
            targets.push("http://127.0.0.1:*".to_owned());
        } else {
            targets.push(format!("https://{host}"));
            targets.push(format!("https://*.{host}"));
        }
    }
    targets.dedup();
    targets.iter().map(|target| format!(" {target}")).collect()
}

/// A source without a port allows the default port only, and this machine's ports vary.
fn origin(url: &Url) -> String {
    match url.host() {
        Some(Host::Ipv4(address)) if address.is_loopback() => format!("http://{address}:*"),
        _ => url.origin().ascii_serialization(),
    }
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_policy_allows_what_the_page_needs_and_no_more() {
        let settings = OfficeRndSettings {
            identity_url: Url::parse("https://identity.officernd.com").unwrap(),
            app_url: Url::parse("https://app.officernd.com").unwrap(),
            region_hosts: vec!["officernd.com".into()],
        };
        assert_eq!(
            content_security_policy(&settings, None, false),
            "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self' https://app.officernd.com \
             https://officernd.com https://*.officernd.com; base-uri 'none'; frame-ancestors 'none'"
        );
        assert!(content_security_policy(&settings, Some("n"), false).contains("; script-src 'nonce-n';"));
        assert!(content_security_policy(&settings, Some("n"), true).contains("'wasm-unsafe-eval'; connect-src 'self'"));
        let local = OfficeRndSettings { app_url: Url::parse("http://127.0.0.1:4000").unwrap(), ..settings };
        assert!(
            content_security_policy(&local, None, false).contains("form-action 'self' http://127.0.0.1:* https://")
        );
    }
}
