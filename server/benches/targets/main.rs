//! Measures what the product promises (`docs/BENCHMARKS.md`), each promise beside its baseline in the same run.
//!
//! Exit code 0 when every target is met, 1 when one is missed or was not measured.

mod child;
mod deployment;
mod events;
mod healthcheck;
mod http;
mod kills;
mod lists;
mod load;
mod machine;
mod million;
mod outbox;
mod proxy;
mod refresh;
mod report;
mod settings;
mod start;
mod tenants;
mod webhooks;
mod wire;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, ValueEnum};
use metrics_exporter_prometheus::PrometheusBuilder;
use server::config::LogFormat;
use server::telemetry;

use deployment::Database;
use report::Report;

/// The same allocator as the product's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Parser)]
struct Args {
    /// Only these; all of them when none is named.
    #[arg(value_enum)]
    only: Vec<Measurement>,
    /// Only on this database.
    #[arg(long, value_enum)]
    database: Option<DatabaseKind>,
    /// How many connections the healthcheck is measured with.
    #[arg(long, default_value_t = 100_000)]
    connections: usize,
    /// How many tenants lists are measured with; 1,000,000 on PostgreSQL and 100,000 on SQLite when it is not said.
    #[arg(long)]
    tenants: Option<usize>,
    /// Of each round of load.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Pairs of baseline and product.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Secrets that change each second; fewer than the promised number is for looking into something.
    #[arg(long, default_value_t = healthcheck::CHANGES_PER_SECOND)]
    changes: u64,
    /// `cargo bench` says so itself.
    #[arg(long, hide = true)]
    bench: bool,
    /// The baseline of a start: this process is a bare axum server.
    #[arg(long, hide = true)]
    bare_server: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Measurement {
    Healthcheck,
    Webhooks,
    Outbox,
    Events,
    Kills,
    Proxy,
    Refresh,
    Settings,
    Start,
    Tenants,
    Wire,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum DatabaseKind {
    Sqlite,
    Postgresql,
}

/// How long and how much, the same for every measurement.
#[derive(Clone, Copy)]
struct Plan {
    connections: usize,
    round: Duration,
    rounds: usize,
    changes: u64,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime starts");
    let outcome = if args.bare_server { runtime.block_on(start::bare_server()) } else { runtime.block_on(run(&args)) };
    runtime.shutdown_background();
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("the measurement broke off: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(args: &Args) -> anyhow::Result<bool> {
    // Logs and metrics cost what they cost in the product.
    telemetry::start(LogFormat::Json, Some("warn,sea_orm_migration=warn,sqlx=warn"));
    PrometheusBuilder::new().install_recorder()?;
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("bench-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let outcome = measure(args, &folder).await;
    std::fs::remove_dir_all(&folder)?;
    outcome
}

async fn measure(args: &Args, folder: &std::path::Path) -> anyhow::Result<bool> {
    let plan = Plan {
        connections: args.connections.max(1_000),
        round: Duration::from_secs(args.seconds.max(1)),
        rounds: args.rounds.max(1),
        changes: args.changes,
    };
    let wanted = |measurement| args.only.is_empty() || args.only.contains(&measurement);
    let mut report = Report::default();
    machine::describe(folder)?;
    if wanted(Measurement::Wire) {
        wire::measure(folder, &mut report).await?;
    }
    if wanted(Measurement::Start) {
        start::measure(folder, &mut report).await?;
    }
    for kind in [DatabaseKind::Sqlite, DatabaseKind::Postgresql] {
        if args.database.is_some_and(|only| only != kind) {
            continue;
        }
        for measurement in [
            Measurement::Healthcheck,
            Measurement::Webhooks,
            Measurement::Outbox,
            Measurement::Events,
            Measurement::Kills,
            Measurement::Proxy,
            Measurement::Refresh,
            Measurement::Settings,
            Measurement::Tenants,
        ] {
            if !wanted(measurement) {
                continue;
            }
            let database = match kind {
                DatabaseKind::Sqlite => Database::sqlite(folder),
                DatabaseKind::Postgresql => match deployment::postgres_url() {
                    Some(url) => Database::postgres(&url).await?,
                    None => {
                        report.not_measured("anything on PostgreSQL", "TEST_POSTGRES_URL is not set");
                        continue;
                    }
                },
            };
            match measurement {
                Measurement::Healthcheck => healthcheck::measure(&database, plan, &mut report).await?,
                Measurement::Outbox => outbox::measure(&database, plan, folder, &mut report).await?,
                Measurement::Events => events::measure(&database, plan, folder, &mut report).await?,
                Measurement::Kills => kills::measure(&database, plan, folder, &mut report).await?,
                Measurement::Proxy => proxy::measure(&database, plan, folder, &mut report).await?,
                Measurement::Refresh => {
                    refresh::measure(&database, plan, &mut report).await?;
                    if let (DatabaseKind::Postgresql, Some(url)) = (kind, deployment::postgres_url()) {
                        let own = Database::postgres(&url).await?;
                        million::measure(&own, plan, folder, &mut report).await?;
                        own.remove().await?;
                    }
                }
                Measurement::Settings => settings::measure(&database, plan, folder, &mut report).await?,
                Measurement::Tenants => lists::measure(&database, args.tenants, &mut report).await?,
                _ => webhooks::measure(&database, plan, &mut report).await?,
            }
            database.remove().await?;
        }
    }
    report.print();
    Ok(report.all_met())
}
