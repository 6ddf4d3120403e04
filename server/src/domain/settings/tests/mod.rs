//! The resolver against the three example integrations, by hand-written tables, and by laws.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Value, json};

use super::findings::{self, Finding, Others, World};
use super::tenant::{Tenant, TenantFile};
use super::*;
use crate::manifest::scalar::Day;
use crate::manifest::{Manifest, ReadMode};

mod edits;
mod fixtures;
mod judged;
mod laws;
mod layers;
mod record;
mod typed;

fn file(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(format!("{name}.json"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn manifest(value: &Value) -> Manifest {
    Manifest::parse("test.json", &value.to_string(), ReadMode::Shape).unwrap()
}

/// A manifest with one section of these fields.
fn of_fields(fields: &Value) -> Manifest {
    with(fields, &json!({}))
}

/// The same with further keys at the top.
fn with(fields: &Value, more: &Value) -> Manifest {
    let mut whole = json!({
        "integration": "test", "name": "Test",
        "sections": [{"id": "all", "title": "All", "fields": fields}],
    });
    for (key, value) in more.as_object().unwrap() {
        whole[key] = value.clone();
    }
    manifest(&whole)
}

fn layers(value: &Value) -> Layers {
    let object = |value: &Value| value.as_object().cloned().unwrap_or_default();
    let locks = object(&value["locks"]).into_iter().map(|(field, except)| {
        let except: BTreeSet<String> = serde_json::from_value(except).unwrap();
        (field, except)
    });
    Layers {
        organization: object(&value["organization"]),
        locations: object(&value["locations"]).iter().map(|(id, own)| (id.clone(), object(own))).collect(),
        locks: locks.collect(),
    }
}

fn tenant(partner: &Value) -> Tenant {
    let mut tenant = Tenant::from(serde_json::from_value::<TenantFile>(file("tenant")).unwrap());
    tenant.add_partner_lists(serde_json::from_value::<BTreeMap<String, Vec<Vec<String>>>>(partner.clone()).unwrap());
    tenant
}

fn find(manifest: &Manifest, layers: &Layers, tenant: &Tenant) -> Vec<Finding> {
    let today = Day::new("2026-11-24").unwrap();
    findings::find(manifest, layers, &World { tenant, today, others: Others::default(), texts: None })
}

/// In one line: location, field, rows, severity, rule.
fn lines(found: &[Finding]) -> Vec<String> {
    let line = |one: &Finding| {
        let rows: BTreeSet<&String> = one.rows.iter().collect();
        let rows: Vec<&str> = rows.into_iter().map(String::as_str).collect();
        let location = one.location.as_deref().unwrap_or("*");
        let field = one.field.as_deref().unwrap_or("-");
        format!("{location} {field} [{}] {} {}", rows.join(" "), one.severity.name(), one.rule)
    };
    let mut lines: Vec<String> = found.iter().map(line).collect();
    lines.sort();
    lines
}

fn at<'t>(tenant: &'t Tenant, id: &str) -> Place<'t> {
    Place::Location(tenant.locations.iter().find(|location| location.id == id).unwrap())
}
