//! `docs/MANIFEST.md`: every example is read, every kind and key is named.

use serde_json::{Map, Value, json};

use super::*;

/// The fenced examples: the word behind `json`, and the text.
fn examples(document: &str) -> Vec<(&str, &str)> {
    let fenced = document.split("```json").skip(1);
    fenced
        .map(|rest| rest.split_once("```").unwrap().0.split_once('\n').unwrap())
        .map(|(word, text)| (word.trim(), text))
        .collect()
}

/// A whole manifest around an example of a part of it, with what the part refers to.
fn whole(word: &str, text: &str) -> Value {
    let mut manifest: Value = serde_json::from_str(EVERYTHING).unwrap();
    // The texts of what an example replaces are gone with it.
    manifest["translations"] = json!({});
    match word {
        "manifest" => serde_json::from_str(text).unwrap(),
        "keys" => {
            let keys: Map<String, Value> = serde_json::from_str(&format!("{{{text}}}")).unwrap();
            for (key, value) in keys {
                manifest[key] = value;
            }
            manifest
        }
        "fields" => {
            let fields: Vec<Value> = serde_json::from_str(&format!("[{text}]")).unwrap();
            manifest["sections"]
                .as_array_mut()
                .unwrap()
                .push(json!({"id": "example", "title": "Example", "fields": fields}));
            manifest
        }
        "rules" => {
            manifest["rules"] = serde_json::from_str(&format!("[{text}]")).unwrap();
            manifest
        }
        other => panic!("an example is `json manifest`, `json keys`, `json fields` or `json rules`, not `{other}`"),
    }
}

#[test]
fn every_example_is_read() {
    let document = std::fs::read_to_string(repository("docs/MANIFEST.md")).unwrap();
    let examples = examples(&document);
    assert!(examples.len() >= 10, "only {} examples", examples.len());
    let mut kinds = BTreeSet::new();
    let mut rules = BTreeSet::new();
    for (word, text) in examples.into_iter().filter(|(word, _)| !["values", "in-force"].contains(word)) {
        let manifest = whole(word, text).to_string();
        let read = Manifest::parse("docs/MANIFEST.md", &manifest, ReadMode::Serve);
        let read = read.unwrap_or_else(|problems| panic!("{text}\n{:#?}", lines(&problems)));
        if word == "fields" {
            kinds.extend(read.sections.last().unwrap().fields.iter().map(|field| field.kind.name()));
        }
        if word == "rules" {
            rules.extend(read.rules.iter().map(|rule| rule.kind.name()));
        }
    }
    assert_eq!(kinds, Kind::NAMES.iter().copied().collect(), "each kind has an example");
    assert_eq!(rules, RuleKind::NAMES.iter().copied().collect(), "each kind of rule has an example");
}

#[test]
fn every_key_of_the_schema_is_named() {
    fn keys(schema: &Value, all: &mut BTreeSet<String>) {
        if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
            all.extend(properties.keys().cloned());
        }
        schema.as_object().into_iter().flatten().for_each(|(_, inner)| keys(inner, all));
        schema.as_array().into_iter().flatten().for_each(|inner| keys(inner, all));
    }
    let document = std::fs::read_to_string(repository("docs/MANIFEST.md")).unwrap();
    let mut all = BTreeSet::new();
    keys(&super::super::schema(), &mut all);
    let missing: Vec<&String> = all.iter().filter(|key| !document.contains(&format!("`{key}`"))).collect();
    assert!(missing.is_empty(), "docs/MANIFEST.md does not name {missing:?}");
}

#[test]
fn the_example_of_layers_is_in_force_as_it_says() {
    use crate::domain::settings::tenant::Location;
    use crate::domain::settings::{Layers, Place, Settings, effective};

    let document = std::fs::read_to_string(repository("docs/MANIFEST.md")).unwrap();
    let examples = examples(&document);
    let values = examples.iter().position(|(word, _)| *word == "values").unwrap();
    let manifest = whole("fields", examples[values - 1].1).to_string();
    let manifest = Manifest::parse("docs/MANIFEST.md", &manifest, ReadMode::Serve).unwrap();
    let entered: Value = serde_json::from_str(examples[values].1).unwrap();
    let expected: Map<String, Value> = serde_json::from_str(examples[values + 1].1).unwrap();
    let layers = Layers {
        organization: entered["organization"].as_object().unwrap().clone(),
        locations: serde_json::from_value(entered["locations"].clone()).unwrap(),
        ..Layers::default()
    };
    let bristol: Location = serde_json::from_value(json!({"id": "loc-brs", "name": "Bristol"})).unwrap();
    let written = effective(&Settings::resolve(&manifest, &layers, Place::Location(&bristol)));
    assert!(!expected.is_empty());
    for (field, expected) in expected {
        assert_eq!(written[&field], expected, "{field}");
    }
}
