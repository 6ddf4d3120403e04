//! `/alerts`: incidents, who was told of them, and how incidents are told.

mod forms;

use leptos::prelude::*;

use super::staff_load;
use crate::components::{Icon, Notice, Sign, StaffPage, headed_table, staff_title};
use crate::pages::Page;
use crate::ports::{
    AlertsSaid, AlertsView, IncidentView, LinkedIncident, NoticeReceiver, NoticeState, NoticeView, Noticed,
    SharedStaffDesk, StaffView,
};
use crate::role::Section;
use crate::texts::{incident_do, incident_grouped, incident_title, incident_what, name, rich, text, text_with};
use crate::time;

#[component]
pub fn AlertsPage() -> impl IntoView {
    staff_load(|desk: SharedStaffDesk| async move { desk.alerts().await }, alerts_page)
}

pub fn alerts_page(staff: &StaffView, alerts: &AlertsView) -> Page {
    let title = text("alerts-title");
    let wrong = alerts.webhook.mistake.is_some() || alerts.rules.mistake.is_some();
    let content = view! {
        {alerts.said.map(said)}
        {forms::secret(&alerts.webhook)}
        {alerts.linked.as_ref().map(|linked| self::linked(linked, alerts, staff))}
        {open(alerts, staff)}
        {(!alerts.watched.is_empty()).then(|| watched(alerts, staff))}
        {closed(alerts, staff)}
        {forms::mail(&alerts.mail, staff)}
        {forms::rules(&alerts.rules, alerts.may_change)}
        {forms::webhook(alerts, staff)}
        {forms::test(alerts, staff)}
    }
    .into_any();
    let body = view! {
        <StaffPage
            staff=staff.clone()
            section=Section::Alerts
            heading=title.clone().into_any()
            lead=Some(view! { <p>{text("alerts-lead")}</p> }.into_any())
        >
            {content}
        </StaffPage>
    };
    let title = if wrong { text_with("error-title", &[("title", title.into())]) } else { title };
    Page { title: staff_title(&title), status: if wrong { 422 } else { 200 }, body: body.into_any() }
}

fn said(said: AlertsSaid) -> AnyView {
    let (key, tone, sign) = match said {
        AlertsSaid::Taken => ("alerts-said-taken", "ok", Sign::Ok),
        AlertsSaid::Gone => ("alerts-said-gone", "bad", Sign::Error),
        AlertsSaid::Saved => ("alerts-said-saved", "ok", Sign::Ok),
        AlertsSaid::Removed => ("alerts-said-removed", "ok", Sign::Ok),
        AlertsSaid::Tested => ("alerts-said-tested", "ok", Sign::Ok),
        AlertsSaid::Nowhere => ("alerts-said-nowhere", "bad", Sign::Error),
    };
    let role = if tone == "ok" { "status" } else { "alert" };
    let title = text(key).into_any();
    view! { <Notice tone sign title role><p>{text(&format!("{key}.text"))}</p></Notice> }.into_any()
}

/// The incident of a mail, above all others.
fn linked(linked: &LinkedIncident, alerts: &AlertsView, staff: &StaffView) -> AnyView {
    let body = match linked {
        LinkedIncident::Gone => {
            let title = text("alerts-linked-gone").into_any();
            let words = text("alerts-linked-gone.text");
            return view! { <Notice tone="quiet" sign=Sign::Gone title><p>{words}</p></Notice> }.into_any();
        }
        LinkedIncident::Found(incident) if incident.closed.is_some() => {
            table(std::slice::from_ref(incident.as_ref()), staff, Place::Linked)
        }
        LinkedIncident::Found(incident) => {
            let item = item(incident, staff, alerts.may_take, Place::Linked);
            view! { <div class="card__body flow"><ul class="flow" role="list">{item}</ul></div> }.into_any()
        }
    };
    view! {
        <section class="card" aria-labelledby="linked">
            <header><h2 id="linked">{text("alerts-linked")}</h2></header>
            {body}
        </section>
    }
    .into_any()
}

/// Where an incident is shown. An id names one element of a page.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Linked,
    Listed,
}

impl Place {
    fn id(self, incident: &IncidentView) -> Option<String> {
        (self == Place::Listed).then(|| incident.id.to_string())
    }
}

