//! Settings: read as they are in force, and changed as on the page.

use app::ids::ConnectionId;
use app::ports::Actor;
use secrecy::SecretString;
use serde_json::{Value, json};
use server::domain::settings::edits::Of;
use server::storage::settings::{history, secrets};

use super::{call, is_problem};
use crate::settings::desk::{BRS, DOORS, Desk, HOT, PAY, RTM};
use crate::support::{Answer, Database, on_both_databases};

const SECRET: &str = "a-secret-of-the-fixture";

/// The partner system of a desk.
struct Partner {
    desk: Desk,
    key: SecretString,
    path: String,
}

impl Partner {
    async fn start(database: Database, scopes: &[&str]) -> Self {
        Self::of(database, DOORS, scopes).await
    }

    async fn of(database: Database, integration: &str, scopes: &[&str]) -> Self {
        let desk = Desk::filled(database, integration).await;
        let key = desk.app.api_key(&[integration], scopes).await;
        let path = format!("/api/v1/connections/{}/settings", ConnectionId(desk.connection));
        Self { desk, key, path }
    }

    async fn get(&self, query: &str, headers: &[(&str, &str)]) -> Answer {
        call(&self.desk.app, &self.key, ("GET", &format!("{}{query}", self.path)), headers, None).await
    }

    async fn patch_as_of(&self, tag: &str, body: &Value) -> Answer {
        call(&self.desk.app, &self.key, ("PATCH", &self.path), &[("If-Match", tag)], Some(body)).await
    }

    /// Made from what counts now.
    async fn patch(&self, body: &Value) -> Answer {
        let tag = format!("\"{}\"", self.desk.version().await);
        self.patch_as_of(&tag, body).await
    }

    /// What is said of the one field that is wrong.
    async fn said(&self, body: &Value) -> String {
        let refused = self.patch(body).await;
        is_problem(&refused, 422, "invalid_fields");
        let errors = refused.json()["errors"].clone();
        assert_eq!(errors.as_array().unwrap().len(), 1, "{errors}");
        errors[0]["message"].as_str().unwrap().to_owned()
    }

    /// Fields that are named as wrong.
    async fn wrong(&self, body: &Value) -> Vec<String> {
        let refused = self.patch(body).await;
        is_problem(&refused, 422, "invalid_fields");
        let errors = refused.json()["errors"].as_array().unwrap().clone();
        assert!(errors.iter().all(|error| error["message"].as_str().is_some_and(|message| !message.is_empty())));
        errors.iter().map(|error| error["field"].as_str().unwrap().to_owned()).collect()
    }
}

const BOTH: [&str; 2] = ["settings:read", "settings:write"];

async fn they_are_shown_in_force_with_who_said_them(database: Database) {
    let partner = Partner::start(database, &["settings:read"]).await;
    let all = partner.get("", &[]).await;
    assert_eq!((all.status, all.header("cache-control")), (200, "private, no-cache"), "{}", all.text);
    let body = all.json();
    assert_eq!(body["version"], partner.desk.version().await);
    assert_eq!(all.header("etag"), format!("\"{}\"", partner.desk.version().await));
    assert_eq!(body["organization"]["early_entry"]["source"], "default");
    let late = &body["effective"][BRS]["late_exit"];
    assert_eq!((&late["value"], &late["source"]), (&json!(15), &json!("location")));
    assert_eq!(late["changed"]["by"], json!({ "kind": "deskbridge", "name": null }));
    assert_eq!(late["changed"]["at"], "2026-11-24T12:00:00.000Z");
    assert_eq!(body["organization"]["client_secret"]["value"]["secret"], "set");
    assert!(!all.text.contains(SECRET));
    assert!(body["effective"].as_object().unwrap().len() > 2);
    assert!(body["findings"].is_array() && body["locks"].is_object());

    let one = partner.get(&format!("?location={BRS}"), &[]).await.json();
    assert_eq!(one["effective"].as_object().unwrap().keys().collect::<Vec<_>>(), [BRS]);
    assert_eq!(one["effective"][BRS], body["effective"][BRS]);
    let elsewhere = |finding: &Value| ![json!("*"), json!(BRS)].contains(&finding["location"]);
    assert!(!one["findings"].as_array().unwrap().iter().any(elsewhere));
    is_problem(&partner.get("?location=65f0a1b2c3d4e5f700020000", &[]).await, 404, "not_found");
    is_problem(&partner.get("?locations=x", &[]).await, 400, "invalid_request");
}

