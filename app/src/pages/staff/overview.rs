//! What is on fire now, and how everything stands: fire first, then counts, then people to help, then trends.

mod figures;
mod lists;

use leptos::prelude::*;

use super::staff_load;
use crate::components::{Icon, Notice, Sign, StaffPage, live_line, staff_title, state_sign};
use crate::pages::Page;
use crate::paths;
use crate::ports::{OutageView, OverviewView, StaffView};
use crate::role::Section;
use crate::state::ConnectionState;
use crate::tenants::ListAddress;
use crate::texts::{name, number, rich, state_word, text, text_with};
use crate::time::{self, Zone};

#[component]
pub fn OverviewPage() -> impl IntoView {
    staff_load(async move |desk| desk.overview().await, overview_page)
}

pub fn overview_page(staff: &StaffView, view: &OverviewView) -> Page {
    let now = time::moment(view.now, &staff.zone);
    let lead = text_with(
        "overview-lead",
        &[
            ("now", now.into()),
            ("connections", number(&view.connections.to_string()).into()),
            ("count", view.connections.into()),
            ("organizations", number(&view.organizations.to_string()).into()),
            ("organizations-count", view.organizations.into()),
        ],
    );
    let lead = view! { <p>{time::element(view.now, lead)}</p> }.into_any();
    let body = view! {
        {outages(staff, view)}
        {tally(view)}
        <div class="cols cols--side" data-key="cols">
            <div data-key="people">
                {lists::todo(staff, view)}
                {figures::failed(staff, view)}
                {lists::integrations(view)}
            </div>
            <div data-key="figures">
                {figures::budgets(staff, view)}
                {lists::due(staff, view)}
                {lists::endpoints(staff, view)}
                {figures::funnel(view)}
            </div>
        </div>
    };
    let live = live_line(staff, view.now, &view.stamp, None, false);
    let page = view! {
        <StaffPage
            staff=staff.clone()
            section=Section::Overview
            heading=text("staff-nav-overview").into_any()
            lead=Some(lead)
            live=Some(live)
        >
            {body}
        </StaffPage>
    };
    Page { title: staff_title(&text("staff-nav-overview")), status: 200, body: page.into_any() }
}

/// One outage of many organizations is one notice.
fn outages(staff: &StaffView, view: &OverviewView) -> AnyView {
    view.outages.iter().map(|outage| one_outage(staff, view, outage)).collect_view().into_any()
}

/// Which vendor, how many, since when.
pub(super) fn outage_title(outage: &OutageView, now: i64, zone: &Zone) -> AnyView {
    let since = time::brief(outage.since, now, zone);
    let arguments =
        [("integration", name(&outage.integration)), ("count", outage.connections.into()), ("since", since.into())];
    rich(if outage.of_officernd { "outage-officernd" } else { "outage-vendor" }, &arguments)
}

fn one_outage(staff: &StaffView, view: &OverviewView, outage: &OutageView) -> AnyView {
    let address = ListAddress {
        state: Some(ConnectionState::VendorOutage),
        integration: Some(outage.integration_slug.clone()),
        ..ListAddress::default()
    };
    let show = text_with("outage-show", &[("count", outage.connections.into())]);
    let like = (!outage.like.is_empty()).then(|| rich("outage-like", &[("like", name(&outage.like))]));
    let on_it = match &outage.acknowledged {
        Some((who, at)) => {
            let at = time::brief(*at, view.now, &staff.zone);
            let words = rich("outage-on-it", &[("name", name(who)), ("at", at.into())]);
            view! { <span class="chip" data-tone="ok"><Icon sign=Sign::User/><span>{words}</span></span> }.into_any()
        }
        None if view.may_acknowledge => view! {
            <button class="btn btn--small" type="submit" name="act" value=format!("acknowledge:{}", outage.id)>
                {text("outage-acknowledge")}
            </button>
        }
        .into_any(),
        None => view! { <span class="small">{text("outage-nobody")}</span> }.into_any(),
    };
    let title = outage_title(outage, view.now, &staff.zone);
    let lasted = age(view.now - outage.since);
    let list = paths::tenants(&address.query());
    view! {
        <div data-key=outage.id.clone()>
            <Notice tone="away" sign=Sign::Outage title>
                <p>{like}" "{text("outage-text")}</p>
                <form class="actions" method="post">
                    <a class="btn btn--small" href=list>{show}</a>
                    {on_it}
                    <span class="small">{lasted}</span>
                </form>
            </Notice>
        </div>
    }
    .into_any()
}

/// How long something lasts, in the two units that matter.
fn age(lasted: i64) -> String {
    let minutes = lasted.max(0) / 60_000;
    let (days, hours) = (minutes / (24 * 60), minutes / 60 % 24);
    let key = if days > 0 { "outage-oldest-days" } else { "outage-oldest" };
    text_with(
        key,
        &[
            ("days", days.into()),
            ("hours", (if days > 0 { hours } else { minutes / 60 }).into()),
            ("minutes", (minutes % 60).into()),
        ],
    )
}

fn tally(view: &OverviewView) -> AnyView {
    let all = view.connections;
    // What works comes first, then the states in the order of their trouble.
    let (well, others): (Vec<_>, Vec<_>) =
        view.states.iter().copied().partition(|(state, _)| *state == ConnectionState::Connected);
    let items = well.into_iter().chain(others).map(|(state, count)| {
        let href = paths::tenants(&ListAddress { state: Some(state), ..ListAddress::default() }.query());
        let of = (state == ConnectionState::Connected && all > 0).then(|| {
            let percent = (count * 100 / all).to_string();
            let arguments = [("percent", percent.into()), ("count", number(&all.to_string()).into())];
            view! { <span class="of">{text_with("overview-of-all", &arguments)}</span> }
        });
        view! {
            <li data-key=state.slug()>
                <a href=href data-tone=state.tone()>
                    <span class="n" data-live=state.slug()>{number(&count.to_string())}</span>
                    <Icon sign=state_sign(state)/>
                    <span class="w">{state_word(state)}</span>
                    {of}
                </a>
            </li>
        }
    });
    view! {
        <section class="card" aria-labelledby="st">
            <header>
                <h2 id="st">{text("overview-states")}</h2><span class="muted small">{text("overview-states.hint")}</span>
            </header>
            <ul class="tally" role="list">{items.collect_view()}</ul>
        </section>
    }
    .into_any()
}
