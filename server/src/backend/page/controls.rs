//! A control for each kind, filled in from entries: what was typed, or what a stored value would post.

use std::sync::Arc;

use app::forms::Path as At;
use app::ports::{
    AmountView, ChoiceView, Control, DayView, Direction as Way, ItemView, Limits, LineKind as Line, LinesKind,
    ListView, Mistake, PairView, Placeholders, ThingView, Unit, Weekday,
};
use serde_json::{Map, Value};

use super::build::Builder;
use crate::domain::settings::entries::Entries;
use crate::domain::settings::typed::typed;
use crate::manifest::kind::units::{Direction, LineKind, Unlisted};
use crate::manifest::kind::{Kind, List, Template};

fn shown(number: Option<f64>) -> Option<String> {
    number.map(|number| number.to_string())
}

impl Builder<'_> {
    /// The control at a path. `base` is where the manifest's translations have its texts.
    pub(super) fn control(&self, kind: &Kind, base: &str, at: &At, entries: &Entries) -> Control {
        let text = || entries.text(at).to_owned();
        let all = || entries.all(at).to_vec();
        let limits = |least, most, whole, zero: Option<&String>| Limits {
            least: shown(least),
            most: shown(most),
            whole,
            zero_means: self.speech.maybe(&format!("{base}.zero_means"), zero),
        };
        let unit = |unit: &str| Some(Unit(unit.to_owned()));
        match kind {
            Kind::Boolean(kind) => Control::Switch {
                on: entries.text(at) == "on",
                on_text: self.speech.maybe(&format!("{base}.on_text"), kind.on_text.as_ref()),
                off_text: self.speech.maybe(&format!("{base}.off_text"), kind.off_text.as_ref()),
            },
            Kind::Acknowledgement(_) => Control::Confirmation { on: entries.text(at) == "yes" },
            Kind::Enum(kind) => {
                let chosen: Vec<String> = all().into_iter().filter(|one| !one.is_empty()).collect();
                let list = self.choices(base, &kind.options, kind.source.as_deref(), at, &chosen);
                Control::One { list, clearable: chosen.is_empty(), chosen: chosen.into_iter().next() }
            }
            Kind::Ref(kind) => {
                let chosen: Vec<String> = all().into_iter().filter(|one| !one.is_empty()).collect();
                let list = self.list(&kind.source, at, &chosen);
                Control::One { list, clearable: true, chosen: chosen.into_iter().next() }
            }
            Kind::MultiEnum(kind) => Control::Several {
                list: self.choices(base, &kind.options, kind.source.as_deref(), at, &all()),
                chosen: all(),
                least: kind.min_items,
                most: kind.max_items,
            },
            Kind::MultiRef(kind) => Control::Several {
                list: self.list(&kind.source, at, &all()),
                chosen: all(),
                least: kind.min_items,
                most: kind.max_items,
            },
            Kind::Number(kind) => Control::Number {
                value: text(),
                unit: kind.unit.as_deref().and_then(unit),
                limits: limits(kind.min, kind.max, kind.integer, kind.zero_means.as_ref()),
            },
            Kind::Duration(kind) if kind.units.len() > 1 => Control::Length {
                value: text(),
                unit: entries.part(at, "unit").unwrap_or(kind.unit.as_str()).to_owned(),
                units: kind.units.iter().map(|unit| Unit(unit.as_str().to_owned())).collect(),
                limits: limits(kind.min, kind.max, false, kind.zero_means.as_ref()),
            },
            Kind::Duration(kind) => Control::Number {
                value: text(),
                unit: unit(kind.unit.as_str()),
                limits: limits(kind.min, kind.max, false, kind.zero_means.as_ref()),
            },
            Kind::Rate(kind) => Control::Number {
                value: text(),
                unit: unit(kind.unit.as_str()),
                limits: limits(kind.min, kind.max, false, kind.zero_means.as_ref()),
            },
            Kind::DataSize(kind) => Control::Number {
                value: text(),
                unit: unit(kind.unit.as_str()),
                limits: limits(kind.min, kind.max, false, kind.zero_means.as_ref()),
            },
            Kind::Percent(kind) => Control::Number {
                value: text(),
                unit: unit("%"),
                limits: limits(kind.min.or(Some(0.0)), kind.max.or(Some(100.0)), false, kind.zero_means.as_ref()),
            },
            Kind::Money(kind) => {
                let fixed = (kind.currency != "location").then_some(&kind.currency);
                let here = self.location().and_then(|location| location.currency.as_ref());
                let amount = |currency: &String| AmountView {
                    currency: currency.clone(),
                    value: entries.part(at, currency).unwrap_or_default().to_owned(),
                    locations: self.location().is_none().then(|| {
                        let with = |one: &&crate::domain::settings::tenant::Location| {
                            fixed.is_some() || one.currency.as_ref() == Some(currency)
                        };
                        self.scene.tenant.locations.iter().filter(with).count()
                    }),
                };
                let amounts = match fixed.or(here) {
                    Some(one) => vec![amount(one)],
                    None => self.currencies.iter().map(amount).collect(),
                };
                let limit = |limit: &Option<crate::manifest::scalar::Amount>| {
                    limit.as_ref().map(|limit| limit.as_str().to_owned())
                };
                Control::Money { amounts, least: limit(&kind.min), most: limit(&kind.max) }
            }
            Kind::Text(kind) if kind.multiline => {
                Control::Text { value: text(), most: kind.max_length, bytes: kind.max_bytes }
            }
            Kind::Text(kind) => Control::Line {
                value: text(),
                kind: Line::Plain,
                most: kind.max_length,
                bytes: kind.max_bytes,
                example: self.speech.maybe(&format!("{base}.example"), kind.example.as_ref()).map(|words| words.text),
            },
            Kind::Url(_) => {
                Control::Line { value: text(), kind: Line::Address, most: None, bytes: None, example: None }
            }
            Kind::HostPort(kind) => Control::Line {
                value: text(),
                kind: Line::Host { port: kind.default_port },
                most: None,
                bytes: None,
                example: None,
            },
            Kind::Template(kind) => Control::Template {
                value: text(),
                single_line: kind.single_line,
                most: kind.max_length,
                placeholders: placeholders(kind),
            },
            Kind::TimeOfDay(kind) => Control::Time { value: text(), zone: self.zone(&kind.time_zone) },
            Kind::Date(kind) => Control::Day {
                value: text(),
                first: kind.not_before.map(|day| day.to_string()),
                last: kind.not_after.map(|day| day.to_string()),
            },
            Kind::WeeklySchedule(kind) => Control::Schedule {
                days: Weekday::ALL
                    .into_iter()
                    .map(|day| DayView { day, spans: spans(&at.at(day.slug()), entries) })
                    .collect(),
                zone: self.zone(&kind.time_zone),
                overnight: kind.allow_overnight,
            },
            Kind::DateRanges(kind) => Control::Periods {
                own: spans(at, entries),
                inherited: self.inherited(at).iter().filter_map(period).collect(),
                first: kind.not_before.map(|day| day.to_string()),
                last: kind.not_after.map(|day| day.to_string()),
                most: kind.max_items,
            },
            Kind::NumberList(kind) => Control::Numbers {
                values: all(),
                unit: kind.unit.as_deref().and_then(unit),
                limits: limits(kind.min, kind.max, kind.integer, None),
                most: kind.max_items,
            },
            Kind::StringList(kind) => self.lines(at, entries, lines_kind(kind.item.kind), kind.max_items),
            Kind::EmailList(kind) => self.lines(at, entries, LinesKind::Mail, kind.max_items),
            Kind::AnyAll(kind) => {
                let items = match &kind.item {
                    Some(item) => self.lines(at, entries, lines_kind(item.kind), kind.max_items),
                    None => Control::Several {
                        list: self.choices(base, &kind.options, kind.source.as_deref(), at, &all()),
                        chosen: all(),
                        least: kind.min_items,
                        most: kind.max_items,
                    },
                };
                Control::AnyAll { all: entries.part(at, "operator") == Some("all"), items: Box::new(items) }
            }
            Kind::PriorityList(kind) => {
                let list = self.choices(base, &kind.options, kind.source.as_deref(), at, &all());
                let of = |id: &String| list.options.iter().find(|option| option.value == *id).cloned();
                let listed: Vec<ChoiceView> = all().iter().filter_map(of).collect();
                let rest = list.options.iter().filter(|option| !all().contains(&option.value)).cloned().collect();
                let left_out = kind.unlisted == Unlisted::LeftOut;
                Control::Order { listed, rest, list: list.state.clone(), left_out }
            }
            Kind::List(kind) => self.things(kind, base, at, entries),
            Kind::PropertyMap(kind) => {
                let pair = |place: &String| {
                    let at = at.at(place);
                    let part = |part| entries.part(&at, part).unwrap_or_default().to_owned();
                    let some = |text: String| Some(text).filter(|text| !text.is_empty());
                    PairView {
                        left: some(part("left")),
                        right: some(part("right")),
                        direction: Direction::from_word(&part("direction")).map(way),
                        values: part("values"),
                    }
                };
                let pairs: Vec<PairView> = all().iter().map(pair).collect();
                let side = |pick: fn(&PairView) -> Option<&String>| pairs.iter().filter_map(pick).cloned().collect();
                let (left, right): (Vec<String>, Vec<String>) =
                    (side(|pair| pair.left.as_ref()), side(|pair| pair.right.as_ref()));
                let directions = match kind.directions.as_slice() {
                    [] => vec![Way::ToPartner, Way::ToOfficeRnd, Way::Both],
                    some => some.iter().copied().map(way).collect(),
                };
                Control::Pairs {
                    left: self.list(&kind.left, at, &left),
                    right: self.list(&kind.right, at, &right),
                    pairs,
                    directions,
                    pairs_values: kind.map_values,
                    most: kind.max_items,
                }
            }
            Kind::Secret(kind) => Control::Secret {
                state: self.secret(at),
                can_make: kind.generate,
                asks_expiry: kind.expires,
                least: kind.min_length,
                most: kind.max_length,
                overlap_hours: kind.rotate_overlap_hours,
            },
            Kind::Map(_) | Kind::Table(_) | Kind::Info(_) | Kind::Artifact(_) | Kind::Action(_) => {
                Control::Line { value: text(), kind: Line::Plain, most: None, bytes: None, example: None }
            }
        }
    }

    pub(super) fn choices(
        &self,
        base: &str,
        options: &[crate::manifest::field::Choice],
        source: Option<&str>,
        at: &At,
        chosen: &[String],
    ) -> Arc<ListView> {
        match source {
            Some(source) => self.list(source, at, chosen),
            None => self.options(base, options, chosen),
        }
    }

    fn lines(&self, at: &At, entries: &Entries, kind: LinesKind, most: Option<u32>) -> Control {
        let inherited = self.inherited(at);
        Control::Lines {
            values: entries.text(at).lines().map(str::to_owned).collect(),
            kind,
            inherited: inherited.iter().filter_map(|line| line.as_str().map(str::to_owned)).collect(),
            most,
        }
    }

    fn things(&self, kind: &List, base: &str, at: &At, entries: &Entries) -> Control {
        let things = entries.all(at).iter().filter_map(|place| place.parse::<usize>().ok()).map(|place| {
            let at = at.at(place.to_string());
            let values: Map<String, Value> = kind
                .item
                .iter()
                .filter_map(|item| {
                    let value = typed(&item.kind, &at.at(item.key()), entries, self.typing()).ok()?;
                    Some((item.key().to_owned(), value))
                })
                .collect();
            let name = kind.item_label.as_ref().and_then(|label| values.get(label)?.as_str());
            let fields = kind.item.iter().map(|item| {
                let path = at.at(item.key());
                let base = format!("{base}.item.{}", item.key());
                let mistakes = self.wrong.iter().filter(|wrong| wrong.name.as_deref() == Some(path.name().as_str()));
                ItemView {
                    label: self.speech.say(&format!("{base}.label"), &item.common.label),
                    help: self.speech.maybe(&format!("{base}.help"), item.common.help.as_ref()),
                    required: item.common.required,
                    only_when: item.common.visible_when.as_ref().map(|when| self.speech.condition(when)),
                    control: self.control(&item.kind, &base, &path, entries),
                    mistakes: mistakes.map(|wrong| wrong.mistake.clone()).collect::<Vec<Mistake>>(),
                    path,
                }
            });
            ThingView { place, name: name.filter(|name| !name.is_empty()).map(str::to_owned), fields: fields.collect() }
        });
        Control::Things { things: things.collect(), least: kind.min_items, most: kind.max_items }
    }

    pub(super) fn zone(&self, zone: &str) -> String {
        if zone != "location" {
            return zone.to_owned();
        }
        let only = match self.scene.tenant.locations.as_slice() {
            [only] => Some(only),
            _ => None,
        };
        let here = self.location().or(only);
        here.and_then(|location| location.time_zone.clone()).unwrap_or_default()
    }
}

