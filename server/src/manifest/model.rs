//! What a manifest says, typed. Written by partner engineers, so each key has its sentence here,
//! and the published schema shows it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use super::field::Field;
use super::rule::Rule;
use super::scalar::{SecretOrEnv, TextOrEnv};
use super::words::words;

/// One integration, described by its partner.
#[derive(Debug, Clone, JsonSchema)]
#[schemars(deny_unknown_fields, title = "Deskbridge manifest")]
pub struct Manifest {
    /// The file it was read from, as named by the caller.
    #[schemars(skip)]
    pub file: String,
    /// The name in URLs; `slug` is another word for this key. Give one of them.
    #[schemars(rename = "integration", regex(pattern = r"^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$"))]
    pub slug: String,
    /// The name people read.
    pub name: String,
    /// What the integration does, in a sentence or two.
    #[schemars(default)]
    pub about: Option<String>,
    /// One word; integrations of one category can exclude each other at a location.
    #[schemars(default)]
    pub category: Option<String>,
    /// Counts up with each published change; 1 without this key.
    #[schemars(default = "first_revision", range(min = 1))]
    pub revision: u32,
    /// An SVG file beside the manifest.
    #[schemars(default)]
    pub logo: Option<String>,
    /// Where people ask who get stuck. Without it pages name nobody.
    #[schemars(default)]
    pub support: Option<Support>,
    /// The client id of the OfficeRnD developer application. Needed to serve.
    #[schemars(default)]
    pub client_id: Option<TextOrEnv>,
    /// The client secret of the OfficeRnD developer application. Needed to serve.
    #[schemars(default)]
    pub client_secret: Option<SecretOrEnv>,
    /// The OAuth scopes to ask OfficeRnD for. Needed to serve.
    #[schemars(default)]
    pub scopes: Vec<String>,
    /// The OfficeRnD events to receive besides `integration.removed`. `member.*` stands for created, updated and removed.
    #[schemars(default)]
    pub webhooks: Vec<String>,
    /// How data are synchronized.
    #[schemars(default)]
    pub sync: Option<Sync>,
    /// What a connection is, and what to ask while connecting.
    #[schemars(default)]
    pub connection: Connection,
    /// Lists that fields choose from: `ornd.…` of OfficeRnD, `partner.…` of the partner system, `self.…` of another field.
    #[schemars(default)]
    pub sources: BTreeMap<String, Source>,
    /// The settings page.
    #[schemars(default)]
    pub sections: Vec<Section>,
    /// What has to hold across fields, locations and organizations.
    #[schemars(default)]
    pub rules: Vec<Rule>,
    /// Texts in other languages: language, then target like `fields.guests.label`, then text.
    #[schemars(default)]
    pub translations: BTreeMap<String, BTreeMap<String, String>>,
    /// The partner system. Without it settings are kept and nothing is asked of anybody.
    #[schemars(default)]
    pub partner: Option<PartnerKeys>,
}

pub(super) fn first_revision() -> u32 {
    1
}

/// Where people ask who get stuck: at least one of the two.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("anyOf" = [{"required": ["email"]}, {"required": ["url"]}]))]
pub struct Support {
    /// A mail address. Links to it go before those to `url`: a mail brings the number of the page along.
    pub email: Option<String>,
    /// A page of yours; https, or http on a loopback address.
    pub url: Option<String>,
}

/// How data are synchronized.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Sync {
    /// Whether there is anything to synchronize; true without this key.
    #[serde(default = "yes")]
    pub supported: bool,
    /// Deskbridge starts a run so often.
    pub every_minutes: Option<u32>,
    /// The partner system runs by itself about so often; later is *Delayed*.
    pub expected_every_minutes: Option<u32>,
}

fn yes() -> bool {
    true
}

impl Default for Sync {
    fn default() -> Self {
        Self { supported: true, every_minutes: None, expected_every_minutes: None }
    }
}

/// What a connection is, and what to ask while connecting.
#[derive(Debug, Clone, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Connection {
    /// What one connection covers.
    pub per: Per,
    /// A second connection waits while it shares a location with the first.
    pub one_connection_per_location: bool,
    /// No other integration of the same category may be active at the location.
    pub exclusive_category: bool,
    /// The steps of the pop-up after OfficeRnD's own part.
    pub steps: Vec<Step>,
}

