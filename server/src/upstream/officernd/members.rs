//! Who a member is, for the names beside changes.

use secrecy::SecretString;
use serde_json::Value;

use super::error::{Call, OfficeRndError};
use super::{OfficeRnd, Region, Version, api, text_in};

impl OfficeRnd {
    /// The name of a member. None where OfficeRnD gives none.
    ///
    /// # Errors
    /// [`super::Kind::NotFound`] for an id that names no member, [`super::Kind::PermissionMissing`] when neither
    /// version lets the token read members, and whatever else goes wrong.
    pub async fn member_name(
        &self,
        token: &SecretString,
        region: &Region,
        slug: &str,
        member: &str,
    ) -> Result<Option<String>, OfficeRndError> {
        let by = |version| self.member_by(version, token, region, slug, member);
        match by(Version::V2).await {
            Err(second) if second.other_version_may_answer() => {
                by(Version::V1).await.map_err(|first| first.or_earlier(second))
            }
            answer => answer,
        }
    }

    async fn member_by(
        &self,
        version: Version,
        token: &SecretString,
        region: &Region,
        slug: &str,
        member: &str,
    ) -> Result<Option<String>, OfficeRndError> {
        let url = api(Call::Member, region, version, slug, &["members", member])?;
        let (_, body) = self.http().json(Call::Member, self.http().get(url), token).await?;
        Ok(name_in(&body))
    }
}

/// `name` is documented (B); first and last name are read where it is missing (C).
fn name_in(body: &Value) -> Option<String> {
    text_in(body, &["name", "fullName"]).or_else(|| {
        let parts = [["firstName", "first_name"], ["lastName", "last_name"]];
        let parts: Vec<String> = parts.iter().filter_map(|names| text_in(body, names)).collect();
        (!parts.is_empty()).then(|| parts.join(" "))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_name_is_read_in_every_spelling() {
        assert_eq!(name_in(&json!({ "_id": "m", "name": "Zoë Søn" })), Some("Zoë Søn".to_owned()));
        assert_eq!(name_in(&json!({ "firstName": "Zoë", "lastName": "Søn" })), Some("Zoë Søn".to_owned()));
        assert_eq!(name_in(&json!({ "firstName": "Zoë" })), Some("Zoë".to_owned()));
        assert_eq!(name_in(&json!({ "_id": "m", "email": "zoe@example.org" })), None);
    }
}
