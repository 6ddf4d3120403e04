//! One integration binary: the real router, a real database, the simulator over real HTTP.

#![allow(unreachable_pub, reason = "helpers of tests are as public as their module")]
#![allow(dead_code, reason = "the harness offers more than each test uses")]

mod support;

mod safety;
mod settings;
mod signed;
mod smoke;
mod storage;
mod tidy;
mod webhooks;
