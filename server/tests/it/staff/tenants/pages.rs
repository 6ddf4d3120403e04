//! The list and the overview as staff meet them: pages, files, views, and “I am on it”.

use app::role::Role;
use serde_json::json;
use server::clock::{DAY, MINUTE};
use server::domain::tenants::{Cursor, Key, Sort};

use super::settle;
use crate::support::{Answer, Browser, Database, NOON, TestApp, on_both_databases};

/// The address behind a link with these words.
fn href<'p>(page: &'p str, words: &str) -> &'p str {
    let before = page.split(words).next().unwrap_or_default();
    before.rsplit("href=\"").next().and_then(|rest| rest.split('"').next()).unwrap_or_default()
}

fn rows(page: &Answer) -> usize {
    page.text.matches("scope=\"row\"").count()
}

async fn get(browser: &mut Browser, path: &str) -> Answer {
    let page = browser.get(path).await;
    assert_eq!(page.status, 200, "{path}: {}", page.text);
    page
}

async fn the_list_is_paged_filtered_and_searched(database: Database) {
    let app = TestApp::start(database).await;
    let mut viewer = app.staff(Role::Viewer).await;
    let page = get(&mut viewer, "/tenants").await;
    assert!(page.text.contains("No tenant has connected yet"), "{}", page.text);
    settle(&app, 120, 17).await;
    let page = get(&mut viewer, "/tenants").await;
    assert_eq!(rows(&page), 50);
    assert!(page.text.contains("50 of 120"), "{}", page.text);
    // Two pages on and one back, by the links that are there.
    let next = href(&page.text, ">Next<").replace("&amp;", "&");
    let second = get(&mut viewer, &next).await;
    let third = get(&mut viewer, &href(&second.text, ">Next<").replace("&amp;", "&")).await;
    assert_eq!((rows(&second), rows(&third)), (50, 20));
    let back = get(&mut viewer, &href(&third.text, ">Previous<").replace("&amp;", "&")).await;
    assert_eq!(words(&back), words(&second), "the page before is the page that was before");
    // Behind the last row there is nothing, and a way back.
    let behind = Key {
        number: i64::MAX,
        trouble: 9,
        name: String::new(),
        since: i64::MAX,
        last_success: 0,
        errors: 0,
        grant_day: 0,
    };
    let gone = format!("/tenants?after={}", Cursor::write(Sort::Trouble, &behind));
    let page = get(&mut viewer, &gone).await;
    assert!(page.text.contains("Nothing is on this page any more"), "{}", page.text);
    assert_eq!(href(&page.text, ">To the first page<"), "/tenants");
    // A filter narrows, says how many, and can be searched in.
    let reconnect = app.number("SELECT COUNT(*) FROM connections WHERE state = 'reconnect'").await;
    let page = get(&mut viewer, "/tenants?state=reconnect&columns=ids,errors&rows=compact").await;
    assert_eq!(rows(&page), usize::try_from(reconnect).unwrap());
    assert!(page.text.contains("table--compact") && !page.text.contains("Last good run</a>"), "{}", page.text);
    let page = get(&mut viewer, "/tenants?q=65f0a1b2c3d4e5f700000007").await;
    assert_eq!(rows(&page), 1);
    assert!(page.text.contains("workspace-7<"), "{}", page.text);
    let page = get(&mut viewer, "/tenants?q=%3Cscript%3E").await;
    assert!(page.text.contains("Nothing found for") && !page.text.contains("<script>\""), "{}", page.text);
    // What a form sends beside what was chosen does not stay in the address.
    for (sent, kept) in [
        ("q=&sort=trouble", "/tenants"),
        ("state=reconnect&q=workspace&sort=", "/tenants?q=workspace&state=reconnect"),
        ("sort=errors&columns=errors&columns=ids", "/tenants?sort=errors&columns=errors,ids"),
    ] {
        let answer = viewer.get(&format!("/tenants?{sent}")).await;
        assert_eq!((answer.status, answer.location.as_str()), (303, kept), "{sent}");
        let page = get(&mut viewer, kept).await;
        let here = format!("data-address=\"{}\"", kept.replace('&', "&amp;"));
        assert!(page.text.contains(&here), "{kept}: {}", page.text);
    }
    assert!(!page.text.contains("value=\"trouble\""), "the usual order is no value of the form");
    // What nobody can read is left out and named, and never a failure.
    for odd in
        ["state=broken", "sort=x&order=y", "after=zzz", "before=WyJ4Il0", "ends=99999999999", "q=%00", "columns=x"]
    {
        let page = get(&mut viewer, &format!("/tenants?{odd}")).await;
        assert!(page.text.contains("Left out of the address"), "{odd}: {}", page.text);
    }
    // What holds more is not offered to who may not do it.
    assert!(!page.text.contains("/tenants.csv"), "a viewer exports nothing");
    assert_eq!(viewer.get("/tenants.csv").await.status, 404);
}

