//! Settings for view tests: what samples are made of, and the sample integration at one of its locations.

use std::sync::Arc;

pub(crate) use super::kinds::every_kind;
pub(crate) use super::outcomes::*;
use super::{DAY, HOSTILE, NOW};
use crate::forms::Path;
use crate::ports::*;

pub(crate) fn bristol() -> LocationView {
    LocationView {
        id: "loc-brs".to_owned(),
        name: "Bristol, Old Market".to_owned(),
        time_zone: Some("Europe/London".to_owned()),
    }
}

pub(super) fn words(text: &str) -> Words {
    Words::new(text)
}

pub(super) fn mark() -> Mark {
    Mark { actor: Actor::Admin(Some("m-7".to_owned())), name: Some("Tomasz Wilk".to_owned()), at: NOW - 3 * DAY }
}

pub(super) fn named(name: &str) -> NameView {
    NameView { name: words(name), gone: None }
}

pub(super) fn names(all: &[&str]) -> Shown {
    Shown::Names(all.iter().map(|name| named(name)).collect())
}

pub(crate) fn option(value: &str, label: &str) -> ChoiceView {
    ChoiceView { value: value.to_owned(), label: words(label), ..ChoiceView::default() }
}

pub(crate) fn list(options: Vec<ChoiceView>) -> Arc<ListView> {
    Arc::new(ListView { options, ..ListView::default() })
}

/// Inherited from the default, with nothing to say.
pub(crate) fn body(key: &str, shown: Shown) -> SettingBody {
    SettingBody {
        path: Path::field(key),
        layer: Layer::Default,
        by_default_row: false,
        mark: None,
        shown,
        otherwise: None,
        control: None,
        may_change: true,
        change: Change::None,
        mistakes: Vec::new(),
    }
}

/// The location's own.
pub(super) fn own(key: &str, shown: Shown, organization: Shown, control: Control) -> SettingBody {
    SettingBody {
        layer: Layer::Location,
        mark: Some(mark()),
        otherwise: Some((Layer::Organization, organization)),
        control: Some(control),
        ..body(key, shown)
    }
}

pub(crate) fn setting(key: &str, label: &str, shape: Shape) -> SettingView {
    SettingView {
        key: key.to_owned(),
        label: words(label),
        help: None,
        reach: Reach::Both,
        required: false,
        shape,
        only_when: None,
        idle: false,
        lock: None,
        differ: Vec::new(),
        findings: Vec::new(),
        can_lock: false,
    }
}

pub(super) fn valued(label: &str, body: SettingBody) -> SettingView {
    let key = body.path.field.clone();
    setting(&key, label, Shape::Value(Box::new(body)))
}

pub(super) fn minutes() -> Option<Unit> {
    Some(Unit("min".to_owned()))
}

pub(super) fn number(value: &str, unit: Option<Unit>) -> Shown {
    Shown::Number { value: value.to_owned(), unit, zero_means: None }
}

pub(crate) fn section(id: &str, title: &str, settings: Vec<SettingView>) -> SectionView {
    SectionView {
        id: id.to_owned(),
        title: words(title),
        help: None,
        all: settings.len(),
        settings,
        href: None,
        here: true,
        own: 1,
        errors: 0,
        warnings: 0,
        unsaved: 0,
    }
}

pub(super) fn groups() -> Arc<ListView> {
    let options = [
        ("g-uk-front", "Front door"),
        ("g-uk-day", "Members, day"),
        ("g-uk-guest", "Guests"),
        ("g-2a", "Office 2A"),
        ("g-avon", "Meeting room Avon"),
    ];
    list(options.map(|(value, label)| option(value, label)).to_vec())
}

pub(super) fn row(field: &str, id: &str, name: RowName, layer: Layer, shown: Shown) -> RowView {
    let path = Path::field(field).at(id);
    let cell = SettingBody { path: path.clone(), layer, ..body(field, shown) };
    RowView { path, name, cells: vec![cell], severity: None }
}

pub(super) fn entity(name: &str) -> RowName {
    RowName::Entity { name: name.to_owned(), gone: None }
}

