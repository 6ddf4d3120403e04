//! One connection, for the admin whom a signed Configure link let in.

use std::sync::Arc;

use app::ids::{ConnectionId, RunId};
use app::ports::{ActivityView, ConnectionView, Fault, OrganizationView, RunView, SettingsDesk};
use async_trait::async_trait;
use secrecy::SecretString;
use uuid::Uuid;

use super::{integration_view, locations_view, unavailable};
use crate::clock::MINUTE;
use crate::crypto::digest::secret_digest;
use crate::domain::connection::{Connection, SubscriptionState};
use crate::domain::organization::Organization;
use crate::manifest::Integration;
use crate::services::configure::{IDLE, PURPOSE};
use crate::state::App;
use crate::storage::sessions::{self, DeskSession};
use crate::storage::{StorageError, activity, connections, organizations, runs};
use crate::upstream::officernd::Region;

/// Writing down every page view would cost a commit each; a visit may end that much early.
const TOUCH_EVERY: i64 = MINUTE;
/// Lines of activity on the page.
const ACTIVITY: u64 = 25;

/// The permission to see and change one connection.
#[derive(Clone)]
pub struct ConnectionDesk {
    app: App,
    integration: Arc<Integration>,
    organization: Organization,
    connection: Connection,
    session: DeskSession,
}

impl ConnectionDesk {
    /// None without a visit of this connection that is still going on.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn open(
        app: &App,
        connection: Uuid,
        cookie: Option<&SecretString>,
    ) -> Result<Option<Self>, StorageError> {
        let Some(cookie) = cookie else { return Ok(None) };
        let now = app.clock.now();
        let digest = secret_digest(PURPOSE, cookie);
        let Some(session) = sessions::find(app.db.read(), connection, &digest).await? else { return Ok(None) };
        if session.expires_at <= now || session.seen_at + IDLE <= now {
            return Ok(None);
        }
        let Some(connection) = connections::get(app.db.read(), connection).await? else { return Ok(None) };
        let Some(organization) = organizations::get(app.db.read(), connection.organization).await? else {
            return Ok(None);
        };
        let Some(integration) = app.integrations.get(&connection.integration) else { return Ok(None) };
        if now - session.seen_at >= TOUCH_EVERY {
            let mut tx = app.db.begin().await?;
            sessions::touch(&mut tx, &digest, now).await?;
            tx.commit().await?;
        }
        Ok(Some(Self { app: app.clone(), integration, organization, connection, session }))
    }

    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    pub fn integration(&self) -> &Arc<Integration> {
        &self.integration
    }

    /// Who visits, where OfficeRnD told it.
    pub fn member(&self) -> Option<String> {
        self.session.member_id.clone()
    }

    async fn view(&self) -> Result<ConnectionView, StorageError> {
        let db = self.app.db.read();
        let connection = &self.connection;
        let locations = connections::locations(db, connection.id).await?;
        let last_run = runs::last(db, connection.id).await?;
        let activity = activity::of_connection(db, connection.id, ACTIVITY).await?;
        let region = Region::parse_stored(&self.organization.region_url, self.app.officernd.settings())
            .unwrap_or_else(|_| self.app.officernd.app_region());
        Ok(ConnectionView {
            id: ConnectionId(connection.id),
            integration: integration_view(&self.integration),
            organization: OrganizationView {
                name: self.organization.name.clone(),
                slug: self.organization.slug.clone(),
            },
            account_name: connection.account_name.clone().unwrap_or_else(|| self.organization.name.clone()),
            state: connection.state,
            state_since: connection.state_since,
            locations: locations_view(connection.all_locations, &locations),
            connected_at: connection.connected_at,
            sync_on: connection.sync_on,
            last_run: last_run.map(|run| RunView {
                id: RunId(run.id).to_string(),
                started_at: run.started_at,
                ended_at: run.ended_at,
                state: run.state,
            }),
            events_subscribed: connection.subscription == SubscriptionState::Active,
            kept_until: connection.disconnected.map(|ended| ended.purge_at),
            retention_days: self.app.config.retention_days,
            activity: activity
                .into_iter()
                .map(|activity| ActivityView {
                    at: activity.at,
                    kind: activity.kind,
                    actor: activity.actor,
                    detail: activity.detail,
                })
                .collect(),
            return_url: region.return_url().to_string(),
            officernd_url: region.as_str().to_owned(),
        })
    }
}

#[async_trait]
impl SettingsDesk for ConnectionDesk {
    async fn connection(&self) -> Result<ConnectionView, Fault> {
        self.view().await.map_err(|error| unavailable(&error))
    }
}
