//! A collector that takes traces by OTLP over HTTP and shows what came.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message as _;
use tokio::net::TcpListener;

/// One span as it came.
#[derive(Debug, Clone)]
pub struct Seen {
    pub name: String,
    /// In hex.
    pub trace: String,
    pub id: String,
    /// Empty for the first of a trace.
    pub parent: String,
    pub kind: i32,
    pub failed: bool,
    pub attributes: HashMap<String, String>,
}

#[derive(Default)]
struct Shared {
    /// Of a call that is refused; none is 200.
    refusal: Mutex<Option<u16>>,
    calls: Mutex<Vec<(HeaderMap, Bytes)>>,
    taken: Mutex<Vec<Bytes>>,
}

/// Listens at a port of its own until it is dropped.
pub struct TestCollector {
    pub url: String,
    shared: Arc<Shared>,
    server: tokio::task::JoinHandle<()>,
}

impl Drop for TestCollector {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl TestCollector {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::<Shared>::default();
        let router = Router::new().route("/v1/traces", post(take)).with_state(shared.clone());
        let server = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, shared, server }
    }

    /// Calls are answered with that from now on.
    pub fn refuse(&self, status: Option<u16>) {
        *self.shared.refusal.lock().unwrap() = status;
    }

    /// The headers of every call.
    pub fn headers(&self) -> Vec<HeaderMap> {
        self.shared.calls.lock().unwrap().iter().map(|(headers, _)| headers.clone()).collect()
    }

    /// Waits until so many calls have come.
    pub async fn called(&self, count: usize) {
        let called = async {
            while self.shared.calls.lock().unwrap().len() < count {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(20), called).await.unwrap_or_else(|_| panic!("no {count} calls"));
    }

    /// Everything that was taken, as it came.
    pub fn raw(&self) -> Vec<u8> {
        self.shared.taken.lock().unwrap().concat()
    }

    /// `service.name` of everything that was taken, each once.
    pub fn services(&self) -> Vec<String> {
        let resources = self.requests().into_iter().flat_map(|request| request.resource_spans);
        let attributes = resources.flat_map(|spans| spans.resource.unwrap().attributes);
        let names = attributes.filter(|attribute| attribute.key == "service.name");
        let mut names: Vec<String> = names.map(|name| text(name.value.unwrap().value.unwrap())).collect();
        names.dedup();
        names
    }

    pub fn spans(&self) -> Vec<Seen> {
        let resources = self.requests().into_iter().flat_map(|request| request.resource_spans);
        resources.flat_map(|spans| spans.scope_spans).flat_map(|spans| spans.spans).map(seen).collect()
    }

    /// Those of a name.
    pub fn named(&self, name: &str) -> Vec<Seen> {
        self.spans().into_iter().filter(|span| span.name == name).collect()
    }

    fn requests(&self) -> Vec<ExportTraceServiceRequest> {
        let taken = self.shared.taken.lock().unwrap();
        taken.iter().map(|body| ExportTraceServiceRequest::decode(body.clone()).unwrap()).collect()
    }
}

fn seen(span: Span) -> Seen {
    let attributes = span.attributes.into_iter();
    Seen {
        name: span.name,
        trace: hex::encode(span.trace_id),
        id: hex::encode(span.span_id),
        parent: hex::encode(span.parent_span_id),
        kind: span.kind,
        failed: span.status.is_some_and(|status| status.code == 2),
        attributes: attributes.map(|one| (one.key, text(one.value.unwrap().value.unwrap()))).collect(),
    }
}

fn text(value: Value) -> String {
    match value {
        Value::StringValue(text) => text,
        Value::IntValue(number) => number.to_string(),
        other => panic!("{other:?}"),
    }
}

async fn take(State(shared): State<Arc<Shared>>, headers: HeaderMap, body: Bytes) -> StatusCode {
    // Decided before anybody can see that it came.
    let refusal = *shared.refusal.lock().unwrap();
    if refusal.is_none() {
        shared.taken.lock().unwrap().push(body.clone());
    }
    shared.calls.lock().unwrap().push((headers, body));
    refusal.map_or(StatusCode::OK, |status| StatusCode::from_u16(status).unwrap())
}
