//! `serve` and `migrate`.

use metrics_exporter_prometheus::PrometheusBuilder;

use super::{End, Outside, say};
use crate::bootstrap;
use crate::lifecycle::{self, Listeners};
use crate::services::presence::KeysError;

pub(super) async fn serve(outside: &Outside) -> Result<(), End> {
    let started = outside.clock.now();
    let config = outside.config()?;
    outside.start_log(config.log_format);
    for name in &config.ignored_variables {
        tracing::info!(name, "this variable is Kubernetes' own and was ignored");
    }
    let integrations = outside.integrations(&config)?;
    if integrations.is_empty() {
        return Err(End::Refused(format!("integrations_dir: {} holds no manifest", config.integrations_dir.display())));
    }
    // Found wrong here it is the configuration's fault (exit code 2), before anything is opened.
    outside.keys(&config)?;
    let stop = lifecycle::stop_on_signal()?;
    let listeners = Listeners::bind(config.listen, Some(config.operations_listen)).await?;
    let address = listeners.public.local_addr()?;
    let metrics = PrometheusBuilder::new().install_recorder()?;
    let (app, receiver) = bootstrap::build(config, outside.clock.clone(), outside.random.clone(), integrations)
        .await
        .map_err(|error| match error.downcast_ref::<KeysError>() {
        Some(KeysError::Storage(_)) | None => End::Failed(error),
        // Keys that do not fit the database are a wrong configuration.
        Some(_) => End::Refused(format!("{error:#}")),
    })?;
    say(format_args!("listening on http://{address}"));
    tracing::info!(duration_ms = lifecycle::since(&outside.clock, started), "ready");
    lifecycle::serve(app, receiver, listeners, Some(metrics), stop).await?;
    Ok(())
}

pub(super) async fn migrate(outside: &Outside) -> Result<(), End> {
    let config = outside.config()?;
    outside.start_log(config.log_format);
    let db = outside.database(&config).await?;
    db.close().await;
    say("The database is up to date.");
    Ok(())
}
