//! `/activity`: what happened to everybody, found and exported.

use app::ids::{ConnectionId, StaffId};
use app::role::Role;
use sea_orm::{ConnectionTrait as _, Statement};
use server::clock::DAY;

use crate::support::{Database, TestApp, on_both_databases};

on_both_databases!(
    the_record_holds_tenants_and_staff,
    the_record_is_read_page_by_page,
    the_record_leaves_as_a_file,
    a_search_of_the_record_has_an_index,
);

async fn the_record_holds_tenants_and_staff(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let connection = ConnectionId(app.connection_of(&installed).await).to_string();
    let owner = app.staff_account("olivia@partner.example", Role::Owner).await;
    let mut browser = app.signed_in(owner).await;
    let form = [("act", "invite"), ("email", "kim@partner.example"), ("name", "Kim"), ("role", "viewer")];
    assert_eq!(browser.submit("/staff", &form).await.status, 200);
    let all = browser.get("/activity").await.text;
    assert!(all.contains("Invited somebody") && all.contains("kim@partner.example"), "{all}");
    assert!(all.contains(&format!("href=\"/connections/{connection}\"")), "{all}");
    // Each filter finds its own and nothing else.
    let id = StaffId(owner).to_string();
    let rows = |text: &str| text.matches("<tr role=\"row\">").count() - usize::from(text.contains("<thead"));
    for (query, there, not_there) in [
        (format!("who={id}"), "kim@partner.example", "href=\"/connections/"),
        ("who=officernd&kind=staff.invited".to_owned(), "Nothing was found", "kim@partner.example"),
        ("kind=staff.invited".to_owned(), "kim@partner.example", "href=\"/connections/"),
        (format!("tenant={connection}"), "href=\"/connections/", "kim@partner.example"),
        ("tenant=harbour-and-loom".to_owned(), "href=\"/connections/", "kim@partner.example"),
        ("since=2026-11-24&until=2026-11-24".to_owned(), "kim@partner.example", "Nothing was found"),
        ("since=2026-11-25".to_owned(), "Nothing was found", "kim@partner.example"),
        ("until=2026-11-23".to_owned(), "Nothing was found", "kim@partner.example"),
    ] {
        let page = browser.get(&format!("/activity?{query}")).await;
        assert_eq!(page.status, 200, "{query}");
        let list = page.text.split("</form>").last().unwrap().to_owned();
        assert!(list.contains(there) && !list.contains(not_there), "{query}: {list}");
    }
    assert_eq!(rows(&browser.get("/activity?kind=staff.invited").await.text), 1);
    for wrong in ["since=yesterday", "until=2026-13-01", "tenant=nobody"] {
        let page = browser.get(&format!("/activity?{wrong}")).await;
        assert_eq!(page.status, 422, "{wrong}");
    }
    // Who may not see personal data sees that somebody was invited.
    let masked = app.staff(Role::Viewer).await.get("/activity").await.text;
    assert!(!masked.contains("kim@partner.example") && masked.contains("k…@…"), "{masked}");
}

async fn the_record_is_read_page_by_page(database: Database) {
    let app = TestApp::start(database).await;
    app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let mut browser = app.staff(Role::Support).await;
    // All at the same moment: the id decides.
    for _ in 0..70 {
        assert_eq!(browser.submit("/account", &[("act", "save"), ("name", "Ravi"), ("zone", "")]).await.status, 303);
    }
    let (mut seen, mut path) = (0, "/activity?kind=staff.saved".to_owned());
    for _ in 0..5 {
        let page = browser.get(&path).await.text;
        seen += page.split("<tbody").nth(1).unwrap_or_default().matches("<tr").count();
        let Some(older) = page.split("href=\"").find(|part| part.starts_with("/activity?") && part.contains("after="))
        else {
            break;
        };
        path = older.split('"').next().unwrap().replace("&amp;", "&");
    }
    assert_eq!(seen, 70, "none twice, none left out");
    assert!(path.contains("kind=staff.saved"), "the search goes along: {path}");
}

async fn the_record_leaves_as_a_file(database: Database) {
    let app = TestApp::start(database).await;
    app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let mut browser = app.staff(Role::Support).await;
    let formula = "=HYPERLINK(\"http://evil.example\")";
    browser.submit("/account", &[("act", "save"), ("name", formula), ("zone", "")]).await;
    let file = browser.submit("/activity", &[("act", "export"), ("kind", "staff.saved")]).await;
    assert_eq!((file.status, file.header("content-type")), (200, "text/csv; charset=utf-8"));
    assert!(file.header("content-disposition").starts_with("attachment"), "{}", file.header("content-disposition"));
    let lines: Vec<&str> = file.text.lines().collect();
    assert_eq!(lines.len(), 2, "{}", file.text);
    assert!(lines[1].contains("\"'=HYPERLINK(\"\"http://evil.example\"\")\""), "{}", lines[1]);
    let whole = browser.submit("/activity", &[("act", "export")]).await.text;
    assert!(whole.contains("audit.exported"), "the one before is in it: {whole}");
    assert_eq!(browser.submit("/activity", &[("act", "export"), ("since", "x")]).await.status, 422);
    assert_eq!(app.staff(Role::Viewer).await.submit("/activity", &[("act", "export")]).await.status, 404);
    app.clock.advance(DAY);
}

async fn a_search_of_the_record_has_an_index(database: Database) {
    let app = TestApp::start(database).await;
    let tx = app.app.db.begin().await.unwrap();
    let (explain, column) = match database {
        Database::Sqlite => ("EXPLAIN QUERY PLAN", "detail"),
        Database::Postgres => {
            // With few rows reading all of them is cheapest; this asks whether it could be helped.
            for off in ["SET LOCAL enable_seqscan = off", "SET LOCAL enable_sort = off"] {
                tx.connection().execute_unprepared(off).await.unwrap();
            }
            ("EXPLAIN", "QUERY PLAN")
        }
    };
    for (filter, index) in
        [("kind = 'paused'", "ix_activity_kind_at"), ("actor_kind = 'key'", "ix_activity_actor_kind")]
    {
        let sql = format!("{explain} SELECT id FROM activity WHERE {filter} ORDER BY at DESC, id DESC LIMIT 50");
        let statement = Statement::from_string(tx.connection().get_database_backend(), sql);
        let rows = tx.connection().query_all_raw(statement).await.unwrap();
        let plan: String = rows.iter().map(|row| row.try_get::<String>("", column).unwrap() + "\n").collect();
        assert!(plan.contains(index) && !plan.contains("TEMP B-TREE"), "{filter}:\n{plan}");
    }
}
