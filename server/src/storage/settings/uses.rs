//! What each connection uses that no other of its integration may: a row for each target, so that nobody has to read
//! others' settings to know what they use.

use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, DbBackend, EntityTrait as _, FromQueryResult,
    QueryFilter as _, Statement, Value,
};
use uuid::Uuid;

use crate::crypto::digest::Digest;
use crate::domain::connection::Connection;
use crate::domain::settings::findings::uses::Targets;
use crate::storage::entity::known_uses;
use crate::storage::entity::target_uses::{ActiveModel, Column, Entity};
use crate::storage::{Result, Tx};

/// Targets of one statement: databases limit its parameters.
const AT_ONCE: usize = 1_000;

/// What the connection uses.
///
/// # Errors
/// When the database does not answer.
pub async fn of(db: &impl ConnectionTrait, connection: Uuid) -> Result<Targets> {
    let mut found = Targets::new();
    for row in Entity::find().filter(Column::ConnectionId.eq(connection)).all(db).await? {
        found.entry(row.source).or_default().insert(row.target);
    }
    Ok(found)
}

/// Makes these what the connection uses, and writes only what differs. Whoever calls it has locked the connection.
///
/// # Errors
/// When the database does not answer.
pub async fn save(tx: &mut Tx, connection: &Connection, uses: &Targets) -> Result<()> {
    let known = of(tx.connection(), connection.id).await?;
    for (source, targets) in without(&known, uses) {
        for targets in targets.chunks(AT_ONCE) {
            Entity::delete_many()
                .filter(Column::ConnectionId.eq(connection.id))
                .filter(Column::Source.eq(source))
                .filter(Column::Target.is_in(targets.iter().copied()))
                .exec(tx.connection())
                .await?;
        }
    }
    let mut new = Vec::new();
    for (source, targets) in without(uses, &known) {
        new.extend(targets.into_iter().map(|target| ActiveModel {
            connection_id: Set(connection.id),
            source: Set(source.to_owned()),
            target: Set(target.to_owned()),
            integration: Set(connection.integration.clone()),
        }));
    }
    for rows in new.chunks(AT_ONCE) {
        Entity::insert_many(rows.to_vec()).exec_without_returning(tx.connection()).await?;
    }
    Ok(())
}

/// Whether what all connections of an integration use was kept by these rules.
///
/// # Errors
/// When the database does not answer.
pub async fn are_known(db: &impl ConnectionTrait, integration: &str, rules: &Digest) -> Result<bool> {
    let known = known_uses::Entity::find_by_id(integration.to_owned()).one(db).await?;
    Ok(known.is_some_and(|known| known.rules == rules))
}

/// From here on it is.
///
/// # Errors
/// When the database does not answer.
pub async fn now_known(tx: &mut Tx, integration: &str, rules: &Digest) -> Result<()> {
    use known_uses::Column::{Integration, Rules};
    let row = known_uses::ActiveModel { integration: Set(integration.to_owned()), rules: Set(rules.to_vec()) };
    known_uses::Entity::insert(row)
        .on_conflict(OnConflict::column(Integration).update_column(Rules).to_owned())
        .exec_without_returning(tx.connection())
        .await?;
    Ok(())
}

/// What the first ones hold and the second ones do not, by source.
fn without<'t>(these: &'t Targets, those: &Targets) -> Vec<(&'t str, Vec<&'t str>)> {
    let mut left = Vec::new();
    for (source, targets) in these {
        let known = those.get(source);
        let new = targets.iter().filter(|target| known.is_none_or(|known| !known.contains(*target)));
        left.push((source.as_str(), new.map(String::as_str).collect()));
    }
    left
}

#[derive(FromQueryResult)]
struct Used {
    source: String,
    target: String,
}

/// Which of these another connection of the integration uses, whichever organization and account it belongs to.
///
/// # Errors
/// When the database does not answer.
pub async fn used_elsewhere(db: &impl ConnectionTrait, connection: &Connection, mine: &Targets) -> Result<Targets> {
    let mut pairs: Vec<(&str, &str)> = Vec::new();
    for (source, targets) in mine {
        pairs.extend(targets.iter().map(|target| (source.as_str(), target.as_str())));
    }
    let mut found = Targets::new();
    for pairs in pairs.chunks(AT_ONCE) {
        let statement = elsewhere(db.get_database_backend(), connection, pairs);
        for used in Used::find_by_statement(statement).all(db).await? {
            found.entry(used.source).or_default().insert(used.target);
        }
    }
    Ok(found)
}

/// For each source and target a look into the index that ends with the first connection found: what all of them use
/// costs no more than what one does.
pub fn elsewhere(backend: DbBackend, connection: &Connection, mine: &[(&str, &str)]) -> Statement {
    let mut values: Vec<Value> = vec![connection.integration.as_str().into(), connection.id.into()];
    let mut rows = Vec::with_capacity(mine.len());
    for (source, target) in mine {
        values.extend([Value::from(*source), Value::from(*target)]);
        rows.push(format!("(${}, ${})", values.len() - 1, values.len()));
    }
    let sql = format!(
        "SELECT m.column1 AS source, m.column2 AS target FROM (VALUES {}) AS m WHERE (\
         SELECT 1 FROM target_uses u JOIN connections c ON c.id = u.connection_id \
         WHERE u.integration = $1 AND u.source = m.column1 AND u.target = m.column2 AND u.connection_id <> $2 \
         AND c.disconnected_at IS NULL LIMIT 1) IS NOT NULL",
        rows.join(", ")
    );
    Statement::from_sql_and_values(backend, sql, values)
}
