//! Who the organization is, where it lives, and the secret of one integration in it.

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;

use super::error::{Call, Kind, OfficeRndError, Sent};
use super::http::unreadable;
use super::{OfficeRnd, Region, Version, api, text_in};

/// An organization that the token could read: proof that the token belongs to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrganizationInfo {
    /// OfficeRnD's id; it stays when the slug changes.
    pub id: String,
    /// The slug where OfficeRnD gives no name.
    pub name: String,
    /// As OfficeRnD spells it; `None` when the answer does not say.
    pub slug: Option<String>,
    pub region: Region,
}

impl OfficeRnd {
    /// Asks the app host, which every region's tokens may ask.
    ///
    /// # Errors
    /// [`Kind::OtherOrganization`] when the answer is about another slug, [`Kind::RegionRefused`] when it
    /// lives where tokens may not go, and whatever else goes wrong.
    pub async fn organization(&self, token: &SecretString, slug: &str) -> Result<OrganizationInfo, OfficeRndError> {
        let call = Call::Organization;
        let answered = Sent::Answered { processed: true };
        let url = api(call, &self.app_region(), Version::V1, slug, &[])?;
        let (_, body) = self.http().json(call, self.http().get(url), token).await?;

        let id = text_in(&body, &["_id", "id"]).ok_or_else(|| unreadable(call, "an organization without id"))?;
        let spelled = text_in(&body, &["slug"]);
        if spelled.as_ref().is_some_and(|spelled| !spelled.eq_ignore_ascii_case(slug)) {
            return Err(OfficeRndError::new(call, Kind::OtherOrganization, answered));
        }
        let named = body.get("regionInfo").and_then(|region| text_in(region, &["regionUrl"]));
        let region = Region::named(named.as_deref(), self.settings())
            .map_err(|why| OfficeRndError::new(call, Kind::RegionRefused, answered).detail(&why.to_string()))?;
        let name = text_in(&body, &["name"]).unwrap_or_else(|| slug.to_owned());
        Ok(OrganizationInfo { id, name, slug: spelled, region })
    }

    /// The secret that signs the calls of an installation. It is at `settings.secret` of the integration,
    /// by version 2 (B), else version 1 (A).
    ///
    /// # Errors
    /// [`Kind::SecretMissing`] when the integration is there without a secret, [`Kind::NotFound`] when it
    /// is not, [`Kind::OtherOrganization`] when the answer names another organization, and whatever
    /// else goes wrong.
    pub async fn integration_secret(
        &self,
        token: &SecretString,
        region: &Region,
        installation: Installation<'_>,
    ) -> Result<SecretString, OfficeRndError> {
        let by = |version| self.integration_secret_by(version, token, region, installation);
        match by(Version::V2).await {
            Err(second) if second.other_version_may_answer() => {
                by(Version::V1).await.map_err(|first| first.or_earlier(second))
            }
            answer => answer,
        }
    }

    async fn integration_secret_by(
        &self,
        version: Version,
        token: &SecretString,
        region: &Region,
        installation: Installation<'_>,
    ) -> Result<SecretString, OfficeRndError> {
        let call = Call::IntegrationSecret;
        let Installation { slug, organization, integration, client_id } = installation;
        let mut url = api(call, region, version, slug, &["integrations", integration])?;
        url.query_pairs_mut().append_pair("appClientId", client_id);
        let (_, body) = self.http().json(call, self.http().get(url), token).await?;
        let answered = Sent::Answered { processed: true };
        if names_another_organization(&body, organization) {
            return Err(OfficeRndError::new(call, Kind::OtherOrganization, answered));
        }
        // Used as it is, untrimmed: it is a key and not a word.
        let secret = body.pointer("/settings/secret").and_then(Value::as_str).map(SecretString::from);
        secret
            .filter(|secret| !secret.expose_secret().trim().is_empty())
            .ok_or_else(|| OfficeRndError::new(call, Kind::SecretMissing, answered))
    }
}

/// One integration in one organization, all of it as OfficeRnD names it.
#[derive(Clone, Copy, Debug)]
pub struct Installation<'a> {
    pub slug: &'a str,
    /// The organization's id, as the answer about the organization gave it.
    pub organization: &'a str,
    pub integration: &'a str,
    pub client_id: &'a str,
}

/// Whether an integration is of another organization by its own word. That it says so at all is not documented, and
/// neither is the form: only an id that is none of ours contradicts.
fn names_another_organization(body: &Value, expected: &str) -> bool {
    let Some(member) = body.get("organization") else { return false };
    let named = member.as_str().map(str::to_owned).or_else(|| text_in(member, &["_id", "id"]));
    let is_id = |text: &String| text.len() == 24 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    named.filter(is_id).is_some_and(|named| !named.eq_ignore_ascii_case(expected))
}
