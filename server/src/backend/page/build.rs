//! Fields of a page, with where their values come from and what can be done about them here.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use app::forms::Path as At;
use app::ids::ConnectionId;
use app::paths;
use app::ports::{
    Change, Control, Layer as Who, ListView, LockView, Mark as Marked, PlaceLink, Reach, SettingBody, SettingView,
    Shape, Shown, Words,
};
use app::texts::Language;
use serde_json::Value;

use super::words::Speech;
use crate::clock::Millis;
use crate::domain::settings::edits::{Edit, Of, Path};
use crate::domain::settings::entries::Entries;
use crate::domain::settings::findings::Finding;
use crate::domain::settings::judge::{Wrong, target};
use crate::domain::settings::record::Mark;
use crate::domain::settings::tenant::{DEFAULT_ROW, Location};
use crate::domain::settings::typed::{Where, empty, fill};
use crate::domain::settings::{Layer, Layers, Parts, Place, Settings, Sourced};
use crate::manifest::field::{Field, Scope};
use crate::manifest::kind::Kind;
use crate::services::answers::Answers;
use crate::services::settings::acts::last;
use crate::services::settings::guards::{self, Lock};
use crate::services::settings::scene::Scene;

/// What came back from a form, and what it would make of the settings.
pub struct Typed<'b> {
    pub entries: &'b Entries,
    pub wrong: &'b [Wrong],
    pub edits: &'b [(Path, Edit)],
}

pub struct Builder<'b> {
    pub(super) scene: &'b Scene,
    pub(super) of: &'b Of,
    /// As they are stored, or were when the form was opened.
    pub(super) layers: &'b Layers,
    /// The same with what is typed.
    pub(super) after: Layers,
    /// In force here with what is typed.
    pub(super) settings: Settings<'b>,
    /// In force here as it is stored.
    pub(super) stored: Settings<'b>,
    /// In force here if this place said nothing.
    pub(super) otherwise: Settings<'b>,
    /// In force at the organization.
    pub(super) organization: Settings<'b>,
    pub(super) entries: Option<&'b Entries>,
    pub(super) wrong: &'b [Wrong],
    pub(super) speech: Speech<'b>,
    pub(super) currencies: Vec<String>,
    pub(super) names: &'b Answers,
    pub(super) findings: Vec<Finding>,
    pub(super) shared: Mutex<HashMap<String, Arc<ListView>>>,
    pub(super) now: Millis,
}

impl<'b> Builder<'b> {
    /// `place` is that of `of`.
    pub fn new(
        scene: &'b Scene,
        (of, place): (&'b Of, Place<'b>),
        layers: &'b Layers,
        typed: Option<&Typed<'b>>,
        language: Language,
        names: &'b Answers,
        now: Millis,
    ) -> Self {
        let manifest = scene.manifest();
        let mut after = layers.clone();
        for (path, edit) in typed.iter().flat_map(|typed| typed.edits) {
            after.edit(path, edit.clone());
        }
        let mut without = after.clone();
        match of {
            Of::Organization => without.organization.clear(),
            Of::Location(id) => _ = without.locations.remove(id),
        }
        Self {
            settings: Settings::resolve(manifest, &after, place),
            stored: Settings::resolve(manifest, &scene.stored.layers, place),
            otherwise: Settings::resolve(manifest, &without, place),
            organization: Settings::resolve(manifest, &after, Place::Organization),
            findings: scene.findings_in(language),
            entries: typed.map(|typed| typed.entries),
            wrong: typed.map_or(&[], |typed| typed.wrong),
            speech: Speech { manifest, language },
            currencies: scene.currencies(),
            shared: Mutex::default(),
            scene,
            of,
            layers,
            after,
            names,
            now,
        }
    }

