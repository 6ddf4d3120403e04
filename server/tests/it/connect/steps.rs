//! The partner's steps in the pop-up, against a partner system that answers as each test wants.

use app::ids::ConnectionId;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use server::storage::settings;

use super::{account_name, done_with, opened, pressed, says};
use crate::settings::configure;
use crate::support::partner::{Mood, TestPartner};
use crate::support::{Answer, Browser, Database, Installed, TestApp, on_both_databases};

pub(super) const DOORS: &str = "portunus-access";
pub(crate) const ENTRIES: [(&str, &str); 5] = [
    ("f-region", "eu"),
    ("f-client_id", "hl-prod-7"),
    ("f-client_secret", "s3cret-of-the-doors"),
    ("f-service_account_ack", "yes"),
    ("act", "next"),
];

/// A partner system that accepts everything, and a pop-up at its first step.
pub(super) struct Flow {
    pub(super) partner: TestPartner,
    pub(super) app: TestApp,
    pub(super) installed: Installed,
    pub(super) browser: Browser,
    /// The pop-up's own address.
    pub(super) home: String,
}

impl Flow {
    async fn start(database: Database) -> Self {
        Self::with_page(database).await.0
    }

    /// The same with what the pop-up shows.
    pub(super) async fn with_page(database: Database) -> (Self, Answer) {
        let partner = TestPartner::start().await;
        partner.mood(DOORS, Mood::Status(200));
        accept(&partner);
        let app = TestApp::start_beside(database, &[], partner.manifests()).await;
        let installed = app.install("harbour-and-loom", DOORS, &[]).await;
        let mut browser = app.browser();
        let page = opened(&mut browser, &installed.connect_url).await;
        let first = pressed(&mut browser, &page, "next").await;
        says(&first, 200, "Sign in to Portunus");
        (Self { partner, app, installed, browser, home: page.path }, first)
    }

    fn step(&self, step: &str) -> String {
        format!("{}/steps/{step}", self.home)
    }

    pub(super) async fn submit(&mut self, step: &str, fields: &[(&str, &str)]) -> Answer {
        let address = self.step(step);
        self.browser.submit(&address, fields).await
    }

    /// Sends a step and expects the next page.
    async fn next(&mut self, step: &str, fields: &[(&str, &str)]) -> Answer {
        let answer = self.submit(step, fields).await;
        assert_eq!(answer.status, 303, "{}", answer.text);
        self.browser.follow(&answer.location).await
    }

    async fn state(&self) -> Value {
        self.app.connection(&self.installed).await["state"].clone()
    }

    async fn values(&self) -> Value {
        let id = self.app.connection_of(&self.installed).await;
        Value::Object(settings::values(self.app.app.db.read(), id).await.unwrap())
    }

    async fn secret(&self) -> Option<String> {
        let connection = self.app.stored(self.app.connection_of(&self.installed).await).await;
        let field = ["client_secret".to_owned()];
        let kept = settings::secrets(self.app.app.db.read(), &self.app.app.vault, &connection, &field).await.unwrap();
        kept.get("client_secret").map(|secret| secret.expose_secret().to_owned())
    }
}

pub(crate) fn accept(partner: &TestPartner) {
    let account = json!({ "id": "hl-prod-7", "name": "Harbour doors" });
    partner.answers(DOORS, "verify", json!({ "ok": true, "account": account }));
    let sites = json!([
        { "id": "site-nl", "name": "Harbour NL", "description": "6 door groups" },
        { "id": "site-uk", "name": "Harbour UK" },
        { "id": "site-off", "name": "Closed site", "disabled": "Not in your contract" },
    ]);
    partner.answers(DOORS, "options", json!({ "items": sites, "next": null }));
}

