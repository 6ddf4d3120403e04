//! All tests: unit, integration on SQLite and PostgreSQL, wasm, browser.

use anyhow::Result;

use crate::postgres::{self, Postgres};
use crate::site::{self, Mode};
use crate::step::{Summary, exec, fail};
use crate::workspace::Workspace;
use crate::{browser, install, schemathesis};

#[derive(clap::Args)]
pub struct Args {
    /// Leave the browser out.
    #[arg(long)]
    pub no_e2e: bool,
    /// Only tests whose name contains this.
    #[arg(long, value_name = "NAME")]
    pub filter: Option<String>,
}

pub fn run(ws: &Workspace, args: &Args) -> Result<()> {
    let mut tests = Summary::default();
    tests.step("installing what the tests need", || {
        install::wasm_target(ws)?;
        if args.no_e2e {
            return install::system(&[install::POSTGRES, install::STRACE, install::PYTHON]);
        }
        install::system(&[install::POSTGRES, install::STRACE, install::PYTHON, install::CHROMIUM])?;
        browser::prepare(ws)
    })?;
    // Without the registry that it comes from, everything else is still worth testing.
    let fuzzer = tests.step("getting schemathesis", || schemathesis::prepare(ws));
    if let Err(error) = &fuzzer {
        fail(error);
    }
    // First, so that a broken browser build shows before the long part.
    tests.step("site", || site::build(ws, Mode::Dev))?;
    let database = tests.step("starting PostgreSQL", Postgres::start)?;
    tests.step("unit and integration tests", || {
        let mut cargo = ws.cargo(["test"]);
        // Most of the time a test waits for a disk or for the other side.
        cargo.env("RUST_TEST_THREADS", (2 * threads()).to_string());
        let cargo = cargo.args(&args.filter).env(postgres::URL_VARIABLE, database.url());
        exec(if let Ok(fuzzer) = &fuzzer { cargo.env(schemathesis::VARIABLE, fuzzer) } else { cargo })
    })?;
    drop(database);
    tests.step("tests of xtask", || exec(ws.cargo(["test", "--package", "xtask"]).args(&args.filter)))?;
    if !args.no_e2e {
        // The integration tests had cargo build the binary; building it alone would choose other
        // features of dependencies and compile many of them a second time.
        tests.step("browser", || browser::walk(ws, &narrowed(args.filter.as_deref())))?;
    }
    tests.print("all tests passed");
    Ok(())
}

fn threads() -> usize {
    std::thread::available_parallelism().map_or(2, std::num::NonZero::get)
}

/// The same filter for Playwright, as text and not as a pattern. With a filter it is fine that
/// no walk has that name.
fn narrowed(filter: Option<&str>) -> Vec<String> {
    let Some(filter) = filter else { return Vec::new() };
    let pattern: String = filter
        .chars()
        .flat_map(|c| if c.is_alphanumeric() || c == '_' || c == ' ' { vec![c] } else { vec!['\\', c] })
        .collect();
    vec!["--pass-with-no-tests".to_owned(), "--grep".to_owned(), pattern]
}

#[cfg(test)]
mod narrowing {
    use super::*;

    #[test]
    fn a_filter_is_text_for_the_browser_too() {
        assert_eq!(narrowed(Some("a.b (c_d)")).last().map(String::as_str), Some(r"a\.b \(c_d\)"));
    }

    #[test]
    fn without_a_filter_an_empty_suite_fails() {
        assert!(narrowed(None).is_empty());
    }
}
