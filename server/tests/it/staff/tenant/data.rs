//! Data of an organization: taken out, ended, deleted; and pages about them.

use app::ids::{ConnectionId, OrganizationId};
use app::role::Role;
use serde_json::{Value, json};
use server::clock::{MINUTE, SECOND};

use super::{Scene, did, said};
use crate::settings::desk::{BRS, DOORS, Desk, RTM};
use crate::support::{Database, TestApp, on_both_databases};

const NAME: (&str, &str) = ("name", "harbour loom");

async fn a_disconnect_asks_for_the_name(database: Database) {
    let scene = Scene::start(database).await;
    let page = format!("{}/disconnect", scene.home);
    let mut support = scene.as_role(Role::Support).await;
    assert_eq!(support.submit(&page, &[("act", "disconnect"), ("reason", "r"), NAME]).await.status, 404);
    let mut engineer = scene.as_role(Role::Engineer).await;
    let asked = engineer.get(&page).await;
    assert_eq!(asked.status, 200);
    assert!(asked.text.contains("The login is destroyed at once."), "{}", asked.text);
    let wrong = engineer.submit(&page, &[("act", "disconnect"), ("reason", "moved"), ("name", "Harbour")]).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.text.contains("Type the name of the organization") && wrong.text.contains("moved</textarea>"));
    assert!(scene.desk.app.stored(scene.id()).await.disconnected.is_none());
    let done = engineer.submit(&page, &[("act", "disconnect"), ("reason", "moved"), NAME]).await;
    said(&done, "disconnect", "done");
    let told = scene.desk.app.events("connection.disconnected").await;
    assert_eq!((told.len(), &told[0]["cause"]), (1, &Value::from("staff")));
    assert_eq!(scene.desk.app.hooks("disconnected").await[0]["cause"], "staff");
    assert_eq!(scene.by_staff().await, [did("connection.disconnected", "Robin engineer", "staff; moved")]);
    let again = engineer.submit(&page, &[("act", "disconnect"), ("reason", "moved"), NAME]).await;
    assert_eq!(again.status, 303);
    assert_eq!(scene.desk.app.events("connection.disconnected").await.len(), 1, "a connection ends once");
    let page = engineer.get(&done.location).await.text;
    assert!(page.contains("Settings and history are kept until 24 December 2026"), "{page}");
}

async fn a_dangerous_act_asks_again_who_it_is(database: Database) {
    let scene = Scene::start(database).await;
    let page = format!("{}/disconnect", scene.home);
    let mut engineer = scene.as_role(Role::Engineer).await;
    scene.desk.app.clock.advance(11 * 60_000);
    let stale = engineer.submit(&page, &[("act", "disconnect"), ("reason", "moved"), NAME]).await;
    assert_eq!(stale.status, 303, "{}", stale.text);
    assert!(stale.location.starts_with("/sign-in/again?next="), "{}", stale.location);
    assert!(scene.desk.app.stored(scene.id()).await.disconnected.is_none());
}

async fn a_purge_is_the_owners_and_comes_after_the_end(database: Database) {
    let scene = Scene::start(database).await;
    let page = format!("{}/purge", scene.home);
    let mut owner = scene.as_role(Role::Owner).await;
    let fields = [("act", "purge"), ("reason", "asked by letter"), NAME];
    let mut engineer = scene.as_role(Role::Engineer).await;
    assert_eq!(engineer.submit(&page, &fields).await.status, 404);
    assert_eq!(owner.submit(&page, &fields).await.status, 422, "it still works");
    assert!(owner.get(&page).await.text.contains("disconnect it first"));
    let end = [("act", "disconnect"), ("reason", "asked by letter"), NAME];
    said(&owner.submit(&format!("{}/disconnect", scene.home), &end).await, "disconnect", "done");
    let done = owner.submit(&page, &fields).await;
    assert_eq!((done.status, done.location.as_str()), (303, "/tenants"));
    let id = scene.id();
    for table in ["connections", "runs", "settings", "notes", "connection_locations", "grants"] {
        let column = if table == "connections" { "id" } else { "connection_id" };
        let left = match database {
            Database::Sqlite => format!("SELECT COUNT(*) FROM {table} WHERE {column} = x'{}'", id.simple()),
            Database::Postgres => format!("SELECT COUNT(*) FROM {table} WHERE {column} = '{id}'"),
        };
        assert_eq!(scene.desk.app.number(&left).await, 0, "{table}");
    }
    assert_eq!(owner.get(&scene.home).await.status, 404);
    let told = "SELECT COUNT(*) FROM staff_activity WHERE kind = 'data.purged' AND detail = 'asked by letter'";
    assert_eq!(scene.desk.app.number(told).await, 1, "that somebody did it outlives the organization");
}

