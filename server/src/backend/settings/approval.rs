//! A run that the removal guard held, as the admin sees it.

use app::ids::{ConnectionId, RunId};
use app::paths;
use app::ports::{ApprovalAnswer, ApprovalLink, ApprovalView, LocationView, RemovalView, TroubleView};
use uuid::Uuid;

use super::ConnectionDesk;
use crate::domain::connection::{Connection, Location};
use crate::domain::health::Cause;
use crate::domain::run::{RunState, WouldRemove};
use crate::services::runs::question;
use crate::storage::runs::{self, Run};
use crate::storage::{StorageError, connections};

/// Locations in trouble, with where the admin can look.
pub(super) fn troubles(connection: &Connection, locations: &[Location]) -> Vec<TroubleView> {
    let id = ConnectionId(connection.id);
    let known = |wanted: &str| locations.iter().find(|location| location.id == wanted);
    connection
        .troubles
        .iter()
        .filter_map(|trouble| {
            let location = known(&trouble.location)?;
            Some(TroubleView {
                location: LocationView {
                    id: location.id.clone(),
                    name: location.name.clone().unwrap_or_else(|| location.id.clone()),
                    time_zone: location.time_zone.clone(),
                },
                by_settings: trouble.cause == Cause::Settings,
                since: trouble.since,
                href: paths::location_settings(id, &location.id),
            })
        })
        .collect()
}

impl ConnectionDesk {
    /// The run that waits, if one does.
    pub(super) async fn approval_link(&self) -> Result<Option<ApprovalLink>, StorageError> {
        let waiting = runs::waiting(self.app.db.read(), self.connection.id).await?;
        Ok(waiting.last().map(|run| {
            let (remove, of) = counted(run.would_remove.as_ref());
            let href = paths::approval(ConnectionId(self.connection.id), RunId(run.id));
            ApprovalLink { href, remove, of }
        }))
    }

    /// The run that the address names, if the guard held it and it is of this connection.
    pub async fn asked_run(&self) -> Result<Option<Run>, StorageError> {
        let Some(run) = self.address.run else { return Ok(None) };
        let run = runs::get(self.app.db.read(), run).await?;
        Ok(run.filter(|run| run.connection == self.connection.id && !run.held.is_empty()))
    }

    pub(super) async fn held_run(&self) -> Result<Option<ApprovalView>, StorageError> {
        let Some(run) = self.asked_run().await? else { return Ok(None) };
        let locations = connections::locations(self.app.db.read(), self.connection.id).await?;
        let answer = match (run.state, run.decided_at) {
            (RunState::WaitingForApproval, _) => ApprovalAnswer::Open,
            (RunState::Refused, Some(at)) => ApprovalAnswer::Refused { at },
            (_, Some(at)) => ApprovalAnswer::Granted { at },
            (_, None) => ApprovalAnswer::Over,
        };
        let (remove, of) = counted(run.would_remove.as_ref());
        let question = question(&run);
        Ok(Some(ApprovalView {
            question,
            asked_at: run.started_at,
            remove,
            of,
            places: places(&run, &locations),
            answer,
        }))
    }

    /// The same as rows, for whoever wants to look at it elsewhere.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn held_rows(&self) -> Result<Option<(Uuid, Vec<[String; 3]>)>, StorageError> {
        let Some(run) = self.asked_run().await? else { return Ok(None) };
        let locations = connections::locations(self.app.db.read(), self.connection.id).await?;
        let mut rows = Vec::new();
        for (id, removal) in run.would_remove.iter().flatten() {
            let location = named(id, &locations);
            for member in removal.members.iter().flatten() {
                rows.push([location.clone(), member.id.clone(), member.name.clone()]);
            }
        }
        Ok(Some((run.id, rows)))
    }
}

/// Locations above the guard first, then in the connection's order.
fn places(run: &Run, locations: &[Location]) -> Vec<RemovalView> {
    let order = |id: &String| {
        let place = locations.iter().position(|location| location.id == *id).unwrap_or(usize::MAX);
        (!run.held.contains_key(id), place)
    };
    let mut all: Vec<_> = run.would_remove.iter().flatten().collect();
    all.sort_by_key(|(id, _)| order(id));
    all.into_iter()
        .map(|(id, removal)| RemovalView {
            location: named(id, locations),
            remove: removal.remove.into(),
            of: removal.of.into(),
            guard: run.held.get(id).copied(),
            members: removal.members.iter().flatten().map(|member| named_or(&member.name, &member.id)).collect(),
        })
        .collect()
}

fn counted(would: Option<&WouldRemove>) -> (u64, u64) {
    would
        .into_iter()
        .flatten()
        .fold((0, 0), |(remove, of), (_, removal)| (remove + u64::from(removal.remove), of + u64::from(removal.of)))
}

fn named(id: &str, locations: &[Location]) -> String {
    let known = locations.iter().find(|location| location.id == id);
    known.and_then(|location| location.name.clone()).unwrap_or_else(|| id.to_owned())
}

fn named_or(name: &str, id: &str) -> String {
    if name.trim().is_empty() { id.to_owned() } else { name.to_owned() }
}
