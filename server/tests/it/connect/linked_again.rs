//! A connection that works, and its account linked again from Configure: what is fixed stays, and the page says what
//! happened.

use serde_json::json;
use server::storage::settings;

use super::oauth::{AGREED, Led, PAYMENTS};
use super::steps::{DOORS, ENTRIES, Flow};
use super::{account_name, opened, pressed, says};
use crate::settings::configure;
use crate::support::partner::{Mood, TestPartner};
use crate::support::{Answer, Browser, Database, Installed, TestApp, on_both_databases};

const SITE: [(&str, &str); 2] = [("f-site", "site-nl"), ("act", "next")];

/// A connection that works, and the visit of its admin.
struct Visit {
    partner: TestPartner,
    app: TestApp,
    installed: Installed,
    admin: Browser,
    settings: String,
}

impl Visit {
    async fn start(database: Database) -> Self {
        let (mut flow, first) = Flow::with_page(database).await;
        says(&first, 200, "It cannot be changed once the connection works.");
        assert!(first.text.contains(r#"name="f-region""#), "{}", first.text);
        // Until the connection works the region can be changed.
        let other = [&[("f-region", "us")], &ENTRIES[1..]].concat();
        for entries in [&other[..], &ENTRIES] {
            let done = flow.submit("credentials", entries).await;
            assert_eq!(done.status, 303, "{}", done.text);
        }
        flow.submit("site", &SITE).await;
        flow.browser.press(&flow.home, "next").await;
        let Flow { partner, app, installed, .. } = flow;
        assert_eq!(app.connection(&installed).await["state"], "connected");
        let mut admin = app.browser();
        let settings = configure(&app, &mut admin, &installed).await;
        Self { partner, app, installed, admin, settings }
    }

    async fn submit(&mut self, step: &str, fields: &[(&str, &str)]) -> Answer {
        self.admin.submit(&format!("{}/steps/{step}", self.settings), fields).await
    }

    async fn region(&self) -> serde_json::Value {
        let id = self.app.connection_of(&self.installed).await;
        settings::values(self.app.app.db.read(), id).await.unwrap()["region"].clone()
    }
}

async fn what_is_fixed_is_shown_and_not_asked(database: Database) {
    let mut visit = Visit::start(database).await;
    let asked = visit.partner.calls("verify").len();
    let page = visit.admin.get(&format!("{}/steps/credentials", visit.settings)).await;
    says(&page, 200, "It cannot be changed once the connection works.");
    says(&page, 200, "Europe");
    assert!(!page.text.contains(r#"name="f-region""#), "{}", page.text);
    assert!(page.text.contains(r#"name="f-client_id""#), "the others can be changed");

    // A form that brings another value all the same, whatever else stands in it.
    for region in ["us", "mars", ""] {
        let page = visit.submit("credentials", &[&[("f-region", region)], &ENTRIES[1..]].concat()).await;
        says(&page, 422, "Data region cannot be changed any more");
        assert!(!page.text.contains(r#"name="f-region""#), "{}", page.text);
    }
    assert_eq!(visit.partner.calls("verify").len(), asked, "nobody is asked about it");
    assert_eq!(visit.region().await, "eu");

    // Without it, and with the value that it has, the step is what it was; the partner system is told the value.
    for entries in [&ENTRIES[1..], &ENTRIES] {
        let done = visit.submit("credentials", entries).await;
        assert_eq!(done.status, 303, "{}", done.text);
        assert_eq!(visit.partner.calls("verify").pop().unwrap().body()["values"]["region"], "eu");
    }

    // Nor does the partner system change it in passing.
    let account = json!({ "id": "hl-prod-7", "name": "Harbour doors" });
    let moved = json!({ "ok": true, "account": account, "values": { "region": "us" } });
    visit.partner.answers(DOORS, "verify", moved);
    assert_eq!(visit.submit("credentials", &ENTRIES[1..]).await.status, 303);
    assert_eq!(visit.region().await, "eu");
}

async fn another_account_is_said_once(database: Database) {
    let mut visit = Visit::start(database).await;
    let settings = visit.settings.clone();
    // The same account is nothing new.
    let same = visit.submit("credentials", &ENTRIES[1..]).await;
    let page = visit.admin.follow(&same.location).await;
    assert!(page.status == 200 && !page.text.contains("Linked to"), "{}", page.text);

    let account = json!({ "id": "new-1", "name": "New <b>doors</b>" });
    visit.partner.answers(DOORS, "verify", json!({ "ok": true, "account": account }));
    let done = visit.submit("credentials", &ENTRIES[1..]).await;
    assert_eq!((done.status, &done.location), (303, &format!("{settings}/steps/site")), "{}", done.text);
    let site = visit.admin.get(&done.location).await;
    says(&site, 200, "Linked to <bdi>New &lt;b&gt;doors&lt;/b&gt;</bdi>");
    says(&site, 200, "From now on <bdi>Portunus Access</bdi> works with this account.");
    // Once, in this browser only.
    assert!(!visit.admin.get(&done.location).await.text.contains("Linked to"));
    let mut other = visit.app.browser();
    let theirs = configure(&visit.app, &mut other, &visit.installed).await;
    assert!(!other.get(&theirs).await.text.contains("Linked to"));
    let done = visit.submit("site", &SITE).await;
    assert_eq!((done.status, &done.location), (303, &settings));
    assert_eq!(account_name(&visit.app, &visit.installed).await.as_deref(), Some("New <b>doors</b>"));
}

/// By the partner's own sign-in: the admin is signed in there with another account now.
async fn another_account_of_the_partners_sign_in(database: Database) {
    let partner = TestPartner::start().await;
    partner.mood(PAYMENTS, Mood::Status(200));
    super::oauth::accept(&partner);
    let app = TestApp::start_beside(database, &[], partner.manifests()).await;
    let installed = app.install("harbour-and-loom", PAYMENTS, &[]).await;
    let mut browser = app.browser();
    let page = opened(&mut browser, &installed.connect_url).await;
    pressed(&mut browser, &page, "next").await;
    let mut admin = app.browser();
    let settings = configure(&app, &mut admin, &installed).await;
    let (authorize, merchant) = (format!("{settings}/steps/authorize"), format!("{settings}/steps/merchant"));
    let led = Led::of(admin.submit(&authorize, &AGREED).await);
    says(&admin.follow(&led.back("first")).await, 200, "Linked to <bdi>Harbour payments</bdi>");
    admin.submit(&merchant, &[("f-merchant", "m-eur"), ("act", "next")]).await;
    admin.press(&format!("{settings}/review"), "next").await;
    assert_eq!(app.connection(&installed).await["state"], "connected");

    let account = json!({ "id": "l-2", "name": "Other payments" });
    partner.answers(PAYMENTS, "verify", json!({ "ok": true, "account": account }));
    let led = Led::of(admin.submit(&authorize, &AGREED).await);
    let page = admin.follow(&led.back("second")).await;
    assert_eq!(page.path, merchant);
    says(&page, 200, "Linked to <bdi>Other payments</bdi>");

    let page = admin.get(&settings).await;
    says(&page, 200, &merchant);
    assert!(!page.text.contains("Linked to"), "{}", page.text);
    let id = app.connection_of(&installed).await;
    assert_eq!(app.happened(id, "partner.changed").await, 1);
    assert_eq!(account_name(&app, &installed).await.as_deref(), Some("Other payments"));
    assert_eq!(app.connection(&installed).await["state"], "connected", "it never stopped working");
    // The merchant of the account before is not offered as if it were still chosen for good.
    admin.submit(&merchant, &[("f-merchant", "m-gbp"), ("act", "next")]).await;
    assert!(!admin.get(&settings).await.text.contains(&merchant), "nothing is open");
}

on_both_databases!(
    what_is_fixed_is_shown_and_not_asked,
    another_account_is_said_once,
    another_account_of_the_partners_sign_in,
);
