//! Plays a scenario: act by act, over HTTP, against Deskbridge and the simulated OfficeRnD.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context as _, bail};
use futures_util::future::BoxFuture;
use reqwest::Client;
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::Scenario;
use super::browser::{Browser, Got};
use super::format::Step;
use super::outside::Outside;
use crate::jobs::{self, Job};
use crate::state::App;

/// Where a scenario is played: both sides run, on one clock.
pub struct Stage {
    pub app: App,
    pub product_url: String,
    pub simulator_url: String,
    /// The jobs of a product that nobody works off. Without them the product works by itself, and what must be seen
    /// is waited for.
    pub jobs: Option<mpsc::Receiver<Job>>,
    /// Further processes on the same database, with their jobs.
    pub others: Vec<(App, mpsc::Receiver<Job>)>,
    /// Ends every process without a word and starts as many anew. None where that cannot be done.
    pub restart: Option<Restart>,
}

/// What starts Deskbridge again.
pub type Restart = Box<dyn FnMut() -> BoxFuture<'static, anyhow::Result<Vec<(App, mpsc::Receiver<Job>)>>> + Send>;

impl Stage {
    pub(super) async fn restart(&mut self) -> anyhow::Result<()> {
        let restart = self.restart.as_mut().context("Deskbridge cannot be restarted here")?;
        let mut started = restart().await?.into_iter();
        let (app, jobs) = started.next().context("nothing was started")?;
        (self.app, self.jobs, self.others) = (app, Some(jobs), started.collect());
        Ok(())
    }
}

/// How long a product that works by itself is given for what must be seen.
const PATIENCE: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(100);

/// An installation that the scenario made.
#[derive(Clone)]
pub(super) struct Installation {
    pub(super) name: String,
    pub(super) id: String,
    pub(super) organization: String,
    pub(super) connect_url: String,
}

/// What the steps so far have led to.
pub(super) struct Player<'a> {
    pub(super) outside: Outside,
    pub(super) installations: Vec<Installation>,
    pub(super) browsers: BTreeMap<String, Browser>,
    /// The URL of the last signed call.
    pub(super) called: Option<String>,
    /// What OfficeRnD had counted before the first step.
    pub(super) counted: Value,
    pub(super) stage: &'a mut Stage,
}

/// Plays every step, and tells each as it was done.
///
/// # Errors
/// With the file, the line and what was seen instead.
pub async fn play(scenario: &Scenario, stage: &mut Stage, mut tell: impl FnMut(usize, &str)) -> anyhow::Result<()> {
    let outside = Outside::new(&stage.app, &stage.product_url, &stage.simulator_url).await?;
    outside.control("DELETE", "/switches", &Value::Null).await?;
    let counted = outside.control("GET", "/counters", &Value::Null).await?;
    let (installations, browsers) = (Vec::new(), BTreeMap::new());
    let mut player = Player { outside, installations, browsers, called: None, counted, stage };
    for (number, (line, step)) in scenario.steps.iter().enumerate() {
        player.step(step).await.with_context(|| format!("{}:{line}", scenario.file))?;
        tell(number + 1, &step.why.clone().unwrap_or_else(|| super::check::acts(step).join("")));
    }
    player.outside.control("DELETE", "/switches", &Value::Null).await?;
    Ok(())
}

impl Player<'_> {
    async fn step(&mut self, step: &Step) -> anyhow::Result<()> {
        let answers = self.act(step).await?;
        for got in &answers {
            if let Some(wanted) = &step.answer {
                self.check_answer(wanted, got, step).await?;
            }
        }
        let Some(see) = &step.see else { return Ok(()) };
        let by = tokio::time::Instant::now() + PATIENCE;
        loop {
            self.settle().await?;
            match self.check_see(see).await {
                Err(_) if self.stage.jobs.is_none() && tokio::time::Instant::now() < by => {
                    tokio::time::sleep(PAUSE).await;
                }
                seen => return seen,
            }
        }
    }

    /// Deliveries and jobs that are due now are done.
    pub(super) async fn settle(&mut self) -> anyhow::Result<()> {
        self.outside.control("POST", "/deliver-due", &json!({})).await?;
        for (app, jobs) in &mut self.stage.others {
            jobs::drain(app, jobs).await?;
        }
        match &mut self.stage.jobs {
            Some(jobs) => jobs::drain(&self.stage.app, jobs).await?,
            None => {
                // The worker has the queue; what is due by the clock may be done by anybody.
                let (_, mut nothing) = mpsc::channel(1);
                jobs::drain(&self.stage.app, &mut nothing).await?;
            }
        }
        Ok(())
    }

    /// An installation by its name; the only one without a name.
    pub(super) fn installation(&self, name: Option<&str>) -> anyhow::Result<&Installation> {
        match (name, self.installations.as_slice()) {
            (Some(name), all) => all
                .iter()
                .find(|known| known.name == name)
                .with_context(|| format!("no step before installed {name:?}")),
            (None, [only]) => Ok(only),
            (None, []) => bail!("nothing is installed yet"),
            (None, _) => bail!("several are installed: say of which by `of`"),
        }
    }

    pub(super) fn browser(&mut self, name: &str) -> &mut Browser {
        let (http, url): (Client, String) = (self.outside.http.clone(), self.outside.product_url.clone());
        self.browsers.entry(name.to_owned()).or_insert_with(|| Browser::new(http, url))
    }

    /// The connection of an installation as the API shows it.
    pub(super) async fn connection(&self, installation: &Installation) -> anyhow::Result<Option<Value>> {
        let all = self.outside.connections().await?;
        Ok(all.into_iter().find(|connection| connection["officernd_integration_id"] == *installation.id))
    }

    /// The `con_…` of an installation that must have one.
    pub(super) async fn connection_id(&self, name: Option<&str>) -> anyhow::Result<String> {
        let installation = self.installation(name)?.clone();
        let connection = self.connection(&installation).await?;
        let id = connection.as_ref().and_then(|connection| connection["id"].as_str());
        id.map(ToOwned::to_owned).with_context(|| format!("{} has no connection", installation.name))
    }
}

/// Whether a page is OfficeRnD's return page.
pub(super) fn is_return(got: &Got) -> bool {
    got.status == 303 && got.location.ends_with("/connect/external-integration/return")
}
