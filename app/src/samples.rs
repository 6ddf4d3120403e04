//! Data for view tests: believable, and as hostile as names may be.

use uuid::Uuid;

use crate::ids::{AttemptId, ConnectionId};
use crate::ports::{
    ActivityView, Actor, AttemptStage, AttemptView, ConnectionView, CoveredView, IntegrationView, LocationView,
    LocationsView, OrganizationView, Problem, RunView, Waiting,
};
use crate::state::ConnectionState;
use crate::texts::ACTIVITY_KINDS;

/// 6 May 2026, 12:03 UTC, a Wednesday.
pub(crate) const NOW: i64 = 1_778_068_980_000;

const DAY: i64 = 24 * 60 * 60 * 1000;

/// Markup, a formula, a quote and an override of the writing direction in one name.
pub(crate) const HOSTILE: &str = "=HYPERLINK(\"x\") <script>alert(1)</script> <strong>'\u{202E}&amp;";

pub(crate) const PROBLEMS: [Problem; 11] = [
    Problem::CodeRefused,
    Problem::CodeUsed,
    Problem::Incomplete,
    Problem::Expired,
    Problem::PermissionMissing,
    Problem::WrongOrganization,
    Problem::AnswerLost,
    Problem::ClientRefused,
    Problem::RegionRefused,
    Problem::SecretMissing,
    Problem::RemovedMeanwhile,
];

pub(crate) fn integration() -> IntegrationView {
    let scopes = [
        "flex.community.members.read",
        "flex.community.companies.read",
        "flex.community.memberships.read",
        "flex.space.bookings.read",
        "flex.space.passes.read",
        "flex.space.locations.read",
        "flex.space.floors.read",
        "flex.space.resources.read",
        "flex.settings.integrations.read",
        "flex.settings.organization.read",
        "flex.settings.webhooks.read",
        "flex.settings.webhooks.create",
        "flex.settings.webhooks.delete",
    ];
    IntegrationView {
        slug: "portunus-access".to_owned(),
        name: "Portunus Access".to_owned(),
        about: Some("Your members get their doors from what you keep in OfficeRnD.".to_owned()),
        scopes: scopes.map(str::to_owned).to_vec(),
        steps: Vec::new(),
    }
}

pub(crate) fn locations() -> LocationsView {
    let today = [
        ("65f0a1b2c3d4e5f600000011", "Rotterdam – Katendrecht", Some("Europe/Amsterdam")),
        ("65f0a1b2c3d4e5f600000012", "Bristol, Old Market", Some("Europe/London")),
        ("65f0a1b2c3d4e5f600000013", "Lisboa · Marvila", Some("Europe/Lisbon")),
        ("65f0a1b2c3d4e5f600000014", "Bristol, Temple Quay (opening soon)", None),
    ];
    LocationsView {
        all: true,
        today: today
            .map(|(id, name, zone)| LocationView {
                id: id.to_owned(),
                name: name.to_owned(),
                time_zone: zone.map(str::to_owned),
            })
            .to_vec(),
    }
}

pub(crate) fn attempt(stage: AttemptStage) -> AttemptView {
    AttemptView {
        id: AttemptId(Uuid::from_u128(7)),
        integration: integration(),
        organization: Some(OrganizationView { name: "Harbour & Loom".to_owned(), slug: "harbour-and-loom".to_owned() }),
        stage,
        return_url: "https://app.officernd.example/connect/external-integration/return".to_owned(),
        reference: "CA-7K2M-41".to_owned(),
        at: NOW,
    }
}

pub(crate) fn scope() -> AttemptStage {
    AttemptStage::Scope { locations: locations(), covered: Vec::new(), reconnects: false }
}

pub(crate) fn covered(all: bool) -> CoveredView {
    CoveredView {
        account: "Harbour NL".to_owned(),
        connections: 1,
        all,
        locations: vec!["Rotterdam – Katendrecht".to_owned(), "Lisboa · Marvila".to_owned()],
    }
}

/// Every stage an attempt can be in, with a name for messages of tests.
pub(crate) fn stages() -> Vec<(String, AttemptStage)> {
    let mut stages = vec![
        ("scope".to_owned(), scope()),
        (
            "scope-reconnects".to_owned(),
            AttemptStage::Scope { locations: locations(), covered: Vec::new(), reconnects: true },
        ),
        (
            "scope-covered".to_owned(),
            AttemptStage::Scope { locations: locations(), covered: vec![covered(false)], reconnects: false },
        ),
        ("busy".to_owned(), AttemptStage::Waiting(Waiting::Busy)),
        ("down".to_owned(), AttemptStage::Waiting(Waiting::Down)),
        ("finish".to_owned(), AttemptStage::FinishSetUp { locations: locations() }),
        ("connected".to_owned(), AttemptStage::Connected),
        ("declined".to_owned(), AttemptStage::Declined),
    ];
    stages.extend(PROBLEMS.map(|problem| (format!("{problem:?}"), AttemptStage::Failed(problem))));
    stages
}

pub(crate) fn connection(state: ConnectionState) -> ConnectionView {
    let actors = [
        Actor::Admin(None),
        Actor::Admin(Some("65f0a1b2c3d4e5f6000000aa".to_owned())),
        Actor::OfficeRnD,
        Actor::Key("backend".to_owned()),
        Actor::Deskbridge,
    ];
    let activity = ACTIVITY_KINDS.iter().zip(actors.iter().cycle()).zip(1..).map(|((kind, actor), ago)| ActivityView {
        at: NOW - ago * DAY / 2,
        kind: (*kind).to_owned(),
        actor: actor.clone(),
        detail: (*kind == "connection.locations_changed").then(|| "Rotterdam – Katendrecht added".to_owned()),
    });
    ConnectionView {
        id: ConnectionId(Uuid::from_u128(0x0192_7f3a_7b40_7c00_8000_0000_0000_0041)),
        integration: integration(),
        organization: OrganizationView { name: "Harbour & Loom".to_owned(), slug: "harbour-and-loom".to_owned() },
        account_name: "hl-prod-7, Europe".to_owned(),
        state,
        state_since: NOW - 3 * DAY,
        locations: locations(),
        connected_at: NOW - 114 * DAY,
        sync_on: state != ConnectionState::Paused,
        last_run: Some(RunView {
            id: "run_1".to_owned(),
            started_at: NOW - 180_000,
            ended_at: Some(NOW - 174_000),
            state: "succeeded".to_owned(),
        }),
        events_subscribed: state != ConnectionState::Disconnected,
        kept_until: (state == ConnectionState::Disconnected).then_some(NOW + 27 * DAY),
        retention_days: 30,
        activity: activity.collect(),
        return_url: "https://app.officernd.example/connect/external-integration/return".to_owned(),
        officernd_url: "https://app.officernd.example/".to_owned(),
    }
}
