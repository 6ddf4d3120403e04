//! What the simulated OfficeRnD knows: organizations, installed integrations, grants, webhook subscriptions and
//! deliveries. Plain data and the few rules that keep it whole; kept in the state file as JSON.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::rules::Rules;
use crate::clock::{DAY, HOUR, MINUTE, Millis};
use crate::random::Random;

/// A code is good for this long, and once.
pub(super) const CODE_LIFE: Millis = 10 * MINUTE;
pub(super) const ACCESS_LIFE: Millis = HOUR;
pub(super) const REFRESH_LIFE: Millis = 15 * DAY;
/// Deliveries that are done are kept for looking at, the newest of them.
const DELIVERIES_KEPT: usize = 500;

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Location {
    #[serde(rename = "_id")]
    pub(super) id: String,
    pub(super) name: String,
    pub(super) time_zone: String,
    pub(super) currency: String,
    pub(super) country: String,
    #[serde(default)]
    pub(super) archived: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Organization {
    pub(super) id: String,
    pub(super) slug: String,
    pub(super) name: String,
    pub(super) currency: String,
    /// The admin whom the person at the simulator plays.
    pub(super) member_id: String,
    pub(super) created_at: Millis,
    pub(super) locations: Vec<Location>,
}

/// Where an installation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Stage {
    /// Connect was pressed and no code was exchanged yet.
    Opened,
    /// The admin said no.
    Declined,
    Connected,
    Removed,
}

/// What the healthcheck answered last.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Health {
    pub(super) at: Millis,
    pub(super) status: Option<u16>,
    pub(super) text: String,
    pub(super) milliseconds: i64,
}

