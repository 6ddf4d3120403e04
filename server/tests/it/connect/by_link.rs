//! A reconnect link: made by the partner system, opened by whoever it was sent to, good for its steps and no more.

use app::ids::ConnectionId;
use secrecy::SecretString;
use serde_json::{Value, json};
use server::clock::DAY;

use super::oauth::{AGREED, Flow, Led, PAYMENTS};
use super::{done_with, opened, says};
use crate::support::{Answer, Browser, Database, TestApp, answer, on_both_databases};

struct Sent {
    flow: Flow,
    key: SecretString,
    /// Where links are made.
    path: String,
}

impl Sent {
    /// A connection that works, and a partner system that may make links.
    async fn start(database: Database) -> Self {
        let mut flow = Flow::start(database).await;
        let led = flow.lead().await;
        let back = flow.browser.get(&led.back("first")).await;
        let merchant = flow.browser.follow(&back.location).await;
        flow.browser.submit(&merchant.path, &[("f-merchant", "m-eur"), ("act", "next")]).await;
        let home = flow.home.clone();
        done_with(&flow.app, &flow.browser.press(&home, "next").await);
        let connection = flow.app.connection_of(&flow.installed).await;
        let key = flow.app.api_key(&[PAYMENTS], &["connections:write"]).await;
        let path = format!("/api/v1/connections/{}/reconnect-link", ConnectionId(connection));
        Self { flow, key, path }
    }

    /// The path of a new link.
    async fn link(&self) -> String {
        let made = self.flow.app.api(&self.key).send("POST", &self.path, None).await;
        assert_eq!((made.status, made.header("cache-control")), (201, "no-store"), "{}", made.text);
        let url = made.json()["url"].as_str().unwrap().to_owned();
        url.strip_prefix(&self.flow.app.url).unwrap().to_owned()
    }

    async fn happened(&self, kind: &str) -> usize {
        let connection = self.flow.app.connection_of(&self.flow.installed).await;
        self.flow.app.happened(connection, kind).await
    }

    async fn account(&self) -> String {
        let connection = self.flow.app.connection_of(&self.flow.installed).await;
        let reader = self.flow.app.api_key(&[PAYMENTS], &["connections:read"]).await;
        let path = format!("/api/v1/connections/{}", ConnectionId(connection));
        self.flow.app.api(&reader).get(&path).await.json()["account"]["id"].as_str().unwrap().to_owned()
    }

    /// Another account answers from now on.
    fn moved(&self) {
        let account = json!({ "id": "l-2", "name": "Loom payments" });
        self.flow.partner.answers(PAYMENTS, "verify", json!({ "ok": true, "account": account }));
    }
}

async fn lead(browser: &mut Browser, link: &str) -> Led {
    Led::of(browser.submit(&format!("{link}/steps/authorize"), &AGREED).await)
}

#[track_caller]
fn is_gone(answer: &Answer) {
    assert_eq!(answer.status, 410, "{}", answer.text);
}

