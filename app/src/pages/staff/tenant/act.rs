//! Acts that ask first: what would happen, in numbers, and what it takes to do it.

use leptos::prelude::*;

use super::pieces::{crumbs, error, reason, refused, state, typed_name, whose_plain};
use crate::components::{Notice, Sign, StaffPage, staff_title};
use crate::pages::Page;
use crate::paths;
use crate::ports::{ActQuestion, NotePageView, StaffView, TenantActView, TenantHead, TypedAct};
use crate::role::{Act, Section};
use crate::texts::{name, rich, text, text_with};
use crate::time;

pub fn act_page(who: &StaffView, view: &TenantActView) -> Page {
    let (head, typed) = (&view.head, view.typed.as_ref());
    match &view.question {
        ActQuestion::Disconnect { locations, days, guarded, unknown } => {
            let heading = rich("tenant-disconnect", &names(head));
            let body = disconnect(who, view, (*locations, *days), (*guarded, *unknown));
            frame(who, head, typed, (heading, text("tenant-act-disconnect")), body)
        }
        ActQuestion::Purge { activities, runs, notes, settings, last, kept_until } => {
            let heading = rich("tenant-purge", &names(head));
            let body = purge(who, view, [*settings, *activities, *runs, *notes], *last, *kept_until);
            frame(who, head, typed, (heading, text("tenant-act-purge")), body)
        }
        ActQuestion::Link { made, refused } => {
            let heading = text("tenant-act-link");
            frame(
                who,
                head,
                typed,
                (heading.clone().into_any(), heading),
                link(who, view, made.as_ref(), refused.as_deref()),
            )
        }
    }
}

fn names(head: &TenantHead) -> [(&'static str, crate::texts::Value<'static>); 2] {
    [("integration", name(&head.integration)), ("organization", name(&head.organization_name))]
}

fn frame(
    who: &StaffView,
    head: &TenantHead,
    typed: Option<&TypedAct>,
    (heading, page): (AnyView, String),
    body: AnyView,
) -> Page {
    let is_refused = typed.is_some_and(|typed| !typed.wrong.is_empty());
    let title = text_with("tenant-page-of", &[("page", page.into()), ("whose", whose_plain(head).into())]);
    let inner = view! {
        <div class="narrow flow">{refused(typed)}{body}</div>
    };
    let body = view! {
        <StaffPage
            staff=who.clone()
            section=Section::Tenants
            heading=heading
            crumbs=crumbs(head, true)
            lead=Some(state(head, who))
        >
            {inner}
        </StaffPage>
    };
    Page { title: staff_title(&title), status: if is_refused { 422 } else { 200 }, body: body.into_any() }
}

fn ledger(rows: Vec<(String, u64, Option<String>)>) -> AnyView {
    let rows: Vec<_> = rows
        .into_iter()
        .map(|(term, count, more)| {
            let more = more.map(|more| view! { <dd>{more}</dd> });
            view! { <div><dt>{term}</dt><dd>{count}</dd>{more}</div> }
        })
        .collect();
    view! { <dl class="ledger">{rows}</dl> }.into_any()
}

fn disconnect(
    who: &StaffView,
    view: &TenantActView,
    (locations, days): (usize, u32),
    (guarded, unknown): (Option<u64>, bool),
) -> AnyView {
    let head = &view.head;
    let counted = ledger(vec![
        (text("tenant-locations"), locations as u64, Some(text("tenant-disconnect-locations"))),
        (text("tenant-disconnect-days"), u64::from(days), Some(text("tenant-disconnect-kept"))),
    ]);
    let why = guarded
        .map(|count| text_with("tenant-disconnect-guarded", &[("count", count.into())]))
        .or_else(|| unknown.then(|| text("tenant-disconnect-unknown")));
    let is_held = why.is_some();
    let guard = why.map(|title| {
        view! {
            <div id="guarded" tabindex="-1">
                <Notice tone="warn" sign=Sign::Warn title=title.into_any()><p>{text("tenant-disconnect-guarded.act")}</p></Notice>
            </div>
        }
    });
    if is_held {
        let back = paths::connection(head.id);
        return view! { {guard}{counted}<p><a href=back>{text("tenant-rather-pause")}</a></p> }.into_any();
    }
    let form = who.role.may(Act::Disconnect).then(|| {
        view! {
            <form id="acts" class="flow" method="post">
                <input type="hidden" name="act" value="disconnect"/>
                {reason(view.typed.as_ref(), true)}
                {typed_name(head, view.typed.as_ref())}
                <div class="actions">
                    <button class="btn btn--danger" type="submit">{text("tenant-act-disconnect")}</button>
                    <a class="btn" href=paths::connection(head.id)>{text("tenant-rather-pause")}</a>
                </div>
            </form>
        }
    });
    let then = rich("tenant-disconnect-final.act", &names(head));
    view! {
        {guard}
        {counted}
        <Notice tone="bad" sign=Sign::Warn title=text("tenant-disconnect-final").into_any()>
            <p>{then}</p>
        </Notice>
        {form.map_or_else(not_yours, IntoAny::into_any)}
    }
    .into_any()
}

