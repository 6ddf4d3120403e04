//! `outbox`: what partner systems were not told, and telling them after all.

use app::ids::{ConnectionId, EventId};
use clap::{Args, Subcommand};

use super::{End, Outside, say};
use crate::clock::rfc3339;
use crate::storage::outbox::{self, Dead};
use crate::upstream::partner::message_id;

/// More lines nobody reads.
const MOST_LINES: u64 = 1_000;

#[derive(Subcommand)]
pub(super) enum OutboxCommand {
    /// List deliveries that were given up, newest first.
    List(Which),
    /// Send again what was given up. Servers that run do it within seconds.
    Retry(Which),
    /// Delete what was given up; nobody is told any more.
    Forget(Which),
}

#[derive(Args)]
pub(super) struct Which {
    /// Only to this integration's hooks, or to this event endpoint.
    #[arg(long, value_name = "SLUG_OR_ENDPOINT")]
    integration: Option<String>,
}

pub(super) async fn run(outside: &Outside, command: OutboxCommand) -> Result<(), End> {
    let config = outside.config()?;
    outside.start_log(config.log_format);
    let db = outside.database(&config).await?;
    match command {
        OutboxCommand::List(which) => {
            for dead in outbox::list_dead(db.read(), which.integration.as_deref(), MOST_LINES).await? {
                say(line(&dead));
            }
        }
        OutboxCommand::Retry(which) => {
            let mut tx = db.begin().await?;
            let count = outbox::retry_dead(&mut tx, which.integration.as_deref()).await?;
            tx.commit().await?;
            say(format_args!("{} to be sent again.", deliveries(count)));
        }
        OutboxCommand::Forget(which) => {
            let mut tx = db.begin().await?;
            let count = outbox::forget_dead(&mut tx, which.integration.as_deref()).await?;
            tx.commit().await?;
            say(format_args!("{} forgotten.", deliveries(count)));
        }
    }
    db.close().await;
    Ok(())
}

fn deliveries(count: u64) -> String {
    if count == 1 { "1 delivery is".to_owned() } else { format!("{count} deliveries are") }
}

fn line(dead: &Dead) -> String {
    format!(
        "{}  {}  {}  {}  written {}  given up {}  {}",
        dead.event_id.map_or_else(|| message_id(dead.id), |event| EventId(event).to_string()),
        dead.receiver,
        dead.hook,
        ConnectionId(dead.connection_id),
        rfc3339(dead.created_at).unwrap_or_default(),
        dead.ended_at.and_then(rfc3339).unwrap_or_default(),
        dead.trouble.as_deref().unwrap_or_default(),
    )
}
