//! Grants and their sealed token pairs. Every write of a pair is fenced by the version it replaces.

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _};
use secrecy::SecretString;
use uuid::Uuid;

use super::entity::{grant_tokens, grants};
use super::{Result, StorageError, Tx};
use crate::clock::Millis;
use crate::crypto::vault::{Slot, Vault};
use crate::domain::connection::Connection;
use crate::domain::grant::{Grant, GrantState, RefusalCause};
use grants::{ActiveModel, Column, Entity, Model};

pub struct TokenPair {
    pub access: SecretString,
    pub refresh: Option<SecretString>,
}

/// None after a disconnect: tokens and grant are destroyed together.
///
/// # Errors
/// When the database does not answer or the row makes no sense.
pub async fn get(db: &impl ConnectionTrait, connection: Uuid) -> Result<Option<Grant>> {
    Entity::find_by_id(connection).one(db).await?.map(Grant::try_from).transpose()
}

/// Whether OfficeRnD no longer accepts the pair, so that the state of its connection is *Reconnect*.
///
/// # Errors
/// When the database does not answer or the row makes no sense.
pub async fn is_refused(db: &impl ConnectionTrait, connection: Uuid) -> Result<bool> {
    Ok(get(db, connection).await?.is_some_and(|grant| grant.state != GrantState::Alive))
}

/// # Errors
/// When the database does not answer or a record does not open.
pub async fn tokens(db: &impl ConnectionTrait, vault: &Vault, connection: &Connection) -> Result<Option<TokenPair>> {
    let Some(row) = grant_tokens::Entity::find_by_id(connection.id).one(db).await? else { return Ok(None) };
    let refresh = match &row.refresh_token {
        Some(record) => Some(vault.open(slot(connection, "refresh_token"), record)?),
        None => None,
    };
    Ok(Some(TokenPair { access: vault.open(slot(connection, "access_token"), &row.access_token)?, refresh }))
}

/// Takes the right to send this grant's refresh token, if nobody has it and the pair is still `version`.
///
/// # Errors
/// When the database does not answer.
pub async fn lease(
    tx: &mut Tx,
    connection: Uuid,
    version: i64,
    lease: Uuid,
    now: Millis,
    until: Millis,
) -> Result<bool> {
    let free = Condition::any().add(Column::LeaseUntil.is_null()).add(Column::LeaseUntil.lte(now));
    let won = Entity::update_many()
        .col_expr(Column::LeaseId, Expr::value(Some(lease)))
        .col_expr(Column::LeaseUntil, Expr::value(Some(until)))
        .filter(Column::ConnectionId.eq(connection))
        .filter(Column::Version.eq(version))
        .filter(Column::State.eq(ALIVE))
        .filter(free)
        .exec(tx.connection())
        .await?;
    Ok(won.rows_affected == 1)
}

/// Gives the right back; `until` keeps everybody from trying again before. `answer_lost` stays set once
/// a request may have been processed.
///
/// # Errors
/// When the database does not answer.
pub async fn release(
    tx: &mut Tx,
    connection: Uuid,
    lease: Uuid,
    answer_lost: bool,
    until: Option<Millis>,
) -> Result<()> {
    let mut update = Entity::update_many()
        .col_expr(Column::LeaseId, Expr::value(Option::<Uuid>::None))
        .col_expr(Column::LeaseUntil, Expr::value(until))
        .filter(Column::ConnectionId.eq(connection))
        .filter(Column::LeaseId.eq(lease));
    if answer_lost {
        update = update.col_expr(Column::AnswerLost, Expr::value(true));
    }
    update.exec(tx.connection()).await?;
    Ok(())
}

/// Replaces the pair of a grant that still has `sent_version`. `false`: a newer pair is stored, which stays.
///
/// # Errors
/// When the database does not answer.
pub async fn replace_pair(
    tx: &mut Tx,
    vault: &Vault,
    connection: &Connection,
    sent_version: i64,
    grant: &Grant,
    pair: &TokenPair,
) -> Result<bool> {
    let updated = Entity::update_many()
        .set(ActiveModel { version: Set(sent_version + 1), ..to_row(grant) })
        .filter(Column::ConnectionId.eq(connection.id))
        .filter(Column::Version.eq(sent_version))
        .exec(tx.connection())
        .await?;
    if updated.rows_affected == 0 {
        return Ok(false);
    }
    save_pair(tx, vault, connection, pair).await?;
    Ok(true)
}

