//! What every handler of the simulator holds: the world behind its lock, the journal, the clock, the way out.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::journal::Journal;
use super::switches::OfficeClock;
use super::world::World;
use super::{Application, SimulatorOptions};
use crate::clock::{Clock, Millis};
use crate::random::Random;

/// How often the world is pruned, in changes.
const PRUNE_EVERY: u64 = 1_024;

impl std::fmt::Debug for Shared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shared").finish_non_exhaustive()
    }
}

pub(super) struct Shared {
    pub(super) public_url: String,
    pub(super) product_url: String,
    pub(super) applications: Vec<Application>,
    pub(super) clock: Clock,
    pub(super) random: Random,
    pub(super) http: reqwest::Client,
    /// Ends pages that go on loading, and deliveries.
    pub(super) stop: CancellationToken,
    /// One round of deliveries at a time, so that nothing is delivered twice by accident.
    pub(super) delivering: tokio::sync::Mutex<()>,
    token_requests: Option<u32>,
    deliver_to_loopback: bool,
    world: Mutex<World>,
    journal: Mutex<Journal>,
    file: Option<StateFile>,
}

struct StateFile {
    path: PathBuf,
    wanted: watch::Sender<u64>,
    saved: watch::Sender<u64>,
}

impl Shared {
    pub(super) fn new(options: SimulatorOptions, public_url: String, http: reqwest::Client, world: World) -> Self {
        let file = options.state_file.map(|path| StateFile {
            path,
            wanted: watch::Sender::new(0),
            saved: watch::Sender::new(0),
        });
        Self {
            public_url,
            product_url: options.product_url.trim_end_matches('/').to_owned(),
            applications: options.applications,
            clock: options.clock,
            random: options.random,
            http,
            stop: CancellationToken::new(),
            delivering: tokio::sync::Mutex::new(()),
            token_requests: options.rate_limit,
            deliver_to_loopback: options.deliver_to_loopback,
            world: Mutex::new(world),
            journal: Mutex::new(Journal::default()),
            file,
        }
    }

    pub(super) fn look<T>(&self, read: impl FnOnce(&World) -> T) -> T {
        read(&self.lock())
    }

    pub(super) fn change<T>(&self, change: impl FnOnce(&mut World) -> T) -> T {
        let mut world = self.lock();
        let result = change(&mut world);
        world.version += 1;
        let now = self.clock.now();
        world.last_seen = world.last_seen.max(now);
        if world.version.is_multiple_of(PRUNE_EVERY) {
            world.prune(now);
        }
        if let Some(file) = &self.file {
            file.wanted.send_replace(world.version);
        }
        result
    }

    pub(super) fn journal(&self) -> MutexGuard<'_, Journal> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn application(&self, slug: &str) -> Option<&Application> {
        self.applications.iter().find(|application| application.slug == slug)
    }

    pub(super) fn application_of(&self, client_id: &str) -> Option<&Application> {
        self.applications.iter().find(|application| application.client_id == client_id)
    }

    /// OfficeRnD's own clock in seconds, which a switch can put ahead or behind.
    pub(super) fn office_seconds(&self, organization: Option<&str>) -> i64 {
        self.clock.now_seconds() + self.look(|world| world.rules.peek::<OfficeClock>(organization)).seconds()
    }

    /// Token requests a minute for each client id.
    pub(super) fn token_requests(&self) -> Option<u32> {
        match self.look(|world| world.limits.token_requests) {
            Some(0) => None,
            Some(limit) => Some(limit),
            None => self.token_requests,
        }
    }

    pub(super) fn delivers_to_loopback(&self) -> bool {
        self.look(|world| world.limits.deliver_to_loopback).unwrap_or(self.deliver_to_loopback)
    }

    /// Waits until all that was changed so far is on disk: a token that was handed out must survive a crash, or the
    /// product would be blamed for a grant that the simulator forgot.
    pub(super) async fn saved(&self) {
        let Some(file) = &self.file else { return };
        let version = self.look(|world| world.version);
        let mut saved = file.saved.subscribe();
        // The sender lives as long as `self`, so waiting cannot fail.
        drop(saved.wait_for(|saved| *saved >= version).await);
    }

    /// Writes the state file whenever something changed, many changes at once, until `stop`; then once more.
    pub(super) async fn keep_saving(&self, stop: CancellationToken) {
        let Some(file) = &self.file else { return };
        let mut wanted = file.wanted.subscribe();
        // What was changed before this task ran counts too.
        wanted.mark_changed();
        loop {
            let stopping = tokio::select! {
                changed = wanted.changed() => changed.is_err(),
                () = stop.cancelled() => true,
            };
            let (version, text) = {
                let world = self.lock();
                (world.version, serde_json::to_vec_pretty(&*world))
            };
            let written = match text {
                Ok(text) => write_whole(&file.path, text).await,
                Err(error) => Err(error.into()),
            };
            if let Err(error) = written {
                // A simulator that cannot save still simulates; holding up every answer would help nobody.
                tracing::error!(path = %file.path.display(), %error, "the simulator's state was not saved");
            }
            file.saved.send_replace(version);
            if stopping {
                return;
            }
        }
    }
}

/// Either the old file or the whole new one, also after power loss.
async fn write_whole(path: &Path, text: Vec<u8>) -> std::io::Result<()> {
    let path = path.to_owned();
    tokio::task::spawn_blocking(move || {
        use std::io::Write as _;
        let mut beside = path.clone().into_os_string();
        beside.push(".new");
        let mut file = std::fs::File::create(&beside)?;
        file.write_all(&text)?;
        file.sync_all()?;
        std::fs::rename(&beside, &path)
    })
    .await
    .map_err(std::io::Error::other)?
}

/// The state file's world; none where there is no file yet.
pub(super) async fn load(path: &Path) -> anyhow::Result<Option<World>> {
    match tokio::fs::read(path).await {
        Ok(text) => serde_json::from_slice(&text).map(Some).map_err(|error| {
            anyhow::anyhow!("{} is not a state file of this simulator: {error}. Move it away.", path.display())
        }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            if let Some(folder) = path.parent() {
                tokio::fs::create_dir_all(folder).await?;
            }
            Ok(None)
        }
        Err(error) => Err(anyhow::anyhow!("{} cannot be read: {error}", path.display())),
    }
}

/// Moves the clock on to the newest time in the state file: a clock that was moved ahead stays ahead after a restart,
/// so that no token comes back to life.
pub(super) fn catch_up(clock: &Clock, last_seen: Millis) {
    let behind = last_seen - clock.now();
    if behind > 0 {
        clock.advance(behind);
    }
}
