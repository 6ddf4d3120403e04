//! Pages of one tenant, as each role sees them.

use super::{Seen, see, words};
use crate::pages::staff;
use crate::ports::ApprovalAnswer;
use crate::role::Role;
use crate::samples::tenant as sample;
use crate::samples::{HOSTILE, NOW};
use crate::state::ConnectionState;

pub(super) fn pages() -> Vec<(String, Seen)> {
    let owner = sample::who(Role::Owner);
    let mut pages: Vec<(String, Seen)> = Vec::new();
    for state in ConnectionState::ALL {
        let name = format!("staff-tenant-{}", state.slug());
        pages.push((name, see(|| staff::tenant_page(&owner, &sample::tenant(state)))));
    }
    for (name, view) in [
        ("staff-tenant-refused", sample::refused(ConnectionState::Connected)),
        ("staff-tenant-said", sample::said("pause", "done")),
        ("staff-tenant-said-not", sample::said("run", "off")),
    ] {
        pages.push((name.to_owned(), see(|| staff::tenant_page(&owner, &view))));
    }
    let viewer = sample::who(Role::Viewer);
    let view = sample::tenant(ConnectionState::Paused);
    pages.push(("staff-tenant-viewer".to_owned(), see(|| staff::tenant_page(&viewer, &view))));
    pages.push(("staff-tenant-timeline".to_owned(), see(|| staff::timeline_page(&owner, &sample::timeline()))));
    for (name, answer) in
        [("staff-tenant-run", ApprovalAnswer::Open), ("staff-tenant-run-granted", ApprovalAnswer::Granted { at: NOW })]
    {
        pages.push((name.to_owned(), see(|| staff::run_page(&owner, &sample::run_page(answer)))));
    }
    for (name, view) in sample::acts() {
        pages.push((format!("staff-tenant-{name}"), see(|| staff::act_page(&owner, &view))));
    }
    pages.push(("staff-tenant-note".to_owned(), see(|| staff::note_page(&owner, &sample::note_page()))));
    pages.push(("staff-tenant-settings".to_owned(), see(|| staff::tenant_settings_page(&owner, &sample::settings()))));
    pages.push(("staff-tenant-explain".to_owned(), see(|| staff::explain_page(&owner, &sample::explain()))));
    pages.push((
        "staff-tenant-organization".to_owned(),
        see(|| staff::organization_page(&owner, &sample::organization())),
    ));
    pages.push(("staff-bulk".to_owned(), see(|| staff::bulk_page(&owner, &sample::bulk_question(&[])))));
    let wrong = sample::bulk_question(&["reason", "since", "connections"]);
    pages.push(("staff-bulk-refused".to_owned(), see(|| staff::bulk_page(&owner, &wrong))));
    for (name, ended) in [("staff-bulk-going", false), ("staff-bulk-ended", true)] {
        pages.push((name.to_owned(), see(|| staff::bulk_act_page(&owner, &sample::bulk(ended)))));
    }
    pages
}

#[test]
fn the_cause_comes_with_the_act_that_helps() {
    let support = sample::who(Role::Support);
    let shown = |state| words(&see(|| staff::tenant_page(&support, &sample::tenant(state))).html);
    for (state, cause, act) in [
        (
            ConnectionState::Reconnect,
            "OfficeRnD no longer accepts our login for Harbour & Loom.",
            "Make a reconnect link",
        ),
        (ConnectionState::Paused, "Ravi Shah paused synchronization.", "Resume synchronization"),
        (ConnectionState::WaitingForApproval, "would remove 64 of 180 members", "Look at the list"),
        (ConnectionState::SomeLocations, "at 2 of 4 locations", "See the settings as the administrator does"),
        (ConnectionState::Delayed, "older than twice the interval", "Run now"),
    ] {
        let page = shown(state);
        assert!(page.contains(cause) && page.contains(act), "{state:?}: {page}");
    }
}

#[test]
fn who_may_press_nothing_sees_no_button() {
    let viewer = sample::who(Role::Viewer);
    for state in ConnectionState::ALL {
        let seen = see(|| staff::tenant_page(&viewer, &sample::tenant(state)));
        let main = seen.html.split("<main").nth(1).expect("a main part");
        // But for those of the line under the heading, which change nothing but what is looked at.
        let (before, rest) = main.split_once("<leptos-island").expect("the line");
        let after = rest.split_once("</leptos-island>").expect("its end").1;
        assert!(!before.contains("<button") && !after.contains("<button"), "{state:?}: {main}");
    }
    let support = sample::who(Role::Support);
    let seen = see(|| staff::run_page(&support, &sample::run_page(ApprovalAnswer::Open)));
    assert!(!seen.html.contains("value=\"approve\""), "support looks and does not decide");
}

#[test]
fn names_of_others_stay_names_here_too() {
    let owner = sample::who(Role::Owner);
    let mut view = sample::tenant(ConnectionState::Paused);
    view.head.organization_name = HOSTILE.to_owned();
    view.account = HOSTILE.to_owned();
    view.paused_by = Some(HOSTILE.to_owned());
    view.notes[0].text = HOSTILE.to_owned();
    view.runs[0].reasons[0].0 = HOSTILE.to_owned();
    view.sent[0].kind = HOSTILE.to_owned();
    view.received[0].kind = Some(HOSTILE.to_owned());
    for seen in [see(|| staff::tenant_page(&owner, &view)), see(|| staff::bulk_act_page(&owner, &sample::bulk(true)))] {
        assert!(!seen.html.contains("<script") && !seen.html.contains("<strong>'"), "{}", seen.html);
    }
}
