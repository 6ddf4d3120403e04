//! Grants as they are counted and listed: for the forecast, for metrics and for people.

use std::collections::HashMap;

use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, FromQueryResult, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, Select,
};
use uuid::Uuid;

use super::entity::{connections, grants, organizations};
use super::{Result, StorageError};
use crate::clock::{DAY, Millis};
use crate::domain::forecast::{BUCKET, Deadlines};
use crate::domain::grant::Grant;
use crate::domain::schedule;
use grants::{Column, Entity};

/// A connection that failed as often in a row does not push the others; it is tried when its own time comes.
const HOPELESS: i32 = schedule::HOPELESS.cast_signed();

fn alive(client_id: &str) -> Select<Entity> {
    Entity::find().filter(Expr::cust("state = 'alive'")).filter(Column::ClientId.eq(client_id))
}

/// How many grants end when, without those that wait after many failures.
///
/// # Errors
/// When the database does not answer.
pub async fn deadlines(db: &impl ConnectionTrait, client_id: &str, now: Millis) -> Result<Deadlines> {
    let pushes = Condition::any()
        .add(Column::AgainAt.is_null())
        .add(Column::AgainAt.lte(now))
        .add(Column::Failures.lt(HOPELESS));
    let counts: Vec<(i64, i64)> = alive(client_id)
        .filter(pushes)
        .select_only()
        .column_as(Expr::cust(format!("refresh_expires_at / {BUCKET}")), "bucket")
        .column_as(Expr::cust("COUNT(*)"), "count")
        .group_by(Expr::cust(format!("refresh_expires_at / {BUCKET}")))
        .into_tuple()
        .all(db)
        .await?;
    Ok(Deadlines::new(counts.into_iter().map(|(bucket, count)| (bucket * BUCKET, u64::try_from(count).unwrap_or(0)))))
}

/// What metrics say of a client's grants.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    pub alive: u64,
    /// Access tokens that are to be renewed now.
    pub due: u64,
    /// Refresh tokens that have ended, as far as we know.
    pub late: u64,
    /// After at least one failure.
    pub failing: u64,
    /// Under a lease.
    pub leased: u64,
    /// Refused by OfficeRnD.
    pub refused: u64,
}

#[derive(FromQueryResult)]
struct RawCounts {
    alive: i64,
    due: i64,
    late: i64,
    failing: i64,
    leased: i64,
    refused: i64,
}

/// # Errors
/// When the database does not answer.
pub async fn counts(db: &impl ConnectionTrait, client_id: &str, now: Millis) -> Result<Counts> {
    let sum = |what: String| Expr::cust(format!("COALESCE(SUM(CASE WHEN {what} THEN 1 ELSE 0 END), 0)"));
    let raw = Entity::find()
        .filter(Column::ClientId.eq(client_id))
        .select_only()
        .column_as(sum("state = 'alive'".into()), "alive")
        .column_as(sum(format!("state = 'alive' AND fresh_at <= {now}")), "due")
        .column_as(sum(format!("state = 'alive' AND refresh_expires_at <= {now}")), "late")
        .column_as(sum("state = 'alive' AND failures > 0".into()), "failing")
        .column_as(sum(format!("lease_id IS NOT NULL AND lease_until > {now}")), "leased")
        .column_as(sum("state <> 'alive'".into()), "refused")
        .into_model::<RawCounts>()
        .one(db)
        .await?;
    let count = |value: i64| u64::try_from(value).unwrap_or(0);
    Ok(raw.map_or_else(Counts::default, |raw| Counts {
        alive: count(raw.alive),
        due: count(raw.due),
        late: count(raw.late),
        failing: count(raw.failing),
        leased: count(raw.leased),
        refused: count(raw.refused),
    }))
}

/// Grants that were given on a day or later: how fast their number grows.
///
/// # Errors
/// When the database does not answer.
pub async fn connected_since(db: &impl ConnectionTrait, integrations: &[String], since: Millis) -> Result<u64> {
    Ok(connections::Entity::find()
        .filter(connections::Column::Integration.is_in(integrations.iter().cloned()))
        .filter(connections::Column::DisconnectedAt.is_null())
        .filter(connections::Column::CreatedAt.gte(since))
        .count(db)
        .await?)
}

/// Client ids that grants have.
///
/// # Errors
/// When the database does not answer.
pub async fn clients(db: &impl ConnectionTrait) -> Result<Vec<String>> {
    Ok(Entity::find()
        .select_only()
        .column(Column::ClientId)
        .distinct()
        .order_by_asc(Column::ClientId)
        .into_tuple()
        .all(db)
        .await?)
}

/// Which grants a person wants to see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// To be refreshed within an hour.
    Due,
    /// Failed at least once since the last pair.
    Failing,
    /// Refused, or end within three days.
    Dying,
    All,
}

/// A grant with whose it is.
pub struct Listed {
    pub grant: Grant,
    pub integration: String,
    pub organization: String,
    pub connection: Uuid,
}

/// Those that end first come first.
///
/// # Errors
/// When the database does not answer or a row makes no sense.
pub async fn list(
    db: &impl ConnectionTrait,
    look: Look,
    integration: Option<&str>,
    due_until: Millis,
    now: Millis,
    limit: u64,
) -> Result<Vec<Listed>> {
    let alive = || Expr::cust("state = 'alive'");
    let mut query = Entity::find();
    query = match look {
        Look::Due => query
            .filter(alive())
            .filter(Condition::any().add(Column::RefreshExpiresAt.lte(due_until)).add(Column::FreshAt.lte(now))),
        Look::Failing => query.filter(alive()).filter(Column::FailedAt.is_not_null()),
        Look::Dying => query
            .filter(Condition::any().add(Column::State.ne("alive")).add(Column::RefreshExpiresAt.lte(now + 3 * DAY))),
        Look::All => query,
    };
    if let Some(integration) = integration {
        let of = connections::Entity::find()
            .select_only()
            .column(connections::Column::Id)
            .filter(connections::Column::Integration.eq(integration));
        query = query.filter(Column::ConnectionId.in_subquery(sea_orm::QueryTrait::into_query(of)));
    }
    let rows = query.order_by_asc(Column::RefreshExpiresAt).limit(limit).all(db).await?;
    let ids: Vec<Uuid> = rows.iter().map(|row| row.connection_id).collect();
    let owners: Vec<(Uuid, String, Uuid)> = connections::Entity::find()
        .select_only()
        .columns([connections::Column::Id, connections::Column::Integration, connections::Column::OrganizationId])
        .filter(connections::Column::Id.is_in(ids))
        .into_tuple()
        .all(db)
        .await?;
    let slugs: HashMap<Uuid, String> = organizations::Entity::find()
        .filter(organizations::Column::Id.is_in(owners.iter().map(|(_, _, organization)| *organization)))
        .all(db)
        .await?
        .into_iter()
        .map(|row| (row.id, row.slug))
        .collect();
    let missing = || StorageError::Inconsistent { table: "grants", what: "no connection" };
    let owners: HashMap<Uuid, (String, Uuid)> =
        owners.into_iter().map(|(id, integration, organization)| (id, (integration, organization))).collect();
    rows.into_iter()
        .map(|row| {
            let grant = Grant::try_from(row)?;
            let (integration, organization) = owners.get(&grant.connection).cloned().ok_or_else(missing)?;
            let organization = slugs.get(&organization).cloned().ok_or_else(missing)?;
            Ok(Listed { connection: grant.connection, grant, integration, organization })
        })
        .collect()
}
