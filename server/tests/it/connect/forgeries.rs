//! OfficeRnD's Connect has no `state`, so anybody can make up a call: what each forgery comes to. The table in
//! `docs/SECURITY.md` names these tests and those beside them.

use serde_json::{Value, json};
use uuid::Uuid;

use super::{account_name, done, opened, pressed, says, with_parameter};
use crate::settings::configure;
use crate::support::partner::{Mood, TestPartner};
use crate::support::{Answer, Browser, Database, Installed, TestApp, on_both_databases};

const TALLY: &str = "tally-desk";
const DOORS: &str = "portunus-access";
const ENTRIES: [(&str, &str); 5] = [
    ("f-region", "eu"),
    ("f-client_id", "victims-client"),
    ("f-client_secret", "victims-s3cret"),
    ("f-service_account_ack", "yes"),
    ("act", "next"),
];

/// Everything that a forger would like to replace: sealed bytes, so that even the same secret sealed anew is seen.
async fn sealed(app: &TestApp, connection: Uuid) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for (table, columns) in [
        ("connection_secrets", ["integration_secret", "subscription_secret"]),
        ("grant_tokens", ["access_token", "refresh_token"]),
    ] {
        for column in columns {
            // PostgreSQL takes the text for a uuid, SQLite holds its bytes.
            let id = match app.database() {
                Database::Sqlite => format!("X'{}'", connection.simple()),
                Database::Postgres => format!("'{connection}'"),
            };
            let rows = app.rows(&format!("SELECT {column} FROM {table} WHERE connection_id = {id}")).await;
            all.push(rows[0].try_get_by_index(0).unwrap());
        }
    }
    assert!(all.len() == 4 && all.iter().all(|record: &Vec<u8>| record.len() > 40), "{all:?}");
    all
}

/// The victim's connection as a forger must leave it.
struct Victim {
    installed: Installed,
    connection: Uuid,
    sealed: Vec<Vec<u8>>,
    kinds: Vec<String>,
    subscription: String,
}

impl Victim {
    async fn of(app: &TestApp, organization: &str) -> Self {
        let installed = app.connected(organization, TALLY, &[]).await;
        let connection = app.connection_of(&installed).await;
        let subscription = app.subscription(&installed).await.id;
        let (sealed, kinds) = (sealed(app, connection).await, app.kinds(connection).await);
        Self { installed, connection, sealed, kinds, subscription }
    }

    async fn is_untouched(&self, app: &TestApp) {
        assert_eq!(sealed(app, self.connection).await, self.sealed, "secrets and grant are the ones from before");
        assert_eq!(app.kinds(self.connection).await, self.kinds);
        assert_eq!(app.subscription(&self.installed).await.id, self.subscription);
        assert_eq!(account_name(app, &self.installed).await.as_deref(), Some("Harbour & Loom"));
        let token = app.access_token(&self.installed).await;
        let home = format!("{}/api/v1/organizations/harbour-and-loom", app.simulator_url);
        assert!(app.request("GET", &home).bearer_auth(token).send().await.unwrap().status().is_success());
    }
}

async fn what_is_stored_is_replaced_only_after_proof(database: Database) {
    let app = TestApp::start(database).await;
    let victim = Victim::of(&app, "harbour-and-loom").await;
    let forger = app.install("studio-17", TALLY, &[]).await;
    let theirs = victim.installed.integration_id.as_str();
    for (slug, words, status) in [
        // The forger's own organization has no such integration, and the forger's code opens no other organization.
        (None, "was removed in OfficeRnD", 400),
        (Some("harbour-and-loom"), "The login belongs to another organization", 403),
    ] {
        let url = with_parameter(&app.connect_with(&forger, &json!({})).await, "integrationId", Some(theirs));
        let url = slug.map_or(url.clone(), |slug| with_parameter(&url, "org_slug", Some(slug)));
        let mut browser = app.browser();
        let page = browser.follow(&url).await;
        let page = if slug.is_none() { pressed(&mut browser, &page, "next").await } else { page };
        says(&page, status, words);
    }
    // A code of the victim's that was seen, but is spent.
    let spent = with_parameter(&forger.connect_url, "code", Some(&victim.installed.code));
    for slug in ["studio-17", "harbour-and-loom"] {
        let url = with_parameter(&with_parameter(&spent, "org_slug", Some(slug)), "integrationId", Some(theirs));
        says(&app.browser().follow(&url).await, 400, "This connect link was opened before");
    }
    victim.is_untouched(&app).await;
    assert_eq!(app.connections().await.len(), 1);
    assert_eq!(app.attempts_with_secrets().await, 0);
}

