//! Translations: that the target exists and the names in braces are those of the original.

use std::collections::BTreeMap;

use crate::manifest::field::Item;
use crate::manifest::kind::Kind;
use crate::manifest::model::Manifest;
use crate::manifest::problem::{Place, Problems};

use super::{filled, no_such, text};

pub(super) fn check(manifest: &Manifest, problems: &mut Problems) {
    if manifest.translations.is_empty() {
        return;
    }
    let targets = targets(manifest);
    for (language, texts) in &manifest.translations {
        let place = Place::root().key("translations").key(language);
        if !text::is_language(language) {
            problems.add(&place, format!("`{language}` is not a language like `en` or `pt-BR`"));
        }
        for (target, text) in texts {
            let place = place.key(target);
            filled(text, &place, problems);
            match targets.get(target) {
                None => problems.add(&place, no_such("text", target, targets.keys().map(String::as_str))),
                Some(original) => names(original, text, &place, problems),
            }
        }
    }
}

fn names(original: &str, text: &str, place: &Place, problems: &mut Problems) {
    let known = text::placeholders(original).unwrap_or_default();
    match text::placeholders(text) {
        Err(reason) => problems.add(place, reason),
        Ok(used) => {
            for name in used.into_iter().filter(|name| !known.contains(name)) {
                problems.add(place, format!("`{{{name}}}` does not stand in the original"));
            }
        }
    }
}

/// Everything that can be translated, with its original.
fn targets(manifest: &Manifest) -> BTreeMap<String, &str> {
    let mut targets = Targets(BTreeMap::new());
    targets.add("name".to_owned(), Some(&manifest.name));
    targets.add("about".to_owned(), manifest.about.as_ref());
    for (id, source) in &manifest.sources {
        targets.add(format!("sources.{id}.label"), Some(&source.label));
    }
    for step in &manifest.connection.steps {
        targets.add(format!("steps.{}.title", step.id), Some(&step.title));
        targets.add(format!("steps.{}.help", step.id), step.help.as_ref());
    }
    for section in &manifest.sections {
        targets.add(format!("sections.{}.title", section.id), Some(&section.title));
        targets.add(format!("sections.{}.help", section.id), section.help.as_ref());
    }
    for field in manifest.fields() {
        let at = format!("fields.{}", field.key());
        let common = &field.common;
        targets.add(format!("{at}.label"), Some(&common.label));
        targets.add(format!("{at}.help"), common.help.as_ref());
        targets.add(format!("{at}.empty_means"), common.empty_means.as_ref());
        targets.add(format!("{at}.danger"), common.danger.as_ref().map(|danger| &danger.text));
        targets.kind(&at, &field.kind);
        let (word, items) = field.kind.items();
        for Item { common, kind } in items {
            let at = format!("{at}.{word}.{}", common.key);
            targets.add(format!("{at}.label"), Some(&common.label));
            targets.add(format!("{at}.help"), common.help.as_ref());
            targets.add(format!("{at}.empty_means"), common.empty_means.as_ref());
            targets.kind(&at, kind);
        }
        if let Kind::Map(map) = &field.kind {
            targets.kind(&format!("{at}.value"), &map.value);
        }
    }
    for rule in &manifest.rules {
        targets.add(format!("rules.{}.text", rule.common.id), Some(&rule.common.text));
    }
    targets.0
}

struct Targets<'m>(BTreeMap<String, &'m str>);

impl<'m> Targets<'m> {
    fn add(&mut self, target: String, original: Option<&'m String>) {
        if let Some(original) = original {
            self.0.insert(target, original);
        }
    }

    fn kind(&mut self, at: &str, kind: &'m Kind) {
        for option in kind.options() {
            let at = format!("{at}.options.{}", option.value);
            self.add(format!("{at}.help"), option.help.as_ref());
            self.add(format!("{at}.danger"), option.danger.as_ref().map(|danger| &danger.text));
            self.add(at, Some(&option.label));
        }
        let zero_means = match kind {
            Kind::Number(kind) => kind.zero_means.as_ref(),
            Kind::Duration(kind) => kind.zero_means.as_ref(),
            Kind::Rate(kind) => kind.zero_means.as_ref(),
            Kind::DataSize(kind) => kind.zero_means.as_ref(),
            Kind::Percent(kind) => kind.zero_means.as_ref(),
            _ => None,
        };
        self.add(format!("{at}.zero_means"), zero_means);
        if let Kind::Boolean(kind) = kind {
            self.add(format!("{at}.on_text"), kind.on_text.as_ref());
            self.add(format!("{at}.off_text"), kind.off_text.as_ref());
        }
        if let Kind::Text(kind) = kind {
            self.add(format!("{at}.example"), kind.example.as_ref());
        }
    }
}
