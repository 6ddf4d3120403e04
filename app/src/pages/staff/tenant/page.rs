//! The page of a connection: how it stands and what helps, what happened, what can be done.

use leptos::prelude::*;

use super::pieces::{self, card, chip, crumbs, moment, state, whose, whose_plain};
use super::{form, rows, timeline, words};
use crate::components::{Bridge, Icon, Notice, Sign, Span, StaffPage, live_line, staff_title, state_sign};
use crate::pages::Page;
use crate::paths;
use crate::ports::{GrantLine, StaffView, Subscription, TenantView};
use crate::role::{Act, Section};
use crate::state::ConnectionState;
use crate::texts::{name, rich, text, text_with};
use crate::time;

pub fn page(who: &StaffView, view: &TenantView) -> Page {
    let refused = view.typed.as_ref().is_some_and(|typed| !typed.wrong.is_empty());
    let lead = state(&view.head, who);
    let main = view! {
        {two_facts(who, view)}
        {rows::places(who, view)}
        {rows::runs(who, view)}
        {rows::received(who, view)}
        {rows::sent(who, view)}
        {rows::calls(who, view)}
        {grant(who, view)}
    };
    let side = view! {
        {form::acts(who, view)}
        {form::notes(who, view)}
        {timeline::newest(who, view)}
        {facts(view)}
        {more(who, view)}
    };
    let inner = view! {
        {pieces::refused(view.typed.as_ref())}
        {said(who, view)}
        {cause(who, view)}
        <div class="cols cols--side" data-key="cols">
            <div data-key="happened">{main}</div>
            <div data-key="acts">{side}</div>
        </div>
    };
    let body = view! {
        <StaffPage
            staff=who.clone()
            section=Section::Tenants
            heading=whose(&view.head)
            crumbs=crumbs(&view.head, false)
            lead=Some(lead)
            live=Some(live_line(who, view.now, &view.stamp, Some(view.head.id), refused))
        >
            {inner}
        </StaffPage>
    };
    Page {
        title: staff_title(&whose_plain(&view.head)),
        status: if refused { 422 } else { 200 },
        body: body.into_any(),
    }
}

/// What an act did a moment ago.
fn said(who: &StaffView, view: &TenantView) -> Option<AnyView> {
    let said = view.said.as_ref()?;
    let (tone, sign, key) = words::outcome(&said.act, &said.outcome);
    // Of a login it is said since when there is one, and until when it is good.
    let at = |at: Option<i64>| at.map(|at| time::date_and_time(at, &who.zone)).unwrap_or_default();
    let grant = view.grant.as_ref();
    let arguments = [
        ("at", at(grant.map(|grant| grant.renewed_at)).into()),
        ("until", at(grant.map(|grant| grant.access_until)).into()),
    ];
    let title = text_with(key, &arguments).into_any();
    let undo = format!("{key}.undo");
    let then = crate::texts::has(&undo).then(|| view! { <p>{text(&undo)}</p> });
    Some(view! { <Notice tone sign role="status" key="said" title>{then}</Notice> }.into_any())
}

/// The state in one sentence: why, who must act, and the act as a button.
fn cause(who: &StaffView, view: &TenantView) -> AnyView {
    let (tone, sign) = (view.head.state.tone(), state_sign(view.head.state));
    let key = words::cause(&view.cause);
    let troubled = view.places.iter().filter(|place| rows::is_troubled(place)).count();
    let until = view.kept_until.map(|at| time::date(at, &who.zone)).unwrap_or_default();
    let arguments = [
        ("integration", name(&view.head.integration)),
        ("organization", name(&view.head.organization_name)),
        ("vendor", name(&view.vendor)),
        ("by", name(view.paused_by.as_deref().unwrap_or_default())),
        ("count", troubled.into()),
        ("of", view.places.len().into()),
        ("remove", view.held.map_or(0, |(_, remove, _)| remove).into()),
        ("members", view.held.map_or(0, |(_, _, of)| of).into()),
        ("until", until.into()),
    ];
    let title = rich(key, &arguments);
    let helps = rich(&format!("{key}.act"), &arguments);
    let turn = words::who(&view.who);
    let button = button(who, view);
    view! {
        // Another cause has another button, which must not come into the place of this one under a pointer.
        <div data-key=format!("cause-{}", view.cause)>
            <Notice tone sign title>
                <p>{turn}" "{helps}</p>
                {button}
            </Notice>
        </div>
    }
    .into_any()
}

