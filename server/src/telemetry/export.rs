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
/// Until a call that failed is made again, where the collector does not say when.
const AGAIN: Duration = Duration::from_secs(5);
/// What it may say.
const SOONEST: Duration = Duration::from_secs(1);
const LATEST: Duration = Duration::from_secs(60);
/// Calls with the same spans. Those behind them would be lost while they are sent without end.
const TRIES: u32 = 12;
/// Between two lines about spans that were lost while the collector took others.
const TOLD: Duration = Duration::from_secs(60);
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
            said: Said::default(),
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
    /// Spans that nobody gets, and of which the log does not know yet.
    lost: Arc<AtomicU64>,
    said: Said,
}

impl Work {
    /// Ends when there is nobody who makes spans any more, or after a stop.
    async fn go_on(mut self) {
        while let Some(batch) = self.next().await {
            let count = batch.len() as u64;
            let request =
                ExportTraceServiceRequest { resource_spans: group_spans_by_resource_and_scope(batch, &self.resource) };
            if !self.sent(&request.encode_to_vec()).await {
                self.lost.fetch_add(count, Ordering::Relaxed);
                if self.is_last() {
                    return;
                }
            }
        }
    }

    /// Nobody waits for what comes behind it.
    fn is_last(&self) -> bool {
        self.stop.is_cancelled() || self.spans.is_closed()
    }

    /// `false` when the collector does not take it, or not in time.
    async fn sent(&mut self, request: &[u8]) -> bool {
        let mut tries = 0;
        loop {
            let taken = self.collector.take(request.to_vec()).await;
            tries += 1;
            self.tell(taken.as_ref().err());
            let Err(error) = taken else { return true };
            let Some(wait) = again(&error, tries).filter(|_| !self.is_last()) else { return false };
            tokio::select! {
                () = self.stop.cancelled() => {}
                () = tokio::time::sleep(wait) => {}
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

    fn tell(&mut self, error: Option<&NotTaken>) {
        match self.said.line(error.map(NotTaken::status), &self.lost, Instant::now()) {
            None => {}
            Some(Line::Trouble) => {
                if let Some(error) = error {
                    tracing::warn!(%error, "the collector does not take traces; `deskbridge check` says more");
                }
            }
            Some(Line::Again(lost)) => tracing::info!(lost, "the collector takes traces again"),
            Some(Line::Lost(lost)) => tracing::warn!(lost, "there were more traces than the collector takes in time"),
        }
    }
}

/// How long to wait before the same is sent once more; none where it is given up.
fn again(error: &NotTaken, tries: u32) -> Option<Duration> {
    let wait = error.wait().map_or(AGAIN, |wait| wait.clamp(SOONEST, LATEST));
    (tries < TRIES && error.may_pass()).then_some(wait)
}

/// A line of the log.
#[derive(Debug, PartialEq, Eq)]
enum Line {
    Trouble,
    /// After trouble, with how many were lost.
    Again(u64),
    /// So many were lost although all is well.
    Lost(u64),
}

/// What the log knows.
#[derive(Default)]
struct Said {
    /// None is well, then the status, if there was an answer.
    trouble: Option<Option<u16>>,
    /// When it was told last how many were lost.
    lost_at: Option<Instant>,
}

impl Said {
    /// One line for each change, however many calls fail, and one a minute for what is lost without any.
    fn line(&mut self, trouble: Option<Option<u16>>, lost: &AtomicU64, now: Instant) -> Option<Line> {
        let is_new = trouble != self.trouble;
        self.trouble = trouble;
        if trouble.is_some() {
            return is_new.then_some(Line::Trouble);
        }
        let is_due = self.lost_at.is_none_or(|told| now.saturating_duration_since(told) >= TOLD);
        if !is_new && !is_due {
            return None;
        }
        let lost = lost.swap(0, Ordering::Relaxed);
        if lost > 0 {
            self.lost_at = Some(now);
        }
        if is_new { Some(Line::Again(lost)) } else { (lost > 0).then_some(Line::Lost(lost)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(status: u16, wait: Option<u64>) -> NotTaken {
        NotTaken::Status { status, wait: wait.map(Duration::from_secs) }
    }

    #[test]
    fn the_same_is_sent_again_only_where_otlp_allows_it_and_not_without_end() {
        for status in [408, 429, 502, 503, 504] {
            assert_eq!(again(&answered(status, None), 1), Some(AGAIN), "{status}");
            assert_eq!(again(&answered(status, None), TRIES), None, "{status}");
        }
        for status in [301, 400, 401, 404, 413, 500, 501, 505, 599] {
            assert_eq!(again(&answered(status, Some(1)), 1), None, "{status}");
        }
        let silent = NotTaken::Silent("refused".to_owned());
        assert_eq!((again(&silent, TRIES - 1), again(&silent, TRIES)), (Some(AGAIN), None));
    }

    #[test]
    fn the_collector_says_when() {
        for (said, wait) in [(0, SOONEST), (20, Duration::from_secs(20)), (86_400, LATEST)] {
            assert_eq!(again(&answered(503, Some(said)), 1), Some(wait), "{said}");
        }
    }

    #[test]
    fn what_is_lost_is_told_also_while_all_is_well() {
        let (mut said, lost, start) = (Said::default(), AtomicU64::new(0), Instant::now());
        let second = Duration::from_secs(1);
        assert_eq!(said.line(None, &lost, start), None, "nothing is lost");
        lost.store(3, Ordering::Relaxed);
        assert_eq!(said.line(None, &lost, start), Some(Line::Lost(3)));
        lost.store(2, Ordering::Relaxed);
        assert_eq!(said.line(None, &lost, start + TOLD - second), None, "once a minute");
        assert_eq!(said.line(None, &lost, start + TOLD), Some(Line::Lost(2)));
        // A change is told at once, with all that was lost until then.
        assert_eq!(said.line(Some(Some(503)), &lost, start + TOLD), Some(Line::Trouble));
        lost.store(7, Ordering::Relaxed);
        assert_eq!(said.line(Some(Some(503)), &lost, start + TOLD * 3), None);
        assert_eq!(said.line(Some(None), &lost, start + TOLD * 3), Some(Line::Trouble));
        assert_eq!(said.line(None, &lost, start + TOLD * 3), Some(Line::Again(7)));
        assert_eq!(said.line(None, &lost, start + TOLD * 5), None);
    }
}
