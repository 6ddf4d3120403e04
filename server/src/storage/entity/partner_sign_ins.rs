//! Visits of the partner's sign-in page. Sealed: what was typed before, with the verifier of PKCE.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "partner_sign_ins")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) connection_id: Uuid,
    pub(crate) step: String,
    pub(crate) attempt_id: Option<Uuid>,
    pub(crate) opener_digest: Vec<u8>,
    pub(crate) state_digest: Vec<u8>,
    pub(crate) entries: Vec<u8>,
    pub(crate) outcome: Option<Json>,
    pub(crate) created_at: i64,
    pub(crate) expires_at: i64,
    pub(crate) used_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
