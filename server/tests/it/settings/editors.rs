//! Several people at ten places at once: nothing is lost, nothing is made up, and the history tells all of it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use server::domain::form::Form;
use server::domain::settings::Layers;
use server::domain::settings::edits::{Of, Path};
use server::domain::settings::entries::Entries;
use server::random::Random;
use server::services::settings::save::{self, Outcome, Request};
use server::storage::settings::history;

use super::desk::{DOORS, Desk};
use crate::support::{Database, on_both_databases};

const FIELDS: [&str; 4] = ["early_entry", "late_exit", "grace_days", "removal_guard"];

/// What somebody wants: fields of one place with their new values, none to inherit again.
#[derive(Clone, Debug)]
struct Wish {
    of: Of,
    values: BTreeMap<&'static str, Option<u64>>,
}

fn wish(random: &Random, places: &[Of]) -> Wish {
    let pick = |limit: usize| usize::try_from(random.below(limit as u64)).unwrap();
    // Half of the time at the same place, so that they meet.
    let of = places[if random.below(2) == 0 { 0 } else { pick(places.len()) }].clone();
    let mut values = BTreeMap::new();
    for _ in 0..=pick(3) {
        let field = FIELDS[pick(FIELDS.len())];
        // All of them take multiples of five up to twenty-five.
        let value = (random.below(5) > 0).then(|| 5 * (1 + random.below(4)));
        values.insert(field, value);
    }
    Wish { of, values }
}

fn request(desk: &Desk, wish: &Wish, version: i64) -> Request {
    let revision = desk.integration().revision;
    let mut form = vec![("version".to_owned(), format!("{version}.{revision}")), ("act".to_owned(), "save".to_owned())];
    for (field, value) in &wish.values {
        match value {
            Some(value) => {
                form.push(("own".to_owned(), (*field).to_owned()));
                form.push((format!("f.{field}"), value.to_string()));
            }
            None => form.push(("reset".to_owned(), (*field).to_owned())),
        }
    }
    Request {
        integration: desk.integration().clone(),
        connection: desk.connection,
        of: wish.of.clone(),
        member: Some("somebody".to_owned()),
        entries: Entries::read(&Form(form)).ok().unwrap().0,
        decisions: BTreeMap::new(),
        confirmed: None,
        page: desk.home.clone(),
        language: app::texts::Language::English,
    }
}

/// What a save may have done: what it touched is as wished, and nothing else was touched by it.
fn is_as_wished(wish: &Wish, changed: &[server::domain::settings::record::Changed]) {
    let mut seen = BTreeSet::new();
    for change in changed {
        assert_eq!(change.path.of, wish.of, "a change at another place");
        let wanted = wish.values.get(change.path.field.as_str()).expect("a change that nobody wished");
        assert_eq!(change.new, wanted.map(Value::from));
        assert_ne!(change.old, change.new, "a change that is none");
        assert!(seen.insert(change.path.clone()), "twice in one act");
    }
}