/// Whoever changes the language goes on looking at the same rows.
async fn the_other_language_shows_the_same_view(database: Database) {
    let app = TestApp::start(database).await;
    settle(&app, 5, 17).await;
    let mut viewer = app.staff(Role::Viewer).await;
    let page = get(&mut viewer, "/tenants?q=workspace&sort=errors").await;
    let german = page.text.split("href=\"?").map(|rest| rest.split('"').next().unwrap_or_default());
    let german: Vec<&str> = german.filter(|query| query.contains("language=de")).collect();
    assert_eq!(german, ["q=workspace&amp;sort=errors&amp;language=de"], "{}", page.text);
    let page = get(&mut viewer, "/tenants?q=workspace&sort=errors&language=de").await;
    assert!(page.text.contains("<html lang=\"de\"") && page.text.contains("value=\"workspace\""), "{}", page.text);
}

/// The cells of the rows.
fn words(page: &Answer) -> Vec<String> {
    let body = page.text.split("<tbody").nth(1).unwrap_or_default();
    body.split("scope=\"row\"").skip(1).map(|row| row.split("</th>").next().unwrap_or_default().to_owned()).collect()
}

async fn a_file_is_exactly_the_view(database: Database) {
    let app = TestApp::start(database).await;
    settle(&app, 1_200, 19).await;
    app.execute("UPDATE connections SET account_name = 'anna@harbour.example' WHERE integration_id = 'installation-3'")
        .await;
    let mut support = app.staff(Role::Support).await;
    let file = support.get("/tenants.csv").await;
    assert_eq!(file.status, 200);
    assert_eq!(file.header("content-type"), "text/csv; charset=utf-8");
    assert!(file.header("content-disposition").contains("tenants.csv"));
    let lines: Vec<&str> = file.text.lines().collect();
    assert_eq!(lines.len(), 1_201);
    // Whoever reads a text leaves out the mark of UTF-8 in front of it.
    assert!(lines[0].trim_start_matches('\u{feff}').starts_with("connection,organization,"), "{}", lines[0]);
    let mut ids: Vec<&str> = lines[1..].iter().map(|line| line.split(',').next().unwrap()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 1_200, "each connection once");
    assert!(!file.text.contains(",=HYPERLINK") && file.text.contains(",'=HYPERLINK(1)"), "no formula");
    assert!(!file.text.contains("anna@") && file.text.contains("a…@harbour.example"), "nobody's address");
    let expected =
        app.number("SELECT COUNT(*) FROM connections WHERE state = 'delayed' AND integration = 'tally-desk'").await;
    let file = support.get("/tenants.csv?state=delayed&integration=tally-desk&sort=organization").await;
    assert_eq!(file.text.lines().count() as i64, expected + 1);
    assert!(file.text.lines().skip(1).all(|line| line.contains(",tally-desk,delayed,")));
    // An address that is not understood would export more than was looked at.
    assert_eq!(support.get("/tenants.csv?state=delyed").await.status, 400);
}

