//! Sign-in of staff by an OpenID provider, and which combinations cannot work.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use url::Url;

use super::checks::is_loopback;

/// Longer labels fit no button.
const LONGEST_NAME: usize = 60;
/// Claims that every sign-in is judged by, or that say nothing of where an account belongs.
const OTHERS: &str = "iss aud exp iat nbf auth_time nonce acr amr azp at_hash c_hash sub name given_name family_name \
    middle_name nickname preferred_username profile picture website email email_verified gender birthdate birthday \
    zoneinfo locale phone_number phone_number_verified address updated_at";

/// The provider that staff may sign in with.
#[derive(Debug, Clone)]
pub struct StaffOidc {
    /// To the letter as the provider writes it in its tokens.
    pub issuer: String,
    pub client_id: String,
    pub client_secret: SecretString,
    pub scopes: Vec<String>,
    /// What people call it.
    pub name: String,
    /// One of these must have been reached; any will do when there is none.
    pub acr_values: Vec<String>,
    /// Each of these must be in the id_token, with one of its values.
    pub required_claims: BTreeMap<String, Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawStaffOidc {
    issuer: Option<String>,
    client_id: Option<String>,
    client_secret: Option<SecretString>,
    name: Option<String>,
    scopes: Vec<String>,
    acr_values: Vec<String>,
    required_claims: Vec<String>,
}

impl Default for RawStaffOidc {
    fn default() -> Self {
        Self {
            issuer: None,
            client_id: None,
            client_secret: None,
            name: None,
            scopes: vec!["openid".into(), "email".into()],
            acr_values: Vec::new(),
            required_claims: Vec::new(),
        }
    }
}

impl RawStaffOidc {
    /// None where it is off.
    ///
    /// # Errors
    /// Every key that is wrong, with the reason.
    pub(super) fn check(&self) -> Result<Option<StaffOidc>, Vec<String>> {
        let given =
            |text: &Option<String>| text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        let (issuer, client_id, name) = (given(&self.issuer), given(&self.client_id), given(&self.name));
        let secret = self.client_secret.clone().filter(|secret| !secret.expose_secret().trim().is_empty());
        let Some(issuer) = issuer else {
            let others = [
                ("staff_oidc__client_id", client_id.is_some()),
                ("staff_oidc__client_secret", secret.is_some()),
                ("staff_oidc__name", name.is_some()),
                ("staff_oidc__acr_values", !self.acr_values.is_empty()),
                ("staff_oidc__required_claims", !self.required_claims.is_empty()),
            ];
            let set: Vec<&str> = others.into_iter().filter(|(_, set)| *set).map(|(key, _)| key).collect();
            return match set.first() {
                None => Ok(None),
                Some(key) => Err(vec![format!("staff_oidc__issuer: is missing, and {key} means nothing without it")]),
            };
        };
        let mut problems = Vec::new();
        let host = match issuer_host(&issuer) {
            Ok(host) => host,
            Err(problem) => {
                problems.push(format!("staff_oidc__issuer: {problem}"));
                String::new()
            }
        };
        if client_id.is_none() {
            problems.push("staff_oidc__client_id: is missing; the provider gives one to each application".to_owned());
        }
        if secret.is_none() {
            problems
                .push("staff_oidc__client_secret: is missing; the provider gives one beside the client id".to_owned());
        }
        if !self.scopes.iter().any(|scope| scope == "openid") {
            problems
                .push("staff_oidc__scopes: must hold openid, or the provider says nothing of who signs in".to_owned());
        }
        let one_word = |text: &String| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic());
        if !self.scopes.iter().all(one_word) {
            problems.push("staff_oidc__scopes: each must be one word without spaces".to_owned());
        }
        if !self.acr_values.iter().all(one_word) {
            problems.push("staff_oidc__acr_values: each must be one word without spaces".to_owned());
        }
        let required_claims = required(&self.required_claims).unwrap_or_else(|problem| {
            problems.push(format!("staff_oidc__required_claims: {problem}"));
            BTreeMap::new()
        });
        let name = name.unwrap_or(host);
        if name.chars().count() > LONGEST_NAME || name.contains(char::is_control) {
            problems.push(format!("staff_oidc__name: must be one line of at most {LONGEST_NAME} characters"));
        }
        match (client_id, secret) {
            (Some(client_id), Some(client_secret)) if problems.is_empty() => Ok(Some(StaffOidc {
                issuer,
                client_id,
                client_secret,
                scopes: self.scopes.clone(),
                name,
                acr_values: self.acr_values.clone(),
                required_claims,
            })),
            _ => Err(problems),
        }
    }
}

