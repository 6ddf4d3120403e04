//! A change of settings by the partner system: several places at once, judged as on the page, saved as a whole or not
//! at all. Whoever has not seen the settings as they are now saves nothing, so there is nothing to merge.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use app::forms::Path as At;
use app::ports::{Actor, Mistake};
use app::texts::text;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::change::{Change, SecretEdit};
use super::facts;
use super::guards::{self, Danger};
use super::lists::{Wanted, sources_of};
use super::refused;
use super::save::{owner, typed_secret};
use super::scene::Scene;
use crate::domain::settings::edits::{Edit, Of, Path};
use crate::domain::settings::findings::{Finding, chosen_in};
use crate::domain::settings::judge::given::{Given, at_of_text, judge_given};
use crate::domain::settings::judge::{Judged, Sheet, Wrong};
use crate::domain::settings::record::Origin;
use crate::domain::settings::{Layers, Settings};
use crate::jobs::Job;
use crate::manifest::Integration;
use crate::manifest::kind::Kind;
use crate::services::{ServiceError, to_the_end};
use crate::state::App;
use crate::storage::connections;
use crate::storage::settings::layers;

/// Somebody who always loses to others is told that it does not work now.
const TRIES: usize = 8;

/// What is to be said from now on. What is not named stays.
#[derive(Clone, Default)]
pub struct Patch {
    pub organization: Map<String, Value>,
    pub locations: BTreeMap<String, Map<String, Value>>,
    pub reset_organization: Vec<String>,
    pub reset_locations: BTreeMap<String, Vec<String>>,
    /// Dangerous fields that are meant.
    pub confirm: Vec<String>,
}

#[derive(Clone)]
pub struct Request {
    pub integration: Arc<Integration>,
    pub connection: Uuid,
    pub patch: Patch,
    /// The version that the change is made from. None: whatever counts now.
    pub seen: Option<Vec<String>>,
    /// The key's name.
    pub by: String,
}

pub enum Outcome {
    Saved { version: String, findings: Vec<Finding> },
    Stale,
    Refused(Vec<Named>),
    Confirm(Vec<(String, Danger)>),
    Gone,
}

/// A field by its name in the request, and what is wrong with it.
pub struct Named {
    pub field: String,
    pub message: String,
}

/// # Errors
/// When the database does not answer; nothing is saved then.
pub async fn patch(app: &App, request: Request) -> Result<Outcome, ServiceError> {
    to_the_end(app, async move |app| {
        for _ in 0..TRIES {
            if let Some(outcome) = Box::pin(attempt(&app, &request)).await? {
                return Ok(outcome);
            }
        }
        Err(ServiceError::Busy)
    })
    .await
}

/// None when somebody else saved while it was looked at.
async fn attempt(app: &App, request: &Request) -> Result<Option<Outcome>, ServiceError> {
    let Some((organization, connection)) = owner(app, request.connection).await? else {
        return Ok(Some(Outcome::Gone));
    };
    let current = layers::load(app.db.read(), connection.id).await?;
    let wanted = Wanted {
        typed: given_ids(&request.integration, &request.patch),
        soon: Some(as_said(&request.patch, &current.layers)),
        location: only(&request.patch).location().map(str::to_owned),
        judging: true,
        ..Wanted::default()
    };
    let scene = Scene::load(app, &request.integration, &organization, &connection, &wanted).await?;
    if request.seen.as_ref().is_some_and(|seen| !seen.contains(&scene.version())) {
        return Ok(Some(Outcome::Stale));
    }
    let Planned { after, judged, mut wrong } = plan(&scene, &request.patch);
    if wrong.is_empty() {
        for (of, judged) in &judged {
            wrong.extend(guards::held(&scene, of, &after, judged).iter().map(|wrong| named(&scene, of, wrong)));
        }
        let places: Vec<Of> = judged.iter().map(|(of, _)| of.clone()).collect();
        let beside = guards::moved_beside(&scene, &after, &places);
        wrong.extend(beside.iter().map(|wrong| named(&scene, &Of::Organization, wrong)));
    }
    if wrong.is_empty() {
        let broken = guards::broken(app, &scene, &after).await?;
        wrong.extend(broken.iter().map(|(location, wrong)| {
            let of = location.clone().map_or(Of::Organization, Of::Location);
            named(&scene, &of, wrong)
        }));
    }
    if !wrong.is_empty() {
        return Ok(Some(Outcome::Refused(wrong)));
    }
    let dangers = guards::dangers(&scene, &after);
    let name = |danger: &Danger| field_name(&danger.of, &At::field(&danger.field));
    if dangers.iter().any(|danger| !request.patch.confirm.contains(&name(danger))) {
        let counted = Box::pin(facts::counted(app, &scene, &only(&request.patch), &after, dangers)).await?;
        return Ok(Some(Outcome::Confirm(counted.into_iter().map(|danger| (name(&danger), danger)).collect())));
    }
    // A list that is sent along with everything would confirm what nobody has looked at.
    let harmless = |given: &&String| dangers.iter().all(|danger| name(danger) != **given);
    if let Some(name) = request.patch.confirm.iter().find(harmless) {
        let field = format!("confirm.{name}");
        return Ok(Some(Outcome::Refused(vec![Named { field, message: text("api-field-not-dangerous") }])));
    }
    store(app, request, &scene, after, judged).await
}

