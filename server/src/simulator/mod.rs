//! OfficeRnD, simulated over HTTP: identity server, app and region on one port, an admin page where a person plays
//! an organization's administrator, and a control API for tests. Written from the contract alone; it shares no code
//! with the client and the signature check that it tests.
//!
//! What OfficeRnD is known to do it does strictly. Where the contract is unsure there is a switch
//! (`switches`), and every fault that OfficeRnD or the network can produce can be ordered for a request.
//! Everything is invented, so there is no sign-in: it listens on this machine for the people in front of it.
//!
//! # OfficeRnD's endpoints
//!
//! | URL | what |
//! |---|---|
//! | `POST /oauth/token` | codes and refresh tokens, strict; 429 beyond the rate limit |
//! | `GET /oauth/authorize` | a page that says where to press Connect |
//! | `GET /api/{v1,v2}/organizations/{slug}` | organization with its region |
//! | `GET …/integrations/{id}?appClientId=` | the integration with its secret |
//! | `GET /api/v2/…/locations`, `GET /api/v1/…/offices` | lists with cursors |
//! | `GET /api/v2/…/plans`, `/floors`, `/resources`, `/tax-rates` | lists with cursors, made from the organization's locations |
//! | `GET …/members/{id}` | the administrator who presses Configure |
//! | `POST, GET …/webhooks`, `GET, DELETE …/webhooks/{id}` | subscriptions |
//! | `GET /connect/external-integration/return` | ends the pop-up |
//!
//! # Control API
//!
//! JSON in, JSON out; a mistake is a 4xx that says what is wrong. An organization is named by slug or id.
//!
//! | request | body | what it does |
//! |---|---|---|
//! | `GET /control/state?reveal=` | | everything known; secrets with `reveal=true` |
//! | `GET, POST /control/organizations` | `name`, `id`?, `slug`?, `currency`?, `locations`? | lists, creates |
//! | `PUT /control/organizations/{o}` | `slug`?, `name`?, `currency`? | changes it |
//! | `POST /control/organizations/{o}/locations` | `[{name, id?, time_zone?, currency?, country?}]` | adds |
//! | `PUT /control/organizations/{o}/locations/{l}` | `name`?, `time_zone`?, `currency`?, `country`?, `archived`? | changes one |
//! | `POST /control/integrations` | `organization`, `application`, `locations`?, `code`?, `missing_scope`? | installs; answers `integrationId`, `connectUrl`, `code` |
//! | `GET /control/integrations/{i}` | | the installation, with its secret |
//! | `POST …/{i}/connect` | `code`?, `missing_scope`? | a fresh Connect URL for the same id |
//! | `POST …/{i}/signed-url` | `call`: configure, healthcheck or sync; `parameters`?, `tampered`?, `order`?, `t`?, `secret`?, `signature`? | answers `url`, `signed_text` |
//! | `POST …/{i}/call` | the same | makes the call; answers `status`, `body`, `location` |
//! | `POST …/{i}/rotate-secret` | | a new integration secret |
//! | `POST …/{i}/revoke` | | ends its grants |
//! | `DELETE …/{i}?event=` | | removes it, ends its grants, delivers `integration.removed` |
//! | `POST /control/events` | `organization`, `event_type`, `object`?, `previous`?, `application`?, `integration`?, `times`?, `now`? | delivers an event |
//! | `POST /control/deliver-due` | | makes every attempt that is due by the clock |
//! | `GET /control/deliveries?organization=&state=` | | deliveries with their attempts |
//! | `DELETE /control/subscriptions/{id}` | | OfficeRnD loses a subscription, and tells nobody |
//! | `GET, DELETE /control/switches` | | what is set and what can be; all back to usual (faults too) |
//! | `PUT /control/switches/{key}` | `value`, `organization`?, `times`? | sets one, for good or the next times |
//! | `GET, POST, DELETE /control/faults`, `DELETE …/{id}` | `answer`, `at`?, `organization`?, `client_id`?, `times`?, `milliseconds`?, `retry_after`? | orders a fault |
//! | `GET, PUT /control/limits` | `token_requests_per_minute`?, `deliver_to_loopback`? | rate limit (0: none), local delivery |
//! | `GET /control/counters` | | calls per endpoint, every token request with its time |
//! | `GET, DELETE /control/log?reveal=&limit=` | | newest calls first |
//! | `GET, POST /control/clock` | `seconds` | moves the clock |
//!
//! Under a clock that stands still nothing is delivered again by itself; call `deliver-due`.

