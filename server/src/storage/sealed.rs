//! Every column that holds sealed records, as one list. Rotation, counting and checks walk it, so what
//! is sealed in a column that is not here would keep its key for ever: a test compares it with the schema.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, DbBackend, QueryResult, Statement, Value};
use uuid::Uuid;

use super::{Result, Tx};
use crate::crypto::vault::{Mark, Slot};

pub struct SealedTable {
    pub name: &'static str,
    /// Its primary key, to which records are bound.
    id: &'static str,
    pub columns: &'static [&'static str],
    owner: Owner,
}

/// Whose organization records are bound to.
enum Owner {
    /// That of the connection with the row's id.
    Connection,
    /// That of the connection that the row names.
    Named,
    /// Not proved yet, or no organization's at all.
    Nobody,
}

pub const TABLES: [SealedTable; 11] = [
    SealedTable {
        name: "connection_secrets",
        id: "connection_id",
        columns: &["integration_secret", "subscription_secret"],
        owner: Owner::Connection,
    },
    SealedTable {
        name: "grant_tokens",
        id: "connection_id",
        columns: &["access_token", "refresh_token"],
        owner: Owner::Connection,
    },
    SealedTable { name: "setting_secrets", id: "id", columns: &["secret", "previous"], owner: Owner::Named },
    SealedTable { name: "setting_drafts", id: "id", columns: &["entries"], owner: Owner::Named },
    SealedTable { name: "partner_sign_ins", id: "id", columns: &["entries"], owner: Owner::Named },
    SealedTable { name: "idempotent_calls", id: "id", columns: &["answer"], owner: Owner::Nobody },
    SealedTable {
        name: "attempt_secrets",
        id: "attempt_id",
        columns: &["code", "access_token", "refresh_token"],
        owner: Owner::Nobody,
    },
    SealedTable {
        name: "event_endpoint_secrets",
        id: "endpoint_id",
        columns: &["secret", "previous"],
        owner: Owner::Nobody,
    },
    SealedTable { name: "alerting", id: "id", columns: &["webhook_secret", "webhook_previous"], owner: Owner::Nobody },
    SealedTable { name: "staff_second_factors", id: "staff_id", columns: &["secret"], owner: Owner::Nobody },
    SealedTable { name: "staff_oidc_sign_ins", id: "id", columns: &["secrets"], owner: Owner::Nobody },
];

/// A record as it is stored, with the place it belongs to.
pub struct Sealed {
    pub slot: Slot,
    pub record: Vec<u8>,
}

/// Records of up to `limit` rows after `after` (nil to begin with) that were not sealed with the key of
/// `mark`, in the order of ids.
///
/// # Errors
/// When the database does not answer.
pub async fn sealed_otherwise(
    db: &impl ConnectionTrait,
    table: &SealedTable,
    mark: Mark,
    after: Uuid,
    limit: u32,
) -> Result<Vec<Sealed>> {
    let differs: Vec<String> = table.columns.iter().map(|column| format!("substr(t.{column}, 1, 5) <> $2")).collect();
    let tail = format!("WHERE t.{} > $1 AND ({}) ORDER BY t.{0} LIMIT {limit}", table.id, differs.join(" OR "));
    let rows = select(db, table, table.columns, &tail, [after.into(), mark.to_vec().into()]).await?;
    Ok(rows.into_iter().filter(|sealed| !sealed.record.starts_with(&mark)).collect())
}

/// Replaces a record that is still the one that was read. `false`: it was changed, or is being changed,
/// and what that leaves is newer than ours. Waits for nobody, so that it cannot be part of a deadlock.
///
/// # Errors
/// When the database does not answer.
pub async fn replace(tx: &mut Tx, was: &Sealed, record: Vec<u8>) -> Result<bool> {
    let Slot { table, column, row, .. } = was.slot;
    let Some(id) = TABLES.iter().find(|known| known.name == table).map(|known| known.id) else { return Ok(false) };
    let db = tx.connection();
    let backend = db.get_database_backend();
    let unchanged = format!("{id} = $2 AND {column} = $3");
    let wanted = match backend {
        DbBackend::Postgres => {
            format!("{id} IN (SELECT {id} FROM {table} WHERE {unchanged} FOR UPDATE SKIP LOCKED)")
        }
        _ => unchanged,
    };
    let sql = format!("UPDATE {table} SET {column} = $1 WHERE {wanted}");
    let values: [Value; 3] = [record.into(), row.into(), was.record.clone().into()];
    let done = db.execute_raw(Statement::from_sql_and_values(backend, sql, values)).await?;
    Ok(done.rows_affected() == 1)
}

