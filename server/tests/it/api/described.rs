//! The OpenAPI document: complete, true, and the same wherever it is given out.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use app::problems::ProblemCode;
use serde_json::Value;
use server::domain::scope::Scope;
use server::http::api::openapi::{document, text};
use server::router::ROUTES;

use super::is_problem;
use crate::support::{Database, TestApp, on_both_databases};

const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// Every operation, by address and method.
fn operations() -> BTreeMap<(String, String), Value> {
    let paths = document()["paths"].as_object().unwrap();
    let of_path = |(path, item): (&String, &Value)| {
        let item = item.as_object().unwrap();
        let known = item.iter().filter(|(method, _)| METHODS.contains(&method.as_str()));
        known.map(|(method, said)| ((path.clone(), method.clone()), said.clone())).collect::<Vec<_>>()
    };
    let found: BTreeMap<_, _> = paths.iter().flat_map(of_path).collect();
    assert!(found.len() > 5, "{found:?}");
    found
}

#[test]
fn every_route_is_described_and_nothing_else() {
    let mut routes = BTreeSet::new();
    for (methods, path) in ROUTES.iter().filter(|(_, path)| path.starts_with("/api/v1")) {
        let methods: Vec<String> = match *methods {
            "ANY" => METHODS.map(str::to_owned).to_vec(),
            some => some.split(' ').map(str::to_lowercase).collect(),
        };
        let path = path.replace("{*path}", "{path}");
        routes.extend(methods.into_iter().map(|method| (path.clone(), method)));
    }
    let described: BTreeSet<_> = operations().into_keys().collect();
    assert_eq!(described, routes);
}

#[test]
fn every_operation_says_what_it_needs_and_how_it_ends() {
    let mut ids = BTreeSet::new();
    for ((path, method), operation) in operations() {
        let id = operation["operationId"].as_str().unwrap();
        assert!(ids.insert(id.to_owned()), "{id} twice");
        assert!(operation["summary"].as_str().is_some_and(|summary| !summary.is_empty()), "{method} {path}");
        let scopes = operation["security"][0]["key"].as_array().unwrap();
        assert!(!scopes.is_empty(), "{method} {path}");
        assert!(scopes.iter().all(|scope| Scope::from_slug(scope.as_str().unwrap()).is_some()), "{scopes:?}");
        let responses = operation["responses"].as_object().unwrap();
        assert!(responses.keys().any(|status| status.starts_with('2') || status == "default"), "{method} {path}");
        for status in ["400", "401", "403", "429", "503"] {
            assert!(responses.contains_key(status), "{method} {path}: {status}");
        }
        for (status, response) in responses {
            assert!(response["headers"]["RateLimit"].is_object(), "{method} {path}: {status}");
            for example in response["content"]["application/problem+json"]["examples"].as_object().into_iter().flatten()
            {
                assert_eq!(*status, ProblemCode::from_slug(example.0).unwrap().status().to_string());
            }
        }
        let named: BTreeSet<&str> = path.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect();
        let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
        let described: BTreeSet<&str> =
            parameters.iter().filter(|one| one["in"] == "path").filter_map(|one| one["name"].as_str()).collect();
        assert_eq!(described, named, "{method} {path}");
        assert!(operation.get("x-problem-codes").is_none());
    }
}

#[test]
fn every_reference_leads_somewhere() {
    fn walk(value: &Value, found: &mut BTreeSet<String>) {
        match value {
            Value::Object(map) => {
                found.extend(map.get("$ref").and_then(Value::as_str).map(str::to_owned));
                map.values().for_each(|value| walk(value, found));
            }
            Value::Array(list) => list.iter().for_each(|value| walk(value, found)),
            _ => {}
        }
    }
    let mut found = BTreeSet::new();
    walk(document(), &mut found);
    assert!(found.len() > 5, "{found:?}");
    for reference in &found {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(document().pointer(pointer).is_some(), "{reference}");
    }
    for schema in document()["components"]["schemas"].as_object().unwrap().keys() {
        assert!(found.contains(&format!("#/components/schemas/{schema}")), "nothing uses {schema}");
    }
}

/// A change of the document is a change of a promise; this file shows it in review.
#[test]
fn the_document_is_the_one_that_was_agreed_on() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/snapshots/openapi.json");
    let agreed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        agreed == text(),
        "if the change is meant: target/debug/deskbridge openapi > server/tests/snapshots/openapi.json"
    );
}

/// Where `real` has an object, `example` has one with the same keys.
fn same_shape(at: &str, real: &Value, example: &Value) {
    match (real, example) {
        (Value::Object(real), Value::Object(example)) => {
            let keys = |map: &serde_json::Map<String, Value>| map.keys().cloned().collect::<BTreeSet<_>>();
            assert_eq!(keys(real), keys(example), "{at}");
            real.iter().for_each(|(key, value)| same_shape(&format!("{at}.{key}"), value, &example[key]));
        }
        (Value::Array(real), Value::Array(example)) => {
            real.iter().zip(example).for_each(|(real, example)| same_shape(at, real, example));
        }
        (Value::Null, _) | (_, Value::Null) => {}
        (real, example) => assert_eq!(real.is_string(), example.is_string(), "{at}: {real} and {example}"),
    }
}

async fn examples_look_like_answers(database: Database) {
    let app = TestApp::start(database).await;
    let installed = app.connected("studio-17", "tally-desk", &["65f0a1b2c3d4e5f700030000"]).await;
    let example = |schema: &str| document()["components"]["schemas"][schema]["example"].clone();
    let connection = app.connection(&installed).await;
    same_shape("Connection", &connection, &example("Connection"));
    let path = format!("/api/v1/connections/{}/token", connection["id"].as_str().unwrap());
    let token = app.partner().await.post(&path, &example("TokenWish")).await;
    same_shape("Token", &token.json(), &example("Token"));
}

async fn anybody_gets_the_document(database: Database) {
    let app = TestApp::start(database).await;
    let served = app.browser().get("/openapi.json").await;
    assert_eq!((served.status, served.header("content-type")), (200, "application/json"));
    assert_eq!(served.text, text());
    assert_eq!(served.json()["openapi"], "3.1.0");
}

async fn every_code_has_a_page(database: Database) {
    let app = TestApp::start(database).await;
    for code in ProblemCode::ALL {
        let page = app.browser().get(&format!("/problems/{}", code.slug())).await;
        assert_eq!(page.status, 200);
        assert!(page.text.contains(code.slug()) && page.text.contains(&app::texts::problem_title(code)), "{code:?}");
    }
    assert_eq!(app.browser().get("/problems/nonsense").await.status, 404);
    // And a problem's type leads there.
    let refused = app.browser().get("/api/v1/connections").await;
    is_problem(&refused, 401, "unauthorized");
    let page = refused.json()["type"].as_str().unwrap().strip_prefix(&app.url).unwrap().to_owned();
    assert!(app.browser().get(&page).await.text.contains("api-keys list"));
}

on_both_databases!(examples_look_like_answers, anybody_gets_the_document, every_code_has_a_page);
