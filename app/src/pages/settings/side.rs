//! Beside the settings: which place, which section, what else there is.

use leptos::prelude::*;

use crate::components::setting::said;
use crate::components::{Icon, Sign};
use crate::forms::Act;
use crate::paths;
use crate::ports::{ConnectionView, PlaceView, SectionView, SettingsView};
use crate::texts::{text, text_with};

pub(super) fn side(connection: &ConnectionView, settings: &SettingsView) -> AnyView {
    view! { {places(settings)}{index(connection, settings)} }.into_any()
}

fn fold(sign: Sign, summary: AnyView, title: String, inner: AnyView) -> AnyView {
    view! {
        <details class="fold">
            <summary><Icon sign/>{summary}<Icon sign=Sign::Down class="icon--chevron"/></summary>
            <div class="fold__body"><h2 class="side-title">{title}</h2>{inner}</div>
        </details>
    }
    .into_any()
}

/// Organization and locations, each with how much is its own and what is wrong there.
fn places(settings: &SettingsView) -> AnyView {
    let items: Vec<_> = settings.places.iter().map(place).collect();
    let current = match &settings.location {
        Some(location) => view! { <bdi>{location.name.clone()}</bdi> }.into_any(),
        None => text("place-all").into_any(),
    };
    let label = text("places");
    let summary =
        view! { <span><span class="muted small">{label.clone()}</span><br/><strong>{current}</strong></span> };
    let list = view! { <ul class="nav-list" role="list">{items}</ul> };
    view! {
        <nav aria-label=text("places")>{fold(Sign::Pin, summary.into_any(), label, list.into_any())}</nav>
    }
    .into_any()
}

fn place(place: &PlaceView) -> AnyView {
    let name = match &place.location {
        Some(location) => view! { <bdi>{location.name.clone()}</bdi> }.into_any(),
        None => text("place-all").into_any(),
    };
    let own =
        text_with(if place.location.is_some() { "count-differ" } else { "count-set" }, &[("count", place.own.into())]);
    let count = counted(place.errors, place.warnings, 0)
        .unwrap_or_else(|| view! { <span class="count">{own}</span> }.into_any());
    view! {
        <li><a href=place.href.clone() aria-current=place.current.then_some("page")><span>{name}</span>{count}</a></li>
    }
    .into_any()
}

/// The worst there is to say, if anything.
fn counted(errors: usize, warnings: usize, unsaved: usize) -> Option<AnyView> {
    let (tone, sign, key, count) = match (errors, warnings, unsaved) {
        (0, 0, 0) => return None,
        (0, 0, unsaved) => ("warn", Sign::Pencil, "count-unsaved", unsaved),
        (0, warnings, _) => ("warn", Sign::Warn, "count-warnings", warnings),
        (errors, _, _) => ("bad", Sign::Error, "count-errors", errors),
    };
    let words = text_with(key, &[("count", count.into())]);
    Some(view! { <span class="count" data-tone=tone><Icon sign/>" "{words}</span> }.into_any())
}

fn index(connection: &ConnectionView, settings: &SettingsView) -> AnyView {
    let at_location = settings.location.is_some();
    let sections: Vec<_> =
        settings.sections.iter().map(|section| one(section, at_location, settings.by_section)).collect();
    let (errors, warnings) = settings
        .sections
        .iter()
        .fold((0, 0), |(errors, warnings), section| (errors + section.errors, warnings + section.warnings));
    let problems = counted(errors, warnings, 0);
    let label = text("sections");
    let summary = view! { <span>{label.clone()}" "{problems}</span> };
    let title = text(if settings.by_section { "sections" } else { "sections-here" });
    let inner = view! { <ul class="nav-list" role="list">{sections}</ul>{more(connection)} };
    view! { <nav aria-label=label>{fold(Sign::List, summary.into_any(), title, inner.into_any())}</nav> }.into_any()
}

fn one(section: &SectionView, at_location: bool, by_section: bool) -> AnyView {
    let href = section.href.clone().unwrap_or_else(|| format!("#x.{}", section.id));
    let own = (section.own > 0).then(|| {
        let key = if at_location { "count-differ" } else { "count-set" };
        view! { <span class="count">{text_with(key, &[("count", section.own.into())])}</span> }.into_any()
    });
    let count = counted(section.errors, section.warnings, section.unsaved).or(own);
    let current = (by_section && section.here).then_some("page");
    view! { <li><a href=href aria-current=current><span>{said(&section.title)}</span>{count}</a></li> }.into_any()
}

fn more(connection: &ConnectionView) -> AnyView {
    let link = |href: String, sign: Sign, key: &str| {
        view! { <li><a href=href><span><Icon sign/>" "{text(key)}</span></a></li> }
    };
    let export = |format: &str, key: &str| {
        let act = Act::Export(format.to_owned()).to_string();
        view! {
            <li><button class="nav-list__act" type="submit" name="act" value=act><Icon sign=Sign::File/>" "{text(key)}</button></li>
        }
    };
    view! {
        <h2 class="side-title side-title--next">{text("more")}</h2>
        <form method="post">
            <ul class="nav-list" role="list">
                {link(paths::history(connection.id), Sign::Delayed, "more-history")}
                {export("csv", "more-csv")}
                {export("json", "more-json")}
                {link(paths::disconnect(connection.id), Sign::Reconnect, "act-disconnect")}
            </ul>
        </form>
    }
    .into_any()
}
