//! Comfort for the settings form: counts what is not saved, guards it, narrows long lists, and opens rows in place.
//!
//! The form works without: each button posts it and gets the whole page back. Here the same is done by fetch, and of
//! the page that comes back only the form and what counts it is taken.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::rc::Rc;

use leptos::ev;
use leptos::prelude::*;
use leptos::wasm_bindgen::{JsCast, JsValue};
use serde::{Deserialize, Serialize};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Document, DomParser, Element, Event, FormData, HtmlElement, HtmlFormElement, HtmlInputElement, HtmlOptionElement,
    HtmlSelectElement, HtmlTextAreaElement, RequestInit, Response, SubmitEvent, SupportedType, UrlSearchParams,
};

/// Words of the form's counts; `{n}` is the number. They come with the page, since the browser has no catalogue.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct EditWords {
    pub none: String,
    pub one: String,
    pub other: String,
    pub shown_one: String,
    pub shown_other: String,
    /// Announced when a button could not be answered.
    pub failed: String,
}

const FORM: &str = "settings";
/// Buttons that store nothing, so that their answer can take the form's place.
const IN_PLACE: [&str; 9] = ["own", "reset", "add", "drop", "up", "down", "find", "more", "refresh"];

/// The count of what is not saved; as the server made it until the form is touched.
#[island]
pub fn EditForm(count: String, unsaved: usize, words: EditWords) -> impl IntoView {
    let said = RwSignal::new(count);
    Effect::new(move |_| {
        let form = Editing {
            said,
            words: words.clone(),
            saved: Rc::new(Cell::new(unsaved)),
            leaving: Rc::default(),
            busy: Rc::default(),
        };
        form.start();
    });
    view! { <strong role="status">{move || said.get()}</strong> }
}

#[derive(Clone)]
struct Editing {
    said: RwSignal<String>,
    words: EditWords,
    /// Changes that the server knows of and has not saved.
    saved: Rc<Cell<usize>>,
    /// The form is being sent: nothing has to be guarded.
    leaving: Rc<Cell<bool>>,
    busy: Rc<Cell<bool>>,
}

impl Editing {
    fn start(self) {
        if let Some(root) = document().document_element() {
            // Only a malformed attribute name is refused, and this one is not.
            drop(root.set_attribute("data-script", ""));
        }
        show_filters();
        let on_input = self.clone();
        window_event_listener(ev::input, move |event: Event| on_input.touched(&event));
        let on_change = self.clone();
        window_event_listener(ev::change, move |event: Event| on_change.touched(&event));
        window_event_listener(ev::keydown, |event| {
            // Return in a filter must not save.
            if event.key() == "Enter" && target(&event).is_some_and(|target| target.has_attribute("data-filter")) {
                event.prevent_default();
            }
        });
        let on_click = self.clone();
        window_event_listener(ev::click, move |event| {
            // Whoever discards wants to leave.
            let leaves = target(&event).and_then(|target| target.closest("[data-leave]").ok().flatten());
            if leaves.is_some() {
                on_click.leaving.set(true);
            }
        });
        // Browsers put typed values back after a reload.
        if self.count() > 0 {
            self.say();
        }
        let on_submit = self.clone();
        window_event_listener(ev::submit, move |event: SubmitEvent| on_submit.submitted(&event));
        window_event_listener(ev::beforeunload, move |event| {
            if self.count() > 0 && !self.leaving.get() {
                event.prevent_default();
                event.set_return_value(" ");
            }
        });
    }

    fn touched(&self, event: &Event) {
        let Some(target) = target(event) else { return };
        if target.has_attribute("data-filter") {
            narrow(&target, &self.words);
        } else if in_form(&target) {
            self.say();
        }
    }

    /// Known to the server, and touched since.
    fn count(&self) -> usize {
        self.saved.get() + form().map_or(0, |form| touched_names(&form).len())
    }

    fn say(&self) {
        let count = self.count();
        self.said.set(numbered(count, &self.words.none, &self.words.one, &self.words.other));
        if let Some(bar) = element(".savebar") {
            drop(if count > 0 { bar.set_attribute("data-dirty", "") } else { bar.remove_attribute("data-dirty") });
        }
    }

    fn submitted(&self, event: &SubmitEvent) {
        let sent = event.target().and_then(|target| target.dyn_into::<HtmlFormElement>().ok());
        let Some(form) = sent.filter(|form| form.id() == FORM) else {
            self.leaving.set(true);
            return;
        };
        let act = event.submitter().and_then(|button| button.get_attribute("value")).unwrap_or_default();
        let verb = act.split(':').next().unwrap_or_default();
        if !IN_PLACE.contains(&verb) {
            self.leaving.set(true);
            return;
        }
        event.prevent_default();
        if self.busy.replace(true) {
            return;
        }
        let (me, button) = (self.clone(), event.submitter());
        leptos::task::spawn_local(async move {
            let done = me.in_place(&form, &act).await;
            me.busy.set(false);
            if done.is_err() {
                // As without script: the browser sends the form and shows what comes.
                me.said.set(me.words.failed.clone());
                me.leaving.set(true);
                send_plainly(&form, button.as_ref());
            }
        });
    }