    pub(super) fn location(&self) -> Option<&'b Location> {
        self.scene.place(self.of).and_then(Place::location)
    }

    pub(super) fn typing(&self) -> Where<'_> {
        Where {
            currency: self.location().and_then(|location| location.currency.as_deref()),
            currencies: &self.currencies,
        }
    }

    pub(super) fn id(&self) -> ConnectionId {
        ConnectionId(self.scene.connection.id)
    }

    pub(super) fn link(&self, location: &str) -> PlaceLink {
        let name = self.scene.tenant.locations.iter().find(|known| known.id == location);
        PlaceLink {
            id: location.to_owned(),
            name: name.map_or_else(|| location.to_owned(), |known| known.name.clone()),
            href: paths::location_settings(self.id(), location),
        }
    }

    pub(super) fn mark(&self, mark: &Mark) -> Option<Marked> {
        Some(Marked { actor: mark.by.clone()?, name: self.scene.name_of(mark.by.as_ref()), at: mark.at })
    }

    /// A field with all that is around it.
    pub(super) fn setting(&self, field: &'b Field) -> SettingView {
        let key = field.key();
        let common = &field.common;
        let base = format!("fields.{key}");
        let reach = match common.scope {
            Scope::Org => Reach::SameForAll,
            Scope::Location => Reach::EachLocation,
            Scope::Both => Reach::Both,
        };
        let says = |id: &&String| self.layers.locations[*id].contains_key(key);
        let at_organization = *self.of == Of::Organization;
        let differ = if at_organization && common.scope == Scope::Both {
            let known = |id: &&String| self.scene.tenant.locations.iter().any(|location| location.id == **id);
            self.layers.locations.keys().filter(says).filter(known).map(|id| self.link(id)).collect()
        } else {
            Vec::new()
        };
        let idle = self.settings.field(key).is_some_and(|field| !field.is_used());
        SettingView {
            key: key.to_owned(),
            label: self.speech.say(&format!("{base}.label"), &common.label),
            help: self.speech.maybe(&format!("{base}.help"), common.help.as_ref()),
            reach,
            required: common.required,
            shape: self.shape(field, &base),
            only_when: common.visible_when.as_ref().map(|when| self.speech.condition(when)),
            idle,
            lock: self.lock(field, &base),
            differ,
            findings: if idle { Vec::new() } else { self.finds(field) },
            can_lock: at_organization && common.scope == Scope::Both && field.kind.has_value(),
        }
    }

    fn shape(&self, field: &'b Field, base: &str) -> Shape {
        match &field.kind {
            Kind::Map(_) | Kind::Table(_) => Shape::Table(Box::new(self.table(field, base))),
            Kind::Info(kind) => Shape::Info { text: self.info(field, kind.from), copyable: kind.copyable },
            Kind::Artifact(kind) => {
                let last = self.pressed(field).and_then(|pressed| self.result(pressed));
                Shape::File { media_type: kind.media_type.clone(), holds_secret: kind.contains_secret, last }
            }
            Kind::Action(_) => {
                let pressed = self.pressed(field);
                Shape::Action {
                    waits_until: pressed.and_then(|pressed| last::waits_until(pressed, &field.kind, self.now)),
                    last: pressed.and_then(|pressed| self.result(pressed)),
                }
            }
            Kind::Template(kind) if kind.localized => {
                let body = self.body(field, &field.kind, base, &At::field(field.key()));
                Shape::Value(Box::new(self.templates(field, base, kind, body)))
            }
            kind => Shape::Value(Box::new(self.body(field, kind, base, &At::field(field.key())))),
        }
    }

    /// Whether anything can be said about a field here.
    pub(super) fn may_change(&self, field: &Field) -> bool {
        let common = &field.common;
        let here = match self.of {
            Of::Organization => common.scope != Scope::Location,
            Of::Location(id) => {
                let except = self.layers.locks.get(field.key());
                common.scope == Scope::Location
                    || (common.scope == Scope::Both && except.is_none_or(|except| except.contains(id)))
            }
        };
        here && field.kind.has_value() && self.fixed(field).is_none()
    }

    fn fixed(&self, field: &Field) -> Option<Lock> {
        // What was never said can be said once.
        let has_value = self.stored.value(field.key()).is_some_and(|value| !empty(value));
        if has_value { guards::lock_of(self.scene, field) } else { None }
    }

    fn lock(&self, field: &'b Field, base: &str) -> Option<LockView> {
        // A lock is stored at once, and the page that was open then comes back with it.
        let locks = match self.of {
            Of::Organization => &self.scene.stored.layers.locks,
            Of::Location(_) => &self.layers.locks,
        };
        if let Some(except) = locks.get(field.key()).filter(|_| field.common.scope == Scope::Both) {
            let own = self.location().filter(|here| !except.contains(&here.id));
            let own = own.and_then(|here| self.layers.locations.get(&here.id)?.get(field.key()));
            let kept = own.map(|own| self.shown(&field.kind, base, None, own));
            let known = self.scene.tenant.locations.iter().map(|location| location.id.as_str());
            let (excepted, others): (Vec<&str>, Vec<&str>) = known.partition(|id| except.contains(*id));
            let links = |ids: Vec<&str>| ids.into_iter().map(|id| self.link(id)).collect::<Vec<_>>();
            let others = if *self.of == Of::Organization { links(others) } else { Vec::new() };
            return Some(LockView::ForAll { except: links(excepted), others, kept });
        }
        if !field.kind.has_value() {
            return None;
        }
        Some(match self.fixed(field)? {
            Lock::SinceConnected => {
                let since = self.scene.connection.finished_at.unwrap_or(self.scene.connection.connected_at);
                LockView::SinceConnected { at: since }
            }
            Lock::After(fact) => LockView::After { fact },
            Lock::While(fact, count) => LockView::While { fact, count },
            Lock::NotKnown => LockView::NotKnown,
        })
    }

    /// A value at a path: of a field, a row, a cell or a language.
    pub(super) fn body(&self, field: &'b Field, kind: &'b Kind, base: &str, at: &At) -> SettingBody {
        let path = target(self.scene.manifest(), self.of, at)
            .map_or_else(|| Path::field(self.of.clone(), field.key()), |(_, path, _)| path);
        let here = if *self.of == Of::Organization { Layer::Organization } else { Layer::Location };
        let means =
            self.speech.maybe(&format!("fields.{}.empty_means", field.key()), field.common.empty_means.as_ref());
        let found = part(&self.settings, field, &path);
        let (value, source, by_default_row) = found.unwrap_or((Value::Null, Layer::Default, false));
        let opened = self.entries.is_some_and(|entries| entries.own.contains(at));
        let says = self.after.said(&path).is_some();
        let layer = match source {
            _ if opened => here,
            // The row for all others says it; this one has nothing of its own.
            source if source == here && by_default_row && !says => Layer::Default,
            source => source,
        };
        let change = self.change(at, &path);
        let may_change = self.may_change(field);
        let shown = self.show(field, kind, base, means.as_ref(), &value);
        let otherwise = (layer == here).then(|| {
            let (value, source, _) =
                part(&self.otherwise, field, &path).unwrap_or((Value::Null, Layer::Default, false));
            (who(source), self.show(field, kind, base, means.as_ref(), &value))
        });
        let place = if layer == Layer::Location { self.of.clone() } else { Of::Organization };
        let mark = self.scene.stored.marks.get(&(place, field.key().to_owned()));
        let mark = mark.filter(|_| layer != Layer::Default && change == Change::None).and_then(|mark| self.mark(mark));
        let each = field.common.scope == Scope::Location;
        let open = *self.of == Of::Organization || says || opened || each || self.announced(at);
        let three_way = matches!(kind, Kind::Boolean(_)) && path.row.is_none() && here == Layer::Location && !each;
        // A long table with long lists would be hundreds of times a list: its rows are opened one by one.
        let roomy = path.row.is_none() || opened || self.announced(at) || self.is_roomy(field);
        let control = if !may_change || change == Change::Reset {
            None
        } else if three_way {
            Some(self.three_way(kind, base, at, &path))
        } else if open && roomy && !matches!(kind, Kind::Template(template) if template.localized && path.row.is_none())
        {
            Some(self.filled(kind, base, at, &value))
        } else {
            None
        };
        SettingBody {
            path: at.clone(),
            layer: who(layer),
            by_default_row,
            mark,
            shown,
            otherwise,
            control,
            may_change,
            change,
            mistakes: self.mistakes(at),
        }
    }

    fn show(&self, field: &Field, kind: &Kind, base: &str, means: Option<&Words>, value: &Value) -> Shown {
        if matches!(kind, Kind::Secret(_)) {
            return Shown::Secret(self.secret(&At::field(field.key())));
        }
        self.shown(kind, base, means, value)
    }

    fn announced(&self, at: &At) -> bool {
        self.entries.is_some_and(|entries| entries.has(at))
    }

    /// A control with what was typed, or with what is in force.
    fn filled(&self, kind: &'b Kind, base: &str, at: &At, value: &Value) -> Control {
        if let Some(entries) = self.entries.filter(|entries| entries.has(at) && entries.is_typed(at)) {
            return self.control(kind, base, at, entries);
        }
        let mut entries = Entries::default();
        // A place adds to a list; what it inherits stands beside it.
        let own = match self.scene.manifest().field(&at.field) {
            Some(field)
                if field.override_mode() == crate::manifest::field::Override::Union && self.location().is_some() =>
            {
                self.after.said(&Path::field(self.of.clone(), &at.field)).cloned().unwrap_or_default()
            }
            _ => value.clone(),
        };
        fill(kind, at, &own, self.typing(), &mut entries);
        self.control(kind, base, at, &entries)
    }

    pub(super) fn change(&self, at: &At, path: &Path) -> Change {
        let Some(entries) = self.entries else { return Change::None };
        let row = at.row().map(|row| At::field(&at.field).at(row));
        if entries.reset.contains(at) || row.as_ref().is_some_and(|row| entries.reset.contains(row)) {
            // Of what says nothing, there is nothing to take back.
            return if self.layers.said(path).is_some() { Change::Reset } else { Change::None };
        }
        let wrong = self.wrong.iter().any(|wrong| wrong.at == *at);
        let differs = self.layers.said(path) != self.after.said(path);
        if wrong || differs || entries.opened.contains(at) { Change::Typed } else { Change::None }
    }

    pub(super) fn mistakes(&self, at: &At) -> Vec<(Option<String>, app::ports::Mistake)> {
        let here = self.wrong.iter().filter(|wrong| wrong.at == *at);
        here.map(|wrong| (wrong.name.clone(), wrong.mistake.clone())).collect()
    }

    /// Whether each row can have its control on the page at once.
    fn is_roomy(&self, field: &Field) -> bool {
        const MOST: usize = 300;
        let rows = match &field.kind {
            Kind::Map(map) => self.rows_count(&map.rows),
            Kind::Table(table) => self.rows_count(&table.rows) * table.columns.len(),
            _ => return true,
        };
        let sources = crate::services::settings::lists::sources_of(field);
        let options = sources.iter().skip(1).filter_map(|source| {
            self.scene.lists.of(self.scene.manifest(), source, &self.settings).map(|list| list.entities.len())
        });
        rows * options.max().unwrap_or(1).max(1) <= MOST
    }

    fn rows_count(&self, source: &str) -> usize {
        let own = self.own_list(source).map(|list| list.len());
        own.unwrap_or_else(|| self.scene.tenant.sources.get(source).map_or(0, Vec::len))
    }
}

