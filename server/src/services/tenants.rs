//! Lists of tenants: what they show, what is kept for them behind the answers, and views that staff save.

use app::tenants::ListAddress;
use uuid::Uuid;

use super::staff::session::Member;
use crate::domain::tenants::{Cursor, Total, Wanted};
use crate::services::ServiceError;
use crate::state::App;
use crate::storage::tenant_counts::Counts;
use crate::storage::tenant_list::{self, Page, Row, Shown};
use crate::storage::tenant_views::{self, View};
use crate::storage::{StorageError, hourly_counts, tenant_counts, tenant_rows};

/// Rows of a page.
pub const ROWS: u64 = 50;
/// Rows that an export reads at once.
pub const EXPORTED: u64 = 500;
const MOST_VIEWS: u64 = 50;
const LONGEST_NAME: usize = 60;

/// A page of the list.
pub struct Listed {
    pub page: Page,
    pub rows: Vec<(Row, Shown)>,
    pub counts: Counts,
    /// The place in the address was of another list, so this is the first page.
    pub lost_place: bool,
}

/// # Errors
/// When the database does not answer.
pub async fn list(app: &App, address: &ListAddress) -> Result<Listed, StorageError> {
    let db = app.db.read();
    let wanted = Wanted::from(address);
    let (place, backwards) = match (&address.after, &address.before) {
        (Some(place), _) => (Some(place), false),
        (None, place) => (place.as_ref(), true),
    };
    let cursor = place.and_then(|place| Cursor::read(wanted.sort, place, backwards));
    let lost_place = place.is_some() && cursor.is_none();
    let counts = tenant_counts::read(db).await?;
    let page = tenant_list::page(db, &wanted, &counts, cursor.as_ref(), ROWS, app.clock.now()).await?;
    let rows = with_names(app, page.rows.clone()).await?;
    Ok(Listed { page, rows, counts, lost_place })
}

/// Rows with what they show. One that was purged a moment ago is left out.
async fn with_names(app: &App, rows: Vec<Row>) -> Result<Vec<(Row, Shown)>, StorageError> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.connection).collect();
    let mut shown = tenant_list::shown(app.db.read(), &ids).await?;
    Ok(rows.into_iter().filter_map(|row| shown.remove(&row.connection).map(|shown| (row, shown))).collect())
}

/// Reads all rows of a view, some at a time, in its order.
pub struct Export {
    app: App,
    wanted: Wanted,
    counts: Counts,
    total: Total,
    cursor: Option<Cursor>,
    over: bool,
}

impl Export {
    /// # Errors
    /// When the database does not answer.
    pub async fn begin(app: &App, wanted: Wanted) -> Result<Self, StorageError> {
        let counts = tenant_counts::read(app.db.read()).await?;
        let total = tenant_list::total(app.db.read(), &wanted, &counts, app.clock.now()).await?;
        Ok(Self { app: app.clone(), wanted, counts, total, cursor: None, over: false })
    }

    /// The next rows; empty after the last.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn next(&mut self) -> Result<Vec<(Row, Shown)>, StorageError> {
        while !self.over {
            let now = self.app.clock.now();
            let (db, cursor) = (self.app.db.read(), self.cursor.as_ref());
            let rows = tenant_list::rows(db, &self.wanted, &self.counts, self.total, cursor, EXPORTED, now).await?;
            self.over = (rows.len() as u64) < EXPORTED;
            if let Some(last) = rows.last() {
                self.cursor = Some(Cursor { key: last.key.clone(), backwards: false });
            }
            let rows = with_names(&self.app, rows).await?;
            if !rows.is_empty() {
                return Ok(rows);
            }
        }
        Ok(Vec::new())
    }
}

/// The connections of a view, at most so many, in its order: for acts on all of them.
///
/// # Errors
/// When the database does not answer.
pub async fn connections_of(app: &App, wanted: &Wanted, limit: u64) -> Result<(Vec<Uuid>, Total), StorageError> {
    let (db, now) = (app.db.read(), app.clock.now());
    let counts = tenant_counts::read(db).await?;
    let total = tenant_list::total(db, wanted, &counts, now).await?;
    let rows = tenant_list::rows(db, wanted, &counts, total, None, limit, now).await?;
    Ok((rows.into_iter().map(|row| row.connection).collect(), total))
}

/// Why a view is not saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsaved {
    NoName,
    TooLong,
    TooMany,
}

/// Gives a view a name for this member of staff; of two with the same name the later one stays.
///
/// # Errors
/// When the database does not answer.
pub async fn save_view(
    app: &App,
    member: &Member,
    name: &str,
    address: &ListAddress,
) -> Result<Result<(), Unsaved>, StorageError> {
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let staff = member.staff().id;
    if name.is_empty() {
        return Ok(Err(Unsaved::NoName));
    }
    if name.chars().count() > LONGEST_NAME {
        return Ok(Err(Unsaved::TooLong));
    }
    let mut tx = app.db.begin().await?;
    let known = tenant_views::of(tx.connection(), staff).await?;
    if known.len() as u64 >= MOST_VIEWS && known.iter().all(|view| view.name != name) {
        return Ok(Err(Unsaved::TooMany));
    }
    let now = app.clock.now();
    let view = View { id: app.random.uuid(now), name, query: address.first().query() };
    tenant_views::save(&mut tx, staff, &view, now).await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// # Errors
/// When the database does not answer.
pub async fn forget_view(app: &App, member: &Member, view: Uuid) -> Result<bool, StorageError> {
    let mut tx = app.db.begin().await?;
    let gone = tenant_views::delete(&mut tx, member.staff().id, view).await?;
    tx.commit().await?;
    Ok(gone)
}

/// Works in what was noted since the last time: names, errors, grants' ends and sums. Each step is a commit of its own,
/// so that nobody waits long.
///
/// # Errors
/// When the database does not answer.
pub async fn keep_up(app: &App) -> Result<(), ServiceError> {
    let now = app.clock.now();
    loop {
        let mut tx = app.db.begin().await?;
        let more = tenant_rows::describe_some(&mut tx).await?;
        tx.commit().await?;
        if !more {
            break;
        }
    }
    loop {
        let mut tx = app.db.begin().await?;
        let more = tenant_rows::work_in(&mut tx, now).await?;
        tx.commit().await?;
        if !more {
            break;
        }
    }
    loop {
        let mut tx = app.db.begin().await?;
        let more = tenant_rows::forget_errors(&mut tx, now).await?;
        tx.commit().await?;
        if !more {
            break;
        }
    }
    for sums in [tenant_counts::SUMS, hourly_counts::SUMS] {
        // Looked for by a reader: whoever writes must not wait until all sums are read.
        let mut apart = tenant_counts::apart(app.db.read(), sums).await?;
        while !apart.is_empty() {
            let mut tx = app.db.begin().await?;
            tenant_counts::add_up(&mut tx, sums, &mut apart, tenant_counts::AT_ONCE).await?;
            tx.commit().await?;
        }
    }
    Ok(())
}
