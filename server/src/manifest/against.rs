//! What a new manifest does to settings that were saved under an older one. Nothing of it breaks them: what no longer
//! fits is kept and becomes a finding. This says beforehand whom that would hurt.

use super::field::{Field, Override, Scope};
use super::kind::Kind;
use super::model::Manifest;

/// One difference, in plain English, with the place in the new manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hurt {
    pub field: String,
    pub who: String,
}

/// Whom `new` would hurt of those who saved settings under `old`.
pub fn hurts(old: &Manifest, new: &Manifest) -> Vec<Hurt> {
    let mut found = Vec::new();
    let mut say = |field: &str, who: String| found.push(Hurt { field: field.to_owned(), who });
    if old.slug != new.slug {
        say("integration", "every connection: another slug is another integration".to_owned());
    }
    if new.revision <= old.revision {
        say("revision", format!("nobody yet, but it has to count up: {} was published before", old.revision));
    }
    for before in old.fields().filter(|field| field.kind.has_value()) {
        let key = before.key();
        match new.field(key) {
            None => say(key, "whoever has set it: the value is kept and no longer used".to_owned()),
            Some(after) => compare(before, after, &mut |who| say(key, who)),
        }
    }
    for after in new.fields().filter(|field| field.kind.has_value()) {
        let known = old.field(after.key()).is_some_and(|field| field.kind.has_value());
        if !known && after.common.required && after.common.default.is_none() {
            say(after.key(), "everybody: it is required and has no default".to_owned());
        }
    }
    for step in &old.connection.steps {
        if new.connection.steps.iter().all(|known| known.id != step.id) {
            say(&step.id, "whoever is in the middle of the set-up: the step is gone".to_owned());
        }
    }
    for step in &new.connection.steps {
        if old.connection.steps.iter().all(|known| known.id != step.id) {
            say(&step.id, "everybody who connects or links the account again: the step is new".to_owned());
        }
    }
    found
}

fn compare(before: &Field, after: &Field, say: &mut dyn FnMut(String)) {
    let (old, new) = (&before.common, &after.common);
    if before.kind.name() != after.kind.name() {
        let (old, new) = (before.kind.name(), after.kind.name());
        return say(format!("whoever has set it: a value of kind `{old}` may not be one of `{new}`"));
    }
    if matches!((old.scope, new.scope), (Scope::Both | Scope::Org, Scope::Location)) {
        say("whoever has set it at the organization: that value is kept and no longer used".to_owned());
    }
    if matches!((old.scope, new.scope), (Scope::Both | Scope::Location, Scope::Org)) {
        say("whoever has set it at a location: that value is kept and no longer used".to_owned());
    }
    if before.override_mode() != after.override_mode() && old.scope == Scope::Both && new.scope == Scope::Both {
        let inherits = after.override_mode() != Override::Replace;
        let how =
            if inherits { "what the organization says joins it" } else { "what the organization says is gone there" };
        say(format!("locations that have set it: {how}"));
    }
    if new.required && !old.required && new.default.is_none() {
        say("whoever has not set it: it is required now".to_owned());
    }
    if old.default != new.default {
        say("whoever has not set it: another default is in force from now on".to_owned());
    }
    if old.locked_after != new.locked_after && new.locked_after.is_some() {
        say("whoever wants to change it after that: it is locked then".to_owned());
    }
    options(before, after, say);
    limits(before, after, say);
    let sources = |field: &Field| -> Vec<String> {
        field.kind.sources().into_iter().map(|(_, source)| source.to_owned()).collect()
    };
    if sources(before) != sources(after) {
        say("whoever has set it: it is chosen from another list".to_owned());
    }
    for item in before.kind.items().1 {
        if after.kind.items().1.iter().all(|known| known.key() != item.key()) {
            say(format!("whoever has filled in `{}`: it is gone", item.key()));
        }
    }
    for item in after.kind.items().1.iter().filter(|item| item.common.required) {
        if before.kind.items().1.iter().all(|known| known.key() != item.key()) {
            say(format!("whoever has set it: `{}` is required in each", item.key()));
        }
    }
    inside(before, after, say);
}