async fn what_is_known_is_not_sent_again(database: Database) {
    let partner = Partner::start(database, &BOTH).await;
    let tag = partner.get("", &[]).await.header("etag").to_owned();
    let same = partner.get("", &[("If-None-Match", &tag)]).await;
    assert_eq!((same.status, same.text.as_str(), same.header("etag")), (304, "", tag.as_str()));
    let saved = partner.patch_as_of(&tag, &json!({ "organization": { "early_entry": 5 } })).await;
    assert_eq!(saved.status, 200, "{}", saved.text);
    let new = partner.get("", &[("If-None-Match", &tag)]).await;
    assert_eq!((new.status, new.header("etag")), (200, saved.header("etag")));
    assert_eq!(new.json()["organization"]["early_entry"]["value"], 5);
    let by = &new.json()["organization"]["early_entry"]["changed"]["by"];
    assert_eq!(*by, json!({ "kind": "key", "name": "test" }));
}

async fn secrets_are_for_keys_that_may_read_them(database: Database) {
    let partner = Partner::start(database, &["settings:read", "secrets:read"]).await;
    let all = partner.get("", &[]).await;
    assert_eq!((all.status, all.header("cache-control")), (200, "no-store"));
    assert_eq!(all.json()["organization"]["client_secret"]["value"]["secret"], SECRET);
    assert_eq!(all.json()["effective"][BRS]["client_secret"]["value"]["secret"], SECRET);
    let read = "settings.secrets_read";
    assert_eq!(partner.desk.app.happened(partner.desk.connection, read).await, 1);
    let tag = all.header("etag").to_owned();
    assert_eq!(partner.get("", &[("If-None-Match", &tag)]).await.status, 304);
    assert_eq!(partner.desk.app.happened(partner.desk.connection, read).await, 1, "nothing was read");
    // The tag is the same for every key, and the scope alone opens nothing.
    let plain = partner.desk.app.api_key(&[DOORS], &["settings:read"]).await;
    assert_eq!(call(&partner.desk.app, &plain, ("GET", &partner.path), &[], None).await.header("etag"), tag);
    let alone = partner.desk.app.api_key(&[DOORS], &["secrets:read"]).await;
    is_problem(&call(&partner.desk.app, &alone, ("GET", &partner.path), &[], None).await, 403, "forbidden");
}

async fn a_change_is_one_revision_whatever_it_holds(database: Database) {
    let partner = Partner::start(database, &BOTH).await;
    let desk = &partner.desk;
    let before = desk.stored().await.version;
    let saved = partner
        .patch(&json!({
            "organization": {
                "early_entry": 25,
                "plan_groups": { HOT: ["g-front"] },
                "alert_to": [],
                "client_secret": { "secret": "another-secret-text", "expires_at": "2027-03-01" },
            },
            "locations": { RTM: { "late_exit": 30 }, BRS: { "early_entry": 5 } },
            "reset": { "locations": { BRS: ["late_exit"] } },
        }))
        .await;
    assert_eq!(saved.status, 200, "{}", saved.text);
    assert_eq!(desk.stored().await.version, before + 1);
    assert_eq!(saved.json()["version"], desk.version().await);
    assert_eq!(desk.organization("early_entry").await, 25);
    assert_eq!(desk.organization("plan_groups").await[HOT], json!(["g-front"]));
    assert!(desk.organization("plan_groups").await.as_object().unwrap().len() > 1, "other rows stay");
    assert_eq!(desk.organization("alert_to").await, json!([]));
    assert_eq!(desk.own(RTM, "late_exit").await, 30);
    assert_eq!(desk.own(BRS, "late_exit").await, "nothing");
    let connection = desk.app.stored(desk.connection).await;
    let (db, vault) = (desk.app.app.db.read(), &desk.app.app.vault);
    let secret = secrets::text(db, vault, &connection, &Of::Organization, "client_secret").await.unwrap().unwrap();
    assert_eq!(secrecy::ExposeSecret::expose_secret(&secret), "another-secret-text");
    let revision = history::after(db, desk.connection, before).await.unwrap().remove(0);
    assert_eq!(revision.mark.by, Some(Actor::Key("test".into())));
    assert_eq!(revision.origin.slug(), "api");
    assert_eq!(desk.app.happened(desk.connection, "settings.changed").await, 1);
    desk.history_is_complete().await;

    // A row is inherited again; the same once more changes nothing, and neither does nothing.
    let row = json!({ "reset": { "organization": [format!("plan_groups.{HOT}")] } });
    assert_eq!(partner.patch(&row).await.status, 200);
    assert_eq!(desk.organization("plan_groups").await.get(HOT), None);
    let version = desk.version().await;
    for nothing in [row, json!({}), json!({ "organization": { "early_entry": 25 } })] {
        assert_eq!(partner.patch(&nothing).await.json()["version"], version);
    }
    assert_eq!(desk.stored().await.version, before + 2);
    // The admin reads who it was.
    let page = partner.desk.browser.clone().get(&format!("{}/history", desk.home)).await;
    assert!(page.text.contains("test"), "the name of the key");
}

