//! Traces by OTLP, where the configuration names a collector; otherwise nothing of it exists.
//!
//! A span holds what is written into it here and at its few places, and nothing else: log lines and the spans of
//! libraries, which hold headers and addresses, do not become part of it.

use std::borrow::Cow;
use std::sync::Arc;

use futures_util::future::Either;
use http::{HeaderMap, HeaderValue, Method};
use opentelemetry::trace::{
    FutureExt as _, SpanBuilder, SpanContext, SpanId, SpanKind, Status, TraceContextExt as _, TraceFlags, TraceId,
    TraceState, TracerProvider as _, WithContext,
};
use opentelemetry::{Context, KeyValue, Value};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::{Sampler, SdkTracer, SdkTracerProvider, SpanLimits};
use tokio::time::Instant;

use super::export::Exporter;
use crate::config::Telemetry;
use crate::upstream::collector::Collector;

/// The W3C's header of a trace.
pub const TRACEPARENT: &str = "traceparent";
/// Others are `_OTHER`, since anybody can make them up.
const METHODS: [&str; 9] = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"];

/// Cheap to clone; without a collector there is nothing behind it.
#[derive(Clone, Default)]
pub struct Traces(Option<Arc<On>>);

struct On {
    tracer: SdkTracer,
    exporter: Exporter,
}

impl Traces {
    /// # Errors
    /// When no HTTP client can be made.
    pub fn start(settings: Option<&Telemetry>) -> Result<Self, reqwest::Error> {
        let Some(settings) = settings else { return Ok(Self::default()) };
        // Empty before, and each limit set, so that no variable but ours has a say.
        let resource = Resource::builder_empty()
            .with_service_name(settings.service_name.clone())
            .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
            .build();
        let (queue, exporter) = Exporter::start(Collector::new(settings)?, &resource);
        let provider = SdkTracerProvider::builder()
            .with_sampler(Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(settings.sample_ratio))))
            .with_span_limits(SpanLimits::default())
            .with_resource(resource)
            .with_span_processor(queue)
            .build();
        Ok(Self(Some(Arc::new(On { tracer: provider.tracer("deskbridge"), exporter }))))
    }

    /// Begins a span under the one that is under way. It ends when it is dropped.
    pub fn span(&self, kind: SpanKind, name: impl FnOnce() -> Cow<'static, str>) -> Span {
        let Some(on) = &self.0 else { return Span(None) };
        on.begin(&Context::current(), kind, name())
    }

    /// Begins the span of a request: its method and its route, never its address. Where headers are given, the trace
    /// that they name is `continued`.
    pub fn request(&self, method: &Method, route: Option<&str>, continued: Option<&HeaderMap>) -> Span {
        let Some(on) = &self.0 else { return Span(None) };
        let known = METHODS.into_iter().find(|known| *known == method.as_str());
        let name = match (known.unwrap_or("HTTP"), route) {
            (method, Some(route)) => Cow::from(format!("{method} {route}")),
            (method, None) => Cow::from(method),
        };
        let parent = match continued.and_then(caller) {
            Some(caller) => Context::new().with_remote_span_context(caller),
            None => Context::new(),
        };
        let span = on.begin(&parent, SpanKind::Server, name);
        span.note("http.request.method", || known.unwrap_or("_OTHER"));
        if let Some(route) = route {
            span.note("http.route", || route.to_owned());
        }
        span
    }

    /// Sends what waits, for five seconds at most and not beyond `last`.
    pub async fn end(&self, last: Instant) {
        if let Some(on) = &self.0 {
            on.exporter.end(last).await;
        }
    }
}

impl On {
    fn begin(&self, parent: &Context, kind: SpanKind, name: Cow<'static, str>) -> Span {
        let span = SpanBuilder::from_name(name).with_kind(kind).start_with_context(&self.tracer, parent);
        Span(Some(parent.with_span(span)))
    }
}

/// A span under way; nothing where traces are off.
pub struct Span(Option<Context>);

impl Span {
    /// Of what has a span of its own further in.
    pub fn none() -> Self {
        Self(None)
    }