/// What rows hold, columns, and fields of a list's things, where they are of another kind.
fn inside(before: &Field, after: &Field, say: &mut dyn FnMut(String)) {
    if let (Kind::Map(old), Kind::Map(new)) = (&before.kind, &after.kind)
        && old.value.name() != new.value.name()
    {
        let (old, new) = (old.value.name(), new.value.name());
        say(format!("whoever has filled in a row: a value of kind `{old}` may not be one of `{new}`"));
    }
    for item in before.kind.items().1 {
        let known = after.kind.items().1.iter().find(|known| known.key() == item.key());
        if let Some(known) = known.filter(|known| known.kind.name() != item.kind.name()) {
            let (key, old, new) = (item.key(), item.kind.name(), known.kind.name());
            say(format!("whoever has filled in `{key}`: a value of kind `{old}` may not be one of `{new}`"));
        }
    }
}

fn options(before: &Field, after: &Field, say: &mut dyn FnMut(String)) {
    for option in before.kind.options() {
        match after.kind.options().iter().find(|known| known.value == option.value) {
            None => say(format!(
                "whoever chose `{}`: it is not valid any more; `\"withdrawn\": true` keeps it",
                option.value
            )),
            Some(known) => {
                let narrower = |old: &[String], new: &[String]| {
                    !new.is_empty() && (old.is_empty() || old.iter().any(|one| !new.contains(one)))
                };
                if narrower(&option.only_currencies, &known.only_currencies)
                    || narrower(&option.only_countries, &known.only_countries)
                {
                    say(format!("locations that use `{}`: it is for fewer currencies or countries", option.value));
                }
            }
        }
    }
}

