//! From names of variables to their values: the last step before an integration can run.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret as _, SecretString};
use url::Url;

use super::check::partner::address;
use super::model::{Hook, Manifest, OAuthKeys, PartnerKeys};
use super::problem::{Place, Problem, Problems};
use super::scalar::{SecretOrEnv, TextOrEnv};

/// Looks up an environment variable; none when it is not set.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// The OfficeRnD developer application of an integration.
#[derive(Debug, Clone)]
pub struct Client {
    pub client_id: String,
    pub client_secret: SecretString,
}

/// The partner system, ready to be called.
#[derive(Debug, Clone)]
pub struct Partner {
    base_url: Url,
    /// Signs hooks: `whsec_` and base64.
    pub secret: SecretString,
    pub allow_private_addresses: bool,
    pub timeout: Duration,
    pub hooks: BTreeSet<Hook>,
    pub oauth: Option<PartnerOAuth>,
}

/// The partner's sign-in page.
#[derive(Debug, Clone)]
pub struct PartnerOAuth {
    pub authorize_url: Url,
    pub token_url: Url,
    pub client_id: String,
    pub client_secret: SecretString,
    pub scopes: Vec<String>,
}

/// A variable that a manifest refers to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Variable {
    pub name: String,
    /// The key that refers to it, like `partner.base_url`.
    pub key: &'static str,
    /// Whether its value must not be shown.
    pub secret: bool,
}

/// Hooks without a time limit of their own.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);

const ALL_HOOKS: [Hook; 6] = [Hook::Verify, Hook::Options, Hook::Actions, Hook::Facts, Hook::Sync, Hook::Disconnected];

impl Partner {
    /// Where the hook is called.
    pub fn hook_url(&self, hook: Hook) -> Url {
        let mut url = self.base_url.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().push(hook.as_str());
        }
        url
    }

    /// Whether the partner system answers the hook.
    pub fn answers(&self, hook: Hook) -> bool {
        self.hooks.contains(&hook)
    }
}

impl fmt::Display for Variable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name, self.key)
    }
}

impl Manifest {
    /// Fills in the variables. In production a secret has to come from one.
    ///
    /// # Errors
    /// Each variable that is missing, named with its key, and each secret that is written down.
    pub fn resolve(&self, env: Environment<'_>, production: bool) -> Result<(Client, Option<Partner>), Vec<Problem>> {
        let mut problems = Problems::of(&self.file);
        let mut resolver = Resolver { env, production, problems: &mut problems };
        let root = Place::root();
        let client_id = match &self.client_id {
            Some(client_id) => resolver.text(client_id, &root.key("client_id")),
            None => resolver.missing("client_id"),
        };
        let client_secret = match &self.client_secret {
            Some(client_secret) => resolver.secret(client_secret, &root.key("client_secret")),
            None => resolver.missing("client_secret"),
        };
        let partner = self.partner.as_ref().map(|partner| resolver.partner(partner, &root.key("partner")));
        match (client_id, client_secret, partner) {
            (Some(client_id), Some(client_secret), None) if problems.is_empty() => {
                Ok((Client { client_id, client_secret }, None))
            }
            (Some(client_id), Some(client_secret), Some(Some(partner))) if problems.is_empty() => {
                Ok((Client { client_id, client_secret }, Some(partner)))
            }
            _ => Err(problems.into_vec()),
        }
    }

