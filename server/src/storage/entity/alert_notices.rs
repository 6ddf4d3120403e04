//! What one receiver is told of an incident.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "alert_notices")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) incident_id: Option<Uuid>,
    pub(crate) what: String,
    pub(crate) channel: String,
    pub(crate) staff_id: Option<Uuid>,
    pub(crate) subject: String,
    pub(crate) body: String,
    pub(crate) created_at: i64,
    pub(crate) due_at: Option<i64>,
    pub(crate) state: String,
    pub(crate) failures: i32,
    pub(crate) trouble: Option<String>,
    pub(crate) lease_id: Option<Uuid>,
    pub(crate) ended_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