fn button(who: &StaffView, view: &TenantView) -> Option<AnyView> {
    let link = |href: String, key: &str| {
        view! { <p class="actions"><a class="btn btn--small" href=href>{text(key)}</a></p> }.into_any()
    };
    let press = |act: &'static str, key: &str| {
        view! {
            <form class="actions" method="post"><button class="btn btn--small" type="submit" name="act" value=act>{text(key)}</button></form>
        }
        .into_any()
    };
    let id = view.head.id;
    match view.cause.as_str() {
        "login_refused" if who.role.may(Act::ReconnectLink) => {
            Some(link(paths::tenant_act(id, "reconnect-link"), "tenant-act-link"))
        }
        "paused_by_partner" if who.role.may(Act::Resume) => Some(press("resume", "tenant-act-resume")),
        "removal_guard" => view.held.map(|(run, ..)| link(paths::tenant_run(id, run), "tenant-look-run")),
        "settings" | "settings_and_failures" | "open_steps" => {
            Some(link(paths::tenant_settings(id, None), "tenant-see-settings"))
        }
        "late" | "hook_failures" | "failures" if who.role.may(Act::RunNow) => Some(press("run", "tenant-act-run")),
        "vendor_outage" => Some(link(paths::section_of(Section::Overview).to_owned(), "tenant-see-outage")),
        _ => None,
    }
}

/// Connection and synchronization are two facts, never one.
fn two_facts(who: &StaffView, view: &TenantView) -> AnyView {
    let (bridge, tone, sign, login) = match (&view.grant, view.head.state) {
        (None, _) => (Bridge::Broken, "quiet", Sign::Gone, "tenant-login-gone"),
        (Some(grant), _) if grant.refused.is_some() => (Bridge::Broken, "bad", Sign::Error, "login-refused"),
        (_, ConnectionState::FinishSetUp) => (Bridge::Building, "ok", Sign::Ok, "login-accepted"),
        _ => (Bridge::Open, "ok", Sign::Ok, "login-accepted"),
    };
    let renewed = view.grant.as_ref().map(|grant| {
        let words = text_with("tenant-renewed", &[("moment", time::date_and_time(grant.renewed_at, &who.zone).into())]);
        time::element(grant.renewed_at, words)
    });
    let (sync_tone, sync_sign, sync) = match (view.sync_on, &view.paused_by) {
        (false, _) => ("quiet", Sign::Paused, "sync-is-off"),
        (true, Some(_)) => ("quiet", Sign::Paused, "tenant-sync-paused"),
        (true, None) => ("ok", Sign::Ok, "sync-is-on"),
    };
    let at = |key: &str, at: i64| {
        time::element(at, text_with(key, &[("moment", time::date_and_time(at, &who.zone).into())]))
    };
    let last = view
        .last_success_at
        .map_or_else(|| text("tenant-no-good-run").into_any(), |moment| at("tenant-last-good", moment));
    let next = view.next_run_at.map(|moment| view! { ", "{at("tenant-next", moment)} });
    let (events_tone, events_sign, events, checked) = match view.subscription {
        Subscription::Active { checked_at } => ("ok", Sign::Ok, "events-on", Some(at("tenant-checked", checked_at))),
        Subscription::Lost => ("warn", Sign::Warn, "events-off", None),
        Subscription::Gone => ("quiet", Sign::Gone, "tenant-events-gone", None),
    };
    let body = view! {
        <div class="card__body flow">
            <Span
                bridge
                organization=Some(view.head.organization_name.clone())
                integration=view.head.integration.clone()
                note=view.account.clone()
            />
            <dl class="facts facts--across">
                <div>
                    <dt>{text("fact-connection")}</dt>
                    <dd>{chip(tone, sign, text(login))}<span class="small muted">{renewed}</span></dd>
                </div>
                <div>
                    <dt>{text("fact-synchronization")}</dt>
                    <dd>{chip(sync_tone, sync_sign, text(sync))}<span class="small muted">{last}{next}</span></dd>
                </div>
                <div>
                    <dt>{text("fact-events")}</dt>
                    <dd>{chip(events_tone, events_sign, text(events))}<span class="small muted">{checked}</span></dd>
                </div>
            </dl>
        </div>
    };
    card("two", text("tenant-two-facts"), None, body.into_any())
}

