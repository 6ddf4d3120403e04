//! Addresses that partner systems named for events.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "event_endpoints")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) integration: String,
    pub(crate) url: String,
    pub(crate) types: Json,
    pub(crate) created_at: i64,
    pub(crate) previous_until: Option<i64>,
    pub(crate) failing_since: Option<i64>,
    pub(crate) disabled_at: Option<i64>,
    pub(crate) reason: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
