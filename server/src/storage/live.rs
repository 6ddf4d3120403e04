//! What tells that something of the dashboard changed, read without reading the dashboard.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use sea_orm::{ConnectionTrait, FromQueryResult, Statement, Value};
use uuid::Uuid;

use super::tenant_counts::Counts;
use super::tenant_rows::places;
use super::{Result, endpoints, outages};
use crate::clock::Millis;

/// The newest of everything: another number of it, another dashboard. Rows that were committed out of their order
/// are missed; who listens is told to look again once a minute whatever happens.
///
/// # Errors
/// When the database does not answer.
pub async fn everything(db: &impl ConnectionTrait, counts: &Counts) -> Result<u64> {
    #[derive(FromQueryResult, Hash)]
    struct Newest {
        hourly: Option<i64>,
        deliveries: Option<i64>,
        activity: Option<Uuid>,
        staff: Option<Uuid>,
    }
    // Deliveries may be counted in the row that is there.
    let sql = "SELECT (SELECT MAX(number) FROM hourly_counts) AS hourly, \
               (SELECT CAST(SUM(change) AS BIGINT) FROM hourly_counts WHERE what = 'webhook' \
               AND hour = (SELECT MAX(hour) FROM hourly_counts WHERE what = 'webhook')) AS deliveries, \
               (SELECT id FROM activity ORDER BY id DESC LIMIT 1) AS activity, \
               (SELECT id FROM staff_activity ORDER BY id DESC LIMIT 1) AS staff";
    let newest = Newest::find_by_statement(Statement::from_string(db.get_database_backend(), sql)).one(db).await?;
    let mut hash = DefaultHasher::new();
    (newest, counts).hash(&mut hash);
    for outage in outages::open(db).await? {
        (outage.id, outage.tenants, outage.acknowledged).hash(&mut hash);
    }
    for endpoint in endpoints::all(db).await? {
        (endpoint.id, endpoint.failing_since, endpoint.disabled_at).hash(&mut hash);
    }
    Ok(hash.finish())
}

/// The same of single connections. One that is gone is left out.
///
/// # Errors
/// When the database does not answer.
pub async fn of(db: &impl ConnectionTrait, connections: &[Uuid]) -> Result<HashMap<Uuid, u64>> {
    #[derive(FromQueryResult, Hash)]
    struct Newest {
        id: Uuid,
        state: String,
        state_since: Millis,
        cause: String,
        updated_at: Millis,
        last_success_at: Option<Millis>,
        next_run_at: Option<Millis>,
        failing_at: Option<Millis>,
        activity: Option<Uuid>,
        run: Option<Uuid>,
        received: Option<Millis>,
        sent: Option<Millis>,
    }
    if connections.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = format!(
        "SELECT c.id, c.state, c.state_since, c.cause, c.updated_at, c.last_success_at, c.next_run_at, c.failing_at, \
         (SELECT id FROM activity WHERE connection_id = c.id ORDER BY at DESC, id DESC LIMIT 1) AS activity, \
         (SELECT id FROM runs WHERE connection_id = c.id ORDER BY started_at DESC LIMIT 1) AS run, \
         (SELECT MAX(received_at) FROM webhook_events WHERE connection_id = c.id) AS received, \
         (SELECT MAX(created_at) FROM outbox WHERE connection_id = c.id) AS sent \
         FROM connections c WHERE c.id IN ({})",
        places(1, connections.len())
    );
    let values: Vec<Value> = connections.iter().map(|id| Value::from(*id)).collect();
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let rows = Newest::find_by_statement(statement).all(db).await?;
    let stamp = |row: &Newest| {
        let mut hash = DefaultHasher::new();
        row.hash(&mut hash);
        hash.finish()
    };
    Ok(rows.iter().map(|row| (row.id, stamp(row))).collect())
}
