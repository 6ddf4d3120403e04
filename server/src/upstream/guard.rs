//! Where a manifest's addresses may lead: to the public internet, over https.
//!
//! A name can resolve to something else each time it is asked. So names are judged by the resolver that the
//! connection itself uses, and an address that stands in the URL is judged before the request, since reqwest
//! asks no resolver for those. The parser of URLs has turned decimal, octal, hexadecimal and shortened
//! addresses into ordinary ones by then.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use crate::domain::address::is_public;

/// Why a request is not sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    /// Loopback, private, link-local, a cloud's metadata, or reserved.
    NotPublic,
    NotHttps,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotPublic => "the address is private, local or reserved",
            Self::NotHttps => "the address is not https",
        })
    }
}

impl std::error::Error for Refused {}

/// What can be seen in the URL itself.
pub(super) fn admit(url: &Url) -> Result<(), Refused> {
    let address = match url.host() {
        Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
        Some(Host::Domain(_)) | None => None,
    };
    if address.is_some_and(|address| !is_public(address)) {
        return Err(Refused::NotPublic);
    }
    if url.scheme() == "https" { Ok(()) } else { Err(Refused::NotHttps) }
}

/// Gives public addresses only.
pub(super) struct Guard {
    pub(super) names: Arc<dyn Resolve>,
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let found = self.names.resolve(name);
        Box::pin(async move {
            let public: Vec<_> = found.await?.filter(|address| is_public(address.ip())).collect();
            if public.is_empty() {
                return Err(Refused::NotPublic.into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

/// The names of the operating system.
pub(super) struct SystemNames;

impl Resolve for SystemNames {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<_> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literal_addresses_are_seen_in_any_spelling() {
        for refused in [
            "https://127.0.0.1/",
            "https://127.1/",
            "https://2130706433/",
            "https://0x7f000001/",
            "https://0x7f.1/",
            "https://0177.0.0.1/",
            "https://127.0.0.1./",
            "https://%31%32%37.0.0.1/",
            "https://①②⑦.0.0.1/",
            "https://0/",
            "https://10.1/",
            "https://0xA9FEA9FE/latest/meta-data/",
            "https://0251.0376.0251.0376/",
            "https://[::1]/",
            "https://[::]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[::ffff:7f00:1]/",
            "https://[0:0:0:0:0:ffff:a9fe:a9fe]/",
            "https://[64:ff9b::7f00:1]/",
            "https://[64:ff9b:1::1]/",
            "https://[2002:7f00:1::]/",
            "https://[2001:0:1::]/",
            "https://[fd00::1]/",
            "https://[fe80::1]/",
            "http://192.168.0.1:8080/",
        ] {
            assert_eq!(admit(&Url::parse(refused).unwrap()), Err(Refused::NotPublic), "{refused}");
        }
        for plain in ["http://8.8.8.8/", "http://partner.example/", "ftp://partner.example/"] {
            assert_eq!(admit(&Url::parse(plain).unwrap()), Err(Refused::NotHttps), "{plain}");
        }
        for fine in
            ["https://8.8.8.8/", "https://0x08080808/", "https://[2606:4700::1111]/", "https://partner.example/"]
        {
            assert_eq!(admit(&Url::parse(fine).unwrap()), Ok(()), "{fine}");
        }
    }
}
