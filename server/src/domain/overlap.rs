//! Where each location may have one connection of an integration: who works, and who waits for whom.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use crate::clock::Millis;

/// What a connection wants to work on.
#[derive(Debug, Clone)]
pub struct Claim {
    pub connection: Uuid,
    /// None while its set-up is open: it waits like others, and nobody waits for it.
    pub finished_at: Option<Millis>,
    pub all_locations: bool,
    pub locations: HashSet<String>,
}

impl Claim {
    fn overlaps(&self, other: &Self) -> bool {
        self.all_locations || other.all_locations || !self.locations.is_disjoint(&other.locations)
    }
}

/// Whom each connection waits for. Who was finished first works; who waits holds up nobody else.
pub fn waiting(mut claims: Vec<Claim>) -> HashMap<Uuid, Uuid> {
    claims.sort_by_key(|claim| (claim.finished_at.unwrap_or(Millis::MAX), claim.connection));
    let (mut working, mut waiting): (Vec<&Claim>, _) = (Vec::new(), HashMap::new());
    for claim in &claims {
        match working.iter().find(|first| first.overlaps(claim)) {
            Some(first) => _ = waiting.insert(claim.connection, first.connection),
            None if claim.finished_at.is_some() => working.push(claim),
            None => {}
        }
    }
    waiting
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(id: u128, finished_at: Option<Millis>, locations: &[&str]) -> Claim {
        Claim {
            connection: Uuid::from_u128(id),
            finished_at,
            all_locations: locations.is_empty(),
            locations: locations.iter().map(|id| (*id).to_owned()).collect(),
        }
    }

    #[test]
    fn the_first_works_and_others_wait_for_it() {
        for (claims, expected) in [
            (vec![claim(1, Some(1), &["a"]), claim(2, Some(2), &["b"])], vec![]),
            (vec![claim(1, Some(1), &["a"]), claim(2, Some(2), &["a", "b"])], vec![(2, 1)]),
            // Not whoever came first, but whoever was finished first.
            (vec![claim(1, Some(2), &["a"]), claim(2, Some(1), &["a"])], vec![(1, 2)]),
            (vec![claim(1, None, &["a"]), claim(2, Some(1), &["a"])], vec![(1, 2)]),
            (vec![claim(1, None, &["a"]), claim(2, None, &["a"])], vec![]),
            // All locations are also those of later.
            (vec![claim(1, Some(1), &[]), claim(2, Some(2), &["z"])], vec![(2, 1)]),
            (vec![claim(1, Some(1), &["z"]), claim(2, Some(2), &[])], vec![(2, 1)]),
            // Who waits holds up nobody.
            (vec![claim(1, Some(1), &["a"]), claim(2, Some(2), &["a", "b"]), claim(3, Some(3), &["b"])], vec![(2, 1)]),
        ] {
            let expected: HashMap<Uuid, Uuid> =
                expected.into_iter().map(|(who, whom)| (Uuid::from_u128(who), Uuid::from_u128(whom))).collect();
            assert_eq!(waiting(claims.clone()), expected, "{claims:?}");
            let mut turned = claims.clone();
            turned.reverse();
            assert_eq!(waiting(turned), expected, "the order of rows does not matter: {claims:?}");
        }
    }
}
