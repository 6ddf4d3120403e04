//! Outages: many tenants of an integration that fail alike.

use sea_orm::sea_query::{Expr, ExprTrait as _, Func};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};
use uuid::Uuid;

use super::entity::connections;
use super::entity::outages::{ActiveModel, Column, Entity, Model};
use super::{Result, StorageError, Tx};
use crate::clock::Millis;
use crate::domain::connection::ConnectionState;
use crate::domain::health::Fault;
use crate::domain::outage::LATELY;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outage {
    pub id: Uuid,
    pub integration: String,
    pub fault: Fault,
    pub like: String,
    /// The first failure.
    pub since: Millis,
    pub opened_at: Millis,
    pub closed_at: Option<Millis>,
    /// How many organizations it had at most.
    pub tenants: u32,
    /// Who is on it, and since when.
    pub acknowledged: Option<(String, Millis)>,
}

/// Connections of an integration that fail alike.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alike {
    pub integration: String,
    pub like: String,
    pub fault: Fault,
    /// Organizations.
    pub tenants: u64,
    pub since: Millis,
}

/// # Errors
/// When the database does not answer or a row makes no sense.
pub async fn open(db: &impl ConnectionTrait) -> Result<Vec<Outage>> {
    let rows = Entity::find().filter(Column::ClosedAt.is_null()).order_by_asc(Column::OpenedAt).all(db).await?;
    rows.into_iter().map(Outage::try_from).collect()
}

/// # Errors
/// When the database does not answer or a row makes no sense.
pub async fn open_for(db: &impl ConnectionTrait, integration: &str, like: &str) -> Result<Option<Outage>> {
    Entity::find()
        .filter(Column::ClosedAt.is_null())
        .filter(Column::Integration.eq(integration))
        .filter(Column::Likeness.eq(like))
        .one(db)
        .await?
        .map(Outage::try_from)
        .transpose()
}

/// `false` when another process opened it meanwhile.
///
/// # Errors
/// When the database does not answer.
pub async fn begin(tx: &mut Tx, outage: &Outage) -> Result<bool> {
    if open_for(tx.connection(), &outage.integration, &outage.like).await?.is_some() {
        return Ok(false);
    }
    Entity::insert(ActiveModel {
        id: Set(outage.id),
        integration: Set(outage.integration.clone()),
        fault: Set(outage.fault.slug().to_owned()),
        likeness: Set(outage.like.clone()),
        since: Set(outage.since),
        opened_at: Set(outage.opened_at),
        closed_at: Set(outage.closed_at),
        tenants: Set(i32::try_from(outage.tenants).unwrap_or(i32::MAX)),
        acknowledged_at: Set(outage.acknowledged.as_ref().map(|(_, at)| *at)),
        acknowledged_by: Set(outage.acknowledged.as_ref().map(|(by, _)| by.clone())),
        acknowledged_id: Set(None),
        told_up_to: Set(None),
    })
    .exec_without_returning(tx.connection())
    .await?;
    Ok(true)
}

/// # Errors
/// When the database does not answer.
pub async fn grown(tx: &mut Tx, outage: Uuid, tenants: u64) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::Tenants, Expr::value(i32::try_from(tenants).unwrap_or(i32::MAX)))
        .filter(Column::Id.eq(outage))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// `false` when it is closed already.
///
/// # Errors
/// When the database does not answer.
pub async fn close(tx: &mut Tx, outage: Uuid, now: Millis) -> Result<bool> {
    let closed = Entity::update_many()
        .col_expr(Column::ClosedAt, Expr::value(Some(now)))
        .filter(Column::Id.eq(outage))
        .filter(Column::ClosedAt.is_null())
        .exec(tx.connection())
        .await?;
    Ok(closed.rows_affected == 1)
}

/// An open outage that nobody is on yet is this person's now; none otherwise. Its tenants are still to be told.
///
/// # Errors
/// When the database does not answer or the row makes no sense.
pub async fn acknowledge(tx: &mut Tx, outage: Uuid, (by, id): (&str, Uuid), now: Millis) -> Result<Option<Outage>> {
    let taken = Entity::update_many()
        .col_expr(Column::AcknowledgedAt, Expr::value(Some(now)))
        .col_expr(Column::AcknowledgedBy, Expr::value(Some(by)))
        .col_expr(Column::AcknowledgedId, Expr::value(Some(id)))
        .col_expr(Column::ToldUpTo, Expr::value(Some(Uuid::nil())))
        .filter(Column::Id.eq(outage))
        .filter(Column::ClosedAt.is_null())
        .filter(Column::AcknowledgedAt.is_null())
        .exec(tx.connection())
        .await?;
    if taken.rows_affected == 0 {
        return Ok(None);
    }
    Entity::find_by_id(outage).one(tx.connection()).await?.map(Outage::try_from).transpose()
}

/// Who looks after an outage, and whose time lines do not say so yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Untold {
    pub outage: Outage,
    pub staff: Uuid,
    /// The last connection that was told.
    pub up_to: Uuid,
}

/// Outages of which not every tenant was told who looks after them.
///
/// # Errors
/// When the database does not answer.
pub async fn untold(db: &impl ConnectionTrait) -> Result<Vec<Uuid>> {
    let some = Entity::find().select_only().column(Column::Id).filter(Column::ToldUpTo.is_not_null());
    Ok(some.into_tuple().all(db).await?)
}

