//! A step of the set-up, sent again from Configure, against what locations say beside it: their secrets were entered for
//! the address that it changes.

use server::domain::connection::{Connection, Location};
use server::domain::settings::edits::Of;
use server::services::health;
use server::storage::connections;

use super::desk::{Desk, RTM, WIFI};
use super::save::located;
use crate::support::{Answer, Database, on_both_databases};

const SECRET: &str = "the-token-of-rotterdam-alone";
const MOVED: [(&str, &str); 4] = [
    ("f-controller", "on_site"),
    ("f-controller_address", "wifi.example.org:8443"),
    ("f-api_token", "the-token-for-the-new-address"),
    ("act", "next"),
];

/// Rotterdam has a token of its own for the address that it inherits.
async fn with_a_token(database: Database) -> Desk {
    let mut desk = Desk::filled(database, WIFI).await;
    let rotterdam = desk.at(RTM);
    Desk::is_saved(&desk.post(&rotterdam, &[("own", "api_token"), ("f.api_token", SECRET)], "save").await);
    desk
}

async fn is_kept(desk: &Desk) -> bool {
    desk.stored().await.secrets.contains_key(&(Of::Location(RTM.to_owned()), "api_token".to_owned()))
}

async fn step(desk: &mut Desk) -> Answer {
    let step = format!("{}/steps/controller", desk.home);
    desk.browser.submit(&step, &MOVED).await
}

async fn without_rotterdam(desk: &Desk) {
    let everywhere = connections::locations(desk.app.app.db.read(), desk.connection).await.unwrap();
    let rest: Vec<Location> = everywhere.into_iter().filter(|location| location.id != RTM).collect();
    located(desk, &rest).await;
}

async fn a_step_takes_no_secret_of_a_location_along(database: Database) {
    let mut desk = with_a_token(database).await;
    let before = desk.stored().await.version;
    for (language, whose, why) in [
        ("en", "API token of Rotterdam", "was entered for another address"),
        ("de", "API token von Rotterdam", "wurde für eine andere Adresse eingegeben"),
    ] {
        desk.browser.cookies.insert("language".to_owned(), language.to_owned());
        let refused = step(&mut desk).await;
        assert_eq!(refused.status, 422, "{}", refused.location);
        assert!(refused.text.contains(whose) && refused.text.contains(why), "{}", refused.text);
        // Of the fields that say where it goes, at the first that changed.
        assert!(refused.text.contains("href=\"#f-controller-0\""), "{}", refused.text);
    }
    desk.browser.cookies.remove("language");
    let refused = step(&mut desk).await;
    assert!(!refused.text.contains("did not accept these entries"), "nobody was asked: {}", refused.text);
    assert!(is_kept(&desk).await);
    assert_eq!(desk.stored().await.version, before);

    // As the page says: removed there, it is in nobody's way.
    let rotterdam = desk.at(RTM);
    Desk::is_saved(&desk.post(&rotterdam, &[("reset", "api_token")], "save").await);
    let done = step(&mut desk).await;
    assert_eq!(done.status, 303, "{}", done.text);
    assert_eq!(desk.organization("controller_address").await, "wifi.example.org:8443");
    desk.history_is_complete().await;
}

async fn a_location_that_left_holds_no_step_up(database: Database) {
    let mut desk = with_a_token(database).await;
    without_rotterdam(&desk).await;
    let done = step(&mut desk).await;
    assert_eq!(done.status, 303, "{}", done.text);
    assert!(!is_kept(&desk).await, "it would go to an address that it was not entered for");
    desk.history_is_complete().await;
}

/// While set-up is open, entries are kept also when the partner system is in trouble: not at such a price.
async fn an_address_that_nobody_confirmed_takes_nothing_away(database: Database) {
    let mut desk = with_a_token(database).await;
    without_rotterdam(&desk).await;
    let (now, stored) = (desk.app.clock.now(), desk.app.stored(desk.connection).await);
    let mut tx = desk.app.app.db.begin().await.unwrap();
    let open = Connection { finished_at: None, ..stored };
    health::save(&desk.app.app, &mut tx, &open, false, now).await.unwrap();
    tx.commit().await.unwrap();
    desk.stop_partner();
    let before = desk.stored().await.version;
    let again = step(&mut desk).await;
    assert_ne!(again.status, 303, "{}", again.location);
    assert!(is_kept(&desk).await);
    assert_eq!(desk.stored().await.version, before);
}

on_both_databases!(
    a_step_takes_no_secret_of_a_location_along,
    a_location_that_left_holds_no_step_up,
    an_address_that_nobody_confirmed_takes_nothing_away
);
