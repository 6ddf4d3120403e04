//! Ended spans on their way to the collector. They wait in a queue of bounded length, and one task sends them, so that
//! a collector that is slow or gone holds up nobody.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use opentelemetry::Context;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::transform::common::tonic::ResourceAttributesWithSchema;
use opentelemetry_proto::transform::trace::tonic::group_spans_by_resource_and_scope;
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{Span, SpanData, SpanProcessor};
use prost::Message as _;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::upstream::collector::{Collector, NotTaken};

/// Spans that wait, each about a kilobyte. When there are more, the newest are dropped.
const WAITING: usize = 2_048;
/// Spans of one call.
const BATCH: usize = 512;
/// How long a call waits for further spans.
const GATHER: Duration = Duration::from_secs(1);
/// Until a call that failed is made again.
const AGAIN: Duration = Duration::from_secs(5);
/// What a stop waits at most.
const FLUSH: Duration = Duration::from_secs(5);

/// Takes ended spans without waiting.
#[derive(Debug)]
pub(super) struct Queue {
    spans: mpsc::Sender<SpanData>,
    lost: Arc<AtomicU64>,
}

impl SpanProcessor for Queue {
    fn on_start(&self, _span: &mut Span, _cx: &Context) {}

    fn on_end(&self, span: SpanData) {
        if span.span_context.is_sampled() && self.spans.try_send(span).is_err() {
            self.lost.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// What has to wait is waited for by [`Exporter::end`].
    fn force_flush(&self) -> OTelSdkResult {
        Ok(())
    }

    fn shutdown_with_timeout(&self, _timeout: Duration) -> OTelSdkResult {
        Ok(())
    }
}

/// The task that sends.
pub(super) struct Exporter {
    stop: CancellationToken,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Exporter {
    pub(super) fn start(collector: Collector, resource: &Resource) -> (Queue, Self) {
        let (sender, spans) = mpsc::channel(WAITING);
        let (stop, lost) = (CancellationToken::new(), Arc::<AtomicU64>::default());
        let work = Work {
            spans,
            collector,
            resource: resource.into(),
            stop: stop.clone(),
            lost: lost.clone(),
            trouble: None,
        };
        let task = Mutex::new(Some(tokio::spawn(work.go_on())));
        (Queue { spans: sender, lost }, Self { stop, task })
    }

    /// Sends what waits, for five seconds at most and not beyond `last`. Spans that end later are dropped.
    pub(super) async fn end(&self, last: Instant) {
        self.stop.cancel();
        let task = self.task.lock().unwrap_or_else(PoisonError::into_inner).take();
        let Some(mut task) = task else { return };
        if tokio::time::timeout_at(last.min(Instant::now() + FLUSH), &mut task).await.is_err() {
            task.abort();
            tracing::warn!("traces that were not sent in time are lost");
        }
    }
}

struct Work {
    spans: mpsc::Receiver<SpanData>,
    collector: Collector,
    resource: ResourceAttributesWithSchema,
    stop: CancellationToken,
    /// Spans that nobody gets, since they were taken last.
    lost: Arc<AtomicU64>,
    /// What the log was told last: none is well, then the status, if there was an answer.
    trouble: Option<Option<u16>>,
}

impl Work {
    /// Ends when there is nobody who makes spans any more, or after a stop.
    async fn go_on(mut self) {
        while let Some(batch) = self.next().await {
            let count = batch.len() as u64;
            let request = ExportTraceServiceRequest {
                resource_spans: group_spans_by_resource_and_scope(batch, &self.resource),
            };
            let request = request.encode_to_vec();
            loop {
                let taken = self.collector.take(request.clone()).await;
                self.tell(taken.as_ref().err());
                let Err(error) = taken else { break };
                let last = self.stop.is_cancelled() || self.spans.is_closed();
                if last || !error.may_pass() {
                    self.lost.fetch_add(count, Ordering::Relaxed);
                    if last {
                        return;
                    }
                    break;
                }
                tokio::select! {
                    () = self.stop.cancelled() => {}
                    () = tokio::time::sleep(AGAIN) => {}
                }
            }
        }
    }

    async fn next(&mut self) -> Option<Vec<SpanData>> {
        let mut batch = Vec::new();
        let mut count = tokio::select! {
            count = self.spans.recv_many(&mut batch, BATCH) => count,
            () = self.stop.cancelled() => {
                self.spans.close();
                self.spans.recv_many(&mut batch, BATCH).await
            }
        };
        let gathered = Instant::now() + GATHER;
        while count > 0 && batch.len() < BATCH {
            let room = BATCH - batch.len();
            count = tokio::select! {
                count = self.spans.recv_many(&mut batch, room) => count,
                () = self.stop.cancelled() => 0,
                () = tokio::time::sleep_until(gathered) => 0,
            };
        }
        if batch.is_empty() { None } else { Some(batch) }
    }

    /// One line for each change, however many calls fail.
    fn tell(&mut self, error: Option<&NotTaken>) {
        let trouble = error.map(NotTaken::status);
        if trouble == self.trouble {
            return;
        }
        self.trouble = trouble;
        match error {
            Some(error) => tracing::warn!(%error, "the collector does not take traces; `deskbridge check` says more"),
            None => {
                let lost = self.lost.swap(0, Ordering::Relaxed);
                tracing::info!(lost, "the collector takes traces again");
            }
        }
    }
}
