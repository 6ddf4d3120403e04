//! Saving what stands on a page: at the organization, at a location, refused, merged, asked about.

use app::forms::Path;
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use server::clock::{HOUR, MINUTE};
use server::domain::connection::Location;
use server::domain::settings::edits::Of;
use server::storage::connections;
use server::storage::settings::drafts;
use uuid::Uuid;

use super::as_shown::posted;
use super::desk::{BRS, DOORS, Desk, HOT, PAY, RTM, WIFI};
use crate::support::{Answer, Database, on_both_databases};

async fn a_value_is_set_overridden_and_inherited_again(database: Database) {
    let mut desk = Desk::filled(database, DOORS).await;
    let (home, rotterdam) = (desk.home.clone(), desk.at(RTM));
    let version = desk.stored().await.version;
    let saved = desk.post(&home, &[("own", "early_entry"), ("f.early_entry", "15")], "save").await;
    Desk::is_saved(&saved);
    assert_eq!(desk.organization("early_entry").await, 15);
    assert_eq!(desk.stored().await.version, version + 1);
    assert_eq!(desk.app.happened(desk.connection, "settings.changed").await, 1);

    // One row at one location; everything else still follows the organization.
    let row = format!("plan_groups.{HOT}");
    let value = format!("f.{row}");
    let saved = desk
        .post(&rotterdam, &[("own", row.as_str()), (value.as_str(), "g-front"), (value.as_str(), "g-f1")], "save")
        .await;
    Desk::is_saved(&saved);
    assert_eq!(desk.own(RTM, "plan_groups").await, json!({ HOT: ["g-front", "g-f1"] }));
    assert_eq!(desk.organization("plan_groups").await[HOT], json!(["g-day"]));
    // Nothing chosen is a value.
    Desk::is_saved(&desk.post(&rotterdam, &[("own", row.as_str())], "save").await);
    assert_eq!(desk.own(RTM, "plan_groups").await, json!({ HOT: [] }));
    Desk::is_saved(&desk.post(&rotterdam, &[("reset", row.as_str())], "save").await);
    assert_eq!(desk.own(RTM, "plan_groups").await, "nothing");
    assert_eq!(desk.stored().await.version, version + 4);
    desk.history_is_complete().await;
    // Who and when, for each.
    let marks = desk.stored().await.marks;
    let mark = &marks[&(server::domain::settings::edits::Of::Organization, "early_entry".to_owned())];
    assert_eq!(mark.by, Some(app::ports::Actor::Admin(Some("65f0a1b2c3d4e5f60ad00001".into()))));
    // The row for all others is called as it is in its table.
    let row = Path::field("plan_groups").at("*").to_string();
    let value = format!("f.{row}");
    Desk::is_saved(&desk.post(&home, &[("own", row.as_str()), (value.as_str(), "g-f1")], "save").await);
    let history = desk.browser.get(&format!("{home}/history")).await;
    assert!(history.text.contains("All others"), "{}", history.text);
}

async fn what_did_not_change_is_not_written(database: Database) {
    let mut desk = Desk::filled(database, DOORS).await;
    let (home, bristol) = (desk.home.clone(), desk.at(BRS));
    let before = desk.stored().await;
    // A whole page as it stands: what is inherited, what is its own, sets in another order.
    let answer = desk
        .post(
            &home,
            &[
                ("see", "early_entry"),
                ("f.early_entry", "10"),
                ("see", "late_exit"),
                ("f.late_exit", "15,0"),
                ("own", "everyone_groups"),
                ("f.everyone_groups", "g-front"),
                ("own", "never_touch"),
                ("f.never_touch", "alarm@example.org\r\n"),
                ("see", "staffed_hours"),
                ("f.staffed_hours.mon.0:from", "08:30"),
                ("f.staffed_hours.mon.0:to", "18:00"),
                ("f.staffed_hours.tue.0:from", "08:30"),
                ("f.staffed_hours.tue.0:to", "18:00"),
                ("f.staffed_hours.wed.0:from", "08:30"),
                ("f.staffed_hours.wed.0:to", "18:00"),
                ("f.staffed_hours.thu.0:from", "08:30"),
                ("f.staffed_hours.thu.0:to", "18:00"),
                ("f.staffed_hours.fri.0:from", "08:30"),
                ("f.staffed_hours.fri.0:to", "18:00"),
                ("own", "client_secret"),
                ("f.client_secret", ""),
            ],
            "save",
        )
        .await;
    Desk::is_saved(&answer);
    assert!(answer.location.contains("saved=0"), "{}", answer.location);
    let row = format!("plan_groups.{HOT}");
    let value = format!("f.{row}");
    let fields = [
        ("own", row.as_str()),
        (value.as_str(), "g-uk-guest"),
        (value.as_str(), "g-uk-day"),
        ("f.door_check_in", "inherit"),
    ];
    assert!(desk.post(&bristol, &fields, "save").await.location.contains("saved=0"));
    assert_eq!(desk.stored().await.layers, before.layers);
    assert_eq!(desk.stored().await.version, before.version);
    // Typed over what is inherited, it is the location's own; an equal value that is its own stays.
    Desk::is_saved(&desk.post(&bristol, &[("see", "reconcile_at"), ("f.reconcile_at", "04:15")], "save").await);
    assert_eq!(desk.own(BRS, "reconcile_at").await, "04:15");
    assert_eq!(desk.own(BRS, "late_exit").await, 15);
    Desk::is_saved(&desk.post(&bristol, &[("f.door_check_in", "off")], "save").await);
    assert_eq!(desk.own(BRS, "door_check_in").await, false);
    desk.history_is_complete().await;
}

