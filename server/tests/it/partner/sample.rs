//! The demo's partner system: it answers what it should, believes only what is signed, and shows no secret.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;
use serde_json::{Map, Value, json};
use server::clock::Clock;
use server::demo::{Demo, DemoOptions};
use server::domain::organization::Organization;
use server::manifest::{Integration, Partner};
use server::random::Random;
use server::upstream::partner::{
    Fact, Facts, Locations, Options, PartnerSystems, Stamp, Subject, Trouble, Verified, Verify,
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::support::Browser;

const ENTRY: &str = "client-secret-nobody-may-see";

async fn demo(folder: &tempfile::TempDir) -> Demo {
    let options = DemoOptions {
        port: 0,
        simulator_port: 0,
        partner_port: 0,
        data_dir: folder.path().to_owned(),
        empty: false,
        variables: HashMap::new(),
    };
    Demo::start(options, Clock::system(), Random::from_system().unwrap()).await.unwrap()
}

fn browser(url: &str) -> Browser {
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
    Browser::new(http, url.to_owned())
}

fn integration(demo: &Demo, slug: &str) -> Arc<Integration> {
    demo.integrations.iter().find(|known| known.slug == slug).unwrap().clone()
}

fn organization() -> Organization {
    Organization {
        id: Uuid::from_u128(1),
        officernd_id: "o".into(),
        slug: "harbour-and-loom".into(),
        name: "Harbour <b>&</b> Loom".into(),
        region_url: "http://127.0.0.1".into(),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_answers_hooks_and_shows_them() {
    let _limit = crate::support::limit();
    let folder = tempfile::tempdir().unwrap();
    let demo = demo(&folder).await;
    let doors = integration(&demo, "portunus-access");
    let payments = integration(&demo, "ledgerline-pay");
    let (doors, payments) = (doors.partner.as_ref().unwrap(), payments.partner.as_ref().unwrap());
    let (client, organization) = (PartnerSystems::new().unwrap(), organization());
    let stamp = || Stamp { id: Uuid::from_u128(7), at: Clock::system().now_seconds() };
    let about = |integration| Subject { integration, connection: Uuid::from_u128(2), organization: &organization };

    let mut page = browser(&demo.partner_url);
    let empty = page.get("/").await;
    assert_eq!(empty.status, 200);
    assert!(empty.text.contains("<strong>SAMPLE. This is no partner’s product.</strong>"), "{}", empty.text);
    assert!(empty.text.contains("Nothing was received yet"), "{}", empty.text);
    assert_eq!(page.get("/style.css").await.status, 200);

    let values = |id: &str| -> Map<String, Value> {
        json!({ "client_id": id, "client_secret": ENTRY }).as_object().unwrap().clone()
    };
    for (id, accepted) in [("hl-prod-7", true), ("wrong-one", false)] {
        let values = values(id);
        let question = Verify {
            step: "credentials",
            check: "partner.verify_credentials",
            values: &values,
            locations: Locations::All,
            oauth: None,
        };
        let answer = client.verify(doors, about("portunus-access"), stamp(), &question).await.unwrap();
        assert_eq!(matches!(answer, Verified::Accepted { .. }), accepted, "{id}");
    }
    let nothing = Map::new();
    let question =
        Options { source: "partner.sites", location: None, depends_on: &nothing, search: None, cursor: None, ids: &[] };
    let sites = client.options(doors, about("portunus-access"), stamp(), &question).await.unwrap();
    assert_eq!(sites.items.iter().map(|item| item.name.as_str()).collect::<Vec<_>>(), ["Harbour NL", "Harbour UK"]);
    let names = ["payments_pending".to_owned()];
    let question = Facts { names: &names, location: None, draft: None };
    let facts = client.facts(payments, about("ledgerline-pay"), stamp(), &question).await.unwrap();
    assert_eq!(facts["payments_pending"], Fact::Count(7));

    // Another secret, and another time.
    let mut forger: Partner = doors.clone();
    forger.secret = SecretString::from("whsec_AAAAAAAA");
    let late = Stamp { at: stamp().at - 301, ..stamp() };
    for (partner, stamp) in [(&forger, stamp()), (doors, late)] {
        let error = client.facts(partner, about("portunus-access"), stamp, &question).await.unwrap_err();
        assert_eq!((error.trouble(), error.http_status()), (Trouble::Status, Some(401)));
    }

    let shown = page.get("/").await.text;
    let order: Vec<usize> = [
        "signature wrong",
        "<strong>facts</strong> ledgerline-pay",
        "<strong>options</strong>",
        "<strong>verify</strong>",
    ]
    .into_iter()
    .map(|text| shown.find(text).unwrap_or_else(|| panic!("{text} is not in {shown}")))
    .collect();
    assert!(order.is_sorted(), "newest first: {order:?}");
    assert!(shown.contains("hl-prod-7") && shown.contains("Harbour &lt;b&gt;&amp;&lt;/b&gt; Loom"), "{shown}");
    assert!(!shown.contains(ENTRY), "{shown}");
    assert!(!shown.contains("<script"), "{shown}");

    assert!(shown.contains(r#"value="answers" checked"#), "{shown}");
    assert_eq!(page.submit("/mood", &[("mood", "fails")]).await.status, 303);
    let error = client.facts(doors, about("portunus-access"), stamp(), &question).await.unwrap_err();
    assert_eq!((error.trouble(), error.http_status()), (Trouble::Status, Some(503)));
    assert!(page.get("/").await.text.contains(r#"value="fails" checked"#));
    assert_eq!(page.submit("/mood", &[("mood", "sulky")]).await.status, 422);

    let stop = CancellationToken::new();
    stop.cancel();
    demo.run(&stop).await.unwrap();
}

/// The whole way: OfficeRnD's Sync and Remove in the simulator arrive at the partner system.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_happens_in_officernd_arrives() {
    let _limit = crate::support::limit();
    let folder = tempfile::tempdir().unwrap();
    let demo = demo(&folder).await;
    let mut officernd = browser(&demo.simulator_url);
    let wanted = json!({ "organization": "harbour-and-loom", "application": "portunus-access", "locations": [] });
    let made = officernd.post("/control/integrations", &wanted).await.json();
    let mut admin = browser(&demo.product_url);
    let page = admin.follow(made["connectUrl"].as_str().unwrap()).await;
    assert_eq!(page.status, 200, "{}", page.text);
    admin.press(&page.path, "next").await;
    let id = made["integrationId"].as_str().unwrap();
    let called = officernd.post(&format!("/control/integrations/{id}/call"), &json!({ "call": "sync" })).await.json();
    assert_eq!(called["status"], 200, "{called}");
    officernd.send("DELETE", &format!("/control/integrations/{id}"), None).await;

    let mut partner = browser(&demo.partner_url);
    let arrived = async {
        loop {
            let shown = partner.get("/").await.text;
            if ["<strong>sync</strong>", "<strong>disconnected</strong>"].iter().all(|hook| shown.contains(hook)) {
                return shown;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let shown = tokio::time::timeout(Duration::from_secs(20), arrived).await.expect("both are told");
    assert!(shown.contains("removed_in_officernd") && shown.contains("signature right"), "{shown}");
    assert!(!shown.contains("signature wrong"), "{shown}");
    let stop = CancellationToken::new();
    stop.cancel();
    demo.run(&stop).await.unwrap();
}

/// What Deskbridge's step leads to: the partner's sign-in page.
async fn led(admin: &mut Browser, step: &str) -> String {
    let page = admin.submit(step, &[("f-single_charger_ack", "yes"), ("act", "next")]).await;
    assert_eq!(page.status, 200, "{}", page.text);
    let mut links = page.text.split("href=\"").skip(1).filter_map(|rest| rest.split('"').next());
    links.find(|link| link.contains("/authorize?")).expect("a link to the partner").replace("&amp;", "&")
}

/// The person decides on the partner's page. Where the browser is sent.
async fn decide(admin: &mut Browser, authorize: &str, act: &str) -> url::Url {
    let page = admin.get(authorize).await;
    assert!(page.status == 200 && page.text.contains("Let Deskbridge use your"), "{} {}", page.status, page.text);
    let back = admin.submit(authorize, &[("account", "1"), ("act", act)]).await;
    assert_eq!(back.status, 303, "{}", back.text);
    url::Url::parse(&back.location).unwrap()
}

fn parameter(url: &url::Url, name: &str) -> String {
    url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
}

/// Its sign-in is as strict as a partner's should be: a code without the verifier of its own sign-in is good for
/// nothing, whoever brings it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn its_sign_in_refuses_the_verifier_of_another() {
    let _limit = crate::support::limit();
    let folder = tempfile::tempdir().unwrap();
    let demo = demo(&folder).await;
    let wanted = json!({ "organization": "harbour-and-loom", "application": "ledgerline-pay", "locations": [] });
    let made = browser(&demo.simulator_url).post("/control/integrations", &wanted).await.json();
    let mut admin = browser(&demo.product_url);
    let home = admin.follow(made["connectUrl"].as_str().unwrap()).await.path;
    admin.press(&home, "next").await;
    let step = format!("{home}/steps/authorize");

    // Nobody who declines is signed in, and what was typed is kept.
    let authorize = led(&mut admin, &step).await;
    let denied = decide(&mut admin, &authorize, "deny").await;
    assert_eq!((parameter(&denied, "error"), parameter(&denied, "code")), ("access_denied".into(), String::new()));
    let page = admin.follow(denied.as_str()).await;
    assert!(page.text.contains("You did not allow it") && page.text.contains("value=\"yes\" checked"), "{}", page.text);

    // A code of one sign-in in the return of another: both were allowed, and the partner finds the wrong verifier.
    let (first, second) = (led(&mut admin, &step).await, led(&mut admin, &step).await);
    let (first, second) = (decide(&mut admin, &first, "allow").await, decide(&mut admin, &second, "allow").await);
    assert_ne!(parameter(&first, "code"), parameter(&second, "code"));
    let mixed = format!(
        "/i/ledgerline-pay/partner-return?code={}&state={}",
        parameter(&first, "code"),
        parameter(&second, "state")
    );
    let page = admin.follow(&mixed).await;
    assert_eq!(page.status, 400, "{}", page.text);
    assert!(page.text.contains("did not work"), "{}", page.text);
    // That try has spent the code; with its own verifier it comes too late.
    let page = admin.follow(first.as_str()).await;
    assert_eq!(page.status, 400, "{}", page.text);
    assert!(page.text.contains("did not work"), "{}", page.text);

    let authorize = led(&mut admin, &step).await;
    let allowed = decide(&mut admin, &authorize, "allow").await;
    let page = admin.follow(allowed.as_str()).await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert!(page.text.contains("<h1><bdi>Choose the merchant account"), "{}", page.text);
    let stop = CancellationToken::new();
    stop.cancel();
    demo.run(&stop).await.unwrap();
}

/// Its endpoints hear what happens, also after a restart, which forgets their secrets.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_hears_of_events() {
    let _limit = crate::support::limit();
    let folder = tempfile::tempdir().unwrap();
    let mut slugs = Vec::new();
    for round in 0..2 {
        let demo = demo(&folder).await;
        let mut officernd = browser(&demo.simulator_url);
        let wish = json!({ "organization": "harbour-and-loom", "application": "meshfern-wifi", "locations": [] });
        let installed = officernd.post("/control/integrations", &wish).await.json();
        let mut admin = browser(&demo.product_url);
        let page = admin.follow(installed["connectUrl"].as_str().unwrap()).await;
        assert_eq!(admin.press(&page.path, "next").await.status, 303, "{}", page.text);
        let call = format!("/control/integrations/{}/call", installed["integrationId"].as_str().unwrap());
        assert_eq!(officernd.post(&call, &json!({ "call": "sync" })).await.status, 200);
        let mut partner = browser(&demo.partner_url);
        let heard = async {
            loop {
                let page = partner.get("/").await.text;
                if page.contains("<strong>sync.requested</strong> meshfern-wifi · Harbour &amp; Loom · 200") {
                    return page;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        let page = tokio::time::timeout(Duration::from_secs(20), heard).await.expect("it hears");
        assert!(!page.contains("signature wrong"), "round {round}: {page}");
        let forged = partner.post("/meshfern-wifi/events", &json!({ "type": "settings.changed" })).await;
        assert_eq!(forged.status, 401);
        assert_eq!(partner.post("/tally-desk/events", &json!({})).await.status, 404);
        slugs.push(demo.integrations.iter().filter(|one| one.partner.is_some()).count());
        let stop = CancellationToken::new();
        stop.cancel();
        demo.run(&stop).await.unwrap();
    }
    let db = folder.path().join("deskbridge.db");
    let db = server::storage::Db::open(&server::config::DatabaseUrl::Sqlite(db)).await.unwrap();
    let endpoints = server::storage::endpoints::all(db.read()).await.unwrap();
    assert_eq!(endpoints.len(), slugs[0], "one each, also at another port: {endpoints:?}");
}