async fn the_whole_way(database: Database) {
    let sent = Sent::start(database).await;
    let link = sent.link().await;
    assert!(link.strip_prefix("/reconnect/").unwrap().len() >= 22, "128 bits: {link}");
    assert_eq!(sent.happened("reconnect_link.made").await, 1);
    // Scanners look; nothing is used up by that, and nothing of the settings is shown.
    let mut admin = sent.flow.app.browser();
    for _ in 0..3 {
        let page = sent.flow.app.browser().get(&link).await;
        says(&page, 200, "Authorize Ledgerline");
        assert!(page.text.contains("Harbour &amp; Loom") && !page.text.contains("/settings/"), "{}", page.text);
        assert!(!page.text.contains("<script") && page.header("cache-control") == "no-store");
        assert_eq!(page.header("x-robots-tag"), "noindex");
    }
    // What the partner has not translated says its language.
    let german = answer(sent.flow.app.request("GET", &link).header("accept-language", "de")).await;
    assert!(german.text.contains("<bdi lang=\"en\">Authorize Ledgerline</bdi>"), "{}", german.text);
    says(&admin.get(&link).await, 200, "Nothing has happened yet");
    let step = format!("{link}/steps/authorize");
    says(&admin.get(&step).await, 200, "Continue leads to the sign-in page of <bdi>Ledgerline Pay</bdi>");
    sent.moved();
    let led = lead(&mut admin, &link).await;
    assert!(led.page.text.contains("http-equiv=\"refresh\""));
    // Neither another browser nor one that opened another link brings it back.
    let back = led.back("good");
    is_sign_in_gone(&sent.flow.app.browser().get(&back).await);
    let done = admin.get(&back).await;
    assert_eq!(
        (done.status, done.location.as_str()),
        (303, format!("{link}/steps/merchant").as_str()),
        "{}",
        done.text
    );
    assert_eq!(sent.account().await, "l-2");
    says(&admin.get(&done.location).await, 200, "Choose the merchant account");
    let refused = admin.submit(&done.location, &[("f-merchant", "m-none"), ("act", "next")]).await;
    assert_eq!(refused.status, 422);
    let last = admin.submit(&done.location, &[("f-merchant", "m-gbp"), ("act", "next")]).await;
    assert_eq!((last.status, &last.location), (303, &link), "{}", last.text);
    says(&admin.get(&link).await, 200, "are connected again");
    assert_eq!(sent.happened("reconnect_link.completed").await, 1);
    // One completion: its steps are no more.
    for answer in [admin.get(&step).await, admin.submit(&step, &AGREED).await] {
        assert_eq!((answer.status, &answer.location), (303, &link));
    }
    assert_eq!(sent.happened("reconnect_link.completed").await, 1);
    // The cookie of a link opens no visit.
    let settings = format!("/settings/{}", ConnectionId(sent.flow.app.connection_of(&sent.flow.installed).await));
    assert_eq!(admin.get(&settings).await.status, 401);
}

#[track_caller]
fn is_sign_in_gone(answer: &Answer) {
    assert_eq!(answer.status, 400, "{}", answer.text);
}

async fn a_new_link_ends_the_old_and_a_week_every_one(database: Database) {
    let sent = Sent::start(database).await;
    let old = sent.link().await;
    let mut admin = sent.flow.app.browser();
    says(&admin.get(&old).await, 200, "Nothing has happened yet");
    let led = lead(&mut admin, &old).await;
    let new = sent.link().await;
    assert_ne!(old, new);
    is_gone(&admin.get(&old).await);
    is_gone(&admin.get(&format!("{old}/steps/authorize")).await);
    is_gone(&admin.submit(&format!("{old}/steps/authorize"), &AGREED).await);
    // What was begun with it does not come back.
    is_sign_in_gone(&admin.get(&led.back("late")).await);
    let unknown = admin.get("/reconnect/6yJm2Rr9o2b8Vn1xWc0PqA").await;
    is_gone(&unknown);
    let number = |page: &str| page.split("DB-").next().unwrap().to_owned();
    assert_eq!(number(&unknown.text), number(&admin.get(&old).await.text), "nobody learns which there were");
    sent.flow.app.clock.advance(7 * DAY - 1);
    assert_eq!(admin.get(&new).await.status, 200);
    sent.flow.app.clock.advance(1);
    is_gone(&admin.get(&new).await);
}

/// The cookie says which browser it was, and not only which link.
async fn each_browser_of_a_link_comes_back_for_itself(database: Database) {
    let sent = Sent::start(database).await;
    let link = sent.link().await;
    let (mut admin, mut other) = (sent.flow.app.browser(), sent.flow.app.browser());
    for browser in [&mut admin, &mut other] {
        says(&browser.get(&link).await, 200, "Nothing has happened yet");
    }
    assert_eq!(admin.cookies.keys().collect::<Vec<_>>(), other.cookies.keys().collect::<Vec<_>>());
    assert_ne!(admin.cookies, other.cookies, "each has a text of its own");
    let (mine, theirs) = (lead(&mut admin, &link).await, lead(&mut other, &link).await);
    let asked = sent.flow.partner.calls("token").len();
    // Whoever has the link too could have their own account linked in the admin's name, or the other way round.
    is_sign_in_gone(&other.get(&mine.back("attackers-code")).await);
    is_sign_in_gone(&admin.get(&theirs.back("attackers-code")).await);
    assert_eq!(sent.flow.partner.calls("token").len(), asked, "nobody was asked anything");
    sent.moved();
    let back = admin.get(&mine.back("good")).await;
    assert_eq!((back.status, back.location), (303, format!("{link}/steps/merchant")), "{}", back.text);
    assert_eq!(sent.account().await, "l-2");
}

