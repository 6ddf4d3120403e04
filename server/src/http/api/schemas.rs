//! Pieces of the OpenAPI document that several calls share, and those that no Rust type says.

use app::ports::Actor;
use serde_json::{Value, json};
use utoipa::openapi::Ref;
use utoipa::openapi::schema::{ArrayBuilder, Object, ObjectBuilder, Schema, Type};

use crate::domain::connection::ConnectionState;
use crate::domain::health::{Cause, Who};
use crate::domain::run::RunState;

/// The nine states by their slugs.
pub(super) fn state() -> Object {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some("What the connection is in, as filters take it"))
        .enum_values(Some(ConnectionState::ALL.map(ConnectionState::slug)))
        .build()
}

/// Why it is in that state.
pub(super) fn cause() -> Object {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some("Why it is in that state; `none` where there is nothing to explain"))
        .enum_values(Some(Cause::ALL.map(Cause::slug)))
        .build()
}

pub(super) fn who() -> Object {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some("Who must act"))
        .enum_values(Some(Who::ALL.map(Who::slug)))
        .build()
}

pub(super) fn run_state() -> Object {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .description(Some("`running` and `waiting_for_approval` are not over"))
        .enum_values(Some(RunState::ALL.map(RunState::slug)))
        .build()
}

/// Settings of one place, by field.
pub(super) fn fields() -> Object {
    let field = Ref::from_schema_name("Setting");
    ObjectBuilder::new().schema_type(Type::Object).additional_properties(Some(field)).build()
}

/// Settings of several places, by id and field.
pub(super) fn effective() -> Object {
    ObjectBuilder::new().schema_type(Type::Object).additional_properties(Some(Schema::Object(fields()))).build()
}

pub(super) fn findings() -> utoipa::openapi::schema::Array {
    ArrayBuilder::new().items(Ref::from_schema_name("Finding")).build()
}

/// Who did something.
pub(super) fn actor(actor: &Actor) -> Value {
    let (kind, name) = match actor {
        Actor::Admin(member) => ("admin", member.as_deref()),
        Actor::OfficeRnD => ("officernd", None),
        Actor::Key(name) => ("key", Some(name.as_str())),
        Actor::Staff { name, .. } => ("staff", Some(name.as_str())),
        Actor::Deskbridge => ("deskbridge", None),
    };
    json!({ "kind": kind, "name": name })
}

/// Schemas of what is made from manifests, by name.
pub(super) fn by_hand() -> Value {
    let source = json!({ "type": "string", "enum": ["default", "organization", "location"] });
    json!({
        "Setting": {
            "type": "object",
            "description": "A field at a place: `value` and `source`; or `rows`, `items` or `by_language` of such, where layers add up. A secret is `{\"secret\": \"set\"}` with dates, or its text for keys with `secrets:read`.",
            "properties": {
                "value": { "description": "Of the field's kind, as the manifest has it; null for none" },
                "source": source,
                "rows": { "type": "object", "description": "By row; of a table by row and column", "additionalProperties": {} },
                "items": { "type": "array", "items": { "type": "object" } },
                "by_language": { "type": "object", "additionalProperties": {} },
                "active": { "type": "boolean", "description": "False: not asked with the values of the others, kept and not used" },
                "locked": { "type": "boolean", "description": "The organization has set it for all" },
                "not_inherited": { "type": "string", "description": "Why the organization's value does not count here" },
                "missing_currency": { "type": "string", "description": "There is no amount in the location's currency" },
                "changed": {
                    "type": "object",
                    "description": "Who said it last, and when; without it nobody did",
                    "required": ["at", "by"],
                    "properties": {
                        "at": { "type": ["string", "null"], "format": "date-time" },
                        "by": { "oneOf": [{ "$ref": "#/components/schemas/Actor" }, { "type": "null" }] }
                    }
                }
            },
            "example": { "value": 60, "source": "organization", "changed": { "at": "2026-11-24T13:08:24.640Z", "by": { "kind": "admin", "name": "65f0a1b2c3d4e5f7000a0001" } } }
        },
        "Actor": {
            "type": "object",
            "required": ["kind", "name"],
            "properties": {
                "kind": { "type": "string", "enum": ["admin", "officernd", "key", "deskbridge"] },
                "name": { "type": ["string", "null"], "description": "OfficeRnD's id of the member, or the name of the key" }
            }
        },
        "Finding": {
            "type": "object",
            "description": "Something that is wrong or wants attention.",
            "required": ["location", "field", "severity", "rule", "why"],
            "properties": {
                "location": { "type": "string", "description": "OfficeRnD's id; `*` for all" },
                "field": { "type": ["string", "null"] },
                "severity": { "type": "string" },
                "rule": { "type": "string", "description": "The manifest's rule, or a name of ours such as `required`" },
                "why": { "type": "string", "description": "For people" },
                "rows": { "type": "array", "items": { "type": "string" } }
            },
            "example": { "location": "*", "field": "site", "severity": "error", "rule": "required", "why": "Site is not set." }
        }
    })
}
