//! Data for view tests: believable, and as hostile as names may be.

mod kinds;
mod outcomes;
pub(crate) mod settings;

use uuid::Uuid;

use crate::ids::{AttemptId, ConnectionId};
use crate::ports::{
    ActivityView, Actor, Asks, AttemptStage, AttemptView, ConnectionView, CoveredView, FactView, FieldView, Input,
    IntegrationView, LineKind, Listed, LocationView, LocationsView, Mistake, OptionView, OrganizationView, Problem,
    ReviewView, RunView, SetUpView, StepView, Waiting,
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
        excludes: false,
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
        (
            "finish".to_owned(),
            AttemptStage::FinishSetUp { locations: locations(), open: vec!["Networks".to_owned()], waits_for: None },
        ),
        ("review".to_owned(), AttemptStage::Review(review())),
        (
            "review-waits".to_owned(),
            AttemptStage::Review(ReviewView { waits_for: Some("Harbour NL".to_owned()), ..review() }),
        ),
        (
            "finish-waits".to_owned(),
            AttemptStage::FinishSetUp {
                locations: locations(),
                open: Vec::new(),
                waits_for: Some("Harbour NL".to_owned()),
            },
        ),
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
        set_up: SetUpView {
            steps: vec![("Account".to_owned(), true), ("Site".to_owned(), state != ConnectionState::FinishSetUp)],
            next: (state == ConnectionState::FinishSetUp).then(|| "/settings/con_1/steps/site".to_owned()),
            again: (state != ConnectionState::FinishSetUp).then(|| "/settings/con_1/steps/account".to_owned()),
            account: Some("hl-prod-7, Europe".to_owned()),
            linked: state == ConnectionState::Connected,
            waits_for: (state == ConnectionState::FinishSetUp).then(|| HOSTILE.to_owned()),
        },
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

pub(crate) fn review() -> ReviewView {
    ReviewView {
        locations: locations(),
        account: Some("hl-prod-7".to_owned()),
        facts: vec![
            ("Data region".to_owned(), FactView::Words(vec!["Europe".to_owned()])),
            ("Client secret".to_owned(), FactView::Secret),
            ("This login is a service account".to_owned(), FactView::Confirmed),
            ("Mail new members".to_owned(), FactView::Switch(false)),
            ("Note".to_owned(), FactView::Nothing),
        ],
        covered: Vec::new(),
        waits_for: None,
        back: "/connect/ca_1/steps/site".to_owned(),
    }
}

fn field(key: &str, input: Input) -> FieldView {
    FieldView {
        key: key.to_owned(),
        label: format!("The {key}"),
        help: Some(format!("Help for {key}")),
        required: true,
        only_with: Vec::new(),
        locks: matches!(input, Input::Fixed(_) | Input::Choice { .. }),
        input,
        mistake: None,
    }
}

pub(crate) fn option(value: &str) -> OptionView {
    OptionView { value: value.to_owned(), label: format!("Option {value}"), help: None, closed: None }
}

/// A step with a field of each input there is.
pub(crate) fn step() -> StepView {
    let line = |kind| Input::Line { value: "typed".to_owned(), most: Some(64), kind };
    let options = || vec![option("a"), option("b")];
    let list =
        |list, many| Input::List { list, chosen: vec!["a".to_owned()], many, search: many.then(|| "x".to_owned()) };
    StepView {
        integration: IntegrationView { steps: vec!["Account".to_owned(), "Site".to_owned()], ..integration() },
        organization: OrganizationView { name: "Harbour & Loom".to_owned(), slug: "harbour-and-loom".to_owned() },
        title: "Account".to_owned(),
        help: Some("Where your doors are kept.".to_owned()),
        index: 0,
        done: vec![false, false],
        account: None,
        asks: Asks::Fields(vec![
            FieldView {
                only_with: vec![("Controller".to_owned(), vec!["On site".to_owned(), "Cloud".to_owned()])],
                ..field("line", line(LineKind::Plain))
            },
            field("host", line(LineKind::Host { port: Some(8443) })),
            field("number", line(LineKind::Number { unit: Some("min".to_owned()) })),
            field("address", line(LineKind::Address)),
            field("text", Input::Text { value: "a\nb".to_owned(), most: None }),
            field("secret", Input::Secret { kept: false }),
            field("choice", Input::Choice { options: options(), chosen: Some("b".to_owned()) }),
            field(
                "switch",
                Input::Switch { on: true, on_text: Some("Mails".to_owned()), off_text: Some("Silence".to_owned()) },
            ),
            field("confirmation", Input::Confirmation { on: true }),
            field("fixed", Input::Fixed(FactView::Words(vec!["Europe".to_owned()]))),
            field("list", list(Listed::Options { options: options(), pages: 1, more: true, cut: None }, false)),
            field("several", list(Listed::Options { options: options(), pages: 1, more: false, cut: Some(2) }, true)),
            field(
                "long",
                list(
                    Listed::Options {
                        options: (0..30).map(|number| option(&number.to_string())).collect(),
                        pages: 1,
                        more: false,
                        cut: None,
                    },
                    false,
                ),
            ),
            field("away", list(Listed::Trouble(crate::ports::PartnerTrouble::NoAnswer), true)),
            field("later", list(Listed::First("Site".to_owned()), true)),
        ]),
        leads: false,
        reopened: false,
        said: Vec::new(),
        trouble: None,
        refused: false,
        back: None,
        return_url: "https://app.officernd.example/connect/external-integration/return".to_owned(),
    }
}

/// The same after it was refused, with a mistake at each field.
pub(crate) fn refused_step() -> StepView {
    let mut view = step();
    view.refused = true;
    view.said = vec![HOSTILE.to_owned()];
    if let Asks::Fields(fields) = &mut view.asks {
        for field in fields {
            field.mistake = Some(match field.key.as_str() {
                "secret" => Mistake::EnterAgain,
                "line" => Mistake::Said(HOSTILE.to_owned()),
                _ => Mistake::Missing,
            });
        }
    }
    view
}
