//! People of the partner.

pub mod activity;
pub mod identities;
pub mod invitations;
pub mod oidc_sign_ins;
pub mod secrets;
pub mod sessions;
pub mod waits;

use app::role::Role;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use uuid::Uuid;

use super::entity::staff::{ActiveModel, Column, Entity, Model};
use super::{Result, StorageError, Tx};
use crate::clock::Millis;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Staff {
    pub id: Uuid,
    /// As it was written.
    pub email: String,
    pub name: String,
    pub role: Role,
    /// IANA name of the zone that this person reads times in.
    pub time_zone: Option<String>,
    pub created_at: Millis,
    /// Of the last sign-in.
    pub signed_in_at: Option<Millis>,
    pub disabled_at: Option<Millis>,
}

/// Two spellings of one address are one account.
pub(super) fn key(email: &str) -> String {
    email.trim().to_lowercase()
}

/// # Errors
/// When the address is taken, or the database does not answer.
pub async fn create(tx: &mut Tx, staff: &Staff) -> Result<()> {
    Entity::insert(ActiveModel {
        id: Set(staff.id),
        email: Set(staff.email.trim().to_owned()),
        email_key: Set(key(&staff.email)),
        name: Set(staff.name.clone()),
        role: Set(staff.role.slug().to_owned()),
        time_zone: Set(staff.time_zone.clone()),
        created_at: Set(staff.created_at),
        signed_in_at: Set(staff.signed_in_at),
        disabled_at: Set(staff.disabled_at),
    })
    .exec_without_returning(tx.connection())
    .await?;
    Ok(())
}

/// # Errors
/// When the database does not answer or the row makes no sense.
pub async fn get(db: &impl ConnectionTrait, staff: Uuid) -> Result<Option<Staff>> {
    Entity::find_by_id(staff).one(db).await?.map(Staff::try_from).transpose()
}

/// The account with this address, however its letters are written.
///
/// # Errors
/// When the database does not answer or the row makes no sense.
pub async fn by_email(db: &impl ConnectionTrait, email: &str) -> Result<Option<Staff>> {
    Entity::find().filter(Column::EmailKey.eq(key(email))).one(db).await?.map(Staff::try_from).transpose()
}

/// By name.
///
/// # Errors
/// When the database does not answer or a row makes no sense.
pub async fn all(db: &impl ConnectionTrait) -> Result<Vec<Staff>> {
    let rows = Entity::find().order_by_asc(Column::Name).order_by_asc(Column::Id).all(db).await?;
    rows.into_iter().map(Staff::try_from).collect()
}

/// Reads the account and all owners who can sign in, so that no other change of roles happens meanwhile.
///
/// # Errors
/// When the database does not answer or a row makes no sense.
pub async fn lock(tx: &Tx, staff: Uuid) -> Result<Option<(Staff, usize)>> {
    let owners = Entity::find()
        .filter(Column::Role.eq(Role::Owner.slug()))
        .filter(Column::DisabledAt.is_null())
        .order_by_asc(Column::Id)
        .lock_exclusive()
        .all(tx.connection())
        .await?;
    let row = Entity::find_by_id(staff).lock_exclusive().one(tx.connection()).await?;
    Ok(row.map(Staff::try_from).transpose()?.map(|staff| (staff, owners.len())))
}

/// Reads the account so that its password, role and sessions do not change meanwhile.
///
/// # Errors
/// When the database does not answer or the row makes no sense.
pub async fn lock_one(tx: &Tx, staff: Uuid) -> Result<Option<Staff>> {
    Entity::find_by_id(staff).lock_exclusive().one(tx.connection()).await?.map(Staff::try_from).transpose()
}

/// # Errors
/// When the database does not answer.
pub async fn save(tx: &mut Tx, staff: &Staff) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::Name, Expr::value(staff.name.clone()))
        .col_expr(Column::Role, Expr::value(staff.role.slug()))
        .col_expr(Column::TimeZone, Expr::value(staff.time_zone.clone()))
        .col_expr(Column::SignedInAt, Expr::value(staff.signed_in_at))
        .col_expr(Column::DisabledAt, Expr::value(staff.disabled_at))
        .filter(Column::Id.eq(staff.id))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// # Errors
/// When the database does not answer.
pub async fn signed_in(tx: &mut Tx, staff: Uuid, now: Millis) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::SignedInAt, Expr::value(Some(now)))
        .filter(Column::Id.eq(staff))
        .exec(tx.connection())
        .await?;
    Ok(())
}

impl TryFrom<Model> for Staff {
    type Error = StorageError;

    fn try_from(row: Model) -> Result<Self> {
        let role = Role::from_slug(&row.role)
            .ok_or(StorageError::Inconsistent { table: "staff", what: "a role that nobody knows" })?;
        Ok(Self {
            id: row.id,
            email: row.email,
            name: row.name,
            role,
            time_zone: row.time_zone,
            created_at: row.created_at,
            signed_in_at: row.signed_in_at,
            disabled_at: row.disabled_at,
        })
    }
}