async fn mistakes_are_all_found_and_nothing_is_saved(database: Database) {
    let mut desk = Desk::filled(database, DOORS).await;
    let (home, bristol) = (desk.home.clone(), desk.at(BRS));
    let counts = desk.app.counts().await;
    for (page, fields) in [
        (&home, vec![("own", "early_entry"), ("f.early_entry", "17"), ("own", "late_exit"), ("f.late_exit", "20")]),
        (&home, vec![("own", "early_entry"), ("f.early_entry", "abc")]),
        (&home, vec![("own", "everyone_groups"), ("f.everyone_groups", "g-nobody-has")]),
        (&home, vec![("own", "site"), ("f.site", "site-elsewhere")]),
        (&home, vec![("own", "site"), ("f.site", "")]),
        (&home, vec![("own", "guest_entry"), ("f.guest_entry", "everybody")]),
        (&home, vec![("own", "no_such_field"), ("f.no_such_field", "1")]),
        (&home, vec![("own", "floor_groups.x"), ("f.floor_groups.x", "g-f1")]),
        (&home, vec![("own", "plan_groups.nobody"), ("f.plan_groups.nobody", "g-front")]),
        (&home, vec![("own", "alert_to"), ("f.alert_to", "a@example.org\nnot-an-address")]),
        (
            &home,
            vec![
                ("own", "staffed_hours"),
                ("f.staffed_hours.mon.0:from", "09:00"),
                ("f.staffed_hours.mon.0:to", "09:00"),
            ],
        ),
        (&bristol, vec![("own", "region"), ("f.region", "us")]),
        (&bristol, vec![("reset", "region")]),
        // Locked since the connection exists.
        (&home, vec![("own", "region"), ("f.region", "us")]),
    ] {
        let answer = desk.post(page, &fields, "save").await;
        assert_eq!(answer.status, 422, "{fields:?}: {}", answer.location);
        assert!(!answer.text.contains("a-secret-of-the-fixture"));
    }
    for (version, status) in [("999.3", 422), ("-1.3", 422), ("x", 422), ("", 422), ("1", 422)] {
        let answer = desk.post_as_of(&home, version, &[("own", "early_entry"), ("f.early_entry", "5")], "save").await;
        assert_eq!(answer.status, status, "{version}");
    }
    for body in [
        vec![("act", "save")],
        vec![("version", "1.3")],
        vec![("version", "1.3"), ("act", "delete")],
        vec![("version", "1.3"), ("act", "save"), ("act", "save")],
        vec![("version", "1.3"), ("version", "1.3"), ("act", "save")],
        vec![("version", "1.3"), ("act", "save"), ("own", "a..b")],
        vec![("version", "1.3"), ("act", "save"), ("f.%2e", "x")],
        vec![("version", "1.3"), ("act", "save"), ("connection", "other")],
    ] {
        assert_eq!(desk.browser.submit(&home, &body).await.status, 400, "{body:?}");
    }
    let foreign = desk.at("65f0a1b2c3d4e5f700020000");
    assert_eq!(desk.post(&foreign, &[("own", "early_entry"), ("f.early_entry", "5")], "save").await.status, 404);
    let mut after = desk.app.counts().await;
    // Lists that were read are kept; they are nobody's settings.
    after.insert("setting_lists", counts["setting_lists"]);
    after.insert("desk_sessions", counts["desk_sessions"]);
    assert_eq!(after, counts);
}

