//! Manifests from end to end: what is read, what is refused, and that the schema and the documentation agree.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::kind::Kind;
use super::rule::RuleKind;
use super::*;

mod documentation;
mod load;
mod refusals;
mod schema;

/// A manifest that uses each key of the grammar.
const EVERYTHING: &str = include_str!("everything.json");

/// The folders of the repository, wherever the tests are started.
fn repository(inside: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(inside)
}

fn fixtures() -> Vec<PathBuf> {
    let name = |name| repository("server/tests/fixtures").join(format!("{name}.schema.json"));
    ["access", "wifi", "payments"].map(name).into()
}

fn samples() -> Vec<PathBuf> {
    let name = |slug| repository("integrations").join(format!("{slug}.json"));
    ["portunus-access", "meshfern-wifi", "ledgerline-pay", "tally-desk"].map(name).into()
}

fn lines(problems: &[Problem]) -> Vec<String> {
    problems.iter().map(ToString::to_string).collect()
}

#[test]
fn the_three_fixtures_read_without_problems() {
    let report = check_files(&fixtures());
    assert_eq!((report.to_string().as_str(), report.exit_code(), report.files), ("", 0, 3));

    let access = Manifest::read(&fixtures()[0], ReadMode::Shape).unwrap();
    assert_eq!((access.slug.as_str(), access.revision, access.fields().count()), ("portunus-access", 3, 34));
    assert_eq!(access.connection.steps[1].needs.as_deref(), Some("credentials"));
    let field = access.field("always_open_plans").unwrap();
    assert!(field.common.required && field.common.visible_when.is_some());
    assert!(matches!(&field.kind, Kind::MultiRef(kind) if kind.source == "ornd.plans" && kind.min_items == Some(1)));

    let wifi = Manifest::read(&fixtures()[1], ReadMode::Shape).unwrap();
    assert!(matches!(&wifi.field("plan_profiles").unwrap().kind, Kind::Table(table) if table.columns.len() == 7));
    assert!(matches!(&wifi.field("api_token").unwrap().kind, Kind::Secret(secret) if secret.bound_to.len() == 2));

    let payments = Manifest::read(&fixtures()[2], ReadMode::Shape).unwrap();
    assert!(payments.connection.steps[0].is_oauth());
    assert_eq!(payments.field("max_charge").unwrap().common.default, Some(serde_json::Value::Null));
    assert_eq!(payments.field("merchant").unwrap().common.default, None);
    assert_eq!(payments.rules.len(), 4);
}

#[test]
fn a_fixture_cannot_be_served_without_client_and_scopes() {
    let refused = Manifest::read(&fixtures()[0], ReadMode::Serve).unwrap_err();
    let reasons: Vec<&str> = refused.iter().map(|problem| problem.reason.as_str()).collect();
    let wanted = ["client_id", "client_secret", "scopes"];
    assert_eq!(reasons, wanted.map(|key| format!("missing key `{key}`, which is needed to serve the integration")));
}

#[test]
fn one_manifest_uses_every_kind_of_field_and_rule() {
    let manifest = Manifest::parse("everything.json", EVERYTHING, ReadMode::Serve).map_err(|p| lines(&p)).unwrap();
    let kinds: BTreeSet<&str> = manifest.fields().map(|field| field.kind.name()).collect();
    assert_eq!(kinds, Kind::NAMES.iter().copied().collect());
    let rules: BTreeSet<&str> = manifest.rules.iter().map(|rule| rule.kind.name()).collect();
    assert_eq!(rules, RuleKind::NAMES.iter().copied().collect());
    assert_eq!(kinds.len(), 33);
}

#[test]
fn slug_is_another_word_for_integration() {
    let text = r#"{"slug": "abc", "name": "Abc"}"#;
    assert_eq!(Manifest::parse("f", text, ReadMode::Shape).unwrap().slug, "abc");
}

#[test]
fn all_problems_are_reported_at_once() {
    let text = r#"{
        "integration": "abc", "colour": 1, "nmae": "x", "sync": {"every_minutes": "often"},
        "sections": [
            {"id": "a", "title": "A", "fields": [
                {"key": "x", "kind": "boolaen", "label": "X", "scope": "org"},
                {"key": "y", "kind": "number", "label": "Y", "scope": "everywhere", "mni": 1},
                {"key": "z", "kind": "map", "label": "Z", "scope": "org", "rows": "ornd.plans", "value": {"kind": "secret"}},
                {"key": "t", "kind": "table", "label": "T", "scope": "org", "rows": "ornd.plans", "columns": [{"key": "c", "kind": "ref"}, 5]}
            ]}
        ],
        "rules": [{"id": "r", "kind": "compar", "severity": "error", "text": "x"}]
    }"#;
    let found = lines(&Manifest::parse("f", text, ReadMode::Shape).unwrap_err());
    assert_eq!(
        found,
        [
            "f: missing key `name`",
            "f: sync.every_minutes: found a text, expected a whole number from 0",
            "f: sections[0].fields[0].kind: unknown kind `boolaen`; did you mean `boolean`?",
            "f: sections[0].fields[1]: unknown key `mni`; did you mean `min`?",
            "f: sections[0].fields[1].scope: unknown word `everywhere`, expected one of `org`, `location`, `both`",
            "f: sections[0].fields[2].value.kind: `secret` cannot stand inside a map, table or list",
            "f: sections[0].fields[3].columns[0]: missing key `source`",
            "f: sections[0].fields[3].columns[0]: missing key `label`",
            "f: sections[0].fields[3].columns[1]: expected an object, found a number",
            "f: rules[0].kind: unknown kind of rule `compar`; did you mean `compare`?",
            "f: unknown key `colour`; known are `integration`, `slug`, `name`, `about`, `category`, `revision`, `logo`, \
             `support`, `client_id`, `client_secret`, `scopes`, `webhooks`, `sync`, `connection`, `sources`, \
             `sections`, `rules`, `translations` and `partner`",
            "f: unknown key `nmae`; did you mean `name`?",
        ]
    );
}
