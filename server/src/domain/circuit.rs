//! Whether the identity host is worth a request. After a run of failures it is asked by single probes, further and
//! further apart, so that an outage costs a few requests a minute; after the first good answer what waits flows again,
//! in few requests at first and then in twice as many with each that succeeds.

use uuid::Uuid;

use crate::clock::{MINUTE, Millis, SECOND};

/// So many that fail with nobody who succeeds between them. One that fails again and again is one: its own pauses hold
/// it back, and the others need not wait for it.
const FAILURES: usize = 5;
const FIRST_WAIT: Millis = 15 * SECOND;
const LONGEST_WAIT: Millis = MINUTE;
/// Longer waits that the host asks for are cut to this.
const LONGEST_ASKED: Millis = 5 * MINUTE;
/// A probe that told nothing for that long tells nothing any more.
const PROBE: Millis = MINUTE;
const FIRST_WIDTH: usize = 2;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Circuit {
    state: State,
    threshold: usize,
    /// Who failed since the last good answer.
    failed: Vec<Uuid>,
    /// Requests at once after trouble; grows without bound.
    width: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Closed,
    Open { until: Millis, wait: Millis },
    Probing { since: Millis, wait: Millis },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Permit {
    /// One request. Whoever got it tells how it went.
    Go,
    /// Nobody may ask before that.
    Wait { until: Millis },
}

impl Default for Circuit {
    fn default() -> Self {
        Self::after(FAILURES)
    }
}

impl Circuit {
    /// Opens after failures of so many in a row.
    pub fn after(threshold: usize) -> Self {
        Self { state: State::Closed, threshold, failed: Vec::new(), width: usize::MAX }
    }

    pub fn ask(&mut self, now: Millis) -> Permit {
        match self.waits_until(now) {
            Some(until) => Permit::Wait { until },
            None => {
                if let State::Open { wait, .. } | State::Probing { wait, .. } = self.state {
                    self.state = State::Probing { since: now, wait };
                }
                Permit::Go
            }
        }
    }

    /// Until when nobody may ask. Changes nothing. A clock that was set back makes nobody wait longer.
    pub fn waits_until(&self, now: Millis) -> Option<Millis> {
        match self.state {
            State::Closed => None,
            State::Open { until, .. } => (until > now && until <= now + LONGEST_ASKED).then_some(until),
            State::Probing { since, .. } => (since <= now && now < since + PROBE).then_some(since + PROBE),
        }
    }

    pub fn is_closed(&self) -> bool {
        self.state == State::Closed
    }

    /// How many requests may be under way at once, of `most`.
    pub fn width(&self, most: usize) -> usize {
        if self.is_closed() { self.width.min(most) } else { 1 }
    }

    /// An answer came that shows the host at work, whatever it said. True: this ended the trouble.
    pub fn succeeded(&mut self) -> bool {
        let ended = !self.is_closed();
        self.width = if ended { FIRST_WIDTH } else { self.width.saturating_mul(2) };
        self.state = State::Closed;
        self.failed.clear();
        ended
    }

    /// No answer, or none of an identity server. True: this began the trouble.
    pub fn failed(&mut self, who: Uuid, now: Millis, asked: Option<Millis>) -> bool {
        if self.is_closed() && !self.failed.contains(&who) {
            self.failed.push(who);
        }
        let (begins, wait) = match self.state {
            State::Closed if self.failed.len() < self.threshold => return false,
            State::Closed => (true, FIRST_WAIT),
            // What was sent before it opened.
            State::Open { .. } => return false,
            State::Probing { wait, .. } => (false, (wait * 2).min(LONGEST_WAIT)),
        };
        let until = now + wait.max(asked.unwrap_or(0)).min(LONGEST_ASKED);
        self.state = State::Open { until, wait };
        begins
    }

    /// The permit was not used.
    pub fn unused(&mut self, now: Millis) {
        if let State::Probing { wait, .. } = self.state {
            self.state = State::Open { until: now, wait };
        }
    }

    /// Too many at once: half as many from here, out of `most`.
    pub fn slow_down(&mut self, most: usize) {
        self.width = (self.width.min(most) / 2).max(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Millis = 1_795_521_600_000;
    const ONE: Uuid = Uuid::from_u128(1);

    fn open() -> Circuit {
        let mut circuit = Circuit::default();
        for number in 1..=FAILURES {
            assert_eq!(circuit.ask(NOW), Permit::Go);
            assert_eq!(circuit.failed(Uuid::from_u128(number as u128), NOW, None), number == FAILURES);
        }
        circuit
    }

    #[test]
    fn an_outage_costs_a_few_probes_a_minute() {
        let mut circuit = open();
        let mut probes = 0;
        for second in 0..3_600 {
            let now = NOW + second * SECOND;
            // Many ask at once, and one of them gets through.
            for _ in 0..100 {
                if circuit.ask(now) == Permit::Go {
                    probes += 1;
                }
            }
            circuit.failed(ONE, now, None);
        }
        assert!((55..=65).contains(&probes), "{probes}");
    }

    #[test]
    fn failures_between_answers_open_nothing() {
        let mut circuit = Circuit::default();
        for _ in 0..100 {
            for number in 1..FAILURES {
                circuit.failed(Uuid::from_u128(number as u128), NOW, None);
            }
            assert!(!circuit.succeeded());
        }
        assert_eq!(circuit.ask(NOW), Permit::Go);
    }

    #[test]
    fn one_that_fails_alone_opens_nothing() {
        let mut circuit = Circuit::default();
        for _ in 0..100 {
            assert!(!circuit.failed(ONE, NOW, None));
        }
        assert_eq!(circuit.ask(NOW), Permit::Go);
    }

    #[test]
    fn after_it_the_requests_grow() {
        let mut circuit = open();
        assert_eq!(circuit.width(200), 1);
        assert_eq!(circuit.ask(NOW + FIRST_WAIT), Permit::Go);
        assert!(circuit.succeeded());
        let mut widths = Vec::new();
        for _ in 0..8 {
            widths.push(circuit.width(200));
            circuit.succeeded();
        }
        assert_eq!(widths, [2, 4, 8, 16, 32, 64, 128, 200]);
        circuit.slow_down(200);
        assert_eq!(circuit.width(200), 100);
    }

    #[test]
    fn a_probe_that_never_came_back_and_a_clock_that_jumped_block_nobody() {
        let mut circuit = open();
        assert_eq!(circuit.ask(NOW + FIRST_WAIT), Permit::Go);
        assert!(matches!(circuit.ask(NOW + FIRST_WAIT + SECOND), Permit::Wait { .. }));
        assert_eq!(circuit.ask(NOW + FIRST_WAIT + PROBE), Permit::Go);
        assert_eq!(open().ask(NOW - 24 * 60 * MINUTE), Permit::Go);
    }

    #[test]
    fn a_wait_that_is_asked_for_is_kept_within_bounds() {
        let mut circuit = Circuit::after(1);
        assert!(circuit.failed(ONE, NOW, Some(2 * MINUTE)));
        assert_eq!(circuit.ask(NOW), Permit::Wait { until: NOW + 2 * MINUTE });
        let mut circuit = Circuit::after(1);
        circuit.failed(ONE, NOW, Some(24 * 60 * MINUTE));
        assert_eq!(circuit.ask(NOW), Permit::Wait { until: NOW + LONGEST_ASKED });
    }
}