async fn two_editors_merge_or_decide(database: Database) {
    let mut desk = Desk::filled(database, DOORS).await;
    let (home, bristol) = (desk.home.clone(), desk.at(BRS));
    let seen = desk.version().await;
    Desk::is_saved(&desk.post(&home, &[("own", "early_entry"), ("f.early_entry", "5")], "save").await);
    // Another field, another place: nothing is in the way.
    let late = [("own", "late_exit"), ("f.late_exit", "20")];
    Desk::is_saved(&desk.post_as_of(&home, &seen, &late, "save").await);
    Desk::is_saved(&desk.post_as_of(&bristol, &seen, &[("own", "early_entry"), ("f.early_entry", "30")], "save").await);
    let version = desk.stored().await.version;
    // The answer was lost, so it is sent once more.
    let again = desk.post_as_of(&home, &seen, &late, "save").await;
    assert!(again.location.contains("saved=0"), "{}", again.location);
    assert_eq!(desk.stored().await.version, version);

    // The same field: nothing is saved before somebody decides, and what only one changed is not asked about.
    let mine = [("own", "early_entry"), ("f.early_entry", "60"), ("own", "alert_to"), ("f.alert_to", "b@example.org")];
    let asked = desk.post_as_of(&home, &seen, &mine, "save").await;
    assert_eq!(asked.status, 200, "{}", asked.location);
    assert_eq!(desk.organization("early_entry").await, 5);
    assert_eq!(desk.organization("alert_to").await, json!(["ops@example.org"]));
    let draft = desk.draft("conflict").await;
    let decided = |choice: &'static str| [("decide.early_entry", choice)];
    let now = desk.version().await;
    let undecided = [("version", now.as_str()), ("draft", draft.as_str()), ("act", "save")];
    let answer = desk.browser.submit(&home, &undecided).await;
    assert_ne!(answer.status, 303, "nothing was decided");
    assert_eq!(desk.organization("early_entry").await, 5);
    let draft = desk.draft("conflict").await;
    let mut fields = vec![("version", now.as_str()), ("draft", draft.as_str()), ("act", "save")];
    fields.extend(decided("yours"));
    Desk::is_saved(&desk.browser.submit(&home, &fields).await);
    assert_eq!(desk.organization("early_entry").await, 60);
    assert_eq!(desk.organization("alert_to").await, json!(["b@example.org"]));

    let mine = [("own", "early_entry"), ("f.early_entry", "90"), ("own", "late_exit"), ("f.late_exit", "45")];
    let seen = seen.replace(&seen[..seen.find('.').unwrap()], &format!("{version}"));
    assert_eq!(desk.post_as_of(&home, &seen, &mine, "save").await.status, 200);
    let draft = desk.draft("conflict").await;
    let now = desk.version().await;
    let mut fields = vec![("version", now.as_str()), ("draft", draft.as_str()), ("act", "save")];
    fields.extend(decided("theirs"));
    Desk::is_saved(&desk.browser.submit(&home, &fields).await);
    assert_eq!(desk.organization("early_entry").await, 60);
    assert_eq!(desk.organization("late_exit").await, 45);
    desk.history_is_complete().await;
}

async fn a_dangerous_value_is_asked_about(database: Database) {
    let mut desk = Desk::filled(database, DOORS).await;
    let rotterdam = desk.at(RTM);
    let fields =
        [("own", "no_group_policy"), ("f.no_group_policy", "delete"), ("own", "early_entry"), ("f.early_entry", "25")];
    let asked = desk.post(&rotterdam, &fields, "save").await;
    assert_eq!(asked.status, 303);
    assert!(asked.location.contains("/confirm/"), "{}", asked.location);
    assert_eq!(desk.own(RTM, "early_entry").await, "nothing", "nothing of it is saved");
    let version = desk.version().await;
    let confirm = |typed: &'static str| vec![("typed", typed), ("act", "save")];
    for wrong in ["", "Bristol", "Harbour & Loom"] {
        let mut fields = vec![("version", version.as_str())];
        fields.extend(confirm(wrong));
        assert_ne!(desk.browser.submit(&asked.location, &fields).await.status, 303, "{wrong}");
    }
    assert_eq!(desk.own(RTM, "no_group_policy").await, "nothing");
    // Somebody else's visit finds nothing there.
    let (mut other, _) = desk.visit().await;
    other.cookies.clear();
    assert_eq!(other.submit(&asked.location, &confirm("Rotterdam – Katendrecht")).await.status, 401);
    let mut fields = vec![("version", version.as_str())];
    fields.extend(confirm("rotterdam katendrecht"));
    Desk::is_saved(&desk.browser.submit(&asked.location, &fields).await);
    assert_eq!(desk.own(RTM, "no_group_policy").await, "delete");
    assert_eq!(desk.own(RTM, "early_entry").await, 25);
    assert_eq!(desk.app.number("SELECT COUNT(*) FROM setting_drafts").await, 0);
    // What is dangerous already is not asked about again.
    Desk::is_saved(&desk.post(&rotterdam, &[("own", "grace_days"), ("f.grace_days", "3")], "save").await);
    desk.history_is_complete().await;
}

/// It says what would be different in force, and where; nothing is saved and nothing typed is lost.
async fn a_preview_says_what_would_be_different(database: Database) {
    let mut desk = Desk::filled(database, DOORS).await;
    let home = desk.home.clone();
    let before = desk.stored().await;
    // Bristol has a word of its own.
    let others = desk.app.locations("harbour-and-loom").await.len() - 1;
    let answer = desk.post(&home, &[("own", "early_entry"), ("f.early_entry", "25")], "preview").await;
    assert_eq!(answer.status, 200, "{}", answer.location);
    let words = format!("Saving would change {others} values in force");
    assert!(answer.text.contains(&words) && answer.text.contains("1 location stays as it is."), "{}", answer.text);
    assert!(posted(&answer.text, "settings").contains(&("f.early_entry".to_owned(), "25".to_owned())));
    // What counts already counts no more by being said.
    let answer = desk.post(&home, &[("own", "late_exit"), ("f.late_exit", "15")], "preview").await;
    assert!(answer.text.contains("Saving would change nothing in force"), "{}", answer.text);
    assert!(answer.text.contains("Every location keeps what it has."), "{}", answer.text);
    let after = desk.stored().await;
    assert_eq!((after.version, after.layers), (before.version, before.layers));
}