async fn it_is_made_from_what_counts_now(database: Database) {
    let mut partner = Partner::start(database, &BOTH).await;
    let change = json!({ "organization": { "early_entry": 5 } });
    let missing = call(&partner.desk.app, &partner.key, ("PATCH", &partner.path), &[], Some(&change)).await;
    is_problem(&missing, 428, "if_match_required");
    let seen = format!("\"{}\"", partner.desk.version().await);
    let home = partner.desk.home.clone();
    Desk::is_saved(&partner.desk.post(&home, &[("own", "late_exit"), ("f.late_exit", "20")], "save").await);
    // Stale, of another manifest, weak, of no version at all.
    let version = partner.desk.stored().await.version;
    for tag in
        [seen.clone(), format!("\"{version}.99\""), format!("W/\"{}\"", partner.desk.version().await), "\"\"".into()]
    {
        is_problem(&partner.patch_as_of(&tag, &change).await, 412, "stale");
    }
    is_problem(&partner.patch_as_of("5", &change).await, 412, "stale");
    assert_eq!(partner.desk.organization("early_entry").await, "nothing");
    let either = format!("{seen}, \"{}\"", partner.desk.version().await);
    assert_eq!(partner.patch_as_of(&either, &change).await.status, 200);
    assert_eq!(partner.patch_as_of("*", &json!({ "organization": { "early_entry": 10 } })).await.status, 200);
    assert_eq!(partner.desk.organization("early_entry").await, 10);
}

/// Each value is good by itself; what the locations make of it is not.
async fn what_breaks_a_rule_is_not_saved(database: Database) {
    let partner = Partner::of(database, PAY, &BOTH).await;
    let before = partner.desk.stored().await;
    let wrong = partner.wrong(&json!({ "organization": { "methods": ["card", "bacs_debit"] } })).await;
    assert!(!wrong.is_empty() && wrong.iter().all(|field| field.ends_with(".methods")), "{wrong:?}");
    assert_eq!(partner.desk.stored().await.layers, before.layers);
    let good = partner.patch(&json!({ "organization": { "methods": ["card", "bank_transfer"] } })).await;
    assert_eq!(good.status, 200, "{}", good.text);
}

