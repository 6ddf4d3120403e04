//! The partner's steps of one connection, as a page shows them. Whoever makes a [`SetUp`] has proved that its
//! visitor may work on that connection.

mod fields;

use std::collections::BTreeSet;
use std::sync::Arc;

use app::ports::{
    Asks, CoveredView, FactView, Fault, Listed, LocationsView, OrganizationView, ReviewView, SetUpView, StepView, Words,
};
use app::texts::Language;
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value};

use self::fields::Typed;
use super::integration_view;
use super::page::Speech;
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
    pub language: Language,
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
            language: Language::default(),
        })
    }

    /// The same in the language of the page.
    pub fn speaking(mut self, language: Language) -> Self {
        self.language = language;
        self
    }

    fn speech(&self) -> Speech<'_> {
        Speech { manifest: &self.integration.manifest, language: self.language }
    }

    fn title(&self, step: &Step) -> Words {
        self.speech().say(&format!("steps.{}.title", step.id), &step.title)
    }

    pub fn first_open(&self) -> Option<&Step> {
        self.integration.steps().iter().find(|step| !self.done.contains(&step.id))
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
            Some(step) => Some(address(&step.id)),
            None => (self.connection.finished_at.is_none()).then_some(review),
        };
        let again = steps.first().filter(|_| self.connection.finished_at.is_some()).map(|step| address(&step.id));
        Ok(SetUpView {
            steps: steps.iter().map(|step| (self.title(step), self.done.contains(&step.id))).collect(),
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
        let asks = match &asked.sign_in {
            Some(url) => Asks::SignIn(url.expose_secret().to_owned()),
            None => {
                let (_, fields) = steps::known(&self.integration, &step.id).ok_or(Fault::NotFound)?;
                let stored = Stored::of(&self.app, self.connection.id).await.map_err(|error| unavailable(&error))?;
                Asks::Fields(self.fields(&fields, &stored, &echo).await)
            }
        };
        Ok(StepView {
            integration: integration_view(&self.integration, self.language),
            organization: OrganizationView {
                name: self.organization.name.clone(),
                slug: self.organization.slug.clone(),
            },
            title: self.title(step),
            help: self.speech().maybe(&format!("steps.{}.help", step.id), step.help.as_ref()),
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
            facts.push((self.speech().label(field.key()), self.fact(field, value(field.key()), &stored).await));
        }
        let account = account.map(|account| account.name);
        let waits_for = overlap::first(&self.app, &self.connection).await?;
        Ok(ReviewView { locations, account, facts, covered, waits_for, back })
    }

    /// The label of an option.
    fn option(&self, field: &Field, value: &str) -> Option<Words> {
        let option = field.kind.options().iter().find(|option| option.value == value)?;
        Some(self.speech().say(&format!("fields.{}.options.{value}", field.key()), &option.label))
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
                    now.or_else(|| known(id).map(Words::new))
                };
                FactView::Words(ids.iter().map(|id| name(id).unwrap_or_else(|| Words::new(id))).collect())
            }
            Kind::List(list) => {
                let name = |one: &Value| plain(list.item_label.as_deref().and_then(|label| one.get(label)));
                let names: Vec<String> = value.and_then(Value::as_array).into_iter().flatten().map(name).collect();
                let names: Vec<Words> = names.into_iter().filter(|name| !name.is_empty()).map(Words::new).collect();
                if names.is_empty() { FactView::Nothing } else { FactView::Words(names) }
            }
            // Rows and spans are no words; the settings page shows them.
            Kind::Map(_) | Kind::Table(_) => FactView::Nothing,
            _ if value.is_some_and(Value::is_object) => FactView::Nothing,
            _ => {
                let words = texts(value).into_iter();
                let words: Vec<Words> =
                    words.map(|text| self.option(field, &text).unwrap_or_else(|| Words::new(text))).collect();
                if words.is_empty() { FactView::Nothing } else { FactView::Words(words) }
            }
        }
    }
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
