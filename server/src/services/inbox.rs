//! Deliveries that arrive together share one commit, and what of them is news for the partner system is told in it;
//! each is answered once it is durable.

use std::sync::Arc;

use tokio::sync::{mpsc, oneshot};

use super::events::number;
use crate::clock::Clock;
use crate::random::Random;
use crate::storage::events::{self, Event};
use crate::storage::webhook_events::{self, WebhookEvent};
use crate::storage::{Db, StorageError};

/// Deliveries in one commit. Each row has eight values, far below what a statement may have.
const GROUP: usize = 500;
/// Deliveries that may wait for a commit; more are asked to come again.
const WAITING: usize = 10_000;

type Answer = oneshot::Sender<Result<(), Arc<StorageError>>>;

/// A delivery, with what the partner system hears of it.
type Delivery = (WebhookEvent, Option<Event>);

/// Accepts deliveries for the one writer.
#[derive(Clone)]
pub struct Inbox {
    sender: mpsc::Sender<(Delivery, Answer)>,
}

/// A delivery that is not stored. OfficeRnD should send it again.
#[derive(Debug, thiserror::Error)]
pub enum NotStored {
    #[error("too many deliveries wait")]
    Full,
    #[error("{0}")]
    Storage(Arc<StorageError>),
    #[error("the server stops")]
    Stopped,
}

impl Inbox {
    /// Starts the writer; it ends when the last `Inbox` is dropped.
    pub fn start(db: Db, clock: Clock, random: Random) -> Self {
        let (sender, receiver) = mpsc::channel(WAITING);
        tokio::spawn(Writer { db, clock, random }.write(receiver));
        Self { sender }
    }

    /// Returns once the delivery survives a power loss. `told` is left out when the delivery is a repetition, or of a
    /// connection that has ended.
    ///
    /// # Errors
    /// When it is not stored.
    pub async fn store(&self, event: WebhookEvent, told: Option<Event>) -> Result<(), NotStored> {
        let (answer, stored) = oneshot::channel();
        self.sender.try_send(((event, told), answer)).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => NotStored::Full,
            mpsc::error::TrySendError::Closed(_) => NotStored::Stopped,
        })?;
        stored.await.map_err(|_| NotStored::Stopped)?.map_err(NotStored::Storage)
    }
}

struct Writer {
    db: Db,
    clock: Clock,
    random: Random,
}

impl Writer {
    async fn write(self, mut receiver: mpsc::Receiver<(Delivery, Answer)>) {
        let mut group = Vec::with_capacity(GROUP);
        // What came while the last commit ran is the next group: no timer, no waiting.
        while receiver.recv_many(&mut group, GROUP).await > 0 {
            let (deliveries, answers): (Vec<_>, Vec<_>) = group.drain(..).unzip();
            let outcome = self.store(deliveries).await.map_err(Arc::new);
            for answer in answers {
                // An asker that is gone does not need the answer; what is stored stays stored.
                drop(answer.send(outcome.clone()));
            }
        }
    }

    async fn store(&self, deliveries: Vec<Delivery>) -> Result<(), StorageError> {
        let (mut received, mut told) = (Vec::with_capacity(deliveries.len()), Vec::new());
        for (delivery, event) in deliveries {
            told.extend(event.map(|event| (delivery.id, event)));
            received.push(delivery);
        }
        let mut tx = self.db.begin().await?;
        webhook_events::store(&mut tx, received).await?;
        if !told.is_empty() {
            let ids: Vec<_> = told.iter().map(|(delivery, _)| *delivery).collect();
            let news = webhook_events::are_news(tx.connection(), &ids).await?;
            told.retain(|(delivery, _)| news.contains(delivery));
            let count = u32::try_from(told.len()).unwrap_or(u32::MAX);
            events::add(&mut tx, told.into_iter().map(|(_, event)| event).collect()).await?;
            // Where one writes at a time, numbering holds up nobody more than this does, and a commit of its own for it
            // would hold up the next group. Elsewhere others would wait for this one before they number theirs.
            if count > 0 && self.db.postgres_url().is_none() {
                number(&self.random, &mut tx, count, self.clock.now()).await?;
            }
        }
        tx.commit().await
    }
}
