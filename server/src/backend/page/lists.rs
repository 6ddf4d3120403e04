//! Options to choose from, with what was chosen and leads nowhere.

use std::sync::{Arc, PoisonError};

use app::forms::Path as At;
use app::ports::{ChoiceView, Closed, Gone, ListState, ListView, Words};

use super::build::Builder;
use crate::domain::settings::tenant::Entity;
use crate::manifest::field::Choice;
use crate::services::settings::lists::{Listed, State, parent};

/// Nobody looks through more, and browsers become slow.
const MOST_SHOWN: usize = 1_000;
/// Partner's pages are loaded whole; more than these are searched for.
const SEARCHABLE: usize = 30;

impl Builder<'_> {
    /// The options that a manifest writes.
    pub(super) fn options(&self, base: &str, options: &[Choice], chosen: &[String]) -> Arc<ListView> {
        let here = self.location();
        let views = options.iter().filter(|option| !option.withdrawn || chosen.contains(&option.value)).map(|option| {
            let refuses = |allowed: &[String], own: Option<&String>| {
                !allowed.is_empty() && own.is_some_and(|own| allowed.iter().all(|one| !one.eq_ignore_ascii_case(own)))
            };
            let key = format!("{base}.options.{}", option.value);
            let closed = if option.withdrawn {
                Some(Closed::Withdrawn)
            } else if refuses(&option.only_currencies, here.and_then(|here| here.currency.as_ref())) {
                Some(Closed::Currencies(option.only_currencies.clone()))
            } else if refuses(&option.only_countries, here.and_then(|here| here.country.as_ref())) {
                Some(Closed::Countries(option.only_countries.clone()))
            } else {
                None
            };
            ChoiceView {
                value: option.value.clone(),
                label: self.speech.say(&key, &option.label),
                help: self.speech.maybe(&format!("{key}.help"), option.help.as_ref()),
                closed,
                gone: None,
                danger: option.danger.as_ref().map(|danger| self.speech.say(&format!("{key}.danger"), &danger.text)),
            }
        });
        let mut views: Vec<ChoiceView> = views.collect();
        let unknown = chosen.iter().filter(|value| options.iter().all(|option| option.value != **value));
        views.extend(unknown.map(|value| ChoiceView {
            value: value.clone(),
            label: Words::new(value),
            gone: Some(Gone::Missing),
            ..ChoiceView::default()
        }));
        Arc::new(ListView { options: views, pages: 1, ..ListView::default() })
    }

    /// The entities of a source, at this place.
    pub(super) fn list(&self, source: &str, at: &At, chosen: &[String]) -> Arc<ListView> {
        let search = self.entries.and_then(|entries| entries.searches.get(at)).filter(|search| !search.is_empty());
        if let Some(own) = self.own_list(source) {
            return Arc::new(self.shown_list(&Listed { entities: own, ..Listed::default() }, source, chosen, None));
        }
        let manifest = self.scene.manifest();
        let Some(parent) = parent(manifest, source, &self.settings) else {
            let first = manifest.sources.get(source).and_then(|source| source.depends_on.as_deref());
            let label = first.map(|field| self.speech.label(field)).unwrap_or_default();
            let mut view = self.shown_list(&Listed::default(), source, chosen, None);
            view.state = ListState::First(label);
            return Arc::new(view);
        };
        let empty = Listed::default();
        let listed = self.scene.lists.0.get(&(source.to_owned(), parent)).unwrap_or(&empty);
        let known = |id: &String| listed.entities.iter().any(|entity| entity.id == *id && !entity.archived);
        // Most controls of a page show the same list; they share it.
        if search.is_none() && chosen.iter().all(known) && listed.entities.len() <= MOST_SHOWN {
            let mut shared = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
            let view =
                shared.entry(source.to_owned()).or_insert_with(|| Arc::new(self.shown_list(listed, source, &[], None)));
            return view.clone();
        }
        Arc::new(self.shown_list(listed, source, chosen, search.map(String::as_str)))
    }

    fn shown_list(&self, listed: &Listed, source: &str, chosen: &[String], search: Option<&str>) -> ListView {
        let location = self.location().map(|location| location.id.as_str());
        let wanted = search.map(str::to_lowercase);
        let offered = listed.entities.iter().filter(|entity| entity.is_at(location));
        let offered = offered.filter(|entity| !entity.archived || chosen.contains(&entity.id));
        let fits = |entity: &&Entity| {
            chosen.contains(&entity.id)
                || wanted.as_ref().is_none_or(|wanted| entity.name.to_lowercase().contains(wanted))
        };
        let mut options: Vec<ChoiceView> = offered.filter(fits).map(choice).collect();
        let count = options.len();
        let cut = (count > MOST_SHOWN).then_some(MOST_SHOWN);
        if cut.is_some() {
            let rest = options.split_off(MOST_SHOWN);
            options.extend(rest.into_iter().filter(|option| chosen.contains(&option.value)));
        }
        let missing = chosen.iter().filter(|id| options.iter().all(|option| option.value != **id));
        let missing: Vec<ChoiceView> = missing.map(|id| self.gone(source, id)).collect();
        options.extend(missing);
        let by_partner = source.starts_with("partner.");
        let by_officernd = source.starts_with("ornd.") && source != "ornd.member_statuses";
        ListView {
            options,
            state: match listed.state {
                State::Fresh => ListState::Fresh,
                State::Stale { at, trouble } => ListState::Stale { at, trouble },
                State::Failed(trouble) => ListState::Failed(trouble),
            },
            search: (count > SEARCHABLE || search.is_some()).then(|| search.unwrap_or_default().to_owned()),
            pages: 1,
            more: listed.more,
            cut,
            made_in: match source {
                source if by_partner && !source.is_empty() => Some(self.scene.integration.name.clone()),
                _ if by_officernd => Some("OfficeRnD".to_owned()),
                _ => None,
            },
            can_refresh: by_partner || (by_officernd && source != "ornd.locations"),
        }
    }

    /// Something that is chosen and not in the list of this place: by its last known name.
    pub(super) fn gone(&self, source: &str, id: &str) -> ChoiceView {
        let elsewhere = self.scene.tenant.sources.get(source).and_then(|list| list.iter().find(|one| one.id == id));
        let known = self.scene.lists.0.iter().filter(|((known, _), _)| known == source);
        let named = known.flat_map(|(_, list)| &list.entities).find(|entity| entity.id == id);
        let label = named.map(|entity| entity.name.clone());
        let label = label.or_else(|| self.names.name(self.scene.connection.id, source, id));
        let failed = self
            .scene
            .lists
            .0
            .iter()
            .any(|((known, _), list)| known == source && matches!(list.state, State::Failed(_)));
        let gone = match elsewhere {
            Some(entity) if entity.archived => Some(Gone::Archived),
            Some(_) => Some(Gone::Elsewhere(self.depends_on_name(source))),
            None if failed => None,
            None => Some(Gone::Missing),
        };
        ChoiceView {
            value: id.to_owned(),
            label: Words::new(label.unwrap_or_else(|| id.to_owned())),
            gone,
            ..ChoiceView::default()
        }
    }

    /// What is chosen in the field that a source depends on, by name.
    fn depends_on_name(&self, source: &str) -> Option<String> {
        let manifest = self.scene.manifest();
        let field = manifest.sources.get(source)?.depends_on.as_deref()?;
        let id = self.settings.value(field)?.as_str()?;
        let of = manifest.field(field)?.kind.sources().first().map(|(_, source)| *source)?;
        let list = self.scene.tenant.sources.get(of)?;
        Some(list.iter().find(|entity| entity.id == id)?.name.clone())
    }

    /// The list that a field of the same settings makes.
    pub(super) fn own_list(&self, source: &str) -> Option<Vec<Entity>> {
        let from = self.scene.manifest().sources.get(source)?.from_field.as_deref()?;
        Some(self.settings.list_of(from))
    }
}

fn choice(entity: &Entity) -> ChoiceView {
    ChoiceView {
        value: entity.id.clone(),
        label: Words::new(&entity.name),
        help: entity.description.as_ref().map(Words::new),
        closed: entity.disabled.as_ref().map(|why| Closed::Said(Words::new(why))),
        gone: entity.archived.then_some(Gone::Archived),
        danger: None,
    }
}
