//! The page of alerts, for view tests.

use uuid::Uuid;

use super::staff::who;
use super::{HOSTILE, NOW};
use crate::ids::IncidentId;
use crate::pages::Page;
use crate::pages::staff::alerts_page;
use crate::ports::*;
use crate::role::Role;
use crate::texts::INCIDENT_KINDS;

const MINUTE: i64 = 60 * 1000;

type Made = (&'static str, Box<dyn FnOnce() -> Page>);

fn notice(what: Noticed, receiver: NoticeReceiver, state: NoticeState) -> NoticeView {
    NoticeView { what, receiver, state }
}

/// Notices in all their ends.
fn notices() -> Vec<NoticeView> {
    let mail = || NoticeReceiver::Mail(Some(HOSTILE.to_owned()));
    let trouble = || "the mail server answered 451".to_owned();
    vec![
        notice(Noticed::Opened, mail(), NoticeState::Sent { at: NOW }),
        notice(Noticed::Opened, NoticeReceiver::Webhook, NoticeState::Waiting { at: NOW, trouble: None }),
        notice(Noticed::Opened, mail(), NoticeState::Waiting { at: NOW, trouble: Some(trouble()) }),
        notice(Noticed::Recovered, NoticeReceiver::Webhook, NoticeState::GivenUp { at: NOW, trouble: trouble() }),
        notice(Noticed::Recovered, NoticeReceiver::Mail(None), NoticeState::Dropped),
    ]
}

fn incident(number: usize, kind: &str, basis: &str, tenants: u64) -> IncidentView {
    IncidentView {
        id: IncidentId(Uuid::from_u128(900 + number as u128)),
        kind: kind.to_owned(),
        integration: HOSTILE.to_owned(),
        href: "/tenants?state=reconnect".to_owned(),
        of_one: basis == "alone",
        of_none: basis == "deployment",
        tenants,
        tenants_most: tenants + 2 * u64::from(tenants > 1),
        urgent: tenants > 1,
        since: NOW - 30 * MINUTE,
        calm_since: number.is_multiple_of(3).then_some(NOW - MINUTE),
        relapses: u32::try_from(number % 3).unwrap_or(0),
        closed: None,
        basis: basis.to_owned(),
        version: 1,
        taken: number.is_multiple_of(2).then(|| (HOSTILE.to_owned(), NOW - MINUTE)),
        notices: if number.is_multiple_of(2) { notices() } else { Vec::new() },
    }
}

fn view() -> AlertsView {
    let of = [("outage", 132), ("burst", 12), ("alone", 1), ("deployment", 0)];
    let kinds = INCIDENT_KINDS.into_iter().chain(["of_a_newer_version"]);
    let all: Vec<IncidentView> = kinds
        .zip(of.into_iter().cycle())
        .enumerate()
        .map(|(number, (kind, (basis, tenants)))| incident(number, kind, basis, tenants))
        .collect();
    let ends = ["recovered", "merged", "set_aside"].into_iter().cycle();
    let closed = (50..).zip(all.clone()).zip(ends).take(6).map(|((number, one), how)| IncidentView {
        id: IncidentId(Uuid::from_u128(900 + number)),
        closed: Some((NOW, how.to_owned())),
        ..one
    });
    AlertsView {
        linked: None,
        watched: vec![incident(40, "delayed", "alone", 1)],
        watched_count: 5_000,
        open_count: all.len() as u64,
        closed: closed.collect(),
        open: all,
        mail: MailView {
            is_on: true,
            mine: MailLevel::Urgent,
            subscribers: vec![HOSTILE.to_owned(), "Kim".to_owned()],
        },
        webhook: WebhookView {
            host: Some("hooks.partner.example".to_owned()),
            previous_until: Some(NOW + 60 * MINUTE),
            ..WebhookView::default()
        },
        rules: rules(),
        notices: vec![
            notice(Noticed::Digest, NoticeReceiver::Mail(Some("Kim".to_owned())), NoticeState::Sent { at: NOW }),
            notice(Noticed::Test, NoticeReceiver::Webhook, NoticeState::Sent { at: NOW }),
        ],
        may_take: true,
        may_change: true,
        may_rotate: true,
        said: None,
    }
}

fn rules() -> RulesForm {
    RulesForm {
        one_minutes: "15".to_owned(),
        many_minutes: "5".to_owned(),
        at_once_from: "1".to_owned(),
        zone: "Europe/Amsterdam".to_owned(),
        quiet_from: "22".to_owned(),
        quiet_until: "7".to_owned(),
        digest_hour: "8".to_owned(),
        language: "de".to_owned(),
        mistake: None,
    }
}

/// The page in every state that looks different.
pub(super) fn pages() -> Vec<Made> {
    let empty = AlertsView {
        open: Vec::new(),
        open_count: 0,
        watched: Vec::new(),
        watched_count: 0,
        closed: Vec::new(),
        mail: MailView { is_on: false, mine: MailLevel::Nothing, subscribers: Vec::new() },
        webhook: WebhookView::default(),
        notices: Vec::new(),
        may_take: false,
        may_change: false,
        may_rotate: false,
        ..view()
    };
    let secret = WebhookView { secret: Some("whsec_AAAA".to_owned()), ..view().webhook };
    let mut all: Vec<(&'static str, AlertsView)> =
        vec![("alerts", view()), ("alerts-none", empty), ("alerts-secret", AlertsView { webhook: secret, ..view() })];
    let found = |incident: &IncidentView| Some(LinkedIncident::Found(Box::new(incident.clone())));
    for (name, linked) in [
        ("alerts-linked", found(&view().open[0])),
        ("alerts-linked-over", found(&view().closed[0])),
        ("alerts-linked-gone", Some(LinkedIncident::Gone)),
    ] {
        all.push((name, AlertsView { linked, ..view() }));
    }
    for (name, mistake) in [("alerts-url", WebhookMistake::Url), ("alerts-address", WebhookMistake::Address)] {
        let webhook = WebhookView { typed: HOSTILE.to_owned(), mistake: Some(mistake), ..WebhookView::default() };
        all.push((name, AlertsView { webhook, ..view() }));
    }
    for (name, field) in [("alerts-zone", RulesField::Zone), ("alerts-number", RulesField::QuietFrom)] {
        let rules = RulesForm { zone: HOSTILE.to_owned(), mistake: Some(field), ..rules() };
        all.push((name, AlertsView { rules, ..view() }));
    }
    for (name, said) in [
        ("alerts-taken", AlertsSaid::Taken),
        ("alerts-gone", AlertsSaid::Gone),
        ("alerts-saved", AlertsSaid::Saved),
        ("alerts-removed", AlertsSaid::Removed),
        ("alerts-tested", AlertsSaid::Tested),
        ("alerts-nowhere", AlertsSaid::Nowhere),
    ] {
        all.push((name, AlertsView { said: Some(said), ..view() }));
    }
    let page = |(name, view): (&'static str, AlertsView)| -> Made {
        (name, Box::new(move || alerts_page(&who(Role::Engineer), &view)))
    };
    all.into_iter().map(page).collect()
}
