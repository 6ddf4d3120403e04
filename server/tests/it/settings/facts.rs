//! What the partner system is asked while settings are shown, judged and confirmed, and what its silence means.

use app::ids::ConnectionId;
use serde_json::{Value, json};
use server::storage::settings::layers;
use uuid::Uuid;

use super::desk::{Desk, PAY, RTM};
use super::{configure, finished, samples_with};
use crate::api::call;
use crate::support::partner::{Mood, TestPartner};
use crate::support::{Answer, Browser, Database, Manifests, TestApp, on_both_databases};

const KEY: &str = "the-signing-key-of-this-test";

/// A finished connection of the payments sample, with a partner system that answers what it is told.
struct Page {
    app: TestApp,
    partner: TestPartner,
    connection: Uuid,
    browser: Browser,
    home: String,
    rotterdam: String,
}

impl Page {
    async fn start(database: Database) -> Self {
        let partner = TestPartner::start().await;
        let manifests = partner.manifests();
        Self::of(database, partner, manifests).await
    }

    async fn of(database: Database, partner: TestPartner, manifests: Manifests) -> Self {
        partner.mood(PAY, Mood::Status(200));
        let items = json!([{ "id": "m-1", "name": "Rotterdam" }, { "id": "m-2", "name": "Bristol" }]);
        partner.answers(PAY, "options", json!({ "items": items, "next": null }));
        partner.answers(PAY, "facts", json!({ "facts": {} }));
        let app = TestApp::start_beside(database, &[], manifests).await;
        let installed = app.install("harbour-and-loom", PAY, &[]).await;
        let mut browser = app.browser();
        let page = browser.follow(&installed.connect_url).await;
        assert_eq!(browser.press(&page.path, "next").await.status, 303);
        let connection = app.connection_of(&installed).await;
        finished(&app, connection).await;
        let home = configure(&app, &mut browser, &installed).await;
        let rotterdam = format!("{home}/locations/{RTM}");
        Self { app, partner, connection, browser, home, rotterdam }
    }

    fn tell(&self, facts: &Value) {
        self.partner.answers(PAY, "facts", json!({ "facts": facts }));
    }

    async fn save(&mut self, page: &str, fields: &[(&str, &str)]) -> Answer {
        let version = layers::load(self.app.app.db.read(), self.connection).await.unwrap().version;
        let integration = self.app.integrations.iter().find(|known| known.slug == PAY).unwrap();
        let version = format!("{version}.{}", integration.revision);
        let mut all = vec![("version", version.as_str())];
        all.extend_from_slice(fields);
        all.push(("act", "save"));
        self.browser.submit(page, &all).await
    }

    /// Bodies of a hook's calls after so many.
    fn asked(&self, hook: &str, before: usize) -> Vec<Value> {
        let new = self.partner.received().into_iter().skip(before);
        new.filter(|call| call.hook == hook).map(|call| call.body()).collect()
    }
}

/// The clock stands still, so a page's answer would be remembered.
async fn what_locks_is_asked_anew_and_not_known_while_untold(database: Database) {
    let mut page = Page::start(database).await;
    let home = page.home.clone();
    let (one, other) = ([("own", "merchant"), ("f.merchant", "m-1")], [("own", "merchant"), ("f.merchant", "m-2")]);
    page.tell(&json!({ "first_post": false }));
    Desk::is_saved(&page.save(&home, &one).await);
    let refused = page.save(&home, &other).await;
    assert_eq!(refused.status, 422, "nobody has said that no payment is on its way: {}", refused.location);
    Desk::is_saved(&page.save(&home, &[("own", "receipts")]).await);
    page.tell(&json!({ "payments_pending": 0, "first_post": false }));
    Desk::is_saved(&page.save(&home, &other).await);
    page.tell(&json!({ "payments_pending": 1, "first_post": false }));
    assert_eq!(page.save(&home, &one).await.status, 422);
}

