//! A lock that is asked about or refused: what is typed beside it stays, and what counts is what was shown.

use app::forms::Act;
use app::texts::Language;
use secrecy::ExposeSecret as _;
use server::clock::HOUR;
use server::domain::settings::entries::Entries;
use server::services::settings::later::{self, Restoring, Wish};
use server::services::settings::locks::{self, Confirmed, Outcome, Press};
use server::storage::settings::drafts;

use super::as_shown::posted;
use super::desk::{DOORS, Desk, PAY, RTM};
use crate::support::{Answer, Database, on_both_databases};

const ADMIN: &str = "65f0a1b2c3d4e5f60ad00001";
const SECRET: &str = "typed-beside-a-lock";

/// Presses the button of a question that asks in the words of this version.
async fn answer(desk: &mut Desk, question: &str, version: &str, act: &str) -> Answer {
    desk.browser.submit(question, &[("version", version), ("act", act)]).await
}

fn holds(page: &Answer, name: &str, value: &str) -> bool {
    posted(&page.text, "settings").contains(&(name.to_owned(), value.to_owned()))
}

async fn nothing_typed_is_lost_beside_a_lock(database: Database) {
    let mut desk = Desk::filled(database, PAY).await;
    let home = desk.home.clone();
    // The second one is a mistake that nobody has asked about yet.
    let typed = [
        ("own", "lead_days"),
        ("f.lead_days", "6"),
        ("own", "statement_text"),
        ("f.statement_text", "half a sente"),
        ("own", "webhook_key"),
        ("f.webhook_key", SECRET),
    ];
    let asked = desk.post(&home, &typed, "lock:auto_charge").await;
    assert!(asked.location.contains("/confirm/"), "{} {}", asked.location, asked.text);
    let (id, now) = (desk.draft("confirm").await.parse().unwrap(), desk.app.clock.now());
    let (stored, app) = (desk.app.stored(desk.connection).await, &desk.app.app);
    let kept = drafts::get(app.db.read(), &app.vault, &stored, Some(ADMIN), id, now).await.unwrap().unwrap();
    assert!(!kept.1.expose_secret().contains(SECRET), "a secret waits nowhere");

    let version = desk.version().await;
    let back = answer(&mut desk, &asked.location, &version, "edit").await;
    assert!(back.location.starts_with(&format!("{home}?draft=")), "{}", back.location);
    let page = desk.browser.get(&back.location).await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert!(holds(&page, "f.lead_days", "6") && holds(&page, "f.statement_text", "half a sente"), "{}", page.text);
    assert!(page.text.contains("value=\"lock:auto_charge\""), "nothing is locked yet");

    let done = answer(&mut desk, &asked.location, &version, "save").await;
    assert!(done.location.starts_with(&format!("{home}?draft=")), "{} {}", done.location, done.text);
    assert!(desk.stored().await.layers.locks.contains_key("auto_charge"));
    assert_eq!(desk.organization("lead_days").await, "nothing", "a lock saves nothing that is typed");
    // Pressed twice, it leads to the same.
    let again = answer(&mut desk, &asked.location, &version, "save").await;
    assert_eq!((again.status, &again.location), (303, &done.location));
    let page = desk.browser.get(&done.location).await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert!(page.text.contains("value=\"unlock:auto_charge\""), "{}", page.text);
    assert!(holds(&page, "f.lead_days", "6") && holds(&page, "f.statement_text", "half a sente"), "{}", page.text);
    assert!(!page.text.contains(SECRET));

    // From there it is saved as ever.
    let mut form = posted(&page.text, "settings");
    let statement = form.iter_mut().find(|(name, _)| name == "f.statement_text").unwrap();
    statement.1 = "HARBOUR 2".to_owned();
    form.push(("act".to_owned(), "save".to_owned()));
    let fields: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    Desk::is_saved(&desk.browser.submit(&done.location, &fields).await);
    assert_eq!(desk.organization("lead_days").await, 6);
    assert_eq!(desk.organization("statement_text").await, "HARBOUR 2");
    desk.history_is_complete().await;
}

