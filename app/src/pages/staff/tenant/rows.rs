//! Locations, runs, deliveries and calls, a few rows of each.

use leptos::prelude::*;

use super::pieces::{card, cell, chip, moment, nothing_yet, number, table};
use super::words;
use crate::components::{Icon, Sign};
use crate::paths;
use crate::ports::{DeliveryLine, PlaceRow, PlaceState, ReceivedRow, RunRow, SentRow, StaffView, TenantView};
use crate::role::Act;
use crate::texts::{text, text_with};
use crate::time;

pub(super) fn is_troubled(place: &PlaceRow) -> bool {
    matches!(place.state, PlaceState::BySettings(_) | PlaceState::Failing(_))
}

pub(super) fn places(who: &StaffView, view: &TenantView) -> AnyView {
    let aside = text(if view.all_locations { "tenant-all-locations" } else { "tenant-these-locations" });
    let aside = view! { <span class="muted small">{aside}</span> }.into_any();
    if view.places.is_empty() {
        return card("lo", text("tenant-locations"), Some(aside), nothing_yet(text("tenant-no-locations")));
    }
    let heads = ["tenant-location", "tenant-state", "tenant-zone", "tenant-differ", "tenant-last-good-run"];
    let heads: Vec<(String, bool)> = heads.iter().map(|key| (text(key), *key == "tenant-differ")).collect();
    let rows = view.places.iter().map(|place| {
        let href = paths::tenant_settings(view.head.id, Some(&place.location.id));
        let zone = [place.location.time_zone.clone(), place.currency.clone()];
        let zone = zone.into_iter().flatten().collect::<Vec<_>>().join(", ");
        let last = place.last_success_at.map_or_else(|| text("tenant-no-run").into_any(), |at| moment(at, &who.zone));
        view! {
            <tr role="row">
                <th role="rowheader" scope="row"><a href=href><bdi>{place.location.name.clone()}</bdi></a></th>
                {cell(text("tenant-state"), place_state(who, place.state))}
                {cell(text("tenant-zone"), zone.into_any())}
                {number(text("tenant-differ"), place.differ as u64)}
                {cell(text("tenant-last-good-run"), last)}
            </tr>
        }
        .into_any()
    });
    card("lo", text("tenant-locations"), Some(aside), table(text("tenant-locations-caption"), &heads, rows.collect()))
}

fn place_state(who: &StaffView, state: PlaceState) -> AnyView {
    let since = |key: &str, at: i64| text_with(key, &[("date", time::date(at, &who.zone).into())]);
    match state {
        PlaceState::Good => chip("ok", Sign::Ok, text("tenant-place-good")),
        PlaceState::BySettings(at) => chip("bad", Sign::Error, since("tenant-place-settings", at)),
        PlaceState::Failing(at) => chip("bad", Sign::Error, since("tenant-place-failing", at)),
        PlaceState::Unknown => chip("quiet", Sign::Delayed, text("tenant-place-unknown")),
    }
}

/// Headings of the five counts of a run.
pub(super) const COUNTS: [&str; 5] =
    ["tenant-created", "tenant-changed", "tenant-removed", "tenant-skipped", "tenant-failed"];

pub(super) fn runs(who: &StaffView, view: &TenantView) -> AnyView {
    let all = paths::tenant_timeline(view.head.id, "runs", "ever", None);
    let all = view! { <a class="small" href=all>{text("tenant-all-runs")}</a> }.into_any();
    if view.runs.is_empty() {
        return card("ru", text("tenant-runs"), None, nothing_yet(text("tenant-no-runs")));
    }
    let mut heads = vec![(text("tenant-run"), false), (text("tenant-result"), false)];
    heads.extend(COUNTS.iter().map(|key| (text(key), true)));
    let rows: Vec<AnyView> = view.runs.iter().map(|run| run_row(who, view, run)).collect();
    let file = who.role.may(Act::Export).then(|| {
        view! {
            <footer>
                <form method="post" action=paths::tenant_runs_file(view.head.id)>
                    <button class="btn btn--small" type="submit" name="act" value="export">
                        <Icon sign=Sign::File/>" "{text("tenant-runs-file")}
                    </button>
                </form>
            </footer>
        }
    });
    let body = view! { {table(text("tenant-runs-caption"), &heads, rows)}{file} };
    card("ru", text("tenant-runs"), Some(all), body.into_any())
}

fn run_row(who: &StaffView, view: &TenantView, run: &RunRow) -> AnyView {
    let (tone, sign, state) = words::run_state(&run.state, run.counts[3], run.counts[4]);
    let counts: Vec<_> = COUNTS.iter().zip(run.counts).map(|(key, count)| number(text(key), count)).collect();
    let message = run.message.clone().map(|said| view! { <span class="sub"><bdi>{said}</bdi></span> });
    let result = view! { {chip(tone, sign, state)}{message}{reasons(&run.reasons)} };
    view! {
        <tr role="row">
            <th role="rowheader" scope="row">
                <a href=paths::tenant_run(view.head.id, run.id)>{moment(run.started_at, &who.zone)}</a>
                <span class="sub">{words::run_reason(&run.reason)}{lasted(run)}</span>
            </th>
            {cell(text("tenant-result"), result.into_any())}
            {counts}
        </tr>
    }
    .into_any()
}

