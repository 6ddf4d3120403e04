//! The partner system.

use std::collections::BTreeSet;
use std::net::IpAddr;

use url::{Host, Url};

use crate::domain::address::is_public;
use crate::manifest::model::{Hook, Manifest, Step};
use crate::manifest::problem::{Place, Problems};
use crate::manifest::read::ReadMode;
use crate::manifest::scalar::TextOrEnv;

use super::top;

pub(super) fn check(manifest: &Manifest, mode: ReadMode, problems: &mut Problems) {
    let leads = manifest.connection.steps.iter().find(|step| Step::is_oauth(step));
    let place = Place::root().key("partner");
    let Some(partner) = &manifest.partner else {
        // Settings can be tried out without it.
        if let Some(step) = leads.filter(|_| mode == ReadMode::Serve) {
            let reason = format!("is missing, and the step `{}` leads to the partner's sign-in page", step.id);
            problems.add(&place, reason);
        }
        return;
    };
    literal_url(&partner.base_url, partner.allow_private_addresses, &place.key("base_url"), problems);
    if partner.timeout_seconds.is_some_and(|seconds| !(1..=60).contains(&seconds)) {
        problems.add(&place.key("timeout_seconds"), "is from 1 to 60");
    }
    let mut seen = BTreeSet::new();
    for (i, hook) in partner.hooks.iter().flatten().enumerate() {
        if !seen.insert(hook) {
            problems.add(&place.key("hooks").index(i), format!("`{}` stands here twice", hook.as_str()));
        }
    }
    if let Some(step) = leads
        && partner.hooks.as_ref().is_some_and(|hooks| !hooks.contains(&Hook::Verify))
    {
        let reason = format!("the step `{}` signs in, and only `verify` gets the tokens: add it", step.id);
        problems.add(&place.key("hooks"), reason);
    }
    let place = place.key("oauth");
    match &partner.oauth {
        Some(oauth) => {
            literal_url(&oauth.authorize_url, partner.allow_private_addresses, &place.key("authorize_url"), problems);
            literal_url(&oauth.token_url, partner.allow_private_addresses, &place.key("token_url"), problems);
            top::scopes(&oauth.scopes, &place.key("scopes"), problems);
        }
        None => {
            if let Some(step) = leads {
                problems
                    .add(&place, format!("is missing, and the step `{}` leads to the partner's sign-in page", step.id));
            }
        }
    }
}

fn literal_url(text: &TextOrEnv, allow_private: bool, place: &Place, problems: &mut Problems) {
    if let TextOrEnv::Text(text) = text
        && let Err(reason) = address(text, allow_private)
    {
        problems.add(place, reason);
    }
}

/// An address of the partner system. The guard that looks at every resolved address is in the
/// client; this refuses what can be seen in the text.
pub(in crate::manifest) fn address(text: &str, allow_private: bool) -> Result<Url, String> {
    let url = Url::parse(text).map_err(|error| format!("is not a web address: {error}"))?;
    if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
        return Err("must not contain a user name, password, query or fragment".to_owned());
    }
    match url.scheme() {
        "https" => {}
        "http" if allow_private => {}
        "http" => return Err("must be https; `allow_private_addresses` allows http in development".to_owned()),
        _ => return Err("must be an https address".to_owned()),
    }
    let private = match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(ip)) => !is_public(IpAddr::V4(ip)),
        Some(Host::Ipv6(ip)) => !is_public(IpAddr::V6(ip)),
        None => return Err("needs a host".to_owned()),
    };
    if private && !allow_private {
        return Err("is a loopback or private address; `allow_private_addresses` allows it in development".to_owned());
    }
    Ok(url)
}
