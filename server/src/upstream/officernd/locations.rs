//! The places of an organization.

use secrecy::SecretString;
use serde_json::Value;

use super::error::{Call, OfficeRndError};
use super::{OfficeRnd, Region, Version, api, text_in};
use crate::domain::connection;

/// A place of an organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    pub id: String,
    /// The id where OfficeRnD gives no name.
    pub name: String,
    /// As OfficeRnD writes it, usually an IANA name; not checked here.
    pub time_zone: Option<String>,
    /// As OfficeRnD writes it, usually an ISO 4217 code; not checked here.
    pub currency: Option<String>,
}

impl From<Location> for connection::Location {
    fn from(location: Location) -> Self {
        Self { id: location.id, name: Some(location.name), time_zone: location.time_zone, currency: location.currency }
    }
}

impl OfficeRnd {
    /// All locations that the token may see. In version 1 of the API a location is an "office" (B).
    ///
    /// # Errors
    /// [`super::Kind::PermissionMissing`] when neither version lets the token read them, and whatever
    /// else goes wrong.
    pub async fn locations(
        &self,
        token: &SecretString,
        region: &Region,
        slug: &str,
    ) -> Result<Vec<Location>, OfficeRndError> {
        match self.locations_by(Version::V2, "locations", token, region, slug).await {
            Err(second) if second.other_version_may_answer() => {
                let offices = self.locations_by(Version::V1, "offices", token, region, slug).await;
                offices.map_err(|first| first.or_earlier(second))
            }
            answer => answer,
        }
    }

    async fn locations_by(
        &self,
        version: Version,
        list: &str,
        token: &SecretString,
        region: &Region,
        slug: &str,
    ) -> Result<Vec<Location>, OfficeRndError> {
        let url = api(Call::Locations, region, version, slug, &[list])?;
        self.pages(Call::Locations, version, url, token, read_location).await
    }
}

/// Only `_id` and `name` are documented; where zone and currency stand is assumed (C), so every
/// spelling that seems possible is read, and none is required.
fn read_location(entry: &Value) -> Option<Location> {
    let id = text_in(entry, &["_id", "id"])?;
    let name = text_in(entry, &["name"]).unwrap_or_else(|| id.clone());
    let time_zone = text_in(entry, &["timezone", "timeZone", "time_zone"]);
    let currency = text_in(entry, &["currency", "currencyCode"])
        .or_else(|| entry.get("currency").and_then(|currency| text_in(currency, &["code"])));
    Some(Location { id, name, time_zone, currency })
}
