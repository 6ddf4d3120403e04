//! Notes of staff about a connection, for their colleagues.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use uuid::Uuid;

use super::entity::notes::{ActiveModel, Column, Entity, Model};
use super::{Result, Tx};
use crate::clock::Millis;
use crate::domain::connection::Connection;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub id: Uuid,
    pub connection: Uuid,
    /// Only who wrote it may change it.
    pub author_id: Uuid,
    pub author: String,
    pub text: String,
    pub created_at: Millis,
    pub edited_at: Option<Millis>,
}

/// # Errors
/// When the database does not answer.
pub async fn add(tx: &mut Tx, connection: &Connection, note: &Note) -> Result<()> {
    Entity::insert(ActiveModel {
        id: Set(note.id),
        organization_id: Set(connection.organization),
        connection_id: Set(connection.id),
        author_id: Set(note.author_id),
        author: Set(note.author.clone()),
        text: Set(note.text.clone()),
        created_at: Set(note.created_at),
        edited_at: Set(note.edited_at),
    })
    .exec_without_returning(tx.connection())
    .await?;
    Ok(())
}

/// `false` when the author has no such note.
///
/// # Errors
/// When the database does not answer.
pub async fn edit(tx: &mut Tx, connection: Uuid, author: Uuid, note: Uuid, text: &str, now: Millis) -> Result<bool> {
    let edited = Entity::update_many()
        .col_expr(Column::Text, Expr::value(text))
        .col_expr(Column::EditedAt, Expr::value(Some(now)))
        .filter(Column::Id.eq(note))
        .filter(Column::ConnectionId.eq(connection))
        .filter(Column::AuthorId.eq(author))
        .exec(tx.connection())
        .await?;
    Ok(edited.rows_affected == 1)
}

/// # Errors
/// When the database does not answer.
pub async fn get(db: &impl ConnectionTrait, connection: Uuid, note: Uuid) -> Result<Option<Note>> {
    let found = Entity::find_by_id(note).filter(Column::ConnectionId.eq(connection));
    Ok(found.one(db).await?.map(Note::from))
}

/// Newest first.
///
/// # Errors
/// When the database does not answer.
pub async fn of_connection(db: &impl ConnectionTrait, connection: Uuid, limit: u64) -> Result<Vec<Note>> {
    let rows = Entity::find()
        .filter(Column::ConnectionId.eq(connection))
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id)
        .limit(limit)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(Note::from).collect())
}

/// # Errors
/// When the database does not answer.
pub async fn by_ids(db: &impl ConnectionTrait, connection: Uuid, notes: &[Uuid]) -> Result<Vec<Note>> {
    if notes.is_empty() {
        return Ok(Vec::new());
    }
    let rows = Entity::find()
        .filter(Column::Id.is_in(notes.iter().copied()))
        .filter(Column::ConnectionId.eq(connection))
        .all(db)
        .await?;
    Ok(rows.into_iter().map(Note::from).collect())
}

impl From<Model> for Note {
    fn from(row: Model) -> Self {
        Self {
            id: row.id,
            connection: row.connection_id,
            author_id: row.author_id,
            author: row.author,
            text: row.text,
            created_at: row.created_at,
            edited_at: row.edited_at,
        }
    }
}
