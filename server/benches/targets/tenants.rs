//! Invented organizations with one connection each, and what OfficeRnD would send for them.

use app::ids::ConnectionId;
use secrecy::SecretString;
use serde_json::{Map, Value, json};
use server::clock::SECOND;
use server::crypto::digest::digest;
use server::crypto::signature::SigningKey;
use server::domain::connection::{Connection, ConnectionState, Location, Progress, SubscriptionState};
use server::domain::health::Cause;
use server::domain::organization::Organization;
use server::state::App;
use server::storage::connections::ConnectionSecrets;
use server::storage::population::{self, Newcomer};
use tokio::time::Instant;
use url::form_urlencoded;

use crate::deployment::INTEGRATION;
use crate::http::get;
use crate::load::Exchange;

/// Newcomers in one transaction.
const GROUP: usize = 5_000;

pub(crate) struct Tenant {
    index: usize,
    officernd_id: String,
    slug: String,
    pub(crate) connection: Connection,
    locations: Vec<String>,
    region_url: String,
}

impl Tenant {
    fn new(app: &App, index: usize, region_url: &str) -> Self {
        let now = app.clock.now();
        let locations = match index % 2 {
            0 => Vec::new(),
            _ => (0..3).map(|location| mongo_id("location", index * 3 + location)).collect(),
        };
        let connection = Connection {
            id: app.random.uuid(now),
            organization: app.random.uuid(now),
            integration: INTEGRATION.into(),
            integration_id: mongo_id("installation", index),
            all_locations: locations.is_empty(),
            state: ConnectionState::Connected,
            state_since: now,
            cause: Cause::None,
            troubles: Vec::new(),
            changes_at: None,
            authorized_at: now,
            connected_at: now,
            finished_at: Some(now),
            waits_for: None,
            sync_on: true,
            progress: Progress::default(),
            account_name: Some(format!("Account {index}")),
            subscription_id: Some(mongo_id("subscription", index)),
            subscription: SubscriptionState::Active,
            subscription_checked_at: now,
            secret_checked_at: now,
            disconnected: None,
            created_at: now,
            updated_at: now,
        };
        Self {
            index,
            officernd_id: mongo_id("organization", index),
            slug: format!("workspace-{index}"),
            connection,
            locations,
            region_url: region_url.to_owned(),
        }
    }

    fn newcomer(&self) -> Newcomer {
        let locations = self.locations.iter().map(|id| Location {
            id: id.clone(),
            name: Some("Harbour".into()),
            time_zone: Some("Europe/Amsterdam".into()),
            currency: Some("EUR".into()),
        });
        Newcomer {
            organization: Organization {
                id: self.connection.organization,
                officernd_id: self.officernd_id.clone(),
                slug: self.slug.clone(),
                name: format!("Workspace {}", self.index),
                region_url: self.region_url.clone(),
            },
            connection: self.connection.clone(),
            locations: locations.collect(),
            secrets: self.secrets(0),
        }
    }

    /// The secrets after so many changes of the first one.
    pub(crate) fn secrets(&self, changes: u32) -> ConnectionSecrets {
        ConnectionSecrets {
            integration: self.secret("integration secret", changes),
            subscription: Some(self.secret("subscription secret", 0)),
        }
    }

    fn secret(&self, purpose: &str, changes: u32) -> SecretString {
        hex::encode(digest(purpose, &[&self.index.to_be_bytes(), &changes.to_be_bytes()])).into()
    }

    /// A healthcheck signed at `t`, with its answer.
    pub(crate) fn healthcheck(&self, changes: u32, t: i64) -> Exchange {
        let parameters = [
            ("slug", self.slug.clone()),
            ("locations", self.locations.join(",")),
            ("organizationId", self.officernd_id.clone()),
        ];
        let signed: Map<String, Value> =
            parameters.iter().map(|(name, value)| ((*name).to_owned(), value.as_str().into())).collect();
        let key = key(&self.secret("integration secret", changes));
        let mac = key.sign(format!("{}.{t}", Value::Object(signed)).as_bytes());
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&parameters)
            .append_pair("signature", &format!("t={t},signature={mac}"))
            .finish();
        let answer = json!({ "accountName": format!("Account {}", self.index) }).to_string();
        Exchange::new(get(&format!("/i/{INTEGRATION}/healthcheck?{query}")), answer.as_bytes())
    }

    /// The delivery of an event that no other has, signed at `t`.
    pub(crate) fn delivery(&self, number: usize, t: i64) -> Exchange {
        let body = json!({
            "eventType": "membership.updated",
            "data": {
                "object": {
                    "_id": mongo_id("membership", number),
                    "organization": self.officernd_id,
                    "name": "Dedicated desk by the window",
                    "member": mongo_id("member", number),
                    "location": mongo_id("location", number % 97),
                    "plan": mongo_id("plan", number % 13),
                    "price": 350 + number % 40,
                    "startDate": "2026-01-01T00:00:00.000Z",
                    "endDate": null,
                    "status": "approved",
                },
                "previousAttributes": { "price": 350, "modifiedAt": "2026-11-23T09:30:00.000Z" },
            },
        })
        .to_string();
        let mac = key(&self.secret("subscription secret", 0)).sign(format!("{body}.{t}").as_bytes());
        let request = format!(
            "POST /i/{INTEGRATION}/webhooks/{} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: application/json\r\n\
             officernd-signature: t={t},signature={mac}\r\ncontent-length: {}\r\n\r\n{body}",
            ConnectionId(self.connection.id),
            body.len()
        );
        Exchange::new(request.into_bytes(), b"{}")
    }
}