async fn what_is_wrong_is_named_and_nothing_is_saved(database: Database) {
    let partner = Partner::start(database, &BOTH).await;
    let before = partner.desk.stored().await;
    let at = |field: &str| vec![format!("organization.{field}")];
    for (key, value) in [
        ("early_entry", json!(17)),
        ("early_entry", json!("5")),
        ("early_entry", json!(-5)),
        ("everyone_groups", json!(["g-nobody-has"])),
        ("everyone_groups", json!("g-front")),
        ("site", json!("site-elsewhere")),
        ("site", json!(null)),
        // Not asked with the values of the others, and not dropped for that.
        ("visitor_groups", json!(["g-nobody-has"])),
        ("guest_entry", json!("everybody")),
        ("guest_entry", json!(null)),
        ("no_such_field", json!(1)),
        ("test_connection", json!(true)),
        ("floor_groups", json!({ "x": ["g-f1"] })),
        ("plan_groups", json!(["g-front"])),
        ("alert_to", json!(["not-an-address"])),
        ("staffed_hours", json!({ "mon": [["09:00", "09:00"]] })),
        ("client_secret", json!("plain")),
        ("client_secret", json!({ "secret": "" })),
        ("client_secret", json!({ "secret": "a good one", "expires_at": "soon" })),
        ("client_secret", json!({ "secret": "a good one", "more": 1 })),
        ("client_id", json!("with spaces in it")),
        ("door_check_in", json!("yes")),
        // Locked since the connection exists.
        ("region", json!("us")),
    ] {
        let wrong = partner.wrong(&json!({ "organization": { key: value } })).await;
        assert_eq!(wrong, at(key), "{key}: {value}");
    }
    assert_eq!(
        partner.wrong(&json!({ "organization": { "plan_groups": { "nobody": ["g-front"] } } })).await,
        at("plan_groups.nobody")
    );
    // All at once, each by its place; what would be good is not saved either.
    let wrong = partner
        .wrong(&json!({
            "organization": { "early_entry": 17, "late_exit": 20 },
            "locations": { RTM: { "region": "us" }, "65f0a1b2c3d4e5f700020000": { "late_exit": 5 } },
            "reset": { "organization": ["nothing_like_it", "late_exit"], "locations": { BRS: ["region"] } },
        }))
        .await;
    let mut expected = vec![
        "organization.nothing_like_it".to_owned(),
        "organization.late_exit".to_owned(),
        "organization.early_entry".to_owned(),
        "locations.65f0a1b2c3d4e5f700020000".to_owned(),
        format!("locations.{RTM}.region"),
        format!("locations.{BRS}.region"),
    ];
    let mut found = wrong.clone();
    expected.sort();
    found.sort();
    assert_eq!(found, expected);
    for body in [
        json!([]),
        json!({ "organisation": {} }),
        json!({ "organization": [] }),
        json!({ "reset": { "x": [] } }),
        json!({ "reset": [] }),
    ] {
        is_problem(&partner.patch(&body).await, 400, "invalid_request");
    }
    let after = partner.desk.stored().await;
    assert_eq!((after.version, after.layers), (before.version, before.layers));
}

/// Whoever reads a refusal has no page before him: it names the field, the rule, and what would be saved.
async fn a_refusal_says_the_rule_and_the_way_out(database: Database) {
    let partner = Partner::start(database, &BOTH).await;
    for (body, words) in [
        (json!({ "organization": { "no_such_field": 1 } }), "The manifest has no field “no_such_field”."),
        (json!({ "reset": { "organization": ["no_such_field.x"] } }), "The manifest has no field “no_such_field”."),
        (json!({ "organization": { "test_connection": true } }), "is of the kind action and holds no value"),
        (json!({ "locations": { RTM: { "region": "us" } } }), "Send it as organization.region."),
        (json!({ "organization": { "floor_groups": { "x": ["g"] } } }), "Send it as locations.ID.floor_groups."),
        (json!({ "reset": { "organization": ["early_entry.x"] } }), "Send or reset early_entry as a whole."),
        (json!({ "organization": { "region": "us" } }), "stays as it is since the connection works."),
        (json!({ "organization": { "site": "site-elsewhere" } }), "Send an id that it offers."),
        (json!({ "organization": { "plan_groups": ["g-front"] } }), "is of the kind map, and this value is not."),
    ] {
        let said = partner.said(&body).await;
        assert!(said.contains(words), "{body}: {said}");
    }
    let manifest = partner.desk.integration();
    for (key, value) in [("early_entry", json!(17)), ("grace_days", json!(31)), ("alert_to", json!(["nobody"]))] {
        let said = partner.said(&json!({ "organization": { key: value } })).await;
        let label = &manifest.manifest.field(key).unwrap().common.label;
        assert!(said.contains(label.as_str()) && said.len() > label.len() + 5, "{key}: {said}");
    }
}

