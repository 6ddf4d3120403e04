//! Links with which an admin reconnects without coming from OfficeRnD.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "reconnect_links")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) connection_id: Uuid,
    pub(crate) digest: Vec<u8>,
    pub(crate) made_by: String,
    pub(crate) created_at: i64,
    pub(crate) expires_at: i64,
    pub(crate) completed_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
