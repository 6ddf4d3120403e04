//! Looking behind both sides: rows of the product's database, and what the simulated OfficeRnD holds.

use std::collections::BTreeMap;

use app::ports::Actor;
use sea_orm::{ConnectionTrait as _, QueryResult, Statement};
use secrecy::SecretString;
use serde_json::Value;
use server::crypto::digest::digest;
use server::domain::settings::edits::Of;
use server::domain::settings::record::Origin;
use server::domain::sign_in::{LIFETIME, Opener, SignIn};
use server::services::settings::change::{Change, NewSecret, SecretEdit};
use server::storage::settings::drafts::{self, Draft, Why};
use server::storage::settings::lists::{self, Read};
use server::storage::settings::{self, PartnerAccount};
use server::storage::sign_ins;
use uuid::Uuid;

use super::{Database, Installed, TestApp};

/// A webhook subscription as OfficeRnD knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subscription {
    pub id: String,
    pub url: String,
    pub secret: String,
}

impl Subscription {
    /// Where deliveries go, without the host.
    pub fn path(&self) -> String {
        url::Url::parse(&self.url).unwrap().path().to_owned()
    }
}

impl TestApp {
    pub fn database(&self) -> Database {
        match self.app.config.database {
            server::config::DatabaseUrl::Sqlite(_) => Database::Sqlite,
            server::config::DatabaseUrl::Postgres(_) => Database::Postgres,
        }
    }

    pub async fn rows(&self, sql: &str) -> Vec<QueryResult> {
        let db = self.app.db.read();
        db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap()
    }

    /// One number, such as a count.
    pub async fn number(&self, sql: &str) -> i64 {
        self.rows(sql).await[0].try_get_by_index::<i64>(0).unwrap()
    }

    /// The first column of every row, which may be null.
    pub async fn texts(&self, sql: &str) -> Vec<Option<String>> {
        self.rows(sql).await.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
    }

