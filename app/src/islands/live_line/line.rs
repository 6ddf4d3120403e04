//! What the line does: listens, fetches, and comes again after a break.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos::wasm_bindgen::closure::Closure;
use leptos::wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::js_sys::{Date, JSON, Math, Reflect};
use web_sys::{Document, Event, EventSource, MessageEvent};

use super::{LiveWords, Signals, State};
use crate::islands::page::{self, Asker, Came};
use crate::islands::patch;

/// A page is fetched no more often than that, in milliseconds.
const GAP: f64 = 5_000.0;
/// The server says something at least every minute; who hears nothing for longer is not connected any more.
const SILENCE: f64 = 150_000.0;
/// How often that is looked at.
const WATCH: Duration = Duration::from_secs(15);
/// An answer that takes longer is asked for again.
const PATIENCE: f64 = 30_000.0;
/// What fails is tried again at once, then after this long, then after twice as long, up to the longest.
const SHORTEST: f64 = 2_000.0;
const LONGEST: f64 = 60_000.0;

#[derive(Clone)]
pub(super) struct Line {
    stream: String,
    /// Names what is shown.
    stamp: Rc<RefCell<String>>,
    /// And what was heard of last.
    told: Rc<RefCell<Option<String>>>,
    signals: Signals,
    words: Rc<LiveWords>,
    open: Rc<RefCell<Option<Stream>>>,
    heard_at: Rc<Cell<f64>>,
    fetched_at: Rc<Cell<f64>>,
    fetching: Rc<Cell<bool>>,
    /// The page is to be fetched, and when.
    wanted: Rc<Cell<Option<TimeoutHandle>>>,
    /// How long what fails next is left alone, in milliseconds.
    pause: Rc<Cell<f64>>,
    /// What is new and would move what is in view.
    held: Rc<RefCell<Option<Document>>>,
    /// How many are in trouble, once that was heard.
    troubled: Rc<Cell<Option<f64>>>,
    /// That it is not connected was said.
    lost_said: Rc<Cell<bool>>,
}

/// A line to the server; dropping it hangs up.
struct Stream {
    source: EventSource,
    _heard: Closure<dyn FnMut(MessageEvent)>,
    _lost: Closure<dyn FnMut()>,
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.source.set_onmessage(None);
        self.source.set_onerror(None);
        self.source.close();
    }
}

impl Line {
    pub(super) fn new(stream: String, stamp: String, signals: Signals, words: Rc<LiveWords>) -> Self {
        Self {
            stream,
            stamp: Rc::new(RefCell::new(stamp)),
            told: Rc::default(),
            signals,
            words,
            open: Rc::default(),
            heard_at: Rc::default(),
            fetched_at: Rc::default(),
            fetching: Rc::default(),
            wanted: Rc::default(),
            pause: Rc::default(),
            held: Rc::default(),
            troubled: Rc::default(),
            lost_said: Rc::default(),
        }
    }

    pub(super) fn start(self, held: bool) {
        if held {
            self.signals.state.set(State::Paused);
        } else {
            self.listen();
        }
        let line = self.clone();
        // Nobody looks at a page that is hidden, and a browser has few lines to one host.
        window_event_listener_untyped("pagehide", move |_: Event| line.hang_up());
        let line = self.clone();
        window_event_listener_untyped("pageshow", move |_: Event| line.look_again());
        let line = self.clone();
        let changed = Closure::<dyn FnMut()>::new(move || line.look_again());
        let function = changed.as_ref().unchecked_ref();
        drop(document().add_event_listener_with_callback("visibilitychange", function));
        // It listens as long as the page is there.
        changed.forget();
        drop(set_interval_with_handle(move || self.watch(), WATCH));
    }

    fn is_on(&self) -> bool {
        !matches!(self.signals.state.get_untracked(), State::Paused | State::Ended)
    }

