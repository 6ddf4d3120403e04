//! How many connections there are by integration and state: exact, at any size, in every snapshot.
//!
//! A trigger writes each change of a count as a row, and the count is the sum of its rows. Nobody waits for a counter
//! that somebody else is about to change; a job adds the rows up, so that they stay few.

use std::collections::BTreeMap;

use app::state::ConnectionState;
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Statement};

use super::{Result, Tx};

/// Rows that one sum takes.
const AT_ONCE: u32 = 20_000;
const ORGANIZATION: &str = "organization";

#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Counts {
    by: BTreeMap<String, BTreeMap<&'static str, u64>>,
    pub organizations: u64,
}

impl Counts {
    /// Of one or all integrations and one or all states.
    pub fn of(&self, integration: Option<&str>, state: Option<ConnectionState>) -> u64 {
        let of_integration = |states: &BTreeMap<&'static str, u64>| match state {
            Some(state) => states.get(state.slug()).copied().unwrap_or(0),
            None => states.values().sum(),
        };
        match integration {
            Some(slug) => self.by.get(slug).map_or(0, of_integration),
            None => self.by.values().map(of_integration).sum(),
        }
    }

    /// Those that have connections.
    pub fn integrations(&self) -> impl Iterator<Item = &str> {
        self.by.keys().map(String::as_str)
    }
}

#[derive(FromQueryResult)]
struct Sum {
    integration: String,
    state: String,
    count: i64,
}

/// # Errors
/// When the database does not answer.
pub async fn read(db: &impl ConnectionTrait) -> Result<Counts> {
    let sql = "SELECT integration, state, CAST(SUM(change) AS BIGINT) AS count FROM tenant_counts GROUP BY integration, state";
    let sums = Sum::find_by_statement(Statement::from_string(db.get_database_backend(), sql)).all(db).await?;
    let mut counts = Counts::default();
    for sum in sums {
        let count = u64::try_from(sum.count).unwrap_or(0);
        if sum.state == ORGANIZATION {
            counts.organizations = count;
        } else if let Some(state) = ConnectionState::from_slug(&sum.state).filter(|_| count > 0) {
            counts.by.entry(sum.integration).or_default().insert(state.slug(), count);
        }
    }
    Ok(counts)
}

/// The same by looking at every connection: slow, and what the other is compared with.
///
/// # Errors
/// When the database does not answer.
pub async fn count_all(db: &impl ConnectionTrait) -> Result<Counts> {
    let sql = "SELECT integration, state, COUNT(*) AS count FROM connections GROUP BY integration, state \
               UNION ALL SELECT '', 'organization', COUNT(*) FROM organizations";
    let sums = Sum::find_by_statement(Statement::from_string(db.get_database_backend(), sql)).all(db).await?;
    let mut counts = Counts::default();
    for sum in sums {
        let count = u64::try_from(sum.count).unwrap_or(0);
        if sum.state == ORGANIZATION {
            counts.organizations = count;
        } else if let Some(state) = ConnectionState::from_slug(&sum.state) {
            counts.by.entry(sum.integration).or_default().insert(state.slug(), count);
        }
    }
    Ok(counts)
}

/// Adds rows up. Returns whether there may be more to add. Two that do it at the same time take different rows.
///
/// # Errors
/// When the database does not answer.
pub async fn add_up(tx: &mut Tx) -> Result<bool> {
    add_up_some(tx, AT_ONCE).await
}

/// The same with at most so many rows, of which there are two at least.
///
/// # Errors
/// When the database does not answer.
pub async fn add_up_some(tx: &mut Tx, most: u32) -> Result<bool> {
    add_up_table(tx, "tenant_counts", &["integration", "state"], most).await
}

/// Replaces rows of changes by one of their sum.
pub(super) async fn add_up_table(tx: &mut Tx, table: &str, columns: &[&str], most: u32) -> Result<bool> {
    let (db, by) = (tx.connection(), columns.join(", "));
    let backend = db.get_database_backend();
    // Only what has more than one row, and one sum after the other, so that each go makes rows fewer, however many
    // sums there are.
    let rows = |until: &str| {
        format!(
            "SELECT number FROM {table} WHERE {until} AND ({by}) IN (SELECT {by} FROM {table} WHERE {until} \
             GROUP BY {by} HAVING COUNT(*) > 1 ORDER BY {by} LIMIT {most}) ORDER BY {by}, number LIMIT {most}"
        )
    };
    let sums = |from: &str| {
        format!(
            "INSERT INTO {table} ({by}, change) SELECT {by}, SUM(change) FROM {from} GROUP BY {by} HAVING SUM(change) <> 0"
        )
    };
    let gone = if backend == DbBackend::Sqlite {
        // There is one writer, so that the rows until the last one are the same in all statements.
        let last = format!("SELECT MAX(number) AS last FROM {table}");
        let last = db.query_one_raw(Statement::from_string(backend, last)).await?;
        let last = last.map(|row| row.try_get::<Option<i64>>("", "last")).transpose()?;
        let Some(last) = last.flatten() else { return Ok(false) };
        let rows = rows(&format!("number <= {last}"));
        db.execute_unprepared(&sums(&format!("{table} WHERE number IN ({rows})"))).await?;
        db.execute_unprepared(&format!("DELETE FROM {table} WHERE number IN ({rows})")).await?.rows_affected()
    } else {
        let (rows, sums) = (rows("TRUE"), sums("gone"));
        let sql = format!(
            "WITH gone AS (DELETE FROM {table} WHERE number IN ({rows} FOR UPDATE SKIP LOCKED) RETURNING {by}, change), \
             kept AS ({sums}) SELECT COUNT(*) AS gone FROM gone"
        );
        let row = db.query_one_raw(Statement::from_string(backend, sql)).await?;
        row.map(|row| row.try_get::<i64>("", "gone")).transpose()?.unwrap_or(0).unsigned_abs()
    };
    Ok(gone == u64::from(most))
}
