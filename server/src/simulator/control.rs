//! The control API under `/control`: what integration tests and browser tests use to play OfficeRnD. The table is in
//! the documentation of [`super`].

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post, put};
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::message;
use super::calls::{Call, Overrides, connect, install, perform, remove, sign};
use super::deliveries::{Event, deliver_due, enqueue};
use super::journal::mask;
use super::rules::{Fault, Setting};
use super::shared::Shared;
use super::switches::{ConnectCode, MissingScope, SWITCHES, Switch};
use super::world::{DeliveryState, Location, Organization, World, new_id, new_secret};
use crate::clock::SECOND;

type App = State<Arc<Shared>>;

/// A wrong request to the control API, in words for the person who writes the test.
struct Wrong(StatusCode, String);

impl From<String> for Wrong {
    fn from(text: String) -> Self {
        Self(StatusCode::UNPROCESSABLE_ENTITY, text)
    }
}

impl IntoResponse for Wrong {
    fn into_response(self) -> Response {
        message(self.0, &self.1)
    }
}

fn missing(what: &str, name: &str) -> Wrong {
    Wrong(StatusCode::NOT_FOUND, format!("There is no {what} {name:?}."))
}

type Answer = Result<Json<Value>, Wrong>;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/control/state", get(state))
        .route("/control/organizations", get(organizations).post(create_organization))
        .route("/control/organizations/{organization}", put(change_organization))
        .route("/control/organizations/{organization}/locations", post(add_locations))
        .route("/control/integrations", post(create_integration))
        .route("/control/integrations/{integration}", get(read_integration).delete(remove_integration))
        .route("/control/integrations/{integration}/connect", post(connect_again))
        .route("/control/integrations/{integration}/signed-url", post(signed_url))
        .route("/control/integrations/{integration}/call", post(make_call))
        .route("/control/integrations/{integration}/rotate-secret", post(rotate_secret))
        .route("/control/integrations/{integration}/revoke", post(revoke))
        .route("/control/events", post(send_event))
        .route("/control/deliver-due", post(deliver))
        .route("/control/deliveries", get(deliveries))
        .route("/control/switches", get(switches).delete(reset_switches))
        .route("/control/switches/{key}", put(set_switch))
        .route("/control/faults", get(faults).post(add_fault).delete(clear_faults))
        .route("/control/faults/{fault}", delete(clear_fault))
        .route("/control/limits", get(limits).put(set_limits))
        .route("/control/counters", get(counters))
        .route("/control/log", get(log).delete(clear_log))
        .route("/control/clock", get(clock).post(move_clock))
}

#[derive(Deserialize)]
struct Reveal {
    #[serde(default)]
    reveal: bool,
    #[serde(default = "hundred")]
    limit: usize,
}

fn hundred() -> usize {
    100
}

/// The whole world; tokens and secrets only with `?reveal=true`, and never as keys otherwise.
async fn state(State(shared): App, Query(reveal): Query<Reveal>) -> Answer {
    let mut dump = shared.look(|world| serde_json::to_value(world)).map_err(|error| Wrong::from(error.to_string()))?;
    if !reveal.reveal {
        for key in ["codes", "access_tokens", "refresh_tokens"] {
            let hidden = dump[key].as_object().map(|map| map.values().cloned().collect::<Vec<_>>());
            dump[key] = hidden.into();
        }
        dump = serde_json::from_str(&mask(&dump.to_string())).unwrap_or_default();
    }
    Ok(Json(dump))
}