async fn pages_of_locations_say_which(database: Database) {
    let mut page = Page::start(database).await;
    for (address, location) in [(page.home.clone(), Value::Null), (page.rotterdam.clone(), json!(RTM))] {
        let before = page.partner.received().len();
        assert_eq!(page.browser.get(&address).await.status, 200);
        let (options, facts) = (page.asked("options", before), page.asked("facts", before));
        assert!(!options.is_empty() && !facts.is_empty(), "{address}");
        assert!(options.iter().chain(&facts).all(|asked| asked["location"] == location), "{options:?} {facts:?}");
        assert!(facts.iter().all(|asked| asked["draft"].is_null()), "{facts:?}");
    }
    // Anybody can write an address.
    let before = page.partner.received().len();
    assert_eq!(page.browser.get(&format!("{}/locations/elsewhere", page.home)).await.status, 404);
    for hook in ["options", "facts"] {
        assert!(page.asked(hook, before).iter().all(|asked| asked["location"].is_null()), "{hook}");
    }
}

async fn what_is_about_to_be_saved_is_counted(database: Database) {
    let mut page = Page::start(database).await;
    let (home, rotterdam) = (page.home.clone(), page.rotterdam.clone());
    Desk::is_saved(&page.save(&home, &[("own", "webhook_key"), ("f.webhook_key", KEY)]).await);
    let asked = page.save(&rotterdam, &[("own", "auto_charge"), ("f.auto_charge", "on")]).await;
    assert!(asked.location.contains("/confirm/"), "{} {}", asked.location, asked.text);
    // No count is remembered.
    for count in [4, 5] {
        page.tell(&json!({ "auto_charge": count }));
        let before = page.partner.received().len();
        let confirm = page.browser.get(&asked.location).await;
        assert!(confirm.text.contains(&format!("{count} unpaid invoices")), "{}", confirm.text);
        let counted: Vec<Value> =
            page.asked("facts", before).into_iter().filter(|asked| !asked["draft"].is_null()).collect();
        assert_eq!(counted.len(), 1, "{counted:?}");
        let question = &counted[0];
        assert_eq!((&question["names"], &question["location"]), (&json!(["auto_charge"]), &json!(RTM)));
        let draft = &question["draft"];
        assert_eq!(draft["locations"], json!({ RTM: { "auto_charge": true } }));
        assert!(draft["organization"].get("webhook_key").is_none() && !draft.to_string().contains(KEY), "{draft}");
    }
    let key = page.app.api_key(&[PAY], &["settings:write"]).await;
    let path = format!("/api/v1/connections/{}/settings", ConnectionId(page.connection));
    let change = json!({ "locations": { RTM: { "auto_charge": true } } });
    let before = page.partner.received().len();
    let answer = call(&page.app, &key, ("PATCH", &path), &[("If-Match", "*")], Some(&change)).await;
    assert_eq!((answer.status, &answer.json()["dangers"][0]["count"]), (409, &json!(5)), "{}", answer.text);
    assert!(page.asked("facts", before).iter().all(|asked| asked["location"] == RTM), "it is about Rotterdam alone");
}

async fn an_option_is_counted_as_a_field_is(database: Database) {
    let folder = samples_with(
        "ledgerline-pay.json",
        &[(
            r#""label": "Mark the invoice overdue in OfficeRnD"}"#,
            r#""label": "Mark it", "danger": {"level": "confirm", "text": "{count} invoices are marked."}}"#,
        )],
    );
    let partner = TestPartner::start().await;
    let manifests = Manifests { folder: folder.path().to_owned(), ..partner.manifests() };
    let mut page = Page::of(database, partner, manifests).await;
    let home = page.home.clone();
    let asked = page.save(&home, &[("own", "after_last_retry"), ("f.after_last_retry", "mark")]).await;
    assert!(asked.location.contains("/confirm/"), "{} {}", asked.location, asked.text);
    for (facts, told) in [(json!({ "after_last_retry": 3 }), "3 invoices are"), (json!({}), "? invoices are")] {
        page.tell(&facts);
        let confirm = page.browser.get(&asked.location).await;
        assert!(confirm.text.contains(told), "{}", confirm.text);
    }
}

on_both_databases!(
    what_locks_is_asked_anew_and_not_known_while_untold,
    pages_of_locations_say_which,
    what_is_about_to_be_saved_is_counted,
    an_option_is_counted_as_a_field_is,
);
