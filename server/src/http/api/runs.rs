//! Runs: the partner system says that it synchronizes, and how it went.

mod bodies;
mod convert;

use std::collections::BTreeMap;

use app::ids::{ConnectionId, RunId};
use app::problems::ProblemCode;
use app::texts;
use axum::Json;
use axum::extract::{Path, RawQuery, Request, State};
use axum::http::StatusCode;

use self::bodies::{AskedLocations, EndState, FaultBody, NewRun, Page, RemovalBody, RunBody, RunList, RunReport};
use super::caller::Caller;
use super::checks::{Checks, LONG, SHORT};
use super::problem::Problem;
use super::{body, pages};
use crate::clock::rfc3339;
use crate::domain::health::Fault;
use crate::domain::run::{LocationReport, Removal, RunState, WouldRemove};
use crate::domain::scope::Scope;
use crate::services::runs::{self as service, Beginning, Begun, Report, Reported};
use crate::state::App;
use crate::storage::runs::{self, Run};
use crate::storage::{StorageError, connections};

/// Who reports runs may look at them.
const READS: [Scope; 2] = [Scope::ConnectionsRead, Scope::RunsWrite];

/// Start a run
///
/// Says that you synchronize now. Where more would be removed than the connection's removal guard allows, the run
/// waits, and an administrator sees who it is: `approval.granted` or `approval.refused` is the answer.
#[utoipa::path(
    post,
    path = "/connections/{connection}/runs",
    operation_id = "start_run",
    tag = "runs",
    params(("connection" = String, Path, description = "`con_…`", example = "con_01a20dabfb5e73a4802d535f1878039c")),
    request_body = NewRun,
    responses((status = 201, description = "The run, under way or waiting", body = RunBody)),
    extensions(("x-problem-codes" = json!(["finish_set_up", "disconnected", "too_many_runs", "invalid_fields"]))),
    security(("key" = ["runs:write"]))
)]
pub(super) async fn start(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    request: Request,
) -> Result<(StatusCode, Json<RunBody>), Problem> {
    caller.must_have(Scope::RunsWrite)?;
    let connection = caller.connection(&app, &id).await?;
    let asked: NewRun = body::read(request).await?;
    let mut checks = Checks::default();
    checks.filled("reason", &asked.reason, SHORT);
    checks.locations("locations", asked.locations.as_deref());
    checks.removals(&asked.would_remove);
    checks.done()?;
    let beginning =
        Beginning { reason: asked.reason, locations: asked.locations, would_remove: removals(asked.would_remove) };
    match service::begin(&app, connection.id, &caller.0.name, beginning).await? {
        Begun::Run(run) => Ok((StatusCode::CREATED, Json(describe(&app, *run).await?))),
        Begun::Disconnected => Err(Problem::disconnected()),
        Begun::FinishSetUp => Err(Problem::finish_set_up()),
        Begun::TooMany(open) => {
            let detail = texts::text_with("api-runs-open", &[("count", open.into())]);
            Err(Problem::of(ProblemCode::TooManyRuns).detail(detail))
        }
        Begun::Unknown(field) => Err(Checks::no_location(field)),
    }
}

/// Report a run
///
/// Counts and reasons by location, and how it ended. Sending the same report again changes nothing. A run that nobody
/// reports on for 24 hours has lapsed, and can still be reported.
#[utoipa::path(
    patch,
    path = "/runs/{run}",
    operation_id = "report_run",
    tag = "runs",
    params(("run" = String, Path, description = "`run_…`", example = "run_01a20dabfb5e73a4802d535f1878039c")),
    request_body = RunReport,
    responses((status = 200, description = "The run", body = RunBody)),
    extensions(("x-problem-codes" = json!(["run_ended", "waiting_for_approval", "invalid_fields"]))),
    security(("key" = ["runs:write"]))
)]
pub(super) async fn report(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    request: Request,
) -> Result<Json<RunBody>, Problem> {
    caller.must_have(Scope::RunsWrite)?;
    let run = find(&app, &caller, &id).await?;
    let told: RunReport = body::read(request).await?;
    let mut checks = Checks::default();
    checks.short("message", told.message.as_deref().unwrap_or_default(), LONG);
    checks.removals(&told.would_remove);
    checks.reports(&told.locations);
    checks.done()?;
    let report = Report {
        state: told.state.map(|state| match state {
            EndState::Succeeded => RunState::Succeeded,
            EndState::Partial => RunState::Partial,
            EndState::Failed => RunState::Failed,
        }),
        fault: told.fault.map(Fault::from),
        message: told.message.filter(|message| !message.trim().is_empty()),
        would_remove: removals(told.would_remove),
        locations: told.locations.into_iter().map(|(id, report)| (id, LocationReport::from(report))).collect(),
    };
    match service::report(&app, &run, report).await? {
        Reported::Run(run) => Ok(Json(describe(&app, *run).await?)),
        Reported::WaitsForApproval => Err(Problem::of(ProblemCode::WaitingForApproval)),
        Reported::Ended(state) => {
            let detail = texts::text_with("api-run-is", &[("state", state.slug().into())]);
            Err(Problem::of(ProblemCode::RunEnded).detail(detail))
        }
        Reported::Unknown(field) => Err(Checks::no_location(field)),
        Reported::Gone => Err(Problem::not_found()),
    }
}

