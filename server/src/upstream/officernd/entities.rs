//! Lists of an organization that settings choose from: plans, floors, rooms, tax rates and so on.

use secrecy::SecretString;
use serde_json::Value;

use super::error::{Call, OfficeRndError};
use super::{OfficeRnd, Region, Version, api, text_in};
use crate::domain::settings::tenant::Entity;

/// What manifests call a list, what OfficeRnD calls it in version 2 and 1 of its API, and the type of resource where
/// the list is a part of the resources. Names in version 2 are as its scopes have them (B) or made like those (C).
const LISTS: &[(&str, &str, &str, Option<&str>)] = &[
    ("ornd.plans", "plans", "plans", None),
    ("ornd.floors", "floors", "floors", None),
    ("ornd.resources", "resources", "resources", None),
    ("ornd.meeting_rooms", "resources", "resources", Some("meeting_room")),
    ("ornd.offices", "resources", "resources", Some("team_room")),
    ("ornd.desks", "resources", "resources", Some("desk")),
    ("ornd.hot_desks", "resources", "resources", Some("hot_desk")),
    ("ornd.resource_types", "resource-types", "resource-types", None),
    ("ornd.resource_rates", "resource-rates", "resource-rates", None),
    ("ornd.tax_rates", "tax-rates", "tax-rates", None),
    ("ornd.revenue_accounts", "revenue-accounts", "revenue-accounts", None),
    ("ornd.passes", "passes", "passes", None),
    ("ornd.amenities", "amenities", "amenities", None),
    ("ornd.benefits", "benefits", "benefits", None),
    ("ornd.business_hours", "business-hours", "business-hours", None),
    ("ornd.custom_properties", "custom-properties", "custom-properties", None),
];

/// The statuses that OfficeRnD's members have; a list of the documentation, not of the API.
pub const MEMBER_STATUSES: [&str; 6] = ["active", "contact", "drop_in", "former", "lead", "pending"];

/// Whether a list comes from the API, and under which name; lists that are parts of one are read once.
pub fn list_of(source: &str) -> Option<(&'static str, Option<&'static str>)> {
    LISTS.iter().find(|(known, ..)| *known == source).map(|(_, list, _, kind)| (*list, *kind))
}

/// An entity with the type of resource that it is, where it is one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub entity: Entity,
    pub kind: Option<String>,
}

impl OfficeRnd {
    /// All entries of a list, as version 2 names it.
    ///
    /// # Errors
    /// [`super::Kind::PermissionMissing`] when neither version lets the token read them, and whatever else goes wrong.
    pub async fn entities(
        &self,
        token: &SecretString,
        region: &Region,
        slug: &str,
        list: &str,
    ) -> Result<Vec<Found>, OfficeRndError> {
        let earlier = LISTS.iter().find(|(_, known, ..)| *known == list).map_or(list, |(_, _, earlier, _)| earlier);
        match self.entities_by(Version::V2, list, token, region, slug).await {
            Err(second) if second.other_version_may_answer() => {
                let first = self.entities_by(Version::V1, earlier, token, region, slug).await;
                first.map_err(|first| first.or_earlier(second))
            }
            answer => answer,
        }
    }

    async fn entities_by(
        &self,
        version: Version,
        list: &str,
        token: &SecretString,
        region: &Region,
        slug: &str,
    ) -> Result<Vec<Found>, OfficeRndError> {
        let url = api(Call::Entities, region, version, slug, &[list])?;
        self.pages(Call::Entities, version, url, token, read).await
    }
}

/// Only `_id` and `name` are documented for all; the rest is read in every spelling that seems possible (C).
fn read(entry: &Value) -> Option<Found> {
    let id = text_in(entry, &["_id", "id"])?;
    let name = text_in(entry, &["name", "title", "label"]).unwrap_or_else(|| id.clone());
    let place = |value: &Value| value.as_str().map(str::to_owned).or_else(|| text_in(value, &["_id", "id"]));
    let one = ["location", "office"].iter().find_map(|key| entry.get(key).and_then(place));
    let several = ["locations", "offices"].iter().find_map(|key| entry.get(key)?.as_array());
    let several: Option<Vec<String>> = several.map(|list| list.iter().filter_map(place).collect());
    let flag = |names: &[&str]| names.iter().any(|name| entry.get(name).and_then(Value::as_bool) == Some(true));
    let archived = flag(&["archived", "isArchived", "deleted", "isDeleted"])
        || entry.get("status").and_then(Value::as_str).is_some_and(|status| status.eq_ignore_ascii_case("archived"));
    let kind = text_in(entry, &["type", "resourceType"]).or_else(|| {
        let kind = entry.get("type").or_else(|| entry.get("resourceType"))?;
        text_in(kind, &["slug", "name", "title"])
    });
    let entity = Entity {
        // An empty list means all locations.
        locations: one.map(|one| vec![one]).or(several.filter(|several| !several.is_empty())),
        archived,
        ..Entity::new(id, name)
    };
    Some(Found { entity, kind: kind.map(|kind| slug(&kind)) })
}

/// `Meeting Room`, `meeting-room` and `hotdesk` as manifests have them.
fn slug(kind: &str) -> String {
    let plain: String =
        kind.trim().chars().map(|sign| if sign.is_alphanumeric() { sign.to_ascii_lowercase() } else { '_' }).collect();
    match plain.as_str() {
        "hotdesk" => "hot_desk".to_owned(),
        "private_office" | "office" => "team_room".to_owned(),
        _ => plain,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn entries_are_read_in_every_spelling() {
        let found = read(&json!({ "_id": "r1", "name": "Maas", "location": "l1", "type": "Meeting Room" })).unwrap();
        assert_eq!((found.entity.locations, found.kind.as_deref()), (Some(vec!["l1".into()]), Some("meeting_room")));
        let found =
            read(&json!({ "id": "p1", "title": "Hot", "locations": [{ "_id": "l1" }, "l2"], "isArchived": true }));
        let found = found.unwrap().entity;
        assert_eq!((found.locations, found.archived), (Some(vec!["l1".into(), "l2".into()]), true));
        assert_eq!(read(&json!({ "_id": "p2", "locations": [] })).unwrap().entity, Entity::new("p2", "p2"));
        assert_eq!(
            read(&json!({ "_id": "d", "type": { "name": "hotdesk" } })).unwrap().kind.as_deref(),
            Some("hot_desk")
        );
        assert_eq!(read(&json!({ "name": "no id" })), None);
    }
}
