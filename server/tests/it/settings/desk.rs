//! A connection of a sample integration with its fixture's settings, and the forms of a visit to it.

use std::collections::BTreeMap;

use app::ports::Actor;
use serde_json::{Map, Value, json};
use server::demo::SamplePartner;
use server::domain::connection::Connection;
use server::domain::settings::Layers;
use server::domain::settings::edits::Of;
use server::domain::settings::record::Origin;
use server::random::Random;
use server::services::health;
use server::services::settings::change::{Change, NewSecret, SecretEdit};
use server::storage::settings::history;
use server::storage::settings::layers::{self, Stored};
use tokio::net::TcpListener;
use uuid::Uuid;

use super::configure;
use crate::support::{Answer, Browser, Database, Installed, Manifests, TestApp};

pub const RTM: &str = "65f0a1b2c3d4e5f700010000";
pub const BRS: &str = "65f0a1b2c3d4e5f700010001";
pub const DOORS: &str = "portunus-access";
pub const WIFI: &str = "meshfern-wifi";
pub const PAY: &str = "ledgerline-pay";
/// The first plan of Harbour & Loom in the simulated OfficeRnD.
pub const HOT: &str = "65f0a1b2c3d4000100001000";

pub struct Desk {
    pub app: TestApp,
    partner: SamplePartner,
    pub installed: Installed,
    pub connection: Uuid,
    pub browser: Browser,
    /// The settings page of the organization.
    pub home: String,
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.partner.stop();
    }
}

fn fixture(name: &str) -> Value {
    let path = format!("{}/tests/fixtures/{name}.values.json", env!("CARGO_MANIFEST_DIR"));
    // The fixture's locations and plans by the names they have in the simulated OfficeRnD.
    let mut text = std::fs::read_to_string(path).unwrap();
    for (known, id) in [
        ("loc-rtm", RTM),
        ("loc-brs", BRS),
        ("loc-lis", "65f0a1b2c3d4e5f700010002"),
        ("loc-new", "65f0a1b2c3d4e5f700010003"),
        ("plan-hot247", "65f0a1b2c3d4000100001001"),
        ("plan-hot", HOT),
        ("plan-ded", "65f0a1b2c3d4000100001002"),
        ("plan-off", "65f0a1b2c3d4000100001003"),
        ("plan-virt", "65f0a1b2c3d4000100001004"),
    ] {
        text = text.replace(known, id);
    }
    serde_json::from_str(&text).unwrap()
}

impl Desk {
    /// Nothing is set but what the steps ask.
    pub async fn bare(database: Database, slug: &str) -> Self {
        Self::bare_at(database, "harbour-and-loom", &[], slug).await
    }

    /// The same for an organization with many locations, of which these are connected.
    pub async fn bare_at(database: Database, organization: &str, locations: &[&str], slug: &str) -> Self {
        let manifests = Manifests::default();
        Self::start(database, manifests, (organization, locations), slug, &Layers::default(), &[]).await
    }

    /// With these values for the whole organization.
    pub async fn with(database: Database, slug: &str, organization: &Value) -> Self {
        let organization = organization.as_object().cloned().unwrap_or_default();
        let layers = Layers { organization, ..Layers::default() };
        Self::start(database, Manifests::default(), ("harbour-and-loom", &[]), slug, &layers, &[]).await
    }

    /// With the settings of the integration's fixture.
    pub async fn filled(database: Database, slug: &str) -> Self {
        Self::filled_beside(database, Manifests::default(), slug).await
    }

    /// The same with manifests of its own.
    pub async fn filled_beside(database: Database, manifests: Manifests, slug: &str) -> Self {
        let name = match slug {
            DOORS => "access",
            WIFI => "wifi",
            _ => "payments",
        };
        let values = fixture(name);
        let object = |value: &Value| value.as_object().cloned().unwrap_or_default();
        let mut secrets: Vec<(Of, String)> = Vec::new();
        let mut plain = |of: Of, layer: Map<String, Value>| -> Map<String, Value> {
            let (secret, plain): (Map<_, _>, Map<_, _>) =
                layer.into_iter().partition(|(_, value)| value.get("secret").is_some());
            secrets.extend(secret.into_iter().map(|(key, _)| (of.clone(), key)));
            plain
        };
        let organization = plain(Of::Organization, object(&values["organization"]));
        let locations: BTreeMap<String, Map<String, Value>> = object(&values["locations"])
            .into_iter()
            .map(|(id, own)| (id.clone(), plain(Of::Location(id), object(&own))))
            .filter(|(_, own)| !own.is_empty())
            .collect();
        let layers = Layers { organization, locations, ..Layers::default() };
        Self::start(database, manifests, ("harbour-and-loom", &[]), slug, &layers, &secrets).await
    }

