//! The command line of `deskbridge simulator`.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use clap::Args;

use super::{Application, SimulatorOptions};
use crate::clock::Clock;
use crate::random::Random;

/// OfficeRnD's side alone, for a Deskbridge that runs elsewhere.
#[derive(Args, Clone, Debug)]
pub struct SimulatorArgs {
    /// Port on 127.0.0.1
    #[arg(long, default_value_t = 4000)]
    pub port: u16,
    /// Where Deskbridge is reached
    #[arg(long, default_value = "http://127.0.0.1:3000")]
    pub product_url: String,
    /// Keeps organizations, grants and deliveries in this file
    #[arg(long)]
    pub state_file: Option<PathBuf>,
    /// Token requests a minute for each client id; 0 for no limit
    #[arg(long, default_value_t = 5)]
    pub token_requests_per_minute: u32,
    /// Delivers webhooks to addresses on this machine, which OfficeRnD does not
    #[arg(long)]
    pub deliver_to_loopback: bool,
    /// Starts without the invented organizations
    #[arg(long)]
    pub empty: bool,
}

impl SimulatorArgs {
    /// The options, with what the command line does not say.
    pub fn into_options(self, clock: Clock, random: Random, applications: Vec<Application>) -> SimulatorOptions {
        SimulatorOptions {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, self.port)),
            public_url: None,
            product_url: self.product_url,
            clock,
            random,
            state_file: self.state_file,
            applications,
            rate_limit: Some(self.token_requests_per_minute).filter(|limit| *limit > 0),
            deliver_to_loopback: self.deliver_to_loopback,
            seed_organizations: !self.empty,
        }
    }
}
