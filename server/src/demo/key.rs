//! Gives the sample partner system a key of the API. A partner would make one by `deskbridge api-keys create`, once.

use std::sync::Arc;

use secrecy::{ExposeSecret as _, SecretString};

use super::SamplePartner;
use crate::crypto::digest::secret_digest;
use crate::domain::scope::Scope;
use crate::http::api::caller::{PREFIX, PURPOSE};
use crate::manifest::Integration;
use crate::state::App;
use crate::storage::api_keys::{self, ApiKey};

const NAME: &str = "sample partner system";
const SCOPES: [Scope; 3] = [Scope::ConnectionsRead, Scope::SettingsRead, Scope::RunsWrite];

/// The sample forgets its key when it ends, so it gets a new one at every start and the old one ends.
pub(super) async fn give(app: &App, integrations: &[Arc<Integration>], partner: &SamplePartner) -> anyhow::Result<()> {
    let secret = SecretString::from(format!("{PREFIX}{}", app.random.token().expose_secret()));
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    for old in
        api_keys::all(tx.connection()).await?.into_iter().filter(|key| key.name == NAME && key.revoked_at.is_none())
    {
        api_keys::revoke(&mut tx, old.id, now).await?;
    }
    let key = ApiKey {
        id: app.random.uuid(now),
        name: NAME.to_owned(),
        integrations: integrations.iter().map(|integration| integration.slug.clone()).collect(),
        scopes: SCOPES.to_vec(),
        created_at: now,
        expires_at: None,
        last_used_at: None,
        revoked_at: None,
    };
    api_keys::create(&mut tx, &key, &secret_digest(PURPOSE, &secret)).await?;
    tx.commit().await?;
    partner.calls_with(secret);
    Ok(())
}
