//! What every page has to keep, checked on the HTML itself.

mod live;
mod tenant;

use std::collections::BTreeSet;
use std::sync::Arc;

use async_trait::async_trait;
use axum::body::Body;
use leptos::prelude::*;

use crate::app::{App, FRAGMENT, ISLAND_ROUTES, holds_islands};
use crate::fragment;
use crate::pages::message::{self, Around, Message};
use crate::pages::{Page, connect, link, problem, settings, staff};
use crate::ports::{
    ApprovalAnswer, ApprovalView, Asks, AttemptStage, AttemptView, ConfirmPageView, ConfirmView, ConnectDesk,
    ConnectionView, DisconnectView, FactView, Fault, HistoryView, Input, Listed, LocationView, OverviewView,
    PartnerTrouble, RestoreView, ReturnUrl, ReviewView, SettingsDesk, SettingsPageView, SharedConnectDesk,
    SharedSettingsDesk, StepView, TenantsView, Words,
};
use crate::problems::ProblemCode;
use crate::samples::{self, HOSTILE, PROBLEMS, settings as form};
use crate::state::ConnectionState;
use crate::texts::{Language, speaking};

/// A rendered page.
struct Seen {
    title: String,
    status: u16,
    html: String,
}

fn see(page: impl FnOnce() -> Page) -> Seen {
    let mut seen = (String::new(), 0);
    let html = fragment(|| {
        let Page { title, status, body } = page();
        seen = (title, status);
        body
    });
    Seen { title: seen.0, status: seen.1, html }
}

fn attempt(stage: AttemptStage) -> Seen {
    see(|| connect::page(&samples::attempt(stage)))
}

/// The page of a connection whose manifest has no sections.
fn as_settings(connection: &ConnectionView) -> Page {
    settings::settings_page(connection, &SettingsPageView::Form(Box::default()))
}

/// The page of these settings.
fn with_settings(view: crate::ports::SettingsView) -> Page {
    settings::settings_page(&samples::connection(ConnectionState::Connected), &SettingsPageView::Form(Box::new(view)))
}

/// Text without tags and comments, spaces evened.
fn words(html: &str) -> String {
    let mut words = String::new();
    let mut rest = html;
    while let Some((before, tag)) = rest.split_once('<') {
        words.push_str(before);
        // An inline element does not part words.
        if !["bdi", "/bdi", "strong", "/strong", "span", "/span", "!"].iter().any(|inline| tag.starts_with(inline)) {
            words.push(' ');
        }
        rest = tag.split_once('>').map_or("", |(_, after)| after);
    }
    words.push_str(rest);
    words.replace("&amp;", "&").split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The button with this value, from its tag to the end of its words.
fn button<'a>(html: &'a str, value: &str) -> &'a str {
    let all = html.split("<button").filter_map(|rest| rest.split("</button>").next());
    all.into_iter().find(|button| button.contains(&format!("value=\"{value}\""))).expect("a button")
}

fn heading(html: &str) -> String {
    let from = html.find("<h1").expect("a heading");
    let to = html.find("</h1>").expect("the heading's end");
    words(&html[from..to])
}

/// All pages there are, in every stage and state, with names.
fn everything() -> Vec<(String, Seen)> {
    let mut pages = Vec::new();
    for (name, stage) in samples::stages() {
        let mut with_steps = samples::attempt(stage.clone());
        with_steps.integration.steps = vec![Words::new("Account"), Words::new("Site")];
        pages.push((format!("{name}-steps"), see(|| connect::page(&with_steps))));
        pages.push((name, attempt(stage)));
    }
    for state in ConnectionState::ALL {
        let connection = samples::connection(state);
        pages.push((format!("connection-{}", state.slug()), see(|| as_settings(&connection))));
    }
    let connection = samples::connection(ConnectionState::Connected);
    for (name, view) in [
        ("disconnect", DisconnectView::default()),
        ("disconnect-held", samples::held()),
        ("disconnect-unknown", DisconnectView { unknown: true, ..DisconnectView::default() }),
    ] {
        pages.push((name.to_owned(), see(|| settings::disconnect_page(&connection, &view))));
    }
    pages.push(("reconnect".to_owned(), see(|| settings::reconnect_page(&connection))));
    for (name, step) in [
        ("step", samples::step()),
        ("step-refused", samples::refused_step()),
        ("step-trouble", { StepView { trouble: Some(PartnerTrouble::NoAnswer), ..samples::step() } }),
        ("step-declined", { StepView { trouble: Some(PartnerTrouble::Declined), leads: true, ..samples::step() } }),
        ("step-sign-in", {
            StepView { asks: Asks::SignIn("https://login.example/?a=1&b=2".into()), ..samples::step() }
        }),
    ] {
        pages.push((format!("connect-{name}"), see(|| connect::step_page(&step))));
        pages.push((format!("settings-{name}"), see(|| settings::step_page(&connection, &step))));
    }
    pages.push(("settings-review".to_owned(), see(|| settings::review_page(&connection, &samples::review()))));
    pages.extend(settings_pages(&connection));
    pages.extend(tenant::pages());
    let around = Around {
        integration: Some("Portunus Access".to_owned()),
        support: samples::integration().support,
        return_url: Some("https://app.officernd.example/return".to_owned()),
        reference: Some("SL-4F9C-08".to_owned()),
        languages: true,
    };
    for message in Message::ALL {
        pages.push((format!("message-{message:?}"), see(|| message::page(message, &around))));
        pages.push((format!("bare-{message:?}"), see(|| message::page(message, &Around::default()))));
    }
    for (name, page) in samples::staff::pages() {
        pages.push((format!("staff-{name}"), see(page)));
    }
    for (name, page) in
        samples::staff::pages().into_iter().filter(|(name, _)| ["account-begun", "team", "set-up"].contains(name))
    {
        pages.push((format!("staff-{name}-de"), speaking(Language::German, || see(page))));
    }
    for (name, link) in samples::links() {
        pages.push((format!("link-{name}"), see(|| link::page(&link))));
    }
    for code in ProblemCode::ALL {
        pages.push((format!("problem-{}", code.slug()), see(|| problem::page(code))));
    }
    pages.extend(lists());
    pages
}

