//! The settings of an organization or a location: one page with headings, or a page for each section.

use leptos::prelude::*;

use super::{approval, connection as about, outcome, side, titled};
use crate::components::setting::{Here, said, setting};
use crate::components::{DeskHead, DeskPage, Icon, Notice, Sign, state_sign, trouble};
use crate::forms::Act;
use crate::islands::{EditForm, EditWords};
use crate::pages::Page;
use crate::paths;
use crate::ports::{Applies, ConnectionView, LocationView, Outcome, SectionView, SettingsView, Words};
use crate::state::ConnectionState;
use crate::texts::{all_of, connection_key, mark, name, rich, text, text_with};
use crate::time::{self, Zone};

pub(super) fn page(connection: &ConnectionView, settings: &SettingsView) -> Page {
    if settings.sections.is_empty() {
        return about::page(connection);
    }
    let here = here(connection, settings.location.as_ref());
    let wrong = mistakes(settings);
    let refused = wrong > 0 || matches!(settings.outcome, Outcome::Refused(_));
    let head = head(settings);
    let sections: Vec<_> = settings
        .sections
        .iter()
        .enumerate()
        .filter(|(_, section)| section.here)
        .map(|(place, section)| one_section(section, place, settings, &here))
        .collect();
    let legend = settings.location.as_ref().map(legend);
    let then = next_step(settings).map(|next| view! { <input type="hidden" name="then" value=next.id.clone()/> });
    // Return presses the first button of a form: that must be the one that saves, or looks up what is typed for that.
    let by_return = Act::Return.to_string();
    let form = view! {
        <form id="settings" class="flow" method="post" novalidate>
            <button class="vh" type="submit" name="act" value=by_return tabindex="-1" aria-hidden="true">{text("settings-save")}</button>
            <input type="hidden" name="version" value=settings.version.clone()/>
            {then}
            {sections}
        </form>
    };
    // What was answered is not asked again.
    let answered = matches!(&settings.outcome, Outcome::Explained(explained) if explained.good);
    let asked = settings.about.clone().filter(|_| !answered);
    let asks = settings.explains.then(|| question(&here, asked));
    let around = settings.location.is_none().then(|| about::below(connection));
    let title = settings_title(settings.location.as_ref());
    let title = titled(connection, title);
    let title = if refused { text_with("title-error", &[("page", title.into())]) } else { title };
    let above = view! {
        {head}
        <div id="outcome">{outcome::outcome(settings, &here)}</div>
        {state(connection)}
        {outcome::draft(settings, &here)}
        {outcome::general(settings, &here)}
        {trouble::linked(&connection.set_up, &connection.integration.name)}
        {about::set_up(connection)}
        {legend}
    };
    let (side, bar) = (side::side(connection, settings), bar(connection, settings, &here));
    let frame = DeskHead::at(connection, here.zone);
    let body = view! {
        <DeskPage head=frame side=Some(side) bar=Some(bar)>{above}{form}{asks}{around}</DeskPage>
    };
    Page { title, status: if refused { 422 } else { 200 }, body: body.into_any() }
}

/// How many entries are marked as wrong.
fn mistakes(settings: &SettingsView) -> usize {
    match &settings.outcome {
        Outcome::Refused(mistakes) => mistakes.len(),
        Outcome::Ran(ran) => ran.mistakes.len(),
        _ => 0,
    }
}

/// Where the page is, as its fields need it.
pub(super) fn here(connection: &ConnectionView, location: Option<&LocationView>) -> Here {
    let zone = match location {
        Some(location) => Zone::of(std::slice::from_ref(location)),
        None => Zone::of(&connection.locations.today),
    };
    Here {
        location: location.map(|location| location.name.clone()),
        location_id: location.map(|location| location.id.clone()),
        organization: paths::settings(connection.id),
        integration: connection.integration.name.clone(),
        zone,
    }
}

/// `Settings for Bristol, Old Market`
pub(super) fn settings_title(location: Option<&LocationView>) -> String {
    match location {
        Some(location) => text_with("settings-for", &[("location", location.name.as_str().into())]),
        None => text("settings-for-all"),
    }
}

