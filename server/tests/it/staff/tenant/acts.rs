//! Acts on one connection: who may, what happens, what the record says, and that pressing twice does nothing twice.

use app::role::Role;
use serde_json::json;

use super::{Scene, did, said};
use crate::settings::desk::RTM;
use crate::support::{Database, on_both_databases};

async fn a_run_is_asked_for_once(database: Database) {
    let scene = Scene::start(database).await;
    let mut support = scene.as_role(Role::Support).await;
    let first = support.submit(&scene.home, &[("act", "run"), ("reason", "ticket 8812")]).await;
    said(&first, "run", "done");
    let second = support.submit(&scene.home, &[("act", "run")]).await;
    said(&second, "run", "under_way");
    let hooks = scene.desk.app.hooks("sync").await;
    assert_eq!(hooks.last().unwrap()["reason"], "staff");
    assert_eq!(hooks.iter().filter(|hook| hook["reason"] == "staff").count(), 1);
    assert_eq!(scene.desk.app.events("sync.requested").await.last().unwrap()["reason"], "staff");
    let done = scene.by_staff().await;
    assert_eq!(done.len(), 1, "{done:?}");
    let run = hooks.last().unwrap()["run"].as_str().unwrap();
    assert_eq!(done[0], did("sync.requested", "Robin support", &format!("{run}; ticket 8812")));
    let page = support.get(&first.location).await;
    assert_eq!(page.status, 200);
    assert!(page.text.contains("The partner system was asked for a run."), "{}", page.text);
    // What was said is not said for ever.
    scene.desk.app.clock.advance(3 * 60_000);
    assert!(!support.get(&first.location).await.text.contains("The partner system was asked for a run."));
}

async fn a_pause_has_a_reason_and_an_undo(database: Database) {
    let scene = Scene::start(database).await;
    let mut support = scene.as_role(Role::Support).await;
    let refused = support.submit(&scene.home, &[("act", "pause"), ("reason", "  ")]).await;
    assert_eq!(refused.status, 422, "{}", refused.text);
    assert!(refused.text.contains("Nothing is done yet: 1 answer needs fixing"));
    assert!(refused.text.contains("value=\"pause\" checked"), "what was chosen is still chosen");
    assert_eq!(scene.by_staff().await.len(), 0);
    let paused = support.submit(&scene.home, &[("act", "pause"), ("reason", "the vendor moves")]).await;
    said(&paused, "pause", "done");
    let page = support.get(&paused.location).await.text;
    assert!(page.contains("To undo it, choose Resume synchronization."), "{page}");
    assert!(page.contains("Robin support</bdi> paused synchronization"), "who paused it is the cause: {page}");
    said(&support.submit(&scene.home, &[("act", "pause"), ("reason", "again")]).await, "pause", "already");
    said(&support.submit(&scene.home, &[("act", "run")]).await, "run", "off");
    said(&support.submit(&scene.home, &[("act", "resume")]).await, "resume", "done");
    let kinds: Vec<String> = scene.by_staff().await.into_iter().map(|(kind, ..)| kind).collect();
    assert_eq!(kinds, ["connection.paused", "connection.resumed"]);
    // The organization's administrator reads that it was paused, and not why or by whom.
    let mut admin = scene.desk.visit().await.0;
    let seen = admin.get(&scene.desk.home).await.text;
    assert!(seen.contains("a colleague at") && !seen.contains("the vendor moves") && !seen.contains("Robin"));
}

/// Who waits for a hook is told at once, and staff are told afterwards.
async fn what_the_partner_system_does_not_answer_is_shown(database: Database) {
    let scene = Scene::start(database).await;
    let app = &scene.desk.app;
    let mut support = scene.as_role(Role::Support).await;
    said(&support.submit(&scene.home, &[("act", "run")]).await, "run", "done");
    app.run_jobs().await;
    let calm = support.get(&scene.home).await.text;
    assert!(calm.contains("Hook sync arrived") && !calm.contains("was not answered"), "{calm}");
    let errors = "SELECT errors FROM tenant_rows";
    let before = app.number(errors).await;
    scene.desk.stop_partner();
    let asked = support.submit(&format!("{}/explain", scene.home), &[("subject", "65f0a1"), ("location", RTM)]).await;
    assert_eq!(asked.status, 200, "{}", asked.text);
    app.run_jobs().await;
    let page = support.get(&scene.home).await.text;
    assert!(page.contains("Hook actions was not answered once"), "{page}");
    assert!(app.number(errors).await > before, "it is an error of the last 24 hours");
    let counted = "SELECT COUNT(*) FROM call_counts WHERE outcome = 'hook.actions.no_answer' AND calls = 1";
    assert_eq!(app.number(counted).await, 1);
    app.clock.advance(2 * server::clock::DAY);
    let later = scene.as_role(Role::Support).await.get(&scene.home).await.text;
    assert!(!later.contains("Hook sync arrived") && !later.contains("was not answered"), "only the last day: {later}");
}

