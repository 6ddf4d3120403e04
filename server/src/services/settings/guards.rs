//! What stands between an entry and its being saved: locks, secrets that belong to an address, rules that refuse, and
//! values to be confirmed.

use std::collections::BTreeSet;

use app::forms::Path as At;
use app::ports::Mistake;
use app::texts::{speaking, text_with};
use serde_json::Value;

use super::change::{bound, secret_kind};
use super::scene::Scene;
use crate::domain::settings::edits::Of;
use crate::domain::settings::findings::{Finding, Severity, is_or_has};
use crate::domain::settings::judge::{Judged, TypedSecret, Wrong};
use crate::domain::settings::record::{diff, lock_diff};
use crate::domain::settings::typed::empty;
use crate::domain::settings::{Layers, Place, Settings};
use crate::manifest::field::{DangerLevel, Field};
use crate::manifest::rule::RuleKind;
use crate::services::ServiceError;
use crate::state::App;

/// Why a field cannot be changed now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lock {
    SinceConnected,
    After(String),
    While(String, Option<u64>),
    /// The partner system does not say.
    NotKnown,
}

/// The manifest's lock of a field at a place. What was never said can be said once.
pub fn lock(scene: &Scene, field: &Field, layers: &Layers, of: &Of) -> Option<Lock> {
    let place = scene.place(of)?;
    let in_force = Settings::resolve(scene.manifest(), layers, place);
    if in_force.value(field.key()).is_none_or(empty) {
        return None;
    }
    lock_of(scene, field)
}

/// The same for a field that has a value.
pub fn lock_of(scene: &Scene, field: &Field) -> Option<Lock> {
    let common = &field.common;
    match common.locked_after.as_deref() {
        Some("connected") if scene.connection.finished_at.is_some() => return Some(Lock::SinceConnected),
        Some("connected") => {}
        Some(fact) => match scene.facts.holds(fact) {
            Some(true) => return Some(Lock::After(fact.to_owned())),
            Some(false) => {}
            None => return Some(Lock::NotKnown),
        },
        None => {}
    }
    let fact = common.change_blocked_while.as_deref()?;
    match scene.facts.holds(fact) {
        Some(true) => Some(Lock::While(fact.to_owned(), scene.facts.count(fact))),
        Some(false) => None,
        None => Some(Lock::NotKnown),
    }
}

/// Everything that refuses a change although each entry by itself is good.
///
/// # Errors
/// When the database does not answer.
pub async fn refusals(
    app: &App,
    scene: &Scene,
    of: &Of,
    after: &Layers,
    judged: &Judged,
) -> Result<Vec<Wrong>, ServiceError> {
    let mut found = held(scene, of, after, judged);
    found.extend(moved_beside(scene, after, std::slice::from_ref(of)));
    if !found.is_empty() {
        return Ok(found);
    }
    Ok(broken(app, scene, after).await?.into_iter().map(|(_, wrong)| wrong).collect())
}

/// Fields of a place that cannot be changed now, and secrets that would move.
pub fn held(scene: &Scene, of: &Of, after: &Layers, judged: &Judged) -> Vec<Wrong> {
    let manifest = scene.manifest();
    let current = &scene.stored.layers;
    let wrong = |key: &str, mistake: Mistake| Wrong { at: At::field(key), name: None, mistake };
    let changed = diff(manifest, current, after);
    let here = changed.iter().filter(|change| change.path.of == *of).map(|change| change.path.field.as_str());
    let secrets = judged.secrets.iter().map(|(field, _)| field.as_str());
    let mut found = Vec::new();
    for key in here.chain(secrets).collect::<BTreeSet<_>>() {
        let Some(field) = manifest.field(key) else { continue };
        if lock(scene, field, current, of).is_some() {
            found.push(wrong(key, Mistake::Locked));
        }
    }
    let moved = moved_secrets(scene, of, after, judged);
    found.extend(moved.into_iter().map(|key| wrong(&key, Mistake::BoundElsewhere)));
    found
}

/// Secrets of other locations than those that are changed themselves, which would go along to an address that they
/// inherit: told at the field that says where. Nobody can enter them together with the change. Those of locations that
/// have left hold nobody up, since nobody could remove them there: the change takes them away.
pub fn moved_beside(scene: &Scene, after: &Layers, changed: &[Of]) -> Vec<Wrong> {
    let manifest = scene.manifest();
    let edits = diff(manifest, &scene.stored.layers, after);
    let mut found = Vec::new();
    for location in &scene.tenant.locations {
        let of = Of::Location(location.id.clone());
        if changed.contains(&of) {
            continue;
        }
        for key in moved_secrets(scene, &of, after, &Judged::default()) {
            let label = manifest.field(&key).map_or(key.as_str(), |field| field.common.label.as_str());
            let named = [("field", label.into()), ("location", location.name.as_str().into())];
            let said = speaking(scene.language, || text_with("secret-moves", &named));
            let mut bound_to = secret_kind(manifest, &key).into_iter().flat_map(|kind| &kind.bound_to);
            let at = bound_to.find(|key| edits.iter().any(|edit| edit.path.field == **key));
            let at = At::field(at.unwrap_or(&key).as_str());
            found.push(Wrong { at, name: None, mistake: Mistake::Said(said) });
        }
    }
    found
}