struct Planned {
    after: Layers,
    judged: Vec<(Of, Judged)>,
    wrong: Vec<Named>,
}

/// Place by place, the organization first, since locations follow what it says.
fn plan(scene: &Scene, patch: &Patch) -> Planned {
    let manifest = scene.manifest();
    let currencies = scene.currencies();
    let mut planned = Planned { after: scene.stored.layers.clone(), judged: Vec::new(), wrong: Vec::new() };
    for (of, values, reset) in places(patch) {
        let Some(place) = scene.place(&of) else {
            let field = field_name(&of, &At::field(""));
            planned.wrong.push(Named { field, message: text("api-field-location") });
            continue;
        };
        let mut given =
            Given { values: values.iter().map(|(key, value)| (key.as_str(), value)).collect(), reset: vec![] };
        for path in reset {
            let Some(at) = at_of_text(manifest, path) else {
                let (at, part) = (At::field(path), At::field(path.split('.').next().unwrap_or_default()));
                let wrong = Wrong { at: part, name: None, mistake: Mistake::Unknown };
                let message = refused::words(scene, &of, &wrong);
                planned.wrong.push(Named { field: field_name(&of, &at), message });
                continue;
            };
            if is_set(values, &at) {
                planned.wrong.push(Named { field: field_name(&of, &at), message: text("api-field-twice") });
                continue;
            }
            given.reset.push(at);
        }
        let seen = planned.after.clone();
        let mut soon = seen.clone();
        say_all(&mut soon, &of, values);
        let settings = Settings::resolve(manifest, &soon, place);
        let offers = scene.offers(&settings);
        let sheet = Sheet { manifest, of: &of, place, seen: &seen, currencies: &currencies, world: &offers };
        let judged = judge_given(&sheet, &given);
        planned.wrong.extend(judged.wrong.iter().map(|wrong| named(scene, &of, wrong)));
        judged.edits.iter().for_each(|(path, edit)| planned.after.edit(path, edit.clone()));
        planned.judged.push((of, judged));
    }
    planned
}

/// Everything that is said, by place; the organization is first.
fn places(patch: &Patch) -> Vec<(Of, &Map<String, Value>, &[String])> {
    static NOTHING: std::sync::LazyLock<Map<String, Value>> = std::sync::LazyLock::new(Map::new);
    let mut places = vec![(Of::Organization, &patch.organization, patch.reset_organization.as_slice())];
    let ids: BTreeSet<&String> = patch.locations.keys().chain(patch.reset_locations.keys()).collect();
    places.extend(ids.into_iter().map(|id| {
        let values = patch.locations.get(id).unwrap_or(&NOTHING);
        let reset = patch.reset_locations.get(id).map_or(&[][..], Vec::as_slice);
        (Of::Location(id.clone()), values, reset)
    }));
    places
}

