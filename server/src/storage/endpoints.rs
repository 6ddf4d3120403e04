//! Addresses that partner systems named for events, and what signs the deliveries to them, sealed.

use std::collections::HashMap;

use app::ids::EndpointId;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};
use secrecy::SecretString;
use uuid::Uuid;

use super::entity::event_endpoint_secrets as sealed;
use super::entity::event_endpoints::{ActiveModel, Column, Entity, Model};
use super::{Result, StorageError, Tx};
use crate::clock::Millis;
use crate::crypto::vault::{Slot, Vault, VaultError};
use crate::domain::event::Endpoint;

/// What signs the deliveries of an endpoint: its secret, and for a while the one before it.
pub struct Secrets {
    pub current: SecretString,
    pub previous: Option<SecretString>,
}

/// # Errors
/// When the database does not answer.
pub async fn create(tx: &mut Tx, vault: &Vault, endpoint: &Endpoint, secret: &SecretString) -> Result<()> {
    Entity::insert(ActiveModel {
        id: Set(endpoint.id),
        integration: Set(endpoint.integration.clone()),
        url: Set(endpoint.url.clone()),
        types: Set(serde_json::Value::from(endpoint.types.clone())),
        created_at: Set(endpoint.created_at),
        previous_until: Set(endpoint.previous_until),
        failing_since: Set(endpoint.failing_since),
        disabled_at: Set(endpoint.disabled_at),
        reason: Set(endpoint.reason.clone()),
    })
    .exec_without_returning(tx.connection())
    .await?;
    let row = sealed::ActiveModel {
        endpoint_id: Set(endpoint.id),
        secret: Set(vault.seal(slot(endpoint.id, "secret"), secret)),
        previous: Set(None),
    };
    sealed::Entity::insert(row).exec_without_returning(tx.connection()).await?;
    Ok(())
}

/// One of these integrations.
///
/// # Errors
/// When the database does not answer or the row makes no sense.
pub async fn get(db: &impl ConnectionTrait, integrations: &[String], id: Uuid) -> Result<Option<Endpoint>> {
    let one = Entity::find_by_id(id).filter(Column::Integration.is_in(integrations));
    one.one(db).await?.map(Endpoint::try_from).transpose()
}

/// The same, and nobody else changes it before the transaction ends.
///
/// # Errors
/// When the database does not answer or the row makes no sense.
pub async fn lock(tx: &Tx, id: Uuid) -> Result<Option<Endpoint>> {
    Entity::find_by_id(id).lock_exclusive().one(tx.connection()).await?.map(Endpoint::try_from).transpose()
}

/// In the order of ids, which is that of time.
///
/// # Errors
/// When the database does not answer or a row makes no sense.
pub async fn list(
    db: &impl ConnectionTrait,
    integrations: &[String],
    after: Option<Uuid>,
    limit: u64,
) -> Result<Vec<Endpoint>> {
    let mut query = Entity::find().filter(Column::Integration.is_in(integrations));
    if let Some(after) = after {
        query = query.filter(Column::Id.gt(after));
    }
    query.order_by_asc(Column::Id).limit(limit).all(db).await?.into_iter().map(Endpoint::try_from).collect()
}

/// All there are.
///
/// # Errors
/// When the database does not answer or a row makes no sense.
pub async fn all(db: &impl ConnectionTrait) -> Result<Vec<Endpoint>> {
    Entity::find().order_by_asc(Column::Id).all(db).await?.into_iter().map(Endpoint::try_from).collect()
}

/// # Errors
/// When the database does not answer.
pub async fn count(db: &impl ConnectionTrait, integration: &str) -> Result<u64> {
    Ok(Entity::find().filter(Column::Integration.eq(integration)).count(db).await?)
}

/// Stores how it fares: everything but what it was made with.
///
/// # Errors
/// When the database does not answer.
pub async fn save(tx: &mut Tx, endpoint: &Endpoint) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::PreviousUntil, Expr::value(endpoint.previous_until))
        .col_expr(Column::FailingSince, Expr::value(endpoint.failing_since))
        .col_expr(Column::DisabledAt, Expr::value(endpoint.disabled_at))
        .col_expr(Column::Reason, Expr::value(endpoint.reason.clone()))
        .filter(Column::Id.eq(endpoint.id))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// Replaces the secret. `keep`: the one before it stays beside it.