/// The same of one; nobody else tells its tenants before the transaction ends.
///
/// # Errors
/// When the database does not answer or the row makes no sense.
pub async fn lock_untold(tx: &Tx, outage: Uuid) -> Result<Option<Untold>> {
    let row = Entity::find_by_id(outage).filter(Column::ToldUpTo.is_not_null()).lock_exclusive();
    let Some(row) = row.one(tx.connection()).await? else { return Ok(None) };
    let (staff, up_to) = (row.acknowledged_id.unwrap_or_default(), row.told_up_to.unwrap_or_default());
    Ok(Some(Untold { outage: Outage::try_from(row)?, staff, up_to }))
}

/// Tenants up to this connection were told; none: all were.
///
/// # Errors
/// When the database does not answer.
pub async fn told(tx: &mut Tx, outage: Uuid, up_to: Option<Uuid>) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::ToldUpTo, Expr::value(up_to))
        .filter(Column::Id.eq(outage))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// Failures that are alike, for each integration those of at least so many organizations.
///
/// # Errors
/// When the database does not answer.
pub async fn alike(db: &impl ConnectionTrait, at_least: u64, now: Millis) -> Result<Vec<Alike>> {
    use connections::Column as Of;
    let tenants = || Func::count_distinct(Expr::col(Of::OrganizationId));
    type Row = (String, Option<String>, Option<String>, i64, Option<i64>);
    let rows: Vec<Row> = failing(now)
        .select_only()
        .columns([Of::Integration, Of::FailingLike])
        // Who is alike has the same fault.
        .column_as(Of::FailingFault.max(), "fault")
        .column_as(sea_orm::sea_query::SimpleExpr::from(tenants()), "tenants")
        .column_as(Of::FailingSince.min(), "since")
        .group_by(Of::Integration)
        .group_by(Of::FailingLike)
        .having(sea_orm::sea_query::SimpleExpr::from(tenants()).gte(i64::try_from(at_least).unwrap_or(i64::MAX)))
        .into_tuple()
        .all(db)
        .await?;
    let alike = rows.into_iter().filter_map(|(integration, like, fault, tenants, since)| {
        let fault = Fault::from_slug(&fault?)?;
        Some(Alike { integration, like: like?, fault, tenants: u64::try_from(tenants).unwrap_or(0), since: since? })
    });
    Ok(alike.collect())
}

/// How many organizations fail like that.
///
/// # Errors
/// When the database does not answer.
pub async fn tenants(db: &impl ConnectionTrait, integration: &str, like: &str, now: Millis) -> Result<u64> {
    use connections::Column as Of;
    Ok(failing(now)
        .select_only()
        .column(Of::OrganizationId)
        .distinct()
        .filter(Of::Integration.eq(integration))
        .filter(Of::FailingLike.eq(like))
        .count(db)
        .await?)
}

/// Some connections whose state does not say yet, or still says, that they are part of an outage.
///
/// # Errors
/// When the database does not answer.
pub async fn members(
    db: &impl ConnectionTrait,
    integration: &str,
    like: &str,
    in_outage: bool,
    after: Uuid,
    limit: u64,
) -> Result<Vec<Uuid>> {
    use connections::Column as Of;
    // What else a connection can be comes before an outage, and stays.
    let states: &[ConnectionState] = if in_outage {
        &[ConnectionState::VendorOutage]
    } else {
        &[ConnectionState::SomeLocations, ConnectionState::Delayed, ConnectionState::Connected]
    };
    Ok(connections::Entity::find()
        .select_only()
        .column(Of::Id)
        .filter(Of::Integration.eq(integration))
        .filter(Of::FailingLike.eq(like))
        .filter(Of::State.is_in(states.iter().map(|state| state.slug())))
        .filter(Of::Id.gt(after))
        .order_by_asc(Of::Id)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await?)
}

/// Integration and likeness of connections whose state says that they are part of an outage.
///
/// # Errors
/// When the database does not answer.
pub async fn said(db: &impl ConnectionTrait) -> Result<Vec<(String, String)>> {
    use connections::Column as Of;
    Ok(connections::Entity::find()
        .select_only()
        .columns([Of::Integration, Of::FailingLike])
        .distinct()
        .filter(Of::FailingLike.is_not_null())
        .filter(Of::State.eq(ConnectionState::VendorOutage.slug()))
        .into_tuple()
        .all(db)
        .await?)
}

/// Those that fail, are at work, and have failed lately: an old failure is no news about the vendor.
fn failing(now: Millis) -> sea_orm::Select<connections::Entity> {
    use connections::Column as Of;
    let at_work = ConnectionState::ALL.into_iter().filter(|state| state.is_at_work()).map(ConnectionState::slug);
    connections::Entity::find()
        .filter(Of::FailingLike.is_not_null())
        .filter(Of::FailingAt.gt(now - LATELY))
        .filter(Of::State.is_in(at_work))
}

impl TryFrom<Model> for Outage {
    type Error = StorageError;

    fn try_from(row: Model) -> Result<Self> {
        let fault = Fault::from_slug(&row.fault)
            .ok_or(StorageError::Inconsistent { table: "outages", what: "unknown fault" })?;
        Ok(Self {
            id: row.id,
            integration: row.integration,
            fault,
            like: row.likeness,
            since: row.since,
            opened_at: row.opened_at,
            closed_at: row.closed_at,
            tenants: u32::try_from(row.tenants).unwrap_or(0),
            acknowledged: row.acknowledged_by.zip(row.acknowledged_at),
        })
    }
}
