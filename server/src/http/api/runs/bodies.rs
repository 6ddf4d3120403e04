//! Bodies of runs, as the API writes and reads them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::http::api::{connections, schemas};

/// Begins a run.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "reason": "schedule",
    "locations": ["65f0a1b2c3d4e5f700030000"],
    "would_remove": {
        "65f0a1b2c3d4e5f700030000": { "remove": 64, "of": 180, "members": [{ "id": "m-1", "name": "Ada Byron" }] }
    }
}))]
pub(in crate::http::api) struct NewRun {
    /// Why, in a word of yours: `schedule`, `webhook`, `retry`.
    #[schema(min_length = 1, max_length = 100)]
    pub(super) reason: String,
    /// Of which locations; all without it.
    #[schema(nullable = false)]
    pub(super) locations: Option<Vec<String>>,
    /// Who would be removed, by location: the removal guard is asked.
    #[serde(default)]
    #[schema(required = false)]
    pub(super) would_remove: BTreeMap<String, RemovalBody>,
}

/// How many of a location's members would be removed.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Removal)]
pub(in crate::http::api) struct RemovalBody {
    /// So many.
    pub(super) remove: u32,
    /// Of so many that you manage there.
    pub(super) of: u32,
    /// Who; without it the page shows counts only.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_items = 500)]
    pub(super) members: Option<Vec<MemberBody>>,
}

/// Somebody who would be removed.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Member)]
pub(in crate::http::api) struct MemberBody {
    pub(super) id: String,
    #[serde(default)]
    #[schema(required = false)]
    pub(super) name: String,
}

/// What is new of a run. Without `state` it goes on.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "state": "partial",
    "fault": "partner",
    "message": "The door controller in Brooklyn answered 503",
    "locations": {
        "65f0a1b2c3d4e5f700030000": {
            "created": 2, "changed": 11, "removed": 0, "skipped": 1, "failed": 3,
            "reasons": [{ "code": "controller_503", "text": "Controller does not answer", "count": 3 }]
        }
    }
}))]
pub(in crate::http::api) struct RunReport {
    /// How it ended.
    #[schema(nullable = false)]
    pub(super) state: Option<EndState>,
    /// Whose fault a failure was: the vendor's own system, OfficeRnD, or the integration between them.
    #[schema(nullable = false)]
    pub(super) fault: Option<FaultBody>,
    /// What happened, for people. Failures of different organizations with the same words are taken for alike.
    #[schema(nullable = false, max_length = 1000)]
    pub(super) message: Option<String>,
    /// Who would be removed, by location: the removal guard is asked, and a run that it holds waits.
    #[serde(default)]
    #[schema(required = false)]
    pub(super) would_remove: BTreeMap<String, RemovalBody>,
    /// What was done, by location.
    #[serde(default)]
    #[schema(required = false)]
    pub(super) locations: BTreeMap<String, ReportBody>,
}

#[derive(Deserialize, ToSchema, Clone, Copy)]
#[serde(rename_all = "snake_case")]
pub(super) enum EndState {
    Succeeded,
    Partial,
    Failed,
}

#[derive(Deserialize, Serialize, ToSchema, Clone, Copy)]
#[serde(rename_all = "snake_case")]
#[schema(as = Fault)]
pub(super) enum FaultBody {
    Partner,
    Officernd,
    Integration,
}

/// Counts of a location.
#[derive(Deserialize, Serialize, ToSchema, Default)]
#[serde(deny_unknown_fields, default)]
#[schema(as = LocationReport)]
pub(in crate::http::api) struct ReportBody {
    #[schema(required = false)]
    pub(super) created: u32,
    #[schema(required = false)]
    pub(super) changed: u32,
    #[schema(required = false)]
    pub(super) removed: u32,
    #[schema(required = false)]
    pub(super) skipped: u32,
    /// Above 0 the location is in trouble until a later run reports it without failures.
    #[schema(required = false)]
    pub(super) failed: u32,
    /// Why something was skipped or failed, grouped.
    #[schema(required = false, max_items = 50)]
    pub(super) reasons: Vec<ReasonBody>,
}

/// One reason with how often it was met.
#[derive(Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Reason)]
pub(in crate::http::api) struct ReasonBody {
    /// A stable word of yours.
    #[schema(min_length = 1, max_length = 100)]
    pub(super) code: String,
    /// For people.
    #[serde(default)]
    #[schema(required = false, max_length = 1000)]
    pub(super) text: String,
    #[serde(default = "one")]
    #[schema(required = false)]
    pub(super) count: u32,
}

fn one() -> u32 {
    1
}

/// One synchronization.
#[derive(Serialize, ToSchema)]
#[schema(as = Run, example = json!({
    "id": "run_01a20dabfb5e73a4802d535f1878039c",
    "connection": "con_01a20dabfb5e73a4802d535f1878039c",
    "reason": "schedule",
    "state": "succeeded",
    "started_at": "2026-11-24T13:08:24.640Z",
    "ended_at": "2026-11-24T13:08:31.002Z",
    "asked_locations": "all",
    "fault": null,
    "message": null,
    "would_remove": {},
    "held": {},
    "decided_at": null,
    "locations": {
        "65f0a1b2c3d4e5f700030000": {
            "created": 2, "changed": 11, "removed": 0, "skipped": 0, "failed": 0, "reasons": []
        }
    }
}))]
pub(in crate::http::api) struct RunBody {
    #[schema(pattern = "^run_[0-9a-f]{32}$")]
    pub(super) id: String,
    #[schema(pattern = "^con_[0-9a-f]{32}$")]
    pub(super) connection: String,
    pub(super) reason: String,
    #[schema(schema_with = schemas::run_state)]
    pub(super) state: &'static str,
    #[schema(required, format = DateTime)]
    pub(super) started_at: Option<String>,
    #[schema(required, format = DateTime)]
    pub(super) ended_at: Option<String>,
    pub(super) asked_locations: AskedLocations,
    #[schema(required)]
    pub(super) fault: Option<FaultBody>,
    #[schema(required)]
    pub(super) message: Option<String>,
    pub(super) would_remove: BTreeMap<String, RemovalBody>,
    /// Where the guard held it, with its percent.
    pub(super) held: BTreeMap<String, f64>,
    /// When an administrator approved or refused it.
    #[schema(required, format = DateTime)]
    pub(super) decided_at: Option<String>,
    pub(super) locations: BTreeMap<String, ReportBody>,
}

/// `all`, or OfficeRnD's ids.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
pub(super) enum AskedLocations {
    All(connections::AllLocations),
    Some(Vec<String>),
}

/// Some runs, newest first.
#[derive(Serialize, ToSchema)]
pub(in crate::http::api) struct RunList {
    pub(super) data: Vec<RunBody>,
    /// `cursor` of the next page; null on the last one.
    #[schema(required)]
    pub(super) next: Option<String>,
}

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "describes what `pages::asked` reads")]
pub(super) struct Page {
    /// `next` of the page before.
    #[param(pattern = "^run_[0-9a-f]{32}$")]
    pub(super) cursor: Option<String>,
    /// How many at most; 50 without it.
    #[param(minimum = 1, maximum = 100)]
    pub(super) limit: Option<u64>,
}
