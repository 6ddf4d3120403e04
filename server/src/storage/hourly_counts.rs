//! What happened in an hour, by integration: runs and how they ended, deliveries of OfficeRnD, steps on the way from
//! Connect to the first good run. Kept by triggers as `tenant_counts` is; on SQLite, deliveries are counted in their
//! sum at once, since they are many and there is one writer.

use sea_orm::{ConnectionTrait, FromQueryResult, Statement, Value};

use super::tenant_counts::{By, Sums};
use super::tenant_rows::places;
use super::{Result, Tx};
use crate::clock::{DAY, HOUR, Millis};

/// As long as a month on a page, and a little longer.
const KEPT: Millis = 32 * DAY;
/// The table, for adding it up.
pub const SUMS: Sums =
    Sums { table: "hourly_counts", by: &[By::Text("what"), By::Number("hour"), By::Text("integration")] };

/// Sum of one hour, or of all that were asked for.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Sum {
    pub what: String,
    pub integration: String,
    pub hour: i64,
    pub count: i64,
}

/// What begins like that in each hour since a time, oldest first.
///
/// # Errors
/// When the database does not answer.
pub async fn by_hour(db: &impl ConnectionTrait, kinds: &[&str], since: Millis) -> Result<Vec<Sum>> {
    read(db, kinds, since, "hour").await
}

/// The same in one sum, whose hour is the first.
///
/// # Errors
/// When the database does not answer.
pub async fn since(db: &impl ConnectionTrait, kinds: &[&str], since: Millis) -> Result<Vec<Sum>> {
    read(db, kinds, since, "").await
}

async fn read(db: &impl ConnectionTrait, kinds: &[&str], since: Millis, by: &str) -> Result<Vec<Sum>> {
    let mut values: Vec<Value> = vec![since.div_euclid(HOUR).into()];
    values.extend(kinds.iter().map(|kind| Value::from(*kind)));
    let (hour, group) = if by.is_empty() { ("MIN(hour)", "") } else { ("hour", ", hour") };
    let sql = format!(
        "SELECT what, integration, {hour} AS hour, CAST(SUM(change) AS BIGINT) AS count FROM hourly_counts \
         WHERE what IN ({}) AND hour >= $1 GROUP BY what, integration{group} ORDER BY 3, 1, 2",
        places(2, kinds.len())
    );
    Ok(Sum::find_by_statement(Statement::from_sql_and_values(db.get_database_backend(), sql, values)).all(db).await?)
}

/// # Errors
/// When the database does not answer.
pub async fn delete_old(tx: &mut Tx, now: Millis) -> Result<()> {
    let db = tx.connection();
    let sql = "DELETE FROM hourly_counts WHERE hour < $1";
    let before = (now - KEPT).div_euclid(HOUR);
    db.execute_raw(Statement::from_sql_and_values(db.get_database_backend(), sql, [before.into()])).await?;
    Ok(())
}
