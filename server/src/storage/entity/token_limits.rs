//! Until when OfficeRnD asked a client to wait.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "token_limits")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) client_id: String,
    pub(crate) blocked_until: i64,
    pub(crate) lowered_to: Option<i32>,
    pub(crate) raise_at: Option<i64>,
    pub(crate) background_at: i64,
    pub(crate) exchange_at: i64,
    pub(crate) waiting_until: i64,
    pub(crate) client_refused_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