async fn views_are_saved_by_whom_they_belong_to(database: Database) {
    let app = TestApp::start(database).await;
    settle(&app, 10, 23).await;
    let mut support = app.staff(Role::Support).await;
    let here = "/tenants?state=reconnect&sort=errors";
    let saved = support.submit(here, &[("act", "save"), ("view", "  Trouble   today ")]).await;
    assert_eq!((saved.status, saved.location.as_str()), (303, here));
    let page = get(&mut support, "/tenants").await;
    assert_eq!(href(&page.text, "<bdi>Trouble today").replace("&amp;", "&"), here);
    let refused = support.submit(here, &[("act", "save"), ("view", "")]).await;
    assert_eq!(refused.status, 422);
    assert!(refused.text.contains("Give the view a name."), "{}", refused.text);
    let long = "x".repeat(61);
    let refused = support.submit(here, &[("act", "save"), ("view", &long)]).await;
    assert!(refused.status == 422 && refused.text.contains(&long), "what was typed stays");
    // Nobody else has it, and nobody else can take it away.
    let mut colleague = app.staff(Role::Owner).await;
    let page = get(&mut colleague, "/tenants").await;
    assert!(!page.text.contains("Trouble today"));
    let id = app.rows("SELECT id FROM tenant_views").await[0].try_get::<uuid::Uuid>("", "id").unwrap().simple();
    let forget = format!("forget:{id}");
    assert_eq!(colleague.submit("/tenants", &[("act", &forget)]).await.status, 303);
    assert_eq!(app.number("SELECT COUNT(*) FROM tenant_views").await, 1);
    assert_eq!(support.submit("/tenants", &[("act", &forget)]).await.status, 303);
    assert_eq!(app.number("SELECT COUNT(*) FROM tenant_views").await, 0);
    assert_eq!(support.submit("/tenants", &[("act", "forget:x")]).await.status, 400);
}

/// Five organizations fail alike: one notice, which somebody takes, in each tenant's record.
async fn an_outage_is_one_notice_and_somebody_is_on_it(database: Database) {
    let app = TestApp::start(database).await;
    let key = app.api_key(&["tally-desk"], &["runs:write"]).await;
    let mut partner = app.api(&key);
    for slug in app.organizations().await.into_iter().take(5) {
        let installed = app.connected(&slug, "tally-desk", &[]).await;
        let id = app.connection_id(&installed).await;
        let run = partner.post(&format!("/api/v1/connections/{id}/runs"), &json!({ "reason": "r" })).await;
        let body = json!({ "state": "failed", "fault": "partner", "message": "Tallydesk answered 503" }).to_string();
        let path = format!("/api/v1/runs/{}", run.json()["id"].as_str().unwrap());
        assert_eq!(partner.send("PATCH", &path, Some(("application/json", body.into_bytes()))).await.status, 200);
    }
    app.run_jobs().await;
    let mut viewer = app.staff(Role::Viewer).await;
    let page = get(&mut viewer, "/").await;
    assert_eq!(page.text.matches("no good answer for 5 connections since").count(), 1, "{}", page.text);
    assert!(page.text.contains("tallydesk answered 503") && page.text.contains("Nobody is on it yet."));
    let outage = app.rows("SELECT id FROM outages").await[0].try_get::<uuid::Uuid>("", "id").unwrap().simple();
    let act = format!("acknowledge:{outage}");
    assert_eq!(viewer.submit("/", &[("act", &act)]).await.status, 404, "a viewer acts on nothing");
    let mut support = app.staff(Role::Support).await;
    let page = get(&mut support, "/").await;
    assert!(page.text.contains(&act) && page.text.contains("I am on it"));
    assert_eq!(support.submit("/", &[("act", &act)]).await.status, 303);
    let records = "SELECT COUNT(*) FROM activity WHERE kind = 'outage.acknowledged' AND actor_kind = 'staff' AND staff_id IS NOT NULL";
    assert_eq!(app.number(records).await, 5, "each tenant's time line says who");
    let once = "SELECT COUNT(*) FROM staff_activity WHERE kind = 'outage.taken' AND subject = 'tally-desk'";
    assert_eq!(app.number(once).await, 1);
    let page = get(&mut viewer, "/").await;
    assert!(page.text.contains("<bdi>Robin support</bdi> is on it since"), "{}", page.text);
    // As if the process had died behind the second time line: the job goes on with the third, as of the same moment.
    let second = "SELECT connection_id FROM activity WHERE kind = 'outage.acknowledged' \
                  ORDER BY connection_id LIMIT 1 OFFSET 1";
    let up_to = app.rows(second).await[0].try_get::<uuid::Uuid>("", "connection_id").unwrap();
    assert_eq!(app.number("SELECT COUNT(*) FROM outages WHERE told_up_to IS NULL").await, 1);
    let mut tx = app.app.db.begin().await.unwrap();
    server::storage::outages::told(&mut tx, *outage.as_uuid(), Some(up_to)).await.unwrap();
    tx.commit().await.unwrap();
    let rest = format!("DELETE FROM activity WHERE kind = 'outage.acknowledged' AND connection_id > ({second})");
    app.execute(&rest).await;
    assert_eq!(app.number(records).await, 2);
    app.clock.advance(MINUTE);
    app.run_jobs().await;
    app.run_jobs().await;
    assert_eq!(app.number(records).await, 5);
    let moments = "SELECT COUNT(DISTINCT at) FROM activity WHERE kind = 'outage.acknowledged'";
    assert_eq!(app.number(moments).await, 1);
    // A second one changes nothing.
    let mut owner = app.staff(Role::Owner).await;
    assert_eq!(owner.submit("/", &[("act", &act)]).await.status, 303);
    assert_eq!(app.number(records).await, 5);
    let list = get(&mut viewer, "/tenants").await;
    assert!(list.text.contains("no good answer for 5 connections"), "{}", list.text);
}

