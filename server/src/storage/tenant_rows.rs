//! Keeps the rows of the list of tenants: names and the text that is searched, errors of the last day, grants' ends.
//!
//! State, dates and counts are kept by triggers. What is here is either written before a commit that changed names
//! ([`describe`]), or worked in by a job from notes that triggers left ([`work_in`]): errors and grants' ends follow
//! within seconds, since who writes them must not wait for who changes the connection.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend,
    EntityTrait as _, ExprTrait as _, FromQueryResult, QueryFilter as _, QueryOrder as _, QuerySelect as _, Statement,
    Value,
};
use uuid::Uuid;

use super::entity::tenant_rows::{Column, Entity};
use super::entity::{connection_errors, connection_locations, connections, organizations, tenant_notes};
use super::{Result, Tx};
use crate::clock::{HOUR, Millis};
use crate::domain::tenants::{fold, searched};

/// Rows of one go.
const AT_ONCE: usize = 500;
/// Errors count for that many whole hours beside the one that runs.
const HOURS: i64 = 24;
/// One process works notes in at a time, or an older day could overwrite a newer one. Any fixed number of ours.
const WORKING_LOCK: i64 = 0x6465_736b_6c69_7374;
const SEARCH_INDEX: &str = "ix_tenant_search_text";
/// What versions before this one make at their start.
const FORMER_SEARCH_INDEX: &str = "ix_tenant_rows_search";

/// Writes names and searched text of rows that are stale, of these organizations or of any. Returns how many it were.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn describe(db: &DatabaseTransaction, of: Option<&[Uuid]>) -> Result<usize> {
    let mut stale = Entity::find().select_only().column(Column::ConnectionId).filter(Column::Stale.into_expr());
    if let Some(organizations) = of {
        stale = stale.filter(Column::OrganizationId.is_in(organizations.iter().copied()));
    }
    let ids: BTreeSet<Uuid> = stale.limit(AT_ONCE as u64).into_tuple().all(db).await?.into_iter().collect();
    if ids.is_empty() {
        return Ok(0);
    }
    // Whose transaction changes names describes its own; the job takes what nobody else is at.
    let ids = if of.is_some() { ids } else { ids_of(db, &ids, true).await? };
    type Named = (Uuid, Option<String>, String, String, String);
    let named: Vec<Named> = connections::Entity::find()
        .join(
            sea_orm::JoinType::InnerJoin,
            connections::Entity::belongs_to(organizations::Entity)
                .from(connections::Column::OrganizationId)
                .to(organizations::Column::Id)
                .into(),
        )
        .select_only()
        .columns([connections::Column::Id, connections::Column::AccountName])
        .columns([organizations::Column::Name, organizations::Column::Slug, organizations::Column::OfficerndId])
        .filter(connections::Column::Id.is_in(ids.iter().copied()))
        .into_tuple()
        .all(db)
        .await?;
    let places: Vec<(Uuid, Option<String>)> = connection_locations::Entity::find()
        .select_only()
        .columns([connection_locations::Column::ConnectionId, connection_locations::Column::Name])
        .filter(connection_locations::Column::ConnectionId.is_in(ids.iter().copied()))
        .order_by_asc(connection_locations::Column::Position)
        .into_tuple()
        .all(db)
        .await?;
    let mut names: HashMap<Uuid, Vec<String>> = HashMap::new();
    for (connection, name) in places {
        names.entry(connection).or_default().extend(name);
    }
    let rows = named.iter().map(|(connection, account, name, slug, officernd)| {
        let of = names.get(connection).into_iter().flatten().map(String::as_str);
        let values = [name.as_str(), slug, officernd].into_iter().chain(account.as_deref()).chain(of);
        (*connection, fold(name), searched(values))
    });
    write(db, &rows.collect::<Vec<_>>()).await?;
    Ok(ids.len())
}

/// Names and texts of many rows.
pub(super) async fn write(db: &DatabaseTransaction, rows: &[(Uuid, String, String)]) -> Result<()> {
    let set = "name_key = v.column2, search = v.column3, stale = FALSE";
    let rows = rows
        .iter()
        .map(|(connection, name, search)| vec![Value::from(*connection), name.clone().into(), search.clone().into()]);
    update(db, set, rows.collect()).await
}

/// `$4, $5, …`: so many places for values in a statement, from the one with this number on.
pub(super) fn places(first: usize, count: usize) -> String {
    (first..first + count).map(|place| format!("${place}")).collect::<Vec<_>>().join(", ")
}

/// Sets values in the rows of many connections, whose ids stand first.
async fn update(db: &DatabaseTransaction, set: &str, rows: Vec<Vec<Value>>) -> Result<()> {
    for rows in rows.chunks(AT_ONCE) {
        let width = rows.first().map_or(0, Vec::len);
        let tuples: Vec<String> = (0..rows.len()).map(|row| format!("({})", places(row * width + 1, width))).collect();
        let sql = format!(
            "UPDATE tenant_rows SET {set} FROM (VALUES {}) AS v WHERE tenant_rows.connection_id = v.column1",
            tuples.join(", ")
        );
        let values: Vec<Value> = rows.iter().flatten().cloned().collect();
        db.execute_raw(Statement::from_sql_and_values(db.get_database_backend(), sql, values)).await?;
    }
    Ok(())
}

