//! Changes in words: of a save, of what a save would do, and of the history.

use app::ports::{ChangeView, EffectView, Shown, Words};
use app::texts::{speaking, text};
use serde_json::Value;

use super::build::Builder;
use crate::domain::settings::edits::{Of, Path};
use crate::domain::settings::record::{Changed, LockChanged, Revision};
use crate::domain::settings::{Layers, changes};
use crate::manifest::field::Field;
use crate::manifest::kind::Kind;

/// Lines that a page shows; of more it says the number.
pub(super) const MOST: usize = 50;

/// Changes, and how many there are in all.
pub struct Told {
    pub changes: Vec<ChangeView>,
    pub count: usize,
}

/// All of a revision.
pub fn told(builder: &Builder<'_>, revision: &Revision) -> Told {
    let values = by_row(builder, &revision.values);
    let count = values.len() + revision.locks.len();
    let mut changes = change_views(builder, &values);
    changes.extend(revision.locks.iter().map(|lock| builder.lock_change(lock)));
    changes.truncate(MOST);
    Told { changes, count }
}

/// Rows of a map or table that had none before, or has none any more, each by itself: "1 row" tells nobody which.
fn by_row(builder: &Builder<'_>, changed: &[Changed]) -> Vec<Changed> {
    let rows = |change: &Changed| {
        let kind = builder.scene.manifest().field(&change.path.field).map(|field| &field.kind);
        let whole = change.path.row.is_none() && matches!(kind, Some(Kind::Map(_) | Kind::Table(_)));
        let side = match (&change.old, &change.new) {
            (None, Some(Value::Object(rows))) | (Some(Value::Object(rows)), None) if whole && !rows.is_empty() => rows,
            _ => return vec![change.clone()],
        };
        let one = |(row, value): (&String, &Value)| Changed {
            path: change.path.clone().row(row),
            old: change.old.as_ref().map(|_| value.clone()),
            new: change.new.as_ref().map(|_| value.clone()),
        };
        side.iter().map(one).collect()
    };
    changed.iter().flat_map(rows).collect()
}

/// The first of these.
pub fn change_views(builder: &Builder<'_>, changed: &[Changed]) -> Vec<ChangeView> {
    by_row(builder, changed).iter().take(MOST).map(|change| builder.change_view(change)).collect()
}

/// What would be different in force, place by place.
pub fn effect(builder: &Builder<'_>, before: &Layers, after: &Layers) -> EffectView {
    let manifest = builder.scene.manifest();
    let found = changes(manifest, before, after, &builder.scene.tenant);
    let count = found.len();
    let mut places: Vec<(app::ports::PlaceLink, Vec<ChangeView>)> = Vec::new();
    let mut shown = 0;
    for change in found {
        let index = match places.iter().position(|(place, _)| place.id == change.location) {
            Some(index) => index,
            None => {
                places.push((builder.link(&change.location), Vec::new()));
                places.len() - 1
            }
        };
        if shown < MOST {
            let path =
                Path { of: Of::Location(change.location), field: change.field, row: change.row, column: change.column };
            let view = ChangeView {
                label: builder.labels(&path),
                place: Some(places[index].0.name.clone()),
                before: builder.shown_at(&path, Some(&change.before)),
                after: builder.shown_at(&path, Some(&change.after)),
                reset: false,
            };
            places[index].1.push(view);
            shown += 1;
        }
    }
    let untouched = builder.scene.tenant.locations.len().saturating_sub(places.len());
    EffectView { places, count, untouched }
}

impl Builder<'_> {
    pub(super) fn change_view(&self, change: &Changed) -> ChangeView {
        ChangeView {
            label: self.labels(&change.path),
            place: self.place_name(&change.path.of),
            before: self.shown_at(&change.path, change.old.as_ref()),
            after: self.shown_at(&change.path, change.new.as_ref()),
            reset: change.new.is_none(),
        }
    }

    /// A lock that was set or lifted, or has other exceptions.
    pub fn lock_change(&self, lock: &LockChanged) -> ChangeView {
        let shown = |ids: &Option<Vec<String>>| match ids {
            None => Shown::Nothing,
            Some(ids) if ids.is_empty() => Shown::Switch { on: true, words: None },
            Some(ids) => Shown::Names(ids.iter().map(|id| super::words::name(self.link(id).name)).collect()),
        };
        ChangeView {
            label: vec![
                self.speech.label(&lock.field),
                Words::new(speaking(self.speech.language, || text("lock-change"))),
            ],
            place: None,
            before: shown(&lock.old),
            after: shown(&lock.new),
            reset: false,
        }
    }

    pub fn place_name(&self, of: &Of) -> Option<String> {
        match of {
            Of::Organization => None,
            Of::Location(id) => Some(self.link(id).name),
        }
    }

    /// Label of the field, name of the row, label of the column.
    pub fn labels(&self, path: &Path) -> Vec<Words> {
        let mut labels = vec![self.speech.label(&path.field)];
        let Some(field) = self.scene.manifest().field(&path.field) else { return labels };
        labels.extend(self.row_name(field, path));
        if let (Kind::Table(table), Some(column)) = (&field.kind, &path.column) {
            let original = table.columns.iter().find(|known| known.key() == column);
            let key = format!("fields.{}.columns.{column}.label", path.field);
            let original = original.map_or(column.as_str(), |column| column.common.label.as_str());
            labels.push(self.speech.say(&key, original));
        }
        labels
    }

    /// A value at a path in words. None stands for what is inherited.
    pub fn shown_at(&self, path: &Path, value: Option<&Value>) -> Shown {
        let Some(value) = value else { return Shown::Nothing };
        let Some(field) = self.scene.manifest().field(&path.field) else { return Shown::Unreadable };
        let (kind, base) = kind_at(field, path);
        let means = field
            .common
            .empty_means
            .as_ref()
            .map(|means| self.speech.say(&format!("fields.{}.empty_means", path.field), means));
        self.shown(kind, &base, means.as_ref(), value)
    }
}

fn kind_at<'f>(field: &'f Field, path: &Path) -> (&'f Kind, String) {
    let base = format!("fields.{}", field.key());
    match (&field.kind, &path.row, &path.column) {
        (Kind::Map(map), Some(_), _) => (&map.value, format!("{base}.value")),
        (Kind::Table(table), Some(_), Some(column)) => match table.columns.iter().find(|known| known.key() == column) {
            Some(known) => (&known.kind, format!("{base}.columns.{column}")),
            None => (&field.kind, base),
        },
        (kind, _, _) => (kind, base),
    }
}
