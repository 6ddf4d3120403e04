//! One connection, for the admin whom a signed Configure link let in.

mod adding;
pub mod address;
mod approval;
mod ending;
pub mod form;
mod kept;
mod past;

use std::sync::Arc;

use app::ids::{ConnectionId, RunId};
use app::paths;
use app::ports::{
    ActivityView, Actor, ApprovalView, ConfirmPageView, ConfirmView, ConnectionView, DisconnectView, Fault,
    HistoryView, OrganizationView, RestoreView, ReviewView, RunView, SetUpView, SettingsDesk, SettingsPageView,
    StepView,
};
use app::texts::Language;
use async_trait::async_trait;
use secrecy::SecretString;
use uuid::Uuid;

use self::address::Address;
use self::approval::troubles;
use super::set_up::{Asked, SetUp};
use super::{integration_view, locations_view, unavailable};
use crate::clock::{DAY, MINUTE, Millis};
use crate::crypto::digest::secret_digest;
use crate::domain::connection::{Connection, SubscriptionState};
use crate::domain::organization::Organization;
use crate::domain::sign_in::Opener;
use crate::manifest::Integration;
use crate::services::configure::{IDLE, PURPOSE};
use crate::services::settings::people;
use crate::services::signed_calls::vendor;
use crate::state::App;
use crate::storage::sessions::{self, DeskSession};
use crate::storage::{StorageError, activity, connections, organizations, runs};
use crate::upstream::officernd::Region;

/// Writing down every page view would cost a commit each; a visit may end that much early.
const TOUCH_EVERY: i64 = MINUTE;
/// Lines of activity on the page.
const ACTIVITY: u64 = 25;

/// When a visit is over, unless something happens in it before.
fn end(session: &DeskSession) -> Millis {
    session.expires_at.min(session.seen_at + IDLE)
}

/// The permission to see and change one connection.
#[derive(Clone)]
pub struct ConnectionDesk {
    app: App,
    integration: Arc<Integration>,
    organization: Organization,
    connection: Connection,
    session: DeskSession,
    asked: Asked,
    /// An account was linked a moment ago.
    linked: bool,
    address: Address,
    /// The page that a form leads to, made when it was posted.
    prepared: Option<Prepared>,
    language: Language,
}

