//! What verified calls tell about changes at OfficeRnD: other locations, another slug.

use std::collections::BTreeSet;

use app::ports::Actor;
use uuid::Uuid;

use crate::domain::connection::{Connection, Location};
use crate::domain::organization::Organization;
use crate::services::{ServiceError, events, health, home, overlap, tokens};
use crate::state::App;
use crate::storage::activity::{self, Activity};
use crate::storage::{connections, grants, location_health, organizations};

pub(super) async fn locations(app: &App, connection: Uuid, asked: Vec<String>) -> Result<(), ServiceError> {
    let Some(before) =
        connections::get(app.db.read(), connection).await?.filter(|connection| connection.disconnected.is_none())
    else {
        return Ok(());
    };
    let names = known_names(app, &before).await?;
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let integration = app.integrations.get(&before.integration);
    if let Some(integration) = &integration {
        overlap::lock(&tx, integration, before.organization).await?;
    }
    let Some(current) = connections::lock(&tx, connection).await?.filter(|current| current.disconnected.is_none())
    else {
        return Ok(());
    };
    let stored = connections::locations(tx.connection(), connection).await?;
    let of = |id: &String| names.iter().chain(&stored).find(|location| location.id == *id).cloned();
    let after: Vec<Location> = asked.iter().map(|id| of(id).unwrap_or_else(|| Location::unnamed(id))).collect();
    // The admin may have connected again meanwhile, for all of them.
    if current.all_locations || stored == after {
        return Ok(());
    }
    let refused = grants::is_refused(tx.connection(), connection).await?;
    connections::replace_locations(&mut tx, &current, &after).await?;
    let kept: BTreeSet<String> = after.iter().map(|location| location.id.clone()).collect();
    location_health::keep_only(&mut tx, connection, &kept).await?;
    let changed = health::save(app, &mut tx, &current, refused, now).await?;
    let text =
        after.iter().map(|location| location.name.as_deref().unwrap_or(&location.id)).collect::<Vec<_>>().join(", ");
    let detail = Some(text);
    let happened = Activity { at: now, kind: "connection.locations_changed".into(), actor: Actor::OfficeRnD, detail };
    activity::record(&mut tx, &current, app.random.uuid(now), happened).await?;
    if let Some(integration) = &integration {
        overlap::settle(app, &mut tx, integration, current.organization, now).await?;
    }
    events::locations_changed(app, &mut tx, &changed, now).await?;
    tx.commit().await?;
    app.outbox.wake();
    Ok(())
}

/// Names are a comfort: they are asked for only with a token that is fresh anyway.
async fn known_names(app: &App, connection: &Connection) -> Result<Vec<Location>, ServiceError> {
    let Ok(Some(token)) = tokens::good_token(app, connection, Some(60)).await else { return Ok(Vec::new()) };
    let Some((organization, region)) = home(app, connection).await? else { return Ok(Vec::new()) };
    match app.officernd.locations(&token.access, &region, &organization.slug).await {
        Ok(list) => Ok(list.into_iter().map(Location::from).collect()),
        Err(error) => {
            tracing::warn!(connection.id = %connection.id, %error, "the names of new locations were not read");
            Ok(Vec::new())
        }
    }
}

pub(super) async fn slug(app: &App, organization: Uuid, slug: String) -> Result<(), ServiceError> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let Some(known) = organizations::get(tx.connection(), organization).await?.filter(|known| known.slug != slug)
    else {
        return Ok(());
    };
    let detail = Some(format!("{} → {slug}", known.slug));
    organizations::save(&mut tx, &Organization { slug, ..known }, now).await?;
    for connection in connections::of_organization(tx.connection(), organization).await? {
        let happened = Activity {
            at: now,
            kind: "organization.slug_changed".into(),
            actor: Actor::OfficeRnD,
            detail: detail.clone(),
        };
        activity::record(&mut tx, &connection, app.random.uuid(now), happened).await?;
    }
    Ok(tx.commit().await?)
}
