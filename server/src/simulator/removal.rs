//! The end of an installation: its grants end, and its subscriptions hear of it.

use std::sync::Arc;

use serde_json::json;

use super::deliveries::{Event, Outcome, deliver_due, enqueue};
use super::shared::Shared;
use super::switches::{RemovedGoesTo, RemovedName, WebhookIds};
use super::world::{Integration, Stage, World};

/// Takes the integration out of its organization: its grants end, and its subscriptions hear of it.
pub(super) async fn remove(shared: &Arc<Shared>, integration: &str, tell: bool) -> Result<Vec<Outcome>, String> {
    let made = shared.change(|world| {
        let found = world.integrations.get_mut(integration);
        let found = found.filter(|found| found.stage != Stage::Removed);
        let found = found.ok_or_else(|| format!("There is no integration {integration:?}."))?;
        found.stage = Stage::Removed;
        let found = found.clone();
        world.revoke(integration);
        if !tell {
            return Ok(Vec::new());
        }
        let event = removal(shared, world, &found);
        Ok::<_, String>(enqueue(shared, world, &event))
    })?;
    Ok(deliver_due(shared, Some(&made)).await)
}

/// `integration.removed` in the words that the switches ask for.
pub(super) fn removal(shared: &Shared, world: &mut World, integration: &Integration) -> Event {
    let whose = Some(integration.organization.as_str());
    let name = match world.rules.take::<RemovedName>(whose) {
        RemovedName::Lower => "integration.removed",
        RemovedName::Capital => "Integration.removed",
    };
    let own = world.rules.take::<RemovedGoesTo>(whose) == RemovedGoesTo::Own;
    let application = shared.application(&integration.application);
    let mut object = json!({ "name": application.map(|application| application.name.as_str()) });
    if world.rules.peek::<WebhookIds>(whose) == WebhookIds::With {
        object["_id"] = integration.id.clone().into();
        object["organization"] = integration.organization.clone().into();
    }
    Event {
        organization: integration.organization.clone(),
        event_type: name.to_owned(),
        object,
        previous: None,
        client_id: application.map(|application| application.client_id.clone()),
        integration: own.then(|| integration.id.clone()),
    }
}
