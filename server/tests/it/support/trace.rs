//! What was committed of every grant's lease, in order, whichever process did it, and whether the rules allow it. The
//! database itself writes it down, so that a process which is killed leaves its part too.
//!
//! The rules are the functions that the model explores (`domain::lease::model`); nothing is known here of when they
//! should be called. So a history is accepted if each row comes from the one before by one of them, with a claim that
//! was given out and is not over.

use std::collections::HashMap;

use sea_orm::QueryResult;
use server::clock::Millis;
use server::domain::lease::{Claim, Failed, LEASE, NotClaimed, Row, authorize, claim, fail, refuse, store};
use uuid::Uuid;

use super::{Database, TestApp};

/// What tests take off a lease so that they need not wait for its end.
pub const SKIPPED: Millis = 61_000;

const COLUMNS: &str = "connection_id, state, number, version, lease_id, lease_until, answer_lost";

/// Lets the database write down every change of a lease from now on.
pub fn recorder(database: Database) -> String {
    let values = |row: &str| {
        let columns: Vec<String> = COLUMNS.split(", ").map(|column| format!("{row}.{column}")).collect();
        format!("INSERT INTO lease_trace ({COLUMNS}) VALUES ({});", columns.join(", "))
    };
    let gone = "INSERT INTO lease_trace (connection_id) VALUES (OLD.connection_id);";
    match database {
        Database::Sqlite => format!(
            "CREATE TABLE lease_trace (step INTEGER PRIMARY KEY AUTOINCREMENT, connection_id BLOB, state TEXT, \
             number BIGINT, version BIGINT, lease_id BLOB, lease_until BIGINT, answer_lost BOOLEAN); \
             CREATE TRIGGER lease_trace_made AFTER INSERT ON grants BEGIN {made} END; \
             CREATE TRIGGER lease_trace_changed AFTER UPDATE ON grants BEGIN {made} END; \
             CREATE TRIGGER lease_trace_gone AFTER DELETE ON grants BEGIN {gone} END;",
            made = values("NEW"),
        ),
        Database::Postgres => format!(
            "CREATE TABLE lease_trace (step BIGINT GENERATED ALWAYS AS IDENTITY, connection_id UUID, state TEXT, \
             number BIGINT, version BIGINT, lease_id UUID, lease_until BIGINT, answer_lost BOOLEAN); \
             CREATE FUNCTION lease_trace() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN \
             IF TG_OP = 'DELETE' THEN {gone} ELSE {made} END IF; RETURN NULL; END $$; \
             CREATE TRIGGER lease_trace AFTER INSERT OR UPDATE OR DELETE ON grants \
             FOR EACH ROW EXECUTE FUNCTION lease_trace();",
            made = values("NEW"),
        ),
    }
}

/// Reads what was written down.
pub fn written() -> String {
    format!("SELECT {COLUMNS} FROM lease_trace ORDER BY step")
}

/// A row as somebody committed it. None: it was deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    pub connection: Uuid,
    /// The process that has the lease.
    pub holder: Option<Uuid>,
    pub row: Option<Row>,
}

impl Step {
    pub fn of(row: &QueryResult) -> Self {
        let state: Option<String> = row.try_get_by_index(1).unwrap();
        let number = |index: usize| row.try_get_by_index::<Option<i64>>(index).unwrap().unwrap_or(0);
        let holder: Option<Uuid> = row.try_get_by_index(4).unwrap();
        let lease = state.map(|state| Row {
            alive: state == "alive",
            number: number(2),
            version: number(3),
            held: holder.is_some(),
            until: number(5),
            answer_lost: row.try_get_by_index::<Option<bool>>(6).unwrap().unwrap_or(false),
        });
        Self { connection: row.try_get_by_index(0).unwrap(), holder, row: lease }
    }
}

impl TestApp {
    /// What was written down since the recorder was set up.
    pub async fn trace(&self) -> Vec<Step> {
        self.rows(&written()).await.iter().map(Step::of).collect()
    }
}

/// What happened between two rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Act {
    Authorized,
    Claimed {
        /// The one before never came to an end.
        lapsed: bool,
    },
    Stored,
    Refused,
    Failed,
    SetBack,
    /// The grant was destroyed.
    Ended,
    /// A test let time go by.
    Skipped,
    /// Nothing of the lease.
    Nothing,
}

#[derive(Default)]
struct Known {
    row: Option<Row>,
    /// Given out and not over. One whose process died stays: its answer may still come.
    claims: Vec<Claim>,
}

impl Known {
    fn step(&mut self, after: Option<Row>) -> Option<Act> {
        let act = self.explained(after)?;
        self.row = after;
        Some(act)
    }

    fn explained(&mut self, after: Option<Row>) -> Option<Act> {
        let (before, after) = match (self.row, after) {
            (None, None) => return None,
            (None, Some(after)) => return (authorize(None, after.number) == after).then_some(Act::Authorized),
            (Some(_), None) => return Some(Act::Ended),
            (Some(before), Some(after)) => (before, after),
        };
        if before == after {
            return Some(Act::Nothing);
        }
        let now = after.until - LEASE;
        match claim(before, now) {
            Ok((row, claim)) if row == after => {
                self.claims.push(claim);
                return Some(Act::Claimed { lapsed: before.held });
            }
            Err(NotClaimed::SetBack(row)) if row == after => return Some(Act::SetBack),
            _ => {}
        }
        for (index, claim) in self.claims.iter().enumerate() {
            let ends = [
                (store(before, claim), Act::Stored),
                (refuse(before, claim), Act::Refused),
                (fail(before, claim, Failed::Unused, now), Act::Failed),
                (fail(before, claim, Failed::InDoubt, now), Act::Failed),
            ];
            if let Some((_, act)) = ends.into_iter().find(|(row, _)| *row == Some(after)) {
                self.claims.remove(index);
                return Some(act);
            }
        }
        if authorize(Some(before), now) == after {
            return Some(Act::Authorized);
        }
        (after == Row { until: before.until - SKIPPED, ..before }).then_some(Act::Skipped)
    }
}

/// What each step was. `Err` tells of the first that the rules do not allow.
pub fn accept(steps: &[Step]) -> Result<Vec<Act>, String> {
    let mut known: HashMap<Uuid, Known> = HashMap::new();
    let mut acts = Vec::with_capacity(steps.len());
    for (number, step) in steps.iter().enumerate() {
        let known = known.entry(step.connection).or_default();
        let before = known.row;
        match known.step(step.row) {
            Some(act) => acts.push(act),
            None => {
                return Err(format!(
                    "step {number} of {}: from {before:?} to {:?}, with {:?} under way",
                    step.connection, step.row, known.claims
                ));
            }
        }
    }
    Ok(acts)
}

/// Neighbours of one grant, the other way round: in how many places that is a history, too. Equal ones are none.
pub fn places_where_order_means_nothing(steps: &[Step]) -> (usize, Vec<String>) {
    let mut of: HashMap<Uuid, Vec<Step>> = HashMap::new();
    for step in steps {
        of.entry(step.connection).or_default().push(*step);
    }
    let (mut tried, mut taken) = (0, Vec::new());
    for history in of.values() {
        for place in 1..history.len() {
            let (one, next) = (history[place - 1].row, history[place].row);
            // A grant can end at any time, and what comes after that is another one.
            if one == next || one.is_none() || next.is_none() {
                continue;
            }
            let mut swapped = history.clone();
            swapped.swap(place - 1, place);
            tried += 1;
            if accept(&swapped).is_ok() {
                taken.push(format!("{one:?} and {next:?}"));
            }
        }
    }
    (tried, taken)
}
