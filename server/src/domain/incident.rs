//! Incidents: troubles that have one cause, so that many who suffer alike are told of once. A pure rule with a version,
//! since what was told yesterday was grouped by the rule of yesterday.
//!
//! Version 2. Troubles are alike when their kind, their integration and their likeness (the words of the failure, or
//! the cause) are the same. Of those that are alike
//!
//! - the ones in an open outage are one incident;
//! - at least [`FEWEST`] organizations whose troubles began within one hour are one incident, and so is whoever joins
//!   them within an hour of as many; where troubles are noticed once a day, a day stands for the hour;
//! - each connection of the others is an incident of its own.
//!
//! What concerns the deployment is an incident by itself.

use std::collections::{BTreeMap, HashMap, HashSet};

use uuid::Uuid;

use crate::clock::{DAY, HOUR, Millis};

pub const GROUPING_VERSION: i32 = 2;
/// Troubles further apart have no moment in common, as a rule.
pub const WITHIN: Millis = HOUR;
/// Fewer organizations are neighbours in misfortune.
pub const FEWEST: u64 = 5;
/// Among very many organizations, that part of an integration's always has the same trouble within an hour.
const ONE_IN: u64 = 1_000;

/// Organizations of an integration that make an incident of many.
pub fn fewest(connections: u64) -> u64 {
    FEWEST.max(connections / ONE_IN)
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident, $slug:literal;)*) => {
        /// What is wrong. `docs/RUNBOOK.md` has a section for each.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind {
            $($(#[$doc])* $kind,)*
        }

        impl Kind {
            pub const ALL: [Kind; [$($slug),*].len()] = [$(Kind::$kind),*];

            /// As it is stored and told.
            pub fn slug(self) -> &'static str {
                match self {
                    $(Kind::$kind => $slug,)*
                }
            }
        }
    };
}

kinds! {
    /// The last run failed, or failed at some location.
    RunsFail, "runs_fail";
    /// No good run for twice the interval.
    Delayed, "delayed";
    /// The last run was never finished.
    RunsLapse, "runs_lapse";
    /// OfficeRnD refused the login for good.
    Reconnect, "reconnect";
    /// Settings of a location cannot work.
    Settings, "settings";
    /// The removal guard holds a run.
    Approval, "approval";
    /// What OfficeRnD tells of a connection could not be subscribed again for long.
    SubscriptionLost, "subscription_lost";
    /// The partner system does not take its hooks.
    HooksFail, "hooks_fail";
    /// An endpoint does not take its events, or was disabled for it.
    EndpointFails, "endpoint_fails";
    /// OfficeRnD refuses the client id or secret.
    ClientRefused, "client_refused";
    /// The budget of token requests will not be enough.
    BudgetShort, "budget_short";
}

impl Kind {
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.slug() == slug)
    }

    /// Nothing works for anybody, or what happens is not heard, until somebody acts.
    pub fn is_urgent_alone(self) -> bool {
        matches!(self, Self::ClientRefused | Self::HooksFail)
    }

    /// A loss is noticed by the look of the day, at whatever hour that is.
    pub fn within(self) -> Millis {
        if self == Self::SubscriptionLost { DAY } else { WITHIN }
    }

    /// It stands beside the state of a connection, and neither says anything about the other.
    pub fn is_apart(self) -> bool {
        self == Self::SubscriptionLost
    }
}

/// What makes troubles alike.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key {
    pub kind: Kind,
    /// Slug.
    pub integration: String,
    pub like: String,
}

/// Whose trouble it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tenant {
    pub organization: Uuid,
    pub connection: Uuid,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    pub key: Key,
    /// None for what concerns the deployment.
    pub tenant: Option<Tenant>,
    pub since: Millis,
    /// It is part of an open outage.
    pub in_outage: bool,
}

/// How the troubles of an incident belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    Outage,
    /// Many in one hour.
    Burst,
    Alone,
    Deployment,
}

impl Basis {
    pub const ALL: [Self; 4] = [Self::Outage, Self::Burst, Self::Alone, Self::Deployment];

    pub fn slug(self) -> &'static str {
        match self {
            Self::Outage => "outage",
            Self::Burst => "burst",
            Self::Alone => "alone",
            Self::Deployment => "deployment",
        }
    }

    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|basis| basis.slug() == slug)
    }

    pub fn is_many(self) -> bool {
        matches!(self, Self::Outage | Self::Burst)
    }
}

/// An incident that was found before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    pub id: Uuid,
    pub key: Key,
    /// The only connection that it is about.
    pub alone: Option<Uuid>,
    /// When the first and the last of its troubles began.
    pub first: Millis,
    pub last: Millis,
    /// Nothing of it is left; what comes now is a relapse.
    pub at_rest: bool,
}