pub(super) fn who(layer: Layer) -> Who {
    match layer {
        Layer::Default => Who::Default,
        Layer::Organization => Who::Organization,
        Layer::Location => Who::Location,
    }
}

/// Value and layer at a path, and whether they come from the row for all others.
pub(super) fn part(settings: &Settings<'_>, field: &Field, path: &Path) -> Option<(Value, Layer, bool)> {
    let in_force = settings.field(field.key())?;
    let named =
        |value: Option<&Sourced>, by_default: bool| value.map(|one| (one.value.clone(), one.source, by_default));
    let find = |rows: &[(String, Sourced)], row: &str| {
        rows.iter().find(|(known, _)| known == row).map(|(_, part)| part.clone())
    };
    match (&in_force.parts, &path.row, &path.column) {
        (Parts::Rows(rows), Some(row), None) => {
            let own = find(rows, row);
            named(own.as_ref(), false).or_else(|| named(find(rows, DEFAULT_ROW).as_ref(), true))
        }
        (Parts::Cells(rows), Some(row), Some(column)) => {
            let cells = |row: &str| rows.iter().find(|(known, _)| known == row).map(|(_, cells)| cells.as_slice());
            let own = cells(row).and_then(|cells| find(cells, column));
            let by_default = || cells(DEFAULT_ROW).and_then(|cells| find(cells, column));
            named(own.as_ref(), false).or_else(|| named(by_default().as_ref(), true))
        }
        (Parts::Languages(texts), Some(language), None) => named(find(texts, language).as_ref(), false),
        (Parts::Whole(whole), None, None) => named(Some(whole), false),
        (_, None, None) => Some((in_force.value.clone(), in_force.source(), false)),
        _ => None,
    }
}
