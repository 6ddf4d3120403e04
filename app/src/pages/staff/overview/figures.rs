//! Small pictures, each with its numbers in words.

use leptos::prelude::*;

use crate::paths;
use crate::ports::{BudgetView, OverviewView, StaffView};
use crate::state::ConnectionState;
use crate::tenants::ListAddress;
use crate::texts::{all_of, name, number, rich, text, text_with};
use crate::time;

/// Of the picture of a day: where the first bar stands, and how high the highest is.
const LEFT: f64 = 34.0;
const WIDTH: f64 = 740.0;
const BASE: f64 = 120.0;
const HEIGHT: f64 = 100.0;

pub(super) fn failed(staff: &StaffView, view: &OverviewView) -> AnyView {
    let failed = &view.failed;
    let of_most = failed.most.as_ref().map(|(integration, count)| {
        let arguments = [("count", number(&count.to_string()).into()), ("integration", name(integration))];
        view! { ", "{rich("overview-failed-most", &arguments)} }
    });
    let summary = text_with(
        "overview-failed-summary",
        &[("failed", number(&failed.failed.to_string()).into()), ("runs", number(&failed.runs.to_string()).into())],
    );
    let body = if failed.failed == 0 {
        let key = if failed.runs == 0 { "overview-failed-no-runs" } else { "overview-failed-none" };
        view! { <p class="muted">{text(key)}</p> }.into_any()
    } else {
        view! { {day(staff, &failed.hours)}{hours(staff, &failed.hours)} }.into_any()
    };
    view! {
        <section class="card" aria-labelledby="fr">
            <header><h2 id="fr">{text("overview-failed")}</h2><span class="muted small">{summary}{of_most}</span></header>
            <div class="card__body flow">{body}{oldest(staff, view)}</div>
        </section>
    }
    .into_any()
}

/// What has failed for longest and goes on, also when it began before today.
fn oldest(staff: &StaffView, view: &OverviewView) -> Option<AnyView> {
    let oldest = view.oldest_failure.as_ref()?;
    let since = time::brief(oldest.since, view.now, &staff.zone);
    let words = text_with("overview-oldest", &[("since", since.into())]);
    let href = paths::connection(oldest.connection);
    let line = view! {
        <p class="small">
            {time::element(oldest.since, words)}": "<a href=href><bdi dir="auto">{oldest.organization.clone()}</bdi></a>
        </p>
    };
    Some(line.into_any())
}

fn day(staff: &StaffView, hours: &[(i64, u64)]) -> AnyView {
    let most = hours.iter().map(|(_, count)| *count).max().unwrap_or(0).max(1);
    let top = rounded(most);
    let step = WIDTH / 25.0;
    let bars = hours.iter().enumerate().map(|(index, (_, count))| {
        let height = HEIGHT * (*count as f64) / (top as f64);
        let class = if *count * 2 > most { "bar bar--bad" } else { "bar" };
        let x = LEFT + 6.0 + step * index as f64;
        view! {
            <rect class=class x=format!("{x:.1}") y=format!("{:.1}", BASE - height) width=format!("{:.1}", step * 0.7)
                height=format!("{height:.1}") rx="2"></rect>
        }
    });
    let labels = hours.iter().enumerate().filter(|(index, _)| index % 3 == 0).map(|(index, (at, _))| {
        let x = LEFT + 6.0 + step * (index as f64 + 0.35);
        view! { <text x=format!("{x:.1}") y="142" text-anchor="middle">{time::clock(*at, &staff.zone)}</text> }
    });
    let (quiet, loud) = (hours.iter().map(|(_, count)| *count).min().unwrap_or(0), most);
    let described = text_with(
        "overview-failed-described",
        &[("least", number(&quiet.to_string()).into()), ("most", number(&loud.to_string()).into())],
    );
    let scale = [(20.0, top), (70.0, top / 2), (120.0, 0)].into_iter().filter(|(_, value)| *value > 0 || top > 1);
    let scale = scale.map(|(y, value)| {
        view! { <text x="26" y=format!("{:.0}", y + 4.0) text-anchor="end">{number(&value.to_string())}</text> }
    });
    view! {
        <svg class="chart chart--wide" viewBox="0 0 780 160" role="img" aria-labelledby="fc-t fc-d">
            <title id="fc-t">{text("overview-failed-chart")}</title>
            <desc id="fc-d">{described}</desc>
            <path class="grid" d="M34 20.5h740M34 70.5h740" fill="none"></path>
            <path class="axis" d="M34 120.5h740" fill="none"></path>
            {scale.collect_view()}
            {bars.collect_view()}
            {labels.collect_view()}
        </svg>
    }
    .into_any()
}

/// A round number that is no less, and even.
fn rounded(most: u64) -> u64 {
    let mut size = 1;
    loop {
        for round in [2, 4, 6, 10] {
            if round * size >= most {
                return round * size;
            }
        }
        size *= 10;
    }
}

/// The same as a list, for who sees no picture.
fn hours(staff: &StaffView, hours: &[(i64, u64)]) -> AnyView {
    let items = hours.iter().filter(|(_, count)| *count > 0).map(|(at, count)| {
        let arguments = [("hour", time::clock(*at, &staff.zone).into()), ("count", (*count).into())];
        view! { <li>{text_with("overview-failed-hour", &arguments)}</li> }
    });
    view! {
        <details class="small">
            <summary>{text("overview-failed-numbers")}</summary>
            <ul class="links" role="list">{items.collect_view()}</ul>
        </details>
    }
    .into_any()
}

