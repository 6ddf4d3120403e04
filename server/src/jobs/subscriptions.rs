//! Subscriptions get lost silently (`domain.md` 6, story 24). Once a day each is looked for, and made again.

use std::sync::Arc;

use app::ports::Actor;

use crate::clock::DAY;
use crate::domain::connection::{Connection, SubscriptionState};
use crate::manifest::Integration;
use crate::services::tokens::NoToken;
use crate::services::{ServiceError, home, link, tokens};
use crate::state::App;
use crate::storage::activity::{self, Activity};
use crate::storage::connections::{self, ConnectionSecrets};
use crate::upstream::officernd::{OfficeRndError, Subscription};

/// Without a limit of token requests, so many in a minute.
const WITHOUT_LIMIT: u32 = 1_000;

/// Looks at connections whose last check is a day old. Called once a minute; each check may need a token
/// request, so at most half of what a minute allows is spent here, and nothing while grants or callers need it.
pub(super) async fn check_due(app: &App) -> Result<(), ServiceError> {
    let now = app.clock.now();
    let group = app.config.refresh.requests_per_minute.map_or(WITHOUT_LIMIT, |limit| (limit / 2).max(1));
    let mut tx = app.db.begin().await?;
    let due = connections::claim_subscription_checks(&mut tx, now - DAY, now, group.into()).await?;
    tx.commit().await?;
    for connection in due {
        let Some(integration) = app.integrations.get(&connection.integration) else { continue };
        if check(app, &integration, &connection).await? == Checked::Later {
            let mut tx = app.db.begin().await?;
            connections::return_subscription_check(&mut tx, &connection).await?;
            tx.commit().await?;
        }
    }
    Ok(())
}

#[derive(PartialEq, Eq)]
enum Checked {
    Done,
    /// The token budget is spent for the moment.
    Later,
}

async fn check(app: &App, integration: &Arc<Integration>, connection: &Connection) -> Result<Checked, ServiceError> {
    if !is_free(app, integration, connection).await? {
        return Ok(Checked::Later);
    }
    let token = match tokens::token_for_ourselves(app, integration, connection, Some(60)).await {
        Ok(token) => token,
        Err(NoToken::Internal(error)) => return Err(error),
        Err(NoToken::BudgetExhausted { .. }) => return Ok(Checked::Later),
        // Reconnect, disconnected or an outage: tomorrow is soon enough.
        Err(_) => return Ok(Checked::Done),
    };
    let Some((organization, region)) = home(app, connection).await? else { return Ok(Checked::Done) };
    let list = match app.officernd.list_webhooks(&token.access, &region, &organization.slug).await {
        Ok(list) => list,
        Err(error) => {
            tracing::warn!(connection.id = %connection.id, %error, "subscriptions were not read");
            return Ok(Checked::Done);
        }
    };
    if list.iter().any(|webhook| Some(&webhook.id) == connection.subscription_id.as_ref()) {
        return Ok(Checked::Done);
    }
    let made = link::subscribe(app, integration, &region, &organization.slug, &token.access, connection.id, &[]).await;
    replace(app, connection, made).await?;
    Ok(Checked::Done)
}

/// Whether a check costs nothing that others need: the token is good, or no grant is due and there is an hour's worth
/// of requests that the forecast leaves.
async fn is_free(app: &App, integration: &Integration, connection: &Connection) -> Result<bool, ServiceError> {
    if matches!(tokens::good_token(app, connection, Some(60)).await, Ok(Some(_))) {
        return Ok(true);
    }
    let (refresh, client_id) = (&app.config.refresh, &integration.client.client_id);
    let hour = refresh.requests_per_minute.map_or(0, |limit| u64::from(limit) * 60);
    let plan = app
        .refresh
        .plan(&app.db, refresh, client_id, app.clock.now(), |outlook| outlook.due == 0 && outlook.spare() >= hour);
    Ok(plan.await?)
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