/// OfficeRnD's own page says what is missing, and each step that is done shows at once.
async fn the_healthcheck_names_the_next_step(database: Database) {
    let mut flow = Flow::start(database).await;
    let said = async |flow: &Flow| {
        let answer = flow.app.call(&flow.installed, "healthcheck", &json!({})).await.json();
        answer["message"].as_str().unwrap_or_default().to_owned()
    };
    let finish = "Open Configure and finish set-up of Portunus Access.";
    assert_eq!(said(&flow).await, format!("{finish} Next step: Sign in to Portunus."));
    flow.next("credentials", &ENTRIES).await;
    assert_eq!(said(&flow).await, format!("{finish} Next step: Choose the Portunus site."));
    flow.next("site", &[("f-site", "site-nl"), ("act", "next")]).await;
    assert_eq!(said(&flow).await, finish, "all steps are done, and only the last button is missing");

    // Another account: its sites are others.
    let other = json!({ "id": "hl-prod-8", "name": "Other doors" });
    flow.partner.answers(DOORS, "verify", json!({ "ok": true, "account": other }));
    flow.next("credentials", &ENTRIES).await;
    assert_eq!(said(&flow).await, format!("{finish} Next step: Choose the Portunus site."));
}

async fn the_whole_way(database: Database) {
    let mut flow = Flow::start(database).await;
    let site = flow.next("credentials", &ENTRIES).await;
    says(&site, 200, "Choose the Portunus site");
    says(&site, 200, "Harbour NL");
    says(&site, 200, "6 door groups");
    says(&site, 200, "Harbour doors");
    assert!(!site.text.contains("<script src") && !site.text.contains("wasm"), "{}", site.text);

    let asked = flow.partner.calls("verify");
    let [asked] = &asked[..] else { panic!("{asked:?}") };
    assert!(flow.app.is_signed(asked));
    let body = asked.body();
    assert_eq!((&body["step"], &body["check"]), (&json!("credentials"), &json!("partner.verify_credentials")));
    assert_eq!(
        body["values"],
        json!({
            "region": "eu", "client_id": "hl-prod-7", "client_secret": "s3cret-of-the-doors",
            "service_account_ack": true,
        })
    );
    assert_eq!(body["locations"], "all");
    let id = flow.app.connection_of(&flow.installed).await;
    assert_eq!(body["connection"], ConnectionId(id).to_string());

    let review = flow.next("site", &[("f-site", "site-uk"), ("act", "next")]).await;
    says(&review, 200, "Ready to connect");
    assert_eq!(review.path, flow.home);
    for words in ["Harbour UK", "Europe", "hl-prod-7", "Stored encrypted, never shown", "Confirmed", "Harbour doors"] {
        says(&review, 200, words);
    }
    assert!(!review.text.contains("s3cret-of-the-doors"), "{}", review.text);
    assert_eq!(flow.state().await, "finish_set_up", "nothing begins before Connect");
    assert_eq!(account_name(&flow.app, &flow.installed).await, None);

    let home = flow.home.clone();
    done_with(&flow.app, &flow.browser.press(&home, "next").await);
    assert_eq!(flow.state().await, "connected");
    assert_eq!(account_name(&flow.app, &flow.installed).await.as_deref(), Some("Harbour doors"));
    assert_eq!(
        flow.values().await,
        json!({ "region": "eu", "client_id": "hl-prod-7", "service_account_ack": true, "site": "site-uk" })
    );
    assert_eq!(flow.secret().await.as_deref(), Some("s3cret-of-the-doors"));
    let kinds = flow.app.kinds(id).await;
    assert_eq!(
        kinds[kinds.len() - 4..],
        ["webhooks.subscribed", "acknowledgement.confirmed", "partner.linked", "connection.connected"]
            .map(String::from),
    );
    // The button again, and the page that is still open.
    done_with(&flow.app, &flow.browser.press(&home, "next").await);
    says(&flow.browser.follow(&home).await, 200, "Only this window stayed open");
    assert_eq!(flow.app.happened(id, "connection.connected").await, 1);
}

