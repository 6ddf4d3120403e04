//! Pages of the dashboard that are about staff, keys and the record, for view tests.

use uuid::Uuid;

use super::{HOSTILE, NOW};
use crate::ids::{ConnectionId, StaffId};
use crate::pages::Page;
use crate::pages::provider::{self, Trouble};
use crate::pages::sign_in::{self, AgainView, Before, InvitationView, NotIn, SignInView};
use crate::pages::staff::{account_page, audit_page, integrations_page, set_up_page, team_page};
use crate::ports::*;
use crate::role::Role;
use crate::texts::{ACTIVITY_KINDS, STAFF_ACTIVITY_KINDS};
use crate::time::Zone;

const HOUR: i64 = 60 * 60 * 1000;

pub(crate) fn who(role: Role) -> StaffView {
    StaffView {
        id: StaffId(Uuid::from_u128(7)),
        name: "Ravi Shah".to_owned(),
        email: "ravi@partner.example".to_owned(),
        role,
        zone: Zone::named("Europe/Amsterdam"),
        is_fresh: true,
    }
}

type Made = (&'static str, Box<dyn FnOnce() -> Page>);

fn made(name: &'static str, page: impl FnOnce() -> Page + 'static) -> Made {
    (name, Box::new(page))
}

/// Every page in every state that looks different.
pub(crate) fn pages() -> Vec<Made> {
    let mut all = vec![
        made("sign-in", || sign_in::sign_in(&SignInView::default())),
        made("sign-in-out", || {
            sign_in::sign_in(&SignInView { before: Some(Before::SignedOut), ..SignInView::default() })
        }),
        made("sign-in-ready", || {
            sign_in::sign_in(&SignInView { before: Some(Before::Ready), ..SignInView::default() })
        }),
        made("sign-in-code", || sign_in::code(None, "/tenants")),
        made("sign-in-code-refused", || sign_in::code(Some(NotIn::Refused), "/")),
        made("sign-in-again", || sign_in::again(None, &proving(HOSTILE, true, None))),
        made("sign-in-again-wait", || sign_in::again(Some(NotIn::Wait(61)), &proving("Ravi", true, None))),
        made("sign-in-again-provider", || sign_in::again(None, &proving("Ravi", false, Some(HOSTILE)))),
        made("sign-in-provider", || sign_in::sign_in(&with_provider(None))),
        made("sign-in-provider-out", || sign_in::sign_in(&with_provider(Some(Before::SignedOut)))),
        made("provider-leaving", || provider::leaving(HOSTILE, "https://login.partner.example/auth?state=x")),
        made("invitation-gone", sign_in::invitation_gone),
    ];
    for (name, not_in) in [
        ("sign-in-refused", NotIn::Refused),
        ("sign-in-wait", NotIn::Wait(1)),
        ("sign-in-busy", NotIn::Busy),
        ("sign-in-over", NotIn::Over),
    ] {
        let view = SignInView {
            email: HOSTILE.to_owned(),
            next: "/tenants".to_owned(),
            not_in: Some(not_in),
            ..SignInView::default()
        };
        all.push(made(name, move || sign_in::sign_in(&view)));
    }
    for (trouble, name) in Trouble::ALL.into_iter().zip([
        "provider-declined",
        "provider-over",
        "provider-no-answer",
        "provider-doubted",
        "provider-weak",
        "provider-stranger",
        "provider-unverified",
        "provider-another",
        "provider-wait",
        "provider-busy",
    ]) {
        all.push(made(name, move || provider::trouble(trouble, HOSTILE, "/sign-in?next=%2Ftenants")));
    }
    for (name, is_reset, mistake) in [
        ("invitation", false, None),
        ("invitation-short", false, Some(PasswordMistake::TooShort)),
        ("invitation-differs", true, Some(PasswordMistake::Differs)),
    ] {
        let view = InvitationView {
            email: "kim@partner.example".to_owned(),
            name: HOSTILE.to_owned(),
            role: Role::Engineer,
            is_reset,
            no_name: false,
            mistake,
            busy: false,
        };
        all.push(made(name, move || sign_in::invitation(&view)));
    }
    all.extend(team());
    all.extend(account());
    all.extend(super::alerts::pages());
    all.extend(audit());
    all.extend(integrations());
    all
}

fn proving(who: &str, password: bool, provider: Option<&str>) -> AgainView {
    let provider = provider.map(str::to_owned);
    AgainView { who: who.to_owned(), next: "/staff".to_owned(), password, provider }
}

fn with_provider(before: Option<Before>) -> SignInView {
    SignInView { before, provider: Some(HOSTILE.to_owned()), next: "/tenants".to_owned(), ..SignInView::default() }
}

fn team() -> Vec<Made> {
    let member = |id: u128, name: &str, role, has_app, disabled| MemberView {
        id: StaffId(Uuid::from_u128(id)),
        name: name.to_owned(),
        email: format!("{id}@partner.example"),
        role,
        has_app,
        is_linked: has_app,
        signed_in_at: has_app.then_some(NOW),
        disabled,
        is_self: id == 7,
    };
    let view = TeamView {
        members: vec![
            member(7, "Ravi Shah", Role::Owner, true, false),
            member(8, HOSTILE, Role::Viewer, false, false),
            member(9, "Kim Ono", Role::Support, false, true),
        ],
        invitations: vec![InvitedView {
            id: "1".to_owned(),
            email: "new@partner.example".to_owned(),
            name: HOSTILE.to_owned(),
            role: Role::Engineer,
            until: NOW,
            is_reset: false,
        }],
        invite: InviteView::default(),
        link: None,
        said: None,
    };
    let link = StaffLinkView {
        name: "Kim Ono".to_owned(),
        url: "https://bridge.example.com/invitations/6yJm2Rr9o2b8Vn1xWc0PqA6yJm2Rr9o2b8Vn1xWc0PqA".to_owned(),
        until: NOW,
        is_reset: true,
    };
    let wrong = InviteView { email: "x".to_owned(), mistake: Some(InviteMistake::NoAddress), ..InviteView::default() };
    let (plain, unproved, read) = (view.clone(), view.clone(), view.clone());
    let (linked, refused) = (TeamView { link: Some(link), ..view.clone() }, TeamView { invite: wrong, ..view.clone() });
    let mut all = vec![
        made("team", move || team_page(&who(Role::Owner), &plain)),
        made("team-read", move || team_page(&who(Role::Viewer), &read)),
        made("team-link", move || team_page(&who(Role::Owner), &linked)),
        made("team-refused", move || team_page(&who(Role::Owner), &refused)),
        made("team-unproved", move || team_page(&StaffView { is_fresh: false, ..who(Role::Owner) }, &unproved)),
    ];
    for (said, name) in TeamSaid::ALL.into_iter().zip([
        "team-saved",
        "team-disabled",
        "team-enabled",
        "team-app",
        "team-unlinked",
        "team-withdrawn",
        "team-last-owner",
    ]) {
        let view = TeamView { said: Some(said), ..view.clone() };
        all.push(made(name, move || team_page(&who(Role::Owner), &view)));
    }
    all
}

fn account() -> Vec<Made> {
    let session = |id: &str, is_this| SessionView {
        id: id.to_owned(),
        agent: "Firefox on Linux".to_owned(),
        address: "192.0.2.7".to_owned(),
        created_at: NOW - HOUR,
        seen_at: NOW,
        is_this,
    };
    let view = AccountView {
        name: HOSTILE.to_owned(),
        zone: "Europe/Amsterdam".to_owned(),
        has_password: true,
        provider: None,
        app: AppView::None,
        codes: Vec::new(),
        sessions: vec![session("1", true), session("2", false)],
        mistake: None,
        said: None,
    };
    let begun = AppView::Begun {
        secret: "GEZD GNBV GY3T QOJQ".to_owned(),
        uri: "otpauth://totp/a:b?secret=GEZDGNBVGY3TQOJQ&issuer=a".to_owned(),
        picture: Picture { size: 21, path: "M0 0h1v1h-1zM2 2h1v1h-1z".to_owned() },
    };
    let mut all = Vec::new();
    for (name, linked) in [("account-linked", Some((NOW - HOUR, NOW))), ("account-unlinked", None)] {
        let provider = Some(ProviderView { name: HOSTILE.to_owned(), linked });
        let view = AccountView { has_password: linked.is_none(), provider, ..view.clone() };
        all.push(made(name, move || account_page(&who(Role::Viewer), &view)));
    }
    for (name, app, codes, mistake, said) in [
        ("account", AppView::None, 0, None, None),
        ("account-begun", begun.clone(), 0, None, None),
        ("account-wrong-code", begun, 0, Some(AccountMistake::WrongCode), None),
        ("account-codes", AppView::Set { codes_left: 10 }, 10, None, None),
        ("account-one-code", AppView::Set { codes_left: 1 }, 0, None, Some(AccountSaid::Saved)),
        ("account-password", AppView::None, 0, Some(AccountMistake::WrongPassword), None),
        ("account-wait", AppView::None, 0, Some(AccountMistake::Wait(30)), None),
        ("account-short", AppView::None, 0, Some(AccountMistake::Password(PasswordMistake::TooShort)), None),
        ("account-zone", AppView::None, 0, Some(AccountMistake::UnknownZone), None),
        ("account-no-name", AppView::None, 0, Some(AccountMistake::NoName), None),
        ("account-changed", AppView::None, 0, None, Some(AccountSaid::Password)),
        ("account-removed", AppView::None, 0, None, Some(AccountSaid::AppRemoved)),
        ("account-ended", AppView::None, 0, None, Some(AccountSaid::SessionsEnded)),
    ] {
        let codes = (0..codes).map(|number| format!("AAAA-BBBB-CCCC-{number:04}")).collect();
        let view = AccountView { app, codes, mistake, said, ..view.clone() };
        all.push(made(name, move || account_page(&who(Role::Viewer), &view)));
    }
    all
}

fn audit() -> Vec<Made> {
    let actors = [
        Actor::Staff { id: Uuid::from_u128(7), name: HOSTILE.to_owned() },
        Actor::Admin(None),
        Actor::Admin(Some("65f0".to_owned())),
        Actor::OfficeRnD,
        Actor::Key("backend".to_owned()),
        Actor::Deskbridge,
    ];
    let kinds = ACTIVITY_KINDS.into_iter().map(|kind| (kind, true));
    let kinds = kinds.chain(STAFF_ACTIVITY_KINDS.into_iter().map(|kind| (kind, false)));
    let rows = kinds.zip(actors.into_iter().cycle()).map(|((kind, of_tenant), actor)| AuditRow {
        at: NOW,
        kind: kind.to_owned(),
        actor,
        integration: of_tenant.then(|| "Portunus Access".to_owned()),
        tenant: of_tenant.then(|| (HOSTILE.to_owned(), ConnectionId(Uuid::from_u128(7)))),
        subject: (!of_tenant).then(|| "kim@partner.example".to_owned()),
        detail: Some(HOSTILE.to_owned()),
    });
    let view = AuditView {
        rows: rows.collect(),
        filter: AuditFilter::default(),
        people: vec![(StaffId(Uuid::from_u128(7)), HOSTILE.to_owned())],
        older: Some("/activity?after=1-1".to_owned()),
        newest: Some("/activity".to_owned()),
        may_export: true,
    };
    let wrong =
        AuditFilter { tenant: "nobody".to_owned(), mistake: Some(AuditMistake::Tenant), ..AuditFilter::default() };
    let none = AuditView { rows: Vec::new(), older: None, newest: None, filter: wrong, ..view.clone() };
    vec![
        made("audit", move || audit_page(&who(Role::Support), &view)),
        made("audit-none", move || audit_page(&who(Role::Support), &none)),
    ]
}

fn integrations() -> Vec<Made> {
    let key = |name: &str, state| KeyLine {
        id: format!("key_{name}"),
        name: HOSTILE.to_owned(),
        integrations: vec!["portunus-access".to_owned()],
        scopes: vec!["connections:read".to_owned()],
        last_used_at: Some(NOW),
        state,
    };
    let keys = KeysView {
        may_change: true,
        keys: vec![
            key("1", KeyState::Endless),
            key("2", KeyState::Until(NOW)),
            key("3", KeyState::Expired(NOW)),
            key("4", KeyState::Revoked(NOW)),
        ],
        form: KeyForm::default(),
        integrations: vec![("portunus-access".to_owned(), "Portunus Access".to_owned())],
        scopes: vec![("connections:read".to_owned(), "list and read connections".to_owned())],
        made: None,
        said: None,
    };
    let line = IntegrationLine {
        slug: "portunus-access".to_owned(),
        name: HOSTILE.to_owned(),
        revision: 3,
        connections: Count::Exactly(412),
        revisions: vec![(Some(3), 400), (Some(2), 11), (None, 1)],
        done: (3, 10),
    };
    let many = IntegrationLine { connections: Count::MoreThan(10_000), revisions: Vec::new(), ..line.clone() };
    let unproved = IntegrationsView { integrations: vec![many], keys: keys.clone() };
    let stale = StaffView { is_fresh: false, ..who(Role::Engineer) };
    let mut all = vec![made("integrations-unproved", move || integrations_page(&stale, &unproved))];
    for (name, made_key, mistake, said) in [
        ("integrations", None, None, None),
        ("integrations-made", Some(("backend".to_owned(), "dbk_6yJm2Rr9o2b8Vn1xWc0PqA".to_owned())), None, None),
        ("integrations-refused", None, Some(KeyMistake::NoScope), None),
        ("integrations-revoked", None, None, Some(KeySaid::Revoked)),
        ("integrations-ends", None, None, Some(KeySaid::EndsAlready)),
    ] {
        let keys = KeysView { made: made_key, said, form: KeyForm { mistake, ..KeyForm::default() }, ..keys.clone() };
        let view = IntegrationsView { integrations: vec![line.clone()], keys };
        all.push(made(name, move || integrations_page(&who(Role::Engineer), &view)));
    }
    let endpoint = EndpointLine {
        id: "ep_1".to_owned(),
        url: "https://example.com/events".to_owned(),
        types: vec!["*".to_owned()],
        waiting: 3,
        dead: 1,
        failing_since: Some(NOW),
        disabled: None,
        given_up: vec![(Some(NOW), "connection.connected".to_owned(), Some(HOSTILE.to_owned()))],
    };
    let off = EndpointLine {
        id: "ep_2".to_owned(),
        disabled: Some(HOSTILE.to_owned()),
        given_up: Vec::new(),
        ..endpoint.clone()
    };
    let checklist = Check::ALL.into_iter().enumerate().map(|(place, check)| CheckView {
        check,
        is_done: place % 2 == 0,
        at: (place % 4 == 0).then_some(NOW),
    });
    let address = |page: &str| format!("https://bridge.example.com/i/portunus-access/{page}");
    let sheet = SetUpSheetView {
        slug: "portunus-access".to_owned(),
        name: HOSTILE.to_owned(),
        revision: 3,
        client_id: "ornd-1".to_owned(),
        connect_url: address("connect"),
        configure_url: address("configure"),
        healthcheck_url: address("healthcheck"),
        sync_url: address("sync"),
        partner_return_url: Some(address("partner-return")),
        scopes: super::integration().scopes,
        connections: Count::Exactly(412),
        checklist: checklist.collect(),
        endpoints: EndpointsView {
            may_change: true,
            may_rotate: true,
            may_replay: true,
            endpoints: vec![endpoint, off],
            form: EndpointForm::default(),
            secret: None,
            said: None,
        },
    };
    for (name, secret, mistake, said) in [
        ("set-up", None, None, None),
        ("set-up-secret", Some("whsec_AAECAwQFBgcICQoL".to_owned()), None, None),
        ("set-up-refused", None, Some(EndpointMistake::Address), None),
        ("set-up-types", None, Some(EndpointMistake::Types), None),
        ("set-up-replayed", None, None, Some(EndpointSaid::Replayed(1))),
        ("set-up-enabled", None, None, Some(EndpointSaid::Enabled)),
        ("set-up-deleted", None, None, Some(EndpointSaid::Deleted)),
    ] {
        let form = EndpointForm { mistake, ..EndpointForm::default() };
        let endpoints = EndpointsView { secret, said, form, ..sheet.endpoints.clone() };
        let sheet = SetUpSheetView { endpoints, ..sheet.clone() };
        all.push(made(name, move || set_up_page(&who(Role::Engineer), &sheet)));
    }
    all
}