/// What is counted beside a dangerous value is of the settings as they were; others have saved since.
async fn a_question_is_asked_anew_when_others_saved(database: Database) {
    let mut desk = Desk::filled(database, DOORS).await;
    let (home, rotterdam) = (desk.home.clone(), desk.at(RTM));
    let fields = [("own", "no_group_policy"), ("f.no_group_policy", "delete")];
    let asked = desk.post(&rotterdam, &fields, "save").await;
    assert!(asked.location.contains("/confirm/"), "{}", asked.location);
    let seen = desk.version().await;
    Desk::is_saved(&desk.post(&home, &[("own", "late_exit"), ("f.late_exit", "5")], "save").await);
    let named = ("typed", "rotterdam katendrecht");
    let late = desk.browser.submit(&asked.location, &[("version", seen.as_str()), named, ("act", "save")]).await;
    assert_eq!(late.status, 422, "{}", late.location);
    assert_eq!(desk.own(RTM, "no_group_policy").await, "nothing");
    let now = desk.version().await;
    assert!(late.text.contains(&format!("value=\"{now}\"")), "{}", late.text);
    let answered = desk.browser.submit(&asked.location, &[("version", now.as_str()), named, ("act", "save")]).await;
    Desk::is_saved(&answered);
    assert_eq!(desk.own(RTM, "no_group_policy").await, "delete");
}

async fn an_ended_visit_loses_nothing(database: Database) {
    let mut desk = Desk::filled(database, DOORS).await;
    let home = desk.home.clone();
    desk.app.clock.advance(61 * MINUTE);
    let fields = [
        ("own", "early_entry"),
        ("f.early_entry", "35"),
        ("own", "client_secret"),
        ("f.client_secret", "typed-in-an-ended-visit"),
    ];
    let stale = desk.post(&home, &fields, "save").await;
    assert_eq!(stale.status, 401);
    assert_eq!(desk.organization("early_entry").await, "nothing");
    assert_eq!(desk.app.number("SELECT COUNT(*) FROM setting_drafts").await, 1);
    // The same member, in another browser.
    let (mut browser, home) = desk.visit().await;
    let version = desk.version().await;
    let resumed = browser.submit(&home, &[("version", version.as_str()), ("act", "resume")]).await;
    assert_eq!(resumed.status, 303);
    assert!(resumed.location.contains("draft="), "{}", resumed.location);
    assert_eq!(browser.get(&resumed.location).await.status, 200);
    // Nothing is kept under a visit that nobody knows, nor a day later.
    let mut stranger = desk.app.browser();
    stranger.cookies = browser.cookies.keys().map(|name| (name.clone(), "A".repeat(43))).collect();
    let post = |version: &str| {
        vec![
            ("version".to_owned(), version.to_owned()),
            ("own".to_owned(), "late_exit".to_owned()),
            ("f.late_exit".to_owned(), "5".to_owned()),
            ("act".to_owned(), "save".to_owned()),
        ]
    };
    let owned = post(&version);
    let borrowed: Vec<(&str, &str)> = owned.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    assert_eq!(stranger.submit(&home, &borrowed).await.status, 401);
    assert_eq!(desk.app.number("SELECT COUNT(*) FROM setting_drafts").await, 1);
    desk.app.clock.advance(26 * HOUR);
    assert_eq!(browser.submit(&home, &borrowed).await.status, 401);
    desk.app.run_jobs().await;
    assert_eq!(desk.app.number("SELECT COUNT(*) FROM setting_drafts").await, 0);
}

/// What waits of a visit that ended is for its person only, and no secret waits with it.
async fn what_waits_is_its_persons_and_holds_no_secret(database: Database) {
    let mut desk = Desk::filled(database, DOORS).await;
    let home = desk.home.clone();
    desk.app.clock.advance(61 * MINUTE);
    let fields = [
        ("own", "early_entry"),
        ("f.early_entry", "35"),
        ("own", "client_secret"),
        ("f.client_secret", "typed-in-an-ended-visit"),
    ];
    assert_eq!(desk.post(&home, &fields, "save").await.status, 401);
    let id: Uuid = desk.draft("expired").await.parse().unwrap();
    let rows = desk.app.rows("SELECT member_id FROM setting_drafts").await;
    let member: Option<String> = rows[0].try_get_by_index(0).unwrap();
    let connection = desk.app.stored(desk.connection).await;
    let (db, vault, now) = (desk.app.app.db.read(), &desk.app.app.vault, desk.app.clock.now());
    let kept = drafts::get(db, vault, &connection, member.as_deref(), id, now).await.unwrap();
    let kept = kept.expect("the draft that is there").1.expose_secret().to_owned();
    assert!(kept.contains("35") && !kept.contains("typed-in-an-ended-visit"), "{kept}");

    // A colleague is not offered it, and does not get it by its address.
    let mut colleague = desk.app.browser();
    let somebody = json!({ "parameters": { "memberId": "65f0a1b2c3d4e5f60ad0ffff" } });
    let link = desk.app.signed_url(&desk.installed, "configure", &somebody).await;
    let page = colleague.follow(&link).await;
    assert_eq!(page.status, 200);
    assert!(!page.text.contains("value=\"resume\""), "{}", page.text);
    let version = desk.version().await;
    let resumed = colleague.submit(&home, &[("version", version.as_str()), ("act", "resume")]).await;
    assert_eq!((resumed.status, &resumed.location), (303, &home));
    let taken = colleague.get(&format!("{home}?draft={}", id.simple())).await;
    let early = ("f.early_entry".to_owned(), "35".to_owned());
    assert!(taken.status != 200 || !posted(&taken.text, "settings").contains(&early), "{}", taken.text);
    // Who typed it finds it.
    let (mut browser, home) = desk.visit().await;
    assert!(browser.get(&home).await.text.contains("value=\"resume\""));
}

