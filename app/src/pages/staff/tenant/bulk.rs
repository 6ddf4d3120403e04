//! An act on many connections: asked about, and how it goes on.

use leptos::prelude::*;

use super::organization::connections;
use super::pieces::{card, cell, chip, error, moment, reason, refused, table};
use super::words;
use crate::components::{Notice, Sign, StaffPage, staff_title};
use crate::pages::Page;
use crate::paths;
use crate::ports::{BulkLine, BulkQuestionView, BulkView, StaffView};
use crate::role::{Act, Section};
use crate::texts::{name, rich, text, text_with};
use crate::time;

const ACTS: [(&str, &str); 6] = [
    ("run", "tenant-act-run"),
    ("refresh", "tenant-act-refresh"),
    ("pause", "tenant-act-pause"),
    ("resume", "tenant-act-resume"),
    ("replay", "tenant-act-since"),
    ("links", "tenant-act-links"),
];

fn frame(who: &StaffView, heading: String, status: u16, crumbs: Vec<(String, String)>, body: AnyView) -> Page {
    let title = staff_title(&heading);
    let body = view! {
        <StaffPage staff=who.clone() section=Section::Tenants heading=heading.into_any() crumbs=crumbs>{body}</StaffPage>
    };
    Page { title, status, body: body.into_any() }
}

pub fn ask_page(who: &StaffView, view: &BulkQuestionView) -> Page {
    let typed = &view.typed;
    let status = if typed.wrong.is_empty() { 200 } else { 422 };
    let count = [("count", view.count.into()), ("most", view.most.into())];
    let heading = text_with("tenant-bulk", &count);
    let crumbs = vec![(paths::section_of(Section::Tenants).to_owned(), text("staff-nav-tenants"))];
    let too_many = (view.count > view.most).then(|| {
        let title = text_with("tenant-bulk-too-many", &count);
        view! { <Notice tone="warn" sign=Sign::Warn title=title.into_any()>""</Notice> }
    });
    let nobody = (view.count == 0).then(|| view! { <p>{text("tenant-bulk-nobody")}</p> });
    let may = who.role.may(Act::Bulk) && view.count > 0 && view.count <= view.most;
    let shown = (!view.connections.is_empty()).then(|| {
        let more = view.count - view.connections.len();
        let more =
            (more > 0).then(|| view! { <footer>{text_with("tenant-bulk-more", &[("count", more.into())])}</footer> });
        let body = view! { {connections(who, &view.connections)}{more} };
        card("connections", text("tenant-connections"), None, body.into_any())
    });
    let body = view! {
        {refused(Some(typed))}
        {too_many}
        {nobody}
        {may.then(|| form(view))}
        {shown}
        {latest(who, &view.latest)}
    };
    frame(who, heading, status, crumbs, body.into_any())
}

fn form(view: &BulkQuestionView) -> AnyView {
    let typed = &view.typed;
    let choices: Vec<_> = ACTS
        .iter()
        .map(|(slug, key)| {
            let id = format!("a-{slug}");
            let nested = (*slug == "replay").then(|| {
                let wrong = error(Some(typed), "since");
                let invalid = wrong.is_some().then_some("true");
                view! {
                    <div class="nested">
                        <label class="vh" for="since">{text("tenant-since")}</label>
                        {wrong}
                        <input type="datetime-local" id="since" name="since" value=typed.since.clone() aria-invalid=invalid/>
                    </div>
                }
            });
            view! {
                <div class="choice">
                    <input type="radio" name="act" id=id.clone() value=*slug checked=typed.act == *slug/>
                    <label for=id>{text(key)}</label>
                    {nested}
                </div>
            }
        })
        .collect();
    let button = text_with("tenant-bulk-do", &[("count", view.count.into())]);
    view! {
        <form id="acts" class="narrow flow" method="post" action=paths::bulk()>
            <input type="hidden" name="id" value=view.id.to_string()/>
            <input type="hidden" name="connections" value=view.carried.clone()/>
            <input type="hidden" name="confirm" value=view.count/>
            <fieldset class="field">
                <legend class="label">{text("tenant-what")}</legend>
                {error(Some(typed), "act")}
                <div class="choices">{choices}</div>
            </fieldset>
            {reason(Some(typed), true)}
            <p class="help">{text("tenant-bulk-spread")}</p>
            <button class="btn btn--primary" type="submit">{button}</button>
        </form>
    }
    .into_any()
}

