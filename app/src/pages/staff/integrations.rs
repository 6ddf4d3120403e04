//! `/integrations`: all of them and the keys of the partner system. `/integrations/{integration}`: what to hand to
//! OfficeRnD, how far it is set up, and who hears of events.

mod endpoints;
mod keys;

use leptos::prelude::*;

use super::staff_load;
use crate::components::entry::shown_once;
use crate::components::{Icon, Sign, StaffPage, headed_table, staff_title};
use crate::pages::Page;
use crate::paths;
use crate::ports::{
    Check, CheckView, Count, IntegrationLine, IntegrationsView, SetUpSheetView, SharedStaffDesk, StaffView,
};
use crate::role::Section;
use crate::texts::{name, number, rich, text, text_with};
use crate::time;

#[component]
pub fn IntegrationsPage() -> impl IntoView {
    staff_load(|desk: SharedStaffDesk| async move { desk.integrations().await }, integrations_page)
}

#[component]
pub fn IntegrationPage() -> impl IntoView {
    staff_load(|desk: SharedStaffDesk| async move { desk.set_up().await }, set_up_page)
}

pub fn integrations_page(staff: &StaffView, all: &IntegrationsView) -> Page {
    let title = text("staff-nav-integrations");
    let wrong = all.keys.form.mistake.is_some();
    let content = view! {
        {keys::made(&all.keys)}
        {list(&all.integrations)}
        {keys::card(&all.keys, staff)}
    }
    .into_any();
    let body = view! {
        <StaffPage
            staff=staff.clone()
            section=Section::Integrations
            heading=title.clone().into_any()
            lead=Some(view! { <p>{text("integrations-lead")}</p> }.into_any())
        >
            {content}
        </StaffPage>
    };
    page(title, wrong, body.into_any())
}

fn page(title: String, wrong: bool, body: AnyView) -> Page {
    let title = if wrong { text_with("error-title", &[("title", title.into())]) } else { title };
    Page { title: staff_title(&title), status: if wrong { 422 } else { 200 }, body }
}

fn list(all: &[IntegrationLine]) -> AnyView {
    let rows = all.iter().map(|one| {
        let (done, of) = one.done;
        let progress = text_with("integrations-done", &[("done", done.into()), ("of", of.into())]);
        let revisions = one.revisions.iter().map(|(revision, connections)| {
            let connections = ("count", (*connections).into());
            let words = match revision {
                Some(revision) => {
                    text_with("integrations-with-revision", &[connections, ("revision", revision.to_string().into())])
                }
                None => text_with("integrations-with-no-revision", &[connections]),
            };
            view! { <span class="sub">{words}</span> }
        });
        let revisions = revisions.collect_view();
        view! {
            <tr role="row">
                <th role="rowheader" scope="row">
                    <a href=paths::integration(&one.slug)><bdi>{one.name.clone()}</bdi></a>
                    <span class="sub">{one.slug.clone()}</span>
                </th>
                <td role="cell" class="num" data-label=text("integrations-connections")>{count(one.connections)}</td>
                <td role="cell" class="num" data-label=text("integrations-revision")>{one.revision.to_string()}{revisions}</td>
                <td role="cell" data-label=text("integrations-set-up")>{progress}</td>
            </tr>
        }
        .into_any()
    });
    let heads = [
        ("integrations-name", false),
        ("integrations-connections", true),
        ("integrations-revision", true),
        ("integrations-set-up", false),
    ];
    let heads = heads.map(|(key, number)| (text(key), number));
    view! {
        <section class="card" aria-label=text("staff-nav-integrations")>
            {headed_table(text("staff-nav-integrations"), &heads, rows.collect())}
        </section>
    }
    .into_any()
}

fn count(count: Count) -> String {
    match count {
        Count::Exactly(exact) => number(&exact.to_string()),
        Count::MoreThan(limit) => text_with("integrations-more-than", &[("count", number(&limit.to_string()).into())]),
    }
}

