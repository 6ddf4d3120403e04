//! Troubles that have one cause.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "incidents")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) kind: String,
    pub(crate) integration: String,
    pub(crate) likeness: String,
    pub(crate) connection_id: Option<Uuid>,
    pub(crate) basis: String,
    pub(crate) grouping_version: i32,
    pub(crate) first_since: i64,
    pub(crate) last_since: i64,
    pub(crate) tenants: i32,
    pub(crate) tenants_most: i32,
    pub(crate) state: String,
    pub(crate) watched_at: i64,
    pub(crate) opened_at: Option<i64>,
    pub(crate) told_at: Option<i64>,
    pub(crate) calm_since: Option<i64>,
    pub(crate) relapses: i32,
    pub(crate) closed_at: Option<i64>,
    pub(crate) closed_how: Option<String>,
    pub(crate) acknowledged_at: Option<i64>,
    pub(crate) acknowledged_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
