//! `/api/v1/event-endpoints`: addresses of the partner system that hear of events.

mod bodies;

use app::ids::{ConnectionId, EndpointId, EventId};
use axum::Json;
use axum::extract::{Path, RawQuery, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use secrecy::ExposeSecret as _;
use serde::Serialize;

use self::bodies::{
    DeadAsked, DeadCursor, DeadDelivery, DeadPage, Deliveries, EndpointPage, EndpointView, MadeEndpoint, NewEndpoint,
    Page, ReplayWish, Replayed, RotatedEndpoint, Rotation,
};
use super::caller::Caller;
use super::checks::Checks;
use super::problem::Problem;
use super::{body, pages};
use crate::clock::{DAY, SECOND, rfc3339};
use crate::domain::event::Endpoint;
use crate::domain::scope::Scope;
use crate::services::events::endpoints::{self as service, By, NotMade, Replay};
use crate::state::App;
use crate::storage::StorageError;
use crate::storage::{endpoints, outbox};

/// How long the secret before signs, too, where nothing else is said.
const OVERLAP_SECONDS: i64 = DAY / SECOND;
const LONGEST_OVERLAP_SECONDS: i64 = 7 * OVERLAP_SECONDS;
/// Who may change endpoints may look at them.
const READS: [Scope; 2] = [Scope::EventsRead, Scope::EventsWrite];

/// Make an event endpoint
///
/// Events of the integration are posted there from now on, signed with the secret, which is shown once.
#[utoipa::path(
    post,
    path = "/event-endpoints",
    operation_id = "create_event_endpoint",
    tag = "events",
    request_body = NewEndpoint,
    responses((status = 201, description = "The endpoint with its secret", body = MadeEndpoint)),
    extensions(("x-problem-codes" = json!(["invalid_fields", "address_refused", "too_many_endpoints"]))),
    security(("key" = ["events:write"]))
)]
pub(super) async fn create(State(app): State<App>, caller: Caller, request: Request) -> Result<Response, Problem> {
    caller.must_have(Scope::EventsWrite)?;
    let wish: NewEndpoint = body::read(request).await?;
    // What the key may not see does not exist for it.
    if !caller.0.integrations.contains(&wish.integration) {
        return Err(Checks::one("integration", "api-field-integration"));
    }
    let (endpoint, secret) = match service::create(&app, &wish.integration, &wish.url, &wish.types, &By::Key).await? {
        Ok(made) => made,
        Err(NotMade::Integration) => return Err(Checks::one("integration", "api-field-integration")),
        Err(NotMade::Url) => return Err(Checks::one("url", "api-field-url")),
        Err(NotMade::Types) => return Err(Checks::one("types", "api-field-unknown-type")),
        Err(NotMade::Address(refused)) => return Err(Problem::address_refused(refused)),
        Err(NotMade::TooMany) => return Err(Problem::too_many_endpoints(service::MOST)),
    };
    service::log_act(endpoint.id, &endpoint.integration, caller.0.id, "made");
    let secret = secret.expose_secret().to_owned();
    let made = MadeEndpoint { endpoint: view(&app, &endpoint).await?, secret };
    Ok((StatusCode::CREATED, unstored(made)).into_response())
}

/// List event endpoints
///
/// In the order in which they were made.
#[utoipa::path(
    get,
    path = "/event-endpoints",
    operation_id = "list_event_endpoints",
    tag = "events",
    params(Page),
    responses((status = 200, description = "A page of endpoints", body = EndpointPage)),
    security(("key" = ["events:read"]), ("key" = ["events:write"]))
)]
pub(super) async fn list(State(app): State<App>, caller: Caller, RawQuery(raw): RawQuery) -> Result<Response, Problem> {
    caller.must_have_one(READS)?;
    let asked = pages::asked::<EndpointId>(raw.as_deref())?;
    let after = asked.cursor.map(|EndpointId(endpoint)| endpoint);
    let mut found = endpoints::list(app.db.read(), &caller.0.integrations, after, asked.limit + 1).await?;
    let next = pages::next(&mut found, asked.limit, |endpoint| EndpointId(endpoint.id).to_string());
    let mut data = Vec::with_capacity(found.len());
    for endpoint in &found {
        data.push(view(&app, endpoint).await?);
    }
    Ok(Json(EndpointPage { data, next }).into_response())
}

