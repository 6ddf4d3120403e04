//! The overview and the list of tenants, with the names that hurt.

use uuid::Uuid;

use super::{DAY, HOSTILE, NOW};
use crate::ids::{ConnectionId, OrganizationId, StaffId};
use crate::ports::{
    BudgetView, Count, Due, DueView, FailedRuns, FailingEndpoint, Funnel, GrantEnd, IntegrationCount, IntegrationDay,
    NamedView, OldestFailure, OutageView, OverviewView, StaffView, TenantRow, TenantsView, TodoView, Who,
};
use crate::role::Role;
use crate::state::ConnectionState;
use crate::tenants::{Column, ListAddress};
use crate::time::Zone;

const HOUR: i64 = DAY / 24;
const LONG: &str = "Gemeinnützige Genossenschaft der vereinigten Werkstätten, Ateliers und Schreibstuben am alten Güterbahnhof Nordost e. G.";
const NAMES: [&str; 9] = [
    "Kaffee und Werk",
    "Studio 17",
    "مساحة الميناء للعمل المشترك",
    "Harbour & Loom",
    LONG,
    "Espacio Olivo",
    "Lumen Loft",
    HOSTILE,
    "Zoë & Søn, GmbH",
];
const STATES: [ConnectionState; 9] = [
    ConnectionState::Reconnect,
    ConnectionState::WaitingForApproval,
    ConnectionState::VendorOutage,
    ConnectionState::SomeLocations,
    ConnectionState::Delayed,
    ConnectionState::FinishSetUp,
    ConnectionState::Paused,
    ConnectionState::Disconnected,
    ConnectionState::Connected,
];

pub(crate) fn viewer(role: Role) -> StaffView {
    StaffView {
        id: StaffId(Uuid::from_u128(9)),
        name: "Ravi Shah".to_owned(),
        email: "ravi@partner.example".to_owned(),
        role,
        zone: Zone::named("Europe/Amsterdam"),
        is_fresh: true,
    }
}

fn outage() -> OutageView {
    OutageView {
        id: Uuid::from_u128(3).simple().to_string(),
        integration: "Portunus Access".to_owned(),
        integration_slug: "portunus-access".to_owned(),
        of_officernd: false,
        like: "Portunus answered 503 after s".to_owned(),
        since: NOW - 5 * HOUR,
        connections: 14,
        acknowledged: None,
    }
}

fn row(index: usize, state: ConnectionState) -> TenantRow {
    TenantRow {
        connection: ConnectionId(Uuid::from_u128(100 + index as u128)),
        organization: OrganizationId(Uuid::from_u128(200 + index as u128)),
        name: NAMES[index].to_owned(),
        slug: format!("tenant-{index}"),
        officernd_id: "65f0a1b2c3d4e5f700010000".to_owned(),
        state,
        since: NOW - index as i64 * 9 * HOUR,
        integration: "Portunus Access".to_owned(),
        account: Some(if index == 7 { HOSTILE.to_owned() } else { format!("hl-prod-{index}") }),
        locations: 4,
        all_locations: index.is_multiple_of(2),
        last_success: (index != 5).then_some(NOW - index as i64 * HOUR),
        errors: index as i64 * 1_700,
        grant: match state {
            ConnectionState::Reconnect => GrantEnd::Refused,
            ConnectionState::Disconnected => GrantEnd::KeptUntil(NOW + 29 * DAY),
            ConnectionState::Delayed => GrantEnd::On(NOW - HOUR),
            ConnectionState::Paused => GrantEnd::None,
            _ => GrantEnd::On(NOW + index as i64 * DAY / 2),
        },
        revision: (index > 2).then_some(3),
        next_run: (index > 4).then_some(NOW + HOUR),
    }
}

pub(crate) fn tenants() -> TenantsView {
    let rows = STATES.into_iter().enumerate().map(|(index, state)| row(index, state));
    let integration = |slug: &str, name: &str, count| IntegrationCount { slug: slug.into(), name: name.into(), count };
    TenantsView {
        now: NOW,
        stamp: "00f1".to_owned(),
        address: ListAddress::default(),
        rows: rows.collect(),
        total: Count::Exactly(412),
        all: 412,
        states: STATES
            .into_iter()
            .map(|state| (state, if state == ConnectionState::Connected { 391 } else { 1 }))
            .collect(),
        integrations: vec![
            integration("portunus-access", "Portunus Access", 241),
            integration("meshfern-wifi", "Meshfern Wi-Fi", 171),
        ],
        location: None,
        previous: None,
        next: Some("after=x".to_owned()),
        too_short: false,
        views: Vec::new(),
        refused_view: None,
        outages: vec![outage()],
        may_export: true,
    }
}

/// Everything that can be chosen is chosen, and something cannot be understood.
pub(crate) fn chosen() -> TenantsView {
    let address = ListAddress {
        search: HOSTILE.to_owned(),
        state: Some(ConnectionState::Reconnect),
        integration: Some("portunus-access".to_owned()),
        location: Some("65f0".to_owned()),
        ends_within: Some(5),
        compact: true,
        columns: Column::ALL.to_vec(),
        ignored: vec!["who".to_owned()],
        ..ListAddress::default()
    };
    let view = NamedView { id: "1".to_owned(), name: HOSTILE.to_owned(), query: address.first().query() };
    TenantsView {
        total: Count::MoreThan(10_000),
        location: Some("Bristol".to_owned()),
        previous: Some("before=y".to_owned()),
        too_short: true,
        views: vec![view],
        refused_view: Some((String::new(), crate::ports::ViewMistake::NoName)),
        may_export: false,
        address,
        ..tenants()
    }
}

