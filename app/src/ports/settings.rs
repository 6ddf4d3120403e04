//! The settings page of an organization or location, and the pages that ask before something is saved.

use super::{
    Change, FindingView, LocationView, Mark, Mistake, PartnerTrouble, PlaceLink, SettingView, Severity, Shown, Words,
};
use crate::forms::Path;

/// What stands at the address of settings: the form, or after a post the question that has to be answered first.
#[derive(Debug, Clone, PartialEq)]
pub enum SettingsPageView {
    Form(Box<SettingsView>),
    Conflict(Box<ConflictView>),
}

/// The page as it is shown, after a refused form with what was typed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SettingsView {
    /// None for the organization.
    pub location: Option<LocationView>,
    /// The organization first.
    pub places: Vec<PlaceView>,
    /// All sections; only those of this page carry settings.
    pub sections: Vec<SectionView>,
    /// Each section is a page of its own, since there are many.
    pub by_section: bool,
    /// Goes through the form and back: settings version and manifest revision.
    pub version: String,
    /// Nobody has saved anything yet: sections are numbered steps.
    pub first_visit: bool,
    pub outcome: Outcome,
    /// When what is saved takes effect.
    pub applies: Applies,
    /// An ended visit left changes behind that were not saved.
    pub draft: Option<DraftView>,
    /// What is wrong with the connection as a whole.
    pub findings: Vec<FindingView>,
    /// Lists, facts or hooks that could not be asked: who.
    pub trouble: Option<PartnerTrouble>,
    /// The partner system can be asked about a member or booking.
    pub explains: bool,
    /// What was typed to ask about, on a form that came back.
    pub about: Option<String>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct PlaceView {
    /// None for the organization.
    pub location: Option<LocationView>,
    pub href: String,
    pub current: bool,
    /// Settings with a value of their own: set at the organization, differing at a location.
    pub own: usize,
    pub errors: usize,
    pub warnings: usize,
}

#[derive(Debug, Clone, PartialEq)]
pub struct SectionView {
    pub id: String,
    pub title: Words,
    pub help: Option<Words>,
    pub settings: Vec<SettingView>,
    /// Its page, where each section has one.
    pub href: Option<String>,
    /// Whether its settings are on this page.
    pub here: bool,
    /// Of how many settings with values.
    pub all: usize,
    pub own: usize,
    /// Mistakes and findings of that severity.
    pub errors: usize,
    pub warnings: usize,
    pub unsaved: usize,
}

/// What came before this page.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Outcome {
    #[default]
    Opened,
    /// A button that stores nothing: the form as it was typed.
    Typed,
    /// Nothing was saved. Mistakes stand at their fields too; 422.
    Refused(Vec<MistakeView>),
    /// Shown once.
    Saved(SavedView),
    /// Saved, and there was nothing to change.
    Unchanged,
    /// What was kept for this address is kept no more: the page as it is saved.
    Lapsed,
    /// Looked at and not saved.
    Preview(EffectView),
    /// An action was run with what is typed, which is not saved.
    Ran(RanView),
    /// Why it is so for a member or booking.
    Explained(ExplainedView),
}

/// A line of the summary, which leads to the control.
#[derive(Debug, Clone, PartialEq)]
pub struct MistakeView {
    /// None for what is wrong with the form as a whole.
    pub at: Option<Path>,
    /// The id of the control, where the path alone does not name one: the name of a part.
    pub name: Option<String>,
    /// The page of its section, where that is another one.
    pub page: Option<String>,
    /// Of the field; with it the row's and the column's.
    pub label: Vec<Words>,
    pub mistake: Mistake,
}

#[derive(Debug, Clone, PartialEq)]
pub struct SavedView {
    pub changes: Vec<ChangeView>,
    /// Of how many; `changes` holds the first.
    pub count: usize,
    /// Names of the locations where a value in force is another now.
    pub places: Vec<String>,
    /// Somebody else saved meanwhile, and nothing was in the way.
    pub merged_with: Option<Mark>,
}

/// A change in words.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangeView {
    /// Label of the field, name of the row, label of the column; as far as it goes.
    pub label: Vec<Words>,
    /// None for the organization.
    pub place: Option<String>,
    pub before: Shown,
    pub after: Shown,
    /// The value is inherited afterwards.
    pub reset: bool,
}

/// What saving would change in force, or has changed.
#[derive(Debug, Clone, PartialEq)]
pub struct EffectView {
    /// Locations where something changes, with the rows.
    pub places: Vec<(PlaceLink, Vec<ChangeView>)>,
    /// All changes; `places` holds the first.
    pub count: usize,
    /// Locations where nothing changes.
    pub untouched: usize,
}

/// What an action answered. Its field says it too.
#[derive(Debug, Clone, PartialEq)]
pub struct RanView {
    pub label: Words,
    pub good: bool,
    pub said: Vec<Words>,
    /// What it says of single fields, which stands there too; 422.
    pub mistakes: Vec<MistakeView>,
}

