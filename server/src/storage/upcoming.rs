//! What the overview says of connections beside their states: what fails for longest, and what runs out.

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, FromQueryResult, JoinType, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, RelationDef,
};
use uuid::Uuid;

use super::Result;
use super::entity::{connections, organizations, setting_secrets};
use crate::clock::Millis;

/// A connection whose runs or calls fail.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Failing {
    pub connection: Uuid,
    pub organization: String,
    pub since: Millis,
}

/// The failure that has gone on for longest.
///
/// # Errors
/// When the database does not answer.
pub async fn oldest_failure(db: &impl ConnectionTrait) -> Result<Option<Failing>> {
    let found = connections::Entity::find()
        .join(JoinType::InnerJoin, organization())
        .select_only()
        .column_as(connections::Column::Id, "connection")
        .column_as(organizations::Column::Name, "organization")
        .column_as(connections::Column::FailingSince, "since")
        // As the index has it.
        .filter(connections::Column::FailingLike.is_not_null())
        .filter(connections::Column::FailingSince.is_not_null())
        .filter(connections::Column::DisconnectedAt.is_null())
        .order_by_asc(connections::Column::FailingSince)
        .order_by_asc(connections::Column::Id)
        .limit(1);
    Ok(found.into_model::<Failing>().one(db).await?)
}

/// A secret of the settings that the partner's system accepts until a day.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Expiring {
    pub connection: Uuid,
    pub organization: String,
    pub integration: String,
    pub field: String,
    /// `2026-12-24`
    pub day: String,
}

/// Those that run out from one day to another, the first first.
///
/// # Errors
/// When the database does not answer.
pub async fn expiring(db: &impl ConnectionTrait, from: &str, until: &str, most: u64) -> Result<Vec<Expiring>> {
    let connection = setting_secrets::Entity::belongs_to(connections::Entity)
        .from(setting_secrets::Column::ConnectionId)
        .to(connections::Column::Id);
    let found = setting_secrets::Entity::find()
        .join(JoinType::InnerJoin, connection.into())
        .join(JoinType::InnerJoin, organization())
        .select_only()
        .column_as(connections::Column::Id, "connection")
        .column_as(organizations::Column::Name, "organization")
        .column(connections::Column::Integration)
        .column(setting_secrets::Column::Field)
        .column_as(setting_secrets::Column::ExpiresOn, "day")
        .filter(setting_secrets::Column::ExpiresOn.gte(from))
        .filter(setting_secrets::Column::ExpiresOn.lte(until))
        .filter(connections::Column::DisconnectedAt.is_null())
        .order_by_asc(setting_secrets::Column::ExpiresOn)
        .order_by_asc(setting_secrets::Column::Id)
        .limit(most);
    Ok(found.into_model::<Expiring>().all(db).await?)
}

fn organization() -> RelationDef {
    connections::Entity::belongs_to(organizations::Entity)
        .from(connections::Column::OrganizationId)
        .to(organizations::Column::Id)
        .into()
}