    /// Rows in every table; equal before and after means that nothing was written, but for the note that OfficeRnD
    /// called at all, which comes once and behind the answer.
    pub async fn counts(&self) -> BTreeMap<&'static str, i64> {
        let mut counts = BTreeMap::new();
        for (table, _) in server::storage::schema::tables().into_iter().filter(|(table, _)| *table != "seen_calls") {
            counts.insert(table, self.number(&format!("SELECT COUNT(*) FROM {table}")).await);
        }
        counts
    }

    /// A change behind the product's back.
    pub async fn execute(&self, sql: &str) {
        let tx = self.app.db.begin().await.unwrap();
        tx.connection().execute_unprepared(sql).await.unwrap();
        tx.commit().await.unwrap();
        // What is written here behind its back would stay unknown; organizations are for tests of just that.
        self.app.directory.tokens.forget_all();
        self.app.directory.api_keys.forget_all();
    }

    /// Everything that an admin can enter for a connection: a value, a secret, an account, a finished step, a sign-in
    /// that has not come back.
    pub async fn enter(&self, connection: Uuid) {
        let connection = self.stored(connection).await;
        let now = self.clock.now();
        let mut tx = self.app.db.begin().await.unwrap();
        let secret = SecretString::from("entered");
        let integration = self.integrations.iter().find(|known| known.slug == connection.integration).unwrap();
        let before = settings::layers::load(tx.connection(), connection.id).await.unwrap();
        let mut after = before.layers.clone();
        after.organization.insert("region".into(), "eu".into());
        let own = serde_json::json!({ "early_entry": 5 });
        after.locations.insert("a-location".into(), own.as_object().unwrap().clone());
        after.locks.insert("late_exit".into(), ["another-location".to_owned()].into());
        let new = Some(NewSecret { text: secret.clone(), expires_on: None });
        let change = Change {
            integration,
            connection: &connection,
            before: &before,
            after,
            secrets: vec![SecretEdit { of: Of::Organization, field: "client_secret".into(), new }],
            by: Actor::Admin(None),
            origin: Origin::SetUp,
        };
        change.commit(&self.app, &mut tx, now).await.unwrap();
        let draft = Draft {
            id: self.app.random.uuid(now),
            member: None,
            why: Why::Expired,
            page: "/settings".into(),
            created_at: now,
            expires_at: now + LIFETIME,
        };
        drafts::keep(&mut tx, &self.app.vault, &connection, &draft, &secret).await.unwrap();
        let list = Read { source: "ornd.plans".into(), question: String::new(), entities: Vec::new(), at: now };
        lists::keep(&mut tx, connection.id, &list).await.unwrap();
        let account = PartnerAccount { id: "a-1".into(), name: "Account".into(), verified_at: now };
        settings::save_account(&mut tx, &connection, &account).await.unwrap();
        settings::close_step(&mut tx, &connection, "credentials", now).await.unwrap();
        let sign_in = SignIn {
            id: self.app.random.uuid(now),
            connection: connection.id,
            step: "credentials".into(),
            opener: Opener::Visit { cookie: [7; 32] },
            created_at: now,
            expires_at: now + LIFETIME,
            used_at: None,
            outcome: None,
        };
        let state = digest("state", &[connection.id.as_bytes()]);
        sign_ins::create(&mut tx, &self.app.vault, &connection, &sign_in, &state, &secret).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Kinds of a connection's activity, oldest first.
    pub async fn kinds(&self, connection: Uuid) -> Vec<String> {
        let list = server::storage::activity::of_connection(self.app.db.read(), connection, 1_000).await.unwrap();
        list.into_iter().rev().map(|activity| activity.kind).collect()
    }

    /// How often that happened to a connection.
    pub async fn happened(&self, connection: Uuid, kind: &str) -> usize {
        self.kinds(connection).await.iter().filter(|known| *known == kind).count()
    }

    pub async fn stored(&self, connection: Uuid) -> server::domain::connection::Connection {
        server::storage::connections::get(self.app.db.read(), connection)
            .await
            .unwrap()
            .expect("the connection is there")
    }

    /// The connection that this installation made.
    pub async fn connection_of(&self, installed: &Installed) -> Uuid {
        let sql = format!("SELECT id FROM connections WHERE integration_id = '{}'", installed.integration_id);
        self.rows(&sql).await[0].try_get_by_index(0).unwrap()
    }

    /// Everything the simulator knows, with secrets.
    pub async fn officernd(&self) -> Value {
        self.control("GET", "/state?reveal=true", &Value::Null).await
    }

    /// What this installation's token subscribed to.
    pub async fn subscribed(&self, installed: &Installed) -> Vec<Subscription> {
        let state = self.officernd().await;
        let all = state["subscriptions"].as_object().unwrap();
        all.values()
            .filter(|subscription| subscription["integration"] == installed.integration_id.as_str())
            .map(|subscription| Subscription {
                id: subscription["id"].as_str().unwrap().to_owned(),
                url: subscription["url"].as_str().unwrap().to_owned(),
                secret: subscription["secret"].as_str().unwrap().to_owned(),
            })
            .collect()
    }

    /// The types of events that OfficeRnD sends this installation, sorted.
    pub async fn subscribed_types(&self, installed: &Installed) -> Vec<String> {
        let state = self.officernd().await;
        let all = state["subscriptions"].as_object().unwrap();
        let mine = all.values().filter(|one| one["integration"] == installed.integration_id.as_str());
        let mut types: Vec<String> = mine
            .flat_map(|one| one["event_types"].as_array().unwrap())
            .map(|kind| kind.as_str().unwrap().to_owned())
            .collect();
        types.sort_unstable();
        types
    }

    /// The only subscription of this installation.
    pub async fn subscription(&self, installed: &Installed) -> Subscription {
        let mut all = self.subscribed(installed).await;
        assert_eq!(all.len(), 1, "{all:?}");
        all.remove(0)
    }

    /// OfficeRnD's secret of this installation.
    pub async fn integration_secret(&self, installed: &Installed) -> String {
        let known = self.control("GET", &format!("/integrations/{}", installed.integration_id), &Value::Null).await;
        known["secret"].as_str().unwrap().to_owned()
    }

    /// What the simulator counted.
    pub async fn counters(&self) -> Value {
        self.control("GET", "/counters", &Value::Null).await
    }

    /// Calls that OfficeRnD received, by endpoint; its own calls to us are left out.
    pub async fn received(&self) -> BTreeMap<String, u64> {
        let counters = self.counters().await;
        let endpoints = counters["endpoints"].as_object().unwrap();
        let ours = ["healthcheck", "sync", "configure", "webhook"];
        endpoints
            .iter()
            .filter(|(endpoint, _)| !ours.contains(&endpoint.as_str()))
            .map(|(endpoint, count)| (endpoint.clone(), count.as_u64().unwrap()))
            .collect()
    }
}

impl TestApp {
    /// Events of that type that partner systems are told, oldest first.
    pub async fn events(&self, kind: &str) -> Vec<Value> {
        let told = self.bodies(&format!("SELECT body FROM events WHERE kind = '{kind}' ORDER BY id")).await;
        told.into_iter().map(|event| event["data"].clone()).collect()
    }

    /// Calls of a hook that wait or were made, oldest first.
    pub async fn hooks(&self, hook: &str) -> Vec<Value> {
        self.bodies(&format!("SELECT body FROM outbox WHERE hook = '{hook}' ORDER BY id")).await
    }

    async fn bodies(&self, sql: &str) -> Vec<Value> {
        let rows = self.rows(sql).await;
        rows.iter().map(|row| serde_json::from_str(&row.try_get_by_index::<String>(0).unwrap()).unwrap()).collect()
    }

    /// OfficeRnD's ids of an organization's locations.
    pub async fn locations(&self, organization: &str) -> Vec<String> {
        let state = self.officernd().await;
        let all = state["organizations"].as_array().unwrap().iter();
        let mut found = all.filter(|one| one["slug"] == organization);
        let list = found.next().unwrap_or_else(|| panic!("no {organization}"))["locations"].as_array().unwrap().clone();
        list.iter().map(|one| one["id"].as_str().or(one["_id"].as_str()).unwrap().to_owned()).collect()
    }

    /// Slugs of all organizations.
    pub async fn organizations(&self) -> Vec<String> {
        let state = self.officernd().await;
        let all = state["organizations"].as_array().unwrap().iter();
        all.map(|one| one["slug"].as_str().unwrap().to_owned()).collect()
    }
}
