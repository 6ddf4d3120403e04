//! The list of tenants: one row a connection. Its address holds search, filters, order and columns.

mod controls;
mod table;

use leptos::prelude::*;

use super::staff_load;
use crate::components::{Icon, Notice, Sign, StaffPage, live_line, staff_title};
use crate::islands::{KeyWords, TenantList};
use crate::pages::Page;
use crate::paths;
use crate::ports::{Count, StaffView, TenantsView};
use crate::role::{Act, Section};
use crate::tenants::ListAddress;
use crate::texts::{all_of, name, number, rich, text, text_with};

use super::overview::outage_title;

#[component]
pub fn TenantsPage() -> impl IntoView {
    staff_load(async move |desk| desk.tenants().await, tenants_page)
}

/// The page of a view.
pub fn tenants_page(staff: &StaffView, view: &TenantsView) -> Page {
    let export = (view.may_export && !view.rows.is_empty()).then(|| {
        let words = match view.total {
            Count::Exactly(count) => text_with("tenants-export", &[("count", number(&count.to_string()).into())]),
            Count::MoreThan(_) => text("tenants-export-many"),
        };
        view! { <a class="btn" href=paths::tenants_file(&view.address.first().query())><Icon sign=Sign::File/>{words}</a> }
            .into_any()
    });
    let on_all = (!view.rows.is_empty()).then(|| on_all(staff, view)).flatten();
    let acts = (on_all.is_some() || export.is_some())
        .then(|| view! { <div class="actions">{on_all}{export}</div> }.into_any());
    let body = if view.all == 0 {
        nothing_yet()
    } else {
        let table = if view.rows.is_empty() { nothing_found(view) } else { table::table(staff, view) };
        view! {
            {notices(view)}
            <div class="flow-m" data-key="controls" data-address=paths::tenants(&view.address.query())>
                {controls::toolbar(view)}{controls::filters(view)}{controls::views(view)}{keys()}
            </div>
            {outages(staff, view)}
            {table}
            {pager(view)}
        }
        .into_any()
    };
    let lead = view! { <p>{text("tenants-lead")}</p> }.into_any();
    let live = live_line(staff, view.now, &view.stamp, None, view.refused_view.is_some());
    let page = view! {
        <StaffPage
            staff=staff.clone()
            section=Section::Tenants
            heading=text("staff-nav-tenants").into_any()
            lead=Some(lead)
            live=Some(live)
            acts=acts
        >
            {body}
        </StaffPage>
    };
    Page {
        title: staff_title(&title(view)),
        status: if view.refused_view.is_some() { 422 } else { 200 },
        body: page.into_any(),
    }
}

/// What looks while one types, and keys.
fn keys() -> AnyView {
    let words = KeyWords {
        title: text("shortcuts-title"),
        search: text("shortcuts-search"),
        next: text("shortcuts-next"),
        previous: text("shortcuts-previous"),
        open: text("shortcuts-enter"),
        help: text("shortcuts-help"),
        on: text("shortcuts-on"),
        on_help: text("shortcuts-on.hint"),
        close: text("shortcuts-close"),
    };
    view! { <TenantList path=paths::tenants("") words/> }.into_any()
}

/// Leads to the question before an act on all connections of this view, which says how many they are.
fn on_all(staff: &StaffView, view: &TenantsView) -> Option<AnyView> {
    if !staff.role.may(Act::Bulk) {
        return None;
    }
    let words = match view.total {
        Count::Exactly(count) => {
            text_with("tenants-act", &[("count", count.into()), ("shown", number(&count.to_string()).into())])
        }
        Count::MoreThan(_) => text("tenants-act-many"),
    };
    let form = view! {
        <form method="get" action=paths::bulk()>
            <input type="hidden" name="view" value=view.address.first().query()/>
            <button class="btn" type="submit">{words}</button>
        </form>
    };
    Some(form.into_any())
}

/// Tabs of several views are told apart.
fn title(view: &TenantsView) -> String {
    match (&view.address.search, view.address.state) {
        (search, _) if !search.is_empty() => text("tenants-title-search"),
        (_, Some(state)) => text_with("tenants-title-state", &[("state", crate::texts::state_word(state).into())]),
        _ => text("staff-nav-tenants"),
    }
}

