//! A tenant as staff see it.

use uuid::Uuid;

use super::{HOSTILE, NOW, approval, locations, settings as form};
use crate::ids::{BulkId, ConnectionId, NoteId, OrganizationId, RunId, StaffId};
use crate::ports::{
    ActQuestion, Actor, ApprovalAnswer, BulkLine, BulkQuestionView, BulkView, CallsView, ConnectionRow, DeliveryLine,
    ExplainView, GrantLine, MomentView, NotePageView, NoteView, PlaceRow, PlaceState, ReceivedRow, RunRow, Said,
    SentRow, StaffView, Subscription, TenantActView, TenantHead, TenantOrganizationView, TenantRunView,
    TenantSettingsView, TenantView, TimelineView, TypedAct,
};
use crate::role::Role;
use crate::state::ConnectionState;
use crate::time::Zone;

const MINUTE: i64 = 60 * 1_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

pub(crate) fn who(role: Role) -> StaffView {
    StaffView {
        id: StaffId(Uuid::from_u128(3)),
        name: "Ravi Shah".to_owned(),
        email: "ravi@partner.example".to_owned(),
        role,
        zone: Zone::named("Europe/Amsterdam"),
        is_fresh: true,
    }
}

pub(crate) fn head(state: ConnectionState) -> TenantHead {
    TenantHead {
        id: ConnectionId(Uuid::from_u128(9)),
        integration: "Portunus Access".to_owned(),
        integration_slug: "portunus-access".to_owned(),
        organization: OrganizationId(Uuid::from_u128(10)),
        organization_name: "Harbour & Loom".to_owned(),
        slug: "harbour-and-loom".to_owned(),
        state,
        since: NOW - 2 * DAY,
        unmasked: false,
    }
}

fn run(number: u128, state: &str, counts: [u64; 5]) -> RunRow {
    let started_at = NOW - 15 * MINUTE * i64::try_from(number).unwrap_or_default();
    RunRow {
        id: RunId(Uuid::from_u128(20 + number)),
        reason: "schedule".to_owned(),
        state: state.to_owned(),
        started_by: None,
        started_at,
        ended_at: Some(started_at + 6_000),
        counts,
        reasons: vec![("“Members, 24/7” does not exist at Harbour UK".to_owned(), 11)],
        fault: Some("partner".to_owned()),
        message: Some("m…@… has no door".to_owned()),
    }
}

fn note() -> NoteView {
    NoteView {
        id: NoteId(Uuid::from_u128(40)),
        author: "Ravi Shah".to_owned(),
        own: true,
        text: "Calls on Mondays only.\nAsk for Mia.".to_owned(),
        at: NOW - DAY,
        edited_at: Some(NOW - HOUR),
    }
}

pub(crate) fn moments() -> Vec<MomentView> {
    let moment = |minutes: i64, source: &'static str, kind: &str| MomentView {
        at: NOW - minutes * MINUTE,
        source,
        kind: kind.to_owned(),
        state: None,
        actor: None,
        detail: None,
        reason: None,
        note: None,
        run: None,
    };
    let ravi = Some(Actor::Staff { id: Uuid::from_u128(3), name: "Ravi Shah".to_owned() });
    vec![
        MomentView { actor: ravi.clone(), note: Some(note()), ..moment(1, "activity", "note.added") },
        MomentView {
            state: Some("partial".to_owned()),
            detail: Some("m…@… has no door".to_owned()),
            run: Some(RunId(Uuid::from_u128(21))),
            ..moment(2, "run", "schedule")
        },
        moment(3, "received", "membership.updated"),
        moment(4, "received", ""),
        moment(5, "event", "sync.requested"),
        MomentView {
            state: Some("dead".to_owned()),
            detail: Some("no answer in time".to_owned()),
            ..moment(6, "hook", "sync")
        },
        MomentView {
            state: Some("delivered".to_owned()),
            detail: Some(HOSTILE.to_owned()),
            ..moment(6, "notice", "opened.reconnect")
        },
        MomentView { state: Some("dead".to_owned()), ..moment(6, "notice", "recovered.reconnect") },
        MomentView { actor: ravi, reason: Some(HOSTILE.to_owned()), ..moment(7, "activity", "connection.paused") },
        MomentView {
            actor: Some(Actor::Deskbridge),
            detail: Some("connected → some_locations".to_owned()),
            ..moment(8, "activity", "connection.state_changed")
        },
    ]
}

