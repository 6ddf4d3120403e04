//! What passes the proxy's check stays below the organization, whoever decodes it how often.

#![no_main]

use libfuzzer_sys::fuzz_target;
use percent_encoding::percent_decode_str;
use server::domain::proxy_path::check;
use url::Url;

fuzz_target!(|raw: &str| {
    let Ok(path) = check(raw) else { return };
    let base = format!("https://region.example/api/{}/organizations/one/", path.version);
    let mut rest = path.rest.to_owned();
    // As it is sent, and as servers behind others may read it.
    for decoded in 0..4 {
        let url = Url::parse(&format!("{base}{rest}")).expect("it is a path");
        assert_eq!(url.host_str(), Some("region.example"));
        assert!(url.as_str().starts_with(&base), "{raw:?} leads to {url}");
        if decoded == 0 {
            assert_eq!(url.query().or(url.fragment()), None, "{raw:?} leads to {url}");
            assert_eq!(&url.as_str()[base.len()..], path.rest, "it goes out as it came in");
        }
        let first = url.path_segments().and_then(|mut segments| segments.nth(4)).unwrap_or_default();
        let reserved = ["integrations", "webhooks"];
        assert!(!reserved.iter().any(|name| first.eq_ignore_ascii_case(name)), "{raw:?} leads to {url}");
        rest = percent_decode_str(&rest).decode_utf8_lossy().into_owned();
    }
});