/// The overview and the list of tenants, as who may do much and who may do nothing sees them.
fn lists() -> Vec<(String, Seen)> {
    use crate::role::Role;
    let (support, viewer) = (samples::lists::viewer(Role::Support), samples::lists::viewer(Role::Viewer));
    let empty = TenantsView { rows: Vec::new(), ..samples::lists::chosen() };
    let none = TenantsView { all: 0, rows: Vec::new(), outages: Vec::new(), ..samples::lists::tenants() };
    let bare = OverviewView { may_acknowledge: false, ..samples::lists::overview() };
    [
        ("staff-overview", see(|| staff::overview_page(&support, &samples::lists::overview()))),
        ("staff-overview-quiet", see(|| staff::overview_page(&support, &samples::lists::quiet()))),
        ("staff-overview-viewer", see(|| staff::overview_page(&viewer, &bare))),
        ("staff-tenants", see(|| staff::tenants_page(&support, &samples::lists::tenants()))),
        ("staff-tenants-chosen", see(|| staff::tenants_page(&viewer, &samples::lists::chosen()))),
        ("staff-tenants-empty", see(|| staff::tenants_page(&support, &empty))),
        ("staff-tenants-none", see(|| staff::tenants_page(&support, &none))),
    ]
    .map(|(name, page)| (name.to_owned(), page))
    .into()
}

/// The settings pages in every state.
fn settings_pages(connection: &ConnectionView) -> Vec<(String, Seen)> {
    let mut pages = vec![
        ("form-location".to_owned(), see(|| with_settings(form::at_bristol()))),
        ("form-kinds".to_owned(), see(|| with_settings(form::every_kind()))),
        ("form-refused".to_owned(), see(|| with_settings(form::refused()))),
    ];
    let first = crate::ports::SettingsView { first_visit: true, ..form::every_kind() };
    pages.push(("form-first".to_owned(), see(|| with_settings(first))));
    let mut paged = crate::ports::SettingsView { first_visit: true, by_section: true, ..form::at_bristol() };
    for (place, section) in paged.sections.iter_mut().enumerate() {
        section.here = place == 1;
        section.href = Some(format!("?section={}", section.id));
    }
    pages.push(("form-paged".to_owned(), see(|| with_settings(paged))));
    for (name, outcome) in form::outcomes() {
        let view = crate::ports::SettingsView { outcome, ..form::at_bristol() };
        pages.push((format!("form-{name}"), see(|| with_settings(view))));
    }
    for (name, undecided) in [("conflict", false), ("conflict-undecided", true)] {
        let conflict = SettingsPageView::Conflict(Box::new(form::conflict(undecided)));
        pages.push((format!("form-{name}"), see(|| settings::settings_page(connection, &conflict))));
    }
    for (name, typed) in [("confirm", None), ("confirm-wrong", Some("Bristol"))] {
        pages.push((format!("form-{name}"), see(|| settings::confirm_page(connection, &form::confirm(typed)))));
    }
    let moved = ConfirmView { moved: true, ..form::confirm(None) };
    pages.push(("form-confirm-moved".to_owned(), see(|| settings::confirm_page(connection, &moved))));
    for (name, waited) in [("confirm-lapsed", true), ("confirm-over", false)] {
        let over = form::question_over(waited);
        pages.push((format!("form-{name}"), see(|| settings::question_over_page(connection, &over))));
    }
    pages.push(("form-history".to_owned(), see(|| settings::history_page(connection, &form::history()))));
    let empty = HistoryView { revisions: Vec::new(), older: None, newer: None, restored: None };
    pages.push(("form-history-empty".to_owned(), see(|| settings::history_page(connection, &empty))));
    for (name, answer) in [
        ("approval", ApprovalAnswer::Open),
        ("approval-granted", ApprovalAnswer::Granted { at: samples::NOW }),
        ("approval-refused", ApprovalAnswer::Refused { at: samples::NOW }),
        ("approval-over", ApprovalAnswer::Over),
    ] {
        let approval = samples::approval(answer);
        pages.push((name.to_owned(), see(|| settings::approval_page(connection, &approval))));
    }
    for (name, changes) in [("restore", true), ("restore-nothing", false)] {
        pages.push((format!("form-{name}"), see(|| settings::restore_page(connection, &form::restore(changes)))));
    }
    let german: Vec<_> = ["location", "kinds", "refused"]
        .into_iter()
        .map(|name| {
            let view = match name {
                "location" => form::at_bristol(),
                "kinds" => form::every_kind(),
                _ => form::refused(),
            };
            (format!("form-{name}-de"), speaking(Language::German, || see(|| with_settings(view))))
        })
        .collect();
    pages.extend(german);
    pages
}

#[test]
fn every_page_is_plain_honest_html() {
    let pages = everything();
    assert!(pages.len() > 70);
    for (name, Seen { title, html, .. }) in pages {
        assert_eq!(html.matches("<h1").count(), 1, "{name}: one heading of the first rank");
        assert_eq!(html.matches("<main").count(), 1, "{name}: one main part");
        assert!(html.contains("href=\"#main\""), "{name}: a skip link");
        // Staff know the product's name, search by address, and let their browser keep the password.
        let of_staff = name.starts_with("staff-");
        for forbidden in [" style=", "<script", "<style", "onclick", "onload", "javascript:"] {
            assert!(!html.contains(forbidden), "{name} holds {forbidden}");
        }
        assert!(of_staff || !html.contains("Deskbridge"), "{name}: admins never read the product's name");
        for secret in html.split("type=\"password\"").skip(1).filter_map(|rest| rest.split('>').next()) {
            let kept = of_staff && (secret.contains("current-password") || secret.contains("new-password"));
            assert!(
                !secret.contains(" value=") && (kept || secret.contains("autocomplete=\"off\"")),
                "{name}: {secret}"
            );
        }
        for described in html.split("aria-describedby=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            for id in described.split(' ') {
                assert!(html.contains(&format!(" id=\"{id}\"")), "{name}: nothing has the id {id}");
            }
        }
        // Plain text, escaped where it is written: a name may hold anything, our own words no markup.
        let ours = title.replace(HOSTILE, "");
        assert!(!title.is_empty() && !ours.contains(['\u{E000}', '\u{E001}', '<']), "{name}: title {title}");
        assert!(!html.contains(['\u{E000}', '\u{E001}', '\u{E002}']), "{name}: a mark of the catalogue came out");
        let ids: Vec<&str> = html.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert_eq!(ids.len(), ids.iter().collect::<BTreeSet<_>>().len(), "{name}: ids {ids:?}");
        for label in html.split("aria-labelledby=\"").skip(1).filter_map(|rest| rest.split('"').next()) {
            for id in label.split(' ') {
                assert!(ids.contains(&id), "{name}: nothing has the id {id}");
            }
        }
        for form in html.split("<form").skip(1).filter_map(|rest| rest.split('>').next()) {
            let is_plain = form.contains("method=\"post\"") && !form.contains("action=");
            // What staff choose a list by is an address, and signing out is one of its own.
            let is_list = of_staff && (form.contains("action=\"/") || form.contains("role=\"search\""));
            assert!(is_plain || is_list, "{name}: <form{form}>");
        }
    }
}

