//! Editing layers, alone and at the same time.

use super::*;
use crate::domain::settings::edits::{Conflict, Edit, Of, Path};

fn org(field: &str) -> Path {
    Path::field(Of::Organization, field)
}

fn bristol(field: &str) -> Path {
    Path::field(Of::Location("loc-brs".into()), field)
}

fn set(value: Value) -> Edit {
    Edit::Set(value)
}

#[test]
fn an_edit_changes_what_it_names_and_leaves_no_empty_shells() {
    let before = json!({
        "organization": {"a": 1, "m": {"x": 1, "y": 2}, "t": {"r": {"c": 1}}}, "locations": {"loc-brs": {"a": 2}},
    });
    for (path, edit, after) in [
        (
            org("a"),
            set(json!(null)),
            json!({"organization": {"a": null, "m": {"x": 1, "y": 2}, "t": {"r": {"c": 1}}}, "locations": {"loc-brs": {"a": 2}}}),
        ),
        (
            org("m").row("x"),
            Edit::Reset,
            json!({"organization": {"a": 1, "m": {"y": 2}, "t": {"r": {"c": 1}}}, "locations": {"loc-brs": {"a": 2}}}),
        ),
        (
            org("t").row("r").column("c"),
            Edit::Reset,
            json!({"organization": {"a": 1, "m": {"x": 1, "y": 2}}, "locations": {"loc-brs": {"a": 2}}}),
        ),
        (bristol("a"), Edit::Reset, json!({"organization": {"a": 1, "m": {"x": 1, "y": 2}, "t": {"r": {"c": 1}}}})),
        (
            bristol("t").row("*").column("c"),
            set(json!(3)),
            json!({"organization": {"a": 1, "m": {"x": 1, "y": 2}, "t": {"r": {"c": 1}}}, "locations": {"loc-brs": {"a": 2, "t": {"*": {"c": 3}}}}}),
        ),
        (
            bristol("m").row("x"),
            set(json!([])),
            json!({"organization": {"a": 1, "m": {"x": 1, "y": 2}, "t": {"r": {"c": 1}}}, "locations": {"loc-brs": {"a": 2, "m": {"x": []}}}}),
        ),
        // An explicit empty map stays one: it was set, not emptied row by row.
        (
            org("m"),
            set(json!({})),
            json!({"organization": {"a": 1, "m": {}, "t": {"r": {"c": 1}}}, "locations": {"loc-brs": {"a": 2}}}),
        ),
        (org("a").row("x"), Edit::Reset, before.clone()),
        (
            org("a").row("x"),
            set(json!(2)),
            json!({"organization": {"a": {"x": 2}, "m": {"x": 1, "y": 2}, "t": {"r": {"c": 1}}}, "locations": {"loc-brs": {"a": 2}}}),
        ),
        (org("gone").row("x"), Edit::Reset, before.clone()),
    ] {
        let mut edited = layers(&before);
        edited.edit(&path, edit.clone());
        assert_eq!(edited, layers(&after), "{path:?} {edit:?}");
    }
}

#[test]
fn a_map_that_was_left_empty_on_purpose_stays() {
    let mut entered = layers(&json!({"organization": {"m": {}}}));
    entered.edit(&org("m").row("x"), Edit::Reset);
    assert_eq!(entered, layers(&json!({"organization": {"m": {}}})));
}

#[test]
fn two_people_keep_what_only_one_of_them_changed() {
    let original = layers(&json!({"organization": {"a": 1, "b": 1, "m": {"x": 1, "y": 1}}}));
    let theirs =
        layers(&json!({"organization": {"a": 2, "b": 1, "m": {"x": 2, "y": 1}}, "locations": {"loc-rtm": {"b": 5}}}));
    let mine = [(org("b"), set(json!(9))), (org("m").row("y"), set(json!(3))), (bristol("a"), set(json!(7)))];
    let merged = theirs.merge(&original, &mine).unwrap();
    assert_eq!(
        merged,
        layers(&json!({
            "organization": {"a": 2, "b": 9, "m": {"x": 2, "y": 3}},
            "locations": {"loc-rtm": {"b": 5}, "loc-brs": {"a": 7}},
        }))
    );
}

#[test]
fn the_same_thing_changed_twice_is_a_conflict_unless_both_say_the_same() {
    let original = layers(&json!({"organization": {"a": 1, "m": {"x": 1}}}));
    for (theirs, path, edit, conflict) in [
        (json!({"a": 2, "m": {"x": 1}}), org("a"), set(json!(3)), true),
        (json!({"a": 2, "m": {"x": 1}}), org("a"), set(json!(2)), false),
        (json!({"a": 2, "m": {"x": 1}}), org("a"), Edit::Reset, true),
        (json!({"m": {"x": 1}}), org("a"), Edit::Reset, false),
        (json!({"m": {"x": 1}}), org("a"), set(json!(3)), true),
        (json!({"a": 1, "m": {"x": 1, "y": 1}}), org("m"), set(json!({"x": 2})), true),
        (json!({"a": 1, "m": {"x": 1, "y": 1}}), org("m").row("x"), set(json!(2)), false),
        (json!({"a": 1}), org("m").row("x"), set(json!(2)), true),
        (json!({"a": 2, "m": {"x": 1}}), bristol("a"), set(json!(3)), false),
    ] {
        let theirs = layers(&json!({"organization": theirs}));
        let merged = theirs.merge(&original, &[(path.clone(), edit.clone())]);
        assert_eq!(merged.is_err(), conflict, "{theirs:?} {path:?} {edit:?}");
        if let Err(conflicts) = merged {
            let mine = match edit {
                Edit::Set(value) => Some(value),
                Edit::Reset => None,
            };
            let (original, theirs) = (original.said(&path).cloned(), theirs.said(&path).cloned());
            assert_eq!(conflicts, [Conflict { path, original, theirs, mine }]);
        }
    }
}