mod answer;
mod api;
mod args;
mod calls;
mod control;
mod deliveries;
mod edit;
mod explain;
mod form;
pub(crate) mod html;
mod journal;
mod lists;
mod oauth;
mod page_admin;
mod page_calls;
mod page_deliveries;
mod page_organization;
mod page_switches;
mod pages;
mod removal;
mod rules;
mod seed;
mod serve;
mod shared;
mod signing;
mod subscriptions;
mod switches;
#[cfg(test)]
mod tests;
mod world;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub use self::args::SimulatorArgs;
use self::serve::{Connection, Cuttable};
use self::shared::Shared;
pub(crate) use self::switches::{ENDPOINTS, known_fault, known_switch};
pub(crate) use self::world::DELIVERY_STATES;
use self::world::World;
use crate::clock::Clock;
use crate::random::Random;

/// How long a stop waits for requests that are under way.
const STOP_LIMIT: Duration = Duration::from_secs(5);

/// An application that a partner has registered with the simulated OfficeRnD.
#[derive(Clone, Debug)]
pub struct Application {
    /// The integration's slug in the product.
    pub slug: String,
    pub name: String,
    pub client_id: String,
    pub client_secret: SecretString,
    /// The registered Connect URL, `{product}/i/{slug}/connect`.
    pub redirect_uri: String,
    pub scopes: Vec<String>,
}

/// How a simulator is started.
#[derive(Clone, Debug)]
pub struct SimulatorOptions {
    /// Port 0 takes a free one.
    pub listen: SocketAddr,
    /// What regions and pages call it; `http://{address}` without it.
    pub public_url: Option<String>,
    /// Where signed calls go: `{product_url}/i/{slug}/…`.
    pub product_url: String,
    /// Shared with the product in the demo, so that both move together.
    pub clock: Clock,
    pub random: Random,
    /// Kept up to date with every answer, and read at the next start.
    pub state_file: Option<PathBuf>,
    pub applications: Vec<Application>,
    /// Token requests in any 60 seconds for each client id.
    pub rate_limit: Option<u32>,
    /// Whether webhooks go to addresses on this machine, where OfficeRnD does not deliver.
    pub deliver_to_loopback: bool,
    /// Starts an empty world with the invented organizations.
    pub seed_organizations: bool,
}

/// The simulated OfficeRnD; nothing without [`Simulator::start`].
#[derive(Debug)]
pub struct Simulator;

/// A simulator that serves. Dropping it stops it without waiting.
#[derive(Debug)]
pub struct Running {
    /// Its base URL: identity server, app and region.
    pub url: String,
    pub address: SocketAddr,
    shared: Arc<Shared>,
    stop: CancellationToken,
    server: JoinHandle<std::io::Result<()>>,
    saver: JoinHandle<()>,
    deliverer: JoinHandle<()>,
    stop_saving: CancellationToken,
}

