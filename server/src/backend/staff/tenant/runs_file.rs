//! The runs of a connection as a file, as long as it is: page by page, so that memory stays flat.

use app::ids::RunId;
use futures_util::StreamExt as _;
use futures_util::stream::{self, Stream};
use uuid::Uuid;

use super::Found;
use super::rows::{named, numbers, reasons_of};
use crate::clock::{Millis, rfc3339};
use crate::domain::csv;
use crate::domain::health::Fault;
use crate::domain::run::LocationReport;
use crate::state::App;
use crate::storage::runs::{self, Run};
use crate::storage::{StorageError, connections};

/// Runs that are read at once.
const PAGE: u64 = 500;
/// Reports of locations that are read at once, about: a run may have one of each location.
const REPORTS: u64 = 5_000;
const HEAD: [&str; 15] = [
    "run",
    "started",
    "ended",
    "state",
    "wanted by",
    "started by",
    "fault",
    "message",
    "location",
    "created",
    "changed",
    "removed",
    "skipped",
    "failed",
    "reasons",
];

/// Newest first, a line for each location that was reported, one for a run without reports. Texts are as this reader
/// may see them.
pub fn runs_file(app: App, found: Found) -> impl Stream<Item = Result<String, StorageError>> + Send + use<> {
    let begin = format!("{}{}", csv::MARK, csv::line(HEAD));
    stream::unfold((app, found, Some(Uuid::max()), begin), |(app, found, before, mut text)| async move {
        let before = before?;
        match page(&app, &found, before).await {
            Ok((lines, more)) => {
                text.push_str(&lines);
                Some((Ok(text), (app, found, more, String::new())))
            }
            // The browser sees a file that was cut off.
            Err(error) => Some((Err(error), (app, found, None, String::new()))),
        }
    })
    // What compresses asks once more after the end.
    .fuse()
}

/// Some lines, and before which run the next ones are.
async fn page(app: &App, found: &Found, before: Uuid) -> Result<(String, Option<Uuid>), StorageError> {
    let db = app.db.read();
    let locations = connections::locations(db, found.connection.id).await?;
    let most = (REPORTS / locations.len().max(1) as u64).clamp(1, PAGE);
    let list = runs::list(db, found.connection.id, Some(before), most).await?;
    let ids: Vec<Uuid> = list.iter().map(|run| run.id).collect();
    let reports = runs::reports_of(db, &ids).await?;
    let mut lines = String::new();
    for run in &list {
        match reports.get(&run.id) {
            Some(places) => {
                for (id, report) in places {
                    lines.push_str(&line(found, run, Some((&named(id, &locations), report))));
                }
            }
            None => lines.push_str(&line(found, run, None)),
        }
    }
    let more = if list.len() as u64 == most { ids.last().copied() } else { None };
    Ok((lines, more))
}

fn line(found: &Found, run: &Run, place: Option<(&str, &LocationReport)>) -> String {
    let at = |at: Option<Millis>| at.and_then(rfc3339).unwrap_or_default();
    let (id, started, ended) = (RunId(run.id).to_string(), at(Some(run.started_at)), at(run.ended_at));
    let message = run.message.as_deref().map(|message| found.shown(message)).unwrap_or_default();
    let counts = place.map(|(_, report)| numbers(report).map(|count| count.to_string())).unwrap_or_default();
    let reasons = place.map(|(_, report)| reasons_of(found, report)).unwrap_or_default();
    let reasons: Vec<String> = reasons.into_iter().map(|(words, count)| format!("{words} × {count}")).collect();
    let reasons = reasons.join("; ");
    let [created, changed, removed, skipped, failed] = &counts;
    csv::line([
        id.as_str(),
        &started,
        &ended,
        run.state.slug(),
        &run.reason,
        run.started_by.as_deref().unwrap_or_default(),
        run.fault.map_or("", Fault::slug),
        &message,
        place.map_or("", |(name, _)| name),
        created,
        changed,
        removed,
        skipped,
        failed,
        &reasons,
    ])
}
