//! Links that make an account, or give one a new password.

use app::role::Role;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
};
use uuid::Uuid;

use super::super::entity::staff_invitations::{ActiveModel, Column, Entity, Model};
use super::super::{Result, StorageError, Tx};
use crate::clock::Millis;
use crate::crypto::digest::Digest;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    pub id: Uuid,
    /// Whose password is set anew; none for a new account.
    pub staff: Option<Uuid>,
    pub email: String,
    pub name: String,
    pub role: Role,
    pub invited_by: Option<Uuid>,
    pub created_at: Millis,
    pub expires_at: Millis,
}

/// # Errors
/// When the database does not answer.
pub async fn create(tx: &mut Tx, invitation: &Invitation, digest: &Digest) -> Result<()> {
    Entity::insert(ActiveModel {
        id: Set(invitation.id),
        digest: Set(digest.to_vec()),
        staff_id: Set(invitation.staff),
        email: Set(invitation.email.clone()),
        name: Set(invitation.name.clone()),
        role: Set(invitation.role.slug().to_owned()),
        invited_by: Set(invitation.invited_by),
        created_at: Set(invitation.created_at),
        expires_at: Set(invitation.expires_at),
        used_at: Set(None),
    })
    .exec_without_returning(tx.connection())
    .await?;
    Ok(())
}

/// The invitation of this link while it is good.
///
/// # Errors
/// When the database does not answer.
pub async fn find(db: &impl ConnectionTrait, digest: &Digest, now: Millis) -> Result<Option<Invitation>> {
    open(now).filter(Column::Digest.eq(digest.to_vec())).one(db).await?.map(Invitation::try_from).transpose()
}

/// The one that makes an account for this address, if there is a good one.
///
/// # Errors
/// When the database does not answer.
pub async fn for_email(db: &impl ConnectionTrait, email: &str, now: Millis) -> Result<Option<Invitation>> {
    // Compared here: SQLite lowers the letters of English only.
    let rows = open(now).filter(Column::StaffId.is_null()).order_by_desc(Column::CreatedAt).all(db).await?;
    let wanted = super::key(email);
    rows.into_iter().find(|row| super::key(&row.email) == wanted).map(Invitation::try_from).transpose()
}

/// All that are good, newest first.
///
/// # Errors
/// When the database does not answer.
pub async fn all(db: &impl ConnectionTrait, now: Millis) -> Result<Vec<Invitation>> {
    open(now).order_by_desc(Column::CreatedAt).all(db).await?.into_iter().map(Invitation::try_from).collect()
}

fn open(now: Millis) -> sea_orm::Select<Entity> {
    Entity::find().filter(Column::UsedAt.is_null()).filter(Column::ExpiresAt.gt(now))
}

/// `false`: somebody was quicker.
///
/// # Errors
/// When the database does not answer.
pub async fn use_up(tx: &mut Tx, invitation: Uuid, now: Millis) -> Result<bool> {
    let updated = Entity::update_many()
        .col_expr(Column::UsedAt, Expr::value(Some(now)))
        .filter(Column::Id.eq(invitation))
        .filter(Column::UsedAt.is_null())
        .filter(Column::ExpiresAt.gt(now))
        .exec(tx.connection())
        .await?;
    Ok(updated.rows_affected == 1)
}

/// Those that would still give this account a password, or make one for this address, are good no longer.
///
/// # Errors
/// When the database does not answer.
pub async fn end_for(tx: &mut Tx, email: &str, now: Millis) -> Result<()> {
    // Compared here: SQLite lowers the letters of English only.
    let (open, wanted) = (Entity::find().filter(Column::UsedAt.is_null()), super::key(email));
    let rows = open.all(tx.connection()).await?;
    let ids: Vec<Uuid> = rows.into_iter().filter(|row| super::key(&row.email) == wanted).map(|row| row.id).collect();
    Entity::update_many()
        .col_expr(Column::UsedAt, Expr::value(Some(now)))
        .filter(Column::Id.is_in(ids))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// Those that this person made, for new accounts and for new passwords, are good no longer.
///
/// # Errors
/// When the database does not answer.
pub async fn end_made_by(tx: &mut Tx, staff: Uuid, now: Millis) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::UsedAt, Expr::value(Some(now)))
        .filter(Column::InvitedBy.eq(staff))
        .filter(Column::UsedAt.is_null())
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// The one with that id, once more, if it is still good.
///
/// # Errors
/// When the database does not answer.
pub async fn get(db: &impl ConnectionTrait, id: Uuid, now: Millis) -> Result<Option<Invitation>> {
    open(now).filter(Column::Id.eq(id)).one(db).await?.map(Invitation::try_from).transpose()
}

impl TryFrom<Model> for Invitation {
    type Error = StorageError;

    fn try_from(row: Model) -> Result<Self> {
        let role = Role::from_slug(&row.role)
            .ok_or(StorageError::Inconsistent { table: "staff_invitations", what: "a role that nobody knows" })?;
        Ok(Self {
            id: row.id,
            staff: row.staff_id,
            email: row.email,
            name: row.name,
            role,
            invited_by: row.invited_by,
            created_at: row.created_at,
            expires_at: row.expires_at,
        })
    }
}