/// What was gone on with once can be interrupted once more.
async fn a_visit_that_ends_again_loses_nothing_either(database: Database) {
    let mut desk = Desk::filled(database, DOORS).await;
    let mut page = desk.home.clone();
    for typed in ["35", "40"] {
        desk.app.clock.advance(61 * MINUTE);
        let stale = desk.post(&page, &[("own", "early_entry"), ("f.early_entry", typed)], "save").await;
        assert_eq!(stale.status, 401, "{page}");
        (desk.browser, desk.home) = desk.visit().await;
        let home = desk.home.clone();
        page = desk.post(&home, &[], "resume").await.location;
        assert_eq!(page.matches("draft=").count(), 1, "{page}");
        let form = desk.browser.get(&page).await;
        let early = ("f.early_entry".to_owned(), typed.to_owned());
        assert!(posted(&form.text, "settings").contains(&early), "{page}: {}", form.text);
    }
}

async fn a_lock_counts_for_all_but_the_exceptions(database: Database) {
    let mut desk = Desk::filled(database, DOORS).await;
    let (home, rotterdam, bristol) = (desk.home.clone(), desk.at(RTM), desk.at(BRS));
    assert_eq!(desk.post(&home, &[], "lock:early_entry").await.status, 200);
    for page in [&rotterdam, &bristol] {
        let answer = desk.post(page, &[("own", "early_entry"), ("f.early_entry", "20")], "save").await;
        assert_eq!(answer.status, 422);
    }
    // What Bristol had said is kept.
    assert_eq!(desk.own(BRS, "early_entry").await, 0);
    let (except, unexcept) = ("except:early_entry", format!("unexcept:early_entry.{RTM}"));
    let chosen = [("f.early_entry:except", RTM)];
    let offers = |page: &Answer, act: &str| page.text.contains(&format!("value=\"{act}\""));
    // Which locations can be chosen beside the button.
    let lists = |page: &Answer, location: &str| {
        let list = page.text.split("name=\"f.early_entry:except\"").nth(1);
        let list = list.and_then(|rest| rest.split("</select>").next()).unwrap_or_default();
        list.contains(&format!("value=\"{location}\""))
    };
    let page = desk.browser.get(&home).await;
    assert!(offers(&page, except) && lists(&page, RTM) && !offers(&page, &unexcept), "{}", page.text);
    let page = desk.browser.get(&rotterdam).await;
    assert!(page.text.contains("has set this for all locations.") && !offers(&page, except), "{}", page.text);
    // Chosen alone it is nothing, neither is the button alone.
    let alone = desk.post(&home, &chosen, "save").await;
    assert!(alone.location.contains("saved=0"), "{} {}", alone.location, alone.text);
    assert_eq!(desk.post(&home, &[], except).await.status, 404);
    assert!(desk.stored().await.layers.locks["early_entry"].is_empty());
    let page = desk.post(&home, &chosen, except).await;
    assert_eq!(page.status, 200);
    assert!(offers(&page, &unexcept) && offers(&page, except), "{}", page.text);
    assert!(!lists(&page, RTM) && lists(&page, BRS), "{}", page.text);
    let page = desk.browser.get(&rotterdam).await;
    assert!(page.text.contains("and lets this one differ") && !offers(&page, &unexcept), "{}", page.text);
    assert_eq!(desk.post(&rotterdam, &[], &unexcept).await.status, 404, "a location grants itself nothing");
    Desk::is_saved(&desk.post(&rotterdam, &[("own", "early_entry"), ("f.early_entry", "20")], "save").await);
    assert_eq!(desk.post(&home, &[], "except:early_entry.nowhere").await.status, 404);
    assert_eq!(desk.post(&home, &[], "lock:region").await.status, 404, "it is the same for all anyhow");
    assert_eq!(desk.post(&rotterdam, &[], "unlock:early_entry").await.status, 404, "a location locks nothing");
    assert_eq!(desk.post(&home, &[], "unlock:early_entry").await.status, 200);
    Desk::is_saved(&desk.post(&bristol, &[("own", "early_entry"), ("f.early_entry", "40")], "save").await);
    desk.history_is_complete().await;
}

/// Secrets are entered, replaced with an overlap, bound to their address, and never told.
async fn secrets_are_write_only(database: Database) {
    let mut desk = Desk::filled(database, PAY).await;
    let home = desk.home.clone();
    let text = async |desk: &Desk, column: &str| -> i64 {
        desk.app.number(&format!("SELECT COUNT(*) FROM setting_secrets WHERE {column} IS NOT NULL")).await
    };
    let fields = [("own", "webhook_key"), ("f.webhook_key", "the-second-webhook-key")];
    Desk::is_saved(&desk.post(&home, &fields, "save").await);
    assert_eq!(text(&desk, "previous").await, 1, "the one before works for a day");
    assert!(!desk.organization("webhook_key").await.to_string().contains("second"));
    desk.app.clock.advance(25 * HOUR);
    desk.app.run_jobs().await;
    assert_eq!(text(&desk, "previous").await, 0);
    (desk.browser, desk.home) = desk.visit().await;
    Desk::is_saved(&desk.post(&home, &[("reset", "webhook_key")], "save").await);
    assert_eq!(desk.organization("webhook_key").await, "nothing");
    assert_eq!(text(&desk, "secret").await, 0);
    let events = desk.app.texts("SELECT body FROM events WHERE kind = 'settings.changed'").await;
    let told: Vec<Value> = events.iter().flatten().map(|body| serde_json::from_str(body).unwrap()).collect();
    assert!(told.len() >= 2, "{told:?}");
    let is_silent = |event: &Value| event["data"]["fields"].is_array() && !event.to_string().contains("second-webhook");
    assert!(told.iter().all(is_silent));
    desk.history_is_complete().await;
}