/// Limits that became tighter, of kinds that have some.
fn limits(before: &Field, after: &Field, say: &mut dyn FnMut(String)) {
    let tighter = |old: (Option<f64>, Option<f64>), new: (Option<f64>, Option<f64>)| {
        let low = new.0.is_some_and(|new| old.0.is_none_or(|old| new > old));
        let high = new.1.is_some_and(|new| old.1.is_none_or(|old| new < old));
        low || high
    };
    let count = |number: Option<u32>| number.map(f64::from);
    let mut is_another_unit = false;
    let (old, new) = match (&before.kind, &after.kind) {
        (Kind::Number(old), Kind::Number(new)) => ((old.min, old.max), (new.min, new.max)),
        (Kind::Duration(old), Kind::Duration(new)) => {
            is_another_unit = old.unit != new.unit;
            ((old.min, old.max), (new.min, new.max))
        }
        (Kind::Rate(old), Kind::Rate(new)) => {
            is_another_unit = old.stored_unit.unwrap_or(old.unit) != new.stored_unit.unwrap_or(new.unit);
            ((old.min, old.max), (new.min, new.max))
        }
        (Kind::DataSize(old), Kind::DataSize(new)) => {
            is_another_unit = old.stored_unit.unwrap_or(old.unit) != new.stored_unit.unwrap_or(new.unit);
            ((old.min, old.max), (new.min, new.max))
        }
        (Kind::Percent(old), Kind::Percent(new)) => ((old.min, old.max), (new.min, new.max)),
        (Kind::NumberList(old), Kind::NumberList(new)) => ((old.min, old.max), (new.min, new.max)),
        (Kind::Text(old), Kind::Text(new)) => {
            if new.pattern.is_some() && old.pattern != new.pattern {
                say("whoever has set it to what the new pattern does not match".to_owned());
            }
            ((count(old.min_length), count(old.max_length)), (count(new.min_length), count(new.max_length)))
        }
        (Kind::MultiRef(old), Kind::MultiRef(new)) => {
            ((count(old.min_items), count(old.max_items)), (count(new.min_items), count(new.max_items)))
        }
        (Kind::MultiEnum(old), Kind::MultiEnum(new)) => {
            ((count(old.min_items), count(old.max_items)), (count(new.min_items), count(new.max_items)))
        }
        (Kind::List(old), Kind::List(new)) => {
            ((count(old.min_items), count(old.max_items)), (count(new.min_items), count(new.max_items)))
        }
        (Kind::StringList(old), Kind::StringList(new)) => {
            ((count(old.min_items), count(old.max_items)), (count(new.min_items), count(new.max_items)))
        }
        (Kind::EmailList(old), Kind::EmailList(new)) => {
            ((count(old.min_items), count(old.max_items)), (count(new.min_items), count(new.max_items)))
        }
        _ => return,
    };
    if is_another_unit {
        say("whoever has set it: the stored number counts in another unit".to_owned());
    }
    if tighter(old, new) {
        say("whoever has set it outside the new limits".to_owned());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::manifest::ReadMode;

    fn manifest(revision: u32, fields: &Value) -> Manifest {
        let whole = json!({
            "integration": "test", "name": "Test", "revision": revision,
            "sections": [{"id": "all", "title": "All", "fields": fields}],
        });
        Manifest::parse("test.json", &whole.to_string(), ReadMode::Shape).unwrap()
    }

    fn field(more: &Value) -> Value {
        let mut field = json!({"key": "a", "kind": "number", "label": "A", "scope": "both", "default": 5});
        for (key, value) in more.as_object().unwrap() {
            field[key] = value.clone();
        }
        field
    }

    #[test]
    fn whom_it_hurts_is_said_field_by_field() {
        let old = manifest(1, &json!([field(&json!({"max": 10}))]));
        let of = |revision, fields: Value| -> Vec<String> {
            hurts(&old, &manifest(revision, &fields))
                .into_iter()
                .map(|hurt| format!("{}: {}", hurt.field, hurt.who))
                .collect()
        };
        assert_eq!(of(2, json!([field(&json!({"max": 10, "label": "B"}))])), Vec::<String>::new());
        assert_eq!(of(2, json!([field(&json!({"max": 20}))])), Vec::<String>::new());
        for (change, said) in [
            (json!([field(&json!({"max": 8}))]), "a: whoever has set it outside the new limits"),
            (json!([]), "a: whoever has set it: the value is kept and no longer used"),
            (json!([field(&json!({"max": 10, "default": 6}))]), "a: whoever has not set it: another default"),
            (json!([field(&json!({"max": 10, "scope": "org"}))]), "a: whoever has set it at a location"),
            (json!([field(&json!({"max": 10, "kind": "percent"}))]), "a: whoever has set it: a value of kind `number`"),
        ] {
            let found = of(2, change);
            assert!(found.len() == 1 && found[0].starts_with(said), "{found:?}");
        }
        let new = json!({"key": "b", "kind": "text", "label": "B", "scope": "org", "required": true});
        assert_eq!(
            of(2, json!([field(&json!({"max": 10})), new])),
            ["b: everybody: it is required and has no default"]
        );
        assert!(of(1, json!([field(&json!({"max": 10}))]))[0].starts_with("revision: "));
    }

    #[test]
    fn whom_it_hurts_is_said_of_what_stands_inside_and_of_units() {
        let of = |old: &Value, new: &Value| -> Vec<String> {
            let fields = |field: &Value| json!([field]);
            hurts(&manifest(1, &fields(old)), &manifest(2, &fields(new)))
                .into_iter()
                .map(|hurt| format!("{}: {}", hurt.field, hurt.who))
                .collect()
        };
        let list = |kind: &str| {
            let item = json!([{"key": "id", "kind": "text", "label": "I"}, {"key": "n", "kind": kind, "label": "N"}]);
            json!({"key": "a", "kind": "list", "label": "A", "scope": "org", "item": item})
        };
        let rate = |stored: &str, max: u32| {
            json!({
                "key": "a", "kind": "rate", "label": "A", "scope": "org",
                "unit": "Mbit/s", "stored_unit": stored, "max": max,
            })
        };
        let of_unit =
            |kind: &str, unit: &str| json!({"key": "a", "kind": kind, "label": "A", "scope": "org", "unit": unit});
        let another = Some("a: whoever has set it: the stored number counts in another unit");
        let days = |max: u32| json!({"key": "a", "kind": "number_list", "label": "A", "scope": "org", "max": max});
        for (old, new, said) in [
            (list("text"), list("text"), None),
            (list("text"), list("number"), Some("a: whoever has filled in `n`: a value of kind `text`")),
            (rate("bit/s", 10), rate("bit/s", 20), None),
            (rate("bit/s", 10), rate("kbit/s", 10), another),
            (of_unit("rate", "Mbit/s"), of_unit("rate", "Gbit/s"), another),
            (of_unit("data_size", "GB"), of_unit("data_size", "MB"), another),
            (of_unit("duration", "min"), of_unit("duration", "min"), None),
            (of_unit("duration", "min"), of_unit("duration", "h"), another),
            (rate("bit/s", 10), rate("bit/s", 5), Some("a: whoever has set it outside the new limits")),
            (days(30), days(14), Some("a: whoever has set it outside the new limits")),
        ] {
            let found = of(&old, &new);
            match said {
                Some(said) => assert!(found.len() == 1 && found[0].starts_with(said), "{found:?}"),
                None => assert_eq!(found, Vec::<String>::new()),
            }
        }
    }
}
