//! Subscriptions get lost silently (`domain.md` 6, story 24). Once a day each is looked for, and made again.

use std::sync::Arc;

use app::ports::Actor;

use crate::clock::DAY;
use crate::domain::connection::{Connection, SubscriptionState};
use crate::manifest::Integration;
use crate::services::tokens::NoToken;
use crate::services::{ServiceError, link, tokens};
use crate::state::App;
use crate::storage::activity::{self, Activity};
use crate::storage::connections::{self, ConnectionSecrets};
use crate::storage::organizations;
use crate::upstream::officernd::{OfficeRndError, Region, Subscription};

/// A day after its last check a connection is due; some at a time, so that none of this comes in a burst.
const GROUP: u64 = 50;

pub(super) async fn check_due(app: &App) -> Result<(), ServiceError> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let due = connections::claim_subscription_checks(&mut tx, now - DAY, now, GROUP).await?;
    tx.commit().await?;
    for connection in due {
        let Some(integration) = app.integrations.get(&connection.integration) else { continue };
        check(app, &integration, &connection).await?;
    }
    Ok(())
}

async fn check(app: &App, integration: &Arc<Integration>, connection: &Connection) -> Result<(), ServiceError> {
    let token = match tokens::token(app, integration, connection, Some(60)).await {
        Ok(token) => token,
        Err(NoToken::Internal(error)) => return Err(error),
        // Reconnect, disconnected, no budget or an outage: tomorrow is soon enough.
        Err(_) => return Ok(()),
    };
    let Some(organization) = organizations::get(app.db.read(), connection.organization).await? else { return Ok(()) };
    let Ok(region) = Region::parse_stored(&organization.region_url, app.officernd.settings()) else { return Ok(()) };
    let list = match app.officernd.list_webhooks(&token.access, &region, &organization.slug).await {
        Ok(list) => list,
        Err(error) => {
            tracing::warn!(connection.id = %connection.id, %error, "subscriptions were not read");
            return Ok(());
        }
    };
    if list.iter().any(|webhook| Some(&webhook.id) == connection.subscription_id.as_ref()) {
        return Ok(());
    }
    let made = link::subscribe(app, integration, &region, &organization.slug, &token.access, connection.id).await;
    replace(app, connection, made).await
}

async fn replace(
    app: &App,
    connection: &Connection,
    made: Result<Subscription, OfficeRndError>,
) -> Result<(), ServiceError> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let unchanged =
        |current: &Connection| current.disconnected.is_none() && current.subscription_id == connection.subscription_id;
    let Some(current) = connections::lock(&tx, connection.id).await?.filter(unchanged) else { return Ok(()) };
    let Some(secrets) = connections::secrets(tx.connection(), &app.vault, &current).await? else { return Ok(()) };
    let (kind, subscription) = match &made {
        Ok(_) => ("webhooks.resubscribed", SubscriptionState::Active),
        Err(error) => {
            tracing::warn!(connection.id = %connection.id, %error, "a lost subscription was not made again");
            ("webhooks.lost", SubscriptionState::Lost)
        }
    };
    let known_loss = current.subscription == SubscriptionState::Lost && made.is_err();
    let subscription_id = made.as_ref().map_or_else(|_| current.subscription_id.clone(), |made| Some(made.id.clone()));
    let changed = Connection { subscription, subscription_id, subscription_checked_at: now, ..current };
    // The token was just good, so the grant is alive.
    connections::save(&mut tx, &changed, false, now).await?;
    if let Ok(made) = made {
        connections::save_secrets(
            &mut tx,
            &app.vault,
            &changed,
            &ConnectionSecrets { subscription: Some(made.secret), ..secrets },
        )
        .await?;
    }
    if !known_loss {
        let happened = Activity { at: now, kind: kind.into(), actor: Actor::Deskbridge, detail: None };
        activity::record(&mut tx, &changed, app.random.uuid(now), happened).await?;
    }
    Ok(tx.commit().await?)
}
