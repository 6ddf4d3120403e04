//! The demo: Deskbridge, a simulated OfficeRnD and a sample partner system in one process, on one clock that can be
//! moved.
//!
//! Everything listens on 127.0.0.1 and is invented. Its data live in one folder and survive a restart.

mod events;
mod key;
mod partner;
pub mod scenario;
mod staff;

use std::collections::HashMap;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context as _, anyhow};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rust_embed::RustEmbed;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

pub use self::partner::SamplePartner;
use self::scenario::Stage;
pub use self::staff::Login;
use crate::bootstrap;
use crate::clock::Clock;
use crate::config::{Config, ConfigError};
use crate::crypto::digest::digest;
use crate::lifecycle::{self, Listeners};
use crate::manifest::{Integration, Manifest, ReadMode, load_dir};
use crate::random::Random;
use crate::simulator::{Application, Running, Simulator, SimulatorOptions};
use crate::state::App;

/// The sample manifests, so that one file is enough for the demo.
#[derive(RustEmbed)]
#[folder = "../integrations"]
struct Samples;

/// OfficeRnD's documented limit would make trying things out a matter of minutes.
const TOKEN_REQUESTS_PER_MINUTE: u32 = 600;

pub struct DemoOptions {
    pub port: u16,
    pub simulator_port: u16,
    /// The sample partner system's port.
    pub partner_port: u16,
    pub data_dir: PathBuf,
    /// Without the invented organizations.
    pub empty: bool,
    /// Values of variables that are set.
    pub variables: HashMap<String, String>,
}

/// All sides, started.
pub struct Demo {
    pub product_url: String,
    pub simulator_url: String,
    pub partner_url: String,
    pub integrations: Vec<Arc<Integration>>,
    /// Who can sign in to the dashboard.
    pub login: Login,
    app: App,
    simulator: Running,
    partner: SamplePartner,
    serving: tokio::task::JoinHandle<anyhow::Result<()>>,
    stop: CancellationToken,
}

impl Demo {
    /// # Errors
    /// When a port is taken or the data folder cannot be used.
    pub async fn start(options: DemoOptions, clock: Clock, random: Random) -> anyhow::Result<Self> {
        fs::create_dir_all(&options.data_dir)
            .with_context(|| format!("--data-dir: {} cannot be made", options.data_dir.display()))?;
        let local = |port| SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let listeners = Listeners::bind(local(options.port), None).await.context("--port")?;
        let product_url = format!("http://{}", listeners.public.local_addr()?);
        let partner = TcpListener::bind(local(options.partner_port)).await.context("--partner-port")?;
        let partner_address = partner.local_addr()?;
        let integrations = samples(&options, partner_address.port())?;
        let simulator = Simulator::start(SimulatorOptions {
            listen: local(options.simulator_port),
            public_url: None,
            product_url: product_url.clone(),
            clock: clock.clone(),
            random: random.clone(),
            state_file: Some(options.data_dir.join("simulator.json")),
            applications: applications(&integrations, &product_url),
            rate_limit: None,
            deliver_to_loopback: true,
            seed_organizations: !options.empty,
        })
        .await
        .context("--simulator-port")?;
        let config = configuration(&options.variables, &options.data_dir, &product_url, &simulator.url)?;
        let partner =
            SamplePartner::start(partner, &integrations, clock.clone(), random.clone(), &product_url, &simulator.url);
        let (app, receiver) = bootstrap::build(config, clock, random, integrations.clone()).await?;
        events::listen(&app, &integrations, &partner, partner_address.port()).await?;
        key::give(&app, &integrations, &partner).await?;
        let login = staff::give(&app, &options.data_dir).await?;
        let stop = CancellationToken::new();
        let serving = tokio::spawn(lifecycle::serve(app.clone(), receiver, listeners, None, stop.clone()));
        Ok(Self {
            product_url,
            simulator_url: simulator.url.clone(),
            partner_url: format!("http://{partner_address}"),
            integrations,
            login,
            app,
            simulator,
            partner,
            serving,
            stop,
        })
    }

    /// Where scenarios are played while it serves.
    pub fn stage(&self) -> Stage {
        let (product_url, simulator_url) = (self.product_url.clone(), self.simulator_url.clone());
        let (app, jobs, others, restart) = (self.app.clone(), None, Vec::new(), None);
        Stage { app, product_url, simulator_url, jobs, others, restart }
    }

    /// Lets five days pass in which a tenant comes into every state. The clock has to stand [`scenario::BEGINS`] back.
    ///
    /// # Errors
    /// When somebody did not answer as they should.
    pub async fn populate(&self) -> anyhow::Result<()> {
        scenario::populate(&self.stage(), &self.partner).await
    }

    /// Runs until `stop` or until one side ends by itself.
    ///
    /// # Errors
    /// When a side failed.
    pub async fn run(mut self, stop: &CancellationToken) -> anyhow::Result<()> {
        let ended = tokio::select! {
            () = stop.cancelled() => None,
            served = &mut self.serving => Some(served),
            ended = self.simulator.ended() => { ended?; None }
        };
        self.stop.cancel();
        self.simulator.stop().await;
        let ended = match ended {
            Some(served) => served?,
            None => self.serving.await?,
        };
        // Last, since what is under way may still tell it something.
        self.partner.stop();
        ended
    }
}

