//! The partner's steps of one connection, as a page shows them. Whoever makes a [`SetUp`] has proved that its
//! visitor may work on that connection.

mod fields;

use std::collections::BTreeSet;
use std::sync::Arc;

use app::ports::{
    Asks, CoveredView, FactView, Fault, Listed, LocationsView, OrganizationView, ReviewView, SetUpView, StepView,
};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value};

use self::fields::Typed;
use super::integration_view;
use crate::domain::connection::Connection;
use crate::domain::entry::Echo;
use crate::domain::organization::Organization;
use crate::domain::sign_in::Opener;
use crate::manifest::field::Field;
use crate::manifest::kind::Kind;
use crate::manifest::{Integration, Step};
use crate::services::steps::{self, Stored};
use crate::services::{ServiceError, choices, overlap};
use crate::state::App;
use crate::storage::settings;

/// Which step a request is about, and what came back from the last try.
#[derive(Clone, Default)]
pub struct Asked {
    pub step: String,
    pub echo: Echo,
    /// The partner's sign-in page, where the browser goes now.
    pub sign_in: Option<SecretString>,
}

impl Asked {
    pub fn again(step: String, echo: Echo) -> Self {
        Self { step, echo, sign_in: None }
    }
}

#[derive(Clone)]
pub struct SetUp {
    pub app: App,
    pub integration: Arc<Integration>,
    pub organization: Organization,
    pub connection: Connection,
    pub done: BTreeSet<String>,
    /// Whose browser it is.
    pub opener: Opener,
}

impl SetUp {
    /// # Errors
    /// When the database does not answer.
    pub async fn of(
        app: &App,
        integration: &Arc<Integration>,
        organization: &Organization,
        connection: &Connection,
        opener: Opener,
    ) -> Result<Self, crate::storage::StorageError> {
        let done = settings::done_steps(app.db.read(), connection.id).await?;
        Ok(Self {
            app: app.clone(),
            integration: integration.clone(),
            organization: organization.clone(),
            connection: connection.clone(),
            done,
            opener,
        })
    }

    pub fn first_open(&self) -> Option<&Step> {
        self.integration.steps().iter().find(|step| !self.done.contains(&step.id))
    }

    /// Whether a page of ours can ask for the step.
    pub fn is_askable(&self, step: &Step) -> bool {
        steps::askable(&self.integration, &step.id).is_some()
    }

    /// The step with this id once what it needs is done.
    pub fn ready(&self, step: &str) -> Option<(usize, &Step)> {
        let found = self.integration.steps().iter().enumerate().find(|(_, known)| known.id == step)?;
        found.1.needs.as_ref().is_none_or(|needs| self.done.contains(needs)).then_some(found)
    }

    /// The step after this one: in a set-up the first that is open, else simply the next.
    pub fn after(&self, step: &str) -> Option<&Step> {
        if self.connection.finished_at.is_none() {
            return self.first_open();
        }
        self.integration.steps().iter().skip_while(|known| known.id != step).nth(1)
    }