/// The cookie has the name of the connection, so a browser may bring one of the link before.
async fn a_browser_that_knows_the_link_before_goes_on_with_the_new_one(database: Database) {
    let sent = Sent::start(database).await;
    let old = sent.link().await;
    let mut admin = sent.flow.app.browser();
    admin.get(&old).await;
    let before = admin.cookies.clone();
    let new = sent.link().await;
    let led = lead(&mut admin, &new).await;
    assert_ne!(admin.cookies, before, "it has the cookie of the new link");
    let kept = admin.cookies.clone();
    says(&admin.get(&new).await, 200, "Nothing has happened yet");
    assert_eq!(admin.cookies, kept, "and keeps it, or its sign-in would not come back");
    let back = admin.get(&led.back("good")).await;
    assert_eq!((back.status, back.location), (303, format!("{new}/steps/merchant")), "{}", back.text);
}

async fn officernds_own_connect_completes_it(database: Database) {
    let sent = Sent::start(database).await;
    let link = sent.link().await;
    sent.flow.app.clock.advance(60_000);
    let mut browser = sent.flow.app.browser();
    let again = sent.flow.app.connect_again(&sent.flow.installed).await;
    let page = opened(&mut browser, &again.connect_url).await;
    browser.press(&page.path, "next").await;
    says(&sent.flow.app.browser().get(&link).await, 200, "are connected again");
}

async fn a_refused_permission_is_renewed_in_officernd(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("studio-17", "tally-desk", &[]).await;
    let path = format!("/api/v1/connections/{}/reconnect-link", app.connection_id(&installed).await);
    let key = app.api_key(&["tally-desk"], &["connections:write"]).await;
    let mut partner = app.api(&key);
    let link = async |partner: &mut Browser| {
        let made = partner.send("POST", &path, None).await;
        assert_eq!(made.json()["expires_at"], "2026-12-01T12:00:00.000Z", "{}", made.text);
        made.json()["url"].as_str().unwrap().strip_prefix(&app.url).unwrap().to_owned()
    };
    let page = app.browser().get(&link(&mut partner).await).await;
    says(&page, 200, "Nothing has to be renewed");
    app.execute("UPDATE connections SET state = 'reconnect'").await;
    let page = app.browser().get(&link(&mut partner).await).await;
    says(&page, 200, "Open OfficeRnD");
    assert!(page.text.contains("beside <bdi>Tallydesk Print</bdi>"), "{}", page.text);
    assert!(page.text.contains(&format!("href=\"{}", app.simulator_url)), "{}: {}", app.simulator_url, page.text);
    assert_eq!(
        app.kinds(app.connection_of(&installed).await)
            .await
            .iter()
            .filter(|kind| *kind == "reconnect_link.made")
            .count(),
        2
    );
    // Nobody without the scope, and nothing for what has ended.
    let reader = app.api_key(&["tally-desk"], &["connections:read"]).await;
    assert_eq!(app.api(&reader).send("POST", &path, None).await.status, 403);
    assert_eq!(partner.post(&path, &json!({ "for": "me" })).await.status, 400);
    app.remove(&installed).await;
    app.run_jobs().await;
    assert_eq!(partner.send("POST", &path, None).await.status, 410);
    is_gone(&app.browser().get(&link_of(&page)).await);
}

