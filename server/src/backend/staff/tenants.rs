//! The list of tenants.

use app::ids::{ConnectionId, OrganizationId};
use app::ports::{
    Count, Fault, GrantEnd, IntegrationCount, NamedView, TenantRow, TenantsDesk, TenantsView, ViewMistake,
};
use app::role::Act;
use app::tenants::ListAddress;
use async_trait::async_trait;

use super::StaffMember;
use super::overview::outage_view;
use crate::domain::csv;
use crate::domain::tenants::{Cursor, Search, Total, by_trouble};
use crate::services::{live, overview, tenants};
use crate::state::App;
use crate::storage::tenant_list::{self, Row, Shown};
use crate::storage::{StorageError, tenant_views};

/// A view that could not be saved, for the page that says so.
pub(crate) struct RefusedView {
    pub name: String,
    pub why: tenants::Unsaved,
}

#[async_trait]
impl TenantsDesk for StaffMember {
    async fn tenants(&self) -> Result<TenantsView, Fault> {
        read(self).await.map_err(|error| {
            tracing::error!(%error, "the list of tenants could not be read");
            Fault::Unavailable
        })
    }
}

async fn read(member: &StaffMember) -> Result<TenantsView, StorageError> {
    let app = member.app();
    let mut address = ListAddress::read(member.at().pairs());
    // Before the rows: what changes meanwhile is told as a change.
    let stamp = live::stamp(app, None).await?;
    let listed = tenants::list(app, &address).await?;
    if listed.lost_place {
        let name = if address.after.is_some() { "after" } else { "before" };
        address.ignored.push(name.to_owned());
    }
    let page = &listed.page;
    let place = |row: Option<&Row>| row.map(|row| Cursor::write(address.sort, &row.key));
    let previous = place(page.rows.first().filter(|_| page.has_before && !listed.lost_place));
    let next = place(page.rows.last().filter(|_| page.has_after));
    let counts = &listed.counts;
    let integrations = counts.integrations().map(|slug| IntegrationCount {
        slug: slug.to_owned(),
        name: integration_name(app, slug),
        count: counts.of(Some(slug), address.state),
    });
    let states = by_trouble().into_iter().map(|state| (state, counts.of(address.integration.as_deref(), Some(state))));
    let location = match &address.location {
        Some(id) => tenant_list::location_name(app.db.read(), id).await?,
        None => None,
    };
    let open = overview::open_outages(app, counts).await?;
    let views = tenant_views::of(app.db.read(), member.member().staff().id).await?;
    let views = views.into_iter().map(|view| NamedView {
        id: view.id.simple().to_string(),
        name: view.name,
        query: view.query,
    });
    let refused = member.found::<RefusedView>().map(|refused| {
        let why = match refused.why {
            tenants::Unsaved::NoName => ViewMistake::NoName,
            tenants::Unsaved::TooLong => ViewMistake::TooLong,
            tenants::Unsaved::TooMany => ViewMistake::TooMany,
        };
        (refused.name.clone(), why)
    });
    let first = address.first();
    Ok(TenantsView {
        now: app.clock.now(),
        stamp,
        rows: listed.rows.iter().map(|(row, shown)| row_view(app, row, shown)).collect(),
        total: match page.total {
            Total::Exactly(count) => Count::Exactly(count),
            Total::MoreThan(count) => Count::MoreThan(count),
        },
        all: counts.of(None, None),
        states: states.collect(),
        integrations: integrations.collect(),
        location,
        previous: previous.map(|place| ListAddress { before: Some(place), ..first.clone() }.query()),
        next: next.map(|place| ListAddress { after: Some(place), ..first.clone() }.query()),
        too_short: Search::read(&address.search).too_short,
        views: views.collect(),
        refused_view: refused,
        outages: open.iter().map(|(outage, connections)| outage_view(app, outage, *connections)).collect(),
        may_export: member.member().staff().role.may(Act::Export),
        address,
    })
}