/// An answer to a form, in the language of the page that sent it.
#[derive(Clone)]
pub enum Prepared {
    Settings(Arc<SettingsPageView>),
    Confirm(Arc<ConfirmView>),
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
        let session = sessions::find(app.db.read(), connection, &secret_digest(PURPOSE, cookie)).await?;
        let Some(session) = session.filter(|session| now < end(session)) else { return Ok(None) };
        let Some(desk) = Self::of(app, session).await? else { return Ok(None) };
        if now - desk.session.seen_at >= TOUCH_EVERY {
            let mut tx = app.db.begin().await?;
            sessions::touch(&mut tx, &desk.session.digest, now).await?;
            tx.commit().await?;
        }
        Ok(Some(desk))
    }

    /// A visit that ended at most a day ago: good for keeping what was typed in it, and for nothing else.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn ended(app: &App, connection: Uuid, cookie: &SecretString) -> Result<Option<Self>, StorageError> {
        let now = app.clock.now();
        let session = sessions::find(app.db.read(), connection, &secret_digest(PURPOSE, cookie)).await?;
        let lately = |session: &DeskSession| (end(session)..=end(session) + DAY).contains(&now);
        let Some(session) = session.filter(lately) else { return Ok(None) };
        let desk = Self::of(app, session).await?;
        Ok(desk.filter(|desk| desk.connection.disconnected.is_none()))
    }

    /// None where what the visit was about is gone.
    async fn of(app: &App, session: DeskSession) -> Result<Option<Self>, StorageError> {
        let db = app.db.read();
        let Some(connection) = connections::get(db, session.connection).await? else { return Ok(None) };
        let Some(organization) = organizations::get(db, connection.organization).await? else { return Ok(None) };
        let Some(integration) = app.integrations.get(&connection.integration) else { return Ok(None) };
        Ok(Some(Self {
            app: app.clone(),
            integration,
            organization,
            connection,
            session,
            asked: Asked::default(),
            linked: false,
            address: Address::default(),
            prepared: None,
            language: Language::default(),
        }))
    }

    /// The partner's sign-in page, when the browser goes there now.
    pub fn goes_on(&self) -> Option<&SecretString> {
        self.asked.sign_in.as_ref()
    }

    /// The same about one step.
    pub fn asked(mut self, asked: Asked) -> Self {
        self.asked = asked;
        self
    }

    /// The page says that an account was linked.
    pub fn linked(mut self) -> Self {
        self.linked = true;
        self
    }

    /// The same in the language of the page.
    pub fn speaking(mut self, language: Language) -> Self {
        self.language = language;
        self
    }

    /// The same about one address.
    pub fn at(mut self, address: Address) -> Self {
        self.address = address;
        self
    }

    /// The same with the answer to a form.
    pub fn prepared(mut self, prepared: Prepared) -> Self {
        self.prepared = Some(prepared);
        self
    }

    pub fn address(&self) -> &Address {
        &self.address
    }

    /// # Errors
    /// When the database does not answer.
    pub async fn set_up(&self) -> Result<SetUp, StorageError> {
        let set_up =
            SetUp::of(&self.app, &self.integration, &self.organization, &self.connection, self.opener()).await?;
        Ok(set_up.speaking(self.language))
    }

    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    pub fn integration(&self) -> &Arc<Integration> {
        &self.integration
    }

    pub fn opener(&self) -> Opener {
        Opener::Visit { cookie: self.session.digest }
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
        let activity = activity::for_admins(db, connection.id, ACTIVITY).await?;
        let names = people::names(&self.app, connection.id).await?;
        let id = ConnectionId(connection.id);
        let set_up = self.set_up().await?.progress(|step| paths::settings_step(id, step), paths::review(id)).await?;
        let set_up = SetUpView { linked: self.linked, ..set_up };
        let region = Region::parse_stored(&self.organization.region_url, self.app.officernd.settings())
            .unwrap_or_else(|_| self.app.officernd.app_region());
        Ok(ConnectionView {
            id: ConnectionId(connection.id),
            integration: integration_view(&self.integration, self.language),
            organization: OrganizationView {
                name: self.organization.name.clone(),
                slug: self.organization.slug.clone(),
            },
            account_name: connection.account_name.clone().unwrap_or_else(|| self.organization.name.clone()),
            state: connection.state,
            state_since: connection.state_since,
            locations: locations_view(connection.all_locations, &locations),
            connected_at: connection.connected_at,
            set_up,
            sync_on: connection.sync_on,
            paused_by_partner: connection.progress.paused.is_some() && connection.sync_on,
            vendor: vendor(&self.integration, connection).to_owned(),
            last_success_at: connection.progress.last_success_at,
            next_run_at: connection.progress.next_run_at,
            troubles: troubles(connection, &locations),
            approval: self.approval_link().await?,
            last_run: last_run.map(|run| RunView {
                id: RunId(run.id).to_string(),
                started_at: run.started_at,
                ended_at: run.ended_at,
                state: run.state.slug().to_owned(),
            }),
            events_subscribed: connection.subscription == SubscriptionState::Active,
            kept_until: connection.disconnected.map(|ended| ended.purge_at),
            retention_days: self.app.config.retention_days,
            activity: activity
                .into_iter()
                .map(|activity| ActivityView {
                    at: activity.at,
                    kind: activity.kind,
                    name: match &activity.actor {
                        Actor::Admin(Some(member)) => names.get(member).cloned(),
                        _ => None,
                    },
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
    async fn settings(&self, language: Language) -> Result<(ConnectionView, SettingsPageView), Fault> {
        let connection = self.view().await.map_err(|error| unavailable(&error))?;
        if connection.kept_until.is_some() {
            return Ok((connection, SettingsPageView::Form(Box::default())));
        }
        let page = match &self.prepared {
            Some(Prepared::Settings(page)) => SettingsPageView::clone(page),
            _ => Box::pin(self.stored_form(language)).await?,
        };
        Ok((connection, page))
    }

    async fn confirm(&self, language: Language) -> Result<(ConnectionView, ConfirmPageView), Fault> {
        let connection = self.view().await.map_err(|error| unavailable(&error))?;
        if let Some(Prepared::Confirm(page)) = &self.prepared {
            return Ok((connection, ConfirmPageView::Asked(Box::new(ConfirmView::clone(page)))));
        }
        let page = match self.asked_to_confirm().await? {
            Some(question) => ConfirmPageView::Asked(Box::new(self.question(&question, None, language)?)),
            None => ConfirmPageView::Over(self.over().await?),
        };
        Ok((connection, page))
    }

    async fn history(&self, language: Language) -> Result<(ConnectionView, HistoryView), Fault> {
        let connection = self.view().await.map_err(|error| unavailable(&error))?;
        Ok((connection, self.past(language).await?))
    }

    async fn revision(&self, language: Language) -> Result<(ConnectionView, RestoreView), Fault> {
        let connection = self.view().await.map_err(|error| unavailable(&error))?;
        Ok((connection, self.one_revision(language).await?))
    }

    async fn approval(&self) -> Result<(ConnectionView, ApprovalView), Fault> {
        let connection = self.view().await.map_err(|error| unavailable(&error))?;
        let approval = self.held_run().await.map_err(|error| unavailable(&error))?.ok_or(Fault::NotFound)?;
        Ok((connection, approval))
    }

    async fn disconnect(&self, language: Language) -> Result<(ConnectionView, DisconnectView), Fault> {
        let connection = self.view().await.map_err(|error| unavailable(&error))?;
        Ok((connection, self.what_holds_it(language).await?))
    }

    async fn connection(&self) -> Result<ConnectionView, Fault> {
        self.view().await.map_err(|error| unavailable(&error))
    }

    async fn step(&self) -> Result<(ConnectionView, StepView), Fault> {
        let view = self.view().await.map_err(|error| unavailable(&error))?;
        let set_up = self.set_up().await.map_err(|error| unavailable(&error))?;
        let (index, _) = set_up.ready(&self.asked.step).ok_or(Fault::NotFound)?;
        let before = index.checked_sub(1).and_then(|index| self.integration.steps().get(index));
        let back = before.map_or_else(|| paths::settings(view.id), |step| paths::settings_step(view.id, &step.id));
        let step = set_up.step(&self.asked, Some(back), view.return_url.clone()).await?;
        Ok((view, step))
    }

    async fn review(&self) -> Result<(ConnectionView, ReviewView), Fault> {
        let view = self.view().await.map_err(|error| unavailable(&error))?;
        let set_up = self.set_up().await.map_err(|error| unavailable(&error))?;
        if set_up.first_open().is_some() {
            return Err(Fault::NotFound);
        }
        let back =
            self.integration.steps().last().map_or_else(String::new, |step| paths::settings_step(view.id, &step.id));
        let review = set_up.review(view.locations.clone(), Vec::new(), back).await;
        let review = review.map_err(|error| {
            tracing::error!(%error, "a page could not be read");
            Fault::Unavailable
        })?;
        Ok((view, review))
    }
}
