//! The lists that settings choose from, as they are now or were last: OfficeRnD's, the partner system's, and those
//! that are known without asking anybody. A list that cannot be read leaves the page usable.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use futures_util::future::join_all;
use serde_json::{Map, Value};

use super::people::{self, Names};
use crate::clock::{HOUR, MINUTE, Millis};
use crate::domain::settings::tenant::{Entity, Location};
use crate::domain::settings::{Layers, Place, Settings};
use crate::manifest::field::Field;
use crate::manifest::kind::Kind;
use crate::manifest::{Integration, Manifest};
use crate::services::answers::{About, Unanswered};
use crate::services::choices::{self, MOST_PAGES, Question};
use crate::services::{ServiceError, home, steps, tokens};
use crate::state::App;
use crate::storage::settings::lists::{self, Read};
use crate::upstream::officernd::{Found, MEMBER_STATUSES, list_of};
use crate::upstream::partner::OptionItem;
use app::ports::PartnerTrouble;

/// OfficeRnD's lists change seldom, and a button fetches them again.
const FRESH: Millis = 10 * MINUTE;
/// An unchanged list is written again after that, so that its age is told right.
const REWRITE: Millis = HOUR;

/// One list, for one value of what it depends on.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Listed {
    pub entities: Vec<Entity>,
    pub state: State,
    /// There are more pages, so that what is not here may exist all the same.
    pub more: bool,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum State {
    #[default]
    Fresh,
    /// As it was then.
    Stale {
        at: Millis,
        trouble: PartnerTrouble,
    },
    Failed(PartnerTrouble),
}

/// By source and the value that it depends on, empty for none; with the names of people as far as they are known.
#[derive(Debug, Clone, Default)]
pub struct Lists(pub BTreeMap<(String, String), Listed>, pub Names);

/// What to ask for beyond what is chosen.
#[derive(Clone, Default)]
pub struct Wanted {
    /// Fields whose lists are fetched again.
    pub anew: BTreeSet<String>,
    /// Ids that were typed and may be on a page that was not loaded.
    pub typed: BTreeMap<String, BTreeSet<String>>,
    /// Layers that somebody is about to save: lists are read for what they would depend on then, too.
    pub soon: Option<Layers>,
    /// The location whose page it is. Partner systems are told of it.
    pub location: Option<String>,
    /// Somebody wants to change something, so that what locks it is asked anew.
    pub judging: bool,
    /// Nobody waits for it: that costs no request for a token, and is no use of the connection.
    pub quietly: bool,
}

impl Lists {
    /// The list that counts at a place.
    pub fn of(&self, manifest: &Manifest, source: &str, settings: &Settings<'_>) -> Option<&Listed> {
        self.0.get(&(source.to_owned(), parent(manifest, source, settings)?))
    }

    /// All that is known of a source, each entity once, to judge references by. None when nothing could be read.
    pub fn whole(&self, source: &str) -> Option<Vec<Entity>> {
        let of_source = self.0.iter().filter(|((known, _), _)| known == source);
        let known: Vec<(&String, &Listed)> = of_source.map(|((_, parent), list)| (parent, list)).collect();
        if known.is_empty() || known.iter().any(|(_, list)| matches!(list.state, State::Failed(_))) {
            return None;
        }
        let mut whole: Vec<Entity> = Vec::new();
        let mut places: HashMap<String, usize> = HashMap::new();
        for (parent, list) in known {
            for entity in &list.entities {
                let own = entity.parent.clone().or_else(|| Some(parent.clone()).filter(|parent| !parent.is_empty()));
                match places.get(&entity.id) {
                    // Under two parents, it belongs to neither alone.
                    Some(place) if whole[*place].parent != own => whole[*place].parent = None,
                    Some(_) => {}
                    None => {
                        places.insert(entity.id.clone(), whole.len());
                        whole.push(Entity { parent: own, ..entity.clone() });
                    }
                }
            }
        }
        Some(whole)
    }
}

/// What a source depends on at a place: empty for nothing, none while that has no value.
pub fn parent(manifest: &Manifest, source: &str, settings: &Settings<'_>) -> Option<String> {
    let Some(field) = manifest.sources.get(source).and_then(|source| source.depends_on.as_deref()) else {
        return Some(String::new());
    };
    match settings.value(field)? {
        Value::Null => None,
        Value::String(text) => Some(text.clone()).filter(|text| !text.is_empty()),
        other => Some(other.to_string()),
    }
}

/// All sources that fields name, with the fields.
pub fn sources(manifest: &Manifest) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut found: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for field in manifest.fields() {
        for source in sources_of(field) {
            found.entry(source).or_default().insert(field.key());
        }
    }
    found.retain(|source, _| manifest.sources.get(*source).is_none_or(|known| known.from_field.is_none()));
    found
}

