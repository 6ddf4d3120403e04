//! What OfficeRnD does in an organization: install an integration, open its Connect URL, sign configure,
//! healthcheck and sync, and remove it again.

use std::sync::Arc;
use std::time::Duration;

use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::answer::slug_of;
use super::explain::Signing;
use super::journal::Entry;
use super::shared::Shared;
use super::signing::{query, signature, stringify, written};
use super::switches::{
    ConnectCode, ConnectLocations, LocationsJoin, MemberId, MissingScope, OfficeClock, OrganizationIdForm,
    SignatureForm, SignedParameters,
};
use super::world::{CODE_LIFE, Code, Health, Integration, Organization, Stage, World, new_id, new_secret};

/// How long the simulator waits for the product.
const CALL_LIMIT: Duration = Duration::from_secs(30);

/// A Connect URL, and what is in it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Connect {
    pub(super) integration_id: String,
    pub(super) connect_url: String,
    /// None when the admin declined.
    pub(super) code: Option<String>,
}

/// The three calls that OfficeRnD signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Call {
    Configure,
    Healthcheck,
    Sync,
}

impl Call {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Configure => "configure",
            Self::Healthcheck => "healthcheck",
            Self::Sync => "sync",
        }
    }
}

/// What a test wants otherwise than the switches say.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Overrides {
    /// Sent and signed instead of, or in addition to, the usual parameters; null leaves one out.
    pub(super) parameters: Map<String, Value>,
    /// Sent instead of what was signed, added where it was not signed at all.
    pub(super) tampered: Map<String, Value>,
    /// The order of the query string; what is not named follows in its usual order.
    pub(super) order: Vec<String>,
    /// Unix seconds; OfficeRnD's clock without it.
    pub(super) t: Option<i64>,
    /// Signs with this instead of the integration's secret.
    pub(super) secret: Option<String>,
    /// Sent as the whole `signature` parameter; an empty text sends none.
    pub(super) signature: Option<String>,
}

/// A signed URL with its making.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Signed {
    pub(super) url: String,
    pub(super) signed_text: String,
    pub(super) signature: String,
    pub(super) t: i64,
    #[serde(skip)]
    signing: Signing,
}

/// What the product answered to a call.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Answered {
    pub(super) url: String,
    pub(super) status: Option<u16>,
    /// JSON where it is JSON, else the text.
    pub(super) body: Value,
    pub(super) location: Option<String>,
    pub(super) milliseconds: i64,
    pub(super) error: Option<String>,
}

/// Puts an application into an organization; nothing is connected yet.
pub(super) fn install(
    shared: &Shared,
    world: &mut World,
    organization: &str,
    application: &str,
    locations: Vec<String>,
) -> Result<String, String> {
    let found = world.named(organization).ok_or_else(|| format!("There is no organization {organization:?}."))?;
    let organization = found.id.clone();
    if let Some(unknown) = locations.iter().find(|id| !found.locations.iter().any(|location| location.id == **id)) {
        return Err(format!("{} has no location {unknown:?}.", found.slug));
    }
    if shared.application(application).is_none() {
        return Err(format!("There is no application {application:?}."));
    }
    let id = new_id(&shared.random);
    let integration = Integration {
        id: id.clone(),
        sequence: world.next_sequence(),
        application: application.to_owned(),
        organization,
        locations,
        secret: new_secret(&shared.random),
        stage: Stage::Opened,
        created_at: shared.clock.now(),
        last_health: None,
    };
    world.integrations.insert(id.clone(), integration);
    Ok(id)
}

