//! The documents against the code: each check also fails when it finds nothing to look at.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use app::problems::ProblemCode;
use server::domain::scope::Scope;
use server::http::api::openapi::document;
use server::router::ROUTES;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// README and everything in `docs`, as paths from the root.
fn documents() -> Vec<String> {
    let mut found = vec!["README.md".to_owned()];
    for folder in ["docs", "docs/decisions"] {
        for entry in fs::read_dir(root().join(folder)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            if name.ends_with(".md") {
                found.push(format!("{folder}/{name}"));
            }
        }
    }
    found.sort();
    assert!(found.len() >= 8, "{found:?}");
    found
}

#[test]
fn the_route_table_is_the_routers() {
    let text = read("docs/ARCHITECTURE.md");
    let listed: Vec<(&str, &str)> = text
        .lines()
        .filter_map(|line| {
            let cells: Vec<&str> = line.trim_matches('|').split(" | ").map(str::trim).collect();
            let path = cells.get(1)?.strip_prefix("`/")?;
            assert_eq!(cells.len(), 4, "{line}");
            Some((cells[0], &cells[1][1..=path.len()]))
        })
        .collect();
    assert_eq!(listed, ROUTES);
}

/// The parts of a document outside its fenced blocks.
fn prose(text: &str) -> String {
    let mut fenced = false;
    let mut prose = String::new();
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            prose.push_str(line);
            prose.push('\n');
        }
    }
    assert!(!fenced, "a fenced block is not closed");
    prose
}

/// As code hosts make anchors of headings.
fn anchor(heading: &str) -> String {
    heading
        .trim_start_matches('#')
        .trim()
        .to_lowercase()
        .chars()
        .filter_map(|character| match character {
            ' ' => Some('-'),
            other if other.is_alphanumeric() || matches!(other, '-' | '_') => Some(other),
            _ => None,
        })
        .collect()
}

#[test]
fn every_link_leads_somewhere() {
    let mut seen = 0;
    for document in documents() {
        let text = prose(&read(&document));
        let folder = Path::new(&document).parent().unwrap();
        for (before, rest) in text.match_indices("](").map(|(at, _)| (&text[..at], &text[at + 2..])) {
            let target = rest.split(')').next().unwrap();
            if target.contains("://") || before.is_empty() {
                continue;
            }
            seen += 1;
            let (file, fragment) = target.split_once('#').unwrap_or((target, ""));
            let file = if file.is_empty() { document.clone() } else { folder.join(file).display().to_string() };
            assert!(root().join(&file).exists(), "{document}: {target}");
            if !fragment.is_empty() {
                let headings = prose(&read(&file));
                let known: BTreeSet<String> =
                    headings.lines().filter(|line| line.starts_with('#')).map(anchor).collect();
                assert!(known.contains(fragment), "{document}: {target}; there are {known:?}");
            }
        }
    }
    assert!(seen > 20, "{seen} links");
}

/// Words of the form `a_b_c` are the names of tests in the table of invariants.
#[test]
fn every_test_that_is_named_exists() {
    let text = read("docs/ARCHITECTURE.md");
    let table = text.split("## Invariants").nth(1).unwrap().split("\n## ").next().unwrap();
    let named: BTreeSet<&str> = table
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|word| {
            word.matches('_').count() >= 3
                && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        })
        .collect();
    assert!(named.len() > 30, "{named:?}");
    let sources = sources(&["server/src", "server/tests", "app/src", "xtask/src"]);
    for name in named {
        // The crash tests are made by a macro from lines of their own.
        let forms = [format!("fn {name}("), format!("    {name}: Journey::")];
        assert!(forms.iter().any(|form| sources.contains(form)), "there is no test {name}");
    }
}

/// Each forgery has a test, by its whole path in this binary.
#[test]
fn every_forgery_has_a_test() {
    let text = read("docs/SECURITY.md");
    let table = text.split("## Forgeries").nth(1).unwrap().split("\n## ").next().unwrap();
    let rows: Vec<&str> = table.lines().filter(|line| line.starts_with("| ")).skip(1).collect();
    assert!(rows.len() >= 14, "{rows:?}");
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").collect();
        let [_, _, _, tests] = cells[..] else { panic!("{row}") };
        let named: Vec<&str> = tests.split('`').skip(1).step_by(2).collect();
        assert!(!named.is_empty(), "{row}");
        for name in named {
            let parts: Vec<&str> = name.split("::").collect();
            let [folders @ .., test] = &parts[..] else { panic!("{name}") };
            let source = read(&format!("server/tests/it/{}.rs", folders.join("/")));
            assert!(source.contains(&format!("async fn {test}(")), "there is no test {name}");
            let run = source.split("on_both_databases!(").nth(1).unwrap_or_default();
            assert!(run.contains(&format!("    {test},")), "{name} is not run");
        }
    }
}

fn sources(folders: &[&str]) -> String {
    let mut all = String::new();
    let mut waiting: Vec<PathBuf> = folders.iter().map(|folder| root().join(folder)).collect();
    while let Some(path) = waiting.pop() {
        if path.is_dir() {
            waiting.extend(fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            all.push_str(&fs::read_to_string(path).unwrap());
        }
    }
    all
}

#[test]
fn the_simulators_document_names_every_key_of_a_scenario() {
    let (document, source) = (read("docs/SIMULATOR.md"), read("server/src/demo/scenario/format.rs"));
    let part = document.split("## Scenarios").nth(1).unwrap().split("\n## ").next().unwrap();
    let mut seen = 0;
    let mut renamed = None;
    for line in source.split("struct Written").nth(1).unwrap().lines().map(str::trim) {
        if let Some(name) = line.strip_prefix("#[serde(rename = \"") {
            renamed = name.split('"').next();
        }
        let Some((name, _)) = line.strip_prefix("pub(super) ").and_then(|field| field.split_once(": ")) else {
            continue;
        };
        let name = renamed.take().unwrap_or(name);
        seen += 1;
        assert!(part.contains(&format!("`{name}`")), "{name}");
    }
    assert!(seen > 60, "{seen}");
}

/// The example can be played as it stands.
#[test]
fn the_scenario_in_the_document_is_one() {
    let document = read("docs/SIMULATOR.md");
    let example = document.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    server::demo::scenario::Scenario::read("docs/SIMULATOR.md", example).unwrap();
}

/// Every problem code with its status, every scope, and every call stand in the API's document, and nothing else does.
#[test]
fn the_api_document_is_the_apis() {
    let text = read("docs/API.md");
    let errors = text.split("\n## Errors").nth(1).unwrap();
    let listed: Vec<(String, String)> = errors
        .lines()
        .filter_map(|line| {
            let cells: Vec<&str> = line.strip_prefix("| ")?.split(" | ").collect();
            cells[0].parse::<u16>().ok()?;
            Some((cells[0].to_owned(), cells[1].trim_matches('`').to_owned()))
        })
        .collect();
    let codes = ProblemCode::ALL.map(|code| (code.status().to_string(), code.slug().to_owned()));
    assert_eq!(listed, codes);
    let keys = text.split("\n## Keys").nth(1).unwrap().split("\n## ").next().unwrap();
    let scopes: BTreeSet<&str> = keys.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    assert_eq!(scopes, Scope::ALL.map(Scope::slug).into_iter().collect());
    for path in document()["paths"].as_object().unwrap().keys() {
        let end = path.rsplit('/').find(|part| !part.starts_with('{')).unwrap();
        assert!(text.contains(&format!("/{end}")), "{path} is not explained");
    }
}
