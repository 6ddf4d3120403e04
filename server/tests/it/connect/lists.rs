//! Lists of the partner system: searched, remembered for a moment, and whatever else a hook may answer.

use serde_json::{Value, json};
use server::storage::settings;

use super::steps::{DOORS, ENTRIES, accept};
use super::{opened, pressed, says};
use crate::support::partner::{Mood, TestPartner};
use crate::support::{Browser, Database, Manifests, TestApp, on_both_databases};

/// A pop-up at the step that lists sites, which can be searched.
async fn at_the_sites(database: Database) -> (TestPartner, TestApp, Browser, String) {
    let partner = TestPartner::start().await;
    partner.mood(DOORS, Mood::Status(200));
    accept(&partner);
    let folder = tempfile::tempdir().unwrap();
    let own = Manifests::default().folder;
    let sample = std::fs::read_to_string(own.join("portunus-access.json")).unwrap();
    let searchable = sample.replace(r#""refresh": "on_open", "paged": false"#, r#""searchable": true"#);
    assert_ne!(searchable, sample);
    std::fs::write(folder.path().join("portunus-access.json"), searchable).unwrap();
    std::fs::copy(own.join("portunus-access.svg"), folder.path().join("portunus-access.svg")).unwrap();
    let manifests = Manifests { folder: folder.path().to_owned(), ..partner.manifests() };
    let app = TestApp::start_beside(database, &[], manifests).await;
    let installed = app.install("harbour-and-loom", DOORS, &[]).await;
    let mut browser = app.browser();
    let page = opened(&mut browser, &installed.connect_url).await;
    pressed(&mut browser, &page, "next").await;
    let answer = browser.submit(&format!("{}/steps/credentials", page.path), &ENTRIES).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    (partner, app, browser, format!("{}/steps/site", page.path))
}

async fn a_list_is_searched_and_keeps_what_is_chosen(database: Database) {
    let (partner, _app, mut browser, step) = at_the_sites(database).await;
    says(&browser.get(&step).await, 200, "Look for a name in <bdi>Portunus site</bdi>");
    let last = |partner: &TestPartner| partner.calls("options").pop().unwrap().body();
    assert_eq!(last(&partner)["search"], Value::Null);
    let found = json!([{ "id": "site-7", "name": "Found" }, { "id": "site-uk", "name": "Harbour UK" }]);
    partner.answers(DOORS, "options", json!({ "items": found, "next": "2" }));
    for fields in [
        [("f-site", "site-uk"), ("q-site", " Fou<nd "), ("s-site", ""), ("p-site", "3"), ("act", "find-site")],
        // Return in the line presses the first button of the form.
        [("f-site", "site-uk"), ("q-site", "other"), ("s-site", ""), ("p-site", "3"), ("act", "next")],
    ] {
        let page = browser.submit(&step, &fields).await;
        says(&page, 200, "Found");
        let typed = fields[1].1.trim();
        let asked = last(&partner);
        assert_eq!(
            (&asked["search"], &asked["ids"], &asked["cursor"]),
            (&json!(typed), &json!(["site-uk"]), &json!(null))
        );
        says(&page, 200, &format!(r#"value="{}""#, typed.replace('<', "&lt;")));
        let uk = page.text.split(r#"value="site-uk""#).nth(1).unwrap().split('>').next().unwrap();
        assert!(uk.contains("checked"), "{uk}");
    }
    // More of what was found, then the choice itself.
    let more = [("f-site", "site-7"), ("q-site", "other"), ("s-site", "other"), ("act", "more-site")];
    says(&browser.submit(&step, &more).await, 200, "Found");
    let asked = last(&partner);
    assert_eq!((&asked["search"], &asked["cursor"]), (&json!("other"), &json!("2")));
    let done = [("f-site", "site-7"), ("q-site", "other"), ("s-site", "other"), ("act", "next")];
    assert_eq!(browser.submit(&step, &done).await.status, 303);
    assert_eq!(last(&partner)["search"], Value::Null, "whether it is offered does not depend on what was looked for");
}

async fn an_answer_is_remembered_for_a_moment(database: Database) {
    let (partner, app, mut browser, step) = at_the_sites(database).await;
    let asked = || partner.calls("options").len();
    partner.mood_of(DOORS, "options", Mood::Late(std::time::Duration::from_millis(200), 200));
    let mut windows: Vec<Browser> = (0..5).map(|_| browser.clone()).collect();
    let pages = futures_util::future::join_all(windows.iter_mut().map(|window| window.get(&step))).await;
    assert!(pages.iter().all(|page| page.text.contains("Harbour NL")));
    assert_eq!(asked(), 1, "five windows, one question");
    says(&browser.get(&step).await, 200, "Harbour NL");
    assert_eq!(asked(), 1);
    says(&browser.submit(&step, &[("act", "refresh")]).await, 200, "Harbour NL");
    assert_eq!(asked(), 1, "what has just come is new");
    app.clock.advance(5_000);
    says(&browser.submit(&step, &[("act", "refresh")]).await, 200, "Harbour NL");
    assert_eq!(asked(), 2, "who wants it anew gets it anew");
    // Another account, another list.
    app.clock.advance(1_000);
    let home = step.replace("/site", "/credentials");
    assert_eq!(browser.submit(&home, &ENTRIES).await.status, 303);
    says(&browser.get(&step).await, 200, "Harbour NL");
    assert_eq!(asked(), 3);
    app.clock.advance(30_000);
    partner.mood_of(DOORS, "options", Mood::Status(500));
    says(&browser.get(&step).await, 200, "The list could not be loaded");
    assert_eq!(asked(), 4);
    says(&browser.get(&step).await, 200, "The list could not be loaded");
    assert_eq!(asked(), 4, "a partner in trouble is left alone for a moment");
    app.clock.advance(2_000);
    partner.mood_of(DOORS, "options", Mood::Status(200));
    says(&browser.get(&step).await, 200, "Harbour NL");
}

async fn whatever_a_hook_answers_is_said(database: Database) {
    let (partner, app, mut browser, step) = at_the_sites(database).await;
    let items = |count: usize| {
        let item = |id: usize| json!({ "id": format!("s-{id}"), "name": format!("Site {id}\u{7}") });
        json!({ "items": (0..count).map(item).collect::<Vec<_>>(), "next": null })
    };
    for (status, answer, words) in [
        (200, items(10_000), "Only the first 1000 are shown."),
        (200, json!({ "items": [], "next": null }), "The list is empty."),
        (200, json!({ "items": [{ "id": 1, "name": "a" }] }), "The list could not be loaded"),
        (200, json!("<html>"), "The list could not be loaded"),
        (200, json!({ "items": [{ "id": "a", "name": "x".repeat(2_000_000) }] }), "The list could not be loaded"),
        (302, json!({}), "The list could not be loaded"),
        (404, json!({}), "The list could not be loaded"),
        (503, json!({}), "The list could not be loaded"),
    ] {
        partner.mood_of(DOORS, "options", Mood::Status(status));
        partner.answers(DOORS, "options", answer);
        app.clock.advance(30_000);
        let page = browser.get(&step).await;
        says(&page, 200, words);
        assert!(page.text.matches("<option").count() < 1_010 && !page.text.contains('\u{7}'));
    }
    let steps = step.replace("/site", "/credentials");
    let long =
        json!({ "ok": false, "errors": [{ "field": null, "message": format!("\u{1b}[31m{}", "y".repeat(5_000)) }] });
    for (status, answer, seen, words) in [
        (200, json!({ "ok": false, "errors": [{ "field": "nobody", "message": "Unknown." }] }), 422, "Unknown."),
        (200, long, 422, "[31myyy"),
        (200, json!({ "ok": false, "errors": [] }), 502, "answered in a way we cannot use"),
        (200, json!({ "ok": "yes" }), 502, "answered in a way we cannot use"),
        (200, json!([]), 502, "answered in a way we cannot use"),
        (200, json!({ "ok": true, "account": { "id": "", "name": "a" } }), 502, "answered in a way we cannot use"),
        (200, json!({ "ok": true, "values": "z".repeat(2_000_000) }), 502, "answered in a way we cannot use"),
        (302, json!({}), 502, "answered in a way we cannot use"),
        (400, json!({}), 502, "answered in a way we cannot use"),
        (500, json!({}), 502, "did not answer"),
    ] {
        partner.mood_of(DOORS, "verify", Mood::Status(status));
        partner.answers(DOORS, "verify", answer);
        let page = browser.submit(&steps, &ENTRIES).await;
        says(&page, seen, words);
        assert!(!page.text.contains('\u{1b}') && page.text.matches('y').count() < 3_000, "{}", page.text.len());
    }
    // The account that was verified before is still the one, and nothing is half there.
    let id: uuid::Uuid = app.rows("SELECT id FROM connections").await[0].try_get_by_index(0).unwrap();
    assert_eq!(settings::account(app.app.db.read(), id).await.unwrap().unwrap().name, "Harbour doors");
}

on_both_databases!(
    a_list_is_searched_and_keeps_what_is_chosen,
    an_answer_is_remembered_for_a_moment,
    whatever_a_hook_answers_is_said,
);
