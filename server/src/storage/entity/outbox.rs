//! Deliveries to partner systems.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) organization_id: Uuid,
    pub(crate) connection_id: Uuid,
    pub(crate) receiver: String,
    pub(crate) hook: String,
    pub(crate) body: String,
    pub(crate) state: String,
    pub(crate) created_at: i64,
    pub(crate) due_at: Option<i64>,
    pub(crate) lease_id: Option<Uuid>,
    pub(crate) failures: i32,
    pub(crate) trouble: Option<String>,
    pub(crate) ended_at: Option<i64>,
    pub(crate) keep_until: i64,
    pub(crate) event_id: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
