//! What the pages of a tenant are made of.

use leptos::prelude::*;

pub(super) use crate::components::headed_table as table;
use crate::components::{Icon, Sign, StateBadge};
use crate::paths;
use crate::ports::{StaffView, TenantHead, TypedAct};
use crate::role::Section;
use crate::texts::{name, rich, text, text_with};
use crate::time::{self, Zone};

/// Addresses above the page of a connection.
pub(super) fn crumbs(head: &TenantHead, deeper: bool) -> Vec<(String, String)> {
    let mut crumbs = vec![
        (paths::section_of(Section::Tenants).to_owned(), text("staff-nav-tenants")),
        (paths::organization(head.organization), head.organization_name.clone()),
    ];
    if deeper {
        crumbs.push((paths::connection(head.id), head.integration.clone()));
    }
    crumbs
}

/// `Portunus Access for Harbour & Loom`
pub(super) fn whose(head: &TenantHead) -> AnyView {
    let names = [("integration", name(&head.integration)), ("organization", name(&head.organization_name))];
    rich("desk-title", &names)
}

pub(super) fn whose_plain(head: &TenantHead) -> String {
    let (integration, organization) = (head.integration.as_str(), head.organization_name.as_str());
    text_with("desk-title", &[("integration", integration.into()), ("organization", organization.into())])
}

/// The state with its beginning below it, under a heading. Beside it, the beginning would move with the state's word.
pub(super) fn state(head: &TenantHead, who: &StaffView) -> AnyView {
    let since = text_with("since", &[("moment", time::date_and_time(head.since, &who.zone).into())]);
    view! {
        <p class="standing"><StateBadge state=head.state/><span class="small muted">{time::element(head.since, since)}</span></p>
    }
    .into_any()
}

pub(super) fn card(id: &'static str, title: String, aside: Option<AnyView>, body: AnyView) -> AnyView {
    view! {
        <section class="card" aria-labelledby=id>
            <header><h2 id=id>{title}</h2>{aside}</header>
            {body}
        </section>
    }
    .into_any()
}

pub(super) fn chip(tone: &'static str, sign: Sign, words: String) -> AnyView {
    view! { <span class="chip" data-tone=tone><Icon sign/><span>{words}</span></span> }.into_any()
}

pub(super) fn cell(label: String, inner: AnyView) -> AnyView {
    view! { <td role="cell" data-label=label><div>{inner}</div></td> }.into_any()
}

pub(super) fn number(label: String, value: u64) -> AnyView {
    view! { <td role="cell" class="num" data-label=label>{value}</td> }.into_any()
}

pub(super) fn nothing_yet(words: String) -> AnyView {
    view! { <div class="card__body"><p class="muted">{words}</p></div> }.into_any()
}

pub(super) fn moment(at: i64, zone: &Zone) -> AnyView {
    time::element(at, time::date_and_time(at, zone))
}

/// What is wrong with what was typed, on top of the page.
pub(super) fn refused(typed: Option<&TypedAct>) -> AnyView {
    let Some(typed) = typed.filter(|typed| !typed.wrong.is_empty()) else { return ().into_any() };
    let lines: Vec<_> = typed
        .wrong
        .iter()
        .map(|wrong| {
            let (words, href) = mistake(wrong);
            view! { <li><a href=href>{words}</a></li> }
        })
        .collect();
    let heading = text_with("tenant-refused", &[("count", lines.len().into())]);
    view! {
        <section class="error-summary" aria-labelledby="es" role="alert" tabindex="-1" autofocus>
            <h2 id="es"><Icon sign=Sign::Error/>{heading}</h2>
            <ul role="list">{lines}</ul>
        </section>
    }
    .into_any()
}

fn mistake(wrong: &str) -> (String, &'static str) {
    match wrong {
        "reason" => (text("tenant-wrong-reason"), "#reason"),
        "since" => (text("tenant-wrong-since"), "#since"),
        "name" => (text("tenant-wrong-name"), "#name"),
        "connections" => (text("tenant-wrong-connections"), "#connections"),
        "guarded" => (text("tenant-wrong-guarded"), "#guarded"),
        _ => (text("tenant-wrong-act"), "#acts"),
    }
}

/// The words beside a control that is wrong.
pub(super) fn error(typed: Option<&TypedAct>, which: &str) -> Option<AnyView> {
    typed?.wrong.iter().any(|wrong| wrong == which).then(|| {
        let id = format!("{which}-e");
        view! { <p class="field-error" id=id><Icon sign=Sign::Error/>{mistake(which).0}</p> }.into_any()
    })
}

/// Why somebody does something; goes into the record.
pub(super) fn reason(typed: Option<&TypedAct>, needed: bool) -> AnyView {
    let value = typed.map_or_else(String::new, |typed| typed.reason.clone());
    let wrong = error(typed, "reason");
    let described = if wrong.is_some() { "reason-e reason-h" } else { "reason-h" };
    let invalid = wrong.is_some().then_some("true");
    let help = text(if needed { "tenant-reason-needed" } else { "tenant-reason-help" });
    view! {
        <div class="field">
            <label class="label" for="reason">{text("tenant-reason")}</label>
            <p class="help" id="reason-h">{help}</p>
            {wrong}
            <textarea id="reason" name="reason" rows="2" aria-describedby=described aria-invalid=invalid>{format!("\n{value}")}</textarea>
        </div>
    }
    .into_any()
}

/// The name of the organization, typed before what cannot be taken back.
pub(super) fn typed_name(head: &TenantHead, typed: Option<&TypedAct>) -> AnyView {
    let wrong = error(typed, "name");
    let described = wrong.is_some().then_some("name-e");
    let invalid = wrong.is_some().then_some("true");
    let label = rich("tenant-type-name", &[("organization", name(&head.organization_name))]);
    view! {
        <div class="field">
            <label class="label" for="name">{label}</label>
            {wrong}
            <input type="text" id="name" name="name" autocomplete="off" aria-describedby=described aria-invalid=invalid/>
        </div>
    }
    .into_any()
}
