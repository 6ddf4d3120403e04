//! What happened, as partner systems read it.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "events")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) position: Option<i64>,
    pub(crate) kind: String,
    pub(crate) integration: String,
    pub(crate) organization_id: Uuid,
    pub(crate) connection_id: Uuid,
    pub(crate) body: String,
    pub(crate) created_at: i64,
    pub(crate) keep_until: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
