//! Whether a connection may be disconnected now, as the admin reads it.

use app::ports::{DisconnectView, Fault};
use app::texts::Language;

use super::ConnectionDesk;
use super::form::unavailable;
use crate::backend::page::rule_words;
use crate::services::disconnect;

impl ConnectionDesk {
    pub(super) async fn what_holds_it(&self, language: Language) -> Result<DisconnectView, Fault> {
        let held = disconnect::held(&self.app, &self.integration, &self.organization, &self.connection, false).await;
        let held = held.map_err(|error| unavailable(&error))?;
        let unknown = held.iter().any(|one| one.count.is_none());
        let words = held.into_iter().filter_map(|one| {
            let count = one.count?.to_string();
            let said = rule_words(&self.integration.manifest, language, &one.rule, &one.text);
            Some(app::ports::Words { text: said.text.replace("{count}", &count), ..said })
        });
        Ok(DisconnectView { held: words.collect(), unknown })
    }
}
