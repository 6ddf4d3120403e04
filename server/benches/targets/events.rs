//! Events to fast endpoints while others hang: written as they happen, numbered, and sent by a product that serves.

use std::path::Path;

use anyhow::ensure;
use secrecy::SecretString;
use serde_json::json;
use server::domain::event::Endpoint;
use server::state::App;
use server::storage::events::{self, Event};
use server::storage::{StorageError, endpoints};
use tokio::time::Instant;
use uuid::Uuid;

use crate::Plan;
use crate::deployment::{Database, Deployment};
use crate::outbox::{FAST, HANGING, PATIENCE, Receiver, SECRET, SENT_PER_SECOND, TARGET_PER_SECOND, WAITING, manifest};
use crate::report::{Report, Verdict};

pub(crate) async fn measure(database: &Database, plan: Plan, folder: &Path, report: &mut Report) -> anyhow::Result<()> {
    eprintln!("events on {}", database.label());
    let fast = Receiver::start(false).await?;
    let hanging = Receiver::start(true).await?;
    let manifests = folder.join(format!("events-{}", database.label()));
    std::fs::create_dir_all(&manifests)?;
    let names = |prefix: &str, count: usize| (0..count).map(|index| format!("{prefix}-{index}")).collect::<Vec<_>>();
    let (quick, slow) = (names("fast", FAST), names("hanging", HANGING));
    for (slugs, receiver) in [(&quick, &fast), (&slow, &hanging)] {
        for slug in slugs {
            manifest(&manifests, slug, receiver.address)?;
        }
    }
    let deployment = Deployment::with_manifests(&database.url()?, &manifests).await?;
    deployment.ensure_durable().await?;
    for (slugs, receiver) in [(&quick, &fast), (&slow, &hanging)] {
        for slug in slugs {
            listen(&deployment.app, slug, &format!("http://{}/{slug}", receiver.address)).await?;
        }
    }

    // Those that hang were quick until now: the hardest case, since each has a wide lane.
    hanging.hang(false);
    write(&deployment.app, &slow, 8).await?;
    hanging.received(8 * HANGING).await?;
    hanging.hang(true);
    write(&deployment.app, &slow, WAITING).await?;

    let per_endpoint = SENT_PER_SECOND * usize::try_from(plan.round.as_secs())? / FAST;
    let total = per_endpoint * FAST;
    let started = Instant::now();
    write(&deployment.app, &quick, per_endpoint).await?;
    let written = started.elapsed();
    fast.received(total).await?;
    let all = started.elapsed();
    let rate = total as f64 / all.as_secs_f64();
    report.row(
        &format!("events to {FAST} fast endpoints while {HANGING} hang"),
        database.label(),
        format!("{rate:.0}/s"),
        format!("{total} written in {:.1} s, all arrived after {:.1} s", written.as_secs_f64(), all.as_secs_f64()),
        &format!("≥ {TARGET_PER_SECOND:.0}/s"),
        Verdict::of(rate >= TARGET_PER_SECOND),
    );
    let sql = "SELECT count(*) FROM outbox o JOIN events e ON e.id = o.event_id \
               WHERE o.state = 'delivered' AND e.integration LIKE 'fast-%'";
    let waited = Instant::now();
    while deployment.number(sql).await? < i64::try_from(total)? {
        ensure!(waited.elapsed() < PATIENCE, "deliveries are not written down");
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let (arrived, ids, unsigned) = (fast.count(), fast.different(), fast.unsigned());
    report.row(
        "events: each arrived once, signed",
        database.label(),
        format!("{arrived} arrived, {ids} different, {unsigned} wrongly signed"),
        format!("{total} written"),
        "each once",
        Verdict::of((arrived, ids, unsigned) == (total, total, 0)),
    );
    hanging.hang(false);
    deployment.stop().await
}

pub(crate) async fn listen(app: &App, slug: &str, url: &str) -> Result<(), StorageError> {
    let now = app.clock.now();
    let endpoint = Endpoint {
        id: app.random.uuid(now),
        integration: slug.to_owned(),
        url: url.to_owned(),
        types: vec!["*".to_owned()],
        created_at: now,
        previous_until: None,
        failing_since: None,
        disabled_at: None,
        reason: None,
    };
    let mut tx = app.db.begin().await?;
    endpoints::create(&mut tx, &app.vault, &endpoint, &SecretString::from(SECRET)).await?;
    tx.commit().await
}

/// As many connections as events: nothing is saved by their being the same.
async fn write(app: &App, slugs: &[String], count: usize) -> Result<(), StorageError> {
    let now = app.clock.now();
    let event = |slug: &String, number: usize| {
        let (id, connection) = (app.random.uuid(now), app.random.uuid(now));
        Event {
            id,
            kind: "sync.requested".to_owned(),
            integration: slug.clone(),
            organization: Uuid::nil(),
            connection,
            body: json!({
                "type": "sync.requested",
                "id": format!("evt_{}", id.simple()),
                "timestamp": "2026-11-30T12:00:00.000Z",
                "data": {
                    "integration": slug,
                    "connection": format!("con_{}", connection.simple()),
                    "organization": { "id": "org_00000000000000000000000000000000", "slug": "harbour", "name": "Harbour",
                        "officernd_id": "65f0a1b2c3d4e5f600000001" },
                    "reason": "officernd",
                    "run": number,
                    "locations": "all",
                    "since": null,
                },
            })
            .to_string(),
            created_at: now,
            keep_until: now + 1,
        }
    };
    for group in (0..count).collect::<Vec<_>>().chunks(100) {
        let list: Vec<Event> = group.iter().flat_map(|number| slugs.iter().map(|slug| event(slug, *number))).collect();
        let mut tx = app.db.begin().await?;
        events::add(&mut tx, list).await?;
        tx.commit().await?;
        app.outbox.wake();
    }
    Ok(())
}
