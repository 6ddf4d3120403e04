//! The OpenAPI document. Handlers say what is their own (`#[utoipa::path]`); what all calls share is added here:
//! problems with their codes, limits, keys and `Idempotency-Key`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use app::problems::ProblemCode;
use app::texts;
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use serde_json::{Map, Value, json};
use utoipa::OpenApi;

use super::problem::{PAGES, ProblemBody};
use super::{PREFIX, proxy, routes, schemas};
use crate::domain::scope::Scope;

/// Handlers name the problems of their own here; all others follow from what the call is.
const CODES: &str = "x-problem-codes";
/// Where examples come from.
const EXAMPLE: &str = "https://deskbridge.example";

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Deskbridge",
        version = "1.0.0",
        description = "What a partner system asks of Deskbridge: connections with OfficeRnD organizations, their \
                       settings, and access to OfficeRnD. Every call needs a key with the scope it names.",
        license(name = "Apache-2.0", identifier = "Apache-2.0")
    ),
    paths(proxy::proxy),
    components(schemas(ProblemBody)),
    tags(
        (name = "connections", description = "Organizations that connected, and the state they are in"),
        (name = "runs", description = "Synchronizations: you say how they went, and states follow from it"),
        (name = "events", description = "What happened: read it, or have it sent to you"),
        (name = "settings", description = "What administrators chose for your product"),
        (name = "officernd", description = "Access to OfficeRnD's own API"),
    )
)]
pub(super) struct Base;

/// The whole document.
pub fn document() -> &'static Value {
    static DOCUMENT: LazyLock<Value> = LazyLock::new(|| complete(routes().into_openapi()));
    &DOCUMENT
}

/// Whether there is such a call.
pub(super) fn describes(method: &str, path: &str) -> bool {
    document()["paths"].get(path).is_some_and(|item| item.get(method.to_ascii_lowercase()).is_some())
}

/// The document as it is served and printed.
pub fn text() -> &'static str {
    static TEXT: LazyLock<String> =
        LazyLock::new(|| serde_json::to_string_pretty(document()).unwrap_or_default() + "\n");
    &TEXT
}

/// `GET /openapi.json`
pub async fn serve() -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-cache")];
    (headers, text()).into_response()
}

fn complete(api: utoipa::openapi::OpenApi) -> Value {
    let mut document = serde_json::to_value(api).unwrap_or_default();
    document["openapi"] = json!("3.1.0");
    // Where the document lies, the API is.
    document["servers"] = json!([{ "url": "/", "description": "This deployment" }]);
    let paths = document["paths"].take();
    let mut completed = Map::new();
    for (path, mut item) in paths.as_object().cloned().unwrap_or_default() {
        let methods: Vec<String> = item.as_object().into_iter().flatten().map(|(method, _)| method.clone()).collect();
        for method in &methods {
            let operation = &mut item[method.as_str()];
            if methods.len() > 1 && proxy::is_path(&path) {
                operation["operationId"] = json!(format!("{method}_officernd"));
                if matches!(method.as_str(), "post" | "put" | "patch") {
                    operation["requestBody"] = json!({ "content": { "*/*": {} } });
                }
            }
            describe(&path, method, operation);
        }
        completed.insert(format!("{PREFIX}{path}"), item);
    }
    document["paths"] = Value::Object(completed);
    let scopes: Vec<String> =
        Scope::ALL.iter().map(|scope| format!("- `{}`: {}", scope.slug(), scope.allows())).collect();
    document["components"]["securitySchemes"] = json!({ "key": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "dbk_…",
        "description": format!("A key from `deskbridge api-keys create`. Scopes:\n{}", scopes.join("\n")),
    }});
    if let Some(schemas) = document["components"]["schemas"].as_object_mut() {
        schemas.extend(schemas::by_hand().as_object().cloned().unwrap_or_default());
    }
    document["components"]["headers"] = json!({
        "RateLimit": {
            "description": "What is left: `r` calls in the next `t` seconds (draft-ietf-httpapi-ratelimit-headers-10)",
            "schema": { "type": "string" },
            "example": "\"key\";r=59999;t=60",
        },
        "RateLimit-Policy": {
            "description": "The limit: `q` calls in `w` seconds",
            "schema": { "type": "string" },
            "example": "\"key\";q=60000;w=60",
        },
        "Retry-After": { "description": "Seconds to wait", "schema": { "type": "integer", "minimum": 1 } },
    });
    document["components"]["parameters"] = json!({ "IdempotencyKey": {
        "name": "Idempotency-Key",
        "in": "header",
        "description": "Makes the call safe to repeat for 24 hours: the answer of the first one comes again.",
        "required": false,
        "schema": { "type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$" },
        "example": "6f0a7c1e-4b1f-4a86-9f0e-7d5a3c2b1a90",
    }});
    document
}

/// Adds what an operation has because of what it is.
fn describe(path: &str, method: &str, operation: &mut Value) {
    if path.ends_with("/token") {
        operation["requestBody"]["required"] = json!(false);
    }
    let own = operation.as_object_mut().and_then(|operation| operation.shift_remove(CODES)).unwrap_or_default();
    let own = own.as_array().into_iter().flatten().filter_map(Value::as_str);
    let mut codes: Vec<ProblemCode> = own.filter_map(ProblemCode::from_slug).collect();
    codes.extend([
        ProblemCode::InvalidRequest,
        ProblemCode::Unauthorized,
        ProblemCode::Forbidden,
        ProblemCode::TooManyRequests,
        ProblemCode::InternalError,
        ProblemCode::Unavailable,
    ]);
    if path.contains('{') {
        codes.push(ProblemCode::NotFound);
    }
    if super::repeats(method, path) {
        codes.extend([ProblemCode::StillRunning, ProblemCode::IdempotencyKeyReused, ProblemCode::TooLarge]);
        let parameters = operation.as_object_mut().map(|operation| operation.entry("parameters").or_insert(json!([])));
        if let Some(Value::Array(parameters)) = parameters {
            parameters.push(json!({ "$ref": "#/components/parameters/IdempotencyKey" }));
        }
    }
    let mut by_status: BTreeMap<u16, Vec<ProblemCode>> = BTreeMap::new();
    for code in codes {
        let known = by_status.entry(code.status()).or_default();
        if !known.contains(&code) {
            known.push(code);
        }
    }
    for (status, codes) in by_status {
        operation["responses"][status.to_string()] = problem(&codes);
    }
    if let Some(responses) = operation["responses"].as_object_mut() {
        for response in responses.values_mut() {
            for name in ["RateLimit", "RateLimit-Policy"] {
                response["headers"][name] = json!({ "$ref": format!("#/components/headers/{name}") });
            }
        }
    }
}

fn problem(codes: &[ProblemCode]) -> Value {
    let said: Vec<String> =
        codes.iter().map(|code| format!("`{}`: {}", code.slug(), texts::problem_title(*code))).collect();
    let examples = codes.iter().map(|code| {
        let value = json!({
            "type": format!("{EXAMPLE}{PAGES}{}", code.slug()),
            "title": texts::problem_title(*code),
            "status": code.status(),
            "code": code.slug(),
        });
        (code.slug().to_owned(), json!({ "value": value }))
    });
    let mut response = json!({
        "description": said.join("\n\n"),
        "content": { "application/problem+json": {
            "schema": { "$ref": "#/components/schemas/Problem" },
            "examples": examples.collect::<Map<_, _>>(),
        }},
    });
    if codes.iter().any(|code| code.passes()) {
        response["headers"] = json!({ "Retry-After": { "$ref": "#/components/headers/Retry-After" } });
    }
    response
}
