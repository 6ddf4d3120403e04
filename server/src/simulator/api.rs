//! The region's REST API, versions 1 and 2: organization, integration, locations and offices. The order of checks
//! is OfficeRnD's as far as one can tell: token, organization, scope.

use std::sync::Arc;

use axum::Json;
use axum::extract::{ConnectInfo, Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};
use url::form_urlencoded;

use super::answer::{About, answer, iso, message};
use super::serve::Connection;
use super::shared::Shared;
use super::switches::{CurrencyAt, Endpoint, IntegrationOf, OrganizationAnswer, Region, SecretAnswer};
use super::world::{Grant, Location, Organization, Stage, World};
use crate::clock::Millis;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    V1,
    V2,
}

impl Version {
    pub(super) fn parse(text: &str) -> Option<Self> {
        match text {
            "v1" => Some(Self::V1),
            "v2" => Some(Self::V2),
            _ => None,
        }
    }

    fn page_limit(self) -> usize {
        match self {
            Self::V1 => 100,
            Self::V2 => 50,
        }
    }
}

/// What a call may do: the fine-grained scope, and version 1's coarse one that covers it on version 1's paths.
pub(super) struct Needs {
    pub(super) fine: &'static str,
    pub(super) coarse: &'static str,
}

const READ: &str = "officernd.api.read";
pub(super) const WRITE: &str = "officernd.api.write";

impl Needs {
    pub(super) fn read(fine: &'static str) -> Self {
        Self { fine, coarse: READ }
    }
}

/// Who calls, once token, organization and scope are right.
pub(super) struct Caller {
    pub(super) grant: Grant,
    pub(super) organization: Organization,
}

/// One call to the REST API, up to the point where `process` answers for the caller.
pub(super) async fn call(
    shared: &Shared,
    connection: &Connection,
    headers: &HeaderMap,
    (version, slug): (&str, &str),
    (endpoint, needs): (Endpoint, Needs),
    process: impl FnOnce(&mut World, Version, &Caller) -> Response,
) -> Response {
    let Some(version) = Version::parse(version) else { return not_found() };
    let now = shared.clock.now();
    let about = shared.look(|world| About {
        endpoint,
        organization: world.by_slug_in_any_case(slug).map(|organization| organization.id.clone()),
        client_id: bearer(headers).and_then(|token| grant_of(world, token, now)).map(|grant| grant.client_id.clone()),
        note: None,
    });
    answer(shared, connection, about, || {
        shared.change(|world| {
            let caller = match authorize(world, now, headers, slug, version, &needs) {
                Ok(caller) => caller,
                Err(response) => return *response,
            };
            let region = world.rules.peek::<Region>(Some(&caller.organization.id));
            if region == Region::Down && endpoint != Endpoint::Organization {
                return message(StatusCode::SERVICE_UNAVAILABLE, "Service Unavailable");
            }
            process(world, version, &caller)
        })
    })
    .await
}

fn authorize(
    world: &World,
    now: Millis,
    headers: &HeaderMap,
    slug: &str,
    version: Version,
    needs: &Needs,
) -> Result<Caller, Box<Response>> {
    let refuse = |status, text: &str| Box::new(message(status, text));
    let grant = bearer(headers).and_then(|token| grant_of(world, token, now));
    let grant = grant.ok_or_else(|| refuse(StatusCode::UNAUTHORIZED, "Unauthorized"))?;
    let organization = world.by_slug_in_any_case(slug).filter(|organization| organization.id == grant.organization);
    let organization = organization.ok_or_else(|| refuse(StatusCode::NOT_FOUND, "Organization not found"))?;
    let has = |scope: &str| grant.scopes.iter().any(|granted| granted == scope);
    let covered = version == Version::V1 && has(needs.coarse);
    if !(has(needs.fine) || covered) {
        let text = format!("Insufficient permissions: {} is required", needs.fine);
        return Err(refuse(StatusCode::FORBIDDEN, &text));
    }
    Ok(Caller { grant: grant.clone(), organization: organization.clone() })
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then_some(token)
}

fn grant_of<'a>(world: &'a World, token: &str, now: Millis) -> Option<&'a Grant> {
    let token = world.access_tokens.get(token).filter(|token| token.expires_at > now)?;
    world.grants.get(&token.grant).filter(|grant| !grant.revoked)
}

