//! Calls of the partner system to OfficeRnD, counted.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "call_counts")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) connection_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) hour: i64,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) outcome: String,
    pub(crate) calls: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
