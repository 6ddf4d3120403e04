//! What chooses the rows: search, order, filters with counts, columns, saved views. All of it are links and forms that
//! get; only saving a view posts.

use leptos::prelude::*;

use super::table::{column_word, sort_word};
use crate::components::{Icon, Sign, state_sign};
use crate::paths;
use crate::ports::{TenantsView, ViewMistake};
use crate::state::ConnectionState;
use crate::tenants::{Column, ListAddress, Sort, WINDOWS};
use crate::texts::{name, number, rich, state_word, text, text_with};

/// Everything of the view that a form does not ask for itself.
fn kept(address: &ListAddress, without: &[&str]) -> AnyView {
    let pairs = address.pairs().into_iter().filter(|(name, _)| !without.contains(name));
    pairs.map(|(name, value)| view! { <input type="hidden" name=name value=value/> }).collect_view().into_any()
}

pub(super) fn toolbar(view: &TenantsView) -> AnyView {
    let address = &view.address;
    // The usual order is no choice that an address would have to hold.
    let sorts = Sort::ALL.into_iter().map(|sort| {
        let value = if sort == Sort::default() { "" } else { sort.slug() };
        view! { <option value=value selected=sort == address.sort>{sort_word(sort)}</option> }
    });
    let heights = [(false, "tenants-comfortable"), (true, "tenants-compact")].into_iter().map(|(compact, key)| {
        let href = paths::tenants(&ListAddress { compact, ..address.first() }.query());
        let current = (compact == address.compact).then_some("true");
        view! { <a href=href aria-current=current>{text(key)}</a> }
    });
    view! {
        <form class="toolbar" method="get" action=paths::tenants("") role="search" data-key="search">
            {kept(address, &["q", "sort", "order"])}
            <div class="search">
                <label class="vh" for="q">{text("tenants-search")}</label>
                <div class="field-box">
                    <Icon sign=Sign::Search/>
                    <input type="search" id="q" name="q" value=address.search.clone() maxlength="200"
                        placeholder=text("tenants-search.placeholder") autocomplete="off"/>
                </div>
                <button class="btn" type="submit">{text("tenants-search.button")}</button>
            </div>
            <div class="sort">
                <label for="sort">{text("tenants-sort")}</label>
                <select id="sort" name="sort">{sorts.collect_view()}</select>
                <button class="btn" type="submit">{text("tenants-sort.button")}</button>
            </div>
            <nav class="segment" aria-label=text("tenants-height")>{heights.collect_view()}</nav>
        </form>
    }
    .into_any()
}

pub(super) fn filters(view: &TenantsView) -> AnyView {
    let address = &view.address;
    let summary = chosen(view);
    view! {
        <details class="fold" open=address.has_filter() data-key="filters">
            <summary>
                <Icon sign=Sign::List/>
                <span>{text("tenants-filter")}" "<span class="muted small">{summary}</span></span>
                <Icon sign=Sign::Down class="icon--chevron"/>
            </summary>
            <div class="fold__body filter-set">
                <nav class="filters" aria-label=text("tenants-filter-state")>{states(view)}</nav>
                <nav class="filters" aria-label=text("tenants-filter-integration")>{integrations(view)}</nav>
                <nav class="filters" aria-label=text("tenants-filter-grant")>{windows(address)}</nav>
                {location(view)}
                {columns(address)}
            </div>
        </details>
    }
    .into_any()
}

/// The filters in words, beside the word Filter.
fn chosen(view: &TenantsView) -> AnyView {
    let address = &view.address;
    let state = address.state.map_or_else(|| text("tenants-every-state"), state_word);
    let integration = match &address.integration {
        Some(slug) => {
            view.integrations.iter().find(|one| one.slug == *slug).map_or(slug.clone(), |one| one.name.clone())
        }
        None => text("tenants-every-integration"),
    };
    rich("tenants-filter.chosen", &[("state", state.into()), ("integration", name(&integration))])
}

fn filter(href: String, current: bool, words: AnyView, count: Option<u64>) -> AnyView {
    let count = count.map(|count| view! { " "<span class="n">{number(&count.to_string())}</span> });
    let current = current.then_some("true");
    view! { <a class="filter" href=href aria-current=current>{words}{count}</a> }.into_any()
}

fn states(view: &TenantsView) -> AnyView {
    let address = &view.address;
    let all: u64 = view.states.iter().map(|(_, count)| count).sum();
    let link = |state: Option<ConnectionState>| paths::tenants(&address.with_state(state).query());
    let every = filter(link(None), address.state.is_none(), text("tenants-all").into_any(), Some(all));
    // A state that nobody is in is left out, unless it is the one that is asked for.
    let shown = view.states.iter().filter(|(state, count)| *count > 0 || address.state == Some(*state));
    let each = shown.map(|(state, count)| {
        let current = (address.state == Some(*state)).then_some("true");
        view! {
            <a class="filter" href=link(Some(*state)) data-tone=state.tone() aria-current=current>
                <Icon sign=state_sign(*state)/>{state_word(*state)}" "<span class="n">{number(&count.to_string())}</span>
            </a>
        }
    });
    view! { {every}{each.collect_view()} }.into_any()
}

