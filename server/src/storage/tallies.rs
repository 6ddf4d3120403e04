//! How much is kept of a connection, before it is deleted.

use sea_orm::{ColumnTrait as _, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _};

use super::Result;
use super::entity::{activity, connections, location_settings, notes, runs, settings};
use crate::domain::connection::Connection;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    pub activities: u64,
    pub runs: u64,
    pub notes: u64,
    /// Values, of the organization and of its locations.
    pub settings: u64,
    /// Other connections of the same organization.
    pub siblings: u64,
}

/// # Errors
/// When the database does not answer.
pub async fn of_connection(db: &impl ConnectionTrait, connection: &Connection) -> Result<Tally> {
    let id = connection.id;
    let of_all = settings::Entity::find().filter(settings::Column::ConnectionId.eq(id)).count(db).await?;
    let own =
        location_settings::Entity::find().filter(location_settings::Column::ConnectionId.eq(id)).count(db).await?;
    Ok(Tally {
        activities: activity::Entity::find().filter(activity::Column::ConnectionId.eq(id)).count(db).await?,
        runs: runs::Entity::find().filter(runs::Column::ConnectionId.eq(id)).count(db).await?,
        notes: notes::Entity::find().filter(notes::Column::ConnectionId.eq(id)).count(db).await?,
        settings: of_all + own,
        siblings: connections::Entity::find()
            .filter(connections::Column::OrganizationId.eq(connection.organization))
            .filter(connections::Column::Id.ne(id))
            .count(db)
            .await?,
    })
}
