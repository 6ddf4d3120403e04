//! Everything that happened to a connection, from wherever it was written down, newest first. Each source is read by an
//! index in this order and gives at most a page; the pages are merged.

use sea_orm::{ConnectionTrait, FromQueryResult, Statement, Value};
use uuid::Uuid;

use super::Result;
use crate::clock::Millis;
use crate::domain::moment::{Before, Group, Source};

/// An entry as its source wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub source: Source,
    pub id: Uuid,
    pub at: Millis,
    /// Kind of the activity, reason of the run, type of the event, name of the hook; of a notice what it says, a dot,
    /// and the incident's kind.
    pub kind: String,
    /// State of the run or the delivery; who did it.
    pub state: Option<String>,
    pub actor: Option<String>,
    pub detail: Option<String>,
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    at: Millis,
    kind: Option<String>,
    state: Option<String>,
    actor: Option<String>,
    detail: Option<String>,
}

/// What is wanted of it.
#[derive(Debug, Clone, Copy)]
pub struct Wanted {
    pub group: Group,
    pub since: Millis,
    pub before: Option<Before>,
    pub limit: u64,
}

/// # Errors
/// When the database does not answer.
pub async fn page(db: &impl ConnectionTrait, connection: Uuid, wanted: Wanted) -> Result<Vec<Entry>> {
    let mut all = Vec::new();
    for source in wanted.group.sources() {
        let (sql, values) = statement(*source, connection, wanted);
        let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
        let rows = Row::find_by_statement(statement).all(db).await?;
        all.extend(rows.into_iter().map(|row| Entry {
            source: *source,
            id: row.id,
            at: row.at,
            kind: row.kind.unwrap_or_default(),
            state: row.state,
            actor: row.actor,
            detail: row.detail,
        }));
    }
    all.sort_unstable_by_key(|entry| std::cmp::Reverse((entry.at, entry.id)));
    all.truncate(usize::try_from(wanted.limit).unwrap_or(usize::MAX));
    Ok(all)
}

/// How the database goes about a page, for the test that reads plans.
///
/// # Errors
/// When the database does not answer.
pub async fn plans(db: &impl ConnectionTrait, connection: Uuid, wanted: Wanted) -> Result<Vec<String>> {
    let backend = db.get_database_backend();
    let explain = if backend == sea_orm::DbBackend::Sqlite { "EXPLAIN QUERY PLAN" } else { "EXPLAIN" };
    let mut plans = Vec::new();
    for source in wanted.group.sources() {
        let (sql, values) = statement(*source, connection, wanted);
        let statement = Statement::from_sql_and_values(backend, format!("{explain} {sql}"), values);
        for row in db.query_all_raw(statement).await? {
            let line = if backend == sea_orm::DbBackend::Sqlite {
                row.try_get::<String>("", "detail")?
            } else {
                row.try_get_by_index::<String>(0)?
            };
            plans.push(line);
        }
    }
    Ok(plans)
}

fn statement(source: Source, connection: Uuid, wanted: Wanted) -> (String, Vec<Value>) {
    let before = wanted.before.unwrap_or(Before { at: Millis::MAX, id: Uuid::max() });
    let values: Vec<Value> = vec![connection.into(), wanted.since.into(), before.at.into(), before.id.into()];
    let limit = wanted.limit;
    let page = |columns: &str, table: &str, at: &str, more: &str| {
        format!(
            "SELECT {columns} FROM {table} WHERE connection_id = $1 AND {at} >= $2 AND ({at}, id) < ($3, $4){more} \
             ORDER BY {at} DESC, id DESC LIMIT {limit}"
        )
    };
    let sql = match source {
        Source::Activity => {
            let columns = "id, at, kind, actor_kind AS state, actor, detail";
            let staff = if wanted.group.by_staff_only() { " AND actor_kind = 'staff'" } else { "" };
            match wanted.group.kinds() {
                None => page(columns, "activity", "at", ""),
                // A page of each kind: a kind that is rare is found without reading those that are not.
                Some(kinds) => {
                    let each = kinds.iter().map(|kind| {
                        let one = page(columns, "activity", "at", &format!(" AND kind = '{kind}'{staff}"));
                        format!("SELECT * FROM ({one}) AS k")
                    });
                    let each = each.collect::<Vec<_>>().join(" UNION ALL ");
                    format!("SELECT * FROM ({each}) AS a ORDER BY at DESC, id DESC LIMIT {limit}")
                }
            }
        }
        Source::Run => page(
            "id, started_at AS at, reason AS kind, state, started_by AS actor, message AS detail",
            "runs",
            "started_at",
            "",
        ),
        Source::Received => page(
            "id, received_at AS at, event_type AS kind, \
             CASE WHEN processed_at IS NULL THEN 'waiting' ELSE 'delivered' END AS state, \
             NULL AS actor, NULL AS detail",
            "webhook_events",
            "received_at",
            "",
        ),
        Source::Event => {
            page("id, created_at AS at, kind, NULL AS state, NULL AS actor, NULL AS detail", "events", "created_at", "")
        }
        Source::Hook => page(
            "id, created_at AS at, hook AS kind, state, NULL AS actor, trouble AS detail",
            "outbox",
            "created_at",
            " AND event_id IS NULL",
        ),
        // What nobody wanted any more was not told.
        Source::Notice => format!(
            "SELECT n.id, n.created_at AS at, n.what || '.' || i.kind AS kind, n.state, NULL AS actor, \
             CASE WHEN n.channel = 'webhook' THEN NULL ELSE COALESCE(s.name, '…') END AS detail \
             FROM incidents i JOIN alert_notices n ON n.incident_id = i.id LEFT JOIN staff s ON s.id = n.staff_id \
             WHERE i.connection_id = $1 AND n.created_at >= $2 AND (n.created_at, n.id) < ($3, $4) \
             AND n.state <> 'dropped' ORDER BY n.created_at DESC, n.id DESC LIMIT {limit}"
        ),
    };
    (sql, values)
}
