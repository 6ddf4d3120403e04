//! What was entered, in words.

use leptos::prelude::*;

use super::setting::said;
use crate::ports::{FactView, Words};
use crate::texts::{self, mark, marked, text};

/// Label and value of everything that was entered.
pub fn facts(facts: &[(Words, FactView)]) -> Vec<AnyView> {
    let rows = facts
        .iter()
        .map(|(label, fact)| view! { <div><dt>{said(label)}</dt><dd>{words_of_fact(fact)}</dd></div> }.into_any());
    rows.collect()
}

pub(super) fn words_of_fact(fact: &FactView) -> AnyView {
    let key = match fact {
        FactView::Words(words) => return marked(&texts::all_of(&words.iter().map(mark).collect::<Vec<_>>())),
        FactView::Switch(true) => "fact-yes",
        FactView::Switch(false) => "fact-no",
        FactView::Secret => "fact-secret",
        FactView::Confirmed => "fact-confirmed",
        FactView::Nothing => "fact-nothing",
    };
    text(key).into_any()
}
