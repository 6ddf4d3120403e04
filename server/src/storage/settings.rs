//! What the admin entered for a connection: values of fields, sealed secrets, the partner account, and the steps
//! of the set-up that are done. All of it goes with the connection.

mod actor;
pub mod acts;
pub mod drafts;
pub mod history;
pub mod layers;
pub mod lists;
pub mod looks;
pub mod secrets;
pub mod uses;

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QuerySelect as _,
};
use secrecy::SecretString;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::entity::{connection_steps, partner_accounts, setting_secrets, settings};
use super::{Change, Result, Tx};
use crate::clock::Millis;
use crate::crypto::vault::Vault;
use crate::domain::connection::Connection;
use crate::domain::settings::edits::Of as Place;

/// The partner account that a connection is linked to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartnerAccount {
    /// The partner's id.
    pub id: String,
    pub name: String,
    pub verified_at: Millis,
}

/// The organization's values by field; secrets are not among them.
///
/// # Errors
/// When the database does not answer.
pub async fn values(db: &impl ConnectionTrait, connection: Uuid) -> Result<Map<String, Value>> {
    let rows = settings::Entity::find().filter(settings::Column::ConnectionId.eq(connection)).all(db).await?;
    Ok(rows.into_iter().map(|row| (row.field, row.value)).collect())
}

/// Fields for which the organization has entered a secret.
///
/// # Errors
/// When the database does not answer.
pub async fn secret_fields(db: &impl ConnectionTrait, connection: Uuid) -> Result<BTreeSet<String>> {
    use setting_secrets::Column as Of;
    let query = setting_secrets::Entity::find().select_only().column(Of::Field);
    let query = query.filter(Of::ConnectionId.eq(connection)).filter(Of::LocationId.is_null());
    Ok(query.into_tuple().all(db).await?.into_iter().collect())
}

/// The organization's secrets of these fields, as far as they are kept.
///
/// # Errors
/// When the database does not answer or a record does not open.
pub async fn secrets(
    db: &impl ConnectionTrait,
    vault: &Vault,
    connection: &Connection,
    fields: &[String],
) -> Result<BTreeMap<String, SecretString>> {
    use setting_secrets::Column as Of;
    let rows = setting_secrets::Entity::find()
        .filter(Of::ConnectionId.eq(connection.id))
        .filter(Of::LocationId.is_null())
        .filter(Of::Field.is_in(fields.iter().map(String::as_str)))
        .all(db)
        .await?;
    let opened = rows.into_iter().map(|row| {
        let secret = vault.open(secrets::slot(connection, &Place::Organization, &row.field), &row.secret)?;
        Ok((row.field, secret))
    });
    opened.collect()
}

/// # Errors
/// When the database does not answer.
pub async fn account(db: &impl ConnectionTrait, connection: Uuid) -> Result<Option<PartnerAccount>> {
    let row = partner_accounts::Entity::find_by_id(connection).one(db).await?;
    Ok(row.map(|row| PartnerAccount { id: row.account_id, name: row.name, verified_at: row.verified_at }))
}

/// # Errors
/// When the database does not answer.
pub async fn save_account(tx: &mut Tx, connection: &Connection, account: &PartnerAccount) -> Result<()> {
    use partner_accounts::Column as Of;
    partner_accounts::Entity::insert(partner_accounts::ActiveModel {
        connection_id: Set(connection.id),
        account_id: Set(account.id.clone()),
        name: Set(account.name.clone()),
        verified_at: Set(account.verified_at),
    })
    .on_conflict(
        OnConflict::column(Of::ConnectionId).update_columns([Of::AccountId, Of::Name, Of::VerifiedAt]).to_owned(),
    )
    .exec_without_returning(tx.connection())
    .await?;
    Ok(())
}

/// Ids of the steps that are done.
///
/// # Errors
/// When the database does not answer.
pub async fn done_steps(db: &impl ConnectionTrait, connection: Uuid) -> Result<BTreeSet<String>> {
    use connection_steps::Column as Of;
    let query = connection_steps::Entity::find().select_only().column(Of::Step);
    Ok(query.filter(Of::ConnectionId.eq(connection)).into_tuple().all(db).await?.into_iter().collect())
}

/// Those that were done after a time.
///
/// # Errors
/// When the database does not answer.
pub async fn steps_done_after(db: &impl ConnectionTrait, connection: Uuid, at: Millis) -> Result<BTreeSet<String>> {
    use connection_steps::Column as Of;
    let query = connection_steps::Entity::find().select_only().column(Of::Step).filter(Of::DoneAt.gt(at));
    Ok(query.filter(Of::ConnectionId.eq(connection)).into_tuple().all(db).await?.into_iter().collect())
}

/// # Errors
/// When the database does not answer.
pub async fn close_step(tx: &mut Tx, connection: &Connection, step: &str, now: Millis) -> Result<()> {
    use connection_steps::Column as Of;
    connection_steps::Entity::insert(connection_steps::ActiveModel {
        connection_id: Set(connection.id),
        step: Set(step.to_owned()),
        done_at: Set(now),
    })
    .on_conflict(OnConflict::columns([Of::ConnectionId, Of::Step]).update_column(Of::DoneAt).to_owned())
    .exec_without_returning(tx.connection())
    .await?;
    tx.changes(Change::Organization(connection.organization));
    Ok(())
}

/// Steps that have to be done again.
///
/// # Errors
/// When the database does not answer.
pub async fn reopen_steps(tx: &mut Tx, connection: &Connection, steps: &[&str]) -> Result<()> {
    use connection_steps::Column as Of;
    connection_steps::Entity::delete_many()
        .filter(Of::ConnectionId.eq(connection.id))
        .filter(Of::Step.is_in(steps.iter().copied()))
        .exec(tx.connection())
        .await?;
    tx.changes(Change::Organization(connection.organization));
    Ok(())
}

/// When the account was linked or a step was done last; 0 for neither.
///
/// # Errors
/// When the database does not answer.
pub async fn settled_at(db: &impl ConnectionTrait, connection: Uuid) -> Result<Millis> {
    use connection_steps::Column as Of;
    let step: Option<Option<Millis>> = connection_steps::Entity::find()
        .select_only()
        .column_as(Of::DoneAt.max(), "last")
        .filter(Of::ConnectionId.eq(connection))
        .into_tuple()
        .one(db)
        .await?;
    let account = account(db, connection).await?.map(|account| account.verified_at);
    Ok(step.flatten().max(account).unwrap_or(0))
}