/// An incident as it stands now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    pub key: Key,
    pub known: Option<Uuid>,
    /// Incidents of single organizations that turned out to be part of this one, and incidents that grew together.
    pub absorbed: Vec<Uuid>,
    /// Which of the troubles.
    pub members: Vec<usize>,
    /// Organizations.
    pub tenants: u64,
    pub basis: Basis,
    pub first: Millis,
    pub last: Millis,
    /// So few are left of many that the common cause is gone.
    pub is_over: bool,
}

/// Groups troubles, given what was found before. Each trouble is in exactly one group.
pub fn group(known: &[Known], troubles: &[Trouble], fewest: impl Fn(&str) -> u64) -> Vec<Group> {
    let mut alike: BTreeMap<&Key, Vec<usize>> = BTreeMap::new();
    for (index, trouble) in troubles.iter().enumerate() {
        alike.entry(&trouble.key).or_default().push(index);
    }
    let known = Before::of(known);
    let mut groups = Vec::new();
    for (key, mut members) in alike {
        members.sort_by_key(|index| (troubles[*index].since, troubles[*index].tenant));
        let fewest = fewest(&key.integration).max(2);
        let many = known.many.get(key).map_or(&[][..], Vec::as_slice);
        groups.extend(Alike { key, troubles, known: &known, many, fewest }.grouped(members));
    }
    groups
}

/// What was found before, oldest first, by what asks for it: there may be as many as there are troubles.
struct Before<'a> {
    /// The words of one organization's failures change with every run, and it is the same trouble.
    alone: HashMap<(Kind, &'a str, Uuid), Vec<&'a Known>>,
    /// Those of many and of the deployment.
    many: HashMap<&'a Key, Vec<&'a Known>>,
}

impl<'a> Before<'a> {
    fn of(known: &'a [Known]) -> Self {
        let mut known: Vec<&Known> = known.iter().collect();
        known.sort_by_key(|one| (one.first, one.id));
        let mut before = Self { alone: HashMap::new(), many: HashMap::new() };
        for one in known {
            match one.alone {
                Some(connection) => {
                    before.alone.entry((one.key.kind, &one.key.integration, connection)).or_default().push(one);
                }
                None => before.many.entry(&one.key).or_default().push(one),
            }
        }
        before
    }
}

/// Everything of one key.
struct Alike<'a> {
    key: &'a Key,
    troubles: &'a [Trouble],
    known: &'a Before<'a>,
    many: &'a [&'a Known],
    fewest: u64,
}