pub(super) fn not_found() -> Response {
    message(StatusCode::NOT_FOUND, "Not Found")
}

pub(super) async fn organization(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    Path((version, slug)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let what = (Endpoint::Organization, Needs::read("flex.settings.organization.read"));
    call(&shared, &connection, &headers, (&version, &slug), what, |world, _, caller| {
        Json(organization_shown(world, &shared.public_url, &caller.organization)).into_response()
    })
    .await
}

fn organization_shown(world: &mut World, public_url: &str, organization: &Organization) -> Value {
    let region = world.rules.take::<Region>(Some(&organization.id));
    let shown = world.rules.take::<OrganizationAnswer>(Some(&organization.id));
    let mut answer = Map::new();
    match shown {
        OrganizationAnswer::NoId => {}
        OrganizationAnswer::OtherId => drop(answer.insert("_id".to_owned(), "65f0a1b2c3d4e5f6ffffffff".into())),
        _ => drop(answer.insert("_id".to_owned(), organization.id.clone().into())),
    }
    let slug = if shown == OrganizationAnswer::OtherSlug { "somebody-else" } else { &organization.slug };
    answer.insert("slug".to_owned(), slug.into());
    answer.insert("name".to_owned(), organization.name.clone().into());
    answer.insert("createdAt".to_owned(), iso(organization.created_at));
    if world.rules.peek::<CurrencyAt>(Some(&organization.id)) != CurrencyAt::Nowhere {
        answer.insert("currency".to_owned(), organization.currency.clone().into());
    }
    let url = match region {
        Region::Here | Region::Down => Some(public_url),
        // Port 9 is "discard", where nobody has listened for decades.
        Region::Unreachable => Some("http://127.0.0.1:9"),
        Region::Foreign => Some("https://officernd.example.net"),
        Region::Lookalike => Some("https://app.officernd.com.example.net"),
        Region::PlainHttp => Some("http://app.officernd.com"),
        Region::EmptyUrl => Some(""),
        Region::MissingInfo | Region::EmptyInfo => None,
    };
    if region != Region::MissingInfo {
        let info = url.map_or_else(|| json!({}), |url| json!({ "name": "simulated", "regionUrl": url }));
        answer.insert("regionInfo".to_owned(), info);
    }
    Value::Object(answer)
}

pub(super) async fn integration(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    Path((version, slug, id)): Path<(String, String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let what = (Endpoint::Integration, Needs::read("flex.settings.integrations.read"));
    call(&shared, &connection, &headers, (&version, &slug), what, |world, version, caller| {
        let client_id = parameter(query.as_deref(), "appClientId");
        if client_id.is_none() {
            return message(StatusCode::BAD_REQUEST, "appClientId is required");
        }
        let visible = client_id.as_ref() == Some(&caller.grant.client_id);
        let shared_with = world.rules.peek::<IntegrationOf>(Some(&caller.organization.id));
        let found = world.integrations.get(&id).filter(|found| {
            visible
                && (found.organization == caller.organization.id || shared_with != IntegrationOf::Own)
                && shared.application(&found.application).is_some_and(|a| a.client_id == caller.grant.client_id)
                && matches!(found.stage, Stage::Opened | Stage::Connected)
        });
        let Some(found) = found.cloned() else { return message(StatusCode::NOT_FOUND, "Integration not found") };
        let how = world.rules.take::<SecretAnswer>(Some(&found.organization));
        let secret = match (how, version) {
            (SecretAnswer::NoV2Path, Version::V2) => return not_found(),
            (SecretAnswer::Absent, _) | (SecretAnswer::OnlyInV1, Version::V2) => None,
            (SecretAnswer::Wrong, _) => Some("00000000-0000-4000-8000-000000000000".to_owned()),
            _ => Some(found.secret),
        };
        let settings = secret.map_or_else(|| json!({}), |secret| json!({ "secret": secret }));
        Json(json!({
            "_id": found.id,
            "name": shared.application(&found.application).map(|application| application.name.as_str()),
            "organization": (shared_with != IntegrationOf::AnyUnnamed).then_some(&found.organization),
            "locations": found.locations,
            "settings": settings,
            "createdAt": iso(found.created_at),
        }))
        .into_response()
    })
    .await
}

/// `/locations` of version 2, `/offices` of version 1; neither exists in the other version.
pub(super) async fn locations(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    Path((version, slug, resource)): Path<(String, String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let expected = if version == "v1" { "offices" } else { "locations" };
    if resource != expected {
        return not_found();
    }
    let what = (Endpoint::Locations, Needs::read("flex.space.locations.read"));
    call(&shared, &connection, &headers, (&version, &slug), what, |world, version, caller| {
        let currency = world.rules.peek::<CurrencyAt>(Some(&caller.organization.id)) == CurrencyAt::Location;
        let open = caller.organization.locations.iter().filter(|location| !location.archived);
        let shown: Vec<Value> = open.map(|location| location_shown(location, currency)).collect();
        page(version, query.as_deref(), &shown)
    })
    .await
}

fn location_shown(location: &Location, with_currency: bool) -> Value {
    let mut shown = json!({
        "_id": location.id,
        "name": location.name,
        "timezone": location.time_zone,
        "address": { "country": location.country },
        "isOpen": true,
    });
    if with_currency {
        shown["currency"] = location.currency.clone().into();
    }
    shown
}

/// One page of a list: an object with cursors in version 2, a bare array with cursors in headers in version 1.
pub(super) fn page(version: Version, query: Option<&str>, all: &[Value]) -> Response {
    let (next_name, previous_name) = match version {
        Version::V1 => ("$next", "$prev"),
        Version::V2 => ("$cursorNext", "$cursorPrev"),
    };
    let limit = match parameter(query, "$limit").map(|limit| limit.parse::<usize>()) {
        None => version.page_limit(),
        Some(Ok(limit)) if limit > 0 => limit.min(version.page_limit()),
        Some(_) => return message(StatusCode::BAD_REQUEST, "$limit must be a positive number"),
    };
    let next = parameter(query, next_name).filter(|cursor| !cursor.is_empty());
    let previous = parameter(query, previous_name).filter(|cursor| !cursor.is_empty());
    let start = match (next, previous) {
        (Some(_), Some(_)) => return message(StatusCode::BAD_REQUEST, "Only one cursor is allowed"),
        (None, None) => Some(0),
        (Some(cursor), None) => offset(&cursor),
        (None, Some(cursor)) => offset(&cursor).map(|end| end.saturating_sub(limit)),
    };
    let Some(start) = start.filter(|start| *start <= all.len()) else {
        return message(StatusCode::BAD_REQUEST, "Invalid cursor");
    };
    let end = (start + limit).min(all.len());
    let results: Vec<Value> =
        all[start..end].iter().map(|item| select(item, parameter(query, "$select").as_deref())).collect();
    let after = (end < all.len()).then(|| cursor(end));
    let before = (start > 0).then(|| cursor(start));
    match version {
        Version::V2 => Json(json!({
            "rangeStart": start + 1,
            "rangeEnd": end,
            "cursorNext": after,
            "cursorPrev": before,
            "results": results,
        }))
        .into_response(),
        Version::V1 => {
            let mut response = Json(results).into_response();
            for (name, cursor) in [("rnd-cursor-next", after), ("rnd-cursor-prev", before)] {
                if let Some(value) = cursor.and_then(|cursor| HeaderValue::from_str(&cursor).ok()) {
                    response.headers_mut().insert(name, value);
                }
            }
            response
        }
    }
}

/// The fields that `$select` names; `_id` is always among them.
fn select(item: &Value, fields: Option<&str>) -> Value {
    let (Some(fields), Some(members)) = (fields, item.as_object()) else { return item.clone() };
    let wanted: Vec<&str> = fields.split(',').map(str::trim).collect();
    let kept = members.iter().filter(|(name, _)| *name == "_id" || wanted.contains(&name.as_str()));
    Value::Object(kept.map(|(name, value)| (name.clone(), value.clone())).collect())
}

fn cursor(offset: usize) -> String {
    URL_SAFE_NO_PAD.encode(format!("after:{offset}"))
}

fn offset(cursor: &str) -> Option<usize> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
    text.strip_prefix("after:")?.parse().ok()
}

/// The last value of a query parameter.
pub(super) fn parameter(query: Option<&str>, name: &str) -> Option<String> {
    let pairs = form_urlencoded::parse(query.unwrap_or_default().as_bytes());
    pairs.filter(|(key, _)| key == name).last().map(|(_, value)| value.into_owned())
}
