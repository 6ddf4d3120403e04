//! What is found, finding by finding. Each table has cases in which it must not be found, too.

use super::*;

/// Values at Bristol (GBP) of a manifest, and what is found there.
fn found(manifest: &Manifest, entered: &Value) -> Vec<String> {
    let mut tenant = tenant(&json!({
        "partner.groups": [["g1", "One", "nl"], ["g2", "Two", "uk"]], "partner.sites": [["nl", "NL"], ["uk", "UK"]],
    }));
    tenant.locations.retain(|location| location.id == "loc-brs");
    lines(&find(manifest, &layers(entered), &tenant))
}

fn at_organization(values: &Value) -> Value {
    json!({"organization": values})
}

#[test]
fn limits_are_kept_by_what_was_entered() {
    let manifest = of_fields(&json!([
        {"key": "n", "kind": "number", "label": "N", "scope": "both", "min": 1, "max": 5, "default": 2},
        {"key": "ack", "kind": "acknowledgement", "label": "A", "scope": "org"},
        {"key": "s", "kind": "secret", "label": "S", "scope": "org"},
        {"key": "l", "kind": "email_list", "label": "L", "scope": "both", "override": "union", "max_items": 2},
    ]));
    assert!(found(&manifest, &json!({})).is_empty());
    for (values, expected) in [
        (json!({"n": 6}), vec!["* n [] error invalid"]),
        (json!({"n": "three"}), vec!["* n [] error invalid"]),
        (json!({"n": null}), vec![]),
        (json!({"ack": "yes"}), vec!["* ack [] error invalid"]),
        (json!({"s": "in clear"}), vec!["* s [] error invalid"]),
        (json!({"l": ["a@example.org", "b@example.org"]}), vec![]),
        (json!({"l": "a@example.org"}), vec![]),
        (json!({"l": ["nobody"]}), vec!["* l [] error invalid"]),
        (json!({"gone": 1}), vec!["* gone [] warning unknown_field"]),
    ] {
        assert_eq!(found(&manifest, &at_organization(&values)), expected, "{values}");
    }
    let both = json!({"organization": {"l": ["a@example.org", "b@example.org"]}, "locations": {"loc-brs": {"l": ["c@example.org"]}}});
    assert_eq!(found(&manifest, &both), ["loc-brs l [] error invalid"]);
    let own = json!({"locations": {"loc-brs": {"ack": true}}});
    assert_eq!(found(&manifest, &own), ["loc-brs ack [] warning wrong_scope"]);
}

#[test]
fn required_is_what_is_shown_and_empty() {
    let manifest = of_fields(&json!([
        {"key": "on", "kind": "boolean", "label": "On", "scope": "org", "default": false},
        {"key": "t", "kind": "text", "label": "T", "scope": "both", "required": true, "visible_when": {"field": "on", "equals": true}},
        {"key": "z", "kind": "number", "label": "Z", "scope": "both", "required": true, "default": 0},
        {"key": "ack", "kind": "acknowledgement", "label": "A", "scope": "org", "required": true},
        {"key": "own", "kind": "secret", "label": "Own", "scope": "location", "required": true},
    ]));
    let own = "loc-brs own [] error required";
    for (values, expected) in [
        (json!({"ack": true}), vec![own]),
        (json!({"ack": false}), vec!["* ack [] error required", own]),
        (json!({"ack": true, "on": true}), vec!["* t [] error required", own]),
        (json!({"ack": true, "on": true, "t": ""}), vec!["* t [] error required", own]),
        (json!({"ack": true, "on": true, "t": "x", "z": 0}), vec![own]),
        (json!({"ack": true, "z": null}), vec!["* z [] error required", own]),
    ] {
        assert_eq!(found(&manifest, &at_organization(&values)), expected, "{values}");
    }
    let set = json!({"organization": {"ack": true}, "locations": {"loc-brs": {"own": {"secret": "set"}}}});
    assert!(found(&manifest, &set).is_empty());
}