/// Groups by plan at Bristol: rows of its own, of the organization, broken, on purpose empty, archived.
pub(super) fn plan_groups() -> SettingView {
    let key = "plan_groups";
    let elsewhere = |name: &str| NameView { gone: Some(Gone::Elsewhere(Some("Harbour UK".to_owned()))), ..named(name) };
    let mut others = row(key, "*", RowName::Others, Layer::Organization, Shown::Names(vec![elsewhere("Front doors")]));
    others.severity = Some(Severity::Error);
    let mut hot =
        row(key, "plan-hot", entity("Hot desk – 8 days"), Layer::Location, names(&["Members, day", "Guests"]));
    hot.cells[0].control = Some(Control::Several {
        list: groups(),
        chosen: vec!["g-uk-day".to_owned(), "g-uk-guest".to_owned()],
        least: None,
        most: None,
    });
    hot.cells[0].change = Change::Typed;
    let mut dedicated = row(key, "plan-ded", entity("Dedicated desk"), Layer::Location, Shown::Empty(None));
    dedicated.cells[0].control = Some(Control::Several { list: groups(), chosen: Vec::new(), least: None, most: None });
    let mut office = row(
        key,
        "plan-off",
        entity("Private office"),
        Layer::Organization,
        Shown::Names(vec![elsewhere("Front doors")]),
    );
    office.cells[0].by_default_row = true;
    office.severity = Some(Severity::Error);
    let mut pending = row(key, "plan-virt", entity("Virtual office"), Layer::Organization, Shown::Empty(None));
    pending.cells[0].change = Change::Reset;
    let old = RowName::Entity { name: "Founders’ desk (2019)".to_owned(), gone: Some(Gone::Archived) };
    let archived = row(key, "plan-old", old, Layer::Default, Shown::Nothing);
    let mut view = setting(
        key,
        "Groups by plan",
        Shape::Table(Box::new(TableView {
            path: Path::field(key),
            rows_label: words("Plans"),
            columns: vec![ColumnView { key: None, label: words(""), help: None }],
            rows: vec![others, hot, dedicated, office, pending, archived],
            open: vec!["Founders’ desk (2019)".to_owned()],
            state: ListState::Fresh,
            can_refresh: true,
            own: 2,
        })),
    );
    view.help = Some(words("A membership without a named member gives the groups to its whole company."));
    view.findings = vec![FindingView {
        severity: Severity::Error,
        why: Why::Dangling(vec!["Front doors".to_owned()]),
        rows: vec![Path::field(key).at("*")],
        places: Vec::new(),
    }];
    view
}

pub(super) fn weekdays() -> Vec<DayView> {
    Weekday::ALL
        .into_iter()
        .map(|day| DayView {
            day,
            spans: match day {
                Weekday::Fri => vec![("08:30".to_owned(), "01:00".to_owned())],
                Weekday::Sat => vec![("10:00".to_owned(), "10:00".to_owned())],
                Weekday::Sun => Vec::new(),
                _ => vec![("08:30".to_owned(), "18:00".to_owned())],
            },
        })
        .collect()
}

pub(super) fn places(current: Option<&str>) -> Vec<PlaceView> {
    let place = |location: Option<LocationView>, own, errors, warnings| PlaceView {
        href: location.as_ref().map_or_else(
            || "/settings/con_x".to_owned(),
            |location| format!("/settings/con_x/locations/{}", location.id),
        ),
        current: location.as_ref().map(|location| location.id.as_str()) == current,
        location,
        own,
        errors,
        warnings,
    };
    let at = |id: &str, name: &str| LocationView { id: id.to_owned(), name: name.to_owned(), time_zone: None };
    vec![
        place(None, 10, 0, 0),
        place(Some(at("loc-rtm", "Rotterdam – Katendrecht")), 5, 0, 0),
        place(Some(bristol()), 11, 6, 0),
        place(Some(at("loc-lis", "Lisboa · Marvila")), 0, 0, 2),
        place(Some(at("loc-new", HOSTILE)), 1, 0, 0),
    ]
}

