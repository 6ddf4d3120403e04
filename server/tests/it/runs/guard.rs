//! The removal guard: what is above it waits for the admin, and the answer is an event.

use app::ports::Actor;
use serde_json::{Value, json};
use server::clock::MINUTE;
use server::services::runs::{Answer, Decided, decide, question};
use server::storage::runs;
use uuid::Uuid;

use super::{SCOPES, patch};
use crate::api::is_problem;
use crate::settings::desk::{BRS, DOORS, Desk, RTM};
use crate::support::{Browser, Database, on_both_databases};

struct Guarded {
    desk: Desk,
    partner: Browser,
    path: String,
}

impl Guarded {
    /// The fixture guards 20 % everywhere but where a location says otherwise.
    async fn start(database: Database) -> Self {
        let desk = Desk::bare(database, DOORS).await;
        let key = desk.app.api_key(&[DOORS], SCOPES).await;
        let partner = desk.app.api(&key);
        let path = format!("/api/v1/connections/{}", app::ids::ConnectionId(desk.connection));
        Self { desk, partner, path }
    }

    async fn begin(&mut self, would_remove: Value) -> Value {
        let body = json!({ "reason": "test", "would_remove": would_remove });
        let answer = self.partner.post(&format!("{}/runs", self.path), &body).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer.json()
    }

    async fn state(&mut self) -> Value {
        self.partner.get(&self.path).await.json()["state"].clone()
    }

    async fn decide(&self, run: &Value, approve: bool) -> Decided {
        let app::ids::RunId(run) = run["id"].as_str().unwrap().parse().unwrap();
        let actor = Actor::Admin(Some("65f0a1b2c3d4e5f60ad00001".to_owned()));
        let stored = runs::get(self.desk.app.app.db.read(), run).await.unwrap().unwrap();
        let answer = if approve { Answer::Approve { seen: question(&stored) } } else { Answer::Refuse };
        decide(&self.desk.app.app, self.desk.connection, run, answer, actor, None).await.unwrap()
    }
}

async fn above_the_guard_waits_and_at_it_goes_on(database: Database) {
    let mut guarded = Guarded::start(database).await;
    let fine = guarded.begin(json!({ RTM: { "remove": 36, "of": 180 } })).await;
    assert_eq!(fine["state"], "running", "exactly 20 % is not above it");
    let held = guarded.begin(json!({ RTM: { "remove": 64, "of": 180 }, BRS: { "remove": 1, "of": 96 } })).await;
    assert_eq!((&held["state"], &held["held"]), (&json!("waiting_for_approval"), &json!({ RTM: 20.0 })));
    assert_eq!(guarded.state().await, "waiting_for_approval");
    // Nothing good can be told of it before somebody looked.
    let run = held["id"].as_str().unwrap();
    is_problem(&patch(&mut guarded.partner, run, &json!({ "state": "succeeded" })).await, 409, "waiting_for_approval");
    assert_eq!(guarded.decide(&held, true).await, Decided::Done);
    assert_eq!(guarded.decide(&held, false).await, Decided::Already);
    assert_eq!(guarded.state().await, "connected");
    let granted = guarded.desk.app.events("approval.granted").await;
    assert_eq!(granted.len(), 1);
    assert_eq!((&granted[0]["run"], &granted[0]["would_remove"][RTM]["remove"]), (&json!(run), &json!(64)));
    // What was approved may be done, also if it is less by then; more has to be asked again.
    let less = json!({ "would_remove": { RTM: { "remove": 60, "of": 180 } } });
    assert_eq!(patch(&mut guarded.partner, run, &less).await.json()["state"], "running");
    let more = json!({ "state": "succeeded", "would_remove": { RTM: { "remove": 65, "of": 180 } } });
    assert_eq!(patch(&mut guarded.partner, run, &more).await.json()["state"], "waiting_for_approval");
    assert_eq!(guarded.decide(&held, true).await, Decided::Done);
    let done = patch(&mut guarded.partner, run, &json!({ "state": "succeeded" })).await;
    assert_eq!(done.json()["state"], "succeeded", "{}", done.text);
    let kinds = guarded.desk.app.kinds(guarded.desk.connection).await;
    assert_eq!(kinds.iter().filter(|kind| *kind == "run.held").count(), 2, "{kinds:?}");
    assert_eq!(kinds.iter().filter(|kind| *kind == "approval.granted").count(), 2, "{kinds:?}");
}

