//! Organizations and their locations.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::shared::Shared;
use super::super::world::{Location, Organization, World, new_id};
use super::{Answer, App, Wrong, missing};

pub(super) async fn organizations(State(shared): App) -> Json<Value> {
    Json(shared.look(|world| json!(world.organizations)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewLocation {
    id: Option<String>,
    name: String,
    time_zone: Option<String>,
    currency: Option<String>,
    country: Option<String>,
}

impl NewLocation {
    fn into_location(self, shared: &Shared) -> Location {
        Location {
            id: self.id.unwrap_or_else(|| new_id(&shared.random)),
            name: self.name,
            time_zone: self.time_zone.unwrap_or_else(|| "Europe/London".to_owned()),
            currency: self.currency.unwrap_or_else(|| "GBP".to_owned()),
            country: self.country.unwrap_or_else(|| "United Kingdom".to_owned()),
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewOrganization {
    id: Option<String>,
    slug: Option<String>,
    name: String,
    currency: Option<String>,
    #[serde(default)]
    locations: Vec<NewLocation>,
}

pub(super) async fn create_organization(State(shared): App, Json(new): Json<NewOrganization>) -> Answer {
    let id = new.id.unwrap_or_else(|| new_id(&shared.random));
    let slug = new.slug.unwrap_or_else(|| format!("organization-{}", &id[id.len().saturating_sub(8)..]));
    let locations = new.locations.into_iter().map(|location| location.into_location(&shared)).collect();
    let organization = Organization {
        id,
        slug,
        name: new.name,
        currency: new.currency.unwrap_or_else(|| "GBP".to_owned()),
        member_id: new_id(&shared.random),
        created_at: shared.clock.now(),
        locations,
    };
    shared.change(|world| {
        if world.named(&organization.slug).is_some() || world.named(&organization.id).is_some() {
            return Err(Wrong(StatusCode::CONFLICT, format!("{:?} exists already.", organization.slug)));
        }
        let shown = json!(organization);
        world.organizations.push(organization);
        Ok(Json(shown))
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OrganizationChange {
    slug: Option<String>,
    name: Option<String>,
}

pub(super) async fn change_organization(
    State(shared): App,
    Path(name): Path<String>,
    Json(change): Json<OrganizationChange>,
) -> Answer {
    shared.change(|world| {
        let taken = change.slug.as_deref().and_then(|slug| world.by_slug(slug)).map(|taken| taken.id.clone());
        let organization = organization_mut(world, &name)?;
        if taken.is_some_and(|taken| taken != organization.id) {
            return Err(Wrong(StatusCode::CONFLICT, "Another organization has this slug.".to_owned()));
        }
        if let Some(slug) = change.slug {
            organization.slug = slug;
        }
        if let Some(name) = change.name {
            organization.name = name;
        }
        Ok(Json(json!(organization)))
    })
}

pub(super) async fn add_locations(
    State(shared): App,
    Path(name): Path<String>,
    Json(new): Json<Vec<NewLocation>>,
) -> Answer {
    let new: Vec<Location> = new.into_iter().map(|location| location.into_location(&shared)).collect();
    shared.change(|world| {
        let organization = organization_mut(world, &name)?;
        organization.locations.extend(new);
        Ok(Json(json!(organization)))
    })
}

fn organization_mut<'a>(world: &'a mut World, name: &str) -> Result<&'a mut Organization, Wrong> {
    let position = world.organizations.iter().position(|found| found.slug == name || found.id == name);
    position.map(|index| &mut world.organizations[index]).ok_or_else(|| missing("organization", name))
}
