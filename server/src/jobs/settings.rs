//! What becomes of settings that nobody touches: what they choose from may be gone at the partner (story 5), so each
//! connection has its turn once a day. And what they use is kept at the first start with other rules than before, since
//! they may have been saved while the manifest had those, or by a version that did not keep it.

use std::collections::HashMap;
use std::time::Duration;

use tokio::task::{JoinError, JoinHandle, JoinSet};
use tokio::time::MissedTickBehavior;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{logged, turn};
use crate::clock::{DAY, Millis};
use crate::domain::settings::findings::uses;
use crate::manifest::Integration;
use crate::services::ServiceError;
use crate::services::settings::{judged, waiting};
use crate::state::App;
use crate::storage::settings::{looks, uses as stored};
use crate::storage::{connections, tenant_counts};

const EVERY: Duration = Duration::from_secs(60);
/// Turns of a day: fewer than its minutes, since some come late.
const TURNS: u64 = 1_300;
/// Connections of one turn, however few or many there are.
const FEWEST: u64 = 5;
const MOST: u64 = 200;
/// Of one integration looked at beside each other: a partner system hears of all its connections in a day, and of few
/// at once. Integrations share no bound, since each that hangs would take places from the others; a desk has a handful.
const OF_ONE: usize = 4;
/// Connections whose uses are kept before others get at the processor.
const PAGE: u64 = 200;

/// Works until `stop`, then finishes the looks at hand.
pub async fn work(app: App, stop: CancellationToken) {
    // What is judged without knowing what others use would be well for a day.
    begin(&app, &stop).await;
    look(&app, &stop).await;
}

async fn begin(app: &App, stop: &CancellationToken) {
    loop {
        let outcome = know_uses(app, stop).await;
        let known = outcome.is_ok();
        logged("uses of settings", outcome);
        if known {
            return;
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// Each integration has its turns by itself: one whose partner system hangs is long at one, and the others are not.
async fn look(app: &App, stop: &CancellationToken) {
    let mut at_turn: HashMap<String, JoinHandle<()>> = HashMap::new();
    let mut tick = tokio::time::interval(EVERY);
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            () = stop.cancelled() => break,
            _ = tick.tick() => {}
        }
        turn(app, "questions without an answer", || waiting::let_lapse(app)).await;
        for integration in app.integrations.all() {
            if at_turn.get(&integration.slug).is_some_and(|one| !one.is_finished()) {
                continue;
            }
            let (app, stop) = (app.clone(), stop.clone());
            let slug = integration.slug.clone();
            let one = tokio::spawn(async move {
                turn(&app, "settings of the day", || look_at_due_of(&app, &slug, OF_ONE, &stop)).await;
            });
            if let Some(ended) = at_turn.insert(integration.slug.clone(), one) {
                told(ended.await);
            }
        }
    }
    for one in at_turn.into_values() {
        told(one.await);
    }
}

/// Keeps what each connection uses, where a rule of its integration asks for that and was another one before. It needs
/// nobody but the database, and writes only what was not known, so several processes may do it at the same time.
///
/// # Errors
/// When the database does not answer.
pub async fn know_uses(app: &App, stop: &CancellationToken) -> Result<(), ServiceError> {
    for integration in app.integrations.all() {
        if !uses::are_asked_for(&integration.manifest) {
            continue;
        }
        let rules = uses::rules(&integration.manifest);
        if stored::are_known(app.db.read(), &integration.slug, &rules).await? {
            continue;
        }
        if know_uses_of(app, &integration, stop).await? {
            let mut tx = app.db.begin().await?;
            stored::now_known(&mut tx, &integration.slug, &rules).await?;
            tx.commit().await?;
        }
    }
    Ok(())
}

/// `false` when it did not come to an end, or some could not be read.
async fn know_uses_of(app: &App, integration: &Integration, stop: &CancellationToken) -> Result<bool, ServiceError> {
    let (mut after, mut all) = (None, true);
    loop {
        let page = looks::page(app.db.read(), &integration.slug, after, PAGE).await?;
        let Some(last) = page.last().copied() else { return Ok(all) };
        for connection in page {
            if stop.is_cancelled() {
                return Ok(false);
            }
            // One whose settings cannot be read holds up no others.
            if let Err(error) = Box::pin(judged::keep_uses(app, integration, connection)).await {
                tracing::error!(connection.id = %connection, %error, "what settings use was not kept");
                all = false;
            }
        }
        after = Some(last);
        tokio::task::yield_now().await;
    }
}

/// One turn of each integration, one after another, with so many looks beside each other.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn look_at_due(app: &App, at_once: usize, stop: &CancellationToken) -> Result<(), ServiceError> {
    waiting::let_lapse(app).await?;
    for integration in app.integrations.all() {
        look_at_due_of(app, &integration.slug, at_once, stop).await?;
    }
    Ok(())
}

/// Looks at some of the connections of an integration that nobody looked at for a day: as many that all have their
/// turn within a day.
async fn look_at_due_of(
    app: &App,
    integration: &str,
    at_once: usize,
    stop: &CancellationToken,
) -> Result<(), ServiceError> {
    let db = app.db.read();
    let turn = tenant_counts::read(db).await?.live_of(integration).div_ceil(TURNS).clamp(FEWEST, MOST);
    let mut under_way = JoinSet::new();
    for (connection, last) in looks::due(db, integration, app.clock.now() - DAY, turn).await? {
        if under_way.len() >= at_once
            && let Some(ended) = under_way.join_next().await
        {
            told(ended);
        }
        // Nobody has claimed the rest.
        if stop.is_cancelled() {
            break;
        }
        let app = app.clone();
        under_way.spawn(async move {
            logged("settings of the day", look_at(&app, connection, last).await);
        });
    }
    while let Some(ended) = under_way.join_next().await {
        told(ended);
    }
    Ok(())
}

fn told(ended: Result<(), JoinError>) {
    if let Err(error) = ended {
        tracing::error!(%error, "a look at settings was cut off");
    }
}

/// Claimed one by one, so that a process that dies has claimed no more than it was looking at.
async fn look_at(app: &App, connection: Uuid, last: Millis) -> Result<(), ServiceError> {
    let mut tx = app.db.begin().await?;
    let claimed = looks::claim(&mut tx, connection, last, app.clock.now()).await?;
    tx.commit().await?;
    if !claimed {
        return Ok(());
    }
    let Some(current) = connections::get(app.db.read(), connection).await? else { return Ok(()) };
    if current.state.is_at_work() {
        return Box::pin(judged::judge_quietly(app, connection)).await;
    }
    // Nobody judges it, and what it uses is not free all the same.
    let Some(integration) = app.integrations.get(&current.integration) else { return Ok(()) };
    Box::pin(judged::keep_uses(app, &integration, connection)).await
}
