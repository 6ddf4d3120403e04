//! The settings page where there is much of everything, beside one where there is little; and many who press Save.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, ensure};
use app::ids::ConnectionId;
use app::ports::Actor;
use app::texts::Language;
use axum::routing::post;
use axum::{Json, Router};
use serde_json::{Map, Value, json};
use server::clock::MINUTE;
use server::crypto::digest::secret_digest;
use server::domain::connection::{Connection, ConnectionState, Location};
use server::domain::form::Form;
use server::domain::settings::Layers;
use server::domain::settings::edits::Of;
use server::domain::settings::entries::Entries;
use server::domain::settings::record::Origin;
use server::domain::settings::tenant::Entity;
use server::http::cookies::{self, Opens};
use server::manifest::Integration;
use server::services::configure::PURPOSE;
use server::services::settings::change::Change;
use server::services::settings::save::{self, Outcome, Request};
use server::state::App;
use server::storage::population;
use server::storage::sessions::{self, DeskSession};
use server::storage::settings::layers;
use server::storage::settings::lists::{self, Read};
use tokio::net::TcpListener;
use tokio::time::Instant;

use crate::Plan;
use crate::deployment::{Database, Deployment};
use crate::http::{find, status, whole_answer};
use crate::report::{Report, Verdict};
use crate::tenants::{mongo_id, varied};

/// How much of everything.
#[derive(Clone, Copy)]
struct Size {
    slug: &'static str,
    plans: usize,
    locations: usize,
    groups: usize,
}

const LARGE: Size = Size { slug: "large-doors", plans: 200, locations: 12, groups: 300 };
const SMALL: Size = Size { slug: "small-doors", plans: 5, locations: 2, groups: 10 };
const PAGE_TARGET: Duration = Duration::from_millis(60);
/// Pages of each kind; the first ones fill what is remembered and do not count.
const PAGES: usize = 60;
const WARM: usize = 5;
const SAVES_PER_SECOND: u32 = 200;
const SAVE_TARGET: Duration = Duration::from_millis(50);
/// Connections that are saved in turn.
const SAVERS: usize = 400;

pub(crate) async fn measure(database: &Database, plan: Plan, folder: &Path, report: &mut Report) -> anyhow::Result<()> {
    eprintln!("settings, {}", database.label());
    let manifests = folder.join(format!("settings-{}", database.label()));
    std::fs::create_dir_all(&manifests)?;
    let partner = partner_system().await?;
    for size in [LARGE, SMALL] {
        std::fs::write(manifests.join(format!("{}.json", size.slug)), manifest(size, partner).to_string())?;
    }
    let deployment = Deployment::with_manifests(&database.url()?, &manifests).await?;
    deployment.ensure_durable().await?;
    pages(&deployment, database.label(), report).await?;
    saves(&deployment.app, plan, database.label(), report).await?;
    deployment.stop().await
}

/// Answers `options` with as many groups as the integration has.
async fn partner_system() -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let address = listener.local_addr()?;
    let answer = |Json(asked): Json<Value>| async move {
        let size = if asked["integration"] == LARGE.slug { LARGE } else { SMALL };
        let item =
            |number: usize| json!({ "id": format!("g-{number}"), "name": format!("Group {number}, ground floor") });
        Json(json!({ "items": (0..size.groups).map(item).collect::<Vec<_>>(), "next": null }))
    };
    let router = Router::new().route("/hooks/options", post(answer));
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(address)
}

fn manifest(size: Size, partner: SocketAddr) -> Value {
    json!({
        "integration": size.slug, "name": "Doors", "client_id": size.slug, "client_secret": "not-a-secret",
        "scopes": [
            "flex.settings.integrations.read", "flex.settings.webhooks.read", "flex.settings.webhooks.create",
            "flex.settings.webhooks.delete", "flex.settings.organization.read", "flex.space.locations.read",
            "flex.billing.plans.read",
        ],
        "connection": { "per": "location_set", "one_connection_per_location": false },
        "sources": { "partner.groups": { "label": "Groups", "refresh": "on_open" }, "ornd.plans": { "label": "Plans" } },
        "sections": [
            { "id": "groups", "title": "Who may open what", "fields": [
                { "key": "plan_groups", "kind": "map", "label": "Groups by plan", "scope": "both", "override": "rows",
                  "rows": "ornd.plans", "default_row": true,
                  "value": { "kind": "multi_ref", "source": "partner.groups" }, "default": {} },
            ] },
            { "id": "hours", "title": "Hours", "fields": [
                { "key": "early_entry", "kind": "number", "label": "Doors open before a booking starts", "scope": "both",
                  "integer": true, "min": 0, "max": 1_000_000, "unit": "min", "default": 10 },
                { "key": "late_exit", "kind": "number", "label": "Doors stay open after a booking ends", "scope": "both",
                  "integer": true, "min": 0, "max": 1_000_000, "unit": "min", "default": 10 },
            ] },
        ],
        "partner": {
            "base_url": format!("http://{partner}/hooks"), "secret": "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
            "allow_private_addresses": true, "hooks": ["options"],
        },
    })
}

