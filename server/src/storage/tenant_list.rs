//! Pages of the list of tenants, by index at any size.
//!
//! Without a filter the rows are walked in the index of the order. State and integration make branches, one for each
//! pair of both, each walked in an index that begins with them; the first rows of all branches are merged. What
//! cannot be walked to (search, location, window) is collected first, up to [`COUNTED`] rows, which are then counted
//! and sorted; where there are more, they are so frequent that walking in order finds a page soon.

mod sql;

use std::collections::BTreeMap;

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, FromQueryResult, JoinType, QueryFilter as _, QuerySelect as _,
};
use uuid::Uuid;

use self::sql::Sql;
use super::Result;
use super::tenant_counts::Counts;
use crate::clock::Millis;
use crate::domain::connection::Connection;
use crate::domain::organization::Organization;
use crate::domain::tenants::{COUNTED, Cursor, Key, Total, Wanted};

/// A row as the list needs it; names and dates are read from where they are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    pub connection: Uuid,
    pub revision: Option<i32>,
    pub key: Key,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// In the order that is wanted.
    pub rows: Vec<Row>,
    pub total: Total,
    pub has_before: bool,
    pub has_after: bool,
}

#[derive(FromQueryResult)]
struct RawRow {
    number: i64,
    connection_id: Uuid,
    trouble: i16,
    name_key: String,
    since: i64,
    last_success: i64,
    errors: i64,
    grant_day: i64,
    revision: Option<i32>,
}

impl From<RawRow> for Row {
    fn from(raw: RawRow) -> Self {
        Self {
            connection: raw.connection_id,
            revision: raw.revision,
            key: Key {
                number: raw.number,
                trouble: raw.trouble,
                name: raw.name_key,
                since: raw.since,
                last_success: raw.last_success,
                errors: raw.errors,
                grant_day: raw.grant_day,
            },
        }
    }
}

/// # Errors
/// When the database does not answer.
pub async fn page(
    db: &impl ConnectionTrait,
    wanted: &Wanted,
    counts: &Counts,
    cursor: Option<&Cursor>,
    limit: u64,
    now: Millis,
) -> Result<Page> {
    let total = total(db, wanted, counts, now).await?;
    let mut rows = rows(db, wanted, counts, total, cursor, limit + 1, now).await?;
    let more = rows.len() as u64 > limit;
    rows.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let backwards = cursor.is_some_and(|cursor| cursor.backwards);
    if backwards {
        rows.reverse();
    }
    let (has_before, has_after) = if backwards { (more, true) } else { (cursor.is_some(), more) };
    Ok(Page { rows, total, has_before, has_after })
}

/// How many rows are wanted.
///
/// # Errors
/// When the database does not answer.
pub async fn total(db: &impl ConnectionTrait, wanted: &Wanted, counts: &Counts, now: Millis) -> Result<Total> {
    if wanted.is_plain() {
        return Ok(Total::Exactly(counts.of(wanted.integration.as_deref(), wanted.state)));
    }
    let mut sql = Sql::new(db.get_database_backend(), wanted, now);
    sql.collected(sql::ONE, counts);
    let row = db.query_one_raw(sql.statement("SELECT COUNT(*) AS total FROM (", ") AS c")).await?;
    let count = row.map(|row| row.try_get::<i64>("", "total")).transpose()?.unwrap_or(0).unsigned_abs();
    Ok(if count > COUNTED { Total::MoreThan(COUNTED) } else { Total::Exactly(count) })
}

/// The next rows after (or before) a place, of which `total` are known to be wanted. Backwards they come backwards.
///
/// # Errors
/// When the database does not answer.
pub async fn rows(
    db: &impl ConnectionTrait,
    wanted: &Wanted,
    counts: &Counts,
    total: Total,
    cursor: Option<&Cursor>,
    limit: u64,
    now: Millis,
) -> Result<Vec<Row>> {
    if total == Total::Exactly(0) {
        return Ok(Vec::new());
    }
    let statement = query(db, wanted, counts, total, cursor, limit, now);
    let rows = RawRow::find_by_statement(statement).all(db).await?;
    Ok(rows.into_iter().map(Row::from).collect())
}