/// What a colleague will ask about later is not done without a word.
async fn what_needs_a_reason_is_not_done_without_one(database: Database) {
    let scene = Scene::start(database).await;
    let mut owner = scene.as_role(Role::Owner).await;
    let before = scene.desk.app.stored(scene.id()).await;
    for act in ["pause", "since", "note"] {
        for reason in ["", " \n "] {
            let fields = [("act", act), ("reason", reason), ("since", "2026-11-24T10:00")];
            let answer = owner.submit(&scene.home, &fields).await;
            assert_eq!(answer.status, 422, "{act}: {}", answer.location);
        }
    }
    for act in ["disconnect", "purge"] {
        let fields = [("act", act), ("reason", " "), ("name", "Harbour & Loom")];
        assert_eq!(owner.submit(&format!("{}/{act}", scene.home), &fields).await.status, 422, "{act}");
    }
    assert_eq!(scene.desk.app.stored(scene.id()).await, before);
    assert_eq!(scene.by_staff().await, []);
}

async fn viewers_do_nothing(database: Database) {
    let mut scene = Scene::start(database).await;
    let run = scene.begin(json!({ RTM: { "remove": 64, "of": 180 } })).await;
    let mut viewer = scene.as_role(Role::Viewer).await;
    let page = viewer.get(&scene.home).await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert!(!page.text.contains("id=\"acts\""), "no form for who may press nothing");
    let before = scene.desk.app.counts().await;
    for act in ["run", "refresh", "pause", "resume", "note", "unmask", "since"] {
        let fields = [("act", act), ("reason", "because"), ("since", "2026-11-24T10:00")];
        assert_eq!(viewer.submit(&scene.home, &fields).await.status, 404, "{act}");
    }
    for (page, act) in
        [("disconnect", "disconnect"), ("purge", "purge"), ("reconnect-link", "link"), ("explain", "ask")]
    {
        let fields = [("act", act), ("reason", "because"), ("name", "Harbour & Loom"), ("subject", "x")];
        assert_eq!(viewer.submit(&format!("{}/{page}", scene.home), &fields).await.status, 404, "{page}");
    }
    for act in ["approve", "refuse", "list"] {
        let fields = [("act", act), ("reason", "because")];
        assert_eq!(viewer.submit(&format!("{}/runs/{run}", scene.home), &fields).await.status, 404, "{act}");
    }
    assert_eq!(scene.desk.app.counts().await, before);
}

async fn token_requests(scene: &Scene) -> usize {
    scene.desk.app.counters().await["token_requests"].as_array().unwrap().len()
}

async fn a_login_is_renewed_by_the_one_way_there_is(database: Database) {
    let scene = Scene::start(database).await;
    let mut support = scene.as_role(Role::Support).await;
    let fresh = support.submit(&scene.home, &[("act", "refresh")]).await;
    said(&fresh, "refresh", "fresh");
    let page = support.get(&fresh.location).await.text;
    assert!(page.contains("came from OfficeRnD less than a minute ago (24 Nov"), "since when, and until when: {page}");
    scene.desk.app.clock.advance(10 * 60_000);
    let before = token_requests(&scene).await;
    let renewed = support.submit(&scene.home, &[("act", "refresh"), ("reason", "looks stale")]).await;
    said(&renewed, "refresh", "done");
    assert_eq!(token_requests(&scene).await, before + 1);
    let page = support.get(&renewed.location).await.text;
    assert!(page.contains("OfficeRnD gave a new login. It is good until 24 Nov"), "{page}");
    assert_eq!(scene.by_staff().await, [did("grant.refresh_asked", "Robin support", "looks stale")]);
}

