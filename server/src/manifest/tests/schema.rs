//! The published schema, against what is really read. The validator here knows the words our schema uses and no others.

use serde_json::Value;

use super::*;

/// Everything at which `value` does not fit `schema`.
fn misfits(root: &Value, schema: &Value, value: &Value, at: &str) -> Vec<String> {
    let mut found = Vec::new();
    let schema = match schema {
        Value::Bool(true) => return found,
        Value::Object(schema) => schema,
        other => panic!("not a schema: {other}"),
    };
    for (word, said) in schema {
        match word.as_str() {
            "$ref" => {
                let name = said.as_str().unwrap().strip_prefix('#').unwrap();
                found.extend(misfits(root, root.pointer(name).unwrap(), value, at));
            }
            "type" => {
                let types: Vec<&str> = said.as_array().map_or_else(
                    || vec![said.as_str().unwrap()],
                    |all| all.iter().map(|t| t.as_str().unwrap()).collect(),
                );
                let is = |name: &&str| match *name {
                    "null" => value.is_null(),
                    "boolean" => value.is_boolean(),
                    "string" => value.is_string(),
                    "number" => value.is_number(),
                    "integer" => value.is_i64() || value.is_u64(),
                    "array" => value.is_array(),
                    "object" => value.is_object(),
                    other => panic!("unknown type {other}"),
                };
                if !types.iter().any(is) {
                    found.push(format!("{at}: not {said}"));
                }
            }
            "const" => found.extend((said != value).then(|| format!("{at}: not {said}"))),
            "enum" => {
                found.extend((!said.as_array().unwrap().contains(value)).then(|| format!("{at}: not one of {said}")));
            }
            "required" => {
                for key in said.as_array().unwrap().iter().map(|key| key.as_str().unwrap()) {
                    if value.is_object() && value.get(key).is_none() {
                        found.push(format!("{at}: without {key}"));
                    }
                }
            }
            "properties" => {
                for (key, inner) in value.as_object().into_iter().flatten() {
                    if let Some(schema) = said.get(key) {
                        found.extend(misfits(root, schema, inner, &format!("{at}/{key}")));
                    } else if schema.get("additionalProperties") == Some(&Value::Bool(false)) {
                        found.push(format!("{at}: unknown {key}"));
                    }
                }
            }
            "additionalProperties" if said.is_object() => {
                for (key, inner) in value.as_object().into_iter().flatten() {
                    found.extend(misfits(root, said, inner, &format!("{at}/{key}")));
                }
            }
            "items" => {
                for (i, inner) in value.as_array().into_iter().flatten().enumerate() {
                    found.extend(misfits(root, said, inner, &format!("{at}/{i}")));
                }
            }
            "oneOf" | "anyOf" => {
                let branches: Vec<Vec<String>> =
                    said.as_array().unwrap().iter().map(|branch| misfits(root, branch, value, at)).collect();
                let fitting = branches.iter().filter(|misfits| misfits.is_empty()).count();
                if fitting == 0 {
                    let nearest = branches.into_iter().min_by_key(Vec::len).unwrap();
                    found.push(format!("{at}: no branch fits; nearest: {}", nearest.join(", ")));
                } else if fitting > 1 && word == "oneOf" {
                    found.push(format!("{at}: {fitting} branches fit"));
                }
            }
            "minimum" => found
                .extend(value.as_f64().filter(|n| *n < said.as_f64().unwrap()).map(|n| format!("{at}: {n} < {said}"))),
            "maximum" => found
                .extend(value.as_f64().filter(|n| *n > said.as_f64().unwrap()).map(|n| format!("{at}: {n} > {said}"))),
            "minItems" | "maxItems" | "minLength" | "pattern" | "format" | "additionalProperties" | "prefixItems" => {}
            "$schema" | "$defs" | "title" | "description" | "default" => {}
            other => panic!("the validator does not know {other}"),
        }
    }
    found
}

fn value(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

#[test]
fn fixtures_and_samples_fit_the_schema() {
    let root = super::super::schema();
    assert_eq!(root["$schema"], "https://json-schema.org/draft/2020-12/schema");
    for path in fixtures().into_iter().chain(samples()) {
        assert_eq!(misfits(&root, &root, &value(&path), ""), [""; 0], "{}", path.display());
    }
    assert_eq!(misfits(&root, &root, &serde_json::from_str(EVERYTHING).unwrap(), ""), [""; 0]);
}

#[test]
fn what_is_refused_by_type_does_not_fit_the_schema() {
    let root = super::super::schema();
    for (pointer, wrong) in [
        ("/integration", serde_json::json!(5)),
        ("/sync/every_minutes", serde_json::json!("often")),
        ("/sections/0/fields/1/scope", serde_json::json!("everywhere")),
        ("/sections/0/fields/1/kind", serde_json::json!("boolaen")),
        ("/sections/0/fields/2/options/0/colour", serde_json::json!("red")),
        ("/sections/2/fields/0/value/kind", serde_json::json!("secret")),
        ("/sections/2/fields/2/columns/0/scope", serde_json::json!("org")),
        ("/rules/3/op", serde_json::json!("<")),
        ("/partner/hooks/0", serde_json::json!("option")),
        ("/client_id/file", serde_json::json!("x")),
        ("/support", serde_json::json!({})),
        ("/support/phone", serde_json::json!("x")),
        ("/colour", serde_json::json!("red")),
    ] {
        let mut manifest: Value = serde_json::from_str(EVERYTHING).unwrap();
        let (parent, last) = pointer.rsplit_once('/').unwrap();
        match manifest.pointer_mut(parent).unwrap() {
            Value::Object(map) => _ = map.insert(last.to_owned(), wrong),
            Value::Array(list) => list[last.parse::<usize>().unwrap()] = wrong,
            other => *other = serde_json::json!({last: wrong}),
        }
        assert_ne!(misfits(&root, &root, &manifest, ""), [""; 0], "{pointer}");
    }
}

#[test]
fn every_key_of_the_schema_is_read_and_explained() {
    fn walk(schema: &Value, at: &str, unexplained: &mut Vec<String>) {
        for (word, inner) in schema.as_object().into_iter().flatten() {
            if word == "properties" {
                for (key, property) in inner.as_object().unwrap() {
                    if key != "kind" && property.get("description").is_none() {
                        unexplained.push(format!("{at}/{key}"));
                    }
                }
            }
            walk(inner, &format!("{at}/{word}"), unexplained);
        }
        for inner in schema.as_array().into_iter().flatten() {
            let title = inner.get("title").and_then(Value::as_str).unwrap_or("");
            walk(inner, &format!("{at}/{title}"), unexplained);
        }
    }
    let root = super::super::schema();
    let mut unexplained = Vec::new();
    walk(&root, "", &mut unexplained);
    // The one key of a reference to a variable needs no sentence.
    unexplained.retain(|at| !at.ends_with("/env"));
    assert_eq!(unexplained, [""; 0]);

    let keys: BTreeSet<&str> = root["properties"].as_object().unwrap().keys().map(String::as_str).collect();
    let unknown =
        Manifest::parse("f", r#"{"integration": "a", "name": "A", "zzzzzzzz": 1}"#, ReadMode::Shape).unwrap_err();
    let known: BTreeSet<&str> = unknown[0].reason.split('`').skip(3).step_by(2).collect();
    assert_eq!(keys, known);
}
