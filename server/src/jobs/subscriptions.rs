//! Subscriptions get lost silently (`domain.md` 6, story 24), and manifests come to want other events. Once a day each
//! is looked for, and made again when it is gone or another than it should be. What it did not tell is fetched then.

use std::collections::BTreeSet;
use std::sync::Arc;

use app::ports::Actor;
use secrecy::SecretString;

use crate::clock::DAY;
use crate::domain::connection::{Connection, SubscriptionState};
use crate::manifest::Integration;
use crate::services::tokens::NoToken;
use crate::services::{ServiceError, health, home, link, runs, tokens};
use crate::state::App;
use crate::storage::activity::{self, Activity};
use crate::storage::connections::{self, ConnectionSecrets};
use crate::upstream::officernd::{OfficeRndError, Region, Subscription, WebhookInfo};

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
        // The others of the group are claimed too, and would wait a day for nothing.
        if let Err(error) = look_at(app, &integration, &connection).await {
            tracing::error!(connection.id = %connection.id, %error, "a subscription was not checked");
        }
    }
    Ok(())
}

async fn look_at(app: &App, integration: &Arc<Integration>, connection: &Connection) -> Result<(), ServiceError> {
    if check(app, integration, connection).await? == Checked::Later {
        // Still due, and behind all that are: who waits for a token holds up nobody who has one.
        let put_off = Connection { subscription_checked_at: app.clock.now() - DAY - 1, ..connection.clone() };
        let mut tx = app.db.begin().await?;
        connections::return_subscription_check(&mut tx, &put_off).await?;
        tx.commit().await?;
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
    let url = link::webhook_url(app, integration, connection.id);
    let ours = list.iter().find(|webhook| Some(&webhook.id) == connection.subscription_id.as_ref());
    if let Some(ours) = ours {
        if is_as_wanted(ours, &url, &integration.webhooks) {
            // What else sends here is signed by secrets that nobody has.
            for double in list.iter().filter(|other| other.id != ours.id && other.url.as_ref() == Some(&url)) {
                take_away(app, connection, &token.access, &region, &organization.slug, &double.id).await;
            }
            return Ok(Checked::Done);
        }
        // The new one first: what OfficeRnD refuses to make must not cost the one that works.
        let slug = &organization.slug;
        let made =
            app.officernd.create_webhook(&token.access, &region, slug, &url, &integration.webhooks, &integration.name);
        match made.await {
            Ok(made) => {
                let new = made.id.clone();
                // Other events than before are no gap; what went to another address is one.
                let missed = ours.url.as_ref().is_some_and(|found| *found != url);
                let stored = replace(app, connection, Ok(made), missed).await;
                let useless = if matches!(stored, Ok(true)) { &ours.id } else { &new };
                take_away(app, connection, &token.access, &region, slug, useless).await;
                stored?;
            }
            Err(error) => tracing::warn!(
                connection.id = %connection.id, %error,
                "the events that the manifest wants were not subscribed; the subscription stays as it was"
            ),
        }
        return Ok(Checked::Done);
    }
    let made = link::subscribe(app, integration, &region, &organization.slug, &token.access, connection.id, &[]).await;
    let new = made.as_ref().ok().map(|made| made.id.clone());
    let stored = replace(app, connection, made, true).await;
    if let Some(new) = new.filter(|_| !matches!(stored, Ok(true))) {
        take_away(app, connection, &token.access, &region, &organization.slug, &new).await;
    }
    stored?;
    Ok(Checked::Done)
}

/// Whether OfficeRnD sends what the manifest wants to where it belongs. What an answer leaves out is taken for right.
fn is_as_wanted(found: &WebhookInfo, url: &str, wanted: &[String]) -> bool {
    let at_home = found.url.as_ref().is_none_or(|found| found == url);
    let names = |list: &[String]| list.iter().map(|name| name.to_lowercase()).collect::<BTreeSet<_>>();
    at_home && (found.event_types.is_empty() || names(&found.event_types) == names(wanted))
}

async fn take_away(
    app: &App,
    connection: &Connection,
    token: &SecretString,
    region: &Region,
    slug: &str,
    subscription: &str,
) {
    if let Err(error) = app.officernd.delete_webhook(token, region, slug, subscription).await {
        tracing::warn!(connection.id = %connection.id, %error, "a subscription that sends nothing useful was left at OfficeRnD");
    }
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

/// `missed`: what OfficeRnD told meanwhile arrived nowhere. `false` when the connection has changed or ended meanwhile,
/// and nothing was stored.
async fn replace(
    app: &App,
    connection: &Connection,
    made: Result<Subscription, OfficeRndError>,
    missed: bool,
) -> Result<bool, ServiceError> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let unchanged =
        |current: &Connection| current.disconnected.is_none() && current.subscription_id == connection.subscription_id;
    let Some(current) = connections::lock(&tx, connection.id).await?.filter(unchanged) else { return Ok(false) };
    let Some(secrets) = connections::secrets(tx.connection(), &app.vault, &current).await? else { return Ok(false) };
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
    let changed = health::save(app, &mut tx, &changed, false, now).await?;
    let fetches = missed && made.is_ok();
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
    if fetches {
        Box::pin(runs::fetch_gap(app, &mut tx, &changed, "schedule", now)).await?;
    }
    tx.commit().await?;
    app.outbox.wake();
    Ok(true)
}
