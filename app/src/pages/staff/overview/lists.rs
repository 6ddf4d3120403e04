//! People to help, what runs out, who does not listen, and the last day of each integration.

use leptos::prelude::*;

use crate::components::{Icon, Sign, StateBadge};
use crate::paths;
use crate::ports::{Due, OverviewView, StaffView, TodoView, Who};
use crate::role::Section;
use crate::tenants::ListAddress;
use crate::texts::{name, number, rich, text, text_with};
use crate::time;

pub(super) fn todo(staff: &StaffView, view: &OverviewView) -> AnyView {
    let list = if view.todo.is_empty() {
        view! { <div class="card__body"><p class="muted">{text("overview-todo-none")}</p></div> }.into_any()
    } else {
        let items = view.todo.iter().map(|one| item(staff, view, one)).collect_view();
        view! { <ul class="todo" role="list">{items}</ul> }.into_any()
    };
    // A list has one state or all of them, so the number is not that of the list behind the link.
    let all = (view.todo_total > view.todo.len() as u64).then(|| {
        let (shown, count) = (number(&view.todo.len().to_string()), number(&view.todo_total.to_string()));
        let shown = text_with("tenants-count", &[("shown", shown.into()), ("count", count.into())]);
        view! {
            <span class="muted small">{shown}" · "<a href=paths::tenants("")>{text("overview-todo-all")}</a></span>
        }
    });
    view! {
        <section class="card" aria-labelledby="todo">
            <header><h2 id="todo">{text("overview-todo")}</h2>{all}</header>
            {list}
        </section>
    }
    .into_any()
}

fn item(staff: &StaffView, view: &OverviewView, one: &TodoView) -> AnyView {
    let href = paths::connection(one.connection);
    let state = one.state;
    let since = time::brief(one.since, view.now, &staff.zone);
    let who = text_with(
        match one.who {
            Who::Admin => "overview-todo-admin",
            Who::Partner => "overview-todo-partner",
            Who::Nobody => "overview-todo-nobody",
        },
        &[("since", since.into())],
    );
    let places = one.troubled.map(|(troubled, all)| {
        text_with("overview-todo-places", &[("troubled", troubled.into()), ("count", all.into())])
    });
    // One text: of two, the second would move when the first changes.
    let why: Vec<String> = std::iter::once(cause(&one.cause)).chain(places).collect();
    let link = href.clone();
    view! {
        <li data-key=one.connection.to_string()>
            <span><StateBadge state/></span>
            <p>
                <a href=link><bdi dir="auto">{one.organization.clone()}</bdi></a>
                ", "<bdi>{one.integration.clone()}</bdi>". "{why.join(" ")}
                <br/>
                <span class="muted small">{time::element(one.since, who)}</span>
            </p>
            <a class="btn btn--small" href=href>
                {text("overview-open")}<span class="vh">" "<bdi>{one.organization.clone()}</bdi></span>
            </a>
        </li>
    }
    .into_any()
}

/// Why, in one sentence.
fn cause(cause: &str) -> String {
    text(match cause {
        "login_refused" => "overview-cause-login-refused",
        "open_steps" => "overview-cause-open-steps",
        "overlap" => "overview-cause-overlap",
        "removal_guard" => "overview-cause-removal-guard",
        "settings" => "overview-cause-settings",
        "failures" => "overview-cause-failures",
        "settings_and_failures" => "overview-cause-settings-and-failures",
        "late" => "overview-cause-late",
        "hook_failures" => "overview-cause-hooks",
        _ => "overview-cause-other",
    })
}

