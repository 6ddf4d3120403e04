//! What somebody sees of the page, and whether a change moved it or put something else under the pointer.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use web_sys::{DomRect, Element, FocusOptions, HtmlElement};

use super::{Did, Patch, elements};

/// What is looked at for whether something moved.
const SEEN: &str = "main :is(section, nav, h1, h2, h3, p, li, tr, td, th, dt, dd, a, button, summary, input, textarea, \
                    select, svg, span, time, bdi)";
/// What somebody may be about to press.
const PRESSED: &str = "a, button, summary, input, textarea, select";
/// What says what a press does. Another one in its place does something else.
const MEANT: [&str; 6] = ["href", "value", "name", "action", "formaction", "for"];
/// What may be scrolled in itself. It begins at its top again when it was out of the page for a moment.
const BOXES: &str = "main :is(div, section, nav, ul, pre, textarea, select)";
/// Nobody sees less, and browsers do not count it.
const STILL: f64 = 1.0;

/// Where everything in view stands.
pub(super) struct Look {
    height: f64,
    stood: Vec<(Element, f64, f64)>,
    focused: Option<Element>,
    scrolled: Scrolled,
}

impl Look {
    pub(super) fn take() -> Self {
        let height = window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or(f64::MAX);
        let all = document().query_selector_all(SEEN);
        let stood = all.iter().flat_map(elements).filter_map(|element| {
            let place = element.get_bounding_client_rect();
            is_in_view(&place, height).then(|| (element, place.left(), place.top()))
        });
        Self { height, stood: stood.collect(), focused: document().active_element(), scrolled: Scrolled::take() }
    }

    /// Makes one like the other, unless that moves something. Returns whether it did.
    pub(super) fn try_to(&self, old: &Element, new: &Element) -> bool {
        let mut patch = Patch::default();
        patch.update(old, new);
        let stays = !patch.loses_focus && (patch.did.is_empty() || !self.moved(&patch));
        if !stays {
            patch.take_back();
            self.focus_again();
        }
        self.scrolled.restore();
        stays
    }

    fn moved(&self, patch: &Patch) -> bool {
        if document().active_element() != self.focused {
            return true;
        }
        let shifted = self.stood.iter().any(|(element, left, top)| {
            let place = element.get_bounding_client_rect();
            if !element.is_connected() || place.width() == 0.0 {
                // Something else stands there now, or nothing.
                return element.matches(PRESSED).unwrap_or(false);
            }
            // A number at the end of its line begins further left when it grows; nothing moves by it.
            let aside = (place.left() - left).abs() > STILL && !patch.wrote_in(element);
            (place.top() - top).abs() > STILL || aside
        });
        shifted || patch.did.iter().any(|did| self.means_another(did))
    }

    fn means_another(&self, did: &Did) -> bool {
        let Did::Set(element, name, _) = did else { return false };
        MEANT.contains(&name.as_str()) && is_in_view(&element.get_bounding_client_rect(), self.height)
    }

    /// Who had the focus has it again, also when it could not hold it for a moment.
    fn focus_again(&self) {
        let Some(focused) = self.focused.as_ref().filter(|_| document().active_element() != self.focused) else {
            return;
        };
        focus(focused);
    }
}

fn is_in_view(place: &DomRect, height: f64) -> bool {
    place.bottom() > 0.0 && place.top() < height && place.width() > 0.0
}

/// Focuses without scrolling.
pub(super) fn focus(element: &Element) {
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        let options = FocusOptions::new();
        options.set_prevent_scroll(true);
        drop(element.focus_with_options(&options));
    }
}

/// How far boxes were scrolled.
pub(super) struct Scrolled(Vec<(Element, i32, i32)>);

impl Scrolled {
    pub(super) fn take() -> Self {
        let all = document().query_selector_all(BOXES);
        let far = all.iter().flat_map(elements).map(|element| {
            let (left, top) = (element.scroll_left(), element.scroll_top());
            (element, left, top)
        });
        Self(far.filter(|(_, left, top)| (*left, *top) != (0, 0)).collect())
    }

    pub(super) fn restore(&self) {
        for (element, left, top) in self.0.iter().filter(|(element, ..)| element.is_connected()) {
            if (element.scroll_left(), element.scroll_top()) != (*left, *top) {
                element.set_scroll_left(*left);
                element.set_scroll_top(*top);
            }
        }
    }
}
