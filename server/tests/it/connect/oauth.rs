//! The partner's own sign-in in the pop-up: there, back, and everything that can go wrong on the way.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use server::storage::settings;
use sha2::{Digest as _, Sha256};
use url::Url;

use super::{account_name, done_with, opened, pressed, says};
use crate::support::partner::{Mood, TestPartner};
use crate::support::{Answer, Browser, Database, Installed, TestApp, new_secret, on_both_databases};

pub(super) const PAYMENTS: &str = "ledgerline-pay";
pub(super) const AGREED: [(&str, &str); 2] = [("f-single_charger_ack", "yes"), ("act", "next")];

/// A partner system that accepts everything, and a pop-up at the step that signs in.
pub(super) struct Flow {
    pub(super) partner: TestPartner,
    pub(super) app: TestApp,
    pub(super) installed: Installed,
    pub(super) browser: Browser,
    pub(super) home: String,
}

/// The way to the partner's sign-in page.
pub(super) struct Led {
    pub(super) page: Answer,
    pub(super) url: Url,
}

impl Led {
    pub(super) fn of(page: Answer) -> Self {
        assert_eq!(page.status, 200, "{}", page.text);
        let links = page.text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
        let url = links.into_iter().find(|link| link.contains("/authorize?")).expect("a link");
        let url = url.replace("&amp;", "&");
        Self { url: Url::parse(&url).unwrap(), page }
    }

    pub(super) fn query(&self, name: &str) -> String {
        self.url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
    }

    /// Where the partner sends the browser.
    pub(super) fn back(&self, code: &str) -> String {
        let state = self.query("state");
        format!("/i/{PAYMENTS}/partner-return?code={code}&state={state}")
    }
}

pub(super) fn accept(partner: &TestPartner) {
    let token = json!({ "access_token": new_secret(), "refresh_token": new_secret(), "more": [1] });
    partner.answers(PAYMENTS, "token", token);
    let account = json!({ "id": "l-1", "name": "Harbour payments" });
    partner.answers(PAYMENTS, "verify", json!({ "ok": true, "account": account }));
    let merchants = json!([{ "id": "m-eur", "name": "Harbour BV" }, { "id": "m-gbp", "name": "Harbour Ltd" }]);
    partner.answers(PAYMENTS, "options", json!({ "items": merchants, "next": null }));
}

impl Flow {
    pub(super) async fn start(database: Database) -> Self {
        let partner = TestPartner::start().await;
        partner.mood(PAYMENTS, Mood::Status(200));
        accept(&partner);
        let app = TestApp::start_beside(database, &[], partner.manifests()).await;
        let installed = app.install("harbour-and-loom", PAYMENTS, &[]).await;
        let mut browser = app.browser();
        let page = opened(&mut browser, &installed.connect_url).await;
        let first = pressed(&mut browser, &page, "next").await;
        says(&first, 200, "Authorize Ledgerline");
        says(&first, 200, "Continue leads to the sign-in page of <bdi>Ledgerline Pay</bdi>, in this window.");
        Self { partner, app, installed, browser, home: page.path }
    }

    pub(super) fn step(&self) -> String {
        format!("{}/steps/authorize", self.home)
    }

    /// Sends the step, and is on the way to the partner.
    pub(super) async fn lead(&mut self) -> Led {
        let step = self.step();
        Led::of(self.browser.submit(&step, &AGREED).await)
    }

    async fn values(&self) -> Value {
        let id = self.app.connection_of(&self.installed).await;
        Value::Object(settings::values(self.app.app.db.read(), id).await.unwrap())
    }

    pub(super) async fn sign_ins(&self) -> i64 {
        self.app.number("SELECT COUNT(*) FROM partner_sign_ins").await
    }
}

