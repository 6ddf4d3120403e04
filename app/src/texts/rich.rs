//! Texts with names and emphasis in them, as HTML.
//!
//! A name travels through Fluent between two private characters, so that it comes out in a `<bdi>`
//! of its own and whatever it holds, `<strong>` included, stays a name.

use leptos::prelude::*;

use super::{Value, text_with};
use crate::ports::Words;

const NAME: char = '\u{E000}';
const NAME_END: char = '\u{E001}';
/// Between the language of a name and the name.
const LANG: char = '\u{E002}';
const STRONG: &str = "<strong>";
const STRONG_END: &str = "</strong>";

/// A person's, place's or product's name as an argument of [`rich`].
pub fn name(name: &str) -> Value<'static> {
    format!("{NAME}{}{NAME_END}", without_marks(name)).into()
}

/// Words of the manifest as a part of a text for [`rich`] or [`marked`], with their language where that is not the
/// page's.
pub fn mark(words: &Words) -> String {
    let plain = without_marks(&words.text);
    match &words.lang {
        Some(lang) => format!("{NAME}{lang}{LANG}{plain}{NAME_END}"),
        None => format!("{NAME}{plain}{NAME_END}"),
    }
}

fn without_marks(name: &str) -> String {
    name.chars().filter(|c| !matches!(*c, NAME | NAME_END | LANG)).collect()
}

/// The text of `key` with every [`name`] isolated and the catalogue's `<strong>` made an element.
pub fn rich(key: &str, arguments: &[(&str, Value<'_>)]) -> AnyView {
    marked(&text_with(key, arguments))
}

/// A text with names and words in it.
pub fn marked(text: &str) -> AnyView {
    runs(text).into_iter().map(shown).collect_view().into_any()
}

/// A text around a label of [`mark`]ed words, which say their language. `make` makes it from what stands for the label:
/// whatever else is in the text, `<strong>` included, stays as it is.
pub fn around(label: &str, make: impl FnOnce(&str) -> String) -> AnyView {
    runs_around(label, &make(&NAME.to_string())).into_iter().map(shown).collect_view().into_any()
}

fn runs_around(label: &str, text: &str) -> Vec<Run> {
    let mut all = Vec::new();
    for (place, part) in text.split(NAME).enumerate() {
        if place > 0 {
            all.extend(runs(label));
        }
        if !part.is_empty() {
            all.push(Run::Plain(part.to_owned()));
        }
    }
    all
}

fn shown(run: Run) -> AnyView {
    match run {
        Run::Plain(text) => text.into_any(),
        Run::Name(text, lang) => view! { <bdi lang=lang>{text}</bdi> }.into_any(),
        Run::Strong(inner) => {
            let inner: Vec<_> = inner.into_iter().map(shown).collect();
            view! { <strong>{inner}</strong> }.into_any()
        }
    }
}

#[derive(Debug, PartialEq)]
enum Run {
    Plain(String),
    /// With its language where that is not the page's.
    Name(String, Option<String>),
    /// Texts and names.
    Strong(Vec<Run>),
}

fn runs(text: &str) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut open: Option<Vec<Run>> = None;
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix(NAME) {
            let (name, after) = after.split_once(NAME_END).unwrap_or((after, ""));
            let (lang, name) = name.split_once(LANG).map_or((None, name), |(lang, name)| (Some(lang.to_owned()), name));
            open.as_mut().unwrap_or(&mut runs).push(Run::Name(name.to_owned(), lang));
            rest = after;
        } else if let Some(after) = rest.strip_prefix(STRONG) {
            open = Some(Vec::new());
            rest = after;
        } else if let Some(after) = rest.strip_prefix(STRONG_END) {
            runs.extend(open.take().map(Run::Strong));
            rest = after;
        } else {
            let end = [rest.find(NAME), rest.find(STRONG), rest.find(STRONG_END)].into_iter().flatten().min();
            let (plain, after) = rest.split_at(end.unwrap_or(rest.len()));
            open.as_mut().unwrap_or(&mut runs).push(Run::Plain(plain.to_owned()));
            rest = after;
        }
    }
    runs.extend(open.map(Run::Strong));
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(value: &str) -> String {
        let Value::String(marked) = name(value) else { panic!("a name is a text") };
        marked.into_owned()
    }

    #[test]
    fn a_name_stays_a_name_whatever_it_holds() {
        let hostile = named("<strong>Zoë\u{E001} & Søn</strong>");
        assert_eq!(
            runs(&format!("To {hostile} choose <strong>Connect for {}</strong>.", named("Ü"))),
            vec![
                Run::Plain("To ".to_owned()),
                Run::Name("<strong>Zoë & Søn</strong>".to_owned(), None),
                Run::Plain(" choose ".to_owned()),
                Run::Strong(vec![Run::Plain("Connect for ".to_owned()), Run::Name("Ü".to_owned(), None)]),
                Run::Plain(".".to_owned()),
            ]
        );
    }

    #[test]
    fn a_text_stays_as_it_is_around_a_label() {
        let dutch = Words { text: "Deuren".to_owned(), lang: Some("nl".to_owned()) };
        let label = format!("{}: {}", mark(&dutch), mark(&Words::new("<strong>A")));
        assert_eq!(
            runs_around(&label, &format!("{NAME} is not <strong>.")),
            vec![
                Run::Name("Deuren".to_owned(), Some("nl".to_owned())),
                Run::Plain(": ".to_owned()),
                Run::Name("<strong>A".to_owned(), None),
                Run::Plain(" is not <strong>.".to_owned()),
            ]
        );
    }

    #[test]
    fn words_bring_their_language_and_no_marks() {
        let english = Words { text: "Door\u{E002} key\u{E001}".to_owned(), lang: Some("en".to_owned()) };
        assert_eq!(
            runs(&format!("Nur mit {}: {}", mark(&english), mark(&Words::new("An")))),
            vec![
                Run::Plain("Nur mit ".to_owned()),
                Run::Name("Door key".to_owned(), Some("en".to_owned())),
                Run::Plain(": ".to_owned()),
                Run::Name("An".to_owned(), None),
            ]
        );
    }
}
