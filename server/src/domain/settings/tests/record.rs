//! A change can be taken back exactly.

use proptest::prelude::*;

use super::super::edits::{Edit, Of, Path};
use super::super::record::{Mark, Origin, Revision, diff, lock_diff};
use super::*;

fn path() -> impl Strategy<Value = Path> {
    let of = prop_oneof![Just(Of::Organization), Just(Of::Location("a".into())), Just(Of::Location("b".into()))];
    let field = prop_oneof![Just("plain"), Just("map"), Just("table"), Just("unknown")];
    let step = || proptest::option::of(prop_oneof![Just("*"), Just("r"), Just("s")]);
    (of, field, step(), step()).prop_map(|(of, field, row, column)| {
        let path = Path::field(of, field);
        match (field, row, column) {
            ("map", Some(row), _) | ("table", Some(row), None) => path.row(row),
            ("table", Some(row), Some(column)) => path.row(row).column(column),
            _ => path,
        }
    })
}

fn edits() -> impl Strategy<Value = Vec<(Path, Edit)>> {
    let value = prop_oneof![
        Just(json!(1)),
        Just(json!(null)),
        Just(json!({})),
        Just(json!([])),
        Just(json!({"r": 1})),
        Just(json!({"r": {"s": 1}, "s": {}})),
        Just(json!({"r": {"r": 2, "s": null}})),
    ];
    let edit = prop_oneof![value.prop_map(Edit::Set), Just(Edit::Reset)];
    proptest::collection::vec((path(), edit), 0..12)
}

proptest! {
    #[test]
    fn what_was_done_is_undone(first in edits(), second in edits(), locked: bool) {
        let manifest = with(&json!([
            {"key": "plain", "kind": "number", "label": "P", "scope": "both"},
            {"key": "map", "kind": "map", "label": "M", "scope": "both", "override": "rows", "rows": "ornd.plans", "value": {"kind": "number"}},
            {"key": "table", "kind": "table", "label": "T", "scope": "both", "override": "cells", "rows": "ornd.plans", "columns": [
                {"key": "r", "kind": "number", "label": "R"}, {"key": "s", "kind": "number", "label": "S"}]},
        ]), &json!({"sources": {"ornd.plans": {"label": "Plans"}}}));
        let mut before = Layers::default();
        first.into_iter().for_each(|(path, edit)| before.edit(&path, edit));
        let mut after = before.clone();
        second.into_iter().for_each(|(path, edit)| after.edit(&path, edit));
        if locked {
            after.locks.insert("plain".into(), BTreeSet::from(["a".to_owned()]));
        }
        let mark = Mark { at: 0, by: None };
        let (values, locks) = (diff(&manifest, &before, &after), lock_diff(&before, &after));
        prop_assert_eq!(values.is_empty() && locks.is_empty(), before == after);
        let revision = Revision { version: 1, mark, origin: Origin::Page, values, locks };
        let mut undone = after.clone();
        revision.undo(&mut undone);
        prop_assert_eq!(undone, before);
    }
}