/// Bristol, as it is opened.
pub(crate) fn at_bristol() -> SettingsView {
    let mut region = valued(
        "Data region",
        SettingBody { layer: Layer::Organization, may_change: false, ..body("region", names(&["Europe"])) },
    );
    region.reach = Reach::SameForAll;
    region.lock = Some(LockView::SinceConnected { at: NOW - 100 * DAY });
    let mut client = valued(
        "Client ID",
        SettingBody { layer: Layer::Organization, mark: Some(mark()), ..body("client_id", names(&["hl-prod-7"])) },
    );
    client.reach = Reach::SameForAll;
    let sites = list(vec![option("site-nl", "Harbour NL"), option("site-uk", "Harbour UK")]);
    let site = Control::One { list: sites, chosen: Some("site-uk".to_owned()), clearable: false };
    let mut site = valued("Portunus site", own("site", names(&["Harbour UK"]), names(&["Harbour NL"]), site));
    site.help = Some(words("A location may use another site than the rest."));
    site.required = true;
    let test = setting(
        "test_connection",
        "Test connection",
        Shape::Action {
            waits_until: None,
            last: Some(ActionResult {
                at: NOW,
                good: true,
                said: vec![words("Address, login, rights and site are right.")],
            }),
        },
    );
    let limits = || Limits { least: Some("0".to_owned()), most: Some("120".to_owned()), whole: true, zero_means: None };
    let early = Control::Number { value: "0".to_owned(), unit: minutes(), limits: limits() };
    let early = valued(
        "Doors open before a booking starts",
        own("early_entry", number("0", minutes()), number("10", minutes()), early),
    );
    let late = Control::Number { value: "15".to_owned(), unit: minutes(), limits: limits() };
    let late = valued(
        "Doors stay open after a booking ends",
        own("late_exit", number("15", minutes()), number("15", minutes()), late),
    );
    let guests = valued("Guests of a booking", body("guest_entry", names(&["Only the host gets access"])));
    let mut visitors = valued(
        "Extra groups for guests",
        SettingBody { layer: Layer::Organization, ..body("visitor_groups", names(&["Guests"])) },
    );
    visitors.idle = true;
    visitors.only_when =
        Some(Condition::Is(words("Guests of a booking"), vec![words("Every named guest gets access")]));
    let hours = Control::Schedule { days: weekdays(), zone: "Europe/London".to_owned(), overnight: true };
    let office_hours = Shown::Schedule(
        Weekday::ALL[..5].iter().map(|day| (*day, vec![("08:30".to_owned(), "18:00".to_owned())])).collect(),
    );
    let mut hours = valued("Staffed hours", own("staffed_hours", office_hours.clone(), office_hours, hours));
    hours.help = Some(words("When somebody is at the desk."));
    let three = Control::ThreeWay { chosen: None, inherited: true, on_text: None, off_text: None };
    let invites = valued(
        "Send the invitation mail",
        SettingBody { control: Some(three), ..body("send_invites", Shown::Switch { on: true, words: None }) },
    );
    let policy = list(vec![
        option("keep", "Left as is"),
        option("suspend", "Suspended"),
        ChoiceView {
            danger: Some(words("Cards and history of deleted users cannot be brought back.")),
            ..option("delete", "Deleted")
        },
    ]);
    let policy = Control::One { list: policy, chosen: Some("delete".to_owned()), clearable: false };
    let policy = valued(
        "A member who loses the last group is",
        own("no_group_policy", names(&["Deleted"]), names(&["Suspended"]), policy),
    );
    let untouched = Control::Lines {
        values: vec!["alarm@example.org".to_owned()],
        kind: LinesKind::Mail,
        inherited: vec!["cleaning@example.org".to_owned(), "landlord@example.org".to_owned()],
        most: Some(200),
    };
    let untouched = valued(
        "Never change these users",
        own("never_touch", names(&["alarm@example.org"]), Shown::Nothing, untouched),
    );
    let mut alerts = valued(
        "Send problems to",
        SettingBody { layer: Layer::Organization, may_change: false, ..body("alert_to", names(&["ops@example.org"])) },
    );
    let kept = Some(names(&["bristol@example.org"]));
    alerts.lock = Some(LockView::ForAll { except: Vec::new(), others: Vec::new(), kept });
    let reset = valued(
        "Full comparison every day at",
        SettingBody {
            layer: Layer::Default,
            change: Change::Reset,
            ..body("reconcile_at", Shown::Time { value: "03:30".to_owned(), zone: "Europe/London".to_owned() })
        },
    );
    let address = setting(
        "webhook_url",
        "Event address",
        Shape::Info { text: Some("https://example.org/events".to_owned()), copyable: true },
    );
    let mut safety = section("safety", "Safety and notices", vec![alerts, reset, address]);
    safety.unsaved = 1;
    let mut groups = section("groups", "Who may open what", vec![plan_groups()]);
    groups.errors = 4;
    SettingsView {
        location: Some(bristol()),
        places: places(Some("loc-brs")),
        sections: vec![
            section("account", "Portunus account", vec![region, client, site, test]),
            groups,
            section("bookings", "Bookings and visitors", vec![early, late, guests, visitors]),
            section("hours", "Hours", vec![hours]),
            section("people", "Members in Portunus", vec![invites, policy, untouched]),
            safety,
        ],
        version: "41.3".to_owned(),
        applies: Applies::At(NOW + 720_000),
        explains: true,
        ..SettingsView::default()
    }
}
