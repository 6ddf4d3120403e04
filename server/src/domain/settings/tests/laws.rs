//! Laws that hold whatever was entered, also by somebody who did not ask the manifest.

use proptest::prelude::*;
use serde_json::Map;

use super::*;

const LOCATIONS: [&str; 3] = ["loc-rtm", "loc-brs", "loc-lis"];

/// Values of any form, small ones.
fn any_value() -> impl Strategy<Value = Value> {
    let word = || prop_oneof![Just("*".to_owned()), Just("plan-hot".to_owned()), Just("en".to_owned()), "[a-c]{0,2}"];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-3i64..400).prop_map(Value::from),
        word().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(word(), inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

fn fields(manifest: &Manifest) -> Vec<String> {
    manifest.fields().filter(|field| field.kind.has_value()).map(|field| field.key().to_owned()).collect()
}

fn any_layers(keys: Vec<String>) -> impl Strategy<Value = Layers> {
    let layer = move || {
        prop::collection::btree_map(prop::sample::select(keys.clone()), any_value(), 0..6)
            .prop_map(|map| map.into_iter().collect::<Map<_, _>>())
    };
    let locations =
        prop::collection::btree_map(prop::sample::select(LOCATIONS.map(str::to_owned).to_vec()), layer(), 0..3);
    (layer(), locations).prop_map(|(organization, locations)| Layers {
        organization,
        locations,
        locks: BTreeMap::new(),
    })
}

fn example(name: &str) -> (Manifest, Tenant) {
    (manifest(&file(&format!("{name}.schema"))), tenant(&file(&format!("{name}.partner"))))
}

fn everywhere(manifest: &Manifest, layers: &Layers, tenant: &Tenant) -> Vec<Value> {
    let places = std::iter::once(Place::Organization).chain(tenant.locations.iter().map(Place::Location));
    places.map(|place| effective(&Settings::resolve(manifest, layers, place))).collect()
}

/// The fields whose value depends on that of another one, besides being shown or not.
fn bound(manifest: &Manifest, key: &str) -> bool {
    matches!(&manifest.field(key).unwrap().kind, crate::manifest::kind::Kind::Secret(_))
}

fn shown(value: &Value) -> Value {
    let mut value = value.clone();
    value.as_object_mut().unwrap().shift_remove("active");
    value
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, ..ProptestConfig::default() })]

    #[test]
    fn nothing_panics_whatever_was_entered(
        (name, entered) in prop::sample::select(vec!["access", "wifi", "payments"]).prop_flat_map(|name| {
            (Just(name), any_layers(fields(&example(name).0)))
        })
    ) {
        let (manifest, tenant) = example(name);
        everywhere(&manifest, &entered, &tenant);
        find(&manifest, &entered, &tenant);
        for location in &tenant.locations {
            explained(&manifest, &entered, Place::Location(location));
        }
    }

    #[test]
    fn a_layer_changes_only_the_fields_it_names(
        (name, entered, more) in prop::sample::select(vec!["access", "wifi", "payments"]).prop_flat_map(|name| {
            let keys = fields(&example(name).0);
            (Just(name), any_layers(keys.clone()), any_layers(keys))
        })
    ) {
        let (manifest, tenant) = example(name);
        let place = at(&tenant, "loc-brs");
        let before = effective(&Settings::resolve(&manifest, &entered, place));
        let added = more.organization;
        let mut after = entered.clone();
        after.locations.entry("loc-brs".into()).or_default().extend(added.clone());
        let after = effective(&Settings::resolve(&manifest, &after, place));
        for key in fields(&manifest).iter().filter(|key| !added.contains_key(*key) && !bound(&manifest, key)) {
            prop_assert_eq!(shown(&before[key]), shown(&after[key]), "{}", key);
        }
    }

    #[test]
    fn a_reset_is_the_inverse_of_an_override(
        (name, entered, key, value) in prop::sample::select(vec!["access", "wifi", "payments"]).prop_flat_map(|name| {
            let keys = fields(&example(name).0);
            (Just(name), any_layers(keys.clone()), prop::sample::select(keys), any_value())
        })
    ) {
        let (manifest, tenant) = example(name);
        let mut entered = entered;
        entered.locations.entry("loc-brs".into()).or_default().shift_remove(&key);
        let before = everywhere(&manifest, &entered, &tenant);
        let mut changed = entered.clone();
        changed.locations.get_mut("loc-brs").unwrap().insert(key.clone(), value);
        everywhere(&manifest, &changed, &tenant);
        changed.locations.get_mut("loc-brs").unwrap().shift_remove(&key);
        prop_assert_eq!(before, everywhere(&manifest, &changed, &tenant));
    }

    #[test]
    fn locations_do_not_look_at_each_other(
        (name, entered, other) in prop::sample::select(vec!["access", "wifi", "payments"]).prop_flat_map(|name| {
            let keys = fields(&example(name).0);
            (Just(name), any_layers(keys.clone()), any_layers(keys))
        })
    ) {
        let (manifest, tenant) = example(name);
        let mut changed = entered.clone();
        changed.locations.insert("loc-lis".into(), other.organization);
        for id in ["loc-rtm", "loc-brs", "loc-new"] {
            let here = |layers| effective(&Settings::resolve(&manifest, layers, at(&tenant, id)));
            prop_assert_eq!(here(&entered), here(&changed));
        }
    }

    #[test]
    fn what_adds_up_does_so_in_any_order(own in prop::collection::vec("[a-d]", 0..6), seed in any::<u64>()) {
        let list = of_fields(&json!([{"key": "l", "kind": "string_list", "label": "L", "scope": "both",
            "override": "union", "item": {"kind": "text"}}]));
        let tenant = tenant(&json!({}));
        let items = |own: &[String]| -> BTreeSet<String> {
            let entered = layers(&json!({"organization": {"l": ["a", "x"]}, "locations": {"loc-brs": {"l": own}}}));
            let settings = Settings::resolve(&list, &entered, at(&tenant, "loc-brs"));
            let value = settings.value("l").unwrap().as_array().unwrap().clone();
            let items: BTreeSet<String> = value.iter().map(|item| item.as_str().unwrap().to_owned()).collect();
            assert_eq!(items.len(), value.len(), "an item stands there twice");
            items
        };
        let mut turned = own.clone();
        let by = usize::try_from(seed % 7).unwrap() % turned.len().max(1);
        turned.rotate_left(by);
        prop_assert_eq!(items(&own), items(&turned));
        prop_assert!(own.iter().all(|item| items(&own).contains(item)));
    }

    /// Asks every row and column of every location, before and after, one by one.
    #[test]
    fn a_preview_names_exactly_what_will_be_different(
        (name, entered, other) in prop::sample::select(vec!["access", "wifi", "payments"]).prop_flat_map(|name| {
            let keys = fields(&example(name).0);
            (Just(name), any_layers(keys.clone()), any_layers(keys))
        })
    ) {
        let (manifest, tenant) = example(name);
        let mut changed = entered.clone();
        changed.organization.extend(other.organization);
        for (location, own) in other.locations {
            changed.locations.entry(location).or_default().extend(own);
        }
        let mut expected = BTreeSet::new();
        for location in &tenant.locations {
            let at = |layers| Settings::resolve(&manifest, layers, Place::Location(location));
            let (before, after) = (at(&entered), at(&changed));
            for key in fields(&manifest) {
                for (row, column) in every_part(&manifest, &key, &tenant, &location.id, &[&before, &after]) {
                    let part = |settings| one_part(settings, &key, row.as_deref(), column.as_deref());
                    if part(&before) != part(&after) {
                        expected.insert((location.id.clone(), key.clone(), row, column));
                    }
                }
            }
        }
        let told = changes(&manifest, &entered, &changed, &tenant);
        let named: BTreeSet<_> = told.iter()
            .map(|one| (one.location.clone(), one.field.clone(), one.row.clone(), one.column.clone()))
            .collect();
        prop_assert_eq!(named.len(), told.len(), "something is told twice");
        prop_assert_eq!(named, expected);
        prop_assert!(changes(&manifest, &entered, &entered, &tenant).is_empty());
    }
}

