//! What a step stores, and what it must not take along: secrets of locations that were entered for another address.

use std::collections::BTreeMap;

use app::ports::Mistake;
use app::texts::{self, speaking};
use serde_json::Value;

use super::Desk;
use super::entered::Entered;
use crate::clock::Millis;
use crate::domain::connection::Location;
use crate::domain::entry::{Echo, is_askable};
use crate::domain::settings::Layers;
use crate::domain::settings::edits::Of;
use crate::domain::settings::record::Origin;
use crate::manifest::kind::Kind;
use crate::services::ServiceError;
use crate::services::settings::change::{self, Change, NewSecret, SecretEdit};
use crate::storage::Tx;
use crate::storage::activity::{self, Activity};
use crate::storage::settings::layers::Stored;

impl Desk<'_> {
    /// Whether any location, also one that has left, has a secret that these entries would send elsewhere than it was
    /// entered for.
    pub(super) fn moves(&self, before: &Stored, entered: &Entered) -> bool {
        !change::moved(&self.integration.manifest, before, &with(before, entered), &[]).is_empty()
    }

    /// Refuses addresses to which secrets of these locations would go along, as the settings page does. It is said at
    /// the field that asks for the address, and above all of them where the partner system told it.
    pub(super) fn stay(&self, before: &Stored, locations: &[Location], entered: &Entered, echo: &mut Echo) {
        let manifest = &self.integration.manifest;
        let after = with(before, entered);
        let mut moved: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (of, key) in change::moved(manifest, before, &after, &[]) {
            let location = locations.iter().find(|location| of.location() == Some(location.id.as_str()));
            let Some(location) = location else { continue };
            moved.entry(key).or_default().push(location.name.clone().unwrap_or_else(|| location.id.clone()));
        }
        for (key, locations) in moved {
            let Some(field) = manifest.field(&key) else { continue };
            let Kind::Secret(kind) = &field.kind else { continue };
            let label = &field.common.label;
            let mistake = Mistake::SecretMoves { field: label.clone(), locations };
            let is_changed = |key: &&String| after.organization.get(*key) != before.layers.organization.get(*key);
            let is_asked = |key: &&String| self.fields.iter().any(|field| field.key() == *key && is_askable(field));
            match kind.bound_to.iter().filter(is_changed).find(is_asked) {
                Some(address) => _ = echo.mistakes.entry(address.clone()).or_insert(mistake),
                None => echo.said.push(speaking(self.by.language, || texts::mistake(label, &mistake))),
            }
        }
    }

    /// Stores the entries. `true` when they are others than before.
    pub(super) async fn keep(
        &self,
        tx: &mut Tx,
        before: &Stored,
        entered: &Entered,
        now: Millis,
    ) -> Result<bool, ServiceError> {
        for (key, value) in &entered.values {
            self.confirmed(tx, key, value, now).await?;
        }
        let secrets = entered.secrets.iter().map(|(key, secret)| SecretEdit {
            of: Of::Organization,
            field: key.clone(),
            new: Some(NewSecret { text: secret.clone(), expires_on: None }),
        });
        let change = Change {
            integration: self.integration,
            connection: &self.connection,
            before,
            after: with(before, entered),
            secrets: secrets.collect(),
            by: self.by.actor.clone(),
            origin: Origin::SetUp,
        };
        Ok(change.commit(self.app, tx, now).await?.is_some())
    }

    /// Who confirmed a statement, and when, may matter long after.
    async fn confirmed(&self, tx: &mut Tx, key: &str, value: &Value, now: Millis) -> Result<(), ServiceError> {
        let yes = Value::Bool(true);
        let field = self.integration.manifest.field(key);
        let Some(field) = field.filter(|field| matches!(field.kind, Kind::Acknowledgement(_)) && *value == yes) else {
            return Ok(());
        };
        if self.stored.values.get(key) == Some(&yes) {
            return Ok(());
        }
        let happened = Activity {
            at: now,
            kind: "acknowledgement.confirmed".into(),
            actor: self.by.actor.clone(),
            detail: Some(field.common.label.clone()),
        };
        Ok(activity::record(tx, &self.connection, self.app.random.uuid(now), happened).await?)
    }
}

/// The layers with these entries in them.
fn with(before: &Stored, entered: &Entered) -> Layers {
    let mut after = before.layers.clone();
    after.organization.extend(entered.values.clone());
    after
}