pub(super) fn budgets(staff: &StaffView, view: &OverviewView) -> AnyView {
    if view.budgets.is_empty() {
        return ().into_any();
    }
    let several = view.budgets.len() > 1;
    let each =
        view.budgets.iter().enumerate().map(|(place, one)| budget(staff, view, one, place, several)).collect_view();
    view! {
        <section class="card" aria-labelledby="tb">
            <header><h2 id="tb">{text("overview-budget")}</h2></header>
            <div class="card__body flow">{each}</div>
        </section>
    }
    .into_any()
}

fn budget(staff: &StaffView, view: &OverviewView, one: &BudgetView, place: usize, several: bool) -> AnyView {
    let of = several.then(|| view! { <h3 class="small">{all_of(&one.integrations)}</h3> });
    let needed = number(&format!("{:.1}", one.needed));
    let Some(limit) = one.limit else {
        return view! { <div class="figure">{of}<p class="small">{text("overview-budget-unlimited")}</p></div> }
            .into_any();
    };
    let words = text_with("overview-budget-of", &[("limit", limit.into())]);
    let used = text_with("overview-budget-used", &[("used", one.used.into())]);
    let carries = text_with(
        "overview-budget-carries",
        &[
            ("carries", number(&one.carries.unwrap_or(0).to_string()).into()),
            ("grants", number(&one.grants.to_string()).into()),
        ],
    );
    let enough = match one.enough_until {
        Some(at) => {
            let day = time::brief(at, view.now, &staff.zone);
            view! { <p class="small"><strong>{text_with("overview-budget-until", &[("day", day.into())])}</strong></p> }
                .into_any()
        }
        None => view! { <p class="small muted">{text("overview-budget-enough")}</p> }.into_any(),
    };
    view! {
        <div class="figure">
            {of}
            <p><span class="big">{needed}</span>" "<span>{words}</span></p>
            {minute(one, limit, place)}
            <p class="small muted">{format!("{used} {carries}")}</p>
            {enough}
        </div>
    }
    .into_any()
}

/// What a minute needs, what the last one used, and what OfficeRnD allows.
fn minute(one: &BudgetView, limit: u32, place: usize) -> AnyView {
    /// Where the bars begin, how long the longest is, and how far the limit stands from the end.
    const FROM: f64 = 64.0;
    const LONG: f64 = 216.0;
    let (needed, used, limit) = (one.needed, f64::from(one.used), f64::from(limit));
    let scale = LONG / limit.max(needed).max(used).max(1.0);
    let bar = |y: u32, count: f64, words: String| {
        let class = if count > limit { "bar bar--bad" } else { "bar" };
        view! {
            <text x=format!("{:.0}", FROM - 8.0) y=y + 12 text-anchor="end">{words}</text>
            <rect class=class x=FROM y=y width=format!("{:.1}", count * scale) height="16" rx="2"></rect>
        }
    };
    let end = FROM + limit * scale;
    let (title, described) = (format!("bc-t-{place}"), format!("bc-d-{place}"));
    let arguments = [
        ("needed", number(&format!("{needed:.1}")).into()),
        ("used", number(&used.to_string()).into()),
        ("limit", number(&limit.to_string()).into()),
    ];
    view! {
        <svg class="chart" viewBox="0 0 304 74" role="img" aria-labelledby=format!("{title} {described}")>
            <title id=title.clone()>{text("overview-budget-chart")}</title>
            <desc id=described.clone()>{text_with("overview-budget-chart.described", &arguments)}</desc>
            {bar(4, needed, text("overview-budget-chart.needed"))}
            {bar(28, used, text("overview-budget-chart.used"))}
            <path class="axis" d=format!("M{FROM} 0v52") fill="none"></path>
            <path class="limit" d=format!("M{end:.1} 0v52") fill="none"></path>
            <text x=format!("{end:.1}") y="68" text-anchor="end">{text_with("overview-budget-chart.limit", &arguments[2..])}</text>
        </svg>
    }
    .into_any()
}

pub(super) fn funnel(view: &OverviewView) -> AnyView {
    let way = &view.funnel;
    let steps = [
        ("overview-way-opened", way.opened),
        ("overview-way-authorized", way.authorized),
        ("overview-way-set-up", way.set_up),
        ("overview-way-saved", way.saved),
        ("overview-way-ran", way.ran),
    ];
    let first = way.opened.max(1);
    let items = steps.iter().map(|(key, count)| {
        let share = (100 * count / first).min(100);
        view! {
            <li>
                <span>{text(key)}</span>
                <svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">
                    <rect class="rest" width="100" height="8" rx="1"></rect>
                    <rect width=share.to_string() height="8" rx="1"></rect>
                </svg>
                <span class="n">{number(&count.to_string())}</span>
            </li>
        }
    });
    let stopped = way.authorized.saturating_sub(way.set_up);
    let note = if way.opened == 0 {
        text("overview-way-none").into_any()
    } else if stopped > 0 {
        let open = ListAddress { state: Some(ConnectionState::FinishSetUp), ..ListAddress::default() };
        let words = text_with("overview-way-stopped", &[("count", stopped.into())]);
        view! { {words}" "<a href=paths::tenants(&open.query())>{text("overview-way-show")}</a> }.into_any()
    } else {
        text("overview-way-all").into_any()
    };
    view! {
        <section class="card" aria-labelledby="fu">
            <header><h2 id="fu">{text("overview-way")}</h2><span class="muted small">{text("overview-way.days")}</span></header>
            <div class="card__body flow">
                <ul class="funnel" role="list">{items.collect_view()}</ul>
                <p class="small muted funnel-note">{note}</p>
            </div>
        </section>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::rounded;

    #[test]
    fn a_scale_is_round_and_even() {
        for (most, top) in [(1, 2), (3, 4), (5, 6), (7, 10), (11, 20), (53, 60), (87, 100), (101, 200)] {
            assert_eq!(rounded(most), top);
        }
    }
}