words! {
    /// What one connection covers: a set of locations, or all of them.
    #[derive(Default)]
    Per { #[default] LocationSet "location_set" }
    /// How a step is done: a form, or the partner's own sign-in page.
    StepKind { Form "form", OAuth2 "oauth2" }
    /// When a list is fetched again: each time a page shows it, at most once an hour or a day, or only when somebody asks.
    Refresh { OnOpen "on_open", Hourly "hourly", Daily "daily", Manual "manual" }
    /// What Deskbridge asks or tells the partner system.
    Hook {
        Verify "verify", Options "options", Actions "actions", Facts "facts", Sync "sync", Disconnected "disconnected",
    }
}

/// A step of the pop-up.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// The name in URLs and in hooks.
    pub id: String,
    /// What people read above the step.
    pub title: String,
    /// A sentence more.
    pub help: Option<String>,
    /// A form without this key.
    pub kind: Option<StepKind>,
    /// The fields asked, by key. They are settings like all others.
    #[serde(default)]
    pub fields: Vec<String>,
    /// An earlier step that has to be done.
    pub needs: Option<String>,
    /// What the partner system verifies; `partner.oauth` is its sign-in page.
    pub check: Option<String>,
}

impl Step {
    /// The check that means the partner's sign-in page.
    pub const OAUTH_CHECK: &'static str = "partner.oauth";

    /// What `verify` is asked, if it is.
    pub fn checked_as(&self) -> Option<&str> {
        self.check.as_deref().or_else(|| self.is_oauth().then_some(Self::OAUTH_CHECK))
    }

    /// Whether the step leads to the partner's sign-in page.
    pub fn is_oauth(&self) -> bool {
        self.kind == Some(StepKind::OAuth2) || self.check.as_deref() == Some(Self::OAUTH_CHECK)
    }
}

/// A list that fields choose from.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// What people read.
    pub label: String,
    /// When it is fetched again; `on_open` without this key.
    pub refresh: Option<Refresh>,
    /// Comes in pages.
    #[serde(default)]
    pub paged: bool,
    /// Can be searched by the partner system.
    #[serde(default)]
    pub searchable: bool,
    /// The field whose value the list depends on.
    pub depends_on: Option<String>,
    /// Never changes.
    #[serde(default)]
    pub r#static: bool,
    /// For `self.…`: the field whose value is the list.
    pub from_field: Option<String>,
}

/// A heading of the settings page with its fields.
#[derive(Debug, Clone, PartialEq, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Section {
    /// The name in translations and links.
    pub id: String,
    /// What people read.
    pub title: String,
    /// A sentence more.
    #[schemars(default)]
    pub help: Option<String>,
    /// The fields, in the order of the page.
    pub fields: Vec<Field>,
}

/// The partner system.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Partner")]
pub struct PartnerKeys {
    /// Where hooks are called: `POST {base_url}/{hook}`.
    pub base_url: TextOrEnv,
    /// Signs the hooks: `whsec_` and base64.
    pub secret: SecretOrEnv,
    /// Allows plain http and loopback or private addresses, for development.
    #[serde(default)]
    pub allow_private_addresses: bool,
    /// How long a hook may take; 10 without this key.
    #[schemars(range(min = 1, max = 60))]
    pub timeout_seconds: Option<u32>,
    /// The hooks that the partner system answers; all of them without this key.
    pub hooks: Option<Vec<Hook>>,
    /// The partner's sign-in page, for a step that needs it.
    pub oauth: Option<OAuthKeys>,
}

/// The partner's sign-in page.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "OAuth")]
pub struct OAuthKeys {
    /// Where the admin is sent.
    pub authorize_url: TextOrEnv,
    /// Where the code is exchanged.
    pub token_url: TextOrEnv,
    /// Deskbridge's client id with the partner.
    pub client_id: TextOrEnv,
    /// Deskbridge's client secret with the partner.
    pub client_secret: SecretOrEnv,
    /// The scopes to ask for.
    #[serde(default)]
    pub scopes: Vec<String>,
}

impl Manifest {
    /// All fields of all sections with their section and position.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.sections.iter().flat_map(|section| &section.fields)
    }

    /// The field with this key.
    pub fn field(&self, key: &str) -> Option<&Field> {
        self.fields().find(|field| field.key() == key)
    }
}
