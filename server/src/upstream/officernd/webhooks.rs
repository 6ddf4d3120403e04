//! Webhook subscriptions: one for each connection, told apart by its URL.

use secrecy::SecretString;
use serde_json::{Value, json};

use super::error::{Call, Kind, OfficeRndError, Sent};
use super::http::unreadable;
use super::{OfficeRnd, Region, Version, api, text_in};

/// A subscription just made. Its secret is certain only in this answer.
#[derive(Clone, Debug)]
pub struct Subscription {
    pub id: String,
    pub secret: SecretString,
}

/// A subscription found in the organization, ours or anybody's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookInfo {
    pub id: String,
    /// `None` when the answer does not say.
    pub url: Option<String>,
    pub event_types: Vec<String>,
}

impl OfficeRnd {
    /// Subscribes `url` to the events. Not idempotent: remove older ones with the same URL first.
    ///
    /// # Errors
    /// [`Kind::SecretMissing`] when the subscription was made and its deliveries could never be
    /// verified, and whatever else goes wrong.
    pub async fn create_webhook(
        &self,
        token: &SecretString,
        region: &Region,
        slug: &str,
        url: &str,
        event_types: &[String],
        description: &str,
    ) -> Result<Subscription, OfficeRndError> {
        let call = Call::CreateWebhook;
        let mut body = json!({ "url": url, "eventTypes": event_types, "description": description });
        let by = async |version, body: &Value| {
            let address = api(call, region, version, slug, &["webhooks"])?;
            self.http().json(call, self.http().post(address).json(body), token).await
        };
        let answer = match by(Version::V2, &body).await {
            Err(second) if second.other_version_may_answer() => {
                body["enabled"] = Value::Bool(true);
                by(Version::V1, &body).await.map_err(|first| first.or_earlier(second))
            }
            answer => answer,
        };
        let (_, body) = answer?;
        read_subscription(call, &body)
    }

    /// All subscriptions of the organization that the token may see.
    ///
    /// # Errors
    /// As any call.
    pub async fn list_webhooks(
        &self,
        token: &SecretString,
        region: &Region,
        slug: &str,
    ) -> Result<Vec<WebhookInfo>, OfficeRndError> {
        let call = Call::ListWebhooks;
        let by = async |version| {
            let address = api(call, region, version, slug, &["webhooks"])?;
            self.pages(call, version, address, token, read_webhook).await
        };
        match by(Version::V2).await {
            Err(second) if second.other_version_may_answer() => {
                by(Version::V1).await.map_err(|first| first.or_earlier(second))
            }
            answer => answer,
        }
    }

    /// Ends a subscription; one that is gone already is as good.
    ///
    /// # Errors
    /// As any call.
    pub async fn delete_webhook(
        &self,
        token: &SecretString,
        region: &Region,
        slug: &str,
        webhook_id: &str,
    ) -> Result<(), OfficeRndError> {
        let call = Call::DeleteWebhook;
        let by = async |version| {
            let address = api(call, region, version, slug, &["webhooks", webhook_id])?;
            self.http().send(call, self.http().delete(address), token).await
        };
        let gone = |error: &OfficeRndError| error.kind() == Kind::NotFound && error.sent() != Sent::No;
        match by(Version::V2).await {
            Err(second) if second.other_version_may_answer() => match by(Version::V1).await {
                // The version whose scopes the token has says 404; the other may say 403 to anything.
                Err(first) if gone(&first) || gone(&second) && first.other_version_may_answer() => Ok(()),
                answer => answer.map(drop),
            },
            answer => answer.map(drop),
        }
    }
}

/// Version 1 answers an array with one object, version 2 the object (A, B).
fn read_subscription(call: Call, body: &Value) -> Result<Subscription, OfficeRndError> {
    let object = match body {
        Value::Array(items) => items.first().unwrap_or(&Value::Null),
        other => other,
    };
    let id = text_in(object, &["_id", "id"]).ok_or_else(|| unreadable(call, "a subscription without id"))?;
    let secret = object.get("secret").and_then(Value::as_str).filter(|secret| !secret.trim().is_empty());
    let secret = secret.map(SecretString::from);
    let secret =
        secret.ok_or_else(|| OfficeRndError::new(call, Kind::SecretMissing, Sent::Answered { processed: true }))?;
    Ok(Subscription { id, secret })
}

fn read_webhook(entry: &Value) -> Option<WebhookInfo> {
    let event_types = entry
        .get("eventTypes")
        .and_then(Value::as_array)
        .map_or_else(Vec::new, |types| types.iter().filter_map(Value::as_str).map(str::to_owned).collect());
    Some(WebhookInfo { id: text_in(entry, &["_id", "id"])?, url: text_in(entry, &["url"]), event_types })
}
