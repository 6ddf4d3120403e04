//! One line, one measurement and, where traces are on, one span a request: the matched route, never the address,
//! since addresses of OfficeRnD carry codes and signatures.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use metrics::Counter;

use crate::clock::Clock;
use crate::http::api;
use crate::telemetry::traces::{Span, Traces};

const UNMATCHED: &str = "unmatched";

/// What the middleware works with; made once metrics have a recorder.
#[derive(Clone)]
pub struct RequestLog(Arc<Inner>);

struct Inner {
    clock: Clock,
    traces: Traces,
    /// By route and status, both of which are few. Asking the recorder for a counter by its labels takes
    /// longer than everything else here.
    counters: RwLock<HashMap<String, HashMap<u16, Counter>>>,
}

impl RequestLog {
    pub fn new(clock: Clock, traces: Traces) -> Self {
        Self(Arc::new(Inner { clock, traces, counters: RwLock::default() }))
    }

    fn count(&self, route: &str, status: u16) {
        let counters = self.0.counters.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(counter) = counters.get(route).and_then(|statuses| statuses.get(&status)) {
            return counter.increment(1);
        }
        drop(counters);
        let (route, text) = (route.to_owned(), status.to_string());
        let counter = metrics::counter!("deskbridge_http_requests_total", "route" => route.clone(), "status" => text);
        counter.increment(1);
        let mut counters = self.0.counters.write().unwrap_or_else(PoisonError::into_inner);
        counters.entry(route).or_default().insert(status, counter);
    }
}

pub async fn log(State(log): State<RequestLog>, request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let matched = request.extensions().get::<MatchedPath>().cloned();
    // The partner system's traces alone go on here: OfficeRnD and browsers have none that mean something. Whose call it
    // is, the API's frame knows.
    let is_framed = api::is_framed(request.uri().path());
    let span = if is_framed { Span::none() } else { span(&log.0.traces, &request, false) };
    let started = log.0.clock.now();
    let response = span.around(next.run(request)).await;
    let route = matched.as_ref().map_or(UNMATCHED, MatchedPath::as_str);
    let status = response.status().as_u16();
    answered(&span, &response);
    let duration_ms = log.0.clock.now() - started;
    tracing::debug!(%method, route, status, duration_ms, "answered");
    log.count(route, status);
    response
}

/// The span of a request, in the trace that its caller names where that is to be `continued`.
pub fn span(traces: &Traces, request: &Request, continued: bool) -> Span {
    let route = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    traces.request(request.method(), route, continued.then(|| request.headers()))
}

pub fn answered(span: &Span, response: &Response) {
    let status = response.status();
    span.note("http.response.status_code", || i64::from(status.as_u16()));
    if status.is_server_error() {
        span.fail(status.as_str());
    }
}

#[cfg(test)]
mod tests {
    use metrics_exporter_prometheus::PrometheusBuilder;

    use super::*;

    #[test]
    fn each_route_and_status_is_counted_apart_and_every_time() {
        let recorder = PrometheusBuilder::new().build_recorder();
        let handle = recorder.handle();
        metrics::with_local_recorder(&recorder, || {
            let log = RequestLog::new(Clock::fixed(0), Traces::default());
            for (route, status) in [("/a", 200), ("/a", 200), ("/a", 401), ("/b", 200), ("/a", 200)] {
                log.count(route, status);
            }
        });
        let text = handle.render();
        for (labels, count) in
            [(r#"route="/a",status="200""#, 3), (r#"route="/a",status="401""#, 1), (r#"route="/b",status="200""#, 1)]
        {
            assert!(text.contains(&format!("deskbridge_http_requests_total{{{labels}}} {count}\n")), "{text}");
        }
    }
}
