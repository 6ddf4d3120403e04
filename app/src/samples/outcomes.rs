//! What comes of a form, for view tests: mistakes, changes, conflicts, questions, history.

use super::settings::*;
use super::{HOSTILE, NOW};
use crate::forms::Path;
use crate::ports::*;

/// A table with several columns, some of it opened.
pub(super) fn profiles() -> SettingView {
    let key = "profiles";
    let column = |key: &str, label: &str| ColumnView { key: Some(key.to_owned()), label: words(label), help: None };
    let rows = (0..12)
        .map(|place| {
            let path = Path::field(key).at(format!("plan.{place}"));
            let cell = |column: &str, shown: Shown, control: Option<Control>| SettingBody {
                path: path.at(column),
                layer: Layer::Organization,
                control,
                ..body(key, shown)
            };
            let opened = place == 1;
            let amounts = vec![AmountView { currency: "EUR".to_owned(), value: "0.25".to_owned(), locations: None }];
            let cells = vec![
                cell(
                    "down",
                    number("50", Some(Unit("Mbit/s".to_owned()))),
                    opened.then(|| Control::Number {
                        value: "50".to_owned(),
                        unit: Some(Unit("Mbit/s".to_owned())),
                        limits: Limits::default(),
                    }),
                ),
                cell(
                    "fixed",
                    Shown::Money(vec![("EUR".to_owned(), Some("0.25".to_owned()))]),
                    opened.then_some(Control::Money { amounts, least: None, most: None }),
                ),
            ];
            RowView { path: path.clone(), name: entity(&format!("Plan {place}")), cells, severity: None }
        })
        .collect();
    setting(
        key,
        "Profile by plan",
        Shape::Table(Box::new(TableView {
            path: Path::field(key),
            rows_label: words("Plans"),
            columns: vec![column("down", "Download"), column("fixed", "Fixed")],
            rows,
            open: Vec::new(),
            state: ListState::Stale { at: NOW, trouble: PartnerTrouble::NoAnswer },
            can_refresh: true,
            own: 12,
        })),
    )
}

/// Bristol after a save that was refused: typed values and mistakes stand at their fields.
pub(crate) fn refused() -> SettingsView {
    let mut view = at_bristol();
    let wrong = Mistake::OutOfRange { from: Some("0".to_owned()), to: Some("120".to_owned()) };
    let closes = Mistake::ClosesWhenOpens { day: Weekday::Sat };
    let saturday = Path::field("staffed_hours").at("sat").at("0").part(&crate::forms::Part::To);
    let mut make = |key: &str, part: Option<String>, mistake: &Mistake| {
        let fields = view.sections.iter_mut().flat_map(|section| &mut section.settings);
        for field in fields.filter(|field| field.key == key) {
            if let Shape::Value(body) = &mut field.shape {
                body.change = Change::Typed;
                body.mistakes.push((part.clone(), mistake.clone()));
                if let Some(Control::Number { value, .. }) = &mut body.control {
                    *value = "a thousand".to_owned();
                }
            }
        }
    };
    make("early_entry", None, &wrong);
    make("staffed_hours", Some(saturday.clone()), &closes);
    view.outcome = Outcome::Refused(vec![
        MistakeView {
            at: Some(Path::field("early_entry")),
            name: None,
            page: None,
            label: vec![words("Doors open before a booking starts")],
            mistake: wrong,
        },
        MistakeView {
            at: Some(Path::field("staffed_hours")),
            name: Some(saturday),
            page: None,
            label: vec![words("Staffed hours")],
            mistake: closes,
        },
    ]);
    view
}

pub(super) fn change(label: &[&str], place: Option<&str>, before: Shown, after: Shown) -> ChangeView {
    ChangeView {
        label: label.iter().map(|label| words(label)).collect(),
        place: place.map(str::to_owned),
        before,
        after,
        reset: false,
    }
}

pub(super) fn two_changes() -> Vec<ChangeView> {
    vec![
        change(
            &["Doors stay open after a booking ends"],
            Some("Bristol, Old Market"),
            number("15", minutes()),
            number("30", minutes()),
        ),
        ChangeView {
            reset: true,
            ..change(&["Groups by plan", "Hot desk – 8 days"], None, names(&["Members, day"]), Shown::Empty(None))
        },
    ]
}