/// Calls with wrong signatures make us fetch the secret again: with our own token, so that nobody else's word counts.
async fn forged_calls_do_not_replace_the_secret(database: Database) {
    let app = TestApp::start(database).await;
    let victim = Victim::of(&app, "harbour-and-loom").await;
    let before = app.calls("integration").await;
    let forged = json!({ "signature": format!("t={},signature={}", app.clock.now_seconds(), "0".repeat(64)) });
    for _ in 0..5 {
        assert_eq!(app.call(&victim.installed, "healthcheck", &forged).await.status, 401);
    }
    app.run_jobs().await;
    assert_eq!(app.calls("integration").await, before + 1, "it was fetched");
    victim.is_untouched(&app).await;
}

/// Even if OfficeRnD showed an integration to whoever asks, another organization could not take it over.
async fn a_reconnect_from_another_organization_reaches_nothing(database: Database) {
    let app = TestApp::start(database).await;
    let victim = Victim::of(&app, "harbour-and-loom").await;
    let forger = app.install("studio-17", TALLY, &[]).await;
    for shown in ["any", "any_unnamed"] {
        app.switch("integration_of", &json!(shown), None).await;
        let url = app.connect_with(&forger, &json!({})).await;
        let url = with_parameter(&url, "integrationId", Some(&victim.installed.integration_id));
        let mut browser = app.browser();
        let page = opened(&mut browser, &url).await;
        assert!(!page.text.contains("It gets a new login for OfficeRnD"), "it is no reconnect: {}", page.text);
        if shown == "any" {
            // The integration says whose it is.
            let refused = pressed(&mut browser, &page, "next").await;
            says(&refused, 403, "The login belongs to another organization");
            assert_eq!(app.connections().await.len(), 1);
        } else {
            // Nothing contradicts, and yet what comes of it belongs to the forger alone.
            done(&app, &mut browser, &page).await;
            let all = app.connections().await;
            assert_eq!(all.len(), 2);
            assert!(all.iter().any(|one| one["organization"]["slug"] == "studio-17"), "{all:?}");
        }
        assert_eq!(app.happened(victim.connection, "connection.reconnected").await, 0);
        assert_eq!(sealed(&app, victim.connection).await, victim.sealed);
        assert_eq!(account_name(&app, &victim.installed).await.as_deref(), Some("Harbour & Loom"));
        assert_eq!(app.stored(victim.connection).await.subscription_id, Some(victim.subscription.clone()));
    }
}

/// The organization's answer and the integration's must be about the same organization.
async fn answers_of_two_organizations_do_not_mix(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.install("studio-17", TALLY, &[]).await;
    app.switch("organization_answer", &json!("other_id"), Some(1)).await;
    let mut browser = app.browser();
    let page = opened(&mut browser, &installed.connect_url).await;
    let refused = pressed(&mut browser, &page, "next").await;
    says(&refused, 403, "The login belongs to another organization");
    for table in ["organizations", "connections", "connection_secrets", "grant_tokens", "attempt_secrets"] {
        assert_eq!(app.number(&format!("SELECT COUNT(*) FROM {table}")).await, 0, "{table}");
    }
    assert!(app.subscriptions().await.is_empty());
}

async fn a_replayed_code_is_sent_once_whatever_is_around_it(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.install("studio-17", TALLY, &[]).await;
    let other = app.install("harbour-and-loom", TALLY, &[]).await;
    let mut browser = app.browser();
    let page = opened(&mut browser, &installed.connect_url).await;
    done(&app, &mut browser, &page).await;
    let rows = app.counts().await;
    for url in [
        installed.connect_url.clone(),
        with_parameter(&installed.connect_url, "org_slug", Some("harbour-and-loom")),
        with_parameter(&installed.connect_url, "integrationId", Some(&other.integration_id)),
        with_parameter(&other.connect_url, "code", Some(&installed.code)),
    ] {
        says(&app.browser().follow(&url).await, 400, "This connect link was opened before");
    }
    assert_eq!(app.calls("exchange").await, 1);
    assert_eq!(app.counts().await, rows, "a replay writes nothing");
    // For another integration it is another code, which OfficeRnD never gave it.
    let url = installed.connect_url.replace("/i/tally-desk/", "/i/ledgerline-pay/");
    says(&app.browser().follow(&url).await, 400, "This connect link has expired");
    // A cancelled one is spent too.
    let again = app.connect_again(&installed).await;
    let page = opened(&mut browser, &again.connect_url).await;
    browser.press(&page.path, "cancel").await;
    says(&app.browser().follow(&again.connect_url).await, 400, "This connect link was opened before");
    assert_eq!(app.calls("exchange").await, 3);
}

