//! Tells open pages of the dashboard that something changed. One look at the database serves everybody who listens:
//! it is made every few seconds while anybody does, and says nothing but that and a few numbers; a page then fetches
//! itself, with its own permissions.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use app::state::ConnectionState;
use serde::Serialize;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::overview::TO_DO;
use super::staff::session::{IDLE, Member};
use crate::clock::{MINUTE, Millis};
use crate::state::App;
use crate::storage::staff::sessions;
use crate::storage::{StorageError, live, tenant_counts};

/// How often the database is looked at while somebody listens.
const EVERY: Duration = Duration::from_secs(2);
/// Pages that one session keeps open: more than a person looks at. Hidden pages do not listen.
pub const OF_SESSION: usize = 8;
/// And all sessions of a process.
pub const OF_ALL: usize = 256;
/// What no look sees, such as the age of something, is shown that late at most.
const AT_LEAST_EVERY: Millis = MINUTE;

/// Who listens, and what was seen last.
pub struct Live {
    listeners: Mutex<Listeners>,
    seen: watch::Sender<Option<Arc<Look>>>,
    /// One look at a time, or an older one could be told after a newer one.
    turn: tokio::sync::Mutex<()>,
    /// How often the database was looked at.
    looks: AtomicU64,
    closed: CancellationToken,
}

#[derive(Default)]
struct Listeners {
    next: u64,
    /// The session and, of a tenant's page, its connection.
    open: HashMap<u64, (Uuid, Option<Uuid>)>,
    /// Whether somebody looks regularly.
    looking: bool,
}

impl Default for Live {
    fn default() -> Self {
        Self {
            listeners: Mutex::default(),
            seen: watch::Sender::new(None),
            turn: tokio::sync::Mutex::default(),
            looks: AtomicU64::default(),
            closed: CancellationToken::new(),
        }
    }
}

impl Live {
    /// Ends every stream now, and for good.
    pub fn close(&self) {
        self.closed.cancel();
    }

    fn listeners(&self) -> MutexGuard<'_, Listeners> {
        self.listeners.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many streams are open.
    pub fn open(&self) -> usize {
        self.listeners().open.len()
    }

    /// How often the database was looked at.
    pub fn looks(&self) -> u64 {
        self.looks.load(Ordering::Relaxed)
    }
}

/// What one look saw.
struct Look {
    at: Millis,
    /// The last listener that was there when it began.
    up_to: u64,
    everything: u64,
    of: HashMap<Uuid, u64>,
    /// Sessions of listeners that go on.
    sessions: HashSet<Uuid>,
    numbers: Numbers,
}

impl Look {
    fn stamp(&self, of: Option<Uuid>) -> String {
        let stamp = of.map_or(self.everything, |connection| self.of.get(&connection).copied().unwrap_or(0));
        format!("{stamp:016x}")
    }
}

/// All that an event says beside that something changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Numbers {
    /// Connections in a state in which somebody has to act or the vendor does not answer.
    pub troubled: u64,
    pub connections: u64,
}

/// What a listener hears.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heard {
    /// Names what was seen; who brings it back is told only of what changed since.
    pub stamp: String,
    pub changed: bool,
    pub numbers: Numbers,
}

/// Why nobody can listen now.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    #[error("this session has as many streams open as one may")]
    SessionFull,
    #[error("this process has as many streams open as it may")]
    Full,
    #[error("this process stops")]
    Closed,
    #[error(transparent)]
    Storage(#[from] StorageError),
}

/// One open stream. Dropping it makes room.
pub struct Listener {
    app: App,
    number: u64,
    session: Uuid,
    of: Option<Uuid>,
    seen: watch::Receiver<Option<Arc<Look>>>,
    /// What the page shows, and when it was told so.
    known: Option<String>,
    told_at: Option<Millis>,
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.app.live.listeners().open.remove(&self.number);
    }
}

/// What a page shows of everything, or of one connection.
///
/// # Errors
/// When the database does not answer.
pub async fn stamp(app: &App, of: Option<Uuid>) -> Result<String, StorageError> {
    let db = app.db.read();
    let stamp = match of {
        Some(connection) => live::of(db, &[connection]).await?.get(&connection).copied().unwrap_or(0),
        None => live::everything(db, &tenant_counts::read(db).await?).await?,
    };
    Ok(format!("{stamp:016x}"))
}

