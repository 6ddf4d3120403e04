//! Measurements of a release build, on both databases.

use anyhow::{Result, bail};

use crate::postgres::Postgres;
use crate::step::{exec, step};
use crate::workspace::Workspace;
use crate::{install, postgres};

#[derive(clap::Args)]
pub struct Args {
    /// Without the long link: numbers are a little worse, the build is minutes shorter.
    #[arg(long)]
    quick: bool,
    /// For the bench itself.
    #[arg(last = true)]
    bench: Vec<String>,
}

pub fn run(ws: &Workspace, args: &Args) -> Result<()> {
    let sources = ["server/src/bin/bench.rs", "server/src/bin/bench/main.rs"];
    if !sources.iter().any(|source| ws.root.join(source).exists()) {
        bail!("there is no bench yet: it belongs in {}", sources[0]);
    }
    install::system(&[install::POSTGRES])?;
    let database = step("starting PostgreSQL", Postgres::start)?;
    let profile = if args.quick { "quick" } else { "release" };
    step("measuring", || {
        let mut cargo = ws.cargo(["run", "--profile", profile, "--package", "server", "--bin", "bench", "--"]);
        exec(cargo.args(&args.bench).env(postgres::URL_VARIABLE, database.url()))
    })
}