async fn a_held_run_is_decided_by_engineers(database: Database) {
    let mut scene = Scene::start(database).await;
    let members: Vec<_> =
        (0..64).map(|n| json!({ "id": format!("m{n}"), "name": format!("Mia Jansen {n}") })).collect();
    let run = scene.begin(json!({ RTM: { "remove": 64, "of": 180, "members": members } })).await;
    let page = format!("{}/runs/{run}", scene.home);
    let mut support = scene.as_role(Role::Support).await;
    assert_eq!(support.submit(&page, &[("act", "approve"), ("reason", "yes")]).await.status, 404);
    let seen = support.get(&page).await.text;
    assert!(seen.contains("This run would remove 64 of 180 members"), "{seen}");
    assert!(seen.contains("M… J…") && !seen.contains("Mia Jansen"), "names are masked");
    let list = support.submit(&page, &[("act", "list")]).await;
    assert!(list.status == 200 && !list.text.contains("Mia Jansen") && list.text.contains("M… J…"));
    assert_eq!(scene.by_staff().await, [did("data.exported", "Robin support", &run)], "who took it");
    let mut engineer = scene.as_role(Role::Engineer).await;
    let seen = engineer.get(&page).await.text;
    assert!(!seen.contains("Mia Jansen"), "an engineer asks to see them first");
    said(&engineer.submit(&scene.home, &[("act", "unmask")]).await, "unmask", "done");
    assert!(engineer.get(&page).await.text.contains("Mia Jansen 63"));
    assert!(!support.get(&page).await.text.contains("Mia Jansen"), "what one person sees another does not");
    let question = seen.split("name=\"question\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let no_reason = engineer.submit(&page, &[("act", "approve"), ("question", &question)]).await;
    assert_eq!(no_reason.status, 422);
    let other = [("act", "approve"), ("question", "0123456789abcdef"), ("reason", "looked")];
    assert_eq!(engineer.submit(&page, &other).await.status, 303);
    assert_eq!(scene.desk.app.events("approval.granted").await.len(), 0, "other numbers are another question");
    let granted = [("act", "approve"), ("question", question.as_str()), ("reason", "plan was archived")];
    assert_eq!(engineer.submit(&page, &granted).await.status, 303);
    assert_eq!(engineer.submit(&page, &granted).await.status, 303, "a second press changes nothing");
    assert_eq!(scene.desk.app.events("approval.granted").await.len(), 1);
    let done = scene.by_staff().await;
    let last = did("approval.granted", "Robin engineer", "64 / 180; plan was archived");
    assert_eq!(done.last(), Some(&last), "{done:?}");
    assert!(engineer.get(&page).await.text.contains("Robin engineer"), "who decided");
    scene.desk.app.clock.advance(16 * 60_000);
    assert!(!engineer.get(&page).await.text.contains("Mia Jansen"), "names are shown for a while only");
}

async fn a_reconnect_link_is_shown_once(database: Database) {
    let scene = Scene::start(database).await;
    let mut support = scene.as_role(Role::Support).await;
    let page = format!("{}/reconnect-link", scene.home);
    assert!(!support.get(&page).await.text.contains("/reconnect/"), "looking makes none");
    let made = support.submit(&page, &[("act", "link"), ("reason", "asked by mail")]).await;
    assert_eq!((made.status, made.header("cache-control")), (200, "no-store"), "{}", made.text);
    let link = made.text.split("/reconnect/").nth(1).unwrap().split('<').next().unwrap().to_owned();
    assert!(!support.get(&page).await.text.contains(&link));
    let opened = scene.desk.app.browser().get(&format!("/reconnect/{link}")).await;
    assert_eq!(opened.status, 200, "{}", opened.text);
    let done = scene.by_staff().await;
    assert_eq!(done, [did("reconnect_link.made", "Robin support", "asked by mail")]);
}

async fn notes_are_their_authors(database: Database) {
    let scene = Scene::start(database).await;
    let mut author = scene.as_role(Role::Support).await;
    let mut other = scene.as_role(Role::Owner).await;
    said(&author.submit(&scene.home, &[("act", "note"), ("reason", "calls on Mondays\nonly")]).await, "note", "done");
    let page = other.get(&scene.home).await.text;
    assert!(page.contains("calls on Mondays\nonly"), "colleagues read it: {page}");
    let page = author.get(&scene.home).await.text;
    let note = page.split("/notes/").nth(1).unwrap().split('"').next().unwrap().to_owned();
    let at = format!("{}/notes/{note}", scene.home);
    assert_eq!(other.get(&at).await.status, 404);
    assert_eq!(other.submit(&at, &[("act", "edit"), ("reason", "never")]).await.status, 404);
    assert_eq!(author.submit(&at, &[("act", "edit"), ("reason", " ")]).await.status, 422);
    said(&author.submit(&at, &[("act", "edit"), ("reason", "calls on Tuesdays")]).await, "edit", "done");
    let page = other.get(&scene.home).await.text;
    assert!(page.contains("calls on Tuesdays") && !page.contains("Mondays"), "{page}");
    let kinds: Vec<String> = scene.by_staff().await.into_iter().map(|(kind, ..)| kind).collect();
    assert_eq!(kinds, ["note.added", "note.edited"]);
    let mut admin = scene.desk.visit().await.0;
    let seen = admin.get(&scene.desk.home).await.text;
    assert!(!seen.contains("Tuesdays") && !seen.contains("note for colleagues"), "admins never hear of it");
}

async fn events_are_sent_again(database: Database) {
    let mut scene = Scene::start(database).await;
    let wish = json!({ "integration": "portunus-access", "url": "http://127.0.0.1:1/heard", "types": ["sync.*"] });
    assert_eq!(scene.partner.post("/api/v1/event-endpoints", &wish).await.status, 201);
    let mut support = scene.as_role(Role::Support).await;
    let replay = |since: &'static str| [("act", "since"), ("since", since), ("reason", "they lost a day")];
    said(&support.submit(&scene.home, &replay("2026-11-24T00:00")).await, "since", "nothing");
    scene.desk.app.clock.advance(1_000);
    said(&support.submit(&scene.home, &[("act", "run")]).await, "run", "done");
    server::services::events::distribute(&scene.desk.app.app).await.unwrap();
    let settled = "UPDATE outbox SET state = 'dead', due_at = NULL, failures = 9";
    scene.desk.app.execute(settled).await;
    let waiting = "SELECT COUNT(*) FROM outbox WHERE event_id IS NOT NULL AND state = 'waiting'";
    assert_eq!(scene.desk.app.number(waiting).await, 0);
    said(&support.submit(&scene.home, &replay("2026-11-24T00:00")).await, "since", "done");
    assert_eq!(scene.desk.app.number(waiting).await, 1);
    let future = support.submit(&scene.home, &replay("2027-01-01T00:00")).await;
    assert_eq!(future.status, 422, "{}", future.text);
    scene.desk.app.execute(settled).await;
    let page = support.get(&scene.home).await.text;
    let event = page.split("value=\"event:").nth(1).unwrap().split('"').next().unwrap().to_owned();
    said(&support.submit(&scene.home, &[("act", &format!("event:{event}"))]).await, "event", "done");
    assert_eq!(scene.desk.app.number(waiting).await, 1);
    let hook = page.split("value=\"hook:").nth(1).unwrap().split('"').next().unwrap().to_owned();
    said(&support.submit(&scene.home, &[("act", &format!("hook:{hook}"))]).await, "hook", "done");
    said(&support.submit(&scene.home, &[("act", &format!("hook:{hook}"))]).await, "hook", "nothing");
    let kinds: Vec<String> = scene.by_staff().await.into_iter().map(|(kind, ..)| kind).collect();
    assert_eq!(kinds, ["sync.requested", "events.replayed", "events.replayed", "delivery.repeated"]);
}

on_both_databases!(
    a_run_is_asked_for_once,
    a_pause_has_a_reason_and_an_undo,
    what_the_partner_system_does_not_answer_is_shown,
    what_needs_a_reason_is_not_done_without_one,
    viewers_do_nothing,
    a_login_is_renewed_by_the_one_way_there_is,
    a_held_run_is_decided_by_engineers,
    a_reconnect_link_is_shown_once,
    notes_are_their_authors,
    events_are_sent_again,
);
