//! Values to read.

use app::forms::Path as At;
use app::ports::{Gone, LanguageName, NameView, SecretView, Shown, Unit, Weekday, Words};
use serde_json::Value;

use super::build::Builder;
use super::controls::{period, way};
use super::words::name;
use crate::domain::settings::typed::{bits, bytes, empty, plain};
use crate::manifest::field::Choice;
use crate::manifest::kind::Kind;
use crate::manifest::kind::units::Direction;

impl Builder<'_> {
    /// A value in words. `base` is where the manifest's translations have its texts.
    pub(super) fn shown(&self, kind: &Kind, base: &str, empty_means: Option<&Words>, value: &Value) -> Shown {
        if value.is_null() {
            return match empty_means {
                Some(means) => Shown::Empty(Some(means.clone())),
                None => Shown::Nothing,
            };
        }
        if empty(value) {
            return Shown::Empty(empty_means.cloned());
        }
        self.readable(kind, base, value).unwrap_or(Shown::Unreadable)
    }

    fn readable(&self, kind: &Kind, base: &str, value: &Value) -> Option<Shown> {
        let list = || value.as_array();
        let number = |unit: Option<&str>, factor: f64, zero: Option<&String>| {
            let number = value.as_f64()? * factor;
            let zero = zero.filter(|_| number == 0.0);
            Some(Shown::Number {
                value: format!("{}", (number * 1e9).round() / 1e9),
                unit: unit.map(|unit| Unit(unit.to_owned())),
                zero_means: self.speech.maybe(&format!("{base}.zero_means"), zero),
            })
        };
        Some(match kind {
            Kind::Boolean(kind) => {
                let on = value.as_bool()?;
                let words = if on { kind.on_text.as_ref() } else { kind.off_text.as_ref() };
                let key = if on { "on_text" } else { "off_text" };
                Shown::Switch { on, words: self.speech.maybe(&format!("{base}.{key}"), words) }
            }
            Kind::Acknowledgement(_) => Shown::Confirmed(value.as_bool()?),
            Kind::Enum(kind) => Shown::Names(vec![self.named(base, &kind.options, kind.source.as_deref(), value)?]),
            Kind::Ref(kind) => Shown::Names(vec![self.named(base, &[], Some(&kind.source), value)?]),
            Kind::MultiEnum(kind) => self.names_of(base, &kind.options, kind.source.as_deref(), list()?)?,
            Kind::MultiRef(kind) => self.names_of(base, &[], Some(&kind.source), list()?)?,
            Kind::PriorityList(kind) => self.names_of(base, &kind.options, kind.source.as_deref(), list()?)?,
            Kind::AnyAll(kind) => {
                let items = value.get("items")?.as_array()?;
                let Shown::Names(items) = self.names_of(base, &kind.options, kind.source.as_deref(), items)? else {
                    return None;
                };
                Shown::AnyAll { all: value.get("operator").and_then(Value::as_str) == Some("all"), items }
            }
            Kind::Number(kind) => return number(kind.unit.as_deref(), 1.0, kind.zero_means.as_ref()),
            Kind::Percent(kind) => return number(Some("%"), 1.0, kind.zero_means.as_ref()),
            Kind::Duration(kind) => return number(Some(kind.unit.as_str()), 1.0, kind.zero_means.as_ref()),
            Kind::Rate(kind) => {
                let factor = kind.stored_unit.map_or(1.0, |stored| bits(stored) / bits(kind.unit));
                return number(Some(kind.unit.as_str()), factor, kind.zero_means.as_ref());
            }
            Kind::DataSize(kind) => {
                let factor = kind.stored_unit.map_or(1.0, |stored| bytes(stored) / bytes(kind.unit));
                return number(Some(kind.unit.as_str()), factor, kind.zero_means.as_ref());
            }
            Kind::Money(kind) => {
                let here = self.location().and_then(|location| location.currency.clone());
                let fixed = (kind.currency != "location").then(|| kind.currency.clone());
                match value {
                    Value::Object(amounts) => Shown::Money(
                        amounts.iter().map(|(currency, amount)| (currency.clone(), Some(plain(amount)))).collect(),
                    ),
                    one => match fixed.or(here) {
                        Some(currency) => Shown::Money(vec![(currency, Some(plain(one)))]),
                        None => Shown::Money(
                            self.currencies.iter().map(|currency| (currency.clone(), Some(plain(one)))).collect(),
                        ),
                    },
                }
            }
            Kind::TimeOfDay(kind) => {
                Shown::Time { value: value.as_str()?.to_owned(), zone: self.zone(&kind.time_zone) }
            }
            Kind::Date(_) => Shown::Day(value.as_str()?.to_owned()),
            Kind::DateRanges(_) => Shown::Periods(list()?.iter().filter_map(period).collect()),
            Kind::NumberList(kind) => Shown::Numbers {
                values: list()?.iter().map(plain).collect(),
                unit: kind.unit.as_ref().map(|unit| Unit(unit.clone())),
            },
            Kind::StringList(_) | Kind::EmailList(_) => {
                Shown::Names(list()?.iter().map(|one| name(plain(one))).collect())
            }
            Kind::WeeklySchedule(_) => {
                let week = value.as_object()?;
                let day = |day: Weekday| {
                    let spans = week.get(day.slug()).and_then(Value::as_array);
                    (day, spans.into_iter().flatten().filter_map(period).collect())
                };
                Shown::Schedule(Weekday::ALL.into_iter().map(day).collect())
            }
            Kind::Template(kind) if kind.localized => match value {
                Value::Object(texts) => {
                    Shown::Languages(texts.iter().map(|(tag, text)| (LanguageName::of(tag), plain(text))).collect())
                }
                // One language of it.
                one => Shown::Text(one.as_str()?.to_owned()),
            },
            Kind::Text(_) | Kind::Template(_) | Kind::Url(_) | Kind::HostPort(_) => {
                Shown::Text(value.as_str()?.to_owned())
            }
            Kind::List(kind) => {
                let label = |thing: &Value| {
                    let by_label = kind.item_label.as_ref().and_then(|label| thing.get(label)?.as_str());
                    by_label.or_else(|| thing.get("id")?.as_str()).unwrap_or_default().to_owned()
                };
                Shown::Names(list()?.iter().map(|thing| name(label(thing))).collect())
            }
            Kind::PropertyMap(kind) => {
                let pair = |pair: &Value| {
                    let side = |side: &str, source: &str| self.named(base, &[], Some(source), pair.get(side)?);
                    let direction = pair.get("direction").and_then(Value::as_str).and_then(Direction::from_word)?;
                    Some((side("left", &kind.left)?, way(direction), side("right", &kind.right)?))
                };
                Shown::Pairs(list()?.iter().filter_map(pair).collect())
            }
            Kind::Map(_) | Kind::Table(_) => Shown::Rows(value.as_object()?.len()),
            Kind::Secret(_) => Shown::Secret(SecretView { is_set: true, ..SecretView::default() }),
            Kind::Info(_) | Kind::Artifact(_) | Kind::Action(_) => return None,
        })
    }

    fn names_of(&self, base: &str, options: &[Choice], source: Option<&str>, list: &[Value]) -> Option<Shown> {
        let names: Option<Vec<NameView>> = list.iter().map(|one| self.named(base, options, source, one)).collect();
        Some(Shown::Names(names?))
    }

    fn named(&self, base: &str, options: &[Choice], source: Option<&str>, value: &Value) -> Option<NameView> {
        let id = value.as_str()?;
        let Some(source) = source else {
            let option = options.iter().find(|option| option.value == id);
            return Some(match option {
                Some(option) => {
                    NameView { name: self.speech.say(&format!("{base}.options.{id}"), &option.label), gone: None }
                }
                None if options.is_empty() => name(id),
                None => NameView { name: Words::new(id), gone: Some(Gone::Missing) },
            });
        };
        Some(self.entity_name(source, id))
    }

    /// An entity by name, marked where it leads nowhere.
    pub(super) fn entity_name(&self, source: &str, id: &str) -> NameView {
        if let Some(own) = self.own_list(source) {
            return match own.iter().find(|entity| entity.id == id) {
                Some(entity) => name(&entity.name),
                None => NameView { name: Words::new(id), gone: Some(Gone::Missing) },
            };
        }
        let listed = self.scene.lists.of(self.scene.manifest(), source, &self.settings);
        match listed.and_then(|list| list.entities.iter().find(|entity| entity.id == id)) {
            Some(entity) => {
                NameView { name: Words::new(&entity.name), gone: entity.archived.then_some(Gone::Archived) }
            }
            None => {
                let choice = self.gone(source, id);
                NameView { name: choice.label, gone: choice.gone }
            }
        }
    }

    /// Items that a list at a location inherits.
    pub(super) fn inherited(&self, at: &At) -> Vec<Value> {
        if self.location().is_none() || !at.inside.is_empty() {
            return Vec::new();
        }
        let Some(field) = self.scene.manifest().field(&at.field) else { return Vec::new() };
        if field.override_mode() != crate::manifest::field::Override::Union {
            return Vec::new();
        }
        self.organization.value(&at.field).and_then(Value::as_array).cloned().unwrap_or_default()
    }
}