pub fn sources_of(field: &Field) -> Vec<&str> {
    fn of<'k>(kind: &'k Kind, found: &mut Vec<&'k str>) {
        found.extend(kind.sources().into_iter().map(|(_, source)| source));
        if let Kind::Map(map) = kind {
            of(&map.value, found);
        }
        kind.items().1.iter().for_each(|item| of(&item.kind, found));
    }
    let mut found = Vec::new();
    of(&field.kind, &mut found);
    found
}

/// Reads them all, side by side. Of the partner system, those that count at the location are asked for it, the others
/// for all.
///
/// # Errors
/// When the database does not answer; the trouble of others is in the lists.
pub async fn load(
    app: &App,
    about: About<'_>,
    integration: &Arc<Integration>,
    (locations, location): (&[Location], Option<&str>),
    layers: &Layers,
    wanted: &Wanted,
) -> Result<Lists, ServiceError> {
    let manifest = &integration.manifest;
    let kept = lists::all(app.db.read(), about.connection.id).await?;
    let names = people::of_lists(&kept);
    let kept: HashMap<(&str, &str), &Read> =
        kept.iter().map(|read| ((read.source.as_str(), read.question.as_str()), read)).collect();
    let places = || std::iter::once(Place::Organization).chain(locations.iter().map(Place::Location));
    let settings: Vec<Settings<'_>> = std::iter::once(layers)
        .chain(&wanted.soon)
        .flat_map(|layers| places().map(move |place| Settings::resolve(manifest, layers, place)))
        .collect();
    let all = sources(manifest);
    let mut lists = Lists(BTreeMap::new(), names);
    let mut asked = Vec::new();
    let mut local: BTreeSet<(&str, String)> = BTreeSet::new();
    let mut of_officernd: BTreeMap<&str, Vec<(&str, Option<&str>)>> = BTreeMap::new();
    for (source, fields) in &all {
        let anew = fields.iter().any(|field| wanted.anew.contains(*field));
        if *source == "ornd.locations" {
            let entities = locations
                .iter()
                .map(|location| Entity { locations: None, ..Entity::new(&location.id, &location.name) });
            let listed = Listed { entities: entities.collect(), ..Listed::default() };
            lists.0.insert(((*source).to_owned(), String::new()), listed);
        } else if *source == "ornd.member_statuses" {
            let entities = MEMBER_STATUSES.iter().map(|status| Entity::new(*status, status.replace('_', " ")));
            let listed = Listed { entities: entities.collect(), ..Listed::default() };
            lists.0.insert(((*source).to_owned(), String::new()), listed);
        } else if source.starts_with("partner.") {
            let parents: BTreeSet<String> =
                settings.iter().filter_map(|settings| parent(manifest, source, settings)).collect();
            if location.is_some() {
                let here = settings.iter().filter(|settings| settings.location.as_deref() == location);
                local.extend(here.filter_map(|settings| Some((*source, parent(manifest, source, settings)?))));
            }
            for parent in parents {
                let mut ids = chosen(manifest, source, layers);
                ids.extend(wanted.typed.get(*source).into_iter().flatten().cloned());
                let location = location.filter(|_| local.contains(&(*source, parent.clone())));
                asked.push(of_partner(app, about, (*source, location), parent, ids, anew));
            }
        } else if let Some((list, kind)) = list_of(source) {
            let anew = anew && app.answers.may_read(about.connection.id, source);
            let read = kept.get(&(*source, "")).filter(|read| !anew && read.at + FRESH > app.clock.now());
            match read {
                Some(read) => {
                    let listed = Listed { entities: read.entities.clone(), ..Listed::default() };
                    lists.0.insert(((*source).to_owned(), String::new()), listed);
                }
                None => of_officernd.entry(list).or_default().push((source, kind)),
            }
        }
    }
    let of_officernd = officernd(app, about, integration, of_officernd, wanted.quietly);
    let (of_partner, of_officernd) = tokio::join!(join_all(asked), of_officernd);
    let mut new = Vec::new();
    for (source, parent, answer) in of_partner.into_iter().chain(of_officernd) {
        let before = kept.get(&(source, parent.as_str())).copied();
        let listed = match answer {
            Ok((entities, more)) => {
                let changed = before.is_none_or(|before| before.entities != entities);
                // What is offered at one location is kept for the others only where there is nothing better.
                let whole = !changed || before.is_none() || !local.contains(&(source, parent.clone()));
                let again = changed || before.is_some_and(|before| before.at + REWRITE <= app.clock.now());
                if whole && again {
                    new.push(Read {
                        source: source.to_owned(),
                        question: parent.clone(),
                        entities: entities.clone(),
                        at: app.clock.now(),
                    });
                }
                Listed { entities, state: State::Fresh, more }
            }
            Err(trouble) => match before {
                Some(read) => Listed {
                    entities: read.entities.clone(),
                    state: State::Stale { at: read.at, trouble },
                    more: false,
                },
                None => Listed { state: State::Failed(trouble), ..Listed::default() },
            },
        };
        lists.0.insert((source.to_owned(), parent), listed);
    }
    if !new.is_empty() {
        let mut tx = app.db.begin().await?;
        for read in &new {
            lists::keep(&mut tx, about.connection.id, read).await?;
        }
        tx.commit().await?;
    }
    Ok(lists)
}