/// What the simulated OfficeRnD knows of the integrations.
pub fn applications(integrations: &[Arc<Integration>], product_url: &str) -> Vec<Application> {
    let product_url = product_url.trim_end_matches('/');
    integrations
        .iter()
        .map(|integration| Application {
            slug: integration.slug.clone(),
            name: integration.name.clone(),
            client_id: integration.client.client_id.clone(),
            client_secret: integration.client.client_secret.clone(),
            redirect_uri: format!("{product_url}/i/{}/connect", integration.slug),
            scopes: integration.scopes.clone(),
        })
        .collect()
}

/// The manifests of `dir`, with invented values where a variable is not set.
///
/// # Errors
/// Everything that is wrong with the manifests.
pub fn load_samples(
    dir: &Path,
    variables: &HashMap<String, String>,
    partner_port: u16,
) -> anyhow::Result<Vec<Arc<Integration>>> {
    let mut invented = HashMap::new();
    for entry in fs::read_dir(dir).with_context(|| format!("{} cannot be read", dir.display()))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "json")
            && let Ok(manifest) = Manifest::read(&path, ReadMode::Shape)
        {
            for variable in manifest.variables() {
                invented.insert(variable.name.clone(), value(&manifest.slug, variable.key, partner_port));
            }
        }
    }
    let environment = |name: &str| variables.get(name).or_else(|| invented.get(name)).cloned();
    load_dir(dir, &environment, false)
        .map_err(|problems| anyhow!("{}", problems.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")))
}

fn value(slug: &str, key: &str, partner_port: u16) -> String {
    let partner = format!("http://127.0.0.1:{partner_port}/{slug}");
    match key {
        "client_id" => format!("demo-{slug}"),
        "partner.base_url" => format!("{partner}/hooks"),
        "partner.secret" => format!("whsec_{}", STANDARD.encode(digest("demo hook secret", &[slug.as_bytes()]))),
        "partner.oauth.authorize_url" => format!("{partner}/authorize"),
        "partner.oauth.token_url" => format!("{partner}/token"),
        "partner.oauth.client_id" => format!("deskbridge-{slug}"),
        other => format!("demo-{}", &hex::encode(digest("demo secret", &[slug.as_bytes(), other.as_bytes()]))[..32]),
    }
}

fn samples(options: &DemoOptions, partner_port: u16) -> anyhow::Result<Vec<Arc<Integration>>> {
    let dir = sample_folder(&options.variables, &options.data_dir.join("integrations"))?;
    load_samples(&dir, &options.variables, partner_port)
}

/// Where the manifests to try are: in the folder that a variable names, else in `integrations` where it is there, else
/// in `unpacked`, which gets the ones in this binary.
///
/// # Errors
/// When they cannot be written there.
pub fn sample_folder(variables: &HashMap<String, String>, unpacked: &Path) -> anyhow::Result<PathBuf> {
    if let Some(named) = variables.get("DESKBRIDGE_INTEGRATIONS_DIR") {
        return Ok(PathBuf::from(named));
    }
    let own = Path::new("integrations");
    if own.is_dir() { Ok(own.to_owned()) } else { unpack(unpacked) }
}

fn unpack(dir: &Path) -> anyhow::Result<PathBuf> {
    fs::create_dir_all(dir)?;
    for name in Samples::iter() {
        if let Some(file) = Samples::get(&name) {
            fs::write(dir.join(name.as_ref()), file.data)?;
        }
    }
    Ok(dir.to_owned())
}

/// What variables say, except where the demo is and what it talks with. Makes nothing.
///
/// # Errors
/// As [`Config::load`].
pub fn configuration(
    variables: &HashMap<String, String>,
    data_dir: &Path,
    product_url: &str,
    simulator_url: &str,
) -> Result<Config, ConfigError> {
    let database = std::path::absolute(data_dir.join("deskbridge.db"))
        .map_err(|error| ConfigError(vec![format!("--data-dir: {error}")]))?;
    let own = [
        ("PUBLIC_URL", product_url.to_owned()),
        ("DATABASE_URL", format!("sqlite://{}", database.display())),
        ("OFFICERND__IDENTITY_URL", simulator_url.to_owned()),
        ("OFFICERND__APP_URL", simulator_url.to_owned()),
        ("OFFICERND__REGION_HOSTS", "127.0.0.1".to_owned()),
        ("REFRESH__REQUESTS_PER_MINUTE", TOKEN_REQUESTS_PER_MINUTE.to_string()),
    ];
    let mut all = variables.clone();
    all.extend(own.map(|(key, value)| (format!("DESKBRIDGE_{key}"), value)));
    // An own configuration file in this folder is for production; the demo must not mix with it.
    Config::of_variables(all)
}
