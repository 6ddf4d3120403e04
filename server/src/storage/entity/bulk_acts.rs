//! Acts of staff on many connections.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "bulk_acts")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) act: String,
    pub(crate) staff_id: Uuid,
    pub(crate) staff: String,
    pub(crate) reason: Option<String>,
    pub(crate) since: Option<i64>,
    pub(crate) total: i32,
    pub(crate) created_at: i64,
    pub(crate) ended_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
