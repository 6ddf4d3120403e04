//! Refreshing grants: one way for the engine, for callers who wait and for everybody else. What all of them share in
//! this process stands here; what replicas share stands in the database.

mod counts;
mod finisher;
mod forecast;
mod sending;
mod spending;
mod verdict;

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;
use uuid::Uuid;

use crate::clock::{MINUTE, Millis, SECOND};
use crate::domain::circuit::{Circuit, Permit};
use crate::upstream::officernd::{Class, Kind, OfficeRndError};

pub use counts::{Counted, counted};
pub use finisher::{Finished, Finisher, Keeper, Replaced};
pub use forecast::Prospect;
pub(crate) use forecast::{Planned, budget_of};
pub use sending::{Went, run as send, run_if_permitted as send_if_permitted};
pub use spending::{Part, Reservation, write_over};
pub(crate) use spending::{exchange_slot, give_back, settle};

/// What is not known yet.
const UNKNOWN: i64 = i64::MIN;

/// What this process knows of the token endpoint and does with it.
pub struct Refresh {
    host: Mutex<Circuit>,
    clients: Mutex<HashMap<String, Arc<Client>>>,
    in_flight: Mutex<HashSet<Uuid>>,
    wake: Notify,
    /// Ours minus the identity server's, in seconds.
    skew: AtomicI64,
    /// Requests that are over, to be written with the next reservation.
    over: Mutex<HashMap<Uuid, Part>>,
    pub finisher: Finisher,
}

