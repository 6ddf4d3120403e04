//! What happens behind the answers. Every job can run on any replica, twice, or after a crash.

mod alerts;
mod bulk;
mod changes;
mod engine;
mod health;
mod outbox;
mod secrets;
mod settings;
mod subscriptions;
mod sweep;
mod webhooks;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use opentelemetry::trace::SpanKind;
use tokio::sync::{Semaphore, mpsc};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::clock::{MINUTE, Millis, SECOND};
use crate::services::settings::{judged, people};
use crate::services::{ServiceError, acts, calls, tenants};
use crate::state::App;

pub use alerts::{run_due as tell_alerts, work as keep_alerts};
pub use bulk::work as keep_bulk_acts;
pub use engine::{run_due as refresh_due, work as keep_grants};
pub use health::work as keep_states;
pub use outbox::{deliver_due as deliver_outbox, work as send_outbox};
pub use settings::{know_uses, work as keep_settings};
pub use sweep::{run as sweep, work as keep_clean};
pub use webhooks::{acts_on, process as process_webhooks};

/// One thing to do soon.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Job {
    /// Deliveries wait to be processed.
    Webhooks,
    /// Signed calls stopped verifying; the secret may have been renewed.
    Secret { connection: Uuid },
    /// A verified Configure or Sync named locations that we do not have.
    Locations { connection: Uuid, asked: Vec<String> },
    /// Settings may mean something else for the state than before.
    Settings { connection: Uuid },
    /// A verified call named another slug.
    Slug { organization: Uuid, slug: String },
}

/// A run of bad signatures this long makes us fetch the secret again.
const BAD_SIGNATURES: u32 = 3;
/// More counters would be an attack, and forgetting them costs nothing.
const MOST_COUNTERS: usize = 10_000;
const WAITING: usize = 10_000;
/// A process that dies forgets what it counted in that time.
const CALLS_EVERY: Millis = 10 * SECOND;
/// Errors and grants' ends are as old as that in lists.
const LISTS_EVERY: Millis = 10 * SECOND;
/// Settings judged at the same time: partner systems that hang hold up nobody else's jobs.
const JUDGES: usize = 8;
/// Connections that names are asked for at the same time, beside those: a name holds up no judgement.
const LEARNERS: usize = 8;

/// Takes jobs without waiting. A full queue drops them: each is found again by the sweep or the next call.
#[derive(Clone)]
pub struct Jobs {
    sender: mpsc::Sender<Job>,
    /// One in the queue is enough for all deliveries that came before it is taken.
    webhooks_queued: Arc<AtomicBool>,
    bad_signatures: Arc<Mutex<HashMap<Uuid, u32>>>,
    /// Whether there is any: each verified call asks, and a lock for that would have them queue.
    any_bad: Arc<AtomicBool>,
}

impl Jobs {
    pub fn new() -> (Self, mpsc::Receiver<Job>) {
        let (sender, receiver) = mpsc::channel(WAITING);
        (
            Self { sender, webhooks_queued: Arc::default(), bad_signatures: Arc::default(), any_bad: Arc::default() },
            receiver,
        )
    }

    pub fn send(&self, job: Job) {
        let webhooks = job == Job::Webhooks;
        if webhooks && self.webhooks_queued.swap(true, Ordering::AcqRel) {
            return;
        }
        if let Err(error) = self.sender.try_send(job) {
            if webhooks {
                self.webhooks_queued.store(false, Ordering::Release);
            }
            tracing::debug!(%error, "a job was not queued");
        }
    }

    /// A call for this connection did not verify.
    pub fn bad_signature(&self, connection: Uuid) {
        let mut counters = self.bad_signatures.lock().unwrap_or_else(PoisonError::into_inner);
        if counters.len() >= MOST_COUNTERS {
            counters.clear();
        }
        self.any_bad.store(true, Ordering::Release);
        let count = counters.entry(connection).or_default();
        *count += 1;
        if *count >= BAD_SIGNATURES {
            counters.remove(&connection);
            drop(counters);
            self.send(Job::Secret { connection });
        }
    }

    /// A call for this connection verified.
    pub fn good_signature(&self, connection: Uuid) {
        if !self.any_bad.load(Ordering::Acquire) {
            return;
        }
        let mut counters = self.bad_signatures.lock().unwrap_or_else(PoisonError::into_inner);
        counters.remove(&connection);
        if counters.is_empty() {
            self.any_bad.store(false, Ordering::Release);
        }
    }
}

/// Works until `stop`, then finishes the job at hand.
pub async fn work(app: App, mut receiver: mpsc::Receiver<Job>, stop: CancellationToken) {
    let mut tick = tokio::time::interval(Duration::from_secs(1));
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    let mut schedule = Schedule::default();
    let judges = Arc::new(Semaphore::new(JUDGES));
    let learners = Arc::new(Semaphore::new(LEARNERS));
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            Some(job) = receiver.recv() => match job {
                Job::Settings { connection } => judge(&app, &judges, &learners, connection),
                job => turn(&app, job_name(&job), || run(&app, job)).await,
            },
            _ = tick.tick() => schedule.run_due(&app).await,
        }
    }
}

/// Beside the other jobs, since it asks partner systems. What finds no place is judged at the next visit.
fn judge(app: &App, judges: &Arc<Semaphore>, learners: &Arc<Semaphore>, connection: Uuid) {
    let Ok(place) = judges.clone().try_acquire_owned() else { return };
    let (app, learners) = (app.clone(), learners.clone());
    tokio::spawn(async move {
        turn(&app, "settings", || Box::pin(judged::judge(&app, connection))).await;
        drop(place);
        // A name that finds no place is asked for at the next visit as well.
        let Ok(_place) = learners.try_acquire_owned() else { return };
        turn(&app, "names", || Box::pin(people::learn(&app, connection))).await;
    });
}

