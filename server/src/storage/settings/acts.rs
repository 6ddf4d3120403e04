//! When buttons beside settings were pressed last, and what came of it.

use std::collections::BTreeMap;

use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, TryInsertResult,
};
use uuid::Uuid;

use crate::clock::Millis;
use crate::domain::settings::edits::Of;
use crate::storage::entity::setting_acts::{ActiveModel, Column, Entity};
use crate::storage::{Result, Tx};

/// The last press of a button.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pressed {
    pub began_at: Millis,
    /// None while it is under way, or for ever when the process died over it.
    pub end: Option<End>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct End {
    pub at: Millis,
    pub good: bool,
    /// As it was given to [`end`].
    pub said: String,
}

/// By place and field.
pub type All = BTreeMap<(Of, String), Pressed>;

/// # Errors
/// When the database does not answer.
pub async fn all(db: &impl ConnectionTrait, connection: Uuid) -> Result<All> {
    let rows = Entity::find().filter(Column::ConnectionId.eq(connection)).all(db).await?;
    let read = rows.into_iter().map(|row| {
        let of = if row.location_id.is_empty() { Of::Organization } else { Of::Location(row.location_id) };
        let end = row.ended_at.zip(row.good);
        let end = end.map(|(at, good)| End { at, good, said: row.said.unwrap_or_default() });
        ((of, row.field), Pressed { began_at: row.began_at, end })
    });
    Ok(read.collect())
}

/// `true` for the one who may press it now: nobody else did since then, and what others began before has ended, or was
/// `lost` with its process. In one statement, so that of many who press at once one does.
///
/// # Errors
/// When the database does not answer, or the connection is gone.
pub async fn begin(
    tx: &mut Tx,
    connection: Uuid,
    (of, field): (&Of, &str),
    (since, lost): (Millis, Millis),
    now: Millis,
) -> Result<bool> {
    let over = Expr::col((Entity, Column::EndedAt)).is_not_null().or(Expr::col((Entity, Column::BeganAt)).lte(lost));
    let began = Entity::insert(ActiveModel {
        connection_id: Set(connection),
        location_id: Set(place(of)),
        field: Set(field.to_owned()),
        began_at: Set(now),
        ended_at: Set(None),
        good: Set(None),
        said: Set(None),
    })
    .on_conflict(
        OnConflict::columns([Column::ConnectionId, Column::LocationId, Column::Field])
            .update_columns([Column::BeganAt, Column::EndedAt, Column::Good, Column::Said])
            .action_and_where(Expr::col((Entity, Column::BeganAt)).lte(since))
            .action_and_where(over)
            .to_owned(),
    )
    .try_insert()
    .exec_without_returning(tx.connection())
    .await?;
    Ok(matches!(began, TryInsertResult::Inserted(1..)))
}

/// What came of the press that began then.
///
/// # Errors
/// When the database does not answer.
pub async fn end(tx: &mut Tx, connection: Uuid, of: &Of, field: &str, began_at: Millis, end: &End) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::EndedAt, Expr::value(end.at))
        .col_expr(Column::Good, Expr::value(end.good))
        .col_expr(Column::Said, Expr::value(end.said.clone()))
        .filter(Column::ConnectionId.eq(connection))
        .filter(Column::LocationId.eq(place(of)))
        .filter(Column::Field.eq(field))
        .filter(Column::BeganAt.eq(began_at))
        .exec(tx.connection())
        .await?;
    Ok(())
}

fn place(of: &Of) -> String {
    match of {
        Of::Organization => String::new(),
        Of::Location(id) => id.clone(),
    }
}