async fn nobody_loses_anything(database: Database) {
    let yards: Vec<String> = (0..10).map(|place| format!("65f0a1b2c3d4e5f70005{place:04x}")).collect();
    let named: Vec<&str> = yards.iter().map(String::as_str).collect();
    let desk = Desk::bare_at(database, "northern-harbours", &named, DOORS).await;
    // What is wished does not depend on how the saves of before went.
    let (random, chance) = (Random::seeded(20_261_130), Random::seeded(20_261_201));
    let stored = server::storage::connections::locations(desk.app.app.db.read(), desk.connection).await.unwrap();
    // What both are busy with stands first.
    let mut places = vec![Of::Organization];
    places.extend(stored.into_iter().map(|location| Of::Location(location.id)));
    assert_eq!(places.len(), 11);
    // What each editor has seen, and what was told to have been saved.
    let mut seen = [desk.stored().await.version; 2];
    let mut told: BTreeMap<i64, (Wish, i64)> = BTreeMap::new();
    let (mut conflicts, mut lost, mut unchanged) = (0, 0, 0);
    let mut twice = 0;
    for round in 0..90 {
        let wishes = [wish(&random, &places), wish(&random, &places)];
        let both = [request(&desk, &wishes[0], seen[0]), request(&desk, &wishes[1], seen[1])];
        // The first one presses Save twice at once.
        let [once, again, other] = [0, 0, 1].map(|editor: usize| save::save(&desk.app.app, both[editor].clone()));
        let (once, again, other) = tokio::join!(once, again, other);
        let outcomes = [(0, once.unwrap()), (0, again.unwrap()), (1, other.unwrap())];
        let made = |outcome: &Outcome| matches!(outcome, Outcome::Saved { revision: Some(_), .. });
        let by_first = outcomes.iter().filter(|(editor, outcome)| *editor == 0 && made(outcome)).count();
        // Unless the other one took it back between the two: then the second press meets what the first one met.
        let taken_back = made(&outcomes[2].1)
            && wishes[0].of == wishes[1].of
            && wishes[0].values.keys().any(|field| wishes[1].values.contains_key(field));
        assert!(by_first <= 1 || taken_back, "round {round}: pressed twice, saved twice: {wishes:?}");
        twice += by_first;
        for (editor, outcome) in outcomes {
            match outcome {
                Outcome::Saved { revision: Some(revision), seen: from } => {
                    is_as_wished(&wishes[editor], &revision.values);
                    assert!(told.insert(revision.version, (wishes[editor].clone(), from)).is_none());
                    // Every third answer is lost, and the form is sent again as it was: it changes nothing more.
                    if chance.below(3) == 0 {
                        lost += 1;
                        match save::save(&desk.app.app, both[editor].clone()).await.unwrap() {
                            Outcome::Saved { revision: None, .. } => {}
                            // The other one has changed the same since.
                            Outcome::Conflict(_) => conflicts += 1,
                            Outcome::Saved { revision: Some(revision), .. } => {
                                is_as_wished(&wishes[editor], &revision.values);
                                panic!("round {round}: sent twice, saved twice: {revision:?}");
                            }
                            _ => panic!("round {round}"),
                        }
                    } else {
                        seen[editor] = revision.version;
                    }
                }
                Outcome::Saved { revision: None, .. } => unchanged += 1,
                Outcome::Conflict(clash) => {
                    conflicts += 1;
                    assert!(!clash.conflicts.is_empty());
                    // Whoever is asked looks at the page anew.
                    seen[editor] = clash.scene.stored.version;
                }
                Outcome::Refused(refused) => panic!("{:?}", refused.wrong),
                Outcome::Confirm(_) | Outcome::Gone => panic!("nothing here is dangerous"),
            }
        }
    }
    assert!(conflicts > 5 && lost > 10 && unchanged > 20 && twice > 20, "{conflicts} {lost} {unchanged} {twice}");
    let changed: BTreeSet<Of> = told.values().map(|(wish, _)| wish.of.clone()).collect();
    assert_eq!(changed.len(), places.len(), "every place was edited");
    desk.history_is_complete().await;
    // Exactly what was told to be saved is in the history, and playing it gives what is stored.
    let mut revisions = history::after(desk.app.app.db.read(), desk.connection, 0).await.unwrap();
    revisions.reverse();
    let mut layers = Layers::default();
    let mut versions = vec![layers.clone()];
    for revision in &revisions {
        let (wish, from) = told.remove(&revision.version).expect("a revision that nobody was told of");
        is_as_wished(&wish, &revision.values);
        for change in &revision.values {
            let edit = match &change.new {
                Some(value) => server::domain::settings::edits::Edit::Set(value.clone()),
                None => server::domain::settings::edits::Edit::Reset,
            };
            layers.edit(&change.path, edit);
        }
        let saw = &versions[usize::try_from(from).unwrap()];
        for (field, value) in &wish.values {
            let (path, value) = (Path::field(wish.of.clone(), field), value.map(Value::from));
            // What was left as it was seen is nobody's wish.
            if saw.said(&path) != value.as_ref() {
                assert_eq!(layers.said(&path), value.as_ref(), "what was told to be saved counts");
            }
        }
        versions.push(layers.clone());
    }
    assert!(told.is_empty(), "told to be saved and not in the history: {told:?}");
    assert_eq!(layers, desk.stored().await.layers);
}

on_both_databases!(nobody_loses_anything);
