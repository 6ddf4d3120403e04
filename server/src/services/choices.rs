//! What a field can be chosen from, asked of the partner system while somebody waits.

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::answers::{self, About, Unanswered};
use crate::manifest::field::Field;
use crate::manifest::kind::Kind;
use crate::state::App;
use crate::upstream::partner::{OptionItem, OptionPage, Options};

/// More pages than that nobody looks through.
pub const MOST_PAGES: u32 = 10;

/// The list of a field.
#[derive(Default)]
pub struct Question<'a> {
    pub source: &'a str,
    /// The location whose page it is for.
    pub location: Option<&'a str>,
    /// The field that it depends on, with its value.
    pub depends_on: Map<String, Value>,
    /// What the person looks for.
    pub search: Option<&'a str>,
    /// Chosen already.
    pub ids: Vec<String>,
    pub pages: u32,
    /// The person wants to see what has changed.
    pub anew: bool,
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
/// When the partner system is in trouble, or our database.
pub async fn list(app: &App, about: About<'_>, question: &Question<'_>) -> Result<OptionPage, Unanswered> {
    let mut found: Vec<OptionItem> = Vec::new();
    let mut known: HashSet<String> = HashSet::new();
    let mut cursor: Option<String> = None;
    for _ in 0..question.pages.clamp(1, MOST_PAGES) {
        let asked = Options {
            source: question.source,
            location: question.location,
            depends_on: &question.depends_on,
            search: question.search,
            cursor: cursor.as_deref(),
            ids: &question.ids,
        };
        let page = answers::options(app, about, &asked, question.anew).await?;
        for item in &page.items {
            if known.insert(item.id.clone()) {
                found.push(item.clone());
            }
        }
        // The same cursor again would turn for ever.
        let next = page.next.clone().filter(|next| cursor.as_ref() != Some(next));
        cursor = next;
        if cursor.is_none() {
            break;
        }
    }
    Ok(OptionPage { items: found, next: cursor })
}
