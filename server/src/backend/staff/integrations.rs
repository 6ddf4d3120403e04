//! Integrations, API keys and event endpoints.

use app::ids::{ApiKeyId, EndpointId};
use app::ports::{
    Check, CheckView, Count, EndpointForm, EndpointLine, EndpointSaid, EndpointsView, Fault, IntegrationLine,
    IntegrationsDesk, IntegrationsView, KeyForm, KeyLine, KeySaid, KeyState, KeysView, SetUpSheetView,
};
use app::role::Act;
use async_trait::async_trait;
use secrecy::{ExposeSecret as _, SecretString};

use super::StaffMember;
use crate::backend::unavailable;
use crate::clock::Millis;
use crate::domain::event::Endpoint;
use crate::domain::scope::Scope;
use crate::manifest::Integration;
use crate::storage::api_keys::{self, ApiKey};
use crate::storage::sightings::{self, Call, Reached};
use crate::storage::{StorageError, endpoints, outbox, tenant_rows};

/// Connections beyond are not counted.
const COUNTED: u64 = 10_000;
/// Deliveries that were given up, of each endpoint.
const GIVEN_UP: u64 = 5;
const MOST_ENDPOINTS: u64 = 20;

/// What a form of `/integrations` leads to.
#[derive(Clone, Default)]
pub struct Keys {
    pub form: KeyForm,
    /// The name of a new key, and the key.
    pub made: Option<(String, SecretString)>,
}

/// What a form of `/integrations/{integration}` leads to.
#[derive(Clone, Default)]
pub struct Endpoints {
    pub form: EndpointForm,
    pub secret: Option<SecretString>,
}

#[async_trait]
impl IntegrationsDesk for StaffMember {
    async fn integrations(&self) -> Result<IntegrationsView, Fault> {
        self.read_integrations().await.map_err(|error| unavailable(&error))
    }

    async fn set_up(&self) -> Result<SetUpSheetView, Fault> {
        let integration = self.app.integrations.get(self.at.segment(1)).ok_or(Fault::NotFound)?;
        self.read_sheet(&integration).await.map_err(|error| unavailable(&error))
    }
}

impl StaffMember {
    fn may(&self, act: Act) -> bool {
        self.member.staff().role.may(act)
    }

    async fn read_integrations(&self) -> Result<IntegrationsView, StorageError> {
        let mut integrations = Vec::new();
        for integration in self.app.integrations.all() {
            let (reached, checklist) = self.checklist(&integration).await?;
            let connections = count(&reached);
            let revisions = match connections {
                Count::Exactly(_) => self.revisions(&integration).await?,
                Count::MoreThan(_) => Vec::new(),
            };
            integrations.push(IntegrationLine {
                slug: integration.slug.clone(),
                name: integration.name.clone(),
                revision: integration.revision,
                connections,
                revisions,
                done: (checklist.iter().filter(|check| check.is_done).count(), checklist.len()),
            });
        }
        let now = self.app.clock.now();
        let mut keys = api_keys::all(self.app.db.read()).await?;
        keys.reverse();
        let made = self.found::<Keys>().map(|keys| Keys::clone(&keys)).unwrap_or_default();
        let keys = KeysView {
            may_change: self.may(Act::ApiKeys),
            keys: keys.into_iter().map(|key| key_line(key, now)).collect(),
            integrations: integrations.iter().map(|one| (one.slug.clone(), one.name.clone())).collect(),
            scopes: Scope::ALL.map(|scope| (scope.slug().to_owned(), scope.allows().to_owned())).to_vec(),
            form: made.form,
            made: made.made.map(|(name, secret)| (name, secret.expose_secret().to_owned())),
            said: self.at.query("said").and_then(KeySaid::from_slug),
        };
        Ok(IntegrationsView { integrations, keys })
    }

    /// How many connections were set up or changed last with each revision.
    async fn revisions(&self, integration: &Integration) -> Result<Vec<(Option<u32>, u64)>, StorageError> {
        let counts = tenant_rows::revisions(self.app.db.read(), &integration.slug, COUNTED).await?;
        let known = |revision: Option<i32>| revision.and_then(|revision| u32::try_from(revision).ok());
        let count = |count: i64| u64::try_from(count).unwrap_or_default();
        Ok(counts.into_iter().map(|(revision, connections)| (known(revision), count(connections))).collect())
    }

