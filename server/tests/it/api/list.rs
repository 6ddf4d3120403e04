//! `GET /api/v1/connections`: filters and pages.

use serde_json::json;
use server::clock::{HOUR, SECOND};

use super::is_problem;
use crate::support::{Browser, Database, TestApp, on_both_databases};

const BRISTOL: &str = "65f0a1b2c3d4e5f700010001";
const LISBON: &str = "65f0a1b2c3d4e5f700010002";
const BROOKLYN: &str = "65f0a1b2c3d4e5f700030000";

/// The `officernd_integration_id`s that a query finds, in order.
async fn found(partner: &mut Browser, query: &str) -> Vec<String> {
    let answer = partner.get(&format!("/api/v1/connections?{query}")).await;
    assert_eq!(answer.status, 200, "{query}: {}", answer.text);
    let body = answer.json();
    let data = body["data"].as_array().unwrap();
    data.iter().map(|one| one["officernd_integration_id"].as_str().unwrap().to_owned()).collect()
}

async fn each_filter_finds_its_own(database: Database) {
    let app = TestApp::start(database).await;
    let bristol = app.connected("harbour-and-loom", "tally-desk", &[BRISTOL]).await.integration_id;
    app.clock.advance(HOUR);
    let everywhere = app.connected("harbour-and-loom", "tally-desk", &[]).await;
    let everywhere_id = everywhere.integration_id.clone();
    let portunus = app.install("studio-17", "portunus-access", &[]).await;
    let mut browser = app.browser();
    let page = browser.follow(&portunus.connect_url).await;
    browser.press(&page.path, "next").await;
    let portunus = portunus.integration_id;

    let mut partner = app.partner().await;
    let all = [bristol.as_str(), &everywhere_id, &portunus];
    assert_eq!(found(&mut partner, "").await, all, "oldest first");
    assert_eq!(found(&mut partner, "integration=portunus-access").await, [portunus.as_str()]);
    assert_eq!(found(&mut partner, "integration=unknown").await, [""; 0]);

    let org = app.connection(&everywhere).await["organization"]["id"].as_str().unwrap().to_owned();
    assert!(org.starts_with("org_"), "{org}");
    for name in ["harbour-and-loom", "65f0a1b2c3d4e5f600000001", &org] {
        assert_eq!(found(&mut partner, &format!("organization={name}")).await, all[..2], "{name}");
    }
    assert_eq!(found(&mut partner, "organization=harbour").await, [""; 0]);

    assert_eq!(found(&mut partner, "state=connected").await, all[..2]);
    assert_eq!(found(&mut partner, "state=finish_set_up").await, all[2..]);
    assert_eq!(found(&mut partner, "state=disconnected").await, [""; 0]);

    assert_eq!(found(&mut partner, &format!("location={BRISTOL}")).await, all[..2], "all locations are these too");
    assert_eq!(found(&mut partner, &format!("location={LISBON}")).await, all[1..2], "and nobody else's");
    assert_eq!(found(&mut partner, &format!("location={BROOKLYN}")).await, all[2..]);

    for since in ["2026-11-24T13:00:00Z", "2026-11-24T14:00:00%2B01:00"] {
        assert_eq!(found(&mut partner, &format!("updated_since={since}")).await, all[1..], "{since}");
    }
    assert_eq!(found(&mut partner, "updated_since=2026-11-24T13:00:00.001Z").await, [""; 0]);
    assert_eq!(
        found(&mut partner, "organization=harbour-and-loom&state=connected&integration=tally-desk").await.len(),
        2
    );

    app.clock.advance(SECOND);
    app.remove(&everywhere).await;
    app.run_jobs().await;
    assert_eq!(found(&mut partner, "state=disconnected").await, all[1..2]);
    assert_eq!(found(&mut partner, "updated_since=2026-11-24T13:00:01Z").await, all[1..2], "a change is an update");
}

