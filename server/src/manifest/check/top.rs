//! The keys at the top.

use std::collections::BTreeSet;

use crate::manifest::event;
use crate::manifest::model::{Manifest, Sync};
use crate::manifest::problem::{Place, Problems};
use crate::manifest::read::ReadMode;

use super::{filled, logo, word};

/// A month; a longer pause is a mistake in the unit.
const MAX_MINUTES: u32 = 31 * 24 * 60;

pub(super) fn check(manifest: &Manifest, mode: ReadMode, problems: &mut Problems) {
    let at = |key: &str| Place::root().key(key);
    if !is_slug(&manifest.slug) {
        let reason = "a slug has 1 to 40 small letters, digits and `-`, and neither starts nor ends with `-`";
        problems.add(&at("integration"), reason);
    }
    filled(&manifest.name, &at("name"), problems);
    if manifest.name.chars().count() > 80 {
        problems.add(&at("name"), "has more than 80 characters");
    }
    if let Some(category) = &manifest.category {
        word(category, &at("category"), problems);
    }
    if manifest.revision == 0 {
        problems.add(&at("revision"), "counts from 1");
    }
    if let Some(logo) = manifest.logo.as_deref().filter(|logo| !logo::is_plain_name(logo)) {
        problems.add(&at("logo"), format!("`{logo}` is not the name of an .svg file beside the manifest"));
    }
    if mode == ReadMode::Serve {
        for (key, missing) in [
            ("client_id", manifest.client_id.is_none()),
            ("client_secret", manifest.client_secret.is_none()),
            ("scopes", manifest.scopes.is_empty()),
        ] {
            if missing {
                problems.add(&Place::root(), format!("missing key `{key}`, which is needed to serve the integration"));
            }
        }
    }
    scopes(&manifest.scopes, &at("scopes"), problems);
    webhooks(&manifest.webhooks, &at("webhooks"), problems);
    if let Some(sync) = &manifest.sync {
        synchronization(sync, &at("sync"), problems);
    }
}

/// `[a-z0-9-]{1,40}`, no `-` at an end.
pub(super) fn is_slug(text: &str) -> bool {
    (1..=40).contains(&text.len())
        && text.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'))
        && !text.starts_with('-')
        && !text.ends_with('-')
}

/// Also used for the scopes of a partner's sign-in page.
pub(super) fn scopes(scopes: &[String], place: &Place, problems: &mut Problems) {
    let mut seen = BTreeSet::new();
    for (i, scope) in scopes.iter().enumerate() {
        // RFC 6749, 3.3: printable ASCII without space, quote and backslash.
        if scope.is_empty() || !scope.bytes().all(|b| matches!(b, 0x21 | 0x23..=0x5b | 0x5d..=0x7e)) {
            problems.add(&place.index(i), "a scope is one word without spaces");
        } else if !seen.insert(scope) {
            problems.add(&place.index(i), format!("`{scope}` stands here twice"));
        }
    }
}

fn webhooks(webhooks: &[String], place: &Place, problems: &mut Problems) {
    let mut seen = BTreeSet::new();
    for (i, event) in webhooks.iter().enumerate() {
        match event::expand(event) {
            Err(reason) => problems.add(&place.index(i), reason),
            Ok(_) if !seen.insert(event.to_ascii_lowercase()) => {
                problems.add(&place.index(i), format!("`{event}` stands here twice"));
            }
            Ok(_) => {}
        }
    }
}

fn synchronization(sync: &Sync, place: &Place, problems: &mut Problems) {
    let minutes = [("every_minutes", sync.every_minutes), ("expected_every_minutes", sync.expected_every_minutes)];
    for (key, minutes) in minutes.iter().filter_map(|(key, minutes)| Some((key, (*minutes)?))) {
        if !(1..=MAX_MINUTES).contains(&minutes) {
            problems.add(&place.key(key), format!("is from 1 to {MAX_MINUTES}"));
        }
        if !sync.supported {
            problems.add(&place.key(key), "has no meaning while `supported` is false");
        }
    }
    if minutes.iter().all(|(_, minutes)| minutes.is_some()) {
        let reason = "runs are started by Deskbridge (`every_minutes`) or by the partner system (`expected_every_minutes`), not by both";
        problems.add(place, reason);
    }
}
