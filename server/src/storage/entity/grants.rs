//! Lifecycles of token pairs.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "grants")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) connection_id: Uuid,
    pub(crate) client_id: String,
    pub(crate) state: String,
    pub(crate) scope: String,
    pub(crate) access_expires_at: i64,
    pub(crate) access_lifetime_seconds: i64,
    pub(crate) refresh_expires_at: i64,
    pub(crate) refreshed_at: i64,
    pub(crate) version: i64,
    pub(crate) number: i64,
    pub(crate) lease_id: Option<Uuid>,
    pub(crate) lease_until: Option<i64>,
    pub(crate) answer_lost: bool,
    pub(crate) cause: Option<String>,
    pub(crate) failures: i32,
    pub(crate) trouble: Option<String>,
    pub(crate) failed_at: Option<i64>,
    pub(crate) again_at: Option<i64>,
    pub(crate) used_at: Option<i64>,
    pub(crate) fresh_rank: Option<i16>,
    pub(crate) fresh_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
