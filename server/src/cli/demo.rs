//! `demo`.

use std::path::PathBuf;

use clap::Args;

use secrecy::ExposeSecret as _;
use tokio_util::sync::CancellationToken;

use super::{End, Outside, say, tell_ignored};
use crate::demo::scenario::{BEGINS, Scenario, load, play};
use crate::demo::{Demo, DemoOptions, configuration};
use crate::lifecycle;
use crate::random::Random;

const ANYWHERE: &str = "http://127.0.0.1";

#[derive(Args)]
pub(super) struct DemoArgs {
    /// Deskbridge's port on 127.0.0.1.
    #[arg(long, default_value_t = 3000)]
    port: u16,
    /// The simulated OfficeRnD's port.
    #[arg(long, default_value_t = 4000)]
    simulator_port: u16,
    /// The sample partner system's port.
    #[arg(long, default_value_t = 4100)]
    partner_port: u16,
    /// Where everything is kept.
    #[arg(long, default_value = "data", value_name = "FOLDER")]
    data_dir: PathBuf,
    /// Start without the invented organizations.
    #[arg(long)]
    empty: bool,
    /// Start with organizations, none of which has connected.
    #[arg(long)]
    unconnected: bool,
    /// Play this scenario, by its name or from a file, and go on serving.
    #[arg(long, value_name = "NAME|FILE")]
    scenario: Option<String>,
    /// Play it from its seed in a folder that is thrown away, and stop: with 1 when something else was seen.
    #[arg(long, requires = "scenario", conflicts_with = "data_dir")]
    then_stop: bool,
}

pub(super) async fn demo(outside: &Outside, args: DemoArgs) -> Result<(), End> {
    prepare(outside, &args)?;
    let stop = lifecycle::stop_on_signal()?;
    let scenario = match &args.scenario {
        Some(wanted) => {
            let scenario = load(wanted).map_err(|error| End::Refused(format!("{error:#}")))?;
            if scenario.restarts() {
                return Err(End::Refused(format!(
                    "{wanted}: Deskbridge dies in it, and the demo is one process with it; the tests play it"
                )));
            }
            Some(scenario)
        }
        None => None,
    };
    if let Some(scenario) = scenario.as_ref().filter(|_| args.then_stop) {
        return play_and_stop(outside, &args, scenario).await;
    }
    let options = options(outside, &args, args.data_dir.clone());
    let is_new = !args.data_dir.join("deskbridge.db").exists();
    let populate = is_new && !args.empty && !args.unconnected && scenario.is_none();
    if populate {
        // Its tenants tell of days that have to be over when it listens.
        outside.clock.advance(-BEGINS);
    }
    let demo = Demo::start(options, outside.clock.clone(), outside.random.clone()).await?;
    if populate {
        demo.populate().await?;
    }
    let names: Vec<&str> = demo.integrations.iter().map(|integration| integration.name.as_str()).collect();
    say(format_args!("listening on {}", demo.product_url));
    say("");
    say(format_args!(
        "  OfficeRnD, simulated   {}   open this one: choose an organization and press Connect",
        demo.simulator_url
    ));
    say(format_args!("  Deskbridge             {}   the dashboard of your staff", demo.product_url));
    let logins: Vec<&str> = demo.login.emails.iter().map(|(_, email)| email.as_str()).collect();
    say(format_args!("    sign in as           {}", logins.join(", ")));
    say(format_args!("    password             {}", demo.login.password.expose_secret()));
    say(format_args!("  Partner system, sample {}   what it was told", demo.partner_url));
    say(format_args!("  Integrations           {}", names.join(", ")));
    say(format_args!("  Data                   {}   delete the folder to begin anew", args.data_dir.display()));
    say("");
    say("  Ctrl-C stops all of it.");
    if let Some(scenario) = &scenario {
        say("");
        // What was seen instead is worth a look, so it goes on serving.
        played(&demo, scenario).await;
    }
    demo.run(&stop).await?;
    Ok(())
}

/// What is wrong with the variables is said before anything is made. Where each side is reached is known later, and is
/// right in any case.
fn prepare(outside: &Outside, args: &DemoArgs) -> Result<(), End> {
    let config = configuration(&outside.variables, &args.data_dir, ANYWHERE, ANYWHERE)
        .map_err(|error| End::Refused(error.to_string()))?;
    outside.start_log(config.log_format);
    tell_ignored(&config.ignored_variables);
    Ok(())
}

fn options(outside: &Outside, args: &DemoArgs, data_dir: PathBuf) -> DemoOptions {
    DemoOptions {
        port: args.port,
        simulator_port: args.simulator_port,
        partner_port: args.partner_port,
        data_dir,
        empty: args.empty,
        variables: outside.variables.clone(),
    }
}

async fn play_and_stop(outside: &Outside, args: &DemoArgs, scenario: &Scenario) -> Result<(), End> {
    let folder = tempfile::tempdir()?;
    let options = options(outside, args, folder.path().to_owned());
    let demo = Demo::start(options, outside.clock.clone(), Random::seeded(scenario.seed)).await?;
    let went_well = played(&demo, scenario).await;
    let stop = CancellationToken::new();
    stop.cancel();
    demo.run(&stop).await?;
    if went_well { Ok(()) } else { Err(End::FoundWrong) }
}

/// Plays and tells. The clock of the demo is then where the scenario has moved it.
async fn played(demo: &Demo, scenario: &Scenario) -> bool {
    say(format_args!("{}\n{}", scenario.title, scenario.story));
    let outcome = play(scenario, &mut demo.stage(), |number, what| say(format_args!("  {number:>2}  {what}"))).await;
    match &outcome {
        Ok(()) => say("It went as it is written."),
        Err(error) => say(format_args!("{error:#}")),
    }
    outcome.is_ok()
}
