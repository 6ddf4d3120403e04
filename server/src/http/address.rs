//! Who asks, as far as a limit needs to know it: an IPv4 address, or the /64 of an IPv6 address.

use std::net::{IpAddr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::http::{Extensions, HeaderMap};
use ipnet::IpNet;

/// `X-Forwarded-For` is believed only as far as trusted proxies wrote it: from the right.
pub fn client(headers: &HeaderMap, extensions: &Extensions, trusted: &[IpNet]) -> String {
    let peer = extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let Some(mut address) = peer.map(plain) else { return "unknown".to_owned() };
    let forwarded: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    for hop in forwarded.iter().rev() {
        if !trusted.iter().any(|network| network.contains(&address)) {
            break;
        }
        let Ok(next) = hop.trim().parse::<IpAddr>() else { break };
        address = plain(next);
    }
    group(address)
}

/// An IPv4 address in IPv6 clothes is that IPv4 address.
fn plain(address: IpAddr) -> IpAddr {
    address.to_canonical()
}

fn group(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn from(peer: &str, forwarded: Option<&str>, trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        if let Some(forwarded) = forwarded {
            headers.insert("x-forwarded-for", forwarded.parse().unwrap());
        }
        let mut extensions = Extensions::new();
        extensions.insert(ConnectInfo(SocketAddr::new(peer.parse().unwrap(), 1)));
        let trusted: Vec<IpNet> = trusted.iter().map(|network| network.parse().unwrap()).collect();
        client(&headers, &extensions, &trusted)
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        let proxies = ["10.0.0.0/8"];
        assert_eq!(from("192.0.2.1", Some("198.51.100.7"), &[]), "192.0.2.1");
        assert_eq!(from("192.0.2.1", Some("198.51.100.7"), &proxies), "192.0.2.1");
        assert_eq!(from("10.0.0.1", Some("203.0.113.9, 198.51.100.7"), &proxies), "198.51.100.7");
        assert_eq!(from("10.0.0.1", Some("203.0.113.9, 10.1.1.1"), &proxies), "203.0.113.9");
        assert_eq!(from("10.0.0.1", Some("nonsense"), &proxies), "10.0.0.1");
        assert_eq!(from("::ffff:192.0.2.1", None, &[]), "192.0.2.1");
        assert_eq!(from("2001:db8:1:2:3:4:5:6", None, &[]), "2001:db8:1:2::/64");
    }
}