async fn organizations(State(shared): App) -> Json<Value> {
    Json(shared.look(|world| json!(world.organizations)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewLocation {
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
struct NewOrganization {
    id: Option<String>,
    slug: Option<String>,
    name: String,
    currency: Option<String>,
    #[serde(default)]
    locations: Vec<NewLocation>,
}

async fn create_organization(State(shared): App, Json(new): Json<NewOrganization>) -> Answer {
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
struct OrganizationChange {
    slug: Option<String>,
    name: Option<String>,
}

async fn change_organization(
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

async fn add_locations(State(shared): App, Path(name): Path<String>, Json(new): Json<Vec<NewLocation>>) -> Answer {
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

/// What should be different about one Connect URL.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Twist {
    code: Option<String>,
    missing_scope: Option<String>,
}

impl Twist {
    fn parse(&self) -> Result<(Option<ConnectCode>, Option<MissingScope>), Wrong> {
        Ok((parsed(self.code.as_deref())?, parsed(self.missing_scope.as_deref())?))
    }
}

fn parsed<S: Switch>(text: Option<&str>) -> Result<Option<S>, Wrong> {
    let Some(text) = text else { return Ok(None) };
    S::parse(text).map(Some).ok_or_else(|| Wrong::from(format!("{} has no value {text:?}.", S::KEY)))
}

#[derive(Deserialize)]
struct NewIntegration {
    organization: String,
    application: String,
    #[serde(default)]
    locations: Vec<String>,
    #[serde(flatten)]
    twist: Twist,
}

async fn create_integration(State(shared): App, Json(new): Json<NewIntegration>) -> Answer {
    let (code, scope) = new.twist.parse()?;
    shared.change(|world| {
        let id = install(&shared, world, &new.organization, &new.application, new.locations)?;
        Ok(Json(json!(connect(&shared, world, &id, code, scope)?)))
    })
}

async fn connect_again(State(shared): App, Path(id): Path<String>, twist: Option<Json<Twist>>) -> Answer {
    let (code, scope) = twist.map(|Json(twist)| twist).unwrap_or_default().parse()?;
    Ok(Json(json!(shared.change(|world| connect(&shared, world, &id, code, scope))?)))
}

async fn read_integration(State(shared): App, Path(id): Path<String>) -> Answer {
    let found = shared.look(|world| world.integrations.get(&id).cloned());
    found.map(|found| Json(json!(found))).ok_or_else(|| missing("integration", &id))
}

#[derive(Deserialize)]
struct Removal {
    /// False removes without telling anybody.
    #[serde(default = "yes")]
    event: bool,
}

fn yes() -> bool {
    true
}

async fn remove_integration(State(shared): App, Path(id): Path<String>, Query(how): Query<Removal>) -> Answer {
    let outcomes = remove(&shared, &id, how.event).await?;
    Ok(Json(json!({ "deliveries": outcomes })))
}

struct Make {
    call: Call,
    overrides: Overrides,
}

async fn signed_url(State(shared): App, Path(id): Path<String>, Json(body): Json<Value>) -> Answer {
    let make = make(body)?;
    Ok(Json(json!(shared.change(|world| sign(&shared, world, &id, make.call, &make.overrides))?)))
}

async fn make_call(State(shared): App, Path(id): Path<String>, Json(body): Json<Value>) -> Answer {
    let make = make(body)?;
    Ok(Json(json!(perform(&shared, &id, make.call, &make.overrides).await?)))
}

/// Read by hand, since serde cannot refuse unknown members of a flattened struct.
fn make(mut body: Value) -> Result<Make, Wrong> {
    let call = body.as_object_mut().and_then(|members| members.remove("call")).unwrap_or_default();
    let wrong = |error: serde_json::Error| Wrong::from(error.to_string());
    let call = serde_json::from_value(call).map_err(wrong)?;
    Ok(Make { call, overrides: serde_json::from_value(body).map_err(wrong)? })
}

async fn rotate_secret(State(shared): App, Path(id): Path<String>) -> Answer {
    shared.change(|world| {
        let integration = world.integrations.get_mut(&id).ok_or_else(|| missing("integration", &id))?;
        integration.secret = new_secret(&shared.random);
        Ok(Json(json!({ "secret": integration.secret })))
    })
}

async fn revoke(State(shared): App, Path(id): Path<String>) -> Answer {
    shared.change(|world| {
        if !world.integrations.contains_key(&id) {
            return Err(missing("integration", &id));
        }
        Ok(Json(json!({ "revoked": world.revoke(&id) })))
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewEvent {
    organization: String,
    event_type: String,
    object: Option<Value>,
    previous: Option<Value>,
    application: Option<String>,
    integration: Option<String>,
    #[serde(default = "once")]
    times: u32,
    /// False leaves the first attempt to the next round.
    #[serde(default = "yes")]
    now: bool,
}

fn once() -> u32 {
    1
}

async fn send_event(State(shared): App, Json(new): Json<NewEvent>) -> Answer {
    let client_id = match &new.application {
        None => None,
        Some(slug) => Some(shared.application(slug).ok_or_else(|| missing("application", slug))?.client_id.clone()),
    };
    let made = shared.change(|world| {
        let organization = world.named(&new.organization).map(|found| found.id.clone());
        let organization = organization.ok_or_else(|| missing("organization", &new.organization))?;
        let object = new.object.unwrap_or_else(|| json!({ "_id": new_id(&shared.random), "name": "Invented" }));
        let event = Event {
            organization,
            event_type: new.event_type,
            object,
            previous: new.previous,
            client_id,
            integration: new.integration,
        };
        let made: Vec<String> = (0..new.times).flat_map(|_| enqueue(&shared, world, &event)).collect();
        Ok::<_, Wrong>(made)
    })?;
    let outcomes = if new.now { deliver_due(&shared, Some(&made)).await } else { Vec::new() };
    Ok(Json(json!({ "made": made, "deliveries": outcomes })))
}

async fn deliver(State(shared): App) -> Json<Value> {
    Json(json!({ "deliveries": deliver_due(&shared, None).await }))
}

#[derive(Deserialize)]
struct Which {
    organization: Option<String>,
    state: Option<DeliveryState>,
}

async fn deliveries(State(shared): App, Query(which): Query<Which>) -> Answer {
    shared.look(|world| {
        let organization = match &which.organization {
            None => None,
            Some(name) => Some(world.named(name).ok_or_else(|| missing("organization", name))?.id.clone()),
        };
        let shown: Vec<Value> = world
            .deliveries
            .iter()
            .filter(|delivery| organization.as_ref().is_none_or(|id| *id == delivery.organization))
            .filter(|delivery| which.state.is_none_or(|state| state == delivery.state))
            .map(|delivery| {
                let mut shown = json!(delivery);
                shown.as_object_mut().map(|members| members.remove("secret"));
                shown
            })
            .collect();
        Ok(Json(shown.into()))
    })
}

async fn switches(State(shared): App) -> Json<Value> {
    let known: Vec<Value> = SWITCHES
        .iter()
        .map(|listed| {
            let values: Vec<Value> =
                listed.values.iter().map(|(value, label)| json!({ "value": value, "label": label })).collect();
            json!({ "key": listed.key, "title": listed.title, "usual": listed.usual(), "values": values })
        })
        .collect();
    Json(json!({ "set": shared.look(|world| world.rules.settings.clone()), "known": known }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewSetting {
    value: String,
    organization: Option<String>,
    times: Option<u32>,
}

async fn set_switch(State(shared): App, Path(key): Path<String>, Json(new): Json<NewSetting>) -> Answer {
    shared.change(|world| {
        let organization = id_of(world, new.organization)?;
        world.rules.set(Setting { key, value: new.value, organization, times: new.times })?;
        Ok(Json(json!(world.rules.settings)))
    })
}

fn id_of(world: &World, name: Option<String>) -> Result<Option<String>, Wrong> {
    let Some(name) = name else { return Ok(None) };
    world.named(&name).map(|found| Some(found.id.clone())).ok_or_else(|| missing("organization", &name))
}

async fn reset_switches(State(shared): App) -> Json<Value> {
    shared.change(|world| {
        world.rules.settings.clear();
        world.rules.faults.clear();
    });
    Json(json!({}))
}

async fn faults(State(shared): App) -> Json<Value> {
    Json(shared.look(|world| json!(world.rules.faults)))
}

async fn add_fault(State(shared): App, Json(mut fault): Json<Fault>) -> Answer {
    shared.change(|world| {
        fault.organization = id_of(world, fault.organization)?;
        Ok(Json(json!({ "id": world.rules.add_fault(fault)? })))
    })
}

async fn clear_faults(State(shared): App) -> Json<Value> {
    shared.change(|world| world.rules.faults.clear());
    Json(json!({}))
}

async fn clear_fault(State(shared): App, Path(id): Path<u64>) -> Answer {
    shared.change(|world| {
        let before = world.rules.faults.len();
        world.rules.faults.retain(|fault| fault.id != id);
        if world.rules.faults.len() == before { Err(missing("fault", &id.to_string())) } else { Ok(Json(json!({}))) }
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewLimits {
    /// 0 takes the limit off.
    token_requests_per_minute: Option<u32>,
    deliver_to_loopback: Option<bool>,
}

async fn limits(State(shared): App) -> Json<Value> {
    Json(json!({
        "token_requests_per_minute": shared.token_requests().unwrap_or(0),
        "deliver_to_loopback": shared.delivers_to_loopback(),
    }))
}

async fn set_limits(State(shared): App, Json(new): Json<NewLimits>) -> Json<Value> {
    shared.change(|world| {
        world.limits.token_requests = new.token_requests_per_minute.or(world.limits.token_requests);
        world.limits.deliver_to_loopback = new.deliver_to_loopback.or(world.limits.deliver_to_loopback);
    });
    limits(State(shared)).await
}

async fn counters(State(shared): App) -> Json<Value> {
    let journal = shared.journal();
    let most: serde_json::Map<String, Value> = shared
        .applications
        .iter()
        .map(|application| (application.client_id.clone(), journal.most_in_a_minute(&application.client_id).into()))
        .collect();
    Json(json!({
        "endpoints": journal.counts(),
        "token_requests": journal.token_requests().collect::<Vec<_>>(),
        "most_token_requests_in_60_seconds": most,
    }))
}

async fn log(State(shared): App, Query(reveal): Query<Reveal>) -> Json<Value> {
    let journal = shared.journal();
    let shown: Vec<_> =
        journal.newest(reveal.limit).map(|entry| if reveal.reveal { entry.clone() } else { entry.masked() }).collect();
    Json(json!(shown))
}

async fn clear_log(State(shared): App) -> Json<Value> {
    shared.journal().clear();
    Json(json!({}))
}

async fn clock(State(shared): App) -> Json<Value> {
    Json(json!({ "now": shared.clock.now() }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockMove {
    seconds: i64,
}

async fn move_clock(State(shared): App, Json(by): Json<ClockMove>) -> Json<Value> {
    shared.change(|_| shared.clock.advance(by.seconds.saturating_mul(SECOND)));
    clock(State(shared)).await
}
