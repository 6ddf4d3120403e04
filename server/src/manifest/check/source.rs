//! Sources, and that lists do not depend on each other in a circle.

use std::collections::BTreeMap;

use crate::manifest::field::Field;
use crate::manifest::kind::Kind;
use crate::manifest::model::Source;
use crate::manifest::problem::{Place, Problems};

use super::{Index, filled, is_list, no_such};
use crate::manifest::scalar::is_dotted;

/// The lists of OfficeRnD that a manifest can name.
pub(super) const OFFICERND: &[&str] = &[
    "ornd.amenities",
    "ornd.companies",
    "ornd.custom_properties",
    "ornd.desks",
    "ornd.floors",
    "ornd.hot_desks",
    "ornd.locations",
    "ornd.meeting_rooms",
    "ornd.member_statuses",
    "ornd.members",
    "ornd.offices",
    "ornd.passes",
    "ornd.plans",
    "ornd.resource_rates",
    "ornd.resource_types",
    "ornd.resources",
    "ornd.revenue_accounts",
    "ornd.tax_rates",
];

pub(super) fn check(index: &Index<'_>, problems: &mut Problems) {
    for (id, source) in &index.manifest.sources {
        let place = Place::root().key("sources").key(id);
        filled(&source.label, &place.key("label"), problems);
        named(id, source, &place, problems);
        if let Some(key) = &source.depends_on {
            let place = place.key("depends_on");
            if let Some(field) = index.known(key, &place, problems).filter(|field| !field.kind.has_value()) {
                problems.add(&place, format!("`{key}` is of kind `{}` and has no value", field.kind.name()));
            }
        }
        if let Some(key) = &source.from_field {
            let place = place.key("from_field");
            if let Some(reason) = index.known(key, &place, problems).and_then(not_a_list) {
                problems.add(&place, reason);
            }
        }
    }
    circles(index, problems);
}

fn named(id: &str, source: &Source, place: &Place, problems: &mut Problems) {
    match id.split_once('.').map(|(owner, _)| owner).filter(|_| is_dotted(id)) {
        Some("ornd") if !OFFICERND.contains(&id) => {
            problems.add(place, no_such("list of OfficeRnD", id, OFFICERND.iter().copied()));
        }
        Some("self") if source.from_field.is_none() => problems.add(place, "a source `self.…` needs `from_field`"),
        Some("ornd" | "partner") if source.from_field.is_some() => {
            problems.add(&place.key("from_field"), "is for a source `self.…`");
        }
        Some("ornd" | "self") if source.depends_on.is_some() => {
            problems.add(&place.key("depends_on"), "is for a source `partner.…`");
        }
        Some("ornd" | "partner" | "self") => {}
        _ => problems.add(place, format!("`{id}` is not `ornd.…`, `partner.…` or `self.…` with a name")),
    }
}

fn not_a_list(field: &Field) -> Option<String> {
    let key = field.key();
    match &field.kind {
        Kind::List(list) if list.item.iter().any(|item| item.key() == "id") => None,
        Kind::List(_) => Some(format!("the things in `{key}` have no `id` that others could refer to")),
        kind if is_list(kind) && !matches!(kind, Kind::NumberList(_)) => None,
        kind => Some(format!("`{key}` is of kind `{}`, not a list", kind.name())),
    }
}

/// A field whose options depend on a field whose options depend on the first could never be filled in.
fn circles(index: &Index<'_>, problems: &mut Problems) {
    let needs: BTreeMap<&str, Vec<&str>> =
        index.fields.values().map(|field| (field.key(), needed(index, field))).collect();
    for (place, field) in &index.placed {
        if reachable(&needs, field.key()).contains(&field.key()) {
            problems.add(&place.key("key"), format!("the choices of `{}` depend on its own value", field.key()));
        }
    }
}

fn needed<'m>(index: &Index<'m>, field: &'m Field) -> Vec<&'m str> {
    let (_, items) = field.kind.items();
    let inner = items.iter().map(|item| &item.kind).chain(match &field.kind {
        Kind::Map(map) => Some(&*map.value),
        _ => None,
    });
    let sources = std::iter::once(&field.kind).chain(inner).flat_map(Kind::sources);
    let sources = sources.filter_map(|(_, id)| index.manifest.sources.get(id));
    sources.flat_map(|source| [source.depends_on.as_deref(), source.from_field.as_deref()]).flatten().collect()
}

/// Everything that can be reached from `start` in one step or more.
pub(super) fn reachable<'a>(edges: &BTreeMap<&'a str, Vec<&'a str>>, start: &str) -> Vec<&'a str> {
    let mut found: Vec<&str> = Vec::new();
    let mut next: Vec<&str> = edges.get(start).cloned().unwrap_or_default();
    while let Some(key) = next.pop() {
        if !found.contains(&key) {
            found.push(key);
            next.extend(edges.get(key).into_iter().flatten());
        }
    }
    found
}