#[test]
fn connect_pages_hold_no_island() {
    for (name, stage) in samples::stages() {
        assert!(!attempt(stage).html.contains("<leptos-island"), "{name}");
    }
}

#[test]
fn the_scope_page_asks_two_questions_and_connects() {
    let seen = attempt(samples::scope());
    assert_eq!((seen.title.as_str(), seen.status), ("Connect – Portunus Access", 200));
    assert_eq!(heading(&seen.html), "Connect Portunus Access to Harbour & Loom");
    let words = words(&seen.html);
    for sentence in [
        "Nothing is connected before you choose Connect.",
        "All locations, 4 today",
        "A location you open later joins by itself.",
        "Rotterdam – Katendrecht",
        "Read members, companies, memberships, bookings and day passes",
        "It cannot change members, invoices or prices",
    ] {
        assert!(words.contains(sentence), "{sentence}: {words}");
    }
    assert!(!words.contains("65f0a1b2c3d4e5f600000011"), "names, not ids");
    assert!(!seen.html.contains("class=\"steps\""));
    let (cancel, connect) = (seen.html.find("value=\"cancel\""), seen.html.find("value=\"next\""));
    assert!(cancel.is_some() && cancel < connect, "Cancel, then Connect");
}

#[test]
fn chosen_locations_and_forgotten_ones_are_told_apart_from_all() {
    let mut locations = samples::locations();
    locations.all = false;
    locations.today.truncate(1);
    let gone = LocationView { id: "65f0ff".to_owned(), name: "65f0ff".to_owned(), time_zone: None };
    locations.today.push(gone);
    let seen = attempt(AttemptStage::Scope { locations, covered: Vec::new(), reconnects: false });
    let words = words(&seen.html);
    assert!(words.contains("2 locations") && words.contains("Only these are connected."), "{words}");
    assert!(!words.contains("joins by itself"));
    assert!(words.contains("not known to OfficeRnD any more"), "{words}");
}

#[test]
fn many_locations_fold_behind_a_summary() {
    let mut locations = samples::locations();
    locations.today =
        (0..200).map(|n| LocationView { id: format!("id{n}"), name: format!("Place {n}"), time_zone: None }).collect();
    let seen = attempt(AttemptStage::Scope { locations, covered: Vec::new(), reconnects: false });
    assert!(seen.html.contains("<summary>Show 194 more locations</summary>"));
    assert!(seen.html.contains("Place 199"));
}

#[test]
fn a_reconnect_says_that_settings_stay() {
    let seen = attempt(AttemptStage::Scope { locations: samples::locations(), covered: Vec::new(), reconnects: true });
    assert_eq!(heading(&seen.html), "Reconnect Portunus Access to Harbour & Loom");
    assert!(words(&seen.html).contains("settings and history stay as they are"));
    assert!(button(&seen.html, "next").ends_with(">Reconnect"));
}

#[test]
fn another_connection_of_the_same_locations_is_named() {
    let one = AttemptStage::Scope {
        locations: samples::locations(),
        covered: vec![samples::covered(false)],
        reconnects: false,
    };
    assert!(
        words(&attempt(one).html)
            .contains("The connection with account Harbour NL covers 2 of these locations already")
    );
    let all = AttemptStage::Scope {
        locations: samples::locations(),
        covered: vec![samples::covered(true)],
        reconnects: false,
    };
    assert!(words(&attempt(all).html).contains("The connection with account Harbour NL covers all locations already"));
}

#[test]
fn an_integration_with_steps_shows_them_and_continues() {
    let mut view = samples::attempt(samples::scope());
    view.integration.steps = vec![Words::new("Account"), Words::new("Site")];
    let seen = see(|| connect::page(&view));
    assert_eq!(seen.title, "Step 1 of 4: Scope – Portunus Access");
    assert!(button(&seen.html, "next").ends_with(">Continue"));
    assert!(words(&seen.html).contains("Step 2: Account"));
    assert_eq!(seen.html.matches("aria-current=\"step\"").count(), 1);

    view.stage = AttemptStage::FinishSetUp {
        locations: samples::locations(),
        open: view.integration.steps.clone(),
        waits_for: None,
    };
    let seen = see(|| connect::page(&view));
    assert_eq!(heading(&seen.html), "Portunus Access waits for set-up");
    assert!(words(&seen.html).contains("Step 1: Scope (done)"));
    assert!(words(&seen.html).contains("Account"));
}

#[test]
fn a_refused_step_says_the_same_on_top_and_at_each_field() {
    let view = samples::refused_step();
    let Asks::Fields(fields) = &view.asks else { panic!("it has fields") };
    for seen in [
        see(|| connect::step_page(&view)),
        see(|| settings::step_page(&samples::connection(ConnectionState::FinishSetUp), &view)),
    ] {
        assert_eq!(seen.status, 422);
        assert!(seen.title.starts_with("Error: "), "{}", seen.title);
        let summary = seen.html.split("error-summary").nth(1).and_then(|rest| rest.split("</section>").next());
        let summary = summary.expect("a summary");
        // One line of the partner's for all of them.
        assert_eq!(summary.matches("<li>").count(), fields.len() + 1);
        for line in summary.split("href=\"#").skip(1) {
            let (id, rest) = line.split_once('"').expect("the link's end");
            assert!(seen.html.contains(&format!(" id=\"{id}\"")), "{id} is on the page");
            let said = rest.trim_start_matches('>').split("</a>").next().expect("words");
            let at_field = format!("</span>{said}</span>");
            assert!(seen.html.contains(&at_field), "{id}: {said} stands at its field too");
        }
        assert!(!seen.html.contains("<script"), "{}", seen.html);
        for typed in ["value=\"typed\"", "\na\nb</textarea>"] {
            assert!(seen.html.contains(typed), "{typed} is kept: {}", seen.html);
        }
    }
}

#[test]
fn a_step_asks_with_every_input() {
    let html = see(|| connect::step_page(&samples::step())).html;
    let words = words(&html);
    for said in [
        "Needed only when “Controller” is On site or Cloud.",
        "Without a port it is 8443.",
        "On: Mails. Off: Silence.",
        "The list could not be loaded. Your entries are kept.",
        "The list depends on Site. Choose that first, then Refresh list.",
    ] {
        assert!(words.contains(said), "{said}: {words}");
    }
    // Return must not press a button that only loads a list.
    let first = html.split("<form").nth(1).and_then(|form| form.split("<button").nth(1)).expect("a button");
    assert!(first.contains("value=\"next\""), "{first}");
    let option = html.split("value=\"b\"").nth(1).and_then(|rest| rest.split('>').next()).expect("an option");
    assert!(option.contains("checked"), "{option}");
    // What was chosen in a list that cannot be shown now goes along.
    assert!(html.contains("<input type=\"hidden\" name=\"f-away\" value=\"a\""), "{html}");
    let select = html.split("<select").nth(1).and_then(|rest| rest.split("</select>").next()).expect("a drop-down");
    assert_eq!(select.matches("<option").count(), 31);
    // A browser that demanded a field that is not asked would block the way.
    let line = html.split("id=\"f-line\"").nth(1).and_then(|rest| rest.split('>').next()).expect("the input");
    assert!(!line.contains("required"), "{line}");
}

