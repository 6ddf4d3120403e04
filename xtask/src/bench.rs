//! What the product promises, measured on both databases (`docs/BENCHMARKS.md`).

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
    /// For the bench itself; see `cargo xtask bench -- --help`.
    #[arg(last = true)]
    bench: Vec<String>,
}

pub fn run(ws: &Workspace, args: &Args) -> Result<()> {
    install::system(&[install::POSTGRES])?;
    let (profile, mode) = if args.quick { ("quick", Mode::Dev) } else { ("release", Mode::Release) };
    // What pages load is counted as browsers get it.
    site::build(ws, mode)?;
    let database = step("starting PostgreSQL", Postgres::start)?;
    step("measuring", || {
        let mut cargo = ws.cargo(["bench", "--profile", profile, "--package", "server", "--bench", "targets", "--"]);
        exec(cargo.args(&args.bench).env(postgres::URL_VARIABLE, database.url()))
    })
}