/// How many records each key sealed, in all tables, in one statement, so that nothing moves between
/// two counts.
///
/// # Errors
/// When the database does not answer.
pub async fn counts(db: &impl ConnectionTrait) -> Result<BTreeMap<u32, u64>> {
    let backend = db.get_database_backend();
    let columns: Vec<String> = TABLES
        .iter()
        .flat_map(|table| table.columns.iter().map(move |column| (table.name, column)))
        .map(|(table, column)| {
            let key = match backend {
                DbBackend::Postgres => format!("encode(substr({column}, 2, 4), 'hex')"),
                _ => format!("hex(substr({column}, 2, 4))"),
            };
            format!("SELECT {key} AS k, COUNT(*) AS n FROM {table} WHERE {column} IS NOT NULL GROUP BY 1")
        })
        .collect();
    let rows = db.query_all_raw(Statement::from_string(backend, columns.join(" UNION ALL "))).await?;
    let mut counts = BTreeMap::new();
    for row in rows {
        let (key, count) = (row.try_get_by_index::<String>(0)?, row.try_get_by_index::<i64>(1)?);
        // What is too short to name a key opens with none; rotation says so.
        if let Ok(key) = u32::from_str_radix(&key, 16) {
            *counts.entry(key).or_default() += u64::try_from(count).unwrap_or(0);
        }
    }
    Ok(counts)
}

/// Some record that this key sealed.
///
/// # Errors
/// When the database does not answer.
pub async fn sample(db: &impl ConnectionTrait, key: u32) -> Result<Option<Sealed>> {
    for table in &TABLES {
        for column in table.columns {
            let tail = format!("WHERE substr(t.{column}, 2, 4) = $1 LIMIT 1");
            let found = select(db, table, &[column], &tail, [key.to_be_bytes().to_vec().into()]).await?;
            if let Some(sealed) = found.into_iter().next() {
                return Ok(Some(sealed));
            }
        }
    }
    Ok(None)
}

/// The records in these columns of the rows that `tail` finds.
async fn select<const N: usize>(
    db: &impl ConnectionTrait,
    table: &SealedTable,
    columns: &[&'static str],
    tail: &str,
    values: [Value; N],
) -> Result<Vec<Sealed>> {
    let SealedTable { name, id, owner, .. } = table;
    let (organization, join) = match owner {
        Owner::Connection => ("c.organization_id", format!("JOIN connections c ON c.id = t.{id}")),
        Owner::Named => ("c.organization_id", "JOIN connections c ON c.id = t.connection_id".to_owned()),
        Owner::Nobody => ("NULL", String::new()),
    };
    let list: String = columns.iter().map(|column| format!(", t.{column}")).collect();
    let sql = format!("SELECT t.{id}, {organization}{list} FROM {name} t {join} {tail}");
    let rows = db.query_all_raw(Statement::from_sql_and_values(db.get_database_backend(), sql, values)).await?;
    let mut found = Vec::new();
    for row in rows {
        found.extend(records(&row, table, columns)?);
    }
    Ok(found)
}

fn records(row: &QueryResult, table: &SealedTable, columns: &[&'static str]) -> Result<Vec<Sealed>> {
    let id: Uuid = row.try_get_by_index(0)?;
    let organization = match table.owner {
        Owner::Connection | Owner::Named => row.try_get_by_index(1)?,
        Owner::Nobody => Uuid::nil(),
    };
    let mut found = Vec::new();
    for (index, column) in columns.iter().enumerate() {
        if let Some(record) = row.try_get_by_index::<Option<Vec<u8>>>(index + 2)? {
            found.push(Sealed { slot: Slot { table: table.name, column, row: id, organization }, record });
        }
    }
    Ok(found)
}
