//! Everything that is done to this repository. `cargo xtask help` lists the commands.
//!
//! A command is a file. Each long step says what it does and how long it took ([`step`]);
//! what is missing is either installed or named in one sentence together with the remedy.

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

mod bench;
mod browser;
mod build;
mod dev;
mod fuzz;
mod install;
mod lint;
mod postgres;
mod release;
mod run;
mod schemathesis;
mod site;
mod stamp;
mod step;
mod tests;
mod workspace;

use workspace::Workspace;

/// Everything that is done to this repository: run, test, lint, bench, release.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", disable_help_subcommand = false)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build and start the demo; arguments after `--` go to `deskbridge demo`.
    Run(run::Args),
    /// Like `run`, and build and start again whenever a source file changes.
    Dev(run::Args),
    /// Build the site and the server.
    Build,
    /// Build what browsers load: wasm, its script, the style sheet, `public/`.
    Site(site::Args),
    /// Install what the tests need and run all of them.
    Test(tests::Args),
    /// The browser tests alone; arguments after `--` go to Playwright.
    E2e(browser::Args),
    /// Format, lints on both targets, dependencies.
    Lint,
    /// Measure on PostgreSQL and on SQLite; arguments after `--` go to the bench.
    Bench(bench::Args),
    /// Make up what strangers may send, and look whether something breaks.
    Fuzz(fuzz::Args),
    /// Make the one file to deploy: `target/deskbridge`.
    Release,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    match dispatch(&cli.command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            step::fail(&error);
            ExitCode::FAILURE
        }
    }
}

fn dispatch(command: &Command) -> Result<()> {
    let ws = Workspace::here()?;
    match command {
        Command::Run(args) => run::run(&ws, args),
        Command::Dev(args) => dev::run(&ws, args),
        Command::Build => build::run(&ws),
        Command::Site(args) => site::run(&ws, args),
        Command::Test(args) => tests::run(&ws, args),
        Command::E2e(args) => browser::run(&ws, args),
        Command::Lint => lint::run(&ws),
        Command::Bench(args) => bench::run(&ws, args),
        Command::Fuzz(args) => fuzz::run(&ws, args),
        Command::Release => release::run(&ws),
    }
}

#[cfg(test)]
mod cli {
    use super::*;

    #[test]
    fn the_definition_is_sound() {
        use clap::CommandFactory as _;
        Cli::command().debug_assert();
    }

    #[test]
    fn what_follows_two_dashes_reaches_the_product() {
        let cli = Cli::try_parse_from(["xtask", "run", "--", "--port", "3100", "--empty"]).expect("parses");
        let Command::Run(args) = cli.command else { panic!("not run") };
        assert_eq!(args.demo, ["--port", "3100", "--empty"]);
    }

    #[test]
    fn a_misplaced_argument_is_refused_rather_than_passed_on() {
        assert!(Cli::try_parse_from(["xtask", "run", "--port", "3100"]).is_err());
        assert!(Cli::try_parse_from(["xtask", "test", "name"]).is_err());
    }

    #[test]
    fn tests_can_be_narrowed() {
        let cli = Cli::try_parse_from(["xtask", "test", "--no-e2e", "--filter", "signature"]).expect("parses");
        let Command::Test(args) = cli.command else { panic!("not test") };
        assert!(args.no_e2e);
        assert_eq!(args.filter.as_deref(), Some("signature"));
    }
}
