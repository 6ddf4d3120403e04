//! A question before something dangerous that nobody answers: it ends, and what was typed does not.

use secrecy::ExposeSecret as _;
use server::clock::{HOUR, MINUTE, Millis};
use server::storage::settings::drafts;
use uuid::Uuid;

use super::as_shown::posted;
use super::desk::{BRS, DOORS, Desk, PAY, RTM};
use crate::support::{Answer, Database, on_both_databases};

const ADMIN: &str = "65f0a1b2c3d4e5f60ad00001";
const SECRET: &str = "typed-before-a-question";

fn holds(page: &Answer, name: &str, value: &str) -> bool {
    posted(&page.text, "settings").contains(&(name.to_owned(), value.to_owned()))
}

/// A dangerous value and a harmless one, at Rotterdam.
async fn asked(desk: &mut Desk) -> Answer {
    let rotterdam = desk.at(RTM);
    let fields =
        [("own", "no_group_policy"), ("f.no_group_policy", "delete"), ("own", "early_entry"), ("f.early_entry", "25")];
    let asked = desk.post(&rotterdam, &fields, "save").await;
    assert!(asked.location.contains("/confirm/"), "{} {}", asked.location, asked.text);
    asked
}

/// Somebody who works on beside it, so that the visit outlives the question.
async fn over_an_hour_later(desk: &mut Desk) {
    for _ in 0..2 {
        desk.app.clock.advance(31 * MINUTE);
        let home = desk.home.clone();
        assert_eq!(desk.browser.get(&home).await.status, 200);
    }
}

async fn a_question_that_waited_too_long_leads_to_what_was_typed(database: Database) {
    let mut desk = Desk::filled(database, DOORS).await;
    let rotterdam = desk.at(RTM);
    let question = asked(&mut desk).await.location;
    over_an_hour_later(&mut desk).await;
    let before = desk.stored().await.version;
    let form = format!("{rotterdam}?draft={}", desk.draft("confirm").await);
    let version = desk.version().await;
    let yes = [("version", version.as_str()), ("typed", "rotterdam katendrecht"), ("act", "save")];
    let pages = [desk.browser.get(&question).await, desk.browser.submit(&question, &yes).await];
    for page in &pages {
        assert_eq!(page.status, 410, "{}", page.text);
        assert!(page.text.contains("This question has waited too long"), "{}", page.text);
        assert!(page.text.contains("Nothing of it was saved."), "{}", page.text);
        assert!(page.text.contains(&format!("href=\"{form}\"")), "{}", page.text);
        assert!(page.text.contains(&format!("href=\"{rotterdam}\"")), "{}", page.text);
    }
    desk.browser.cookies.insert("language".to_owned(), "de".to_owned());
    let page = desk.browser.get(&question).await;
    assert!(page.text.contains("Diese Frage hat zu lange gewartet"), "{}", page.text);
    desk.browser.cookies.remove("language");
    assert_eq!(desk.stored().await.version, before, "an answer that comes too late saves nothing");

    // Whether or not the sweep came by.
    for swept in [false, true] {
        if swept {
            desk.app.run_jobs().await;
        }
        let page = desk.browser.get(&form).await;
        assert_eq!(page.status, 200, "{}", page.text);
        assert!(holds(&page, "f.no_group_policy", "delete") && holds(&page, "f.early_entry", "25"), "{}", page.text);
        assert_eq!(desk.browser.get(&question).await.status, 410, "{swept}");
    }
    // From there it is asked about anew, and saved.
    let page = desk.browser.get(&form).await;
    let mut fields = posted(&page.text, "settings");
    fields.push(("act".to_owned(), "save".to_owned()));
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let anew = desk.browser.submit(&form, &fields).await;
    assert!(anew.location.contains("/confirm/"), "{} {}", anew.location, anew.text);
    let version = desk.version().await;
    let yes = [("version", version.as_str()), ("typed", "rotterdam katendrecht"), ("act", "save")];
    Desk::is_saved(&desk.browser.submit(&anew.location, &yes).await);
    assert_eq!(desk.own(RTM, "early_entry").await, 25);
    let home = desk.home.clone();
    let page = desk.browser.get(&home).await;
    assert!(!page.text.contains("value=\"resume\""), "what is saved is not offered: {}", page.text);
    desk.history_is_complete().await;
}

/// The visit ends together with the question; the next one offers what was typed, and a day later it is gone.
async fn the_next_visit_offers_what_waited(database: Database) {
    let mut desk = Desk::filled(database, DOORS).await;
    let question = asked(&mut desk).await.location;
    desk.app.clock.advance(62 * MINUTE);
    assert_eq!(desk.browser.get(&question).await.status, 401);
    (desk.browser, desk.home) = desk.visit().await;
    let home = desk.home.clone();
    let page = desk.browser.get(&home).await;
    assert!(page.text.contains("2 changes of ") && page.text.contains("value=\"resume\""), "{}", page.text);
    let resumed = desk.post(&home, &[], "resume").await;
    let form = desk.browser.get(&resumed.location).await;
    assert!(holds(&form, "f.no_group_policy", "delete") && holds(&form, "f.early_entry", "25"), "{}", form.text);
    desk.app.clock.advance(24 * HOUR);
    (desk.browser, desk.home) = desk.visit().await;
    let page = desk.browser.get(&question).await;
    assert_eq!(page.status, 404, "{}", page.text);
    assert!(page.text.contains("This question is over"), "{}", page.text);
    assert!(page.text.contains(&format!("href=\"{home}\"")), "{}", page.text);
    desk.app.run_jobs().await;
    assert_eq!(desk.app.number("SELECT COUNT(*) FROM setting_drafts").await, 0);
}

