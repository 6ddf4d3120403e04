//! Views of the list that a member of staff gave a name.

use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _,
};
use uuid::Uuid;

use super::entity::tenant_views::{ActiveModel, Column, Entity};
use super::{Result, Tx};
use crate::clock::Millis;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct View {
    pub id: Uuid,
    pub name: String,
    /// Of the address, without `?`.
    pub query: String,
}

/// In the order of their names.
///
/// # Errors
/// When the database does not answer.
pub async fn of(db: &impl ConnectionTrait, staff: Uuid) -> Result<Vec<View>> {
    let rows = Entity::find().filter(Column::StaffId.eq(staff)).order_by_asc(Column::Name).all(db).await?;
    Ok(rows.into_iter().map(|row| View { id: row.id, name: row.name, query: row.query }).collect())
}

/// # Errors
/// When the database does not answer.
pub async fn count(db: &impl ConnectionTrait, staff: Uuid) -> Result<u64> {
    Ok(Entity::find().filter(Column::StaffId.eq(staff)).count(db).await?)
}

/// A view of the same name is replaced.
///
/// # Errors
/// When the database does not answer.
pub async fn save(tx: &mut Tx, staff: Uuid, view: &View, now: Millis) -> Result<()> {
    let replace = OnConflict::columns([Column::StaffId, Column::Name])
        .update_columns([Column::Query, Column::CreatedAt])
        .to_owned();
    Entity::insert(ActiveModel {
        id: Set(view.id),
        staff_id: Set(staff),
        name: Set(view.name.clone()),
        query: Set(view.query.clone()),
        created_at: Set(now),
    })
    .on_conflict(replace)
    .exec_without_returning(tx.connection())
    .await?;
    Ok(())
}

/// `false` when this member of staff has no such view.
///
/// # Errors
/// When the database does not answer.
pub async fn delete(tx: &mut Tx, staff: Uuid, view: Uuid) -> Result<bool> {
    let gone = Entity::delete_many()
        .filter(Column::StaffId.eq(staff))
        .filter(Column::Id.eq(view))
        .exec(tx.connection())
        .await?;
    Ok(gone.rows_affected > 0)
}
