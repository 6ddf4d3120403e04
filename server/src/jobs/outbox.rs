//! Sends what waits in the outbox: hooks to partner systems, events to endpoints. Every process has one sender; the
//! lease in the row keeps them apart.
//!
//! The sender works in turns. In each it takes whatever ended since the last one, and whatever may be started now,
//! and writes both in one commit: under load a commit carries what came while the one before it ran. Between turns
//! it sleeps until a delivery ends, something is written, or the next attempt is due.
//!
//! A delivery can be sent twice (a process died after sending it, or its end was not written in time), with the
//! same id; it is never lost, and two processes never send it at the same time.

use std::collections::BTreeMap;
use std::time::Duration;

use opentelemetry::trace::SpanKind;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::clock::{Millis, SECOND};
use crate::domain::delivery::again_after;
use crate::domain::lanes::{Lanes, Pool, Turn};
use crate::manifest::Hook;
use crate::services::events::endpoints::{Fared, note};
use crate::services::outbox::parcel::{self, Parcel, Undelivered};
use crate::services::{ServiceError, events, health, outbox as service};
use crate::state::App;
use crate::storage::StorageError;
use crate::storage::outbox::{self, Failure};

/// A lease lasts as long as the delivery may, and so much longer for writing down how it ended. When a process
/// dies, what it was sending waits for that.
const MARGIN: Millis = 30 * SECOND;
/// A receiver that takes longer is not quick.
const MOMENT: Duration = Duration::from_secs(1);
/// Other processes write too, and the demo's clock jumps.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
/// After the database refused a turn.
const TROUBLE: Duration = Duration::from_secs(1);
/// Deliveries under way get that long after a stop.
const DRAIN: Duration = Duration::from_secs(20);

enum Event {
    Lingers { receiver: String, pool: Pool },
    Ended { receiver: String, pool: Pool, quickly: bool, parcel: Box<Parcel>, outcome: Result<(), Undelivered> },
}

