//! Texts with names and emphasis in them, as HTML.
//!
//! A name travels through Fluent between two private characters, so that it comes out in a `<bdi>`
//! of its own and whatever it holds, `<strong>` included, stays a name.

use leptos::prelude::*;

use super::{Value, text_with};

const NAME: char = '\u{E000}';
const NAME_END: char = '\u{E001}';
const STRONG: &str = "<strong>";
const STRONG_END: &str = "</strong>";

/// A person's, place's or product's name as an argument of [`rich`].
pub fn name(name: &str) -> Value<'static> {
    let plain: String = name.chars().filter(|c| !matches!(*c, NAME | NAME_END)).collect();
    format!("{NAME}{plain}{NAME_END}").into()
}

/// The text of `key` with every [`name`] isolated and the catalogue's `<strong>` made an element.
pub fn rich(key: &str, arguments: &[(&str, Value<'_>)]) -> AnyView {
    runs(&text_with(key, arguments))
        .into_iter()
        .map(|run| match run {
            Run::Plain(text) => text.into_any(),
            Run::Name(text) => view! { <bdi>{text}</bdi> }.into_any(),
            Run::Strong(inner) => {
                let inner: Vec<_> = inner
                    .into_iter()
                    .map(
                        |(text, is_name)| {
                            if is_name { view! { <bdi>{text}</bdi> }.into_any() } else { text.into_any() }
                        },
                    )
                    .collect();
                view! { <strong>{inner}</strong> }.into_any()
            }
        })
        .collect_view()
        .into_any()
}

#[derive(Debug, PartialEq)]
enum Run {
    Plain(String),
    Name(String),
    /// Texts inside, and whether each is a name.
    Strong(Vec<(String, bool)>),
}

fn runs(text: &str) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut open: Option<Vec<(String, bool)>> = None;
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix(NAME) {
            let (name, after) = after.split_once(NAME_END).unwrap_or((after, ""));
            match &mut open {
                Some(inner) => inner.push((name.to_owned(), true)),
                None => runs.push(Run::Name(name.to_owned())),
            }
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
            match &mut open {
                Some(inner) => inner.push((plain.to_owned(), false)),
                None => runs.push(Run::Plain(plain.to_owned())),
            }
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
                Run::Name("<strong>Zoë & Søn</strong>".to_owned()),
                Run::Plain(" choose ".to_owned()),
                Run::Strong(vec![("Connect for ".to_owned(), false), ("Ü".to_owned(), true)]),
                Run::Plain(".".to_owned()),
            ]
        );
    }
}
