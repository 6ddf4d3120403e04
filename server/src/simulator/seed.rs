//! The organizations that a new simulator starts with. Their ids are fixed, so that a page, a test and a manifest
//! can name them.

use super::world::{Location, Organization, World};
use crate::clock::Millis;

/// Rotterdam, Bristol, Lisbon and a second Bristol: two currencies, three zones, three languages.
const HARBOUR_AND_LOOM: &[(&str, &str, &str, &str)] = &[
    ("Rotterdam – Katendrecht", "Europe/Amsterdam", "EUR", "Netherlands"),
    ("Bristol, Old Market", "Europe/London", "GBP", "United Kingdom"),
    ("Lisboa · Marvila", "Europe/Lisbon", "EUR", "Portugal"),
    ("Bristol, Temple Quay (opening soon)", "Europe/London", "GBP", "United Kingdom"),
];

const KAFFEE_UND_WERK: &[(&str, &str, &str, &str)] = &[
    ("Berlin, Oranienstraße", "Europe/Berlin", "EUR", "Germany"),
    ("Wien, Praterstraße", "Europe/Vienna", "EUR", "Austria"),
];

const STUDIO_17: &[(&str, &str, &str, &str)] = &[("Brooklyn", "America/New_York", "USD", "United States")];

const HARBOUR_SPACE: &[(&str, &str, &str, &str)] =
    &[("وسط البلد", "Africa/Cairo", "EGP", "Egypt"), ("حيفا – מרכז הכרמל", "Asia/Jerusalem", "ILS", "Israel")];

const FORMULA: &[(&str, &str, &str, &str)] = &[("<b>1 & 2</b>", "UTC", "CHF", "Switzerland")];

/// 120 characters, the longest name that pages must carry.
pub(super) const LONG_NAME: &str = "The Association of Independent Workspaces, Ateliers, Studios and Makers Yards of the Northern \
                                    Harbours and Their Islands";

/// More locations than one page of a v2 list holds, and than nobody should have to scroll.
const LONG_LOCATIONS: usize = 63;

/// Fills an empty world.
pub(super) fn organizations(world: &mut World, now: Millis) {
    let mut add = |number: usize, slug: &str, name: &str, currency: &str, places: &[(&str, &str, &str, &str)]| {
        let locations = places.iter().enumerate().map(|(index, place)| location(number, index, place)).collect();
        world.organizations.push(Organization {
            id: format!("65f0a1b2c3d4e5f6{number:08x}"),
            slug: slug.to_owned(),
            name: name.to_owned(),
            currency: currency.to_owned(),
            member_id: format!("65f0a1b2c3d4e5f60ad0{number:04x}"),
            created_at: now,
            locations,
        });
    };
    add(1, "harbour-and-loom", "Harbour & Loom", "EUR", HARBOUR_AND_LOOM);
    add(2, "kaffee-und-werk", "Kaffee und Werk", "EUR", KAFFEE_UND_WERK);
    add(3, "studio-17", "Studio 17", "USD", STUDIO_17);
    add(4, "harbour-space", "مساحة الميناء", "EGP", HARBOUR_SPACE);
    let names: Vec<String> = (1..=LONG_LOCATIONS).map(|number| format!("Yard {number:02}")).collect();
    let yards: Vec<_> = names.iter().map(|name| (name.as_str(), "Europe/Oslo", "NOK", "Norway")).collect();
    add(5, "northern-harbours", LONG_NAME, "NOK", &yards);
    add(6, "hyperlink-1", "=HYPERLINK(1)", "CHF", FORMULA);
}

fn location(organization: usize, index: usize, place: &(&str, &str, &str, &str)) -> Location {
    let (name, time_zone, currency, country) = *place;
    Location {
        id: format!("65f0a1b2c3d4e5f7{organization:04x}{index:04x}"),
        name: name.to_owned(),
        time_zone: time_zone.to_owned(),
        currency: currency.to_owned(),
        country: country.to_owned(),
        archived: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seeds_have_proper_ids_and_the_hard_names() {
        let mut world = World::default();
        organizations(&mut world, 0);
        assert_eq!(LONG_NAME.chars().count(), 120);
        let ids: Vec<&str> = world
            .organizations
            .iter()
            .flat_map(|organization| {
                [organization.id.as_str(), organization.member_id.as_str()]
                    .into_iter()
                    .chain(organization.locations.iter().map(|location| location.id.as_str()))
            })
            .collect();
        assert!(ids.len() > 70);
        for id in &ids {
            assert_eq!(id.len(), 24, "{id}");
            assert!(id.bytes().all(|byte| byte.is_ascii_hexdigit()), "{id}");
        }
        let mut once = ids.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), ids.len());
        assert_eq!(world.by_slug("harbour-and-loom").map(|found| found.id.as_str()), Some("65f0a1b2c3d4e5f600000001"));
    }
}