async fn a_purge_stays_known_when_the_rest_goes_later(database: Database) {
    let scene = Scene::start(database).await;
    let app = &scene.desk.app;
    let second = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let second = format!("/connections/{}", ConnectionId(app.connection_of(&second).await));
    let mut owner = scene.as_role(Role::Owner).await;
    let told = "SELECT COUNT(*) FROM staff_activity WHERE kind = 'data.purged' AND detail = ";
    for (home, reason, kept) in [(&scene.home, "first letter", 0), (&second, "second letter", 1)] {
        let end = [("act", "disconnect"), ("reason", reason), NAME];
        said(&owner.submit(&format!("{home}/disconnect"), &end).await, "disconnect", "done");
        let purged = owner.submit(&format!("{home}/purge"), &[("act", "purge"), ("reason", reason), NAME]).await;
        assert_eq!((purged.status, purged.location.as_str()), (303, "/tenants"), "{}", purged.text);
        assert_eq!(app.number(&format!("{told}'{reason}'")).await, kept, "{reason}");
    }
    assert_eq!(app.number("SELECT COUNT(*) FROM organizations").await, 0);
    assert_eq!(app.number(&format!("{told}'first letter'")).await, 1, "the record of the organization is gone");
    let page = owner.get("/activity?kind=data.purged").await.text;
    assert_eq!(page.matches("first letter").count(), 1, "{page}");
}

async fn all_data_leave_as_a_file_without_secrets(database: Database) {
    let desk = Desk::filled(database, DOORS).await;
    let organization = desk.app.stored(desk.connection).await.organization;
    let page = format!("/tenants/{}/export", OrganizationId(organization));
    let mut support = desk.app.staff(Role::Support).await;
    let file = support.submit(&page, &[]).await;
    assert_eq!((file.status, file.header("content-type")), (200, "application/json"), "{}", file.text);
    let all = file.json();
    assert_eq!(all["organization"]["slug"], "harbour-and-loom");
    let connection = &all["connections"][0];
    assert_eq!(connection["id"], ConnectionId(desk.connection).to_string());
    assert!(connection["settings"]["effective"][BRS].is_object(), "{connection}");
    assert_eq!(connection["complete"], true, "nothing was left out");
    assert!(!file.text.contains("a-secret-of-the-fixture"));
    assert_eq!(desk.app.happened(desk.connection, "data.exported").await, 1);
    assert_eq!(desk.app.staff(Role::Viewer).await.submit(&page, &[]).await.status, 404);
}