/// Neither of two people who replace a secret learns of the other by the value, so the page must say so.
async fn a_secret_that_both_replaced_is_asked_about(database: Database) {
    let mut desk = Desk::filled(database, PAY).await;
    let (home, seen) = (desk.home.clone(), desk.version().await);
    let theirs = [("own", "webhook_key"), ("f.webhook_key", "the-key-of-a-colleague")];
    Desk::is_saved(&desk.post(&home, &theirs, "save").await);
    let version = desk.stored().await.version;
    let mine = [("own", "webhook_key"), ("f.webhook_key", "my-own-key-of-today")];
    let asked = desk.post_as_of(&home, &seen, &mine, "save").await;
    assert_eq!(asked.status, 200, "{}", asked.location);
    assert!(asked.text.contains("changed the same settings while you were editing"), "{}", asked.text);
    assert!(!asked.text.contains("my-own-key-of-today") && !asked.text.contains("the-key-of-a-colleague"));
    assert_eq!(desk.stored().await.version, version, "nothing is saved before somebody decides");
}

/// What was typed is counted as the page counted it.
async fn an_interrupted_visit_says_how_much_it_was(database: Database) {
    let mut desk = Desk::filled(database, DOORS).await;
    let home = desk.home.clone();
    let typed = [("see", "early_entry"), ("f.early_entry", "5"), ("see", "late_exit"), ("f.late_exit", "20")];
    desk.app.clock.advance(2 * HOUR);
    assert_eq!(desk.post(&home, &typed, "save").await.status, 401);
    (desk.browser, desk.home) = desk.visit().await;
    let page = desk.browser.get(&home).await;
    assert!(page.text.contains("2 changes of "), "{}", page.text);
}

async fn a_secret_stays_with_its_address(database: Database) {
    let mut desk = Desk::filled(database, WIFI).await;
    let bristol = desk.at(BRS);
    let token = [("own", "api_token"), ("f.api_token", "the-token-for-the-first-address")];
    Desk::is_saved(&desk.post(&bristol, &token, "save").await);
    let moved = [("own", "controller_address"), ("f.controller_address", "wifi.example.net:8443")];
    let answer = desk.post(&bristol, &moved, "save").await;
    assert_eq!(answer.status, 422, "the stored token would go to another address");
    let mut with_token = moved.to_vec();
    with_token.extend([("own", "api_token"), ("f.api_token", "the-token-for-the-new-address")]);
    Desk::is_saved(&desk.post(&bristol, &with_token, "save").await);
    assert_eq!(desk.own(BRS, "controller_address").await, "wifi.example.net:8443");
}

/// Nobody can enter it again at a location that has left, and the location may come back.
async fn a_secret_of_a_location_that_left_follows_no_address(database: Database) {
    let mut desk = Desk::filled(database, WIFI).await;
    let (home, rotterdam) = (desk.home.clone(), desk.at(RTM));
    let token = [("own", "api_token"), ("f.api_token", "the-token-of-rotterdam-alone")];
    Desk::is_saved(&desk.post(&rotterdam, &token, "save").await);
    let place = (Of::Location(RTM.to_owned()), "api_token".to_owned());
    let moved = [
        ("own", "controller"),
        ("f.controller", "on_site"),
        ("own", "controller_address"),
        ("f.controller_address", "wifi.example.net:8443"),
        ("own", "api_token"),
        ("f.api_token", "the-token-for-the-new-address"),
    ];
    let answer = desk.post(&home, &moved, "save").await;
    assert_eq!(answer.status, 422, "Rotterdam's token would go to another address");

    let everywhere = connections::locations(desk.app.app.db.read(), desk.connection).await.unwrap();
    let rest: Vec<Location> = everywhere.iter().filter(|location| location.id != RTM).cloned().collect();
    assert_eq!(rest.len() + 1, everywhere.len());
    located(&desk, &rest).await;
    Desk::is_saved(&desk.post(&home, &[("own", "key_length"), ("f.key_length", "24")], "save").await);
    assert!(desk.stored().await.secrets.contains_key(&place), "it stays while its address does");
    let before = desk.app.texts("SELECT body FROM events WHERE kind = 'settings.changed'").await;
    Desk::is_saved(&desk.post(&home, &moved, "save").await);
    let told = desk.app.texts("SELECT body FROM events WHERE kind = 'settings.changed'").await;
    let told: Vec<&String> = told.iter().filter(|one| !before.contains(one)).flatten().collect();
    assert_eq!(told.len(), 1, "{told:?}");
    let told: Value = serde_json::from_str(told[0]).unwrap();
    assert_eq!(told["data"]["locations"], json!([]), "the connection does not cover it: {told}");
    assert_eq!(told["data"]["fields"], json!(["api_token", "controller", "controller_address"]), "{told}");
    located(&desk, &everywhere).await;
    let stored = desk.stored().await;
    assert!(!stored.secrets.contains_key(&place), "it would go to an address that it was not entered for");
    assert!(stored.secrets.contains_key(&(Of::Organization, "api_token".to_owned())));
    assert_eq!(desk.browser.get(&rotterdam).await.status, 200);
    desk.history_is_complete().await;
}

