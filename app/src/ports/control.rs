//! What a setting is changed with: one control for each kind of field, filled with what is in force or was typed.
//!
//! Each says how it posts; `P` is the control's [`Path`](crate::forms::Path), [`forms`](crate::forms) has the rest.

use std::sync::Arc;

use super::{DayView, LanguageName, LineKind, Mistake, PartnerTrouble, SettingBody};
use crate::forms::Path;

/// A text of the partner's manifest, or a name from outside.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Words {
    pub text: String,
    /// The language it is in, where that is not the page's: a text the partner has not translated. None for names.
    pub lang: Option<String>,
}

impl Words {
    pub fn new(text: impl Into<String>) -> Self {
        Words { text: text.into(), lang: None }
    }
}

/// Numbers are decimal with a point, amounts too, days `YYYY-MM-DD`, times `HH:MM`, however they are shown. What was
/// typed and cannot be read stands as it was typed.
#[derive(Debug, Clone, PartialEq)]
pub enum Control {
    /// `f.P` is `on`, or nothing when it is off. At a location that may follow the organization: three radio buttons
    /// with `inherit`, `on`, `off`, which is chosen in `chosen` with none for `inherit`.
    Switch {
        on: bool,
        on_text: Option<Words>,
        off_text: Option<Words>,
    },
    ThreeWay {
        chosen: Option<bool>,
        inherited: bool,
        on_text: Option<Words>,
        off_text: Option<Words>,
    },
    /// One of a list: `f.P` is its value, empty for none. `clearable`: none can be chosen.
    One {
        list: Arc<ListView>,
        chosen: Option<String>,
        clearable: bool,
    },
    /// Several of a list: `f.P` repeated.
    Several {
        list: Arc<ListView>,
        chosen: Vec<String>,
        least: Option<u32>,
        most: Option<u32>,
    },
    /// `f.P` is the number as typed, in the unit that is shown.
    Number {
        value: String,
        unit: Option<Unit>,
        limits: Limits,
    },
    /// A number whose unit can be chosen: `f.P` and `f.P:unit`.
    Length {
        value: String,
        unit: String,
        units: Vec<Unit>,
        limits: Limits,
    },
    /// `f.P:EUR` for each currency; one at a location, one for each currency of the locations at the organization.
    Money {
        amounts: Vec<AmountView>,
        least: Option<String>,
        most: Option<String>,
    },
    /// One line: `f.P`.
    Line {
        value: String,
        kind: LineKind,
        most: Option<u32>,
        bytes: Option<u32>,
        example: Option<String>,
    },
    /// Several lines: `f.P`.
    Text {
        value: String,
        most: Option<u32>,
        bytes: Option<u32>,
    },
    /// A text with placeholders: `f.P`.
    Template {
        value: String,
        single_line: bool,
        most: Option<u32>,
        placeholders: Placeholders,
    },
    /// One text a language: each has the path `P.<language>` with its own `own`, `see` and `reset`, and posts `f.P.<language>`.
    /// A language is added with `f.P:add` and the button `add:P`, which opens it as own and empty.
    Templates {
        texts: Vec<LanguageView>,
        single_line: bool,
        most: Option<u32>,
        placeholders: Placeholders,
        more: Vec<LanguageName>,
    },
    /// Write-only. `f.P` is a new one, empty to keep what there is; `f.P:make` is `yes` to make one up; `f.P:expires`
    /// is a day, where `expires` says that one is asked for. Removed by the button `reset:P`.
    Secret {
        state: SecretView,
        can_make: bool,
        asks_expiry: bool,
        least: Option<u32>,
        most: Option<u32>,
        overlap_hours: Option<u32>,
    },
    /// `f.P` is `yes` when it is confirmed.
    Confirmation {
        on: bool,
    },
    /// `f.P`; the zone is named beside it.
    Time {
        value: String,
        zone: String,
    },
    Day {
        value: String,
        first: Option<String>,
        last: Option<String>,
    },
    /// `f.P.mon.0:from` and `f.P.mon.0:to`; both empty is no span. `add:P.mon`, `drop:P.mon.0`.
    Schedule {
        days: Vec<DayView>,
        zone: String,
        overnight: bool,
    },
    /// `f.P.0:from` and `f.P.0:to`; both empty is none. `add:P`, `drop:P.0`. `inherited` come from the organization
    /// and stay.
    Periods {
        own: Vec<(String, String)>,
        inherited: Vec<(String, String)>,
        first: Option<String>,
        last: Option<String>,
        most: Option<u32>,
    },
    /// `f.P` repeated; empty ones do not count. `add:P`, `drop:P.0`.
    Numbers {
        values: Vec<String>,
        unit: Option<Unit>,
        limits: Limits,
        most: Option<u32>,
    },
    /// `f.P` with one a line; empty lines do not count. `inherited` come from the organization and stay.
    Lines {
        values: Vec<String>,
        kind: LinesKind,
        inherited: Vec<String>,
        most: Option<u32>,
    },
    /// `f.P:operator` is `any` or `all`; the items post as the control inside does, under the same `P`.
    AnyAll {
        all: bool,
        items: Box<Control>,
    },
    /// `f.P` repeated, the first wins. `up:P.<id>`, `down:P.<id>`, `drop:P.<id>`, and `add:P` for the one in `f.P:add`.
    Order {
        listed: Vec<ChoiceView>,
        rest: Vec<ChoiceView>,
        list: ListState,
        left_out: bool,
    },
    /// Things with fields: each field has the path `P.<place>.<key>`. `own`, `see` and `reset` name `P` alone; which
    /// things there are is said by `f.P` repeated with `0`, `1`, … in their order. `add:P`, `drop:P.0`, `up:P.0`, `down:P.0`.
    Things {
        things: Vec<ThingView>,
        least: Option<u32>,
        most: Option<u32>,
    },
    /// `f.P` repeated with `0`, `1`, …; of each `f.P.0:left`, `:right`, `:direction` and, with `pairs_values`, `:values`
    /// with lines `left = right`. `add:P`, `drop:P.0`.
    Pairs {
        pairs: Vec<PairView>,
        left: Arc<ListView>,
        right: Arc<ListView>,
        directions: Vec<Direction>,
        pairs_values: bool,
        most: Option<u32>,
    },
}