fn purge(who: &StaffView, view: &TenantActView, counts: [u64; 4], last: bool, kept_until: Option<i64>) -> AnyView {
    let head = &view.head;
    let Some(until) = kept_until else {
        let href = paths::tenant_act(head.id, "disconnect");
        return view! {
            <Notice tone="warn" sign=Sign::Info title=text("tenant-purge-first").into_any()>
                <p class="actions"><a class="btn btn--small" href=href>{text("tenant-act-disconnect")}</a></p>
            </Notice>
        }
        .into_any();
    };
    let terms = ["tenant-purge-settings", "tenant-purge-activities", "tenant-purge-runs", "tenant-purge-notes"];
    let counted = ledger(terms.iter().zip(counts).map(|(key, count)| (text(key), count, None)).collect());
    let whole = last.then(|| view! { <p>{rich("tenant-purge-last", &names(head))}</p> });
    let until = text_with("tenant-purge-otherwise", &[("date", time::date(until, &who.zone).into())]);
    let form = who.role.may(Act::Purge).then(|| {
        view! {
            <form id="acts" class="flow" method="post">
                <input type="hidden" name="act" value="purge"/>
                {reason(view.typed.as_ref(), true)}
                {typed_name(head, view.typed.as_ref())}
                <div class="actions">
                    <button class="btn btn--danger" type="submit">{text("tenant-act-purge")}</button>
                    <a class="btn" href=paths::connection(head.id)>{text("tenant-keep")}</a>
                </div>
            </form>
        }
    });
    view! {
        {counted}
        <Notice tone="bad" sign=Sign::Warn title=text("tenant-purge-final").into_any()>{whole}<p>{until}</p></Notice>
        {form.map_or_else(not_yours, IntoAny::into_any)}
    }
    .into_any()
}

fn not_yours() -> AnyView {
    view! { <p class="help">{text("tenant-not-yours")}</p> }.into_any()
}

fn link(who: &StaffView, view: &TenantActView, made: Option<&(String, i64)>, refused: Option<&str>) -> AnyView {
    let head = &view.head;
    let made = made.map(|(address, until)| {
        let good = text_with("tenant-link-until", &[("moment", time::date_and_time(*until, &who.zone).into())]);
        view! {
            <Notice tone="ok" sign=Sign::Ok role="status" title=text("tenant-link-made").into_any()>
                <p>{good}" "{text("tenant-link-once")}</p>
            </Notice>
            <div class="copyfield">
                <label class="label" for="link">{text("tenant-link")}</label>
                <div class="box"><textarea rows="2" readonly id="link">{address.clone()}</textarea></div>
            </div>
        }
        .into_any()
    });
    let refused = refused.map(|why| {
        let words = text(super::words::not_done(why));
        view! { <Notice tone="warn" sign=Sign::Info role="alert" title=words.into_any()>""</Notice> }.into_any()
    });
    let again = if made.is_some() { "tenant-link-another" } else { "tenant-link-make" };
    let form = who.role.may(Act::ReconnectLink).then(|| {
        view! {
            <form id="acts" class="flow" method="post">
                {reason(view.typed.as_ref(), false)}
                <button class="btn btn--primary" type="submit" name="act" value="link">{text(again)}</button>
            </form>
        }
    });
    view! {
        {made}
        {refused}
        <p>{rich("tenant-link-about", &names(head))}</p>
        {form.map_or_else(not_yours, IntoAny::into_any)}
    }
    .into_any()
}

pub fn note_page(who: &StaffView, view: &NotePageView) -> Page {
    let typed = view.typed.as_ref();
    let value = typed.map_or_else(|| view.note.text.clone(), |typed| typed.reason.clone());
    let wrong = error(typed, "reason");
    let invalid = wrong.is_some().then_some("true");
    let heading = text("tenant-note-edit");
    let body = view! {
        <form id="acts" class="flow" method="post">
            <div class="field">
                <label class="label" for="reason">{text("tenant-note")}</label>
                {wrong}
                <textarea id="reason" name="reason" rows="6" aria-invalid=invalid>{format!("\n{value}")}</textarea>
            </div>
            <div class="actions">
                <button class="btn btn--primary" type="submit" name="act" value="edit">{text("tenant-note-save")}</button>
                <a class="btn" href=paths::connection(view.head.id)>{text("tenant-back")}</a>
            </div>
        </form>
    };
    frame(who, &view.head, typed, (heading.clone().into_any(), heading), body.into_any())
}
