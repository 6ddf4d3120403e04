//! `/alerts`, and what is done there.

use app::ids::ConnectionId;
use app::role::Role;
use server::domain::alerting::State;
use server::storage::incidents::{self, Incident};
use uuid::Uuid;

use super::Scene;
use crate::support::{Database, on_both_databases};

on_both_databases!(
    the_page_says_what_is_open_how_it_was_grouped_and_who_was_told,
    one_person_is_on_it,
    a_link_shows_its_incident_however_many_there_are,
    the_time_line_of_a_connection_has_its_notices,
    rules_that_make_no_sense_are_said_at_their_field,
    a_change_of_the_rules_is_recorded,
    a_test_arrives_where_it_can
);

async fn the_page_says_what_is_open_how_it_was_grouped_and_who_was_told(database: Database) {
    let mut scene = Scene::start(database).await;
    let empty = scene.engineer.get("/alerts").await.text;
    assert!(empty.contains("Nothing is wrong that has lasted.") && empty.contains("href=\"/alerts\""), "{empty}");
    scene.refused(6).await;
    scene.after(0).await;
    let watched = scene.engineer.get("/alerts").await.text;
    assert!(
        watched.contains("Too young to be told.") && watched.contains("Login refused: 6 organizations"),
        "{watched}"
    );
    scene.after(5).await;
    let open = scene.engineer.get("/alerts").await.text;
    for part in [
        "6 organizations with the same cause at the same integration, within an hour of each other. Grouping rule 2.",
        "href=\"/tenants?state=reconnect&amp;integration=tally-desk\"",
        "Robin engineer, by mail: sent 24 November 2026, 12:05",
        "I am on it",
    ] {
        assert!(open.contains(part), "{part}: {open}");
    }
    scene.well().await;
    scene.after(1).await;
    let calm = scene.engineer.get("/alerts").await.text;
    assert!(calm.contains("Nothing of it is left since 24 November 2026, 12:06."), "{calm}");
    scene.after(10).await;
    let over = scene.engineer.get("/alerts").await.text;
    assert!(over.contains("Recovered") && over.contains("that it is over: sent"), "{over}");
    let mut german = scene.app.staff(Role::Viewer).await;
    german.cookies.insert("language".to_owned(), "de".to_owned());
    let page = german.get("/alerts").await.text;
    assert!(page.contains("Anmeldung abgelehnt: 6 Organisationen bei") && !page.contains("Ich kümmere mich"), "{page}");
}

async fn one_person_is_on_it(database: Database) {
    let mut scene = Scene::start(database).await;
    scene.refused(6).await;
    scene.after(0).await;
    scene.after(5).await;
    let page = scene.engineer.get("/alerts").await.text;
    let incident: String = format!("inc_{}", page.split("inc_").nth(1).unwrap().get(..32).unwrap());
    let take = [("act", "take"), ("incident", incident.as_str())];
    assert_eq!(scene.app.staff(Role::Viewer).await.submit("/alerts", &take).await.status, 404);
    assert_eq!(scene.app.staff(Role::Support).await.submit("/alerts", &take).await.location, "/alerts?said=taken");
    assert_eq!(scene.engineer.submit("/alerts", &take).await.location, "/alerts?said=gone");
    let page = scene.engineer.get("/alerts?said=gone").await.text;
    assert!(page.contains("Robin support") && page.contains("is on it since"), "{page}");
    assert_eq!(scene.app.staff_kinds().await.iter().filter(|kind| *kind == "incident.taken").count(), 1);
    // A look does not take it away.
    scene.after(1).await;
    assert_eq!(scene.app.number("SELECT COUNT(*) FROM incidents WHERE acknowledged_by = 'Robin support'").await, 1);
    // When it comes again, somebody has to take it again.
    scene.well().await;
    scene.after(1).await;
    scene.after(10).await;
    scene.refused(6).await;
    scene.after(1).await;
    assert_eq!(scene.app.number("SELECT COUNT(*) FROM incidents WHERE acknowledged_by IS NULL").await, 1);
}

async fn a_link_shows_its_incident_however_many_there_are(database: Database) {
    let mut scene = Scene::start(database).await;
    scene.refused(6).await;
    scene.after(0).await;
    let text = scene.after(5).await[0].text();
    let address = text.split_whitespace().find(|word| word.contains("://")).unwrap();
    let link = address.strip_prefix(&scene.app.url).unwrap().to_owned();
    let incident = link.strip_prefix("/alerts?incident=").unwrap();
    // As many as the page lists are newer.
    let mut tx = scene.app.app.db.begin().await.unwrap();
    let (open, _) = incidents::first(tx.connection(), State::Open, 1).await.unwrap();
    for number in 1..=100 {
        let other = Incident { id: Uuid::from_u128(number), watched_at: open[0].watched_at + 1, ..open[0].clone() };
        incidents::add(&mut tx, &other).await.unwrap();
    }
    tx.commit().await.unwrap();
    assert!(!scene.engineer.get("/alerts").await.text.contains(incident), "it is not among the first");
    let page = scene.engineer.get(&link).await.text;
    let before = page.split("aria-labelledby=\"open\"").next().unwrap();
    assert!(before.contains("From your link") && before.contains(incident), "{before}");
    let take = [("act", "take"), ("incident", incident)];
    assert_eq!(scene.engineer.submit(&link, &take).await.location, format!("{link}&said=taken"));
    let closed = format!("state = 'closed', closed_how = 'recovered', closed_at = {}", scene.app.clock.now());
    scene.app.execute(&format!("UPDATE incidents SET {closed}")).await;
    let page = scene.engineer.get(&link).await.text;
    let before = page.split("aria-labelledby=\"open\"").next().unwrap();
    assert!(before.contains("From your link") && before.contains("Recovered"), "{before}");
    for forgotten in ["inc_00000000000000000000000000000fff", "x"] {
        let page = scene.engineer.get(&format!("/alerts?incident={forgotten}")).await;
        assert!(page.status == 200 && page.text.contains("is no longer kept"), "{}", page.text);
    }
}