async fn wrong_entries_are_kept_and_secrets_are_not(database: Database) {
    let mut flow = Flow::start(database).await;
    let wrong =
        [("f-region", "us"), ("f-client_id", "<mia@harbour>"), ("f-client_secret", "t0psecret"), ("act", "next")];
    let page = flow.submit("credentials", &wrong).await;
    says(&page, 422, "<title>Error: Step 2 of 4");
    says(&page, 422, "Nothing is saved yet: 3 entries need fixing");
    says(&page, 422, r#"value="&lt;mia@harbour&gt;""#);
    for words in [
        "Client ID does not look as it must",
        "Enter Client secret again. We do not keep what did not work.",
        "Confirm: This login is a service account",
    ] {
        assert_eq!(page.text.matches(words).count(), 2, "in the summary and at the field: {words}: {}", page.text);
    }
    assert!(page.text.contains(r##"href="#f-client_id""##), "{}", page.text);
    assert!(!page.text.contains("t0psecret"), "{}", page.text);
    let us = page.text.split(r#"value="us""#).nth(1).unwrap().split('>').next().unwrap();
    assert!(us.contains("checked"), "{us}");
    assert!(flow.partner.received().is_empty(), "the partner is not asked about what cannot be right");
    assert_eq!(flow.values().await, json!({}));
    assert_eq!(flow.secret().await, None);
}

async fn the_partners_refusal_stands_at_its_field(database: Database) {
    let mut flow = Flow::start(database).await;
    let errors = json!([
        { "field": "client_secret", "message": "Portunus knows another secret <b>." },
        { "field": null, "message": "The account is locked." },
        { "field": "client_id", "message": "The ID is of a test system." },
        { "field": "client_secret", "message": "Portunus knows another secret <b>." },
        { "field": "client_secret", "message": "It ended in May." },
        { "field": "nobody", "message": "Something else." },
    ]);
    flow.partner.answers(DOORS, "verify", json!({ "ok": false, "errors": errors }));
    let page = flow.submit("credentials", &ENTRIES).await;
    says(&page, 422, "did not accept these entries");
    says(&page, 422, "The account is locked.");
    says(&page, 422, "Something else.");
    says(&page, 422, "The ID is of a test system.");
    let both = "Portunus knows another secret &lt;b&gt;. It ended in May.";
    assert_eq!(page.text.matches(both).count(), 2, "at the field and above the form: {}", page.text);
    assert_eq!(page.text.matches("Portunus knows another secret").count(), 2, "once at each place: {}", page.text);
    says(&page, 422, r#"value="hl-prod-7""#);
    assert!(!page.text.contains("s3cret-of-the-doors"), "{}", page.text);
    assert_eq!(flow.partner.calls("verify").len(), 1, "asked once");
    assert_eq!((flow.values().await, flow.secret().await), (json!({}), None));
    // Right entries go on from there.
    accept(&flow.partner);
    says(&flow.next("credentials", &ENTRIES).await, 200, "Choose the Portunus site");
}

async fn a_partner_in_trouble_costs_no_entry(database: Database) {
    let mut flow = Flow::start(database).await;
    for (mood, words) in [
        (Mood::Status(503), "<bdi>Portunus Access</bdi> did not answer"),
        (Mood::Status(302), "<bdi>Portunus Access</bdi> answered in a way we cannot use"),
    ] {
        flow.partner.mood(DOORS, mood);
        let before = flow.partner.calls("verify").len();
        let page = flow.submit("credentials", &ENTRIES).await;
        says(&page, 502, words);
        says(&page, 502, "our entries are kept");
        says(&page, 502, r#"value="hl-prod-7""#);
        assert!(!page.text.contains("s3cret-of-the-doors"), "{}", page.text);
        assert_eq!(flow.partner.calls("verify").len(), before + 1, "tried once");
    }
    // Even the secret is kept, so that nothing has to be typed again, also after the window was closed.
    assert_eq!(flow.secret().await.as_deref(), Some("s3cret-of-the-doors"));
    let home = flow.home.clone();
    let again = flow.browser.follow(&home).await;
    assert_eq!(again.path, flow.step("credentials"), "the step is still open");
    says(&again, 200, r#"value="hl-prod-7""#);
    says(&again, 200, "One is stored. Leave this empty to keep it.");
    flow.partner.mood(DOORS, Mood::Status(200));
    let rest = [("f-region", "eu"), ("f-client_id", "hl-prod-7"), ("f-service_account_ack", "yes"), ("act", "next")];
    says(&flow.next("credentials", &rest).await, 200, "Choose the Portunus site");
    let last = flow.partner.calls("verify").pop().unwrap().body();
    assert_eq!(last["values"]["client_secret"], "s3cret-of-the-doors");
}

async fn a_list_that_cannot_be_loaded_can_be_tried_again(database: Database) {
    let mut flow = Flow::start(database).await;
    flow.next("credentials", &ENTRIES).await;
    flow.partner.mood(DOORS, Mood::Status(500));
    let address = flow.step("site");
    says(&flow.browser.get(&address).await, 200, "Harbour NL");
    flow.app.clock.advance(30_000);
    let page = flow.browser.get(&address).await;
    says(&page, 200, "The list could not be loaded. Your entries are kept.");
    says(&page, 200, "Try again");
    flow.partner.mood(DOORS, Mood::Status(200));
    let page = flow.submit("site", &[("f-site", "site-uk"), ("act", "refresh")]).await;
    says(&page, 200, "Harbour NL");
    let uk = page.text.split(r#"value="site-uk""#).nth(1).unwrap().split('>').next().unwrap();
    assert!(uk.contains("checked"), "what was chosen stays chosen: {uk}");
    assert_eq!(flow.partner.calls("options").pop().unwrap().body()["ids"], json!(["site-uk"]));

    // What is not offered, or not to this organization, cannot be chosen.
    for (site, words) in [
        ("elsewhere", "Choose Portunus site again"),
        ("site-off", "Choose Portunus site again"),
        ("", "Choose Portunus site"),
    ] {
        says(&flow.submit("site", &[("f-site", site), ("act", "next")]).await, 422, words);
    }
    assert_eq!(flow.values().await["site"], Value::Null);
    assert_eq!(flow.partner.calls("verify").len(), 1, "only of the first step");
}

async fn lists_come_in_pages(database: Database) {
    let mut flow = Flow::start(database).await;
    flow.next("credentials", &ENTRIES).await;
    let items = json!([{ "id": "site-nl", "name": "Harbour NL" }]);
    flow.partner.answers(DOORS, "options", json!({ "items": items, "next": "2" }));
    flow.app.clock.advance(30_000);
    let before = flow.partner.calls("options").len();
    let address = flow.step("site");
    says(&flow.browser.get(&address).await, 200, r#"value="more-site""#);
    let page = flow.submit("site", &[("p-site", "1"), ("act", "more-site")]).await;
    says(&page, 200, "Harbour NL");
    let cursors: Vec<Value> =
        flow.partner.calls("options")[before..].iter().map(|call| call.body()["cursor"].clone()).collect();
    assert_eq!(cursors, [json!(null), json!("2")], "the first page is still fresh");
    assert!(!page.text.contains("more-site"), "the same cursor again leads nowhere: {}", page.text);
}

async fn another_account_opens_what_came_of_the_first(database: Database) {
    let mut flow = Flow::start(database).await;
    flow.next("credentials", &ENTRIES).await;
    says(&flow.next("site", &[("f-site", "site-nl"), ("act", "next")]).await, 200, "Ready to connect");
    // The same again changes nothing.
    says(&flow.next("credentials", &[&ENTRIES[..2], &ENTRIES[3..]].concat()).await, 200, "Ready to connect");
    let other = [&[("f-client_id", "other-1")][..], &ENTRIES[..1], &ENTRIES[2..]].concat();
    says(&flow.next("credentials", &other).await, 200, "Choose the Portunus site");
    let home = flow.home.clone();
    let answer = flow.browser.press(&home, "next").await;
    assert_eq!((answer.status, answer.location), (303, home), "not everything is done");
    assert_eq!(flow.state().await, "finish_set_up");
}

async fn a_step_waits_for_what_it_needs(database: Database) {
    let mut flow = Flow::start(database).await;
    let (site, first) = (flow.step("site"), flow.step("credentials"));
    assert_eq!(flow.browser.follow(&site).await.path, first);
    assert_eq!(flow.browser.submit(&site, &[("f-site", "site-nl"), ("act", "next")]).await.status, 404);
    assert_eq!(flow.browser.get(&flow.step("nothing")).await.status, 404);
    assert_eq!(flow.browser.press(&first, "whatever").await.status, 400);
    assert_eq!(flow.browser.press(&first, "cancel").await.status, 303);
    assert!(flow.partner.received().is_empty());
    // Another browser has no window here.
    let mut stranger = flow.app.browser();
    let answer = stranger.submit(&first, &ENTRIES).await;
    assert_eq!(answer.status, stranger.get(&first).await.status);
    assert!(answer.status >= 400 && !answer.text.contains("Portunus"), "{}", answer.text);
    assert_eq!(flow.values().await, json!({}));
}

async fn a_window_that_others_have_overtaken(database: Database) {
    let mut flow = Flow::start(database).await;
    // Another admin connects the same installation later; the connection now rests on that consent.
    flow.app.clock.advance(1_000);
    let again = flow.app.connect_again(&flow.installed).await;
    let mut other = flow.app.browser();
    let page = opened(&mut other, &again.connect_url).await;
    let asked = pressed(&mut other, &page, "next").await;
    says(&asked, 200, "Sign in to Portunus");
    let answer = flow.submit("credentials", &ENTRIES).await;
    let home = flow.home.clone();
    assert_eq!((answer.status, &answer.location), (303, &home));
    says(&flow.browser.follow(&home).await, 200, "finish set-up there");
    assert_eq!(flow.values().await, json!({}), "the overtaken window enters nothing");
    // Removed in OfficeRnD: both windows say so.
    flow.app.clock.advance(1_000);
    flow.app.remove(&flow.installed).await;
    flow.app.run_jobs().await;
    assert_eq!(other.submit(&asked.path, &ENTRIES).await.status, 303);
    says(&other.follow(&page.path).await, 400, "was removed in OfficeRnD");
    assert!(flow.partner.calls("verify").is_empty());
}

async fn finished_from_configure(database: Database) {
    let flow = Flow::start(database).await;
    let Flow { partner, app, installed, mut browser, home } = flow;
    let mut admin = app.browser();
    let settings = configure(&app, &mut admin, &installed).await;
    let page = admin.get(&settings).await;
    let first = format!("{settings}/steps/credentials");
    says(&page, 200, &first);
    assert_eq!(admin.get(&format!("{settings}/review")).await.status, 404, "nothing to look at yet");
    let page = admin.submit(&first, &[("f-client_id", "mia@harbour"), ("act", "next")]).await;
    says(&page, 422, "Choose Data region");
    let answer = admin.submit(&first, &ENTRIES).await;
    assert_eq!((answer.status, answer.location), (303, format!("{settings}/steps/site")));
    let answer = admin.submit(&format!("{settings}/steps/site"), &[("f-site", "site-nl"), ("act", "next")]).await;
    assert_eq!((answer.status, &answer.location), (303, &format!("{settings}/review")));
    says(&admin.get(&answer.location).await, 200, "Harbour NL");
    assert_eq!(app.connection(&installed).await["state"], "finish_set_up");
    let answer = admin.press(&format!("{settings}/review"), "next").await;
    assert_eq!((answer.status, &answer.location), (303, &settings));
    says(&admin.get(&settings).await, 200, "Harbour doors");
    assert_eq!(app.connection(&installed).await["state"], "connected");
    // The pop-up that is still open sees it.
    says(&browser.follow(&home).await, 200, "Only this window stayed open");

    // The account is linked again; what works stays until the new one does.
    let again = admin.get(&settings).await;
    says(&again, 200, "Link the account again");
    let refused = json!({ "ok": false, "errors": [{ "field": "client_secret", "message": "Wrong." }] });
    partner.answers(DOORS, "verify", refused);
    let new =
        [&[("f-client_id", "new-1"), ("f-client_secret", "new-secret")][..], &ENTRIES[..1], &ENTRIES[3..]].concat();
    assert_eq!(admin.submit(&first, &new).await.status, 422);
    partner.mood(DOORS, Mood::Status(503));
    says(&admin.submit(&first, &new).await, 502, "Enter Client secret again");
    partner.mood(DOORS, Mood::Status(200));
    let connection = app.stored(app.connection_of(&installed).await).await;
    let values = settings::values(app.app.db.read(), connection.id).await.unwrap();
    assert_eq!(values["client_id"], "hl-prod-7");
    accept(&partner);
    partner.answers(DOORS, "verify", json!({ "ok": true, "account": { "id": "new-1", "name": "New doors" } }));
    let answer = admin.submit(&first, &new).await;
    assert_eq!((answer.status, &answer.location), (303, &format!("{settings}/steps/site")));
    let answer = admin.submit(&answer.location, &[("f-site", "site-uk"), ("act", "next")]).await;
    assert_eq!((answer.status, &answer.location), (303, &settings));
    assert_eq!(account_name(&app, &installed).await.as_deref(), Some("New doors"));
    assert_eq!(app.connection(&installed).await["state"], "connected", "it never stopped working");
}

async fn what_this_window_does_not_ask(database: Database) {
    let partner = TestPartner::start().await;
    partner.mood("meshfern-wifi", Mood::Status(200));
    let derived = json!({ "ok": true, "account": { "id": "t", "name": "Harbour Wi-Fi" }, "values": {
        "tls_fingerprint": "AB", "nobody": 1, "radius_secret": "derived-radius-secret", "key_length": 20,
    } });
    partner.answers("meshfern-wifi", "verify", derived);
    let app = TestApp::start_beside(database, &[], partner.manifests()).await;
    let installed = app.install("harbour-and-loom", "meshfern-wifi", &[]).await;
    let mut browser = app.browser();
    let page = opened(&mut browser, &installed.connect_url).await;
    let step = pressed(&mut browser, &page, "next").await;
    says(&step, 200, "Needed only when “<bdi>Controller</bdi>” is <bdi>On site, reached from the internet</bdi>.");
    // Not asked with this choice, so not judged either.
    let entries = [
        ("f-controller", "cloud"),
        ("f-controller_address", "10.0.0.1"),
        ("f-api_token", "a-token-of-the-cloud"),
        ("act", "next"),
    ];
    let on_site = [&[("f-controller", "on_site")][..], &entries[1..]].concat();
    let refused = browser.submit(&step.path, &on_site).await;
    says(&refused, 422, "Address must be reachable from the internet");
    let answer = browser.submit(&step.path, &entries).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    let sent = partner.calls("verify").pop().unwrap().body();
    assert_eq!(sent["values"], json!({ "controller": "cloud", "api_token": "a-token-of-the-cloud" }));
    // A list is no matter of this window: it shows what holds, and the step is done with that.
    let rest = browser.follow(&answer.location).await;
    says(&rest, 200, "First network");
    says(&rest, 200, "<bdi>Members</bdi>");
    says(&rest, 200, "You change this on the settings page, as soon as the set-up is finished.");
    assert_eq!(app.connection(&installed).await["state"], "finish_set_up");
    // What the partner derived is kept where it fits a field.
    let connection = app.stored(app.connection_of(&installed).await).await;
    let values = settings::values(app.app.db.read(), connection.id).await.unwrap();
    assert_eq!(Value::Object(values), json!({ "controller": "cloud", "key_length": 20 }));
    let kept = settings::secret_fields(app.app.db.read(), connection.id).await.unwrap();
    assert!(kept.contains("radius_secret"), "{kept:?}");
    // A stored secret does not follow to another address.
    let moved = [("f-controller", "on_site"), ("f-controller_address", "wifi.example"), ("act", "next")];
    says(&browser.submit(&step.path, &moved).await, 422, "Enter API token again, since where it is sent has changed");

    partner.answers("meshfern-wifi", "verify", json!({ "ok": true }));
    let done = browser.press(&rest.path, "next").await;
    assert_eq!(done.status, 303, "{}", done.text);
    let sent = partner.calls("verify").pop().unwrap().body();
    assert_eq!((&sent["step"], &sent["check"]), (&json!("first_network"), &json!("partner.networks_readable")));
    assert_eq!(sent["values"]["networks"][0]["ssid"], "Members", "with what holds: {sent}");
    let review = browser.follow(&done.location).await;
    says(&review, 200, "<bdi>Members</bdi>");
    assert_eq!(browser.press(&review.path, "next").await.status, 303);
    assert_eq!(app.connection(&installed).await["state"], "connected");
    let values = settings::values(app.app.db.read(), connection.id).await.unwrap();
    assert_eq!(values.get("networks"), None, "the manifest's own stays the manifest's");
}

on_both_databases!(
    the_whole_way,
    the_healthcheck_names_the_next_step,
    wrong_entries_are_kept_and_secrets_are_not,
    the_partners_refusal_stands_at_its_field,
    a_partner_in_trouble_costs_no_entry,
    a_list_that_cannot_be_loaded_can_be_tried_again,
    lists_come_in_pages,
    another_account_opens_what_came_of_the_first,
    a_step_waits_for_what_it_needs,
    a_window_that_others_have_overtaken,
    finished_from_configure,
    what_this_window_does_not_ask,
);
