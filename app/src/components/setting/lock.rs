//! Why a value cannot be changed here, who else says otherwise, and what the organization may do about it.

use leptos::prelude::*;

use super::super::icon::{Icon, Sign};
use super::{Here, shown};
use crate::forms::{Act, Part, Path};
use crate::ports::{LockView, PlaceLink, SettingView};
use crate::texts::{name, rich, text, text_with};
use crate::time;

/// More locations than this fold behind a summary.
const PLACES: usize = 4;

pub(super) fn lock(view: &SettingView, here: &Here) -> AnyView {
    let Some(lock) = &view.lock else { return ().into_any() };
    let words = match lock {
        LockView::SinceConnected { at } => {
            text_with("lock-connected", &[("date", time::date(*at, &here.zone).into())]).into_any()
        }
        LockView::After { fact } => after(fact, here),
        LockView::While { fact, count } => during(fact, *count, here),
        LockView::NotKnown => rich("lock-not-known", &[("integration", name(&here.integration))]),
        LockView::ForAll { .. } if here.location.is_none() => return ().into_any(),
        LockView::ForAll { .. } if is_excepted(view, here) => text("lock-excepted").into_any(),
        LockView::ForAll { kept, .. } => {
            let kept = kept.as_ref().map(|kept| {
                let kept = shown::plain(kept, &here.zone);
                view! { " "{text_with("lock-kept", &[("value", kept.into())])} }
            });
            view! { {text("lock-for-all")}{kept} }.into_any()
        }
    };
    view! { <p class="help">{words}</p> }.into_any()
}

/// Whether the organization has set it for all locations, and lets this one differ.
pub(super) fn is_excepted(view: &SettingView, here: &Here) -> bool {
    match (&view.lock, &here.location_id) {
        (Some(LockView::ForAll { except, .. }), Some(id)) => except.iter().any(|place| place.id == *id),
        _ => false,
    }
}

/// Facts have names of the partner's; the catalogue has words for the usual ones.
fn after(fact: &str, here: &Here) -> AnyView {
    match fact {
        "first_post" => rich("lock-first-post", &[("integration", name(&here.integration))]),
        _ => rich("lock-after", &[("integration", name(&here.integration)), ("fact", name(fact))]),
    }
}

fn during(fact: &str, count: Option<u64>, here: &Here) -> AnyView {
    let integration = ("integration", name(&here.integration));
    match (fact, count) {
        ("payments_pending", Some(count)) => rich("lock-payments", &[integration, ("count", count.into())]),
        (_, Some(count)) => rich("lock-while-count", &[integration, ("fact", name(fact)), ("count", count.into())]),
        (_, None) => rich("lock-while", &[integration, ("fact", name(fact))]),
    }
}

/// On the organization's page: which locations say otherwise.
pub(super) fn differ(view: &SettingView) -> AnyView {
    if view.differ.is_empty() {
        return ().into_any();
    }
    let title = text_with("setting-differ", &[("count", view.differ.len().into())]);
    linked(title, &view.differ)
}

fn linked(title: String, places: &[PlaceLink]) -> AnyView {
    let links: Vec<_> = places
        .iter()
        .map(|place| view! { <li><a href=place.href.clone()><bdi>{place.name.clone()}</bdi></a></li> })
        .collect();
    let list = view! { <ul class="links" role="list">{links}</ul> };
    if places.len() > PLACES {
        view! {
            <details class="more"><summary>{title}<Icon sign=Sign::Down class="icon--chevron"/></summary>{list}</details>
        }
        .into_any()
    } else {
        view! { <div class="differ"><p>{title}</p>{list}</div> }.into_any()
    }
}

/// Setting a field for all locations, and letting single ones differ.
pub(super) fn offer(view: &SettingView, here: &Here) -> AnyView {
    if !view.can_lock {
        return ().into_any();
    }
    let key = &view.key;
    let label = || view! { <span class="vh">": "{super::said(&view.label)}</span> };
    let button = |act: &Act, words: AnyView| {
        view! {
            <button class="btn btn--plain btn--small" type="submit" name="act" value=act.to_string() formnovalidate>
                {words}
            </button>
        }
        .into_any()
    };
    match (&view.lock, &here.location) {
        (Some(LockView::ForAll { except, others, .. }), None) => {
            // Whoever granted one may want to grant another.
            let open = !except.is_empty();
            let except: Vec<_> = except
                .iter()
                .map(|place| {
                    let act = Act::Unexcept(Path::field(key).at(&place.id));
                    let end = view! {
                        {text("lock-exception-end")}<span class="vh">": "<bdi>{place.name.clone()}</bdi></span>
                    };
                    view! {
                        <li><a href=place.href.clone()><bdi>{place.name.clone()}</bdi></a>" "{button(&act, end.into_any())}</li>
                    }
                })
                .collect();
            let except = (!except.is_empty()).then(|| {
                view! { <div class="differ"><p>{text("lock-exceptions")}</p><ul class="links" role="list">{except}</ul></div> }
            });
            let others = (!others.is_empty()).then(|| {
                let field = Path::field(key);
                let name = field.part(&Part::Except);
                let spoken = text_with("lock-exception-location", &[("field", view.label.text.as_str().into())]);
                let options: Vec<_> = others
                    .iter()
                    .map(|place| view! { <option value=place.id.clone()>{place.name.clone()}</option> })
                    .collect();
                let words = view! { {text("lock-except")}{label()} };
                let grant = button(&Act::Except(field), words.into_any());
                view! {
                    <details class="more" open=open>
                        <summary>{text("lock-exception-add")}{label()}<Icon sign=Sign::Down class="icon--chevron"/></summary>
                        <div class="search">
                            <select class="w-20" id=name.clone() name=name aria-label=spoken>{options}</select>
                            {grant}
                        </div>
                    </details>
                }
            });
            let end = view! { {text("lock-end")}{label()} };
            view! { {except}{others}{button(&Act::Unlock(key.clone()), end.into_any())} }.into_any()
        }
        (None, None) => {
            let words = view! { <Icon sign=Sign::Lock/>{text("lock-set")}{label()} };
            button(&Act::Lock(key.clone()), words.into_any())
        }
        _ => ().into_any(),
    }
}
