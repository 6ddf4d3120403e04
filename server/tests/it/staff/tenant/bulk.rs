//! Acts on many: asked about with their number, ordered once, done a few at a time, gone on with after a crash.

use app::ids::ConnectionId;
use app::role::Role;
use server::clock::DAY;
use uuid::Uuid;

use crate::staff::tenants::settle;
use crate::support::{Browser, Database, TestApp, on_both_databases};

struct Many {
    app: TestApp,
    connections: Vec<Uuid>,
    engineer: Browser,
}

impl Many {
    async fn start(database: Database) -> Self {
        let app = TestApp::start(database).await;
        let mut connections = Vec::new();
        for organization in ["harbour-and-loom", "kaffee-und-werk", "studio-17"] {
            let installed = app.connected(organization, "tally-desk", &[]).await;
            connections.push(app.connection_of(&installed).await);
        }
        let engineer = app.staff(Role::Engineer).await;
        Self { app, connections, engineer }
    }

    fn carried(&self) -> String {
        self.connections.iter().map(|id| ConnectionId(*id).to_string()).collect::<Vec<_>>().join(",")
    }

    /// As the page asks: the id that makes a second press the same order.
    async fn asked(&mut self) -> String {
        let page = self.engineer.get(&format!("/bulk?connections={}&act=pause", self.carried())).await;
        assert_eq!(page.status, 200, "{}", page.text);
        assert!(page.text.contains("Do it for these 3 connections"), "{}", page.text);
        page.text.split("name=\"id\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    }

    async fn paused(&self) -> usize {
        let mut count = 0;
        for id in &self.connections {
            count += usize::from(self.app.stored(*id).await.progress.paused.is_some());
        }
        count
    }
}

async fn one_order_does_it_for_each_once(database: Database) {
    let mut many = Many::start(database).await;
    let id = many.asked().await;
    let carried = many.carried();
    let fields = [
        ("id", id.as_str()),
        ("connections", &carried),
        ("confirm", "3"),
        ("act", "pause"),
        ("reason", "vendor moves"),
    ];
    let ordered = many.engineer.submit("/bulk", &fields).await;
    assert_eq!((ordered.status, ordered.location.clone()), (303, format!("/bulk/{id}")), "{}", ordered.text);
    assert_eq!(many.engineer.submit("/bulk", &fields).await.status, 303);
    assert_eq!(many.app.number("SELECT COUNT(*) FROM bulk_acts").await, 1, "pressed twice, ordered once");
    assert_eq!(many.paused().await, 0, "nothing happens in the request");
    let progress = many.engineer.get(&ordered.location).await.text;
    assert!(progress.contains("0 of 3 connections are done."), "{progress}");
    // A process took them and died over it.
    many.app.execute(&format!("UPDATE bulk_items SET lease_until = {}", many.app.clock.now() + 60_000)).await;
    server::services::acts::bulk::go_on(&many.app.app).await.unwrap();
    assert_eq!(many.paused().await, 0, "they are somebody's");
    many.app.clock.advance(61_000);
    server::services::acts::bulk::go_on(&many.app.app).await.unwrap();
    server::services::acts::bulk::go_on(&many.app.app).await.unwrap();
    assert_eq!(many.paused().await, 3);
    let told = "SELECT COUNT(*) FROM activity WHERE kind = 'connection.paused' AND actor = 'Robin engineer' \
                AND detail = 'vendor moves'";
    assert_eq!(many.app.number(told).await, 3, "each record says who and why");
    let over = many.engineer.get(&ordered.location).await.text;
    assert!(over.contains("Over: 3 of 3 connections are done."), "{over}");
    assert!(over.contains("<bdi>Kaffee") || over.contains("Werk</bdi>"), "each by its name: {over}");
}

async fn what_cannot_be_done_is_told_for_each(database: Database) {
    let mut many = Many::start(database).await;
    let id = many.asked().await;
    let mut support = many.app.staff(Role::Support).await;
    let carried = many.carried();
    let fields = |act: &'static str, confirm: &'static str| {
        [
            ("id", id.clone()),
            ("connections", carried.clone()),
            ("confirm", confirm.into()),
            ("act", act.into()),
            ("reason", "r".into()),
        ]
    };
    let as_text = |all: &[(&'static str, String)]| all.to_vec();
    let send = async |browser: &mut Browser, all: Vec<(&'static str, String)>| {
        let pairs: Vec<(&str, &str)> = all.iter().map(|(name, value)| (*name, value.as_str())).collect();
        browser.submit("/bulk", &pairs).await
    };
    assert_eq!(send(&mut support, as_text(&fields("pause", "3"))).await.status, 404);
    let other_number = send(&mut many.engineer, as_text(&fields("pause", "2"))).await;
    assert_eq!(other_number.status, 422, "what was confirmed is another number");
    assert_eq!(send(&mut many.engineer, as_text(&fields("replay", "3"))).await.status, 422, "since when?");
    assert_eq!(send(&mut many.engineer, as_text(&fields("purge", "3"))).await.status, 422, "no such act on many");
    assert_eq!(many.app.number("SELECT COUNT(*) FROM bulk_acts").await, 0);
    many.app.execute("UPDATE connections SET state = 'reconnect'").await;
    assert_eq!(send(&mut many.engineer, as_text(&fields("run", "3"))).await.status, 303);
    server::services::acts::bulk::go_on(&many.app.app).await.unwrap();
    let page = many.engineer.get(&format!("/bulk/{id}")).await.text;
    assert_eq!(page.matches("permission has to be given again first.").count(), 4, "three rows and a count: {page}");
    let links = send(&mut many.engineer, as_text(&fields("links", "3"))).await;
    assert_eq!((links.status, links.text.matches("/reconnect/").count()), (200, 3), "{}", links.text);
}

async fn a_stopped_act_leaves_the_rest(database: Database) {
    let mut many = Many::start(database).await;
    let id = many.asked().await;
    let carried = many.carried();
    let fields = [("id", id.as_str()), ("connections", &carried), ("confirm", "3"), ("act", "pause"), ("reason", "r")];
    assert_eq!(many.engineer.submit("/bulk", &fields).await.status, 303);
    many.app.clock.advance(1_000);
    assert_eq!(many.engineer.submit(&format!("/bulk/{id}"), &[("act", "stop")]).await.status, 303);
    server::services::acts::bulk::go_on(&many.app.app).await.unwrap();
    assert_eq!(many.paused().await, 0);
    let page = many.engineer.get(&format!("/bulk/{id}")).await.text;
    assert!(page.contains("Stopped before its turn"), "{page}");
    assert_eq!(many.app.staff_kinds().await, ["bulk.ordered", "bulk.stopped"], "who ordered and who stopped");
}

async fn all_of_a_view_are_asked_about(database: Database) {
    let mut many = Many::start(database).await;
    server::services::tenants::keep_up(&many.app.app).await.unwrap();
    let list = many.engineer.get("/tenants").await.text;
    assert!(list.contains("Act on these 3 connections"), "{list}");
    let viewer = many.app.staff(Role::Viewer).await.get("/tenants").await.text;
    assert!(!viewer.contains("action=\"/bulk\""), "not for who may not do it: {viewer}");
    let all = many.engineer.get("/bulk?view=").await.text;
    assert!(all.contains("Do it for these 3 connections"), "{all}");
    let found = many.engineer.get("/bulk?view=q%3Dkaffee").await.text;
    assert!(found.contains("Do it for this 1 connection"), "{found}");
    let carried = ConnectionId(many.connections[1]).to_string();
    assert!(found.contains(&format!("name=\"connections\" value=\"{carried}\"")), "{found}");
    let not_understood = many.engineer.get("/bulk?view=state%3Dbroken").await.text;
    assert!(not_understood.contains("Choose connections first"), "never more than was looked at: {not_understood}");
}

async fn a_view_of_too_many_is_narrowed_first(database: Database) {
    let app = TestApp::start(database).await;
    settle(&app, 1_003, 5).await;
    let page = app.staff(Role::Engineer).await.get("/bulk?view=").await.text;
    assert!(page.contains("are too many for one act") && !page.contains("Do it for"), "{page}");
}

/// The page asks for fewer and for a reason; a form that comes all the same orders nothing.
async fn a_form_of_too_many_or_without_a_reason_is_refused(database: Database) {
    let mut many = Many::start(database).await;
    let id = many.asked().await;
    let three = many.carried();
    let list: Vec<String> = (1..=1_001).map(|number| ConnectionId(Uuid::from_u128(number)).to_string()).collect();
    let too_many = list.join(",");
    for (carried, confirm, reason) in [(&three, "3", ""), (&three, "3", "  "), (&too_many, "1001", "vendor moves")] {
        let fields =
            [("id", id.as_str()), ("connections", carried), ("confirm", confirm), ("act", "pause"), ("reason", reason)];
        let answer = many.engineer.submit("/bulk", &fields).await;
        assert_eq!(answer.status, 422, "{confirm} for {reason:?}: {}", answer.text);
    }
    assert_eq!(many.app.number("SELECT COUNT(*) FROM bulk_acts").await, 0);
    assert_eq!(many.app.number("SELECT COUNT(*) FROM bulk_items").await, 0);
    assert_eq!(many.app.staff_kinds().await, Vec::<String>::new());
}

async fn a_renewal_of_many_is_the_engines(database: Database) {
    let mut many = Many::start(database).await;
    let id = many.asked().await;
    let carried = many.carried();
    let fields =
        [("id", id.as_str()), ("connections", &carried), ("confirm", "3"), ("act", "refresh"), ("reason", "r")];
    many.app.clock.advance(2 * 60_000);
    assert_eq!(many.engineer.submit("/bulk", &fields).await.status, 303);
    let before = many.app.calls("refresh").await;
    server::services::acts::bulk::go_on(&many.app.app).await.unwrap();
    assert_eq!(many.app.calls("refresh").await, before, "nothing is taken from what partner systems wait for");
    let told = "SELECT COUNT(*) FROM activity WHERE kind = 'grant.refresh_asked'";
    assert_eq!(many.app.number(told).await, 3, "each once");
    for _ in 0..8 {
        many.app.refresh_due().await;
        many.app.clock.advance(15_000);
    }
    assert_eq!(many.app.calls("refresh").await, before + 3, "the engine renews what it was asked for");
    let page = many.engineer.get(&format!("/bulk/{id}")).await.text;
    assert!(page.contains("Over: 3 of 3 connections are done.") && page.contains("renewed soon"), "{page}");
    assert_eq!(many.app.staff_kinds().await, ["bulk.ordered"]);
}

async fn one_that_fails_holds_up_no_other(database: Database) {
    let mut many = Many::start(database).await;
    let id = many.asked().await;
    let carried = many.carried();
    let fields =
        [("id", id.as_str()), ("connections", &carried), ("confirm", "3"), ("act", "refresh"), ("reason", "r")];
    many.app.clock.advance(2 * 60_000);
    assert_eq!(many.engineer.submit("/bulk", &fields).await.status, 303);
    let first = many.connections[0];
    let first = match database {
        Database::Sqlite => format!("x'{}'", first.simple()),
        Database::Postgres => format!("'{first}'"),
    };
    many.app.execute(&format!("UPDATE grants SET state = 'nonsense' WHERE connection_id = {first}")).await;
    server::services::acts::bulk::go_on(&many.app.app).await.unwrap();
    assert_eq!(many.app.number("SELECT COUNT(*) FROM bulk_items WHERE outcome = 'asked'").await, 2);
    assert_eq!(many.app.number("SELECT COUNT(*) FROM bulk_acts WHERE ended_at IS NULL").await, 1, "tried again");
    many.app.clock.advance(61 * 60_000);
    server::services::acts::bulk::go_on(&many.app.app).await.unwrap();
    assert_eq!(many.app.number("SELECT COUNT(*) FROM bulk_items WHERE outcome = 'unavailable'").await, 1);
    assert_eq!(many.app.number("SELECT COUNT(*) FROM bulk_acts WHERE ended_at IS NULL").await, 0, "not for ever");
}

async fn what_is_long_over_is_forgotten(database: Database) {
    let mut many = Many::start(database).await;
    let id = many.asked().await;
    let carried = many.carried();
    let fields = [("id", id.as_str()), ("connections", &carried), ("confirm", "3"), ("act", "pause"), ("reason", "r")];
    assert_eq!(many.engineer.submit("/bulk", &fields).await.status, 303);
    let sweep = async || {
        let mut tx = many.app.app.db.begin().await.unwrap();
        server::storage::housekeeping::delete_expired(&mut tx, many.app.clock.now()).await.unwrap();
        tx.commit().await.unwrap();
        let left = many.app.number("SELECT COUNT(*) FROM bulk_items").await;
        (left, many.app.staff_kinds().await.len())
    };
    many.app.clock.advance(91 * DAY);
    assert_eq!(sweep().await, (3, 1), "it goes on, however old");
    server::services::acts::bulk::go_on(&many.app.app).await.unwrap();
    assert_eq!(sweep().await, (3, 1));
    many.app.clock.advance(91 * DAY);
    assert_eq!(sweep().await, (0, 1), "its time is over");
    many.app.clock.advance(220 * DAY);
    assert_eq!(sweep().await, (0, 0));
}

on_both_databases!(
    what_is_long_over_is_forgotten,
    all_of_a_view_are_asked_about,
    a_view_of_too_many_is_narrowed_first,
    a_form_of_too_many_or_without_a_reason_is_refused,
    a_renewal_of_many_is_the_engines,
    one_that_fails_holds_up_no_other,
    one_order_does_it_for_each_once,
    what_cannot_be_done_is_told_for_each,
    a_stopped_act_leaves_the_rest
);
