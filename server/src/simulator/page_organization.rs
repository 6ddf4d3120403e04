//! The page where an organization and its locations are made and changed.

use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::{get, post};

use super::edit::{self, LocationChange, NewLocation, NewOrganization, OrganizationChange};
use super::form::{Form, Whose, refused, see_page};
use super::html::{card, document, escape, input, switcher};
use super::shared::Shared;
use super::world::{Location, Organization, World};

type App = State<Arc<Shared>>;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/organization", get(page))
        .route("/organization/new", post(create))
        .route("/organization/{organization}", post(change))
        .route("/organization/{organization}/locations", post(add_location))
        .route("/organization/{organization}/locations/{location}", post(change_location))
}

async fn page(State(shared): App, Query(whose): Query<Whose>) -> Response {
    let main = shared.look(|world| {
        let chosen = whose.of(world);
        let own = chosen.map_or_else(String::new, |organization| {
            [head(world, organization), itself(organization), locations(organization), new_location(organization)]
                .concat()
        });
        format!("{own}{}", new_organization(chosen.is_none()))
    });
    document("organization and locations", &shared.product_url, &main)
}

fn head(world: &World, organization: &Organization) -> String {
    format!(
        r#"<div class="page-head"><p class="crumbs"><a href="/?org={}">Settings / Integrations</a></p><h1>Organization and locations</h1>
<p>What you change here is what OfficeRnD answers from now on. Deskbridge hears of it when it asks, or by the next signed call.</p></div>
{}"#,
        escape(&organization.slug),
        switcher("/organization", world, &organization.slug),
    )
}

fn itself(organization: &Organization) -> String {
    let id = escape(&organization.id);
    card(
        "o",
        "Organization",
        &format!(
            r#"<p>Its id stays: <code>{id}</code></p><form class="flow" method="post" action="/organization/{id}">{}{}{}<button class="btn btn--primary" type="submit">Save the organization</button></form>"#,
            input("o-name", "name", "Name", &organization.name),
            input("o-slug", "slug", "Slug", &organization.slug),
            input("o-currency", "currency", "Currency", &organization.currency),
        ),
    )
}

fn locations(organization: &Organization) -> String {
    let each: String =
        organization.locations.iter().enumerate().map(|(index, place)| location(organization, index, place)).collect();
    let body = if each.is_empty() { r#"<p class="muted">There is none.</p>"#.to_owned() } else { each };
    card("l", "Locations", &body)
}

fn location(organization: &Organization, index: usize, place: &Location) -> String {
    let (state, act, other) = match place.archived {
        true => (", archived", "restore", "Bring back"),
        false => ("", "archive", "Archive"),
    };
    let name = escape(&place.name);
    format!(
        r#"<details><summary><bdi>{name}</bdi> ({}, {}{state})</summary><form class="flow" method="post" action="/organization/{}/locations/{id}"><p><code>{id}</code></p>{}{}{}{}<div class="row"><button class="btn" name="act" value="save">Save<span class="vh"> {name}</span></button><button class="btn" name="act" value="{act}">{other}<span class="vh"> {name}</span></button></div></form></details>"#,
        escape(&place.time_zone),
        escape(&place.currency),
        escape(&organization.id),
        input(&format!("l-{index}-name"), "name", "Name", &place.name),
        input(&format!("l-{index}-zone"), "time_zone", "Time zone", &place.time_zone),
        input(&format!("l-{index}-currency"), "currency", "Currency", &place.currency),
        input(&format!("l-{index}-country"), "country", "Country", &place.country),
        id = escape(&place.id),
    )
}

fn new_location(organization: &Organization) -> String {
    card(
        "nl",
        "Add a location",
        &format!(
            r#"<form class="flow" method="post" action="/organization/{}/locations">{}{}{}{}<button class="btn" type="submit">Add the location</button></form>"#,
            escape(&organization.id),
            input("nl-name", "name", "Name", ""),
            input("nl-zone", "time_zone", "Time zone", "Europe/London"),
            input("nl-currency", "currency", "Currency", &organization.currency),
            input("nl-country", "country", "Country", "United Kingdom"),
        ),
    )
}

fn new_organization(alone: bool) -> String {
    let title = if alone { "<h1>No organization yet</h1>" } else { "" };
    let form = format!(
        r#"<form class="flow" method="post" action="/organization/new">{}{}{}<button class="btn" type="submit">Add the organization</button></form>"#,
        input("no-name", "name", "Name", ""),
        input("no-slug", "slug", "Slug (empty: made from its id)", ""),
        input("no-currency", "currency", "Currency", "EUR"),
    );
    format!("{title}{}", card("no", "Add an organization", &form))
}

fn done(shared: &Shared, changed: Result<Organization, edit::Refusal>) -> Response {
    match changed {
        Ok(organization) => see_page("/organization", &organization.slug),
        Err(refusal) => refused(shared, &refusal.text()),
    }
}

async fn create(State(shared): App, body: Bytes) -> Response {
    let form = Form::read(&body);
    let new = NewOrganization {
        name: form.get("name").trim().to_owned(),
        slug: form.filled("slug"),
        currency: form.filled("currency"),
        ..NewOrganization::default()
    };
    done(&shared, shared.change(|world| edit::create(&shared, world, new)))
}

async fn change(State(shared): App, Path(id): Path<String>, body: Bytes) -> Response {
    let form = Form::read(&body);
    let entry = |name: &str| Some(form.get(name).trim().to_owned());
    let change = OrganizationChange { name: entry("name"), slug: entry("slug"), currency: entry("currency") };
    done(&shared, shared.change(|world| edit::change(world, &id, &change)))
}

async fn add_location(State(shared): App, Path(id): Path<String>, body: Bytes) -> Response {
    let form = Form::read(&body);
    let new = NewLocation {
        id: None,
        name: form.get("name").trim().to_owned(),
        time_zone: form.filled("time_zone"),
        currency: form.filled("currency"),
        country: form.filled("country"),
    };
    done(&shared, shared.change(|world| edit::add_locations(&shared, world, &id, vec![new])))
}

async fn change_location(State(shared): App, Path((id, location)): Path<(String, String)>, body: Bytes) -> Response {
    let form = Form::read(&body);
    let entry = |name: &str| Some(form.get(name).trim().to_owned());
    let change = match form.get("act") {
        "archive" => LocationChange { archived: Some(true), ..LocationChange::default() },
        "restore" => LocationChange { archived: Some(false), ..LocationChange::default() },
        "save" => LocationChange {
            name: entry("name"),
            time_zone: entry("time_zone"),
            currency: entry("currency"),
            country: entry("country"),
            archived: None,
        },
        other => return refused(&shared, &format!("There is no act {other:?}.")),
    };
    done(&shared, shared.change(|world| edit::change_location(world, &id, &location, &change)))
}