/// A connection with its plans, and with groups for each of them at the organization and for some at each location.
async fn settle(app: &App, size: Size, index: usize) -> anyhow::Result<(Arc<Integration>, Connection)> {
    let now = app.clock.now();
    let integration = app.integrations.get(size.slug).context("the manifest was read")?;
    let mut newcomer = varied(app, index);
    newcomer.connection.integration = size.slug.to_owned();
    newcomer.connection.state = ConnectionState::Connected;
    newcomer.connection.all_locations = false;
    newcomer.locations = (0..size.locations)
        .map(|place| Location {
            id: mongo_id("place", index * 100 + place),
            name: Some(format!("Yard {place}")),
            time_zone: Some("Europe/Amsterdam".into()),
            currency: Some("EUR".into()),
        })
        .collect();
    let plans: Vec<Entity> =
        (0..size.plans).map(|plan| Entity::new(mongo_id("plan", plan), format!("Plan {plan}, by the month"))).collect();
    let groups = |plan: usize| json!([0, 1, 2].map(|step| format!("g-{}", (plan * 7 + step) % size.groups)));
    let rows = |every: usize, shift: usize| -> Map<String, Value> {
        let chosen = plans.iter().enumerate().step_by(every);
        chosen.map(|(place, plan)| (plan.id.clone(), groups(place + shift))).collect()
    };
    let said = |rows: Map<String, Value>| Map::from_iter([("plan_groups".to_owned(), Value::Object(rows))]);
    let locations: BTreeMap<_, _> = newcomer
        .locations
        .iter()
        .enumerate()
        .map(|(place, location)| (location.id.clone(), said(rows(10, place + 1))))
        .collect();
    let after = Layers { organization: said(rows(1, 0)), locations, ..Layers::default() };
    let connection = newcomer.connection.clone();
    let mut tx = app.db.begin().await?;
    population::insert(&mut tx, &app.vault, &[newcomer], now).await?;
    let read = Read { source: "ornd.plans".to_owned(), question: String::new(), entities: plans, at: now };
    lists::keep(&mut tx, connection.id, &read).await?;
    let before = layers::load(tx.connection(), connection.id).await?;
    let change = Change {
        integration: &integration,
        connection: &connection,
        before: &before,
        after,
        secrets: Vec::new(),
        by: Actor::Deskbridge,
        origin: Origin::SetUp,
    };
    change.commit(app, &mut tx, now).await?;
    tx.commit().await?;
    Ok((integration, connection))
}

async fn pages(deployment: &Deployment, label: &str, report: &mut Report) -> anyhow::Result<()> {
    let mut times = Vec::new();
    for (size, index) in [(SMALL, 1), (LARGE, 2)] {
        let (_, connection) = settle(&deployment.app, size, index).await?;
        let cookie = visit(&deployment.app, &connection).await?;
        let home = app::paths::settings(ConnectionId(connection.id));
        let place = app::paths::location_settings(ConnectionId(connection.id), &mongo_id("place", index * 100));
        for (what, path) in [("organization", home), ("location", place)] {
            let ask = |encoding: &str| {
                format!(
                    "GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncookie: {cookie}\r\naccept-encoding: {encoding}\r\n\
                     connection: close\r\n\r\n"
                )
            };
            let plain = whole_answer(deployment.address, &ask("identity")).await?;
            ensure!(status(&plain)? == 200, "{path}: {}", String::from_utf8_lossy(&plain));
            let rows = String::from_utf8_lossy(&plain).matches("<tr role=\"row\" id=").count();
            ensure!(rows == size.plans + 1, "{rows} rows for {} plans", size.plans);
            let packed = whole_answer(deployment.address, &ask("br")).await?.len();
            let mut of_page = Vec::new();
            for turn in 0..PAGES + WARM {
                let began = Instant::now();
                let answer = whole_answer(deployment.address, &ask("identity")).await?;
                let took = began.elapsed();
                ensure!(find(&answer, b"</html>").is_some(), "a page that was cut off");
                if turn >= WARM {
                    of_page.push(took);
                }
            }
            of_page.sort();
            times.push((size, what, of_page[PAGES / 2], of_page[PAGES * 95 / 100], plain.len(), packed));
        }
    }
    let (small, large) = times.split_at(2);
    for ((_, what, middle, p95, plain, packed), (_, _, of_small, ..)) in large.iter().zip(small) {
        report.row(
            &format!("settings of the {what}, 200 plans × 12 locations × 300 groups, p95"),
            label,
            format!("{:.1} ms, median {:.1} ms; {packed} bytes of {plain}", millis(*p95), millis(*middle)),
            format!(
                "5 plans × 2 locations × 10 groups {:.1} ms, ratio {:.1}",
                millis(*of_small),
                middle.as_secs_f64() / of_small.as_secs_f64()
            ),
            "< 60 ms",
            Verdict::of(*p95 < PAGE_TARGET),
        );
    }
    Ok(())
}

