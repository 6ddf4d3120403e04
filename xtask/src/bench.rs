//! What the product promises, measured on both databases, and a crash at every call (`docs/BENCHMARKS.md`).

use anyhow::Result;

use crate::postgres::{self, Postgres};
use crate::site::{self, Mode};
use crate::step::{exec, step};
use crate::{install, workspace::Workspace};

#[derive(clap::Args)]
pub struct Args {
    /// Without the long link: numbers are a little worse, the build is minutes shorter.
    #[arg(long)]
    quick: bool,
    /// Only the crashes; `TEST_CRASHES="sqlite connect KILL"` narrows them.
    #[arg(long, conflicts_with = "bench")]
    crashes: bool,
    /// For the bench itself; see `cargo xtask bench -- --help`.
    #[arg(last = true)]
    bench: Vec<String>,
}

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
    step("killing it at every call", || {
        let mut cargo = ws.cargo(["test", "--profile", profile, "--package", "server", "--test", "it", "--"]);
        cargo.args(["--ignored", "--exact", "--nocapture", "crashes::every_call"]);
        exec(cargo.env(postgres::URL_VARIABLE, database.url()))
    })
}
