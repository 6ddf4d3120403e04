//! The rows, as SeaORM sees them. Private to `storage`; others get domain types.

pub(super) mod activity;
pub(super) mod api_keys;
pub(super) mod attempt_secrets;
pub(super) mod bad_codes;
pub(super) mod configure_links;
pub(super) mod connect_attempts;
pub(super) mod connection_locations;
pub(super) mod connection_secrets;
pub(super) mod connection_steps;
pub(super) mod connections;
pub(super) mod desk_sessions;
pub(super) mod grant_tokens;
pub(super) mod grants;
pub(super) mod organizations;
pub(super) mod outbox;
pub(super) mod partner_accounts;
pub(super) mod partner_sign_ins;
pub(super) mod processes;
pub(super) mod runs;
pub(super) mod sealing_keys;
pub(super) mod setting_secrets;
pub(super) mod settings;
pub(super) mod signed_calls;
pub(super) mod token_limits;
pub(super) mod token_requests;
pub(super) mod webhook_events;