/// Everything that refuses a lock of a field, set or lifted: what an entry would be refused for that brings the same
/// values into force.
///
/// # Errors
/// When the database does not answer.
pub async fn lock_refusals(app: &App, scene: &Scene, after: &Layers, key: &str) -> Result<Vec<Wrong>, ServiceError> {
    let wrong = |key: &str, mistake: Mistake| Wrong { at: At::field(key), name: None, mistake };
    let mut found = Vec::new();
    if scene.manifest().field(key).is_some_and(|field| moves_fixed(scene, after, field)) {
        found.push(wrong(key, Mistake::Locked));
    }
    let mut moved = BTreeSet::new();
    for location in &scene.tenant.locations {
        moved.extend(moved_secrets(scene, &Of::Location(location.id.clone()), after, &Judged::default()));
    }
    found.extend(moved.iter().map(|key| wrong(key, Mistake::BoundElsewhere)));
    if !found.is_empty() {
        return Ok(found);
    }
    Ok(broken(app, scene, after).await?.into_iter().map(|(_, wrong)| wrong).collect())
}

/// Whether another value would count somewhere in a field that cannot be changed now.
pub(super) fn moves_fixed(scene: &Scene, after: &Layers, field: &Field) -> bool {
    if lock_of(scene, field).is_none() {
        return false;
    }
    let value = |layers: &Layers, place: Place<'_>| {
        Settings::resolve(scene.manifest(), layers, place).value(field.key()).cloned().unwrap_or_default()
    };
    scene.tenant.locations.iter().map(Place::Location).any(|place| {
        let (before, after) = (value(&scene.stored.layers, place), value(after, place));
        !empty(&before) && before != after
    })
}

/// Rules that a change would break, each with the location where it would; none for all of them.
///
/// # Errors
/// When the database does not answer.
pub async fn broken(app: &App, scene: &Scene, after: &Layers) -> Result<Vec<(Option<String>, Wrong)>, ServiceError> {
    let current = &scene.stored.layers;
    // A lock changes what counts as well.
    let (changed, locked) = (diff(scene.manifest(), current, after), lock_diff(current, after));
    if changed.is_empty() && locked.is_empty() {
        return Ok(Vec::new());
    }
    let values = changed.iter().map(|change| change.path.field.as_str());
    let fields: BTreeSet<&str> = values.chain(locked.iter().map(|lock| lock.field.as_str())).collect();
    let before = scene.findings();
    let mut found = Vec::new();
    for finding in scene.findings_after(app, after).await? {
        let known = before.iter().any(|old| {
            (&old.location, &old.field, &old.rule) == (&finding.location, &finding.field, &finding.rule)
                && finding.rows.iter().all(|row| old.rows.contains(row))
        });
        if finding.severity == Severity::Error && !known && refuses(scene, &finding) {
            let mistake = Mistake::Said(finding.why.clone());
            found.push((finding.location.clone(), Wrong { at: concerned(&finding, &fields), name: None, mistake }));
        }
    }
    Ok(found)
}

/// Where a finding is told: at its field, else at what was changed.
fn concerned(finding: &Finding, changed: &BTreeSet<&str>) -> At {
    let key = finding.field.as_deref().or_else(|| changed.first().copied()).unwrap_or_default();
    let at = At::field(key);
    match finding.rows.as_slice() {
        [row] => at.at(row),
        _ => at,
    }
}

/// Rules that a save must not break. What is incomplete, or leads nowhere, may wait: the page marks it.
fn refuses(scene: &Scene, finding: &Finding) -> bool {
    if matches!(finding.rule.as_str(), "unique_values" | "option_allowed") {
        return true;
    }
    scene.manifest().rules.iter().any(|rule| {
        rule.common.id == finding.rule
            && matches!(
                rule.kind,
                RuleKind::Compare(_)
                    | RuleKind::Requires(_)
                    | RuleKind::OptionAllowed(_)
                    | RuleKind::UniqueAcrossOrganizations(_)
            )
    })
}

