//! One line and one measurement a request: the matched route, never the address, since addresses of
//! OfficeRnD carry codes and signatures.

use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;

use crate::state::App;

pub async fn log(State(app): State<App>, request: Request, next: Next) -> Response {
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "unmatched".to_owned(), |path| path.as_str().to_owned());
    let started = app.clock.now();
    let response = next.run(request).await;
    let status = response.status().as_u16();
    let duration_ms = app.clock.now() - started;
    tracing::debug!(%method, route, status, duration_ms, "answered");
    metrics::counter!("deskbridge_http_requests_total", "route" => route, "status" => status.to_string()).increment(1);
    response
}
