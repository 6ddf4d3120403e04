//! Sign-ins of staff that are under way at an OpenID provider. Sealed: PKCE's verifier and the nonce.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "staff_oidc_sign_ins")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) state_digest: Vec<u8>,
    pub(crate) browser_digest: Vec<u8>,
    pub(crate) secrets: Vec<u8>,
    pub(crate) issuer: String,
    pub(crate) session_id: Option<Uuid>,
    pub(crate) next: String,
    pub(crate) created_at: i64,
    pub(crate) expires_at: i64,
    pub(crate) used_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
