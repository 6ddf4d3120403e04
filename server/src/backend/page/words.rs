//! Texts of the manifest in the page's language, text by text.

use app::ports::{NameView, Words};
use app::texts::Language;

use crate::manifest::Manifest;

/// Manifests are written in English; a text without translation says so to screen readers.
#[derive(Clone, Copy)]
pub struct Speech<'m> {
    pub manifest: &'m Manifest,
    pub language: Language,
}

impl Speech<'_> {
    /// The text with this key of `translations`.
    pub fn say(&self, key: &str, original: &str) -> Words {
        let translated =
            self.manifest.translations.iter().find_map(|(tag, texts)| {
                (Language::of_tag(tag) == Some(self.language)).then(|| texts.get(key)).flatten()
            });
        match translated {
            Some(text) => Words::new(text),
            None => {
                let lang = (self.language != Language::English).then(|| Language::English.tag().to_owned());
                Words { text: original.to_owned(), lang }
            }
        }
    }

    pub fn maybe(&self, key: &str, original: Option<&String>) -> Option<Words> {
        original.map(|original| self.say(key, original))
    }

    pub fn label(&self, field: &str) -> Words {
        let original = self.manifest.field(field).map_or(field, |field| field.common.label.as_str());
        self.say(&format!("fields.{field}.label"), original)
    }
}

/// A rule's text, before counts and names are put in.
pub fn rule_words(manifest: &Manifest, language: Language, rule: &str, original: &str) -> Words {
    Speech { manifest, language }.say(&format!("rules.{rule}.text"), original)
}

/// A name from outside, which is in no language.
pub(super) fn name(text: impl Into<String>) -> NameView {
    NameView { name: Words::new(text), gone: None }
}
