//! The connection and its steps.

use std::collections::BTreeSet;

use crate::manifest::field::Scope;
use crate::manifest::kind::Kind;
use crate::manifest::model::Step;
use crate::manifest::problem::{Place, Problems};
use crate::manifest::scalar::is_dotted;

use super::{Index, filled, no_such};

pub(super) fn check(index: &Index<'_>, problems: &mut Problems) {
    let connection = &index.manifest.connection;
    let place = Place::root().key("connection");
    if connection.exclusive_category && index.manifest.category.is_none() {
        problems.add(&place.key("exclusive_category"), "needs a `category` at the top");
    }
    let mut earlier: Vec<&str> = Vec::new();
    let mut asked = BTreeSet::new();
    for (i, step) in connection.steps.iter().enumerate() {
        let place = place.key("steps").index(i);
        if earlier.contains(&step.id.as_str()) {
            problems.add(&place.key("id"), format!("the step `{}` stands here twice", step.id));
        }
        self::step(index, step, &place, problems);
        for (j, key) in step.fields.iter().enumerate() {
            if !asked.insert(key) {
                problems.add(&place.key("fields").index(j), format!("`{key}` is asked already"));
            }
        }
        if let Some(needs) = step.needs.as_deref().filter(|needs| !earlier.contains(needs)) {
            let reason = if needs == step.id || connection.steps.iter().any(|other| other.id == needs) {
                format!("`{needs}` is not an earlier step")
            } else {
                no_such("step", needs, earlier.iter().copied())
            };
            problems.add(&place.key("needs"), reason);
        }
        earlier.push(&step.id);
    }
}

fn step(index: &Index<'_>, step: &Step, place: &Place, problems: &mut Problems) {
    let good = step.id.len() <= 40
        && step.id.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-'))
        && step.id.bytes().next().is_some_and(|b| b.is_ascii_lowercase());
    if !good {
        problems.add(
            &place.key("id"),
            format!("`{}` is not a name: small letters, digits, `_` and `-`, at most 40", step.id),
        );
    }
    filled(&step.title, &place.key("title"), problems);
    if let Some(check) = step.check.as_deref().filter(|check| !check.starts_with("partner.") || !is_dotted(check)) {
        problems.add(&place.key("check"), format!("`{check}` is not a check like `partner.verify_credentials`"));
    }
    if step.fields.is_empty() && step.check.is_none() && !step.is_oauth() {
        problems.add(place, "asks for nothing: a step has `fields`, a `check`, or both");
    }
    for (i, key) in step.fields.iter().enumerate() {
        let place = place.key("fields").index(i);
        let Some(field) = index.known(key, &place, problems) else { continue };
        if matches!(field.kind, Kind::Action(_) | Kind::Artifact(_)) {
            problems.add(&place, format!("`{key}` is of kind `{}`; a step asks for values", field.kind.name()));
        } else if field.common.scope == Scope::Location {
            problems
                .add(&place, format!("`{key}` has a value only at locations; a step asks for the whole connection"));
        }
    }
}
