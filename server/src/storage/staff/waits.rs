//! Tries to sign in: who has to wait, and sign-ins whose code is still to come.

use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, EntityTrait as _, QueryFilter as _, QuerySelect as _};
use uuid::Uuid;

use super::super::entity::{staff_sign_ins, staff_slowdowns};
use super::super::{Result, StorageError, Tx};
use crate::clock::Millis;
use crate::crypto::digest::Digest;
use crate::domain::slowdown::{Tries, Whose, next};

/// Counts a try. Tries at the same moment take turns.
///
/// # Errors
/// When the database does not answer.
pub async fn count(tx: &mut Tx, whose: Whose, key: &Digest, now: Millis) -> Result<std::result::Result<Tries, Millis>> {
    let fresh = staff_slowdowns::ActiveModel {
        digest: Set(key.to_vec()),
        failures: Set(0),
        last_at: Set(now),
        until: Set(now),
    };
    staff_slowdowns::Entity::insert(fresh)
        .on_conflict(OnConflict::column(staff_slowdowns::Column::Digest).do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(tx.connection())
        .await?;
    let row = staff_slowdowns::Entity::find_by_id(key.to_vec()).lock_exclusive().one(tx.connection()).await?;
    let before = row.map(|row| Tries { count: row.failures, last_at: row.last_at, until: row.until });
    let counted = next(whose, before, now);
    if let Ok(tries) = &counted {
        staff_slowdowns::Entity::update_many()
            .col_expr(staff_slowdowns::Column::Failures, Expr::value(tries.count))
            .col_expr(staff_slowdowns::Column::LastAt, Expr::value(tries.last_at))
            .col_expr(staff_slowdowns::Column::Until, Expr::value(tries.until))
            .filter(staff_slowdowns::Column::Digest.eq(key.to_vec()))
            .exec(tx.connection())
            .await?;
    }
    Ok(counted)
}

/// Who got in has nothing to wait for.
///
/// # Errors
/// When the database does not answer.
pub async fn forget(tx: &mut Tx, key: &Digest) -> Result<()> {
    staff_slowdowns::Entity::delete_by_id(key.to_vec()).exec(tx.connection()).await?;
    Ok(())
}

/// A try that was right counts no longer, and nobody waits for it.
///
/// # Errors
/// When the database does not answer.
pub async fn take_back(tx: &mut Tx, key: &Digest, now: Millis) -> Result<()> {
    staff_slowdowns::Entity::update_many()
        .col_expr(staff_slowdowns::Column::Failures, Expr::col(staff_slowdowns::Column::Failures).sub(1))
        .col_expr(staff_slowdowns::Column::Until, Expr::value(now))
        .filter(staff_slowdowns::Column::Digest.eq(key.to_vec()))
        .filter(staff_slowdowns::Column::Failures.gt(0))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// The password was right; the code is still to come.
///
/// # Errors
/// When the database does not answer.
pub async fn begin(tx: &mut Tx, digest: &Digest, staff: Uuid, expires_at: Millis) -> Result<()> {
    let row = staff_sign_ins::ActiveModel {
        digest: Set(digest.to_vec()),
        staff_id: Set(staff),
        tries: Set(0),
        expires_at: Set(expires_at),
    };
    staff_sign_ins::Entity::insert(row).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// Takes one of `most` tries at the code, and says whose it is.
///
/// # Errors
/// When the database does not answer.
pub async fn try_code(tx: &mut Tx, digest: &Digest, most: i32, now: Millis) -> Result<Option<Uuid>> {
    let taken = staff_sign_ins::Entity::update_many()
        .col_expr(staff_sign_ins::Column::Tries, Expr::col(staff_sign_ins::Column::Tries).add(1))
        .filter(staff_sign_ins::Column::Digest.eq(digest.to_vec()))
        .filter(staff_sign_ins::Column::Tries.lt(most))
        .filter(staff_sign_ins::Column::ExpiresAt.gt(now))
        .exec(tx.connection())
        .await?;
    if taken.rows_affected == 0 {
        return Ok(None);
    }
    let row = staff_sign_ins::Entity::find_by_id(digest.to_vec()).one(tx.connection()).await?;
    let row = row.ok_or(StorageError::Inconsistent { table: "staff_sign_ins", what: "a sign-in is gone" })?;
    Ok(Some(row.staff_id))
}

/// # Errors
/// When the database does not answer.
pub async fn is_waiting(db: &impl sea_orm::ConnectionTrait, digest: &Digest, most: i32, now: Millis) -> Result<bool> {
    let row = staff_sign_ins::Entity::find_by_id(digest.to_vec()).one(db).await?;
    Ok(row.is_some_and(|row| row.tries < most && row.expires_at > now))
}

/// `false`: it had ended already, as by a new password.
///
/// # Errors
/// When the database does not answer.
pub async fn end(tx: &mut Tx, digest: &Digest) -> Result<bool> {
    let ended = staff_sign_ins::Entity::delete_by_id(digest.to_vec()).exec(tx.connection()).await?;
    Ok(ended.rows_affected == 1)
}

/// # Errors
/// When the database does not answer.
pub async fn end_all(tx: &mut Tx, staff: Uuid) -> Result<()> {
    let mine = staff_sign_ins::Column::StaffId.eq(staff);
    staff_sign_ins::Entity::delete_many().filter(mine).exec(tx.connection()).await?;
    Ok(())
}
