//! The fields of a step as they are shown: typed, stored, or listed by the partner system.

use app::ports::{FieldView, Input, LineKind, Listed, OptionView, PartnerTrouble, Words};
use serde_json::{Map, Value};

use super::{SetUp, plain, texts};
use crate::domain::entry::{self, Echo, Entry};
use crate::manifest::Integration;
use crate::manifest::condition::Condition;
use crate::manifest::field::Field;
use crate::manifest::kind::Kind;
use crate::services::answers::{About, Unanswered};
use crate::services::choices::{self, MOST_PAGES, Question};
use crate::services::steps::{self, Stored, told};
use crate::upstream::partner::OptionItem;

/// Nobody looks through more, and browsers become slow.
const MOST_SHOWN: usize = 1_000;
/// Longer texts are no names.
const MOST_SEARCHED: usize = 200;

impl SetUp {
    pub(super) async fn fields(&self, fields: &[&Field], stored: &Stored, echo: &Echo) -> Vec<FieldView> {
        let (typed, speech) = (Typed::of(fields, echo), self.speech());
        let mut views = Vec::new();
        for field in fields {
            let key = field.key();
            let value = steps::effective(&self.integration, &Map::new(), &stored.values, key).cloned();
            let is_fact = matches!(field.kind, Kind::Info(_)) && value.is_some();
            // Buttons and files belong to settings.
            if !field.kind.has_value() && !is_fact {
                continue;
            }
            views.push(FieldView {
                key: key.to_owned(),
                label: speech.label(key),
                help: speech.maybe(&format!("fields.{key}.help"), field.common.help.as_ref()),
                required: field.common.required,
                only_with: field.common.visible_when.as_ref().map(|when| self.words(when)).unwrap_or_default(),
                locks: field.common.locked_after.as_deref() == Some(steps::CONNECTED),
                input: match steps::is_fixed(&self.integration, stored, field, self.connection.finished_at.is_some()) {
                    fixed if fixed || is_fact => Input::Fixed(self.fact(field, value.as_ref(), stored).await),
                    _ if entry::is_askable(field) => self.input(field, stored, &typed, echo).await,
                    _ => Input::Later(self.fact(field, value.as_ref(), stored).await),
                },
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
        let said = |part: &str, original: Option<&String>| {
            self.speech().maybe(&format!("fields.{}.{part}", field.key()), original)
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
                    label: self.option(field, &option.value).unwrap_or_default(),
                    help: said(&format!("options.{}.help", option.value), option.help.as_ref()),
                    closed: None,
                });
                Input::Choice { options: options.collect(), chosen: chosen.into_iter().next() }
            }
            Kind::Boolean(kind) => {
                let (on_text, off_text) =
                    (said("on_text", kind.on_text.as_ref()), said("off_text", kind.off_text.as_ref()));
                Input::Switch { on: is_on, on_text, off_text }
            }
            Kind::Acknowledgement(_) => Input::Confirmation { on: is_on },
            _ => {
                let chosen: Vec<String> = chosen();
                let many = matches!(field.kind, Kind::MultiRef(_));
                let list = self.listed(field, stored, typed, echo, &chosen).await;
                Input::List { list, chosen, many, search: self.search(field, echo) }
            }
        }
    }

    pub(super) async fn listed(
        &self,
        field: &Field,
        stored: &Stored,
        typed: &Typed,
        echo: &Echo,
        chosen: &[String],
    ) -> Listed {
        let Some((source, _)) = choices::source(field) else {
            return Listed::Options { options: Vec::new(), pages: 1, more: false, cut: None };
        };
        let Some(depends_on) = steps::depends_on(&self.integration, source, &typed.values, &stored.values) else {
            let first = self.integration.manifest.sources.get(source).and_then(|source| source.depends_on.as_deref());
            let first = first.and_then(|field| self.integration.manifest.field(field));
            return Listed::First(first.map(|field| self.speech().label(field.key())).unwrap_or_default());
        };
        let pages = echo.form.first(&format!("p-{}", field.key())).and_then(|pages| pages.parse().ok()).unwrap_or(1);
        let pages = pages.clamp(1, MOST_PAGES);
        let search = self.search(field, echo);
        let question = Question {
            source,
            location: None,
            depends_on,
            search: search.as_deref().filter(|search| !search.is_empty()),
            ids: chosen.to_vec(),
            pages,
            anew: echo.form.first("act") == Some("refresh"),
        };
        match choices::list(&self.app, self.about(), &question).await {
            Ok(page) => {
                let (shown, rest) = page.items.split_at(page.items.len().min(MOST_SHOWN));
                // What is chosen is shown in any case, or it would be gone with the next press of a button.
                let chosen = rest.iter().filter(|item| chosen.contains(&item.id));
                Listed::Options {
                    options: shown.iter().chain(chosen).cloned().map(option).collect(),
                    pages,
                    more: page.next.is_some() && pages < MOST_PAGES,
                    cut: (!rest.is_empty()).then_some(shown.len()),
                }
            }
            Err(Unanswered::Partner(error)) => {
                tracing::warn!(connection.id = %self.connection.id, %source, %error, "a list was not loaded");
                Listed::Trouble(told(&error))
            }
            Err(Unanswered::Ours(error)) => {
                tracing::error!(connection.id = %self.connection.id, %source, %error, "a list was not loaded");
                Listed::Trouble(PartnerTrouble::NoAnswer)
            }
        }
    }

    pub(super) fn about(&self) -> About<'_> {
        About { integration: &self.integration, organization: &self.organization, connection: &self.connection }
    }

    /// What is looked for in the list of a field; none when the partner system cannot search it.
    fn search(&self, field: &Field, echo: &Echo) -> Option<String> {
        let (source, _) = choices::source(field)?;
        let searchable = self.integration.manifest.sources.get(source).is_some_and(|source| source.searchable);
        let typed = echo.form.first(&format!("q-{}", field.key())).unwrap_or_default().trim();
        let short: String = typed.chars().filter(|one| !one.is_control()).take(MOST_SEARCHED).collect();
        searchable.then_some(short)
    }

    /// With which choices a field is asked, as far as it can be said in a line.
    fn words(&self, condition: &Condition) -> Vec<(Words, Vec<Words>)> {
        let values = |field: &str, values: &[Value]| {
            let Some(field) = self.integration.manifest.field(field) else { return Vec::new() };
            let words = values.iter().map(|value| {
                let text = plain(Some(value));
                self.option(field, &text).unwrap_or_else(|| Words::new(text))
            });
            vec![(self.speech().label(field.key()), words.collect())]
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
pub(super) struct Typed {
    values: Map<String, Value>,
    /// Whether the form was sent at all.
    sent: bool,
}

impl Typed {
    fn of(fields: &[&Field], echo: &Echo) -> Self {
        let sent = !echo.form.0.is_empty();
        let mut values = Map::new();
        for field in fields.iter().filter(|field| sent && entry::is_askable(field)) {
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
    let (label, help) = (Words::new(item.name), item.description.map(Words::new));
    OptionView { value: item.id, label, help, closed: item.disabled }
}
