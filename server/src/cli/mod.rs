//! The command line. Exit codes: 0 done, 1 the thing failed or was found wrong, 2 wrong usage or configuration.

mod api_keys;
mod backup;
mod check;
mod demo;
mod grants;
mod integrations;
mod keys;
mod manifest;
mod outbox;
mod serve;
mod staff;

use std::collections::HashMap;
use std::ffi::OsString;
use std::fmt::Display;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Parser, Subcommand};

use crate::clock::Clock;
use crate::config::{Config, KeyRing, LogFormat, is_ours, refuse_unknown};
use crate::demo::{applications, load_samples, sample_folder};
use crate::manifest::{Integration, Problem, load_dir};
use crate::random::Random;
use crate::simulator::{Simulator, SimulatorArgs};
use crate::storage::Db;
use crate::telemetry;

/// Connects a partner's product with OfficeRnD organizations.
#[derive(Parser)]
#[command(name = "deskbridge", version, propagate_version = true)]
struct Cli {
    /// Configuration file; `deskbridge.toml` is read when it is there. Every key can also be a variable.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve OfficeRnD, admins and the partner system.
    Serve,
    /// Keep tokens alive and do what is behind the answers, without serving anybody.
    Worker,
    /// Which logins at OfficeRnD are due, failing or dying, and why.
    Grants(grants::GrantsArgs),
    /// Try everything on this machine: Deskbridge, a simulated OfficeRnD and sample integrations.
    Demo(demo::DemoArgs),
    /// OfficeRnD's side alone, simulated.
    Simulator(SimulatorArgs),
    /// Bring the database up to date and stop.
    Migrate,
    /// Save the database to a file, while servers run. The keys are not in it.
    Backup {
        /// A file that does not exist yet.
        #[arg(value_name = "FILE")]
        file: PathBuf,
    },
    /// Say in plain words what is wrong with this deployment and what to do.
    Check,
    /// What to enter in OfficeRnD's developer portal for each integration.
    Integrations,
    /// Keys that seal what is secret in the database.
    Keys {
        #[command(subcommand)]
        command: keys::KeysCommand,
    },
    /// What partner systems were not told.
    Outbox {
        #[command(subcommand)]
        command: outbox::OutboxCommand,
    },
    /// Keys of the partner system.
    ApiKeys {
        #[command(subcommand)]
        command: api_keys::ApiKeysCommand,
    },
    /// Who may sign in to the dashboard.
    Staff {
        #[command(subcommand)]
        command: staff::StaffCommand,
    },
    /// The OpenAPI document of the API, as `/openapi.json` is.
    Openapi,
    /// Look at manifests without a server.
    Manifest {
        #[command(subcommand)]
        command: manifest::ManifestCommand,
    },
}

/// Where sample integrations expect the partner system.
const DEFAULT_PARTNER_PORT: u16 = 4100;

/// What a command ends with, besides what it printed.
enum End {
    Done,
    /// Found wrong; everything is said already.
    FoundWrong,
    Failed(anyhow::Error),
    /// Wrong usage or configuration.
    Refused(String),
}

impl<E: Into<anyhow::Error>> From<E> for End {
    fn from(error: E) -> Self {
        End::Failed(error.into())
    }
}

/// What every command may need from outside.
struct Outside {
    config_file: Option<PathBuf>,
    variables: HashMap<String, String>,
    clock: Clock,
    random: Random,
}

impl Outside {
    fn config(&self) -> Result<Config, End> {
        let variables = self.variables.iter().map(|(name, value)| (name.clone(), value.clone()));
        Config::load(self.config_file.as_deref(), variables).map_err(|error| End::Refused(error.to_string()))
    }

    /// The keys of this deployment. An embedded database gets its own when it is made.
    fn keys(&self, config: &Config) -> Result<KeyRing, End> {
        config
            .encryption_keys
            .load(config.database.file(), &self.random)
            .map_err(|problem| End::Refused(format!("encryption_keys: {problem}")))
    }

    fn variable(&self, name: &str) -> Option<String> {
        self.variables.get(name).cloned()
    }

    fn start_log(&self, format: LogFormat) {
        telemetry::start(format, self.variable("RUST_LOG").as_deref());
    }

    /// The database, up to date. An embedded one is never made without its keys.
    async fn database(&self, config: &Config) -> Result<Db, End> {
        self.keys(config)?;
        let db = Db::open(&config.database).await?;
        db.migrate().await?;
        Ok(db)
    }

    fn integrations(&self, config: &Config) -> Result<Vec<Arc<Integration>>, End> {
        load_dir(&config.integrations_dir, &|name| self.variable(name), config.production())
            .map_err(|problems| End::Refused(lines(&problems)))
    }
}

