//! What lists of tenants sort, filter and search by; triggers keep it.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "tenant_rows")]
pub(crate) struct Model {
    #[sea_orm(primary_key)]
    pub(crate) number: i64,
    pub(crate) connection_id: Uuid,
    pub(crate) organization_id: Uuid,
    pub(crate) integration: String,
    pub(crate) state: String,
    pub(crate) trouble: i16,
    pub(crate) name_key: String,
    pub(crate) since: i64,
    pub(crate) last_success: i64,
    pub(crate) errors: i64,
    pub(crate) grant_day: i64,
    pub(crate) revision: Option<i32>,
    pub(crate) search: String,
    pub(crate) stale: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
