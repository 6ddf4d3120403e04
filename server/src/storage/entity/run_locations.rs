//! What a run did at one location.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "run_locations")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) run_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) location_id: String,
    pub(crate) created: i64,
    pub(crate) changed: i64,
    pub(crate) removed: i64,
    pub(crate) skipped: i64,
    pub(crate) failed: i64,
    pub(crate) reasons: Json,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
