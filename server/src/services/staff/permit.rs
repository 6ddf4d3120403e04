//! Proof that somebody may do one kind of thing. Services of acts take it as an argument, so that a check that was
//! forgotten does not compile, and the activity record names who it was.

use std::marker::PhantomData;

use app::ports::Actor;
use app::role::Act;
use uuid::Uuid;

use super::session::Member;
use crate::clock::{MINUTE, Millis};

/// A password or a code given that lately is believed for dangerous acts.
pub const FRESH: Millis = 10 * MINUTE;

/// May do `A`. Only [`Member::permit`] makes one.
pub struct Permit<A> {
    staff: Uuid,
    name: String,
    act: PhantomData<fn() -> A>,
}

impl<A> Permit<A> {
    pub fn staff(&self) -> Uuid {
        self.staff
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// Who acts, for the activity record.
    pub fn actor(&self) -> Actor {
        Actor::Staff { id: self.staff, name: self.name.clone() }
    }
}

impl<A> Clone for Permit<A> {
    fn clone(&self) -> Self {
        Self { staff: self.staff, name: self.name.clone(), act: PhantomData }
    }
}

/// Why there is no permit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The role may not; the address does not exist for it.
    Role,
    /// The password is asked for again first.
    Stale,
}

/// A kind of act, as a type.
pub trait Proved {
    const ACT: Act;
}

macro_rules! kinds {
    ($($act:ident)*) => {
        /// One type for each [`Act`].
        pub mod acts {
            use super::{Act, Proved};

            $(
                pub struct $act;

                impl Proved for $act {
                    const ACT: Act = Act::$act;
                }
            )*
        }
    };
}

kinds!(
    Refresh RunNow Pause Resume ReconnectLink Replay Acknowledge Note Explain Export Unmask DecideRun ApiKeys Endpoints Alerts
    Disconnect Bulk Team Purge RotateSecrets
);

impl Member {
    /// # Errors
    /// When the role may not, or a dangerous act needs the password again.
    pub fn permit<A: Proved>(&self, now: Millis) -> Result<Permit<A>, Refusal> {
        if !self.staff().role.may(A::ACT) {
            return Err(Refusal::Role);
        }
        if A::ACT.is_dangerous() && !self.is_fresh(now) {
            return Err(Refusal::Stale);
        }
        Ok(Permit { staff: self.staff().id, name: self.staff().name.clone(), act: PhantomData })
    }

    /// Whether this person proved lately who it is.
    pub fn is_fresh(&self, now: Millis) -> bool {
        let at = self.session().confirmed_at;
        at <= now && now < at + FRESH
    }
}
