//! How layers lie on each other, law by law.

use super::*;

fn number(scope: &str, more: &Value) -> Manifest {
    let mut field = json!({"key": "a", "kind": "number", "label": "A", "scope": scope, "default": 1});
    for (key, value) in more.as_object().unwrap() {
        field[key] = value.clone();
    }
    of_fields(&json!([field]))
}

fn resolved(manifest: &Manifest, entered: &Value, location: Option<&str>) -> (Value, Layer) {
    let tenant = tenant(&json!({}));
    let place = location.map_or(Place::Organization, |id| at(&tenant, id));
    let settings = Settings::resolve(manifest, &layers(entered), place);
    let field = settings.fields.first().unwrap();
    (field.value.clone(), field.source())
}

#[test]
fn the_higher_layer_decides_where_the_scope_lets_it() {
    let entered = json!({"organization": {"a": 2}, "locations": {"loc-brs": {"a": 3}}});
    for (scope, organization, bristol, rotterdam) in [
        ("both", (2, Layer::Organization), (3, Layer::Location), (2, Layer::Organization)),
        ("org", (2, Layer::Organization), (2, Layer::Organization), (2, Layer::Organization)),
        ("location", (1, Layer::Default), (3, Layer::Location), (1, Layer::Default)),
    ] {
        let manifest = number(scope, &json!({}));
        for (location, (value, layer)) in
            [(None, organization), (Some("loc-brs"), bristol), (Some("loc-rtm"), rotterdam)]
        {
            assert_eq!(resolved(&manifest, &entered, location), (json!(value), layer), "{scope} {location:?}");
        }
    }
}

#[test]
fn an_explicit_empty_and_a_repetition_are_overrides() {
    let manifest = number("both", &json!({}));
    for value in [json!(null), json!(0), json!(2)] {
        let entered = json!({"organization": {"a": 2}, "locations": {"loc-brs": {"a": value}}});
        assert_eq!(resolved(&manifest, &entered, Some("loc-brs")), (value, Layer::Location));
    }
}

#[test]
fn a_lock_keeps_overrides_but_does_not_use_them() {
    let manifest = number("both", &json!({}));
    let entered = json!({
        "organization": {"a": 2}, "locations": {"loc-brs": {"a": 3}, "loc-rtm": {"a": 4}}, "locks": {"a": ["loc-rtm"]},
    });
    assert_eq!(resolved(&manifest, &entered, Some("loc-brs")), (json!(2), Layer::Organization));
    assert_eq!(resolved(&manifest, &entered, Some("loc-rtm")), (json!(4), Layer::Location));
    let tenant = tenant(&json!({}));
    let locked = |id| Settings::resolve(&manifest, &layers(&entered), at(&tenant, id)).field("a").unwrap().locked;
    assert_eq!((locked("loc-brs"), locked("loc-lis"), locked("loc-rtm")), (true, true, false));
}

#[test]
fn a_map_is_overridden_whole_or_row_by_row() {
    let map = |mode: &str| {
        with(
            &json!([{"key": "m", "kind": "map", "label": "M", "scope": "both", "override": mode, "rows": "ornd.plans",
                "default_row": true, "value": {"kind": "number"}, "default": {"*": 0}}]),
            &json!({"sources": {"ornd.plans": {"label": "Plans"}}}),
        )
    };
    let entered = json!({
        "organization": {"m": {"plan-hot": 1, "plan-ded": 2}}, "locations": {"loc-brs": {"m": {"plan-ded": 3}}},
    });
    assert_eq!(resolved(&map("replace"), &entered, Some("loc-brs")).0, json!({"plan-ded": 3}));
    assert_eq!(resolved(&map("rows"), &entered, Some("loc-brs")).0, json!({"*": 0, "plan-hot": 1, "plan-ded": 3}));
    assert_eq!(resolved(&map("rows"), &entered, Some("loc-rtm")).0, json!({"*": 0, "plan-hot": 1, "plan-ded": 2}));
}

#[test]
fn a_row_of_its_own_stands_before_the_default_row_of_a_higher_layer() {
    let manifest = with(
        &json!([{"key": "t", "kind": "table", "label": "T", "scope": "both", "override": "cells", "rows": "ornd.plans",
            "default_row": true, "columns": [{"key": "x", "kind": "number", "label": "X"}, {"key": "y", "kind": "number", "label": "Y"}],
            "default": {"*": {"x": 1, "y": 1}}}]),
        &json!({"sources": {"ornd.plans": {"label": "Plans"}}}),
    );
    let entered = json!({
        "organization": {"t": {"plan-hot": {"x": 2}}},
        "locations": {"loc-brs": {"t": {"*": {"x": 9, "y": 8}, "plan-ded": {"y": 0}}}},
    });
    let tenant = tenant(&json!({}));
    let settings = Settings::resolve(&manifest, &layers(&entered), at(&tenant, "loc-brs"));
    let cell = |row, column| {
        let cell = settings.cell("t", row, column).unwrap();
        (cell.value.clone(), cell.source)
    };
    assert_eq!(cell("plan-hot", "x"), (json!(2), Layer::Organization));
    assert_eq!(cell("plan-hot", "y"), (json!(8), Layer::Location));
    assert_eq!(cell("plan-ded", "y"), (json!(0), Layer::Location));
    assert_eq!(cell("plan-off", "x"), (json!(9), Layer::Location));
    assert!(settings.cell("t", "plan-off", "z").is_none());
}

