//! Keeps grants alive, and ready the tokens that are wanted. Every process that may has one engine; the leases in the
//! rows and the budget in the database keep them apart.
//!
//! The engine works in turns. In each it claims, for every client, as many of the most urgent grants as the budget and
//! the requests under way allow, in one commit; the requests go on by themselves, and their answers share commits
//! (`services::refresh`). Between turns it sleeps until something is due or a request ends.

mod wanted;

use std::time::Duration;

use opentelemetry::trace::SpanKind;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::clock::{HOUR, MINUTE, Millis, SECOND};
use crate::domain::budget::{Ask, Purpose, Slots};
use crate::domain::schedule::Policy;
use crate::services::ServiceError;
use crate::services::refresh::{self, Reservation};
use crate::state::App;
use crate::storage::leases::{self, Claimed, Due};
use crate::storage::{StorageError, budget, upkeep};
use wanted::{Floors, Wanted};

/// Grants in one claim.
const MOST: usize = 200;
/// A claim for fewer is put off while many are under way: a commit is worth about as many.
const WORTH: usize = 100;
/// Other processes write too, and the demo's clock jumps.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
/// After the database refused a turn, or what was due turned out to be somebody else's.
const TROUBLE: Duration = Duration::from_secs(1);
/// What is over is written with the next reservation, or alone after this.
const WRITE_OVER: Duration = Duration::from_secs(1);
/// Requests under way get that long after a stop.
const DRAIN: Duration = Duration::from_secs(22);
/// A clock that jumped further may be wrong, and everything that seems due with it.
const JUMP: Millis = 5 * MINUTE;
const SET_BACK: Millis = 5 * SECOND;
/// After a jump there is this much time in which the engine does not hurry.
const CALM: Duration = Duration::from_secs(600);
const CALM_PAUSE: Duration = Duration::from_millis(500);
/// Grants of an older policy or an older Deskbridge get their place in the order this often.
const ADOPT: Millis = HOUR;

