//! One Save for what is on a page: judged against what the person saw, merged with what others saved meanwhile, asked
//! about where it is dangerous, and stored as a whole or not at all.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use app::forms::Path as At;
use app::ports::{Actor, Mistake};
use app::texts::Language;
use secrecy::SecretString;
use uuid::Uuid;

use super::change::{Change, NewSecret, SecretEdit};
use super::guards;
use super::lists::{Wanted, sources_of};
use super::scene::{Scene, version_of};
use super::waiting::KEPT;
use crate::clock::{HOUR, Millis};
use crate::domain::connection::Connection;
use crate::domain::organization::Organization;
use crate::domain::settings::edits::{Conflict, Edit, Of, Path};
use crate::domain::settings::entries::Entries;
use crate::domain::settings::judge::{self, Judged, Sheet, TypedSecret, Wrong, judge};
use crate::domain::settings::record::{Origin, Revision};
use crate::domain::settings::{Layers, Settings};
use crate::jobs::Job;
use crate::manifest::Integration;
use crate::manifest::kind::Kind;
use crate::services::{ServiceError, to_the_end};
use crate::state::App;
use crate::storage::settings::drafts::{self, Draft, Why};
use crate::storage::settings::{history, layers};
use crate::storage::{connections, organizations};

/// How long a question may wait for its answer; what was typed before it is kept longer.
pub const ASKED: Millis = HOUR;
/// Somebody who always loses to others is told that it does not work now.
const TRIES: usize = 8;

/// Who saves what, and from where.
#[derive(Clone)]
pub struct Request {
    pub integration: Arc<Integration>,
    pub connection: Uuid,
    pub of: Of,
    pub member: Option<String>,
    pub entries: Entries,
    /// By path of the form: whether the person's own value counts.
    pub decisions: BTreeMap<At, bool>,
    /// Dangers were confirmed, counted when this draft was made.
    pub confirmed: Option<Uuid>,
    /// The address of the form.
    pub page: String,
    /// Of whoever reads what is refused.
    pub language: Language,
}

pub enum Outcome {
    Saved {
        /// None: there was nothing to change.
        revision: Option<Revision>,
        /// The version that the person saw.
        seen: i64,
    },
    Refused(Box<Refused>),
    Conflict(Box<Clash>),
    /// A draft waits at the confirmation page.
    Confirm(Uuid),
    /// The connection or the location is no more.
    Gone,
}

/// Nothing was saved.
pub struct Refused {
    pub scene: Scene,
    pub entries: Entries,
    pub wrong: Vec<Wrong>,
}

/// Two people changed the same.
pub struct Clash {
    pub scene: Scene,
    pub entries: Entries,
    pub seen: Layers,
    pub conflicts: Vec<Conflict>,
    /// What the person changed beside that.
    pub mine: Vec<(Path, Edit)>,
    pub they: Option<Revision>,
    /// When the version that the person saw was made.
    pub seen_at: Millis,
    pub secrets: Vec<String>,
}

/// What a form would change.
pub struct Plan {
    pub seen_version: i64,
    pub seen: Layers,
    pub after: Layers,
    pub judged: Judged,
    pub conflicts: Vec<Conflict>,
}

/// # Errors
/// When the database does not answer; nothing is saved then.
pub async fn save(app: &App, request: Request) -> Result<Outcome, ServiceError> {
    to_the_end(app, async move |app| {
        for _ in 0..TRIES {
            if let Some(outcome) = Box::pin(attempt(&app, &request)).await? {
                return Ok(outcome);
            }
        }
        tracing::warn!(connection.id = %request.connection, "settings were changed by others again and again");
        Err(ServiceError::Busy)
    })
    .await
}