/// A screen reader reads them as what they are; the others are in the language of the page.
#[test]
fn words_of_a_step_that_nobody_translated_say_their_language() {
    let english = |text: &str| Words { text: text.to_owned(), lang: Some("en".to_owned()) };
    let mut view = samples::refused_step();
    view.title = english("Account");
    view.integration.steps[0] = english("Account");
    view.help = Some(english("Where your doors are kept."));
    let Asks::Fields(fields) = &mut view.asks else { panic!("it has fields") };
    for field in fields.iter_mut().filter(|field| field.key != "text") {
        field.label = english(&field.label.text);
        field.help = Some(english("What it is for."));
        for (label, values) in &mut field.only_with {
            *label = english(&label.text);
            values[0] = english(&values[0].text);
        }
        match &mut field.input {
            Input::Choice { options, .. } | Input::List { list: Listed::Options { options, .. }, .. } => {
                options[0].label = english(&options[0].label.text);
                options[0].help = Some(english("The first."));
            }
            Input::Switch { on_text, .. } => *on_text = Some(english("Mails")),
            Input::Fixed(fact) => *fact = FactView::Words(vec![english("Europe")]),
            _ => {}
        }
    }
    let connection = samples::connection(ConnectionState::FinishSetUp);
    for seen in [
        speaking(Language::German, || see(|| connect::step_page(&view))),
        speaking(Language::German, || see(|| settings::step_page(&connection, &view))),
    ] {
        for said in [
            "<h1><bdi lang=\"en\">Account</bdi></h1>",
            "<bdi lang=\"en\">Where your doors are kept.</bdi>",
            // A label, a legend, and both in what is wrong with them.
            "<bdi lang=\"en\">The number</bdi>",
            "<bdi lang=\"en\">The choice</bdi>",
            "Füllen Sie <bdi lang=\"en\">The number</bdi> aus",
            "Wählen Sie <bdi lang=\"en\">The choice</bdi>",
            "<bdi lang=\"en\">What it is for.</bdi>",
            "<bdi lang=\"en\">Option a</bdi>",
            "<bdi>Option b</bdi>",
            "<bdi lang=\"en\">The first.</bdi>",
            "<bdi lang=\"en\">Controller</bdi>",
            "<bdi lang=\"en\">On site</bdi>",
            "<bdi>Cloud</bdi>",
            "<bdi lang=\"en\">Mails</bdi>",
            "<bdi>Silence</bdi>",
            "<bdi lang=\"en\">Europe</bdi>",
            "<bdi>The text</bdi>",
            "<bdi>Help for text</bdi>",
            "Füllen Sie The text aus",
        ] {
            assert!(seen.html.contains(said), "{said}: {}", seen.html);
        }
        let mut options = seen.html.split("<option").filter_map(|rest| rest.split('>').next());
        let first = options.find(|option| option.contains("value=\"0\"")).expect("the first of the drop-down");
        assert!(first.contains("lang=\"en\""), "{first}");
    }
}

#[test]
fn a_partner_in_trouble_is_said_as_such() {
    for (trouble, status, says) in [
        (PartnerTrouble::NoAnswer, 502, "Portunus Access did not answer Your entries are kept; try again."),
        (PartnerTrouble::BadAnswer, 502, "It is not your fault, and your entries are kept."),
        (PartnerTrouble::Declined, 200, "You did not allow it at Portunus Access Nothing was linked"),
        (PartnerTrouble::NotSignedIn, 400, "sent you back without a sign-in that counts."),
        (PartnerTrouble::TooLate, 400, "A sign-in counts for 30 minutes."),
    ] {
        let view = StepView { trouble: Some(trouble), ..samples::step() };
        let seen = see(|| connect::step_page(&view));
        assert_eq!(seen.status, status, "{trouble:?}");
        assert!(words(&seen.html).contains(says), "{}", words(&seen.html));
        assert!(button(&seen.html, "next").contains("Continue"), "the hidden one");
        assert!(!seen.html.contains("error-summary"), "nothing is wrong with the entries");
    }
}

#[test]
fn every_problem_has_its_own_page_status_and_way_out() {
    let mut headings = BTreeSet::new();
    let mut titles = BTreeSet::new();
    let mut advice = BTreeSet::new();
    for problem in PROBLEMS {
        let seen = attempt(AttemptStage::Failed(problem));
        assert_eq!(seen.status, problem.status(), "{problem:?}");
        assert!(seen.title.starts_with("Not connected: ") && seen.title.ends_with(" – Portunus Access"));
        let words = words(&seen.html);
        assert!(words.contains("CA-7K2M-41") && words.contains("6 May 2026, 12:03 (UTC)"), "{problem:?}: {words}");
        assert!(seen.html.contains("role=\"alert\"") && seen.html.contains("<ol><li>"), "{problem:?}");
        assert!(seen.html.contains("href=\"https://app.officernd.example/connect/external-integration/return\""));
        assert!(!seen.html.contains("<form"), "nothing to post after the end");
        headings.insert(heading(&seen.html));
        titles.insert(seen.title);
        advice.insert(words.split("What to do").nth(1).expect("a way out").to_owned());
    }
    assert_eq!((headings.len(), titles.len(), advice.len()), (PROBLEMS.len(), PROBLEMS.len(), PROBLEMS.len()));
}

#[test]
fn waiting_keeps_everything_and_offers_another_try() {
    for (stage, status, button) in [
        (AttemptStage::Waiting(crate::ports::Waiting::Busy), 503, "Continue"),
        (AttemptStage::Waiting(crate::ports::Waiting::Down), 502, "Try again"),
    ] {
        let seen = attempt(stage);
        assert_eq!(seen.status, status);
        assert!(words(&seen.html).contains("Nothing is lost"));
        assert!(seen.html.contains("value=\"cancel\"") && seen.html.contains("value=\"retry\""));
        assert!(words(&seen.html).ends_with(button));
    }
}

#[test]
fn a_failed_connect_without_an_organization_still_has_two_sides() {
    let view = AttemptView { organization: None, ..samples::attempt(AttemptStage::Failed(PROBLEMS[0])) };
    assert!(words(&see(|| connect::page(&view)).html).contains("Your organization"));
}