    /// Sends the form and takes its answer's form.
    async fn in_place(&self, form: &HtmlFormElement, act: &str) -> Result<(), JsValue> {
        let data = FormData::new_with_form(form)?;
        data.append_with_str("act", act)?;
        let body = UrlSearchParams::new_with_str_sequence_sequence(&data)?;
        let request = RequestInit::new();
        request.set_method("POST");
        request.set_body(&body);
        let address = window().location().href()?;
        let response: Response =
            JsFuture::from(window().fetch_with_str_and_init(&address, &request)).await?.dyn_into()?;
        let html = JsFuture::from(response.text()?).await?.as_string().unwrap_or_default();
        let page = DomParser::new()?.parse_from_string(&html, SupportedType::TextHtml)?;
        let fresh = page.get_element_by_id(FORM).ok_or(JsValue::NULL)?;
        form.set_inner_html(&fresh.inner_html());
        for part in [".desk__side", "#outcome"] {
            if let (Some(old), Ok(Some(new))) = (element(part), page.query_selector(part)) {
                old.set_inner_html(&new.inner_html());
            }
        }
        let unsaved = page.query_selector(".savebar").ok().flatten().and_then(|bar| bar.get_attribute("data-unsaved"));
        self.saved.set(unsaved.and_then(|count| count.parse().ok()).unwrap_or_default());
        show_filters();
        self.say();
        focus_after(act, &document());
        Ok(())
    }
}

/// To the control that was opened or added, else to the field it belonged to.
fn focus_after(act: &str, page: &Document) {
    let Some((verb, path)) = act.split_once(':') else { return };
    let field = path.split('.').next().unwrap_or_default();
    let row = path.rsplit_once('.').map_or(path, |(row, _)| row);
    let wanted = match verb {
        "own" | "add" | "find" | "more" => format!("f.{path}"),
        _ => format!("f.{row}"),
    };
    let found = [wanted, format!("r.{path}"), format!("g.{field}"), format!("s.{field}")]
        .into_iter()
        .find_map(|id| page.get_element_by_id(&id));
    if let Some(found) = found.and_then(|found| found.dyn_into::<HtmlElement>().ok()) {
        if found.tab_index() < 0 {
            found.set_tab_index(-1);
        }
        drop(found.focus());
    }
}

fn send_plainly(form: &HtmlFormElement, button: Option<&HtmlElement>) {
    // A script's own submit does not come back to our listener, and leaves the button out: a hidden field stands for it.
    if let Some(button) = button
        && let Ok(field) = document().create_element("input")
    {
        for (name, value) in [
            ("type", Some("hidden".to_owned())),
            ("name", Some("act".to_owned())),
            ("value", button.get_attribute("value")),
        ] {
            drop(field.set_attribute(name, &value.unwrap_or_default()));
        }
        drop(form.append_child(&field));
    }
    drop(form.submit());
}

/// Names of controls that say something else than when they came.
fn touched_names(form: &HtmlFormElement) -> BTreeSet<String> {
    let controls = form.elements();
    let all = (0..controls.length()).filter_map(|place| controls.item(place));
    all.filter(is_touched).filter_map(|control| control.get_attribute("name")).collect()
}

fn is_touched(control: &Element) -> bool {
    if let Some(input) = control.dyn_ref::<HtmlInputElement>() {
        return match input.type_().as_str() {
            "checkbox" | "radio" => input.checked() != input.default_checked(),
            "hidden" => false,
            // What is looked for changes nothing.
            "search" => false,
            _ => input.value() != input.default_value(),
        };
    }
    if let Some(area) = control.dyn_ref::<HtmlTextAreaElement>() {
        return area.default_value().is_ok_and(|came| came != area.value());
    }
    let Some(list) = control.dyn_ref::<HtmlSelectElement>() else { return false };
    // The button beside it takes the location that is chosen there; the settings stay as they are.
    if list.name().ends_with(":except") {
        return false;
    }
    let options = list.options();
    let option = |place| options.item(place).and_then(|option| option.dyn_into::<HtmlOptionElement>().ok());
    let came = (0..options.length()).find(|place| option(*place).is_some_and(|option| option.default_selected()));
    // Without a word the first one is chosen.
    list.selected_index() != came.and_then(|place| i32::try_from(place).ok()).unwrap_or_default()
}

/// Shows what has the letters in it, and what is chosen.
fn narrow(filter: &Element, words: &EditWords) {
    let Some(filter) = filter.dyn_ref::<HtmlInputElement>() else { return };
    let letters = filter.value().to_lowercase();
    let Ok(Some(around)) = filter.closest("fieldset, .setting__value") else { return };
    let Ok(items) = around.query_selector_all(".choices--long > .choice, [data-rows] > tr") else { return };
    let mut shown = 0;
    for place in 0..items.length() {
        let Some(item) = items.item(place).and_then(|item| item.dyn_into::<HtmlElement>().ok()) else { continue };
        let fits = item.text_content().unwrap_or_default().to_lowercase().contains(letters.trim());
        item.set_hidden(!fits);
        shown += usize::from(fits);
    }
    if let Ok(Some(status)) = around.query_selector("[data-filtered]") {
        let text = numbered(shown, &words.shown_other.replace("{n}", "0"), &words.shown_one, &words.shown_other);
        status.set_text_content(Some(&text));
    }
}

fn show_filters() {
    let Ok(boxes) = document().query_selector_all(".filterbox") else { return };
    for place in 0..boxes.length() {
        if let Some(found) = boxes.item(place).and_then(|found| found.dyn_into::<HtmlElement>().ok()) {
            found.set_hidden(false);
        }
    }
}

fn numbered(count: usize, none: &str, one: &str, other: &str) -> String {
    match count {
        0 => none.to_owned(),
        1 => one.to_owned(),
        count => other.replace("{n}", &count.to_string()),
    }
}

fn form() -> Option<HtmlFormElement> {
    document().get_element_by_id(FORM)?.dyn_into().ok()
}

fn in_form(element: &Element) -> bool {
    element.closest("#settings").is_ok_and(|found| found.is_some())
}

fn element(selector: &str) -> Option<Element> {
    document().query_selector(selector).ok().flatten()
}

fn target(event: &Event) -> Option<Element> {
    event.target()?.dyn_into().ok()
}
