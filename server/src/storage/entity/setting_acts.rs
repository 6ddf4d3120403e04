//! A button beside settings: when it was pressed last, and what came of it.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "setting_acts")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) connection_id: Uuid,
    /// Empty for the organization.
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) location_id: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) field: String,
    pub(crate) began_at: i64,
    pub(crate) ended_at: Option<i64>,
    pub(crate) good: Option<bool>,
    /// As JSON.
    pub(crate) said: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