/// Works until `stop`, then lets what is under way end.
pub async fn work(app: App, stop: CancellationToken) {
    let mut sender = Sender::new(app.clone());
    loop {
        let span = app.traces.span(SpanKind::Internal, || "job outbox".into());
        let pause = span.around(sender.turn_or_complain()).await;
        drop(span);
        tokio::select! {
            () = stop.cancelled() => break,
            () = app.outbox.woken() => {}
            () = sender.hear() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
    sender.drain().await;
}

/// Sends everything that is due, once; tests call it instead of waiting.
///
/// # Errors
/// When the database does not answer.
pub async fn deliver_due(app: &App) -> Result<(), ServiceError> {
    let mut sender = Sender::new(app.clone());
    loop {
        sender.turn(true).await?;
        if sender.lanes.all_under_way() > 0 {
            sender.hear().await;
        } else if !sender.judged_all().await {
            return Ok(());
        }
        // A state that became another one is told as well.
    }
}

struct Sender {
    app: App,
    lease: Uuid,
    lanes: Lanes,
    told: mpsc::UnboundedSender<Event>,
    events: mpsc::UnboundedReceiver<Event>,
    /// Ended, and not written down yet.
    arrived: Vec<Uuid>,
    failed: Vec<Failure>,
    /// Endpoints of which there is something to note, in an order that all processes share.
    fared: BTreeMap<Uuid, Fared>,
    /// Connections whose partner system was to hear of a run, and whether it did. They wait to be judged anew.
    synced: BTreeMap<Uuid, bool>,
    /// Those that are judged now.
    judging: Option<JoinHandle<()>>,
}

impl Sender {
    fn new(app: App) -> Self {
        // What is under way bounds what can be told.
        let (told, events) = mpsc::unbounded_channel();
        let lease = app.random.uuid(app.clock.now());
        let (lanes, arrived, failed, fared, synced, judging) = Default::default();
        Self { app, lease, lanes, told, events, arrived, failed, fared, synced, judging }
    }

    /// Waits for something to happen, and takes all that has happened.
    async fn hear(&mut self) {
        let Some(event) = self.events.recv().await else { return };
        self.take(event);
        while let Ok(event) = self.events.try_recv() {
            self.take(event);
        }
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Lingers { receiver, pool } => self.lanes.lingers(&receiver, pool),
            Event::Ended { receiver, pool, quickly, parcel, outcome } => {
                self.lanes.ended(&receiver, pool, outcome.is_ok(), quickly);
                self.fare(&parcel, &outcome);
                if parcel.message.hook == Hook::Sync.as_str() {
                    self.synced.insert(parcel.message.connection_id, outcome.is_ok());
                }
                match outcome {
                    Ok(()) => {
                        if parcel.message.event_id.is_some() {
                            metrics::counter!("deskbridge_event_deliveries_total", "outcome" => "delivered")
                                .increment(1);
                        }
                        self.arrived.push(parcel.message.id);
                    }
                    Err(why) => {
                        let failure = self.failure(&parcel, why);
                        self.failed.push(failure);
                    }
                }
            }
        }
    }

    /// What is to be kept in mind of an endpoint: mostly nothing, since it fares as before.
    fn fare(&mut self, parcel: &Parcel, outcome: &Result<(), Undelivered>) {
        let Some(addressee) = parcel.addressee() else { return };
        let endpoint = &addressee.endpoint;
        match outcome {
            Ok(()) if endpoint.failing_since.is_some() => {
                self.fared.insert(endpoint.id, Fared::Well);
            }
            // It was well when this was taken, and whatever failed in between is over.
            Ok(()) => {
                self.fared.remove(&endpoint.id);
            }
            Err(why) => {
                let known = endpoint.failing_since.is_some();
                // After a long silence one failure says nothing about the days between: it has to fail again.
                let again = parcel.message.failures > 0;
                if !known || (again && endpoint.has_failed_for_too_long(self.app.clock.now())) {
                    self.fared.entry(endpoint.id).or_insert_with(|| Fared::Badly(why.trouble.clone()));
                }
            }
        }
    }

    fn failure(&self, parcel: &Parcel, why: Undelivered) -> Failure {
        let Undelivered { trouble, for_good, wait } = why;
        let message = &parcel.message;
        let failures = message.failures + 1;
        let jitter = self.app.random.below(1_001);
        let again_at = again_after(failures.unsigned_abs(), self.app.clock.now(), jitter, wait).filter(|_| !for_good);
        let (id, hook, receiver) = (parcel.id(), message.hook.as_str(), message.receiver.as_str());
        let connection = message.connection_id;
        if again_at.is_some() {
            tracing::warn!(
                connection.id = %connection, receiver, hook, message.id = id, failures, error = trouble,
                "a delivery failed; it is tried again"
            );
        } else {
            tracing::error!(
                connection.id = %connection, receiver, hook, message.id = id, failures, error = trouble,
                "a delivery failed and is given up"
            );
        }
        if message.event_id.is_some() {
            let outcome = if again_at.is_some() { "failed" } else { "given_up" };
            metrics::counter!("deskbridge_event_deliveries_total", "outcome" => outcome).increment(1);
        }
        let (hook, event) = (message.hook.clone(), message.event_id);
        Failure { id: message.id, connection, hook, failures, trouble, again_at, event }
    }

    /// As [`Sender::turn`], with the time to sleep when the database does not answer.
    async fn turn_or_complain(&mut self) -> Duration {
        match self.turn(true).await {
            Ok(pause) => pause,
            Err(error) => {
                tracing::error!(%error, "the outbox was not read or written; it is tried again");
                // Not only the pause: each delivery that ends meanwhile would ask the database again.
                tokio::time::sleep(TROUBLE).await;
                TROUBLE
            }
        }
    }

    /// Writes down what ended, starts what may be started, and says how long nothing else is due.
    async fn turn(&mut self, start: bool) -> Result<Duration, StorageError> {
        if start {
            events::distribute(&self.app).await?;
        }
        let now = self.app.clock.now();
        let due = if start { outbox::due(self.app.db.read()).await? } else { Vec::new() };
        let waiting: Vec<String> = due.iter().filter(|due| due.due_at <= now).map(|due| due.receiver.clone()).collect();
        let plan = self.lanes.plan(&waiting);
        if !(plan.is_empty() && self.arrived.is_empty() && self.failed.is_empty()) {
            for (turn, parcel) in self.write(&plan, now).await? {
                self.start(&turn, parcel);
            }
        }
        // Behind the commit, since it takes connections, which others hold when they ask for deliveries.
        self.judge();
        let next = due.iter().map(|due| due.due_at - now).filter(|wait| *wait > 0).min();
        let next = next.and_then(|wait| u64::try_from(wait).ok()).map(Duration::from_millis);
        Ok(next.unwrap_or(LOOK_AGAIN).min(LOOK_AGAIN))
    }

    /// Beside the deliveries, which wait for no connection that somebody holds. One after another: what ends meanwhile
    /// waits for the next turn, each connection once.
    fn judge(&mut self) {
        if self.synced.is_empty() || self.judging.as_ref().is_some_and(|judging| !judging.is_finished()) {
            return;
        }
        let (app, synced) = (self.app.clone(), std::mem::take(&mut self.synced));
        // A stop of the server waits for it.
        self.judging = Some(self.app.unfinished.spawn(async move {
            if let Err(error) = health::hooks_ended(&app, &synced).await {
                let count = synced.len();
                tracing::error!(%error, count, "connections were not judged after their hooks; their next run does it");
            }
        }));
    }

    /// Waits until all of them are judged. False: there were none.
    async fn judged_all(&mut self) -> bool {
        let mut any = false;
        loop {
            self.judge();
            let Some(judging) = self.judging.take() else { return any };
            any = true;
            // One that panicked has said so, and the next ones are judged all the same.
            drop(judging.await);
        }
    }

    /// One commit. Nothing is started before it, and what ended is forgotten only after it.
    async fn write(&mut self, plan: &[Turn], now: Millis) -> Result<Vec<(Turn, Parcel)>, StorageError> {
        let mut tx = self.app.db.begin().await?;
        outbox::delivered(&mut tx, self.lease, &self.arrived, now).await?;
        for failure in &self.failed {
            if outbox::failed(&mut tx, self.lease, failure, now).await? && failure.again_at.is_none() {
                service::given_up(&self.app, &mut tx, failure, now).await?;
            }
        }
        for (endpoint, fared) in &self.fared {
            note(&mut tx, *endpoint, fared, now).await?;
        }
        let (mut turns, mut claimed) = (Vec::new(), Vec::new());
        for turn in plan {
            let (limit, until) = (turn.count as u64, now + parcel::longest(&self.app, &turn.receiver) + MARGIN);
            let taken = outbox::claim(&mut tx, &turn.receiver, self.lease, now, until, limit).await?;
            turns.extend(taken.iter().map(|_| turn.clone()));
            claimed.extend(taken);
        }
        let parcels = parcel::pack(&self.app, &tx, claimed).await?;
        tx.commit().await?;
        self.arrived.clear();
        self.failed.clear();
        self.fared.clear();
        Ok(turns.into_iter().zip(parcels).collect())
    }

    fn start(&mut self, turn: &Turn, parcel: Parcel) {
        self.lanes.started(&turn.receiver, turn.pool, 1);
        let mut flight = Flight {
            told: self.told.clone(),
            receiver: turn.receiver.clone(),
            pool: turn.pool,
            quickly: true,
            parcel: Some(Box::new(parcel)),
            outcome: Err(Undelivered::for_now("the delivery broke off")),
        };
        let app = self.app.clone();
        tokio::spawn(async move { flight.fly(&app).await });
    }

    /// Starts nothing more. What does not end in time is sent again by another process, after its lease.
    async fn drain(&mut self) {
        let last = Instant::now() + DRAIN;
        while self.lanes.all_under_way() > 0 {
            if tokio::time::timeout_at(last, self.hear()).await.is_err() {
                tracing::warn!(count = self.lanes.all_under_way(), "deliveries that did not end in time were cut off");
                break;
            }
            if let Err(error) = self.turn(false).await {
                tracing::error!(%error, "deliveries that ended were not written down; they are sent again");
                break;
            }
        }
        if let Err(error) = self.turn(false).await {
            tracing::error!(%error, "deliveries that ended were not written down; they are sent again");
            return;
        }
        if tokio::time::timeout_at(last, self.judged_all()).await.is_err() {
            tracing::warn!("connections whose hooks ended last were not judged; their next run does it");
        }
    }
}

/// A delivery under way. It tells its end also when its task panics, or the lane would stay occupied.
struct Flight {
    told: mpsc::UnboundedSender<Event>,
    receiver: String,
    pool: Pool,
    quickly: bool,
    parcel: Option<Box<Parcel>>,
    outcome: Result<(), Undelivered>,
}

impl Flight {
    async fn fly(&mut self, app: &App) {
        let Some(parcel) = self.parcel.as_deref().cloned() else { return };
        let delivery = parcel::deliver(app, &parcel);
        tokio::pin!(delivery);
        self.outcome = match tokio::time::timeout(MOMENT, &mut delivery).await {
            Ok(outcome) => outcome,
            Err(_) => {
                drop(self.told.send(Event::Lingers { receiver: self.receiver.clone(), pool: self.pool }));
                self.quickly = false;
                self.pool = Pool::Slow;
                delivery.await
            }
        };
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        if let Some(parcel) = self.parcel.take() {
            let outcome = std::mem::replace(&mut self.outcome, Ok(()));
            let (receiver, pool, quickly) = (std::mem::take(&mut self.receiver), self.pool, self.quickly);
            // A sender that is gone does not need it.
            drop(self.told.send(Event::Ended { receiver, pool, quickly, parcel, outcome }));
        }
    }
}
