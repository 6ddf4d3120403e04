//! Makes the page like a newer one of itself and touches only what differs: focus, selection, scroll, what is typed and
//! what is open stay.
//!
//! A page that changes by itself must not move under the hand that is about to press something. So a change that moves
//! anything in view is taken back, and waits until somebody asks for it; what fits into its place is shown at once.

mod look;

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use web_sys::{Document, Element, HtmlElement, HtmlInputElement, Node, NodeList};

use look::{Look, Scrolled, focus};

/// Parts that change each for itself when the whole would move: cards, then the rows in them.
const PARTS: [(&str, &str); 2] =
    [("main section[aria-labelledby]", "aria-labelledby"), ("main [data-key]", "data-key")];
/// What names an element among others.
const NAMES: [&str; 4] = ["data-key", "id", "aria-labelledby", "data-component"];
const LOOKS: [&str; 2] = ["class", "role"];
/// What somebody types or ticks to send it is theirs, whatever the page says meanwhile.
const TYPED: &str = "form[method=post] :is(input:not([type=hidden]), textarea, select, option)";

/// Shows everything that is new, whatever moves: somebody asked for it.
pub(crate) fn show(page: &Document) {
    if let (Some(old), Some(new)) = (document().get_element_by_id("main"), page.get_element_by_id("main")) {
        let had_focus = document().active_element().is_some_and(|focused| old.contains(Some(&focused)));
        let scrolled = Scrolled::take();
        Patch { forced: true, ..Patch::default() }.update(&old, &new);
        scrolled.restore();
        // What was pressed is gone: the next Tab goes on here and not at the top of the page.
        let lost = document().active_element().is_none_or(|focused| focused.tag_name() == "BODY");
        if had_focus && lost {
            if let Some(main) = old.dyn_ref::<HtmlElement>() {
                main.set_tab_index(-1);
            }
            focus(&old);
        }
    }
    document().set_title(&page.title());
}

/// Shows what is new where it moves nothing. Returns whether something waits.
pub(crate) fn settle(page: &Document) -> bool {
    let (Some(old), Some(new)) = (document().get_element_by_id("main"), page.get_element_by_id("main")) else {
        return false;
    };
    let before = Look::take();
    if before.try_to(&old, &new) {
        return false;
    }
    for (selector, name) in PARTS {
        let Ok(parts) = document().query_selector_all(selector) else { continue };
        for part in elements(&parts) {
            let Some(key) = part.get_attribute(name) else { continue };
            let Ok(fresh) = page.query_selector_all(&format!("{selector}[{name}='{key}']")) else { continue };
            if let Some(fresh) = elements(&fresh).next().filter(|fresh| !fresh.is_equal_node(Some(&part))) {
                before.try_to(&part, &fresh);
            }
        }
    }
    true
}

fn elements(list: &NodeList) -> impl Iterator<Item = Element> + '_ {
    (0..list.length()).filter_map(|place| list.item(place)?.dyn_into::<Element>().ok())
}

/// What was done, for taking it back.
enum Did {
    Said(Node, Option<String>),
    Set(Element, String, Option<String>),
    Put(Node, Option<Node>, Option<Node>),
}

#[derive(Default)]
struct Patch {
    did: Vec<Did>,
    /// Also what somebody chose to look for, and answers that were only said once.
    forced: bool,
    /// What holds the focus would have to go.
    loses_focus: bool,
}

impl Patch {
    fn update(&mut self, old: &Element, new: &Element) {
        // An island is at home in itself.
        if old.tag_name() == "LEPTOS-ISLAND" || old.is_equal_node(Some(new)) {
            return;
        }
        self.attributes(old, new);
        if old.tag_name() != "TEXTAREA" || !is_typed(old) {
            self.children(old, new);
        }
    }

    fn attributes(&mut self, old: &Element, new: &Element) {
        let names = |element: &Element| -> Vec<String> {
            element.get_attribute_names().iter().filter_map(|name| name.as_string()).collect()
        };
        // What is open was opened by somebody.
        let is_theirs = |name: &str| match name {
            "open" => true,
            "tabindex" => old.id() == "main",
            "value" | "checked" | "selected" => is_typed(old),
            _ => false,
        };
        for name in names(new) {
            let (had, has) = (old.get_attribute(&name), new.get_attribute(&name));
            if had != has && !is_theirs(&name) {
                self.did.push(Did::Set(old.clone(), name.clone(), had));
                drop(old.set_attribute(&name, &has.unwrap_or_default()));
            }
        }
        for name in names(old) {
            if !new.has_attribute(&name) && !is_theirs(&name) {
                self.did.push(Did::Set(old.clone(), name.clone(), old.get_attribute(&name)));
                drop(old.remove_attribute(&name));
            }
        }
        if self.forced {
            answer(old);
        }
    }