/// What stands behind a number. Known units have words in the catalogue (`min`, `h`, `d`, `%`, `Mbit/s`, …).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit(pub String);

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Limits {
    pub least: Option<String>,
    pub most: Option<String>,
    pub whole: bool,
    pub zero_means: Option<Words>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AmountView {
    /// A code like `EUR`.
    pub currency: String,
    /// Empty where none was entered.
    pub value: String,
    /// At how many locations it counts; only told at the organization.
    pub locations: Option<usize>,
}

/// Options to choose from.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ListView {
    /// What was chosen and is not there any more stands among them with [`ChoiceView::gone`].
    pub options: Vec<ChoiceView>,
    pub state: ListState,
    /// What is looked for; none when the list cannot be searched on the server.
    pub search: Option<String>,
    pub pages: u32,
    /// There are more pages.
    pub more: bool,
    /// There are more than so many, and only these are shown.
    pub cut: Option<usize>,
    /// Where new ones are made, in a word: the partner's name or OfficeRnD. None for options of the manifest.
    pub made_in: Option<String>,
    /// Can be fetched again.
    pub can_refresh: bool,
}

#[derive(Debug, Clone, PartialEq, Default)]
pub enum ListState {
    /// Of the manifest, of the settings themselves, or just loaded.
    #[default]
    Fresh,
    /// Loaded then, in milliseconds since 1970, and could not be loaded again.
    Stale { at: i64, trouble: PartnerTrouble },
    /// Never loaded: only what was chosen is known, by its last known name.
    Failed(PartnerTrouble),
    /// Depends on this field, which has no value yet: its label.
    First(Words),
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct ChoiceView {
    pub value: String,
    pub label: Words,
    pub help: Option<Words>,
    /// Why it cannot be chosen.
    pub closed: Option<Closed>,
    /// It is chosen and leads nowhere.
    pub gone: Option<Gone>,
    /// It has to be confirmed before it is saved, and what happens then.
    pub danger: Option<Words>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Closed {
    /// Of these currencies only.
    Currencies(Vec<String>),
    /// Of these countries only.
    Countries(Vec<String>),
    /// Withdrawn by the partner.
    Withdrawn,
    /// In the partner's words.
    Said(Words),
}

/// Why a reference leads nowhere. Its last known name is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Gone {
    /// It is in no list any more.
    Missing,
    /// It belongs to something else than what is chosen here: the name of what is chosen, like a site.
    Elsewhere(Option<String>),
    Archived,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Placeholders {
    pub known: Vec<String>,
    pub must_contain_one: Vec<String>,
}

/// The text of one language.
#[derive(Debug, Clone, PartialEq)]
pub struct LanguageView {
    pub language: LanguageName,
    /// The text with its layer; its control is a [`Control::Template`] or nothing.
    pub text: SettingBody,
}

/// What is known of a secret; never the secret.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SecretView {
    pub is_set: bool,
    /// When the one that counts here was set, and by whom.
    pub set: Option<super::Mark>,
    /// `YYYY-MM-DD`
    pub expires: Option<String>,
    /// The one before works until then.
    pub old_until: Option<i64>,
    /// The organization's is not used, since this location sends it to another address: labels of the fields that say where.
    pub bound_to: Vec<Words>,
    /// One was typed on this form. It does not come back with the page and has to be typed again.
    pub again: bool,
    /// As typed: one is made up.
    pub make: bool,
    /// As typed: the day it expires, or nothing.
    pub typed_expires: Option<String>,
}

/// What a line has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinesKind {
    Text,
    Mail,
    Domain,
    Network,
    Address,
}

/// One thing of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct ThingView {
    /// Its place, from 0.
    pub place: usize,
    /// What it is called; none for one that has no name yet.
    pub name: Option<String>,
    pub fields: Vec<ItemView>,
}

/// A field of a thing, or a cell: label and control without layers of their own.
#[derive(Debug, Clone, PartialEq)]
pub struct ItemView {
    pub path: Path,
    pub label: Words,
    pub help: Option<Words>,
    pub required: bool,
    /// Asked only when: in words.
    pub only_when: Option<Condition>,
    pub control: Control,
    pub mistakes: Vec<Mistake>,
}

/// When something is asked.
#[derive(Debug, Clone, PartialEq)]
pub enum Condition {
    /// A field's label, and the words of the values it then has.
    Is(Words, Vec<Words>),
    /// A list that has this in it.
    Contains(Words, Words),
    /// A yes-or-no field that is on, or off.
    Switched(Words, bool),
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
}

/// Two properties, and which way they are copied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PairView {
    pub left: Option<String>,
    pub right: Option<String>,
    pub direction: Option<Direction>,
    /// Lines `left = right`.
    pub values: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    ToPartner,
    ToOfficeRnd,
    Both,
}

impl Direction {
    /// As values and forms write it.
    pub fn slug(self) -> &'static str {
        match self {
            Direction::ToPartner => "to_partner",
            Direction::ToOfficeRnd => "to_officernd",
            Direction::Both => "both",
        }
    }
}
