//! The record as a file, as long as it is: page by page, so that memory stays flat.

use std::collections::HashSet;

use app::role::{Act, Role};
use futures_util::StreamExt as _;
use futures_util::stream::{self, Stream};
use uuid::Uuid;

use super::note;
use super::permit::{Permit, acts};
use crate::clock::rfc3339;
use crate::domain::{csv, mask};
use crate::services::acts::unmasked;
use crate::services::{ServiceError, to_the_end};
use crate::state::App;
use crate::storage::audit::{self, Row, Wanted};
use crate::storage::{StorageError, staff};

const PAGE: u64 = 1_000;
const HEAD: [&str; 9] =
    ["time", "what", "actor kind", "actor", "integration", "organization", "connection", "about", "detail"];

/// What one person may read of people in the record.
pub struct Sight {
    /// What colleagues do besides tenants names them by their addresses.
    colleagues: bool,
    /// Connections whose names were asked for lately.
    unmasked: HashSet<Uuid>,
}

impl Sight {
    /// # Errors
    /// When the database does not answer.
    pub async fn of(app: &App, staff: Uuid, role: Role) -> Result<Self, StorageError> {
        let may = role.may(Act::Unmask);
        Ok(Self { colleagues: may, unmasked: if may { unmasked(app, staff).await? } else { HashSet::new() } })
    }

    /// The row as this person may read it: that it was somebody, and not who.
    pub fn through(&self, row: Row) -> Row {
        // Only what concerns a tenant has an organization.
        let shown = match row.connection_id.filter(|_| row.organization.is_some()) {
            Some(connection) => self.unmasked.contains(&connection),
            None => self.colleagues,
        };
        if shown {
            return row;
        }
        let masked = |text: Option<String>| text.map(|text| mask::text(&text));
        Row {
            actor: if row.actor_kind == "admin" { None } else { masked(row.actor) },
            subject: masked(row.subject),
            detail: masked(row.detail),
            ..row
        }
    }
}

/// A list of tenants is about to leave as a file.
///
/// # Errors
/// When the database does not answer; then it must not leave.
pub async fn tenants_exported(app: &App, permit: &Permit<acts::Export>, view: String) -> Result<(), ServiceError> {
    let permit = permit.clone();
    to_the_end(app, async move |app| {
        let detail = Some(view).filter(|view| !view.is_empty());
        let mut tx = app.db.begin().await?;
        note(&mut tx, &app.random, app.clock.now(), "tenants.exported", permit.actor(), None, detail).await?;
        tx.commit().await?;
        Ok(())
    })
    .await
}

/// Everything that is wanted, newest first. Who took it is recorded before the first line leaves.
///
/// # Errors
/// When the database does not answer.
pub async fn export(
    app: &App,
    permit: &Permit<acts::Export>,
    wanted: Wanted,
) -> Result<impl Stream<Item = Result<String, StorageError>> + Send + use<>, ServiceError> {
    let permit = permit.clone();
    to_the_end(app, async move |app| {
        let mut tx = app.db.begin().await?;
        note(&mut tx, &app.random, app.clock.now(), "audit.exported", permit.actor(), None, None).await?;
        tx.commit().await?;
        let role = staff::get(app.db.read(), permit.staff()).await?.map_or(Role::Viewer, |known| known.role);
        let sight = Sight::of(&app, permit.staff(), role).await?;
        Ok(pages(app, sight, wanted))
    })
    .await
}

fn pages(app: App, sight: Sight, wanted: Wanted) -> impl Stream<Item = Result<String, StorageError>> + Send + use<> {
    let begin = format!("{}{}", csv::MARK, csv::line(HEAD));
    stream::unfold((app, sight, Some(wanted), begin), |(app, sight, wanted, mut text)| async move {
        let mut wanted = wanted?;
        let rows = match audit::list(app.db.read(), &wanted, PAGE).await {
            Ok(rows) => rows,
            // The browser sees a file that was cut off.
            Err(error) => return Some((Err(error), (app, sight, None, String::new()))),
        };
        wanted.after = rows.last().map(|row| (row.at, row.id));
        let more = (rows.len() as u64 == PAGE).then_some(wanted);
        text.extend(rows.into_iter().map(|row| line(&sight.through(row))));
        Some((Ok(text), (app, sight, more, String::new())))
    })
    // What compresses asks once more after the end.
    .fuse()
}

fn line(row: &Row) -> String {
    let connection = row.subject.is_none().then_some(row.connection_id).flatten();
    let connection = connection.filter(|_| row.organization.is_some()).map(|id| app::ids::ConnectionId(id).to_string());
    csv::line([
        rfc3339(row.at).unwrap_or_default().as_str(),
        &row.kind,
        &row.actor_kind,
        row.actor.as_deref().unwrap_or_default(),
        row.integration.as_deref().unwrap_or_default(),
        row.organization.as_deref().unwrap_or_default(),
        connection.as_deref().unwrap_or_default(),
        row.subject.as_deref().unwrap_or_default(),
        row.detail.as_deref().unwrap_or_default(),
    ])
}
