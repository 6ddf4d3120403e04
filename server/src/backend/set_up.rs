//! The partner's steps of one connection, as a page shows them. Whoever makes a [`SetUp`] has proved that its
//! visitor may work on that connection.

use std::collections::BTreeSet;
use std::sync::Arc;

use app::ports::{
    Asks, CoveredView, FactView, Fault, FieldView, Input, LineKind, Listed, LocationsView, OptionView,
    OrganizationView, ReviewView, SetUpView, StepView,
};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::{Map, Value};

use super::integration_view;
use crate::domain::connection::Connection;
use crate::domain::entry::{self, Echo, Entry};
use crate::domain::organization::Organization;
use crate::domain::sign_in::Opener;
use crate::manifest::condition::Condition;
use crate::manifest::field::Field;
use crate::manifest::kind::Kind;
use crate::manifest::{Integration, Step};
use crate::services::choices::{self, MOST_PAGES, Question};
use crate::services::steps::{self, Stored};
use crate::services::{ServiceError, steps::told};
use crate::state::App;
use crate::storage::settings;
use crate::upstream::partner::OptionItem;

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
            refused: echo.is_refused(),
            said: echo.said,
            trouble: echo.trouble,
            back,
            return_url,
        })
    }

    async fn fields(&self, fields: &[&Field], stored: &Stored, echo: &Echo) -> Vec<FieldView> {
        let typed = Typed::of(fields, echo);
        let mut views = Vec::new();
        for field in fields {
            let key = field.key();
            views.push(FieldView {
                key: key.to_owned(),
                label: field.common.label.clone(),
                help: field.common.help.clone(),
                required: field.common.required,
                only_with: field.common.visible_when.as_ref().map(|when| self.words(when)).unwrap_or_default(),
                input: self.input(field, stored, &typed, echo).await,
                mistake: echo.mistakes.get(key).cloned(),
            });
        }
        views
    }

    async fn input(&self, field: &Field, stored: &Stored, typed: &Typed, echo: &Echo) -> Input {
        let name = entry::name(field.key());
        let value = typed.value(&self.integration, stored, field.key());
        let words = || match echo.form.first(&name) {
            Some(typed) => typed.to_owned(),
            None => plain(value.as_ref()),
        };
        let chosen = || match typed.sent {
            true => echo.form.all(&name).filter(|one| !one.is_empty()).map(str::to_owned).collect(),
            false => texts(value.as_ref()),
        };
        let is_on = if typed.sent { echo.form.first(&name) == Some("yes") } else { value == Some(Value::Bool(true)) };
        match &field.kind {
            Kind::Text(kind) if kind.multiline => Input::Text { value: words(), most: kind.max_length },
            Kind::Text(kind) => Input::Line { value: words(), most: kind.max_length, kind: LineKind::Plain },
            Kind::Url(_) => Input::Line { value: words(), most: None, kind: LineKind::Address },
            Kind::HostPort(kind) => {
                Input::Line { value: words(), most: None, kind: LineKind::Host { port: kind.default_port } }
            }
            Kind::Number(kind) => {
                Input::Line { value: words(), most: None, kind: LineKind::Number { unit: kind.unit.clone() } }
            }
            Kind::Secret(_) => Input::Secret { kept: stored.secrets.contains(field.key()) },
            Kind::Enum(kind) => {
                let chosen: Vec<String> = chosen();
                // Offered no more, but valid where it is stored.
                let offered = kind.options.iter().filter(|option| !option.withdrawn || chosen.contains(&option.value));
                let options = offered.map(|option| OptionView {
                    value: option.value.clone(),
                    label: option.label.clone(),
                    help: option.help.clone(),
                    closed: None,
                });
                Input::Choice { options: options.collect(), chosen: chosen.into_iter().next() }
            }
            Kind::Boolean(kind) => {
                Input::Switch { on: is_on, on_text: kind.on_text.clone(), off_text: kind.off_text.clone() }
            }
            Kind::Acknowledgement(_) => Input::Confirmation { on: is_on },
            _ => {
                let chosen: Vec<String> = chosen();
                let many = matches!(field.kind, Kind::MultiRef(_));
                Input::List { list: self.listed(field, stored, typed, echo, &chosen).await, chosen, many }
            }
        }
    }

    async fn listed(&self, field: &Field, stored: &Stored, typed: &Typed, echo: &Echo, chosen: &[String]) -> Listed {
        let Some((source, _)) = choices::source(field) else {
            return Listed::Options { options: Vec::new(), pages: 1, more: false };
        };
        let Some(depends_on) = steps::depends_on(&self.integration, source, &typed.values, &stored.values) else {
            let first = self.integration.manifest.sources.get(source).and_then(|source| source.depends_on.as_deref());
            let first = first.and_then(|field| self.integration.manifest.field(field));
            return Listed::First(first.map(|field| field.common.label.clone()).unwrap_or_default());
        };
        let pages = echo.form.first(&format!("p-{}", field.key())).and_then(|pages| pages.parse().ok()).unwrap_or(1);
        let pages = pages.clamp(1, MOST_PAGES);
        let question = Question { source, depends_on, ids: chosen.to_vec(), pages };
        match choices::list(&self.app, &self.integration, &self.organization, &self.connection, &question).await {
            Ok(page) => Listed::Options {
                options: page.items.into_iter().map(option).collect(),
                pages,
                more: page.next.is_some() && pages < MOST_PAGES,
            },
            Err(error) => {
                tracing::warn!(connection.id = %self.connection.id, %source, %error, "a list was not loaded");
                Listed::Trouble(told(&error))
            }
        }
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
        Ok(ReviewView { locations, account: account.map(|account| account.name), facts, covered, back })
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
                    // The ids say it too, though less well.
                    Listed::Trouble(_) | Listed::First(_) => Vec::new(),
                };
                let name =
                    |id: &String| names.iter().find(|option| option.value == *id).map(|option| option.label.clone());
                FactView::Words(ids.iter().map(|id| name(id).unwrap_or_else(|| id.clone())).collect())
            }
            _ => {
                let words: Vec<String> =
                    texts(value).into_iter().map(|text| label(field, &text).unwrap_or(text)).collect();
                if words.is_empty() { FactView::Nothing } else { FactView::Words(words) }
            }
        }
    }

    /// With which choices a field is asked, as far as it can be said in a line.
    fn words(&self, condition: &Condition) -> Vec<(String, Vec<String>)> {
        let values = |field: &str, values: &[Value]| {
            let Some(field) = self.integration.manifest.field(field) else { return Vec::new() };
            let words = values.iter().map(|value| {
                let text = plain(Some(value));
                label(field, &text).unwrap_or(text)
            });
            vec![(field.common.label.clone(), words.collect())]
        };
        match condition {
            Condition::Equals { field, value } | Condition::Contains { field, value } => {
                values(field, std::slice::from_ref(value))
            }
            Condition::In { field, values: any } => values(field, any),
            Condition::All(inner) => inner.iter().flat_map(|inner| self.words(inner)).collect(),
            Condition::Any(_) | Condition::Not(_) => Vec::new(),
        }
    }
}

/// What is in a form already, for lists that depend on other fields.
#[derive(Default)]
struct Typed {
    values: Map<String, Value>,
    /// Whether the form was sent at all.
    sent: bool,
}

impl Typed {
    fn of(fields: &[&Field], echo: &Echo) -> Self {
        let sent = !echo.form.0.is_empty();
        let mut values = Map::new();
        for field in fields.iter().filter(|_| sent) {
            if let Ok(Entry::Value(value)) = entry::judge(field, &echo.form, false) {
                values.insert(field.key().to_owned(), value);
            }
        }
        Self { values, sent }
    }

    fn value(&self, integration: &Integration, stored: &Stored, field: &str) -> Option<Value> {
        steps::effective(integration, &self.values, &stored.values, field).filter(|value| !value.is_null()).cloned()
    }
}

fn option(item: OptionItem) -> OptionView {
    OptionView { value: item.id, label: item.name, help: item.description, closed: item.disabled }
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
