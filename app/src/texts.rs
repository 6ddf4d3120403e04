//! Every text shown to people, from the catalogues in `app/locales` (Fluent), in the language that [`speaking`] says.
//!
//! A message is named by its key, a part of a message by `key.part`. Names and numbers are
//! arguments, plurals follow CLDR. Unknown keys and missing arguments panic in debug builds and
//! tests; in release they are logged and the key is shown, because a page with one ugly line is
//! better than no page.

mod alerts;
mod language;
mod mistakes;
mod numbers;
mod rich;
mod staff;
mod words;

#[cfg(test)]
mod tests;

use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};

pub use alerts::{INCIDENT_KINDS, incident_do, incident_grouped, incident_title, incident_what};
pub use fluent_bundle::FluentValue as Value;
pub use language::{COOKIE_NAME, Language, asked_with, same_page_in, speaking, spoken};
pub use mistakes::mistake;
pub use numbers::{amount, in_field, number};
pub use rich::{around, mark, marked, name, rich};
pub use staff::{STAFF_ACTIVITY_KINDS, role_word, staff_activity};
pub use words::*;

const ENGLISH: &str = concat!(
    include_str!("../locales/en.ftl"),
    include_str!("../locales/settings.en.ftl"),
    include_str!("../locales/api.en.ftl"),
    include_str!("../locales/staff.en.ftl"),
    include_str!("../locales/tenants.en.ftl"),
    include_str!("../locales/tenant.en.ftl"),
    include_str!("../locales/alerts.en.ftl"),
    include_str!("../locales/live.en.ftl")
);
const GERMAN: &str = concat!(
    include_str!("../locales/de.ftl"),
    include_str!("../locales/settings.de.ftl"),
    include_str!("../locales/api.de.ftl"),
    include_str!("../locales/staff.de.ftl"),
    include_str!("../locales/tenants.de.ftl"),
    include_str!("../locales/tenant.de.ftl"),
    include_str!("../locales/alerts.de.ftl"),
    include_str!("../locales/live.de.ftl")
);

static CATALOGUES: LazyLock<[FluentBundle<FluentResource>; 2]> = LazyLock::new(|| {
    Language::ALL.map(|language| {
        let source = source(language).to_owned();
        let resource = FluentResource::try_new(source).expect("the catalogue is valid Fluent, a test reads it");
        let mut bundle = FluentBundle::new_concurrent(vec![language.tag().parse().expect("a language of CLDR")]);
        // Isolation marks would end up in JSON answers and titles; pages isolate names with <bdi>.
        bundle.set_use_isolating(false);
        bundle.add_resource(resource).expect("no key stands twice in the catalogue");
        bundle
    })
});

fn source(language: Language) -> &'static str {
    match language {
        Language::English => ENGLISH,
        Language::German => GERMAN,
    }
}

fn catalogue() -> &'static FluentBundle<FluentResource> {
    &CATALOGUES[spoken() as usize]
}

/// The text of `key` without arguments.
pub fn text(key: &str) -> String {
    text_with(key, &[])
}

/// The text of `key` with its arguments put in.
pub fn text_with(key: &str, arguments: &[(&str, Value<'_>)]) -> String {
    let arguments: FluentArgs<'_> = arguments.iter().map(|(name, value)| (*name, value.clone())).collect();
    format(key, &arguments).unwrap_or_else(|problem| {
        if cfg!(debug_assertions) {
            panic!("text {key}: {problem}");
        }
        tracing::error!(key, problem, "a text is missing or wrong in the catalogue");
        key.to_owned()
    })
}

/// Keys of the numbered parts `key.name-1`, `key.name-2`, … as far as the catalogue has them.
pub fn parts(key: &str, name: &str) -> Vec<String> {
    (1..).map(|number| format!("{key}.{name}-{number}")).take_while(|part| has(part)).collect()
}

/// Whether the catalogue has this message, or this part of a message.
pub fn has(key: &str) -> bool {
    let (message, part) = split(key);
    catalogue().get_message(message).is_some_and(|message| match part {
        None => message.value().is_some(),
        Some(part) => message.get_attribute(part).is_some(),
    })
}

fn format(key: &str, arguments: &FluentArgs<'_>) -> Result<String, String> {
    let (message, part) = split(key);
    let message = catalogue().get_message(message).ok_or("not in the catalogue")?;
    let pattern = match part {
        None => message.value().ok_or("has parts only")?,
        Some(part) => message.get_attribute(part).ok_or("has no such part")?.value(),
    };
    let mut errors = Vec::new();
    let text = catalogue().format_pattern(pattern, Some(arguments), &mut errors).into_owned();
    if errors.is_empty() { Ok(text) } else { Err(format!("{errors:?}")) }
}

fn split(key: &str) -> (&str, Option<&str>) {
    key.split_once('.').map_or((key, None), |(message, part)| (message, Some(part)))
}

/// "a, b and c"; empty for nothing.
pub fn all_of(items: &[String]) -> String {
    joined(items, "list-and")
}

/// "a, b or c"; empty for nothing.
pub fn one_of(items: &[String]) -> String {
    joined(items, "list-or")
}

fn joined(items: &[String], last_key: &str) -> String {
    let Some((last, heads)) = items.split_last() else { return String::new() };
    let head = heads
        .iter()
        .cloned()
        .reduce(|head, next| text_with("list-next", &[("head", head.into()), ("next", next.into())]));
    match head {
        None => last.clone(),
        Some(head) => text_with(last_key, &[("head", head.into()), ("last", last.as_str().into())]),
    }
}
