//! Grants, OfficeRnD's token server, two replicas, admins, and those who mean no good, in steps of a second.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap, VecDeque};
use std::time::Duration;

use uuid::Uuid;

use crate::clock::{MINUTE, Millis, SECOND};
use crate::domain::budget::{Ask, Ledger, Limits, Purpose};
use crate::domain::circuit::{Circuit, Permit};
use crate::domain::forecast::{BUCKET, Budget, Deadlines, Outlook};
use crate::domain::lease::{self, Claim, Failed, Row};
use crate::domain::schedule::{AFTER_PROBE, HOPELESS, again_at, again_without_token};

const START: Millis = 1_795_521_600_000;
const REPLICAS: usize = 2;
/// How long an answer takes at most, where there is one.
pub(super) const SLOWEST: Millis = 2 * SECOND;
/// And the time limit where there is none.
const TIME_LIMIT: Millis = 20 * SECOND;
/// How old a forecast may be.
const KEPT: Millis = 30 * SECOND;
const LOOK_AGAIN: Millis = 5 * SECOND;
const AT_ONCE: usize = 200;
const BAD_ANSWERS: u64 = 2;
const INCOMPLETE_ANSWERS: u64 = 2;
/// Between two admins. However scarce requests are, one gets a fifteenth of them, here one in three minutes.
const ADMINS_APART: Millis = 200 * SECOND;
/// And so much more by chance.
const ADMINS_MORE: u64 = 3_200;
/// A thousand a minute.
const GARBAGE_A_SECOND: usize = 17;
const CALLERS_A_SECOND: usize = 3;

#[derive(Debug, Clone, Copy)]
pub(super) struct Plan {
    pub(super) grants: usize,
    pub(super) per_minute: u32,
    pub(super) horizon: Millis,
    /// A thousand garbage codes a minute, and callers that ask without end.
    pub(super) hostile: bool,
    pub(super) seed: u64,
}

#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) lost: u64,
    pub(super) renewed: u64,
    pub(super) failed: u64,
    pub(super) connected: u64,
    pub(super) callers: u64,
    pub(super) garbage: u64,
    pub(super) restarts: u64,
    pub(super) longest_wait: Millis,
    pub(super) most_in_a_minute: usize,
}

/// What the token server knows of a grant.
struct Server {
    token: u64,
    ends: Millis,
    /// A used token came again.
    revoked: bool,
}

struct Grant {
    row: Row,
    token: u64,
    deadline: Millis,
    failures: u32,
    /// The last of them was an answer without a refresh token, which is counted by itself.
    half: bool,
    again_at: Millis,
    server: Server,
    /// The token of the last request, and until when that may be under way.
    under_way: (u64, Millis),
}

#[derive(Default)]
struct Replica {
    planned: Option<(Millis, Outlook)>,
    circuit: Circuit,
    in_flight: usize,
    /// It is told to stop, and waits for its requests.
    drains: bool,
    next_turn: Millis,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Answer {
    Pair {
        token: u64,
    },
    Refused,
    /// Whether the token may have been used.
    Failed {
        in_doubt: bool,
    },
    Permission,
    BadCode,
}

#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Event {
    at: Millis,
    /// Those of the same moment in the order in which they were sent.
    number: u64,
    replica: usize,
    grant: usize,
    claim: Option<(i64, i64, Millis)>,
    probe: bool,
    answer: Answer,
}

/// An admin who connects again.
struct Admin {
    grant: usize,
    since: Millis,
    scarce: bool,
}

pub(super) struct World {
    plan: Plan,
    budget: Budget,
    pub(super) now: Millis,
    pub(super) outages: Vec<(Millis, Millis)>,
    pub(super) seen: Seen,
    grants: Vec<Grant>,
    /// Alive ones, those that end first first.
    order: BTreeSet<(Millis, usize)>,
    buckets: BTreeMap<Millis, u64>,
    /// Alive ones that failed too often to push others.
    hopeless: BTreeSet<usize>,
    replicas: [Replica; REPLICAS],
    limits: Limits,
    /// Slots with their ends; none while the request is under way.
    slots: BTreeMap<u64, Option<Millis>>,
    events: BinaryHeap<Reverse<Event>>,
    admins: Vec<Admin>,
    received: VecDeque<Millis>,
    numbers: u64,
    random: u64,
}