/// Secrets of this place that would be sent to another address than the one they were entered for, and are not
/// entered again.
pub(super) fn moved_secrets(scene: &Scene, of: &Of, after: &Layers, judged: &Judged) -> Vec<String> {
    let manifest = scene.manifest();
    let mut moved = Vec::new();
    for field in manifest.fields() {
        let Some(kind) = secret_kind(manifest, field.key()).filter(|kind| !kind.bound_to.is_empty()) else { continue };
        let kept = scene.stored.secrets.contains_key(&(of.clone(), field.key().to_owned()));
        let entered = judged.secrets.iter().any(|(key, typed)| key == field.key() && *typed != TypedSecret::Remove);
        let removed = judged.secrets.iter().any(|(key, typed)| key == field.key() && *typed == TypedSecret::Remove);
        if !kept || entered || removed {
            continue;
        }
        if bound(manifest, kind, &scene.stored.layers, of) != bound(manifest, kind, after, of) {
            moved.push(field.key().to_owned());
        }
    }
    moved
}

/// A dangerous value that counts after a change and did not before.
#[derive(Debug, Clone, PartialEq)]
pub struct Danger {
    pub field: String,
    /// Where: the layer that says it.
    pub of: Of,
    pub level: DangerLevel,
    /// As the manifest has it, until `facts::counted` puts the count in.
    pub text: String,
    pub count: Option<u64>,
    pub before: Value,
    pub after: Value,
}

/// What has to be confirmed before it is saved.
pub fn dangers(scene: &Scene, after: &Layers) -> Vec<Danger> {
    let manifest = scene.manifest();
    let current = &scene.stored.layers;
    let changed = diff(manifest, current, after);
    // A change of one field can bring another's dangerous value into use.
    if changed.is_empty() && current.locks == after.locks {
        return Vec::new();
    }
    let mut found: Vec<Danger> = Vec::new();
    let places: Vec<Of> = std::iter::once(Of::Organization)
        .chain(scene.tenant.locations.iter().map(|location| Of::Location(location.id.clone())))
        .collect();
    for of in places {
        let Some(place) = scene.place(&of) else { continue };
        let (old, new) = (Settings::resolve(manifest, current, place), Settings::resolve(manifest, after, place));
        for (was, is) in old.fields.iter().zip(&new.fields) {
            let Some((level, text)) = is.is_used().then(|| danger(is.field, &is.value)).flatten() else { continue };
            let before = was.is_used().then(|| danger(was.field, &was.value)).flatten();
            let known = before.is_some() && was.value == is.value;
            // Once for the organization is enough for all that follow it.
            let told = found.iter().any(|one| one.field == is.key() && one.after == is.value);
            if known || told || (of == Of::Organization && !has_a_say(is.field)) {
                continue;
            }
            found.push(Danger {
                field: is.key().to_owned(),
                of: of.clone(),
                level,
                text,
                count: None,
                before: was.value.clone(),
                after: is.value.clone(),
            });
        }
    }
    found
}

fn has_a_say(field: &Field) -> bool {
    field.common.scope != crate::manifest::field::Scope::Location
}

/// Whether a value has to be confirmed, and what will happen.
pub fn danger(field: &Field, value: &Value) -> Option<(DangerLevel, String)> {
    let has = |wanted: &Value| is_or_has(value, wanted);
    let by_field = field.common.danger.as_ref().filter(|danger| match &danger.when {
        Some(when) => has(when),
        None => Some(value) != field.common.default.as_ref() && !empty(value),
    });
    if let Some(danger) = by_field {
        return Some((danger.level, danger.text.clone()));
    }
    let chosen = field.kind.options().iter().filter(|option| has(&Value::String(option.value.clone())));
    let by_option = chosen.filter_map(|option| option.danger.as_ref()).max_by_key(|danger| danger.level);
    by_option.map(|danger| (danger.level, danger.text.clone()))
}

/// The name that has to be typed, without what people type differently: case, accents, punctuation.
pub fn same_name(left: &str, right: &str) -> bool {
    fn plain(text: &str) -> String {
        let folded = text.chars().flat_map(char::to_lowercase).map(|sign| match sign {
            'à'..='å' | 'ā' | 'ă' | 'ą' => 'a',
            'ç' | 'ć' | 'č' => 'c',
            'è'..='ë' | 'ē' | 'ė' | 'ę' | 'ě' => 'e',
            'ì'..='ï' | 'ī' | 'į' => 'i',
            'ñ' | 'ń' | 'ň' => 'n',
            'ò'..='ö' | 'ø' | 'ō' | 'ő' => 'o',
            'ś' | 'š' | 'ş' => 's',
            'ù'..='ü' | 'ū' | 'ů' | 'ű' => 'u',
            'ý' | 'ÿ' => 'y',
            'ź' | 'ż' | 'ž' => 'z',
            'ł' => 'l',
            other => other,
        });
        folded.filter(|sign| sign.is_alphanumeric()).collect()
    }
    let (one, other) = (plain(left), plain(right));
    // A name of signs alone is compared as it stands.
    if one.is_empty() || other.is_empty() { left.trim() == right.trim() } else { one == other }
}
