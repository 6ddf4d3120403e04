//! Installations: connect, signed calls, revocation, removal.

use axum::Json;
use axum::extract::{Path, Query, State};
use serde::Deserialize;
use serde_json::{Value, json};

use super::super::calls::{Call, Overrides, connect, install, perform, sign};
use super::super::removal::remove;
use super::super::switches::{ConnectCode, MissingScope, Switch};
use super::super::world::new_secret;
use super::{Answer, App, Wrong, missing, yes};

/// What should be different about one Connect URL.
#[derive(Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Twist {
    code: Option<String>,
    missing_scope: Option<String>,
}

impl Twist {
    fn parse(&self) -> Result<(Option<ConnectCode>, Option<MissingScope>), Wrong> {
        Ok((parsed(self.code.as_deref())?, parsed(self.missing_scope.as_deref())?))
    }
}

fn parsed<S: Switch>(text: Option<&str>) -> Result<Option<S>, Wrong> {
    let Some(text) = text else { return Ok(None) };
    S::parse(text).map(Some).ok_or_else(|| Wrong::from(format!("{} has no value {text:?}.", S::KEY)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewIntegration {
    organization: String,
    application: String,
    #[serde(default)]
    locations: Vec<String>,
    code: Option<String>,
    missing_scope: Option<String>,
}

pub(super) async fn create_integration(State(shared): App, Json(new): Json<NewIntegration>) -> Answer {
    let (code, scope) = Twist { code: new.code, missing_scope: new.missing_scope }.parse()?;
    shared.change(|world| {
        let id = install(&shared, world, &new.organization, &new.application, new.locations)?;
        Ok(Json(json!(connect(&shared, world, &id, code, scope)?)))
    })
}

pub(super) async fn connect_again(State(shared): App, Path(id): Path<String>, twist: Option<Json<Twist>>) -> Answer {
    let (code, scope) = twist.map(|Json(twist)| twist).unwrap_or_default().parse()?;
    Ok(Json(json!(shared.change(|world| connect(&shared, world, &id, code, scope))?)))
}

pub(super) async fn read_integration(State(shared): App, Path(id): Path<String>) -> Answer {
    let found = shared.look(|world| world.integrations.get(&id).cloned());
    found.map(|found| Json(json!(found))).ok_or_else(|| missing("integration", &id))
}

#[derive(Deserialize)]
pub(super) struct Removal {
    /// False removes without telling anybody.
    #[serde(default = "yes")]
    event: bool,
}

pub(super) async fn remove_integration(
    State(shared): App,
    Path(id): Path<String>,
    Query(how): Query<Removal>,
) -> Answer {
    let outcomes = remove(&shared, &id, how.event).await?;
    Ok(Json(json!({ "deliveries": outcomes })))
}

struct Make {
    call: Call,
    overrides: Overrides,
}

pub(super) async fn signed_url(State(shared): App, Path(id): Path<String>, Json(body): Json<Value>) -> Answer {
    let make = make(body)?;
    Ok(Json(json!(shared.change(|world| sign(&shared, world, &id, make.call, &make.overrides))?)))
}

pub(super) async fn make_call(State(shared): App, Path(id): Path<String>, Json(body): Json<Value>) -> Answer {
    let make = make(body)?;
    Ok(Json(json!(perform(&shared, &id, make.call, &make.overrides).await?)))
}

/// The call and the overrides beside it; an unknown member is refused, since a typo would make a test worthless.
fn make(mut body: Value) -> Result<Make, Wrong> {
    let call = body.as_object_mut().and_then(|members| members.remove("call")).unwrap_or_default();
    let wrong = |error: serde_json::Error| Wrong::from(error.to_string());
    let call = serde_json::from_value(call).map_err(wrong)?;
    Ok(Make { call, overrides: serde_json::from_value(body).map_err(wrong)? })
}

pub(super) async fn rotate_secret(State(shared): App, Path(id): Path<String>) -> Answer {
    shared.change(|world| {
        let integration = world.integrations.get_mut(&id).ok_or_else(|| missing("integration", &id))?;
        integration.secret = new_secret(&shared.random);
        Ok(Json(json!({ "secret": integration.secret })))
    })
}

pub(super) async fn revoke(State(shared): App, Path(id): Path<String>) -> Answer {
    shared.change(|world| {
        if !world.integrations.contains_key(&id) {
            return Err(missing("integration", &id));
        }
        Ok(Json(json!({ "revoked": world.revoke(&id) })))
    })
}
