//! Findings in words.

use super::Judge;
use crate::manifest::rule::Rule;

impl Judge<'_> {
    /// A text of the manifest in the reader's language, as far as it is translated.
    pub(super) fn translated<'t>(&'t self, key: &str, original: &'t str) -> &'t str {
        self.world.texts.and_then(|texts| texts.get(key)).map_or(original, String::as_str)
    }

    /// A rule's text, filled in.
    pub(super) fn say_rule(&self, rule: &Rule, names: &[(String, String)]) -> String {
        let text = self.translated(&format!("rules.{}.text", rule.common.id), &rule.common.text);
        self.say(text, names)
    }

    /// Fills in the names in braces of a rule's text. What is not known here is said in general words.
    pub(super) fn say(&self, text: &str, names: &[(String, String)]) -> String {
        let mut said = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let Some((name, after)) = after.split_once('}') else { break };
            said.push_str(before);
            match (names.iter().find(|(known, _)| known == name), name) {
                (Some((_, value)), _) => said.push_str(value),
                (None, "location") => said.push_str(self.place.location().map_or("every location", |it| &it.name)),
                (None, "currency") => said.push_str(self.place.currency().unwrap_or("the currency")),
                (None, other) => said.push_str(&other.replace('_', " ")),
            }
            rest = after;
        }
        said.push_str(rest);
        said
    }
}

/// One of what a source or field lists: `partner.groups` has a `group` in it, `ornd.companies` a `company`.
pub(super) fn singular(list: &str) -> String {
    let last = list.rsplit('.').next().unwrap_or(list);
    match (last.strip_suffix("ies"), last.strip_suffix("ses")) {
        (Some(stem), _) => format!("{stem}y"),
        (_, Some(stem)) => format!("{stem}s"),
        _ => last.strip_suffix('s').unwrap_or(last).to_owned(),
    }
}

/// At most so many names are said.
const MOST: usize = 5;

pub(super) fn joined(names: impl IntoIterator<Item = String>) -> String {
    let names: Vec<String> = names.into_iter().collect();
    let rest = names.len().saturating_sub(MOST);
    let said = names[..names.len() - rest].join(", ");
    if rest == 0 { said } else { format!("{said} and {rest} more") }
}
