//! How the partner wants to be told of incidents: one row.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "alerting")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) rules: Option<Json>,
    pub(crate) digest_at: i64,
    pub(crate) webhook_url: Option<String>,
    pub(crate) webhook_secret: Option<Vec<u8>>,
    pub(crate) webhook_previous: Option<Vec<u8>>,
    pub(crate) webhook_previous_until: Option<i64>,
    pub(crate) looks: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