/// A page that was posted as it came leads back to the page without anything that could run out.
async fn a_lock_on_an_untouched_page_leaves_no_draft(database: Database) {
    let mut desk = Desk::filled(database, PAY).await;
    let home = desk.home.clone();
    let shown = desk.browser.get(&home).await;
    let mut form = posted(&shown.text, "settings");
    form.push(("act".to_owned(), "lock:auto_charge".to_owned()));
    let fields: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let asked = desk.browser.submit(&home, &fields).await;
    assert!(asked.location.contains("/confirm/"), "{} {}", asked.location, asked.text);
    let version = desk.version().await;
    assert_eq!(answer(&mut desk, &asked.location, &version, "edit").await.location, home);
    assert_eq!(answer(&mut desk, &asked.location, &version, "save").await.location, home);
    assert_eq!(desk.app.number("SELECT COUNT(*) FROM setting_drafts").await, 0);
    // What is not asked about comes back at once, with the lock.
    let set = desk.post(&home, &[("own", "lead_days"), ("f.lead_days", "6")], "lock:min_charge").await;
    assert_eq!(set.status, 200, "{}", set.text);
    assert!(set.text.contains("value=\"unlock:min_charge\"") && holds(&set, "f.lead_days", "6"), "{}", set.text);
}

/// Whoever saves meanwhile may have changed what the lock brings into use.
async fn a_lock_counts_for_the_version_that_was_shown(database: Database) {
    let mut desk = Desk::filled(database, PAY).await;
    let home = desk.home.clone();
    let asked = desk.post(&home, &[], "lock:auto_charge").await;
    let (shown, seen) = (desk.version().await, desk.stored().await.version);
    Desk::is_saved(&desk.post(&home, &[("own", "receipts")], "save").await);
    let anew = answer(&mut desk, &asked.location, &shown, "save").await;
    assert_eq!(anew.status, 422, "{}", anew.location);
    assert!(anew.text.contains("were changed after you were asked"), "{}", anew.text);
    // The same, when it happens after the answer was read.
    let press = Press {
        act: Act::Lock("auto_charge".to_owned()),
        member: Some(ADMIN.to_owned()),
        entries: Entries::of_version(shown.clone()),
        confirmed: Some(Confirmed { draft: desk.draft("confirm").await.parse().unwrap(), version: seen }),
        page: home.clone(),
        language: Language::English,
    };
    let late = locks::set(&desk.app.app, desk.integration(), desk.connection, press).await.unwrap();
    assert!(matches!(late, Outcome::Moved));
    assert!(desk.stored().await.layers.locks.is_empty());
    assert_eq!(desk.app.number("SELECT COUNT(*) FROM setting_drafts").await, 1, "the question still waits");

    let now = desk.version().await;
    assert_eq!(answer(&mut desk, &asked.location, &now, "save").await.location, home);
    assert!(desk.stored().await.layers.locks.contains_key("auto_charge"));
    desk.history_is_complete().await;
}

async fn a_version_comes_back_as_it_was_shown(database: Database) {
    let mut desk = Desk::filled(database, DOORS).await;
    let (home, rotterdam) = (desk.home.clone(), desk.at(RTM));
    let fields = [("own", "no_group_policy"), ("f.no_group_policy", "delete")];
    let asked = desk.post(&rotterdam, &fields, "save").await;
    let version = desk.version().await;
    let name = [("version", version.as_str()), ("typed", "rotterdam katendrecht"), ("act", "save")];
    Desk::is_saved(&desk.browser.submit(&asked.location, &name).await);
    let dangerous = desk.stored().await.version;
    Desk::is_saved(&desk.post(&rotterdam, &[("reset", "no_group_policy")], "save").await);
    let (now, seen) = (desk.version().await, desk.stored().await.version);
    let (address, act) = (format!("{home}/history/{dangerous}"), format!("restore:{dangerous}"));
    let asked = desk.browser.submit(&address, &[("version", now.as_str()), ("act", act.as_str())]).await;
    assert!(asked.location.contains("/confirm/"), "{} {}", asked.location, asked.text);
    Desk::is_saved(&desk.post(&home, &[("own", "early_entry"), ("f.early_entry", "5")], "save").await);

    let name = [("version", now.as_str()), ("typed", "Harbour & Loom"), ("act", "save")];
    let anew = desk.browser.submit(&asked.location, &name).await;
    assert_eq!(anew.status, 422, "{}", anew.location);
    assert!(anew.text.contains("were changed after you were asked"), "{}", anew.text);
    let wish = Wish {
        member: Some(ADMIN.to_owned()),
        version: dangerous,
        seen,
        confirmed: Some(desk.draft("confirm").await.parse().unwrap()),
        page: address,
    };
    let late = later::restore(&desk.app.app, desk.integration(), desk.connection, wish).await.unwrap();
    assert!(matches!(late, Restoring::Moved));
    assert_eq!(desk.own(RTM, "no_group_policy").await, "nothing");
    assert_eq!(desk.organization("early_entry").await, 5);
    desk.history_is_complete().await;
}