async fn refused_is_over(database: Database) {
    let mut guarded = Guarded::start(database).await;
    let held = guarded.begin(json!({ RTM: { "remove": 64, "of": 180 } })).await;
    assert_eq!(guarded.decide(&held, false).await, Decided::Done);
    assert_eq!(guarded.state().await, "connected");
    let run = held["id"].as_str().unwrap();
    let read = guarded.partner.get(&format!("/api/v1/runs/{run}")).await.json();
    assert_eq!(read["state"], "refused");
    assert!(read["ended_at"].is_string() && read["decided_at"] == read["ended_at"], "{read}");
    is_problem(&patch(&mut guarded.partner, run, &json!({ "state": "succeeded" })).await, 409, "run_ended");
    assert_eq!(guarded.desk.app.events("approval.refused").await.len(), 1);
    assert_eq!(guarded.desk.app.events("approval.granted").await.len(), 0);
}

/// Nothing is begun over the head of whoever has to decide.
async fn no_run_is_started_while_one_waits(database: Database) {
    let mut guarded = Guarded::start(database).await;
    let held = guarded.begin(json!({ RTM: { "remove": 64, "of": 180 } })).await;
    for _ in 0..3 {
        guarded.desk.app.clock.advance(30 * MINUTE);
        guarded.desk.app.run_jobs().await;
    }
    assert_eq!(guarded.desk.app.events("sync.requested").await.len(), 0);
    assert_eq!(guarded.decide(&held, false).await, Decided::Done);
    guarded.desk.app.clock.advance(2 * MINUTE);
    guarded.desk.app.run_jobs().await;
    assert_eq!(guarded.desk.app.events("sync.requested").await.len(), 1);
}

async fn a_later_question_takes_the_place_of_the_first(database: Database) {
    let mut guarded = Guarded::start(database).await;
    let first = guarded.begin(json!({ RTM: { "remove": 64, "of": 180 } })).await;
    // The plan is back, and hardly anybody would go.
    guarded.begin(json!({ RTM: { "remove": 2, "of": 180 } })).await;
    assert_eq!(guarded.state().await, "connected");
    assert_eq!(guarded.decide(&first, true).await, Decided::Already);
    let read = guarded.partner.get(&format!("/api/v1/runs/{}", first["id"].as_str().unwrap())).await.json();
    assert_eq!(read["state"], "superseded");
}

async fn nobody_decides_elsewhere(database: Database) {
    let mut guarded = Guarded::start(database).await;
    let held = guarded.begin(json!({ RTM: { "remove": 64, "of": 180 } })).await;
    let app::ids::RunId(run) = held["id"].as_str().unwrap().parse().unwrap();
    let app = &guarded.desk.app.app;
    let other = decide(app, Uuid::from_u128(7), run, Answer::Refuse, Actor::Admin(None), None).await.unwrap();
    assert_eq!(other, Decided::Unknown);
    let nothing = decide(app, guarded.desk.connection, Uuid::from_u128(7), Answer::Refuse, Actor::Admin(None), None)
        .await
        .unwrap();
    assert_eq!(nothing, Decided::Unknown);
    assert_eq!(guarded.state().await, "waiting_for_approval");
}