    async fn start(
        database: Database,
        mut manifests: Manifests,
        (organization, places): (&str, &[&str]),
        slug: &str,
        layers: &Layers,
        secrets: &[(Of, String)],
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        for (slug, variable) in
            [(DOORS, "PORTUNUS_HOOKS_URL"), (WIFI, "MESHFERN_HOOKS_URL"), (PAY, "LEDGERLINE_HOOKS_URL")]
        {
            manifests.variables.insert(variable.to_owned(), format!("{url}/{slug}/hooks"));
        }
        let app = TestApp::start_beside(database, &[], manifests).await;
        let random = Random::from_system().unwrap();
        let (clock, urls) = (app.clock.clone(), (&app.url, &app.simulator_url));
        let partner = SamplePartner::start(listener, &app.integrations, clock, random, urls.0, urls.1);
        let installed = app.install(organization, slug, places).await;
        let mut browser = app.browser();
        let page = browser.follow(&installed.connect_url).await;
        assert_eq!(browser.press(&page.path, "next").await.status, 303);
        let connection = app.connection_of(&installed).await;
        let mut desk = Self { app, partner, installed, connection, browser, home: String::new() };
        desk.finish(layers, secrets).await;
        desk.home = desk.visit().await.1;
        desk.browser = desk.visit().await.0;
        desk
    }

    /// As the steps would leave it.
    async fn finish(&self, layers: &Layers, secrets: &[(Of, String)]) {
        let now = self.app.clock.now();
        let stored = self.app.stored(self.connection).await;
        let mut tx = self.app.app.db.begin().await.unwrap();
        let finished = Connection { finished_at: Some(now), ..stored };
        health::save(&self.app.app, &mut tx, &finished, false, now).await.unwrap();
        let before = layers::load(tx.connection(), self.connection).await.unwrap();
        let change = Change {
            integration: self.integration(),
            connection: &finished,
            before: &before,
            after: layers.clone(),
            secrets: secrets
                .iter()
                .map(|(of, field)| SecretEdit {
                    of: of.clone(),
                    field: field.clone(),
                    new: Some(NewSecret { text: "a-secret-of-the-fixture".into(), expires_on: None }),
                })
                .collect(),
            by: Actor::Deskbridge,
            origin: Origin::SetUp,
        };
        change.commit(&self.app.app, &mut tx, now).await.unwrap();
        tx.commit().await.unwrap();
    }

    pub fn integration(&self) -> &std::sync::Arc<server::manifest::Integration> {
        let of = |known: &&std::sync::Arc<server::manifest::Integration>| {
            self.installed.connect_url.contains(&format!("/i/{}/", known.slug))
        };
        self.app.integrations.iter().find(of).unwrap()
    }

    pub fn stop_partner(&self) {
        self.partner.stop();
    }

    /// Another visit of the same admin.
    pub async fn visit(&self) -> (Browser, String) {
        let mut browser = self.app.browser();
        let home = configure(&self.app, &mut browser, &self.installed).await;
        (browser, home)
    }

    pub fn at(&self, location: &str) -> String {
        format!("{}/locations/{location}", self.home)
    }

    pub async fn stored(&self) -> Stored {
        layers::load(self.app.app.db.read(), self.connection).await.unwrap()
    }

    /// As a form carries it now.
    pub async fn version(&self) -> String {
        format!("{}.{}", self.stored().await.version, self.integration().revision)
    }

    /// Posts what is named, as of now.
    pub async fn post(&mut self, page: &str, fields: &[(&str, &str)], act: &str) -> Answer {
        let version = self.version().await;
        self.post_as_of(page, &version, fields, act).await
    }

    pub async fn post_as_of(&mut self, page: &str, version: &str, fields: &[(&str, &str)], act: &str) -> Answer {
        let mut all = vec![("version", version)];
        all.extend_from_slice(fields);
        all.push(("act", act));
        self.browser.submit(page, &all).await
    }

    /// Saves, and expects that it is.
    #[track_caller]
    pub fn is_saved(answer: &Answer) {
        assert_eq!(answer.status, 303, "{}", answer.text);
        assert!(answer.location.contains("saved="), "{}", answer.location);
    }

    /// What is said at the organization.
    pub async fn organization(&self, field: &str) -> Value {
        self.stored().await.layers.organization.get(field).cloned().unwrap_or(json!("nothing"))
    }

    pub async fn own(&self, location: &str, field: &str) -> Value {
        let layers = self.stored().await.layers;
        let own = layers.locations.get(location).and_then(|own| own.get(field)).cloned();
        own.unwrap_or(json!("nothing"))
    }

    /// The newest draft of a kind, as pages name it.
    pub async fn draft(&self, kind: &str) -> String {
        let sql = format!("SELECT id FROM setting_drafts WHERE kind = '{kind}' ORDER BY created_at DESC, id DESC");
        let id: Uuid = self.app.rows(&sql).await[0].try_get_by_index(0).unwrap();
        id.simple().to_string()
    }

    /// Undoing all that the history says leads back to nothing at all.
    pub async fn history_is_complete(&self) {
        let stored = self.stored().await;
        let revisions = history::after(self.app.app.db.read(), self.connection, 0).await.unwrap();
        let versions: Vec<i64> = revisions.iter().map(|revision| revision.version).collect();
        assert_eq!(versions, (1..=stored.version).rev().collect::<Vec<_>>(), "one revision a version");
        let mut layers = stored.layers;
        for revision in &revisions {
            assert!(!revision.values.is_empty() || !revision.locks.is_empty(), "a revision that changed nothing");
            for change in &revision.values {
                assert_eq!(layers.said(&change.path), change.new.as_ref(), "{:?}", change.path);
            }
            revision.undo(&mut layers);
        }
        assert_eq!(layers, Layers::default());
    }
}
