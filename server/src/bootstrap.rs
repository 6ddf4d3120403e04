//! From a configuration to an [`App`] that can serve. Used alike by `serve`, the demo and the tests.

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, anyhow};
use leptos::config::LeptosOptions;
use sea_orm::sqlx::Executor as _;
use sea_orm::sqlx::postgres::PgListener;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::clock::Clock;
use crate::config::Config;
use crate::crypto::vault::Vault;
use crate::jobs::{Job, Jobs};
use crate::manifest::Integration;
use crate::random::Random;
use crate::services::alerts;
use crate::services::answers::Answers;
use crate::services::calls::Calls;
use crate::services::directory::Directory;
use crate::services::inbox::Inbox;
use crate::services::limits::Limits;
use crate::services::live::Live;
use crate::services::outbox::Wake;
use crate::services::overview::Kept;
use crate::services::presence::{KeysError, Presence, process_name};
use crate::services::refresh::{Finisher, Keeper, Refresh, Replaced};
use crate::services::sightings::Sightings;
use crate::services::staff::passwords::Passwords;
use crate::site::Site;
use crate::state::{App, Flights, Integrations, Parts};
use crate::storage::{CHANNEL, Db, change};
use crate::telemetry::traces::Traces;
use crate::upstream::mail::Mailer;
use crate::upstream::officernd::OfficeRnd;
use crate::upstream::oidc::Oidc;
use crate::upstream::partner::PartnerSystems;

/// Within this time a server sees what a command wrote to an embedded database.
pub const COMMANDS_SEEN: Duration = Duration::from_millis(250);
/// Between two tries to hear other replicas again.
const LISTEN_AGAIN: Duration = Duration::from_secs(1);
/// After that long without a word the line is tried.
const QUIET: Duration = Duration::from_millis(500);
/// And given up when nothing comes back.
const ANSWER: Duration = Duration::from_millis(500);

/// # Errors
/// In plain words: what is wrong and which key it is about.
pub async fn build(
    config: Config,
    clock: Clock,
    random: Random,
    integrations: Vec<Arc<Integration>>,
) -> anyhow::Result<(App, mpsc::Receiver<Job>)> {
    let database_file = config.database.file();
    let ring = config.encryption_keys.load(database_file, &random).map_err(|problem| anyhow!(problem))?;
    let key_file = config.encryption_keys.file(database_file);
    let vault = Vault::new(&ring, random.clone());
    let officernd = OfficeRnd::new(config.officernd.clone())?;
    let traces = Traces::start(config.telemetry.as_ref()).context("no HTTP client")?;
    let partners = PartnerSystems::new().context("no HTTP client")?.traced(traces.clone());
    // Nobody asks it before somebody signs in: a provider that is down stops nothing but that.
    let oidc = config.staff_oidc.clone().map(|settings| Oidc::new(settings, clock.clone()));
    let oidc = oidc.transpose().context("no HTTP client")?;
    let mail = config.smtp.as_ref().map(Mailer::new).transpose().context("smtp__security")?;
    let db = Db::open(&config.database).await.context("database_url")?;
    db.migrate().await.context("database_url: the schema could not be brought up to date")?;
    let name = process_name(&format!("the server at {}", config.listen));
    let presence =
        Presence::begin(&db, &vault, &clock, &random, name, key_file).await.map_err(|error| match error {
            KeysError::Storage(error) => anyhow::Error::new(error).context("database_url"),
            error => anyhow::Error::new(error).context("encryption_keys"),
        })?;
    let site = Site::load();
    let leptos = LeptosOptions::builder().output_name("app").site_root(".").site_pkg_dir(site.pkg_dir()).build();
    let (jobs, receiver) = Jobs::new();
    let directory = Arc::new(Directory::new(config.cache_connections));
    let integrations = Integrations::new(integrations);
    let keeper = Keeper {
        db: db.clone(),
        vault: vault.clone(),
        clock: clock.clone(),
        random: random.clone(),
        integrations: integrations.clone(),
        refresh: config.refresh.clone(),
        replaced: Replaced::default(),
    };
    let app = App::new(Parts {
        refresh: Refresh::new(Finisher::start(keeper)),
        overview: Kept::default(),
        live: Live::default(),
        traces,
        answers: Answers::new(clock.clone()),
        mail,
        alerts: alerts::Kept::default(),
        limits: Limits::new(config.api_requests_per_minute),
        directory: directory.clone(),
        inbox: Inbox::start(db.clone(), clock.clone(), random.clone()),
        outbox: Wake::default(),
        passwords: Passwords::default(),
        sightings: Sightings::default(),
        integrations,
        unfinished: TaskTracker::new(),
        calls: Calls::default(),
        turns: Arc::default(),
        flights: Flights::default(),
        config,
        clock,
        random,
        vault,
        db,
        officernd,
        partners,
        oidc,
        jobs,
        presence,
        site,
        leptos,
    });
    app.db.on_change(move |changed| directory.forget(changed));
    Ok((app, receiver))
}

/// Hears what other processes change. While they cannot be heard, changes may be missed, so nothing is kept in memory.
pub async fn listen(app: App, stop: CancellationToken) {
    let Some(url) = app.db.postgres_url().map(str::to_owned) else {
        return tokio::select! {
            () = stop.cancelled() => (),
            () = watch(&app) => (),
        };
    };
    loop {
        app.directory.deafen(true);
        let heard = tokio::select! {
            () = stop.cancelled() => return,
            heard = hear(&app, &url) => heard,
        };
        if let Err(error) = heard {
            tracing::warn!(%error, "changes of other replicas are not heard; trying again");
        }
        app.directory.deafen(true);
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(LISTEN_AGAIN) => {}
        }
    }
}

/// An embedded database belongs to one server, but commands write to it as well.
async fn watch(app: &App) {
    let (mut before, mut is_well) = (None, true);
    loop {
        let seen = app.db.written_by_others().await;
        if let Err(error) = &seen
            && is_well
        {
            tracing::warn!(%error, "it is not seen whether another process writes to the database");
        }
        is_well = seen.is_ok();
        let seen = seen.ok();
        if seen.is_none() || seen != before {
            app.directory.forget_all();
        }
        before = seen;
        tokio::time::sleep(COMMANDS_SEEN).await;
    }
}

async fn hear(app: &App, url: &str) -> Result<(), sea_orm::sqlx::Error> {
    let mut listener = PgListener::connect(url).await?;
    // Or it would come back by itself, and what was said meanwhile be lost without a word.
    listener.eager_reconnect(false);
    listener.listen(CHANNEL).await?;
    app.directory.deafen(false);
    loop {
        match timeout(QUIET, listener.try_recv()).await {
            Ok(heard) => {
                let Some(notification) = heard? else { return Ok(()) };
                match change::read(notification.payload()) {
                    Some(changes) => changes.into_iter().for_each(|changed| app.directory.forget(changed)),
                    // A later release knows of something that this one may keep.
                    None => app.directory.forget_all(),
                }
            }
            // A line that was cut without a word looks like one on which nobody speaks.
            Err(_) => match timeout(ANSWER, listener.execute("SELECT 1 AS listening")).await {
                Ok(answered) => {
                    answered?;
                }
                Err(_) => return Err(std::io::Error::from(std::io::ErrorKind::TimedOut).into()),
            },
        }
    }
}
