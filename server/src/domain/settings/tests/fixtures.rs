//! Two examples are complete; the third has the rows that were worked out by hand.

use super::*;

fn example(name: &str) -> (Manifest, Layers, Tenant) {
    let manifest = manifest(&file(&format!("{name}.schema")));
    (manifest, layers(&file(&format!("{name}.values"))), tenant(&file(&format!("{name}.partner"))))
}

#[test]
fn what_is_in_force_is_what_was_worked_out() {
    for name in ["access", "wifi"] {
        let (manifest, layers, tenant) = example(name);
        let expected = file(&format!("{name}.effective"));
        assert_eq!(tenant.locations.len(), expected.as_object().unwrap().len());
        for location in &tenant.locations {
            let settings = Settings::resolve(&manifest, &layers, Place::Location(location));
            let written = effective(&settings);
            for (field, expected) in expected[&location.id].as_object().unwrap() {
                assert_eq!(&written[field], expected, "{name}, {}, {field}", location.id);
            }
            assert_eq!(written, expected[&location.id], "{name}, {}", location.id);
        }
    }
}

#[test]
fn what_is_found_is_what_was_worked_out() {
    for name in ["access", "wifi"] {
        let (manifest, layers, tenant) = example(name);
        let found = find(&manifest, &layers, &tenant);
        let expected = file(&format!("{name}.findings"));
        // Those of severity `none` explain why nothing is found.
        let expected: Vec<&Value> =
            expected.as_array().unwrap().iter().filter(|one| one["severity"] != "none").collect();
        assert_eq!(lines(&found).len(), expected.len(), "{name}: {:#?}", lines(&found));
        for one in expected {
            let rows: BTreeSet<&str> = one["rows"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            let is_it = |finding: &&Finding| {
                let written = finding.written();
                let known: BTreeSet<&str> =
                    written["rows"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
                ["location", "field", "severity"].iter().all(|key| written[key] == one[key])
                    && (one["rule"].is_null() || written["rule"] == one["rule"])
                    && known == rows
            };
            assert_eq!(found.iter().filter(is_it).count(), 1, "{name}: {one} in {:#?}", lines(&found));
        }
    }
}

#[test]
fn payments_are_as_worked_out_by_hand() {
    let (manifest, layers, tenant) = example("payments");
    let place = |id| Settings::resolve(&manifest, &layers, at(&tenant, id));
    let whole = |id, field| {
        let settings = place(id);
        let field = settings.field(field).unwrap();
        (field.value.clone(), field.source(), field.active)
    };
    let cell = |id, row, column| place(id).cell("fees", row, column).cloned().unwrap();

    assert_eq!(cell("loc-rtm", "card", "fixed").value, json!("0.25"));
    assert_eq!(
        (cell("loc-brs", "card", "percent").value, cell("loc-brs", "card", "percent").source),
        (json!(2.9), Layer::Location)
    );
    assert_eq!(cell("loc-brs", "card", "payer").source, Layer::Organization);
    assert_eq!(cell("loc-brs", "card", "fixed").gap, Some(Gap::NoAmount { currency: "GBP".into() }));
    assert_eq!(whole("loc-brs", "retries"), (json!([]), Layer::Location, Some(true)));
    assert_eq!(whole("loc-rtm", "retries"), (json!([3, 5, 7]), Layer::Default, Some(true)));
    assert_eq!(whole("loc-brs", "pause").0, json!([["2026-12-24", "2026-12-26"], ["2026-08-31", "2026-08-31"]]));
    assert_eq!(place("loc-brs").row("payment_accounts", "card").unwrap().source, Layer::Organization);
    assert_eq!(place("loc-brs").row("payment_accounts", "bacs_debit").unwrap().value, json!("1110"));
    assert_eq!(whole("loc-brs", "min_charge"), (json!("0.30"), Layer::Default, None));
    assert_eq!(whole("loc-lis", "min_charge"), (json!("1.00"), Layer::Location, None));
    assert_eq!(whole("loc-lis", "auto_charge").0, json!(false));
    for field in ["lead_days", "charge_at", "retries"] {
        assert_eq!(whole("loc-lis", field).2, Some(false), "{field}");
    }
    assert_eq!(place("loc-new").row("revenue_accounts", "plan-virt").unwrap().value, json!("8090"));

    let found = find(&manifest, &layers, &tenant);
    assert_eq!(
        lines(&found),
        [
            "* mode [] danger danger",
            "loc-brs auto_charge [] danger danger",
            "loc-brs fees [bacs_debit] warning unmapped",
            "loc-brs fees [card] error missing_currency",
            "loc-new auto_charge [] danger danger",
            "loc-new cost_centres [loc-new] warning unmapped",
            "loc-new fees [card] error missing_currency",
            "loc-rtm auto_charge [] danger danger",
        ]
    );
}
