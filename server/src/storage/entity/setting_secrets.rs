//! Sealed: the value of one field of kind `secret`, and for a while the one before it.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "setting_secrets")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) connection_id: Uuid,
    pub(crate) field: String,
    pub(crate) secret: Vec<u8>,
    pub(crate) updated_at: i64,
    pub(crate) location_id: Option<String>,
    pub(crate) expires_on: Option<String>,
    pub(crate) bound: Option<String>,
    pub(crate) previous: Option<Vec<u8>>,
    pub(crate) previous_until: Option<i64>,
    pub(crate) actor_kind: Option<String>,
    pub(crate) actor: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
