//! What came from OfficeRnD and what goes to the partner system, of one connection, for people to look at.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, FromQueryResult, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use uuid::Uuid;

use super::Result;
use super::entity::{events, outbox, webhook_events};
use crate::clock::Millis;

/// A webhook of OfficeRnD's, without its body: that holds data of people.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Received {
    pub id: Uuid,
    pub event_type: Option<String>,
    pub received_at: Millis,
    pub processed_at: Option<Millis>,
}

/// An event, or a hook that has to arrive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sent {
    pub id: Uuid,
    pub kind: String,
    pub at: Millis,
    pub is_hook: bool,
    pub deliveries: Vec<Delivery>,
}

/// To one receiver.
#[derive(Debug, Clone, PartialEq, Eq, FromQueryResult)]
pub struct Delivery {
    pub receiver: String,
    pub state: String,
    pub failures: i32,
    pub trouble: Option<String>,
    pub due_at: Option<Millis>,
    pub ended_at: Option<Millis>,
}

impl Delivery {
    /// Those that failed, and the one that arrived.
    pub fn attempts(&self) -> u32 {
        u32::try_from(self.failures).unwrap_or_default() + u32::from(self.state == "delivered")
    }
}

/// Newest first.
///
/// # Errors
/// When the database does not answer.
pub async fn received(db: &impl ConnectionTrait, connection: Uuid, limit: u64) -> Result<Vec<Received>> {
    use webhook_events::Column as Of;
    Ok(webhook_events::Entity::find()
        .select_only()
        .columns([Of::Id, Of::EventType, Of::ReceivedAt, Of::ProcessedAt])
        .filter(Of::ConnectionId.eq(connection))
        .order_by_desc(Of::ReceivedAt)
        .order_by_desc(Of::Id)
        .limit(limit)
        .into_model::<Received>()
        .all(db)
        .await?)
}

#[derive(FromQueryResult)]
struct Event {
    id: Uuid,
    kind: String,
    created_at: Millis,
}

#[derive(FromQueryResult)]
struct Row {
    id: Uuid,
    event_id: Option<Uuid>,
    receiver: String,
    hook: String,
    state: String,
    failures: i32,
    trouble: Option<String>,
    created_at: Millis,
    due_at: Option<Millis>,
    ended_at: Option<Millis>,
}

impl Row {
    fn delivery(self) -> Delivery {
        let Self { receiver, state, failures, trouble, due_at, ended_at, .. } = self;
        Delivery { receiver, state, failures, trouble, due_at, ended_at }
    }
}

/// Newest first, each with its deliveries.
///
/// # Errors
/// When the database does not answer.
pub async fn sent(db: &impl ConnectionTrait, connection: Uuid, limit: u64) -> Result<Vec<Sent>> {
    let newest = events::Entity::find()
        .select_only()
        .columns([events::Column::Id, events::Column::Kind, events::Column::CreatedAt])
        .filter(events::Column::ConnectionId.eq(connection))
        .order_by_desc(events::Column::CreatedAt)
        .order_by_desc(events::Column::Id)
        .limit(limit)
        .into_model::<Event>()
        .all(db)
        .await?;
    let ids: Vec<Uuid> = newest.iter().map(|event| event.id).collect();
    let mut of_events: HashMap<Uuid, Vec<Delivery>> = HashMap::new();
    for row in rows().filter(outbox::Column::EventId.is_in(ids)).into_model::<Row>().all(db).await? {
        if let Some(event) = row.event_id {
            of_events.entry(event).or_default().push(row.delivery());
        }
    }
    let hooks = rows()
        .filter(outbox::Column::ConnectionId.eq(connection))
        .filter(outbox::Column::EventId.is_null())
        .order_by_desc(outbox::Column::CreatedAt)
        .order_by_desc(outbox::Column::Id)
        .limit(limit)
        .into_model::<Row>()
        .all(db)
        .await?;
    let hooks = hooks.into_iter().map(|row| Sent {
        id: row.id,
        kind: row.hook.clone(),
        at: row.created_at,
        is_hook: true,
        deliveries: vec![row.delivery()],
    });
    let events = newest.into_iter().map(|event| Sent {
        id: event.id,
        kind: event.kind,
        at: event.created_at,
        is_hook: false,
        deliveries: of_events.remove(&event.id).unwrap_or_default(),
    });
    let mut all: Vec<Sent> = events.chain(hooks).collect();
    all.sort_unstable_by_key(|one| std::cmp::Reverse((one.at, one.id)));
    all.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(all)
}

fn rows() -> sea_orm::Select<outbox::Entity> {
    use outbox::Column as Of;
    outbox::Entity::find().select_only().columns([
        Of::Id,
        Of::EventId,
        Of::Receiver,
        Of::Hook,
        Of::State,
        Of::Failures,
        Of::Trouble,
        Of::CreatedAt,
        Of::DueAt,
        Of::EndedAt,
    ])
}