/// A list without items is empty, whether any or all of them would be asked for.
#[test]
fn any_or_all_of_nothing_is_not_filled_in() {
    let manifest = of_fields(&json!([
        {"key": "tags", "kind": "any_all", "label": "T", "scope": "both", "required": true, "item": {"kind": "text"},
            "default": {"operator": "any", "items": []}},
        {"key": "more", "kind": "any_all", "label": "M", "scope": "both", "item": {"kind": "text"}},
    ]));
    let missing = vec!["* tags [] error required"];
    for (values, expected) in [
        (json!({}), missing.clone()),
        (json!({"tags": {"operator": "any", "items": []}}), missing.clone()),
        (json!({"tags": {"operator": "all", "items": []}, "more": {"operator": "all", "items": []}}), missing),
        (json!({"tags": {"operator": "all", "items": ["day pass"]}}), vec![]),
    ] {
        assert_eq!(found(&manifest, &at_organization(&values)), expected, "{values}");
    }
}

#[test]
fn references_lead_somewhere() {
    let groups = |rules: &Value| {
        with(
            &json!([
                {"key": "site", "kind": "ref", "label": "S", "scope": "both", "source": "partner.sites"},
                {"key": "groups", "kind": "multi_ref", "label": "G", "scope": "both", "source": "partner.groups", "default": []},
                {"key": "by_plan", "kind": "map", "label": "P", "scope": "both", "override": "rows", "rows": "ornd.plans",
                    "default_row": true, "value": {"kind": "multi_ref", "source": "partner.groups"}, "default": {"*": []}},
                {"key": "elsewhere", "kind": "ref", "label": "E", "scope": "both", "source": "partner.unloaded"},
            ]),
            &json!({
                "sources": {
                    "partner.sites": {"label": "Sites"}, "partner.groups": {"label": "Groups", "depends_on": "site"},
                    "partner.unloaded": {"label": "U"}, "ornd.plans": {"label": "Plans"},
                },
                "rules": rules,
            }),
        )
    };
    let ours = groups(&json!([]));
    for (values, expected) in [
        (json!({"groups": ["g1", "g2"]}), vec![]),
        (json!({"site": "nl", "groups": ["g1"]}), vec![]),
        (json!({"site": "uk", "groups": ["g1"]}), vec!["* groups [] error dangling"]),
        (json!({"groups": ["gone"]}), vec!["* groups [] error dangling"]),
        (json!({"site": "gone"}), vec!["* site [] error dangling"]),
        // Nothing is said about a list that could not be loaded.
        (json!({"elsewhere": "any"}), vec![]),
        (json!({"by_plan": {"plan-gone": ["g1"]}}), vec!["* by_plan [plan-gone] warning dangling_row"]),
        (
            json!({"site": "nl", "by_plan": {"plan-hot": ["g2"], "plan-ded": ["g1"], "*": ["g2"]}}),
            vec!["* by_plan [* plan-hot] error dangling"],
        ),
    ] {
        assert_eq!(found(&ours, &at_organization(&values)), expected, "{values}");
    }
    let theirs = groups(&json!([
        {"id": "gone", "kind": "reference_exists", "severity": "warning", "text": "{group} is gone"},
        {"id": "old", "kind": "reference_active", "severity": "info", "field": "by_plan", "text": "{plan} is archived"},
    ]));
    for (values, expected) in [
        (json!({"groups": ["gone"]}), vec!["* groups [] warning gone"]),
        (json!({"by_plan": {"plan-gone": []}}), vec!["* by_plan [plan-gone] warning gone"]),
        (json!({"by_plan": {"plan-old": []}}), vec!["* by_plan [plan-old] info old"]),
        (json!({"by_plan": {"*": ["g1"]}}), vec!["* by_plan [plan-old] info old"]),
        // An empty default row gives an archived plan nothing.
        (json!({"by_plan": {"*": []}}), vec![]),
    ] {
        assert_eq!(found(&theirs, &at_organization(&values)), expected, "{values}");
    }
    let tenant = tenant(&json!({"partner.groups": [["g1", "Front doors"]]}));
    let told = find(&theirs, &layers(&at_organization(&json!({"groups": ["gone"]}))), &tenant);
    assert_eq!(told[0].why, "gone is gone");
    let told = find(&theirs, &layers(&at_organization(&json!({"by_plan": {"*": ["g1"]}}))), &tenant);
    assert_eq!(told[0].why, "Founders’ desk (2019) is archived");
}