fn head(settings: &SettingsView) -> AnyView {
    let step = settings.first_visit.then(|| {
        let at = settings.sections.iter().position(|section| section.here).unwrap_or_default();
        let words = text_with("step-of", &[("number", (at + 1).into()), ("count", settings.sections.len().into())]);
        settings.by_section.then(|| view! { <p class="muted">{words}</p> })
    });
    let (heading, lead) = match &settings.location {
        Some(location) => {
            let arguments = [("location", name(&location.name))];
            (rich("settings-for", &arguments), rich("settings-lead-location", &arguments))
        }
        None if settings.first_visit => (text("settings-for-all").into_any(), text("settings-lead-first").into_any()),
        None => (text("settings-for-all").into_any(), text("settings-lead-all").into_any()),
    };
    view! { <div class="page-head">{step}<h1>{heading}</h1><p>{lead}</p></div> }.into_any()
}

/// Who must act, where anybody must.
fn state(connection: &ConnectionView) -> AnyView {
    let waits = connection.set_up.waits_for.as_deref();
    let waits = waits.map(|account| trouble::overlap(account, &connection.integration.name));
    if connection.state == ConnectionState::Connected {
        return waits.into_any();
    }
    let key = connection_key(connection.state, connection.paused_by_partner);
    let (tone, sign) = (connection.state.tone(), state_sign(connection.state));
    let arguments = super::state_names(connection);
    let title = rich(&format!("{key}.meaning"), &arguments);
    let act = rich(&format!("{key}.act"), &arguments);
    let link = (connection.state == ConnectionState::Reconnect).then(|| {
        view! { <a class="btn btn--small" href=paths::reconnect(connection.id)>{text("act-reconnect")}</a> }
    });
    let looks = connection.approval.as_ref().map(approval::notice);
    let act = match connection.state {
        ConnectionState::SomeLocations => Some(troubled(connection, act)),
        _ => looks.is_none().then(|| view! { <p>{act}</p> }.into_any()),
    };
    view! { <Notice tone sign title>{act}{looks}{link}</Notice>{waits} }.into_any()
}

/// The way to each location whose settings cannot work, and where runs failed.
fn troubled(connection: &ConnectionView, act: AnyView) -> AnyView {
    let links: Vec<_> = connection
        .troubles
        .iter()
        .filter(|one| one.by_settings)
        .map(|one| view! { <li><a href=one.href.clone()><bdi>{one.location.name.clone()}</bdi></a></li> })
        .collect();
    let settings = (!links.is_empty()).then(|| view! { <p>{act}</p><ul class="links" role="list">{links}</ul> });
    let failing = connection.troubles.iter().filter(|one| !one.by_settings);
    let failing: Vec<String> = failing.map(|one| mark(&Words::new(one.location.name.as_str()))).collect();
    let failing = (!failing.is_empty())
        .then(|| view! { <p>{rich("trouble-failed-at", &[("places", all_of(&failing).into())])}</p> });
    view! { {settings}{failing} }.into_any()
}

/// What the chips mean.
fn legend(location: &LocationView) -> AnyView {
    let own = rich("setting-own", &[("location", name(&location.name))]);
    let lines = [
        (Some("accent"), Sign::Pin, own, "legend-own"),
        (None, Sign::Organization, text("setting-from-organization").into_any(), "legend-organization"),
        (None, Sign::Dot, text("setting-default").into_any(), "legend-default"),
    ];
    let lines: Vec<_> = lines
        .into_iter()
        .map(|(tone, sign, words, means)| {
            view! { <span><span class="chip" data-tone=tone><Icon sign/><span>{words}</span></span>": "{text(means)}</span> }
        })
        .collect();
    view! { <p class="legend">{lines}</p> }.into_any()
}

fn one_section(section: &SectionView, place: usize, settings: &SettingsView, here: &Here) -> AnyView {
    let id = &section.id;
    let counts = (section.all > 0 && !settings.first_visit).then(|| {
        let key = if here.location.is_some() { "section-differ" } else { "section-set" };
        view! { <p class="muted small">{text_with(key, &[("own", section.own.into()), ("all", section.all.into())])}</p> }
    });
    let number = (settings.first_visit && !settings.by_section)
        .then(|| text_with("section-number", &[("number", (place + 1).into())]));
    let help = section.help.as_ref().map(|help| view! { <p class="help section__help">{said(help)}</p> });
    let fields: Vec<_> = section.settings.iter().map(|view| setting(view, here)).collect();
    view! {
        <section class="card section" id=format!("x.{id}") aria-labelledby=format!("t.{id}") tabindex="-1">
            <header><h2 id=format!("t.{id}")>{number}{said(&section.title)}</h2>{counts}</header>
            {help}
            {fields}
        </section>
    }
    .into_any()
}

