//! Rules.

use std::collections::BTreeSet;

use crate::manifest::condition::Condition;
use crate::manifest::field::Field;
use crate::manifest::kind::Kind;
use crate::manifest::problem::{Place, Problems};
use crate::manifest::rule::{Bounds, Compare, Comparison, Operand, Rule, RuleKind};
use crate::manifest::scalar::{Amount, Day};

use super::{Index, filled, no_such, reference, text, word};

pub(super) fn check(index: &Index<'_>, problems: &mut Problems) {
    let mut seen = BTreeSet::new();
    for (i, rule) in index.manifest.rules.iter().enumerate() {
        let place = Place::root().key("rules").index(i);
        if !seen.insert(&rule.common.id) {
            problems.add(&place.key("id"), format!("the rule `{}` stands here twice", rule.common.id));
        }
        word(&rule.common.id, &place.key("id"), problems);
        filled(&rule.common.text, &place.key("text"), problems);
        if let Err(reason) = text::placeholders(&rule.common.text) {
            problems.add(&place.key("text"), reason);
        }
        fields(index, rule, &place, problems);
        own(index, rule, &place, problems);
    }
}

/// That the named fields exist and are of a kind the rule can judge.
fn fields(index: &Index<'_>, rule: &Rule, place: &Place, problems: &mut Problems) {
    for (key, position, name) in rule.fields() {
        let place = position.map_or_else(|| place.key(key), |position| place.key(key).index(position));
        let Some(field) = index.known(name, &place, problems) else { continue };
        let (fits, needs) = match &rule.kind {
            RuleKind::ReferenceExists(_) | RuleKind::ReferenceActive(_) | RuleKind::UniqueAcrossOrganizations(_) => {
                (has_references(field), "a field that refers to a source")
            }
            RuleKind::ExpiresWithin(_) => {
                (matches!(&field.kind, Kind::Secret(secret) if secret.expires), "a secret with `\"expires\": true`")
            }
            RuleKind::OptionAllowed(_) => {
                let limited = |option: &crate::manifest::field::Choice| {
                    !option.only_currencies.is_empty() || !option.only_countries.is_empty()
                };
                (field.kind.options().iter().any(limited), "options with `only_currencies` or `only_countries`")
            }
            _ => (field.kind.has_value(), "a field with a value"),
        };
        if !fits {
            problems.add(&place, format!("the rule needs {needs}, and `{name}` is of kind `{}`", field.kind.name()));
        }
    }
}

fn own(index: &Index<'_>, rule: &Rule, place: &Place, problems: &mut Problems) {
    match &rule.kind {
        RuleKind::Compare(compare) => self::compare(index, compare, place, problems),
        RuleKind::Requires(requires) => {
            let visible: reference::Visible<'_> = index.fields.iter().map(|(key, field)| (*key, &field.kind)).collect();
            reference::condition(&requires.when, &visible, &place.key("when"), problems);
            not_empty(&requires.fields, place, problems);
            let looks_at = requires.when.leaves().into_iter().filter_map(Condition::field).collect::<Vec<_>>();
            for (i, field) in requires.fields.iter().enumerate().filter(|(_, field)| looks_at.contains(&field.as_str()))
            {
                problems.add(&place.key("fields").index(i), format!("`{field}` is a part of the condition"));
            }
        }
        RuleKind::UniqueAcrossOrganizations(unique) => {
            not_empty(&unique.fields, place, problems);
            word(&unique.on, &place.key("on"), problems);
        }
        RuleKind::ExclusiveCategoryPerLocation(_) if index.manifest.category.is_none() => {
            problems.add(place, "needs a `category` at the top");
        }
        RuleKind::DisconnectGuard(guard) => word(&guard.count, &place.key("count"), problems),
        RuleKind::ExpiresWithin(rule) if rule.days == 0 => problems.add(&place.key("days"), "is at least 1"),
        RuleKind::ReferenceExists(_)
        | RuleKind::ReferenceActive(_)
        | RuleKind::OptionAllowed(_)
        | RuleKind::ExpiresWithin(_)
        | RuleKind::ExclusiveCategoryPerLocation(_) => {}
    }
}

fn not_empty(fields: &[String], place: &Place, problems: &mut Problems) {
    if fields.is_empty() {
        problems.add(&place.key("fields"), "must not be empty");
    }
}

fn has_references(field: &Field) -> bool {
    let (_, items) = field.kind.items();
    !field.kind.sources().is_empty() || items.iter().any(|item| !item.kind.sources().is_empty())
}

fn compare(index: &Index<'_>, compare: &Compare, place: &Place, problems: &mut Problems) {
    operand(index, &compare.left, &place.key("left"), problems);
    let right = place.key("right");
    match (&compare.right, compare.op == Comparison::Between) {
        (Bounds::One(one), false) => operand(index, one, &right, problems),
        (Bounds::Two([from, to]), true) => {
            operand(index, from, &right.index(0), problems);
            operand(index, to, &right.index(1), problems);
            if matches!((from, to), (Operand::Number(from), Operand::Number(to)) if from > to) {
                problems.add(&right, "the first is greater than the second");
            }
        }
        (Bounds::One(_), true) => problems.add(&right, "`between` needs a list of two"),
        (Bounds::Two(_), false) => problems.add(&right, "a list of two is for `between`"),
    }
    let names_a_field =
        |operand: &Operand| matches!(operand, Operand::Text(name) if index.fields.contains_key(name.as_str()));
    let sides = match &compare.right {
        Bounds::One(one) => vec![&compare.left, one],
        Bounds::Two([from, to]) => vec![&compare.left, from, to],
    };
    if !sides.into_iter().any(names_a_field) {
        problems.add(place, "compares constants only; one side has to be a field");
    }
}

fn operand(index: &Index<'_>, operand: &Operand, place: &Place, problems: &mut Problems) {
    let Operand::Text(text) = operand else { return };
    let constant = Amount::new(text).is_ok() || Day::new(text).is_ok() || text.len() == 5 && text.as_bytes()[2] == b':';
    match index.fields.get(text.as_str()) {
        Some(field) => {
            let kind = &field.kind;
            let comparable = matches!(
                kind,
                Kind::Number(_)
                    | Kind::Duration(_)
                    | Kind::Rate(_)
                    | Kind::DataSize(_)
                    | Kind::Percent(_)
                    | Kind::Money(_)
                    | Kind::Date(_)
                    | Kind::TimeOfDay(_)
            );
            if !comparable {
                problems.add(place, format!("`{text}` is of kind `{}`, which has no order", kind.name()));
            }
        }
        None if constant => {}
        None => problems.add(place, no_such("field", text, index.fields.keys().copied())),
    }
}
