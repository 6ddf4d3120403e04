//! How many connections there are by integration and state: exact, at any size, in every snapshot.
//!
//! A trigger writes each change of a count as a row, and the count is the sum of its rows. Nobody waits for a counter
//! that somebody else is about to change; a job adds the rows up, so that they stay few.

use std::collections::BTreeMap;

use app::state::ConnectionState;
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, QueryResult, Statement, Value};

use super::tenant_rows::places;
use super::{Result, Tx};

/// Rows of one commit: on SQLite everybody else who writes waits for it.
pub const AT_ONCE: u32 = 1_000;
/// The table, for adding it up.
pub const SUMS: Sums = Sums { table: "tenant_counts", by: &[By::Text("integration"), By::Text("state")] };
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

    /// Of connections of one integration that have not ended.
    pub fn live_of(&self, integration: &str) -> u64 {
        let ended = self.of(Some(integration), Some(ConnectionState::Disconnected));
        self.of(Some(integration), None).saturating_sub(ended)
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

/// A table of sums and changes of sums.
#[derive(Debug, Clone, Copy)]
pub struct Sums {
    pub(super) table: &'static str,
    /// What a sum is of.
    pub(super) by: &'static [By],
}

#[derive(Debug, Clone, Copy)]
pub(super) enum By {
    Text(&'static str),
    Number(&'static str),
}

impl By {
    fn column(self) -> &'static str {
        match self {
            By::Text(column) | By::Number(column) => column,
        }
    }

    fn read(self, row: &QueryResult) -> Result<Value> {
        Ok(match self {
            By::Text(column) => row.try_get::<String>("", column)?.into(),
            By::Number(column) => row.try_get::<i64>("", column)?.into(),
        })
    }
}

impl Sums {
    fn columns(self) -> String {
        self.by.iter().map(|by| by.column()).collect::<Vec<_>>().join(", ")
    }
}

/// Which sum has more rows than one.
#[derive(Debug, Clone)]
pub struct Apart(Vec<Value>);

/// Sums that have more rows than one. It looks at every row, so no writer should: it would hold up others.
///
/// # Errors
/// When the database does not answer.
pub async fn apart(db: &impl ConnectionTrait, sums: Sums) -> Result<Vec<Apart>> {
    let (table, by) = (sums.table, sums.columns());
    let sql = format!("SELECT {by} FROM {table} GROUP BY {by} HAVING COUNT(*) > 1");
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await?;
    rows.iter().map(|row| sums.by.iter().map(|by| by.read(row)).collect::<Result<_>>().map(Apart)).collect()
}

/// Adds up at most so many rows, two at least, and takes from `apart` what is added up. Two that do it at the same time
/// take different rows.
///
/// # Errors
/// When the database does not answer.
pub async fn add_up(tx: &mut Tx, sums: Sums, apart: &mut Vec<Apart>, most: u32) -> Result<()> {
    let mut left = most.max(2);
    while left >= 2
        && let Some(sum) = apart.last()
    {
        let gone = add_up_one(tx, sums, sum, left).await?;
        // What somebody else has taken is their affair.
        if gone < left {
            apart.pop();
        }
        left = left.saturating_sub(gone);
    }
    Ok(())
}

/// Replaces the oldest rows of a sum by one. Returns how many there were.
async fn add_up_one(tx: &Tx, sums: Sums, sum: &Apart, most: u32) -> Result<u32> {
    let (db, table) = (tx.connection(), sums.table);
    let backend = db.get_database_backend();
    let is: Vec<String> =
        sums.by.iter().enumerate().map(|(index, by)| format!("{} = ${}", by.column(), index + 1)).collect();
    let lock = if backend == DbBackend::Sqlite { "" } else { " FOR UPDATE SKIP LOCKED" };
    let sql = format!(
        "DELETE FROM {table} WHERE number IN (SELECT number FROM {table} WHERE {} ORDER BY number LIMIT {most}{lock}) \
         RETURNING change",
        is.join(" AND ")
    );
    let gone = db.query_all_raw(Statement::from_sql_and_values(backend, sql, sum.0.clone())).await?;
    let mut change = 0;
    for row in &gone {
        change += row.try_get::<i64>("", "change")?;
    }
    if change != 0 {
        let places = places(1, sums.by.len() + 1);
        let sql = format!("INSERT INTO {table} ({}, change) VALUES ({places})", sums.columns());
        let values: Vec<Value> = sum.0.iter().cloned().chain([change.into()]).collect();
        db.execute_raw(Statement::from_sql_and_values(backend, sql, values)).await?;
    }
    Ok(u32::try_from(gone.len()).unwrap_or(u32::MAX))
}
