//! Pages that keep themselves new: pieces of a newer page must find their own counterparts, and no others.

use std::collections::BTreeSet;

use super::{Seen, lists, see, tenant, words};
use crate::pages::staff;
use crate::ports::{StaffView, TenantsView};
use crate::role::Role;
use crate::samples;
use crate::state::ConnectionState;

fn support() -> StaffView {
    samples::tenant::who(Role::Support)
}

fn with_state(state: ConnectionState) -> String {
    see(|| staff::tenant_page(&support(), &samples::tenant::tenant(state))).html
}

/// The tags that stand directly in the main part.
fn pieces(html: &str) -> Vec<String> {
    let mut rest = &html[html.find("<main").expect("a main part")..];
    let (mut depth, mut pieces) = (0, Vec::new());
    while let Some(at) = rest.find('<') {
        rest = &rest[at..];
        if rest.starts_with("<!") {
            rest = rest.split_once('>').expect("a comment ends").1;
            continue;
        }
        let mut quoted = false;
        let end = rest.find(|sign: char| {
            quoted ^= sign == '"';
            sign == '>' && !quoted
        });
        let (tag, behind) = rest.split_at(end.expect("a tag ends") + 1);
        rest = behind;
        if tag.starts_with("</") {
            depth -= 1;
            if depth == 0 {
                break;
            }
            continue;
        }
        if depth == 1 {
            pieces.push(tag.to_owned());
        }
        let is_empty = tag.ends_with("/>") || ["<input", "<br", "<img", "<hr"].iter().any(|name| tag.starts_with(name));
        depth += i32::from(!is_empty);
    }
    pieces
}

fn values(html: &str, attribute: &str) -> Vec<String> {
    let start = format!(" {attribute}=\"");
    html.split(&start).skip(1).filter_map(|rest| Some(rest.split_once('"')?.0.to_owned())).collect()
}

#[test]
fn pieces_of_a_page_that_keeps_itself_new_have_names() {
    let short = TenantsView { too_short: true, ..samples::lists::tenants() };
    let mut pages = lists();
    pages.push(("too short".to_owned(), see(|| staff::tenants_page(&samples::lists::viewer(Role::Support), &short))));
    pages.extend(tenant::pages().into_iter().filter(|(_, seen)| seen.html.contains("data-component=\"LiveLine")));
    assert!(pages.len() > 15, "{}", pages.len());
    for (name, Seen { html, .. }) in pages {
        let mut names = BTreeSet::new();
        for piece in pieces(&html).iter().filter(|piece| !piece.starts_with("<leptos-island")) {
            let called = ["data-key", "id", "aria-labelledby"].iter().find_map(|name| values(piece, name).pop());
            let called = called.unwrap_or_else(|| panic!("{name}: nothing names {piece}"));
            assert!(names.insert(called), "{name}: two like {piece}");
        }
        assert!(names.len() > 1, "{name}: {names:?}");
        let keys = values(&html, "data-key");
        assert_eq!(keys.iter().collect::<BTreeSet<_>>().len(), keys.len(), "{name}: {keys:?}");
    }
}

#[test]
fn a_message_that_comes_or_goes_is_not_made_of_what_stands_beside_it() {
    let list = |too_short| {
        let view = TenantsView { too_short, ..samples::lists::tenants() };
        values(&see(|| staff::tenants_page(&samples::lists::viewer(Role::Support), &view)).html, "data-key")
    };
    let (with, without) = (list(true), list(false));
    assert!(with.contains(&"too-short".to_owned()) && with.contains(&"controls".to_owned()), "{with:?}");
    assert_eq!(with.into_iter().filter(|key| key != "too-short").collect::<Vec<_>>(), without);

    let said = see(|| staff::tenant_page(&support(), &samples::tenant::said("pause", "done"))).html;
    let later = with_state(ConnectionState::Connected);
    let (said, later) = (values(&said, "data-key"), values(&later, "data-key"));
    assert!(said.contains(&"said".to_owned()) && !later.contains(&"said".to_owned()), "{said:?} {later:?}");
    for key in ["cols", "happened", "acts"] {
        assert!(said.contains(&key.to_owned()) && later.contains(&key.to_owned()), "{key}: {said:?} {later:?}");
    }
}

#[test]
fn another_button_is_another_piece() {
    let keys = |state, of: &str| {
        let keys = values(&with_state(state), "data-key").into_iter();
        keys.filter(|key| key.starts_with(of)).collect::<Vec<_>>()
    };
    let (late, paused) = (ConnectionState::Delayed, ConnectionState::Paused);
    assert_eq!(keys(late, "cause-"), ["cause-late"]);
    assert_eq!(keys(paused, "cause-"), ["cause-paused_by_partner"]);
    let choices = keys(late, "choice-");
    assert!(
        choices.contains(&"choice-pause".to_owned()) && !choices.contains(&"choice-resume".to_owned()),
        "{choices:?}"
    );
    let choices = keys(paused, "choice-");
    assert!(
        choices.contains(&"choice-resume".to_owned()) && !choices.contains(&"choice-pause".to_owned()),
        "{choices:?}"
    );
}

#[test]
fn the_line_has_words_for_what_waits() {
    let html = with_state(ConnectionState::Connected);
    let props = values(&html, "data-props").into_iter().find(|props| props.contains("as_of")).expect("the line");
    assert!(props.contains("Something is new. The button “Show what is new” shows it."), "{props}");
    assert!(!words(&html).contains("Something is new."), "nothing waits yet");
}
