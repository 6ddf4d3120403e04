//! How people of the partner prove who they are: password hashes, sealed secrets of apps, digests of recovery codes.

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, PaginatorTrait as _,
    QueryFilter as _,
};
use secrecy::SecretString;
use uuid::Uuid;

use super::super::entity::{staff_passwords, staff_recovery_codes, staff_second_factors};
use super::super::{Result, Tx};
use crate::clock::Millis;
use crate::crypto::digest::Digest;
use crate::crypto::vault::{Slot, Vault};

/// # Errors
/// When the database does not answer.
pub async fn password(db: &impl ConnectionTrait, staff: Uuid) -> Result<Option<String>> {
    Ok(staff_passwords::Entity::find_by_id(staff).one(db).await?.map(|row| row.hash))
}

/// # Errors
/// When the database does not answer.
pub async fn set_password(tx: &mut Tx, staff: Uuid, hash: &str, now: Millis) -> Result<()> {
    let row = staff_passwords::ActiveModel { staff_id: Set(staff), hash: Set(hash.to_owned()), changed_at: Set(now) };
    let replace = OnConflict::column(staff_passwords::Column::StaffId)
        .update_columns([staff_passwords::Column::Hash, staff_passwords::Column::ChangedAt])
        .to_owned();
    staff_passwords::Entity::insert(row).on_conflict(replace).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// An authenticator app.
pub struct SecondFactor {
    pub secret: SecretString,
    pub created_at: Millis,
    /// None until a first code of it was right.
    pub confirmed_at: Option<Millis>,
    pub last_step: Option<i64>,
}

fn slot(staff: Uuid) -> Slot {
    Slot { table: "staff_second_factors", column: "secret", row: staff, organization: Uuid::nil() }
}

/// # Errors
/// When the database does not answer, or the secret does not open.
pub async fn second_factor(db: &impl ConnectionTrait, vault: &Vault, staff: Uuid) -> Result<Option<SecondFactor>> {
    let Some(row) = staff_second_factors::Entity::find_by_id(staff).one(db).await? else { return Ok(None) };
    let secret = vault.open(slot(staff), &row.secret)?;
    let (created_at, confirmed_at) = (row.created_at, row.confirmed_at);
    Ok(Some(SecondFactor { secret, created_at, confirmed_at, last_step: row.last_step }))
}

/// A new app that is not confirmed yet. One that is stays what it is.
///
/// # Errors
/// When the database does not answer.
pub async fn begin_second_factor(
    tx: &mut Tx,
    vault: &Vault,
    staff: Uuid,
    secret: &SecretString,
    now: Millis,
) -> Result<()> {
    staff_second_factors::Entity::delete_many()
        .filter(staff_second_factors::Column::StaffId.eq(staff))
        .filter(staff_second_factors::Column::ConfirmedAt.is_null())
        .exec(tx.connection())
        .await?;
    staff_second_factors::Entity::insert(staff_second_factors::ActiveModel {
        staff_id: Set(staff),
        secret: Set(vault.seal(slot(staff), secret)),
        created_at: Set(now),
        confirmed_at: Set(None),
        last_step: Set(None),
    })
    .on_conflict(OnConflict::column(staff_second_factors::Column::StaffId).do_nothing().to_owned())
    .try_insert()
    .exec_without_returning(tx.connection())
    .await?;
    Ok(())
}

/// # Errors
/// When the database does not answer.
pub async fn confirm_second_factor(tx: &mut Tx, staff: Uuid, step: i64, now: Millis) -> Result<bool> {
    let updated = staff_second_factors::Entity::update_many()
        .col_expr(staff_second_factors::Column::ConfirmedAt, Expr::value(Some(now)))
        .col_expr(staff_second_factors::Column::LastStep, Expr::value(Some(step)))
        .filter(staff_second_factors::Column::StaffId.eq(staff))
        .filter(staff_second_factors::Column::ConfirmedAt.is_null())
        .exec(tx.connection())
        .await?;
    Ok(updated.rows_affected == 1)
}

/// Uses the code of this step up. `false`: it, or a later one, was used before.
///
/// # Errors
/// When the database does not answer.
pub async fn use_step(tx: &mut Tx, staff: Uuid, step: i64) -> Result<bool> {
    let unused = Condition::any()
        .add(staff_second_factors::Column::LastStep.is_null())
        .add(staff_second_factors::Column::LastStep.lt(step));
    let updated = staff_second_factors::Entity::update_many()
        .col_expr(staff_second_factors::Column::LastStep, Expr::value(Some(step)))
        .filter(staff_second_factors::Column::StaffId.eq(staff))
        .filter(unused)
        .exec(tx.connection())
        .await?;
    Ok(updated.rows_affected == 1)
}

/// The app and its recovery codes are forgotten.
///
/// # Errors
/// When the database does not answer.
pub async fn forget_second_factor(tx: &mut Tx, staff: Uuid) -> Result<bool> {
    let deleted = staff_second_factors::Entity::delete_by_id(staff).exec(tx.connection()).await?;
    delete_codes(tx, staff).await?;
    Ok(deleted.rows_affected == 1)
}

/// Who has a confirmed app.
///
/// # Errors
/// When the database does not answer.
pub async fn with_second_factor(db: &impl ConnectionTrait) -> Result<Vec<Uuid>> {
    let confirmed = staff_second_factors::Column::ConfirmedAt.is_not_null();
    let rows = staff_second_factors::Entity::find().filter(confirmed).all(db).await?;
    Ok(rows.into_iter().map(|row| row.staff_id).collect())
}

async fn delete_codes(tx: &mut Tx, staff: Uuid) -> Result<()> {
    let mine = staff_recovery_codes::Column::StaffId.eq(staff);
    staff_recovery_codes::Entity::delete_many().filter(mine).exec(tx.connection()).await?;
    Ok(())
}

/// # Errors
/// When the database does not answer.
pub async fn replace_codes(tx: &mut Tx, staff: Uuid, codes: &[Digest], now: Millis) -> Result<()> {
    delete_codes(tx, staff).await?;
    let rows = codes.iter().map(|digest| staff_recovery_codes::ActiveModel {
        digest: Set(digest.to_vec()),
        staff_id: Set(staff),
        created_at: Set(now),
    });
    staff_recovery_codes::Entity::insert_many(rows).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// `false` where there is no such code, or no more.
///
/// # Errors
/// When the database does not answer.
pub async fn use_code(tx: &mut Tx, staff: Uuid, digest: &Digest) -> Result<bool> {
    let deleted = staff_recovery_codes::Entity::delete_many()
        .filter(staff_recovery_codes::Column::Digest.eq(digest.to_vec()))
        .filter(staff_recovery_codes::Column::StaffId.eq(staff))
        .exec(tx.connection())
        .await?;
    Ok(deleted.rows_affected == 1)
}

/// # Errors
/// When the database does not answer.
pub async fn codes_left(db: &impl ConnectionTrait, staff: Uuid) -> Result<u64> {
    Ok(staff_recovery_codes::Entity::find().filter(staff_recovery_codes::Column::StaffId.eq(staff)).count(db).await?)
}
