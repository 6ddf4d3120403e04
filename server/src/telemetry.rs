//! Logs to standard error. No level may show a secret: ours never log one, and what libraries say
//! below `info` can hold headers and addresses, so it is left out whatever `RUST_LOG` asks for.
//!
//! Traces are apart from them: [`traces`].

mod export;
pub mod traces;

use std::io::{self, IsTerminal as _};

use tracing::{Level, Subscriber};
use tracing_subscriber::filter::{EnvFilter, filter_fn};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::config::LogFormat;

/// Starts logging; a second call does nothing.
pub fn start(format: LogFormat, filter: Option<&str>) {
    // An earlier subscriber stays; tests set their own.
    drop(subscriber(format, filter, io::stderr).try_init());
}

/// What is logged where; tests read it instead of a terminal.
pub fn subscriber<W>(format: LogFormat, filter: Option<&str>, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let filter = EnvFilter::builder()
        .parse_lossy(filter.filter(|text| !text.is_empty()).unwrap_or("info,sea_orm_migration=warn,sqlx=warn"));
    let ours = filter_fn(|metadata| {
        let target = metadata.target();
        *metadata.level() <= Level::INFO
            || target.starts_with("server")
            || target.starts_with("app")
            || target.starts_with("deskbridge")
    });
    let json = match format {
        LogFormat::Json => true,
        LogFormat::Text => false,
        LogFormat::Auto => !io::stderr().is_terminal(),
    };
    let layer = tracing_subscriber::fmt::layer().with_writer(writer);
    let layer = if json {
        layer.json().flatten_event(true).boxed()
    } else {
        layer.with_ansi(io::stderr().is_terminal()).boxed()
    };
    // Filters of the whole registry, not of the layer: sqlx asks whether its lines are wanted, and a
    // layer's own filter then loses the next line of that thread.
    tracing_subscriber::registry().with(filter).with(ours).with(layer)
}