#[test]
fn hostile_names_stay_names() {
    let mut view = samples::attempt(AttemptStage::Scope {
        locations: samples::locations(),
        covered: vec![samples::covered(false)],
        reconnects: false,
    });
    view.integration.name = HOSTILE.to_owned();
    view.integration.about = Some(HOSTILE.to_owned());
    view.integration.scopes = vec![HOSTILE.to_owned()];
    view.integration.steps = vec![Words::new(HOSTILE)];
    view.reference = HOSTILE.to_owned();
    view.return_url = "https://app.officernd.example/?\"><script>".to_owned();
    if let Some(organization) = &mut view.organization {
        organization.name = HOSTILE.to_owned();
    }
    if let AttemptStage::Scope { locations, covered, .. } = &mut view.stage {
        locations.today[0].name = HOSTILE.to_owned();
        covered[0].account = HOSTILE.to_owned();
        covered[0].locations = vec![HOSTILE.to_owned()];
    }
    let mut connection = samples::connection(ConnectionState::Connected);
    connection.integration.name = HOSTILE.to_owned();
    connection.organization.name = HOSTILE.to_owned();
    connection.account_name = HOSTILE.to_owned();
    connection.activity[0].kind = HOSTILE.to_owned();
    connection.activity[0].detail = Some(HOSTILE.to_owned());
    connection.activity[0].actor = crate::ports::Actor::Key(HOSTILE.to_owned());
    let around = Around { integration: Some(HOSTILE.to_owned()), ..Around::default() };
    let failed = AttemptView { stage: AttemptStage::Failed(PROBLEMS[0]), ..view.clone() };
    for seen in [
        see(|| connect::page(&view)),
        see(|| connect::page(&failed)),
        see(|| as_settings(&connection)),
        see(|| settings::disconnect_page(&connection, &samples::held())),
        see(|| message::page(Message::StaleLink, &around)),
    ] {
        assert!(!seen.html.contains("<script"), "{}", seen.html);
        assert!(!seen.html.contains("\"><script"));
        assert!(!seen.html.contains("<strong>'"), "a name's markup became ours");
        let heading = heading(&seen.html);
        let whole = "=HYPERLINK(\"x\") &lt;script&gt;alert(1)&lt;/script&gt;";
        assert!(heading.contains(whole) || seen.html.contains(whole), "the name is shown whole: {heading}");
    }
    let document = message::document(Message::StaleLink, "pkg/1", Some(&view.integration), "", "", true);
    let title = document.split("<title>").nth(1).and_then(|rest| rest.split("</title>").next()).expect("a title");
    assert!(!title.contains("<script") && title.contains("&lt;script"), "{title}");
}

#[test]
fn the_connection_page_says_whose_it_is_and_who_must_act() {
    let seen = see(|| as_settings(&samples::connection(ConnectionState::Reconnect)));
    assert_eq!(seen.title, "Portunus Access for Harbour & Loom");
    let words = words(&seen.html);
    for sentence in [
        "Portunus Access for Harbour & Loom",
        "Account hl-prod-7, Europe",
        "Connected on 12 January 2026",
        "OfficeRnD no longer accepts our login It is your turn",
        "since 3 May 2026, 14:03",
        "OfficeRnD refuses our login",
        "All locations, 4 today",
        "Times are in Europe/Amsterdam.",
        "OfficeRnD member 65f0a1b2c3d4e5f6000000aa",
    ] {
        assert!(words.contains(sentence), "{sentence}: {words}");
    }
    let id = samples::connection(ConnectionState::Reconnect).id;
    assert!(seen.html.contains(&format!(">{id}</textarea>")), "the number support asks for");
    assert!(seen.html.contains(&format!("href=\"/settings/{id}/disconnect\"")));
    assert!(seen.html.contains(&format!("href=\"/settings/{id}/reconnect\"")));
    assert!(seen.html.contains("/reconnect\" class=\"btn btn--primary\""), "the act that helps stands out");
    assert!(!seen.html.contains("<form"));
}

/// Whatever the copy field needs from a script is not there before the script is.
#[test]
fn the_copy_button_waits_for_its_script() {
    let seen = see(|| as_settings(&samples::connection(ConnectionState::Connected)));
    let button = seen.html.split("<button").nth(1).and_then(|rest| rest.split('>').next()).expect("a button");
    assert!(button.contains(" hidden"), "{button}");
    assert!(seen.html.contains("role=\"status\""));
}

#[test]
fn login_and_synchronization_are_two_facts() {
    let mut connection = samples::connection(ConnectionState::Connected);
    if let Some(run) = &mut connection.last_run {
        run.state = "failed".to_owned();
    }
    let words_of = |connection: &ConnectionView| words(&see(|| as_settings(connection)).html);
    let failed = words_of(&connection);
    assert!(failed.contains("OfficeRnD accepts our login") && failed.contains("Failed"), "{failed}");
    connection.last_run = None;
    connection.sync_on = false;
    connection.events_subscribed = false;
    let idle = words_of(&connection);
    assert!(idle.contains("none yet") && idle.contains("Off") && idle.contains("Not subscribed"), "{idle}");
}

#[test]
fn every_state_has_its_own_words_and_badge() {
    let mut headings = BTreeSet::new();
    for state in ConnectionState::ALL {
        let seen = see(|| as_settings(&samples::connection(state)));
        assert_eq!(seen.status, 200);
        assert!(seen.html.contains(&format!("data-tone=\"{}\" class=\"badge\"", state.tone())), "{state:?}");
        assert!(words(&seen.html).contains(&crate::texts::state_word(state)));
        headings.insert(heading(&seen.html));
    }
    assert_eq!(headings.len(), 9);
}

#[test]
fn a_disconnected_connection_says_until_when_and_offers_nothing_else() {
    let connection = samples::connection(ConnectionState::Disconnected);
    let disconnect = |connection: &ConnectionView| settings::disconnect_page(connection, &DisconnectView::default());
    for page in [as_settings, disconnect, settings::reconnect_page] {
        let seen = see(|| page(&connection));
        let words = words(&seen.html);
        assert_eq!(heading(&seen.html), "Portunus Access is disconnected");
        assert!(words.contains("Settings and history are kept until 2 June 2026"), "{words}");
        assert!(words.contains("To connect again"));
        assert!(!seen.html.contains("<form") && !seen.html.contains("/disconnect\""));
    }
}