    /// How far it is. `address` makes links to steps, `review` is where everything is looked at.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn progress(
        &self,
        address: impl Fn(&str) -> String,
        review: String,
    ) -> Result<SetUpView, crate::storage::StorageError> {
        let account = settings::account(self.app.db.read(), self.connection.id).await?;
        let steps = self.integration.steps();
        let next = match self.first_open() {
            _ if self.connection.disconnected.is_some() => None,
            Some(step) => self.is_askable(step).then(|| address(&step.id)),
            None => (self.connection.finished_at.is_none()).then_some(review),
        };
        let again = steps
            .first()
            .filter(|step| self.connection.finished_at.is_some() && self.is_askable(step))
            .map(|step| address(&step.id));
        Ok(SetUpView {
            steps: steps.iter().map(|step| (step.title.clone(), self.done.contains(&step.id))).collect(),
            next,
            again,
            account: account.map(|account| account.name),
            linked: false,
            waits_for: overlap::first(&self.app, &self.connection).await?,
        })
    }

    /// # Errors
    /// `NotFound` for a step that is none or not to be asked yet.
    pub async fn step(&self, asked: &Asked, back: Option<String>, return_url: String) -> Result<StepView, Fault> {
        let (index, step) = self.ready(&asked.step).ok_or(Fault::NotFound)?;
        let account = settings::account(self.app.db.read(), self.connection.id).await;
        let account = account.map_err(|error| super::unavailable(&error))?;
        let mut echo = asked.echo.clone();
        if step.is_oauth() && echo.form.0.is_empty() && asked.sign_in.is_none() {
            let reminder = steps::reminder(&self.app, self.connection.id, self.opener, &step.id).await;
            echo = reminder.map_err(|error| unavailable(&error))?.unwrap_or_default();
        }
        let asks = match (&asked.sign_in, steps::askable(&self.integration, &step.id)) {
            (Some(url), _) => Asks::SignIn(url.expose_secret().to_owned()),
            (None, None) => Asks::Elsewhere,
            (None, Some((_, fields))) => {
                let stored = Stored::of(&self.app, self.connection.id).await.map_err(|error| unavailable(&error))?;
                Asks::Fields(self.fields(&fields, &stored, &echo).await)
            }
        };
        Ok(StepView {
            integration: integration_view(&self.integration),
            organization: OrganizationView {
                name: self.organization.name.clone(),
                slug: self.organization.slug.clone(),
            },
            title: step.title.clone(),
            help: step.help.clone(),
            index,
            done: self.integration.steps().iter().map(|step| self.done.contains(&step.id)).collect(),
            account: account.map(|account| account.name),
            asks,
            leads: step.is_oauth(),
            reopened: self.connection.finished_at.is_some() && !self.done.contains(&step.id),
            refused: echo.is_refused(),
            said: echo.said,
            trouble: echo.trouble,
            back,
            return_url,
        })
    }

    /// Everything that was entered, as it is stored.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn review(
        &self,
        locations: LocationsView,
        covered: Vec<CoveredView>,
        back: String,
    ) -> Result<ReviewView, ServiceError> {
        let stored = Stored::of(&self.app, self.connection.id).await?;
        let account = settings::account(self.app.db.read(), self.connection.id).await?;
        let mut facts = Vec::new();
        let nothing = Map::new();
        let value = |field: &str| steps::effective(&self.integration, &nothing, &stored.values, field);
        for field in self.integration.steps().iter().flat_map(|step| &step.fields) {
            let Some(field) = self.integration.manifest.field(field) else { continue };
            if field.common.visible_when.as_ref().is_some_and(|condition| !condition.holds(&value)) {
                continue;
            }
            facts.push((field.common.label.clone(), self.fact(field, value(field.key()), &stored).await));
        }
        let account = account.map(|account| account.name);
        let waits_for = overlap::first(&self.app, &self.connection).await?;
        Ok(ReviewView { locations, account, facts, covered, waits_for, back })
    }

    async fn fact(&self, field: &Field, value: Option<&Value>, stored: &Stored) -> FactView {
        match &field.kind {
            Kind::Secret(_) if stored.secrets.contains(field.key()) => FactView::Secret,
            Kind::Acknowledgement(_) if value == Some(&Value::Bool(true)) => FactView::Confirmed,
            Kind::Boolean(_) => FactView::Switch(value == Some(&Value::Bool(true))),
            Kind::Ref(_) | Kind::MultiRef(_) if !texts(value).is_empty() => {
                let ids = texts(value);
                let none = Typed::default();
                let names = match self.listed(field, stored, &none, &Echo::default(), &ids).await {
                    Listed::Options { options, .. } => options,
                    Listed::Trouble(_) | Listed::First(_) => Vec::new(),
                };
                // What it was called last is better than an id, which says it too.
                let known = |id: &String| {
                    let (source, _) = choices::source(field)?;
                    self.app.answers.name(self.connection.id, source, id)
                };
                let name = |id: &String| {
                    let now = names.iter().find(|option| option.value == *id).map(|option| option.label.clone());
                    now.or_else(|| known(id))
                };
                FactView::Words(ids.iter().map(|id| name(id).unwrap_or_else(|| id.clone())).collect())
            }
            _ => {
                let words: Vec<String> =
                    texts(value).into_iter().map(|text| label(field, &text).unwrap_or(text)).collect();
                if words.is_empty() { FactView::Nothing } else { FactView::Words(words) }
            }
        }
    }
}

fn label(field: &Field, value: &str) -> Option<String> {
    field.kind.options().iter().find(|option| option.value == value).map(|option| option.label.clone())
}

fn plain(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

fn texts(value: Option<&Value>) -> Vec<String> {
    match value {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Array(list)) => list.iter().map(|one| plain(Some(one))).collect(),
        one => vec![plain(one)],
    }
}

fn unavailable(error: &ServiceError) -> Fault {
    tracing::error!(%error, "a page could not be read");
    Fault::Unavailable
}
