//! Comfort for the list of tenants: looks while somebody types, filters and sorts without leaving the page, and keys.
//!
//! Everything works without: filters are links, the search is a form that gets. Here the same address is fetched, and
//! of the page that comes back only what differs is taken; the address bar says what is shown.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use leptos::ev;
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos::wasm_bindgen::{JsCast, JsValue};
use serde::{Deserialize, Serialize};
use web_sys::{
    Element, Event, FormData, HtmlAnchorElement, HtmlDialogElement, HtmlElement, HtmlFormElement, KeyboardEvent,
    MouseEvent, SubmitEvent, UrlSearchParams,
};

use super::page::{self, Asker, Came};
use super::{live_line, patch};

/// Words of the keys, which come with the page.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct KeyWords {
    pub title: String,
    pub search: String,
    pub next: String,
    pub previous: String,
    pub open: String,
    pub help: String,
    pub on: String,
    pub on_help: String,
    pub close: String,
}

const DIALOG: &str = "keys";
/// Where this browser keeps that single keys do nothing.
const OFF: &str = "deskbridge-keys-off";
/// Who types on within that time looks for something else.
const PAUSE: Duration = Duration::from_millis(200);

/// The button and the dialog that say which keys there are.
#[island]
pub fn TenantList(
    /// The path of the list.
    path: String,
    words: KeyWords,
) -> impl IntoView {
    let said = RwSignal::new(String::new());
    let keys_on = RwSignal::new(true);
    Effect::new(move |_| {
        page::mark_script();
        keys_on.set(kept().is_none());
        List { path: path.clone(), said, keys_on, typed: Rc::default() }.start();
    });
    let switch = move |event: Event| {
        let on = event_target_checked(&event);
        keys_on.set(on);
        if let Ok(Some(storage)) = window().local_storage() {
            drop(if on { storage.remove_item(OFF) } else { storage.set_item(OFF, "1") });
        }
    };
    let key = |key: &'static str, words: String| view! { <div><dt><kbd>{key}</kbd></dt><dd>{words}</dd></div> };
    let KeyWords { title, search, next, previous, open, help, on, on_help, close } = words;
    view! {
        <div class="keys">
            <button class="btn btn--small keys__open" type="button" aria-haspopup="dialog" on:click=|_| ask()>
                {title.clone()}
            </button>
            <p class="vh" role="status">{move || said.get()}</p>
            <dialog id=DIALOG class="dialog" aria-labelledby="keys-title">
                <h2 id="keys-title">{title}</h2>
                <dl class="facts facts--rows">
                    {key("/", search)}{key("j", next)}{key("k", previous)}{key("Enter", open)}{key("?", help)}
                </dl>
                <label class="choice">
                    <input type="checkbox" prop:checked=move || keys_on.get() on:change=switch checked/>
                    <span>{on}<span class="sub">{on_help}</span></span>
                </label>
                <button class="btn" type="button" on:click=|_| close_dialog()>{close}</button>
            </dialog>
        </div>
    }
}

fn kept() -> Option<String> {
    window().local_storage().ok()??.get_item(OFF).ok()?
}

fn dialog() -> Option<HtmlDialogElement> {
    document().get_element_by_id(DIALOG)?.dyn_into().ok()
}

fn ask() {
    if let Some(dialog) = dialog().filter(|dialog| !dialog.open()) {
        drop(dialog.show_modal());
    }
}

fn close_dialog() {
    if let Some(dialog) = dialog() {
        dialog.close();
    }
}

#[derive(Clone)]
struct List {
    path: String,
    said: RwSignal<String>,
    keys_on: RwSignal<bool>,
    /// What is typed is looked for then.
    typed: Rc<Cell<Option<TimeoutHandle>>>,
}

impl List {
    fn start(self) {
        let list = self.clone();
        window_event_listener(ev::input, move |event: Event| {
            if target(&event).is_some_and(|target| target.id() == "q") {
                list.typing();
            }
        });
        let list = self.clone();
        window_event_listener(ev::submit, move |event: SubmitEvent| list.submitted(&event));
        let list = self.clone();
        window_event_listener(ev::click, move |event: MouseEvent| list.clicked(&event));
        let list = self.clone();
        window_event_listener(ev::keydown, move |event: KeyboardEvent| list.key(&event));
        window_event_listener(ev::popstate, move |_| {
            if let Ok(address) = window().location().href() {
                self.go(address, Entry::None);
            }
        });
    }

    fn typing(&self) {
        self.forget_typed();
        let list = self.clone();
        let look = move || {
            list.typed.take();
            if let Some(form) = search() {
                list.form(&form, Entry::Same);
            }
        };
        self.typed.set(set_timeout_with_handle(look, PAUSE).ok());
    }

    fn forget_typed(&self) {
        if let Some(typed) = self.typed.take() {
            typed.clear();
        }
    }

