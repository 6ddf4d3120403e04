//! Every address and every form of the dashboard, as each role and as nobody, against `docs/ROLES.md`.

use std::collections::{BTreeMap, BTreeSet};

use app::ids::{ConnectionId, NoteId, OrganizationId};
use app::role::{Act, Role, Section};
use serde_json::json;
use server::router::ROUTES;
use server::storage::notes;

use crate::settings::desk::{DOORS, Desk, RTM};
use crate::support::{Browser, Database, on_both_databases};

on_both_databases!(every_page_and_form_is_for_the_roles_that_the_document_names);

/// Forms by their route. `None`: everybody's own. A form whose act is none of [`Act::ALL`] would be nobody's to refuse.
const FORMS: &[(&str, &str, Option<Act>)] = &[
    ("/", "acknowledge:x", Some(Act::Acknowledge)),
    ("/tenants", "save", None),
    ("/tenants/{organization}/export", "export", Some(Act::Export)),
    ("/connections/{connection}", "run", Some(Act::RunNow)),
    ("/connections/{connection}", "refresh", Some(Act::Refresh)),
    ("/connections/{connection}", "pause", Some(Act::Pause)),
    ("/connections/{connection}", "resume", Some(Act::Resume)),
    ("/connections/{connection}", "since", Some(Act::Replay)),
    ("/connections/{connection}", "event:x", Some(Act::Replay)),
    ("/connections/{connection}", "hook:x", Some(Act::Replay)),
    ("/connections/{connection}", "note", Some(Act::Note)),
    ("/connections/{connection}", "unmask", Some(Act::Unmask)),
    ("/connections/{connection}/runs", "export", Some(Act::Export)),
    ("/connections/{connection}/runs/{run}", "approve", Some(Act::DecideRun)),
    ("/connections/{connection}/runs/{run}", "refuse", Some(Act::DecideRun)),
    ("/connections/{connection}/runs/{run}", "list", Some(Act::Export)),
    ("/connections/{connection}/disconnect", "disconnect", Some(Act::Disconnect)),
    ("/connections/{connection}/purge", "purge", Some(Act::Purge)),
    ("/connections/{connection}/reconnect-link", "link", Some(Act::ReconnectLink)),
    ("/connections/{connection}/notes/{note}", "edit", Some(Act::Note)),
    ("/connections/{connection}/explain", "ask", Some(Act::Explain)),
    ("/bulk", "run", Some(Act::Bulk)),
    ("/bulk/{bulk}", "stop", Some(Act::Bulk)),
    ("/staff", "invite", Some(Act::Team)),
    ("/staff", "role", Some(Act::Team)),
    ("/staff", "disable", Some(Act::Team)),
    ("/staff", "enable", Some(Act::Team)),
    ("/staff", "reset", Some(Act::Team)),
    ("/staff", "forget-app", Some(Act::Team)),
    ("/staff", "unlink", Some(Act::Team)),
    ("/staff", "withdraw", Some(Act::Team)),
    ("/activity", "export", Some(Act::Export)),
    ("/integrations", "make", Some(Act::ApiKeys)),
    ("/integrations", "replace", Some(Act::ApiKeys)),
    ("/integrations", "revoke", Some(Act::ApiKeys)),
    ("/integrations/{integration}", "add", Some(Act::Endpoints)),
    ("/integrations/{integration}", "rotate", Some(Act::RotateSecrets)),
    ("/integrations/{integration}", "enable", Some(Act::Endpoints)),
    ("/integrations/{integration}", "delete", Some(Act::Endpoints)),
    ("/integrations/{integration}", "replay", Some(Act::Replay)),
    ("/alerts", "take", Some(Act::Acknowledge)),
    ("/alerts", "subscribe", None),
    ("/alerts", "rules", Some(Act::Alerts)),
    ("/alerts", "webhook", Some(Act::Alerts)),
    ("/alerts", "webhook-rotate", Some(Act::RotateSecrets)),
    ("/alerts", "webhook-remove", Some(Act::Alerts)),
    ("/alerts", "test", Some(Act::Alerts)),
    ("/account", "save", None),
    ("/account", "password", None),
    ("/account", "app-begin", None),
    ("/account", "end-others", None),
];

fn document() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/ROLES.md")).unwrap()
}

/// Cells of the table under a heading, without their backquotes.
fn rows(heading: &str) -> Vec<Vec<String>> {
    let text = document();
    let part = text.split(&format!("\n## {heading}\n")).nth(1).unwrap().split("\n## ").next().unwrap().to_owned();
    let lines = part.lines().filter_map(|line| line.strip_prefix("| `"));
    lines
        .map(|line| {
            line.trim_end_matches('|').split('|').map(|cell| cell.trim().trim_matches('`').to_owned()).collect()
        })
        .collect()
}

fn role(word: &str) -> Role {
    Role::from_slug(word).unwrap_or_else(|| panic!("{word} is no role"))
}

/// Routes of the dashboard that need a session.
fn staff_routes() -> impl Iterator<Item = &'static (&'static str, &'static str)> {
    ROUTES
        .iter()
        .filter(|(_, route)| Section::of_segment(route.trim_start_matches('/').split('/').next().unwrap()).is_some())
}