async fn pages_hold_everything_once(database: Database) {
    let app = TestApp::start(database).await;
    let mut installed = Vec::new();
    for organization in ["studio-17", "kaffee-und-werk", "harbour-and-loom", "studio-17", "harbour-space"] {
        installed.push(app.connected(organization, "tally-desk", &[]).await.integration_id);
    }
    let mut partner = app.partner().await;
    for limit in [1, 2, 3, 4, 5, 100] {
        let mut seen: Vec<String> = Vec::new();
        let mut cursor = String::new();
        for _ in 0..6 {
            let page = partner.get(&format!("/api/v1/connections?limit={limit}{cursor}")).await.json();
            let data = page["data"].as_array().unwrap();
            assert!(data.len() <= limit);
            seen.extend(data.iter().map(|one| one["officernd_integration_id"].as_str().unwrap().to_owned()));
            match page["next"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(seen, installed, "limit {limit}");
    }
    // Filters and pages go together.
    let page = partner.get("/api/v1/connections?limit=1&organization=studio-17").await.json();
    let next = page["next"].as_str().unwrap();
    let page = partner.get(&format!("/api/v1/connections?limit=1&organization=studio-17&cursor={next}")).await.json();
    assert_eq!(
        (page["data"][0]["officernd_integration_id"].as_str(), &page["next"]),
        (Some(&*installed[3]), &json!(null))
    );
}

async fn a_query_that_cannot_be_meant_is_400(database: Database) {
    let app = TestApp::start(database).await;
    let mut partner = app.partner().await;
    for (query, part) in [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=-1", "limit"),
        ("limit=ten", "limit"),
        ("limit=", "limit"),
        ("limit=1&limit=2", "limit"),
        ("state=Connected", "state"),
        ("state=nonsense", "state"),
        ("updated_since=yesterday", "updated_since"),
        ("updated_since=1795521600", "updated_since"),
        ("cursor=nonsense", "cursor"),
        ("cursor=org_00000000000000000000000000", "cursor"),
        ("orgnization=studio-17", "orgnization"),
        ("state=%ff", "query"),
        ("organization=%zz", "query"),
    ] {
        let refused = partner.get(&format!("/api/v1/connections?{query}")).await;
        is_problem(&refused, 400, "invalid_request");
        assert!(refused.json()["detail"].as_str().unwrap().contains(part), "{query}: {}", refused.text);
    }
}

async fn one_connection_is_shown_as_in_the_list(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("harbour-and-loom", "tally-desk", &[BRISTOL]).await;
    let listed = app.connection(&installed).await;
    let id = listed["id"].as_str().unwrap();
    let one = app.partner().await.get(&format!("/api/v1/connections/{id}")).await;
    assert_eq!(one.json(), listed);
    assert_eq!(
        one.json(),
        json!({
            "id": id,
            "integration": "tally-desk",
            "officernd_integration_id": installed.integration_id,
            "organization": {
                "id": listed["organization"]["id"],
                "slug": "harbour-and-loom",
                "name": "Harbour & Loom",
                "officernd_id": "65f0a1b2c3d4e5f600000001",
            },
            "state": "connected",
            "state_text": "Connected",
            "since": "2026-11-24T12:00:00.000Z",
            "cause": "none",
            "who_must_act": "nobody",
            "troubles": [],
            "locations":
                [{ "id": BRISTOL, "name": "Bristol, Old Market", "time_zone": "Europe/London", "currency": "GBP" }],
            "account": null,
            "sync": "on",
            "paused_by": null,
            "last_success_at": null,
            "next_run_at": null,
            "connected_at": "2026-11-24T12:00:00.000Z",
            "expires_at": "2026-12-09T12:00:00.000Z",
            "disconnected_at": null,
            "kept_until": null,
            "updated_at": "2026-11-24T12:00:00.000Z",
        })
    );
}

on_both_databases!(
    each_filter_finds_its_own,
    pages_hold_everything_once,
    a_query_that_cannot_be_meant_is_400,
    one_connection_is_shown_as_in_the_list,
);
