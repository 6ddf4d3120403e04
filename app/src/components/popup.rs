//! The frame of the connect pop-up: the two sides on top, one thing to decide, the languages, the buttons in view.

use leptos::prelude::*;

use super::deskpage::languages;
use super::pieces::{Bridge, Span};
use super::setting::said;
use crate::ports::Words;
use crate::texts::{text, text_with};

/// Where in the steps of an integration a page stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// Titles of all steps; fewer than two are not worth showing.
    pub titles: Vec<Words>,
    /// Index of the current step; all before it are done.
    pub current: usize,
    /// The flow ended at the current step.
    pub stopped: bool,
}

#[component]
pub fn PopUp(
    bridge: Bridge,
    organization: Option<String>,
    integration: String,
    note: String,
    progress: Option<Progress>,
    /// The buttons.
    foot: AnyView,
    children: Children,
) -> impl IntoView {
    view! {
        <div class="popup">
            <a class="skip" href="#main">{text("skip-link")}</a>
            <header class="popup__top">
                <div class="popup__in">
                    <Span bridge organization integration note/>
                    {progress.filter(|progress| progress.titles.len() > 1).map(steps)}
                </div>
            </header>
            <main id="main"><div class="popup__in"><div class="flow">{children()}</div></div></main>
            <div class="popup__note"><div class="popup__in">{languages()}</div></div>
            <footer class="popup__foot"><div class="popup__in"><div class="actions">{foot}</div></div></footer>
        </div>
    }
}

fn steps(progress: Progress) -> impl IntoView {
    let Progress { titles, current, stopped } = progress;
    let items = titles.into_iter().enumerate().map(|(index, title)| {
        let number = text_with("step-number", &[("number", (index + 1).into())]);
        let mark = if index < current {
            Some(text("step-done"))
        } else {
            (index == current && stopped).then(|| text("step-stopped"))
        };
        view! {
            <li
                data-done=(index < current).then_some("")
                data-stopped=(index == current && stopped).then_some("")
                aria-current=(index == current).then_some("step")
            >
                <span class="vh">{format!("{number} ")}</span>
                {said(&title)}
                {mark.map(|mark| view! { <span class="vh">{format!(" {mark}")}</span> })}
            </li>
        }
    });
    view! { <ol class="steps" role="list" aria-label=text("steps-label")>{items.collect_view()}</ol> }
}
