//! What the state of a connection needs to know of one of its locations.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "location_health")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) connection_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) location_id: String,
    pub(crate) broken_since: Option<i64>,
    pub(crate) failing_since: Option<i64>,
    pub(crate) failing_fault: Option<String>,
    pub(crate) succeeded_at: Option<i64>,
    pub(crate) failing_wholly: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
