//! What OfficeRnD's customers change about themselves: organizations and locations, for the control API and for the
//! page alike.

use serde::Deserialize;
use serde_json::Value;

use super::shared::Shared;
use super::world::{Location, Organization, World, new_id};

/// Longer names are a mistake, here and at OfficeRnD.
const LONGEST: usize = 200;

/// Why a change is refused.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    Unknown(String),
    Taken(String),
    Wrong(String),
}

impl Refusal {
    pub(super) fn text(self) -> String {
        let (Self::Unknown(text) | Self::Taken(text) | Self::Wrong(text)) = self;
        text
    }
}

type Changed<T> = Result<T, Refusal>;

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct OrganizationChange {
    pub(super) slug: Option<String>,
    pub(super) name: Option<String>,
    pub(super) currency: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct LocationChange {
    pub(super) name: Option<String>,
    pub(super) time_zone: Option<String>,
    pub(super) currency: Option<String>,
    pub(super) country: Option<String>,
    /// An archived location is in no list any more; installations keep its id.
    pub(super) archived: Option<bool>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewLocation {
    pub(super) id: Option<String>,
    pub(super) name: String,
    pub(super) time_zone: Option<String>,
    pub(super) currency: Option<String>,
    pub(super) country: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewOrganization {
    pub(super) id: Option<String>,
    pub(super) slug: Option<String>,
    pub(super) name: String,
    pub(super) currency: Option<String>,
    #[serde(default)]
    pub(super) locations: Vec<NewLocation>,
}

pub(super) fn create(shared: &Shared, world: &mut World, new: NewOrganization) -> Changed<Organization> {
    let id = new.id.unwrap_or_else(|| new_id(&shared.random));
    let slug = new.slug.unwrap_or_else(|| format!("organization-{}", &id[id.len().saturating_sub(8)..]));
    let currency = new.currency.unwrap_or_else(|| "GBP".to_owned());
    if world.named(&slug).is_some() || world.named(&id).is_some() {
        return Err(Refusal::Taken(format!("{slug:?} exists already.")));
    }
    let mut locations = Vec::new();
    for location in new.locations {
        locations.push(make(shared, location)?);
    }
    let organization = Organization {
        id,
        slug: slug_of(&slug)?,
        name: name_of(&new.name)?,
        currency: currency_of(&currency)?,
        member_id: new_id(&shared.random),
        created_at: shared.clock.now(),
        locations,
    };
    world.organizations.push(organization.clone());
    Ok(organization)
}

pub(super) fn change(world: &mut World, name: &str, change: &OrganizationChange) -> Changed<Organization> {
    let taken = change.slug.as_deref().and_then(|slug| world.by_slug(slug)).map(|taken| taken.id.clone());
    let organization = organization(world, name)?;
    if taken.is_some_and(|taken| taken != organization.id) {
        return Err(Refusal::Taken("Another organization has this slug.".to_owned()));
    }
    let mut changed = organization.clone();
    if let Some(slug) = &change.slug {
        changed.slug = slug_of(slug)?;
    }
    if let Some(name) = &change.name {
        changed.name = name_of(name)?;
    }
    if let Some(currency) = &change.currency {
        changed.currency = currency_of(currency)?;
    }
    *organization = changed.clone();
    Ok(changed)
}

pub(super) fn add_locations(
    shared: &Shared,
    world: &mut World,
    name: &str,
    new: Vec<NewLocation>,
) -> Changed<Organization> {
    let made: Vec<Location> = new.into_iter().map(|location| make(shared, location)).collect::<Changed<_>>()?;
    let organization = organization(world, name)?;
    organization.locations.extend(made);
    Ok(organization.clone())
}

pub(super) fn change_location(
    world: &mut World,
    name: &str,
    location: &str,
    change: &LocationChange,
) -> Changed<Organization> {
    let organization = organization(world, name)?;
    let known = organization.locations.iter_mut().find(|known| known.id == location);
    let known = known.ok_or_else(|| Refusal::Unknown(format!("There is no location {location:?}.")))?;
    let mut changed = known.clone();
    if let Some(name) = &change.name {
        changed.name = name_of(name)?;
    }
    if let Some(zone) = &change.time_zone {
        changed.time_zone = zone_of(zone)?;
    }
    if let Some(currency) = &change.currency {
        changed.currency = currency_of(currency)?;
    }
    if let Some(country) = &change.country {
        changed.country.clone_from(country);
    }
    changed.archived = change.archived.unwrap_or(changed.archived);
    *known = changed;
    Ok(organization.clone())
}

fn make(shared: &Shared, new: NewLocation) -> Changed<Location> {
    Ok(Location {
        id: new.id.unwrap_or_else(|| new_id(&shared.random)),
        name: name_of(&new.name)?,
        time_zone: zone_of(new.time_zone.as_deref().unwrap_or("Europe/London"))?,
        currency: currency_of(new.currency.as_deref().unwrap_or("GBP"))?,
        country: new.country.unwrap_or_else(|| "United Kingdom".to_owned()),
        archived: false,
    })
}

fn organization<'a>(world: &'a mut World, name: &str) -> Changed<&'a mut Organization> {
    let position = world.organizations.iter().position(|found| found.slug == name || found.id == name);
    position
        .map(|index| &mut world.organizations[index])
        .ok_or_else(|| Refusal::Unknown(format!("There is no organization {name:?}.")))
}

fn name_of(text: &str) -> Changed<String> {
    match text.chars().count() {
        1..=LONGEST => Ok(text.to_owned()),
        _ => Err(Refusal::Wrong(format!("A name has 1 to {LONGEST} characters."))),
    }
}

fn slug_of(text: &str) -> Changed<String> {
    let fits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    if fits { Ok(text.to_owned()) } else { Err(Refusal::Wrong("A slug is of a to z, 0 to 9 and -.".to_owned())) }
}

fn currency_of(text: &str) -> Changed<String> {
    let fits = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase());
    if fits { Ok(text.to_owned()) } else { Err(Refusal::Wrong("A currency is three capitals, as EUR.".to_owned())) }
}

/// A zone that OfficeRnD would not have either would only test our own mistake.
fn zone_of(text: &str) -> Changed<String> {
    match text.parse::<chrono_tz::Tz>() {
        Ok(_) => Ok(text.to_owned()),
        Err(_) => Err(Refusal::Wrong(format!("{} is no time zone, as Europe/Lisbon.", Value::from(text)))),
    }
}
