//! Sessions of staff. What the browser holds is stored as a digest.

use std::collections::HashSet;

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, JoinType, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use uuid::Uuid;

use super::super::entity::staff as members;
use super::super::entity::staff_sessions::{ActiveModel, Column, Entity, Model};
use super::super::{Result, Tx};
use crate::clock::Millis;
use crate::crypto::digest::Digest;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffSession {
    /// Names the session in lists; opens nothing.
    pub id: Uuid,
    pub staff: Uuid,
    pub created_at: Millis,
    pub seen_at: Millis,
    /// The latest it may last, however busy.
    pub expires_at: Millis,
    /// When this person last proved who it is.
    pub confirmed_at: Millis,
    /// Where it was opened from.
    pub address: String,
    /// Which browser said so.
    pub agent: String,
}

/// # Errors
/// When the database does not answer.
pub async fn create(tx: &mut Tx, session: &StaffSession, digest: &Digest) -> Result<()> {
    Entity::insert(ActiveModel {
        id: Set(session.id),
        digest: Set(digest.to_vec()),
        staff_id: Set(session.staff),
        created_at: Set(session.created_at),
        seen_at: Set(session.seen_at),
        expires_at: Set(session.expires_at),
        confirmed_at: Set(session.confirmed_at),
        address: Set(session.address.clone()),
        agent: Set(session.agent.clone()),
    })
    .exec_without_returning(tx.connection())
    .await?;
    Ok(())
}

/// # Errors
/// When the database does not answer.
pub async fn find(db: &impl ConnectionTrait, digest: &Digest) -> Result<Option<StaffSession>> {
    let row = Entity::find().filter(Column::Digest.eq(digest.to_vec())).one(db).await?;
    Ok(row.map(StaffSession::from))
}

/// # Errors
/// When the database does not answer.
pub async fn touch(tx: &mut Tx, session: Uuid, now: Millis) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::SeenAt, Expr::value(now))
        .filter(Column::Id.eq(session))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// Those of one person that go on, the last used first.
///
/// # Errors
/// When the database does not answer.
pub async fn of_staff(
    db: &impl ConnectionTrait,
    staff: Uuid,
    idle_since: Millis,
    now: Millis,
) -> Result<Vec<StaffSession>> {
    let rows = Entity::find()
        .filter(Column::StaffId.eq(staff))
        .filter(Column::ExpiresAt.gt(now))
        .filter(Column::SeenAt.gt(idle_since))
        .order_by_desc(Column::SeenAt)
        .order_by_desc(Column::Id)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(StaffSession::from).collect())
}

/// Which of these go on, of people who may still sign in.
///
/// # Errors
/// When the database does not answer.
pub async fn going_on(
    db: &impl ConnectionTrait,
    sessions: &[Uuid],
    idle_since: Millis,
    now: Millis,
) -> Result<HashSet<Uuid>> {
    let found = Entity::find()
        .join(
            JoinType::InnerJoin,
            Entity::belongs_to(members::Entity).from(Column::StaffId).to(members::Column::Id).into(),
        )
        .select_only()
        .column(Column::Id)
        .filter(Column::Id.is_in(sessions.iter().copied()))
        .filter(Column::ExpiresAt.gt(now))
        .filter(Column::SeenAt.gt(idle_since))
        .filter(members::Column::DisabledAt.is_null());
    Ok(found.into_tuple::<Uuid>().all(db).await?.into_iter().collect())
}

/// Gives a session another cookie, and remembers that its owner was proved now. The old cookie opens nothing more.
///
/// # Errors
/// When the database does not answer.
pub async fn renew(tx: &mut Tx, session: Uuid, digest: &Digest, now: Millis) -> Result<bool> {
    let updated = Entity::update_many()
        .col_expr(Column::Digest, Expr::value(digest.to_vec()))
        .col_expr(Column::ConfirmedAt, Expr::value(now))
        .filter(Column::Id.eq(session))
        .exec(tx.connection())
        .await?;
    Ok(updated.rows_affected == 1)
}

/// Ends one session of this person.
///
/// # Errors
/// When the database does not answer.
pub async fn end(tx: &mut Tx, staff: Uuid, session: Uuid) -> Result<bool> {
    let ended = Entity::delete_many()
        .filter(Column::StaffId.eq(staff))
        .filter(Column::Id.eq(session))
        .exec(tx.connection())
        .await?;
    Ok(ended.rows_affected == 1)
}

/// Ends all sessions of this person but one.
///
/// # Errors
/// When the database does not answer.
pub async fn end_all(tx: &mut Tx, staff: Uuid, but: Option<Uuid>) -> Result<u64> {
    let mut ending = Entity::delete_many().filter(Column::StaffId.eq(staff));
    if let Some(but) = but {
        ending = ending.filter(Column::Id.ne(but));
    }
    Ok(ending.exec(tx.connection()).await?.rows_affected)
}

impl From<Model> for StaffSession {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            staff: row.staff_id,
            created_at: row.created_at,
            seen_at: row.seen_at,
            expires_at: row.expires_at,
            confirmed_at: row.confirmed_at,
            address: row.address,
            agent: row.agent,
        }
    }
}
