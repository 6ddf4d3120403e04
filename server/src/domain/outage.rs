//! When many tenants that fail alike are one outage, and when it is over.

use crate::clock::{DAY, Millis};

/// Fewer organizations are neighbours in misfortune.
const AT_LEAST: u64 = 5;
/// One in so many of an integration's connections: among many, a few always fail.
const ONE_IN: u64 = 100;

/// Organizations that have to fail alike.
pub fn threshold(connections: u64) -> u64 {
    AT_LEAST.max(connections / ONE_IN)
}

pub fn opens(tenants: u64, connections: u64) -> bool {
    tenants >= threshold(connections)
}

/// Below half of what opened it, so that it does not open and close with each single tenant.
pub fn is_over(tenants: u64, connections: u64) -> bool {
    tenants * 2 < threshold(connections)
}

/// A failure from before that tells nothing of the vendor today.
pub const LATELY: Millis = DAY;
/// No integration has an outage with fewer.
pub const FEWEST: u64 = AT_LEAST;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_are_an_outage_of_a_small_integration_and_one_in_a_hundred_of_a_large_one() {
        assert!(!opens(4, 14) && opens(5, 14));
        assert!(!opens(49, 5_000) && opens(50, 5_000));
    }

    #[test]
    fn it_is_over_well_below_where_it_opened() {
        assert!(!is_over(3, 14) && is_over(2, 14));
        assert!(!is_over(25, 5_000) && is_over(24, 5_000));
        for connections in [1, 14, 700, 5_000, 1_000_000] {
            let opened = threshold(connections);
            assert!(opens(opened, connections) && !is_over(opened, connections) && !is_over(opened - 1, connections));
        }
    }
}
