//! Giving grants a place in the order of refreshes that an older policy or an older Deskbridge left without.

use sea_orm::{ConnectionTrait as _, Statement};

use super::{Result, Tx};
use crate::domain::schedule::Rank;

/// Rows in one statement, so that others get at the table in between.
const ROWS: u32 = 1_000;

/// Some of the grants whose access tokens are to be kept fresh and have no time for it. Returns how many.
///
/// # Errors
/// When the database does not answer.
pub async fn adopt(tx: &mut Tx, margin_seconds: u32) -> Result<u64> {
    let (rank, sixth) = (Rank::Everybody.number(), "(access_lifetime_seconds * 1000 / 6 + 1)");
    let margin = format!(
        "(CASE WHEN access_lifetime_seconds / 3 < {margin_seconds} THEN access_lifetime_seconds / 3 ELSE {margin_seconds} END)"
    );
    // When they were refreshed spreads them as well as chance.
    let sql = format!(
        "UPDATE grants SET fresh_rank = {rank}, \
         fresh_at = access_expires_at - {margin} * 1000 - (refreshed_at % {sixth}) \
         WHERE connection_id IN (SELECT connection_id FROM grants WHERE state = 'alive' AND fresh_rank IS NULL LIMIT {ROWS})"
    );
    let db = tx.connection();
    Ok(db.execute_raw(Statement::from_string(db.get_database_backend(), sql)).await?.rows_affected())
}
