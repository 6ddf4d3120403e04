//! One grant, OfficeRnD, two processes and an admin.

use super::{Claim, Duration, Failed, Millis, NotClaimed, Reuse, Row, Rules, SECOND};

const TICK: Millis = 5 * SECOND;
/// The HTTP time limit. A request that is older is not acted on by anybody.
const CALL: Millis = 20 * SECOND;
const START: Millis = 1_000 * SECOND;
const PROCESSES: usize = 2;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Bounds {
    pub(super) ticks: u8,
    pub(super) claims: u8,
    pub(super) crashes: u8,
    pub(super) losses: u8,
    pub(super) permissions: u8,
    pub(super) revocations: u8,
    /// The second process's clock is five seconds ahead.
    pub(super) skew: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Act {
    Tick,
    Claim(usize),
    /// Sends, or gives the claim back where it is too old.
    Send(usize),
    /// OfficeRnD acts on the request in this place.
    Process(usize),
    /// OfficeRnD answers that it could not, and did nothing.
    Fail(usize),
    /// The answer arrives, and what follows from it is committed.
    Deliver(usize),
    /// The line breaks, or the time limit is over.
    GiveUp(usize),
    Crash(usize),
    /// OfficeRnD gives the admin a new permission; it is not stored yet.
    Permit,
    Authorize,
    /// The admin removes the permission at OfficeRnD.
    Revoke,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Violation {
    /// A token was sent while a request with it may be under way.
    SentTwice,
    /// An older pair took the place of a newer one.
    OverwroteNewer,
    /// A pair that is newer than the stored one was thrown away.
    LostNewer,
    /// The grant ended here though OfficeRnD accepts the stored token.
    EndedForNothing,
    /// The admin is blamed for an answer that was lost.
    Blamed,
    /// Nobody will ever refresh this grant again.
    Stuck,
    /// A token was sent for a grant that has ended.
    SentAfterEnd,
}

/// In the order in which OfficeRnD gave them, by permission.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Token {
    permission: u8,
    issue: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Answer {
    Pair(Token),
    Refused,
    Failed,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Process {
    Idle,
    Claimed { claim: Claim, token: Token, at: Millis },
    Waiting { claim: Claim },
}

/// A request on the way, also of a process that no longer waits for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Request {
    by: Option<usize>,
    token: Token,
    at: Millis,
    answer: Option<Answer>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct OfficeRnd {
    current: Token,
    /// Accepted once more, where that is how OfficeRnD does it.
    before: Option<Token>,
    issued: u8,
    revoked: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct World {
    reuse: u8,
    left: Bounds,
    now: Millis,
    row: Row,
    stored: Token,
    /// Each permission has a life of its own.
    permissions: Vec<OfficeRnd>,
    /// Permissions that OfficeRnD gave and the admin's attempt has not stored.
    permitted: Option<Token>,
    processes: [Process; PROCESSES],
    requests: Vec<Request>,
    /// The admin ended the stored permission at OfficeRnD.
    revoked_by_admin: bool,
}

impl World {
    pub(super) fn new(rules: &Rules, reuse: Reuse, bounds: Bounds) -> Self {
        let token = Token { permission: 0, issue: 0 };
        Self {
            reuse: reuse as u8,
            left: bounds,
            now: START,
            row: (rules.authorize)(None, START),
            stored: token,
            permissions: vec![OfficeRnd { current: token, before: None, issued: 0, revoked: false }],
            permitted: None,
            processes: [Process::Idle; PROCESSES],
            requests: Vec::new(),
            revoked_by_admin: false,
        }
    }

    pub(super) fn acts(&self) -> Vec<Act> {
        let of = |act: fn(usize) -> Act, count| (0..count).map(act);
        let requests = self.requests.len();
        [Act::Tick, Act::Permit, Act::Authorize, Act::Revoke]
            .into_iter()
            .chain(of(Act::Claim, PROCESSES))
            .chain(of(Act::Send, PROCESSES))
            .chain(of(Act::Deliver, PROCESSES))
            .chain(of(Act::GiveUp, PROCESSES))
            .chain(of(Act::Crash, PROCESSES))
            .chain(of(Act::Process, requests))
            .chain(of(Act::Fail, requests))
            .collect()
    }

    /// Whether the act can happen now; then it has.
    pub(super) fn apply(&mut self, rules: &Rules, act: Act) -> Result<bool, Violation> {
        match act {
            Act::Tick => {
                let can = spend(&mut self.left.ticks);
                if can {
                    self.tick();
                }
                Ok(can)
            }
            Act::Claim(process) => self.claim(rules, process),
            Act::Send(process) => self.send(rules, process),
            Act::Process(request) => Ok(self.process(request)),
            Act::Fail(request) => Ok(self.answer_failed(request)),
            Act::Deliver(process) => self.deliver(rules, process),
            Act::GiveUp(process) => Ok(self.give_up(rules, process)),
            Act::Crash(process) => {
                let can = self.processes[process] != Process::Idle && spend(&mut self.left.crashes);
                if can {
                    self.leave(process);
                }
                Ok(can)
            }
            Act::Permit => {
                let can = spend(&mut self.left.permissions);
                if can {
                    let token = Token { permission: self.permissions.len() as u8, issue: 0 };
                    self.permissions.push(OfficeRnd { current: token, before: None, issued: 0, revoked: false });
                    self.permitted = Some(token);
                }
                Ok(can)
            }
            Act::Authorize => {
                let Some(token) = self.permitted.take() else { return Ok(false) };
                self.row = (rules.authorize)(Some(self.row), self.now);
                self.stored = token;
                self.revoked_by_admin = false;
                Ok(true)
            }
            Act::Revoke => {
                let can = spend(&mut self.left.revocations);
                if can {
                    self.permissions[self.stored.permission as usize].revoked = true;
                    self.revoked_by_admin = true;
                }
                Ok(can)
            }
        }
    }

    fn tick(&mut self) {
        self.now += TICK;
        // What nobody waits for and nobody can act on any more is gone.
        let now = self.now;
        self.requests.retain(|request| request.by.is_some() || now - request.at < CALL);
    }

    fn clock(&self, process: usize) -> Millis {
        self.now + if self.left.skew && process == 1 { TICK } else { 0 }
    }

    fn claim(&mut self, rules: &Rules, process: usize) -> Result<bool, Violation> {
        if self.processes[process] != Process::Idle || self.left.claims == 0 {
            return Ok(false);
        }
        match (rules.claim)(self.row, self.clock(process)) {
            Ok((row, claim)) => {
                self.left.claims -= 1;
                self.row = row;
                self.processes[process] = Process::Claimed { claim, token: self.stored, at: self.now };
                Ok(true)
            }
            Err(NotClaimed::SetBack(row)) => {
                self.row = row;
                Ok(true)
            }
            Err(_) => Ok(false),
        }
    }

    fn send(&mut self, rules: &Rules, process: usize) -> Result<bool, Violation> {
        let Process::Claimed { claim, token, at } = self.processes[process] else { return Ok(false) };
        let since = Duration::from_millis((self.now - at).unsigned_abs());
        if !(rules.may_send)(&claim, self.clock(process), since) {
            self.processes[process] = Process::Idle;
            self.row = (rules.fail)(self.row, &claim, Failed::Unused, self.clock(process)).unwrap_or(self.row);
            return Ok(true);
        }
        let under_way = |request: &Request| request.token == token && self.now - request.at < CALL;
        if self.reuse != Reuse::IsAllowed as u8 && self.requests.iter().any(under_way) {
            return Err(Violation::SentTwice);
        }
        if !self.row.alive
            && token == self.stored
            && self.row.version == claim.version
            && claim.number == self.row.number
        {
            return Err(Violation::SentAfterEnd);
        }
        self.requests.push(Request { by: Some(process), token, at: self.now, answer: None });
        self.requests.sort_unstable_by_key(|request| (request.at, request.token, request.by));
        self.processes[process] = Process::Waiting { claim };
        Ok(true)
    }

    fn process(&mut self, place: usize) -> bool {
        let request = self.requests[place];
        if request.answer.is_some() || self.now - request.at >= CALL {
            return false;
        }
        let server = &mut self.permissions[request.token.permission as usize];
        let answer = if server.revoked {
            Answer::Refused
        } else if self.reuse == Reuse::IsAllowed as u8 {
            Answer::Pair(request.token)
        } else if request.token == server.current || server.before == Some(request.token) {
            let first = request.token == server.current;
            server.issued += 1;
            let token = Token { issue: server.issued, ..request.token };
            server.before = (first && self.reuse == Reuse::WorksOnceMore as u8).then_some(request.token);
            server.current = token;
            Answer::Pair(token)
        } else {
            server.revoked = self.reuse == Reuse::EndsTheGrant as u8;
            Answer::Refused
        };
        self.answered(place, answer);
        true
    }

    fn answer_failed(&mut self, place: usize) -> bool {
        let request = self.requests[place];
        let can = request.answer.is_none() && self.now - request.at < CALL && spend(&mut self.left.losses);
        if can {
            self.answered(place, Answer::Failed);
        }
        can
    }

    fn answered(&mut self, place: usize, answer: Answer) {
        if self.requests[place].by.is_some() {
            self.requests[place].answer = Some(answer);
        } else {
            // Nobody reads it.
            self.requests.remove(place);
        }
    }

    fn deliver(&mut self, rules: &Rules, process: usize) -> Result<bool, Violation> {
        let Process::Waiting { claim } = self.processes[process] else { return Ok(false) };
        let Some(place) = self.requests.iter().position(|request| request.by == Some(process)) else {
            return Ok(false);
        };
        let Some(answer) = self.requests[place].answer else { return Ok(false) };
        self.requests.remove(place);
        self.processes[process] = Process::Idle;
        match answer {
            Answer::Pair(token) => match (rules.store)(self.row, &claim) {
                Some(_) if token < self.stored => return Err(Violation::OverwroteNewer),
                Some(row) => {
                    self.row = row;
                    self.stored = token;
                }
                None if token > self.stored => return Err(Violation::LostNewer),
                None => {}
            },
            Answer::Refused => {
                if let Some(row) = (rules.refuse)(self.row, &claim) {
                    if self.is_accepted(self.stored) {
                        return Err(Violation::EndedForNothing);
                    }
                    if !row.answer_lost && !self.revoked_by_admin {
                        return Err(Violation::Blamed);
                    }
                    self.row = row;
                }
            }
            Answer::Failed => {
                self.row = (rules.fail)(self.row, &claim, Failed::Unused, self.clock(process)).unwrap_or(self.row);
            }
        }
        Ok(true)
    }

    /// At any time an answer can get lost, and at the time limit nobody waits any more.
    fn give_up(&mut self, rules: &Rules, process: usize) -> bool {
        let Process::Waiting { claim } = self.processes[process] else { return false };
        let too_old = |request: &Request| request.by == Some(process) && self.now - request.at >= CALL;
        if !self.requests.iter().any(too_old) && !spend(&mut self.left.losses) {
            return false;
        }
        self.leave(process);
        self.row = (rules.fail)(self.row, &claim, Failed::InDoubt, self.clock(process)).unwrap_or(self.row);
        true
    }

    /// A request outlives whoever sent it.
    fn leave(&mut self, process: usize) {
        self.processes[process] = Process::Idle;
        let now = self.now;
        for request in &mut self.requests {
            if request.by == Some(process) {
                request.by = None;
            }
        }
        self.requests.retain(|request| request.by.is_some() || (request.answer.is_none() && now - request.at < CALL));
        self.requests.sort_unstable_by_key(|request| (request.at, request.token, request.by));
    }

    fn is_accepted(&self, token: Token) -> bool {
        let server = &self.permissions[token.permission as usize];
        !server.revoked && (server.current == token || server.before == Some(token))
    }

    /// From here on nothing bad happens any more: within two minutes the grant is refreshed, or has ended for a cause.
    pub(super) fn ends_well(&self, rules: &Rules) -> Result<(), Violation> {
        let mut world = self.clone();
        world.left =
            Bounds { ticks: 0, claims: 99, crashes: 0, losses: 0, permissions: 0, revocations: 0, ..world.left };
        let numbered = world.row.number;
        for _ in 0..24 {
            for process in 0..PROCESSES {
                world.send(rules, process)?;
                for place in (0..world.requests.len()).rev() {
                    world.process(place);
                }
                world.deliver(rules, process)?;
                world.give_up(rules, process);
            }
            if !world.row.alive && !world.is_accepted(world.stored) && world.processes == [Process::Idle; PROCESSES] {
                return Ok(());
            }
            if world.row.alive && world.row.version > numbered && !world.row.held {
                return Ok(());
            }
            world.tick();
            world.claim(rules, 0)?;
        }
        Err(Violation::Stuck)
    }
}

fn spend(left: &mut u8) -> bool {
    let can = *left > 0;
    *left = left.saturating_sub(1);
    can
}
