//! Which texts name a place that tokens may be sent to.

use super::*;
use RegionRefused::{Host, Insecure, Unreadable, UserInfo};

fn production() -> OfficeRndSettings {
    settings("https://identity.officernd.com", "https://app.example.net/ignored?x=1", &["officernd.com"])
}

fn check(settings: &OfficeRndSettings, table: &[(&str, Result<&str, RegionRefused>)]) {
    for (text, expected) in table {
        let region = Region::named(Some(text), settings);
        let shown = region.as_ref().map(Region::as_str).map_err(|why| *why);
        assert_eq!(shown, *expected, "{text:?}");
    }
}

#[test]
fn only_the_app_host_and_allowed_hosts_get_tokens() {
    check(
        &production(),
        &[
            // None named: the app host.
            ("", Ok("https://app.example.net")),
            ("  ", Ok("https://app.example.net")),
            // Allowed: the host, what is below it, the app host; in any case, with any port.
            ("https://officernd.com", Ok("https://officernd.com")),
            ("https://us.officernd.com", Ok("https://us.officernd.com")),
            ("https://a.b.officernd.com/", Ok("https://a.b.officernd.com")),
            (" https://us.officernd.com ", Ok("https://us.officernd.com")),
            ("HTTPS://US.OfficeRnD.COM", Ok("https://us.officernd.com")),
            ("https://us.officernd.com:443", Ok("https://us.officernd.com")),
            ("https://us.officernd.com:8443", Ok("https://us.officernd.com:8443")),
            ("https://app.example.net:9443", Ok("https://app.example.net:9443")),
            // Only the origin is kept.
            ("https://us.officernd.com/a/../b?c=d#e", Ok("https://us.officernd.com")),
            ("https://us.officernd.com/@evil.com", Ok("https://us.officernd.com")),
            (r"https://us.officernd.com\@evil.com", Ok("https://us.officernd.com")),
            ("https://us.officernd.com#@evil.com", Ok("https://us.officernd.com")),
            ("https:us.officernd.com", Ok("https://us.officernd.com")),
            // Hosts that only look alike.
            ("https://officernd.com.evil.com", Err(Host)),
            ("https://evil-officernd.com", Err(Host)),
            ("https://evilofficernd.com", Err(Host)),
            ("https://officernd.co", Err(Host)),
            ("https://com", Err(Host)),
            ("https://x.app.example.net", Err(Host)),
            ("https://example.net", Err(Host)),
            ("https://identity.example.net", Err(Host)),
            ("https://us.officernd.com.", Err(Host)),
            ("https://.officernd.com", Err(Host)),
            ("https://a..officernd.com", Err(Host)),
            ("https://\u{43e}fficernd.com", Err(Host)),
            ("https://xn--fficernd-g9g.com", Err(Host)),
            ("https://officernd\u{3002}com.evil.com", Err(Host)),
            // A user name is where a reader looks for the host.
            ("https://officernd.com@evil.com", Err(UserInfo)),
            ("https://officernd.com:x@evil.com", Err(UserInfo)),
            ("https://user@us.officernd.com", Err(UserInfo)),
            ("https://:x@us.officernd.com", Err(UserInfo)),
            // Other schemes, and http beyond this machine.
            ("http://us.officernd.com", Err(Insecure)),
            ("http://app.example.net", Err(Insecure)),
            ("ftp://us.officernd.com", Err(Insecure)),
            ("wss://us.officernd.com", Err(Insecure)),
            ("javascript:alert(1)", Err(Unreadable)),
            ("data:text/html,x", Err(Unreadable)),
            ("//us.officernd.com", Err(Unreadable)),
            ("us.officernd.com", Err(Unreadable)),
            ("https://", Err(Unreadable)),
            ("https://us.officernd.com:99999", Err(Unreadable)),
            ("https://us.officernd.com%00.evil.com", Err(Unreadable)),
            ("https://evil.com\t.officernd.com", Err(Unreadable)),
            ("https://us.office\nrnd.com", Err(Unreadable)),
            ("https://us.officernd.com/a b", Err(Unreadable)),
            // Addresses are never below a name, nor this machine in production.
            ("http://127.0.0.1:4000", Err(Host)),
            ("https://127.0.0.1", Err(Host)),
            ("http://2130706433", Err(Host)),
            ("http://[::1]:4000", Err(Host)),
            ("http://localhost", Err(Host)),
            ("https://[2001:db8::1]", Err(Host)),
            ("https://169.254.169.254", Err(Host)),
        ],
    );
    assert_eq!(Region::named(None, &production()).as_ref().map(Region::as_str), Ok("https://app.example.net"));
    let long = format!("https://us.officernd.com/{}", "x".repeat(3000));
    assert_eq!(Region::named(Some(&long), &production()), Err(Unreadable));
}