/// As OfficeRnD says from now on.
pub(super) async fn located(desk: &Desk, locations: &[Location]) {
    let connection = desk.app.stored(desk.connection).await;
    let mut tx = desk.app.app.db.begin().await.unwrap();
    connections::replace_locations(&mut tx, &connection, locations).await.unwrap();
    tx.commit().await.unwrap();
}

async fn a_version_is_restored(database: Database) {
    let mut desk = Desk::filled(database, DOORS).await;
    let home = desk.home.clone();
    let first = desk.stored().await;
    Desk::is_saved(&desk.post(&home, &[("own", "early_entry"), ("f.early_entry", "5")], "save").await);
    Desk::is_saved(&desk.post(&home, &[("own", "early_entry"), ("f.early_entry", "45")], "save").await);
    let address = format!("{home}/history/{}", first.version);
    let act = format!("restore:{}", first.version);
    let stale = format!("{}.3", first.version);
    let answer = desk.browser.submit(&address, &[("version", stale.as_str()), ("act", act.as_str())]).await;
    assert_eq!((answer.status, answer.location.contains("saved=")), (303, false), "others saved since");
    let version = desk.version().await;
    Desk::is_saved(&desk.browser.submit(&address, &[("version", version.as_str()), ("act", act.as_str())]).await);
    assert_eq!(desk.stored().await.layers.organization, first.layers.organization);
    assert_eq!(desk.stored().await.version, first.version + 3);
    desk.history_is_complete().await;
}

/// What the manifest does not know any more is kept, said, and in nobody's way.
async fn a_new_manifest_revision_breaks_nothing(database: Database) {
    let mut desk = Desk::filled(database, DOORS).await;
    let (home, connection) = (desk.home.clone(), desk.connection.simple().to_string());
    let id = match database {
        Database::Sqlite => format!("x'{connection}'"),
        Database::Postgres => format!("'{connection}'"),
    };
    for (field, value) in [("gone_field", "[1]"), ("grace_days", "\"soon\"")] {
        desk.app.execute(&format!("DELETE FROM settings WHERE field = '{field}'")).await;
        let sql = format!(
            "INSERT INTO settings (connection_id, field, value, updated_at) VALUES ({id}, '{field}', '{value}', 1)"
        );
        desk.app.execute(&sql).await;
    }
    assert_eq!(desk.browser.get(&home).await.status, 200);
    // The unreadable value goes along as the page shows it.
    let fields = [("own", "early_entry"), ("f.early_entry", "5"), ("own", "grace_days"), ("f.grace_days", "soon")];
    Desk::is_saved(&desk.post(&home, &fields, "save").await);
    assert_eq!(desk.organization("gone_field").await, json!([1]));
    assert_eq!(desk.organization("grace_days").await, "soon");
    assert_eq!(desk.organization("early_entry").await, 5);
}

async fn another_connection_is_out_of_reach(database: Database) {
    let mut desk = Desk::filled(database, DOORS).await;
    let other = desk.app.connected("kaffee-und-werk", "tally-desk", &[]).await;
    let id = app::ids::ConnectionId(desk.app.connection_of(&other).await);
    let counts = desk.app.counts().await;
    let save = [("own", "early_entry"), ("f.early_entry", "5")];
    for page in
        [format!("/settings/{id}"), format!("/settings/{id}/locations/{RTM}"), format!("/settings/{id}/history/1")]
    {
        assert_eq!(desk.post(&page, &save, "save").await.status, 401, "{page}");
        assert_eq!(desk.browser.get(&page).await.status, 401, "{page}");
    }
    let made_up = format!("{}/confirm/{}", desk.home, "0".repeat(32));
    let answer = desk.browser.submit(&made_up, &[("version", "1.3"), ("typed", ""), ("act", "save")]).await;
    assert_eq!((answer.status, answer.location), (303, desk.home.clone()));
    assert_eq!(desk.app.counts().await, counts);
}

async fn it_goes_along_as_a_file(database: Database) {
    let mut desk = Desk::filled(database, DOORS).await;
    let home = desk.home.clone();
    let csv = desk.post(&home, &[], "export:csv").await;
    assert_eq!(csv.status, 200);
    assert!(csv.header("content-disposition").contains("attachment; filename=\"portunus-access-harbour-and-loom"));
    assert!(csv.text.contains("location_id,location,field,"), "{}", csv.text);
    assert!(csv.text.contains("\"Bristol, Old Market\",early_entry,"), "{}", csv.text);
    let json = desk.post(&home, &[], "export:json").await.json();
    assert_eq!(json["effective"][BRS]["early_entry"], json!({ "value": 0, "source": "location" }));
    assert!(!json.to_string().contains("a-secret-of-the-fixture"));
    assert_eq!(desk.post(&home, &[], "export:xml").await.status, 400);
}

