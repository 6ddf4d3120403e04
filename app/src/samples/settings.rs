//! Settings for view tests: the sample integration at one of its locations, and one field of every kind.

use std::sync::Arc;

use super::{DAY, HOSTILE, NOW};
use crate::forms::Path;
use crate::ports::{
    ActionResult, Actor, AmountView, Applies, Change, ChangeView, ChoiceView, ClashView, Closed, ColumnView, Condition,
    ConfirmView, ConflictView, Control, DangerView, DayView, Direction, DraftView, EffectView, FindingView, Gone,
    HistoryView, ItemView, LanguageName, LanguageView, Layer, Limits, LineKind, LinesKind, ListState, ListView,
    LocationView, LockView, Mark, Mistake, MistakeView, NameView, Origin, Outcome, PairView, PartnerTrouble, PlaceLink,
    PlaceView, Placeholders, RanView, Reach, RestoreView, RevisionView, RowName, RowView, SavedView, SecretView,
    SectionView, SettingBody, SettingView, SettingsView, Severity, Shape, Shown, TableView, ThingView, Unit, Weekday,
    Why, Words,
};

pub(crate) fn bristol() -> LocationView {
    LocationView {
        id: "loc-brs".to_owned(),
        name: "Bristol, Old Market".to_owned(),
        time_zone: Some("Europe/London".to_owned()),
    }
}

fn words(text: &str) -> Words {
    Words::new(text)
}

fn mark() -> Mark {
    Mark { actor: Actor::Admin(Some("m-7".to_owned())), name: Some("Tomasz Wilk".to_owned()), at: NOW - 3 * DAY }
}

fn named(name: &str) -> NameView {
    NameView { name: words(name), gone: None }
}