async fn the_overview_counts_what_there_is(database: Database) {
    let app = TestApp::start(database).await;
    let mut viewer = app.staff(Role::Viewer).await;
    let page = get(&mut viewer, "/").await;
    assert!(page.text.contains("0 connections of 0 organizations") && page.text.contains("Nobody has to do anything."));
    settle(&app, 90, 29).await;
    app.execute("UPDATE connections SET cause = 'login_refused' WHERE state = 'reconnect'").await;
    app.clock.advance(5 * MINUTE);
    let page = get(&mut viewer, "/").await;
    assert!(page.text.contains("90 connections of 90 organizations"), "{}", page.text);
    for state in app::state::ConnectionState::ALL {
        let count = app.number(&format!("SELECT COUNT(*) FROM connections WHERE state = '{}'", state.slug())).await;
        assert!(
            page.text.contains(&format!("data-live=\"{}\" class=\"n\">{count}<", state.slug())),
            "{state:?} {count}"
        );
        assert!(page.text.contains(&format!("href=\"/tenants?state={}\"", state.slug())), "{state:?}");
    }
    assert!(page.text.contains("OfficeRnD no longer accepts our login."), "{}", page.text);
}

/// Grants that were refused long ago and are over come before it in their index, and hide it from nobody.
async fn a_refused_grant_that_ends_soon_is_named(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    settle(&app, 30, 47).await;
    app.execute("UPDATE connections SET state = 'reconnect', cause = 'login_refused'").await;
    app.execute(&format!("UPDATE tenant_rows SET grant_day = {}", NOON / DAY - 5)).await;
    app.execute(&format!(
        "UPDATE grants SET state = 'needs_reauthorization', cause = 'refused', refresh_expires_at = {}",
        NOON + 3 * DAY
    ))
    .await;
    server::services::tenants::keep_up(&app.app).await.unwrap();
    let mut viewer = app.staff(Role::Viewer).await;
    let page = get(&mut viewer, "/").await;
    let words = "OfficeRnD refuses it already: its admin has to connect again now.";
    assert_eq!(page.text.matches(words).count(), 1, "{}", page.text);
    let of = format!("href=\"/connections/{}\"", app.connection_id(&installed).await);
    let due = page.text.split("id=\"due\"").nth(1).unwrap_or_default();
    assert!(due.split("</section>").next().unwrap_or_default().contains(&of), "{}", page.text);
}

on_both_databases!(
    a_refused_grant_that_ends_soon_is_named,
    the_list_is_paged_filtered_and_searched,
    the_other_language_shows_the_same_view,
    a_file_is_exactly_the_view,
    views_are_saved_by_whom_they_belong_to,
    an_outage_is_one_notice_and_somebody_is_on_it,
    the_overview_counts_what_there_is
);
