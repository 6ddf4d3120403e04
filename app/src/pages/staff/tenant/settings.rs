//! The settings as the administrator sees them, to read: each value with whose word it is, and what is wrong with it.

use leptos::prelude::*;

use super::pieces::{crumbs, state, whose_plain};
use crate::components::setting::shown::{inline, shown};
use crate::components::setting::{Here, findings_of, said};
use crate::components::{Notice, Sign, StaffPage, staff_title};
use crate::pages::Page;
use crate::paths;
use crate::ports::{
    Layer, Mark, RowName, SectionView, SettingBody, SettingView, SettingsView, Shape, StaffView, TenantHead,
    TenantSettingsView, Words,
};
use crate::role::Section;
use crate::texts::{name, rich, text, text_with};
use crate::time;

pub fn page(who: &StaffView, view: &TenantSettingsView) -> Page {
    let heading = text("tenant-settings");
    let title =
        text_with("tenant-page-of", &[("page", heading.clone().into()), ("whose", whose_plain(&view.head).into())]);
    let places: Vec<_> = view
        .settings
        .places
        .iter()
        .map(|place| {
            let words = match &place.location {
                Some(location) => view! { <bdi>{location.name.clone()}</bdi> }.into_any(),
                None => text("place-all").into_any(),
            };
            let current = place.current.then_some("true");
            let own = place.own;
            view! { <li><a class="filter" href=place.href.clone() aria-current=current>{words}" "<span class="n">{own}</span></a></li> }
        })
        .collect();
    let trouble = view.settings.trouble.map(|_| {
        view! {
            <Notice tone="away" sign=Sign::Outage title=rich("tenant-lists-old", &[("integration", name(&view.head.integration))])>""</Notice>
        }
    });
    let inner = view! {
        <nav aria-label=text("places")><ul class="filters" role="list">{places}</ul></nav>
        {(!view.head.unmasked).then(|| view! { <p class="help">{text("tenant-masked-addresses")}</p> })}
        {trouble}
        {sections(who, &view.head, &view.settings)}
    };
    let body = view! {
        <StaffPage
            staff=who.clone()
            section=Section::Tenants
            heading=heading.into_any()
            crumbs=crumbs(&view.head, true)
            lead=Some(state(&view.head, who))
        >
            {inner}
        </StaffPage>
    };
    Page { title: staff_title(&title), status: 200, body: body.into_any() }
}

/// Also on the page that explains.
pub(super) fn sections(who: &StaffView, head: &TenantHead, settings: &SettingsView) -> AnyView {
    let here = Here {
        location: settings.location.as_ref().map(|location| location.name.clone()),
        location_id: settings.location.as_ref().map(|location| location.id.clone()),
        organization: paths::tenant_settings(head.id, None),
        integration: head.integration.clone(),
        zone: who.zone,
    };
    let nothing = Words::new("");
    let general: Vec<_> = settings.findings.iter().map(|finding| findings_of(finding, &nothing, &here)).collect();
    let sections: Vec<_> = settings.sections.iter().map(|section| one(section, &here)).collect();
    view! { {general}{sections} }.into_any()
}

fn one(section: &SectionView, here: &Here) -> AnyView {
    let title = view! { {said(&section.title)} };
    let elsewhere = section.href.clone().filter(|_| !section.here);
    let body = match elsewhere {
        Some(href) => {
            view! { <div class="card__body"><p><a href=href>{text("tenant-open-section")}</a></p></div> }.into_any()
        }
        None => {
            let rows: Vec<_> = section.settings.iter().map(|setting| row(setting, here)).collect();
            view! { <div class="card__body"><dl class="facts facts--rows">{rows}</dl></div> }.into_any()
        }
    };
    view! { <section class="card"><header><h2>{title}</h2></header>{body}</section> }.into_any()
}

fn row(setting: &SettingView, here: &Here) -> AnyView {
    let value = match &setting.shape {
        Shape::Value(body) => view! { {shown(&body.shown, &here.zone)}{source(body, here)} }.into_any(),
        Shape::Table(table) => {
            let rows: Vec<_> = table
                .rows
                .iter()
                .map(|row| {
                    let cells: Vec<_> = row
                        .cells
                        .iter()
                        .map(|cell| {
                            view! { <span>{inline(&cell.shown, &here.zone)}" "{source(cell, here)}</span>" " }
                        })
                        .collect();
                    view! { <li><strong>{row_name(&row.name)}</strong>": "{cells}</li> }
                })
                .collect();
            view! { <ul class="lines" role="list">{rows}</ul> }.into_any()
        }
        Shape::Info { text: told, .. } => told.clone().map_or_else(
            || view! { <span class="muted">{text("value-nothing")}</span> }.into_any(),
            |told| view! { <bdi>{told}</bdi> }.into_any(),
        ),
        Shape::File { media_type, .. } => media_type.clone().into_any(),
        Shape::Action { .. } => view! { <span class="muted">{text("tenant-a-button")}</span> }.into_any(),
    };
    let idle = setting.idle.then(|| view! { <p class="small muted">{text("tenant-idle")}</p> });
    let findings: Vec<_> = setting.findings.iter().map(|finding| findings_of(finding, &setting.label, here)).collect();
    view! { <div><dt>{said(&setting.label)}</dt><dd class="flow-s">{value}{idle}{findings}</dd></div> }.into_any()
}

fn row_name(row: &RowName) -> AnyView {
    match row {
        RowName::Others => text("tenant-others").into_any(),
        RowName::Entity { name, .. } => view! { <bdi>{name.clone()}</bdi> }.into_any(),
    }
}

/// Whose word it is: the value's reason to be.
fn source(body: &SettingBody, here: &Here) -> AnyView {
    let words = match (body.layer, &here.location) {
        (Layer::Default, _) => text("tenant-from-default").into_any(),
        (Layer::Organization, _) => text("tenant-from-organization").into_any(),
        (Layer::Location, Some(location)) => rich("tenant-from-location", &[("location", name(location))]),
        (Layer::Location, None) => text("tenant-from-locations").into_any(),
    };
    let by_row = body.by_default_row.then(|| view! { ", "{text("tenant-by-default-row")} });
    let mark = body.mark.as_ref().map(|mark| marked(mark, here));
    view! { <span class="small muted">"("{words}{by_row}{mark}")"</span> }.into_any()
}

fn marked(mark: &Mark, here: &Here) -> AnyView {
    let at = time::date_and_time(mark.at, &here.zone);
    let by = match &mark.actor {
        crate::ports::Actor::Staff { name: person, .. } => name(person),
        other => crate::pages::settings::activity_actor(other, &here.integration),
    };
    view! { ", "{rich("activity-when", &[("moment", at.into()), ("actor", by)])} }.into_any()
}