/// Read a run
#[utoipa::path(
    get,
    path = "/runs/{run}",
    operation_id = "get_run",
    tag = "runs",
    params(("run" = String, Path, description = "`run_…`", example = "run_01a20dabfb5e73a4802d535f1878039c")),
    responses((status = 200, description = "The run", body = RunBody)),
    security(("key" = ["connections:read"]), ("key" = ["runs:write"]))
)]
pub(super) async fn get(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<RunBody>, Problem> {
    caller.must_have_one(READS)?;
    let run = find(&app, &caller, &id).await?;
    Ok(Json(describe(&app, run).await?))
}

/// List runs of a connection
#[utoipa::path(
    get,
    path = "/connections/{connection}/runs",
    operation_id = "list_runs",
    tag = "runs",
    params(
        ("connection" = String, Path, description = "`con_…`", example = "con_01a20dabfb5e73a4802d535f1878039c"),
        Page
    ),
    responses((status = 200, description = "A page of runs", body = RunList)),
    security(("key" = ["connections:read"]), ("key" = ["runs:write"]))
)]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
    RawQuery(raw): RawQuery,
) -> Result<Json<RunList>, Problem> {
    caller.must_have_one(READS)?;
    let asked = pages::asked::<RunId>(raw.as_deref())?;
    let connection = caller.connection(&app, &id).await?;
    let before = asked.cursor.map(|RunId(run)| run);
    let mut page = runs::list(app.db.read(), connection.id, before, asked.limit + 1).await?;
    let next = pages::next(&mut page, asked.limit, |run| RunId(run.id).to_string());
    let mut data = Vec::with_capacity(page.len());
    for run in page {
        data.push(describe(&app, run).await?);
    }
    Ok(Json(RunList { data, next }))
}

/// A run of a connection that the key may see; any other does not exist for it.
async fn find(app: &App, caller: &Caller, id: &str) -> Result<Run, Problem> {
    let RunId(id) = id.parse().map_err(|_| Problem::not_found())?;
    let run = runs::get(app.db.read(), id).await?.ok_or_else(Problem::not_found)?;
    let connection = connections::get(app.db.read(), run.connection).await?.ok_or_else(Problem::not_found)?;
    if !caller.0.integrations.contains(&connection.integration) {
        return Err(Problem::not_found());
    }
    Ok(run)
}

async fn describe(app: &App, run: Run) -> Result<RunBody, StorageError> {
    let reports = runs::reports(app.db.read(), run.id).await?;
    Ok(RunBody {
        id: RunId(run.id).to_string(),
        connection: ConnectionId(run.connection).to_string(),
        reason: run.reason,
        state: run.state.slug(),
        started_at: rfc3339(run.started_at),
        ended_at: run.ended_at.and_then(rfc3339),
        asked_locations: run
            .locations
            .map_or(AskedLocations::All(super::connections::AllLocations::All), AskedLocations::Some),
        fault: run.fault.map(FaultBody::from),
        message: run.message,
        would_remove: run.would_remove.unwrap_or_default().into_iter().map(|(id, one)| (id, one.into())).collect(),
        held: run.held,
        decided_at: run.decided_at.and_then(rfc3339),
        locations: reports.into_iter().map(|(id, report)| (id, report.into())).collect(),
    })
}

fn removals(body: BTreeMap<String, RemovalBody>) -> WouldRemove {
    body.into_iter().map(|(id, removal)| (id, Removal::from(removal))).collect()
}
