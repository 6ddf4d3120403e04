//! What a value must be like, in words for the person who wrote it. Every text begins with the key.

use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;
use url::{Host, Url};

use super::{DatabaseUrl, LogFormat};

pub(super) fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// An origin of ours or of OfficeRnD: https, or http on this machine.
pub(super) fn own_url(key: &str, text: &str) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("{key}: not an address ({error})"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(format!("{key}: must begin with https://"));
    }
    if url.scheme() == "http" && !is_loopback(&url) {
        return Err(format!("{key}: must be https, since it is not an address of this machine"));
    }
    if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
        return Err(format!("{key}: only scheme, host and port belong here"));
    }
    if !matches!(url.path(), "" | "/") {
        return Err(format!("{key}: must have no path; take {} away, since Deskbridge adds what it needs", url.path()));
    }
    Ok(url)
}

pub(super) fn address(key: &str, text: &str) -> Result<SocketAddr, String> {
    text.parse().map_err(|_| format!("{key}: must be an IP address and a port, such as 127.0.0.1:3000"))
}

/// Two listeners need two ports, also where one listens on all addresses.
pub(super) fn apart(listen: SocketAddr, operations: SocketAddr) -> Result<(), String> {
    let overlap = listen.ip() == operations.ip() || listen.ip().is_unspecified() || operations.ip().is_unspecified();
    if listen.port() != 0 && listen.port() == operations.port() && overlap {
        return Err(format!("operations_listen: {operations} is taken by listen; give it a port of its own"));
    }
    Ok(())
}

pub(super) fn database(text: &str) -> Result<DatabaseUrl, String> {
    if let Some(path) = text.strip_prefix("sqlite://") {
        if path.is_empty() || path.starts_with(':') || path.contains('?') {
            return Err("database_url: sqlite:// must be followed by a file's path".into());
        }
        return Ok(DatabaseUrl::Sqlite(path.into()));
    }
    if text.starts_with("postgres://") || text.starts_with("postgresql://") {
        return match Url::parse(text) {
            Ok(_) => Ok(DatabaseUrl::Postgres(text.to_owned())),
            Err(error) => Err(format!("database_url: not an address ({error})")),
        };
    }
    Err("database_url: must begin with sqlite:// or postgres://".into())
}

pub(super) fn log_format(text: Option<&str>) -> Result<LogFormat, String> {
    match text {
        None => Ok(LogFormat::Auto),
        Some("text") => Ok(LogFormat::Text),
        Some("json") => Ok(LogFormat::Json),
        Some(_) => Err("log_format: must be text or json".into()),
    }
}

pub(super) fn proxy(text: &str) -> Result<IpNet, String> {
    text.parse::<IpNet>()
        .or_else(|_| text.parse::<IpAddr>().map(IpNet::from))
        .map_err(|_| format!("trusted_proxies: {text} is no address and no network such as 10.0.0.0/8"))
}

pub(super) fn region_host(host: &str) -> Result<(), String> {
    let plain = !host.is_empty() && host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-'));
    if plain && Host::parse(host).is_ok() {
        Ok(())
    } else {
        Err(format!("officernd__region_hosts: {host} is no host name (without scheme, port or path)"))
    }
}

pub(super) fn at_least(key: &str, value: u64, least: u64) -> Result<(), String> {
    if value >= least { Ok(()) } else { Err(format!("{key}: must be at least {least}")) }
}