pub(super) fn due(staff: &StaffView, view: &OverviewView) -> AnyView {
    let items = view.due.iter().map(|due| {
        let words = match &due.what {
            Due::Grant { connection, organization } => {
                let href = paths::connection(*connection);
                view! {
                    <span>
                        {text("overview-due-grant")}" "<a href=href><bdi dir="auto">{organization.clone()}</bdi></a>". "
                        {text("overview-due-grant.then")}
                    </span>
                }
                .into_any()
            }
            Due::ApiKey { name: key } => {
                view! { <span>{rich("overview-due-key", &[("name", name(key))])}</span> }.into_any()
            }
            Due::Setting { connection, organization, integration, field, .. } => {
                let href = paths::connection(*connection);
                let what = rich("overview-due-setting", &[("field", name(field)), ("integration", name(integration))]);
                view! { <span>{what}" "<a href=href><bdi dir="auto">{organization.clone()}</bdi></a></span> }.into_any()
            }
            Due::EndpointSecret { url } => {
                view! { <span>{rich("overview-due-secret", &[("host", name(url))])}</span> }.into_any()
            }
            Due::AlertSecret { url } => {
                view! { <span>{rich("overview-due-alert-secret", &[("host", name(url))])}</span> }.into_any()
            }
        };
        // A day of the partner's is no moment, and the same day in every zone.
        let when = match &due.what {
            Due::Setting { day, .. } => time::day(day).into_any(),
            _ => time::element(due.at, time::brief(due.at, view.now, &staff.zone)),
        };
        view! { <li><span class="when">{when}</span>{words}</li> }
    });
    let list = if view.due.is_empty() {
        view! { <p class="muted">{text("overview-due-none")}</p> }.into_any()
    } else {
        view! { <ul class="due" role="list">{items.collect_view()}</ul> }.into_any()
    };
    let keys = [("overview-keys-endless", view.endless_keys), ("overview-keys-unused", view.unused_keys)];
    let keys = keys.into_iter().filter(|(_, count)| *count > 0);
    let keys: Vec<String> = keys.map(|(words, count)| text_with(words, &[("count", count.into())])).collect();
    let keys = (!keys.is_empty()).then(|| view! { <p class="small muted">{keys.join(" ")}</p> });
    view! {
        <section class="card" aria-labelledby="due">
            <header><h2 id="due">{text("overview-due")}</h2></header>
            <div class="card__body">{list}{keys}</div>
        </section>
    }
    .into_any()
}

/// Nothing when all of them listen.
pub(super) fn endpoints(staff: &StaffView, view: &OverviewView) -> AnyView {
    if view.endpoints.is_empty() {
        return ().into_any();
    }
    let items = view.endpoints.iter().map(|endpoint| {
        let since = time::brief(endpoint.since, view.now, &staff.zone);
        let key = if endpoint.disabled { "overview-endpoint-disabled" } else { "overview-endpoint-failing" };
        let arguments = [("host", name(&endpoint.host)), ("waiting", endpoint.waiting.into()), ("since", since.into())];
        let href = paths::integration(&endpoint.integration_slug);
        view! {
            <li>
                <span class="when"><a href=href><bdi>{endpoint.integration.clone()}</bdi></a></span>
                <span>{rich(key, &arguments)}</span>
            </li>
        }
    });
    view! {
        <section class="card" aria-labelledby="ep">
            <header><h2 id="ep"><Icon sign=Sign::Warn/>{text("overview-endpoints")}</h2></header>
            <div class="card__body"><ul class="due" role="list">{items.collect_view()}</ul></div>
        </section>
    }
    .into_any()
}

pub(super) fn integrations(view: &OverviewView) -> AnyView {
    let rows = view.integrations.iter().map(|one| {
        let cell = |key: &'static str, count: u64| {
            view! { <td role="cell" class="num" data-label=text(key)>{number(&count.to_string())}</td> }
        };
        let all = ListAddress { integration: Some(one.slug.clone()), ..ListAddress::default() };
        let revision = match one.revision {
            Some(revision) => text_with("overview-revision", &[("revision", revision.into())]),
            None => text("overview-no-manifest"),
        };
        let connections = number(&one.connections.to_string());
        view! {
            <tr role="row" data-key=format!("integration-{}", one.slug)>
                <th role="rowheader" scope="row">
                    <a href=paths::integration(&one.slug)><bdi>{one.name.clone()}</bdi></a>
                    <span class="sub">{revision}</span>
                </th>
                <td role="cell" class="num" data-label=text("overview-connections")>
                    <a href=paths::tenants(&all.query())>{connections}</a>
                </td>
                {cell("overview-good", one.good)}
                {cell("overview-failed-runs", one.failed)}
                {cell("overview-webhooks", one.webhooks)}
                {cell("overview-waiting", one.waiting)}
            </tr>
        }
    });
    let head = |key: &'static str| view! { <th role="columnheader" scope="col" class="num">{text(key)}</th> };
    let empty = view.integrations.is_empty().then(|| {
        let href = paths::section_of(Section::Integrations);
        view! { <div class="card__body"><p><a href=href>{text("overview-no-integrations")}</a></p></div> }
    });
    view! {
        <section class="card" aria-labelledby="in">
            <header><h2 id="in">{text("overview-integrations")}</h2></header>
            {empty}
            <div class="table-box">
                <table role="table" class="table table--edge table--figures">
                    <caption class="vh">{text("overview-integrations.caption")}</caption>
                    <thead role="rowgroup">
                        <tr role="row">
                            <th role="columnheader" scope="col">{text("tenants-column-integration")}</th>
                            {head("overview-connections")}
                            {head("overview-good")}
                            {head("overview-failed-runs")}
                            {head("overview-webhooks")}
                            {head("overview-waiting")}
                        </tr>
                    </thead>
                    <tbody role="rowgroup">{rows.collect_view()}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}
