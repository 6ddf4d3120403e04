//! One integration binary: the real router, a real database, the simulator over real HTTP.

#![allow(unreachable_pub, reason = "helpers of tests are as public as their module")]
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
#![allow(
    clippy::disallowed_methods,
    reason = "tests are outside: they read their own environment and bring their own clients"
)]
#![allow(clippy::large_futures, reason = "a test may hold a large buffer")]
#![allow(dead_code, reason = "the harness offers more than each test uses")]

mod support;

mod alerts;
mod api;
mod backup;
mod check;
mod cli;
mod connect;
mod crashes;
mod docs;
mod engine;
mod events;
mod keys;
mod partner;
mod runs;
mod safety;
mod scenarios;
mod settings;
mod signed;
mod smoke;
mod staff;
mod storage;
mod tidy;
mod tokens;
mod traces;
mod upkeep;
mod webhooks;
