//! What signs a connection's calls and deliveries, sealed, in a table of its own.

use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, JoinType, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use secrecy::SecretString;
use uuid::Uuid;

use crate::crypto::vault::{Slot, Vault};
use crate::domain::connection::Connection;
use crate::storage::entity::connection_secrets;
use crate::storage::entity::connections::{Column, Entity};
use crate::storage::{Change, Result, Tx};

/// What signs this connection's calls and deliveries.
pub struct ConnectionSecrets {
    pub integration: SecretString,
    pub subscription: Option<SecretString>,
}

/// The same with what signs their calls, as far as they have it.
///
/// # Errors
/// When the database does not answer, a row makes no sense or a record does not open.
pub async fn of_organization_with_secrets(
    db: &impl ConnectionTrait,
    vault: &Vault,
    organization: Uuid,
) -> Result<Vec<(Connection, Option<ConnectionSecrets>)>> {
    let secrets =
        Entity::belongs_to(connection_secrets::Entity).from(Column::Id).to(connection_secrets::Column::ConnectionId);
    let rows = Entity::find()
        .join(JoinType::LeftJoin, secrets.into())
        .select_also(connection_secrets::Entity)
        .filter(Column::OrganizationId.eq(organization))
        .order_by_asc(Column::CreatedAt)
        .all(db)
        .await?;
    rows.into_iter()
        .map(|(row, secrets)| {
            let connection = Connection::try_from(row)?;
            let secrets = secrets.map(|row| opened(vault, &connection, &row)).transpose()?;
            Ok((connection, secrets))
        })
        .collect()
}

/// # Errors
/// When the database does not answer or a record does not open.
pub async fn secrets(
    db: &impl ConnectionTrait,
    vault: &Vault,
    connection: &Connection,
) -> Result<Option<ConnectionSecrets>> {
    let row = connection_secrets::Entity::find_by_id(connection.id).one(db).await?;
    row.map(|row| opened(vault, connection, &row)).transpose()
}

fn opened(vault: &Vault, connection: &Connection, row: &connection_secrets::Model) -> Result<ConnectionSecrets> {
    let subscription = match &row.subscription_secret {
        Some(record) => Some(vault.open(slot(connection, "subscription_secret"), record)?),
        None => None,
    };
    Ok(ConnectionSecrets {
        integration: vault.open(slot(connection, "integration_secret"), &row.integration_secret)?,
        subscription,
    })
}

/// # Errors
/// When the database does not answer.
pub async fn save_secrets(
    tx: &mut Tx,
    vault: &Vault,
    connection: &Connection,
    secrets: &ConnectionSecrets,
) -> Result<()> {
    use connection_secrets::Column as Of;
    connection_secrets::Entity::insert(secrets_row(vault, connection, secrets))
        .on_conflict(
            OnConflict::column(Of::ConnectionId)
                .update_columns([Of::IntegrationSecret, Of::SubscriptionSecret])
                .to_owned(),
        )
        .exec_without_returning(tx.connection())
        .await?;
    tx.changes(Change::Organization(connection.organization));
    Ok(())
}

pub(in crate::storage) fn secrets_row(
    vault: &Vault,
    connection: &Connection,
    secrets: &ConnectionSecrets,
) -> connection_secrets::ActiveModel {
    connection_secrets::ActiveModel {
        connection_id: Set(connection.id),
        integration_secret: Set(vault.seal(slot(connection, "integration_secret"), &secrets.integration)),
        subscription_secret: Set(secrets
            .subscription
            .as_ref()
            .map(|secret| vault.seal(slot(connection, "subscription_secret"), secret))),
    }
}

fn slot(connection: &Connection, column: &'static str) -> Slot {
    Slot { table: "connection_secrets", column, row: connection.id, organization: connection.organization }
}