/// The statement behind [`rows`], for a look at its plan.
pub fn query(
    db: &impl ConnectionTrait,
    wanted: &Wanted,
    counts: &Counts,
    total: Total,
    cursor: Option<&Cursor>,
    limit: u64,
    now: Millis,
) -> sea_orm::Statement {
    let mut sql = Sql::new(db.get_database_backend(), wanted, now);
    if wanted.is_plain() || matches!(total, Total::MoreThan(_)) {
        sql.walked(counts, cursor, limit);
    } else {
        sql.sorted(counts, cursor, limit);
    }
    sql.statement("", "")
}

/// The name of a location, by OfficeRnD's id; none when no connection has it.
///
/// # Errors
/// When the database does not answer.
pub async fn location_name(db: &impl ConnectionTrait, location: &str) -> Result<Option<String>> {
    use super::entity::connection_locations::{Column, Entity};
    let found = Entity::find().filter(Column::LocationId.eq(location)).one(db).await?;
    Ok(found.map(|row| row.name.unwrap_or(row.location_id)))
}

/// Numbers of locations by connection.
///
/// # Errors
/// When the database does not answer.
pub async fn location_numbers(db: &impl ConnectionTrait, connections: &[Uuid]) -> Result<BTreeMap<Uuid, u64>> {
    use super::entity::connection_locations::{Column, Entity};
    let rows: Vec<(Uuid, i64)> = Entity::find()
        .select_only()
        .column(Column::ConnectionId)
        .column_as(Column::LocationId.count(), "locations")
        .filter(Column::ConnectionId.is_in(connections.iter().copied()))
        .group_by(Column::ConnectionId)
        .into_tuple()
        .all(db)
        .await?;
    Ok(rows.into_iter().map(|(connection, count)| (connection, count.unsigned_abs())).collect())
}

/// What a row shows, from where it is kept.
#[derive(Debug, Clone)]
pub struct Shown {
    pub connection: Connection,
    pub organization: Organization,
    pub locations: u64,
    /// Whether OfficeRnD accepts the grant, and when it ends.
    pub grant: Option<(bool, Millis)>,
}

/// Whether OfficeRnD accepts grants, and when they end, by connection.
///
/// # Errors
/// When the database does not answer.
pub async fn grants_of(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<BTreeMap<Uuid, (bool, Millis)>> {
    use super::entity::grants::{Column, Entity};
    let grants: Vec<(Uuid, String, i64)> = Entity::find()
        .select_only()
        .columns([Column::ConnectionId, Column::State, Column::RefreshExpiresAt])
        .filter(Column::ConnectionId.is_in(ids.iter().copied()))
        .into_tuple()
        .all(db)
        .await?;
    Ok(grants.into_iter().map(|(connection, state, ends)| (connection, (state == "alive", ends))).collect())
}

/// By connection. One that is purged meanwhile is missing.
///
/// # Errors
/// When the database does not answer or a row makes no sense.
pub async fn shown(db: &impl ConnectionTrait, ids: &[Uuid]) -> Result<BTreeMap<Uuid, Shown>> {
    use super::entity::{connections, organizations};
    let rows = connections::Entity::find()
        .join(
            JoinType::InnerJoin,
            connections::Entity::belongs_to(organizations::Entity)
                .from(connections::Column::OrganizationId)
                .to(organizations::Column::Id)
                .into(),
        )
        .select_also(organizations::Entity)
        .filter(connections::Column::Id.is_in(ids.iter().copied()))
        .all(db)
        .await?;
    let numbers = location_numbers(db, ids).await?;
    let grants = grants_of(db, ids).await?;
    let mut shown = BTreeMap::new();
    for (row, organization) in rows {
        let Some(organization) = organization else { continue };
        let connection = Connection::try_from(row)?;
        let id = connection.id;
        let locations = numbers.get(&id).copied().unwrap_or(0);
        let grant = grants.get(&id).copied();
        shown.insert(id, Shown { connection, organization: organization.into(), locations, grant });
    }
    Ok(shown)
}
