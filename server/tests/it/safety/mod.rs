//! What must never happen (`design.md` 8): crossing tenants, falling over, telling secrets.

mod bad_input;
mod canaries;
mod debug;
mod isolation;
mod outage;
mod secrets;