fn open(alerts: &AlertsView, staff: &StaffView) -> AnyView {
    let items = alerts.open.iter().map(|incident| item(incident, staff, alerts.may_take, Place::Listed)).collect_view();
    let list = if alerts.open.is_empty() {
        view! { <p class="muted">{text("alerts-open-none")}</p> }.into_any()
    } else {
        view! { <ul class="flow" role="list">{items}</ul> }.into_any()
    };
    view! {
        <section class="card" aria-labelledby="open">
            <header><h2 id="open">{text("alerts-open")}</h2></header>
            <div class="card__body flow">{more(alerts.open.len(), alerts.open_count)}{list}</div>
        </section>
    }
    .into_any()
}

fn watched(alerts: &AlertsView, staff: &StaffView) -> AnyView {
    let items =
        alerts.watched.iter().map(|incident| item(incident, staff, alerts.may_take, Place::Listed)).collect_view();
    view! {
        <section class="card" aria-labelledby="watched">
            <header><h2 id="watched">{text("alerts-watched")}</h2></header>
            <div class="card__body flow">
                <p class="muted">{text("alerts-watched-help")}</p>
                {more(alerts.watched.len(), alerts.watched_count)}
                <ul class="flow" role="list">{items}</ul>
            </div>
        </section>
    }
    .into_any()
}

/// That not all are listed.
fn more(listed: usize, count: u64) -> Option<AnyView> {
    let listed = listed as u64;
    (listed < count).then(|| {
        view! { <p>{text_with("alerts-first", &[("listed", listed.into()), ("count", count.into())])}</p> }.into_any()
    })
}

/// An incident at work.
fn item(incident: &IncidentView, staff: &StaffView, may_take: bool, place: Place) -> AnyView {
    let at = |at: i64| time::date_and_time(at, &staff.zone);
    let count = if incident.tenants == 0 { incident.tenants_most } else { incident.tenants };
    let title = incident_title(&incident.kind, count, &incident.integration);
    let urgent = incident.urgent.then(|| {
        view! { " "<span class="chip" data-tone="bad"><Icon sign=Sign::Error/><span>{text("alerts-urgent")}</span></span> }
    });
    let calm = incident.calm_since.map(|since| {
        view! { <p>{text_with("alerts-calm", &[("since", at(since).into())])}</p> }
    });
    let taken = incident.taken.as_ref().map(|(who, since)| {
        view! { <p>{rich("alerts-taken", &[("name", name(who)), ("since", at(*since).into())])}</p> }
    });
    let take = (may_take && incident.taken.is_none()).then(|| {
        view! {
            <form method="post">
                <input type="hidden" name="incident" value=incident.id.to_string()/>
                <button class="btn btn--small" type="submit" name="act" value="take">
                    {text("alerts-take")}<span class="vh">": "{title.clone()}</span>
                </button>
            </form>
        }
    });
    view! {
        <li class="flow-s" id=place.id(incident)>
            <h3><bdi>{title.clone()}</bdi>{urgent}</h3>
            <p>{incident_what(&incident.kind)}" "{text_with("notice-since", &[("since", at(incident.since).into())])}</p>
            <p class="small muted">{grouped(incident)}</p>
            {history(incident)}
            {calm}
            <p><strong>{text("alerts-runbook")}</strong>": "{incident_do(&incident.kind)}</p>
            {taken}
            <div class="row">
                <a class="btn btn--small" href=incident.href.clone()>
                    {see(incident)}<span class="vh">": "{title.clone()}</span>
                </a>
                {take}
            </div>
            {told(incident, staff)}
        </li>
    }
    .into_any()
}

fn see(incident: &IncidentView) -> String {
    if incident.of_none {
        text("alerts-see-integration")
    } else if incident.of_one {
        text("alerts-see-one")
    } else {
        text("alerts-see")
    }
}

fn grouped(incident: &IncidentView) -> String {
    let how = incident_grouped(&incident.kind, &incident.basis, incident.tenants_most);
    text_with("alerts-grouped", &[("how", how.into()), ("version", incident.version.into())])
}

/// How large it was, and how often it came back.
fn history(incident: &IncidentView) -> Option<AnyView> {
    let many = (incident.tenants_most > incident.tenants && incident.tenants_most > 1)
        .then(|| text_with("alerts-most", &[("count", incident.tenants_most.into())]));
    let again = (incident.relapses > 0).then(|| text_with("alerts-relapses", &[("count", incident.relapses.into())]));
    let both: Vec<String> = many.into_iter().chain(again).collect();
    (!both.is_empty()).then(|| view! { <p class="small muted">{both.join(" ")}</p> }.into_any())
}