/// None when somebody else saved while it was looked at.
async fn attempt(app: &App, request: &Request) -> Result<Option<Outcome>, ServiceError> {
    let Some((organization, connection)) = owner(app, request.connection).await? else {
        return Ok(Some(Outcome::Gone));
    };
    let wanted = Wanted {
        typed: typed_ids(&request.integration, &request.entries),
        location: request.of.location().map(str::to_owned),
        judging: true,
        ..Wanted::default()
    };
    let scene = Scene::load(app, &request.integration, &organization, &connection, &wanted).await?;
    let scene = Scene { language: request.language, ..scene };
    let Some(place) = scene.place(&request.of) else { return Ok(Some(Outcome::Gone)) };
    let _ = place;
    let refused = |scene: Scene, wrong: Vec<Wrong>| {
        let entries = request.entries.clone();
        Ok(Some(Outcome::Refused(Box::new(Refused { scene, entries, wrong }))))
    };
    let Some(plan) = plan(app, &scene, &request.of, &request.entries, &request.decisions).await? else {
        let wrong = Wrong { at: At::field("version"), name: None, mistake: Mistake::Unknown };
        return refused(scene, vec![wrong]);
    };
    if !plan.judged.wrong.is_empty() {
        return refused(scene, plan.judged.wrong);
    }
    if !plan.conflicts.is_empty() {
        return Ok(Some(Outcome::Conflict(Box::new(clash(app, scene, request, plan).await?))));
    }
    let wrong = guards::refusals(app, &scene, &request.of, &plan.after, &plan.judged).await?;
    if !wrong.is_empty() {
        return refused(scene, wrong);
    }
    let dangers = guards::dangers(&scene, &plan.after);
    if !dangers.is_empty() && request.confirmed.is_none() {
        let draft = ask(app, &scene, request.member.as_deref(), &request.page, &request.entries).await?;
        return Ok(Some(Outcome::Confirm(draft)));
    }
    store(app, request, &scene, plan).await
}

/// What was typed against what was seen, laid over what counts now. None for a version that never was.
///
/// # Errors
/// When the database does not answer.
pub async fn plan(
    app: &App,
    scene: &Scene,
    of: &Of,
    entries: &Entries,
    decisions: &BTreeMap<At, bool>,
) -> Result<Option<Plan>, ServiceError> {
    let Some(place) = scene.place(of) else { return Ok(None) };
    let Some(version) = version_of(&entries.version) else { return Ok(None) };
    let Some(seen) = scene.at(app, version).await? else { return Ok(None) };
    let currencies = scene.currencies();
    let manifest = scene.manifest();
    let now = Settings::resolve(manifest, &with_typed_parents(scene, of, entries, &seen), place);
    let offers = scene.offers(&now);
    let sheet = Sheet { manifest, of, place, seen: &seen, currencies: &currencies, world: &offers };
    let mut judged = judge(&sheet, entries);
    let current = &scene.stored.layers;
    let mut conflicts = Vec::new();
    let decided = |path: &Path| decisions.get(&at_of(path)).copied();
    // What was decided for the others is taken out; for oneself, it counts as typed now.
    judged.edits.retain(|(path, _)| decided(path) != Some(false));
    let (settled, open): (Vec<_>, Vec<_>) = judged.edits.iter().cloned().partition(|(path, _)| decided(path).is_some());
    let after = match current.merge(&seen, &open) {
        Ok(mut merged) => {
            settled.iter().for_each(|(path, edit)| merged.edit(path, edit.clone()));
            merged
        }
        Err(clashes) => {
            conflicts = clashes;
            current.clone()
        }
    };
    judged.secrets.retain(|(field, _)| decided(&Path::field(of.clone(), field)) != Some(false));
    for (field, _) in &judged.secrets {
        let path = Path::field(of.clone(), field);
        let (original, theirs) = (seen.said(&path), current.said(&path));
        if original != theirs && decided(&path).is_none() {
            let (original, theirs) = (original.cloned(), theirs.cloned());
            conflicts.push(Conflict { path, original, theirs, mine: None });
        }
    }
    Ok(Some(Plan { seen_version: version, seen, after, judged, conflicts }))
}

/// The layers with what is typed into fields that lists depend on, so that a choice counts that was made together
/// with them.
fn with_typed_parents(scene: &Scene, of: &Of, entries: &Entries, seen: &Layers) -> Layers {
    let mut layers = seen.clone();
    for field in scene.manifest().sources.values().filter_map(|source| source.depends_on.as_deref()) {
        let at = At::field(field);
        let Some((_, path, kind)) = judge::target(scene.manifest(), of, &at) else { continue };
        if entries.reset.contains(&at) {
            layers.edit(&path, Edit::Reset);
        } else if entries.has(&at) && entries.is_typed(&at) && matches!(kind, Kind::Ref(_) | Kind::Enum(_)) {
            let typed = entries.text(&at);
            let shown = scene
                .place(of)
                .and_then(|place| Settings::resolve(scene.manifest(), seen, place).value(field).cloned());
            let same = shown.as_ref().and_then(serde_json::Value::as_str) == Some(typed);
            if !typed.is_empty() && !same {
                layers.edit(&path, Edit::Set(typed.into()));
            }
        }
    }
    layers
}

/// The path in a form of a path in a layer.
pub fn at_of(path: &Path) -> At {
    let inside = path.row.iter().chain(&path.column).cloned().collect();
    At { field: path.field.clone(), inside }
}