pub(crate) fn effect() -> EffectView {
    let place = PlaceLink {
        id: "loc-brs".to_owned(),
        name: "Bristol, Old Market".to_owned(),
        href: "/settings/con_x/locations/loc-brs".to_owned(),
    };
    EffectView { places: vec![(place, two_changes())], count: 9, untouched: 3 }
}

pub(crate) fn outcomes() -> Vec<(&'static str, Outcome)> {
    vec![
        ("typed", Outcome::Typed),
        (
            "saved",
            Outcome::Saved(SavedView {
                changes: two_changes(),
                count: 3,
                places: vec!["Bristol, Old Market".to_owned()],
                merged_with: Some(mark()),
            }),
        ),
        ("unchanged", Outcome::Unchanged),
        ("lapsed", Outcome::Lapsed),
        (
            "explained",
            Outcome::Explained(ExplainedView {
                subject: HOSTILE.to_owned(),
                good: true,
                said: words("The row Hot desk opens Front door."),
                secrets: true,
            }),
        ),
        ("preview", Outcome::Preview(effect())),
        ("preview-nothing", Outcome::Preview(EffectView { places: Vec::new(), count: 0, untouched: 4 })),
        (
            "ran",
            Outcome::Ran(RanView {
                label: words("Test connection"),
                good: false,
                said: vec![words("The client ID is unknown.")],
                mistakes: Vec::new(),
            }),
        ),
    ]
}

pub(crate) fn conflict(undecided: bool) -> ConflictView {
    let clash = ClashView {
        path: Path::field("late_exit"),
        label: vec![words("Doors stay open after a booking ends")],
        original: number("15", minutes()),
        theirs: number("20", minutes()),
        mine: number("30", minutes()),
        chosen: None,
    };
    let mut clear = vec![(two_changes().remove(0), true), (two_changes().remove(1), false)];
    clear[0].0.label = vec![words("Wait before suspending")];
    ConflictView {
        location: Some(bristol()),
        draft: "d-1".to_owned(),
        version: "42.3".to_owned(),
        opened_at: NOW - 60_000 * 17,
        they: mark(),
        decide: vec![clash],
        clear,
        again: vec![words("Client secret")],
        applies: Applies::NextRun,
        undecided,
    }
}

pub(crate) fn confirm(typed: Option<&str>) -> ConfirmView {
    let danger = DangerView {
        label: vec![words("A member who loses the last group is")],
        before: names(&["Suspended"]),
        after: names(&["Deleted"]),
        text: words("Cards and history of deleted users cannot be brought back."),
        count: Some(1204),
    };
    ConfirmView {
        location: Some(bristol()),
        version: "41.3".to_owned(),
        dangers: vec![danger],
        type_name: Some("Bristol, Old Market".to_owned()),
        typed: typed.map(str::to_owned),
        wrong_name: typed.is_some(),
        effect: effect(),
        applies: Applies::Told,
        counted_at: NOW,
        asking: Asking::Save,
        moved: false,
        broken: Vec::new(),
    }
}

/// A question that waited too long, or was answered.
pub(crate) fn question_over(waited: bool) -> OverView {
    let settings = "/settings/con_x/locations/loc-brs".to_owned();
    OverView { waited, kept: waited.then(|| (format!("{settings}?draft=d-1"), NOW + 60_000)), settings }
}

pub(super) fn revision(id: &str, current: bool) -> RevisionView {
    RevisionView {
        id: id.to_owned(),
        mark: mark(),
        from: Origin::Page,
        changes: two_changes(),
        count: 5,
        current,
        can_restore: !current,
    }
}

pub(crate) fn history() -> HistoryView {
    let by_key = RevisionView {
        mark: Mark { actor: Actor::Key(HOSTILE.to_owned()), name: None, at: NOW },
        from: Origin::Api,
        ..revision("r-1", false)
    };
    HistoryView {
        revisions: vec![revision("r-2", true), by_key],
        older: Some("?before=1".to_owned()),
        newer: None,
        restored: Some(NOW),
    }
}

pub(crate) fn restore(changes: bool) -> RestoreView {
    RestoreView {
        revision: revision("r-1", false),
        version: "41.3".to_owned(),
        changes: if changes { two_changes() } else { Vec::new() },
        broken: Vec::new(),
        left_out: vec![words("Client secret")],
    }
}
