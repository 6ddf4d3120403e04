//! Acts on a connection as one form, and notes for colleagues.

use leptos::prelude::*;

use super::pieces::{card, error, reason};
use crate::components::{Icon, Sign};
use crate::paths;
use crate::ports::{NoteView, StaffView, TenantView};
use crate::role::Act;
use crate::texts::{name, rich, text, text_with};
use crate::time;

/// What may be pressed here by this person. Hiding a button is a kindness: the server asks for the permit.
pub(super) fn acts(who: &StaffView, view: &TenantView) -> Option<AnyView> {
    let ended = view.kept_until.is_some();
    let paused = view.paused_by.is_some();
    let wanted = [
        ("run", Act::RunNow, "tenant-act-run", !ended),
        ("refresh", Act::Refresh, "tenant-act-refresh", !ended),
        ("pause", Act::Pause, "tenant-act-pause", !ended && !paused),
        ("resume", Act::Resume, "tenant-act-resume", !ended && paused),
        ("since", Act::Replay, "tenant-act-since", true),
        ("note", Act::Note, "tenant-act-note", true),
    ];
    let open: Vec<_> = wanted.into_iter().filter(|(_, act, _, fits)| *fits && who.role.may(*act)).collect();
    if open.is_empty() {
        return None;
    }
    let typed = view.typed.as_ref();
    let chosen = typed.map(|typed| typed.act.as_str()).filter(|act| open.iter().any(|(slug, ..)| slug == act));
    let chosen = chosen.unwrap_or(open[0].0);
    let now = time::to_local(view.calls.now, &who.zone);
    let since = typed.map_or_else(String::new, |typed| typed.since.clone());
    let choices = open.iter().map(|(slug, _, key, _)| {
        let id = format!("a-{slug}");
        let nested = (*slug == "since").then(|| {
            let wrong = error(typed, "since");
            let invalid = wrong.is_some().then_some("true");
            let described = wrong.is_some().then_some("since-e");
            view! {
                <div class="nested">
                    <label class="vh" for="since">{text("tenant-since")}</label>
                    {wrong}
                    <input
                        type="datetime-local" id="since" name="since" max=now.clone() value=since.clone()
                        aria-invalid=invalid aria-describedby=described
                    />
                </div>
            }
        });
        view! {
            <div class="choice" data-key=format!("choice-{slug}")>
                <input type="radio" name="act" id=id.clone() value=*slug checked=*slug == chosen/>
                <label for=id>{text(key)}</label>
                {nested}
            </div>
        }
    });
    let link = (!ended && who.role.may(Act::ReconnectLink)).then(|| {
        let href = paths::tenant_act(view.head.id, "reconnect-link");
        view! { <p><a href=href>{text("tenant-act-link")}</a></p> }
    });
    let body = view! {
        <div class="card__body flow">
            <form id="acts" class="flow" method="post">
                <fieldset class="field">
                    <legend class="label">{text("tenant-what")}</legend>
                    <div class="choices">{choices.collect_view()}</div>
                </fieldset>
                {reason(typed, false)}
                <button class="btn btn--primary" type="submit">{text("tenant-do-it")}</button>
            </form>
            {link}
        </div>
    };
    Some(card("act", text("tenant-acts"), None, body.into_any()))
}

pub(super) fn notes(who: &StaffView, view: &TenantView) -> Option<AnyView> {
    if view.notes.is_empty() {
        return None;
    }
    let items: Vec<_> = view.notes.iter().map(|note| one(who, view, note)).collect();
    let body = view! { <div class="card__body"><ul class="flow-m" role="list">{items}</ul></div> };
    Some(card("no", text("tenant-notes"), None, body.into_any()))
}

fn one(who: &StaffView, view: &TenantView, note: &NoteView) -> AnyView {
    let at = time::date_and_time(note.at, &who.zone);
    let by = rich("tenant-note-by", &[("name", name(&note.author)), ("moment", at.into())]);
    let edited = note.edited_at.map(|at| {
        let words = text_with("tenant-note-edited", &[("moment", time::date_and_time(at, &who.zone).into())]);
        view! { ", "{time::element(at, words)} }
    });
    let edit = (note.own && who.role.may(Act::Note)).then(|| {
        let href = paths::note(view.head.id, note.id);
        view! { " · "<a href=href><Icon sign=Sign::Pencil/>" "{text("tenant-note-edit")}</a> }
    });
    view! {
        <li>
            <p class="value--lines"><bdi>{note.text.clone()}</bdi></p>
            <p class="small muted">{by}{edited}{edit}</p>
        </li>
    }
    .into_any()
}