/// The slug of an integration that has no manifest any more is all there is to say.
pub(super) fn integration_name(app: &App, slug: &str) -> String {
    app.integrations.get(slug).map_or_else(|| slug.to_owned(), |integration| integration.name.clone())
}

fn row_view(app: &App, row: &Row, shown: &Shown) -> TenantRow {
    let (connection, organization) = (&shown.connection, &shown.organization);
    let grant = match (connection.disconnected, shown.grant) {
        (Some(ended), _) => GrantEnd::KeptUntil(ended.purge_at),
        (None, Some((true, ends))) => GrantEnd::On(ends),
        (None, Some((false, _))) => GrantEnd::Refused,
        (None, None) => GrantEnd::None,
    };
    TenantRow {
        connection: ConnectionId(connection.id),
        organization: OrganizationId(organization.id),
        name: organization.name.clone(),
        slug: organization.slug.clone(),
        officernd_id: organization.officernd_id.clone(),
        state: connection.state,
        since: connection.state_since,
        integration: integration_name(app, &connection.integration),
        account: connection.account_name.as_deref().map(masked),
        locations: shown.locations,
        all_locations: connection.all_locations,
        last_success: connection.progress.last_success_at,
        errors: row.key.errors,
        grant,
        revision: row.revision,
        next_run: connection.progress.next_run_at,
    }
}

/// A person's address is not shown in lists; who may see it opens the tenant.
fn masked(account: &str) -> String {
    match account.split_once('@') {
        Some((person, host)) if host.contains('.') && !person.is_empty() => {
            let first: String = person.chars().take(1).collect();
            format!("{first}…@{host}")
        }
        _ => account.to_owned(),
    }
}

/// Names of the columns of an export, which is for machines and stays the same in every language.
pub(crate) const EXPORT_HEAD: [&str; 18] = [
    "connection",
    "organization",
    "organization_name",
    "slug",
    "officernd_id",
    "integration",
    "state",
    "since",
    "cause",
    "account",
    "locations",
    "all_locations",
    "last_success",
    "errors_24h",
    "grant_ends",
    "grant_refused",
    "manifest_revision",
    "next_run",
];

/// Lines of an export.
pub(crate) fn export_lines(rows: &[(Row, Shown)]) -> String {
    let at = |at: Option<i64>| at.and_then(crate::clock::rfc3339).unwrap_or_default();
    let mut lines = String::new();
    for (row, shown) in rows {
        let (connection, organization) = (&shown.connection, &shown.organization);
        let cells: [(String, bool); EXPORT_HEAD.len()] = [
            (ConnectionId(connection.id).to_string(), true),
            (OrganizationId(organization.id).to_string(), true),
            (organization.name.clone(), true),
            (organization.slug.clone(), true),
            (organization.officernd_id.clone(), true),
            (connection.integration.clone(), true),
            (connection.state.slug().to_owned(), true),
            (at(Some(connection.state_since)), false),
            (connection.cause.slug().to_owned(), true),
            (connection.account_name.as_deref().map(masked).unwrap_or_default(), true),
            (shown.locations.to_string(), false),
            (if connection.all_locations { "yes" } else { "no" }.to_owned(), false),
            (at(connection.progress.last_success_at), false),
            (row.key.errors.to_string(), false),
            (at(shown.grant.map(|(_, ends)| ends)), false),
            (if shown.grant.is_some_and(|(alive, _)| !alive) { "yes" } else { "no" }.to_owned(), false),
            (row.revision.map(|revision| revision.to_string()).unwrap_or_default(), false),
            (at(connection.progress.next_run_at), false),
        ];
        let cells: Vec<String> = cells.iter().map(|(text, is_text)| csv::cell(text, *is_text)).collect();
        lines.push_str(&cells.join(","));
        lines.push_str("\r\n");
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn addresses_of_people_are_masked_and_names_are_not() {
        assert_eq!(masked("anna.lund@harbour.example"), "a…@harbour.example");
        for name in ["hl-prod-7", "Harbour @ Loom", "@desk.example", "m-eur-2291"] {
            assert_eq!(masked(name), name);
        }
    }
}
