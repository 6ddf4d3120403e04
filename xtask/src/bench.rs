//! What the product promises, measured on both databases, and a crash at every call (`docs/BENCHMARKS.md`).

use anyhow::Result;

use crate::postgres::{self, Postgres};
use crate::site::{self, Mode};
use crate::step::{exec, step};
use crate::{browser, install, workspace::Workspace};

#[derive(clap::Args)]
pub struct Args {
    /// Without the long link: numbers are a little worse, the build is minutes shorter.
    #[arg(long)]
    quick: bool,
    /// Only the simulated days and the crashes; `TEST_CRASHES="sqlite connect KILL"` narrows the last of them.
    #[arg(long, conflicts_with = "bench")]
    crashes: bool,
    /// For the bench itself; see `cargo xtask bench -- --help`.
    #[arg(last = true)]
    bench: Vec<String>,
}

const SIXTY_DAYS: [&str; 2] = [
    "domain::simulation::seventy_thousand_grants_through_sixty_days",
    "domain::simulation::seventy_thousand_grants_through_sixty_hostile_days",
];
const RANDOM_KILLS: [&str; 2] = ["crashes::campaign::a_hundred_kills", "crashes::workers::two_and_four_workers"];

pub fn run(ws: &Workspace, args: &Args) -> Result<()> {
    install::system(&[install::POSTGRES, install::STRACE])?;
    let (profile, mode) = if args.quick { ("quick", Mode::Dev) } else { ("release", Mode::Release) };
    // What pages load is counted as browsers get it.
    site::build(ws, mode)?;
    let database = step("starting PostgreSQL", Postgres::start)?;
    if !args.crashes {
        step("measuring", || {
            let mut cargo =
                ws.cargo(["bench", "--profile", profile, "--package", "server", "--bench", "targets", "--"]);
            exec(cargo.args(&args.bench).env(postgres::URL_VARIABLE, database.url()))
        })?;
    }
    // Whoever names a measurement wants that one.
    if !args.bench.is_empty() {
        return Ok(());
    }
    let ignored = |what: &[&str], tests: &[&str]| {
        let mut cargo = ws.cargo(["test", "--profile", profile, "--package", "server"]);
        cargo.args(what).arg("--").args(["--ignored", "--exact", "--nocapture", "--test-threads", "1"]).args(tests);
        exec(cargo.env(postgres::URL_VARIABLE, database.url()))
    };
    if !args.crashes {
        step("looking at the settings page in a browser", || browser::measure(ws, profile))?;
    }
    step("living through sixty days", || ignored(&["--lib"], &SIXTY_DAYS))?;
    step("killing it at random moments", || ignored(&["--test", "it"], &RANDOM_KILLS))?;
    step("killing it at every call", || ignored(&["--test", "it"], &["crashes::every_call"]))
}
