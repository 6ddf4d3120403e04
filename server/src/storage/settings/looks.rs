//! Which connections' settings were not looked at for how long, and pages of all of an integration.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait as _, ConnectionTrait, DbBackend, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, QueryTrait as _, Select, Statement,
};
use uuid::Uuid;

use crate::clock::Millis;
use crate::storage::entity::connections::{Column, Entity};
use crate::storage::{Result, Tx};

/// Those of an integration that were last looked at before that, longest ago first, each with the time of its last
/// look.
///
/// # Errors
/// When the database does not answer.
pub async fn due(
    db: &impl ConnectionTrait,
    integration: &str,
    before: Millis,
    limit: u64,
) -> Result<Vec<(Uuid, Millis)>> {
    Ok(longest_ago(integration, before, limit).into_tuple().all(db).await?)
}

/// How [`due`] asks, for whoever asks the database how it would find them.
pub fn asked(backend: DbBackend, integration: &str, before: Millis, limit: u64) -> Statement {
    longest_ago(integration, before, limit).build(backend)
}

fn longest_ago(integration: &str, before: Millis, limit: u64) -> Select<Entity> {
    Entity::find()
        .select_only()
        .columns([Column::Id, Column::SettingsLookedAt])
        .filter(Column::Integration.eq(integration))
        .filter(Column::DisconnectedAt.is_null())
        .filter(Column::SettingsLookedAt.lt(before))
        .order_by_asc(Column::SettingsLookedAt)
        .order_by_asc(Column::Id)
        .limit(limit)
}

/// `false` when somebody else took the look since that last one.
///
/// # Errors
/// When the database does not answer.
pub async fn claim(tx: &mut Tx, connection: Uuid, last: Millis, now: Millis) -> Result<bool> {
    let won = Entity::update_many()
        .col_expr(Column::SettingsLookedAt, Expr::value(now))
        .filter(Column::Id.eq(connection))
        .filter(Column::SettingsLookedAt.eq(last))
        .exec(tx.connection())
        .await?;
    Ok(won.rows_affected == 1)
}

/// Connections of an integration that have not ended, in the order of ids behind `after`.
///
/// # Errors
/// When the database does not answer.
pub async fn page(db: &impl ConnectionTrait, integration: &str, after: Option<Uuid>, limit: u64) -> Result<Vec<Uuid>> {
    let mut query = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::Integration.eq(integration))
        .filter(Column::DisconnectedAt.is_null());
    if let Some(after) = after {
        query = query.filter(Column::Id.gt(after));
    }
    Ok(query.order_by_asc(Column::Id).limit(limit).into_tuple().all(db).await?)
}