/// What of the address was not understood.
fn notices(view: &TenantsView) -> AnyView {
    let ignored = (!view.address.ignored.is_empty()).then(|| {
        let names = all_of(&view.address.ignored);
        let title = rich("tenants-ignored", &[("names", name(&names))]);
        let words = text("tenants-ignored.text");
        view! { <Notice tone="warn" sign=Sign::Warn title role="status" key="ignored"><p>{words}</p></Notice> }
    });
    let short = view.too_short.then(|| {
        let title = text("tenants-too-short").into_any();
        let words = text("tenants-too-short.text");
        view! { <Notice tone="warn" sign=Sign::Warn title role="status" key="too-short"><p>{words}</p></Notice> }
    });
    view! { {ignored}{short} }.into_any()
}

/// One outage of many is one notice above the list.
fn outages(staff: &StaffView, view: &TenantsView) -> AnyView {
    view.outages
        .iter()
        .map(|outage| {
            let title = outage_title(outage, view.now, &staff.zone);
            let address = ListAddress {
                state: Some(crate::state::ConnectionState::VendorOutage),
                integration: Some(outage.integration_slug.clone()),
                ..ListAddress::default()
            };
            let words = text_with("outage-show", &[("count", outage.connections.into())]);
            view! {
                <Notice tone="away" sign=Sign::Outage title key=outage.id.clone()>
                    <p><a href=paths::tenants(&address.query())>{words}</a></p>
                </Notice>
            }
        })
        .collect_view()
        .into_any()
}

fn nothing_yet() -> AnyView {
    let href = paths::section_of(Section::Integrations);
    view! {
        <section class="card empty" data-key="nothing">
            <h2>{text("tenants-none-yet")}</h2>
            <p>{text("tenants-none-yet.text")}</p>
            <p><a class="btn" href=href>{text("tenants-none-yet.link")}</a></p>
        </section>
    }
    .into_any()
}

fn nothing_found(view: &TenantsView) -> AnyView {
    let address = &view.address;
    if (address.after.is_some() || address.before.is_some()) && view.total != Count::Exactly(0) {
        return page_gone(address);
    }
    let without_filters = (address.has_filter() && !address.search.is_empty()).then(|| {
        let wider = ListAddress { search: address.search.clone(), ..ListAddress::default() };
        view! { <li><a class="btn" href=paths::tenants(&wider.query())>{text("tenants-found-none.search-all")}</a></li> }
    });
    let title = if address.search.is_empty() {
        text("tenants-found-none").into_any()
    } else {
        rich("tenants-found-none-for", &[("search", name(&address.search))])
    };
    view! {
        <section class="card empty" aria-labelledby="none">
            <h2 id="none" data-said="">{title}</h2>
            <p>{text("tenants-found-none.text")}</p>
            <ul class="links" role="list">
                {without_filters}
                <li><a class="btn" href=paths::tenants("")>{text("tenants-found-none.all")}</a></li>
            </ul>
        </section>
    }
    .into_any()
}

/// There are rows, and none any more behind the place in the address.
fn page_gone(address: &ListAddress) -> AnyView {
    view! {
        <section class="card empty" aria-labelledby="none">
            <h2 id="none">{text("tenants-page-gone")}</h2>
            <p>{text("tenants-page-gone.text")}</p>
            <p><a class="btn" href=paths::tenants(&address.first().query())>{text("tenants-page-gone.first")}</a></p>
        </section>
    }
    .into_any()
}

fn pager(view: &TenantsView) -> AnyView {
    if view.rows.is_empty() {
        return ().into_any();
    }
    let shown = number(&view.rows.len().to_string());
    let count = match view.total {
        Count::Exactly(count) => {
            text_with("tenants-count", &[("shown", shown.into()), ("count", number(&count.to_string()).into())])
        }
        Count::MoreThan(count) => {
            text_with("tenants-count-many", &[("shown", shown.into()), ("count", number(&count.to_string()).into())])
        }
    };
    let link = |query: &Option<String>, rel: &'static str, key: &str| match query {
        Some(query) => {
            view! { <a class="btn btn--small" rel=rel href=paths::tenants(query)>{text(key)}</a> }.into_any()
        }
        None => view! { <span class="btn btn--small" aria-disabled="true">{text(key)}</span> }.into_any(),
    };
    view! {
        <nav class="pager" aria-label=text("tenants-pages") data-key="pager">
            <p class="muted small" data-said="">{count}</p>
            <ul role="list">
                <li>{link(&view.previous, "prev", "tenants-previous")}</li>
                <li>{link(&view.next, "next", "tenants-next")}</li>
            </ul>
        </nav>
    }
    .into_any()
}