async fn all_runs_leave_as_a_file(database: Database) {
    let mut scene = Scene::start(database).await;
    let run = scene.begin(json!({})).await;
    let reasons = json!([{ "code": "no_phone", "text": "+49 is no number", "count": 2 }]);
    let place = json!({ "created": 1, "changed": 0, "removed": 0, "skipped": 0, "failed": 2, "reasons": reasons });
    let report = json!({ "state": "partial", "message": "=1+1 for mia@harbour.example", "locations": { RTM: place } });
    let body = Some(("application/json", report.to_string().into_bytes()));
    assert_eq!(scene.partner.send("PATCH", &format!("/api/v1/runs/{run}"), body).await.status, 200);
    scene.desk.app.clock.advance(1_000);
    let open = scene.begin(json!({})).await;
    let path = format!("{}/runs", scene.home);
    let mut support = scene.as_role(Role::Support).await;
    assert!(support.get(&scene.home).await.text.contains(&format!("action=\"{path}\"")));
    let file = support.submit(&path, &[("act", "export")]).await;
    assert_eq!((file.status, file.header("content-type")), (200, "text/csv; charset=utf-8"), "{}", file.text);
    assert!(file.header("content-disposition").starts_with("attachment"), "{}", file.header("content-disposition"));
    let lines: Vec<&str> = file.text.lines().collect();
    assert_eq!(lines.len(), 3, "{}", file.text);
    assert!(lines[1].starts_with(&open) && lines[1].ends_with(",,,,,,,"), "nothing is reported yet: {}", lines[1]);
    assert!(lines[2].starts_with(&run) && lines[2].contains(",partial,"), "{}", lines[2]);
    assert!(lines[2].ends_with(",1,0,0,0,2,'+49 is no number × 2"), "{}", lines[2]);
    assert!(lines[2].contains(",'=1+1 for m…@…,"), "no formula, and nobody's address: {}", lines[2]);
    assert_eq!(scene.desk.app.happened(scene.id(), "data.exported").await, 1);
    // With so many locations each run is a page of its own, and nothing is lost between them.
    let many = "INSERT INTO connection_locations (connection_id, location_id, position) \
         WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) \
         SELECT connections.id, 'more-' || n.i, n.i + 1000 FROM connections, n";
    scene.desk.app.execute(many).await;
    assert_eq!(support.submit(&path, &[("act", "export")]).await.text, file.text);
    assert_eq!(scene.as_role(Role::Viewer).await.submit(&path, &[("act", "export")]).await.status, 404);
    assert_eq!(support.submit(&path, &[("act", "destroy")]).await.status, 400);
}

async fn people_are_masked_until_somebody_asks(database: Database) {
    let scene = Scene::start(database).await;
    let app = &scene.desk.app;
    app.execute("UPDATE connections SET account_name = 'anna@harbour.example'").await;
    app.execute(
        "UPDATE activity SET actor_kind = 'admin', actor = 'Mia Jansen', detail = 'mia@harbour.example asked' \
         WHERE kind IN ('connection.connected', 'connection.finish_set_up')",
    )
    .await;
    let mut support = scene.as_role(Role::Support).await;
    let note = [("act", "note"), ("reason", "call mia@harbour.example")];
    said(&support.submit(&scene.home, &note).await, "note", "done");
    assert!(support.get(&scene.home).await.text.contains("call mia@harbour.example"), "who wrote it reads it");
    let organization = OrganizationId(app.stored(scene.id()).await.organization);
    let (time_line, export) = (format!("{}/activity", scene.home), format!("/tenants/{organization}/export"));
    let mut engineer = scene.as_role(Role::Engineer).await;
    for browser in [&mut scene.as_role(Role::Viewer).await, &mut scene.as_role(Role::Support).await, &mut engineer] {
        for path in [scene.home.as_str(), &time_line, "/activity", "/tenants"] {
            let page = browser.get(path).await;
            assert_eq!(page.status, 200, "{path}");
            for person in ["anna@harbour.example", "mia@harbour.example", "Mia Jansen"] {
                assert!(!page.text.contains(person), "{path} names {person}: {}", page.text);
            }
        }
        for (path, act) in [("/activity", "export"), (export.as_str(), "export")] {
            let file = browser.submit(path, &[("act", act)]).await.text;
            for person in ["anna@harbour.example", "mia@harbour.example", "Mia Jansen"] {
                assert!(!file.contains(person), "{path} names {person}: {file}");
            }
        }
    }
    said(&engineer.submit(&scene.home, &[("act", "unmask")]).await, "unmask", "done");
    assert!(engineer.get(&scene.home).await.text.contains("anna@harbour.example"));
    assert!(engineer.get("/activity").await.text.contains("mia@harbour.example asked"));
    for path in ["/activity", export.as_str()] {
        let file = engineer.submit(path, &[("act", "export")]).await.text;
        assert!(file.contains("Mia Jansen") && file.contains("mia@harbour.example asked"), "{path}: {file}");
    }
    assert_eq!(engineer.get("/tenants.csv").await.status, 200);
    assert!(app.staff_kinds().await.contains(&"tenants.exported".to_owned()), "who took the list");
    let others = support.submit(&export, &[]).await.text;
    assert!(!others.contains("Mia Jansen"), "what one person sees another does not: {others}");
}

