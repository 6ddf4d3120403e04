//! Lists as OfficeRnD and the partner system told them last, for the time when they do not answer.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _};
use uuid::Uuid;

use crate::clock::Millis;
use crate::domain::settings::tenant::Entity as Listed;
use crate::storage::entity::setting_lists::{ActiveModel, Column, Entity, Model};
use crate::storage::{Result, Tx};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    pub source: String,
    /// What it depended on, as JSON.
    pub question: String,
    pub entities: Vec<Listed>,
    pub at: Millis,
}

/// All of a connection. One that nobody can read any more is left out.
///
/// # Errors
/// When the database does not answer.
pub async fn all(db: &impl ConnectionTrait, connection: Uuid) -> Result<Vec<Read>> {
    let rows = Entity::find().filter(Column::ConnectionId.eq(connection)).all(db).await?;
    Ok(rows.into_iter().filter_map(read).collect())
}

/// Those of one source.
///
/// # Errors
/// When the database does not answer.
pub async fn of_source(db: &impl ConnectionTrait, connection: Uuid, source: &str) -> Result<Vec<Read>> {
    let of = Entity::find().filter(Column::ConnectionId.eq(connection)).filter(Column::Source.eq(source));
    Ok(of.all(db).await?.into_iter().filter_map(read).collect())
}

fn read(row: Model) -> Option<Read> {
    let entities = serde_json::from_str(&row.items).ok()?;
    Some(Read { source: row.source, question: row.question, entities, at: row.read_at })
}

/// # Errors
/// When the database does not answer, or the connection is gone.
pub async fn keep(tx: &mut Tx, connection: Uuid, list: &Read) -> Result<()> {
    let items = serde_json::to_string(&list.entities).expect("keys are texts, and no value refuses to be written");
    Entity::insert(ActiveModel {
        connection_id: Set(connection),
        source: Set(list.source.clone()),
        question: Set(list.question.clone()),
        items: Set(items),
        read_at: Set(list.at),
    })
    .on_conflict(
        OnConflict::columns([Column::ConnectionId, Column::Source, Column::Question])
            .update_columns([Column::Items, Column::ReadAt])
            .to_owned(),
    )
    .exec_without_returning(tx.connection())
    .await?;
    Ok(())
}
