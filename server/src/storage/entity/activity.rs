//! Everything that happened, and who did it.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "activity")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) id: Uuid,
    pub(crate) organization_id: Uuid,
    pub(crate) connection_id: Uuid,
    pub(crate) at: i64,
    pub(crate) kind: String,
    pub(crate) actor_kind: String,
    pub(crate) actor: Option<String>,
    pub(crate) detail: Option<String>,
    pub(crate) staff_id: Option<Uuid>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