pub(super) fn placeholders(kind: &Template) -> Placeholders {
    Placeholders { known: kind.placeholders.clone(), must_contain_one: kind.must_contain_one.clone() }
}

/// Spans as they were typed, empty ones too.
fn spans(at: &At, entries: &Entries) -> Vec<(String, String)> {
    let part = |at: &At, part| entries.part(at, part).unwrap_or_default().to_owned();
    entries
        .places(at)
        .into_iter()
        .map(|place| {
            let at = at.at(place.to_string());
            (part(&at, "from"), part(&at, "to"))
        })
        .collect()
}

pub(super) fn period(value: &Value) -> Option<(String, String)> {
    Some((value.get(0)?.as_str()?.to_owned(), value.get(1)?.as_str()?.to_owned()))
}

fn lines_kind(kind: LineKind) -> LinesKind {
    match kind {
        LineKind::Text => LinesKind::Text,
        LineKind::Email => LinesKind::Mail,
        LineKind::Domain => LinesKind::Domain,
        LineKind::Cidr => LinesKind::Network,
        LineKind::Url => LinesKind::Address,
    }
}

pub(super) fn way(direction: Direction) -> Way {
    match direction {
        Direction::ToPartner => Way::ToPartner,
        Direction::ToOfficeRnd => Way::ToOfficeRnd,
        Direction::Both => Way::Both,
    }
}