/// The page: who it is, the list as a table that no spreadsheet takes for formulas, the decision, and what was decided.
async fn the_admin_looks_and_decides(database: Database) {
    let mut guarded = Guarded::start(database).await;
    let members =
        json!([{ "id": "m-1", "name": "=HYPERLINK(1)" }, { "id": "m-2", "name": "Zoë & Søn, GmbH" }, { "id": "m-3" }]);
    let held = guarded.begin(json!({ RTM: { "remove": 64, "of": 180, "members": members } })).await;
    let run = held["id"].as_str().unwrap();
    let page = format!("{}/runs/{run}", guarded.desk.home.split('?').next().unwrap());
    let home = guarded.desk.home.clone();
    let form = guarded.desk.browser.get(&home).await;
    assert!(form.text.contains("The last run would remove 64 of 180 members (36 %)"), "{}", form.text);
    assert!(form.text.contains(&format!("href=\"{page}\"")), "{}", form.text);
    let shown = guarded.desk.browser.get(&page).await;
    assert_eq!(shown.status, 200);
    for words in
        ["Remove 64 of 180 members?", "=HYPERLINK(1)", "Zoë &amp; Søn, GmbH", "m-3", "and 61 more", "above 20 %"]
    {
        assert!(shown.text.contains(words), "{words}: {}", shown.text);
    }
    let list = guarded.desk.browser.press(&page, "list").await;
    assert_eq!((list.status, list.header("content-type")), (200, "text/csv; charset=utf-8"));
    let lines: Vec<&str> = list.text.lines().collect();
    assert_eq!(lines[0].trim_start_matches('\u{feff}'), "location,member_id,member");
    assert!(lines[1].ends_with(",m-1,'=HYPERLINK(1)"), "{lines:?}");
    assert!(lines[2].ends_with(",m-2,\"Zoë & Søn, GmbH\""), "{lines:?}");
    // A run of another connection, or none, is not found; a form that says nothing changes nothing.
    let other = page.replace(run, "run_0123456789abcdef0123456789abcdef");
    assert_eq!(guarded.desk.browser.get(&other).await.status, 404);
    assert_eq!(guarded.desk.browser.press(&other, "approve").await.status, 404);
    assert_eq!(guarded.desk.browser.press(&page, "maybe").await.status, 400);
    assert_eq!(guarded.state().await, "waiting_for_approval");
    // Meanwhile it would be more: what the admin saw is not what would be approved.
    let seen = hidden(&shown.text);
    let more = json!({ "would_remove": { RTM: { "remove": 175, "of": 180 } } });
    assert_eq!(patch(&mut guarded.partner, run, &more).await.json()["state"], "waiting_for_approval");
    let late = guarded.desk.browser.submit(&page, &[("act", "approve"), ("question", &seen)]).await;
    assert_eq!((late.status, &late.location), (303, &page));
    assert_eq!(guarded.state().await, "waiting_for_approval");
    let shown = guarded.desk.browser.get(&page).await;
    assert!(shown.text.contains("Remove 175 of 180 members?"), "{}", shown.text);
    let seen = hidden(&shown.text);
    let pressed = guarded.desk.browser.submit(&page, &[("act", "approve"), ("question", &seen)]).await;
    assert_eq!((pressed.status, &pressed.location), (303, &page));
    let shown = guarded.desk.browser.get(&page).await;
    assert!(shown.text.contains("Approved on ") && !shown.text.contains("value=\"approve\""), "{}", shown.text);
    // A second window that refuses is shown what was chosen.
    assert_eq!(guarded.desk.browser.press(&page, "refuse").await.status, 303);
    assert_eq!(guarded.desk.app.events("approval.refused").await.len(), 0);
    assert_eq!(guarded.desk.app.events("approval.granted").await.len(), 1);
    let read = guarded.partner.get(&format!("/api/v1/runs/{run}")).await.json();
    assert_eq!(read["state"], "running");
    assert!(guarded.desk.browser.get(&home).await.text.contains("Removals approved"));
}

/// What the form carries.
fn hidden(html: &str) -> String {
    let (_, rest) = html.split_once("name=\"question\" value=\"").unwrap_or_else(|| panic!("{html}"));
    rest.split('"').next().unwrap().to_owned()
}

/// Something else below the guard takes nothing from what was approved, and gets nothing by it.
async fn approvals_are_of_what_was_asked(database: Database) {
    let mut guarded = Guarded::start(database).await;
    let held = guarded.begin(json!({ RTM: { "remove": 64, "of": 180 } })).await;
    assert_eq!(guarded.decide(&held, true).await, Decided::Done);
    let run = held["id"].as_str().unwrap();
    for (body, state) in [
        (json!({ BRS: { "remove": 3, "of": 96 } }), "running"),
        (json!({ RTM: { "remove": 64, "of": 180 } }), "running"),
        (json!({ BRS: { "remove": 3, "of": 4 } }), "waiting_for_approval"),
        // Asked anew for less, it waits no more.
        (json!({ BRS: { "remove": 0, "of": 4 } }), "running"),
    ] {
        let told = patch(&mut guarded.partner, run, &json!({ "would_remove": body })).await;
        assert_eq!(told.json()["state"], state, "{body}: {}", told.text);
    }
    assert_eq!(guarded.state().await, "connected");
}

/// A manifest without the field has no guard.
async fn without_a_guard_nothing_waits(database: Database) {
    let mut flow = super::Flow::start(database, "tally-desk").await;
    let location = flow.app.locations("harbour-and-loom").await[0].clone();
    let body = json!({ "reason": "r", "would_remove": { location: { "remove": 9, "of": 9 } } });
    let path = flow.path("/runs");
    assert_eq!(flow.partner.post(&path, &body).await.json()["state"], "running");
}

on_both_databases!(
    above_the_guard_waits_and_at_it_goes_on,
    refused_is_over,
    no_run_is_started_while_one_waits,
    a_later_question_takes_the_place_of_the_first,
    nobody_decides_elsewhere,
    the_admin_looks_and_decides,
    approvals_are_of_what_was_asked,
    without_a_guard_nothing_waits,
);