fn todo(index: usize, state: ConnectionState, cause: &str, who: Who) -> TodoView {
    TodoView {
        connection: ConnectionId(Uuid::from_u128(100 + index as u128)),
        organization: NAMES[index % NAMES.len()].to_owned(),
        integration: "Portunus Access".to_owned(),
        state,
        cause: cause.to_owned(),
        who,
        since: NOW - index as i64 * DAY,
        troubled: (state == ConnectionState::SomeLocations).then_some((1, 4)),
    }
}

pub(crate) fn overview() -> OverviewView {
    let causes = [
        "login_refused",
        "removal_guard",
        "settings",
        "failures",
        "settings_and_failures",
        "late",
        "hook_failures",
        "open_steps",
        "overlap",
        "new",
    ];
    let todo = causes.into_iter().enumerate().map(|(index, cause)| {
        let who = [Who::Admin, Who::Partner, Who::Nobody][index % 3];
        todo(index, STATES[index.min(5)], cause, who)
    });
    let day = |name: &str, revision: Option<u32>, count| IntegrationDay {
        slug: if revision.is_some() { "portunus-access" } else { "meshfern-wifi" }.to_owned(),
        name: name.to_owned(),
        revision,
        connections: count,
        good: count * 95,
        failed: count,
        webhooks: count * 40,
        waiting: 318,
    };
    let budget = |limit, until| BudgetView {
        integrations: vec!["Portunus Access".to_owned(), HOSTILE.to_owned()],
        needed: 2.0,
        used: 3,
        limit,
        carries: limit.map(|_| 70_000),
        grants: 412,
        enough_until: until,
    };
    let due = |days, what| DueView { at: NOW + days * DAY, what };
    OverviewView {
        now: NOW,
        stamp: "00f1".to_owned(),
        connections: 412,
        organizations: 389,
        states: tenants().states,
        outages: vec![
            outage(),
            OutageView {
                id: Uuid::from_u128(4).simple().to_string(),
                acknowledged: Some((HOSTILE.to_owned(), NOW - HOUR)),
                of_officernd: true,
                like: HOSTILE.to_owned(),
                since: NOW - 3 * DAY,
                ..outage()
            },
        ],
        todo: todo.collect(),
        todo_total: 40,
        oldest_failure: Some(OldestFailure {
            connection: ConnectionId(Uuid::from_u128(3)),
            organization: HOSTILE.to_owned(),
            since: NOW - 9 * DAY,
        }),
        failed: FailedRuns {
            hours: (0..15)
                .map(|hour| (NOW - (14 - hour) * HOUR, if hour > 8 { 50 + hour as u64 } else { 1 }))
                .collect(),
            failed: 237,
            runs: 23_173,
            most: Some((HOSTILE.to_owned(), 227)),
        },
        integrations: vec![day("Portunus Access", Some(3), 241), day(HOSTILE, None, 1)],
        budgets: vec![budget(Some(5), None), budget(Some(5), Some(NOW + 20 * DAY)), budget(None, None)],
        due: vec![
            due(2, Due::Grant { connection: ConnectionId(Uuid::from_u128(1)), organization: HOSTILE.to_owned() }),
            due(6, Due::ApiKey { name: HOSTILE.to_owned() }),
            due(8, Due::EndpointSecret { url: "bridge.example.com".to_owned() }),
            due(9, Due::AlertSecret { url: "bridge.example.com".to_owned() }),
            due(
                9,
                Due::Setting {
                    connection: ConnectionId(Uuid::from_u128(2)),
                    organization: HOSTILE.to_owned(),
                    integration: "Meshfern Wi-Fi".to_owned(),
                    field: HOSTILE.to_owned(),
                    day: "2026-05-15".to_owned(),
                },
            ),
        ],
        endless_keys: 2,
        unused_keys: 1,
        endpoints: [true, false]
            .map(|disabled| FailingEndpoint {
                integration: "Portunus Access".to_owned(),
                integration_slug: "portunus-access".to_owned(),
                host: "bridge.example.com".to_owned(),
                since: NOW - DAY,
                disabled,
                waiting: 7,
            })
            .into(),
        funnel: Funnel { opened: 48, authorized: 41, set_up: 33, saved: 29, ran: 27 },
        may_acknowledge: true,
    }
}

/// Before anything has happened.
pub(crate) fn quiet() -> OverviewView {
    OverviewView {
        connections: 0,
        organizations: 0,
        states: STATES.into_iter().map(|state| (state, 0)).collect(),
        outages: Vec::new(),
        todo: Vec::new(),
        todo_total: 0,
        failed: FailedRuns { hours: vec![(NOW, 0)], failed: 0, runs: 0, most: None },
        oldest_failure: None,
        integrations: Vec::new(),
        budgets: Vec::new(),
        due: Vec::new(),
        endless_keys: 0,
        unused_keys: 0,
        endpoints: Vec::new(),
        funnel: Funnel::default(),
        ..overview()
    }
}
