//! Whether the collector takes traces from here.

use super::{Finding, good, wrong};
use crate::config::Config;
use crate::upstream::collector::{Collector, NotTaken};

/// Says nothing where traces are off.
pub(super) async fn finding(config: &Config) -> Option<Finding> {
    let settings = config.telemetry.as_ref()?;
    // It holds neither user nor query.
    let endpoint = &settings.endpoint;
    let collector = match Collector::new(settings) {
        Ok(collector) => collector,
        Err(error) => return Some(wrong(format!("telemetry__otlp_endpoint: no HTTP client can be made ({error})"))),
    };
    // A request for nothing, which collectors take.
    Some(match collector.take(Vec::new()).await {
        Ok(()) => good(format!("telemetry__otlp_endpoint: {endpoint} takes traces")),
        Err(NotTaken::Status { status: status @ (401 | 403), .. }) => wrong(format!(
            "telemetry__otlp_headers: {endpoint} does not let us in (status {status}); correct the login that it wants in telemetry__otlp_headers or telemetry__otlp_headers_file"
        )),
        Err(error @ NotTaken::Silent(_)) => wrong(format!(
            "telemetry__otlp_endpoint: {endpoint} does not answer ({error}); is the collector running there, and does it take OTLP over HTTP (commonly port 4318; 4317 is gRPC)? Until then traces are lost, and nothing else"
        )),
        Err(error @ NotTaken::Status { .. }) => wrong(format!(
            "telemetry__otlp_endpoint: {endpoint} does not take traces ({error}); does it take OTLP over HTTP in protobuf at that path? Until then traces are lost, and nothing else"
        )),
    })
}
