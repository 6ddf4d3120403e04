//! Secrets that admins entered, sealed: one for each field and place, and for a while the one before it.

use std::collections::BTreeMap;

use app::ports::Actor;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QuerySelect as _,
};
use secrecy::SecretString;
use uuid::Uuid;

use super::actor;
use crate::clock::Millis;
use crate::crypto::digest::digest;
use crate::crypto::vault::{Slot, Vault};
use crate::domain::connection::Connection;
use crate::domain::settings::edits::Of;
use crate::domain::settings::record::Mark;
use crate::storage::entity::setting_secrets::{ActiveModel, Column, Entity};
use crate::storage::{Result, Tx};

/// What may be told of a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    pub mark: Mark,
    /// `YYYY-MM-DD`, where the admin said one.
    pub expires_on: Option<String>,
    /// The addresses that it was entered for, as JSON by field; none where it is bound to nothing.
    pub bound: Option<String>,
    /// Until when the one before it works too.
    pub previous_until: Option<Millis>,
}

/// A secret as it is entered.
pub struct Entered {
    pub secret: SecretString,
    pub expires_on: Option<String>,
    pub bound: Option<String>,
    /// Until when the one before it stays; none when it is gone at once.
    pub overlap_until: Option<Millis>,
}

/// All of a connection.
///
/// # Errors
/// When the database does not answer.
pub async fn kept(db: &impl ConnectionTrait, connection: Uuid) -> Result<BTreeMap<(Of, String), Kept>> {
    type Row = (
        Option<String>,
        String,
        Millis,
        Option<String>,
        Option<String>,
        Option<Millis>,
        Option<String>,
        Option<String>,
    );
    let rows: Vec<Row> = Entity::find()
        .select_only()
        .columns([
            Column::LocationId,
            Column::Field,
            Column::UpdatedAt,
            Column::ExpiresOn,
            Column::Bound,
            Column::PreviousUntil,
            Column::ActorKind,
            Column::Actor,
        ])
        .filter(Column::ConnectionId.eq(connection))
        .into_tuple()
        .all(db)
        .await?;
    let read = |(location, field, at, expires_on, bound, previous_until, kind, name): Row| {
        let of = location.map_or(Of::Organization, Of::Location);
        let mark = Mark { at, by: actor::read(kind.as_deref(), name) };
        ((of, field), Kept { mark, expires_on, bound, previous_until })
    };
    Ok(rows.into_iter().map(read).collect())
}

/// The text of one.
///
/// # Errors
/// When the database does not answer or the record does not open.
pub async fn text(
    db: &impl ConnectionTrait,
    vault: &Vault,
    connection: &Connection,
    of: &Of,
    field: &str,
) -> Result<Option<SecretString>> {
    let slot = slot(connection, of, field);
    let row = Entity::find_by_id(slot.row).filter(Column::ConnectionId.eq(connection.id)).one(db).await?;
    Ok(row.map(|row| vault.open(slot, &row.secret)).transpose()?)
}

/// # Errors
/// When the database does not answer or the one before it does not open.
#[expect(clippy::too_many_arguments, reason = "owner, place, value, who and when")]
pub async fn save(
    tx: &mut Tx,
    vault: &Vault,
    connection: &Connection,
    of: &Of,
    field: &str,
    entered: &Entered,
    by: &Actor,
    now: Millis,
) -> Result<()> {
    let slot = slot(connection, of, field);
    let before = match entered.overlap_until {
        Some(_) => text(tx.connection(), vault, connection, of, field).await?,
        None => None,
    };
    let (kind, name) = actor::columns(by);
    let location = match of {
        Of::Organization => None,
        Of::Location(id) => Some(id.clone()),
    };
    let before = before.map(|secret| vault.seal(Slot { column: "previous", ..slot }, &secret));
    Entity::insert(ActiveModel {
        id: Set(slot.row),
        connection_id: Set(connection.id),
        field: Set(field.to_owned()),
        secret: Set(vault.seal(slot, &entered.secret)),
        updated_at: Set(now),
        location_id: Set(location),
        expires_on: Set(entered.expires_on.clone()),
        bound: Set(entered.bound.clone()),
        previous_until: Set(before.as_ref().and(entered.overlap_until)),
        previous: Set(before),
        actor_kind: Set(Some(kind)),
        actor: Set(name),
    })
    .on_conflict(
        OnConflict::column(Column::Id)
            .update_columns([
                Column::Secret,
                Column::UpdatedAt,
                Column::ExpiresOn,
                Column::Bound,
                Column::PreviousUntil,
                Column::Previous,
                Column::ActorKind,
                Column::Actor,
            ])
            .to_owned(),
    )
    .exec_without_returning(tx.connection())
    .await?;
    Ok(())
}

/// # Errors
/// When the database does not answer.
pub async fn remove(tx: &mut Tx, connection: &Connection, of: &Of, field: &str) -> Result<()> {
    Entity::delete_by_id(slot(connection, of, field).row)
        .filter(Column::ConnectionId.eq(connection.id))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// Takes away those whose successors have been in use long enough.
///
/// # Errors
/// When the database does not answer.
pub async fn end_overlaps(tx: &mut Tx, now: Millis) -> Result<()> {
    use sea_orm::sea_query::Expr;
    Entity::update_many()
        .col_expr(Column::Previous, Expr::value(None::<Vec<u8>>))
        .col_expr(Column::PreviousUntil, Expr::value(None::<Millis>))
        .filter(Column::PreviousUntil.lte(now))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// The row is made of connection, place and field, so that a record does not open as another's. That of the
/// organization is made as it was before locations had their own.
pub(super) fn slot(connection: &Connection, of: &Of, field: &str) -> Slot {
    let digest = match of {
        Of::Organization => digest("setting secret", &[connection.id.as_bytes(), field.as_bytes()]),
        Of::Location(id) => {
            digest("location's setting secret", &[connection.id.as_bytes(), id.as_bytes(), field.as_bytes()])
        }
    };
    let mut row = [0; 16];
    row.copy_from_slice(&digest[..16]);
    let row = uuid::Builder::from_custom_bytes(row).into_uuid();
    Slot { table: "setting_secrets", column: "secret", row, organization: connection.organization }
}
