//! Healthcheck, Sync and what verified calls tell of changes. Configure is in `settings`.

mod changes;
mod healthcheck;
mod quirks;
mod refusals;
mod renewal;
mod sync;
