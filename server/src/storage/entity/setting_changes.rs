//! Append-only: one field, row or cell that was changed, by whom and when.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "setting_changes")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) connection_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) version: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) position: i32,
    pub(crate) at: i64,
    pub(crate) actor_kind: String,
    pub(crate) actor: Option<String>,
    pub(crate) origin: String,
    pub(crate) location_id: Option<String>,
    pub(crate) field: String,
    pub(crate) part_row: Option<String>,
    pub(crate) part_column: Option<String>,
    pub(crate) kind: String,
    pub(crate) old: Option<String>,
    pub(crate) new: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
