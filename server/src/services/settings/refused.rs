//! Why the API does not save a value: the field, the rule, and what would be saved, for somebody who has no page in
//! front of them.

use app::ports::Mistake;
use app::texts::{self, text_with};

use super::guards::{self, Lock};
use super::scene::Scene;
use crate::domain::settings::edits::Of;
use crate::domain::settings::judge::Wrong;
use crate::manifest::field::{Field, Scope};
use crate::manifest::kind::Kind;

pub(super) fn words(scene: &Scene, of: &Of, wrong: &Wrong) -> String {
    let key = wrong.at.field.as_str();
    let Some(field) = scene.manifest().field(key) else {
        return text_with("api-setting-unknown", &[("key", key.into())]);
    };
    let label = field.common.label.as_str();
    let named = [("field", label.into()), ("key", key.into()), ("kind", field.kind.name().into())];
    match &wrong.mistake {
        Mistake::Unknown => text_with(no_place(field, of), &named),
        Mistake::Locked => locked(scene, of, field),
        Mistake::BoundElsewhere => text_with("api-setting-bound", &named),
        Mistake::UnknownChoice => text_with("api-setting-not-offered", &named),
        Mistake::Missing => text_with("api-setting-missing", &named),
        Mistake::WrongForm { example: None } => text_with("api-setting-form", &named),
        // The rule's own words may speak of the value alone.
        Mistake::Said(said) if !said.is_empty() && !said.contains(label) => format!("{label}: {said}"),
        mistake => texts::mistake(label, mistake),
    }
}

/// Nothing can be said there.
fn no_place(field: &Field, of: &Of) -> &'static str {
    if !field.kind.has_value() {
        return "api-setting-no-value";
    }
    match (of, field.common.scope) {
        (Of::Organization, Scope::Location) => "api-setting-of-locations",
        (Of::Location(_), Scope::Org) => "api-setting-of-organization",
        _ if matches!(field.kind, Kind::Map(_) | Kind::Table(_) | Kind::Template(_)) => "api-setting-no-part",
        _ => "api-setting-whole",
    }
}

fn locked(scene: &Scene, of: &Of, field: &Field) -> String {
    let (label, key) = (field.common.label.as_str(), field.key());
    let layers = &scene.stored.layers;
    let by_organization = match of {
        Of::Location(id) => layers.locks.get(key).is_some_and(|except| !except.contains(id)),
        Of::Organization => false,
    };
    let named = [("field", label.into()), ("key", key.into())];
    if by_organization {
        return text_with("api-setting-locked", &named);
    }
    match guards::lock(scene, field, layers, of) {
        Some(Lock::SinceConnected) | None => text_with("api-setting-locked-connected", &named),
        Some(Lock::After(fact)) => {
            text_with("api-setting-locked-after", &[("field", label.into()), ("fact", fact.as_str().into())])
        }
        Some(Lock::While(fact, _)) => {
            text_with("api-setting-locked-while", &[("field", label.into()), ("fact", fact.as_str().into())])
        }
        Some(Lock::NotKnown) => text_with("api-setting-locked-unknown", &named),
    }
}
