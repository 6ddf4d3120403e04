//! One field of the settings page: what is in force, why, and what can be done about it here.

use super::{Actor, Condition, Control, Gone, LanguageName, Mistake, SecretView, Unit, Weekday, Words};
use crate::forms::Path;

/// A field with everything around its value.
#[derive(Debug, Clone, PartialEq)]
pub struct SettingView {
    pub key: String,
    pub label: Words,
    pub help: Option<Words>,
    pub reach: Reach,
    pub required: bool,
    pub shape: Shape,
    /// When it is asked, for a field that is not always asked.
    pub only_when: Option<Condition>,
    /// Not so now: its value is kept, neither checked nor used. The page says so and shows no control.
    pub idle: bool,
    pub lock: Option<LockView>,
    /// On the organization's page: who says otherwise.
    pub differ: Vec<PlaceLink>,
    pub findings: Vec<FindingView>,
    /// On the organization's page: somebody could set it for all locations here, or already has:
    /// [`LockView::ForAll`].
    pub can_lock: bool,
}

/// Where a field may have a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// One value for all locations. At a location it is shown with a link to the organization's page.
    SameForAll,
    /// A value for each location, none for the organization, whose page says where it is set.
    EachLocation,
    /// The organization's, and locations that say otherwise.
    Both,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    Value(Box<SettingBody>),
    /// A map, with one column that has no heading of its own; or a table.
    Table(Box<TableView>),
    /// Something to read; none while nobody knows it.
    Info {
        text: Option<String>,
        copyable: bool,
    },
    /// A file of the partner: [`Act::File`](crate::forms::Act).
    File {
        media_type: String,
        holds_secret: bool,
        /// Of the last time somebody got it.
        last: Option<ActionResult>,
    },
    /// A button: [`Act::Run`](crate::forms::Act).
    Action {
        waits_until: Option<i64>,
        last: Option<ActionResult>,
    },
}

/// What came of an action.
#[derive(Debug, Clone, PartialEq)]
pub struct ActionResult {
    pub at: i64,
    pub good: bool,
    /// In the partner's words, or ours.
    pub said: Vec<Words>,
}

/// A value here: of a field, a cell, or a language.
#[derive(Debug, Clone, PartialEq)]
pub struct SettingBody {
    pub path: Path,
    /// Whose word it is.
    pub layer: Layer,
    /// It comes from the row for all others.
    pub by_default_row: bool,
    /// Who said it, where somebody did.
    pub mark: Option<Mark>,
    /// In force, or as typed once it was changed.
    pub shown: Shown,
    /// What it would be if `layer` said nothing, and whose word that would be; none for a default.
    pub otherwise: Option<(Layer, Shown)>,
    /// Given where it can be changed at once: at the organization, at a location that has its own value, and where it
    /// was just opened. Without one, `may_change` says whether a button opens it.
    pub control: Option<Control>,
    pub may_change: bool,
    pub change: Change,
    /// Each with the name of the control it is about, where that is not the only one.
    pub mistakes: Vec<(Option<String>, Mistake)>,
}

/// Who said a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    Default,
    Organization,
    Location,
}

/// Against what is saved.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Change {
    #[default]
    None,
    /// Typed, opened, not saved yet. Posts `own`.
    Typed,
    /// Inherited again once it is saved. Posts `reset`.
    Reset,
}

/// Who did something, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    pub actor: Actor,
    /// The person's name, where it is known.
    pub name: Option<String>,
    /// Milliseconds since 1970.
    pub at: i64,
}

/// Why a value cannot be changed here.
#[derive(Debug, Clone, PartialEq)]
pub enum LockView {
    /// Fixed since the connection exists.
    SinceConnected { at: i64 },
    /// Fixed by something that has happened on the partner's side; its name is the fact's slug.
    After { fact: String },
    /// Cannot be changed while something is going on there.
    While { fact: String, count: Option<u64> },
    /// Whether it can be changed is not known now: the partner system does not answer.
    NotKnown,
    /// The organization has set it for all locations, except these. `others`: on its page, those that could be excepted
    /// too. `kept`: what this location had said, which is kept and not in force.
    ForAll { except: Vec<PlaceLink>, others: Vec<PlaceLink>, kept: Option<Shown> },
}

