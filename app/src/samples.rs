//! Data for view tests: believable, and as hostile as names may be.

mod alerts;
mod kinds;
pub(crate) mod lists;
mod outcomes;
pub(crate) mod settings;
pub(crate) mod staff;
pub(crate) mod tenant;

use uuid::Uuid;

use crate::ids::{AttemptId, ConnectionId};
use crate::pages::link::LinkView;
use crate::ports::{
    ActivityView, Actor, ApprovalAnswer, ApprovalLink, ApprovalView, Asks, AttemptStage, AttemptView, ConnectionView,
    CoveredView, DisconnectView, FactView, FieldView, Input, IntegrationView, LineKind, Listed, LocationView,
    LocationsView, Mistake, OptionView, OrganizationView, Problem, RemovalView, ReviewView, RunView, SetUpView,
    StepView, SupportView, TroubleView, Waiting, Words,
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
        support: Some(SupportView::Mail("help@portunus.example".to_owned())),
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

/// A reconnect link in each state.
pub(crate) fn links() -> Vec<(&'static str, LinkView)> {
    let link = LinkView {
        integration: "Portunus Access".to_owned(),
        organization: HOSTILE.to_owned(),
        officernd_url: Some("https://app.officernd.example".to_owned()),
        steps: vec![Words { text: "Sign in to Portunus".to_owned(), lang: Some("nl".to_owned()) }, Words::new(HOSTILE)],
        first_step: Some("/reconnect/t/steps/credentials".to_owned()),
        completed: false,
        until: 1_780_358_400_000,
        support: integration().support,
    };
    let account = LinkView { officernd_url: None, ..link.clone() };
    let nothing = LinkView { first_step: None, ..account.clone() };
    let completed = LinkView { completed: true, ..link.clone() };
    vec![("all", link), ("account", account), ("nothing", nothing), ("completed", completed)]
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
            AttemptStage::FinishSetUp { locations: locations(), open: vec![Words::new("Networks")], waits_for: None },
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
        name: matches!(actor, Actor::Admin(Some(_))).then(|| HOSTILE.to_owned()),
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
            steps: vec![(Words::new("Account"), true), (Words::new("Site"), state != ConnectionState::FinishSetUp)],
            next: (state == ConnectionState::FinishSetUp).then(|| "/settings/con_1/steps/site".to_owned()),
            again: (state != ConnectionState::FinishSetUp).then(|| "/settings/con_1/steps/account".to_owned()),
            account: Some("hl-prod-7, Europe".to_owned()),
            linked: state == ConnectionState::Connected,
            waits_for: (state == ConnectionState::FinishSetUp).then(|| HOSTILE.to_owned()),
        },
        sync_on: state != ConnectionState::Paused,
        paused_by_partner: false,
        vendor: "Portunus Access".to_owned(),
        last_success_at: Some(NOW - 174_000),
        next_run_at: (state == ConnectionState::Connected).then_some(NOW + 720_000),
        troubles: troubles(state),
        approval: (state == ConnectionState::WaitingForApproval).then(|| ApprovalLink {
            href: "/settings/con_1/runs/run_1".to_owned(),
            remove: 64,
            of: 180,
        }),
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

/// One of each kind.
fn troubles(state: ConnectionState) -> Vec<TroubleView> {
    let some = if state == ConnectionState::SomeLocations { 2 } else { 0 };
    let all = locations().today.into_iter().take(some).enumerate();
    all.map(|(place, location)| TroubleView {
        href: format!("/settings/con_1/locations/{}", location.id),
        location,
        by_settings: place == 0,
        since: NOW - DAY,
    })
    .collect()
}

/// A disconnect that the partner's rules refuse.
pub(crate) fn held() -> DisconnectView {
    let words = Words::new(format!("7 payments of {HOSTILE} are on their way."));
    DisconnectView { held: vec![words], unknown: false }
}

pub(crate) fn approval(answer: ApprovalAnswer) -> ApprovalView {
    let names = |count: usize| (1..=count).map(|member| format!("Member {member} of {HOSTILE}")).collect();
    ApprovalView {
        question: "0f1e2d3c4b5a6978".to_owned(),
        asked_at: NOW - 180_000,
        remove: 67,
        of: 276,
        places: vec![
            RemovalView {
                location: "Rotterdam – Katendrecht".to_owned(),
                remove: 64,
                of: 180,
                guard: Some(20.0),
                members: names(60),
            },
            RemovalView { location: HOSTILE.to_owned(), remove: 3, of: 96, guard: None, members: Vec::new() },
        ],
        answer,
    }
}

pub(crate) fn review() -> ReviewView {
    ReviewView {
        locations: locations(),
        account: Some("hl-prod-7".to_owned()),
        facts: vec![
            (Words::new("Data region"), FactView::Words(vec![Words::new("Europe")])),
            (Words::new("Client secret"), FactView::Secret),
            (Words::new("This login is a service account"), FactView::Confirmed),
            (Words::new("Mail new members"), FactView::Switch(false)),
            (Words::new("Note"), FactView::Nothing),
        ],
        covered: Vec::new(),
        waits_for: None,
        back: "/connect/ca_1/steps/site".to_owned(),
    }
}

fn field(key: &str, input: Input) -> FieldView {
    FieldView {
        key: key.to_owned(),
        label: Words::new(format!("The {key}")),
        help: Some(Words::new(format!("Help for {key}"))),
        required: true,
        only_with: Vec::new(),
        locks: matches!(input, Input::Fixed(_) | Input::Choice { .. }),
        input,
        mistake: None,
    }
}

pub(crate) fn option(value: &str) -> OptionView {
    OptionView { value: value.to_owned(), label: Words::new(format!("Option {value}")), help: None, closed: None }
}

/// A step with a field of each input there is.
pub(crate) fn step() -> StepView {
    let line = |kind| Input::Line { value: "typed".to_owned(), most: Some(64), kind };
    let options = || vec![option("a"), option("b")];
    let list =
        |list, many| Input::List { list, chosen: vec!["a".to_owned()], many, search: many.then(|| "x".to_owned()) };
    StepView {
        integration: IntegrationView { steps: vec![Words::new("Account"), Words::new("Site")], ..integration() },
        organization: OrganizationView { name: "Harbour & Loom".to_owned(), slug: "harbour-and-loom".to_owned() },
        title: Words::new("Account"),
        help: Some(Words::new("Where your doors are kept.")),
        index: 0,
        done: vec![false, false],
        account: None,
        asks: Asks::Fields(vec![
            FieldView {
                only_with: vec![(Words::new("Controller"), vec![Words::new("On site"), Words::new("Cloud")])],
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
                Input::Switch { on: true, on_text: Some(Words::new("Mails")), off_text: Some(Words::new("Silence")) },
            ),
            field("confirmation", Input::Confirmation { on: true }),
            field("fixed", Input::Fixed(FactView::Words(vec![Words::new("Europe")]))),
            field("shown", Input::Later(FactView::Words(vec![Words::new("Members"), Words::new("Guests")]))),
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
            field("later", list(Listed::First(Words::new("Site")), true)),
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