#[test]
fn disconnecting_asks_with_numbers_and_names_the_safe_way() {
    let connection = samples::connection(ConnectionState::Connected);
    let seen = see(|| settings::disconnect_page(&connection, &DisconnectView::default()));
    assert_eq!(heading(&seen.html), "Disconnect Portunus Access from Harbour & Loom?");
    let words = words(&seen.html);
    for sentence in [
        "Locations that stop 4",
        "Members are left as they are",
        "Export as CSV",
        "or sooner if you ask Portunus Access for it",
        "Days settings and history are kept 30",
        "The login for OfficeRnD is destroyed and cannot be brought back",
        "Within 30 days your settings and history are still there.",
        "Disconnect Portunus Access from 4 locations Keep it connected",
    ] {
        assert!(words.contains(sentence), "{sentence}: {words}");
    }
    assert!(seen.html.contains("name=\"act\" value=\"disconnect\""));
}

#[test]
fn the_head_says_which_locations_it_is_about() {
    let head = |connection: &ConnectionView| {
        let seen = see(|| settings::disconnect_page(connection, &DisconnectView::default()));
        words(seen.html.split("</header>").next().unwrap_or_default())
    };
    let mut connection = samples::connection(ConnectionState::Connected);
    assert!(head(&connection).contains("For all locations"), "a rule, not a list");
    connection.locations.all = false;
    assert!(head(&connection).contains("4 locations"));
    connection.locations.today.truncate(2);
    let named = "2 locations: Rotterdam – Katendrecht and Bristol, Old Market";
    assert!(head(&connection).contains(named), "{}", head(&connection));
    // Each name by itself, so that none turns the others around.
    let html = see(|| settings::disconnect_page(&connection, &DisconnectView::default())).html;
    let html = html.split("</header>").next().unwrap_or_default();
    let apart = ["Rotterdam – Katendrecht", "Bristol, Old Market"].map(|name| format!("<bdi>{name}</bdi>"));
    assert!(apart.iter().all(|name| html.contains(name)), "{html}");
}

#[test]
fn messages_have_their_own_words_and_status() {
    let mut headings = BTreeSet::new();
    for message in Message::ALL {
        let seen = see(|| message::page(message, &Around::default()));
        assert_eq!(seen.status, message.status());
        headings.insert((heading(&seen.html), seen.title));
    }
    assert_eq!(headings.len(), Message::ALL.len());
    // Staff come there too; who came by an integration is an admin.
    let unknown = |integration: Option<&str>| {
        let around = Around { integration: integration.map(str::to_owned), ..Around::default() };
        see(|| message::page(Message::NotFound, &around)).html
    };
    assert!(unknown(None).contains("<a href=\"/\">Go to the overview</a>"));
    assert!(!unknown(Some("Acme")).contains("Go to the overview"));
}

#[test]
fn who_gets_stuck_can_ask_the_people_behind_the_integration() {
    let plain = "href=\"mailto:help@portunus.example?subject=Portunus%20Access\"";
    let numbered = "href=\"mailto:help@portunus.example?subject=Portunus%20Access%20CA-7K2M-41\"";
    for (stage, href, words) in [
        (AttemptStage::Failed(PROBLEMS[0]), numbered, "Ask for help"),
        (AttemptStage::Waiting(crate::ports::Waiting::Down), numbered, "Ask for help"),
        (AttemptStage::Declined, plain, "Ask a question"),
    ] {
        let mut view = samples::attempt(stage);
        let html = see(|| connect::page(&view)).html;
        assert!(html.contains(href) && html.contains(&format!(">{words}</a>")), "{html}");
        view.integration.support = None;
        let html = see(|| connect::page(&view)).html;
        assert!(!html.contains("mailto:") && !html.contains(words), "{html}");
    }

    let mut integration = samples::integration();
    let says = |message, integration: &_| {
        message::document(message, "pkg/1", Some(integration), "https://a.example", "DB-77", true)
    };
    let stale = says(Message::StaleLink, &integration);
    assert!(stale.contains(&format!("<a {plain}>help@portunus.example</a>")), "{stale}");
    assert!(!stale.contains("Ask for help"), "the sentence is enough: {stale}");
    let unavailable = says(Message::Unavailable, &integration);
    let asks = |document: &str, href: &str| document.contains(href) && document.contains(">Ask for help</a>");
    assert!(asks(&unavailable, "?subject=Portunus%20Access%20DB-77\""), "{unavailable}");
    integration.support = Some(crate::ports::SupportView::Page("https://portunus.example/help?a=1".to_owned()));
    for message in [Message::StaleLink, Message::Unavailable] {
        let document = says(message, &integration);
        assert!(asks(&document, "href=\"https://portunus.example/help?a=1\""), "{document}");
    }
    integration.support = None;
    for message in [Message::StaleLink, Message::Unavailable] {
        let document = says(message, &integration);
        assert!(!document.contains("mailto:") && !document.contains("Ask for help"), "{document}");
        assert!(!document.contains("Then ask"), "{document}");
    }
}

#[test]
fn the_stale_page_is_the_same_to_the_byte() {
    let integration = samples::integration();
    let page = |reference| {
        message::document(Message::StaleLink, "pkg/1", Some(&integration), "https://a.example", reference, true)
    };
    assert_eq!(page("SL-1"), page("SL-2"));
    assert!(page("SL-1").contains("Open Configure again in OfficeRnD"));
    assert_eq!(Message::StaleLink.status(), 401);
    // Other messages do carry their number.
    let broken = message::document(Message::Broken, "pkg/1", None, "", "ER-77", false);
    assert!(broken.contains("ER-77") && broken.starts_with("<!DOCTYPE html><html lang=\"en\"><head>"), "{broken}");
    assert!(broken.contains("href=\"/pkg/1/app.css\"") && broken.contains("href=\"/pkg/1/mark.svg\""));
    assert!(!broken.contains("<script") && !broken.contains("class=\"actions\""));
}

/// A desk that answers what it is told.
struct Told<T>(Result<T, Fault>);

#[async_trait]
impl ConnectDesk for Told<AttemptView> {
    async fn attempt(&self) -> Result<AttemptView, Fault> {
        self.0.clone()
    }

    async fn step(&self) -> Result<StepView, Fault> {
        self.0.clone().map(|_| samples::refused_step())
    }
}

#[async_trait]
impl SettingsDesk for Told<ConnectionView> {
    async fn settings(&self, _: Language) -> Result<(ConnectionView, SettingsPageView), Fault> {
        self.0.clone().map(|connection| (connection, SettingsPageView::Form(Box::new(form::at_bristol()))))
    }

    async fn confirm(&self, _: Language) -> Result<(ConnectionView, ConfirmPageView), Fault> {
        self.0.clone().map(|connection| (connection, ConfirmPageView::Asked(Box::new(form::confirm(None)))))
    }

    async fn history(&self, _: Language) -> Result<(ConnectionView, HistoryView), Fault> {
        self.0.clone().map(|connection| (connection, form::history()))
    }