/// Read an event endpoint
///
/// With what it has not heard yet.
#[utoipa::path(
    get,
    path = "/event-endpoints/{endpoint}",
    operation_id = "get_event_endpoint",
    tag = "events",
    params(("endpoint" = String, Path, description = "`ep_…`", example = "ep_01a20dabfb5e73a4802d535f1878039c")),
    responses((status = 200, description = "The endpoint", body = EndpointView)),
    security(("key" = ["events:read"]), ("key" = ["events:write"]))
)]
pub(super) async fn get(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<EndpointView>, Problem> {
    caller.must_have_one(READS)?;
    let endpoint = one(&app, &caller, &id).await?;
    Ok(Json(view(&app, &endpoint).await?))
}

/// Delete an event endpoint
///
/// What waits for it is not sent any more.
#[utoipa::path(
    delete,
    path = "/event-endpoints/{endpoint}",
    operation_id = "delete_event_endpoint",
    tag = "events",
    params(("endpoint" = String, Path, description = "`ep_…`", example = "ep_01a20dabfb5e73a4802d535f1878039c")),
    responses((status = 204, description = "It is gone")),
    security(("key" = ["events:write"]))
)]
pub(super) async fn delete(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    caller.must_have(Scope::EventsWrite)?;
    let endpoint = one(&app, &caller, &id).await?;
    service::delete(&app, &endpoint, &By::Key).await?;
    service::log_act(endpoint.id, &endpoint.integration, caller.0.id, "deleted");
    Ok(StatusCode::NO_CONTENT)
}

/// List deliveries that were given up
///
/// Newest first. A replay sends them after all.
#[utoipa::path(
    get,
    path = "/event-endpoints/{endpoint}/dead",
    operation_id = "list_dead_deliveries",
    tag = "events",
    params(
        ("endpoint" = String, Path, description = "`ep_…`", example = "ep_01a20dabfb5e73a4802d535f1878039c"),
        DeadAsked
    ),
    responses((status = 200, description = "A page of deliveries", body = DeadPage)),
    security(("key" = ["events:read"]), ("key" = ["events:write"]))
)]
pub(super) async fn dead(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    RawQuery(raw): RawQuery,
) -> Result<Json<DeadPage>, Problem> {
    caller.must_have_one(READS)?;
    let asked = pages::asked::<DeadCursor>(raw.as_deref())?;
    let endpoint = one(&app, &caller, &id).await?;
    let before = asked.cursor.map(|DeadCursor { at, id }| (at, id));
    let mut found = outbox::endpoints::given_up(app.db.read(), endpoint.id, before, asked.limit + 1).await?;
    let next = pages::next(&mut found, asked.limit, |one| {
        DeadCursor { at: one.ended_at.unwrap_or_default(), id: one.id }.to_string()
    });
    let data = found.into_iter().map(|one| DeadDelivery {
        event: EventId(one.event_id).to_string(),
        r#type: one.hook,
        connection: ConnectionId(one.connection_id).to_string(),
        attempts: one.failures,
        trouble: one.trouble,
        given_up_at: one.ended_at.and_then(rfc3339),
    });
    Ok(Json(DeadPage { data: data.collect(), next }))
}

/// Replace the secret of an event endpoint
///
/// Both secrets sign until the overlap is over. The body may be left out.
#[utoipa::path(
    post,
    path = "/event-endpoints/{endpoint}/rotate",
    operation_id = "rotate_event_endpoint",
    tag = "events",
    params(("endpoint" = String, Path, description = "`ep_…`", example = "ep_01a20dabfb5e73a4802d535f1878039c")),
    request_body = Option<Rotation>,
    responses((status = 200, description = "The new secret", body = RotatedEndpoint)),
    extensions(("x-problem-codes" = json!(["invalid_fields"]))),
    security(("key" = ["events:write"]))
)]
pub(super) async fn rotate(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    caller.must_have(Scope::EventsWrite)?;
    let endpoint = one(&app, &caller, &id).await?;
    let wish: Rotation = body::read_or_default(request).await?;
    let overlap = wish.overlap_seconds.unwrap_or(OVERLAP_SECONDS);
    if !(0..=LONGEST_OVERLAP_SECONDS).contains(&overlap) {
        return Err(Checks::one("overlap_seconds", "api-field-range"));
    }
    let (secret, until) =
        service::rotate(&app, endpoint.id, overlap, &By::Key).await?.ok_or_else(Problem::not_found)?;
    service::log_act(endpoint.id, &endpoint.integration, caller.0.id, "rotated");
    let secret = secret.expose_secret().to_owned();
    let id = EndpointId(endpoint.id).to_string();
    Ok(unstored(RotatedEndpoint { id, secret, previous_secret_until: until.and_then(rfc3339) }).into_response())
}

