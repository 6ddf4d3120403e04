//! Runs of the pop-up.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "connect_attempts")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) integration: String,
    pub(crate) cookie_digest: Vec<u8>,
    pub(crate) code_digest: Option<Vec<u8>>,
    pub(crate) stage: String,
    pub(crate) problem: Option<String>,
    pub(crate) trouble: Option<String>,
    pub(crate) org_slug: String,
    pub(crate) integration_id: String,
    pub(crate) locations: Json,
    pub(crate) officernd_id: Option<String>,
    pub(crate) organization_name: Option<String>,
    pub(crate) region_url: Option<String>,
    pub(crate) known_locations: Option<Json>,
    pub(crate) scope: Option<String>,
    pub(crate) access_expires_at: Option<i64>,
    pub(crate) access_lifetime_seconds: Option<i64>,
    pub(crate) connection_id: Uuid,
    pub(crate) busy_until: Option<i64>,
    pub(crate) reference: String,
    pub(crate) waiting_from: Option<String>,
    pub(crate) created_at: i64,
    pub(crate) updated_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
