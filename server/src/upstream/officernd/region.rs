//! Where an organization lives. Tokens are sent there, and the name of the place comes from outside.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

use super::OfficeRndSettings;

/// Longer texts are no region.
const MAX_TEXT: usize = 2048;

/// The origin of an organization's OfficeRnD, on a host that the configuration allows. Every value has
/// passed that rule, so a token may be sent to it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Region {
    origin: Url,
}

/// The text names no place that tokens may be sent to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RegionRefused {
    #[error("it is not a URL of the form https://host")]
    Unreadable,
    #[error("it holds a user name or password")]
    UserInfo,
    #[error("it is not https")]
    Insecure,
    #[error("its host is not among officernd__region_hosts")]
    Host,
}

impl Region {
    /// The place an organization names; one that names none lives on the app host.
    pub(super) fn named(text: Option<&str>, settings: &OfficeRndSettings) -> Result<Self, RegionRefused> {
        match text.map(str::trim).filter(|text| !text.is_empty()) {
            None => Ok(Self::app(settings)),
            Some(text) => Self::parse_stored(text, settings),
        }
    }

    /// Reads a stored region by the rule as it is configured now: a host that is no longer allowed gets
    /// no token any more.
    ///
    /// # Errors
    /// When the text is no origin on an allowed host.
    pub fn parse_stored(text: &str, settings: &OfficeRndSettings) -> Result<Self, RegionRefused> {
        // URL parsers drop tabs and line ends within a text; a region has none.
        if text.len() > MAX_TEXT || text.chars().any(|character| character.is_control() || character == ' ') {
            return Err(RegionRefused::Unreadable);
        }
        let url = Url::parse(text).map_err(|_| RegionRefused::Unreadable)?;
        if !url.username().is_empty() || url.password().is_some() {
            return Err(RegionRefused::UserInfo);
        }
        let host = url.host().ok_or(RegionRefused::Unreadable)?;
        if !may_use(url.scheme(), &host) {
            return Err(RegionRefused::Insecure);
        }
        if !is_allowed(&host, settings) {
            return Err(RegionRefused::Host);
        }
        Ok(Self { origin: origin(url) })
    }

    /// The place where an organization is asked first. [`super::OfficeRnd::new`] has checked it.
    pub(super) fn app(settings: &OfficeRndSettings) -> Self {
        Self { origin: origin(settings.app_url.clone()) }
    }

    /// Where the pop-up ends, after success and failure alike.
    pub fn return_url(&self) -> Url {
        let mut url = self.origin.clone();
        url.set_path("/connect/external-integration/return");
        url
    }

    /// `https://host`, with a port where it is not the scheme's own; this is what is stored.
    pub fn as_str(&self) -> &str {
        self.origin.as_str().trim_end_matches('/')
    }

    /// An address below this region; each segment is encoded, so that none can become two.
    pub(super) fn address(&self, segments: &[&str]) -> Url {
        let mut url = self.origin.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.clear().extend(segments);
        }
        url
    }
}

impl fmt::Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Region({self})")
    }
}

/// Paths, queries and fragments of a region mean nothing to us.
fn origin(mut url: Url) -> Url {
    url.set_path("/");
    url.set_query(None);
    url.set_fragment(None);
    url
}

/// https everywhere; http only to this very machine.
pub(super) fn may_use(scheme: &str, host: &Host<&str>) -> bool {
    match scheme {
        "https" => true,
        "http" => is_loopback(host),
        _ => false,
    }
}

fn is_loopback(host: &Host<&str>) -> bool {
    match host {
        Host::Domain(name) => *name == "localhost",
        Host::Ipv4(address) => *address == Ipv4Addr::LOCALHOST,
        Host::Ipv6(address) => *address == Ipv6Addr::LOCALHOST,
    }
}

/// Hosts are compared without port: the app host, on loopback also the identity host, and the
/// configured hosts with everything below them.
fn is_allowed(host: &Host<&str>, settings: &OfficeRndSettings) -> bool {
    settings.app_url.host().as_ref() == Some(host)
        || (is_loopback(host) && settings.identity_url.host().as_ref() == Some(host))
        || settings.region_hosts.iter().filter_map(|entry| parse_region_host(entry)).any(|entry| covers(&entry, host))
}

/// Only names have something below them: no address is part of another.
fn covers(entry: &Host<String>, host: &Host<&str>) -> bool {
    match (entry, host) {
        (Host::Domain(entry), Host::Domain(host)) => {
            let below = host.strip_suffix(entry.as_str()).and_then(|rest| rest.strip_suffix('.'));
            *host == entry || below.is_some_and(|labels| labels.split('.').all(|label| !label.is_empty()))
        }
        (Host::Ipv4(entry), Host::Ipv4(host)) => entry == host,
        (Host::Ipv6(entry), Host::Ipv6(host)) => entry == host,
        _ => false,
    }
}

/// One entry of `officernd__region_hosts`: a bare host. `None` when it is none, as an empty text (every
/// name ends with it) or a pattern.
pub(super) fn parse_region_host(entry: &str) -> Option<Host<String>> {
    let host = Host::parse(entry).ok()?;
    match &host {
        Host::Domain(name) if name.contains('*') || name.split('.').any(str::is_empty) => None,
        _ => Some(host),
    }
}