/// A fresh Connect URL for an installed integration. `twist` is what the person chose for this one.
pub(super) fn connect(
    shared: &Shared,
    world: &mut World,
    integration: &str,
    twist: Option<ConnectCode>,
    missing: Option<MissingScope>,
) -> Result<Connect, String> {
    let missing_integration = || format!("There is no integration {integration:?}.");
    let found = world.integrations.get(integration).cloned().ok_or_else(missing_integration)?;
    if found.stage == Stage::Removed {
        return Err(format!("The integration {integration:?} was removed."));
    }
    let organization = world.organization(&found.organization).cloned().ok_or_else(missing_integration)?;
    let application = shared
        .application(&found.application)
        .ok_or_else(|| format!("The application {:?} is not registered any more.", found.application))?;
    let whose = Some(organization.id.as_str());
    let twist = twist.unwrap_or_else(|| world.rules.take::<ConnectCode>(whose));
    let missing = missing.unwrap_or_else(|| world.rules.take::<MissingScope>(whose));
    let now = shared.clock.now();
    let code = (!matches!(twist, ConnectCode::Absent | ConnectCode::Denied)).then(|| {
        let text = shared.random.token().expose_secret().to_owned();
        let foreign = "somebody-else";
        let code = Code {
            client_id: if twist == ConnectCode::Foreign { foreign } else { &application.client_id }.to_owned(),
            integration: found.id.clone(),
            expires_at: if twist == ConnectCode::Expired { now } else { now + CODE_LIFE },
            used: twist == ConnectCode::Used,
            without: missing.scope().map(ToOwned::to_owned).into_iter().collect(),
        };
        world.codes.insert(text.clone(), code);
        text
    });
    if code.is_none()
        && let Some(integration) = world.integrations.get_mut(&found.id)
        && integration.stage == Stage::Opened
    {
        integration.stage = Stage::Declined;
    }
    let mut parameters: Vec<(String, String)> = Vec::new();
    let mut add = |name: &str, value: &str| parameters.push((name.to_owned(), value.to_owned()));
    if let Some(code) = &code {
        add("code", code);
    } else if twist == ConnectCode::Denied {
        add("error", "access_denied");
        add("error_description", "The administrator declined");
    }
    add("org_slug", &organization.slug);
    add("integrationId", &found.id);
    let all_missing = world.rules.take::<ConnectLocations>(whose) == ConnectLocations::Missing;
    if !(found.locations.is_empty() && all_missing) {
        add("locations", &joined(world, &found).0);
    }
    Ok(Connect {
        integration_id: found.id,
        connect_url: format!("{}?{}", application.redirect_uri, query(&parameters)),
        code,
    })
}

/// The locations as they are sent, and as they are signed.
fn joined(world: &mut World, integration: &Integration) -> (String, String) {
    let (comma, space) = (integration.locations.join(","), integration.locations.join(", "));
    match world.rules.take::<LocationsJoin>(Some(&integration.organization)) {
        LocationsJoin::Comma => (comma.clone(), comma),
        LocationsJoin::CommaSpace => (space.clone(), space),
        LocationsJoin::SentComma => (comma, space),
        LocationsJoin::SentCommaSpace => (space, comma),
    }
}

/// A parameter as it is sent and as it is signed; either may be missing.
struct Parameter {
    name: String,
    sent: Option<String>,
    signed: Option<String>,
}