async fn the_whole_way(database: Database) {
    let mut flow = Flow::start(database).await;
    let led = flow.lead().await;
    says(&led.page, 200, "You are on your way to the sign-in page of <bdi>Ledgerline Pay</bdi>");
    let head = led.page.text.split("</head>").next().unwrap();
    let refresh = format!(r#"<meta http-equiv="refresh" content="0; url={}">"#, led.url.as_str().replace('&', "&amp;"));
    assert!(head.contains(&refresh), "{refresh}: {head}");
    assert_eq!(led.page.header("cross-origin-opener-policy"), "unsafe-none");
    assert!(flow.partner.received().is_empty(), "nobody is asked before the admin was there");
    assert_eq!(flow.values().await, json!({}), "nor is anything kept as if it were right");

    let redirect_uri = format!("{}/i/{PAYMENTS}/partner-return", flow.app.url);
    for (name, value) in [
        ("response_type", "code"),
        ("client_id", "deskbridge-ledgerline-pay"),
        ("redirect_uri", &redirect_uri),
        ("scope", "merchants.read payments.write ledger.write"),
        ("code_challenge_method", "S256"),
    ] {
        assert_eq!(led.query(name), value);
    }
    assert!(URL_SAFE_NO_PAD.decode(led.query("state")).unwrap().len() >= 16, "128 bits at least");

    let back = flow.browser.get(&led.back("good+code")).await;
    assert_eq!((back.status, &back.location), (303, &flow.home), "{}", back.text);
    assert_eq!(back.header("referrer-policy"), "no-referrer");
    assert_eq!(back.header("cross-origin-opener-policy"), "unsafe-none");
    let asked = flow.partner.calls("token");
    let [asked] = &asked[..] else { panic!("{asked:?}") };
    let sent = ["grant_type", "code", "redirect_uri"].map(|name| asked.form(name));
    assert_eq!(sent, ["authorization_code".to_owned(), "good code".to_owned(), redirect_uri]);
    let proof = URL_SAFE_NO_PAD.encode(Sha256::digest(asked.form("code_verifier")));
    assert_eq!(proof, led.query("code_challenge"));
    let basic = STANDARD.decode(asked.authorization.strip_prefix("Basic ").unwrap()).unwrap();
    let integration = flow.app.integrations.iter().find(|known| known.slug == PAYMENTS).unwrap();
    let secret = &integration.partner.as_ref().unwrap().oauth.as_ref().unwrap().client_secret;
    let secret = utf8_percent_encode(secret.expose_secret(), NON_ALPHANUMERIC);
    assert_eq!(String::from_utf8(basic).unwrap(), format!("deskbridge%2Dledgerline%2Dpay:{secret}"));

    let verified = flow.partner.calls("verify");
    let [verified] = &verified[..] else { panic!("{verified:?}") };
    assert!(flow.app.is_signed(verified));
    let body = verified.body();
    assert_eq!((&body["step"], &body["check"]), (&json!("authorize"), &json!("partner.oauth")));
    assert_eq!(body["oauth"], flow.partner.given("token"), "as received");
    assert_eq!((&body["values"], &body["locations"]), (&json!({ "single_charger_ack": true }), &json!("all")));

    let merchant = flow.browser.follow(&back.location).await;
    says(&merchant, 200, "Choose the merchant account");
    assert_eq!(flow.values().await, json!({ "single_charger_ack": true }));
    assert_eq!(flow.sign_ins().await, 0, "nothing of it is left");
    let answer = flow.browser.submit(&merchant.path, &[("f-merchant", "m-eur"), ("act", "next")]).await;
    says(&flow.browser.follow(&answer.location).await, 200, "Harbour payments");
    let home = flow.home.clone();
    done_with(&flow.app, &flow.browser.press(&home, "next").await);
    assert_eq!(account_name(&flow.app, &flow.installed).await.as_deref(), Some("Harbour payments"));
}

async fn who_declines_can_try_again(database: Database) {
    let mut flow = Flow::start(database).await;
    for (error, status, words) in [
        ("access_denied", 200, "You did not allow it at <bdi>Ledgerline Pay</bdi>"),
        ("server_error", 400, "Signing in to <bdi>Ledgerline Pay</bdi> did not work"),
        ("", 400, "Signing in to <bdi>Ledgerline Pay</bdi> did not work"),
    ] {
        let led = flow.lead().await;
        let state = led.query("state");
        let back = format!("/i/{PAYMENTS}/partner-return?error={error}&error_description=%3Cb%3E&state={state}");
        let page = flow.browser.follow(&back).await;
        assert_eq!(page.path, flow.step());
        says(&page, status, words);
        says(&page, status, "Try again");
        assert!(page.text.contains(r#"value="yes" checked"#), "what was entered is kept: {}", page.text);
        assert!(!page.text.contains("&lt;b&gt;"), "what others write is not shown: {}", page.text);
        // Said once more when the page is loaded again, and gone with the next try.
        says(&flow.browser.get(&page.path).await, status, words);
    }
    assert!(flow.partner.received().is_empty());
    let led = flow.lead().await;
    says(&flow.browser.follow(&led.back("c")).await, 200, "Choose the merchant account");
}

async fn a_token_endpoint_in_trouble_costs_no_entry(database: Database) {
    let mut flow = Flow::start(database).await;
    let (no_answer, bad, again) =
        ("<bdi>Ledgerline Pay</bdi> did not answer", "answered in a way we cannot use", "did not work");
    for (status, answer, seen, words) in [
        (503, json!({}), 502, no_answer),
        (302, json!({}), 502, bad),
        (404, json!({}), 502, bad),
        (401, json!({ "error": "invalid_client" }), 502, bad),
        (400, json!({ "error": "invalid_grant" }), 400, again),
        (200, json!({ "token_type": "bearer" }), 502, bad),
        (200, json!({ "access_token": "" }), 502, bad),
        (200, json!(["x"]), 502, bad),
        (200, json!({ "access_token": "x", "more": "x".repeat(70_000) }), 502, bad),
    ] {
        flow.partner.mood_of(PAYMENTS, "token", Mood::Status(status));
        flow.partner.answers(PAYMENTS, "token", answer.clone());
        let before = flow.partner.calls("token").len();
        let led = flow.lead().await;
        let page = flow.browser.follow(&led.back("c")).await;
        says(&page, seen, words);
        assert!(page.text.contains(r#"value="yes" checked"#), "what was entered is kept: {}", page.text);
        assert_eq!(flow.partner.calls("token").len(), before + 1, "tried once: {status} {answer}");
    }
    assert!(flow.partner.calls("verify").is_empty());
    assert_eq!(flow.app.connection(&flow.installed).await["state"], "finish_set_up");
    flow.partner.mood_of(PAYMENTS, "token", Mood::Status(200));
    accept(&flow.partner);
    let led = flow.lead().await;
    says(&flow.browser.follow(&led.back("c")).await, 200, "Choose the merchant account");
}

async fn what_verify_refuses_is_said_at_its_field(database: Database) {
    let mut flow = Flow::start(database).await;
    let errors = json!([
        { "field": "single_charger_ack", "message": "Somebody else charges <b>." },
        { "field": null, "message": "This account is closed." },
    ]);
    flow.partner.answers(PAYMENTS, "verify", json!({ "ok": false, "errors": errors }));
    let led = flow.lead().await;
    let page = flow.browser.follow(&led.back("c")).await;
    says(&page, 422, "Ledgerline Pay did not accept these entries");
    says(&page, 422, "This account is closed.");
    assert_eq!(page.text.matches("Somebody else charges &lt;b&gt;.").count(), 2, "{}", page.text);
    assert_eq!(flow.values().await, json!({}));
    flow.partner.mood_of(PAYMENTS, "verify", Mood::Status(500));
    let led = flow.lead().await;
    says(&flow.browser.follow(&led.back("c")).await, 502, "did not answer");
    flow.partner.mood_of(PAYMENTS, "verify", Mood::Status(200));
    accept(&flow.partner);
    let led = flow.lead().await;
    says(&flow.browser.follow(&led.back("c")).await, 200, "Choose the merchant account");
}

async fn a_window_that_was_closed_goes_on(database: Database) {
    let mut flow = Flow::start(database).await;
    let (step, home) = (flow.step(), flow.home.clone());
    // A first try without the confirmation leads nowhere.
    says(&flow.browser.submit(&step, &[("act", "next")]).await, 422, "Confirm: Only one system");
    assert_eq!(flow.sign_ins().await, 0);
    let led = flow.lead().await;
    let page = flow.browser.follow(&home).await;
    assert_eq!(page.path, step, "whoever closes the window at the partner's comes back to the step");
    says(&page, 200, "Continue leads to the sign-in page");
    assert!(page.text.contains(r#"value="yes" checked"#), "what was entered is kept: {}", page.text);
    // A process that died over the return: the state is used, and after a while the page says what to do.
    flow.app.execute(&format!("UPDATE partner_sign_ins SET used_at = {}", flow.app.clock.now())).await;
    says(&flow.browser.get(&step).await, 200, "Continue leads to the sign-in page");
    flow.app.clock.advance(3 * 60_000);
    says(&flow.browser.get(&step).await, 400, "did not work");
    says(&flow.browser.follow(&led.back("c")).await, 400, "did not work");
    assert!(flow.partner.received().is_empty(), "nobody knows whether the code was sent, so it is not sent again");
    // Too late is said as such, and costs nothing.
    let late = flow.lead().await;
    flow.app.clock.advance(30 * 60_000);
    says(&flow.browser.follow(&late.back("c")).await, 400, "took too long");
    let led = flow.lead().await;
    says(&flow.browser.follow(&led.back("c")).await, 200, "Choose the merchant account");
    // Old sign-ins do not pile up.
    for _ in 0..20 {
        flow.lead().await;
    }
    assert_eq!(flow.sign_ins().await, 8);
    flow.app.clock.advance(60 * 60_000);
    let mut tx = flow.app.app.db.begin().await.unwrap();
    server::storage::housekeeping::delete_expired(&mut tx, flow.app.clock.now()).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(flow.sign_ins().await, 0);
}

async fn two_clicks_sign_in_once(database: Database) {
    let mut flow = Flow::start(database).await;
    let (first, second) = (flow.lead().await, flow.lead().await);
    assert_ne!(first.query("state"), second.query("state"));
    let slow = Mood::Late(std::time::Duration::from_millis(300), 200);
    flow.partner.mood_of(PAYMENTS, "token", slow);
    let (mut one, mut other) = (flow.browser.clone(), flow.browser.clone());
    let address = second.back("c");
    let (one, other) = tokio::join!(one.get(&address), other.get(&address));
    for answer in [&one, &other] {
        assert_eq!((answer.status, &answer.location), (303, &flow.home), "{}", answer.text);
    }
    assert_eq!((flow.partner.calls("token").len(), flow.partner.calls("verify").len()), (1, 1));
    // The window that was left behind, and the page loaded again: nothing is asked a second time.
    for late in [first.back("c"), second.back("c")] {
        let page = flow.browser.follow(&late).await;
        assert!(page.status == 200 || page.text.contains("This sign-in leads nowhere"), "{}", page.text);
    }
    assert_eq!((flow.partner.calls("token").len(), flow.partner.calls("verify").len()), (1, 1));
    let id = flow.app.connection_of(&flow.installed).await;
    assert_eq!(flow.app.happened(id, "partner.linked").await, 1);
}

on_both_databases!(
    the_whole_way,
    who_declines_can_try_again,
    a_token_endpoint_in_trouble_costs_no_entry,
    what_verify_refuses_is_said_at_its_field,
    a_window_that_was_closed_goes_on,
    two_clicks_sign_in_once,
);
