//! What settings refer to: locations, and the entities of OfficeRnD and of the partner that can be chosen.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The row of a map or table that stands for all rows that are not named.
pub const DEFAULT_ROW: &str = "*";

/// A location, as far as settings depend on it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Location {
    pub id: String,
    pub name: String,
    #[serde(default)]
    pub time_zone: Option<String>,
    #[serde(default)]
    pub currency: Option<String>,
    #[serde(default)]
    pub country: Option<String>,
    #[serde(default)]
    pub language: Option<String>,
}

/// Something that a setting can refer to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entity {
    pub id: String,
    pub name: String,
    /// What it belongs to on the partner's side, as the `options` hook says: a group to its site.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// The locations that it is at; none for all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locations: Option<Vec<String>>,
    #[serde(default)]
    pub archived: bool,
    /// More in the partner's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Why it cannot be chosen, in the partner's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled: Option<String>,
}

impl Entity {
    pub fn new(id: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            name: name.into(),
            parent: None,
            locations: None,
            archived: false,
            description: None,
            disabled: None,
        }
    }

    pub fn is_at(&self, location: Option<&str>) -> bool {
        match (&self.locations, location) {
            (Some(locations), Some(location)) => locations.iter().any(|id| id == location),
            _ => true,
        }
    }
}

/// An organization with the lists that its settings choose from. A list that could not be loaded is missing, and
/// then nothing is said about references to it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tenant {
    pub locations: Vec<Location>,
    pub sources: BTreeMap<String, Vec<Entity>>,
}

/// A tenant as a file describes it, for trying a manifest without a server.
#[derive(Debug, Deserialize)]
pub struct TenantFile {
    locations: Vec<Location>,
    #[serde(default)]
    member_statuses: Vec<String>,
    #[serde(default)]
    resources: Vec<Listed>,
    #[serde(flatten)]
    others: BTreeMap<String, Value>,
}

#[derive(Debug, Deserialize)]
struct Listed {
    id: String,
    name: String,
    #[serde(default)]
    location: Option<String>,
    /// `"all"`, or a list of ids.
    #[serde(default)]
    locations: Option<Value>,
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    archived: bool,
}

impl Listed {
    fn entity(self) -> Entity {
        let several = match self.locations {
            Some(Value::Array(ids)) => Some(ids.iter().filter_map(|id| id.as_str().map(str::to_owned)).collect()),
            _ => None,
        };
        Entity {
            locations: self.location.map(|location| vec![location]).or(several),
            archived: self.archived,
            ..Entity::new(self.id, self.name)
        }
    }
}

/// The types of OfficeRnD's resources that are lists of their own.
const RESOURCES: &[(&str, &str)] = &[
    ("meeting_room", "ornd.meeting_rooms"),
    ("team_room", "ornd.offices"),
    ("desk", "ornd.desks"),
    ("hot_desk", "ornd.hot_desks"),
];

impl From<TenantFile> for Tenant {
    fn from(file: TenantFile) -> Self {
        let mut sources = BTreeMap::new();
        let named = |id: &String| Entity::new(id, id);
        sources.insert("ornd.member_statuses".to_owned(), file.member_statuses.iter().map(named).collect());
        let at_itself = |location: &Location| Entity::new(&location.id, &location.name);
        sources.insert("ornd.locations".to_owned(), file.locations.iter().map(at_itself).collect());
        for (_, source) in RESOURCES {
            sources.insert((*source).to_owned(), Vec::new());
        }
        let mut resources = Vec::new();
        for resource in file.resources {
            let source = RESOURCES.iter().find(|(kind, _)| resource.kind.as_deref() == Some(kind)).map(|(_, to)| *to);
            let entity = resource.entity();
            if let Some(list) = source.and_then(|source| sources.get_mut(source)) {
                list.push(entity.clone());
            }
            resources.push(entity);
        }
        sources.insert("ornd.resources".to_owned(), resources);
        for (name, list) in file.others {
            if let Ok(list) = serde_json::from_value::<Vec<Listed>>(list) {
                sources.insert(format!("ornd.{name}"), list.into_iter().map(Listed::entity).collect());
            }
        }
        Self { locations: file.locations, sources }
    }
}

impl Tenant {
    /// Adds lists of the partner: id, name and perhaps the parent of each entity.
    pub fn add_partner_lists(&mut self, lists: BTreeMap<String, Vec<Vec<String>>>) {
        for (source, list) in lists {
            let entities = list.into_iter().filter_map(|parts| {
                let mut parts = parts.into_iter();
                let id = parts.next()?;
                let name = parts.next().unwrap_or_else(|| id.clone());
                Some(Entity { parent: parts.next(), ..Entity::new(id, name) })
            });
            self.sources.insert(source, entities.collect());
        }
    }
}