/// Works until `stop`, then lets what is under way end.
pub async fn work(app: App, stop: CancellationToken) {
    let mut engine = Engine::new(app.clone());
    loop {
        let span = app.traces.span(SpanKind::Internal, || "job engine".into());
        let pause = tokio::select! {
            () = stop.cancelled() => break,
            pause = span.around(engine.turn_or_complain()) => pause,
        };
        drop(span);
        tokio::select! {
            () = stop.cancelled() => break,
            () = app.refresh.woken() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
    engine.drain().await;
}

/// Refreshes everything that is due and that the budget allows now; tests call it instead of waiting.
///
/// # Errors
/// When the database does not answer.
pub async fn run_due(app: &App) -> Result<(), ServiceError> {
    let mut engine = Engine::new(app.clone());
    loop {
        for client_id in engine.clients() {
            app.refresh.forget_plan(&client_id).await;
        }
        let before = engine.claimed;
        engine.turn().await?;
        while app.refresh.in_flight() > 0 || engine.starting() {
            drop(tokio::time::timeout(Duration::from_millis(20), app.refresh.woken()).await);
        }
        if engine.claimed == before {
            engine.write_over().await?;
            return Ok(());
        }
    }
}

struct Engine {
    app: App,
    /// Which process holds the leases, for people who look.
    holder: Uuid,
    floors: Floors,
    /// The clock when it was looked at last, by both clocks.
    seen: (Millis, Instant),
    calm_until: Option<Instant>,
    wrote_over: Instant,
    adopt_at: Millis,
    claimed: u64,
    under_way: tokio_util::task::TaskTracker,
}

/// What one client's turn came to.
struct Turn {
    pause: Duration,
}

impl Engine {
    fn new(app: App) -> Self {
        let now = app.clock.now();
        Self {
            holder: app.random.uuid(now),
            floors: Floors::default(),
            seen: (now, Instant::now()),
            calm_until: None,
            wrote_over: Instant::now(),
            adopt_at: 0,
            claimed: 0,
            under_way: tokio_util::task::TaskTracker::new(),
            app,
        }
    }

    fn clients(&self) -> Vec<String> {
        let integrations = self.app.integrations.all();
        let mut clients: Vec<String> =
            integrations.iter().map(|integration| integration.client.client_id.clone()).collect();
        clients.sort_unstable();
        clients.dedup();
        clients
    }

    /// Whether a request was claimed that has not begun.
    fn starting(&self) -> bool {
        !self.under_way.is_empty()
    }

    async fn turn_or_complain(&mut self) -> Duration {
        match self.turn().await {
            Ok(pause) => pause,
            Err(error) => {
                tracing::error!(%error, "grants were not read or claimed; it is tried again");
                tokio::time::sleep(TROUBLE).await;
                TROUBLE
            }
        }
    }

    /// Starts what may be started, and says how long nothing else is to be done.
    async fn turn(&mut self) -> Result<Duration, StorageError> {
        self.watch_clock().await?;
        let now = self.app.clock.now();
        if self.adopt_at <= now || self.adopt_at > now + ADOPT {
            self.adopt_at = now + ADOPT;
            self.adopt().await?;
        }
        let mut pause = LOOK_AGAIN;
        for client_id in self.clients() {
            pause = pause.min(self.serve(&client_id).await?.pause);
        }
        if self.app.refresh.has_over() && self.wrote_over.elapsed() >= WRITE_OVER {
            self.write_over().await?;
        }
        if self.app.refresh.has_over() {
            pause = pause.min(WRITE_OVER);
        }
        Ok(if self.calm_until.is_some() { pause.max(CALM_PAUSE) } else { pause })
    }

    /// A clock that was set back leaves leases in the future, and one that jumped ahead makes everything due.
    async fn watch_clock(&mut self) -> Result<(), StorageError> {
        let (now, at) = (self.app.clock.now(), Instant::now());
        let expected = i64::try_from((at - self.seen.1).as_millis()).unwrap_or(0);
        let jumped = now - self.seen.0 - expected;
        self.seen = (now, at);
        if self.calm_until.is_some_and(|until| until <= at) {
            self.calm_until = None;
        }
        if jumped > JUMP {
            tracing::warn!(
                seconds = jumped / SECOND,
                "the clock jumped ahead; what is due is refreshed slowly for a while"
            );
            self.calm_until = Some(at + CALM);
        }
        if jumped < -SET_BACK {
            tracing::warn!(seconds = -jumped / SECOND, "the clock was set back");
            for client_id in self.clients() {
                let mut tx = self.app.db.begin().await?;
                leases::end_set_back(&mut tx, &client_id, now).await?;
                tx.commit().await?;
            }
        }
        Ok(())
    }

    /// Gives their place in the order to grants that have none under this policy.
    async fn adopt(&mut self) -> Result<(), StorageError> {
        if self.app.config.refresh.policy != Policy::AlwaysFresh {
            return Ok(());
        }
        loop {
            let mut tx = self.app.db.begin().await?;
            let changed = upkeep::adopt(&mut tx, self.app.config.refresh.margin_seconds).await?;
            tx.commit().await?;
            if changed == 0 {
                return Ok(());
            }
        }
    }

    async fn serve(&mut self, client_id: &str) -> Result<Turn, StorageError> {
        let app = self.app.clone();
        let (now, refresh) = (app.clock.now(), &app.config.refresh);
        if let Some(until) = app.refresh.waits_until(client_id, now) {
            return Ok(Turn { pause: until_then(until, now) });
        }
        let width = app.refresh.width(client_id, refresh.concurrency);
        let width = if self.calm_until.is_some() { (width / 4).max(1) } else { width };
        let free = width.saturating_sub(self.under_way.len().max(app.refresh.in_flight()));
        if free == 0 || (free < WORTH.min(width / 2) && free < width) {
            // Each request that ends wakes the engine.
            return Ok(Turn { pause: LOOK_AGAIN });
        }
        let plan = app.refresh.plan(&app.db, refresh, client_id, now, |outlook| {
            let needed = (outlook.due, outlook.due_until, outlook.spare() > 0);
            (needed, outlook.next_due, outlook.keeps_slot)
        });
        let (needed, next_due, keeps_slot) = plan.await?;
        let unlimited = refresh.requests_per_minute.is_none();
        let wanted = Wanted::look(&app, &mut self.floors, client_id, needed, now).await?;
        let most = free.min(MOST).min(usize::try_from(wanted.count).unwrap_or(MOST));
        let next = next_due.map_or(wanted.next, |at| Some(wanted.next.map_or(at, |next| next.min(at))));
        if most == 0 {
            return Ok(Turn { pause: next.map_or(LOOK_AGAIN, |at| until_then(at, now)) });
        }
        let ask = Ask {
            limit: refresh.requests_per_minute,
            purpose: Purpose::Background,
            most: u32::try_from(most).unwrap_or(1),
            keeps_slot,
            scarce: false,
        };
        let since = Instant::now();
        let mut tx = app.db.begin().await?;
        let over = app.refresh.take_over();
        let claimed = async {
            refresh::write_over(&app, &mut tx, &over).await?;
            let (id, count) = match budget::reserve(&mut tx, client_id, app.random.uuid(now), &ask, now).await? {
                Slots::Full { until } => return Ok((tx, None, until_then(until, now), Vec::new())),
                Slots::Taken { id, count } => (id, count),
            };
            let claimed = self.claim(&mut tx, client_id, &wanted, count, now).await?;
            let unused = count.saturating_sub(u32::try_from(claimed.len()).unwrap_or(count));
            if let Some(id) = id.filter(|_| unused > 0) {
                budget::finish_some(&mut tx, client_id, id, id, (0, unused), now).await?;
            }
            Ok::<_, StorageError>((tx, id, Duration::ZERO, claimed))
        }
        .await;
        let committed = match claimed {
            Ok((tx, id, pause, claimed)) => tx.commit().await.map(|()| (id, pause, claimed)),
            Err(error) => Err(error),
        };
        let (id, pause, claimed) = match committed {
            Ok(done) => done,
            Err(error) => {
                app.refresh.give_back_over(over);
                return Err(error);
            }
        };
        self.wrote_over = Instant::now();
        if pause > Duration::ZERO {
            return Ok(Turn { pause });
        }
        let all = claimed.len() == most;
        if claimed.is_empty() {
            return Ok(Turn { pause: TROUBLE });
        }
        if !unlimited {
            let ending = u64::try_from(claimed.iter().filter(|one| wanted.is_ending(one)).count()).unwrap_or(0);
            app.refresh
                .plan(&app.db, refresh, client_id, now, |outlook| outlook.due = outlook.due.saturating_sub(ending))
                .await?;
        }
        let reservation = Reservation { client_id: client_id.to_owned(), id, shared: true };
        for one in claimed {
            self.start(one, &reservation, since);
        }
        Ok(Turn { pause: if all { Duration::ZERO } else { next.map_or(LOOK_AGAIN, |at| until_then(at, now)) } })
    }

    async fn claim(
        &mut self,
        tx: &mut crate::storage::Tx,
        client_id: &str,
        wanted: &Wanted,
        count: u32,
        now: Millis,
    ) -> Result<Vec<Claimed>, StorageError> {
        let mut claimed = Vec::new();
        for (due, most) in &wanted.kinds {
            let left = u64::from(count).saturating_sub(claimed.len() as u64).min(*most);
            if left == 0 {
                continue;
            }
            let won = leases::claim(tx, client_id, *due, self.holder, now, left).await?;
            if let Some(first) = won.first() {
                let rank = if let Due::Fresh { rank, .. } = due { Some(*rank) } else { None };
                self.floors.raise(client_id, rank, due.key(&first.grant));
            }
            claimed.extend(won);
        }
        Ok(claimed)
    }

    fn start(&mut self, claimed: Claimed, reservation: &Reservation, since: Instant) {
        self.claimed += 1;
        let (app, reservation) = (self.app.clone(), reservation.clone());
        let connection = claimed.grant.connection;
        // Without the permit it is not sent and given back: `may_send` and the circuit are asked again there.
        let work = async move {
            if let Err(error) = refresh::send_if_permitted(&app, claimed, reservation, since).await {
                tracing::error!(connection.id = %connection, %error, "what came of a refresh was not written down");
            }
            app.refresh.wake();
        };
        // A stop of the server waits for it.
        self.app.unfinished.spawn(self.under_way.track_future(work));
    }

    async fn write_over(&mut self) -> Result<(), StorageError> {
        let over = self.app.refresh.take_over();
        if over.is_empty() {
            return Ok(());
        }
        self.wrote_over = Instant::now();
        let mut tx = self.app.db.begin().await?;
        let written = async {
            refresh::write_over(&self.app, &mut tx, &over).await?;
            tx.commit().await
        }
        .await;
        if written.is_err() {
            self.app.refresh.give_back_over(over);
        }
        written
    }

    /// Claims nothing more. What does not end in time is refreshed by another process, after its lease.
    async fn drain(&mut self) {
        self.under_way.close();
        if tokio::time::timeout(DRAIN, self.under_way.wait()).await.is_err() {
            tracing::warn!(count = self.under_way.len(), "refreshes that did not end in time were cut off");
        }
        if let Err(error) = self.write_over().await {
            tracing::warn!(%error, "the budget does not know of requests that are over; it counts them longer");
        }
    }
}

/// Never at once: a time that has come and brought nothing is looked at again a little later.
fn until_then(at: Millis, now: Millis) -> Duration {
    Duration::from_millis(u64::try_from(at - now).unwrap_or(0)).clamp(Duration::from_millis(5), LOOK_AGAIN)
}
