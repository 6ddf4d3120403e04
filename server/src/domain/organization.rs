//! A customer of OfficeRnD.

use uuid::Uuid;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    pub id: Uuid,
    /// OfficeRnD's id: what makes it the same organization.
    pub officernd_id: String,
    pub slug: String,
    pub name: String,
    /// Where its calls go; checked against the allow-list again before each use.
    pub region_url: String,
}