/// One installation of an application in an organization.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Integration {
    pub(super) id: String,
    pub(super) sequence: u64,
    /// The application's slug.
    pub(super) application: String,
    /// The organization's id.
    pub(super) organization: String,
    /// None means all, also later ones.
    pub(super) locations: Vec<String>,
    pub(super) secret: String,
    pub(super) stage: Stage,
    pub(super) created_at: Millis,
    pub(super) last_health: Option<Health>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Code {
    pub(super) client_id: String,
    pub(super) integration: String,
    pub(super) expires_at: Millis,
    pub(super) used: bool,
    /// Scopes that the grant will lack.
    pub(super) without: Vec<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Grant {
    pub(super) client_id: String,
    pub(super) organization: String,
    pub(super) integration: String,
    pub(super) scopes: Vec<String>,
    pub(super) revoked: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct AccessToken {
    pub(super) grant: String,
    pub(super) expires_at: Millis,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct RefreshToken {
    pub(super) grant: String,
    pub(super) expires_at: Millis,
    pub(super) used_at: Option<Millis>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Subscription {
    pub(super) id: String,
    pub(super) sequence: u64,
    pub(super) organization: String,
    pub(super) client_id: String,
    /// Whose token created it.
    pub(super) integration: String,
    pub(super) url: String,
    pub(super) event_types: Vec<String>,
    pub(super) description: String,
    pub(super) secret: String,
    pub(super) enabled: bool,
    pub(super) created_at: Millis,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum DeliveryState {
    Due,
    Delivered,
    /// The last attempt failed too.
    GivenUp,
    /// The address is on this machine, and OfficeRnD does not deliver there.
    NotDelivered,
}

/// The states as JSON names them.
pub(crate) const DELIVERY_STATES: &[&str] = &["due", "delivered", "given_up", "not_delivered"];

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Attempt {
    pub(super) at: Millis,
    pub(super) status: Option<u16>,
    pub(super) error: Option<String>,
    pub(super) milliseconds: i64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Delivery {
    pub(super) id: String,
    pub(super) organization: String,
    pub(super) subscription: String,
    pub(super) url: String,
    pub(super) secret: String,
    pub(super) event_type: String,
    pub(super) body: String,
    /// Signed with this time instead of the time of the attempt.
    pub(super) fixed_t: Option<i64>,
    pub(super) attempts: Vec<Attempt>,
    pub(super) next_at: Millis,
    pub(super) state: DeliveryState,
}

/// Limits as they were set while running; they win over the options at start.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Limits {
    /// Token requests a minute for each client id; 0 means none.
    pub(super) token_requests: Option<u32>,
    pub(super) deliver_to_loopback: Option<bool>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct World {
    /// The newest time seen: a restart never goes back behind it.
    pub(super) last_seen: Millis,
    pub(super) sequence: u64,
    pub(super) organizations: Vec<Organization>,
    pub(super) integrations: BTreeMap<String, Integration>,
    pub(super) codes: HashMap<String, Code>,
    pub(super) grants: HashMap<String, Grant>,
    pub(super) access_tokens: HashMap<String, AccessToken>,
    pub(super) refresh_tokens: HashMap<String, RefreshToken>,
    pub(super) subscriptions: BTreeMap<String, Subscription>,
    pub(super) deliveries: Vec<Delivery>,
    pub(super) rules: Rules,
    pub(super) limits: Limits,
    #[serde(skip)]
    pub(super) version: u64,
}

impl World {
    pub(super) fn by_slug(&self, slug: &str) -> Option<&Organization> {
        self.organizations.iter().find(|organization| organization.slug == slug)
    }

    /// As the API finds it, which may be less strict than a comparison of its own spelling (C).
    pub(super) fn by_slug_in_any_case(&self, slug: &str) -> Option<&Organization> {
        self.organizations.iter().find(|organization| organization.slug.eq_ignore_ascii_case(slug))
    }

    pub(super) fn organization(&self, id: &str) -> Option<&Organization> {
        self.organizations.iter().find(|organization| organization.id == id)
    }

    /// By slug or id, as the control API and the pages name it.
    pub(super) fn named(&self, slug_or_id: &str) -> Option<&Organization> {
        self.by_slug(slug_or_id).or_else(|| self.organization(slug_or_id))
    }

    pub(super) fn next_sequence(&mut self) -> u64 {
        self.sequence += 1;
        self.sequence
    }

    /// An organization's integrations, oldest first, without removed and declined ones.
    pub(super) fn installed(&self, organization: &str) -> Vec<&Integration> {
        let mut found: Vec<_> = self
            .integrations
            .values()
            .filter(|integration| integration.organization == organization)
            .filter(|integration| matches!(integration.stage, Stage::Opened | Stage::Connected))
            .collect();
        found.sort_by_key(|integration| integration.sequence);
        found
    }

    /// Ends every grant of an integration; its tokens answer 401 and `invalid_grant` from now on.
    pub(super) fn revoke(&mut self, integration: &str) -> usize {
        let mut revoked = 0;
        for grant in self.grants.values_mut() {
            if grant.integration == integration && !grant.revoked {
                grant.revoked = true;
                revoked += 1;
            }
        }
        revoked
    }

    /// Forgets what can make no difference any more, so that a long run stays small.
    pub(super) fn prune(&mut self, now: Millis) {
        self.codes.retain(|_, code| code.expires_at + DAY > now);
        self.access_tokens.retain(|_, token| token.expires_at + DAY > now);
        self.refresh_tokens.retain(|_, token| token.expires_at + DAY > now);
        let living: std::collections::HashSet<&str> = self
            .access_tokens
            .values()
            .map(|token| token.grant.as_str())
            .chain(self.refresh_tokens.values().map(|token| token.grant.as_str()))
            .collect();
        self.grants.retain(|id, _| living.contains(id.as_str()));
        let done = self.deliveries.iter().filter(|delivery| delivery.state != DeliveryState::Due).count();
        let mut too_many = done.saturating_sub(DELIVERIES_KEPT);
        self.deliveries.retain(|delivery| {
            let drop = too_many > 0 && delivery.state != DeliveryState::Due;
            too_many -= usize::from(drop);
            !drop
        });
    }
}

/// 24 hex digits, as OfficeRnD's ids are.
pub(super) fn new_id(random: &Random) -> String {
    hex::encode(random.bytes::<12>())
}

/// A secret in the form of a UUID, as the integration secret is.
pub(super) fn new_secret(random: &Random) -> String {
    let hex = hex::encode(random.bytes::<16>());
    format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
}
