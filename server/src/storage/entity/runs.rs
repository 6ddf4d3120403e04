//! Synchronizations.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "runs")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) organization_id: Uuid,
    pub(crate) connection_id: Uuid,
    pub(crate) reason: String,
    pub(crate) state: String,
    pub(crate) message: Option<String>,
    pub(crate) started_at: i64,
    pub(crate) ended_at: Option<i64>,
    pub(crate) reported_at: Option<i64>,
    pub(crate) fault: Option<String>,
    pub(crate) started_by: Option<String>,
    pub(crate) locations: Option<Json>,
    pub(crate) would_remove: Option<Json>,
    pub(crate) held: Option<Json>,
    pub(crate) decided_at: Option<i64>,
    pub(crate) decided_by: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