pub fn set_up_page(staff: &StaffView, sheet: &SetUpSheetView) -> Page {
    let title = text_with("set-up-sheet-title", &[("integration", sheet.name.as_str().into())]);
    let heading = rich("set-up-sheet-title", &[("integration", name(&sheet.name))]);
    let wrong = sheet.endpoints.form.mistake.is_some();
    let (done, of) = (sheet.checklist.iter().filter(|check| check.is_done).count(), sheet.checklist.len());
    let lead = text_with(
        "set-up-sheet-lead",
        &[
            ("connections", count(sheet.connections).into()),
            ("revision", sheet.revision.to_string().into()),
            ("client", sheet.client_id.as_str().into()),
        ],
    );
    let checks = sheet.checklist.iter().map(|one| check(one, staff)).collect_view();
    let content = view! {
        {endpoints::said(&sheet.endpoints)}
        <div class="cols cols--side">
            <div>{addresses(sheet)}{endpoints::card(&sheet.endpoints, staff)}</div>
            <div>
                <section class="card" aria-labelledby="checklist">
                    <header>
                        <h2 id="checklist">{text("set-up-sheet-checklist")}</h2>
                        <span class="muted small">
                            {text_with("integrations-done", &[("done", done.into()), ("of", of.into())])}
                        </span>
                    </header>
                    <ol class="checklist" role="list">{checks}</ol>
                </section>
            </div>
        </div>
    }
    .into_any();
    let body = view! {
        <StaffPage
            staff=staff.clone()
            section=Section::Integrations
            heading=heading.into_any()
            crumbs=vec![(paths::section_of(Section::Integrations).to_owned(), text("staff-nav-integrations"))]
            lead=Some(view! { <p>{lead}</p> }.into_any())
        >
            {content}
        </StaffPage>
    };
    page(title, wrong, body.into_any())
}

fn addresses(sheet: &SetUpSheetView) -> AnyView {
    let field = |id: &'static str, label: &str, help: &str, value: &str| {
        shown_once(id, text(label), text(help), value.to_owned())
    };
    let partner = sheet
        .partner_return_url
        .as_ref()
        .map(|url| field("u-return", "set-up-sheet-return", "set-up-sheet-return-help", url));
    view! {
        <section class="card" aria-labelledby="addresses">
            <header><h2 id="addresses">{text("set-up-sheet-addresses")}</h2></header>
            {field("u-connect", "set-up-sheet-connect", "set-up-sheet-connect-help", &sheet.connect_url)}
            {field("u-configure", "set-up-sheet-configure", "set-up-sheet-configure-help", &sheet.configure_url)}
            {field("u-health", "set-up-sheet-health", "set-up-sheet-health-help", &sheet.healthcheck_url)}
            {field("u-sync", "set-up-sheet-sync", "set-up-sheet-sync-help", &sheet.sync_url)}
            {field("u-scopes", "set-up-sheet-scopes", "set-up-sheet-scopes-help", &sheet.scopes.join(" "))}
            {partner}
            <footer>{text("set-up-sheet-foot")}</footer>
        </section>
    }
    .into_any()
}

fn check(one: &CheckView, staff: &StaffView) -> AnyView {
    let key = match one.check {
        Check::Manifest => "check-manifest",
        Check::Keys => "check-keys",
        Check::Address => "check-address",
        Check::Connect => "check-connect",
        Check::Finished => "check-finished",
        Check::Configure => "check-configure",
        Check::Healthcheck => "check-healthcheck",
        Check::Webhook => "check-webhook",
        Check::Sync => "check-sync",
        Check::Run => "check-run",
    };
    let (tone, sign, word) =
        if one.is_done { ("ok", Sign::Ok, "check-done") } else { ("warn", Sign::SetUp, "check-open") };
    let what = match (one.is_done, one.at) {
        (true, Some(at)) => Some(text_with("check-first", &[("moment", time::date_and_time(at, &staff.zone).into())])),
        (true, None) => None,
        (false, _) => Some(text(&format!("{key}.do-1"))),
    };
    view! {
        <li data-tone=tone>
            <Icon sign class="icon--state"/>
            <div>
                <h3>{text(key)}<span class="vh">" "{text(word)}</span></h3>
                {what.map(|what| view! { <p>{what}</p> })}
            </div>
        </li>
    }
    .into_any()
}
