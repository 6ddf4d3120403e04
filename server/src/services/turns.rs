//! Whose call goes to OfficeRnD next. OfficeRnD limits an organization as a whole, so the callers of one share: so many
//! calls wait for an answer at once, and each key that has calls waiting takes its turn. A key that sends a thousand at
//! once delays itself, not the others.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;
use uuid::Uuid;

use crate::clock::{MINUTE, Millis, SECOND};

/// Calls of one organization that wait for OfficeRnD's answer at once.
const AT_ONCE: usize = 16;
/// Calls of one key that wait for their turn; more are told to come back.
const MOST_WAITING: usize = 256;
/// Where OfficeRnD says 429 without a time, and how long a time of its is believed.
const PAUSE: Millis = SECOND;
const LONGEST_PAUSE: Millis = 5 * MINUTE;

#[derive(Default)]
pub struct Turns(Mutex<HashMap<Uuid, Gate>>);

#[derive(Default)]
struct Gate {
    under_way: usize,
    /// By key, in the order in which keys take their turns.
    waiting: VecDeque<(Uuid, VecDeque<oneshot::Sender<Turn>>)>,
    /// OfficeRnD asked for a pause until then.
    paused_until: Millis,
}

/// Ends with the answer's head; what streams after it holds nobody up.
pub struct Turn {
    turns: Arc<Turns>,
    organization: Uuid,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoTurn {
    /// OfficeRnD limits this organization until then.
    Paused { until: Millis },
    /// Too many calls of this key wait already.
    Crowded,
}

impl Turns {
    /// Waits for this key's turn.
    ///
    /// # Errors
    /// At once, where waiting would not help.
    pub async fn take(self: &Arc<Self>, organization: Uuid, key: Uuid, now: Millis) -> Result<Turn, NoTurn> {
        let waiting = {
            let mut gates = self.gates();
            let gate = gates.entry(organization).or_default();
            if gate.paused_until > now {
                return Err(NoTurn::Paused { until: gate.paused_until });
            }
            // A pause that is over keeps no gate.
            gate.paused_until = 0;
            if gate.under_way < AT_ONCE {
                gate.under_way += 1;
                return Ok(Turn { turns: self.clone(), organization });
            }
            gate.wait(key)?
        };
        // The sender goes only with a turn; the map of gates outlives all turns.
        waiting.await.map_err(|_| NoTurn::Crowded)
    }

    /// OfficeRnD said 429 for this organization.
    pub fn pause(&self, organization: Uuid, retry_after: Option<Millis>, now: Millis) {
        let until = now + retry_after.unwrap_or(PAUSE).clamp(PAUSE, LONGEST_PAUSE);
        let mut gates = self.gates();
        // Nor does that of an organization that nobody called since.
        gates.retain(|_, gate| gate.under_way > 0 || gate.paused_until > now);
        let gate = gates.entry(organization).or_default();
        gate.paused_until = gate.paused_until.max(until);
    }

    fn gates(&self) -> MutexGuard<'_, HashMap<Uuid, Gate>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Hands the turn on, or ends it. A gate without use and pause is forgotten.
    fn ended(self: &Arc<Self>, organization: Uuid) {
        let mut gates = self.gates();
        let Some(gate) = gates.get_mut(&organization) else { return };
        match gate.next() {
            // Whoever has gone meanwhile drops the turn, which comes back here: so not under the lock.
            Some(next) => {
                drop(gates);
                drop(next.send(Turn { turns: self.clone(), organization }));
            }
            None => {
                gate.under_way -= 1;
                if gate.under_way == 0 && gate.paused_until == 0 {
                    gates.remove(&organization);
                }
            }
        }
    }
}

impl Gate {
    fn wait(&mut self, key: Uuid) -> Result<oneshot::Receiver<Turn>, NoTurn> {
        let (sender, receiver) = oneshot::channel();
        let of_key = match self.waiting.iter().position(|(of, _)| *of == key) {
            Some(place) => &mut self.waiting[place].1,
            None => {
                self.waiting.push_back((key, VecDeque::new()));
                &mut self.waiting.back_mut().ok_or(NoTurn::Crowded)?.1
            }
        };
        of_key.retain(|waiting| !waiting.is_closed());
        if of_key.len() >= MOST_WAITING {
            return Err(NoTurn::Crowded);
        }
        of_key.push_back(sender);
        Ok(receiver)
    }

    /// The first call of the key whose turn it is; the key goes to the end of the line.
    fn next(&mut self) -> Option<oneshot::Sender<Turn>> {
        while let Some((key, mut calls)) = self.waiting.pop_front() {
            while let Some(call) = calls.pop_front() {
                if !call.is_closed() {
                    if !calls.is_empty() {
                        self.waiting.push_back((key, calls));
                    }
                    return Some(call);
                }
            }
        }
        None
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.turns.clone().ended(self.organization);
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::pin::Pin;
    use std::task::Poll;

    use super::*;

    const NOW: Millis = 1_000_000;
    const ORGANIZATION: Uuid = Uuid::from_u128(1);

    async fn is_ready<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
        poll_fn(|context| match Pin::new(&mut *future).poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending => Poll::Ready(None),
        })
        .await
    }