type Part = (Option<String>, Option<String>);

fn every_part(
    manifest: &Manifest,
    key: &str,
    tenant: &Tenant,
    location: &str,
    all: &[&Settings<'_>],
) -> BTreeSet<Part> {
    use crate::manifest::kind::Kind;
    let field = manifest.field(key).unwrap();
    let (source, columns) = match &field.kind {
        Kind::Map(map) => (Some(&map.rows), vec![None]),
        Kind::Table(table) => {
            (Some(&table.rows), table.columns.iter().map(|column| Some(column.key().to_owned())).collect())
        }
        Kind::Template(template) if template.localized => (None, vec![None]),
        _ => return BTreeSet::from([(None, None)]),
    };
    let mut rows: BTreeSet<String> = BTreeSet::new();
    for settings in all {
        rows.extend(settings.value(key).unwrap().as_object().into_iter().flatten().map(|(row, _)| row.clone()));
    }
    for entity in source.and_then(|source| tenant.sources.get(source)).into_iter().flatten() {
        if entity.locations.as_ref().is_none_or(|at| at.iter().any(|id| id == location)) {
            rows.insert(entity.id.clone());
        }
    }
    rows.into_iter().flat_map(|row| columns.iter().map(move |column| (Some(row.clone()), column.clone()))).collect()
}

/// Looked up by hand, not through the parts.
fn one_part(settings: &Settings<'_>, key: &str, row: Option<&str>, column: Option<&str>) -> Value {
    let field = settings.field(key).unwrap();
    if field.active == Some(false) {
        return Value::Null;
    }
    let Some(row) = row else { return field.value.clone() };
    let by_default = |row: &str| match column {
        Some(column) => field.value.get(row).and_then(|cells| cells.get(column)).cloned(),
        None => field.value.get(row).cloned(),
    };
    let reaches_all = !matches!(&field.field.kind, crate::manifest::kind::Kind::Template(_));
    by_default(row).or_else(|| by_default("*").filter(|_| reaches_all)).unwrap_or_default()
}
