//! Starting to serve, and stopping without losing work.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::Context as _;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use crate::http::operations;
use crate::jobs::{self, Job};
use crate::router::router;
use crate::services::calls;
use crate::state::App;
use crate::{bootstrap, clock};

/// Requests under way get that long after a stop; `serve` promises 30 s in all.
const DRAIN: Duration = Duration::from_secs(25);
/// And what goes on behind the answers that long after them.
const LAST: Duration = Duration::from_secs(2);

/// A database that does not answer must not hold up the end.
const LEAVE: Duration = Duration::from_secs(1);

/// The addresses that are served, bound before anything is promised.
pub struct Listeners {
    pub public: TcpListener,
    pub operations: Option<TcpListener>,
}

impl Listeners {
    /// # Errors
    /// When an address is in use or not ours, with the key's name.
    pub async fn bind(listen: SocketAddr, operations: Option<SocketAddr>) -> anyhow::Result<Self> {
        let public = TcpListener::bind(listen).await.with_context(|| format!("listen: {listen} cannot be used"))?;
        let operations = match operations {
            Some(address) => Some(bind_operations(address).await?),
            None => None,
        };
        Ok(Self { public, operations })
    }
}

/// # Errors
/// When the address is in use or not ours, with the key's name.
pub async fn bind_operations(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address).await.with_context(|| format!("operations_listen: {address} cannot be used"))
}

/// Serves until `stop`, then finishes what is under way.
///
/// # Errors
/// When serving itself fails.
pub async fn serve(
    app: App,
    receiver: mpsc::Receiver<Job>,
    listeners: Listeners,
    metrics: Option<PrometheusHandle>,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let behind = Behind::start(&app, receiver, listeners.operations, metrics, &stop);
    let service = router(&app).into_make_service_with_connect_info::<SocketAddr>();
    let public = axum::serve(listeners.public, service).with_graceful_shutdown(stop.clone().cancelled_owned());
    let (told, streaming) = (stop.clone(), app.clone());
    let stopped_at = tokio::spawn(async move {
        told.cancelled().await;
        // A stream never ends by itself, and would hold up the stop until it is cut off.
        streaming.live.close();
        Instant::now()
    });
    let drained = async {
        stop.cancelled().await;
        tokio::time::sleep(DRAIN).await;
    };
    tokio::select! {
        served = public => served?,
        () = drained => tracing::warn!("requests that did not end in time were cut off"),
    }
    stop.cancel();
    behind.end(&app, stopped_at.await?).await;
    Ok(())
}

/// Does what goes on behind the answers until `stop`, and serves nobody but operations.
///
/// # Errors
/// None now; as [`serve`].
pub async fn work(
    app: App,
    receiver: mpsc::Receiver<Job>,
    operations: Option<TcpListener>,
    metrics: Option<PrometheusHandle>,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let behind = Behind::start(&app, receiver, operations, metrics, &stop);
    stop.cancelled().await;
    behind.end(&app, Instant::now()).await;
    Ok(())
}

/// The tasks behind the answers.
struct Behind {
    tasks: Vec<JoinHandle<()>>,
    present: JoinHandle<()>,
}

impl Behind {
    fn start(
        app: &App,
        receiver: mpsc::Receiver<Job>,
        operations: Option<TcpListener>,
        metrics: Option<PrometheusHandle>,
        stop: &CancellationToken,
    ) -> Self {
        let tasks = vec![
            tokio::spawn(jobs::work(app.clone(), receiver, stop.clone())),
            tokio::spawn(jobs::keep_clean(app.clone(), stop.clone())),
            tokio::spawn(jobs::send_outbox(app.clone(), stop.clone())),
            tokio::spawn(jobs::keep_grants(app.clone(), stop.clone())),
            tokio::spawn(jobs::keep_states(app.clone(), stop.clone())),
            tokio::spawn(jobs::keep_settings(app.clone(), stop.clone())),
            tokio::spawn(jobs::keep_bulk_acts(app.clone(), stop.clone())),
            tokio::spawn(jobs::keep_alerts(app.clone(), stop.clone())),
            tokio::spawn(bootstrap::listen(app.clone(), stop.clone())),
        ];
        let present = tokio::spawn(app.presence.clone().keep());
        if let Some(operations) = operations {
            let service = operations::router(app.clone(), metrics);
            let stopped = stop.clone().cancelled_owned();
            tokio::spawn(async move { axum::serve(operations, service).with_graceful_shutdown(stopped).await });
        }
        Self { tasks, present }
    }

    async fn end(self, app: &App, stopped_at: Instant) {
        let last = stopped_at + DRAIN + LAST;
        app.unfinished.close();
        if tokio::time::timeout_at(last, app.unfinished.wait()).await.is_err() {
            tracing::warn!("work that did not end in time was cut off");
        }
        for mut task in self.tasks {
            match tokio::time::timeout_at(last, &mut task).await {
                Ok(Ok(())) => {}
                Ok(Err(error)) => tracing::error!(%error, "a background task had died"),
                // A job can be cut off anywhere: it is found again by the next start.
                Err(_) => {
                    task.abort();
                    tracing::warn!("a job that did not end in time was cut off");
                }
            }
        }
        // Whatever is traced has ended.
        tokio::join!(app.traces.end(last + 3 * LEAVE), leave(app, self.present));
        tracing::info!("stopped");
    }
}

/// The last of what this process does; each part has its own limit.
async fn leave(app: &App, present: JoinHandle<()>) {
    if let Ok(Err(error)) = tokio::time::timeout(LEAVE, calls::write(app)).await {
        tracing::warn!(%error, "calls that were counted last are not written down");
    }
    // Last: until here something could be sealed. Whoever is not told notices after a minute.
    present.abort();
    drop(present.await);
    if tokio::time::timeout(LEAVE, app.presence.end()).await.is_err() {
        tracing::warn!("the database did not hear that this process ended");
    }
    // It waits for whoever was cut off and still holds a connection.
    if tokio::time::timeout(LEAVE, app.db.clone().close()).await.is_err() {
        tracing::warn!("the database was left with connections open");
    }
}

/// Ends with SIGTERM or Ctrl-C.
///
/// # Errors
/// When signals cannot be heard.
pub fn stop_on_signal() -> anyhow::Result<CancellationToken> {
    let stop = CancellationToken::new();
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let told = stop.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("stopping: no new requests, {} s for those under way", DRAIN.as_secs());
        told.cancel();
    });
    Ok(stop)
}

/// How long the start took, for the log.
pub fn since(clock: &clock::Clock, started: clock::Millis) -> i64 {
    clock.now() - started
}
