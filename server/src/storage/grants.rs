//! Grants and their sealed token pairs. Whose pair is stored is decided by `domain::lease`, under the row's lock.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait as _, QuerySelect as _};
use secrecy::SecretString;
use uuid::Uuid;

use super::entity::{grant_tokens, grants};
use super::{Change, Result, StorageError, Tx};
use crate::clock::Millis;
use crate::crypto::vault::{Slot, Vault};
use crate::domain::connection::Connection;
use crate::domain::grant::{Grant, GrantState, RefusalCause, Trouble};
use crate::domain::lease;
use crate::domain::schedule::Rank;
use grants::{ActiveModel, Entity, Model};

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
        Some(record) => Some(vault.open(slot(connection.id, connection.organization, "refresh_token"), record)?),
        None => None,
    };
    Ok(Some(TokenPair {
        access: vault.open(slot(connection.id, connection.organization, "access_token"), &row.access_token)?,
        refresh,
    }))
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
    now: Millis,
) -> Result<()> {
    let known = Entity::find_by_id(connection.id).lock_exclusive().one(tx.connection()).await?;
    let known = known.map(Grant::try_from).transpose()?;
    let row = lease::authorize(known.as_ref().map(Grant::row), now);
    let used_at = known.as_ref().and_then(|known| known.used_at);
    let authorized = Grant { used_at, trouble: None, ..grant.clone() }.with_row(row, None);
    if known.is_some() {
        Entity::update(to_row(&authorized)).exec(tx.connection()).await?;
    } else {
        Entity::insert(to_row(&authorized)).exec_without_returning(tx.connection()).await?;
    }
    save_pair(tx, vault, connection, pair).await
}

/// The grant as nobody else changes it until this transaction ends.
///
/// # Errors
/// When the database does not answer or the row makes no sense.
pub async fn lock(tx: &Tx, connection: Uuid) -> Result<Option<Grant>> {
    Entity::find_by_id(connection).lock_exclusive().one(tx.connection()).await?.map(Grant::try_from).transpose()
}

/// Writes everything that changes in the life of a grant. The caller has it locked.
///
/// # Errors
/// When the database does not answer.
pub async fn write(tx: &mut Tx, grant: &Grant) -> Result<()> {
    tx.changes(Change::Grant(grant.connection));
    Entity::update(to_row(grant)).exec(tx.connection()).await?;
    Ok(())
}

/// Somebody took a token: what is written at most once in a while of a grant's use.
///
/// # Errors
/// When the database does not answer.
pub async fn note_use(
    tx: &mut Tx,
    connection: Uuid,
    now: Millis,
    fresh: impl FnOnce(&Grant) -> Option<(Rank, Millis)>,
) -> Result<()> {
    let Some(grant) = lock(tx, connection).await?.filter(|grant| grant.use_is_news(now)) else { return Ok(()) };
    let used = Grant { used_at: Some(now), ..grant };
    let fresh = fresh(&used);
    // Nothing of it is kept in memory: who took the token knows that its use was noted.
    Entity::update(to_row(&used.renewed_from(fresh))).exec(tx.connection()).await?;
    Ok(())
}

/// Nothing of the pair remains, not even sealed.
///
/// # Errors
/// When the database does not answer.
pub async fn destroy(tx: &mut Tx, connection: Uuid) -> Result<()> {
    tx.changes(Change::Grant(connection));
    grant_tokens::Entity::delete_by_id(connection).exec(tx.connection()).await?;
    Entity::delete_by_id(connection).exec(tx.connection()).await?;
    Ok(())
}

async fn save_pair(tx: &mut Tx, vault: &Vault, connection: &Connection, pair: &TokenPair) -> Result<()> {
    use grant_tokens::Column as Of;
    tx.changes(Change::Grant(connection.id));
    grant_tokens::Entity::insert(grant_tokens::ActiveModel {
        connection_id: Set(connection.id),
        access_token: Set(vault.seal(slot(connection.id, connection.organization, "access_token"), &pair.access)),
        refresh_token: Set(pair
            .refresh
            .as_ref()
            .map(|token| vault.seal(slot(connection.id, connection.organization, "refresh_token"), token))),
    })
    .on_conflict(OnConflict::column(Of::ConnectionId).update_columns([Of::AccessToken, Of::RefreshToken]).to_owned())
    .exec_without_returning(tx.connection())
    .await?;
    Ok(())
}

const ALIVE: &str = "alive";
const NEEDS_REAUTHORIZATION: &str = "needs_reauthorization";

pub(super) fn slot(connection: Uuid, organization: Uuid, column: &'static str) -> Slot {
    Slot { table: "grant_tokens", column, row: connection, organization }
}

pub(super) fn to_row(grant: &Grant) -> ActiveModel {
    ActiveModel {
        connection_id: Set(grant.connection),
        client_id: Set(grant.client_id.clone()),
        state: Set(state_of(grant).to_owned()),
        scope: Set(grant.scope.clone()),
        access_expires_at: Set(grant.access_expires_at),
        access_lifetime_seconds: Set(grant.access_lifetime_seconds),
        refresh_expires_at: Set(grant.refresh_expires_at),
        refreshed_at: Set(grant.refreshed_at),
        version: Set(grant.version),
        number: Set(grant.number),
        lease_id: Set(grant.holder),
        lease_until: Set(grant.lease_until),
        answer_lost: Set(grant.answer_lost),
        cause: Set(cause_of(grant)),
        failures: Set(failures_of(grant)),
        trouble: Set(grant.trouble.as_ref().map(|trouble| trouble.what.clone())),
        failed_at: Set(grant.trouble.as_ref().map(|trouble| trouble.at)),
        again_at: Set(grant.trouble.as_ref().map(|trouble| trouble.again_at)),
        used_at: Set(grant.used_at),
        fresh_rank: Set(grant.fresh.map(|(rank, _)| rank.number())),
        fresh_at: Set(grant.fresh.map(|(_, at)| at)),
    }
}

pub(super) fn state_of(grant: &Grant) -> &'static str {
    match grant.state {
        GrantState::Alive => ALIVE,
        GrantState::NeedsReauthorization(_) => NEEDS_REAUTHORIZATION,
    }
}

pub(super) fn cause_of(grant: &Grant) -> Option<String> {
    match grant.state {
        GrantState::Alive => None,
        GrantState::NeedsReauthorization(cause) => Some(cause.slug().to_owned()),
    }
}

pub(super) fn failures_of(grant: &Grant) -> i32 {
    grant.trouble.as_ref().map_or(0, |trouble| i32::try_from(trouble.failures).unwrap_or(i32::MAX))
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
        let trouble = row.trouble.map(|what| Trouble {
            what,
            failures: u32::try_from(row.failures).unwrap_or(0),
            at: row.failed_at.unwrap_or(0),
            again_at: row.again_at.unwrap_or(0),
        });
        let fresh = match (row.fresh_rank, row.fresh_at) {
            (Some(rank), Some(at)) => Some((Rank::from_number(rank).ok_or_else(|| wrong("an unknown rank"))?, at)),
            _ => None,
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
            number: row.number,
            lease_until: row.lease_until,
            holder: row.lease_id,
            answer_lost: row.answer_lost,
            trouble,
            used_at: row.used_at,
            fresh,
        })
    }
}
