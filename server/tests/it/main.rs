//! One integration binary: the real router, a real database, the simulator over real HTTP.

#![allow(unreachable_pub, reason = "helpers of tests are as public as their module")]
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]
#![allow(
    clippy::disallowed_methods,
    reason = "tests are outside: they read their own environment and bring their own clients"
)]
#![allow(dead_code, reason = "the harness offers more than each test uses")]

mod support;

mod api;
mod check;
mod cli;
mod connect;
mod docs;
mod smoke;
mod tokens;
mod upkeep;