#[test]
fn lists_that_add_up_name_each_item_once() {
    let list =
        of_fields(&json!([{"key": "l", "kind": "string_list", "label": "L", "scope": "both", "override": "union",
        "item": {"kind": "text"}, "default": ["d"]}]));
    for (entered, expected) in [
        (json!({}), json!(["d"])),
        (json!({"locations": {"loc-brs": {"l": ["x", "d"]}}}), json!(["d", "x"])),
        (json!({"organization": {"l": ["o"]}, "locations": {"loc-brs": {"l": ["x", "o"]}}}), json!(["o", "x"])),
        (json!({"organization": {"l": []}, "locations": {"loc-brs": {"l": []}}}), json!([])),
    ] {
        assert_eq!(resolved(&list, &entered, Some("loc-brs")).0, expected, "{entered}");
    }
}

#[test]
fn a_localized_text_falls_through_language_by_language() {
    let text = of_fields(&json!([{"key": "t", "kind": "template", "label": "T", "scope": "both", "localized": true,
        "placeholders": [], "default": {"en": "a", "de": "b"}}]));
    let entered = json!({"organization": {"t": {"de": "c", "fr": "d"}}, "locations": {"loc-brs": {"t": {"fr": "e"}}}});
    assert_eq!(resolved(&text, &entered, Some("loc-brs")).0, json!({"en": "a", "de": "c", "fr": "e"}));
    assert_eq!(resolved(&text, &entered, Some("loc-rtm")).0, json!({"en": "a", "de": "c", "fr": "d"}));
}

#[test]
fn an_amount_is_that_of_the_currency() {
    let money = |currency: &str| {
        of_fields(&json!([{"key": "m", "kind": "money", "label": "M", "scope": "both", "currency": currency}]))
    };
    let by_currency = json!({"organization": {"m": {"EUR": "1.00", "GBP": "0.80"}}});
    let everywhere = json!({"organization": {"m": "5"}});
    let euro_only = json!({"organization": {"m": {"EUR": "1.00"}}});
    for (currency, entered, location, expected) in [
        ("location", &by_currency, Some("loc-brs"), json!("0.80")),
        ("location", &by_currency, Some("loc-rtm"), json!("1.00")),
        ("location", &by_currency, None, json!({"EUR": "1.00", "GBP": "0.80"})),
        ("location", &everywhere, Some("loc-brs"), json!("5")),
        ("location", &euro_only, Some("loc-brs"), Value::Null),
        ("EUR", &by_currency, Some("loc-brs"), json!("1.00")),
    ] {
        assert_eq!(resolved(&money(currency), entered, location).0, expected, "{currency} {location:?}");
    }
}

#[test]
fn a_secret_stays_with_the_address_it_was_entered_for() {
    let manifest = of_fields(&json!([
        {"key": "host", "kind": "text", "label": "H", "scope": "both", "default": "a"},
        {"key": "token", "kind": "secret", "label": "T", "scope": "both", "bound_to": ["host"]},
    ]));
    let tenant = tenant(&json!({}));
    for (own, inherited) in [
        (json!({}), true),
        // The same address is no other address.
        (json!({"host": "b"}), true),
        (json!({"host": "c"}), false),
        (json!({"host": "c", "token": {"secret": "set"}}), true),
    ] {
        let entered = json!({"organization": {"host": "b", "token": {"secret": "set"}}, "locations": {"loc-brs": own}});
        let settings = Settings::resolve(&manifest, &layers(&entered), at(&tenant, "loc-brs"));
        assert_eq!(settings.value("token").unwrap().is_object(), inherited, "{own}");
    }
}

#[test]
fn why_is_said_with_what_would_be_otherwise() {
    let manifest = of_fields(&json!([
        {"key": "a", "kind": "number", "label": "A", "scope": "both", "default": 1,
            "visible_when": {"field": "b", "equals": true}},
        {"key": "b", "kind": "boolean", "label": "B", "scope": "org", "default": false},
    ]));
    let tenant = tenant(&json!({}));
    let why = |entered: &Value| explained(&manifest, &layers(entered), at(&tenant, "loc-brs"));
    let written = why(&json!({"organization": {"a": 2}, "locations": {"loc-brs": {"a": 3}}}));
    assert_eq!(
        written["a"],
        json!({"value": 3, "source": "location", "active": false, "otherwise": 2,
            "entered": {"default": 1, "organization": 2, "location": 3}})
    );
    let written = why(&json!({"organization": {"a": 2}}));
    assert_eq!(written["a"]["otherwise"], json!(1));
    assert_eq!(written["b"], json!({"value": false, "source": "default", "entered": {"default": false}}));
}