/// Runs the command of this process.
#[expect(
    clippy::disallowed_methods,
    reason = "the one place where the environment is read; everything else gets it handed"
)]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    let random = match Random::from_system() {
        Ok(random) => random,
        Err(error) => return ended(End::Failed(anyhow::anyhow!("the operating system gives no randomness: {error}"))),
    };
    let variables = match readable(std::env::vars_os()) {
        Ok(variables) => variables,
        Err(refused) => return ended(refused),
    };
    let outside = Outside { config_file: cli.config, variables, clock: Clock::system(), random };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return ended(End::Failed(error.into())),
    };
    let end = runtime.block_on(run(cli.command, &outside));
    // Blocking leftovers must not hold the process.
    runtime.shutdown_background();
    ended(end)
}

/// The variables that are text. Others can be no value of ours, and one that is meant for us is refused.
fn readable(all: impl IntoIterator<Item = (OsString, OsString)>) -> Result<HashMap<String, String>, End> {
    let (mut variables, mut problems) = (HashMap::new(), Vec::new());
    for (name, value) in all {
        match (name.to_str(), value.to_str()) {
            (Some(name), Some(value)) => {
                variables.insert(name.to_owned(), value.to_owned());
            }
            _ if is_ours(&name.to_string_lossy()) => {
                problems.push(format!("{}: text in UTF-8 is wanted here", name.to_string_lossy()));
            }
            _ => {}
        }
    }
    problems.sort();
    if problems.is_empty() { Ok(variables) } else { Err(End::Refused(problems.join("\n"))) }
}

async fn run(command: Command, outside: &Outside) -> End {
    let outcome = match command {
        Command::Serve => serve::serve(outside).await,
        Command::Worker => serve::worker(outside).await,
        Command::Grants(args) => grants::grants(outside, &args).await,
        Command::Demo(args) => demo::demo(outside, args).await,
        Command::Simulator(args) => simulator(outside, args).await,
        Command::Migrate => serve::migrate(outside).await,
        Command::Backup { file } => backup::backup(outside, &file).await,
        Command::Check => check::check(outside).await,
        Command::Integrations => integrations::integrations(outside),
        Command::Keys { command } => keys::run(outside, command).await,
        Command::Outbox { command } => outbox::run(outside, command).await,
        Command::ApiKeys { command } => api_keys::run(outside, command).await,
        Command::Staff { command } => staff::run(outside, command).await,
        Command::Openapi => {
            print(crate::http::api::openapi::text());
            Ok(())
        }
        Command::Manifest { command } => manifest::run(outside, command),
    };
    outcome.err().unwrap_or(End::Done)
}

async fn simulator(outside: &Outside, args: SimulatorArgs) -> Result<(), End> {
    let ignored = refuse_unknown(outside.variables.keys().map(String::as_str))
        .map_err(|error| End::Refused(error.to_string()))?;
    outside.start_log(LogFormat::Auto);
    tell_ignored(&ignored);
    let stop = crate::lifecycle::stop_on_signal()?;
    // Only for as long as manifests are read.
    let unpacked = tempfile::tempdir()?;
    let folder = sample_folder(&outside.variables, unpacked.path())?;
    let integrations = load_samples(&folder, &outside.variables, DEFAULT_PARTNER_PORT)?;
    drop(unpacked);
    let applications = applications(&integrations, &args.product_url);
    let running =
        Simulator::start(args.into_options(outside.clock.clone(), outside.random.clone(), applications)).await?;
    say(format_args!("listening on {}", running.url));
    stop.cancelled().await;
    running.stop().await;
    Ok(())
}

/// Variables that nobody set for us, said once.
fn tell_ignored(variables: &[String]) {
    for name in variables {
        tracing::info!(name, "this variable is Kubernetes' own and was ignored");
    }
}

fn ended(end: End) -> ExitCode {
    match end {
        End::Done => ExitCode::SUCCESS,
        End::FoundWrong => ExitCode::from(1),
        End::Failed(error) => {
            complain(format_args!("deskbridge: {error:#}"));
            ExitCode::from(1)
        }
        End::Refused(text) => {
            complain(format_args!("deskbridge: {text}"));
            ExitCode::from(2)
        }
    }
}

/// One line on standard output. A reader that went away is no reason to fail.
fn say(line: impl Display) {
    drop(writeln!(std::io::stdout(), "{line}"));
}

/// A whole text on standard output.
fn print(text: &str) {
    drop(std::io::stdout().write_all(text.as_bytes()));
}

fn complain(line: impl Display) {
    drop(writeln!(std::io::stderr(), "{line}"));
}

fn lines(problems: &[Problem]) -> String {
    problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}