#[test]
fn the_document_lists_the_acts() {
    let documented: Vec<(String, String, String)> =
        rows("Acts").into_iter().map(|row| (row[0].clone(), row[1].clone(), row[2].clone())).collect();
    let acts = Act::ALL.map(|act| {
        let again = if act.is_dangerous() { "yes" } else { "no" };
        (act.slug().to_owned(), act.needs().slug().to_owned(), again.to_owned())
    });
    assert_eq!(documented, acts);
}

#[test]
fn every_form_of_the_dashboard_is_tried() {
    let posts: BTreeSet<&str> =
        staff_routes().filter(|(methods, _)| methods.contains("POST")).map(|(_, route)| *route).collect();
    let tried: BTreeSet<&str> = FORMS.iter().map(|(route, _, _)| *route).collect();
    assert_eq!(tried, posts, "add the forms of this route to FORMS");
    let pages: BTreeSet<String> = rows("Pages").into_iter().map(|row| row[0].clone()).collect();
    let routes: BTreeSet<String> =
        staff_routes().filter(|(methods, _)| methods.contains("GET")).map(|(_, route)| (*route).to_owned()).collect();
    assert_eq!(pages, routes, "docs/ROLES.md lists other pages");
}

/// A run that waits for approval.
async fn held_run(desk: &Desk) -> String {
    let key = desk.app.api_key(&[DOORS], &["connections:read", "runs:write"]).await;
    let runs = format!("/api/v1/connections/{}/runs", ConnectionId(desk.connection));
    let body = json!({ "reason": "test", "would_remove": { RTM: { "remove": 64, "of": 180 } } });
    let begun = desk.app.api(&key).post(&runs, &body).await;
    assert_eq!(begun.status, 201, "{}", begun.text);
    begun.json()["id"].as_str().unwrap().to_owned()
}

/// An act on many that was ordered.
async fn bulk_act(desk: &Desk) -> String {
    let connection = ConnectionId(desk.connection).to_string();
    let fields = [("connections", connection.as_str()), ("confirm", "1"), ("act", "resume"), ("reason", "r")];
    let ordered = desk.app.staff(Role::Engineer).await.submit("/bulk", &fields).await;
    assert_eq!(ordered.status, 303, "{}", ordered.text);
    ordered.location.trim_start_matches("/bulk/").to_owned()
}

/// A note is its author's: each browser gets one of its own, where its role has any.
async fn own_note(desk: &Desk, path: &str, browser: &mut Browser) -> String {
    if !path.is_empty() && !path.contains("{note}") {
        return path.to_owned();
    }
    desk.app.clock.advance(1_000);
    let home = format!("/connections/{}", ConnectionId(desk.connection));
    browser.submit(&home, &[("act", "note"), ("reason", "mine")]).await;
    let latest = notes::of_connection(desk.app.app.db.read(), desk.connection, 1).await.unwrap();
    path.replace("{note}", &NoteId(latest[0].id).to_string())
}

async fn every_page_and_form_is_for_the_roles_that_the_document_names(database: Database) {
    let desk = Desk::bare(database, DOORS).await;
    let app = &desk.app;
    let organization = OrganizationId(app.stored(desk.connection).await.organization).to_string();
    let connection = ConnectionId(desk.connection).to_string();
    let (run, bulk) = (held_run(&desk).await, bulk_act(&desk).await);
    own_note(&desk, "", &mut app.staff(Role::Support).await).await;
    let at = |route: &str| {
        route
            .replace("{organization}", &organization)
            .replace("{connection}", &connection)
            .replace("{integration}", DOORS)
            .replace("{run}", &run)
            .replace("{bulk}", &bulk)
    };
    let seen_by: BTreeMap<String, Role> =
        rows("Pages").into_iter().map(|row| (row[0].clone(), role(&row[1]))).collect();
    for (route, least) in &seen_by {
        let path = at(route);
        let nobody = app.browser().get(&path).await;
        assert!(nobody.status == 303 && nobody.location.starts_with("/sign-in"), "{path} as nobody: {}", nobody.status);
        // An organization with one connection leads there.
        let seen = if route == "/tenants/{organization}" { 303 } else { 200 };
        for role in Role::ALL {
            let mut browser = app.staff(role).await;
            let path = own_note(&desk, &path, &mut browser).await;
            let page = browser.get(&path).await;
            let expected = if role >= *least { seen } else { 404 };
            assert_eq!(page.status, expected, "GET {path} as {role}");
        }
    }
    for (route, act, needed) in FORMS {
        let path = at(route);
        let least = needed.map_or(Role::Viewer, Act::needs).max(seen_by.get(*route).copied().unwrap_or(Role::Viewer));
        let nobody = app.browser().submit(&path, &[("act", act)]).await;
        assert!(nobody.status == 303 && nobody.location.starts_with("/sign-in"), "{act} as nobody: {}", nobody.status);
        for role in Role::ALL {
            let mut browser = app.staff(role).await;
            let path = own_note(&desk, &path, &mut browser).await;
            let answer = browser.submit(&path, &[("act", act)]).await;
            if role >= least {
                // It got as far as the form, which is not complete.
                assert_ne!(answer.status, 404, "{act} at {path} as {role}: {}", answer.text);
                if needed.is_some_and(Act::is_dangerous) {
                    app.clock.advance(server::services::staff::permit::FRESH);
                    let again = browser.submit(&path, &[("act", act)]).await;
                    assert!(again.location.starts_with("/sign-in/again"), "{act} as {role} did not ask again");
                }
            } else {
                assert_eq!(answer.status, 404, "{act} at {path} as {role}");
            }
        }
    }
}
