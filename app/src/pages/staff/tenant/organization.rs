//! An organization with several connections.

use leptos::prelude::*;

use super::pieces::{card, cell, moment, table};
use crate::components::{StaffPage, StateBadge, staff_title};
use crate::pages::Page;
use crate::paths;
use crate::ports::{ConnectionRow, StaffView, TenantOrganizationView};
use crate::role::{Act, Section};
use crate::texts::{all_of, text, text_with};

pub fn page(who: &StaffView, view: &TenantOrganizationView) -> Page {
    let crumbs = vec![(paths::section_of(Section::Tenants).to_owned(), text("staff-nav-tenants"))];
    let row = |key: &str, value: String| view! { <div><dt>{text(key)}</dt><dd><code>{value}</code></dd></div> };
    let facts = view! {
        <div class="card__body small">
            <dl class="facts facts--rows">
                {row("tenant-fact-organization", view.id.to_string())}
                {row("tenant-fact-officernd-id", view.officernd_id.clone())}
                {row("tenant-fact-slug", view.slug.clone())}
                {row("tenant-fact-region", view.region.clone())}
            </dl>
        </div>
    };
    let export = who.role.may(Act::Export).then(|| {
        view! {
            <form class="actions" method="post" action=paths::organization_export(view.id)>
                <button class="btn btn--small" type="submit">{text("tenant-act-export")}</button>
            </form>
            <p class="help">{text("tenant-export-about")}</p>
        }
    });
    let inner = view! {
        {card("co", text("tenant-connections"), None, connections(who, &view.connections))}
        {card("id", text("tenant-facts"), None, facts.into_any())}
        {export}
    };
    let body = view! {
        <StaffPage
            staff=who.clone()
            section=Section::Tenants
            heading=view! { <bdi>{view.name.clone()}</bdi> }.into_any()
            crumbs=crumbs
        >
            {inner}
        </StaffPage>
    };
    Page { title: staff_title(&view.name), status: 200, body: body.into_any() }
}

/// Connections as rows: of an organization, or of an act on many.
pub(super) fn connections(who: &StaffView, rows: &[ConnectionRow]) -> AnyView {
    let heads = ["tenant-connection", "tenant-state", "tenant-account", "tenant-locations", "tenant-last-good-run"];
    let heads = heads.map(|key| (text(key), false));
    let rows = rows.iter().map(|row| {
        let locations = if row.all_locations { text("place-all") } else { all_of(&row.locations) };
        let last = row.last_success_at.map_or_else(|| text("tenant-no-run").into_any(), |at| moment(at, &who.zone));
        let account = view! { <bdi>{row.account.clone()}</bdi> }.into_any();
        view! {
            <tr role="row">
                <th role="rowheader" scope="row"><a href=paths::connection(row.id)><bdi>{row.integration.clone()}</bdi></a></th>
                {cell(text("tenant-state"), view! { <StateBadge state=row.state/> }.into_any())}
                {cell(text("tenant-account"), account)}
                {cell(text("tenant-locations"), view! { <bdi>{locations}</bdi> }.into_any())}
                {cell(text("tenant-last-good-run"), last)}
            </tr>
        }
        .into_any()
    });
    let caption = text_with("tenant-connections-caption", &[("count", rows.len().into())]);
    table(caption, &heads, rows.collect())
}