    /// Spans that begin while `work` goes on are part of this one.
    pub fn around<F: Future>(&self, work: F) -> Either<F, WithContext<F>> {
        match &self.0 {
            None => Either::Left(work),
            Some(context) => Either::Right(work.with_context(context.clone())),
        }
    }

    /// The value is made only for a span that is kept. It must be nothing that a log must not hold.
    pub fn note<V: Into<Value>>(&self, key: &'static str, value: impl FnOnce() -> V) {
        if let Some(span) = self.0.as_ref().map(Context::span)
            && span.is_recording()
        {
            span.set_attribute(KeyValue::new(key, value()));
        }
    }

    /// What it was about has failed, in this way.
    pub fn fail(&self, kind: &str) {
        self.note("error.type", || kind.to_owned());
        if let Some(context) = &self.0 {
            context.span().set_status(Status::error(""));
        }
    }

    /// What tells the other side of a trace that is kept.
    pub fn traceparent(&self) -> Option<HeaderValue> {
        let context = self.0.as_ref()?;
        let span = context.span();
        let known = span.span_context();
        let text = known.is_sampled().then(|| format!("00-{}-{}-01", known.trace_id(), known.span_id()))?;
        HeaderValue::try_from(text).ok()
    }
}

/// The span that the caller names. Its `tracestate` is left out, since it may hold anything.
fn caller(headers: &HeaderMap) -> Option<SpanContext> {
    let mut all = headers.get_all(TRACEPARENT).iter();
    let (Some(text), None) = (all.next(), all.next()) else { return None };
    let mut parts = text.to_str().ok()?.trim().split('-');
    let (version, trace, span, flags) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    let hex =
        |part: &str, length| part.len() == length && part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    let shaped = hex(version, 2) && hex(trace, 32) && hex(span, 16) && hex(flags, 2);
    // Later versions may say more behind it.
    if !shaped || version == "ff" || (version == "00" && parts.next().is_some()) {
        return None;
    }
    let flags = TraceFlags::new(u8::from_str_radix(flags, 16).ok()?) & TraceFlags::SAMPLED;
    let (trace, span) = (TraceId::from_hex(trace).ok()?, SpanId::from_hex(span).ok()?);
    let context = SpanContext::new(trace, span, flags, true, TraceState::default());
    context.is_valid().then_some(context)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_traceparent_is_continued() {
        const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
        let of = |values: &[String]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(TRACEPARENT, value.parse().unwrap());
            }
            caller(&headers)
        };
        let sound = format!("00-{TRACE}-b7ad6b7169203331-01");
        let continued = of(std::slice::from_ref(&sound)).unwrap();
        assert_eq!(continued.trace_id().to_string(), TRACE);
        assert!(continued.is_sampled() && continued.is_remote());
        assert!(!of(&[format!("00-{TRACE}-b7ad6b7169203331-02")]).unwrap().is_sampled());
        assert!(of(&[format!("01-{TRACE}-b7ad6b7169203331-01-more")]).is_some());
        for wrong in [
            String::new(),
            format!("{sound}-more"),
            format!("ff-{TRACE}-b7ad6b7169203331-01"),
            format!("00-{}-b7ad6b7169203331-01", TRACE.to_uppercase()),
            format!("00-{TRACE}-b7ad6b7169203331-1"),
            format!("00-{TRACE}-0000000000000000-01"),
            format!("00-{}-b7ad6b7169203331-01", "0".repeat(32)),
            format!("00-{}-b7ad6b7169203331-01", &TRACE[1..]),
        ] {
            assert!(of(std::slice::from_ref(&wrong)).is_none(), "{wrong}");
        }
        assert!(of(&[sound.clone(), sound]).is_none());
        assert!(of(&[]).is_none());
    }

    #[tokio::test]
    async fn nothing_is_made_where_traces_are_off() {
        let traces = Traces::start(None).unwrap();
        assert!(traces.0.is_none());
        let span = traces.span(SpanKind::Internal, || panic!("nobody asks for the name"));
        span.note("key", || -> String { panic!("nobody asks for the value") });
        span.fail("nothing");
        assert!(matches!(span.around(async {}), Either::Left(_)));
        assert_eq!(span.traceparent(), None);
        traces.end(Instant::now()).await;
    }
}
