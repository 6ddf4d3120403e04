//! Lists of tenants: that they are right, that they are counted, and that an index answers.

mod counts;
mod demo;
mod lists;
mod pages;
mod plans;
mod upcoming;
mod upgrade;

use app::state::ConnectionState;
use secrecy::SecretString;
use server::clock::{DAY, MINUTE, Millis};
use server::domain::connection::{Connection, Location, Progress, SubscriptionState};
use server::domain::health::Cause;
use server::domain::organization::Organization;
use server::storage::connections::ConnectionSecrets;
use server::storage::population::{self, Newcomer};

use crate::support::{NOON, TestApp};

pub(super) const INTEGRATIONS: [&str; 3] = ["meshfern-wifi", "tally-desk", "portunus-access"];
const NAMES: [&str; 7] =
    ["Harbour & Loom", "Zoë & Søn, GmbH", "=HYPERLINK(1)", "مساحة الميناء", "Old Mill", "harbour & loom", "Studio 17"];

/// Numbers that look like chance and are the same each time.
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

fn newcomer(app: &TestApp, dice: &mut Dice, index: u64) -> Newcomer {
    let past = |dice: &mut Dice| -> Millis { NOON - i64::try_from(dice.below(9)).unwrap() * DAY };
    let name = NAMES[usize::try_from(dice.below(7)).unwrap()];
    let id = app.app.random.uuid(NOON);
    let organization = Organization {
        id,
        officernd_id: format!("65f0a1b2c3d4e5f7{index:08}"),
        slug: format!("workspace-{index}"),
        name: format!("{name} {}", dice.below(40)),
        region_url: "https://app.officernd.com".into(),
    };
    let connection = Connection {
        id: app.app.random.uuid(NOON),
        organization: id,
        integration: INTEGRATIONS[usize::try_from(dice.below(3)).unwrap()].into(),
        integration_id: format!("installation-{index}"),
        all_locations: true,
        state: ConnectionState::ALL[usize::try_from(dice.below(9)).unwrap()],
        state_since: past(dice),
        cause: Cause::None,
        troubles: Vec::new(),
        changes_at: None,
        authorized_at: NOON,
        connected_at: NOON,
        finished_at: Some(NOON),
        waits_for: None,
        sync_on: true,
        progress: Progress {
            last_success_at: (dice.below(4) > 0).then(|| past(dice) + i64::try_from(dice.below(3)).unwrap() * MINUTE),
            ..Progress::default()
        },
        account_name: Some(format!("account-{}", dice.below(30))),
        subscription_id: None,
        subscription: SubscriptionState::Active,
        subscription_checked_at: NOON,
        secret_checked_at: NOON,
        disconnected: None,
        created_at: NOON,
        updated_at: NOON,
    };
    let location = |number: u64| Location {
        id: format!("location-{index}-{number}"),
        name: Some(format!("{} {number}", if index.is_multiple_of(2) { "Bristol" } else { "Rotterdam" })),
        time_zone: None,
        currency: None,
    };
    let secret = |kind: &str| SecretString::from(format!("{kind}-{index}-of-nobody"));
    Newcomer {
        organization,
        connection,
        locations: (0..=dice.below(2)).map(location).collect(),
        secrets: ConnectionSecrets { integration: secret("integration"), subscription: Some(secret("subscription")) },
    }
}

/// So many invented tenants, some with errors and all with a day on which their grant ends.
pub(super) async fn settle(app: &TestApp, count: u64, seed: u64) {
    let mut dice = Dice::new(seed);
    let newcomers: Vec<Newcomer> = (0..count).map(|index| newcomer(app, &mut dice, index)).collect();
    let mut tx = app.app.db.begin().await.unwrap();
    population::insert(&mut tx, &app.app.vault, &newcomers, NOON).await.unwrap();
    tx.commit().await.unwrap();
    let today = NOON / DAY;
    app.execute(&format!("UPDATE tenant_rows SET errors = number % 5, grant_day = {today} + number % 17")).await;
}
