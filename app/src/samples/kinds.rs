//! One field of every kind, for view tests.

use std::sync::Arc;

use super::outcomes::profiles;
use super::settings::*;
use super::{DAY, HOSTILE, NOW};
use crate::forms::Path;
use crate::ports::*;

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
    let mut percent = everywhere(
        "Percent",
        "percent",
        number("1.4", Some(Unit("%".to_owned()))),
        Control::Number { value: "1.4".to_owned(), unit: Some(Unit("%".to_owned())), limits: Limits::default() },
    );
    let (except, others) = (vec![link("loc-lis", HOSTILE)], vec![link("loc-brs", "Bristol, Old Market")]);
    percent.lock = Some(LockView::ForAll { except, others, kept: None });
    percent.can_lock = true;
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
            again: is_set,
            ..SecretView::default()
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
        percent,
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
            Shape::File {
                media_type: "application/zip".to_owned(),
                holds_secret: true,
                last: Some(ActionResult { at: NOW, good: true, said: vec![words("installer.zip")] }),
            },
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
        explains: true,
        ..SettingsView::default()
    }
}
