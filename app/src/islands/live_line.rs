//! Keeps a page as it is now: hears that something changed, fetches the page again, and shows what differs.

mod line;

use std::cell::RefCell;
use std::rc::Rc;

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use web_sys::Document;

use super::page;
use line::Line;

/// Words of the line; `{at}` is the time of what is shown and `{n}` a number.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct LiveWords {
    pub as_of: String,
    pub live: String,
    pub paused: String,
    pub lost: String,
    pub ended: String,
    pub pause: String,
    pub resume: String,
    pub show: String,
    pub waits: String,
    pub more_one: String,
    pub more_other: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// No script has run yet.
    AsOf,
    Live,
    Paused,
    Lost,
    Ended,
}

impl State {
    fn slug(self) -> &'static str {
        match self {
            State::AsOf => "as-of",
            State::Live => "live",
            State::Paused => "paused",
            State::Lost => "lost",
            State::Ended => "ended",
        }
    }
}

/// What the line says.
#[derive(Clone, Copy)]
struct Signals {
    state: RwSignal<State>,
    /// The time of what is shown.
    shown_at: RwSignal<String>,
    /// What a screen reader says by itself.
    said: RwSignal<String>,
    waiting: RwSignal<bool>,
}

/// Says how old the page is, and pauses.
#[island]
pub fn LiveLine(
    /// Where changes are heard of.
    stream: String,
    /// Names what the page shows.
    stamp: String,
    /// The time of what the page shows, with its zone.
    at: String,
    /// Begins paused: the page holds what was typed.
    held: bool,
    words: LiveWords,
) -> impl IntoView {
    let state = RwSignal::new(State::AsOf);
    let shown_at = RwSignal::new(at.clone());
    let said = RwSignal::new(String::new());
    let waiting = RwSignal::new(false);
    let (known, of_line) = (stamp.clone(), words.clone());
    Effect::new(move |_| {
        page::mark_script();
        let words = Rc::new(of_line.clone());
        let line = Line::new(stream.clone(), known.clone(), Signals { state, shown_at, said, waiting }, words);
        LINE.set(Some(line.clone()));
        line.start(held);
    });
    let now = words.clone();
    let says = move || {
        let pattern = match state.get() {
            State::AsOf => &now.as_of,
            State::Live => &now.live,
            State::Paused => &now.paused,
            State::Lost => &now.lost,
            State::Ended => &now.ended,
        };
        pattern.replace("{at}", &shown_at.get())
    };
    let LiveWords { pause, resume, show, .. } = words;
    let press = move || if state.get() == State::Paused { resume.clone() } else { pause.clone() };
    view! {
        <div class="live" data-at=at data-stamp=stamp>
            <p class="live__state small" data-state=move || state.get().slug()>{says}</p>
            <button class="btn btn--small live__act" type="button" on:click=|_| with_line(Line::pressed)>
                {press}
            </button>
            <p class="vh" role="status">{move || said.get()}</p>
            <div class="live__new" hidden=move || !waiting.get()>
                <button class="btn btn--primary" type="button" on:click=|_| with_line(Line::show)>{show}</button>
            </div>
        </div>
    }
}

thread_local! {
    /// The line of this page, once it runs.
    static LINE: RefCell<Option<Line>> = const { RefCell::new(None) };
}

fn with_line(act: impl FnOnce(&Line)) {
    let line = LINE.with_borrow(Clone::clone);
    if let Some(line) = line {
        act(&line);
    }
}

/// A page that somebody asked for was shown: what waited is in it, or of another address.
pub(super) fn shown(page: &Document) {
    with_line(|line| line.shown(page));
}