    fn submitted(&self, event: &SubmitEvent) {
        let form = event.target().and_then(|target| target.dyn_into::<HtmlFormElement>().ok());
        // Forms of other pages and those that store something go their own way.
        let Some(form) = form.filter(|form| form.method() == "get" && self.is_list(&form.action())) else { return };
        event.prevent_default();
        self.form(&form, Entry::New);
    }

    fn clicked(&self, event: &MouseEvent) {
        let changed = event.ctrl_key() || event.meta_key() || event.shift_key() || event.alt_key();
        if event.default_prevented() || event.button() != 0 || changed {
            return;
        }
        let link = target(event).and_then(|target| target.closest("main a[href]").ok().flatten());
        let Some(link) = link.and_then(|link| link.dyn_into::<HtmlAnchorElement>().ok()) else { return };
        if link.target().is_empty() && self.is_list(&link.href()) {
            event.prevent_default();
            if !link.rel().is_empty() {
                window().scroll_to_with_x_and_y(0.0, 0.0);
            }
            self.go(link.href(), Entry::New);
        }
    }

    /// Whether an address shows this list.
    fn is_list(&self, address: &str) -> bool {
        let origin = window().location().origin().unwrap_or_default();
        let path = address.strip_prefix(&origin).unwrap_or(address);
        path.split(['?', '#']).next() == Some(self.path.as_str())
    }

    /// What the form would get.
    fn form(&self, form: &HtmlFormElement, entry: Entry) {
        let asked = || -> Result<String, JsValue> {
            let filled = FormData::new_with_form(form)?;
            let data = UrlSearchParams::new_with_str_sequence_sequence(&filled)?;
            Ok(data.to_string().into())
        };
        let Ok(asked) = asked() else { return };
        let asked: Vec<&str> = asked.split('&').filter(|pair| !pair.ends_with('=')).collect();
        let sign = if asked.is_empty() { "" } else { "?" };
        self.go(format!("{}{sign}{}", self.path, asked.join("&")), entry);
    }

    fn go(&self, address: String, entry: Entry) {
        self.forget_typed();
        let said = self.said;
        leptos::task::spawn_local(async move {
            let came = page::fetch(&address, Asker::Person).await;
            let page = match came {
                Ok(Came::Page(page)) => page,
                Ok(Came::Late) => return,
                // As without script: the browser goes there and shows what comes.
                Ok(Came::SignedOut) | Err(_) => return drop(window().location().set_href(&address)),
            };
            // The page says the address of what it shows, without the usual choices that a form sends.
            let shown = page.query_selector("[data-address]").ok().flatten();
            let address = shown.and_then(|shown| shown.get_attribute("data-address")).unwrap_or(address);
            if let Ok(history) = window().history() {
                drop(match entry {
                    Entry::New => history.push_state_with_url(&JsValue::NULL, "", Some(&address)),
                    Entry::Same => history.replace_state_with_url(&JsValue::NULL, "", Some(&address)),
                    Entry::None => Ok(()),
                });
            }
            patch::show(&page);
            live_line::shown(&page);
            let count = page.query_selector("[data-said]").ok().flatten();
            said.set(count.and_then(|count| count.text_content()).unwrap_or_default());
        });
    }

    fn key(&self, event: &KeyboardEvent) {
        let changed = event.ctrl_key() || event.meta_key() || event.alt_key();
        let typing = target(event).is_some_and(|target| {
            target.matches("input, textarea, select, [contenteditable], dialog *").unwrap_or(false)
        });
        if changed || typing || event.default_prevented() || !self.keys_on.get_untracked() {
            return;
        }
        match event.key().as_str() {
            "/" => {
                if let Some(field) = document().get_element_by_id("q").and_then(|q| q.dyn_into::<HtmlElement>().ok()) {
                    drop(field.focus());
                }
            }
            "j" => step(1),
            "k" => step(-1),
            "?" => ask(),
            _ => return,
        }
        event.prevent_default();
    }
}

/// What becomes of the browser's history.
#[derive(Clone, Copy)]
enum Entry {
    New,
    Same,
    None,
}

/// To the tenant of the row after or before this one. Enter opens it, as it opens any link.
fn step(by: i32) {
    let Ok(links) = document().query_selector_all("main tbody th a[href]") else { return };
    let focused = document().active_element();
    let row = |element: &Element| element.closest("tr").ok().flatten();
    let here = focused.as_ref().and_then(row);
    let all: Vec<Element> = (0..links.length()).filter_map(|place| links.item(place)?.dyn_into().ok()).collect();
    let place = here.and_then(|here| all.iter().position(|link| row(link).as_ref() == Some(&here)));
    let wanted = match (place, by) {
        (Some(place), 1..) => place + 1,
        (Some(place), _) => place.saturating_sub(1),
        (None, _) => 0,
    };
    if let Some(link) = all.get(wanted).and_then(|link| link.dyn_ref::<HtmlElement>()) {
        drop(link.focus());
    }
}

fn search() -> Option<HtmlFormElement> {
    document().get_element_by_id("q")?.closest("form").ok()??.dyn_into().ok()
}

fn target(event: &Event) -> Option<Element> {
    event.target()?.dyn_into().ok()
}
