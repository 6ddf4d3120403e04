//! OfficeRnD over HTTP: tokens, the organization and its region, the integration secret, locations and
//! webhook subscriptions.
//!
//! OfficeRnD's answers are data from outside: bounded, read leniently where that loses nothing, and
//! never believed about where to send a token ([`Region`]). Every failure is an [`OfficeRndError`].
//! Marks like "(C)" repeat how sure the protocol's description is of a fact.

mod entities;
mod error;
mod forward;
mod http;
mod locations;
mod members;
mod organization;
mod pages;
mod region;
mod token;
mod token_answer;
mod webhooks;

use std::fmt;
use std::sync::Arc;

use reqwest::header::DATE;
use secrecy::SecretString;
use url::Url;

pub use self::entities::{Found, MEMBER_STATUSES, list_of};
pub use self::error::{Call, Class, Kind, OfficeRndError, Sent};
pub use self::forward::{Payload, SILENCE, Target, passed_on};
pub use self::locations::Location;
pub use self::organization::{Installation, OrganizationInfo};
pub use self::region::{Region, RegionRefused};
pub use self::token_answer::{
    DEFAULT_LIFE_SECONDS, MAX_LIFE_SECONDS, MIN_LIFE_SECONDS, TokenAnswer, TokenNote, Unrenewed,
};
pub use self::webhooks::{Subscription, WebhookInfo};

use self::http::{Http, Limits, unreadable};
use super::answer::http_date;

/// Where OfficeRnD is, and which regions are its own.
#[derive(Clone, Debug)]
pub struct OfficeRndSettings {
    /// The token endpoint is `{identity_url}/oauth/token`.
    pub identity_url: Url,
    /// Only its origin counts.
    pub app_url: Url,
    /// Bare hosts; what is below them is allowed too.
    pub region_hosts: Vec<String>,
}

/// Settings with which no call could be safe.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    #[error("{key} must be https, or http on this machine's loopback address")]
    Insecure { key: &'static str },
    #[error("officernd__region_hosts: `{host}` is not a host name")]
    RegionHost { host: String },
    #[error("no HTTP client: {0}")]
    Client(#[source] reqwest::Error),
}

/// The developer application of one integration.
#[derive(Clone, Debug)]
pub struct OAuthApp {
    pub client_id: String,
    pub client_secret: SecretString,
    pub scopes: Vec<String>,
}

/// The client for OfficeRnD. Clones share connections.
#[derive(Clone)]
pub struct OfficeRnd {
    shared: Arc<Shared>,
}

struct Shared {
    http: Http,
    settings: OfficeRndSettings,
    token_url: Url,
}

impl OfficeRnd {
    /// # Errors
    /// When tokens or secrets would travel in clear, or an entry of `region_hosts` is no host.
    pub fn new(settings: OfficeRndSettings) -> Result<Self, SettingsError> {
        Self::with_limits(settings, Limits::default())
    }

    fn with_limits(settings: OfficeRndSettings, limits: Limits) -> Result<Self, SettingsError> {
        for (key, url) in
            [("officernd__identity_url", &settings.identity_url), ("officernd__app_url", &settings.app_url)]
        {
            if !url.host().is_some_and(|host| region::may_use(url.scheme(), &host)) {
                return Err(SettingsError::Insecure { key });
            }
        }
        if let Some(host) = settings.region_hosts.iter().find(|host| region::parse_region_host(host).is_none()) {
            return Err(SettingsError::RegionHost { host: host.clone() });
        }
        let mut token_url = settings.identity_url.clone();
        token_url.set_query(None);
        token_url.set_fragment(None);
        if let Ok(mut path) = token_url.path_segments_mut() {
            path.pop_if_empty().extend(["oauth", "token"]);
        }
        let http = Http::new(limits).map_err(SettingsError::Client)?;
        Ok(Self { shared: Arc::new(Shared { http, settings, token_url }) })
    }

    pub fn settings(&self) -> &OfficeRndSettings {
        &self.shared.settings
    }

    /// The region of the app host, for a page that cannot know the organization's own.
    pub fn app_region(&self) -> Region {
        Region::app(self.settings())
    }

    /// What the identity server's clock says, in seconds since 1970, to measure how far ours is off.
    /// It is cut to whole seconds and some network time old.
    ///
    /// # Errors
    /// When the server does not answer, or without a readable `Date`. Any status will do.
    pub async fn server_time(&self) -> Result<i64, OfficeRndError> {
        let call = Call::ServerTime;
        let request = self.http().get(self.settings().identity_url.clone()).build();
        let request = request.map_err(|_| OfficeRndError::new(call, Kind::InvalidRequest, Sent::No))?;
        let response = self.http().execute(call, request).await?;
        let status = response.status().as_u16();
        http_date(response.headers(), &DATE).ok_or_else(|| unreadable(call, "no readable Date header").status(status))
    }

    fn http(&self) -> &Http {
        &self.shared.http
    }

    fn token_url(&self) -> &Url {
        &self.shared.token_url
    }
}

impl fmt::Debug for OfficeRnd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OfficeRnd").field("settings", self.settings()).finish_non_exhaustive()
    }
}

/// The two versions of the REST API. Which of them a token may use depends on its scopes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Version {
    V1,
    V2,
}

impl Version {
    fn segment(self) -> &'static str {
        match self {
            Self::V1 => "v1",
            Self::V2 => "v2",
        }
    }
}

/// An address of the REST API. Slugs and ids come from anybody's URL: what could leave its place in the
/// path is refused before it is sent, and the rest is encoded.
fn api(call: Call, region: &Region, version: Version, slug: &str, rest: &[&str]) -> Result<Url, OfficeRndError> {
    if !std::iter::once(&slug).chain(rest).all(|segment| is_one_segment(segment)) {
        return Err(OfficeRndError::new(call, Kind::NotFound, Sent::No).detail("an id that cannot be one"));
    }
    let head = ["api", version.segment(), "organizations", slug];
    Ok(region.address(&[head.as_slice(), rest].concat()))
}

fn is_one_segment(segment: &str) -> bool {
    const MOST: usize = 200;
    let harmless = |character: char| !character.is_control() && character != '/' && character != '\\';
    !segment.is_empty()
        && segment.len() <= MOST
        && segment != "."
        && !segment.contains("..")
        && segment.chars().all(harmless)
}

/// The first of the fields that holds a text.
fn text_in(value: &serde_json::Value, names: &[&str]) -> Option<String> {
    names
        .iter()
        .find_map(|name| value.get(name)?.as_str().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned))
}

#[cfg(test)]
mod tests;
