//! The pop-up and every message around it speak the language that the browser asks for, or that was chosen there.

use app::ids::ConnectionId;
use uuid::Uuid;

use super::{done, opened};
use crate::support::{Answer, Database, TestApp, answer, on_both_databases};

async fn get(app: &TestApp, address: &str, accepted: &str, cookie: &str) -> Answer {
    let request = app.request("GET", address).header("accept-language", accepted).header("cookie", cookie);
    answer(request).await
}

fn is_german(answer: &Answer) {
    assert!(answer.text.contains("<html lang=\"de\">"), "{}", answer.text);
}

async fn a_message_speaks_the_reader_s_language(database: Database) {
    let app = TestApp::start(database).await;
    let settings = format!("/settings/{}", ConnectionId(Uuid::nil()));
    for (address, status, words) in [
        (settings.as_str(), 401, "Öffnen Sie Configure noch einmal in OfficeRnD"),
        ("/i/nobody/connect?code=a", 404, "Unter dieser Adresse gibt es keine Integration"),
        ("/i/tally-desk/connect?code=%zz", 400, "lang=\"de\""),
        ("/reconnect/nothing-of-ours", 410, "Was hier war, gibt es nicht mehr"),
        ("/connect/att_1", 404, "lang=\"de\""),
        ("/no/such/page", 404, "lang=\"de\""),
    ] {
        let german = get(&app, address, "de-AT,de;q=0.9,en;q=0.5", "a=b").await;
        assert_eq!(german.status, status, "{address}: {}", german.text);
        is_german(&german);
        assert!(german.text.contains(words), "{address}: {}", german.text);
        let english = get(&app, address, "fr,en;q=0.5", "a=b").await;
        assert!(english.text.contains("<html lang=\"en\">"), "{address}");
        // A choice goes before the browser's wish.
        is_german(&get(&app, address, "en", "language=de").await);
    }
    // The stale page is one page, in each language.
    let unknown = get(&app, &settings, "de", "a=b").await;
    let other = format!("/settings/{}", ConnectionId(Uuid::from_u128(7)));
    assert_eq!(unknown.text, get(&app, &other, "de", "a=b").await.text);
}

async fn a_message_can_be_read_in_another_language(database: Database) {
    let app = TestApp::start(database).await;
    let settings = format!("/settings/{}", ConnectionId(Uuid::nil()));
    for address in [settings.as_str(), "/reconnect/nothing-of-ours", "/no/such/page"] {
        let page = get(&app, address, "en", "a=b").await;
        assert!(page.text.contains("href=\"?language=de\""), "{address}: {}", page.text);
        let chosen = get(&app, &format!("{address}?language=de"), "en", "a=b").await;
        is_german(&chosen);
        assert!(chosen.header("set-cookie").starts_with("language=de; "), "{address}: {:?}", chosen.headers);
    }
    // At OfficeRnD's own addresses the query is a code or a signature, which no link of ours may replace or repeat.
    for address in ["/i/nobody/connect?code=a&language=de", "/i/nobody/configure?slug=a"] {
        let page = get(&app, address, "en", "a=b").await;
        assert!(page.text.contains("<html lang=\"en\">") && !page.text.contains("?language="), "{}", page.text);
        assert!(page.headers.get("set-cookie").is_none());
    }
}

async fn the_pop_up_changes_its_language(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.install("harbour-and-loom", "tally-desk", &[]).await;
    let mut browser = app.browser();
    let page = opened(&mut browser, &installed.connect_url).await;
    assert!(page.text.contains("href=\"?language=de\""), "{}", page.text);
    let german = browser.get(&format!("{}?language=de", page.path)).await;
    is_german(&german);
    assert!(german.text.contains("verbinden"), "{}", german.text);
    // From now on every page of this browser.
    is_german(&browser.get(&page.path).await);
    let pressed = browser.press(&page.path, "nothing-there").await;
    assert_eq!(pressed.status, 400);
    is_german(&pressed);
    done(&app, &mut browser, &page).await;
}

/// Each page after the first one, too.
async fn steps_are_asked_in_the_language_of_the_page(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.install("harbour-and-loom", "portunus-access", &[]).await;
    let mut browser = app.browser();
    browser.cookies.insert("language".to_owned(), "de".to_owned());
    let page = browser.follow(&installed.connect_url).await;
    is_german(&page);
    let step = browser.press(&page.path, "next").await;
    assert_eq!(step.status, 303);
    let step = browser.follow(&step.location).await;
    is_german(&step);
    assert!(step.text.contains("Bei Portunus anmelden"), "{}", step.text);
    assert!(step.text.contains("href=\"?language=en\""), "{}", step.text);
    // What the partner has not translated is there in its own words.
    let untranslated = app.install("studio-17", "meshfern-wifi", &[]).await;
    let page = browser.follow(&untranslated.connect_url).await;
    let step = browser.press(&page.path, "next").await;
    let step = browser.follow(&step.location).await;
    is_german(&step);
    assert!(step.text.contains("Meshfern controller"), "{}", step.text);
}

on_both_databases!(
    a_message_speaks_the_reader_s_language,
    a_message_can_be_read_in_another_language,
    the_pop_up_changes_its_language,
    steps_are_asked_in_the_language_of_the_page
);