fn integrations(view: &TenantsView) -> AnyView {
    let address = &view.address;
    let link = |slug: Option<&str>| paths::tenants(&address.with_integration(slug).query());
    let every = filter(link(None), address.integration.is_none(), text("tenants-every-integration").into_any(), None);
    let each = view.integrations.iter().map(|one| {
        let current = address.integration.as_deref() == Some(one.slug.as_str());
        let words = view! { <bdi>{one.name.clone()}</bdi> }.into_any();
        filter(link(Some(&one.slug)), current, words, Some(one.count))
    });
    view! { {every}{each.collect_view()} }.into_any()
}

fn windows(address: &ListAddress) -> AnyView {
    let link = |ends_within: Option<u16>| paths::tenants(&ListAddress { ends_within, ..address.first() }.query());
    let any = filter(link(None), address.ends_within.is_none(), text("tenants-grant-any").into_any(), None);
    let mut days: Vec<u16> = WINDOWS.to_vec();
    days.extend(address.ends_within.filter(|days| !WINDOWS.contains(days)));
    let each = days.into_iter().map(|days| {
        let words = text_with("tenants-grant-within", &[("days", days.into())]).into_any();
        filter(link(Some(days)), address.ends_within == Some(days), words, None)
    });
    view! { {any}{each.collect_view()} }.into_any()
}

/// A location comes into the address from a tenant's page or by its id.
fn location(view: &TenantsView) -> AnyView {
    let address = &view.address;
    let current = address.location.as_ref().map(|id| {
        let shown = view.location.clone().unwrap_or_else(|| id.clone());
        let href = paths::tenants(&ListAddress { location: None, ..address.first() }.query());
        view! {
            <p class="small">
                {rich("tenants-filter-location", &[("location", name(&shown))])}" "
                <a href=href>{text("tenants-filter-location.end")}</a>
            </p>
        }
    });
    view! {
        {current}
        <form class="row" method="get" action=paths::tenants("")>
            {kept(address, &["location"])}
            <label class="small" for="location">{text("tenants-location")}</label>
            <input id="location" name="location" maxlength="100" autocomplete="off"
                value=address.location.clone().unwrap_or_default()/>
            <button class="btn btn--small" type="submit">{text("tenants-location.button")}</button>
        </form>
    }
    .into_any()
}

fn columns(address: &ListAddress) -> AnyView {
    let boxes = Column::ALL.into_iter().map(|column| {
        let checked = address.columns.contains(&column);
        view! {
            <label class="choice">
                <input type="checkbox" name="columns" value=column.slug() checked=checked/><span>{column_word(column)}</span>
            </label>
        }
    });
    view! {
        <form method="get" action=paths::tenants("")>
            {kept(address, &["columns"])}
            <fieldset class="row">
                <legend class="small">{text("tenants-columns")}</legend>
                {boxes.collect_view()}
                <button class="btn btn--small" type="submit">{text("tenants-columns.button")}</button>
            </fieldset>
        </form>
    }
    .into_any()
}

/// Views of this person, and a name for the one that is shown.
pub(super) fn views(view: &TenantsView) -> AnyView {
    let here = view.address.first().query();
    let links = view.views.iter().map(|saved| {
        let current = (saved.query == here).then_some("true");
        let forget = text_with("tenants-view-forget", &[("name", saved.name.as_str().into())]);
        view! {
            <li class="row" data-key=saved.id.clone()>
                <a class="filter" href=paths::tenants(&saved.query) aria-current=current><bdi>{saved.name.clone()}</bdi></a>
                <button class="btn btn--plain btn--small" type="submit" name="act" value=format!("forget:{}", saved.id)
                    aria-label=forget formnovalidate=true>
                    <Icon sign=Sign::Cross/>
                </button>
            </li>
        }
    });
    let list = (!view.views.is_empty()).then(|| view! { <ul class="filters" role="list">{links.collect_view()}</ul> });
    let refused = view.refused_view.as_ref();
    let wrong = refused.map(|(_, why)| {
        let words = text(match why {
            ViewMistake::NoName => "tenants-view-no-name",
            ViewMistake::TooLong => "tenants-view-too-long",
            ViewMistake::TooMany => "tenants-view-too-many",
        });
        view! { <p class="error" id="view-error"><Icon sign=Sign::Error/>{words}</p> }
    });
    let described = refused.map(|_| "view-error");
    let invalid = refused.map(|_| "true");
    let typed = refused.map(|(typed, _)| typed.clone()).unwrap_or_default();
    let action = paths::tenants(&here);
    view! {
        <details class="fold" open=!view.views.is_empty() || refused.is_some() data-key="views">
            <summary>
                <Icon sign=Sign::Pin/><span>{text("tenants-views")}</span><Icon sign=Sign::Down class="icon--chevron"/>
            </summary>
            <form class="fold__body filter-set" method="post" action=action>
                // The first button is what Enter presses.
                <button class="vh" type="submit" name="act" value="save" tabindex="-1" aria-hidden="true">
                    {text("tenants-view-save")}
                </button>
                {list}
                <div class="row">
                    <label class="small" for="view">{text("tenants-view-name")}</label>
                    <input id="view" name="view" maxlength="60" autocomplete="off" value=typed
                        aria-describedby=described aria-invalid=invalid/>
                    <button class="btn btn--small" type="submit" name="act" value="save">{text("tenants-view-save")}</button>
                </div>
                {wrong}
            </form>
        </details>
    }
    .into_any()
}