async fn the_attackers_link_links_nothing_of_the_victims(database: Database) {
    let partner = TestPartner::start().await;
    let app = TestApp::start_beside(database, &[], partner.manifests()).await;
    accepts(&partner);
    let mut victim = Victim::of(&app, "harbour-and-loom").await;
    // The victim is known here: a visit, and a pop-up of its own that is open.
    let mut browser = app.browser();
    configure(&app, &mut browser, &victim.installed).await;
    victim.kinds.push("configure.opened".to_owned());
    let own = app.install("harbour-and-loom", DOORS, &[]).await;
    let own_page = opened(&mut browser, &own.connect_url).await;
    let bait = app.install("studio-17", DOORS, &[]).await;
    let rows = app.connections().await.len();

    let scope = opened(&mut browser, &bait.connect_url).await;
    assert_ne!(scope.path, own_page.path);
    names_only(&scope, "Studio 17", "Harbour");
    assert_eq!(app.connections().await.len(), rows, "opening links nothing");
    // Whoever goes on reads on each page for whom: also where the partner's secrets are asked for.
    let step = pressed(&mut browser, &scope, "next").await;
    says(&step, 200, "Sign in to Portunus");
    names_only(&step, "Studio 17", "Harbour");
    let next = browser.submit(&step.path, &ENTRIES).await;
    let site = browser.follow(&next.location).await;
    names_only(&site, "Studio 17", "Harbour & Loom");
    let next = browser.submit(&site.path, &[("f-site", "site-uk"), ("act", "next")]).await;
    let review = browser.follow(&next.location).await;
    says(&review, 200, "Ready to connect");
    names_only(&review, "Studio 17", "Harbour & Loom");
    victim.is_untouched(&app).await;

    // The victim's own pop-up is where it was, and leads to its own organization.
    let again = browser.follow(&own_page.path).await;
    names_only(&again, "Harbour", "Studio 17");
    says(&pressed(&mut browser, &again, "next").await, 200, "Sign in to Portunus");
    let connection = app.connection(&own).await;
    assert_eq!(connection["organization"]["slug"], "harbour-and-loom");
}

#[track_caller]
fn names_only(page: &Answer, named: &str, other: &str) {
    says(page, 200, named);
    assert!(!page.text.contains(other), "{other} is on the page: {}", page.text);
}

async fn a_fixed_cookie_opens_nothing(database: Database) {
    let app = TestApp::start(database).await;
    let forger = app.install("studio-17", TALLY, &[]).await;
    let mut forgers = app.browser();
    let theirs = opened(&mut forgers, &forger.connect_url).await;
    let planted: Vec<String> = forgers.cookies.values().cloned().collect();

    // The forger's cookies were planted in the victim's browser before it connects.
    let victim = app.install("harbour-and-loom", TALLY, &[]).await;
    let mut browser = app.browser();
    browser.cookies.clone_from(&forgers.cookies);
    let page = opened(&mut browser, &victim.connect_url).await;
    says(&page, 200, "Harbour &amp; Loom");
    assert_ne!(page.path, theirs.path);
    let (name, value) = browser.cookies.iter().find(|(name, _)| !forgers.cookies.contains_key(*name)).unwrap();
    assert!(!planted.contains(value), "a cookie is never taken over");

    // The value that the forger knows, under the name that the victim's attempt has; and one that says it is over.
    let ended = format!("over.declined.tally-desk.CA-7K2M-41.{}", app.clock.now());
    let rows = app.counts().await;
    for known in planted.iter().chain([&ended, &String::new()]) {
        let mut guess = app.browser();
        guess.cookies.insert(name.clone(), known.clone());
        says(&guess.get(&page.path).await, 404, "This window has ended");
        for act in ["next", "cancel", "retry"] {
            says(&guess.press(&page.path, act).await, 404, "This window has ended");
        }
    }
    // Beside the right one: which of the two is meant cannot be known.
    let twice = app.request("GET", &page.path).header("cookie", format!("{name}={value}; {name}={}", planted[0]));
    assert_eq!(twice.send().await.unwrap().status(), 404);
    assert_eq!(app.counts().await, rows);
    // A cookie for a window that never was shows its owner an ended window, and opens nothing.
    let unknown = theirs.path.replace(&theirs.path[theirs.path.len() - 4..], "0000");
    let mut guess = app.browser();
    for name in forgers.cookies.keys().chain([name]) {
        guess.cookies.insert(name.clone(), ended.clone());
    }
    says(&guess.get(&unknown).await, 404, "This window has ended");
    done(&app, &mut browser, &page).await;
}

