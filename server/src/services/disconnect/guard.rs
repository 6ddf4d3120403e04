//! What the manifest guards a disconnect by. The partner system is asked at that moment, not at the last page.

use crate::domain::connection::Connection;
use crate::domain::organization::Organization;
use crate::manifest::rule::RuleKind;
use crate::manifest::{Hook, Integration};
use crate::services::ServiceError;
use crate::services::answers::{self, About, Unanswered};
use crate::state::App;
use crate::upstream::partner::{Fact, Facts};

/// A rule that refuses a disconnect now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The rule's id.
    pub rule: String,
    /// In the manifest's words, with a place for the count.
    pub text: String,
    /// None while the partner system does not say.
    pub count: Option<u64>,
}

/// The rules that refuse it. A connection that was never finished, or is over, has nothing to guard.
///
/// # Errors
/// When the database does not answer.
pub async fn held(
    app: &App,
    integration: &Integration,
    organization: &Organization,
    connection: &Connection,
    anew: bool,
) -> Result<Vec<Held>, ServiceError> {
    let guards: Vec<(&str, &str, &str)> = integration
        .manifest
        .rules
        .iter()
        .filter_map(|rule| match &rule.kind {
            RuleKind::DisconnectGuard(guard) => {
                Some((rule.common.id.as_str(), rule.common.text.as_str(), guard.count.as_str()))
            }
            _ => None,
        })
        .collect();
    let answers = integration.partner.as_ref().is_some_and(|partner| partner.answers(Hook::Facts));
    let works = connection.finished_at.is_some() && connection.disconnected.is_none();
    if guards.is_empty() || !answers || !works {
        return Ok(Vec::new());
    }
    let names: Vec<String> = guards.iter().map(|(.., fact)| (*fact).to_owned()).collect();
    let question = Facts { names: &names, location: None, draft: None };
    let about = About { integration, organization, connection };
    let known = match answers::facts(app, about, &question, anew).await {
        Ok(known) => Some(known),
        Err(Unanswered::Partner(error)) => {
            tracing::warn!(connection.id = %connection.id, %error, "what guards a disconnect is not known");
            None
        }
        Err(Unanswered::Ours(error)) => return Err(error),
    };
    let held = guards.into_iter().filter_map(|(rule, text, fact)| {
        let count = match &known {
            None => None,
            Some(known) => match known.get(fact) {
                Some(Fact::Count(count)) if *count > 0 => Some(*count),
                Some(Fact::Flag(true)) => Some(1),
                Some(Fact::Count(_) | Fact::Flag(false)) => return None,
                // It was asked for and is missing: then nobody knows that nothing is left open.
                None => None,
            },
        };
        Some(Held { rule: rule.to_owned(), text: text.to_owned(), count })
    });
    Ok(held.collect())
}
