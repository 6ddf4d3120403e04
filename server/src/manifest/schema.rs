//! The JSON Schema of manifests, for editors and for partners' own checks.

use std::borrow::Cow;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Map, Value, json};

use super::field::{Common, Field, Item, ItemCommon};
use super::kind::Kind;
use super::model::Manifest;
use super::rule::{Rule, RuleCommon, RuleKind};

/// The schema of a manifest, draft 2020-12. It says what a manifest may look like; names that have
/// to exist and values that have to fit are checked by reading it.
pub fn schema() -> Value {
    let generator = SchemaSettings::draft2020_12().into_generator();
    let mut schema = generator.into_root_schema_for::<Manifest>().to_value();
    // The slug has two names, of which one has to be there.
    let properties = schema.get_mut("properties").and_then(Value::as_object_mut);
    if let Some(properties) = properties {
        let slug = properties.get("integration").cloned().unwrap_or_default();
        properties.insert("slug".to_owned(), slug);
    }
    schema["required"] = json!(["name"]);
    schema["oneOf"] = json!([{"required": ["integration"]}, {"required": ["slug"]}]);
    schema
}

/// One object schema for each kind: the keys of every kind, `kind` itself, and the keys of this one.
fn by_kind(shared: &Schema, kinds: &[(&'static str, Schema)]) -> Schema {
    let keys = |schema: &Schema| schema.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
    let required = |schema: &Schema| schema.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    let branch = |(name, own): &(&'static str, Schema)| {
        let mut properties: Map<String, Value> = Map::new();
        properties.insert("kind".to_owned(), json!({"const": name}));
        properties.extend(keys(shared));
        properties.extend(keys(own));
        let mut needed = vec![json!("kind")];
        needed.extend(required(shared));
        needed.extend(required(own));
        json!({
            "type": "object",
            "title": name,
            "description": own.get("description").cloned().unwrap_or_default(),
            "properties": properties,
            "required": needed,
            "additionalProperties": false,
        })
    };
    let branches: Vec<Value> = kinds.iter().map(branch).collect();
    json_schema!({"oneOf": branches})
}

impl JsonSchema for Field {
    fn schema_name() -> Cow<'static, str> {
        "Field".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        by_kind(&Common::json_schema(generator), &Kind::shapes(generator))
    }
}

impl JsonSchema for Item {
    fn schema_name() -> Cow<'static, str> {
        "Item".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let common = ItemCommon::json_schema(generator);
        by_kind(&common, &cells(generator))
    }
}

/// A kind by itself: what a row of a map holds.
impl JsonSchema for Kind {
    fn schema_name() -> Cow<'static, str> {
        "Cell".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        by_kind(&json_schema!({}), &cells(generator))
    }
}

fn cells(generator: &mut SchemaGenerator) -> Vec<(&'static str, Schema)> {
    Kind::shapes(generator).into_iter().filter(|(name, _)| Kind::name_fits_cell(name)).collect()
}

impl JsonSchema for Rule {
    fn schema_name() -> Cow<'static, str> {
        "Rule".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        by_kind(&RuleCommon::json_schema(generator), &RuleKind::shapes(generator))
    }
}
