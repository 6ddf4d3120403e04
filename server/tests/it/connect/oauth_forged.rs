//! Returns from the partner's sign-in page that nobody began, or somebody else did.

use app::ids::ConnectionId;
use serde_json::{Value, json};
use server::storage::settings;

use super::oauth::{AGREED, Flow, Led, PAYMENTS, accept};
use super::{account_name, opened, pressed, says};
use crate::settings::configure;
use crate::support::partner::Mood;
use crate::support::{Answer, Browser, Database, Installed, on_both_databases};

/// The one page for all of them. Nothing about any sign-in is on it.
#[track_caller]
fn leads_nowhere(answer: &Answer) {
    says(answer, 400, "This sign-in leads nowhere");
    for told in ["Harbour &amp;", "con_", "ca_", "code=", "state="] {
        assert!(!answer.text.contains(told), "{told}: {}", answer.text);
    }
    assert_eq!(answer.header("referrer-policy"), "no-referrer");
}

/// Another admin's pop-up at the step that signs in.
async fn another(flow: &Flow, organization: &str) -> (Browser, Installed, Led, String) {
    let installed = flow.app.install(organization, PAYMENTS, &[]).await;
    let mut browser = flow.app.browser();
    let page = opened(&mut browser, &installed.connect_url).await;
    pressed(&mut browser, &page, "next").await;
    let led = Led::of(browser.submit(&format!("{}/steps/authorize", page.path), &AGREED).await);
    (browser, installed, led, page.path)
}

async fn nobody_returns_for_another(database: Database) {
    let mut flow = Flow::start(database).await;
    let led = flow.lead().await;
    let (mut mallory, others, forged, others_home) = another(&flow, "studio-17").await;
    let before = flow.app.counts().await;
    // The victim's browser with the attacker's return: it would link the attacker's account to the victim.
    leads_nowhere(&flow.browser.get(&forged.back("attackers-code")).await);
    // The attacker's browser with the victim's state, and a browser that has nothing.
    leads_nowhere(&mallory.get(&led.back("attackers-code")).await);
    leads_nowhere(&flow.app.browser().get(&led.back("c")).await);
    // A cookie of one attempt under the name of another's.
    let mut fixed = flow.app.browser();
    let own = mallory.cookies.values().next().unwrap().clone();
    let name = flow.browser.cookies.keys().next().unwrap().clone();
    fixed.cookies.insert(name, own);
    leads_nowhere(&fixed.get(&led.back("c")).await);
    // Another integration's return address, an invented state, none.
    let state = led.query("state");
    for address in [
        format!("/i/portunus-access/partner-return?code=c&state={state}"),
        format!("/i/tally-desk/partner-return?code=c&state={state}"),
        format!("/i/{PAYMENTS}/partner-return?code=c&state={}", "A".repeat(43)),
        format!("/i/{PAYMENTS}/partner-return?code=c&state={state}x"),
        format!("/i/{PAYMENTS}/partner-return?code=c"),
        format!("/i/{PAYMENTS}/partner-return?error=access_denied"),
        format!("/i/{PAYMENTS}/partner-return"),
    ] {
        leads_nowhere(&flow.browser.get(&address).await);
    }
    for address in [
        format!("/i/{PAYMENTS}/partner-return?code=c&state={state}&state={}", forged.query("state")),
        format!("/i/{PAYMENTS}/partner-return?code=%ff&state={state}"),
    ] {
        says(&flow.browser.get(&address).await, 400, "This address cannot be read");
    }
    says(&flow.browser.get("/i/nobody/partner-return?code=c&state=s").await, 404, "no integration");
    for method in ["POST", "HEAD", "PUT"] {
        let refused = flow.browser.send(method, &led.back("c"), None).await;
        assert_eq!((refused.status, refused.header("allow")), (405, "GET"), "{method}");
    }
    assert!(flow.partner.received().is_empty(), "nobody was asked anything");
    assert_eq!(flow.app.counts().await, before, "and nothing was written");

    // None of it spoiled the two honest sign-ins, and each ends at its own connection.
    says(&flow.browser.follow(&led.back("c-1")).await, 200, "Choose the merchant account");
    let account = json!({ "ok": true, "account": { "id": "l-2", "name": "Studio payments" } });
    flow.partner.answers(PAYMENTS, "verify", account);
    says(&mallory.follow(&forged.back("c-2")).await, 200, "Choose the merchant account");
    let tokens: Vec<String> = flow.partner.calls("token").iter().map(|call| call.form("code")).collect();
    assert_eq!(tokens, ["c-1", "c-2"]);
    let verified: Vec<Value> =
        flow.partner.calls("verify").iter().map(|call| call.body()["connection"].clone()).collect();
    let mut expected = Vec::new();
    for installed in [&flow.installed, &others] {
        expected.push(Value::from(ConnectionId(flow.app.connection_of(installed).await).to_string()));
    }
    assert_eq!(verified, expected);
    for (installed, name) in [(&flow.installed, "Harbour payments"), (&others, "Studio payments")] {
        let id = flow.app.connection_of(installed).await;
        assert_eq!(settings::account(flow.app.app.db.read(), id).await.unwrap().unwrap().name, name);
    }
    assert_eq!(mallory.follow(&others_home).await.status, 200);
}