    fn children(&mut self, old: &Element, new: &Element) {
        let had: Vec<Node> = nodes(&old.child_nodes());
        let mut free = had.clone();
        let mut wanted: Vec<Node> = Vec::new();
        for new in nodes(&new.child_nodes()) {
            let found = free.iter().position(|old| is_alike(old, &new));
            let node = match found {
                Some(place) => {
                    let node = free.remove(place);
                    match (node.dyn_ref::<Element>(), new.dyn_ref::<Element>()) {
                        (Some(node), Some(new)) => self.update(node, new),
                        _ => self.say(&node, &new),
                    }
                    node
                }
                None => match document().import_node_with_deep(&new, true) {
                    Ok(node) => node,
                    Err(_) => continue,
                },
            };
            wanted.push(node);
        }
        for node in free {
            // What an act answered a moment ago is read to its end.
            let said = node.dyn_ref::<Element>().is_some_and(|node| node.matches("[role=status]").unwrap_or(false));
            if self.forced || !said {
                self.put(&node, None, None);
                continue;
            }
            // It stays where it is: after the nearest one before it that also stays.
            let before = had.iter().position(|one| *one == node).unwrap_or_default();
            let stays = had[..before].iter().rev().find_map(|one| wanted.iter().position(|kept| kept == one));
            wanted.insert(stays.map_or(0, |place| place + 1), node);
        }
        self.order(old, &wanted);
    }

    fn say(&mut self, old: &Node, new: &Node) {
        let (had, has) = (old.node_value(), new.node_value());
        if had != has {
            self.did.push(Did::Said(old.clone(), had));
            old.set_node_value(has.as_deref());
        }
    }

    /// Puts children into their order around the one that holds the focus, which would lose it if it was moved.
    fn order(&mut self, parent: &Element, wanted: &[Node]) {
        let focused = document().active_element();
        let holds = |node: &Node| focused.as_ref().is_some_and(|focused| node.contains(Some(focused)));
        let pin = wanted.iter().position(holds).unwrap_or(wanted.len());
        for (place, node) in wanted.iter().enumerate().take(pin).rev() {
            let next = wanted.get(place + 1);
            if node.parent_node().is_none() || next.is_some() && node.next_sibling().as_ref() != next {
                self.put(node, Some(parent), next);
            }
        }
        for pair in wanted[pin.min(wanted.len())..].windows(2) {
            let after = pair[0].next_sibling();
            if after.as_ref() != Some(&pair[1]) {
                self.put(&pair[1], Some(parent), after.as_ref());
            }
        }
    }

    /// Moves a node there, or takes it away. The one that holds the focus only when that was asked for.
    fn put(&mut self, node: &Node, parent: Option<&Element>, next: Option<&Node>) {
        if !self.forced && document().active_element().is_some_and(|focused| node.contains(Some(&focused))) {
            self.loses_focus = true;
            return;
        }
        self.did.push(Did::Put(node.clone(), node.parent_node(), node.next_sibling()));
        place(node, parent.map(AsRef::<Node>::as_ref), next);
    }

    fn wrote_in(&self, element: &Element) -> bool {
        self.did.iter().any(|did| match did {
            Did::Said(node, _) | Did::Put(node, ..) => element.contains(Some(node)),
            Did::Set(..) => false,
        })
    }

    fn take_back(self) {
        for did in self.did.into_iter().rev() {
            match did {
                Did::Said(node, had) => node.set_node_value(had.as_deref()),
                Did::Set(element, name, Some(had)) => drop(element.set_attribute(&name, &had)),
                Did::Set(element, name, None) => drop(element.remove_attribute(&name)),
                Did::Put(node, parent, next) => place(&node, parent.as_ref(), next.as_ref()),
            }
        }
    }
}

fn place(node: &Node, parent: Option<&Node>, next: Option<&Node>) {
    match (parent, node.parent_node()) {
        (Some(parent), _) => drop(parent.insert_before(node, next)),
        (None, Some(parent)) => drop(parent.remove_child(node)),
        (None, None) => {}
    }
}

fn nodes(list: &NodeList) -> Vec<Node> {
    (0..list.length()).filter_map(|place| list.item(place)).collect()
}

/// Whether one can become the other: the same kind, and the same key or id. Without either it must look like the same
/// thing, or a message that comes would be made of the form that stood there.
fn is_alike(old: &Node, new: &Node) -> bool {
    match (old.dyn_ref::<Element>(), new.dyn_ref::<Element>()) {
        (Some(old), Some(new)) => {
            let same = |name: &&str| old.get_attribute(name) == new.get_attribute(name);
            let named = NAMES.iter().any(|name| old.has_attribute(name));
            old.tag_name() == new.tag_name() && NAMES.iter().all(same) && (named || LOOKS.iter().all(same))
        }
        (None, None) => old.node_type() == new.node_type(),
        _ => false,
    }
}

fn is_typed(control: &Element) -> bool {
    control.matches(TYPED).unwrap_or(false)
}

/// A control that is not in use says what the page says.
fn answer(control: &Element) {
    let in_use = document().active_element().as_ref() == Some(control);
    if is_typed(control) {
        return;
    }
    if let Some(input) = control.dyn_ref::<HtmlInputElement>().filter(|_| !in_use) {
        match input.type_().as_str() {
            "checkbox" | "radio" => input.set_checked(input.default_checked()),
            "hidden" => {}
            _ => input.set_value(&input.default_value()),
        }
    } else if let Some(option) = control.dyn_ref::<web_sys::HtmlOptionElement>() {
        option.set_selected(option.default_selected());
    }
}