/// The cookie of a visit, as a browser sends it.
async fn visit(app: &App, connection: &Connection) -> anyhow::Result<String> {
    let (now, cookie) = (app.clock.now(), app.random.token());
    let session = DeskSession {
        digest: secret_digest(PURPOSE, &cookie),
        connection: connection.id,
        member_id: Some(mongo_id("member", 0)),
        created_at: now,
        seen_at: now,
        expires_at: now + 60 * MINUTE,
    };
    let mut tx = app.db.begin().await?;
    sessions::create(&mut tx, &session).await?;
    tx.commit().await?;
    let set = cookies::set(Opens::Connection(connection.id), &cookie, 60 * MINUTE).context("a cookie")?;
    Ok(set.to_str()?.split(';').next().unwrap_or_default().to_owned())
}

/// Saves that are due at a steady rate, each counted from when it was due.
async fn saves(app: &App, plan: Plan, label: &str, report: &mut Report) -> anyhow::Result<()> {
    let mut savers = Vec::new();
    for index in 0..SAVERS {
        savers.push(settle(app, SMALL, 1_000 + index).await?);
    }
    let savers = Arc::new(savers);
    // The first round fills what is remembered.
    round(app, &savers, plan.round / 2, 0).await?;
    let (mut times, took) = round(app, &savers, plan.round, 1_000).await?;
    times.sort();
    let p99 = times[times.len() * 99 / 100];
    let rate = times.len() as f64 / took.as_secs_f64();
    let mut commits = Vec::new();
    for _ in 0..200 {
        let began = Instant::now();
        let mut tx = app.db.begin().await?;
        layers::next_version(&mut tx, &savers[0].1, app.clock.now()).await?;
        tx.commit().await?;
        commits.push(began.elapsed());
    }
    commits.sort();
    let is_promised = label == "SQLite";
    let met = p99 < SAVE_TARGET && rate > f64::from(SAVES_PER_SECOND) * 0.98;
    report.row(
        "200 settings saves a second, p99",
        label,
        format!("{:.1} ms, median {:.1} ms, {rate:.0}/s", millis(p99), millis(times[times.len() / 2])),
        format!("one row committed alone {:.1} ms at p99", millis(commits[198])),
        if is_promised { "< 50 ms" } else { "" },
        if is_promised { Verdict::of(met) } else { Verdict::None },
    );
    Ok(())
}

async fn round(
    app: &App,
    savers: &Arc<Vec<(Arc<Integration>, Connection)>>,
    length: Duration,
    first: usize,
) -> anyhow::Result<(Vec<Duration>, Duration)> {
    let every = Duration::from_secs(1) / SAVES_PER_SECOND;
    let count = usize::try_from(length.as_millis() / every.as_millis())?;
    let began = Instant::now();
    let mut tasks = Vec::new();
    for number in 0..count {
        let due = began + every * u32::try_from(number)?;
        tokio::time::sleep_until(due).await;
        let (app, savers) = (app.clone(), savers.clone());
        tasks.push(tokio::spawn(async move {
            let (integration, connection) = &savers[number % savers.len()];
            save_one(&app, integration, connection, first + number + 1).await?;
            anyhow::Ok(due.elapsed())
        }));
    }
    let mut times = Vec::new();
    for task in tasks {
        times.push(task.await??);
    }
    Ok((times, began.elapsed()))
}

async fn save_one(
    app: &App,
    integration: &Arc<Integration>,
    connection: &Connection,
    value: usize,
) -> anyhow::Result<()> {
    let seen = layers::load(app.db.read(), connection.id).await?.version;
    let form = [
        ("version", format!("{seen}.{}", integration.revision)),
        ("own", "early_entry".to_owned()),
        ("f.early_entry", value.to_string()),
        ("act", "save".to_owned()),
    ];
    let form = form.map(|(name, value)| (name.to_owned(), value)).to_vec();
    let (entries, _) = Entries::read(&Form(form)).ok().context("a form as a page posts it")?;
    let request = Request {
        integration: integration.clone(),
        connection: connection.id,
        of: Of::Organization,
        member: Some(mongo_id("member", 0)),
        entries,
        decisions: BTreeMap::new(),
        confirmed: None,
        page: app::paths::settings(ConnectionId(connection.id)),
        language: Language::English,
    };
    let saved = save::save(app, request).await?;
    ensure!(matches!(saved, Outcome::Saved { revision: Some(_), .. }), "a save that saved nothing");
    Ok(())
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}