/// Listens for one page. `known` is the stamp of what the page shows.
///
/// # Errors
/// When there is no room, or the database does not answer.
pub async fn listen(app: &App, member: &Member, of: Option<Uuid>, known: Option<String>) -> Result<Listener, Refused> {
    if app.live.closed.is_cancelled() {
        return Err(Refused::Closed);
    }
    let session = member.session().id;
    let number = {
        let mut listeners = app.live.listeners();
        if listeners.open.values().filter(|(known, _)| *known == session).count() >= OF_SESSION {
            return Err(Refused::SessionFull);
        }
        if listeners.open.len() >= OF_ALL {
            return Err(Refused::Full);
        }
        listeners.next += 1;
        let number = listeners.next;
        listeners.open.insert(number, (session, of));
        number
    };
    // From here on dropping it gives its place back.
    let seen = app.live.seen.subscribe();
    let mut listener = Listener { app: app.clone(), number, session, of, seen, known, told_at: None };
    look_for(app, number).await?;
    listener.seen.mark_changed();
    keep_looking(app);
    Ok(listener)
}

impl Listener {
    /// The first is heard at once. None when it is over: the session has ended, the process stops, or the database
    /// does not answer.
    pub async fn next(&mut self) -> Option<Heard> {
        let closed = self.app.live.closed.clone();
        loop {
            tokio::select! {
                biased;
                () = closed.cancelled() => return None,
                changed = self.seen.changed() => changed.ok()?,
            }
            let look = self.seen.borrow_and_update().clone()?;
            if !look.sessions.contains(&self.session) {
                return None;
            }
            let stamp = look.stamp(self.of);
            let first = self.told_at.is_none();
            let old = self.told_at.is_some_and(|at| look.at < at || look.at - at >= AT_LEAST_EVERY);
            let changed = old || self.known.as_ref() != Some(&stamp);
            if first || changed {
                self.told_at = Some(look.at);
                self.known = Some(stamp.clone());
                return Some(Heard { stamp, changed, numbers: look.numbers });
            }
        }
    }
}

/// Looks once, for all who listen.
///
/// # Errors
/// When the database does not answer.
pub async fn look(app: &App) -> Result<(), StorageError> {
    let _turn = app.live.turn.lock().await;
    look_now(app).await
}

/// Looks for one who has just come, unless a look that began since then saw all of it: pages that were cut off together
/// come back together.
async fn look_for(app: &App, number: u64) -> Result<(), StorageError> {
    let _turn = app.live.turn.lock().await;
    if app.live.seen.borrow().as_ref().is_some_and(|look| look.up_to >= number) {
        return Ok(());
    }
    look_now(app).await
}

/// By whose turn it is.
async fn look_now(app: &App) -> Result<(), StorageError> {
    app.live.looks.fetch_add(1, Ordering::Relaxed);
    let (up_to, sessions, connections) = {
        let listeners = app.live.listeners();
        let sessions: HashSet<Uuid> = listeners.open.values().map(|(session, _)| *session).collect();
        let connections: HashSet<Uuid> = listeners.open.values().filter_map(|(_, of)| *of).collect();
        (listeners.next, sessions.into_iter().collect::<Vec<_>>(), connections.into_iter().collect::<Vec<_>>())
    };
    let (db, now) = (app.db.read(), app.clock.now());
    let counts = tenant_counts::read(db).await?;
    let troubled = TO_DO.into_iter().chain([ConnectionState::VendorOutage]).map(|state| counts.of(None, Some(state)));
    let look = Look {
        at: now,
        up_to,
        everything: live::everything(db, &counts).await?,
        of: live::of(db, &connections).await?,
        // A stream is no page that somebody looks at: it keeps no session from ending.
        sessions: sessions::going_on(db, &sessions, now - IDLE, now).await?,
        numbers: Numbers { troubled: troubled.sum(), connections: counts.of(None, None) },
    };
    app.live.seen.send_replace(Some(Arc::new(look)));
    Ok(())
}

/// Somebody looks regularly. However that ends, the next who comes finds that nobody does.
struct Looking {
    app: App,
    ended: bool,
}

impl Drop for Looking {
    fn drop(&mut self) {
        if !self.ended {
            self.app.live.listeners().looking = false;
            // Streams that nobody looks for end; browsers come again.
            self.app.live.seen.send_replace(None);
        }
    }
}

/// Looks every few seconds, until nobody listens.
fn keep_looking(app: &App) {
    if std::mem::replace(&mut app.live.listeners().looking, true) {
        return;
    }
    let app = app.clone();
    tokio::spawn(async move {
        let mut looking = Looking { app: app.clone(), ended: false };
        loop {
            tokio::select! {
                () = app.live.closed.cancelled() => return,
                () = tokio::time::sleep(EVERY) => {}
            }
            {
                let mut listeners = app.live.listeners();
                if listeners.open.is_empty() {
                    // In the same breath: who comes next must not find that somebody looks.
                    listeners.looking = false;
                    looking.ended = true;
                    return;
                }
            }
            if let Err(error) = look(&app).await {
                // Better no stream than one that says that all is as it was. Browsers come again.
                tracing::warn!(%error, "changes of the dashboard cannot be told");
                app.live.seen.send_replace(None);
            }
        }
    });
}