fn told(incident: &IncidentView, staff: &StaffView) -> AnyView {
    if incident.notices.is_empty() {
        return view! { <p class="small muted">{text("alerts-not-told")}</p> }.into_any();
    }
    let lines = incident.notices.iter().map(|notice| view! { <li class="small">{line(notice, staff)}</li> });
    view! { <details><summary>{text("alerts-told")}</summary><ul>{lines.collect_view()}</ul></details> }.into_any()
}

/// Who was told what, and what became of it.
pub(super) fn line(notice: &NoticeView, staff: &StaffView) -> String {
    let at = |at: i64| time::date_and_time(at, &staff.zone);
    let state = match &notice.state {
        NoticeState::Waiting { at: due, trouble: None } => {
            text_with("alerts-notice-waiting", &[("at", at(*due).into())])
        }
        NoticeState::Waiting { at: due, trouble: Some(trouble) } => {
            text_with("alerts-notice-again", &[("at", at(*due).into()), ("trouble", trouble.as_str().into())])
        }
        NoticeState::Sent { at: sent } => text_with("alerts-notice-sent", &[("at", at(*sent).into())]),
        NoticeState::GivenUp { at: ended, trouble } => {
            text_with("alerts-notice-given-up", &[("at", at(*ended).into()), ("trouble", trouble.as_str().into())])
        }
        NoticeState::Dropped => text("alerts-notice-dropped"),
    };
    let who = match &notice.receiver {
        NoticeReceiver::Mail(Some(who)) => text_with("alerts-notice-mail", &[("name", who.as_str().into())]),
        NoticeReceiver::Mail(None) => text("alerts-notice-nobody"),
        NoticeReceiver::Webhook => text("alerts-notice-webhook"),
    };
    let key = match notice.what {
        Noticed::Opened => "alerts-notice-opened",
        Noticed::Recovered => "alerts-notice-recovered",
        Noticed::Digest => "alerts-notice-digest",
        Noticed::Test => "alerts-notice-test",
    };
    text_with(key, &[("who", who.into()), ("state", state.into())])
}

fn closed(alerts: &AlertsView, staff: &StaffView) -> AnyView {
    let list = if alerts.closed.is_empty() {
        view! { <p class="card__body muted">{text("alerts-closed-none")}</p> }.into_any()
    } else {
        table(&alerts.closed, staff, Place::Listed)
    };
    view! {
        <section class="card" aria-labelledby="closed">
            <header><h2 id="closed">{text("alerts-closed")}</h2></header>
            {list}
        </section>
    }
    .into_any()
}

fn table(closed: &[IncidentView], staff: &StaffView, place: Place) -> AnyView {
    let rows = closed.iter().map(|incident| {
        let at = |at: i64| time::date_and_time(at, &staff.zone);
        let (over, how) = incident.closed.clone().unwrap_or((incident.since, String::new()));
        let how = text(match how.as_str() {
            "merged" => "alerts-closed-merged",
            "set_aside" => "alerts-closed-set-aside",
            _ => "alerts-closed-recovered",
        });
        let count = if incident.of_none { String::new() } else { incident.tenants_most.to_string() };
        let taken = incident.taken.as_ref().map(|(who, since)| {
            view! { <span class="sub">{rich("alerts-taken", &[("name", name(who)), ("since", at(*since).into())])}</span> }
        });
        let title = incident_title(&incident.kind, incident.tenants_most, &incident.integration);
        view! {
            <tr role="row" id=place.id(incident)>
                <th role="rowheader" scope="row">
                    <a href=incident.href.clone()><bdi>{title}</bdi></a>
                    <span class="sub">{grouped(incident)}</span>{taken}
                </th>
                <td role="cell" data-label=text("alerts-when")>{at(incident.since)}</td>
                <td role="cell" data-label=text("alerts-over")>{at(over)}<span class="sub">{how}</span></td>
                <td role="cell" data-label=text("alerts-who")>{count}</td>
                <td role="cell" data-label=text("alerts-told")>{told(incident, staff)}</td>
            </tr>
        }
        .into_any()
    });
    let heads = ["alerts-what", "alerts-when", "alerts-over", "alerts-who", "alerts-told"];
    headed_table(text("alerts-closed"), &heads.map(|key| (text(key), false)), rows.collect())
}