async fn names_are_masked_again_after_a_quarter_of_an_hour(database: Database) {
    let scene = Scene::start(database).await;
    let app = &scene.desk.app;
    app.execute("UPDATE connections SET account_name = 'anna@harbour.example'").await;
    let organization = OrganizationId(app.stored(scene.id()).await.organization);
    let export = format!("/tenants/{organization}/export");
    let mut engineer = scene.as_role(Role::Engineer).await;
    said(&engineer.submit(&scene.home, &[("act", "unmask")]).await, "unmask", "done");
    for (wait, named) in [(15 * MINUTE - SECOND, true), (2 * SECOND, false)] {
        app.clock.advance(wait);
        let page = engineer.get(&scene.home).await.text;
        assert_eq!(page.contains("anna@harbour.example"), named, "{page}");
        let file = engineer.submit(&export, &[("act", "export")]).await.text;
        assert_eq!(file.contains("anna@harbour.example"), named, "{file}");
    }
}

async fn the_settings_are_there_to_read(database: Database) {
    let desk = Desk::filled(database, DOORS).await;
    let home = format!("/connections/{}", ConnectionId(desk.connection));
    let mut viewer = desk.app.staff(Role::Viewer).await;
    let page = viewer.get(&format!("{home}/settings?location={BRS}")).await;
    assert_eq!(page.status, 200, "{}", page.text);
    let main = page.text.split("<main").nth(1).unwrap();
    for control in ["<input", "<select", "<textarea", "<button"] {
        assert!(!main.contains(control), "nothing can be changed here: {control}");
    }
    assert!(main.contains("from the organization") && main.contains("from <bdi>"), "whose word it is: {main}");
    assert!(!page.text.contains("a-secret-of-the-fixture"));
    assert_eq!(viewer.get(&format!("{home}/settings?location=elsewhere")).await.status, 404);
    let explained = viewer.get(&format!("{home}/explain?location={BRS}")).await;
    assert!(explained.text.contains("Settings in force at this location"), "{}", explained.text);
    let mut support = desk.app.staff(Role::Support).await;
    let asked = support.submit(&format!("{home}/explain"), &[("subject", "65f0a1"), ("location", BRS)]).await;
    assert_eq!(asked.status, 200, "{}", asked.text);
    assert!(asked.text.contains("value=\"65f0a1\"") && asked.text.contains("</bdi> says"), "{}", asked.text);
    assert_eq!(desk.app.happened(desk.connection, "explain.asked").await, 1, "about whom, by whom");
    desk.stop_partner();
    let asked = support.submit(&format!("{home}/explain"), &[("subject", "65f0a1"), ("location", BRS)]).await;
    assert!(asked.text.contains("did not answer") || asked.text.contains("does not answer"), "{}", asked.text);
}

async fn an_organization_leads_to_its_only_connection(database: Database) {
    let app = TestApp::start(database).await;
    let one = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let connection = app.connection_of(&one).await;
    let organization = OrganizationId(app.stored(connection).await.organization);
    let mut viewer = app.staff(Role::Viewer).await;
    let home = format!("/connections/{}", ConnectionId(connection));
    let its_page = format!("/tenants/{organization}");
    for several in [false, true] {
        let by_slug = viewer.get("/tenants/harbour-and-loom").await;
        assert_eq!((by_slug.status, &by_slug.location), (303, &its_page));
        let page = viewer.get(&its_page).await;
        if several {
            assert_eq!(page.status, 200, "{}", page.text);
            assert!(page.text.contains(&home) && page.text.matches("/connections/con_").count() == 2, "{}", page.text);
        } else {
            assert_eq!((page.status, page.location.as_str()), (303, home.as_str()));
        }
        app.connected("harbour-and-loom", "meshfern-wifi", &[]).await;
    }
    assert_eq!(viewer.get("/tenants/nobody-at-all").await.status, 404);
    assert_eq!(viewer.get("/connections/con_00000000000000000000000000000007").await.status, 404);
}

on_both_databases!(
    a_disconnect_asks_for_the_name,
    a_dangerous_act_asks_again_who_it_is,
    a_purge_is_the_owners_and_comes_after_the_end,
    a_purge_stays_known_when_the_rest_goes_later,
    all_data_leave_as_a_file_without_secrets,
    all_runs_leave_as_a_file,
    people_are_masked_until_somebody_asks,
    names_are_masked_again_after_a_quarter_of_an_hour,
    the_settings_are_there_to_read,
    an_organization_leads_to_its_only_connection,
);
