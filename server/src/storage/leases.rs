//! Claiming the grants that are to be refreshed, and writing down how it went: many in few statements.

use std::collections::HashMap;

use sea_orm::sea_query::{Expr, LockBehavior, LockType, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, DbBackend, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, QueryTrait as _, Select, Statement, Value,
};
use secrecy::SecretString;
use uuid::Uuid;

use super::entity::{connections, grant_tokens, grants};
use super::grants::{cause_of, failures_of, slot, state_of};
use super::{Change, Result, Tx};
use crate::clock::Millis;
use crate::crypto::vault::Vault;
use crate::domain::grant::Grant;
use crate::domain::lease::{self, Claim, NotClaimed};
use crate::domain::schedule::Rank;
use grants::{Column, Entity};

/// The right to send a refresh token, with the token.
#[derive(Clone)]
pub struct Claimed {
    /// As it is under the claim.
    pub grant: Grant,
    pub claim: Claim,
    pub organization: Uuid,
    pub integration: String,
    refresh: Option<Vec<u8>>,
}

impl Claimed {
    /// # Errors
    /// When the record does not open.
    pub fn refresh_token(&self, vault: &Vault) -> Result<Option<SecretString>> {
        let slot = slot(self.grant.connection, self.organization, "refresh_token");
        Ok(self.refresh.as_ref().map(|record| vault.open(slot, record)).transpose()?)
    }
}

/// A pair to be stored; without a refresh token the one that was sent stays.
pub struct NewPair {
    pub connection: Uuid,
    pub organization: Uuid,
    pub access: SecretString,
    pub refresh: Option<SecretString>,
    pub sent: Claimed,
}

/// Grants that wait for the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// Those whose refresh token ends first, up to a time.
    Ending { from: Millis, to: Millis },
    /// Those whose access token is to be renewed.
    Fresh { rank: Rank, from: Millis },
}

impl Due {
    /// By what they are ordered, and so where the next ones begin.
    pub fn key(&self, grant: &Grant) -> Millis {
        match self {
            Due::Ending { .. } => grant.refresh_expires_at,
            Due::Fresh { .. } => grant.fresh.map_or(0, |(_, at)| at),
        }
    }
}

fn waiting(client_id: &str, due: Due) -> Select<Entity> {
    // Literally, or neither database sees that the partial index serves.
    let query = Entity::find().filter(Expr::cust("state = 'alive'")).filter(Column::ClientId.eq(client_id));
    match due {
        Due::Ending { from, to } => query
            .filter(Column::RefreshExpiresAt.gte(from))
            .filter(Column::RefreshExpiresAt.lte(to))
            .order_by_asc(Column::RefreshExpiresAt),
        Due::Fresh { rank, from } => query
            .filter(Expr::cust(format!("fresh_rank = {}", rank.number())))
            .filter(Column::FreshAt.gte(from))
            .order_by_asc(Column::FreshAt),
    }
}

/// The statement that finds what can be claimed. A test reads its plan.
pub fn claimable(backend: DbBackend, client_id: &str, due: Due, now: Millis, limit: u64) -> Statement {
    claims(client_id, due, now, limit).build(backend)
}

fn claims(client_id: &str, due: Due, now: Millis, limit: u64) -> Select<Entity> {
    free(client_id, due, now).limit(limit).lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
}

/// Those that nobody is at work with and that need not wait after a failure.
fn free(client_id: &str, due: Due, now: Millis) -> Select<Entity> {
    let or_null = |column: Column| Condition::any().add(column.is_null()).add(column.lte(now));
    let query = waiting(client_id, due).filter(or_null(Column::LeaseUntil)).filter(or_null(Column::AgainAt));
    match due {
        Due::Ending { .. } => query,
        Due::Fresh { .. } => query.filter(Column::FreshAt.lte(now)),
    }
}

/// Whether one of them could be claimed now.
///
/// # Errors
/// When the database does not answer.
pub async fn any_free(db: &impl ConnectionTrait, client_id: &str, due: Due, now: Millis) -> Result<bool> {
    let first = free(client_id, due, now).select_only().column(Column::ConnectionId);
    let first: Option<Uuid> = first.into_tuple().one(db).await?;
    Ok(first.is_some())
}

/// Takes the right to refresh up to `limit` grants, the most urgent first.
///
/// # Errors
/// When the database does not answer or a row makes no sense.
pub async fn claim(
    tx: &mut Tx,
    client_id: &str,
    due: Due,
    holder: Uuid,
    now: Millis,
    limit: u64,
) -> Result<Vec<Claimed>> {
    let rows = claims(client_id, due, now, limit).all(tx.connection()).await?;
    let mut won = Vec::with_capacity(rows.len());
    for row in rows {
        let grant = Grant::try_from(row)?;
        if let Ok((row, claim)) = lease::claim(grant.row(), now) {
            won.push((grant.with_row(row, Some(holder)), claim));
        }
    }
    write_claims(tx, won.iter().map(|(grant, _)| grant)).await?;
    with_tokens(tx, won).await
}