type Answer<'s> = (&'s str, String, Result<(Vec<Entity>, bool), PartnerTrouble>);

async fn of_partner<'s>(
    app: &App,
    about: About<'_>,
    (source, location): (&'s str, Option<&str>),
    parent: String,
    ids: BTreeSet<String>,
    anew: bool,
) -> Answer<'s> {
    let depends = about.integration.manifest.sources.get(source).and_then(|source| source.depends_on.clone());
    let depends_on: Map<String, Value> =
        depends.filter(|_| !parent.is_empty()).map(|field| (field, Value::from(parent.clone()))).into_iter().collect();
    let ids = ids.into_iter().collect();
    let question = Question { source, location, depends_on, search: None, ids, pages: MOST_PAGES, anew };
    let answer = match choices::list(app, about, &question).await {
        Ok(page) => Ok((page.items.into_iter().map(entity).collect(), page.next.is_some())),
        Err(Unanswered::Partner(error)) => {
            tracing::warn!(connection.id = %about.connection.id, source, %error, "a list could not be read");
            Err(steps::told(&error))
        }
        Err(Unanswered::Ours(error)) => {
            tracing::error!(connection.id = %about.connection.id, source, %error, "a list could not be read");
            Err(PartnerTrouble::NoAnswer)
        }
    };
    (source, parent, answer)
}

fn entity(item: OptionItem) -> Entity {
    Entity {
        parent: item.parent,
        description: item.description,
        disabled: item.disabled,
        ..Entity::new(item.id, item.name)
    }
}

/// Each list of the API once, whatever number of sources are parts of it.
async fn officernd<'s>(
    app: &App,
    about: About<'_>,
    integration: &Arc<Integration>,
    wanted: BTreeMap<&str, Vec<(&'s str, Option<&'s str>)>>,
    quietly: bool,
) -> Vec<Answer<'s>> {
    if wanted.is_empty() {
        return Vec::new();
    }
    let all = wanted.values().flatten().map(|(source, _)| *source).collect::<Vec<_>>();
    let failed =
        |trouble: PartnerTrouble| all.iter().map(move |source| (*source, String::new(), Err(trouble))).collect();
    let region = match home(app, about.connection).await {
        Ok(Some((_, region))) => region,
        Ok(None) => return failed(PartnerTrouble::NoAnswer),
        Err(error) => {
            tracing::error!(connection.id = %about.connection.id, %error, "lists could not be read");
            return failed(PartnerTrouble::NoAnswer);
        }
    };
    let token = if quietly {
        tokens::good_token(app, about.connection, Some(60)).await
    } else {
        tokens::token(app, integration, about.connection, Some(60)).await.map(Some)
    };
    let token = match token {
        Ok(Some(token)) => token,
        Ok(None) => return failed(PartnerTrouble::NoAnswer),
        Err(error) => {
            tracing::warn!(connection.id = %about.connection.id, ?error, "lists could not be read without a token");
            return failed(PartnerTrouble::NoAnswer);
        }
    };
    let calls = wanted.into_iter().map(|(list, parts)| {
        let (token, region) = (&token, &region);
        async move {
            let answer = app.officernd.entities(&token.access, region, &about.organization.slug, list).await;
            let found = answer.map_err(|error| {
                tracing::warn!(connection.id = %about.connection.id, list, %error, "a list could not be read");
                PartnerTrouble::NoAnswer
            });
            parts.into_iter().map(|(source, kind)| (source, String::new(), part(&found, kind))).collect::<Vec<_>>()
        }
    });
    join_all(calls).await.into_iter().flatten().collect()
}

fn part(found: &Result<Vec<Found>, PartnerTrouble>, kind: Option<&str>) -> Result<(Vec<Entity>, bool), PartnerTrouble> {
    let found = found.as_ref().map_err(|trouble| *trouble)?;
    let of_kind = found.iter().filter(|one| kind.is_none() || one.kind.as_deref() == kind);
    Ok((of_kind.map(|one| one.entity.clone()).collect(), false))
}

/// Ids of a source that anybody has chosen, wherever.
fn chosen(manifest: &Manifest, source: &str, layers: &Layers) -> BTreeSet<String> {
    fn texts(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::String(text) => _ = found.insert(text.clone()),
            Value::Array(list) => list.iter().for_each(|one| texts(one, found)),
            Value::Object(parts) => parts.values().for_each(|one| texts(one, found)),
            _ => {}
        }
    }
    let mut found = BTreeSet::new();
    for field in manifest.fields().filter(|field| sources_of(field).contains(&source)) {
        let said = std::iter::once(&layers.organization).chain(layers.locations.values());
        said.filter_map(|layer| layer.get(field.key())).chain(&field.common.default).for_each(|value| {
            texts(value, &mut found);
        });
    }
    // Texts of other columns are no ids; a partner system answers those that it knows.
    found
}
