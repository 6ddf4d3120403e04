//! What was entered, in words.

use leptos::prelude::*;

use crate::ports::FactView;
use crate::texts::{self, text};

/// Label and value of everything that was entered.
pub fn facts(facts: &[(String, FactView)]) -> Vec<AnyView> {
    let rows = facts.iter().map(|(label, fact)| {
        let words = words_of_fact(fact);
        view! { <div><dt><bdi>{label.clone()}</bdi></dt><dd><bdi>{words}</bdi></dd></div> }.into_any()
    });
    rows.collect()
}

pub(super) fn words_of_fact(fact: &FactView) -> String {
    match fact {
        FactView::Words(words) => texts::all_of(words),
        FactView::Switch(true) => text("fact-yes"),
        FactView::Switch(false) => text("fact-no"),
        FactView::Secret => text("fact-secret"),
        FactView::Confirmed => text("fact-confirmed"),
        FactView::Nothing => text("fact-nothing"),
    }
}