    /// The variables that the manifest refers to, in the order of its keys. A variable used twice is here twice.
    pub fn variables(&self) -> Vec<Variable> {
        let plain = |key, text: Option<&TextOrEnv>| match text {
            Some(TextOrEnv::Env(name)) => Some(Variable { name: name.clone(), key, secret: false }),
            _ => None,
        };
        let secret = |key, secret: Option<&SecretOrEnv>| match secret {
            Some(SecretOrEnv::Env(name)) => Some(Variable { name: name.clone(), key, secret: true }),
            _ => None,
        };
        let partner = self.partner.as_ref();
        let oauth = partner.and_then(|partner| partner.oauth.as_ref());
        [
            plain("client_id", self.client_id.as_ref()),
            secret("client_secret", self.client_secret.as_ref()),
            plain("partner.base_url", partner.map(|partner| &partner.base_url)),
            secret("partner.secret", partner.map(|partner| &partner.secret)),
            plain("partner.oauth.authorize_url", oauth.map(|oauth| &oauth.authorize_url)),
            plain("partner.oauth.token_url", oauth.map(|oauth| &oauth.token_url)),
            plain("partner.oauth.client_id", oauth.map(|oauth| &oauth.client_id)),
            secret("partner.oauth.client_secret", oauth.map(|oauth| &oauth.client_secret)),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

struct Resolver<'a> {
    env: Environment<'a>,
    production: bool,
    problems: &'a mut Problems,
}

impl Resolver<'_> {
    fn missing<T>(&mut self, key: &str) -> Option<T> {
        self.problems.add(&Place::root(), format!("missing key `{key}`, which is needed to serve the integration"));
        None
    }

    fn variable(&mut self, name: &str, place: &Place) -> Option<String> {
        let value = (self.env)(name);
        if value.is_none() {
            self.problems.add(place, format!("the environment variable {name} is not set"));
        } else if value.as_deref().is_some_and(|value| value.trim().is_empty()) {
            self.problems.add(place, format!("the environment variable {name} is empty"));
            return None;
        }
        value
    }

    fn text(&mut self, text: &TextOrEnv, place: &Place) -> Option<String> {
        match text {
            TextOrEnv::Text(text) => Some(text.clone()),
            TextOrEnv::Env(name) => self.variable(name, place),
        }
    }

    fn secret(&mut self, secret: &SecretOrEnv, place: &Place) -> Option<SecretString> {
        match secret {
            SecretOrEnv::Text(_) if self.production => {
                let reason =
                    "a secret is not written into a manifest in production; name a variable: {\"env\": \"NAME\"}";
                self.problems.add(place, reason);
                None
            }
            SecretOrEnv::Text(secret) => Some(secret.clone()),
            SecretOrEnv::Env(name) => self.variable(name, place).map(SecretString::from),
        }
    }

    fn url(&mut self, text: &TextOrEnv, allow_private: bool, place: &Place) -> Option<Url> {
        let value = self.text(text, place)?;
        match (address(&value, allow_private), text) {
            (Ok(url), _) => Some(url),
            (Err(reason), TextOrEnv::Text(_)) => {
                self.problems.add(place, reason);
                None
            }
            (Err(reason), TextOrEnv::Env(name)) => {
                self.problems.add(place, format!("the value of {name} {reason}"));
                None
            }
        }
    }

    fn partner(&mut self, partner: &PartnerKeys, place: &Place) -> Option<Partner> {
        let allow_private_addresses = partner.allow_private_addresses;
        let base_url = self.url(&partner.base_url, allow_private_addresses, &place.key("base_url"));
        let secret = self.secret(&partner.secret, &place.key("secret"));
        let secret = secret.and_then(|secret| self.signing(secret, &place.key("secret")));
        let oauth = partner.oauth.as_ref().map(|oauth| self.oauth(oauth, allow_private_addresses, &place.key("oauth")));
        let oauth = match oauth {
            Some(oauth) => Some(oauth?),
            None => None,
        };
        Some(Partner {
            base_url: base_url?,
            secret: secret?,
            allow_private_addresses,
            timeout: partner.timeout_seconds.map_or(DEFAULT_TIMEOUT, |seconds| Duration::from_secs(seconds.into())),
            hooks: partner.hooks.as_ref().map_or_else(|| ALL_HOOKS.into(), |hooks| hooks.iter().copied().collect()),
            oauth,
        })
    }

    /// The secret as Standard Webhooks writes it.
    fn signing(&mut self, secret: SecretString, place: &Place) -> Option<SecretString> {
        let key = secret.expose_secret().strip_prefix("whsec_").and_then(|key| STANDARD.decode(key).ok());
        if key.is_some_and(|key| !key.is_empty()) {
            return Some(secret);
        }
        self.problems.add(place, "a signing secret is `whsec_` followed by base64");
        None
    }

    fn oauth(&mut self, oauth: &OAuthKeys, allow_private: bool, place: &Place) -> Option<PartnerOAuth> {
        let authorize_url = self.url(&oauth.authorize_url, allow_private, &place.key("authorize_url"));
        let token_url = self.url(&oauth.token_url, allow_private, &place.key("token_url"));
        let client_id = self.text(&oauth.client_id, &place.key("client_id"));
        let client_secret = self.secret(&oauth.client_secret, &place.key("client_secret"));
        Some(PartnerOAuth {
            authorize_url: authorize_url?,
            token_url: token_url?,
            client_id: client_id?,
            client_secret: client_secret?,
            scopes: oauth.scopes.clone(),
        })
    }
}
