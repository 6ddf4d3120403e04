//! Languages of texts that admins write.

/// A language by its tag, and as its speakers call it, empty where that is not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LanguageName {
    pub tag: String,
    pub name: String,
}

impl LanguageName {
    /// Of a tag like `nl` or `pt-BR`.
    pub fn of(tag: &str) -> Self {
        let primary = tag.split('-').next().unwrap_or_default().to_ascii_lowercase();
        let known = OWN_NAMES.iter().find(|(tag, _)| *tag == primary);
        let name = match known {
            Some((_, name)) if primary.len() == tag.len() => (*name).to_owned(),
            Some((_, name)) => format!("{name} ({tag})"),
            None => String::new(),
        };
        LanguageName { tag: tag.to_owned(), name }
    }
}

const OWN_NAMES: [(&str, &str); 28] = [
    ("ar", "العربية"),
    ("bg", "Български"),
    ("ca", "Català"),
    ("cs", "Čeština"),
    ("da", "Dansk"),
    ("de", "Deutsch"),
    ("el", "Ελληνικά"),
    ("en", "English"),
    ("es", "Español"),
    ("et", "Eesti"),
    ("fi", "Suomi"),
    ("fr", "Français"),
    ("he", "עברית"),
    ("hr", "Hrvatski"),
    ("hu", "Magyar"),
    ("it", "Italiano"),
    ("ja", "日本語"),
    ("lt", "Lietuvių"),
    ("lv", "Latviešu"),
    ("nl", "Nederlands"),
    ("no", "Norsk"),
    ("pl", "Polski"),
    ("pt", "Português"),
    ("ro", "Română"),
    ("sk", "Slovenčina"),
    ("sv", "Svenska"),
    ("tr", "Türkçe"),
    ("zh", "中文"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_called_as_its_speakers_call_it() {
        for (tag, name) in
            [("nl", "Nederlands"), ("pt-BR", "Português (pt-BR)"), ("DE", "Deutsch"), ("xx", ""), ("", "")]
        {
            assert_eq!(LanguageName::of(tag).name, name, "{tag}");
        }
    }
}
