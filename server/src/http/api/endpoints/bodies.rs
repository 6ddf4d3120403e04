//! Bodies of event endpoints, as the API writes and reads them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::clock::Millis;

#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "describes what `pages::asked` reads")]
pub(super) struct Page {
    /// `next` of the page before.
    #[param(pattern = "^ep_[0-9a-f]{32}$")]
    pub(super) cursor: Option<String>,
    /// How many at most; 50 without it.
    #[param(minimum = 1, maximum = 100)]
    pub(super) limit: Option<u64>,
}

/// What an endpoint is made of.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "integration": "tally-desk", "url": "https://partner.example/events", "types": ["connection.*", "settings.changed"] }))]
pub(in crate::http::api) struct NewEndpoint {
    /// Slug of an integration that the key may see.
    pub(super) integration: String,
    /// Where events are posted: https, at a public address.
    pub(super) url: String,
    /// Types (`settings.changed`), groups of types (`connection.*`, `officernd.member.*`), or `*` for all.
    pub(super) types: Vec<String>,
}

/// An endpoint as it is shown.
#[derive(Serialize, ToSchema)]
#[schema(as = EventEndpoint)]
pub(in crate::http::api) struct EndpointView {
    /// `ep_…`
    pub(super) id: String,
    pub(super) integration: String,
    pub(super) url: String,
    pub(super) types: Vec<String>,
    #[schema(required, format = DateTime)]
    pub(super) created_at: Option<String>,
    /// Until when the secret before this one signs, too.
    #[schema(required, format = DateTime)]
    pub(super) previous_secret_until: Option<String>,
    /// When the first delivery failed after the last that arrived.
    #[schema(required, format = DateTime)]
    pub(super) failing_since: Option<String>,
    /// Since when nothing is sent any more, because nothing arrived for five days.
    #[schema(required, format = DateTime)]
    pub(super) disabled_at: Option<String>,
    /// Why it is disabled.
    #[schema(required)]
    pub(super) reason: Option<String>,
    pub(super) deliveries: Deliveries,
}

/// What an endpoint has not heard.
#[derive(Serialize, ToSchema)]
pub(in crate::http::api) struct Deliveries {
    /// To be sent, now or later.
    pub(super) waiting: i64,
    /// When the oldest of them was to be sent first.
    #[schema(required, format = DateTime)]
    pub(super) oldest_waiting_at: Option<String>,
    /// Given up; a replay sends them after all.
    pub(super) dead: i64,
}

/// An endpoint that was just made, with its secret, which is not shown again.
#[derive(Serialize, ToSchema)]
pub(in crate::http::api) struct MadeEndpoint {
    #[serde(flatten)]
    pub(super) endpoint: EndpointView,
    /// `whsec_…`
    pub(super) secret: String,
}

/// Endpoints in the order in which they were made.
#[derive(Serialize, ToSchema)]
pub(in crate::http::api) struct EndpointPage {
    pub(super) data: Vec<EndpointView>,
    /// The cursor of the next page; null on the last.
    #[schema(required)]
    pub(super) next: Option<String>,
}

/// How to replace a secret.
#[derive(Deserialize, Default, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "overlap_seconds": 86400 }))]
pub(in crate::http::api) struct Rotation {
    /// How long the secret before signs, too: 0 to 604,800, a day without this member.
    #[schema(nullable = false, minimum = 0, maximum = 604800)]
    pub(super) overlap_seconds: Option<i64>,
}

/// A secret that was just made, and is not shown again.
#[derive(Serialize, ToSchema)]
pub(in crate::http::api) struct RotatedEndpoint {
    /// `ep_…`
    pub(super) id: String,
    /// `whsec_…`
    pub(super) secret: String,
    /// Until when the secret before this one signs, too; null when it does not.
    #[schema(required, format = DateTime)]
    pub(super) previous_secret_until: Option<String>,
}

/// What to send again: either member, not both.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({ "since": "2026-11-24T12:00:00Z" }))]
pub(in crate::http::api) struct ReplayWish {
    /// RFC 3339: everything that the endpoint wants since then.
    #[schema(nullable = false, format = DateTime)]
    pub(super) since: Option<String>,
    /// `evt_…`: this event, wanted or not.
    #[schema(nullable = false, pattern = "^evt_[0-9a-f]{32}$")]
    pub(super) event: Option<String>,
}

/// What a replay does.
#[derive(Serialize, ToSchema)]
pub(in crate::http::api) struct Replayed {
    /// How many events are under way to the endpoint; some may have been before.
    pub(super) events: u64,
}

/// A delivery that was given up.
#[derive(Serialize, ToSchema)]
pub(in crate::http::api) struct DeadDelivery {
    /// `evt_…`
    pub(super) event: String,
    pub(super) r#type: String,
    pub(super) connection: String,
    pub(super) attempts: i32,
    /// What the last attempt ended with, in a line.
    #[schema(required)]
    pub(super) trouble: Option<String>,
    #[schema(required, format = DateTime)]
    pub(super) given_up_at: Option<String>,
}

/// Deliveries that were given up, newest first.
#[derive(Serialize, ToSchema)]
pub(in crate::http::api) struct DeadPage {
    pub(super) data: Vec<DeadDelivery>,
    /// The cursor of the next page; null on the last.
    #[schema(required)]
    pub(super) next: Option<String>,
}

#[derive(utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
#[allow(dead_code, reason = "describes what `pages::asked` reads")]
pub(super) struct DeadAsked {
    /// `next` of the page before.
    #[param(pattern = "^[0-9]{1,18}-[0-9a-f]{32}$")]
    pub(super) cursor: Option<String>,
    /// How many at most; 50 without it.
    #[param(minimum = 1, maximum = 100)]
    pub(super) limit: Option<u64>,
}

/// The last delivery of a page: when it was given up, and its id. It leads on also when that one is sent again meanwhile.
pub(super) struct DeadCursor {
    pub(super) at: Millis,
    pub(super) id: Uuid,
}

impl fmt::Display for DeadCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.at, self.id.simple())
    }
}

impl FromStr for DeadCursor {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (at, id) = text.split_once('-').ok_or(())?;
        let plain = (1..=18).contains(&at.len()) && at.bytes().all(|byte| byte.is_ascii_digit());
        let hex = id.len() == 32 && id.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if !plain || !hex {
            return Err(());
        }
        Ok(Self { at: at.parse().map_err(|_| ())?, id: Uuid::try_parse(id).map_err(|_| ())? })
    }
}