/// Why something was skipped or failed, grouped.
pub(super) fn reasons(reasons: &[(String, u64)]) -> AnyView {
    let lines = reasons.iter().map(|(words, count)| {
        view! { <span class="sub"><bdi>{words.clone()}</bdi>" × "{*count}</span> }
    });
    lines.collect_view().into_any()
}

pub(super) fn lasted(run: &RunRow) -> Option<String> {
    let seconds = (run.ended_at? - run.started_at).max(0) / 1_000;
    let words = match seconds {
        0 => text("tenant-lasted-less"),
        _ => text_with("tenant-lasted", &[("seconds", seconds.into())]),
    };
    Some(format!(", {words}"))
}

pub(super) fn received(who: &StaffView, view: &TenantView) -> AnyView {
    let all = paths::tenant_timeline(view.head.id, "received", "ever", None);
    let all = view! { <a class="small" href=all>{text("tenant-all")}</a> }.into_any();
    if view.received.is_empty() {
        return card("wh", text("tenant-received"), None, nothing_yet(text("tenant-none-received")));
    }
    let heads = ["tenant-event", "tenant-received-at", "tenant-result"].map(|key| (text(key), false));
    let rows = view.received.iter().map(|row| received_row(who, row)).collect();
    card("wh", text("tenant-received"), Some(all), table(text("tenant-received-caption"), &heads, rows))
}

fn received_row(who: &StaffView, row: &ReceivedRow) -> AnyView {
    let kind = row.kind.clone().unwrap_or_else(|| text("tenant-unreadable"));
    let result = match (row.done, &row.kind) {
        (_, None) => chip("warn", Sign::Warn, text("tenant-kept-unread")),
        (true, _) => chip("ok", Sign::Ok, text("tenant-done")),
        (false, _) => chip("quiet", Sign::Delayed, text("tenant-delivery-waiting")),
    };
    view! {
        <tr role="row">
            <th role="rowheader" scope="row"><bdi>{kind}</bdi><span class="sub"><code>{row.id.clone()}</code></span></th>
            {cell(text("tenant-received-at"), moment(row.at, &who.zone))}
            {cell(text("tenant-result"), result)}
        </tr>
    }
    .into_any()
}

pub(super) fn sent(who: &StaffView, view: &TenantView) -> AnyView {
    let all = paths::tenant_timeline(view.head.id, "sent", "ever", None);
    let all = view! { <a class="small" href=all>{text("tenant-all")}</a> }.into_any();
    if view.sent.is_empty() {
        return card("se", text("tenant-sent"), None, nothing_yet(text("tenant-none-sent")));
    }
    let acts = who.role.may(Act::Replay);
    let mut heads: Vec<(String, bool)> =
        ["tenant-event", "tenant-sent-at", "tenant-deliveries"].iter().map(|key| (text(key), false)).collect();
    if acts {
        heads.push((text("tenant-replay"), false));
    }
    let rows = view.sent.iter().map(|row| sent_row(who, view, row, acts)).collect();
    card("se", text("tenant-sent"), Some(all), table(text("tenant-sent-caption"), &heads, rows))
}

fn sent_row(who: &StaffView, view: &TenantView, row: &SentRow, acts: bool) -> AnyView {
    let lines: Vec<_> = row.deliveries.iter().map(|line| delivery(who, line)).collect();
    let lines = if lines.is_empty() {
        view! { <span class="muted">{text("tenant-nobody-hears")}</span> }.into_any()
    } else {
        lines.into_any()
    };
    let under_way = row.deliveries.iter().any(|line| line.state == "waiting");
    let may_repeat = if row.is_hook { !under_way } else { view.endpoints > 0 };
    let value = format!("{}:{}", if row.is_hook { "hook" } else { "event" }, row.id);
    let button = may_repeat.then(|| {
        view! {
            <form method="post">
                <button class="btn btn--small" type="submit" name="act" value=value>
                    <Icon sign=Sign::Sync/>{text("tenant-replay")}<span class="vh">" "{row.kind.clone()}</span>
                </button>
            </form>
        }
    });
    let button = acts.then(|| cell(text("tenant-replay"), button.into_any()));
    view! {
        <tr role="row">
            <th role="rowheader" scope="row"><bdi>{row.kind.clone()}</bdi><span class="sub"><code>{row.id.clone()}</code></span></th>
            {cell(text("tenant-sent-at"), moment(row.at, &who.zone))}
            {cell(text("tenant-deliveries"), lines)}
            {button}
        </tr>
    }
    .into_any()
}