/// An address with a draft outlives it: the page says so, and shows what is saved.
async fn a_draft_that_is_gone_leads_to_the_page(database: Database) {
    let mut desk = Desk::filled(database, PAY).await;
    let home = desk.home.clone();
    let asked = desk.post(&home, &[("own", "lead_days"), ("f.lead_days", "6")], "lock:auto_charge").await;
    let version = desk.version().await;
    let done = answer(&mut desk, &asked.location, &version, "save").await;
    assert!(done.location.contains("?draft="), "{} {}", done.location, done.text);
    desk.app.clock.advance(25 * HOUR);
    (desk.browser, desk.home) = desk.visit().await;
    let made_up = format!("{home}?draft={}", "0".repeat(32));
    for address in [&done.location, &made_up] {
        let page = desk.browser.get(address).await;
        assert_eq!(page.status, 200, "{address}: {}", page.text);
        assert!(page.text.contains("is not here any more"), "{address}: {}", page.text);
        assert!(!posted(&page.text, "settings").is_empty() && !holds(&page, "f.lead_days", "6"), "{}", page.text);
    }
}

/// A lock brings the organization's word into use as if somebody had entered it at the location.
async fn a_lock_is_refused_as_the_entry_would_be(database: Database) {
    let mut desk = Desk::filled(database, PAY).await;
    let home = desk.home.clone();
    let before = desk.stored().await;
    // Bristol has no direct debit in euros, and while payments are on their way it keeps its merchant account.
    for (key, says) in [("methods", "cannot be used in"), ("merchant", "Merchant account cannot be changed now")] {
        let typed = [("own", "lead_days"), ("f.lead_days", "6")];
        let refused = desk.post(&home, &typed, &format!("lock:{key}")).await;
        assert_eq!(refused.status, 422, "{key}: {}", refused.location);
        assert!(refused.text.contains(says), "{key}: {}", refused.text);
        assert!(holds(&refused, "f.lead_days", "6"), "{key}: {}", refused.text);
    }
    // A question that was asked before it came to that says so, and cannot be answered with yes.
    let asked = desk.post(&home, &[], "lock:auto_charge").await;
    desk.app.execute("UPDATE setting_drafts SET page = REPLACE(page, 'auto_charge', 'methods')").await;
    let page = desk.browser.get(&asked.location).await;
    assert_eq!(page.status, 422, "{}", page.text);
    assert!(page.text.contains("This cannot be done now") && !page.text.contains("value=\"save\""), "{}", page.text);
    let version = desk.version().await;
    assert_eq!(answer(&mut desk, &asked.location, &version, "save").await.status, 422);
    let press = Press {
        act: Act::Lock("methods".to_owned()),
        member: Some(ADMIN.to_owned()),
        entries: Entries::of_version(version),
        confirmed: Some(Confirmed { draft: desk.draft("confirm").await.parse().unwrap(), version: before.version }),
        page: home,
        language: Language::English,
    };
    let late = locks::set(&desk.app.app, desk.integration(), desk.connection, press).await.unwrap();
    assert!(matches!(late, Outcome::Refused(_)));
    assert_eq!(desk.stored().await.version, before.version);
    assert_eq!(desk.stored().await.layers, before.layers);
}

on_both_databases!(
    nothing_typed_is_lost_beside_a_lock,
    a_lock_on_an_untouched_page_leaves_no_draft,
    a_lock_counts_for_the_version_that_was_shown,
    a_version_comes_back_as_it_was_shown,
    a_draft_that_is_gone_leads_to_the_page,
    a_lock_is_refused_as_the_entry_would_be
);