/// The same for one grant, or why not. None: there is none.
///
/// # Errors
/// When the database does not answer or the row makes no sense.
pub async fn claim_one(
    tx: &mut Tx,
    connection: Uuid,
    holder: Uuid,
    now: Millis,
) -> Result<Option<std::result::Result<Claimed, NotClaimed>>> {
    let Some(grant) = super::grants::lock(tx, connection).await? else { return Ok(None) };
    match lease::claim(grant.row(), now) {
        Ok((row, claim)) => {
            let grant = grant.with_row(row, Some(holder));
            write_claims(tx, std::iter::once(&grant)).await?;
            Ok(with_tokens(tx, vec![(grant, claim)]).await?.pop().map(Ok))
        }
        Err(NotClaimed::SetBack(row)) => {
            let holder = grant.holder;
            write_claims(tx, std::iter::once(&grant.with_row(row, holder))).await?;
            Ok(Some(Err(NotClaimed::SetBack(row))))
        }
        Err(why) => Ok(Some(Err(why))),
    }
}

/// Leases that end later than any can, since the clock was set back, end a lease from now.
///
/// # Errors
/// When the database does not answer.
pub async fn end_set_back(tx: &mut Tx, client_id: &str, now: Millis) -> Result<u64> {
    let changed = Entity::update_many()
        .col_expr(Column::LeaseUntil, Expr::value(Some(now + lease::LEASE)))
        .filter(Column::ClientId.eq(client_id))
        .filter(Column::LeaseUntil.gt(now + 2 * lease::LEASE))
        .exec(tx.connection())
        .await?;
    Ok(changed.rows_affected)
}

async fn with_tokens(tx: &Tx, won: Vec<(Grant, Claim)>) -> Result<Vec<Claimed>> {
    if won.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Uuid> = won.iter().map(|(grant, _)| grant.connection).collect();
    let tokens = grant_tokens::Entity::find().filter(grant_tokens::Column::ConnectionId.is_in(ids.clone()));
    let mut tokens: HashMap<Uuid, Option<Vec<u8>>> =
        tokens.all(tx.connection()).await?.into_iter().map(|row| (row.connection_id, row.refresh_token)).collect();
    let owners: Vec<(Uuid, Uuid, String)> = connections::Entity::find()
        .select_only()
        .columns([connections::Column::Id, connections::Column::OrganizationId, connections::Column::Integration])
        .filter(connections::Column::Id.is_in(ids))
        .into_tuple()
        .all(tx.connection())
        .await?;
    let mut owners: HashMap<Uuid, (Uuid, String)> =
        owners.into_iter().map(|(id, organization, integration)| (id, (organization, integration))).collect();
    Ok(won
        .into_iter()
        .filter_map(|(grant, claim)| {
            let (organization, integration) = owners.remove(&grant.connection)?;
            let refresh = tokens.remove(&grant.connection).flatten();
            Some(Claimed { grant, claim, organization, integration, refresh })
        })
        .collect())
}

/// The grants with their rows locked, always in the same order, so that groups do not wait for each other in a circle.
///
/// # Errors
/// When the database does not answer or a row makes no sense.
pub async fn lock_group(tx: &Tx, ids: &[Uuid]) -> Result<HashMap<Uuid, Grant>> {
    let rows = Entity::find()
        .filter(Column::ConnectionId.is_in(ids.iter().copied()))
        .order_by_asc(Column::ConnectionId)
        .lock_exclusive()
        .all(tx.connection())
        .await?;
    rows.into_iter().map(|row| Grant::try_from(row).map(|grant| (grant.connection, grant))).collect()
}

async fn write_claims(tx: &Tx, grants: impl Iterator<Item = &Grant>) -> Result<()> {
    let rows = grants.map(|grant| -> Vec<Value> {
        vec![
            grant.connection.into(),
            grant.number.into(),
            grant.holder.into(),
            grant.lease_until.into(),
            grant.answer_lost.into(),
        ]
    });
    update_many(tx, &["number", "lease_id", "lease_until", "answer_lost"], rows.collect()).await
}