struct Client {
    /// OfficeRnD refuses the client itself: one failure says it.
    circuit: Mutex<Circuit>,
    planned: tokio::sync::Mutex<Option<Planned>>,
    counted: Mutex<Option<Counted>>,
    /// Held by whoever counts.
    counting: tokio::sync::Mutex<()>,
    /// When it was written down last that OfficeRnD accepts the client.
    accepted_at: AtomicI64,
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Refresh {
    pub fn new(finisher: Finisher) -> Self {
        Self {
            host: Mutex::default(),
            clients: Mutex::default(),
            in_flight: Mutex::default(),
            wake: Notify::new(),
            skew: AtomicI64::new(UNKNOWN),
            over: Mutex::default(),
            finisher,
        }
    }

    fn client(&self, client_id: &str) -> Arc<Client> {
        let mut clients = held(&self.clients);
        if let Some(client) = clients.get(client_id) {
            return client.clone();
        }
        let client = Arc::new(Client {
            circuit: Mutex::new(Circuit::after(1)),
            planned: tokio::sync::Mutex::default(),
            counted: Mutex::default(),
            counting: tokio::sync::Mutex::default(),
            accepted_at: AtomicI64::default(),
        });
        clients.insert(client_id.to_owned(), client.clone());
        client
    }

    /// Until when nobody may ask for this client. Changes nothing.
    pub fn waits_until(&self, client_id: &str, now: Millis) -> Option<Millis> {
        let client = held(&self.client(client_id).circuit).waits_until(now);
        held(&self.host).waits_until(now).max(client)
    }

    /// The permission for one request, or when to come again. Who does not use it gives it back.
    ///
    /// # Errors
    /// The time until which nobody may ask.
    pub fn permit(&self, client_id: &str, now: Millis) -> Result<(), Millis> {
        if let Permit::Wait { until } = held(&self.host).ask(now) {
            return Err(until);
        }
        let client = self.client(client_id);
        let answer = held(&client.circuit).ask(now);
        match answer {
            Permit::Go => Ok(()),
            Permit::Wait { until } => {
                held(&self.host).unused(now);
                Err(until)
            }
        }
    }

    pub fn unused(&self, client_id: &str, now: Millis) {
        held(&self.host).unused(now);
        held(&self.client(client_id).circuit).unused(now);
    }

    /// How many requests may be under way at once, of `most`.
    pub fn width(&self, client_id: &str, most: usize) -> usize {
        let client = held(&self.client(client_id).circuit).width(most);
        held(&self.host).width(most).min(client)
    }

    /// Whether the identity host answers as one.
    pub fn host_is_well(&self) -> bool {
        held(&self.host).is_closed()
    }

    /// Whether OfficeRnD accepts the client.
    pub fn client_is_well(&self, client_id: &str) -> bool {
        held(&self.client(client_id).circuit).is_closed()
    }

    /// What a token request tells of host and client.
    fn heard(&self, (client_id, who): (&str, Uuid), error: Option<&OfficeRndError>, most: usize, now: Millis) -> Heard {
        let client = self.client(client_id);
        match error.map(OfficeRndError::kind) {
            Some(Kind::Down | Kind::Unreadable) => {
                held(&client.circuit).unused(now);
                let asked = error.and_then(asked);
                if held(&self.host).failed(who, now, asked) {
                    tracing::error!(
                        "OfficeRnD's identity host does not work; it is asked by single requests until it does"
                    );
                }
                return Heard::Nothing;
            }
            Some(Kind::InvalidRequest) if error.is_some_and(|error| error.http_status().is_none()) => {
                self.unused(client_id, now);
                return Heard::Nothing;
            }
            _ => {}
        }
        let ended = {
            let mut host = held(&self.host);
            let ended = host.succeeded();
            if error.is_some_and(|error| error.kind() == Kind::Limited) {
                host.slow_down(most);
            }
            ended
        };
        if ended {
            tracing::info!("OfficeRnD's identity host works again");
        }
        let refused = error.is_some_and(|error| error.kind() == Kind::InvalidClient);
        let mut circuit = held(&client.circuit);
        match (refused, error) {
            (true, _) => {
                client.accepted_at.store(0, Ordering::Relaxed);
                if circuit.failed(who, now, None) { Heard::ClientRefused } else { Heard::Nothing }
            }
            (false, Some(error)) if error.kind() == Kind::Limited => {
                circuit.unused(now);
                Heard::Nothing
            }
            _ => {
                circuit.succeeded();
                // Again now and then: another process may have been refused, and nobody else takes its word back.
                if now - client.accepted_at.load(Ordering::Relaxed) < MINUTE {
                    return Heard::Nothing;
                }
                client.accepted_at.store(now, Ordering::Relaxed);
                Heard::ClientAccepted
            }
        }
    }

    /// Whether nobody in this process sends this grant's refresh token; then the caller does, until it calls
    /// [`Refresh::leave`]. It holds also where a clock jumped and the lease in the database seems to be over.
    fn enter(&self, connection: Uuid) -> bool {
        held(&self.in_flight).insert(connection)
    }

    fn leave(&self, connection: Uuid) {
        held(&self.in_flight).remove(&connection);
        self.wake.notify_one();
    }

    /// Refreshes under way in this process.
    pub fn in_flight(&self) -> usize {
        held(&self.in_flight).len()
    }

    /// Something to do for the engine. Call it after the commit.
    pub fn wake(&self) {
        self.wake.notify_one();
    }

    /// Returns at once when somebody called [`Refresh::wake`] since the last time.
    pub async fn woken(&self) {
        self.wake.notified().await;
    }

    /// How many seconds our clock is ahead of the identity server's, when that was seen.
    pub fn skew(&self) -> Option<i64> {
        Some(self.skew.load(Ordering::Relaxed)).filter(|skew| *skew != UNKNOWN)
    }

    fn saw_time(&self, theirs: i64, ours: Millis) {
        self.skew.store(ours.div_euclid(SECOND) - theirs, Ordering::Relaxed);
    }
}

/// What must be written down of a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Heard {
    Nothing,
    ClientRefused,
    ClientAccepted,
}

fn asked(error: &OfficeRndError) -> Option<Millis> {
    match error.class() {
        Class::RetryLater { retry_after: Some(wait) } => i64::try_from(wait.as_millis()).ok(),
        _ => None,
    }
}
