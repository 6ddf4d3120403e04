//! `demo`.

use std::path::PathBuf;

use clap::Args;

use super::{End, Outside, say};
use crate::config::LogFormat;
use crate::demo::{Demo, DemoOptions};
use crate::lifecycle;

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
}

pub(super) async fn demo(outside: &Outside, args: DemoArgs) -> Result<(), End> {
    outside.start_log(LogFormat::Auto);
    let stop = lifecycle::stop_on_signal()?;
    let options = DemoOptions {
        port: args.port,
        simulator_port: args.simulator_port,
        partner_port: args.partner_port,
        data_dir: args.data_dir.clone(),
        empty: args.empty,
        variables: outside.variables.clone(),
    };
    let demo = Demo::start(options, outside.clock.clone(), outside.random.clone()).await?;
    let names: Vec<&str> = demo.integrations.iter().map(|integration| integration.name.as_str()).collect();
    say(format_args!("listening on {}", demo.product_url));
    say("");
    say(format_args!(
        "  OfficeRnD, simulated   {}   open this one: choose an organization and press Connect",
        demo.simulator_url
    ));
    say(format_args!("  Deskbridge             {}", demo.product_url));
    say(format_args!("  Partner system, sample {}   what it was told", demo.partner_url));
    say(format_args!("  Integrations           {}", names.join(", ")));
    say(format_args!("  Data                   {}   delete the folder to begin anew", args.data_dir.display()));
    say("");
    say("  Ctrl-C stops all of it.");
    demo.run(&stop).await?;
    Ok(())
}
