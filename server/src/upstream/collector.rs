//! The operator's collector of traces: OTLP over HTTP, in protobuf.

use std::fmt;
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderValue};
use url::Url;

use super::answer::{cause, read_capped, retry_after};
use crate::config::Telemetry;

const CONNECT: Duration = Duration::from_secs(2);
const PATIENCE: Duration = Duration::from_secs(5);
/// Of an answer. Nobody reads it; it is taken off the connection so that the next call can use it.
const MOST_BYTES: usize = 64 * 1024;

/// Clones share connections.
#[derive(Clone)]
pub struct Collector {
    client: reqwest::Client,
    endpoint: Url,
}

impl Collector {
    /// # Errors
    /// When no client can be made.
    pub fn new(settings: &Telemetry) -> Result<Self, reqwest::Error> {
        #[expect(clippy::disallowed_methods, reason = "clients are built in this module, with limits")]
        let client = reqwest::Client::builder()
            .user_agent(concat!("Deskbridge/", env!("CARGO_PKG_VERSION")))
            .default_headers(settings.headers.clone())
            // A redirect would carry the headers to wherever an answer says.
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .referer(false)
            .connect_timeout(CONNECT)
            .timeout(PATIENCE)
            .pool_max_idle_per_host(1)
            .build()?;
        Ok(Self { client, endpoint: settings.endpoint.clone() })
    }

    /// Hands over an `ExportTraceServiceRequest`.
    ///
    /// # Errors
    /// Why it was not taken.
    pub async fn take(&self, request: Vec<u8>) -> Result<(), NotTaken> {
        let request = self
            .client
            .post(self.endpoint.clone())
            .header(CONTENT_TYPE, HeaderValue::from_static("application/x-protobuf"))
            .body(request);
        let response = request.send().await.map_err(|error| {
            if error.is_timeout() {
                NotTaken::Silent(format!("no answer within {} s", PATIENCE.as_secs()))
            } else {
                NotTaken::Silent(cause(&error))
            }
        })?;
        let (status, wait) = (response.status(), retry_after(response.headers(), None));
        drop(read_capped(response, MOST_BYTES).await);
        if status.is_success() { Ok(()) } else { Err(NotTaken::Status { status: status.as_u16(), wait }) }
    }
}

/// Why traces were not taken. It holds no header and no address, so it may be logged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotTaken {
    /// Nobody answered, for this reason.
    Silent(String),
    /// It answered so, and may have said how long to wait.
    Status { status: u16, wait: Option<Duration> },
}

impl NotTaken {
    /// Whether the same may be taken later: OTLP names the answers after which it may be sent again, and after all
    /// others it must not. 408 says the same as no answer.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Silent(_) => true,
            Self::Status { status, .. } => matches!(status, 408 | 429 | 502..=504),
        }
    }

    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Silent(_) => None,
            Self::Status { status, .. } => Some(*status),
        }
    }

    /// How long it asked to be left alone.
    pub fn wait(&self) -> Option<Duration> {
        match self {
            Self::Silent(_) => None,
            Self::Status { wait, .. } => *wait,
        }
    }
}

impl fmt::Display for NotTaken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Silent(cause) => f.write_str(cause),
            Self::Status { status, .. } => write!(f, "status {status}"),
        }
    }
}