/// Does everything that is queued or due now; tests call it instead of waiting.
pub async fn drain(app: &App, receiver: &mut mpsc::Receiver<Job>) -> Result<(), ServiceError> {
    while let Ok(job) = receiver.try_recv() {
        run(app, job).await?;
    }
    process_webhooks(app).await?;
    subscriptions::check_due(app).await?;
    // One after another, so that a scenario goes as it went before.
    settings::look_at_due(app, 1, &CancellationToken::new()).await?;
    sweep(app, &CancellationToken::new()).await?;
    health::run_due(app).await?;
    acts::bulk::go_on(app).await?;
    calls::write(app).await?;
    deliver_outbox(app).await?;
    tenants::keep_up(app).await?;
    tell_alerts(app).await
}

async fn run(app: &App, job: Job) -> Result<(), ServiceError> {
    match job {
        Job::Webhooks => {
            // Before it looks: what comes from now on may not be seen by it.
            app.jobs.webhooks_queued.store(false, Ordering::Release);
            process_webhooks(app).await
        }
        Job::Secret { connection } => secrets::renew(app, connection).await,
        Job::Locations { connection, asked } => changes::locations(app, connection, asked).await,
        Job::Settings { connection } => {
            Box::pin(judged::judge(app, connection)).await?;
            Box::pin(people::learn(app, connection)).await
        }
        Job::Slug { organization, slug } => changes::slug(app, organization, slug).await,
    }
}

fn job_name(job: &Job) -> &'static str {
    match job {
        Job::Webhooks => "webhooks",
        Job::Secret { .. } => "secret",
        Job::Locations { .. } => "locations",
        Job::Settings { .. } => "settings",
        Job::Slug { .. } => "slug",
    }
}

/// What runs without being asked, and how often.
#[derive(Default)]
struct Schedule {
    webhooks_at: Millis,
    subscriptions_at: Millis,
    calls_at: Millis,
    lists_at: Millis,
}

impl Schedule {
    async fn run_due(&mut self, app: &App) {
        let now = app.clock.now();
        // Deliveries of a process that died before it processed them.
        if self.webhooks_at <= now {
            self.webhooks_at = now + MINUTE / 2;
            turn(app, "webhooks", || process_webhooks(app)).await;
        }
        if self.subscriptions_at <= now {
            self.subscriptions_at = now + MINUTE;
            turn(app, "subscriptions", || subscriptions::check_due(app)).await;
        }
        if self.calls_at <= now {
            self.calls_at = now + CALLS_EVERY;
            turn(app, "calls", || calls::write(app)).await;
        }
        if self.lists_at <= now {
            self.lists_at = now + LISTS_EVERY;
            turn(app, "lists", || tenants::keep_up(app)).await;
        }
    }
}

/// Turns of a job, so long after one another, until `stop`. What is cut off between two commits is found again.
async fn turns<F>(every: Duration, job: &str, app: &App, stop: &CancellationToken, work: impl Fn(App) -> F)
where
    F: Future<Output = Result<(), ServiceError>>,
{
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(every) => {}
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = turn(app, job, || work(app.clone())) => {}
        }
    }
}

/// One turn of a job: a span where traces are on, and a line when it fails.
async fn turn<F>(app: &App, job: &str, work: impl FnOnce() -> F)
where
    F: Future<Output = Result<(), ServiceError>>,
{
    let span = app.traces.span(SpanKind::Internal, || format!("job {job}").into());
    let outcome = span.around(work()).await;
    if outcome.is_err() {
        span.fail("failed");
    }
    logged(job, outcome);
}

fn logged(job: &str, outcome: Result<(), ServiceError>) {
    if let Err(error) = outcome {
        tracing::error!(job.name = job, %error, "a job failed; it is tried again");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deliveries_that_arrive_together_are_one_job() {
        let (jobs, mut receiver) = Jobs::new();
        jobs.send(Job::Webhooks);
        jobs.send(Job::Webhooks);
        jobs.send(Job::Secret { connection: Uuid::nil() });
        assert_eq!(receiver.try_recv(), Ok(Job::Webhooks));
        assert_eq!(receiver.try_recv(), Ok(Job::Secret { connection: Uuid::nil() }));
        assert!(receiver.try_recv().is_err());
    }

    #[test]
    fn only_a_run_of_bad_signatures_renews_the_secret() {
        let (jobs, mut receiver) = Jobs::new();
        let (connection, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
        for _ in 1..BAD_SIGNATURES {
            jobs.bad_signature(connection);
            jobs.bad_signature(other);
        }
        jobs.good_signature(connection);
        jobs.bad_signature(connection);
        assert!(receiver.try_recv().is_err());
        jobs.bad_signature(other);
        assert_eq!(receiver.try_recv(), Ok(Job::Secret { connection: other }));
    }

    #[test]
    fn a_full_queue_does_not_silence_deliveries() {
        let (jobs, mut receiver) = Jobs::new();
        for _ in 0..WAITING {
            jobs.send(Job::Secret { connection: Uuid::nil() });
        }
        jobs.send(Job::Webhooks);
        assert!(receiver.try_recv().is_ok());
        jobs.send(Job::Webhooks);
        assert_eq!(std::iter::from_fn(|| receiver.try_recv().ok()).last(), Some(Job::Webhooks));
    }
}