#[test]
fn rows_are_filled_in_where_they_have_to_be() {
    let map = |more: &Value, value: &Value| {
        let mut field = json!({"key": "m", "kind": "map", "label": "M", "scope": "both", "override": "rows", "rows": "ornd.tax_rates", "value": value, "default": {}});
        for (key, value) in more.as_object().unwrap() {
            field[key] = value.clone();
        }
        with(&json!([field]), &json!({"sources": {"ornd.tax_rates": {"label": "Tax rates"}}}))
    };
    let (one, several) = (json!({"kind": "text"}), json!({"kind": "string_list", "item": {"kind": "text"}}));
    let three = json!({"m": {"tax-nl-21": "a", "tax-gb-20": "b", "tax-pt-23": "c"}});
    let with_null = json!({"m": {"tax-nl-21": "a", "tax-gb-20": "b", "tax-pt-23": "c", "tax-zero": null}});
    assert_eq!(found(&map(&json!({}), &one), &at_organization(&three)), ["* m [tax-zero] warning unmapped"]);
    // An explicit empty is a decision, unless every row is required.
    assert!(found(&map(&json!({}), &one), &at_organization(&with_null)).is_empty());
    assert!(found(&map(&json!({}), &several), &json!({})).is_empty());
    let every = map(&json!({"every_row_required": true}), &one);
    assert_eq!(found(&every, &at_organization(&with_null)), ["* m [tax-zero] error required"]);
    let default_row = map(&json!({"default_row": true, "default_row_required": true}), &one);
    assert_eq!(found(&default_row, &at_organization(&with_null)), ["* m [*] error required"]);
    assert!(found(&default_row, &at_organization(&json!({"m": {"*": "x"}}))).is_empty());
    let unique = map(&json!({"unique_values": true}), &one);
    let twice = json!({"m": {"tax-nl-21": "a", "tax-gb-20": "b", "tax-pt-23": "a", "tax-zero": "c"}});
    assert_eq!(found(&unique, &at_organization(&twice)), ["* m [tax-nl-21 tax-pt-23] error unique_values"]);
}

#[test]
fn values_are_compared_and_expire() {
    let manifest = |compare: &Value| {
        with(
            &json!([
                {"key": "a", "kind": "number", "label": "A", "scope": "both", "default": 5},
                {"key": "b", "kind": "number", "label": "B", "scope": "both", "default": 10},
                {"key": "from", "kind": "time_of_day", "label": "F", "scope": "both", "time_zone": "location", "default": "09:00"},
                {"key": "price", "kind": "money", "label": "P", "scope": "both", "currency": "location", "default": "1.50"},
                {"key": "token", "kind": "secret", "label": "T", "scope": "org", "expires": true},
            ]),
            &json!({"rules": [
                compare.clone(),
                {"id": "expiry", "kind": "expires_within", "severity": "warning", "field": "token", "days": 14, "text": "expires on {date}"},
            ]}),
        )
    };
    let compare = |left: &str, op: &str, right: Value| {
        manifest(
            &json!({"id": "c", "kind": "compare", "severity": "error", "left": left, "op": op, "right": right, "text": "no"}),
        )
    };
    for (left, op, right, values, holds) in [
        ("a", "lt", json!("b"), json!({}), true),
        ("a", "lt", json!("b"), json!({"a": 10}), false),
        ("a", "lte", json!("b"), json!({"a": 10}), true),
        ("a", "gt", json!("b"), json!({"a": 11}), true),
        ("a", "between", json!([1, 5]), json!({}), true),
        ("a", "between", json!([1, 4]), json!({}), false),
        ("a", "gte", json!(5), json!({}), true),
        // What is empty is not compared.
        ("a", "gt", json!("b"), json!({"a": null}), true),
        ("from", "gte", json!("10:00"), json!({}), false),
        ("price", "gte", json!("1.5"), json!({}), true),
        ("price", "gt", json!("10"), json!({}), false),
        ("price", "eq", json!("1.5"), json!({}), true),
    ] {
        let lines = found(&compare(left, op, right.clone()), &at_organization(&values));
        assert_eq!(lines.is_empty(), holds, "{left} {op} {right} {values}: {lines:?}");
    }
    for (day, told) in [("2026-12-08", true), ("2026-12-09", false), ("2026-01-01", true)] {
        let values = json!({"token": {"secret": "set", "expires_at": day}});
        let lines = found(&compare("a", "lt", json!("b")), &at_organization(&values));
        assert_eq!(lines.contains(&"* token [] warning expiry".to_owned()), told, "{day}");
    }
}