impl Alike<'_> {
    fn grouped(&self, members: Vec<usize>) -> Vec<Group> {
        let (of_tenants, of_deployment): (Vec<usize>, Vec<usize>) =
            members.into_iter().partition(|index| self.troubles[*index].tenant.is_some());
        let mut groups = Vec::new();
        if !of_deployment.is_empty() {
            let known = self.many.last().map(|one| one.id);
            groups.push(self.made(of_deployment, Basis::Deployment, known, Vec::new()));
        }
        let mut used: HashSet<Uuid> = groups.iter().filter_map(|group| group.known).collect();
        let mut grouped: HashSet<usize> = HashSet::new();
        for (part, basis) in self.parts(&of_tenants) {
            grouped.extend(&part);
            let mut mine = self.of_many(&part, &used);
            used.extend(&mine);
            let first = if mine.is_empty() { None } else { Some(mine.remove(0)) };
            let connections: HashSet<Uuid> = part.iter().filter_map(|index| self.connection(*index)).collect();
            let alone = connections.into_iter().flat_map(|one| self.alone(one)).map(|one| one.id);
            let absorbed: Vec<Uuid> = mine.into_iter().chain(alone).collect();
            groups.push(self.made(part.into_iter().collect(), basis, first, absorbed));
        }
        let mut left: Vec<usize> = of_tenants.into_iter().filter(|index| !grouped.contains(index)).collect();
        self.stragglers(&mut left, &used, &mut groups);
        for index in left {
            // Of several, the last: the others have ended before.
            let known = self.connection(index).and_then(|one| self.alone(one).last());
            groups.push(self.made(vec![index], Basis::Alone, known.map(|one| one.id), Vec::new()));
        }
        groups
    }

    /// Incidents of this connection alone.
    fn alone(&self, connection: Uuid) -> &[&Known] {
        let found = self.known.alone.get(&(self.key.kind, self.key.integration.as_str(), connection));
        found.map_or(&[][..], Vec::as_slice)
    }

    fn connection(&self, index: usize) -> Option<Uuid> {
        self.troubles[index].tenant.map(|tenant| tenant.connection)
    }

    fn range(&self, members: &[usize]) -> (Millis, Millis) {
        let since = || members.iter().map(|index| self.troubles[*index].since);
        (since().min().unwrap_or(0), since().max().unwrap_or(0))
    }

    /// What is one incident of many: the outage first, with the bursts that it reaches into.
    fn parts(&self, members: &[usize]) -> Vec<(HashSet<usize>, Basis)> {
        let mut outage: HashSet<usize> =
            members.iter().copied().filter(|index| self.troubles[*index].in_outage).collect();
        let is_outage = !outage.is_empty();
        let mut bursts = Vec::new();
        for burst in self.bursts(members) {
            if burst.iter().any(|index| outage.contains(index)) {
                outage.extend(burst);
            } else {
                bursts.push((burst.into_iter().collect(), Basis::Burst));
            }
        }
        if is_outage {
            bursts.insert(0, (outage, Basis::Outage));
        }
        bursts
    }

    /// Members in the order of time, wherever an hour (a day) holds enough organizations; what shares somebody is one.
    fn bursts(&self, members: &[usize]) -> Vec<Vec<usize>> {
        let mut ranges: Vec<(usize, usize)> = Vec::new();
        let mut inside: HashMap<Uuid, usize> = HashMap::new();
        let mut end = 0;
        for (start, index) in members.iter().enumerate() {
            let last = self.troubles[*index].since + self.key.kind.within();
            while let Some(next) = members.get(end).filter(|next| self.troubles[**next].since <= last) {
                if let Some(tenant) = self.troubles[*next].tenant {
                    *inside.entry(tenant.organization).or_default() += 1;
                }
                end += 1;
            }
            if inside.len() as u64 >= self.fewest {
                match ranges.last_mut() {
                    Some((_, until)) if start < *until => *until = end,
                    _ => ranges.push((start, end)),
                }
            }
            if let Some(tenant) = self.troubles[*index].tenant
                && let Some(count) = inside.get_mut(&tenant.organization)
            {
                *count -= 1;
                if *count == 0 {
                    inside.remove(&tenant.organization);
                }
            }
        }
        ranges.into_iter().map(|(start, end)| members[start..end].to_vec()).collect()
    }

    /// Known incidents of many that this part is: those at work in the same hours; else the one that rests since last.
    fn of_many(&self, part: &HashSet<usize>, used: &HashSet<Uuid>) -> Vec<Uuid> {
        let members: Vec<usize> = part.iter().copied().collect();
        let (first, last) = self.range(&members);
        let free = || self.many.iter().filter(|one| !used.contains(&one.id));
        let same = free().filter(|one| !one.at_rest && one.first <= last && first <= one.last);
        let same: Vec<Uuid> = same.map(|one| one.id).collect();
        if !same.is_empty() {
            return same;
        }
        free().filter(|one| one.at_rest).max_by_key(|one| one.last).map(|one| one.id).into_iter().collect()
    }

    /// Many recover one after another: who is left belongs to the incident as long as there are some of it.
    fn stragglers(&self, left: &mut Vec<usize>, used: &HashSet<Uuid>, groups: &mut Vec<Group>) {
        for known in self.many.iter().filter(|one| !one.at_rest) {
            let inside = |index: &usize| (known.first..=known.last).contains(&self.troubles[*index].since);
            let members: Vec<usize> = left.iter().copied().filter(inside).collect();
            if members.is_empty() {
                continue;
            }
            left.retain(|index| !inside(index));
            if used.contains(&known.id) {
                let is = |group: &&mut Group| group.known == Some(known.id) || group.absorbed.contains(&known.id);
                if let Some(group) = groups.iter_mut().find(is) {
                    let all: Vec<usize> = group.members.iter().copied().chain(members).collect();
                    *group = self.made(all, group.basis, group.known, std::mem::take(&mut group.absorbed));
                }
            } else {
                let mut group = self.made(members, Basis::Burst, Some(known.id), Vec::new());
                group.is_over = group.tenants * 2 < self.fewest;
                groups.push(group);
            }
        }
    }

    fn made(&self, mut members: Vec<usize>, basis: Basis, known: Option<Uuid>, absorbed: Vec<Uuid>) -> Group {
        members.sort_unstable();
        let organizations: HashSet<Uuid> =
            members.iter().filter_map(|index| Some(self.troubles[*index].tenant?.organization)).collect();
        let (first, last) = self.range(&members);
        Group {
            key: self.key.clone(),
            known,
            absorbed,
            members,
            tenants: organizations.len() as u64,
            basis,
            first,
            last,
            is_over: false,
        }
    }
}

#[cfg(test)]
mod seeded;
#[cfg(test)]
mod tests;
