//! `docs/SIMULATOR.md` against the code.

use super::super::switches::{FAULTS, Listed, SWITCHES};

const DOCUMENT: &str = include_str!("../../../../docs/SIMULATOR.md");
const MODULE: &str = include_str!("../mod.rs");
const ROUTES: &str = include_str!("../control/mod.rs");

fn values(listed: &Listed) -> String {
    let each: Vec<String> = listed.values.iter().map(|(value, label)| format!("`{value}` {label}")).collect();
    each.join(" · ")
}

#[test]
fn every_switch_stands_in_the_document_with_meaning_and_confidence() {
    let mut wanted: Vec<String> = Vec::new();
    for listed in SWITCHES {
        let Listed { key, group, title, confidence, known, .. } = listed;
        assert!(["A", "B", "C"].contains(confidence), "{key}");
        wanted.push(format!("| {group} | `{key}` | {title} … | {} | {confidence} | {known} |", values(listed)));
    }
    wanted.extend(FAULTS.iter().map(|listed| format!("| `{}` | {} |", listed.key, values(listed))));
    let missing: Vec<&String> = wanted.iter().filter(|line| !DOCUMENT.lines().any(|known| known == **line)).collect();
    assert!(
        missing.is_empty(),
        "docs/SIMULATOR.md lacks these lines:\n{}",
        missing.iter().map(|line| format!("{line}\n")).collect::<String>()
    );
    let rows = DOCUMENT.lines().filter(|line| line.ends_with(" |") && line.contains(" … | ")).count();
    assert_eq!(rows, SWITCHES.len(), "a switch that is gone is still documented");
}

#[test]
fn the_tables_of_endpoints_are_the_modules() {
    let table: Vec<&str> = MODULE.lines().filter_map(|line| line.strip_prefix("//! |")).collect();
    assert!(table.len() > 30, "{table:?}");
    for line in &table {
        assert!(DOCUMENT.lines().any(|known| known.strip_prefix('|') == Some(line)), "{line}");
    }
    // And the module's table has every address that there is.
    let mut routes = 0;
    for route in ROUTES.split(".route(").skip(1) {
        let path = route.split('"').nth(1).unwrap().strip_prefix("/control").unwrap();
        let last = path.rsplit('/').find(|segment| !segment.starts_with('{')).unwrap();
        routes += 1;
        assert!(table.iter().any(|line| line.contains(&format!("/{last}"))), "{path}");
    }
    assert!(routes > 20, "{routes}");
}