/// A question keeps typed secrets for its answer, and nothing keeps them longer.
async fn secrets_end_with_the_question(database: Database) {
    let mut desk = Desk::filled(database, PAY).await;
    let home = desk.home.clone();
    Desk::is_saved(&desk.post(&home, &[("own", "auto_charge")], "save").await);
    let typed = [("own", "auto_charge"), ("f.auto_charge", "on"), ("own", "webhook_key"), ("f.webhook_key", SECRET)];
    let question = desk.post(&home, &typed, "save").await.location;
    assert!(question.contains("/confirm/"), "{question}");
    let id: Uuid = desk.draft("confirm").await.parse().unwrap();
    let kept = async |desk: &Desk| -> String {
        let (stored, app) = (desk.app.stored(desk.connection).await, &desk.app.app);
        let kept = drafts::get(app.db.read(), &app.vault, &stored, Some(ADMIN), id, desk.app.clock.now()).await;
        kept.unwrap().unwrap().1.expose_secret().to_owned()
    };
    desk.app.run_jobs().await;
    assert!(kept(&desk).await.contains(SECRET), "it can still be answered");
    over_an_hour_later(&mut desk).await;
    desk.app.run_jobs().await;
    assert!(!kept(&desk).await.contains(SECRET));
    let page = desk.browser.get(&format!("{home}?draft={}", desk.draft("lapsed").await)).await;
    assert!(holds(&page, "f.auto_charge", "on") && !page.text.contains(SECRET), "{}", page.text);
    assert!(page.text.contains("Enter Webhook signing key again before you save"), "{}", page.text);
}

/// Gone on with and saved, it is not offered once more; one with nothing left to save hides no other.
async fn what_was_saved_since_is_not_offered(database: Database) {
    let mut desk = Desk::filled(database, DOORS).await;
    let (home, bristol) = (desk.home.clone(), desk.at(BRS));
    desk.app.clock.advance(61 * MINUTE);
    for (page, typed) in [(&bristol, "20"), (&home, "5")] {
        assert_eq!(desk.post(page, &[("own", "early_entry"), ("f.early_entry", typed)], "save").await.status, 401);
        desk.app.clock.advance(1_000);
    }
    (desk.browser, desk.home) = desk.visit().await;
    // The newer one is entered by hand.
    Desk::is_saved(&desk.post(&home, &[("own", "early_entry"), ("f.early_entry", "5")], "save").await);
    let resumed = desk.post(&home, &[], "resume").await;
    assert!(resumed.location.starts_with(&bristol), "{}", resumed.location);
    let page = desk.browser.get(&resumed.location).await;
    let mut fields = posted(&page.text, "settings");
    fields.push(("act".to_owned(), "save".to_owned()));
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let saved = desk.browser.submit(&resumed.location, &fields).await;
    Desk::is_saved(&saved);
    assert_eq!(desk.own(BRS, "early_entry").await, 20);
    for page in [&saved.location, &home] {
        let page = desk.browser.get(page).await;
        assert!(!page.text.contains("value=\"resume\""), "{}", page.text);
    }
}

/// A key that was taken away too early: what it sealed is looked for once.
async fn what_does_not_open_is_thrown_away(database: Database) {
    let mut desk = Desk::filled(database, DOORS).await;
    asked(&mut desk).await;
    desk.app.execute("UPDATE setting_drafts SET entries = substr(entries, 2)").await;
    desk.app.clock.advance(HOUR + MINUTE);
    desk.app.run_jobs().await;
    assert_eq!(desk.app.number("SELECT COUNT(*) FROM setting_drafts").await, 0);
}

/// A process that lacks its manifest leaves it to others, and one that is over is the housekeeping's.
async fn only_what_can_lapse_here_is_looked_for(database: Database) {
    let mut desk = Desk::filled(database, DOORS).await;
    asked(&mut desk).await;
    let now = desk.app.clock.now();
    let found = async |slug: &str, now: Millis| {
        let known = [slug.to_owned()];
        drafts::unanswered(desk.app.app.db.read(), &known, now, now, 10).await.unwrap().len()
    };
    assert_eq!(found(DOORS, now).await, 1);
    assert_eq!(found(PAY, now).await, 0);
    assert_eq!(found(DOORS, now + 24 * HOUR).await, 0);
}

/// As a later release may leave it, before a replica of this one gets the request.
async fn a_draft_of_an_unknown_kind_is_no_question(database: Database) {
    let mut desk = Desk::filled(database, DOORS).await;
    let question = asked(&mut desk).await.location;
    let before = desk.stored().await.version;
    desk.app.execute("UPDATE setting_drafts SET kind = 'of_tomorrow'").await;
    let version = desk.version().await;
    let yes = [("version", version.as_str()), ("typed", "rotterdam katendrecht"), ("act", "save")];
    assert_eq!(desk.browser.get(&question).await.status, 404);
    let answered = desk.browser.submit(&question, &yes).await;
    assert!(!answered.location.contains("saved="), "{}", answered.location);
    assert_eq!(desk.stored().await.version, before);
    assert_eq!(desk.app.number("SELECT COUNT(*) FROM setting_drafts").await, 1, "it is there for who knows it");
}

on_both_databases!(
    a_question_that_waited_too_long_leads_to_what_was_typed,
    the_next_visit_offers_what_waited,
    secrets_end_with_the_question,
    what_was_saved_since_is_not_offered,
    what_does_not_open_is_thrown_away,
    only_what_can_lapse_here_is_looked_for,
    a_draft_of_an_unknown_kind_is_no_question
);