/// The location that it is about, where it is about no other place.
fn only(patch: &Patch) -> Of {
    let mut locations = patch.locations.keys().chain(patch.reset_locations.keys()).collect::<BTreeSet<_>>().into_iter();
    match (locations.next(), locations.next()) {
        (Some(id), None) if patch.organization.is_empty() && patch.reset_organization.is_empty() => {
            Of::Location(id.clone())
        }
        _ => Of::Organization,
    }
}

/// Whether something is set that is reset as well.
fn is_set(values: &Map<String, Value>, at: &At) -> bool {
    let Some(mut value) = values.get(&at.field) else { return false };
    for step in &at.inside {
        match value.get(step) {
            Some(inner) => value = inner,
            None => return false,
        }
    }
    true
}

/// The layers as they would be if all that is given were good; only to know which lists to read.
fn as_said(patch: &Patch, current: &Layers) -> Layers {
    let mut layers = current.clone();
    for (of, values, _) in places(patch) {
        say_all(&mut layers, &of, values);
    }
    layers
}

fn say_all(layers: &mut Layers, of: &Of, values: &Map<String, Value>) {
    for (key, value) in values.iter().filter(|(_, value)| !value.is_object()) {
        layers.edit(&Path::field(of.clone(), key), Edit::Set(value.clone()));
    }
}

/// Ids that are given, by source: they may be on a page of a list that nobody has loaded.
fn given_ids(integration: &Integration, patch: &Patch) -> BTreeMap<String, BTreeSet<String>> {
    const MOST: usize = 500;
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut add = |source: &str, id: &str| {
        let ids = found.entry(source.to_owned()).or_default();
        if source.starts_with("partner.") && !id.is_empty() && id.len() <= 200 && ids.len() < MOST {
            ids.insert(id.to_owned());
        }
    };
    for (_, values, _) in places(patch) {
        for (key, value) in values {
            let Some(field) = integration.manifest.field(key).filter(|field| !sources_of(field).is_empty()) else {
                continue;
            };
            chosen_in(field, value).iter().for_each(|(source, id)| add(source, id));
            let rows = match &field.kind {
                Kind::Map(map) => Some(&map.rows),
                Kind::Table(table) => Some(&table.rows),
                _ => None,
            };
            if let (Some(source), Value::Object(rows)) = (rows, value) {
                rows.keys().for_each(|row| add(source, row));
            }
        }
    }
    found
}

fn named(scene: &Scene, of: &Of, wrong: &Wrong) -> Named {
    Named { field: field_name(of, &wrong.at), message: refused::words(scene, of, wrong) }
}

/// As the request names it.
pub fn field_name(of: &Of, at: &At) -> String {
    let place = match of {
        Of::Organization => "organization".to_owned(),
        Of::Location(id) => format!("locations.{id}"),
    };
    let path = std::iter::once(&at.field).chain(&at.inside).filter(|step| !step.is_empty());
    path.fold(place, |name, step| format!("{name}.{step}"))
}

async fn store(
    app: &App,
    request: &Request,
    scene: &Scene,
    after: Layers,
    judged: Vec<(Of, Judged)>,
) -> Result<Option<Outcome>, ServiceError> {
    let findings = scene.all_findings(app, &after).await?;
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let current = connections::lock(&tx, request.connection).await?;
    let Some(current) = current.filter(|current| current.disconnected.is_none()) else {
        return Ok(Some(Outcome::Gone));
    };
    let before = layers::load(tx.connection(), current.id).await?;
    if before.version != scene.stored.version {
        return Ok(None);
    }
    let mut secrets = Vec::new();
    for (of, judged) in &judged {
        for (field, typed) in &judged.secrets {
            secrets.push(SecretEdit { of: of.clone(), field: field.clone(), new: typed_secret(app, typed) });
        }
    }
    let change = Change {
        integration: &request.integration,
        connection: &current,
        before: &before,
        after: after.clone(),
        secrets,
        by: Actor::Key(request.by.clone()),
        origin: Origin::Api,
    };
    let revision = change.commit(app, &mut tx, now).await?;
    tx.commit().await?;
    app.jobs.send(Job::Settings { connection: current.id });
    app.outbox.wake();
    let version = revision.map_or(before.version, |revision| revision.version);
    Ok(Some(Outcome::Saved { version: format!("{version}.{}", request.integration.revision), findings }))
}