/// A signed URL of the product, by the switches and the overrides.
pub(super) fn sign(
    shared: &Shared,
    world: &mut World,
    integration: &str,
    call: Call,
    overrides: &Overrides,
) -> Result<Signed, String> {
    let unknown = || format!("There is no integration {integration:?}.");
    let found = world.integrations.get(integration).cloned().ok_or_else(unknown)?;
    let organization = world.organization(&found.organization).cloned().ok_or_else(unknown)?;
    let mut parameters = usual_parameters(world, &organization, &found, call);
    for (name, value) in &overrides.parameters {
        let value = text(value);
        match parameters.iter_mut().find(|parameter| parameter.name == *name) {
            Some(parameter) => (parameter.sent, parameter.signed) = (value.clone(), value),
            None => parameters.push(Parameter { name: name.clone(), sent: value.clone(), signed: value }),
        }
    }
    let position = |name: &str| overrides.order.iter().position(|named| named == name).unwrap_or(usize::MAX);
    parameters.sort_by_key(|parameter| position(&parameter.name));
    for (name, value) in &overrides.tampered {
        match parameters.iter_mut().find(|parameter| parameter.name == *name) {
            Some(parameter) => parameter.sent = text(value),
            None => parameters.push(Parameter { name: name.clone(), sent: text(value), signed: None }),
        }
    }
    let signed: Vec<_> = parameters.iter().filter_map(|p| Some((p.name.clone(), p.signed.clone()?))).collect();
    let mut sent: Vec<_> = parameters.iter().filter_map(|p| Some((p.name.clone(), p.sent.clone()?))).collect();
    let skew = world.rules.take::<OfficeClock>(Some(&organization.id)).seconds();
    let t = overrides.t.unwrap_or_else(|| shared.clock.now_seconds() + skew);
    let text = stringify(&signed);
    let secret = overrides.secret.as_deref().unwrap_or(&found.secret);
    let hex = signature(secret, text.as_bytes(), t);
    let form = world.rules.take::<SignatureForm>(Some(&organization.id));
    let value = overrides.signature.clone().unwrap_or_else(|| written(form, t, &hex));
    let key = format!("the integration secret, GET {}/control/integrations/{} shows it", shared.public_url, found.id);
    let signing = Signing::new(key, &found.secret, &text, t, value.clone());
    if !value.is_empty() {
        sent.push(("signature".to_owned(), value));
    }
    Ok(Signed {
        url: format!("{}/i/{}/{}?{}", shared.product_url, found.application, call.name(), query(&sent)),
        signed_text: format!("{text}.{t}"),
        signature: hex,
        t,
        signing,
    })
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

fn usual_parameters(
    world: &mut World,
    organization: &Organization,
    integration: &Integration,
    call: Call,
) -> Vec<Parameter> {
    let whose = Some(organization.id.as_str());
    let parameter = |name: &str, sent: &str, signed: &str| Parameter {
        name: name.to_owned(),
        sent: Some(sent.to_owned()),
        signed: Some(signed.to_owned()),
    };
    let (sent, signed) = joined(world, integration);
    let mut parameters =
        vec![parameter("slug", &organization.slug, &organization.slug), parameter("locations", &sent, &signed)];
    let which = world.rules.take::<SignedParameters>(whose);
    if which == SignedParameters::Guide {
        return parameters;
    }
    let quoted = format!("\"{}\"", organization.id);
    let form = match call {
        Call::Sync => world.rules.take::<OrganizationIdForm>(whose),
        _ => OrganizationIdForm::Plain,
    };
    parameters.push(match form {
        OrganizationIdForm::Plain => parameter("organizationId", &organization.id, &organization.id),
        OrganizationIdForm::QuotedSignedPlain => parameter("organizationId", &quoted, &organization.id),
        OrganizationIdForm::QuotedSignedQuoted => parameter("organizationId", &quoted, &quoted),
    });
    match world.rules.take::<MemberId>(whose) {
        MemberId::Present => {
            parameters.push(parameter("memberId", &organization.member_id, &organization.member_id));
        }
        MemberId::Missing => {}
        MemberId::EmptyUnsigned => {
            parameters.push(Parameter { name: "memberId".to_owned(), sent: Some(String::new()), signed: None });
        }
        MemberId::EmptySigned => parameters.push(parameter("memberId", "", "")),
    }
    if which == SignedParameters::WithUser {
        parameters.push(parameter("userId", &organization.member_id, &organization.member_id));
    }
    parameters
}

/// Signs and makes the call, as OfficeRnD's server does.
pub(super) async fn perform(
    shared: &Arc<Shared>,
    integration: &str,
    call: Call,
    overrides: &Overrides,
) -> Result<Answered, String> {
    let signed = shared.change(|world| sign(shared, world, integration, call, overrides))?;
    let started = shared.clock.now();
    let result = shared.http.get(&signed.url).timeout(CALL_LIMIT).send().await;
    let (status, location, body, error) = match result {
        Ok(response) => {
            let location = response.headers().get("location").and_then(|value| value.to_str().ok()).map(str::to_owned);
            let status = response.status().as_u16();
            (Some(status), location, response.text().await.unwrap_or_default(), None)
        }
        Err(error) => (None, None, String::new(), Some(error.without_url().to_string())),
    };
    let milliseconds = shared.clock.now() - started;
    let organization =
        shared.look(|world| world.integrations.get(integration).map(|integration| integration.organization.clone()));
    shared.journal().record(Entry {
        id: 0,
        at: started,
        direction: "out",
        endpoint: call.name(),
        method: "GET".to_owned(),
        url: signed.url.clone(),
        organization: slug_of(shared, organization.as_deref()),
        client_id: None,
        status,
        milliseconds,
        request: String::new(),
        answer: body.clone(),
        note: error.clone(),
        signed: Some(signed.signing),
    });
    if call == Call::Healthcheck {
        let text = error.clone().unwrap_or_else(|| health_text(&body));
        shared.change(|world| {
            if let Some(integration) = world.integrations.get_mut(integration) {
                integration.last_health = Some(Health { at: started, status, text, milliseconds });
            }
        });
    }
    let body = serde_json::from_str(&body).unwrap_or(Value::String(body));
    Ok(Answered { url: signed.url, status, body, location, milliseconds, error })
}

/// The words of a healthcheck that OfficeRnD shows: the account's name or the message.
fn health_text(body: &str) -> String {
    let value: Value = serde_json::from_str(body).unwrap_or_default();
    let said = ["accountName", "message"].iter().find_map(|key| value[*key].as_str());
    said.map_or_else(|| body.chars().take(200).collect(), ToOwned::to_owned)
}
