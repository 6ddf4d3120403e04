//! The repository keeps its promises about itself: routes, keys, file sizes.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use server::http::api::openapi::document;
use server::router::ROUTES;

use crate::support::{Database, TestApp};

/// Lines of a file without its tests. There are no exceptions.
const MOST_LINES: usize = 400;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Every Rust source of the workspace, as a path from its root.
fn sources() -> Vec<String> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    for member in ["app", "frontend", "migration", "server", "xtask"] {
        walk(&root().join(member), &mut found);
    }
    let root = root();
    found.iter().map(|path| path.strip_prefix(&root).unwrap().to_str().unwrap().to_owned()).collect()
}

fn is_test(path: &str) -> bool {
    path.contains("/tests/") || path.ends_with("tests.rs")
}

#[test]
fn files_can_be_read_in_one_sitting() {
    let sources = sources();
    assert!(sources.len() > 150, "the walk found only {} sources", sources.len());
    let too_long: Vec<String> = sources
        .iter()
        .filter(|path| !is_test(path))
        .map(|path| (path, text(path).lines().take_while(|line| *line != "#[cfg(test)]").count()))
        .filter(|(_, lines)| *lines > MOST_LINES)
        .map(|(path, lines)| format!("{path}: {lines}"))
        .collect();
    assert_eq!(too_long, Vec::<String>::new(), "split these");
}

#[test]
fn nobody_left_a_debug_print() {
    let print = concat!("dbg", "!(");
    let left: Vec<String> = sources().into_iter().filter(|path| text(path).contains(print)).collect();
    assert_eq!(left, Vec::<String>::new());
}

/// `| GET POST | `/path` | … |` of the table in the architecture document.
fn documented() -> Vec<(String, String)> {
    text("docs/ARCHITECTURE.md")
        .lines()
        .filter_map(|line| {
            let cells: Vec<&str> = line.trim().strip_prefix('|')?.split('|').map(str::trim).collect();
            let path = cells.get(1)?.strip_prefix('`')?.strip_suffix('`')?;
            let methods = cells[0].replace(['`', ','], " ");
            let methods: Vec<&str> = methods.split_whitespace().collect();
            let known = |method: &&str| matches!(*method, "GET" | "POST" | "PUT" | "PATCH" | "DELETE" | "ANY");
            (path.starts_with('/') && !methods.is_empty() && methods.iter().all(known))
                .then(|| (methods.join(" "), path.to_owned()))
        })
        .collect()
}

#[test]
fn the_documented_routes_are_the_routes() {
    let expected: Vec<(String, String)> =
        ROUTES.iter().map(|(methods, path)| ((*methods).to_owned(), (*path).to_owned())).collect();
    let mut documented = documented();
    let mut sorted = expected.clone();
    documented.sort();
    sorted.sort();
    assert_eq!(documented, sorted, "docs/ARCHITECTURE.md has another table of routes than server/src/router.rs");
}

/// What stands between two marks, each time.
fn between<'a>(text: &'a str, start: &str, end: &str) -> Vec<&'a str> {
    text.split(start).skip(1).filter_map(|rest| rest.split(end).next()).collect()
}

/// The list is compared with the code that makes the routes, since axum does not tell which it has.
#[test]
fn the_list_of_routes_is_complete() {
    let mut made = BTreeSet::new();
    for file in ["server/src/router.rs", "server/src/http/pages/mod.rs"] {
        let text = text(file);
        let found = between(&text, ".route(\"", "\"");
        assert!(!found.is_empty(), "{file}");
        made.extend(found.into_iter().map(str::to_owned));
    }
    // Calls of the API are made from what describes them (`api::described` compares the methods too).
    let described = document()["paths"].as_object().unwrap();
    made.extend(described.keys().map(|path| path.replace("officernd/{path}", "officernd/{*path}")));
    let by_hand = text("server/src/http/api/mod.rs");
    assert_eq!(between(&by_hand, ".route(\"", "\""), ["/connections/{connection}/officernd/{*path}"]);
    for path in between(&text("app/src/app.rs"), "path!(\"", "\"") {
        let segments: Vec<String> = path
            .split('/')
            .map(|segment| segment.strip_prefix(':').map_or_else(|| segment.to_owned(), |name| format!("{{{name}}}")))
            .collect();
        made.insert(segments.join("/"));
    }
    // Not an address of ours: where the API's own 404 is said for its prefix with a slash.
    assert!(made.remove("/api/v1/"));
    let listed: BTreeSet<String> = ROUTES.iter().map(|(_, path)| (*path).to_owned()).collect();
    assert_eq!(made, listed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_route_answers_for_itself() {
    let _limit = crate::support::limit();
    let app = TestApp::start(Database::Sqlite).await;
    let id = "00000000000000000000000000000007";
    let nothing = app.browser().get("/nothing").await;
    assert_eq!(nothing.status, 404);
    assert!(nothing.text.contains("There is nothing at this address"));
    let nothing = app.browser().get("/api/v1/nothing").await;
    assert_eq!((nothing.status, nothing.json()["code"].clone()), (404, "not_found".into()));
    for (methods, route) in ROUTES {
        let path = route
            .replace("{integration}", "tally-desk")
            .replace("{connection}", &format!("con_{id}"))
            .replace("{code}", "unauthorized")
            .replace("{token}", "6yJm2Rr9o2b8Vn1xWc0PqA")
            .replace("{attempt}", &format!("ca_{id}"));
        for method in methods.split(' ') {
            let answer = app.browser().send(method, &path, None).await;
            let nothing = answer.status != 200 && answer.text.contains("There is nothing at this address");
            assert!(!nothing, "{method} {route}: {}", answer.text);
            assert_ne!(answer.status, 405, "{method} {route}");
            assert!(answer.status < 500, "{method} {route}: {}", answer.text);
        }
    }
}

#[test]
fn every_key_is_explained() {
    let keys = text("server/src/config/keys.rs");
    let keys = between(&keys, "    (\"", "\", Kind::");
    assert!(keys.len() >= 19, "{keys:?}");
    let explained = text("docs/OPERATIONS.md");
    let missing: Vec<&str> = keys.into_iter().filter(|key| !explained.contains(&format!("`{key}`"))).collect();
    assert_eq!(missing, Vec::<&str>::new(), "docs/OPERATIONS.md does not name these keys");
}

/// `npm ci` asks the registry what `latest` is today, and refuses a lock file that says otherwise:
/// without an override, somebody else's release breaks the installation.
#[test]
fn no_package_for_the_browser_tests_is_whatever_is_latest() {
    let parsed = |path| serde_json::from_str::<serde_json::Value>(&text(path)).expect(path);
    let (manifest, lock) = (parsed("end2end/package.json"), parsed("end2end/package-lock.json"));
    let packages = lock["packages"].as_object().expect("packages");
    let latest: Vec<&String> = packages
        .values()
        .filter_map(|package| package["dependencies"].as_object())
        .flatten()
        .filter(|(_, range)| *range == "latest")
        .map(|(name, _)| name)
        .collect();
    assert!(!latest.is_empty(), "nothing asks for `latest` any longer: the overrides and this test can go");
    for name in latest {
        let pinned = manifest["overrides"][name].as_str().unwrap_or_else(|| panic!("{name} has no override"));
        assert_eq!(lock["packages"][format!("node_modules/{name}")]["version"], pinned);
    }
}