/// The life of the permission that OfficeRnD gave.
fn grant(who: &StaffView, view: &TenantView) -> AnyView {
    let Some(grant) = &view.grant else {
        return card("gr", text("tenant-grant"), None, pieces::nothing_yet(text("tenant-grant-gone")));
    };
    let row = |key: &str, value: AnyView| view! { <div><dt>{text(key)}</dt><dd>{value}</dd></div> };
    let at = |at: i64| moment(at, &who.zone);
    let used = grant.used_at.map_or_else(|| text("tenant-grant-unused").into_any(), at);
    let body = view! {
        <div class="card__body">
            <dl class="facts facts--rows">
                {row("tenant-grant-state", grant_state(grant))}
                {row("tenant-grant-granted", at(grant.granted_at))}
                {row("tenant-grant-renewed", at(grant.renewed_at))}
                {row("tenant-grant-access", at(grant.access_until))}
                {row("tenant-grant-ends", at(grant.ends_at))}
                {row("tenant-grant-used", used)}
                {grant.trouble.as_ref().map(|trouble| row("tenant-grant-trouble", trouble_of(who, grant, trouble)))}
            </dl>
        </div>
    };
    card("gr", text("tenant-grant"), None, body.into_any())
}

fn grant_state(grant: &GrantLine) -> AnyView {
    match grant.refused.as_deref() {
        None => chip("ok", Sign::Ok, text("tenant-grant-alive")),
        Some(cause) => {
            let why = match cause {
                "answer_lost" => text("activity-because-answer-lost"),
                "no_refresh_token" => text("activity-because-no-refresh-token"),
                _ => text("activity-because-refused"),
            };
            chip("bad", Sign::Error, why)
        }
    }
}

fn trouble_of(who: &StaffView, grant: &GrantLine, trouble: &str) -> AnyView {
    let count = text_with("tenant-grant-failures", &[("count", grant.failures.into()), ("what", trouble.into())]);
    let again = grant.again_at.map(|at| {
        time::element(at, text_with("tenant-again", &[("moment", time::date_and_time(at, &who.zone).into())]))
    });
    view! { {count}" "{again} }.into_any()
}

fn facts(view: &TenantView) -> AnyView {
    let rows = view.facts.iter().map(|(key, value)| {
        view! { <div><dt>{text(key)}</dt><dd><code>{value.clone()}</code></dd></div> }
    });
    let body = view! { <div class="card__body small"><dl class="facts facts--rows">{rows.collect_view()}</dl></div> };
    card("id", text("tenant-facts"), None, body.into_any())
}

/// Pages and acts that are needed seldom.
fn more(who: &StaffView, view: &TenantView) -> AnyView {
    let id = view.head.id;
    let link = |href: String, sign: Sign, key: &str| {
        view! { <li><a href=href><span><Icon sign/>" "{text(key)}</span></a></li> }.into_any()
    };
    let may = |act: Act, item: AnyView| who.role.may(act).then_some(item);
    let ended = view.kept_until.is_some();
    let export = view! {
        <li>
            <form method="post" action=paths::organization_export(view.head.organization)>
                <button class="nav-list__act" type="submit"><Icon sign=Sign::File/>" "{text("tenant-act-export")}</button>
            </form>
            <p class="help">{text("tenant-export-about")}</p>
        </li>
    };
    let items = view! {
        {link(paths::tenant_settings(id, None), Sign::List, "tenant-see-settings")}
        {link(paths::tenant_act(id, "explain"), Sign::Info, "tenant-act-explain")}
        {may(Act::Export, export.into_any())}
        {(!ended).then(|| may(Act::Disconnect, link(paths::tenant_act(id, "disconnect"), Sign::Reconnect, "tenant-act-disconnect")))}
        {ended.then(|| may(Act::Purge, link(paths::tenant_act(id, "purge"), Sign::Gone, "tenant-act-purge")))}
    };
    let body = view! { <div class="card__body"><ul class="nav-list" role="list">{items}</ul></div> };
    card("mo", text("more"), None, body.into_any())
}