#[test]
fn others_are_looked_at() {
    let manifest = with(
        &json!([{"key": "groups", "kind": "multi_ref", "label": "G", "scope": "both", "source": "partner.groups", "default": []}]),
        &json!({
            "category": "access_control", "sources": {"partner.groups": {"label": "Groups"}},
            "rules": [
                {"id": "taken", "kind": "unique_across_organizations", "severity": "error", "fields": ["groups"], "on": "door", "text": "{door} is taken"},
                {"id": "alone", "kind": "exclusive_category_per_location", "severity": "error", "text": "{location} has {other}"},
            ],
        }),
    );
    let tenant = tenant(&json!({"partner.groups": [["g1", "Front doors"], ["g2", "Back"]]}));
    let entered = layers(&json!({"organization": {"groups": ["g1", "g2"]}}));
    let others = Others {
        used: BTreeMap::from([("partner.groups".into(), BTreeSet::from(["g1".into(), "g9".into()]))]),
        same_category: BTreeMap::from([("loc-brs".into(), "Kisi".into())]),
    };
    let today = Day::new("2026-11-24").unwrap();
    let found = findings::find(&manifest, &entered, &World { tenant: &tenant, today, others, texts: None });
    assert_eq!(lines(&found), ["* groups [] error taken", "loc-brs - [] error alone"]);
    let why: Vec<&str> = found.iter().map(|one| one.why.as_str()).collect();
    assert_eq!(why, ["Front doors is taken", "Bristol, Old Market has Kisi"]);
}

#[test]
fn what_is_used_is_what_fields_of_such_rules_refer_to() {
    let fields = json!([
        {"key": "groups", "kind": "multi_ref", "label": "G", "scope": "both", "source": "partner.groups", "default": ["g0"]},
        {"key": "by_plan", "kind": "map", "label": "P", "scope": "both", "rows": "ornd.plans",
            "value": {"kind": "multi_ref", "source": "partner.groups"}, "default": {}},
        {"key": "site", "kind": "ref", "label": "S", "scope": "both", "source": "partner.sites"},
        {"key": "free", "kind": "multi_ref", "label": "F", "scope": "both", "source": "partner.groups", "default": ["g9"]},
    ]);
    let sources = json!({
        "partner.groups": {"label": "Groups"}, "partner.sites": {"label": "Sites"}, "ornd.plans": {"label": "Plans"},
    });
    let rules = json!({
        "sources": sources,
        "rules": [
            {"id": "group", "kind": "unique_across_organizations", "severity": "error", "fields": ["groups", "by_plan"], "on": "group", "text": "{group}"},
            {"id": "site", "kind": "unique_across_organizations", "severity": "error", "fields": ["site", "groups"], "on": "site", "text": "{site}"},
        ],
    });
    let manifest = with(&fields, &rules);
    let long = "g".repeat(501);
    let layers = layers(&json!({
        "organization": {"groups": ["g1", "g2"], "by_plan": {"*": ["g3"], "p1": ["g1"]}, "free": ["g8"], "gone": ["g7"]},
        "locations": {"loc-brs": {"groups": ["g4", long], "site": "uk"}, "loc-rtm": {"site": null, "by_plan": {"p2": "g6"}}},
    }));
    let targets = |groups: &[&str]| {
        let groups = groups.iter().map(|id| (*id).to_owned()).collect();
        let sites = BTreeSet::from(["uk".to_owned()]);
        BTreeMap::from([("partner.groups".to_owned(), groups), ("partner.sites".to_owned(), sites)])
    };
    assert_eq!(findings::uses::entered(&manifest, &layers), targets(&["g1", "g2", "g3", "g4"]));
    let possible = findings::uses::possible(&manifest, &layers);
    assert_eq!(possible, targets(&["g0", "g1", "g2", "g3", "g4"]), "what nobody entered can be in force too");
    let without = with(&fields, &json!({"sources": sources}));
    assert!(findings::uses::possible(&without, &layers).is_empty(), "nobody asks");
    assert!(findings::uses::are_asked_for(&manifest) && !findings::uses::are_asked_for(&without));
}

