//! Whether OfficeRnD can renew an integration secret is unknown (contract 4, C). When signed calls stop
//! verifying, it is fetched again: at most once an hour, and only with a token that is fresh anyway.

use app::ports::Actor;
use secrecy::ExposeSecret as _;
use subtle::ConstantTimeEq as _;
use uuid::Uuid;

use crate::clock::HOUR;
use crate::services::{ServiceError, home, tokens};
use crate::state::App;
use crate::storage::activity::{self, Activity};
use crate::storage::connections::{self, ConnectionSecrets};
use crate::upstream::officernd::Installation;

pub(super) async fn renew(app: &App, connection: Uuid) -> Result<(), ServiceError> {
    let now = app.clock.now();
    let Some(connection) =
        connections::get(app.db.read(), connection).await?.filter(|connection| connection.disconnected.is_none())
    else {
        return Ok(());
    };
    let Some(integration) = app.integrations.get(&connection.integration) else { return Ok(()) };
    let Ok(Some(token)) = tokens::good_token(app, &connection, Some(60)).await else { return Ok(()) };
    let Some((organization, region)) = home(app, &connection).await? else { return Ok(()) };
    let mut tx = app.db.begin().await?;
    let won = connections::claim_secret_check(&mut tx, connection.id, now - HOUR, now).await?;
    tx.commit().await?;
    if !won {
        return Ok(());
    }
    let installation = Installation {
        slug: &organization.slug,
        organization: &organization.officernd_id,
        integration: &connection.integration_id,
        client_id: &integration.client.client_id,
    };
    let fetched = app.officernd.integration_secret(&token.access, &region, installation).await;
    let secret = match fetched {
        Ok(secret) => secret,
        Err(error) => {
            tracing::warn!(connection.id = %connection.id, %error, "the integration secret was not fetched again");
            return Ok(());
        }
    };
    let Some(stored) = connections::secrets(app.db.read(), &app.vault, &connection).await? else { return Ok(()) };
    if bool::from(stored.integration.expose_secret().as_bytes().ct_eq(secret.expose_secret().as_bytes())) {
        return Ok(());
    }
    let mut tx = app.db.begin().await?;
    let Some(current) =
        connections::lock(&tx, connection.id).await?.filter(|current| current.connected_at == connection.connected_at)
    else {
        return Ok(());
    };
    connections::save_secrets(&mut tx, &app.vault, &current, &ConnectionSecrets { integration: secret, ..stored })
        .await?;
    let happened = Activity { at: now, kind: "secret.renewed".into(), actor: Actor::OfficeRnD, detail: None };
    activity::record(&mut tx, &current, app.random.uuid(now), happened).await?;
    Ok(tx.commit().await?)
}
