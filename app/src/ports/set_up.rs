//! The partner's steps: what a page asks, and what was wrong with the answer.

use super::{CoveredView, IntegrationView, LinesKind, LocationsView, OrganizationView, Weekday, Words};

/// A step as it is asked now.
#[derive(Debug, Clone, PartialEq)]
pub struct StepView {
    pub integration: IntegrationView,
    pub organization: OrganizationView,
    pub title: Words,
    pub help: Option<Words>,
    /// Among the steps.
    pub index: usize,
    /// Which of the steps are done.
    pub done: Vec<bool>,
    /// The partner account that is linked already.
    pub account: Option<String>,
    pub asks: Asks,
    /// Continue leads to the partner's own sign-in page.
    pub leads: bool,
    /// It was done before another account was linked.
    pub reopened: bool,
    /// What the partner said of all entries together.
    pub said: Vec<String>,
    /// The partner is in trouble; the entries are not.
    pub trouble: Option<PartnerTrouble>,
    /// Whether what was just sent was refused.
    pub refused: bool,
    pub back: Option<String>,
    /// OfficeRnD's page that closes the pop-up.
    pub return_url: String,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Asks {
    Fields(Vec<FieldView>),
    /// Nothing: the browser goes on to the partner's sign-in page at this address.
    SignIn(String),
}

/// A partner system that cannot be used now: its own trouble, never the admin's fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartnerTrouble {
    NoAnswer,
    BadAnswer,
    /// On the partner's sign-in page the admin did not allow it.
    Declined,
    /// The partner's sign-in page led back without a sign-in that counts.
    NotSignedIn,
    /// The admin came back from it after its time.
    TooLate,
}

#[derive(Debug, Clone, PartialEq)]
pub struct FieldView {
    pub key: String,
    pub label: Words,
    pub help: Option<Words>,
    pub required: bool,
    /// Asked only with these choices: a label, and the values it then has.
    pub only_with: Vec<(Words, Vec<Words>)>,
    /// Once the connection works it cannot be changed any more.
    pub locks: bool,
    pub input: Input,
    pub mistake: Option<Mistake>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    Line {
        value: String,
        most: Option<u32>,
        kind: LineKind,
    },
    Text {
        value: String,
        most: Option<u32>,
    },
    /// `kept`: one is stored already, and leaving it empty keeps it.
    Secret {
        kept: bool,
    },
    Choice {
        options: Vec<OptionView>,
        chosen: Option<String>,
    },
    Switch {
        on: bool,
        on_text: Option<Words>,
        off_text: Option<Words>,
    },
    Confirmation {
        on: bool,
    },
    /// What the partner system lists.
    List {
        list: Listed,
        chosen: Vec<String>,
        many: bool,
        /// What is looked for in the list; none when it cannot be searched.
        search: Option<String>,
    },
    /// Shown and not asked: it cannot be changed any more.
    Fixed(FactView),
    /// Shown and not asked: the settings page does, with more room.
    Later(FactView),
}

#[derive(Debug, Clone, PartialEq)]
pub enum LineKind {
    Plain,
    Address,
    Host { port: Option<u16> },
    Number { unit: Option<String> },
}

#[derive(Debug, Clone, PartialEq)]
pub struct OptionView {
    pub value: String,
    pub label: Words,
    pub help: Option<Words>,
    /// Why it cannot be chosen.
    pub closed: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Listed {
    /// `pages` were loaded; there may be more.
    Options {
        options: Vec<OptionView>,
        pages: u32,
        more: bool,
        /// There are more than so many, and only these are shown.
        cut: Option<usize>,
    },
    Trouble(PartnerTrouble),
    /// Depends on this field, which has no value yet.
    First(Words),
}

/// What is wrong with an entry. Its words are in the catalogue, except the partner's own.
#[derive(Debug, Clone, PartialEq)]
pub enum Mistake {
    Missing,
    TooShort {
        least: u32,
    },
    TooLong {
        most: u32,
    },
    TooManyBytes {
        most: u32,
    },
    WrongForm {
        example: Option<String>,
    },
    /// Another form is wanted.
    AnEmailAddress,
    NotANumber,
    NotWhole,
    OutOfRange {
        from: Option<String>,
        to: Option<String>,
    },
    WrongStep {
        step: String,
    },
    TooManyDecimals {
        most: u32,
    },
    NotAnAddress {
        schemes: Vec<String>,
    },
    NotAHost,
    Private,
    UnknownChoice,
    TooFew {
        least: u32,
    },
    TooMany {
        most: u32,
    },
    /// A secret that did not work, or was sent with something else that did not, is not kept.
    EnterAgain,
    /// Where the secret is sent has changed.
    BoundElsewhere,
    /// This address would take along a secret that locations entered for another one.
    SecretMoves {
        /// Label of the secret's field.
        field: String,
        locations: Vec<String>,
    },
    /// It cannot be changed any more.
    Fixed,
    /// Nothing was chosen.
    Choose,
    Confirm,
    NotATime,
    NotADay,
    /// Days `YYYY-MM-DD`.
    DayOutOfRange {
        first: Option<String>,
        last: Option<String>,
    },
    /// A period or span with one end.
    HalfASpan,
    /// A period ends before it begins.
    EndsBefore,
    /// A span of a weekday closes when it opens.
    ClosesWhenOpens {
        day: Weekday,
    },
    /// A span goes on past midnight, and this field has none of those.
    PastMidnight {
        day: Weekday,
    },
    /// Two spans of a weekday, or two periods.
    Overlap {
        day: Option<Weekday>,
    },
    /// A line of several, from 1, is not what it has to be.
    WrongLine {
        line: usize,
        text: String,
        kind: LinesKind,
    },
    /// The same stands there twice.
    Twice {
        text: String,
    },
    NotIncreasing,
    UnknownPlaceholder {
        name: String,
    },
    NeedsPlaceholder {
        names: Vec<String>,
    },
    OneLine,
    NoAmount {
        currency: String,
    },
    /// What was chosen is not offered for this currency or country.
    NotHere {
        option: String,
    },
    /// It cannot be changed now; the field says why.
    Locked,
    /// The name that was typed is not the one that was asked for.
    WrongName,
    /// A decision is missing.
    Undecided,
    /// The form was not made by this page, or is older than anything we keep.
    Unknown,
    Said(String),
}

/// Everything that was entered, before the last button.
#[derive(Debug, Clone, PartialEq)]
pub struct ReviewView {
    pub locations: LocationsView,
    pub account: Option<String>,
    /// Label and value.
    pub facts: Vec<(Words, FactView)>,
    /// Connections that cover some of the locations already.
    pub covered: Vec<CoveredView>,
    /// The account of the one that this waits for.
    pub waits_for: Option<String>,
    pub back: String,
}

#[derive(Debug, Clone, PartialEq)]
pub enum FactView {
    Words(Vec<Words>),
    Switch(bool),
    /// Never shown.
    Secret,
    Confirmed,
    Nothing,
}

/// How far the set-up of a connection is.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SetUpView {
    /// Titles, and whether each is done.
    pub steps: Vec<(Words, bool)>,
    /// Where it goes on; none when it is finished or goes on elsewhere.
    pub next: Option<String>,
    /// The first step, to link the account again.
    pub again: Option<String>,
    pub account: Option<String>,
    /// The account was linked a moment ago, which the page says once.
    pub linked: bool,
    /// The account of a working connection that covers some of the locations.
    pub waits_for: Option<String>,
}