    fn look_again(&self) {
        if document().hidden() {
            self.hang_up();
        } else if self.is_on() && self.open.borrow().is_none() {
            self.listen();
            if self.is_behind() {
                self.want(0.0);
            }
        }
    }

    /// Whether what was heard of last is not what is shown.
    fn is_behind(&self) -> bool {
        self.told.borrow().as_ref().is_some_and(|told| *told != *self.stamp.borrow())
    }

    fn hang_up(&self) {
        self.open.borrow_mut().take();
        if let Some(wanted) = self.wanted.take() {
            wanted.clear();
        }
    }

    fn listen(&self) {
        self.open.borrow_mut().take();
        if document().hidden() {
            return;
        }
        let sign = if self.stream.contains('?') { '&' } else { '?' };
        let address = format!("{}{sign}known={}", self.stream, self.stamp.borrow());
        let Ok(source) = EventSource::new(&address) else { return self.signals.state.set(State::Lost) };
        self.heard_at.set(Date::now());
        let line = self.clone();
        let heard = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| line.heard(&event));
        let line = self.clone();
        let lost = Closure::<dyn FnMut()>::new(move || line.lost());
        source.set_onmessage(Some(heard.as_ref().unchecked_ref()));
        source.set_onerror(Some(lost.as_ref().unchecked_ref()));
        *self.open.borrow_mut() = Some(Stream { source, _heard: heard, _lost: lost });
    }

    /// The browser comes again by itself, unless the server refused it.
    fn lost(&self) {
        self.signals.state.set(State::Lost);
        if self.is_given_up() {
            self.recover();
        }
    }

    fn is_given_up(&self) -> bool {
        self.open.borrow().as_ref().is_none_or(|open| open.source.ready_state() == EventSource::CLOSED)
    }

    /// Fetches the page before it listens again: a stream does not say why it was refused, and a page does.
    fn recover(&self) {
        if document().hidden() || !self.is_on() {
            return;
        }
        let pause = self.pause.get();
        self.pause.set((pause * 2.0).clamp(SHORTEST, LONGEST));
        // Pages that were cut off together do not come back together.
        self.want(pause * (0.75 + Math::random() / 2.0));
    }

    fn heard(&self, event: &MessageEvent) {
        self.heard_at.set(Date::now());
        self.pause.set(0.0);
        let Some(Ok(said)) = event.data().as_string().map(|said| JSON::parse(&said)) else { return };
        let told = |name: &str| Reflect::get(&said, &JsValue::from_str(name)).ok();
        *self.told.borrow_mut() = Some(event.last_event_id());
        if let Some(troubled) = told("troubled").and_then(|count| count.as_f64()) {
            let more = self.troubled.replace(Some(troubled)).map_or(0.0, |before| troubled - before);
            // What gets better is no reason to interrupt anybody.
            if more > 0.0 {
                let words = if more > 1.0 { &self.words.more_other } else { &self.words.more_one };
                self.signals.said.set(words.replace("{n}", &more.to_string()));
            }
        }
        if told("changed").is_some_and(|changed| changed.is_truthy()) || self.is_behind() {
            // It is not said to be live before it is.
            self.want(0.0);
        } else {
            self.is_live();
        }
    }

    /// Fetches as soon as it was not fetched for a while, and after this pause. What failed waits for its turn.
    fn want(&self, pause: f64) {
        if let Some(already) = self.wanted.take() {
            if pause > 0.0 {
                self.wanted.set(Some(already));
                return;
            }
            already.clear();
        }
        let wait = (self.fetched_at.get() + GAP - Date::now()).max(pause).max(0.0);
        let line = self.clone();
        let fetch = move || {
            line.wanted.take();
            let line = line.clone();
            leptos::task::spawn_local(async move { line.fetch().await });
        };
        let wait = Duration::from_millis(wait as u64);
        self.wanted.set(set_timeout_with_handle(fetch, wait).ok());
    }

    fn is_fetching(&self) -> bool {
        self.fetching.get() && Date::now() - self.fetched_at.get() < PATIENCE
    }

    async fn fetch(&self) {
        // A person who waits for an answer gets what is new with it.
        if page::is_asked() || self.is_fetching() {
            return self.want(GAP);
        }
        let Ok(address) = window().location().href() else { return };
        self.fetched_at.set(Date::now());
        self.fetching.set(true);
        let came = page::fetch(&address, Asker::Page).await;
        self.fetching.set(false);
        match came {
            Ok(Came::SignedOut) => {
                self.hang_up();
                self.signals.state.set(State::Ended);
                self.signals.said.set(self.words.ended.replace("{at}", &self.signals.shown_at.get_untracked()));
            }
            _ if !self.is_on() => {}
            Ok(Came::Page(page)) => self.came(page),
            Ok(Came::Late) => {}
            Err(_) => {
                self.signals.state.set(State::Lost);
                self.recover();
            }
        }
    }

    /// Says what is shown, and of when that is.
    fn date(&self, page: &Document) {
        let Some(line) = page.query_selector(".live").ok().flatten() else { return };
        if let Some(at) = line.get_attribute("data-at") {
            self.signals.shown_at.set(at);
        }
        if let Some(stamp) = line.get_attribute("data-stamp") {
            *self.stamp.borrow_mut() = stamp;
        }
    }

    fn came(&self, page: Document) {
        let waits = patch::settle(&page);
        if !waits {
            self.date(&page);
        }
        *self.held.borrow_mut() = waits.then_some(page);
        self.wait(waits);
        self.go_on();
    }

    /// Says once that something waits.
    fn wait(&self, waits: bool) {
        if self.signals.waiting.get_untracked() != waits {
            self.signals.said.set(if waits { self.words.waits.clone() } else { String::new() });
            self.signals.waiting.set(waits);
        }
    }

    /// The page has just come: it is live again, or listens again and is then.
    fn go_on(&self) {
        let open = self.open.borrow().as_ref().map(|open| open.source.ready_state());
        match open {
            None | Some(EventSource::CLOSED) => self.listen(),
            Some(EventSource::OPEN) => self.is_live(),
            Some(_) => {}
        }
    }

    fn is_live(&self) {
        self.lost_said.set(false);
        self.signals.state.set(State::Live);
    }

    /// A page that somebody asked for was shown: what waited is in it, or of another address.
    pub(super) fn shown(&self, page: &Document) {
        self.date(page);
        self.held.borrow_mut().take();
        self.wait(false);
        if self.is_on() {
            self.go_on();
        }
    }

    pub(super) fn show(&self) {
        if let Some(page) = self.held.borrow_mut().take() {
            patch::show(&page);
            self.date(&page);
        }
        self.wait(false);
    }

    pub(super) fn pressed(&self) {
        if self.signals.state.get_untracked() == State::Paused {
            self.signals.state.set(State::AsOf);
            self.pause.set(0.0);
            // What happened meanwhile is fetched when the server says that it did.
            self.listen();
        } else {
            self.hang_up();
            self.signals.state.set(State::Paused);
        }
    }

    /// A line that was cut without a word looks like one on which nobody speaks.
    fn watch(&self) {
        if !self.is_on() || document().hidden() {
            return;
        }
        if Date::now() - self.heard_at.get() > SILENCE {
            self.open.borrow_mut().take();
        }
        if self.is_given_up() {
            self.signals.state.set(State::Lost);
            let wanted = self.wanted.take();
            let is_wanted = wanted.is_some();
            self.wanted.set(wanted);
            if !is_wanted && !self.is_fetching() {
                self.recover();
            }
        }
        // A break of seconds is nothing to interrupt anybody for.
        if self.signals.state.get_untracked() == State::Lost && !self.lost_said.replace(true) {
            self.signals.said.set(self.words.lost.replace("{at}", &self.signals.shown_at.get_untracked()));
        }
    }
}