fn names(all: &[&str]) -> Shown {
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
fn own(key: &str, shown: Shown, organization: Shown, control: Control) -> SettingBody {
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

fn valued(label: &str, body: SettingBody) -> SettingView {
    let key = body.path.field.clone();
    setting(&key, label, Shape::Value(Box::new(body)))
}

fn minutes() -> Option<Unit> {
    Some(Unit("min".to_owned()))
}

fn number(value: &str, unit: Option<Unit>) -> Shown {
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

fn groups() -> Arc<ListView> {
    let options = [
        ("g-uk-front", "Front door"),
        ("g-uk-day", "Members, day"),
        ("g-uk-guest", "Guests"),
        ("g-2a", "Office 2A"),
        ("g-avon", "Meeting room Avon"),
    ];
    list(options.map(|(value, label)| option(value, label)).to_vec())
}

fn row(field: &str, id: &str, name: RowName, layer: Layer, shown: Shown) -> RowView {
    let path = Path::field(field).at(id);
    let cell = SettingBody { path: path.clone(), layer, ..body(field, shown) };
    RowView { path, name, cells: vec![cell], severity: None }
}

fn entity(name: &str) -> RowName {
    RowName::Entity { name: name.to_owned(), gone: None }
}

/// Groups by plan at Bristol: rows of its own, of the organization, broken, on purpose empty, archived.
fn plan_groups() -> SettingView {
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
        Shape::Table(TableView {
            path: Path::field(key),
            rows_label: words("Plans"),
            columns: vec![ColumnView { key: None, label: words(""), help: None }],
            rows: vec![others, hot, dedicated, office, pending, archived],
            paged: None,
            open: vec!["Founders’ desk (2019)".to_owned()],
            state: ListState::Fresh,
            can_refresh: true,
            own: 2,
        }),
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

fn weekdays() -> Vec<DayView> {
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

fn places(current: Option<&str>) -> Vec<PlaceView> {
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
    alerts.lock = Some(LockView::ForAll { except: Vec::new(), kept: Some(names(&["bristol@example.org"])) });
    alerts.can_lock = true;
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
        ..SettingsView::default()
    }
}

/// Everything that can be entered, at the organization.
pub(crate) fn every_kind() -> SettingsView {
    let everywhere = |label: &str, key: &str, shown: Shown, control: Control| {
        valued(
            label,
            SettingBody {
                layer: Layer::Organization,
                otherwise: Some((Layer::Default, Shown::Nothing)),
                control: Some(control),
                ..body(key, shown)
            },
        )
    };
    let long = |prefix: &str, count: usize| -> Vec<ChoiceView> {
        (0..count).map(|place| option(&format!("{prefix}-{place}"), &format!("Entry {place}"))).collect()
    };
    let switch = Control::Switch {
        on: true,
        on_text: Some(words("Invoices are charged")),
        off_text: Some(words("Nothing is charged")),
    };
    let mut switched = everywhere("Charge by itself", "auto_charge", Shown::Switch { on: true, words: None }, switch);
    let link = |id: &str, name: &str| PlaceLink {
        id: id.to_owned(),
        name: name.to_owned(),
        href: format!("/settings/con_x/locations/{id}"),
    };
    switched.differ = vec![link("loc-brs", "Bristol, Old Market"), link("loc-lis", HOSTILE)];
    switched.can_lock = true;
    let mut methods = long("m", 3);
    methods[1].closed = Some(Closed::Currencies(vec!["EUR".to_owned()]));
    methods[2].gone = Some(Gone::Missing);
    methods[2].help = Some(words("Three days on the way"));
    let chosen = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>();
    let merchants = Arc::new(ListView {
        options: long("a", 30),
        state: ListState::Stale { at: NOW - DAY, trouble: PartnerTrouble::NoAnswer },
        search: Some("ent".to_owned()),
        pages: 2,
        more: true,
        cut: Some(30),
        made_in: Some("Ledgerline".to_owned()),
        can_refresh: true,
    });
    let failed = Arc::new(ListView {
        state: ListState::Failed(PartnerTrouble::NoAnswer),
        can_refresh: true,
        ..ListView::default()
    });
    let first = Arc::new(ListView { state: ListState::First(words("Merchant account")), ..ListView::default() });
    let empty = Arc::new(ListView { made_in: Some("Ledgerline".to_owned()), can_refresh: true, ..ListView::default() });
    let money = Control::Money {
        amounts: vec![
            AmountView { currency: "EUR".to_owned(), value: "12000.50".to_owned(), locations: Some(2) },
            AmountView { currency: "GBP".to_owned(), value: String::new(), locations: Some(1) },
        ],
        least: Some("0".to_owned()),
        most: Some("50000".to_owned()),
    };
    let length = Control::Length {
        value: "48".to_owned(),
        unit: "h".to_owned(),
        units: vec![Unit("h".to_owned()), Unit("d".to_owned())],
        limits: Limits { zero_means: Some(words("never")), ..Limits::default() },
    };
    let secret = |is_set: bool| Control::Secret {
        state: SecretView {
            is_set,
            set: is_set.then(mark),
            expires: is_set.then(|| "2027-01-31".to_owned()),
            old_until: is_set.then_some(NOW + DAY),
            bound_to: if is_set { Vec::new() } else { vec![words("Address")] },
        },
        can_make: true,
        asks_expiry: true,
        least: Some(16),
        most: None,
        overlap_hours: Some(24),
    };
    let placeholders = || Placeholders {
        known: chosen(&["customer.name", "invoice.pay_link"]),
        must_contain_one: chosen(&["invoice.pay_link"]),
    };
    let english = LanguageView {
        language: LanguageName::of("en"),
        text: SettingBody {
            layer: Layer::Organization,
            control: Some(Control::Template {
                value: "\nPay here: {invoice.pay_link}".to_owned(),
                single_line: false,
                most: Some(4000),
                placeholders: placeholders(),
            }),
            ..SettingBody { path: Path::field("dunning").at("en"), ..body("dunning", Shown::Text("Pay".to_owned())) }
        },
    };
    let dutch = LanguageView {
        language: LanguageName::of("nl"),
        text: SettingBody {
            path: Path::field("dunning").at("nl"),
            ..body("dunning", Shown::Text("Betaal".to_owned()))
        },
    };
    let templates = Control::Templates {
        texts: vec![english, dutch],
        single_line: false,
        most: Some(4000),
        placeholders: placeholders(),
        more: vec![LanguageName::of("pt"), LanguageName::of("xx")],
    };
    let item = |path: Path, label: &str, control: Control, mistakes: Vec<Mistake>| ItemView {
        path,
        label: words(label),
        help: None,
        required: true,
        only_when: None,
        control,
        mistakes,
    };
    let line = |value: &str| Control::Line {
        value: value.to_owned(),
        kind: LineKind::Plain,
        most: Some(32),
        bytes: Some(32),
        example: None,
    };
    let thing = |place: usize, name: &str| {
        let path = Path::field("networks").at(place.to_string());
        let fields = vec![
            item(
                path.at("ssid"),
                "Network name",
                line(name),
                if place == 1 { vec![Mistake::TooManyBytes { most: 32 }] } else { Vec::new() },
            ),
            item(
                path.at("bands"),
                "Bands",
                Control::Several { list: list(long("b", 2)), chosen: chosen(&["b-0"]), least: Some(1), most: None },
                Vec::new(),
            ),
        ];
        ThingView { place, name: Some(name.to_owned()), fields }
    };
    let properties = || list(long("p", 4));
    let pairs = Control::Pairs {
        pairs: vec![PairView {
            left: Some("p-1".to_owned()),
            right: Some("p-2".to_owned()),
            direction: Some(Direction::Both),
            values: "gold = premium".to_owned(),
        }],
        left: properties(),
        right: properties(),
        directions: vec![Direction::ToPartner, Direction::ToOfficeRnd, Direction::Both],
        pairs_values: true,
        most: None,
    };
    let order = Control::Order { listed: long("o", 3), rest: long("r", 2), list: ListState::Fresh, left_out: false };
    let any_all = Control::AnyAll {
        all: true,
        items: Box::new(Control::Several {
            list: list(long("t", 12)),
            chosen: chosen(&["t-3", "t-9"]),
            least: None,
            most: Some(5),
        }),
    };
    let day = |value: &str| value.to_owned();
    let plain = |key: &str| Shown::Text(key.to_owned());
    let fields = vec![
        switched,
        everywhere(
            "Mode",
            "mode",
            names(&["Test"]),
            Control::One { list: list(long("m", 2)), chosen: Some("m-0".to_owned()), clearable: true },
        ),
        everywhere(
            "Methods",
            "methods",
            names(&["Entry 0"]),
            Control::Several { list: list(methods), chosen: chosen(&["m-0", "m-2"]), least: Some(1), most: Some(2) },
        ),
        everywhere(
            "Merchant account",
            "merchant",
            names(&["Entry 1"]),
            Control::One { list: merchants.clone(), chosen: Some("a-1".to_owned()), clearable: false },
        ),
        everywhere(
            "Accounts",
            "accounts",
            names(&["Entry 1"]),
            Control::Several { list: merchants, chosen: chosen(&["a-1", "gone-from-page"]), least: None, most: None },
        ),
        everywhere(
            "Tax codes",
            "tax",
            Shown::Nothing,
            Control::One { list: failed, chosen: Some("t-1".to_owned()), clearable: true },
        ),
        everywhere(
            "Cost centres",
            "centres",
            Shown::Nothing,
            Control::Several { list: first, chosen: Vec::new(), least: None, most: None },
        ),
        everywhere("Funds", "funds", Shown::Nothing, Control::One { list: empty, chosen: None, clearable: false }),
        everywhere(
            "Percent",
            "percent",
            number("1.4", Some(Unit("%".to_owned()))),
            Control::Number { value: "1.4".to_owned(), unit: Some(Unit("%".to_owned())), limits: Limits::default() },
        ),
        everywhere("Keep for", "keep", number("48", Some(Unit("h".to_owned()))), length),
        everywhere(
            "Refuse above",
            "max_charge",
            Shown::Money(vec![("EUR".to_owned(), Some("12000.50".to_owned())), ("GBP".to_owned(), None)]),
            money,
        ),
        everywhere("Statement text", "statement", plain("HARBOUR"), line("HARBOUR")),
        everywhere(
            "Address",
            "host",
            plain("a.example"),
            Control::Line {
                value: "a.example".to_owned(),
                kind: LineKind::Host { port: Some(8443) },
                most: None,
                bytes: None,
                example: Some("unifi.example.org".to_owned()),
            },
        ),
        everywhere(
            "House rules",
            "rules_text",
            plain("x"),
            Control::Text { value: "\nfirst line empty".to_owned(), most: Some(500), bytes: None },
        ),
        everywhere(
            "User name",
            "user_name",
            plain("x"),
            Control::Template {
                value: "{customer.name}".to_owned(),
                single_line: true,
                most: None,
                placeholders: placeholders(),
            },
        ),
        everywhere(
            "Dunning mail",
            "dunning",
            Shown::Languages(vec![(LanguageName::of("en"), "Pay".to_owned())]),
            templates,
        ),
        everywhere(
            "Signing key",
            "key",
            Shown::Secret(SecretView { is_set: true, set: Some(mark()), ..SecretView::default() }),
            secret(true),
        ),
        everywhere("API token", "token", Shown::Secret(SecretView::default()), secret(false)),
        everywhere("Only one system charges", "ack", Shown::Confirmed(true), Control::Confirmation { on: true }),
        everywhere(
            "Charge at",
            "charge_at",
            Shown::Time { value: "09:00".to_owned(), zone: "Europe/Lisbon".to_owned() },
            Control::Time { value: "09:00".to_owned(), zone: "Europe/Lisbon".to_owned() },
        ),
        everywhere(
            "Post from",
            "start_on",
            Shown::Day(day("2026-01-01")),
            Control::Day { value: day("2026-01-01"), first: Some(day("2020-01-01")), last: None },
        ),
        everywhere(
            "Hours",
            "hours",
            Shown::Schedule(Vec::new()),
            Control::Schedule { days: weekdays(), zone: "Europe/London".to_owned(), overnight: false },
        ),
        everywhere(
            "Pauses",
            "pause",
            Shown::Periods(vec![(day("2026-12-24"), day("2026-12-26"))]),
            Control::Periods {
                own: vec![(day("2026-12-24"), day("2026-12-26"))],
                inherited: vec![(day("2026-08-31"), day("2026-08-31"))],
                first: Some(day("2026-01-01")),
                last: Some(day("2027-12-31")),
                most: Some(24),
            },
        ),
        everywhere(
            "Try again after",
            "retries",
            Shown::Numbers { values: chosen(&["3", "5"]), unit: Some(Unit("d".to_owned())) },
            Control::Numbers {
                values: chosen(&["3", "5"]),
                unit: Some(Unit("d".to_owned())),
                limits: Limits::default(),
                most: Some(5),
            },
        ),
        everywhere(
            "Blocked domains",
            "blocked",
            names(&["mailinator.com"]),
            Control::Lines {
                values: chosen(&["mailinator.com"]),
                kind: LinesKind::Domain,
                inherited: Vec::new(),
                most: None,
            },
        ),
        everywhere("Tags", "tags", Shown::AnyAll { all: true, items: vec![named("Entry 3")] }, any_all),
        everywhere(
            "Networks",
            "networks",
            names(&["Harbour"]),
            Control::Things { things: vec![thing(0, "Harbour"), thing(1, HOSTILE)], least: Some(1), most: Some(8) },
        ),
        everywhere("Order", "order", names(&["Entry 0"]), order),
        everywhere("Properties", "pairs", Shown::Pairs(vec![(named("a"), Direction::ToPartner, named("b"))]), pairs),
        setting("currency", "Settlement currency", Shape::Info { text: None, copyable: false }),
        setting(
            "bundle",
            "Settings for your installer",
            Shape::File { media_type: "application/zip".to_owned(), holds_secret: true },
        ),
        setting(
            "sync_now",
            "Fetch payments now",
            Shape::Action {
                waits_until: Some(NOW + 60_000),
                last: Some(ActionResult { at: NOW, good: false, said: vec![words(HOSTILE)] }),
            },
        ),
        profiles(),
    ];
    SettingsView {
        places: places(None),
        sections: vec![section("all", "Everything", fields)],
        version: "1.1".to_owned(),
        findings: vec![FindingView {
            severity: Severity::Info,
            why: Why::Other("some_rule".to_owned()),
            rows: Vec::new(),
            places: Vec::new(),
        }],
        trouble: Some(PartnerTrouble::NoAnswer),
        draft: Some(DraftView { at: NOW - DAY, changes: 3 }),
        ..SettingsView::default()
    }
}

/// A table with several columns, some of it opened.
fn profiles() -> SettingView {
    let key = "profiles";
    let column = |key: &str, label: &str| ColumnView { key: Some(key.to_owned()), label: words(label), help: None };
    let rows = (0..12)
        .map(|place| {
            let path = Path::field(key).at(format!("plan.{place}"));
            let cell = |column: &str, shown: Shown, control: Option<Control>| SettingBody {
                path: path.at(column),
                layer: Layer::Organization,
                control,
                ..body(key, shown)
            };
            let opened = place == 1;
            let amounts = vec![AmountView { currency: "EUR".to_owned(), value: "0.25".to_owned(), locations: None }];
            let cells = vec![
                cell(
                    "down",
                    number("50", Some(Unit("Mbit/s".to_owned()))),
                    opened.then(|| Control::Number {
                        value: "50".to_owned(),
                        unit: Some(Unit("Mbit/s".to_owned())),
                        limits: Limits::default(),
                    }),
                ),
                cell(
                    "fixed",
                    Shown::Money(vec![("EUR".to_owned(), Some("0.25".to_owned()))]),
                    opened.then_some(Control::Money { amounts, least: None, most: None }),
                ),
            ];
            RowView { path: path.clone(), name: entity(&format!("Plan {place}")), cells, severity: None }
        })
        .collect();
    setting(
        key,
        "Profile by plan",
        Shape::Table(TableView {
            path: Path::field(key),
            rows_label: words("Plans"),
            columns: vec![column("down", "Download"), column("fixed", "Fixed")],
            rows,
            paged: None,
            open: Vec::new(),
            state: ListState::Stale { at: NOW, trouble: PartnerTrouble::NoAnswer },
            can_refresh: true,
            own: 12,
        }),
    )
}

/// Bristol after a save that was refused: typed values and mistakes stand at their fields.
pub(crate) fn refused() -> SettingsView {
    let mut view = at_bristol();
    let wrong = Mistake::OutOfRange { from: Some("0".to_owned()), to: Some("120".to_owned()) };
    let closes = Mistake::ClosesWhenOpens { day: Weekday::Sat };
    let saturday = Path::field("staffed_hours").at("sat").at("0").part(&crate::forms::Part::To);
    let mut make = |key: &str, part: Option<String>, mistake: &Mistake| {
        let fields = view.sections.iter_mut().flat_map(|section| &mut section.settings);
        for field in fields.filter(|field| field.key == key) {
            if let Shape::Value(body) = &mut field.shape {
                body.change = Change::Typed;
                body.mistakes.push((part.clone(), mistake.clone()));
                if let Some(Control::Number { value, .. }) = &mut body.control {
                    *value = "a thousand".to_owned();
                }
            }
        }
    };
    make("early_entry", None, &wrong);
    make("staffed_hours", Some(saturday.clone()), &closes);
    view.outcome = Outcome::Refused(vec![
        MistakeView {
            at: Some(Path::field("early_entry")),
            name: None,
            label: vec![words("Doors open before a booking starts")],
            mistake: wrong,
        },
        MistakeView {
            at: Some(Path::field("staffed_hours")),
            name: Some(saturday),
            label: vec![words("Staffed hours")],
            mistake: closes,
        },
    ]);
    view
}

fn change(label: &[&str], place: Option<&str>, before: Shown, after: Shown) -> ChangeView {
    ChangeView {
        label: label.iter().map(|label| words(label)).collect(),
        place: place.map(str::to_owned),
        before,
        after,
        reset: false,
    }
}

fn two_changes() -> Vec<ChangeView> {
    vec![
        change(
            &["Doors stay open after a booking ends"],
            Some("Bristol, Old Market"),
            number("15", minutes()),
            number("30", minutes()),
        ),
        ChangeView {
            reset: true,
            ..change(&["Groups by plan", "Hot desk – 8 days"], None, names(&["Members, day"]), Shown::Empty(None))
        },
    ]
}

pub(crate) fn effect() -> EffectView {
    let place = PlaceLink {
        id: "loc-brs".to_owned(),
        name: "Bristol, Old Market".to_owned(),
        href: "/settings/con_x/locations/loc-brs".to_owned(),
    };
    EffectView { places: vec![(place, two_changes())], count: 9, untouched: 3 }
}

pub(crate) fn outcomes() -> Vec<(&'static str, Outcome)> {
    vec![
        ("typed", Outcome::Typed),
        (
            "saved",
            Outcome::Saved(SavedView {
                changes: two_changes(),
                count: 3,
                places: vec!["Bristol, Old Market".to_owned()],
                merged_with: Some(mark()),
            }),
        ),
        ("unchanged", Outcome::Unchanged),
        ("preview", Outcome::Preview(effect())),
        ("preview-nothing", Outcome::Preview(EffectView { places: Vec::new(), count: 0, untouched: 4 })),
        (
            "ran",
            Outcome::Ran(RanView {
                label: words("Test connection"),
                good: false,
                said: vec![words("The client ID is unknown.")],
            }),
        ),
    ]
}

pub(crate) fn conflict(undecided: bool) -> ConflictView {
    let clash = ClashView {
        path: Path::field("late_exit"),
        label: vec![words("Doors stay open after a booking ends")],
        original: number("15", minutes()),
        theirs: number("20", minutes()),
        mine: number("30", minutes()),
        chosen: None,
    };
    let mut clear = vec![(two_changes().remove(0), true), (two_changes().remove(1), false)];
    clear[0].0.label = vec![words("Wait before suspending")];
    ConflictView {
        location: Some(bristol()),
        draft: "d-1".to_owned(),
        version: "42.3".to_owned(),
        opened_at: NOW - 60_000 * 17,
        they: mark(),
        decide: vec![clash],
        clear,
        again: vec![words("Client secret")],
        applies: Applies::NextRun,
        undecided,
    }
}

pub(crate) fn confirm(typed: Option<&str>) -> ConfirmView {
    let danger = DangerView {
        label: vec![words("A member who loses the last group is")],
        before: names(&["Suspended"]),
        after: names(&["Deleted"]),
        text: words("Cards and history of deleted users cannot be brought back."),
        count: Some(1204),
    };
    ConfirmView {
        location: Some(bristol()),
        version: "41.3".to_owned(),
        dangers: vec![danger],
        type_name: Some("Bristol, Old Market".to_owned()),
        typed: typed.map(str::to_owned),
        effect: effect(),
        applies: Applies::Told,
        counted_at: NOW,
    }
}

fn revision(id: &str, current: bool) -> RevisionView {
    RevisionView {
        id: id.to_owned(),
        mark: mark(),
        from: Origin::Page,
        changes: two_changes(),
        count: 5,
        current,
        can_restore: !current,
    }
}

pub(crate) fn history() -> HistoryView {
    let by_key = RevisionView {
        mark: Mark { actor: Actor::Key(HOSTILE.to_owned()), name: None, at: NOW },
        from: Origin::Api,
        ..revision("r-1", false)
    };
    HistoryView {
        revisions: vec![revision("r-2", true), by_key],
        older: Some("?before=1".to_owned()),
        newer: None,
        restored: Some(NOW),
    }
}

pub(crate) fn restore(changes: bool) -> RestoreView {
    RestoreView {
        revision: revision("r-1", false),
        version: "41.3".to_owned(),
        changes: if changes { two_changes() } else { Vec::new() },
        left_out: vec![words("Client secret")],
    }
}