/// Enable an event endpoint
///
/// After it was disabled because nothing reached it for five days.
#[utoipa::path(
    post,
    path = "/event-endpoints/{endpoint}/enable",
    operation_id = "enable_event_endpoint",
    tag = "events",
    params(("endpoint" = String, Path, description = "`ep_…`", example = "ep_01a20dabfb5e73a4802d535f1878039c")),
    responses((status = 200, description = "The endpoint", body = EndpointView)),
    security(("key" = ["events:write"]))
)]
pub(super) async fn enable(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<EndpointView>, Problem> {
    caller.must_have(Scope::EventsWrite)?;
    let endpoint = one(&app, &caller, &id).await?;
    let enabled = service::enable(&app, endpoint.id, &By::Key).await?.ok_or_else(Problem::not_found)?;
    service::log_act(endpoint.id, &endpoint.integration, caller.0.id, "enabled");
    Ok(Json(view(&app, &enabled).await?))
}

/// Send events again
///
/// One event, or all that the endpoint wants since a time. They keep their ids and bodies.
#[utoipa::path(
    post,
    path = "/event-endpoints/{endpoint}/replay",
    operation_id = "replay_events",
    tag = "events",
    params(("endpoint" = String, Path, description = "`ep_…`", example = "ep_01a20dabfb5e73a4802d535f1878039c")),
    request_body = ReplayWish,
    responses((status = 202, description = "They are under way", body = Replayed)),
    extensions(("x-problem-codes" = json!(["invalid_fields", "endpoint_disabled"]))),
    security(("key" = ["events:write"]))
)]
pub(super) async fn replay(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    caller.must_have(Scope::EventsWrite)?;
    let endpoint = one(&app, &caller, &id).await?;
    let wish: ReplayWish = body::read(request).await?;
    let what = match (&wish.since, &wish.event) {
        (Some(text), None) => {
            let at = chrono::DateTime::parse_from_rfc3339(text).map_err(|_| Checks::one("since", "api-field-time"))?;
            Replay::Since(at.timestamp_millis())
        }
        (None, Some(text)) => {
            Replay::Event(text.parse::<EventId>().map_err(|_| Checks::one("event", "api-field-event"))?.0)
        }
        (Some(_), Some(_)) | (None, None) => return Err(Checks::one("since", "api-field-one-of")),
    };
    if endpoint.disabled_at.is_some() {
        return Err(Problem::endpoint_disabled());
    }
    let events = service::replay(&app, &endpoint, what, &By::Key).await?.ok_or_else(Problem::not_found)?;
    service::log_act(endpoint.id, &endpoint.integration, caller.0.id, "replayed");
    Ok((StatusCode::ACCEPTED, Json(Replayed { events })).into_response())
}

/// An endpoint of the key's integrations; any other does not exist for it.
async fn one(app: &App, caller: &Caller, id: &str) -> Result<Endpoint, Problem> {
    let EndpointId(id) = id.parse().map_err(|_| Problem::not_found())?;
    endpoints::get(app.db.read(), &caller.0.integrations, id).await?.ok_or_else(Problem::not_found)
}

async fn view(app: &App, endpoint: &Endpoint) -> Result<EndpointView, StorageError> {
    let backlog = outbox::endpoints::backlog_of(app.db.read(), endpoint.id).await?;
    Ok(EndpointView {
        id: EndpointId(endpoint.id).to_string(),
        integration: endpoint.integration.clone(),
        url: endpoint.url.clone(),
        types: endpoint.types.clone(),
        created_at: rfc3339(endpoint.created_at),
        previous_secret_until: endpoint.previous_until.and_then(rfc3339),
        failing_since: endpoint.failing_since.and_then(rfc3339),
        disabled_at: endpoint.disabled_at.and_then(rfc3339),
        reason: endpoint.reason.clone(),
        deliveries: Deliveries {
            waiting: backlog.waiting,
            oldest_waiting_at: backlog.oldest.and_then(rfc3339),
            dead: backlog.dead,
        },
    })
}

/// With a secret in it.
fn unstored(body: impl Serialize) -> impl IntoResponse {
    ([(header::CACHE_CONTROL, "no-store")], Json(body))
}
