//! Many tenants that fail alike become one outage, and stop being one (`domain/outage.rs`).

use uuid::Uuid;

use super::{ServiceError, health};
use crate::domain::outage;
use crate::state::App;
use crate::storage::outages::{self, Alike, Outage};
use crate::storage::upkeep_runs;

/// Connections looked at in one commit.
const AT_ONCE: u64 = 200;

/// Opens and closes what has to be, and has the states of those concerned say so.
///
/// # Errors
/// When the database does not answer.
pub async fn look(app: &App) -> Result<(), ServiceError> {
    let db = app.db.read();
    let now = app.clock.now();
    let open = outages::open(db).await?;
    let alike = outages::alike(db, outage::FEWEST, now).await?;
    let is_open = |alike: &Alike| open.iter().any(|one| one.integration == alike.integration && one.like == alike.like);
    for alike in alike.iter().filter(|alike| !is_open(alike)) {
        let connections = upkeep_runs::connected(db, &alike.integration).await?;
        if outage::opens(alike.tenants, connections) {
            begin(app, alike).await?;
        }
    }
    for known in &open {
        let tenants = outages::tenants(db, &known.integration, &known.like, now).await?;
        let connections = upkeep_runs::connected(db, &known.integration).await?;
        if outage::is_over(tenants, connections) {
            close(app, known, tenants).await?;
        } else {
            if tenants > u64::from(known.tenants) {
                let mut tx = app.db.begin().await?;
                outages::grown(&mut tx, known.id, tenants).await?;
                tx.commit().await?;
            }
            // Whoever opened it may have died before all were told.
            tell(app, &known.integration, &known.like, false).await?;
        }
    }
    // Whoever closed one may have died before all were told, or a report came in between.
    for (integration, like) in outages::said(db).await? {
        if outages::open_for(db, &integration, &like).await?.is_none() {
            tell(app, &integration, &like, true).await?;
        }
    }
    Ok(())
}

async fn begin(app: &App, alike: &Alike) -> Result<(), ServiceError> {
    let now = app.clock.now();
    let outage = Outage {
        id: app.random.uuid(now),
        integration: alike.integration.clone(),
        fault: alike.fault,
        like: alike.like.clone(),
        since: alike.since,
        opened_at: now,
        closed_at: None,
        tenants: u32::try_from(alike.tenants).unwrap_or(u32::MAX),
        acknowledged: None,
    };
    let mut tx = app.db.begin().await?;
    let begun = outages::begin(&mut tx, &outage).await?;
    tx.commit().await?;
    if begun {
        tracing::error!(
            integration = %alike.integration, tenants = alike.tenants, like = %alike.like,
            "many organizations fail alike; it is taken for one outage"
        );
    }
    tell(app, &alike.integration, &alike.like, false).await
}

async fn close(app: &App, outage: &Outage, left: u64) -> Result<(), ServiceError> {
    let mut tx = app.db.begin().await?;
    let closed = outages::close(&mut tx, outage.id, app.clock.now()).await?;
    tx.commit().await?;
    if closed {
        tracing::info!(integration = %outage.integration, left, "an outage is over");
    }
    tell(app, &outage.integration, &outage.like, true).await
}

/// Looks again at those who fail like that and whose state does not say what it should.
async fn tell(app: &App, integration: &str, like: &str, in_outage: bool) -> Result<(), ServiceError> {
    let mut after = Uuid::nil();
    loop {
        let members = outages::members(app.db.read(), integration, like, in_outage, after, AT_ONCE).await?;
        let Some(last) = members.last() else { break };
        after = *last;
        for member in &members {
            health::look_again_at(app, *member).await?;
        }
    }
    app.outbox.wake();
    Ok(())
}