    async fn revision(&self, _: Language) -> Result<(ConnectionView, RestoreView), Fault> {
        self.0.clone().map(|connection| (connection, form::restore(true)))
    }

    async fn approval(&self) -> Result<(ConnectionView, ApprovalView), Fault> {
        self.0.clone().map(|connection| (connection, samples::approval(ApprovalAnswer::Open)))
    }

    async fn disconnect(&self, _: Language) -> Result<(ConnectionView, DisconnectView), Fault> {
        self.0.clone().map(|connection| (connection, DisconnectView::default()))
    }

    async fn connection(&self) -> Result<ConnectionView, Fault> {
        self.0.clone()
    }

    async fn step(&self) -> Result<(ConnectionView, StepView), Fault> {
        self.0.clone().map(|connection| (connection, samples::refused_step()))
    }

    async fn review(&self) -> Result<(ConnectionView, ReviewView), Fault> {
        self.0.clone().map(|connection| (connection, samples::review()))
    }
}

#[derive(Clone, Default)]
struct Desks {
    connect: Option<SharedConnectDesk>,
    settings: Option<SharedSettingsDesk>,
}

impl Desks {
    fn connect(answer: Result<AttemptView, Fault>) -> Self {
        Desks { connect: Some(Arc::new(Told(answer))), settings: None }
    }

    fn settings(answer: Result<ConnectionView, Fault>) -> Self {
        Desks { connect: None, settings: Some(Arc::new(Told(answer))) }
    }
}

/// Asks the real router, as `server` mounts it.
async fn get(path: &str, desks: Desks) -> (u16, String) {
    let _routes = leptos_axum::generate_route_list(App);
    let options = LeptosOptions::builder().output_name("app").site_pkg_dir("pkg/b1").build();
    let context = move || {
        provide_context(ReturnUrl("https://app.officernd.example/return".to_owned()));
        if let Some(desk) = &desks.connect {
            provide_context(desk.clone());
        }
        if let Some(desk) = &desks.settings {
            provide_context(desk.clone());
        }
    };
    let render = leptos_axum::render_app_async_with_context(context, move || crate::shell(options.clone()));
    let request = http::Request::builder().uri(path).body(Body::empty()).expect("a request");
    let answer = render(request).await;
    let status = answer.status().as_u16();
    let body = axum::body::to_bytes(answer.into_body(), 1 << 20).await.expect("a body");
    (status, String::from_utf8(body.to_vec()).expect("text"))
}

#[tokio::test]
async fn routed_pages_have_their_status_title_and_only_their_scripts() {
    let attempt = samples::attempt(samples::scope());
    let connection = samples::connection(ConnectionState::Connected);
    let attempt_path = crate::paths::attempt(attempt.id);
    let paths = [
        crate::paths::settings(connection.id),
        crate::paths::location_settings(connection.id, "loc-brs"),
        crate::paths::confirm(connection.id, "d-1"),
        crate::paths::history(connection.id),
        crate::paths::revision(connection.id, "r-1"),
        crate::paths::disconnect(connection.id),
        crate::paths::reconnect(connection.id),
        crate::paths::approval(connection.id, crate::ids::RunId(connection.id.0)),
    ];
    let mut pages = vec![get(&attempt_path, Desks::connect(Ok(attempt.clone()))).await];
    for path in &paths {
        pages.push(get(path, Desks::settings(Ok(connection.clone()))).await);
    }
    for (status, html) in &pages {
        assert_eq!(*status, 200);
        let island = html.contains("<leptos-island");
        assert_eq!(html.contains("/pkg/b1/app.js"), island, "scripts exactly where islands are: {html}");
        assert!(html.contains("<html lang=\"en\">") && html.contains("href=\"/pkg/b1/app.css\""));
        assert!(html.contains("name=\"referrer\" content=\"same-origin\""));
        assert!(!html.contains("__RESOLVED_RESOURCES[") && !html.contains("data-hk"), "no data for hydration");
    }
    assert!(pages[0].1.contains("<title>Connect – Portunus Access</title>"), "{}", pages[0].1);
    let with_islands = pages.iter().filter(|(_, html)| html.contains("<leptos-island")).count();
    assert_eq!(with_islands, 2, "the settings of the organization and of a location");
}

#[test]
fn pages_with_islands_have_scripts_and_pieces_have_none() {
    let holds = |path: &str, headers: &[&str]| {
        let mut request = http::Request::builder().uri(path);
        for name in headers {
            request = request.header(*name, "live");
        }
        holds_islands(&request.body(()).expect("a request").into_parts().0)
    };
    for route in ISLAND_ROUTES {
        let path = route.replace(':', "");
        assert!(holds(&path, &[]) && holds(&format!("{path}?q=x"), &[]), "{route}");
        assert!(!holds(&path, &[FRAGMENT]), "{route}");
    }
    for path in ["/activity", "/tenants/org_1", "/connections/con_1/runs/run_1", "/connect/ca_1", "/staff"] {
        assert!(!holds(path, &[]), "{path}");
    }
    let live = lists().into_iter().chain(tenant::pages().into_iter().filter(|(name, _)| {
        ConnectionState::ALL.iter().any(|state| *name == format!("staff-tenant-{}", state.slug()))
    }));
    let mut seen = 0;
    for (name, Seen { html, .. }) in live {
        seen += 1;
        assert_eq!(html.matches("data-component=\"LiveLine").count(), 1, "{name}");
        let listed = html.contains("class=\"toolbar\"");
        assert_eq!(html.contains("data-component=\"TenantList"), listed, "{name}");
        // What it shows, and since when, also where no script runs.
        assert!(html.contains("data-stamp=\"00f1\"") && html.contains("As of "), "{name}: {html}");
    }
    assert!(seen > 12, "{seen}");
    // What was typed and refused is not overwritten.
    let refused = see(|| {
        staff::tenant_page(
            &samples::staff::who(crate::role::Role::Support),
            &samples::tenant::refused(ConnectionState::Connected),
        )
    });
    assert!(refused.html.contains("&quot;held&quot;:true"), "{}", refused.html);
}