/// A name that stands twice may have either value.
fn required(claims: &[String]) -> Result<BTreeMap<String, Vec<String>>, String> {
    let mut required: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for claim in claims {
        let (name, value) = claim.split_once('=').map_or(("", ""), |(name, value)| (name.trim(), value.trim()));
        if name.is_empty() || value.is_empty() || name.contains(char::is_whitespace) {
            return Err("each must be a claim, = and its value, such as hd=example.com".to_owned());
        }
        if OTHERS.split(' ').any(|other| other == name) {
            return Err(format!("{name} does not say where an account belongs; name a claim such as hd or tid"));
        }
        required.entry(name.to_owned()).or_default().push(value.to_owned());
    }
    Ok(required)
}

fn issuer_host(issuer: &str) -> Result<String, String> {
    let url = Url::parse(issuer).map_err(|error| format!("not an address ({error})"))?;
    let Some(host) = url.host_str().filter(|_| matches!(url.scheme(), "http" | "https")) else {
        return Err("must begin with https://".to_owned());
    };
    if url.scheme() == "http" && !is_loopback(&url) {
        return Err("must be https, since it is not an address of this machine".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
        return Err(
            "must be the provider's issuer as its documentation names it: no user, query or fragment".to_owned()
        );
    }
    if url.path().contains("/.well-known/") {
        return Err("must end before /.well-known/openid-configuration, which Deskbridge adds".to_owned());
    }
    Ok(host.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(issuer: &str) -> RawStaffOidc {
        RawStaffOidc {
            issuer: Some(issuer.to_owned()),
            client_id: Some("deskbridge".to_owned()),
            client_secret: Some(SecretString::from("a secret that nobody reads")),
            ..RawStaffOidc::default()
        }
    }

    #[test]
    fn off_unless_an_issuer_is_named() {
        assert!(RawStaffOidc::default().check().unwrap().is_none());
        let set = raw("https://login.partner.example/realms/staff").check().unwrap().unwrap();
        assert_eq!((set.name.as_str(), set.scopes.join(" ").as_str()), ("login.partner.example", "openid email"));
        assert!(!format!("{set:?}").contains("nobody reads"));
        assert!(raw("http://127.0.0.1:8080").check().is_ok());
        let required_claims = ["hd=a.example", "tid = 7f=0c", "hd=b.example"].map(str::to_owned).to_vec();
        let set = RawStaffOidc { required_claims, ..raw("https://login.partner.example") }.check().unwrap().unwrap();
        let wanted = [("hd", vec!["a.example", "b.example"]), ("tid", vec!["7f=0c"])];
        let wanted = wanted.map(|(name, values)| (name.to_owned(), values.into_iter().map(str::to_owned).collect()));
        assert_eq!(set.required_claims, BTreeMap::from(wanted));
    }

    #[test]
    fn every_refusal_names_its_key() {
        let alone = RawStaffOidc { client_id: Some("x".to_owned()), ..RawStaffOidc::default() };
        assert!(alone.check().unwrap_err()[0].starts_with("staff_oidc__issuer: is missing"));
        for wrong in [
            "login.partner.example",
            "ftp://login.partner.example",
            "http://login.partner.example",
            "https://login.partner.example?tenant=1",
            "https://user@login.partner.example",
            "https://login.partner.example/.well-known/openid-configuration",
        ] {
            let problems = raw(wrong).check().unwrap_err();
            assert!(problems.len() == 1 && problems[0].starts_with("staff_oidc__issuer: "), "{wrong}: {problems:?}");
        }
        let fine = "https://login.partner.example";
        for (key, raw) in [
            ("staff_oidc__client_id", RawStaffOidc { client_id: None, ..raw(fine) }),
            ("staff_oidc__client_secret", RawStaffOidc { client_secret: None, ..raw(fine) }),
            ("staff_oidc__scopes", RawStaffOidc { scopes: vec!["email".to_owned()], ..raw(fine) }),
            ("staff_oidc__acr_values", RawStaffOidc { acr_values: vec!["a b".to_owned()], ..raw(fine) }),
            ("staff_oidc__required_claims", RawStaffOidc { required_claims: vec!["hd".to_owned()], ..raw(fine) }),
            ("staff_oidc__required_claims", RawStaffOidc { required_claims: vec!["=x".to_owned()], ..raw(fine) }),
            ("staff_oidc__required_claims", RawStaffOidc { required_claims: vec!["hd= ".to_owned()], ..raw(fine) }),
            ("staff_oidc__required_claims", RawStaffOidc { required_claims: vec!["sub=x".to_owned()], ..raw(fine) }),
            ("staff_oidc__name", RawStaffOidc { name: Some("x".repeat(61)), ..raw(fine) }),
        ] {
            let problems = raw.check().unwrap_err();
            assert!(problems.len() == 1 && problems[0].starts_with(key), "{key}: {problems:?}");
        }
    }
}