    async fn full(turns: &Arc<Turns>, key: Uuid) -> Vec<Turn> {
        let mut held = Vec::new();
        for _ in 0..AT_ONCE {
            held.push(turns.take(ORGANIZATION, key, NOW).await.ok().unwrap());
        }
        held
    }

    #[tokio::test]
    async fn keys_take_turns_however_much_one_asks_for() {
        let turns = Arc::new(Turns::default());
        let (greedy, modest) = (Uuid::from_u128(10), Uuid::from_u128(11));
        let mut held = full(&turns, greedy).await;
        let mut many: Vec<_> = (0..100).map(|_| Box::pin(turns.take(ORGANIZATION, greedy, NOW))).collect();
        for call in &mut many {
            assert!(is_ready(call).await.is_none());
        }
        let mut one = Box::pin(turns.take(ORGANIZATION, modest, NOW));
        assert!(is_ready(&mut one).await.is_none());
        held.pop();
        held.pop();
        assert!(is_ready(&mut one).await.is_some(), "the second turn that comes free is the other key's");
        // Another organization never waits.
        assert!(turns.take(Uuid::from_u128(2), greedy, NOW).await.is_ok());
    }

    #[tokio::test]
    async fn a_caller_that_has_gone_loses_no_turn() {
        let turns = Arc::new(Turns::default());
        let key = Uuid::from_u128(10);
        let mut held = full(&turns, key).await;
        let mut gone = Box::pin(turns.take(ORGANIZATION, key, NOW));
        assert!(is_ready(&mut gone).await.is_none());
        let mut patient = Box::pin(turns.take(ORGANIZATION, key, NOW));
        assert!(is_ready(&mut patient).await.is_none());
        drop(gone);
        held.pop();
        let turn = is_ready(&mut patient).await.expect("the next in line");
        drop((turn, held));
        assert!(turns.gates().is_empty(), "nothing is kept of an organization that nobody calls");
    }

    #[tokio::test]
    async fn a_turn_on_its_way_to_somebody_who_leaves_is_handed_on() {
        let turns = Arc::new(Turns::default());
        let key = Uuid::from_u128(10);
        let mut held = full(&turns, key).await;
        let mut leaving = Box::pin(turns.take(ORGANIZATION, key, NOW));
        let mut next = Box::pin(turns.take(ORGANIZATION, key, NOW));
        assert!(is_ready(&mut leaving).await.is_none() && is_ready(&mut next).await.is_none());
        held.pop();
        drop(leaving);
        assert!(is_ready(&mut next).await.is_some());
    }

    #[tokio::test]
    async fn a_pause_that_officernd_asks_for_holds_for_all_keys() {
        let turns = Arc::new(Turns::default());
        let take = |at| turns.take(ORGANIZATION, Uuid::from_u128(10), at);
        turns.pause(ORGANIZATION, Some(7 * SECOND), NOW);
        assert_eq!(take(NOW).await.err(), Some(NoTurn::Paused { until: NOW + 7 * SECOND }));
        turns.pause(ORGANIZATION, None, NOW);
        assert_eq!(take(NOW + 6 * SECOND).await.err(), Some(NoTurn::Paused { until: NOW + 7 * SECOND }));
        assert!(take(NOW + 7 * SECOND).await.is_ok());
        turns.pause(ORGANIZATION, Some(Millis::MAX / 4), NOW);
        assert_eq!(take(NOW).await.err(), Some(NoTurn::Paused { until: NOW + LONGEST_PAUSE }));
    }

    #[tokio::test]
    async fn a_pause_that_is_over_is_forgotten() {
        let turns = Arc::new(Turns::default());
        let key = Uuid::from_u128(10);
        turns.pause(ORGANIZATION, None, NOW);
        drop(turns.take(ORGANIZATION, key, NOW + PAUSE).await.ok().unwrap());
        assert!(turns.gates().is_empty(), "with the next call");
        // Or with the next pause of anybody, while those with calls under way stay.
        let busy = turns.take(Uuid::from_u128(2), key, NOW).await.ok().unwrap();
        turns.pause(ORGANIZATION, None, NOW);
        turns.pause(Uuid::from_u128(3), None, NOW + PAUSE);
        assert!(!turns.gates().contains_key(&ORGANIZATION));
        assert_eq!(turns.gates().len(), 2);
        drop(busy);
        assert_eq!(turns.gates().len(), 1);
    }

    #[tokio::test]
    async fn a_line_has_an_end() {
        let turns = Arc::new(Turns::default());
        let key = Uuid::from_u128(10);
        let _held = full(&turns, key).await;
        let mut waiting: Vec<_> = (0..MOST_WAITING).map(|_| Box::pin(turns.take(ORGANIZATION, key, NOW))).collect();
        for call in &mut waiting {
            assert!(is_ready(call).await.is_none());
        }
        assert_eq!(turns.take(ORGANIZATION, key, NOW).await.err(), Some(NoTurn::Crowded));
    }
}