impl World {
    pub(super) fn new(plan: Plan) -> Self {
        let now = START;
        let span = plan.horizon * 7 / 10;
        let mut world = Self {
            plan,
            budget: Budget { per_minute: Some(plan.per_minute), horizon: plan.horizon },
            now,
            outages: Vec::new(),
            seen: Seen::default(),
            grants: Vec::with_capacity(plan.grants),
            order: BTreeSet::new(),
            buckets: BTreeMap::new(),
            hopeless: BTreeSet::new(),
            replicas: Default::default(),
            limits: Limits::default(),
            slots: BTreeMap::new(),
            events: BinaryHeap::new(),
            admins: Vec::new(),
            received: VecDeque::new(),
            numbers: 0,
            random: plan.seed,
        };
        for id in 0..plan.grants {
            let deadline = now + plan.horizon - span + span * id as Millis / plan.grants as Millis;
            world.grants.push(Grant {
                row: lease::authorize(None, now),
                token: 0,
                deadline,
                failures: 0,
                half: false,
                again_at: 0,
                server: Server { token: 0, ends: deadline, revoked: false },
                under_way: (0, 0),
            });
            world.enter(id);
        }
        world
    }

    fn below(&mut self, end: u64) -> u64 {
        self.random = self.random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.random >> 33) % end
    }

    fn number(&mut self) -> u64 {
        self.numbers += 1;
        self.numbers
    }

    fn enter(&mut self, id: usize) {
        let deadline = self.grants[id].deadline;
        self.order.insert((deadline, id));
        *self.buckets.entry(deadline.div_euclid(BUCKET) * BUCKET).or_default() += 1;
    }

    fn leave(&mut self, id: usize) {
        let deadline = self.grants[id].deadline;
        if !self.order.remove(&(deadline, id)) {
            return;
        }
        let bucket = deadline.div_euclid(BUCKET) * BUCKET;
        let count = self.buckets.get_mut(&bucket).expect("it was counted");
        *count -= 1;
        if *count == 0 {
            self.buckets.remove(&bucket);
        }
    }

    pub(super) fn run_until(&mut self, end: Millis) {
        let day = self.plan.horizon / 15;
        // Each once a day, one after the other.
        let (mut restart_at, mut which) = (self.now + day / 2, 0);
        let mut admin_at = self.now;
        while self.now < end {
            self.now += SECOND;
            while self.events.peek().is_some_and(|Reverse(event)| event.at <= self.now) {
                let Some(Reverse(event)) = self.events.pop() else { break };
                self.answered(&event);
            }
            if self.now >= restart_at {
                restart_at += day / 2;
                self.replicas[which].drains = true;
                which = (which + 1) % REPLICAS;
            }
            if self.now >= admin_at {
                admin_at = self.now + ADMINS_APART + self.below(ADMINS_MORE) as Millis * SECOND;
                self.admin_comes();
            }
            self.admins_ask();
            if self.plan.hostile {
                self.hostile_ones_ask();
            }
            for replica in 0..REPLICAS {
                self.turn(replica);
            }
        }
        self.seen.lost += self.order.iter().filter(|(_, id)| self.grants[*id].server.ends <= self.now).count() as u64;
    }

    fn is_away(&self) -> bool {
        self.outages.iter().any(|(from, to)| (*from..*to).contains(&self.now))
    }

    fn plan_of(&mut self, replica: usize) -> &mut Outlook {
        let now = self.now;
        let fresh = self.replicas[replica].planned.as_ref().is_some_and(|(at, _)| now < at + KEPT);
        if !fresh {
            let mut counts = self.buckets.clone();
            for id in &self.hopeless {
                let grant = &self.grants[*id];
                if grant.again_at > now {
                    *counts.entry(grant.deadline.div_euclid(BUCKET) * BUCKET).or_insert(1) -= 1;
                }
            }
            let outlook = Outlook::new(&Deadlines::new(counts), &self.budget, now);
            self.replicas[replica].planned = Some((now, outlook));
        }
        let planned = self.replicas[replica].planned.as_mut().expect("it was made");
        &mut planned.1
    }

    /// Slots for a request, as the database would give them to whoever asks first.
    fn reserve(&mut self, ask: &Ask) -> Result<u32, Millis> {
        let now = self.now;
        self.slots.retain(|_, until| until.is_none_or(|until| until > now));
        let held = self.slots.values().map(|until| (until.unwrap_or(now + MINUTE).min(now + MINUTE), 1)).collect();
        ask.decide(&mut self.limits, &Ledger::new(held), now)
    }

    fn ask(&self, purpose: Purpose, keeps_slot: bool, scarce: bool) -> Ask {
        Ask { limit: Some(self.plan.per_minute), purpose, most: 1, keeps_slot, scarce }
    }

    /// A replica that works, for those who come over the load balancer.
    fn any_replica(&mut self) -> Option<usize> {
        let first = self.below(REPLICAS as u64) as usize;
        (0..REPLICAS).map(|n| (first + n) % REPLICAS).find(|replica| !self.replicas[*replica].drains)
    }

    fn turn(&mut self, replica: usize) {
        let now = self.now;
        let own = &mut self.replicas[replica];
        if own.drains {
            if own.in_flight == 0 {
                *own = Replica::default();
                self.seen.restarts += 1;
            }
            return;
        }
        if now < own.next_turn || own.circuit.waits_until(now).is_some() {
            return;
        }
        if own.circuit.width(AT_ONCE) <= own.in_flight {
            return;
        }
        let outlook = self.plan_of(replica);
        let (due, due_until, keeps_slot) = (outlook.due, outlook.due_until, outlook.keeps_slot);
        let free = |id: usize| self.grants[id].row.until <= now && self.grants[id].again_at <= now;
        let found =
            if due == 0 { None } else { self.order.range(..(due_until, 0)).map(|(_, id)| *id).find(|id| free(*id)) };
        let Some(id) = found else {
            self.replicas[replica].next_turn = now + LOOK_AGAIN;
            return;
        };
        match self.reserve(&self.ask(Purpose::Background, keeps_slot, false)) {
            Err(until) => self.replicas[replica].next_turn = until.clamp(now, now + LOOK_AGAIN),
            Ok(_) => {
                let outlook = self.plan_of(replica);
                outlook.due = outlook.due.saturating_sub(1);
                self.claim_and_send(replica, id);
            }
        }
    }

    /// With a slot that was just given.
    fn claim_and_send(&mut self, replica: usize, id: usize) {
        let now = self.now;
        let Ok((row, claim)) = lease::claim(self.grants[id].row, now) else { return };
        self.grants[id].row = row;
        if self.replicas[replica].circuit.ask(now) != Permit::Go || !lease::may_send(&claim, now, Duration::ZERO) {
            self.grants[id].row = lease::fail(row, &claim, Failed::Unused, now).expect("nobody else has it");
            return;
        }
        self.send(replica, id, claim);
    }

    fn send(&mut self, replica: usize, id: usize, claim: Claim) {
        let now = self.now;
        let probe = !self.replicas[replica].circuit.is_closed();
        let token = self.grants[id].token;
        let (sent, until) = self.grants[id].under_way;
        assert!(sent != token || until <= now, "a token was sent while a request with it may be under way");
        let (answer, takes) = self.received(id, token);
        self.grants[id].under_way = (token, now + takes);
        self.expect(replica, id, Some(claim), probe, answer, takes);
    }

    /// What the token server does with it, and how long the answer takes.
    fn received(&mut self, id: usize, token: u64) -> (Answer, Millis) {
        let takes = 100 + self.below((SLOWEST - 100) as u64) as Millis;
        if self.is_away() {
            // Nobody listens, or nobody answers.
            return match self.below(2) {
                0 => (Answer::Failed { in_doubt: false }, 100),
                _ => (Answer::Failed { in_doubt: true }, TIME_LIMIT),
            };
        }
        self.count();
        if self.below(100) < BAD_ANSWERS {
            return (Answer::Failed { in_doubt: true }, takes);
        }
        let incomplete = self.below(100) < INCOMPLETE_ANSWERS;
        let (now, horizon, next) = (self.now, self.plan.horizon, self.number());
        let server = &mut self.grants[id].server;
        if server.revoked || server.ends <= now || server.token != token {
            server.revoked = true;
            return (Answer::Refused, takes);
        }
        // The worse of what may be: a token that stays does not live longer by its use.
        if !incomplete {
            (server.token, server.ends) = (next, now + horizon);
        }
        (Answer::Pair { token: server.token }, takes)
    }

    /// The limit that OfficeRnD documents.
    fn count(&mut self) {
        let now = self.now;
        while self.received.front().is_some_and(|at| at + MINUTE <= now) {
            self.received.pop_front();
        }
        self.received.push_back(now);
        self.seen.most_in_a_minute = self.seen.most_in_a_minute.max(self.received.len());
    }

    fn expect(
        &mut self,
        replica: usize,
        grant: usize,
        claim: Option<Claim>,
        probe: bool,
        answer: Answer,
        takes: Millis,
    ) {
        let number = self.number();
        self.slots.insert(number, None);
        self.replicas[replica].in_flight += 1;
        let claim = claim.map(|claim| (claim.number, claim.version, claim.until));
        self.events.push(Reverse(Event { at: self.now + takes, number, replica, grant, claim, probe, answer }));
    }

    fn answered(&mut self, event: &Event) {
        let now = event.at;
        self.slots.insert(event.number, Some(now + MINUTE));
        let replica = &mut self.replicas[event.replica];
        replica.in_flight -= 1;
        match event.answer {
            Answer::Failed { .. } => {
                replica.circuit.failed(Uuid::from_u128(event.grant as u128), now, None);
            }
            _ => _ = replica.circuit.succeeded(),
        }
        // Each request that ends wakes the engine.
        replica.next_turn = 0;
        match (event.answer, event.claim) {
            (Answer::Permission, _) => self.permitted(event.grant, now),
            (answer, Some((number, version, until))) => {
                self.finish(event, answer, &Claim { number, version, until });
            }
            _ => {}
        }
    }

    fn finish(&mut self, event: &Event, answer: Answer, claim: &Claim) {
        let (id, now) = (event.grant, event.at);
        let jitter = self.below(1 << 30);
        let horizon = self.plan.horizon;
        let grant = &mut self.grants[id];
        match answer {
            Answer::Pair { token } => {
                let Some(row) = lease::store(grant.row, claim) else { return };
                let stays = token == grant.token && grant.deadline > now;
                self.leave(id);
                let grant = &mut self.grants[id];
                (grant.row, grant.token) = (row, token);
                if stays {
                    (grant.failures, grant.half) = (if grant.half { grant.failures + 1 } else { 1 }, true);
                    grant.again_at = again_without_token(grant.failures, true, grant.deadline, jitter, now);
                } else {
                    (grant.deadline, grant.failures, grant.half, grant.again_at) = (now + horizon, 0, false, 0);
                }
                if grant.failures < HOPELESS {
                    self.hopeless.remove(&id);
                }
                self.enter(id);
                self.seen.renewed += 1;
            }
            Answer::Refused => {
                let Some(row) = lease::refuse(grant.row, claim) else {
                    grant.row = lease::fail(grant.row, claim, Failed::Unused, now).unwrap_or(grant.row);
                    return;
                };
                grant.row = row;
                self.leave(id);
                self.hopeless.remove(&id);
                self.seen.lost += 1;
            }
            Answer::Failed { in_doubt } => {
                let failed = if in_doubt { Failed::InDoubt } else { Failed::Unused };
                let Some(row) = lease::fail(grant.row, claim, failed, now) else { return };
                grant.row = row;
                if event.probe {
                    (grant.failures, grant.again_at) = (grant.failures.max(1), now + AFTER_PROBE);
                } else {
                    grant.failures += 1;
                    grant.again_at = again_at(grant.failures, grant.deadline, jitter, now);
                }
                grant.half = false;
                if grant.failures >= HOPELESS {
                    self.hopeless.insert(id);
                }
                self.seen.failed += 1;
            }
            Answer::Permission | Answer::BadCode => {}
        }
    }

    fn admin_comes(&mut self) {
        let grant = self.below(self.plan.grants as u64) as usize;
        let Some(replica) = self.any_replica() else { return };
        let scarce = !self.plan_of(replica).take(None);
        self.admins.push(Admin { grant, since: self.now, scarce });
    }

    fn admins_ask(&mut self) {
        let now = self.now;
        for admin in std::mem::take(&mut self.admins) {
            let Some(replica) = self.any_replica() else {
                self.admins.push(admin);
                continue;
            };
            if self.is_away() || self.replicas[replica].circuit.ask(now) != Permit::Go {
                // They are told, and come back another day.
                continue;
            }
            if self.reserve(&self.ask(Purpose::Exchange, false, admin.scarce)).is_err() {
                self.replicas[replica].circuit.unused(now);
                self.admins.push(admin);
                continue;
            }
            self.seen.longest_wait = self.seen.longest_wait.max(now - admin.since);
            self.count();
            let takes = 100 + self.below((SLOWEST - 100) as u64) as Millis;
            self.expect(replica, admin.grant, None, false, Answer::Permission, takes);
        }
    }

    /// A new pair of its own; what is under way for the one before means nothing any more.
    fn permitted(&mut self, id: usize, now: Millis) {
        let (token, horizon) = (self.number(), self.plan.horizon);
        self.leave(id);
        self.hopeless.remove(&id);
        let grant = &mut self.grants[id];
        grant.row = lease::authorize(Some(grant.row), now);
        (grant.token, grant.deadline, grant.failures, grant.half, grant.again_at) = (token, now + horizon, 0, false, 0);
        grant.server = Server { token, ends: now + horizon, revoked: false };
        self.enter(id);
        self.seen.connected += 1;
    }

    fn hostile_ones_ask(&mut self) {
        let now = self.now;
        let Some(replica) = self.any_replica() else { return };
        for _ in 0..GARBAGE_A_SECOND {
            if self.is_away() || self.replicas[replica].circuit.ask(now) != Permit::Go {
                break;
            }
            let scarce = !self.plan_of(replica).take(None);
            // Those after the first that finds none find none either.
            if self.reserve(&self.ask(Purpose::Exchange, false, scarce)).is_err() {
                self.replicas[replica].circuit.unused(now);
                break;
            }
            self.count();
            self.seen.garbage += 1;
            self.expect(replica, 0, None, false, Answer::BadCode, 200);
        }
        for _ in 0..CALLERS_A_SECOND {
            let id = self.below(self.plan.grants as u64) as usize;
            let grant = &self.grants[id];
            if grant.row.until > now || grant.again_at > now || !grant.row.alive {
                continue;
            }
            let deadline = grant.deadline;
            let outlook = self.plan_of(replica);
            let keeps_slot = outlook.keeps_slot;
            if !outlook.take(Some(deadline)) || self.replicas[replica].circuit.waits_until(now).is_some() {
                continue;
            }
            if self.reserve(&self.ask(Purpose::Caller, keeps_slot, false)).is_ok() {
                self.seen.callers += 1;
                self.claim_and_send(replica, id);
            }
        }
    }
}