pub(crate) fn tenant(state: ConnectionState) -> TenantView {
    let (cause, who) = match state {
        ConnectionState::Disconnected => ("removed", "nobody"),
        ConnectionState::Reconnect => ("login_refused", "admin"),
        ConnectionState::FinishSetUp => ("open_steps", "admin"),
        ConnectionState::Paused => ("paused_by_partner", "partner"),
        ConnectionState::WaitingForApproval => ("removal_guard", "admin"),
        ConnectionState::VendorOutage => ("vendor_outage", "partner"),
        ConnectionState::SomeLocations => ("settings_and_failures", "admin"),
        ConnectionState::Delayed => ("late", "partner"),
        ConnectionState::Connected => ("none", "nobody"),
    };
    let states =
        [PlaceState::Good, PlaceState::BySettings(NOW - DAY), PlaceState::Failing(NOW - HOUR), PlaceState::Unknown];
    let ended = state == ConnectionState::Disconnected;
    let refused = (state == ConnectionState::Reconnect).then(|| "refused".to_owned());
    TenantView {
        head: head(state),
        now: NOW,
        stamp: "00f1".to_owned(),
        cause: cause.to_owned(),
        who: who.to_owned(),
        account: "hl-prod-7, Europe".to_owned(),
        paused_by: (state == ConnectionState::Paused).then(|| "Ravi Shah".to_owned()),
        vendor: "Portunus Access".to_owned(),
        sync_on: true,
        last_success_at: Some(NOW - 3 * MINUTE),
        next_run_at: Some(NOW + 12 * MINUTE),
        kept_until: ended.then_some(NOW + 28 * DAY),
        all_locations: true,
        places: locations()
            .today
            .into_iter()
            .zip(states)
            .zip([0, 11, 5, 0])
            .map(|((location, state), differ)| PlaceRow {
                location,
                state,
                currency: Some("EUR".to_owned()),
                differ,
                last_success_at: Some(NOW - 3 * MINUTE),
            })
            .collect(),
        held: (state == ConnectionState::WaitingForApproval).then_some((RunId(Uuid::from_u128(21)), 64, 180)),
        grant: (!ended).then(|| GrantLine {
            granted_at: NOW - 100 * DAY,
            renewed_at: NOW - HOUR,
            access_until: NOW + HOUR,
            ends_at: NOW + 13 * DAY,
            used_at: Some(NOW - MINUTE),
            refused,
            failures: 2,
            trouble: Some("no answer".to_owned()),
            again_at: Some(NOW + MINUTE),
        }),
        runs: vec![
            run(1, "succeeded", [0, 2, 0, 11, 0]),
            run(2, "failed", [0, 3, 0, 0, 4]),
            run(3, "waiting_for_approval", [0; 5]),
            run(4, "running", [0; 5]),
        ],
        subscription: if ended { Subscription::Gone } else { Subscription::Active { checked_at: NOW - 3 * HOUR } },
        received: vec![
            ReceivedRow { id: "evt_1".to_owned(), kind: Some("membership.updated".to_owned()), at: NOW, done: true },
            ReceivedRow { id: "evt_2".to_owned(), kind: None, at: NOW - MINUTE, done: true },
        ],
        sent: sent(),
        endpoints: 1,
        calls: CallsView {
            hours: (0..24_i64).map(|back| (NOW - NOW % HOUR - (23 - back) * HOUR, hour(back))).collect(),
            now: NOW,
            hooks: vec![("sync".to_owned(), 96)],
            failed: vec![("options".to_owned(), false, 3), ("verify".to_owned(), true, 1)],
        },
        notes: vec![note()],
        moments: moments(),
        facts: vec![
            ("tenant-fact-connection", ConnectionId(Uuid::from_u128(9)).to_string()),
            ("tenant-fact-slug", "harbour-and-loom".to_owned()),
            ("tenant-fact-revision", "3".to_owned()),
        ],
        said: None,
        typed: None,
    }
}