impl Simulator {
    /// Serves until the answer is stopped or dropped.
    ///
    /// # Errors
    /// When the address is taken, or the state file cannot be read.
    pub async fn start(options: SimulatorOptions) -> anyhow::Result<Running> {
        let listener = TcpListener::bind(options.listen)
            .await
            .with_context(|| format!("the simulator cannot listen on {}", options.listen))?;
        let address = listener.local_addr()?;
        let url = options.public_url.clone().unwrap_or_else(|| format!("http://{address}"));
        let url = url.trim_end_matches('/').to_owned();
        let stored = match &options.state_file {
            Some(path) => shared::load(path).await?,
            None => None,
        };
        let world = match stored {
            Some(world) => {
                shared::catch_up(&options.clock, world.last_seen);
                world
            }
            None => {
                let mut world = World::default();
                if options.seed_organizations {
                    seed::organizations(&mut world, options.clock.now());
                }
                world
            }
        };
        // Configure answers a redirect that belongs to the browser.
        #[expect(clippy::disallowed_methods, reason = "OfficeRnD's own client, which calls the product only")]
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
        let shared = Arc::new(Shared::new(options, url.clone(), http, world));
        let (stop, stop_saving) = (shared.stop.clone(), CancellationToken::new());
        let saver = {
            let (shared, stop) = (shared.clone(), stop_saving.clone());
            tokio::spawn(async move { shared.keep_saving(stop).await })
        };
        shared.change(|_| ());
        shared.saved().await;
        let deliverer = tokio::spawn(deliveries::keep_delivering(shared.clone(), stop.clone()));
        let app = router(shared.clone()).into_make_service_with_connect_info::<Connection>();
        let shutdown = stop.clone().cancelled_owned();
        let server =
            tokio::spawn(async move { axum::serve(Cuttable(listener), app).with_graceful_shutdown(shutdown).await });
        Ok(Running { url, address, shared, stop, server, saver, deliverer, stop_saving })
    }
}

impl Running {
    /// Everything known, as `GET /control/state?reveal=true` tells it.
    pub fn world(&self) -> serde_json::Value {
        self.shared.look(|world| serde_json::json!(world))
    }

    /// Ends what is under way and saves the state.
    pub async fn stop(mut self) {
        self.stop.cancel();
        if tokio::time::timeout(STOP_LIMIT, &mut self.server).await.is_err() {
            self.server.abort();
        }
        // The last save comes after everything that could still change something.
        let delivered = (&mut self.deliverer).await;
        self.stop_saving.cancel();
        let saved = (&mut self.saver).await;
        for error in [delivered.err(), saved.err()].into_iter().flatten() {
            tracing::error!(%error, "a task of the simulator failed");
        }
    }

    /// Returns only when the server ended, which it should not before [`Running::stop`].
    ///
    /// # Errors
    /// When it ended by itself.
    pub async fn ended(&mut self) -> anyhow::Result<()> {
        (&mut self.server).await.context("the simulator failed")?.context("the simulator ended")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.cancel();
        self.stop_saving.cancel();
    }
}

fn router(shared: Arc<Shared>) -> Router {
    let officernd = Router::new()
        .route("/oauth/token", post(oauth::token))
        .route("/oauth/authorize", get(pages::authorize))
        .route("/api/{version}/organizations/{slug}", get(api::organization))
        .route("/api/{version}/organizations/{slug}/integrations/{id}", get(api::integration))
        .route("/api/{version}/organizations/{slug}/webhooks", get(subscriptions::list).post(subscriptions::create))
        .route(
            "/api/{version}/organizations/{slug}/webhooks/{id}",
            get(subscriptions::read).delete(subscriptions::delete),
        )
        .route("/api/{version}/organizations/{slug}/members/{id}", get(lists::member))
        .route("/api/{version}/organizations/{slug}/{resource}", get(lists::list))
        .route("/connect/external-integration/return", get(pages::returned))
        .route(pages::RETURN_MOVED, get(pages::return_moved))
        .fallback(async || api::not_found())
        .layer(from_fn_with_state(shared.clone(), answer::keep_journal));
    let people = pages::routes()
        .merge(page_calls::routes())
        .merge(page_deliveries::routes())
        .merge(page_organization::routes())
        .merge(control::routes())
        .layer(from_fn_with_state(shared.clone(), press));
    people.merge(officernd).with_state(shared)
}

/// A page of somebody else in the same browser must not press our buttons; what ours press is kept before they are
/// told that it was done.
async fn press(State(shared): State<Arc<Shared>>, request: Request, next: Next) -> Response {
    if request.method().is_safe() {
        return next.run(request).await;
    }
    let site = request.headers().get("sec-fetch-site").and_then(|value| value.to_str().ok());
    if matches!(site, Some("cross-site" | "same-site")) {
        return StatusCode::FORBIDDEN.into_response();
    }
    let response = next.run(request).await;
    shared.saved().await;
    response
}
