//! What hooks send. Values may hold secrets in clear, so no type here has `Debug`.

use app::ids::{ConnectionId, OrganizationId};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::domain::connection::Location;
use crate::domain::organization::Organization;

/// Whom a hook is about. Every body carries it.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    pub integration: &'a str,
    pub connection: Uuid,
    pub organization: &'a Organization,
}

/// Locations of a connection: `"all"`, or a list with names, zones and currencies, as the API has them.
#[derive(Clone, Copy)]
pub enum Locations<'a> {
    All,
    These(&'a [Location]),
}

impl Serialize for Locations<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::All => serializer.serialize_str("all"),
            Self::These(list) => list.serialize(serializer),
        }
    }
}

/// Are these entries right?
#[derive(Serialize)]
pub struct Verify<'a> {
    pub step: &'a str,
    pub check: &'a str,
    /// The fields of the step, secrets in clear.
    pub values: &'a Map<String, Value>,
    pub locations: Locations<'a>,
    /// The token answer of the partner's sign-in page, as received.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oauth: Option<&'a Value>,
}

/// What can be chosen?
#[derive(Serialize)]
pub struct Options<'a> {
    /// As the manifest calls it, `partner.…`.
    pub source: &'a str,
    pub location: Option<&'a str>,
    /// The field that the source depends on, with its value.
    pub depends_on: &'a Map<String, Value>,
    pub search: Option<&'a str>,
    pub cursor: Option<&'a str>,
    /// Already chosen: to be answered even if they are not on this page.
    pub ids: &'a [String],
}

/// Do this.
#[derive(Serialize)]
pub struct Action<'a> {
    pub action: &'a str,
    pub location: Option<&'a str>,
    /// OfficeRnD's id of whoever pressed the button.
    pub member: Option<&'a str>,
}

/// How many, and whether?
#[derive(Serialize)]
pub struct Facts<'a> {
    pub names: &'a [String],
    pub location: Option<&'a str>,
    /// Settings that are not saved yet, for consequences.
    pub draft: Option<&'a Value>,
}

/// Synchronize, or know that it was switched.
#[derive(Serialize)]
pub struct Sync<'a> {
    /// Who wants it: `officernd`, `admin`, `staff` or `schedule`.
    pub reason: &'a str,
    pub enabled: bool,
    pub locations: Locations<'a>,
    /// Mark of the last success.
    pub since: Option<String>,
    /// `run_…`; none when nothing but the switch has changed.
    pub run: Option<String>,
    /// When it happened: deliveries can overtake each other.
    pub at: String,
}

/// The event `settings.changed`: what the partner system reads anew.
#[derive(Serialize)]
pub struct SettingsChanged<'a> {
    /// Counts up with each change.
    pub version: i64,
    /// Keys of fields, each once.
    pub fields: &'a [&'a str],
    /// Ids of the locations that said something else themselves.
    pub locations: &'a [&'a str],
    /// The organization said something else, which may count at every location.
    pub organization_changed: bool,
}

/// The events `connection.connected` and `connection.reconnected`.
#[derive(Serialize)]
pub struct Connected<'a> {
    pub locations: Locations<'a>,
    /// As the API has it.
    pub account: Option<Account<'a>>,
}

/// The account on the partner's side.
#[derive(Serialize)]
pub struct Account<'a> {
    pub id: Option<&'a str>,
    pub name: &'a str,
}

/// The event `connection.locations_changed`.
#[derive(Serialize)]
pub struct LocationsChanged<'a> {
    pub locations: Locations<'a>,
}

/// The event `sync.requested`.
#[derive(Serialize)]
pub struct SyncRequested<'a> {
    /// Who wants it: `officernd`, `admin`, `staff` or `schedule`.
    pub reason: &'a str,
    /// `run_…`.
    pub run: String,
    pub locations: Locations<'a>,
    /// Mark of the last success.
    pub since: Option<String>,
}

/// The event `sync.switched`.
#[derive(Serialize)]
pub struct SyncSwitched<'a> {
    /// Who did it, as in `sync.requested`.
    pub reason: &'a str,
    pub enabled: bool,
}

/// The connection has ended.
#[derive(Serialize)]
pub struct Disconnected<'a> {
    /// `removed_in_officernd`, `admin` or `staff`.
    pub cause: &'a str,
    /// When settings and history are deleted here.
    pub keep_data_until: String,
    pub at: String,
}

/// The whole body: whom it is about, then what the hook adds.
pub fn body(subject: Subject<'_>, more: &impl Serialize) -> Vec<u8> {
    #[derive(Serialize)]
    struct Body<'a, M> {
        integration: &'a str,
        connection: String,
        organization: Value,
        #[serde(flatten)]
        more: &'a M,
    }
    let Subject { integration, connection, organization } = subject;
    let body = Body {
        integration,
        connection: ConnectionId(connection).to_string(),
        organization: json!({
            "id": OrganizationId(organization.id).to_string(),
            "slug": organization.slug,
            "name": organization.name,
            "officernd_id": organization.officernd_id,
        }),
        more,
    };
    serde_json::to_vec(&body).expect("keys are texts, and no value refuses to be written")
}