fn hour(back: i64) -> [u64; 5] {
    let good = u64::try_from(back * 7 % 40).unwrap_or_default();
    [good, 1, good / 8, 0, u64::from(back == 20)]
}

fn sent() -> Vec<SentRow> {
    let line = |state: &str, attempts: u32| DeliveryLine {
        to: "https://partner.example/events".to_owned(),
        state: state.to_owned(),
        attempts,
        trouble: (state != "delivered").then(|| "answered 503".to_owned()),
        next_at: (state == "waiting").then_some(NOW + 5 * MINUTE),
        ended_at: None,
    };
    let row = |id: &str, kind: &str, is_hook: bool, deliveries: Vec<DeliveryLine>| SentRow {
        id: id.to_owned(),
        kind: kind.to_owned(),
        is_hook,
        at: NOW - 4 * MINUTE,
        deliveries,
    };
    vec![
        row("evt_3", "sync.requested", false, vec![line("delivered", 1), line("waiting", 3)]),
        row("evt_4", "settings.changed", false, Vec::new()),
        row("7", "sync", true, vec![line("dead", 9)]),
    ]
}

pub(crate) fn refused(state: ConnectionState) -> TenantView {
    let wrong = vec!["reason".to_owned(), "since".to_owned()];
    let typed =
        TypedAct { act: "since".to_owned(), reason: String::new(), since: "2030-01-01T10:00".to_owned(), wrong };
    TenantView { typed: Some(typed), ..tenant(state) }
}

pub(crate) fn said(act: &str, outcome: &str) -> TenantView {
    let said = Some(Said { act: act.to_owned(), outcome: outcome.to_owned() });
    TenantView { said, ..tenant(ConnectionState::Connected) }
}

pub(crate) fn timeline() -> TimelineView {
    TimelineView {
        head: head(ConnectionState::SomeLocations),
        moments: moments(),
        group: "all",
        window: "week",
        older: Some("1778068980000-00000000000000000000000000000007".to_owned()),
        is_older: true,
    }
}

pub(crate) fn run_page(answer: ApprovalAnswer) -> TenantRunView {
    TenantRunView {
        head: head(ConnectionState::WaitingForApproval),
        run: run(1, "waiting_for_approval", [0, 2, 0, 11, 0]),
        places: vec![("Bristol, Old Market".to_owned(), [0, 2, 0, 11, 0], vec![("no such group".to_owned(), 11)])],
        approval: Some(approval(answer)),
        decided_by: Some("Ravi Shah".to_owned()),
        typed: None,
    }
}

pub(crate) fn acts() -> Vec<(&'static str, TenantActView)> {
    let of = |question: ActQuestion| TenantActView { head: head(ConnectionState::Connected), question, typed: None };
    let purge = |kept_until: Option<i64>| ActQuestion::Purge {
        activities: 1_204,
        runs: 96,
        notes: 2,
        settings: 61,
        last: true,
        kept_until,
    };
    let of_disconnect = |guarded| ActQuestion::Disconnect { locations: 4, days: 30, guarded, unknown: false };
    let disconnect = of_disconnect(None);
    let wrong = vec!["reason".to_owned(), "name".to_owned()];
    let typed = Some(TypedAct { wrong, ..TypedAct::default() });
    let made = Some(("https://deskbridge.example/reconnect/6yJm2Rr9o2b8Vn1xWc0PqA".to_owned(), NOW + 7 * DAY));
    vec![
        ("disconnect", of(disconnect.clone())),
        ("disconnect-guarded", of(of_disconnect(Some(7)))),
        ("disconnect-refused", TenantActView { typed, ..of(disconnect) }),
        ("purge", of(purge(Some(NOW + 28 * DAY)))),
        ("purge-first", of(purge(None))),
        ("link", of(ActQuestion::Link { made: None, refused: None })),
        ("link-made", of(ActQuestion::Link { made, refused: None })),
        ("link-refused", of(ActQuestion::Link { made: None, refused: Some("finish_set_up".to_owned()) })),
    ]
}