fn latest(who: &StaffView, lines: &[BulkLine]) -> Option<AnyView> {
    if lines.is_empty() {
        return None;
    }
    let rows: Vec<_> = lines
        .iter()
        .map(|line| {
            let by = rich("tenant-bulk-line", &[("name", name(&line.staff)), ("count", line.total.into())]);
            let going = line.ended_at.is_none().then(|| chip("quiet", Sign::Sync, text("tenant-bulk-going")));
            view! {
                <li><a href=paths::bulk_act(line.id)>{words::bulk_act(&line.act)}</a>" "{by}" · "{moment(line.at, &who.zone)}" "{going}</li>
            }
        })
        .collect();
    let body = view! { <div class="card__body"><ul class="lines" role="list">{rows}</ul></div> };
    Some(card("la", text("tenant-bulk-latest"), None, body.into_any()))
}

pub fn progress_page(who: &StaffView, view: &BulkView) -> Page {
    let line = &view.line;
    let done = line.total.saturating_sub(view.waiting);
    let counts = [("done", done.into()), ("count", line.total.into())];
    let heading =
        text_with("tenant-bulk-of", &[("act", words::bulk_act(&line.act).into()), ("count", line.total.into())]);
    let crumbs = vec![
        (paths::section_of(Section::Tenants).to_owned(), text("staff-nav-tenants")),
        (paths::bulk().to_owned(), text("tenant-bulk-acts")),
    ];
    let began = time::date_and_time(line.at, &who.zone);
    let by = rich("tenant-bulk-by", &[("name", name(&line.staff)), ("moment", began.into())]);
    let why = view.reason.as_ref().map(|reason| rich("tenant-reason-was", &[("reason", name(reason))]));
    let progress = if line.ended_at.is_some() {
        view! {
            <Notice tone="ok" sign=Sign::Ok role="status" title=text_with("tenant-bulk-ended", &counts).into_any()>""</Notice>
        }
        .into_any()
    } else {
        let stop = who.role.may(Act::Bulk).then(|| {
            view! { <form class="actions" method="post"><button class="btn btn--small" type="submit" name="act" value="stop">{text("tenant-bulk-stop")}</button></form> }
        });
        view! {
            <Notice tone="quiet" sign=Sign::Sync role="status" title=text_with("tenant-bulk-progress", &counts).into_any()>
                <p>{text("tenant-bulk-reload")}</p>
                {stop}
            </Notice>
        }
        .into_any()
    };
    let tally = view.outcomes.iter().map(|(outcome, count)| {
        view! { <div><dt>{text(words::not_done(outcome))}</dt><dd>{*count}</dd></div> }
    });
    let heads = ["tenant-connection", "tenant-outcome"].map(|key| (text(key), false));
    let rows = view.items.iter().map(|(id, organization, outcome)| {
        let named = organization.clone().unwrap_or_else(|| id.to_string());
        let outcome = match outcome.as_deref() {
            None => chip("quiet", Sign::Delayed, text("tenant-delivery-waiting")),
            Some("done") => chip("ok", Sign::Ok, text("tenant-outcome-done")),
            Some("asked") => chip("ok", Sign::Ok, text("tenant-outcome-asked")),
            Some(other) => chip("warn", Sign::Info, text(words::not_done(other))),
        };
        view! {
            <tr role="row">
                <th role="rowheader" scope="row"><a href=paths::connection(*id)><bdi>{named}</bdi></a></th>
                {cell(text("tenant-outcome"), outcome)}
            </tr>
        }
        .into_any()
    });
    let rows: Vec<AnyView> = rows.collect();
    let body = view! {
        <p>{by}" "{why}</p>
        {progress}
        <dl class="ledger">{tally.collect_view()}</dl>
        {card("it", text("tenant-connections"), None, table(text("tenant-bulk-caption"), &heads, rows))}
    };
    frame(who, heading, 200, crumbs, body.into_any())
}
