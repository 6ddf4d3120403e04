//! What staff may ask of the list of tenants: search, filters, order and place. An address of the list is a view of it.

mod cursor;
mod search;

use app::state::ConnectionState;
use app::tenants::ListAddress;

use crate::clock::{DAY, Millis};

pub use app::tenants::Sort;
pub use cursor::{Cursor, Key};
pub use search::{Search, Term, fold, searched};

/// `grant_day` of a connection that has no grant.
pub const NO_DAY: i64 = 99_999_999;
/// Other counts than those by state and integration are exact up to here.
pub const COUNTED: u64 = 10_000;

/// Most trouble first: who has to act soonest, then what somebody else mends, then what is meant to be.
pub fn trouble(state: ConnectionState) -> i16 {
    match state {
        ConnectionState::Reconnect => 1,
        ConnectionState::WaitingForApproval => 2,
        ConnectionState::VendorOutage => 3,
        ConnectionState::SomeLocations => 4,
        ConnectionState::Delayed => 5,
        ConnectionState::FinishSetUp => 6,
        ConnectionState::Paused => 7,
        ConnectionState::Disconnected => 8,
        ConnectionState::Connected => 9,
    }
}

/// States in the order of their trouble.
pub fn by_trouble() -> [ConnectionState; 9] {
    let mut all = ConnectionState::ALL;
    all.sort_by_key(|state| trouble(*state));
    all
}

/// Which rows, and in which order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wanted {
    pub search: Search,
    pub state: Option<ConnectionState>,
    pub integration: Option<String>,
    /// OfficeRnD's id of a location.
    pub location: Option<String>,
    /// The grant ends within so many days.
    pub ends_within: Option<u16>,
    pub sort: Sort,
    /// Against the usual direction of the order.
    pub turned: bool,
}

impl From<&ListAddress> for Wanted {
    fn from(address: &ListAddress) -> Self {
        Self {
            search: Search::read(&address.search),
            state: address.state,
            integration: address.integration.clone(),
            location: address.location.clone(),
            ends_within: address.ends_within,
            sort: address.sort,
            turned: address.turned,
        }
    }
}

impl Wanted {
    /// Whether greater values come first.
    pub fn falls(&self) -> bool {
        self.sort.falls() != self.turned
    }

    /// The last day on which a grant ends that is wanted.
    pub fn last_day(&self, now: Millis) -> Option<i64> {
        self.ends_within.map(|days| (now + i64::from(days) * DAY).div_euclid(DAY))
    }

    /// Whether state and integration say which rows are wanted, so that they are counted already.
    pub fn is_plain(&self) -> bool {
        self.search.is_empty() && self.location.is_none() && self.ends_within.is_none()
    }
}

/// How many rows there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Total {
    Exactly(u64),
    MoreThan(u64),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_has_a_place_of_its_own() {
        let places: Vec<i16> = by_trouble().map(trouble).into();
        assert_eq!(places, (1..=9).collect::<Vec<_>>());
        assert_eq!(by_trouble()[0], ConnectionState::Reconnect);
        assert_eq!(by_trouble()[8], ConnectionState::Connected);
    }

    #[test]
    fn orders_read_back() {
        for sort in Sort::ALL {
            assert_eq!(Sort::from_slug(sort.slug()), Some(sort));
        }
        let turned = Wanted { sort: Sort::Errors, turned: true, ..Wanted::default() };
        assert!(!turned.falls());
    }
}
