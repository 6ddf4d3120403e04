//! What OfficeRnD has called, and what of a set-up can be seen in what is stored.

use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, FromQueryResult, QueryFilter as _, Statement,
};

use super::entity::seen_calls::{ActiveModel, Column, Entity};
use super::{Result, Tx};
use crate::clock::Millis;

/// A kind of call that was genuine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    Connect,
    Configure,
    Healthcheck,
    Sync,
    Webhook,
}

impl Call {
    pub const ALL: [Call; 5] = [Call::Connect, Call::Configure, Call::Healthcheck, Call::Sync, Call::Webhook];

    pub fn slug(self) -> &'static str {
        match self {
            Call::Connect => "connect",
            Call::Configure => "configure",
            Call::Healthcheck => "healthcheck",
            Call::Sync => "sync",
            Call::Webhook => "webhook",
        }
    }
}

/// # Errors
/// When the database does not answer.
pub async fn add(tx: &mut Tx, integration: &str, call: Call, now: Millis) -> Result<()> {
    let row =
        ActiveModel { integration: Set(integration.to_owned()), call: Set(call.slug().to_owned()), first_at: Set(now) };
    Entity::insert(row)
        .on_conflict(OnConflict::columns([Column::Integration, Column::Call]).do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(tx.connection())
        .await?;
    Ok(())
}

/// Which calls were seen, and when first.
///
/// # Errors
/// When the database does not answer.
pub async fn of(db: &impl ConnectionTrait, integration: &str) -> Result<Vec<(Call, Millis)>> {
    let rows = Entity::find().filter(Column::Integration.eq(integration)).all(db).await?;
    let known = |slug: &str| Call::ALL.into_iter().find(|call| call.slug() == slug);
    Ok(rows.into_iter().filter_map(|row| Some((known(&row.call)?, row.first_at))).collect())
}

/// How far connections of an integration came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromQueryResult)]
pub struct Reached {
    /// At most `most` are counted.
    pub connections: i64,
    pub finished: i64,
    pub good_runs: i64,
}

/// # Errors
/// When the database does not answer.
pub async fn reached(db: &impl ConnectionTrait, integration: &str, most: u64) -> Result<Reached> {
    let sql = format!(
        "SELECT \
         (SELECT COUNT(*) FROM (SELECT 1 AS x FROM connections WHERE integration = $1 AND disconnected_at IS NULL LIMIT {most}) a) \
           AS connections, \
         (SELECT COUNT(*) FROM (SELECT 1 AS x FROM connections WHERE integration = $2 AND finished_at IS NOT NULL LIMIT 1) b) \
           AS finished, \
         (SELECT COUNT(*) FROM (SELECT 1 AS x FROM connections WHERE integration = $3 AND last_success_at IS NOT NULL LIMIT 1) c) \
           AS good_runs"
    );
    let values = [integration.into(), integration.into(), integration.into()];
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let none = Reached { connections: 0, finished: 0, good_runs: 0 };
    Ok(Reached::find_by_statement(statement).one(db).await?.unwrap_or(none))
}
