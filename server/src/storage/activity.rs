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
    let (actor_kind, actor, staff) = match activity.actor {
        Actor::Admin(member) => ("admin", member, None),
        Actor::OfficeRnD => ("officernd", None, None),
        Actor::Key(name) => ("key", Some(name), None),
        Actor::Staff { id, name } => ("staff", Some(name), Some(id)),
        Actor::Deskbridge => ("deskbridge", None, None),
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
        staff_id: Set(staff),
    })
    .exec_without_returning(tx.connection())
    .await?;
    Ok(())
}

/// A fact and why somebody made it so, in one text: `64 / 180; asked on the telephone`. Facts hold no semicolon.
pub fn with_reason(fact: Option<String>, reason: Option<String>) -> Option<String> {
    match (fact, reason.filter(|reason| !reason.is_empty())) {
        (Some(fact), Some(reason)) => Some(format!("{fact}; {reason}")),
        (fact, reason) => fact.or(reason),
    }
}

/// What staff do among themselves: colleagues' notes, questions and looks at names are no business of the organization.
pub const FOR_STAFF_ONLY: [&str; 5] =
    ["note.added", "note.edited", "data.unmasked", "explain.asked", "grant.refresh_asked"];

/// Newest first, as the organization's administrators may read it.
///
/// # Errors
/// When the database does not answer.
pub async fn for_admins(db: &impl ConnectionTrait, connection: Uuid, limit: u64) -> Result<Vec<Activity>> {
    let rows = Entity::find()
        .filter(Column::ConnectionId.eq(connection))
        .filter(Column::Kind.is_not_in(FOR_STAFF_ONLY))
        .order_by_desc(Column::At)
        .order_by_desc(Column::Id)
        .limit(limit)
        .all(db)
        .await?;
    Ok(rows.into_iter().map(Activity::from).collect())
}

/// Whether this happened since then, with that detail.
///
/// # Errors
/// When the database does not answer.
pub async fn happened_since(
    db: &impl ConnectionTrait,
    connection: Uuid,
    kind: &str,
    detail: &str,
    since: Millis,
) -> Result<bool> {
    let found = Entity::find()
        .filter(Column::ConnectionId.eq(connection))
        .filter(Column::Kind.eq(kind))
        .filter(Column::At.gte(since))
        .filter(Column::Detail.eq(detail));
    Ok(found.one(db).await?.is_some())
}

/// The connections to which this happened since then, with that detail.
///
/// # Errors
/// When the database does not answer.
pub async fn connections_since(
    db: &impl ConnectionTrait,
    kind: &str,
    detail: &str,
    since: Millis,
) -> Result<Vec<Uuid>> {
    let found = Entity::find()
        .select_only()
        .column(Column::ConnectionId)
        .distinct()
        .filter(Column::Kind.eq(kind))
        .filter(Column::At.gte(since))
        .filter(Column::Detail.eq(detail));
    Ok(found.into_tuple().all(db).await?)
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
            "staff" => Actor::Staff { id: row.staff_id.unwrap_or_default(), name: row.actor.unwrap_or_default() },
            _ => Actor::Deskbridge,
        };
        Self { at: row.at, kind: row.kind, actor, detail: row.detail }
    }
}
