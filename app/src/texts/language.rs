//! Which language a page speaks, and how it is chosen.

use std::cell::{Cell, RefCell};

use http::HeaderMap;
use http::header::{ACCEPT_LANGUAGE, COOKIE};

/// A language with a complete catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, PartialOrd, Ord)]
pub enum Language {
    #[default]
    English,
    German,
}

/// Holds the tag of the language that somebody chose on a page.
pub const COOKIE_NAME: &str = "language";

impl Language {
    pub const ALL: [Language; 2] = [Language::English, Language::German];

    /// As `lang` attributes, manifests and cookies write it.
    pub fn tag(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::German => "de",
        }
    }

    /// What its speakers call it.
    pub fn own_name(self) -> &'static str {
        match self {
            Language::English => "English",
            Language::German => "Deutsch",
        }
    }

    /// The language of a tag, whatever the region: `de-AT` is German.
    pub fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(primary))
    }

    /// The language that the query of an address asks for.
    pub fn asked_for(raw_query: &str) -> Option<Self> {
        let pairs = raw_query.split('&').filter_map(|pair| pair.split_once('='));
        pairs.into_iter().find(|(name, _)| *name == COOKIE_NAME).and_then(|(_, tag)| Self::of_tag(tag))
    }

    /// The cookie that keeps it for all later pages of a browser.
    pub fn cookie(self) -> String {
        format!("{COOKIE_NAME}={}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly", self.tag())
    }

    /// What was chosen, else the first that the browser asks for and we have, else English.
    pub fn of(headers: &HeaderMap) -> Self {
        let cookies = headers.get_all(COOKIE).iter().filter_map(|value| value.to_str().ok());
        let chosen = cookies.flat_map(|cookies| cookies.split(';')).find_map(|cookie| {
            let (name, value) = cookie.split_once('=')?;
            (name.trim() == COOKIE_NAME).then(|| Self::of_tag(value)).flatten()
        });
        chosen.or_else(|| accepted(headers)).unwrap_or_default()
    }
}

fn accepted(headers: &HeaderMap) -> Option<Language> {
    let lists = headers.get_all(ACCEPT_LANGUAGE).iter().filter_map(|value| value.to_str().ok());
    let wishes = lists.flat_map(|list| list.split(',')).filter_map(|wish| {
        let mut parts = wish.split(';');
        let language = Language::of_tag(parts.next()?)?;
        let weight = parts.find_map(|part| part.trim().strip_prefix("q=")?.trim().parse::<f32>().ok()).unwrap_or(1.0);
        (weight > 0.0).then_some((language, weight))
    });
    // The first of equal ones: a later one has to weigh more.
    wishes.reduce(|best, wish| if wish.1 > best.1 { wish } else { best }).map(|(language, _)| language)
}

thread_local! {
    static SPOKEN: Cell<Language> = const { Cell::new(Language::English) };
    /// The query of the address of the page that is made now, without a language.
    static QUERY: RefCell<String> = const { RefCell::new(String::new()) };
}

/// The language of the texts that are asked for now.
pub fn spoken() -> Language {
    SPOKEN.get()
}

/// Makes a view, a title or a message in this language. What is made inside must not wait for anything.
pub fn speaking<T>(language: Language, make: impl FnOnce() -> T) -> T {
    struct Back(Language);
    impl Drop for Back {
        fn drop(&mut self) {
            SPOKEN.set(self.0);
        }
    }
    let _back = Back(SPOKEN.replace(language));
    make()
}

/// Makes a page of whose address this is the query: [`same_page_in`] keeps it. Not for pages whose query is a secret.
pub fn asked_with<T>(raw_query: &str, make: impl FnOnce() -> T) -> T {
    struct Back(String);
    impl Drop for Back {
        fn drop(&mut self) {
            QUERY.set(std::mem::take(&mut self.0));
        }
    }
    let is_kept = |pair: &&str| !pair.is_empty() && pair.split('=').next() != Some(COOKIE_NAME);
    let kept: Vec<&str> = raw_query.split('&').filter(is_kept).collect();
    let _back = Back(QUERY.replace(kept.join("&")));
    make()
}

/// Where the page that is made now is found in this language.
pub fn same_page_in(language: Language) -> String {
    let asked = format!("{COOKIE_NAME}={}", language.tag());
    QUERY.with_borrow(|kept| if kept.is_empty() { format!("?{asked}") } else { format!("?{kept}&{asked}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(accepted: &str, cookie: &str) -> Language {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_LANGUAGE, accepted.parse().expect("a header"));
        headers.insert(COOKIE, cookie.parse().expect("a header"));
        Language::of(&headers)
    }

    #[test]
    fn the_heaviest_language_we_have_is_spoken() {
        for (accepted, language) in [
            ("", Language::English),
            ("de", Language::German),
            ("de-AT,de;q=0.9,en;q=0.8", Language::German),
            ("fr, de;q=0.4, en;q=0.6", Language::English),
            ("en;q=0.3, DE-ch;q=0.7", Language::German),
            ("pt, *;q=0.5", Language::English),
            ("de;q=0, en;q=0.1", Language::English),
            ("den, ;q=x, ,", Language::English),
            ("en, de", Language::English),
        ] {
            assert_eq!(of(accepted, "a=b"), language, "{accepted}");
        }
    }

    #[test]
    fn a_choice_comes_before_the_browser() {
        assert_eq!(of("en", "a=b; language=de; c=d"), Language::German);
        assert_eq!(of("de", "language=en"), Language::English);
        assert_eq!(of("de", "language=xx"), Language::German);
    }

    #[test]
    fn a_language_ends_with_what_was_made_in_it() {
        assert_eq!(speaking(Language::German, || speaking(Language::English, spoken)), Language::English);
        let panicked = std::panic::catch_unwind(|| speaking(Language::German, || panic!("a view")));
        assert!(panicked.is_err());
        assert_eq!(spoken(), Language::English);
    }

    #[test]
    fn another_language_keeps_the_rest_of_the_address() {
        let german = |query: &str| asked_with(query, || same_page_in(Language::German));
        for (query, kept) in [
            ("", "?language=de"),
            ("language=en", "?language=de"),
            ("state=a%26b&language=en&&q=&languages=x", "?state=a%26b&q=&languages=x&language=de"),
            ("language&page=2", "?page=2&language=de"),
        ] {
            assert_eq!(german(query), kept, "{query}");
        }
        assert_eq!(same_page_in(Language::English), "?language=en", "nothing is kept for the next page");
    }
}
