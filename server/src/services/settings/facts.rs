//! What the partner system says of itself: whether something is locked, and how much a dangerous value concerns.

use std::collections::{BTreeMap, BTreeSet};

use app::ports::PartnerTrouble;
use serde_json::{Map, Value, json};

use super::guards::Danger;
use super::scene::Scene;
use crate::domain::settings::Layers;
use crate::domain::settings::edits::Of;
use crate::manifest::kind::Kind;
use crate::manifest::rule::RuleKind;
use crate::manifest::{Hook, Manifest};
use crate::services::answers::{self, About, Unanswered};
use crate::services::{ServiceError, steps};
use crate::state::App;
use crate::upstream::partner::{Fact, Facts as Question};

/// Stands in the text of a danger for the fact that says how often.
const COUNT: &str = "{count}";

#[derive(Debug, Clone, Default)]
pub struct Facts {
    known: BTreeMap<String, Fact>,
    /// The integration has such a hook, and it was asked.
    asked: bool,
    pub trouble: Option<PartnerTrouble>,
}

impl Facts {
    /// Whether a fact holds. None while that is not known, which an answer without it does not change.
    pub fn holds(&self, name: &str) -> Option<bool> {
        match self.known.get(name) {
            Some(Fact::Flag(flag)) => Some(*flag),
            Some(Fact::Count(count)) => Some(*count > 0),
            None => (!self.asked).then_some(false),
        }
    }

    pub fn count(&self, name: &str) -> Option<u64> {
        match self.known.get(name)? {
            Fact::Count(count) => Some(*count),
            Fact::Flag(_) => None,
        }
    }
}

/// Names of facts that locks and guards of the manifest need.
fn names(manifest: &Manifest) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for field in manifest.fields() {
        names.extend(field.common.locked_after.iter().filter(|fact| *fact != "connected").cloned());
        names.extend(field.common.change_blocked_while.clone());
    }
    names.extend(manifest.rules.iter().filter_map(|rule| match &rule.kind {
        RuleKind::DisconnectGuard(guard) => Some(guard.count.clone()),
        _ => None,
    }));
    names
}

/// What the manifest's locks need to know, at a location or for all. `anew`: somebody wants to change something, so
/// what was so a moment ago is not good enough.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn load(
    app: &App,
    about: About<'_>,
    location: Option<&str>,
    anew: bool,
) -> Result<Facts, ServiceError> {
    let names: Vec<String> = names(&about.integration.manifest).into_iter().collect();
    ask(app, about, &Question { names: &names, location, draft: None }, anew).await
}

/// Dangers with the counts in their texts, as the partner system tells them for what is not saved yet.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn counted(
    app: &App,
    scene: &Scene,
    of: &Of,
    after: &Layers,
    mut dangers: Vec<Danger>,
) -> Result<Vec<Danger>, ServiceError> {
    let counts = dangers.iter().filter(|danger| danger.text.contains(COUNT)).map(|danger| danger.field.clone());
    let names: Vec<String> = counts.collect::<BTreeSet<_>>().into_iter().collect();
    let Scene { integration, organization, connection, .. } = scene;
    let about = About { integration, organization, connection };
    let draft = draft(scene.manifest(), after);
    let question = Question { names: &names, location: of.location(), draft: Some(&draft) };
    let facts = ask(app, about, &question, true).await?;
    for danger in &mut dangers {
        danger.count = facts.count(&danger.field);
        let count = danger.count.map_or_else(|| "?".to_owned(), |count| count.to_string());
        danger.text = danger.text.replace(COUNT, &count);
    }
    Ok(dangers)
}

async fn ask(app: &App, about: About<'_>, question: &Question<'_>, anew: bool) -> Result<Facts, ServiceError> {
    let answers = about.integration.partner.as_ref().is_some_and(|partner| partner.answers(Hook::Facts));
    if question.names.is_empty() || !answers {
        return Ok(Facts::default());
    }
    match answers::facts(app, about, question, anew).await {
        Ok(known) => {
            let known = known.iter().map(|(name, fact)| (name.clone(), *fact)).collect();
            Ok(Facts { known, asked: true, trouble: None })
        }
        Err(Unanswered::Partner(error)) => {
            tracing::warn!(connection.id = %about.connection.id, %error, "facts are not known");
            Ok(Facts { known: BTreeMap::new(), asked: true, trouble: Some(steps::told(&error)) })
        }
        Err(Unanswered::Ours(error)) => Err(error),
    }
}

/// Settings that are not saved yet, in the form that the API takes. Of secrets not even that they are there.
fn draft(manifest: &Manifest, after: &Layers) -> Value {
    let plain = |layer: &Map<String, Value>| -> Map<String, Value> {
        let told = |key: &str| manifest.field(key).is_some_and(|field| !matches!(field.kind, Kind::Secret(_)));
        let plain = layer.iter().filter(|(key, _)| told(key));
        plain.map(|(key, value)| (key.clone(), value.clone())).collect()
    };
    let locations: Map<String, Value> =
        after.locations.iter().map(|(id, own)| (id.clone(), Value::Object(plain(own)))).collect();
    json!({ "organization": plain(&after.organization), "locations": locations, "locks": after.locks })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::ReadMode;

    #[test]
    fn what_is_asked_and_not_told_is_not_known() {
        let mut facts = Facts { known: BTreeMap::from([("paid".to_owned(), Fact::Count(0))]), ..Facts::default() };
        assert_eq!((facts.holds("paid"), facts.holds("posted")), (Some(false), Some(false)), "nobody can be asked");
        facts.asked = true;
        assert_eq!((facts.holds("paid"), facts.holds("posted")), (Some(false), None));
        facts.known.insert("posted".to_owned(), Fact::Flag(true));
        assert_eq!((facts.holds("posted"), facts.count("posted")), (Some(true), None));
    }

    #[test]
    fn a_draft_tells_no_secret() {
        let manifest = json!({
            "integration": "test", "name": "Test",
            "sections": [{"id": "all", "title": "All", "fields": [
                {"key": "on", "kind": "boolean", "label": "On", "scope": "both", "default": false},
                {"key": "token", "kind": "secret", "label": "Token", "scope": "both"},
            ]}],
        });
        let manifest = Manifest::parse("test.json", &manifest.to_string(), ReadMode::Shape).unwrap();
        let layer = json!({"on": true, "token": {"secret": "set"}, "gone": "of an earlier manifest"});
        let layer = layer.as_object().cloned().unwrap();
        let after = Layers {
            organization: layer.clone(),
            locations: BTreeMap::from([("l1".to_owned(), layer)]),
            locks: BTreeMap::from([("on".to_owned(), BTreeSet::from(["l1".to_owned()]))]),
        };
        let told = json!({"organization": {"on": true}, "locations": {"l1": {"on": true}}, "locks": {"on": ["l1"]}});
        assert_eq!(draft(&manifest, &after), told);
    }
}
