//! `serve`, `worker` and `migrate`.

use std::sync::Arc;

use metrics_exporter_prometheus::PrometheusBuilder;
use tokio::sync::mpsc;

use super::{End, Outside, say, tell_ignored};
use crate::bootstrap;
use crate::config::Config;
use crate::jobs::Job;
use crate::lifecycle::{self, Listeners};
use crate::manifest::Integration;
use crate::services::presence::KeysError;
use crate::state::App;

pub(super) async fn serve(outside: &Outside) -> Result<(), End> {
    let started = outside.clock.now();
    let (config, integrations) = prepared(outside)?;
    let stop = lifecycle::stop_on_signal()?;
    let listeners = Listeners::bind(config.listen, Some(config.operations_listen)).await?;
    let address = listeners.public.local_addr()?;
    let metrics = PrometheusBuilder::new().install_recorder()?;
    let (app, receiver) = built(outside, config, integrations).await?;
    say(format_args!("listening on http://{address}"));
    tracing::info!(duration_ms = lifecycle::since(&outside.clock, started), "ready");
    lifecycle::serve(app, receiver, listeners, Some(metrics), stop).await?;
    Ok(())
}

/// The jobs of `serve` and nothing else; metrics are served to operations.
pub(super) async fn worker(outside: &Outside) -> Result<(), End> {
    let started = outside.clock.now();
    let (config, integrations) = prepared(outside)?;
    let stop = lifecycle::stop_on_signal()?;
    let operations = lifecycle::bind_operations(config.operations_listen).await?;
    let metrics = PrometheusBuilder::new().install_recorder()?;
    let (app, receiver) = built(outside, config, integrations).await?;
    say("ready");
    tracing::info!(duration_ms = lifecycle::since(&outside.clock, started), "ready");
    lifecycle::work(app, receiver, Some(operations), Some(metrics), stop).await?;
    Ok(())
}

/// What is wrong with the configuration is said before anything is opened, with exit code 2.
fn prepared(outside: &Outside) -> Result<(Config, Vec<Arc<Integration>>), End> {
    let config = outside.config()?;
    outside.start_log(config.log_format);
    tell_ignored(&config.ignored_variables);
    let integrations = outside.integrations(&config)?;
    if integrations.is_empty() {
        return Err(End::Refused(format!("integrations_dir: {} holds no manifest", config.integrations_dir.display())));
    }
    outside.keys(&config)?;
    Ok((config, integrations))
}

async fn built(
    outside: &Outside,
    config: Config,
    integrations: Vec<Arc<Integration>>,
) -> Result<(App, mpsc::Receiver<Job>), End> {
    let built = bootstrap::build(config, outside.clock.clone(), outside.random.clone(), integrations).await;
    built.map_err(|error| match error.downcast_ref::<KeysError>() {
        Some(KeysError::Storage(_)) | None => End::Failed(error),
        // Keys that do not fit the database are a wrong configuration.
        Some(_) => End::Refused(format!("{error:#}")),
    })
}

pub(super) async fn migrate(outside: &Outside) -> Result<(), End> {
    let config = outside.config()?;
    outside.start_log(config.log_format);
    let db = outside.database(&config).await?;
    db.close().await;
    say("The database is up to date.");
    Ok(())
}
