//! What is typed before a sign-in waits for its own browser, and secrets no longer than until it is back.

use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use server::storage::sign_ins;
use uuid::Uuid;

use super::oauth::{AGREED, Flow, Led, PAYMENTS, accept};
use super::{opened, pressed, says};
use crate::settings::configure;
use crate::support::partner::{Mood, TestPartner};
use crate::support::{Browser, Database, TestApp, new_secret, on_both_databases};

/// The step that signs in asks for a secret as well.
fn with_a_secret(partner: &TestPartner) -> (crate::support::Manifests, tempfile::TempDir) {
    let mut manifests = partner.manifests();
    let folder = tempfile::tempdir().unwrap();
    for end in ["json", "svg"] {
        let file = format!("{PAYMENTS}.{end}");
        std::fs::copy(manifests.folder.join(&file), folder.path().join(&file)).unwrap();
    }
    let file = folder.path().join(format!("{PAYMENTS}.json"));
    let mut manifest: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    manifest["connection"]["steps"][0]["fields"] = json!(["single_charger_ack", "webhook_key"]);
    std::fs::write(&file, manifest.to_string()).unwrap();
    manifests.folder = folder.path().to_owned();
    (manifests, folder)
}

async fn a_secret_waits_sealed_and_goes_when_the_browser_is_back(database: Database) {
    let partner = TestPartner::start().await;
    partner.mood(PAYMENTS, Mood::Status(200));
    accept(&partner);
    let (manifests, _folder) = with_a_secret(&partner);
    let app = TestApp::start_beside(database, &[], manifests).await;
    let installed = app.install("harbour-and-loom", PAYMENTS, &[]).await;
    let mut browser = app.browser();
    let page = opened(&mut browser, &installed.connect_url).await;
    pressed(&mut browser, &page, "next").await;
    let step = format!("{}/steps/authorize", page.path);
    let typed = new_secret();
    let send = async |browser: &mut Browser| {
        let fields = [AGREED[0], ("f-webhook_key", typed.as_str()), AGREED[1]];
        Led::of(browser.submit(&step, &fields).await)
    };
    let kept = async || {
        let connection = app.stored(app.connection_of(&installed).await).await;
        let rows = app.rows("SELECT id FROM partner_sign_ins ORDER BY created_at DESC, id DESC LIMIT 1").await;
        let id: Uuid = rows[0].try_get_by_index(0).unwrap();
        let entries = sign_ins::entries(app.app.db.read(), &app.app.vault, &connection, id).await.unwrap();
        entries.expect("entries wait").expose_secret().to_owned()
    };
    let led = send(&mut browser).await;
    assert!(kept().await.contains(&typed), "it waits, or it would have to be typed again each time");
    // Declined, and refused in the end: what may be shown again is kept, and no secret is.
    let declined = format!("/i/{PAYMENTS}/partner-return?error=access_denied&state={}", led.query("state"));
    let page = browser.follow(&declined).await;
    says(&page, 200, "You did not allow it");
    assert!(page.text.contains(r#"value="yes" checked"#) && !page.text.contains(&typed), "{}", page.text);
    let left = kept().await;
    assert!(left.contains("single_charger_ack") && !left.contains(&typed) && !left.contains("webhook_key"), "{left}");
    partner.answers(PAYMENTS, "verify", json!({ "ok": false, "errors": [{ "field": null, "message": "Closed." }] }));
    let led = send(&mut browser).await;
    says(&browser.follow(&led.back("c")).await, 422, "Closed.");
    let left = kept().await;
    assert!(left.contains("single_charger_ack") && !left.contains(&typed), "{left}");
    // It reaches the partner with the tokens of the sign-in for which it was typed.
    accept(&partner);
    let led = send(&mut browser).await;
    says(&browser.follow(&led.back("c")).await, 200, "Choose the merchant account");
    let last = partner.calls("verify").pop().unwrap().body();
    assert_eq!(last["values"]["webhook_key"], typed.as_str());
    assert_eq!(app.number("SELECT COUNT(*) FROM partner_sign_ins").await, 0);
}

async fn another_browser_sees_nothing_of_a_sign_in(database: Database) {
    let flow = Flow::start(database).await;
    let (mut admin, mut other) = (flow.app.browser(), flow.app.browser());
    let settings = configure(&flow.app, &mut admin, &flow.installed).await;
    configure(&flow.app, &mut other, &flow.installed).await;
    let step = format!("{settings}/steps/authorize");
    let led = Led::of(admin.submit(&step, &AGREED).await);
    let agreed = r#"value="yes" checked"#;
    assert!(admin.get(&step).await.text.contains(agreed), "whoever typed it finds it again");
    let (mut window, in_window) = (flow.browser.clone(), flow.step());
    for (browser, step) in [(&mut other, &step), (&mut window, &in_window)] {
        let page = browser.get(step).await;
        says(&page, 200, "Continue leads to the sign-in page");
        assert!(!page.text.contains(agreed), "{}", page.text);
    }
    // What another browser begins takes nothing from this one.
    Led::of(other.submit(&step, &AGREED).await);
    let back = admin.get(&led.back("c")).await;
    assert_eq!((back.status, back.location), (303, format!("{settings}/steps/merchant")), "{}", back.text);
    assert_eq!(flow.sign_ins().await, 1, "nor does the end of one end another");
}

on_both_databases!(a_secret_waits_sealed_and_goes_when_the_browser_is_back, another_browser_sees_nothing_of_a_sign_in,);