pub(crate) fn note_page() -> NotePageView {
    NotePageView { head: head(ConnectionState::Connected), note: note(), typed: None }
}

pub(crate) fn settings() -> TenantSettingsView {
    TenantSettingsView { head: head(ConnectionState::SomeLocations), settings: form::every_kind() }
}

pub(crate) fn explain() -> ExplainView {
    ExplainView {
        head: head(ConnectionState::SomeLocations),
        locations: locations().today,
        location: Some("65f0a1b2c3d4e5f600000012".to_owned()),
        subject: "65f0a1b2c3d4e5f6000000aa".to_owned(),
        asks: true,
        answer: Some((true, "Hot desk 24/7 opens Front doors, from the row for this plan.".to_owned())),
        settings: Some(form::at_bristol()),
    }
}

fn row(number: u128, state: ConnectionState, name: &str) -> ConnectionRow {
    ConnectionRow {
        id: ConnectionId(Uuid::from_u128(number)),
        integration: "Portunus Access".to_owned(),
        account: name.to_owned(),
        state,
        since: NOW - DAY,
        last_success_at: Some(NOW - HOUR),
        locations: vec!["Bristol, Old Market".to_owned(), "Lisboa · Marvila".to_owned()],
        all_locations: number.is_multiple_of(2),
    }
}

pub(crate) fn organization() -> TenantOrganizationView {
    TenantOrganizationView {
        id: OrganizationId(Uuid::from_u128(10)),
        name: "Harbour & Loom".to_owned(),
        slug: "harbour-and-loom".to_owned(),
        officernd_id: "65f0a1b2c3d4e5f600000001".to_owned(),
        region: "https://eu.officernd.example".to_owned(),
        connections: vec![row(1, ConnectionState::Connected, "hl-prod-7"), row(2, ConnectionState::Delayed, HOSTILE)],
        elsewhere: None,
    }
}

fn line(ended: bool) -> BulkLine {
    BulkLine {
        id: BulkId(Uuid::from_u128(50)),
        act: "run".to_owned(),
        staff: "Ravi Shah".to_owned(),
        total: 3,
        at: NOW - MINUTE,
        ended_at: ended.then_some(NOW),
    }
}

pub(crate) fn bulk_question(wrong: &[&str]) -> BulkQuestionView {
    let wrong: Vec<String> = wrong.iter().map(|name| (*name).to_owned()).collect();
    BulkQuestionView {
        id: BulkId(Uuid::from_u128(50)),
        connections: organization().connections,
        carried: "con_1,con_2".to_owned(),
        count: 2,
        most: 1_000,
        typed: TypedAct { act: "replay".to_owned(), wrong, ..TypedAct::default() },
        latest: vec![line(true), line(false)],
    }
}

pub(crate) fn bulk(ended: bool) -> BulkView {
    let id = |number| ConnectionId(Uuid::from_u128(number));
    BulkView {
        line: line(ended),
        reason: Some("after the outage".to_owned()),
        outcomes: vec![("done".to_owned(), 1), ("off".to_owned(), 1)],
        waiting: u64::from(!ended),
        items: vec![
            (id(1), Some("Harbour & Loom".to_owned()), Some("done".to_owned())),
            (id(2), Some(HOSTILE.to_owned()), Some("off".to_owned())),
            (id(3), None, None),
        ],
    }
}
