//! What an Add button adds to a form, by the kind of what is added to.

use app::forms::Path as At;

use crate::domain::settings::entries::Entries;
use crate::manifest::Manifest;
use crate::manifest::kind::Kind;

/// One more, empty, at the end. What cannot have more stays as it is.
pub(super) fn add(manifest: &Manifest, entries: &mut Entries, at: &At) {
    let kind = manifest.field(&at.field).map(|field| &field.kind);
    let item;
    let kind = match (kind, at.inside.as_slice()) {
        (Some(Kind::Map(map)), [_]) => Some(&*map.value),
        (Some(Kind::Table(table)), [_, column]) => {
            table.columns.iter().find(|known| known.key() == column).map(|column| &column.kind)
        }
        (Some(Kind::List(list)), [_, key, ..]) => {
            item = list.item.iter().find(|known| known.key() == key).map(|item| &item.kind);
            item
        }
        (kind, _) => kind,
    };
    match kind {
        Some(Kind::List(_) | Kind::PropertyMap(_)) => {
            let mut places = entries.all(at).to_vec();
            let next = places.iter().filter_map(|place| place.parse::<usize>().ok()).max().map_or(0, |last| last + 1);
            places.push(next.to_string());
            entries.set(at, places);
        }
        Some(Kind::NumberList(_)) => {
            let mut numbers = entries.all(at).to_vec();
            numbers.push(String::new());
            entries.set(at, numbers);
        }
        Some(Kind::PriorityList(_)) => {
            let chosen = entries.part(at, "add").map(str::to_owned).filter(|chosen| !chosen.is_empty());
            let mut listed = entries.all(at).to_vec();
            if let Some(chosen) = chosen.filter(|chosen| !listed.contains(chosen)) {
                listed.push(chosen);
                entries.set(at, listed);
            }
        }
        Some(Kind::Template(template)) if template.localized => {
            let language = entries.part(at, "add").map(str::trim).filter(|tag| !tag.is_empty() && tag.len() <= 35);
            if let Some(language) = language.map(str::to_owned) {
                let language = at.at(language);
                entries.reset.remove(&language);
                entries.own.insert(language);
            }
        }
        // Spans of a day, and periods, are posted by their place.
        Some(Kind::WeeklySchedule(_) | Kind::DateRanges(_)) => {
            let next = entries.places(at).last().map_or(0, |last| last + 1);
            let span = at.at(next.to_string());
            entries.set_part(&span, "from", "");
            entries.set_part(&span, "to", "");
        }
        _ => {}
    }
}