async fn each_sign_in_has_a_verifier_of_its_own(database: Database) {
    let mut flow = Flow::start(database).await;
    let (first, second) = (flow.lead().await, flow.lead().await);
    // A partner that finds a code of one sign-in in the return of another refuses it, as PKCE has it.
    flow.partner.mood_of(PAYMENTS, "token", Mood::Status(400));
    flow.partner.answers(PAYMENTS, "token", json!({ "error": "invalid_grant" }));
    says(&flow.browser.follow(&second.back("code-of-the-first")).await, 400, "did not work");
    let sent = flow.partner.calls("token").pop().unwrap().form("code_verifier");
    let proof = |verifier: &str| {
        use base64::Engine as _;
        use sha2::Digest as _;
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(sha2::Sha256::digest(verifier))
    };
    assert_eq!(proof(&sent), second.query("code_challenge"));
    assert_ne!(proof(&sent), first.query("code_challenge"));
    assert!(flow.partner.calls("verify").is_empty());
    // The used state is used, whatever code comes with it.
    flow.partner.mood_of(PAYMENTS, "token", Mood::Status(200));
    accept(&flow.partner);
    says(&flow.browser.follow(&second.back("another")).await, 400, "did not work");
    assert_eq!(flow.partner.calls("token").len(), 1);
}

async fn an_overtaken_window_links_nothing(database: Database) {
    let mut flow = Flow::start(database).await;
    let led = flow.lead().await;
    // Another admin connects the same installation later; the connection now rests on that consent.
    flow.app.clock.advance(1_000);
    let again = flow.app.connect_again(&flow.installed).await;
    let mut other = flow.app.browser();
    let page = opened(&mut other, &again.connect_url).await;
    pressed(&mut other, &page, "next").await;
    let back = flow.browser.get(&led.back("c")).await;
    assert_eq!((back.status, &back.location), (303, &flow.home));
    says(&flow.browser.follow(&back.location).await, 200, "finish set-up there");
    assert!(flow.partner.received().is_empty());
    // Removed in OfficeRnD while the admin signs in.
    let led = Led::of(other.submit(&format!("{}/steps/authorize", page.path), &AGREED).await);
    flow.app.clock.advance(1_000);
    flow.app.remove(&flow.installed).await;
    flow.app.run_jobs().await;
    says(&other.follow(&led.back("c")).await, 400, "was removed in OfficeRnD");
    assert!(flow.partner.calls("token").is_empty() && flow.partner.calls("verify").is_empty());
}

async fn from_configure_and_again(database: Database) {
    let mut flow = Flow::start(database).await;
    let mut admin = flow.app.browser();
    let settings = configure(&flow.app, &mut admin, &flow.installed).await;
    let step = format!("{settings}/steps/authorize");
    says(&admin.get(&settings).await, 200, &step);
    let led = Led::of(admin.submit(&step, &AGREED).await);
    // The pop-up's browser cannot return for the visit, nor can another visit of the same connection.
    leads_nowhere(&flow.browser.get(&led.back("c")).await);
    let mut other = flow.app.browser();
    configure(&flow.app, &mut other, &flow.installed).await;
    leads_nowhere(&other.get(&led.back("c")).await);
    let back = admin.get(&led.back("c")).await;
    assert_eq!((back.status, &back.location), (303, &format!("{settings}/steps/merchant")), "{}", back.text);
    let answer = admin.submit(&back.location, &[("f-merchant", "m-eur"), ("act", "next")]).await;
    assert_eq!(answer.location, format!("{settings}/review"));
    assert_eq!(admin.press(&answer.location, "next").await.status, 303);
    assert_eq!(flow.app.connection(&flow.installed).await["state"], "connected");
    let home = flow.home.clone();
    says(&flow.browser.follow(&home).await, 200, "Only this window stayed open");

    // The account is linked again. Declining changes nothing.
    says(&admin.get(&settings).await, 200, "Link the account again");
    let led = Led::of(admin.submit(&step, &AGREED).await);
    let declined = format!("/i/{PAYMENTS}/partner-return?error=access_denied&state={}", led.query("state"));
    says(&admin.follow(&declined).await, 200, "You did not allow it");
    assert_eq!(account_name(&flow.app, &flow.installed).await.as_deref(), Some("Harbour payments"));
    // A visit that has ended meanwhile opens nothing.
    let led = Led::of(admin.submit(&step, &AGREED).await);
    flow.app.execute("UPDATE desk_sessions SET expires_at = 0").await;
    leads_nowhere(&admin.get(&led.back("c")).await);
    let settings = configure(&flow.app, &mut admin, &flow.installed).await;
    leads_nowhere(&admin.get(&led.back("c")).await);
    assert_eq!(flow.partner.calls("token").len(), 1);

    // The same account goes on to the next step, as it is.
    let led = Led::of(admin.submit(&step, &AGREED).await);
    let back = admin.get(&led.back("c")).await;
    assert_eq!((back.status, &back.location), (303, &format!("{settings}/steps/merchant")));
    assert!(!admin.get(&settings).await.text.contains("/steps/merchant"), "nothing is open");
}

on_both_databases!(
    nobody_returns_for_another,
    each_sign_in_has_a_verifier_of_its_own,
    an_overtaken_window_links_nothing,
    from_configure_and_again,
);