/// One whose name, state, integration and dates differ from its neighbours', as those of many tenants do.
pub(crate) fn varied(app: &App, index: usize) -> Newcomer {
    let now = app.clock.now();
    let mut newcomer = Tenant::new(app, index, "https://app.officernd.com").newcomer();
    let chance = |kind: &str, most: u64| {
        let drawn = digest(kind, &[&index.to_be_bytes()]);
        u64::from_be_bytes(drawn[..8].try_into().expect("eight bytes")) % most
    };
    let word = |kind: &str| WORDS[usize::try_from(chance(kind, WORDS.len() as u64)).unwrap_or(0)];
    newcomer.organization.name = format!("{} {} {}", word("first"), word("second"), chance("number", 1_000));
    newcomer.organization.slug = format!("{}-{index}", word("first").to_lowercase());
    let connection = &mut newcomer.connection;
    connection.integration = INTEGRATIONS[usize::try_from(chance("integration", 4)).unwrap_or(0)].to_owned();
    // Three in a hundred are in trouble, each state of them some.
    connection.state = match chance("trouble", 1_000) {
        drawn @ 0..32 => ConnectionState::ALL[usize::try_from(drawn / 4).unwrap_or(0)],
        _ => ConnectionState::Connected,
    };
    connection.state_since = now - i64::try_from(chance("since", 200 * 86_400_000)).unwrap_or(0);
    connection.progress.last_success_at =
        (chance("never", 20) > 0).then(|| now - i64::try_from(chance("success", 86_400_000)).unwrap_or(0));
    newcomer
}

const INTEGRATIONS: [&str; 4] = ["tally-desk", "portunus-access", "meshfern-wifi", "ledgerline-pay"];
const WORDS: [&str; 24] = [
    "Harbour", "Loom", "Studio", "Mill", "Yard", "Foundry", "Granary", "Kaffee", "Werk", "Espacio", "Olivo", "Lumen",
    "Quay", "Bridge", "Anchor", "Atelier", "Brücke", "Søndre", "Zoë", "Citadel", "Meadow", "Orchard", "Railway",
    "Union",
];

/// Stores so many of them and says how long that took.
pub(crate) async fn settle(app: &App, count: usize) -> anyhow::Result<Vec<Tenant>> {
    settle_at(app, count, "https://app.officernd.com").await
}

/// The same for organizations that live elsewhere.
pub(crate) async fn settle_at(app: &App, count: usize, region_url: &str) -> anyhow::Result<Vec<Tenant>> {
    let started = Instant::now();
    let tenants: Vec<Tenant> = (0..count).map(|index| Tenant::new(app, index, region_url)).collect();
    for group in tenants.chunks(GROUP) {
        let newcomers: Vec<Newcomer> = group.iter().map(Tenant::newcomer).collect();
        let mut tx = app.db.begin().await?;
        population::insert(&mut tx, &app.vault, &newcomers, app.clock.now()).await?;
        tx.commit().await?;
    }
    eprintln!("  {count} connections stored in {:.1} s", started.elapsed().as_secs_f64());
    Ok(tenants)
}

pub(crate) fn seconds(app: &App) -> i64 {
    app.clock.now() / SECOND
}

fn key(secret: &SecretString) -> SigningKey {
    SigningKey::new(secret).expect("invented secrets are not empty")
}

/// Twelve bytes in hex, as OfficeRnD's ids are.
pub(crate) fn mongo_id(kind: &str, number: usize) -> String {
    hex::encode(&digest(kind, &[&number.to_be_bytes()])[..12])
}