/// A question about somebody. It belongs to the form, so that what is typed there comes back with the answer; looking
/// something up changes nothing that would have to be saved.
fn question(here: &Here, about: Option<String>) -> AnyView {
    let lead = rich("explain-lead", &[("integration", name(&here.integration))]);
    let act = Act::Explain.to_string();
    view! {
        <section class="card" aria-labelledby="ex">
            <header><h2 id="ex">{text("explain")}</h2></header>
            <div class="card__body flow">
                <div class="field">
                    <label class="label" for="about">{text("explain-about")}</label>
                    <p class="help" id="about-h">{lead}</p>
                    <input type="search" class="w-20" id="about" name="about" form="settings" value=about maxlength="200"
                        autocomplete="off" aria-describedby="about-h"/>
                </div>
                <p><button class="btn" type="submit" form="settings" name="act" value=act>{text("explain-button")}</button></p>
            </div>
        </section>
    }
    .into_any()
}

/// On a guided visit with a page for each section: the one that comes after.
fn next_step(settings: &SettingsView) -> Option<&SectionView> {
    if !(settings.first_visit && settings.by_section) {
        return None;
    }
    let at = settings.sections.iter().position(|section| section.here)?;
    settings.sections.get(at + 1)
}

/// When what is saved takes effect.
pub(super) fn applies(applies: &Applies, here: &Here) -> String {
    match applies {
        Applies::At(at) => text_with("applies-at", &[("time", time::clock(*at, &here.zone).into())]),
        Applies::NextRun => text("applies-next"),
        Applies::Paused => text("applies-paused"),
        Applies::Told => text_with("applies-told", &[("integration", here.integration.as_str().into())]),
    }
}

/// Save, Preview, Discard. Without script it is always there; with it, while something is unsaved.
fn bar(connection: &ConnectionView, settings: &SettingsView, here: &Here) -> AnyView {
    let unsaved = settings.unsaved();
    let wrong = mistakes(settings);
    let page = match &settings.location {
        Some(location) => paths::location_settings(connection.id, &location.id),
        None => paths::settings(connection.id),
    };
    let shown = settings.sections.iter().find(|section| section.here).filter(|_| settings.by_section);
    let back = shown.map_or_else(|| page.clone(), |section| paths::section(&page, &section.id));
    let words = EditWords {
        none: text("bar-none"),
        one: text_with("bar-unsaved", &[("count", 1.into())]),
        other: text_with("bar-unsaved", &[("count", 7.into())]).replace('7', "{n}"),
        shown_one: text_with("filter-shown", &[("count", 1.into())]),
        shown_other: text_with("filter-shown", &[("count", 7.into())]).replace('7', "{n}"),
        failed: text("bar-failed"),
    };
    let count = match (unsaved, wrong) {
        (0, 0) => text("bar-none"),
        (unsaved, 0) => text_with("bar-unsaved", &[("count", unsaved.into())]),
        (_, wrong) => text_with("bar-wrong", &[("count", wrong.into())]),
    };
    let save = text(if next_step(settings).is_some() { "settings-save-next" } else { "settings-save" });
    let applies = applies(&settings.applies, here);
    view! {
        <section
            class="savebar"
            aria-label=text("settings-bar")
            data-unsaved=unsaved.to_string()
            data-dirty=(unsaved > 0 || wrong > 0).then_some("")
        >
            <div class="wrap">
                <p class="savebar__what">
                    <EditForm count unsaved words/>
                    <span class="muted savebar__later">{applies}</span>
                </p>
                <div class="actions">
                    <a class="btn btn--plain" href=back data-leave="">{text("settings-discard")}</a>
                    <button class="btn" type="submit" form="settings" name="act" value=Act::Preview.to_string()>
                        {text("settings-preview")}
                    </button>
                    <button class="btn btn--primary" type="submit" form="settings" name="act" value="save">{save}</button>
                </div>
            </div>
        </section>
    }
    .into_any()
}