fn delivery(who: &StaffView, line: &DeliveryLine) -> AnyView {
    let (tone, sign, state) = words::delivery(&line.state);
    let attempts = text_with("tenant-attempts", &[("count", line.attempts.into())]);
    let next = line.next_at.filter(|_| line.attempts > 0).map(|at| {
        time::element(at, text_with("tenant-again", &[("moment", time::date_and_time(at, &who.zone).into())]))
    });
    let trouble = line.trouble.clone().map(|trouble| view! { <span class="sub"><bdi>{trouble}</bdi></span> });
    view! {
        <div>
            {chip(tone, sign, state)}" "<span class="small muted">{attempts}" "{next}</span>
            <span class="sub"><bdi>{line.to.clone()}</bdi></span>
            {trouble}
        </div>
    }
    .into_any()
}

const OUTCOMES: [&str; 5] =
    ["tenant-calls-ok", "tenant-calls-refused", "tenant-calls-limited", "tenant-calls-broken", "tenant-calls-nobody"];

/// Calls to OfficeRnD by hour and outcome, as bars with their numbers in a table.
pub(super) fn calls(who: &StaffView, view: &TenantView) -> AnyView {
    let calls = &view.calls;
    let hooks = calls.hooks.iter().map(|(hook, count)| {
        let words = text_with("tenant-hook-count", &[("hook", hook.as_str().into()), ("count", (*count).into())]);
        view! { <li>{words}</li> }
    });
    let failed = calls.failed.iter().map(|(hook, answered, count)| {
        let key = if *answered { "tenant-hook-misanswered" } else { "tenant-hook-unanswered" };
        let words = text_with(key, &[("hook", hook.as_str().into()), ("count", (*count).into())]);
        view! { <li><Icon sign=Sign::Error/>" "{words}</li> }
    });
    let (hooks, failed) = (hooks.collect_view(), failed.collect_view());
    let any = !calls.hooks.is_empty() || !calls.failed.is_empty();
    let hooks = any.then(|| view! { <footer><ul class="lines" role="list">{hooks}{failed}</ul></footer> });
    if calls.hours.is_empty() {
        let body = view! { {nothing_yet(text("tenant-no-calls"))}{hooks} };
        return card("ca", text("tenant-calls"), None, body.into_any());
    }
    let sum = |place: usize| calls.hours.iter().map(|(_, counts)| counts[place]).sum::<u64>();
    let all: u64 = (0..5).map(sum).sum();
    let limited = sum(2);
    let share = if all == 0 { 0 } else { (limited * 100).div_ceil(all) };
    let summary = text_with(
        "tenant-calls-summary",
        &[("count", all.into()), ("limited", limited.into()), ("percent", share.into())],
    );
    let mut heads = vec![(text("tenant-hour"), false)];
    heads.extend(OUTCOMES.iter().map(|key| (text(key), true)));
    let rows = calls.hours.iter().rev().map(|(hour, counts)| {
        let cells: Vec<_> = OUTCOMES.iter().zip(counts).map(|(key, count)| number(text(key), *count)).collect();
        view! { <tr role="row"><th role="rowheader" scope="row">{moment(*hour, &who.zone)}</th>{cells}</tr> }.into_any()
    });
    let body = view! {
        <div class="card__body flow-s">
            <p>{summary.clone()}</p>
            {bars(&calls.hours, calls.now, summary)}
        </div>
        {table(text("tenant-calls-caption"), &heads, rows.collect())}
        {hooks}
    };
    card("ca", text("tenant-calls"), None, body.into_any())
}

const HOUR: i64 = 60 * 60 * 1_000;

/// A bar for each of the last 24 hours; those that were limited or failed stand on top in red.
fn bars(hours: &[(i64, [u64; 5])], now: i64, summary: String) -> AnyView {
    let most = hours.iter().map(|(_, counts)| counts.iter().sum::<u64>()).max().unwrap_or(1).max(1);
    let this_hour = now.div_euclid(HOUR);
    let bars = hours.iter().filter_map(|(hour, counts)| {
        let place = 23 - (this_hour - hour.div_euclid(HOUR));
        if !(0..24).contains(&place) {
            return None;
        }
        let (good, all) = (counts[0], counts.iter().sum::<u64>());
        let high = |count: u64| (count * 60).div_ceil(most);
        let (x, whole, well) = (place * 12 + 1, high(all), high(good));
        let bad = whole.saturating_sub(well);
        Some(view! {
            <rect class="bar" x=x y=64 - well width="10" height=well/>
            <rect class="bar bar--bad" x=x y=64 - whole width="10" height=bad/>
        })
    });
    view! {
        <svg class="chart" viewBox="0 0 288 66" role="img" aria-label=summary>
            <path class="axis" d="M0 65h288"/>
            {bars.collect_view()}
        </svg>
    }
    .into_any()
}
