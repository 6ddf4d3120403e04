//! Secrets among the settings, for the partner system: each reading is an activity.

use std::collections::BTreeMap;

use app::ports::Actor;
use secrecy::SecretString;

use super::scene::Scene;
use crate::domain::settings::edits::Of;
use crate::services::ServiceError;
use crate::state::App;
use crate::storage::activity::{self, Activity};
use crate::storage::settings::secrets;

pub type Revealed = BTreeMap<(Of, String), SecretString>;

/// The texts of all secrets of the connection. Nothing is told before it is written down who reads them.
///
/// # Errors
/// When the database does not answer or a secret does not open.
pub async fn reveal(app: &App, scene: &Scene, by: &str) -> Result<Revealed, ServiceError> {
    let mut revealed = Revealed::new();
    for (of, field) in scene.stored.secrets.keys() {
        let text = secrets::text(app.db.read(), &app.vault, &scene.connection, of, field).await?;
        revealed.extend(text.map(|text| ((of.clone(), field.clone()), text)));
    }
    if revealed.is_empty() {
        return Ok(revealed);
    }
    let now = app.clock.now();
    let mut labels: Vec<String> = Vec::new();
    for (_, key) in revealed.keys() {
        let field = scene.manifest().field(key);
        let label = field.map_or_else(|| key.clone(), |field| field.common.label.clone());
        if !labels.contains(&label) {
            labels.push(label);
        }
    }
    let happened = Activity {
        at: now,
        kind: "settings.secrets_read".into(),
        actor: Actor::Key(by.to_owned()),
        detail: Some(labels.join(", ")),
    };
    let mut tx = app.db.begin().await?;
    activity::record(&mut tx, &scene.connection, app.random.uuid(now), happened).await?;
    tx.commit().await?;
    Ok(revealed)
}