///
/// # Errors
/// When the database does not answer or the one before does not open.
pub async fn save_secret(tx: &mut Tx, vault: &Vault, id: Uuid, secret: &SecretString, keep: bool) -> Result<()> {
    let previous = match sealed::Entity::find_by_id(id).one(tx.connection()).await? {
        Some(row) if keep => {
            let before = vault.open(slot(id, "secret"), &row.secret)?;
            Some(vault.seal(slot(id, "previous"), &before))
        }
        _ => None,
    };
    sealed::Entity::update_many()
        .col_expr(sealed::Column::Secret, Expr::value(vault.seal(slot(id, "secret"), secret)))
        .col_expr(sealed::Column::Previous, Expr::value(previous))
        .filter(sealed::Column::EndpointId.eq(id))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// # Errors
/// When the database does not answer.
pub async fn delete(tx: &mut Tx, id: Uuid) -> Result<()> {
    Entity::delete_by_id(id).exec(tx.connection()).await?;
    Ok(())
}

/// Endpoints with their secrets; without, where a record does not open, so that one endpoint holds up no other.
///
/// # Errors
/// When the database does not answer or a row makes no sense.
pub async fn with_secrets(
    db: &impl ConnectionTrait,
    vault: &Vault,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, (Endpoint, Option<Secrets>)>> {
    let rows = Entity::find().filter(Column::Id.is_in(ids.iter().copied())).all(db).await?;
    let secrets = sealed::Entity::find().filter(sealed::Column::EndpointId.is_in(ids.iter().copied())).all(db).await?;
    let mut secrets: HashMap<Uuid, sealed::Model> = secrets.into_iter().map(|row| (row.endpoint_id, row)).collect();
    let mut found = HashMap::with_capacity(rows.len());
    for row in rows {
        let id = row.id;
        let opened = secrets.remove(&id).map(|record| opened(vault, &record)).transpose();
        if let Err(error) = &opened {
            tracing::error!(endpoint = %EndpointId(id), %error, "an event endpoint cannot be told anything");
        }
        found.insert(id, (Endpoint::try_from(row)?, opened.ok().flatten()));
    }
    Ok(found)
}

fn opened(vault: &Vault, record: &sealed::Model) -> std::result::Result<Secrets, VaultError> {
    let id = record.endpoint_id;
    let previous = record.previous.as_ref().map(|record| vault.open(slot(id, "previous"), record));
    Ok(Secrets { current: vault.open(slot(id, "secret"), &record.secret)?, previous: previous.transpose()? })
}

/// Takes away secrets whose successors have been in use long enough.
///
/// # Errors
/// When the database does not answer.
pub async fn end_overlaps(tx: &mut Tx, now: Millis) -> Result<()> {
    let over = Entity::find().select_only().column(Column::Id).filter(Column::PreviousUntil.lte(now));
    for id in over.into_tuple::<Uuid>().all(tx.connection()).await? {
        // Whoever rotates at this moment has locked it, and is waited for.
        let Some(endpoint) = lock(tx, id).await?.filter(|one| one.previous_until.is_some_and(|until| until <= now))
        else {
            continue;
        };
        sealed::Entity::update_many()
            .col_expr(sealed::Column::Previous, Expr::value(Option::<Vec<u8>>::None))
            .filter(sealed::Column::EndpointId.eq(id))
            .exec(tx.connection())
            .await?;
        save(tx, &Endpoint { previous_until: None, ..endpoint }).await?;
    }
    Ok(())
}

/// An endpoint belongs to an integration, not to an organization.
fn slot(id: Uuid, column: &'static str) -> Slot {
    Slot { table: "event_endpoint_secrets", column, row: id, organization: Uuid::nil() }
}

impl TryFrom<Model> for Endpoint {
    type Error = StorageError;

    fn try_from(row: Model) -> Result<Self> {
        let types = serde_json::from_value(row.types)
            .map_err(|_| StorageError::Inconsistent { table: "event_endpoints", what: "types that cannot be read" })?;
        Ok(Self {
            id: row.id,
            integration: row.integration,
            url: row.url,
            types,
            created_at: row.created_at,
            previous_until: row.previous_until,
            failing_since: row.failing_since,
            disabled_at: row.disabled_at,
            reason: row.reason,
        })
    }
}