/// The partner's steps alone do not bring back a connection that OfficeRnD refuses.
async fn it_says_what_is_left(database: Database) {
    let sent = Sent::start(database).await;
    let app = &sent.flow.app;
    let id = &sent.flow.installed.integration_id;
    app.execute("UPDATE grants SET state = 'needs_reauthorization', cause = 'refused'").await;
    app.execute("UPDATE connections SET state = 'reconnect', cause = 'login_refused'").await;
    let link = sent.link().await;
    app.clock.advance(1_000);
    let mut admin = app.browser();
    admin.get(&link).await;
    let led = lead(&mut admin, &link).await;
    let merchant = admin.get(&led.back("good")).await;
    let page = admin.get(&link).await;
    assert!(page.text.contains("Open OfficeRnD") && !page.text.contains("Authorize Ledgerline"), "{}", page.text);
    let last = admin.submit(&merchant.location, &[("f-merchant", "m-gbp"), ("act", "next")]).await;
    assert_eq!((last.status, &last.location), (303, &link), "{}", last.text);
    let page = admin.get(&link).await;
    says(&page, 200, "Open OfficeRnD");
    assert!(!page.text.contains("/steps/") && !page.text.contains("connected again"), "{}", page.text);
    assert_eq!(sent.happened("reconnect_link.completed").await, 0);
    let again = app.connect_again(&sent.flow.installed).await;
    assert_eq!(again.integration_id, *id);
    let mut browser = app.browser();
    let page = opened(&mut browser, &again.connect_url).await;
    browser.press(&page.path, "next").await;
    says(&app.browser().get(&link).await, 200, "are connected again");
}

/// A step with a table, which is the settings page's to change, shows what is in force, and ends nothing.
async fn what_the_settings_page_changes_is_passed_on(database: Database) {
    let sent = Sent::start(database).await;
    let mut manifests = sent.flow.app.manifests();
    let copy = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(&manifests.folder).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
    }
    let file = copy.path().join(format!("{PAYMENTS}.json"));
    let mut manifest: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    let centres = json!({ "id": "centres", "title": "Cost centres", "fields": ["cost_centres"] });
    manifest["connection"]["steps"].as_array_mut().unwrap().insert(1, centres);
    std::fs::write(&file, manifest.to_string()).unwrap();
    manifests.folder = copy.path().to_owned();
    let next = sent.flow.app.replica_beside(manifests).await;
    let link = sent.link().await;
    let mut admin = next.browser();
    admin.get(&link).await;
    let led = lead(&mut admin, &link).await;
    let done = admin.get(&led.back("good")).await;
    let centres = format!("{link}/steps/centres");
    assert_eq!((done.status, &done.location), (303, &centres), "{}", done.text);
    let on = admin.press(&centres, "next").await;
    assert_eq!((on.status, on.location), (303, format!("{link}/steps/merchant")), "{}", on.text);
    assert_eq!(sent.happened("reconnect_link.completed").await, 0);
}

/// A link is for what was connected.
async fn a_set_up_that_is_open_has_none(database: Database) {
    let flow = Flow::start(database).await;
    let key = flow.app.api_key(&[PAYMENTS], &["connections:write"]).await;
    let connection = ConnectionId(flow.app.connection_of(&flow.installed).await);
    let refused =
        flow.app.api(&key).send("POST", &format!("/api/v1/connections/{connection}/reconnect-link"), None).await;
    assert_eq!((refused.status, refused.json()["code"].clone()), (409, json!("finish_set_up")), "{}", refused.text);
    assert_eq!(flow.app.number("SELECT COUNT(*) FROM reconnect_links").await, 0);
}

/// Where a page was.
fn link_of(page: &Answer) -> String {
    page.path.clone()
}

on_both_databases!(
    the_whole_way,
    a_new_link_ends_the_old_and_a_week_every_one,
    each_browser_of_a_link_comes_back_for_itself,
    a_browser_that_knows_the_link_before_goes_on_with_the_new_one,
    officernds_own_connect_completes_it,
    a_refused_permission_is_renewed_in_officernd,
    it_says_what_is_left,
    what_the_settings_page_changes_is_passed_on,
    a_set_up_that_is_open_has_none,
);
