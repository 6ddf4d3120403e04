//! Who an account is at an OpenID provider: the provider's issuer and subject, which stay when names and addresses
//! change there.

use std::collections::HashSet;

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _};
use uuid::Uuid;

use super::super::entity::staff_identities::{ActiveModel, Column, Entity, Model};
use super::super::{Result, Tx};
use crate::clock::Millis;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffIdentity {
    pub id: Uuid,
    pub staff: Uuid,
    pub issuer: String,
    pub subject: String,
    pub linked_at: Millis,
    /// Of the last sign-in with it.
    pub used_at: Millis,
}

/// # Errors
/// When the account or the identity has another link already, or the database does not answer.
pub async fn create(tx: &mut Tx, identity: &StaffIdentity) -> Result<()> {
    Entity::insert(ActiveModel {
        id: Set(identity.id),
        staff_id: Set(identity.staff),
        issuer: Set(identity.issuer.clone()),
        subject: Set(identity.subject.clone()),
        linked_at: Set(identity.linked_at),
        used_at: Set(identity.used_at),
    })
    .exec_without_returning(tx.connection())
    .await?;
    Ok(())
}

/// # Errors
/// When the database does not answer.
pub async fn find(db: &impl ConnectionTrait, issuer: &str, subject: &str) -> Result<Option<StaffIdentity>> {
    let row = Entity::find().filter(Column::Issuer.eq(issuer)).filter(Column::Subject.eq(subject)).one(db).await?;
    Ok(row.map(StaffIdentity::from))
}

/// # Errors
/// When the database does not answer.
pub async fn of_staff(db: &impl ConnectionTrait, staff: Uuid, issuer: &str) -> Result<Option<StaffIdentity>> {
    let row = Entity::find().filter(Column::StaffId.eq(staff)).filter(Column::Issuer.eq(issuer)).one(db).await?;
    Ok(row.map(StaffIdentity::from))
}

/// # Errors
/// When the database does not answer.
pub async fn used(tx: &mut Tx, staff: Uuid, identity: Uuid, now: Millis) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::UsedAt, Expr::value(now))
        .filter(Column::Id.eq(identity))
        .filter(Column::StaffId.eq(staff))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// Those of all issuers.
///
/// # Errors
/// When the database does not answer.
pub async fn forget(tx: &mut Tx, staff: Uuid) -> Result<u64> {
    Ok(Entity::delete_many().filter(Column::StaffId.eq(staff)).exec(tx.connection()).await?.rows_affected)
}

/// Everybody who has one.
///
/// # Errors
/// When the database does not answer.
pub async fn linked(db: &impl ConnectionTrait) -> Result<HashSet<Uuid>> {
    Ok(Entity::find().all(db).await?.into_iter().map(|row| row.staff_id).collect())
}

impl From<Model> for StaffIdentity {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            staff: row.staff_id,
            issuer: row.issuer,
            subject: row.subject,
            linked_at: row.linked_at,
            used_at: row.used_at,
        }
    }
}
