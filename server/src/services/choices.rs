//! What a field can be chosen from, asked of the partner system while somebody waits.

use serde_json::{Map, Value};

use crate::domain::connection::Connection;
use crate::domain::organization::Organization;
use crate::manifest::Integration;
use crate::manifest::field::Field;
use crate::manifest::kind::Kind;
use crate::state::App;
use crate::upstream::partner::{OptionItem, OptionPage, Options, PartnerError, Stamp, Subject};

/// More pages than that nobody looks through.
pub const MOST_PAGES: u32 = 10;

/// The list of a field.
pub struct Question<'a> {
    pub source: &'a str,
    /// The field that it depends on, with its value.
    pub depends_on: Map<String, Value>,
    /// Chosen already.
    pub ids: Vec<String>,
    pub pages: u32,
}

/// The source of a field of kind `ref` or `multi_ref`, and whether several can be chosen.
pub fn source(field: &Field) -> Option<(&str, bool)> {
    match &field.kind {
        Kind::Ref(kind) => Some((&kind.source, false)),
        Kind::MultiRef(kind) => Some((&kind.source, true)),
        _ => None,
    }
}

/// The first pages of a list, and what is chosen already, each once.
///
/// # Errors
/// When the partner system is in trouble.
pub async fn list(
    app: &App,
    integration: &Integration,
    organization: &Organization,
    connection: &Connection,
    question: &Question<'_>,
) -> Result<OptionPage, PartnerError> {
    let Some(partner) = &integration.partner else { return Ok(OptionPage { items: Vec::new(), next: None }) };
    let subject = Subject { integration: &integration.slug, connection: connection.id, organization };
    let mut found: Vec<OptionItem> = Vec::new();
    let mut cursor: Option<String> = None;
    for _ in 0..question.pages.clamp(1, MOST_PAGES) {
        let now = app.clock.now();
        let stamp = Stamp { id: app.random.uuid(now), at: app.clock.now_seconds() };
        let asked = Options {
            source: question.source,
            location: None,
            depends_on: &question.depends_on,
            search: None,
            cursor: cursor.as_deref(),
            ids: &question.ids,
        };
        let page = app.partners.options(partner, subject, stamp, &asked).await?;
        for item in page.items {
            if found.iter().all(|known| known.id != item.id) {
                found.push(item);
            }
        }
        // The same cursor again would turn for ever.
        cursor = page.next.filter(|next| cursor.as_ref() != Some(next));
        if cursor.is_none() {
            break;
        }
    }
    Ok(OptionPage { items: found, next: cursor })
}