fn accepts(partner: &TestPartner) {
    partner.mood(DOORS, Mood::Status(200));
    let account = json!({ "id": "victims-client", "name": "Victims doors" });
    partner.answers(DOORS, "verify", json!({ "ok": true, "account": account }));
    let sites = json!([{ "id": "site-nl", "name": "Site NL" }, { "id": "site-uk", "name": "Site UK" }]);
    partner.answers(DOORS, "options", json!({ "items": sites, "next": null }));
}

/// Up to the first step of a fresh pop-up.
async fn first_step(app: &TestApp, installed: &Installed) -> (Browser, Answer) {
    let mut browser = app.browser();
    let page = opened(&mut browser, &installed.connect_url).await;
    let step = pressed(&mut browser, &page, "next").await;
    says(&step, 200, "Sign in to Portunus");
    (browser, step)
}

async fn no_window_is_filled_in_from_another(database: Database) {
    let partner = TestPartner::start().await;
    let app = TestApp::start_beside(database, &[], partner.manifests()).await;
    accepts(&partner);
    // The victim has entered everything: one pop-up waits for its review, another's secret for the partner system.
    let reviewed = app.install("harbour-and-loom", DOORS, &[]).await;
    let (mut browser, step) = first_step(&app, &reviewed).await;
    assert_eq!(browser.submit(&step.path, &ENTRIES).await.status, 303);
    let waiting = app.install("harbour-and-loom", DOORS, &[]).await;
    let (mut browser, step) = first_step(&app, &waiting).await;
    partner.mood(DOORS, Mood::Status(503));
    says(&browser.submit(&step.path, &ENTRIES).await, 502, "entries are kept");
    accepts(&partner);

    // Another organization, another installation of the same one, and the forger's window with the victim's address.
    let words = ["victims-client", "victims-s3cret", "Victims doors", "One is stored"];
    for organization in ["studio-17", "harbour-and-loom"] {
        let asked = partner.calls("verify").len();
        let installed = app.install(organization, DOORS, &[]).await;
        let (mut browser, step) = first_step(&app, &installed).await;
        for word in words {
            assert!(!step.text.contains(word), "{organization}: {word}: {}", step.text);
        }
        // What is not typed here is missing here.
        let rest = [ENTRIES[0], ("f-client_id", "forgers-client"), ENTRIES[3], ENTRIES[4]];
        says(&browser.submit(&step.path, &rest).await, 422, "Enter Client secret");
        assert_eq!(partner.calls("verify").len(), asked);
        let whole = [&rest[..3], &[("f-client_secret", "forgers-own"), ENTRIES[4]]].concat();
        let account = json!({ "id": "forgers-client", "name": "Forgers doors" });
        partner.answers(DOORS, "verify", json!({ "ok": true, "account": account }));
        let options = partner.calls("options").len();
        let next = browser.submit(&step.path, &whole).await;
        let site = browser.follow(&next.location).await;
        says(&site, 200, "Forgers doors");
        let own = app.connection_id(&installed).await;
        let bodies = [&partner.calls("verify")[asked..], &partner.calls("options")[options..]].concat();
        assert!(bodies.len() >= 2, "{bodies:?}");
        for call in &bodies {
            let body = call.body();
            assert_eq!((&body["connection"], &body["organization"]["slug"]), (&json!(own), &json!(organization)));
            assert!(!body.to_string().contains("victims"), "{body}");
        }
        accepts(&partner);
        // And nobody reaches the other's step with this window's cookie.
        let victims = step.path.replace(step.path.split('/').nth(2).unwrap(), "ca_00000000000000000000000000000000");
        assert_eq!(browser.submit(&victims, &whole).await.status, 404);
    }
    for installed in [&reviewed, &waiting] {
        let id = app.connection_of(installed).await;
        let values = server::storage::settings::values(app.app.db.read(), id).await.unwrap();
        assert_eq!(values["client_id"], Value::from("victims-client"));
    }
}

on_both_databases!(
    what_is_stored_is_replaced_only_after_proof,
    forged_calls_do_not_replace_the_secret,
    a_reconnect_from_another_organization_reaches_nothing,
    answers_of_two_organizations_do_not_mix,
    a_replayed_code_is_sent_once_whatever_is_around_it,
    the_attackers_link_links_nothing_of_the_victims,
    a_fixed_cookie_opens_nothing,
    no_window_is_filled_in_from_another,
);