async fn what_the_organization_has_set_for_all_holds_for_keys_too(database: Database) {
    let mut partner = Partner::start(database, &BOTH).await;
    let home = partner.desk.home.clone();
    assert_eq!(partner.desk.post(&home, &[], "lock:late_exit").await.status, 200);
    let wrong = partner.wrong(&json!({ "locations": { RTM: { "late_exit": 30 } } })).await;
    assert_eq!(wrong, [format!("locations.{RTM}.late_exit")]);
    let said = partner.said(&json!({ "locations": { RTM: { "late_exit": 30 } } })).await;
    assert!(
        said.contains("is locked: the organization says it for all") && said.contains("organization.late_exit"),
        "{said}"
    );
    assert_eq!(partner.get("", &[]).await.json()["locks"], json!({ "late_exit": [] }));
    assert_eq!(partner.patch(&json!({ "organization": { "late_exit": 30 } })).await.status, 200);
}

async fn a_dangerous_value_is_confirmed_by_name(database: Database) {
    let partner = Partner::start(database, &BOTH).await;
    let name = format!("locations.{RTM}.no_group_policy");
    let mut change = json!({ "locations": { RTM: { "no_group_policy": "delete" } } });
    let asked = partner.patch(&change).await;
    is_problem(&asked, 409, "confirmation_required");
    let dangers = asked.json()["dangers"].clone();
    assert_eq!((&dangers[0]["field"], &dangers[0]["after"]), (&json!(name), &json!("delete")), "{dangers}");
    assert_eq!(dangers[0]["text"], "Cards and history of deleted users cannot be brought back.");
    assert_eq!(partner.desk.own(RTM, "no_group_policy").await, "nothing");
    for confirm in [json!([]), json!(["organization.no_group_policy"])] {
        change["confirm"] = confirm;
        is_problem(&partner.patch(&change).await, 409, "confirmation_required");
    }
    change["confirm"] = json!([name, "organization.early_entry"]);
    assert_eq!(partner.wrong(&change).await, ["confirm.organization.early_entry"], "nothing is confirmed in passing");
    change["confirm"] = json!([name]);
    assert_eq!(partner.patch(&change).await.status, 200);
    assert_eq!(partner.desk.own(RTM, "no_group_policy").await, "delete");
}

async fn scopes_and_states_are_looked_at_first(database: Database) {
    let partner = Partner::start(database, &["connections:read"]).await;
    is_problem(&partner.get("", &[]).await, 403, "forbidden");
    is_problem(&partner.patch(&json!({})).await, 403, "forbidden");
    let reader = partner.desk.app.api_key(&[DOORS], &["settings:read"]).await;
    let refused =
        call(&partner.desk.app, &reader, ("PATCH", &partner.path), &[("If-Match", "*")], Some(&json!({}))).await;
    is_problem(&refused, 403, "forbidden");
    partner.desk.app.remove(&partner.desk.installed).await;
    partner.desk.app.run_jobs().await;
    let both = partner.desk.app.api_key(&[DOORS], &BOTH).await;
    is_problem(&call(&partner.desk.app, &both, ("GET", &partner.path), &[], None).await, 410, "disconnected");
    let ended = call(&partner.desk.app, &both, ("PATCH", &partner.path), &[("If-Match", "*")], Some(&json!({}))).await;
    is_problem(&ended, 410, "disconnected");
}

on_both_databases!(
    they_are_shown_in_force_with_who_said_them,
    what_is_known_is_not_sent_again,
    secrets_are_for_keys_that_may_read_them,
    a_change_is_one_revision_whatever_it_holds,
    it_is_made_from_what_counts_now,
    what_breaks_a_rule_is_not_saved,
    what_is_wrong_is_named_and_nothing_is_saved,
    a_refusal_says_the_rule_and_the_way_out,
    what_the_organization_has_set_for_all_holds_for_keys_too,
    a_dangerous_value_is_confirmed_by_name,
    scopes_and_states_are_looked_at_first,
);
