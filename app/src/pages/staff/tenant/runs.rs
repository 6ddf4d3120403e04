//! One run: what it did at each location, and the question where the guard holds it.

use leptos::prelude::*;

use super::pieces::{
    card, cell, chip, crumbs, moment, nothing_yet, number, reason, refused, state, table, whose_plain,
};
use super::rows::{COUNTS, lasted, reasons};
use super::words;
use crate::components::{Icon, Notice, Sign, StaffPage, staff_title};
use crate::pages::Page;
use crate::ports::{ApprovalAnswer, ApprovalView, StaffView, TenantRunView};
use crate::role::{Act, Section};
use crate::texts::{self, rich, text, text_with};
use crate::time;

pub fn page(who: &StaffView, view: &TenantRunView) -> Page {
    let is_refused = view.typed.as_ref().is_some_and(|typed| !typed.wrong.is_empty());
    let started = time::date_and_time(view.run.started_at, &who.zone);
    let heading = text_with("tenant-run-of", &[("moment", started.into())]);
    let whose = whose_plain(&view.head);
    let title = text_with("tenant-page-of", &[("page", heading.clone().into()), ("whose", whose.into())]);
    let inner = view! {
        {refused(view.typed.as_ref())}
        {view.approval.as_ref().map(|approval| held(who, view, approval))}
        {facts(who, view)}
        {places(view)}
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
    Page { title: staff_title(&title), status: if is_refused { 422 } else { 200 }, body: body.into_any() }
}

fn facts(who: &StaffView, view: &TenantRunView) -> AnyView {
    let run = &view.run;
    let (tone, sign, word) = words::run_state(&run.state, run.counts[3], run.counts[4]);
    let row = |key: &str, value: AnyView| view! { <div><dt>{text(key)}</dt><dd>{value}</dd></div> };
    let by = run.started_by.clone().map(|by| view! { " ("<bdi>{by}</bdi>")" });
    let ended = run.ended_at.map_or_else(|| text("tenant-not-ended").into_any(), |at| moment(at, &who.zone));
    let body = view! {
        <div class="card__body">
            <dl class="facts facts--rows">
                {row("tenant-result", chip(tone, sign, word))}
                {row("tenant-wanted-by", view! { {words::run_reason(&run.reason)}{by} }.into_any())}
                {row("tenant-ended", view! { <span>{ended}{lasted(run)}</span> }.into_any())}
                {run.fault.as_ref().map(|fault| row("tenant-fault", words::fault(fault).into_any()))}
                {run.message.clone().map(|said| row("tenant-message", view! { <bdi>{said}</bdi> }.into_any()))}
                {view.decided_by.clone().map(|by| row("tenant-decided-by", view! { <bdi>{by}</bdi> }.into_any()))}
            </dl>
        </div>
    };
    card("ru", text("tenant-facts"), None, body.into_any())
}

fn places(view: &TenantRunView) -> AnyView {
    if view.places.is_empty() {
        return card("lo", text("tenant-locations"), None, nothing_yet(text("tenant-nothing-reported")));
    }
    let mut heads = vec![(text("tenant-location"), false)];
    heads.extend(COUNTS.iter().map(|key| (text(key), true)));
    heads.push((text("tenant-reasons"), false));
    let rows = view.places.iter().map(|(name, counts, why)| {
        let cells: Vec<_> = COUNTS.iter().zip(counts).map(|(key, count)| number(text(key), *count)).collect();
        view! {
            <tr role="row">
                <th role="rowheader" scope="row"><bdi>{name.clone()}</bdi></th>
                {cells}
                {cell(text("tenant-reasons"), reasons(why))}
            </tr>
        }
        .into_any()
    });
    card("lo", text("tenant-locations"), None, table(text("tenant-run-caption"), &heads, rows.collect()))
}

/// Who would be removed, and the word of staff where it is still asked for.
fn held(who: &StaffView, view: &TenantRunView, approval: &ApprovalView) -> AnyView {
    let counts = [("remove", approval.remove.into()), ("of", approval.of.into())];
    let title = text_with("tenant-held", &counts);
    let at = |key: &str, at: i64| text_with(key, &[("moment", time::date_and_time(at, &who.zone).into())]);
    let answered = match approval.answer {
        ApprovalAnswer::Open => text("tenant-held-open"),
        ApprovalAnswer::Granted { at: moment } => at("tenant-held-granted", moment),
        ApprovalAnswer::Refused { at: moment } => at("tenant-held-refused", moment),
        ApprovalAnswer::Over => text("tenant-held-over"),
    };
    let open = approval.answer == ApprovalAnswer::Open;
    let list = who.role.may(Act::Export).then(|| {
        view! {
            <form class="actions" method="post">
                <button class="btn btn--small" type="submit" name="act" value="list"><Icon sign=Sign::File/>" "{text("tenant-held-list")}</button>
            </form>
        }
    });
    let decide = (open && who.role.may(Act::DecideRun)).then(|| {
        view! {
            <form class="flow" id="acts" method="post">
                <input type="hidden" name="question" value=approval.question.clone()/>
                {reason(view.typed.as_ref(), true)}
                <div class="actions">
                    <button class="btn btn--danger" type="submit" name="act" value="approve">{text_with("tenant-held-approve", &counts)}</button>
                    <button class="btn" type="submit" name="act" value="refuse">{text("tenant-held-refuse")}</button>
                </div>
            </form>
        }
    });
    let masked = (!view.head.unmasked).then(|| view! { <p class="help">{text("tenant-masked")}</p> });
    let unmask = (!view.head.unmasked && who.role.may(Act::Unmask)).then(|| {
        let action = crate::paths::connection(view.head.id);
        view! {
            <form method="post" action=action>
                <button class="btn btn--small" type="submit" name="act" value="unmask">{text("tenant-act-unmask")}</button>
            </form>
        }
    });
    let places: Vec<_> = approval
        .places
        .iter()
        .map(|place| {
            let counts = [("remove", place.remove.into()), ("of", place.of.into())];
            let guard = place.guard.map(|guard| {
                let percent = texts::number(&guard.to_string());
                chip("warn", Sign::Approval, text_with("approval-guard", &[("percent", percent.into())]))
            });
            let members: Vec<_> =
                place.members.iter().map(|member| view! { <li><bdi>{member.clone()}</bdi></li> }).collect();
            let members = (!members.is_empty()).then(|| {
                let summary = text_with("approval-members", &[("count", place.members.len().into())]);
                view! {
                    <details class="pick">
                        <summary>{summary}<Icon sign=Sign::Down class="icon--chevron"/></summary>
                        <div class="pick__body"><ul class="places" role="list">{members}</ul></div>
                    </details>
                }
            });
            view! {
                <section class="card">
                    <header><h2><bdi>{place.location.clone()}</bdi></h2>{guard}</header>
                    <div class="card__body flow-s"><p>{text_with("tenant-held-count", &counts)}</p>{members}</div>
                </section>
            }
        })
        .collect();
    let tone = if open { "warn" } else { "quiet" };
    let last_word = open.then(|| rich("tenant-held-final", &counts));
    view! {
        <Notice tone sign=Sign::Approval title=title.into_any()>
            <p>{answered}</p>
            {last_word}
        </Notice>
        {decide}
        {list}
        {masked}
        {unmask}
        <div class="flow">{places}</div>
    }
    .into_any()
}