async fn the_time_line_of_a_connection_has_its_notices(database: Database) {
    let mut scene = Scene::start(database).await;
    scene.refused(1).await;
    scene.after(0).await;
    let line = |place: usize| format!("/connections/{}/activity", ConnectionId(scene.connections[place]));
    let (concerned, another) = (line(0), line(1));
    assert!(!scene.engineer.get(&concerned).await.text.contains("Notice: "), "nobody is told yet");
    assert_eq!(scene.after(15).await.len(), 1);
    let page = scene.engineer.get(&concerned).await.text;
    for part in ["Notice: ", "Login refused: Tallydesk Print", "Robin engineer", "Arrived"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(!scene.engineer.get(&another).await.text.contains("Notice: "), "it is about one");
    scene.well().await;
    scene.after(1).await;
    assert_eq!(scene.after(10).await.len(), 1);
    assert!(scene.engineer.get(&concerned).await.text.contains("Notice that it is over: "));
}

async fn rules_that_make_no_sense_are_said_at_their_field(database: Database) {
    let mut scene = Scene::start(database).await;
    let fields = |name: &'static str, value: &'static str| {
        [
            ("one", "15"),
            ("many", "5"),
            ("from", "1"),
            ("zone", "Europe/Amsterdam"),
            ("quiet-from", "22"),
            ("quiet-until", "7"),
            ("digest", "8"),
        ]
        .map(|(known, usual)| (known, if known == name { value } else { usual }))
        .into_iter()
        .chain([("act", "rules"), ("language", "en")])
        .collect::<Vec<_>>()
    };
    for (name, value, said) in [
        ("one", "soon", "Type a whole number from 0 to 1440."),
        ("many", "-1", "Type a whole number from 0 to 1440."),
        ("from", "0", "Type a whole number from 1 to"),
        ("zone", "Mars/Olympus", "There is no such zone."),
        ("quiet-from", "24", "Type a whole number from 0 to 23."),
        ("quiet-until", "7:30", "Type a whole number from 0 to 23."),
        ("digest", "noon", "Type a whole number from 0 to 23."),
    ] {
        let answer = scene.engineer.submit("/alerts", &fields(name, value)).await;
        assert_eq!(answer.status, 422, "{name}={value}");
        assert!(
            answer.text.contains(said) && answer.text.contains(&format!("value=\"{value}\"")),
            "{name}: {}",
            answer.text
        );
    }
    assert_eq!(scene.app.number("SELECT COUNT(*) FROM alerting WHERE rules IS NOT NULL").await, 0);
    assert_eq!(scene.engineer.submit("/alerts", &fields("", "")).await.status, 303);
    let mut viewer = scene.app.staff(Role::Viewer).await;
    let page = viewer.get("/alerts").await.text;
    assert!(
        page.contains("Quiet from 22:00 to 7:00 (Europe/Amsterdam).") && !page.contains("name=\"quiet-from\""),
        "{page}"
    );
}

/// Who changed when colleagues are woken can be looked up, and to what.
async fn a_change_of_the_rules_is_recorded(database: Database) {
    let mut scene = Scene::start(database).await;
    let before = scene.app.staff_kinds().await.len();
    for _ in 0..2 {
        scene.rules(&[("one", "20")]).await;
    }
    assert_eq!(scene.app.staff_kinds().await[before..], ["alerts.rules_saved"], "the same again changes nothing");
    let told = "SELECT detail FROM staff_activity WHERE kind = 'alerts.rules_saved' AND actor = 'Robin engineer'";
    let told = scene.app.texts(told).await;
    assert!(told[0].as_deref().unwrap().contains("\"one_minutes\":20"), "{told:?}");
}

async fn a_test_arrives_where_it_can(database: Database) {
    let mut scene = Scene::start(database).await;
    assert_eq!(scene.engineer.submit("/alerts", &[("act", "test")]).await.location, "/alerts?said=tested");
    let told = scene.after(0).await;
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].header("Subject").as_str(), &told[0].to[0]), ("[Deskbridge] Test notice", &scene.address));
    let page = scene.engineer.get("/alerts?said=tested").await.text;
    assert!(page.contains("Test to Robin engineer, by mail: sent"), "{page}");
    assert_eq!(scene.app.staff_kinds().await.last().unwrap(), "alerts.tested");
    // Without a mail server and a webhook there is nowhere.
    let bare = crate::support::TestApp::start(database).await;
    let mut engineer = bare.staff(Role::Engineer).await;
    assert_eq!(engineer.submit("/alerts", &[("act", "test")]).await.location, "/alerts?said=nowhere");
    assert!(engineer.get("/alerts").await.text.contains("No mail server is set"));
}