/// Some of the rows that nobody described yet: imports, and what an older version wrote. Returns whether there may be
/// more.
///
/// # Errors
/// When the database does not answer.
pub async fn describe_some(tx: &mut Tx) -> Result<bool> {
    Ok(describe(tx.connection(), None).await? == AT_ONCE)
}

/// Works some notes into the rows. Returns whether there may be more.
///
/// # Errors
/// When the database does not answer.
pub async fn work_in(tx: &mut Tx, now: Millis) -> Result<bool> {
    let db = tx.connection();
    if !alone(db).await? {
        return Ok(false);
    }
    let notes =
        tenant_notes::Entity::find().order_by_asc(tenant_notes::Column::Number).limit(AT_ONCE as u64).all(db).await?;
    if notes.is_empty() {
        return Ok(false);
    }
    let ids: BTreeSet<Uuid> = notes.iter().map(|note| note.connection_id).collect();
    let known: BTreeSet<Uuid> = ids_of(db, &ids, false).await?;
    let free: BTreeSet<Uuid> = ids_of(db, &ids, true).await?;
    let hour = now.div_euclid(HOUR);
    let mut errors: BTreeMap<(Uuid, i64), i64> = BTreeMap::new();
    let mut days: BTreeMap<Uuid, i64> = BTreeMap::new();
    let mut done = Vec::new();
    for note in &notes {
        if known.contains(&note.connection_id) && !free.contains(&note.connection_id) {
            continue;
        }
        done.push(note.number);
        if free.contains(&note.connection_id) {
            let at = note.hour.unwrap_or(hour);
            if note.errors > 0 && at >= hour - HOURS {
                *errors.entry((note.connection_id, at)).or_default() += note.errors;
            }
            if let Some(day) = note.grant_day {
                days.insert(note.connection_id, day);
            }
        }
    }
    let buckets = errors.iter().map(|((connection, hour), errors)| connection_errors::ActiveModel {
        connection_id: Set(*connection),
        hour: Set(*hour),
        errors: Set(*errors),
    });
    let buckets: Vec<_> = buckets.collect();
    if !buckets.is_empty() {
        let add = OnConflict::columns([connection_errors::Column::ConnectionId, connection_errors::Column::Hour])
            .value(
                connection_errors::Column::Errors,
                sea_orm::sea_query::Expr::col(("connection_errors", "errors"))
                    .add(sea_orm::sea_query::Expr::col(("excluded", "errors"))),
            )
            .to_owned();
        connection_errors::Entity::insert_many(buckets).on_conflict(add).exec_without_returning(db).await?;
    }
    more_errors(db, errors.iter().map(|((connection, _), errors)| (*connection, *errors))).await?;
    let days = days.into_iter().map(|(connection, day)| vec![connection.into(), day.into()]).collect();
    update(db, "grant_day = v.column2", days).await?;
    let more = notes.len() == AT_ONCE && !done.is_empty();
    tenant_notes::Entity::delete_many().filter(tenant_notes::Column::Number.is_in(done)).exec(db).await?;
    Ok(more)
}

/// Takes errors that are over a day old from some rows. Returns whether there may be more.
///
/// # Errors
/// When the database does not answer.
pub async fn forget_errors(tx: &mut Tx, now: Millis) -> Result<bool> {
    let db = tx.connection();
    if !alone(db).await? {
        return Ok(false);
    }
    let old = connection_errors::Entity::find()
        .filter(connection_errors::Column::Hour.lt(now.div_euclid(HOUR) - HOURS))
        .order_by_asc(connection_errors::Column::Hour)
        .limit(AT_ONCE as u64)
        .all(db)
        .await?;
    let ids: BTreeSet<Uuid> = old.iter().map(|bucket| bucket.connection_id).collect();
    let free = ids_of(db, &ids, true).await?;
    let over: Vec<_> = old.iter().filter(|bucket| free.contains(&bucket.connection_id)).collect();
    more_errors(db, over.iter().map(|bucket| (bucket.connection_id, -bucket.errors))).await?;
    for bucket in &over {
        connection_errors::Entity::delete_by_id((bucket.connection_id, bucket.hour)).exec(db).await?;
    }
    Ok(old.len() == AT_ONCE && !over.is_empty())
}

async fn more_errors(db: &DatabaseTransaction, of: impl Iterator<Item = (Uuid, i64)>) -> Result<()> {
    let mut sums: BTreeMap<Uuid, i64> = BTreeMap::new();
    for (connection, errors) in of {
        *sums.entry(connection).or_default() += errors;
    }
    let rows = sums.into_iter().map(|(connection, errors)| vec![connection.into(), errors.into()]).collect();
    update(db, "errors = tenant_rows.errors + v.column2", rows).await
}