/// Asks the real router with headers; answers status, cookie and HTML.
async fn get_with(path: &str, headers: &[(&'static str, &str)], desks: Desks) -> (u16, Option<String>, String) {
    let _routes = leptos_axum::generate_route_list(App);
    let options = LeptosOptions::builder().output_name("app").site_pkg_dir("pkg/b1").build();
    let context = move || {
        if let Some(desk) = &desks.settings {
            provide_context(desk.clone());
        }
    };
    let render = leptos_axum::render_app_async_with_context(context, move || crate::shell(options.clone()));
    let mut request = http::Request::builder().uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = render(request.body(Body::empty()).expect("a request")).await;
    let status = answer.status().as_u16();
    let cookie = answer.headers().get("set-cookie").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let body = axum::body::to_bytes(answer.into_body(), 1 << 20).await.expect("a body");
    (status, cookie, String::from_utf8(body.to_vec()).expect("text"))
}

#[tokio::test]
async fn a_page_speaks_the_readers_language_and_remembers_a_choice() {
    let connection = samples::connection(ConnectionState::Connected);
    let path = crate::paths::disconnect(connection.id);
    let desks = || Desks::settings(Ok(connection.clone()));
    let (_, cookie, html) = get_with(&path, &[("accept-language", "de-AT,en;q=0.5")], desks()).await;
    assert!(html.contains("<html lang=\"de\">") && html.contains("Verbunden lassen") && cookie.is_none(), "{html}");
    let (_, cookie, html) = get_with(&format!("{path}?language=en"), &[("accept-language", "de")], desks()).await;
    assert!(html.contains("<html lang=\"en\">") && html.contains("Keep it connected"));
    assert!(cookie.is_some_and(|cookie| cookie.starts_with("language=en; Path=/")));
    // What a list is narrowed to stays, and so does the section of a page.
    let (_, _, html) = get_with(&format!("{path}?section=a%26b&language=de&q="), &[], desks()).await;
    assert!(html.contains("<html lang=\"de\">") && html.contains("href=\"?section=a%26b&amp;q=&amp;language=en\""));
    let (_, _, html) = get_with(&path, &[("accept-language", "de"), ("cookie", "language=en")], desks()).await;
    assert!(html.contains("<html lang=\"en\">"));
    let (status, _, html) = get_with("/no/such/page", &[("accept-language", "de")], Desks::default()).await;
    assert!(status == 404 && html.contains("Unter dieser Adresse gibt es nichts"));
}

/// The title is written by another crate than the page, so it has its own test.
#[tokio::test]
async fn a_hostile_name_stays_in_the_title() {
    let name = "</title><script>alert(1)</script> & Söhne";
    let mut connection = samples::connection(ConnectionState::Connected);
    connection.organization.name = name.to_owned();
    let path = crate::paths::disconnect(connection.id);
    let (_, html) = get(&path, Desks::settings(Ok(connection))).await;
    let title = html.split("<title>").nth(1).and_then(|rest| rest.split("</title>").next()).expect("a title");
    assert!(title.contains("from &lt;/title&gt;&lt;script&gt;alert(1)&lt;/script&gt; &amp; Söhne?"), "{title}");
    assert!(!html.contains("<script>alert"), "{html}");
}

#[tokio::test]
async fn faults_have_their_pages() {
    let connection = samples::connection(ConnectionState::Connected);
    let attempt = "/connect/ca_00000000000000000000000000000007";
    let settings = crate::paths::settings(connection.id);
    let disconnect = crate::paths::disconnect(connection.id);
    for (path, desks, status, says) in [
        (attempt, Desks::default(), 404, "This window has ended"),
        (attempt, Desks::connect(Err(Fault::NotFound)), 404, "This window has ended"),
        (attempt, Desks::connect(Err(Fault::Unavailable)), 503, "We cannot answer right now"),
        (settings.as_str(), Desks::default(), 404, "There is nothing at this address"),
        (settings.as_str(), Desks::settings(Err(Fault::Ended)), 401, "Open Configure again in OfficeRnD"),
        (disconnect.as_str(), Desks::settings(Err(Fault::Ended)), 401, "Open Configure again in OfficeRnD"),
        (settings.as_str(), Desks::settings(Err(Fault::Unavailable)), 503, "We cannot answer right now"),
        ("/no/such/page", Desks::default(), 404, "There is nothing at this address"),
    ] {
        let (seen, html) = get(path, desks).await;
        assert_eq!(seen, status, "{path}");
        assert!(heading(&html).contains(says), "{path}: {}", heading(&html));
    }
}

#[tokio::test]
async fn a_problem_sets_the_status_of_the_answer() {
    let view = samples::attempt(AttemptStage::Failed(crate::ports::Problem::PermissionMissing));
    let (status, html) = get("/connect/ca_00000000000000000000000000000007", Desks::connect(Ok(view))).await;
    assert_eq!(status, 403);
    assert!(html.contains("<title>Not connected: a permission is missing – Portunus Access</title>"));
}

#[test]
fn scripts_are_asked_for_by_route_not_by_accident() {
    for (path, wanted) in [
        ("/settings/con_1", true),
        ("/settings/con_1/", true),
        ("/settings/", false),
        ("/settings/con_1/locations/loc-1", true),
        ("/settings/con_1/history", false),
        ("/settings/con_1/disconnect", false),
        ("/connect/ca_1", false),
        ("/", true),
        ("/activity", false),
    ] {
        let (mut request, ()) = http::Request::get(path).body(()).expect("a request").into_parts();
        assert_eq!(crate::app::holds_islands(&request), wanted, "{path}");
        request.extensions.insert(crate::app::WithoutIslands);
        assert!(!crate::app::holds_islands(&request), "{path}");
    }
}

/// Writes every page beside the style sheet into `target/ui-pages`, for eyes and for the browser
/// test `every-page`, and two as the router sends them.
#[tokio::test]
async fn every_page_is_written_down() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let folder = root.join("target/ui-pages");
    // A page that is no more must not be looked at.
    let _ = std::fs::remove_dir_all(&folder);
    let pkg = folder.join("pkg/b1");
    std::fs::create_dir_all(&pkg).expect("a folder");
    std::fs::copy(root.join("style/main.css"), pkg.join("app.css")).expect("the style sheet");
    std::fs::copy(root.join("public/mark.svg"), pkg.join("mark.svg")).expect("the icon");
    for (name, Seen { title, html, .. }) in everything() {
        let head = fragment(|| crate::shell::head("pkg/b1")).replace("\"/pkg/", "\"pkg/");
        let document = format!(
            "<!DOCTYPE html><html lang=\"en\"><head>{head}<title>{title}</title></head><body>{html}</body></html>"
        );
        std::fs::write(folder.join(format!("{name}.html")), document).expect("a file");
    }
    let attempt = samples::attempt(samples::scope());
    let (_, html) = get(&crate::paths::attempt(attempt.id), Desks::connect(Ok(attempt))).await;
    std::fs::write(folder.join("routed-connect.html"), html).expect("a file");
    let connection = samples::connection(ConnectionState::Connected);
    let (_, html) = get(&crate::paths::settings(connection.id), Desks::settings(Ok(connection))).await;
    std::fs::write(folder.join("routed-settings.html"), html).expect("a file");
}
