//! The append-only record of what happened to a connection, and who did it.

use app::ports::Actor;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use uuid::Uuid;

use super::entity::activity::{ActiveModel, Column, Entity, Model};
use super::{Result, Tx};
use crate::clock::Millis;
use crate::domain::connection::Connection;

/// What happened, as the catalogue names it: `connection.connected`, `sync.on` and so on.
#[derive(Debug, Clone)]
pub struct Activity {
    pub at: Millis,
    pub kind: String,
    pub actor: Actor,
    /// A fact in words; never a secret.
    pub detail: Option<String>,
}

/// # Errors
/// When the database does not answer.
pub async fn record(tx: &mut Tx, connection: &Connection, id: Uuid, activity: Activity) -> Result<()> {
    let (actor_kind, actor) = match activity.actor {
        Actor::Admin(member) => ("admin", member),
        Actor::OfficeRnD => ("officernd", None),
        Actor::Key(name) => ("key", Some(name)),
        Actor::Deskbridge => ("deskbridge", None),
    };
    Entity::insert(ActiveModel {
        id: Set(id),
        organization_id: Set(connection.organization),
        connection_id: Set(connection.id),
        at: Set(activity.at),
        kind: Set(activity.kind),
        actor_kind: Set(actor_kind.to_owned()),
        actor: Set(actor),
        detail: Set(activity.detail),
    })
    .exec_without_returning(tx.connection())
    .await?;
    Ok(())
}

/// Newest first.
///
/// # Errors
/// When the database does not answer.
pub async fn of_connection(db: &impl ConnectionTrait, connection: Uuid, limit: u64) -> Result<Vec<Activity>> {
    let rows = Entity::find()
        .filter(Column::ConnectionId.eq(connection))
        .order_by_desc(Column::At)
        .order_by_desc(Column::Id)
        .limit(limit)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(Activity::from).collect())
}

impl From<Model> for Activity {
    fn from(row: Model) -> Self {
        let actor = match row.actor_kind.as_str() {
            "admin" => Actor::Admin(row.actor),
            "officernd" => Actor::OfficeRnD,
            "key" => Actor::Key(row.actor.unwrap_or_default()),
            _ => Actor::Deskbridge,
        };
        Self { at: row.at, kind: row.kind, actor, detail: row.detail }
    }
}