/// Ids that were typed, by source: they may be on a page of a list that nobody has loaded.
pub fn typed_ids(integration: &Integration, entries: &Entries) -> BTreeMap<String, BTreeSet<String>> {
    const MOST: usize = 500;
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for at in entries.own.iter().chain(&entries.see) {
        let Some(field) = integration.manifest.field(&at.field) else { continue };
        for source in sources_of(field).into_iter().filter(|source| source.starts_with("partner.")) {
            let ids = found.entry(source.to_owned()).or_default();
            let typed = judge::controls(&integration.manifest, at).into_iter();
            let typed = typed.flat_map(|control| entries.all(&control).to_vec());
            ids.extend(typed.filter(|id| !id.is_empty() && id.len() <= 200).take(MOST.saturating_sub(ids.len())));
        }
    }
    found
}

/// # Errors
/// When the database does not answer.
pub async fn owner(app: &App, connection: Uuid) -> Result<Option<(Organization, Connection)>, ServiceError> {
    let db = app.db.read();
    let Some(connection) = connections::get(db, connection).await?.filter(|known| known.disconnected.is_none()) else {
        return Ok(None);
    };
    let organization = organizations::get(db, connection.organization).await?;
    Ok(organization.map(|organization| (organization, connection)))
}

async fn clash(app: &App, scene: Scene, request: &Request, plan: Plan) -> Result<Clash, ServiceError> {
    let since = history::after(app.db.read(), request.connection, plan.seen_version).await?;
    let touches = |revision: &&Revision| {
        revision.values.iter().any(|change| {
            plan.conflicts
                .iter()
                .any(|conflict| conflict.path.of == change.path.of && conflict.path.field == change.path.field)
        })
    };
    let they = since.iter().find(touches).or(since.first()).cloned();
    let before = history::before(app.db.read(), request.connection, plan.seen_version + 1, 1).await?;
    let seen_at = before.first().map_or(scene.connection.connected_at, |revision| revision.mark.at);
    let secrets = plan.judged.secrets.iter().map(|(field, _)| field.clone()).collect();
    let in_conflict = |path: &Path| plan.conflicts.iter().any(|conflict| conflict.path == *path);
    let mine = plan.judged.edits.iter().filter(|(path, _)| !in_conflict(path)).cloned().collect();
    Ok(Clash {
        entries: request.entries.clone(),
        seen: plan.seen,
        conflicts: plan.conflicts,
        mine,
        they,
        seen_at,
        secrets,
        scene,
    })
}

/// Keeps what was typed, sealed, until it is confirmed.
pub(super) async fn ask(
    app: &App,
    scene: &Scene,
    member: Option<&str>,
    page: &str,
    entries: &Entries,
) -> Result<Uuid, ServiceError> {
    let now = app.clock.now();
    let draft = Draft {
        id: app.random.uuid(now),
        member: member.map(str::to_owned),
        why: Why::Confirm,
        page: page.to_owned(),
        created_at: now,
        expires_at: now + KEPT,
    };
    let entries = SecretString::from(entries.kept());
    let mut tx = app.db.begin().await?;
    drafts::keep(&mut tx, &app.vault, &scene.connection, &draft, &entries).await?;
    tx.commit().await?;
    Ok(draft.id)
}

async fn store(app: &App, request: &Request, scene: &Scene, plan: Plan) -> Result<Option<Outcome>, ServiceError> {
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
    let secrets = plan.judged.secrets.iter().map(|(field, typed)| SecretEdit {
        of: request.of.clone(),
        field: field.clone(),
        new: typed_secret(app, typed),
    });
    let by = Actor::Admin(request.member.clone());
    let change = Change {
        integration: &request.integration,
        connection: &current,
        before: &before,
        after: plan.after,
        secrets: secrets.collect(),
        by,
        origin: Origin::Page,
    };
    let revision = change.commit(app, &mut tx, now).await?;
    if let Some(draft) = request.confirmed {
        drafts::delete(&mut tx, current.id, draft).await?;
    }
    tx.commit().await?;
    app.jobs.send(Job::Settings { connection: current.id });
    app.outbox.wake();
    Ok(Some(Outcome::Saved { revision, seen: plan.seen_version }))
}

/// The secret that was typed, or is made up. None: it is taken away.
pub(super) fn typed_secret(app: &App, typed: &TypedSecret) -> Option<NewSecret> {
    match typed {
        TypedSecret::Remove => None,
        TypedSecret::Text { text, expires_on } => {
            Some(NewSecret { text: SecretString::from(text.as_str()), expires_on: expires_on.clone() })
        }
        TypedSecret::Make { expires_on } => {
            Some(NewSecret { text: app.random.token(), expires_on: expires_on.clone() })
        }
    }
}