/// Until the end of the transaction; whoever does not get it leaves the work to whoever has it.
async fn alone(db: &DatabaseTransaction) -> Result<bool> {
    if db.get_database_backend() == DbBackend::Sqlite {
        return Ok(true);
    }
    let sql = format!("SELECT pg_try_advisory_xact_lock({WORKING_LOCK}) AS mine");
    let row = db.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await?;
    Ok(row.map(|row| row.try_get("", "mine")).transpose()?.unwrap_or(false))
}

/// Those that exist, or those of them that nobody else is writing, which nobody else writes from now on.
async fn ids_of(db: &DatabaseTransaction, ids: &BTreeSet<Uuid>, lock: bool) -> Result<BTreeSet<Uuid>> {
    let mut rows = Entity::find()
        .select_only()
        .column(Column::ConnectionId)
        .filter(Column::ConnectionId.is_in(ids.iter().copied()));
    if lock && db.get_database_backend() != DbBackend::Sqlite {
        rows = rows.lock_with_behavior(
            sea_orm::sea_query::LockType::NoKeyUpdate,
            sea_orm::sea_query::LockBehavior::SkipLocked,
        );
    }
    Ok(rows.into_tuple::<Uuid>().all(db).await?.into_iter().collect())
}

/// With which revision of its manifest a connection was set up or changed last.
///
/// # Errors
/// When the database does not answer.
pub async fn note_revision(tx: &mut Tx, connection: Uuid, revision: u32) -> Result<()> {
    let revision = i32::try_from(revision).unwrap_or(i32::MAX);
    Entity::update_many()
        .col_expr(Column::Revision, sea_orm::sea_query::Expr::value(revision))
        .filter(Column::ConnectionId.eq(connection))
        .exec(tx.connection())
        .await?;
    Ok(())
}

#[derive(FromQueryResult)]
struct WithRevision {
    revision: Option<i32>,
    count: i64,
}

/// How many connections of an integration, of those that are not over, were set up or changed last with each revision
/// of its manifest: the newest first, last those of which that is not known. At most `most` are looked at.
///
/// # Errors
/// When the database does not answer.
pub async fn revisions(db: &impl ConnectionTrait, integration: &str, most: u64) -> Result<Vec<(Option<i32>, i64)>> {
    let sql = format!(
        "SELECT revision, COUNT(*) AS count FROM \
         (SELECT revision FROM tenant_rows WHERE integration = $1 AND state <> 'disconnected' LIMIT {most}) AS r \
         GROUP BY revision"
    );
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, [integration.into()]);
    let rows = WithRevision::find_by_statement(statement).all(db).await?;
    let mut counts: Vec<(Option<i32>, i64)> = rows.into_iter().map(|row| (row.revision, row.count)).collect();
    counts.sort_unstable_by_key(|(revision, _)| std::cmp::Reverse(*revision));
    Ok(counts)
}

/// PostgreSQL finds parts of words by an extension that the owner of a database may make. Where it cannot be made,
/// searching works and is slow, and `deskbridge check` says so; the next start tries again.
pub(super) async fn make_search_index(db: &DatabaseConnection) -> Result<()> {
    if has_index(db, FORMER_SEARCH_INDEX).await? {
        drop_former_index(db).await?;
    }
    if has_index(db, SEARCH_INDEX).await? {
        return Ok(());
    }
    if let Err(error) = db.execute_unprepared("CREATE EXTENSION IF NOT EXISTS pg_trgm").await {
        tracing::warn!(%error, "pg_trgm cannot be created, so searching tenants is slow; an administrator of the database can create it");
        return Ok(());
    }
    let sql = format!(
        "CREATE INDEX IF NOT EXISTS {SEARCH_INDEX} ON tenant_search USING gin (search gin_trgm_ops) WITH (fastupdate = off)"
    );
    db.execute_unprepared(&sql).await?;
    Ok(())
}

/// Nobody who reads or writes waits for it. It waits for those who do, and where one of them takes long, as a dump
/// does, the next start drops what is left of it.
async fn drop_former_index(db: &DatabaseConnection) -> Result<()> {
    db.execute_unprepared("SET lock_timeout = '10s'").await?;
    let sql = format!("DROP INDEX CONCURRENTLY IF EXISTS {FORMER_SEARCH_INDEX}");
    if let Err(error) = db.execute_unprepared(&sql).await {
        tracing::warn!(%error, "an index that is of no use any more was not dropped; the next start tries again");
    }
    db.execute_unprepared("RESET lock_timeout").await?;
    Ok(())
}

/// Whether parts of words are found by index.
///
/// # Errors
/// When the database does not answer.
pub async fn has_search_index(db: &impl ConnectionTrait) -> Result<bool> {
    if db.get_database_backend() == DbBackend::Sqlite {
        return Ok(true);
    }
    has_index(db, SEARCH_INDEX).await
}

/// Asks PostgreSQL.
async fn has_index(db: &impl ConnectionTrait, name: &str) -> Result<bool> {
    let sql = format!(
        "SELECT COUNT(*) AS indexes FROM pg_indexes WHERE schemaname = ANY (current_schemas(false)) AND indexname = '{name}'"
    );
    let row = db.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await?;
    Ok(row.map(|row| row.try_get::<i64>("", "indexes")).transpose()?.unwrap_or(0) > 0)
}