    /// Each point is computed from what is stored or configured; nothing is ticked by hand.
    async fn checklist(&self, integration: &Integration) -> Result<(Reached, Vec<CheckView>), StorageError> {
        let db = self.app.db.read();
        let seen = sightings::of(db, &integration.slug).await?;
        let reached = sightings::reached(db, &integration.slug, COUNTED + 1).await?;
        let call = |call: Call| seen.iter().find(|(known, _)| *known == call).map(|(_, at)| *at);
        let checks = Check::ALL.into_iter().filter(|check| *check != Check::Sync || integration.sync.supported);
        let list = checks.map(|check| {
            let (is_done, at) = match check {
                // A server with a manifest that is not valid does not start.
                Check::Manifest => (true, None),
                Check::Keys => (!self.app.vault.key_ids().is_empty(), None),
                Check::Address => (self.app.config.production(), None),
                Check::Connect => (call(Call::Connect).is_some(), call(Call::Connect)),
                Check::Finished => (reached.finished > 0, None),
                Check::Configure => (call(Call::Configure).is_some(), call(Call::Configure)),
                Check::Healthcheck => (call(Call::Healthcheck).is_some(), call(Call::Healthcheck)),
                Check::Webhook => (call(Call::Webhook).is_some(), call(Call::Webhook)),
                Check::Sync => (call(Call::Sync).is_some(), call(Call::Sync)),
                Check::Run => (reached.good_runs > 0, None),
            };
            CheckView { check, is_done, at }
        });
        Ok((reached, list.collect()))
    }

    async fn read_sheet(&self, integration: &Integration) -> Result<SetUpSheetView, StorageError> {
        let (reached, checklist) = self.checklist(integration).await?;
        let at = |page: &str| self.app.config.public(&format!("/i/{}/{page}", integration.slug));
        let signs_in = integration.partner.as_ref().is_some_and(|partner| partner.oauth.is_some());
        Ok(SetUpSheetView {
            slug: integration.slug.clone(),
            name: integration.name.clone(),
            revision: integration.revision,
            client_id: integration.client.client_id.clone(),
            connect_url: at("connect"),
            configure_url: at("configure"),
            healthcheck_url: at("healthcheck"),
            sync_url: at("sync"),
            partner_return_url: signs_in.then(|| at("partner-return")),
            scopes: integration.scopes.clone(),
            connections: count(&reached),
            checklist,
            endpoints: self.read_endpoints(integration).await?,
        })
    }

    async fn read_endpoints(&self, integration: &Integration) -> Result<EndpointsView, StorageError> {
        let db = self.app.db.read();
        let slugs = [integration.slug.clone()];
        let mut lines = Vec::new();
        for endpoint in endpoints::list(db, &slugs, None, MOST_ENDPOINTS).await? {
            lines.push(self.endpoint_line(endpoint).await?);
        }
        let made = self.found::<Endpoints>().map(|made| Endpoints::clone(&made)).unwrap_or_default();
        let said = match (self.at.query("said"), self.at.query("count").and_then(|count| count.parse().ok())) {
            (Some("enabled"), _) => Some(EndpointSaid::Enabled),
            (Some("deleted"), _) => Some(EndpointSaid::Deleted),
            (Some("replayed"), Some(count)) => Some(EndpointSaid::Replayed(count)),
            _ => None,
        };
        Ok(EndpointsView {
            may_change: self.may(Act::Endpoints),
            may_rotate: self.may(Act::RotateSecrets),
            may_replay: self.may(Act::Replay),
            endpoints: lines,
            form: made.form,
            secret: made.secret.map(|secret| secret.expose_secret().to_owned()),
            said,
        })
    }

    async fn endpoint_line(&self, endpoint: Endpoint) -> Result<EndpointLine, StorageError> {
        let db = self.app.db.read();
        let backlog = outbox::endpoints::backlog_of(db, endpoint.id).await?;
        let given_up = outbox::endpoints::given_up(db, endpoint.id, None, GIVEN_UP).await?;
        Ok(EndpointLine {
            id: EndpointId(endpoint.id).to_string(),
            url: endpoint.url,
            types: endpoint.types,
            waiting: backlog.waiting,
            dead: backlog.dead,
            failing_since: endpoint.failing_since,
            disabled: endpoint.disabled_at.map(|_| endpoint.reason.unwrap_or_default()),
            given_up: given_up.into_iter().map(|one| (one.ended_at, one.hook, one.trouble)).collect(),
        })
    }
}

fn count(reached: &Reached) -> Count {
    let counted = u64::try_from(reached.connections).unwrap_or(0);
    if counted > COUNTED { Count::MoreThan(COUNTED) } else { Count::Exactly(counted) }
}

fn key_line(key: ApiKey, now: Millis) -> KeyLine {
    let state = match (key.revoked_at, key.expires_at) {
        (Some(at), _) => KeyState::Revoked(at),
        (None, Some(at)) if at <= now => KeyState::Expired(at),
        (None, Some(at)) => KeyState::Until(at),
        (None, None) => KeyState::Endless,
    };
    KeyLine {
        id: ApiKeyId(key.id).to_string(),
        name: key.name,
        integrations: key.integrations,
        scopes: key.scopes.iter().map(|scope| scope.slug().to_owned()).collect(),
        last_used_at: key.last_used_at,
        state,
    }
}