/// What the partner system says of a member or booking. The settings in force are the page's own.
#[derive(Debug, Clone, PartialEq)]
pub struct ExplainedView {
    /// As it was typed.
    pub subject: String,
    /// It knew an answer.
    pub good: bool,
    pub said: Words,
    /// Secrets were typed on the form, and do not come back with it.
    pub secrets: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Applies {
    /// With the next run, at this time.
    At(i64),
    /// With the next synchronization, or Sync now.
    #[default]
    NextRun,
    /// Synchronization is switched off.
    Paused,
    /// The partner system is told at once.
    Told,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftView {
    pub at: i64,
    /// How many changes it holds.
    pub changes: usize,
}

/// Two people changed the same. `POST` to the same address with `version`, `draft`, `decide.<path>` = `theirs` or
/// `yours`, and [`Act::Save`](crate::forms::Act), `Edit` or `Discard`.
#[derive(Debug, Clone, PartialEq)]
pub struct ConflictView {
    /// None for the organization.
    pub location: Option<LocationView>,
    /// Names what was typed, kept on the server without secrets.
    pub draft: String,
    pub version: String,
    pub opened_at: i64,
    /// Who saved last meanwhile.
    pub they: Mark,
    pub decide: Vec<ClashView>,
    /// What only one of them changed, and whether that was you.
    pub clear: Vec<(ChangeView, bool)>,
    /// Secrets that were typed and have to be typed again.
    pub again: Vec<Words>,
    pub applies: Applies,
    /// Rows where nothing was chosen yet; 422.
    pub undecided: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub struct ClashView {
    pub path: Path,
    pub label: Vec<Words>,
    pub original: Shown,
    pub theirs: Shown,
    pub mine: Shown,
    /// Chosen before the form was refused.
    pub chosen: Option<Side>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    Theirs,
    Mine,
}

/// Asks before a dangerous value is saved: `…/confirm/{draft}`, posted to its own address with `version`, `typed`, and
/// [`Act::Save`](crate::forms::Act) or `Edit`.
#[derive(Debug, Clone, PartialEq)]
pub struct ConfirmView {
    pub location: Option<LocationView>,
    pub version: String,
    pub dangers: Vec<DangerView>,
    /// What has to be typed: the name of the location or organization. Case, accents and punctuation do not count.
    pub type_name: Option<String>,
    /// As typed, on a question that is asked once more.
    pub typed: Option<String>,
    /// What was typed is not that.
    pub wrong_name: bool,
    pub effect: EffectView,
    pub applies: Applies,
    /// When the counts were made.
    pub counted_at: i64,
    pub asking: Asking,
    /// Others saved since it was asked: this is how things stand now.
    pub moved: bool,
    /// What stands in the way now, whatever is answered.
    pub broken: Vec<MistakeView>,
}

/// The page of a question: what it asks, or that nobody can answer it any more.
#[derive(Debug, Clone, PartialEq)]
pub enum ConfirmPageView {
    Asked(Box<ConfirmView>),
    Over(OverView),
}

/// A question that was answered already, or whose time is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverView {
    /// Nobody answered it in time; else it was answered, or never asked.
    pub waited: bool,
    /// The form as it was typed, without secrets, and until when it is kept.
    pub kept: Option<(String, i64)>,
    /// The settings as they are saved.
    pub settings: String,
}

/// What is done after the question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asking {
    Save,
    /// A version of the history comes back.
    Restore,
    /// A field is set for all locations, or not any more.
    Lock,
}

/// Asks before disconnecting: `…/disconnect`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DisconnectView {
    /// Why it is refused now, in the words of the manifest, counts put in.
    pub held: Vec<Words>,
    /// The partner system does not say whether it may be done.
    pub unknown: bool,
}

impl DisconnectView {
    pub fn is_refused(&self) -> bool {
        self.unknown || !self.held.is_empty()
    }
}

#[derive(Debug, Clone, PartialEq)]
pub struct DangerView {
    pub label: Vec<Words>,
    pub before: Shown,
    pub after: Shown,
    /// What will happen, counts put in.
    pub text: Words,
    /// How many are concerned, where the partner said.
    pub count: Option<u64>,
}

/// `…/history`
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryView {
    /// Newest first.
    pub revisions: Vec<RevisionView>,
    pub older: Option<String>,
    pub newer: Option<String>,
    /// What a restore did; shown once.
    pub restored: Option<i64>,
}

#[derive(Debug, Clone, PartialEq)]
pub struct RevisionView {
    pub id: String,
    pub mark: Mark,
    pub from: Origin,
    pub changes: Vec<ChangeView>,
    /// Of how many; `changes` holds the first.
    pub count: usize,
    /// It is what counts now.
    pub current: bool,
    pub can_restore: bool,
}

/// Where a change was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    Page,
    Connect,
    Api,
    Restore,
}

/// Asks before a version is restored, and what would change then: `…/history/{revision}`.
#[derive(Debug, Clone, PartialEq)]
pub struct RestoreView {
    pub revision: RevisionView,
    pub version: String,
    pub changes: Vec<ChangeView>,
    /// Rules that it would break: it cannot be restored as long as it would.
    pub broken: Vec<MistakeView>,
    /// What cannot be restored: secrets, and values the manifest does not take any more.
    pub left_out: Vec<Words>,
}

impl SectionView {
    pub fn worst(&self) -> Option<Severity> {
        (self.errors > 0).then_some(Severity::Error).or((self.warnings > 0).then_some(Severity::Warning))
    }
}

impl SettingsView {
    /// Fields, rows and cells with changes that are not saved.
    pub fn unsaved(&self) -> usize {
        self.sections.iter().map(|section| section.unsaved).sum()
    }
}

impl Change {
    pub fn is_unsaved(self) -> bool {
        self != Change::None
    }
}