#[test]
fn on_loopback_only_the_very_host_of_the_settings_is_loopback() {
    let both = settings("http://127.0.0.1:4000", "http://127.0.0.1:4000", &["officernd.com"]);
    let identity_only = settings("http://127.0.0.1:4000", "https://app.officernd.com", &[]);
    for settings in [&both, &identity_only] {
        check(
            settings,
            &[
                ("http://127.0.0.1:4001", Ok("http://127.0.0.1:4001")),
                ("http://127.0.0.1", Ok("http://127.0.0.1")),
                ("http://0x7f.1:4001/x", Ok("http://127.0.0.1:4001")),
                ("https://127.0.0.1:4001", Ok("https://127.0.0.1:4001")),
                ("http://localhost:4001", Err(Host)),
                ("http://127.0.0.2:4001", Err(Insecure)),
                ("https://127.0.0.2:4001", Err(Host)),
                ("http://[::1]:4001", Err(Host)),
                ("http://0.0.0.0:4001", Err(Insecure)),
                ("http://127.0.0.1.evil.com", Err(Insecure)),
                ("https://127.0.0.1@evil.com", Err(UserInfo)),
            ],
        );
    }
    let named = settings("https://identity.officernd.com", "http://localhost:4000", &[]);
    check(
        &named,
        &[
            ("http://localhost:5000", Ok("http://localhost:5000")),
            ("http://x.localhost:5000", Err(Insecure)),
            ("http://127.0.0.1:5000", Err(Host)),
        ],
    );
    let listed =
        settings("https://identity.officernd.com", "https://app.officernd.com", &["127.0.0.1", "[2001:db8::1]"]);
    check(
        &listed,
        &[
            ("http://127.0.0.1:5000", Ok("http://127.0.0.1:5000")),
            ("https://[2001:db8::1]:5000", Ok("https://[2001:db8::1]:5000")),
            ("https://[2001:db8::2]", Err(Host)),
            ("https://x.127.0.0.1", Err(Unreadable)),
        ],
    );
}

#[test]
fn a_stored_region_is_checked_again() {
    let before = production();
    let stored = Region::named(Some("https://us.officernd.com/"), &before).expect("a region");
    assert_eq!(Region::parse_stored(stored.as_str(), &before), Ok(stored.clone()));
    let now = settings("https://identity.officernd.com", "https://app.example.net", &["other.com"]);
    assert_eq!(Region::parse_stored(stored.as_str(), &now), Err(Host));
    assert_eq!(Region::parse_stored("", &before), Err(Unreadable), "nothing stored is not the app host");
}

#[test]
fn the_return_url_is_below_the_region() {
    let region = Region::parse_stored("https://us.officernd.com:8443/x?y#z", &production()).expect("a region");
    assert_eq!(region.return_url().as_str(), "https://us.officernd.com:8443/connect/external-integration/return");
    assert_eq!(format!("{region} {region:?}"), "https://us.officernd.com:8443 Region(https://us.officernd.com:8443)");
    let app = client("http://127.0.0.1:4000").app_region();
    assert_eq!(app.return_url().as_str(), "http://127.0.0.1:4000/connect/external-integration/return");
}