async fn buttons_answer_and_are_recorded(database: Database) {
    let mut desk = Desk::filled(database, DOORS).await;
    let home = desk.home.clone();
    for act in ["run:test_connection", "run:sync_now"] {
        let answer = desk.post(&home, &[("own", "early_entry"), ("f.early_entry", "55")], act).await;
        assert_eq!(answer.status, 200, "{act}: {}", answer.location);
        assert!(answer.text.contains("value=\"55\""), "{act}: what was typed is still there");
    }
    assert_eq!(desk.organization("early_entry").await, "nothing", "a button saves nothing");
    let runs = desk.app.number("SELECT COUNT(*) FROM runs").await;
    assert_eq!(runs, 1);
    assert_eq!(desk.post(&home, &[], "run:sync_now").await.status, 200);
    assert_eq!(desk.app.happened(desk.connection, "settings.action").await, 2, "the second came too soon");
    for act in ["run:early_entry", "run:nothing", "file:sync_now", "file:radius_bundle"] {
        assert_eq!(desk.post(&home, &[], act).await.status, 404, "{act}");
    }
    let mut wifi = Desk::filled(database, WIFI).await;
    let bristol = wifi.at(BRS);
    let file = wifi.post(&bristol, &[], "file:radius_bundle").await;
    assert_eq!((file.status, file.header("content-type")), (200, "application/zip"));
    assert!(file.header("content-disposition").contains("meshfern-radius-sample.zip"));
    assert_eq!(file.header("cache-control"), "no-store");
    assert_eq!(wifi.app.happened(wifi.connection, "settings.downloaded").await, 1);
}

async fn a_silent_partner_leaves_the_page_usable(database: Database) {
    let mut desk = Desk::filled(database, DOORS).await;
    let (home, rotterdam) = (desk.home.clone(), desk.at(RTM));
    let page = desk.browser.get(&rotterdam).await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert!(page.text.contains("Front doors"), "{}", page.text);
    desk.stop_partner();
    desk.app.fault("any", "503", &json!({})).await;
    desk.app.clock.advance(20 * MINUTE);
    let page = desk.browser.get(&rotterdam).await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("Front doors"), "the last known names stay: {}", page.text);
    let row = format!("plan_groups.{HOT}");
    let value = format!("f.{row}");
    Desk::is_saved(&desk.post(&rotterdam, &[("own", row.as_str()), (value.as_str(), "g-all")], "save").await);
    assert_eq!(desk.post(&rotterdam, &[("own", row.as_str()), (value.as_str(), "g-new")], "save").await.status, 422);
    Desk::is_saved(&desk.post(&home, &[("own", "early_entry"), ("f.early_entry", "5")], "save").await);
    desk.app.no_more_faults().await;
}

/// What the sample partner knows decides locks and counts.
async fn facts_lock_and_count(database: Database) {
    let mut desk = Desk::filled(database, PAY).await;
    let home = desk.home.clone();
    // Seven payments are on their way, and documents were posted.
    for fields in [
        [("own", "merchant"), ("f.merchant", "m-gbp")],
        [("own", "numbering"), ("f.numbering", "officernd")],
        [("own", "start_on"), ("f.start_on", "2026-02-01")],
    ] {
        assert_eq!(desk.post(&home, &fields, "save").await.status, 422, "{fields:?}");
    }
    Desk::is_saved(&desk.post(&home, &[("own", "auto_charge")], "save").await);
    let asked = desk.post(&home, &[("own", "auto_charge"), ("f.auto_charge", "on")], "save").await;
    assert!(asked.location.contains("/confirm/"), "{}", asked.location);
    let page = desk.browser.get(&asked.location).await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("12 unpaid invoices"), "{}", page.text);
    // While nobody says, what depends on it cannot be changed, and everything else can.
    desk.stop_partner();
    desk.app.clock.advance(MINUTE);
    let fields = [("own", "merchant"), ("f.merchant", "m-gbp")];
    assert_eq!(desk.post(&home, &fields, "save").await.status, 422);
    Desk::is_saved(&desk.post(&home, &[("own", "receipts")], "save").await);
    assert_eq!(desk.organization("receipts").await, false);
}

on_both_databases!(
    buttons_answer_and_are_recorded,
    a_silent_partner_leaves_the_page_usable,
    facts_lock_and_count,
    a_value_is_set_overridden_and_inherited_again,
    what_did_not_change_is_not_written,
    mistakes_are_all_found_and_nothing_is_saved,
    two_editors_merge_or_decide,
    a_dangerous_value_is_asked_about,
    a_preview_says_what_would_be_different,
    a_question_is_asked_anew_when_others_saved,
    an_ended_visit_loses_nothing,
    what_waits_is_its_persons_and_holds_no_secret,
    a_visit_that_ends_again_loses_nothing_either,
    a_lock_counts_for_all_but_the_exceptions,
    secrets_are_write_only,
    a_secret_that_both_replaced_is_asked_about,
    an_interrupted_visit_says_how_much_it_was,
    a_secret_stays_with_its_address,
    a_secret_of_a_location_that_left_follows_no_address,
    a_version_is_restored,
    a_new_manifest_revision_breaks_nothing,
    another_connection_is_out_of_reach,
    it_goes_along_as_a_file
);
