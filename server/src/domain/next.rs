//! Where somebody goes on after signing in: an address of the dashboard, and no other.

use app::role::Section;

/// The overview where the address is none of ours. Browsers take `//host`, `/\host` and tabs inside for other hosts.
pub fn local(wanted: &str) -> String {
    let plain = wanted.starts_with('/')
        && !wanted.starts_with("//")
        && wanted.len() <= 2_000
        && wanted.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let path = wanted.split(['?', '#']).next().unwrap_or_default();
    let safe = !path.contains("//") && !path.split('/').any(|segment| matches!(segment, "." | ".."));
    let segment = path.trim_start_matches('/').split('/').next().unwrap_or_default();
    if plain && safe && Section::of_segment(segment).is_some() { wanted.to_owned() } else { "/".to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_dashboard_are_gone_on_to() {
        for fine in ["/", "/tenants", "/tenants?state=reconnect&q=%2F%2Fx", "/connections/con_1", "/account#app"] {
            assert_eq!(local(fine), fine);
        }
        for wrong in [
            "",
            "https://evil.example",
            "//evil.example",
            "/\\evil.example",
            "/\t/evil.example",
            "\\\\evil.example",
            "/tenants//evil.example",
            "/tenants/../../i/x/connect",
            "/settings/con_1",
            "/sign-out",
            "/api/v1/connections",
            "javascript:alert(1)",
            "/ä",
            "tenants",
            "/tenants\r\nset-cookie: a=b",
        ] {
            assert_eq!(local(wrong), "/", "{wrong:?}");
        }
    }
}
