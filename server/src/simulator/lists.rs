//! Lists of an organization that settings choose from: plans, floors, rooms, tax rates. Made from its locations, so
//! that nothing of them has to be kept.

use std::sync::Arc;

use axum::Json;
use axum::extract::{ConnectInfo, Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};
use serde_json::{Value, json};

use super::answer::message;
use super::api::{Needs, call, locations, not_found, page};
use super::serve::Connection;
use super::shared::Shared;
use super::switches::Endpoint;
use super::world::Organization;

/// Name, whether it was given up, and whether it is paid once.
const PLANS: &[(&str, bool, bool)] = &[
    ("Hot desk – 8 days", false, false),
    ("Hot desk 24/7", false, false),
    ("Dedicated desk", false, false),
    ("Private office", false, false),
    ("Virtual office (mail only)", false, false),
    ("Printing, per page", false, true),
    ("Founders’ desk (2019)", true, false),
];

/// What the person is called who plays the administrator.
pub(super) const ADMINISTRATOR: &str = "Mia Jansen";

const TAX_RATES: &[&str] = &["Standard rate", "Reduced rate", "Zero-rated"];

/// `/plans`, `/floors` and so on; what is none of these is the list of locations, or not there.
pub(super) async fn list(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    Path((version, slug, resource)): Path<(String, String, String)>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let scope = match resource.as_str() {
        "plans" => "flex.billing.plans.read",
        "floors" => "flex.space.floors.read",
        "resources" => "flex.space.resources.read",
        "tax-rates" => "flex.billing.taxRates.read",
        "locations" | "offices" => {
            let rest = (State(shared), ConnectInfo(connection), Path((version, slug, resource)), RawQuery(query));
            return locations(rest.0, rest.1, rest.2, rest.3, headers).await;
        }
        _ => return not_found(),
    };
    let what = (Endpoint::Lists, Needs::read(scope));
    call(&shared, &connection, &headers, (&version, &slug), what, |_, version, caller| {
        page(version, query.as_deref(), &entries(&caller.organization, &resource))
    })
    .await
}

/// Whoever plays the administrator is the only member that there is.
pub(super) async fn member(
    State(shared): State<Arc<Shared>>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    Path((version, slug, id)): Path<(String, String, String)>,
    headers: HeaderMap,
) -> Response {
    let what = (Endpoint::Members, Needs::read("flex.community.members.read"));
    call(&shared, &connection, &headers, (&version, &slug), what, |_, _, caller| {
        if id != caller.organization.member_id {
            return message(StatusCode::NOT_FOUND, "Member not found");
        }
        let shown = json!({ "_id": id, "name": ADMINISTRATOR, "email": "mia@example.org", "status": "active" });
        Json(shown).into_response()
    })
    .await
}

fn entries(organization: &Organization, resource: &str) -> Vec<Value> {
    let tail = &organization.id[organization.id.len().saturating_sub(4)..];
    // 24 hexadecimal digits, as all ids of OfficeRnD.
    let id = |place: usize, number: usize| format!("65f0a1b2c3d4{tail}{place:04x}{number:04x}");
    let open = || organization.locations.iter().enumerate().filter(|(_, location)| !location.archived);
    match resource {
        "plans" => PLANS
            .iter()
            .enumerate()
            .map(|(i, (name, archived, once))| {
                json!({
                    "_id": id(0, i + 0x1000), "name": name, "isArchived": archived,
                    "intervalLength": if *once { "once" } else { "month" }, "locations": [],
                })
            })
            .collect(),
        "tax-rates" => {
            let rate = |(i, name): (usize, &&str)| json!({ "_id": id(0, i + 0x2000), "name": name });
            TAX_RATES.iter().enumerate().map(rate).collect()
        }
        "floors" => open()
            .flat_map(|(place, location)| {
                ["Ground floor", "First floor"].into_iter().enumerate().map(move |(i, name)| (place, location, i, name))
            })
            .map(|(place, location, i, name)| {
                json!({ "_id": id(place, i + 0x3000), "name": name, "location": location.id })
            })
            .collect(),
        "resources" => open()
            .flat_map(|(place, location)| {
                [("Meeting room A", "meeting_room"), ("Meeting room B", "meeting_room"), ("Office 101", "team_room")]
                    .into_iter()
                    .enumerate()
                    .map(move |(i, (name, kind))| (place, location, i, name, kind))
            })
            .map(|(place, location, i, name, kind)| {
                json!({ "_id": id(place, i + 0x4000), "name": name, "type": kind, "location": location.id })
            })
            .collect(),
        _ => Vec::new(),
    }
}