/// A location's page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceLink {
    pub id: String,
    pub name: String,
    pub href: String,
}

/// Something wrong, or worth knowing.
#[derive(Debug, Clone, PartialEq)]
pub struct FindingView {
    pub severity: Severity,
    pub why: Why,
    /// The rows it is about; empty for the field as a whole.
    pub rows: Vec<Path>,
    /// Where else it holds; empty where it is about the page's own place.
    pub places: Vec<PlaceLink>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    Error,
    Warning,
    Danger,
    Info,
}

/// A finding in words of ours, or of the manifest.
#[derive(Debug, Clone, PartialEq)]
pub enum Why {
    /// A rule or a danger of the manifest, names put in.
    Said(Words),
    Required,
    /// Saved when other values were allowed.
    Invalid(Mistake),
    /// Names of rows that nobody filled in.
    OpenRows(Vec<String>),
    RequiredCells(Vec<String>),
    DefaultRow,
    /// The same is chosen in these rows.
    Twice(Vec<String>),
    /// Names of what is not there any more, or belongs to something else.
    Dangling(Vec<String>),
    DanglingRows(Vec<String>),
    /// Rows without an amount in this currency; none for the field as a whole.
    NoAmount {
        currency: String,
        rows: Vec<String>,
    },
    /// The secret is sent elsewhere here: labels of the fields that say where.
    BoundTo(Vec<Words>),
    /// Another integration of the same category is active at the location.
    Exclusive(String),
    /// A finding that this page has no words for: what the log calls it.
    Other(String),
}

/// A value to read.
#[derive(Debug, Clone, PartialEq)]
pub enum Shown {
    /// Nobody has said anything.
    Nothing,
    /// Empty on purpose, and what that means.
    Empty(Option<Words>),
    Switch {
        on: bool,
        words: Option<Words>,
    },
    /// Options, lines, names; a reference that leads nowhere says so.
    Names(Vec<NameView>),
    Number {
        value: String,
        unit: Option<Unit>,
        zero_means: Option<Words>,
    },
    /// Currency and amount; the amount is missing where none was entered for the currency.
    Money(Vec<(String, Option<String>)>),
    Time {
        value: String,
        zone: String,
    },
    Day(String),
    Periods(Vec<(String, String)>),
    Numbers {
        values: Vec<String>,
        unit: Option<Unit>,
    },
    Schedule(Vec<(Weekday, Vec<(String, String)>)>),
    Text(String),
    Languages(Vec<(LanguageName, String)>),
    Secret(SecretView),
    Confirmed(bool),
    AnyAll {
        all: bool,
        items: Vec<NameView>,
    },
    Pairs(Vec<(NameView, super::Direction, NameView)>),
    /// How many rows say something.
    Rows(usize),
    /// Saved for another kind of field and not readable as this one.
    Unreadable,
}

#[derive(Debug, Clone, PartialEq)]
pub struct NameView {
    pub name: Words,
    pub gone: Option<Gone>,
}

/// Rows of entities, each with a cell a column.
#[derive(Debug, Clone, PartialEq)]
pub struct TableView {
    pub path: Path,
    /// What the rows are, as the source is called: Plans.
    pub rows_label: Words,
    /// Headings; one without words for a map.
    pub columns: Vec<ColumnView>,
    /// The row for all others first, then in the order of the source, then those that are gone. All of them, however
    /// many: those of a long table are text until one is opened, and can be searched for by the browser and the filter.
    pub rows: Vec<RowView>,
    /// Rows that nobody filled in and that are not off on purpose, by name.
    pub open: Vec<String>,
    /// The rows could not be loaded: only those that say something are shown.
    pub state: super::ListState,
    pub can_refresh: bool,
    /// Own rows, and all.
    pub own: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ColumnView {
    pub key: Option<String>,
    pub label: Words,
    pub help: Option<Words>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct RowView {
    /// `P.<row>`; opened, reset and taken back as a whole, also in a table: `own:P.<row>`, `reset:P.<row>`.
    pub path: Path,
    pub name: RowName,
    /// One a column. Those of a map have the row's path, those of a table `P.<row>.<column>`.
    pub cells: Vec<SettingBody>,
    pub severity: Option<Severity>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum RowName {
    /// The row for all others.
    Others,
    Entity {
        name: String,
        gone: Option<Gone>,
    },
}