/// Writes everything that a refresh changes, in one statement. The rows are locked by this transaction.
///
/// # Errors
/// When the database does not answer.
pub async fn write_group(tx: &mut Tx, grants: &[Grant]) -> Result<()> {
    const COLUMNS: [&str; 18] = [
        "state",
        "scope",
        "access_expires_at",
        "access_lifetime_seconds",
        "refresh_expires_at",
        "refreshed_at",
        "version",
        "number",
        "lease_id",
        "lease_until",
        "answer_lost",
        "cause",
        "failures",
        "trouble",
        "failed_at",
        "again_at",
        "fresh_rank",
        "fresh_at",
    ];
    grants.iter().for_each(|grant| tx.changes(Change::Grant(grant.connection)));
    let rows = grants.iter().map(|grant| -> Vec<Value> {
        let trouble = grant.trouble.as_ref();
        vec![
            grant.connection.into(),
            state_of(grant).into(),
            grant.scope.clone().into(),
            grant.access_expires_at.into(),
            grant.access_lifetime_seconds.into(),
            grant.refresh_expires_at.into(),
            grant.refreshed_at.into(),
            grant.version.into(),
            grant.number.into(),
            grant.holder.into(),
            grant.lease_until.into(),
            grant.answer_lost.into(),
            cause_of(grant).into(),
            failures_of(grant).into(),
            trouble.map(|trouble| trouble.what.clone()).into(),
            trouble.map(|trouble| trouble.at).into(),
            trouble.map(|trouble| trouble.again_at).into(),
            grant.fresh.map(|(rank, _)| rank.number()).into(),
            grant.fresh.map(|(_, at)| at).into(),
        ]
    });
    update_many(tx, &COLUMNS, rows.collect()).await
}

/// `UPDATE … FROM (VALUES …)`, which both databases know. The first value of a row is the connection's id.
async fn update_many(tx: &Tx, columns: &[&str], rows: Vec<Vec<Value>>) -> Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    let width = columns.len() + 1;
    let marks: Vec<String> = (0..rows.len())
        .map(|row| {
            let marks: Vec<String> = (1..=width).map(|n| format!("${}", row * width + n)).collect();
            format!("({})", marks.join(", "))
        })
        .collect();
    let sets: Vec<String> = columns.iter().map(|column| format!("{column} = v.{column}")).collect();
    let sql = format!(
        "WITH v (connection_id, {}) AS (VALUES {}) UPDATE grants SET {} FROM v WHERE grants.connection_id = v.connection_id",
        columns.join(", "),
        marks.join(", "),
        sets.join(", ")
    );
    let values = rows.into_iter().flatten();
    let backend = tx.connection().get_database_backend();
    tx.connection().execute_raw(Statement::from_sql_and_values(backend, sql, values)).await?;
    Ok(())
}

/// Stores new pairs over the old ones, in one statement.
///
/// # Errors
/// When the database does not answer.
pub async fn save_pairs(tx: &mut Tx, vault: &Vault, pairs: &[NewPair]) -> Result<()> {
    use grant_tokens::Column as Of;
    if pairs.is_empty() {
        return Ok(());
    }
    pairs.iter().for_each(|pair| tx.changes(Change::Grant(pair.connection)));
    let rows = pairs.iter().map(|pair| {
        let slot = |column| slot(pair.connection, pair.organization, column);
        let refresh = pair.refresh.as_ref().map(|token| vault.seal(slot("refresh_token"), token));
        grant_tokens::ActiveModel {
            connection_id: Set(pair.connection),
            access_token: Set(vault.seal(slot("access_token"), &pair.access)),
            refresh_token: Set(refresh.or_else(|| pair.sent.refresh.clone())),
        }
    });
    grant_tokens::Entity::insert_many(rows)
        .on_conflict(
            OnConflict::column(Of::ConnectionId).update_columns([Of::AccessToken, Of::RefreshToken]).to_owned(),
        )
        .exec_without_returning(tx.connection())
        .await?;
    Ok(())
}

/// Stores a refresh token that came alone over the old one. The access token stays as it is.
///
/// # Errors
/// When the database does not answer.
pub async fn save_refresh_token(tx: &mut Tx, vault: &Vault, sent: &Claimed, token: &SecretString) -> Result<()> {
    use grant_tokens::Column as Of;
    let connection = sent.grant.connection;
    let sealed = vault.seal(slot(connection, sent.organization, "refresh_token"), token);
    grant_tokens::Entity::update_many()
        .col_expr(Of::RefreshToken, Expr::value(sealed))
        .filter(Of::ConnectionId.eq(connection))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// When the next grant of a rank is to be renewed.
///
/// # Errors
/// When the database does not answer.
pub async fn next_fresh(
    db: &impl ConnectionTrait,
    client_id: &str,
    rank: Rank,
    from: Millis,
) -> Result<Option<Millis>> {
    let next = waiting(client_id, Due::Fresh { rank, from }).select_only().column(Column::FreshAt);
    let next: Option<Option<Millis>> = next.into_tuple().one(db).await?;
    Ok(next.flatten())
}

/// When the first refresh token ends.
///
/// # Errors
/// When the database does not answer.
pub async fn first_end(db: &impl ConnectionTrait, client_id: &str, from: Millis) -> Result<Option<Millis>> {
    let due = Due::Ending { from, to: Millis::MAX };
    let first = waiting(client_id, due).select_only().column(Column::RefreshExpiresAt);
    Ok(first.into_tuple().one(db).await?)
}