/// A new permission by the admin: replaces whatever pair there was.
///
/// # Errors
/// When the database does not answer.
pub async fn authorize(
    tx: &mut Tx,
    vault: &Vault,
    connection: &Connection,
    grant: &Grant,
    pair: &TokenPair,
) -> Result<()> {
    let version = Entity::find_by_id(connection.id).one(tx.connection()).await?.map_or(1, |row| row.version + 1);
    Entity::insert(ActiveModel { version: Set(version), ..to_row(grant) })
        .on_conflict(
            OnConflict::column(Column::ConnectionId)
                .update_columns([
                    Column::ClientId,
                    Column::State,
                    Column::Scope,
                    Column::AccessExpiresAt,
                    Column::AccessLifetimeSeconds,
                    Column::RefreshExpiresAt,
                    Column::RefreshedAt,
                    Column::Version,
                    Column::LeaseId,
                    Column::LeaseUntil,
                    Column::AnswerLost,
                    Column::Cause,
                ])
                .to_owned(),
        )
        .exec_without_returning(tx.connection())
        .await?;
    save_pair(tx, vault, connection, pair).await
}

/// OfficeRnD refused the pair of `sent_version`. `false`: a newer pair is stored, so the refusal means nothing.
///
/// # Errors
/// When the database does not answer.
pub async fn refuse(tx: &mut Tx, connection: Uuid, sent_version: i64, cause: RefusalCause) -> Result<bool> {
    let updated = Entity::update_many()
        .col_expr(Column::State, Expr::value(NEEDS_REAUTHORIZATION))
        .col_expr(Column::Cause, Expr::value(Some(cause.slug())))
        .col_expr(Column::LeaseId, Expr::value(Option::<Uuid>::None))
        .col_expr(Column::LeaseUntil, Expr::value(Option::<i64>::None))
        .filter(Column::ConnectionId.eq(connection))
        .filter(Column::Version.eq(sent_version))
        .filter(Column::State.eq(ALIVE))
        .exec(tx.connection())
        .await?;
    Ok(updated.rows_affected == 1)
}

/// Nothing of the pair remains, not even sealed.
///
/// # Errors
/// When the database does not answer.
pub async fn destroy(tx: &mut Tx, connection: Uuid) -> Result<()> {
    grant_tokens::Entity::delete_by_id(connection).exec(tx.connection()).await?;
    Entity::delete_by_id(connection).exec(tx.connection()).await?;
    Ok(())
}

async fn save_pair(tx: &mut Tx, vault: &Vault, connection: &Connection, pair: &TokenPair) -> Result<()> {
    use grant_tokens::Column as Of;
    grant_tokens::Entity::insert(grant_tokens::ActiveModel {
        connection_id: Set(connection.id),
        access_token: Set(vault.seal(slot(connection, "access_token"), &pair.access)),
        refresh_token: Set(pair.refresh.as_ref().map(|token| vault.seal(slot(connection, "refresh_token"), token))),
    })
    .on_conflict(OnConflict::column(Of::ConnectionId).update_columns([Of::AccessToken, Of::RefreshToken]).to_owned())
    .exec_without_returning(tx.connection())
    .await?;
    Ok(())
}

const ALIVE: &str = "alive";
const NEEDS_REAUTHORIZATION: &str = "needs_reauthorization";

fn slot(connection: &Connection, column: &'static str) -> Slot {
    Slot { table: "grant_tokens", column, row: connection.id, organization: connection.organization }
}

/// The lease ends with every pair that is stored.
fn to_row(grant: &Grant) -> ActiveModel {
    let (state, cause) = match grant.state {
        GrantState::Alive => (ALIVE, None),
        GrantState::NeedsReauthorization(cause) => (NEEDS_REAUTHORIZATION, Some(cause.slug().to_owned())),
    };
    ActiveModel {
        connection_id: Set(grant.connection),
        client_id: Set(grant.client_id.clone()),
        state: Set(state.to_owned()),
        scope: Set(grant.scope.clone()),
        access_expires_at: Set(grant.access_expires_at),
        access_lifetime_seconds: Set(grant.access_lifetime_seconds),
        refresh_expires_at: Set(grant.refresh_expires_at),
        refreshed_at: Set(grant.refreshed_at),
        version: Set(grant.version),
        lease_id: Set(None),
        lease_until: Set(None),
        answer_lost: Set(grant.answer_lost),
        cause: Set(cause),
    }
}

impl TryFrom<Model> for Grant {
    type Error = StorageError;

    fn try_from(row: Model) -> Result<Self> {
        let wrong = |what| StorageError::Inconsistent { table: "grants", what };
        let state = match row.state.as_str() {
            ALIVE => GrantState::Alive,
            NEEDS_REAUTHORIZATION => GrantState::NeedsReauthorization(
                row.cause
                    .as_deref()
                    .and_then(RefusalCause::from_slug)
                    .ok_or_else(|| wrong("a refusal without cause"))?,
            ),
            _ => return Err(wrong("unknown state")),
        };
        Ok(Self {
            connection: row.connection_id,
            client_id: row.client_id,
            state,
            scope: row.scope,
            access_expires_at: row.access_expires_at,
            access_lifetime_seconds: row.access_lifetime_seconds,
            refresh_expires_at: row.refresh_expires_at,
            refreshed_at: row.refreshed_at,
            version: row.version,
            lease_until: row.lease_until,
            leased: row.lease_id.is_some(),
            answer_lost: row.answer_lost,
        })
    }
}