#[test]
fn an_exclusive_category_needs_no_rule() {
    let tenant = tenant(&json!({}));
    let today = Day::new("2026-11-24").unwrap();
    let rule =
        json!([{"id": "alone", "kind": "exclusive_category_per_location", "severity": "warning", "text": "Two."}]);
    for (exclusive, rules, expected) in [
        (false, json!([]), vec![]),
        (true, json!([]), vec!["loc-brs - [] error exclusive_category"]),
        (true, rule, vec!["loc-brs - [] warning alone"]),
    ] {
        let fields = json!([{"key": "on", "kind": "boolean", "label": "On", "scope": "both", "default": false}]);
        let connection = json!({"exclusive_category": exclusive});
        let more = json!({"category": "access_control", "connection": connection, "rules": rules});
        let manifest = with(&fields, &more);
        let same_category = BTreeMap::from([("loc-brs".into(), "Kisi".into())]);
        let others = Others { same_category, ..Others::default() };
        let world = World { tenant: &tenant, today, others, texts: None };
        assert_eq!(lines(&findings::find(&manifest, &Layers::default(), &world)), expected, "{exclusive}");
    }
}

#[test]
fn options_are_for_some_currencies_and_dangers_are_named() {
    let manifest = of_fields(&json!([
        {"key": "methods", "kind": "multi_enum", "label": "M", "scope": "both", "default": ["card"], "options": [
            {"value": "card", "label": "Card"}, {"value": "sepa", "label": "SEPA", "only_currencies": ["EUR"]},
            {"value": "cash", "label": "Cash", "danger": {"level": "confirm", "text": "Count it."}},
        ]},
        {"key": "by", "kind": "enum", "label": "B", "scope": "org", "default": "email", "options": [
            {"value": "email", "label": "E"}, {"value": "id", "label": "I"}], "danger": {"level": "confirm", "text": "Twice."}},
        {"key": "tags", "kind": "any_all", "label": "T", "scope": "both", "default": {"operator": "any", "items": []}, "options": [
            {"value": "eu", "label": "E", "only_currencies": ["EUR"]},
            {"value": "all", "label": "A", "danger": {"level": "confirm", "text": "Everybody."}},
        ]},
    ]));
    for (values, expected) in [
        (json!({}), vec![]),
        (json!({"by": "email"}), vec![]),
        (json!({"by": "id"}), vec!["* by [] danger danger"]),
        (json!({"methods": ["card", "sepa"]}), vec!["loc-brs methods [] error option_allowed"]),
        (json!({"methods": ["cash"]}), vec!["* methods [] danger danger"]),
        (json!({"tags": {"operator": "any", "items": ["eu"]}}), vec!["loc-brs tags [] error option_allowed"]),
        (json!({"tags": {"operator": "all", "items": ["all"]}}), vec!["* tags [] danger danger"]),
    ] {
        assert_eq!(found(&manifest, &at_organization(&values)), expected, "{values}");
    }
}
