//! The API's problems: the codes that callers act on. Each has a status, a title and a page of its own.

macro_rules! codes {
    ($($variant:ident, $slug:literal, $status:literal;)*) => {
        /// What an API call ended with instead of an answer. The slugs never change their meaning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ProblemCode {
            $($variant,)*
        }

        impl ProblemCode {
            pub const ALL: [Self; [$($slug),*].len()] = [$(Self::$variant),*];

            /// `code` in a problem document, and the last part of its `type`.
            pub fn slug(self) -> &'static str {
                match self {
                    $(Self::$variant => $slug,)*
                }
            }

            pub fn status(self) -> u16 {
                match self {
                    $(Self::$variant => $status,)*
                }
            }
        }
    };
}

// In the order of statuses, as the documents list them.
codes! {
    InvalidRequest, "invalid_request", 400;
    Unauthorized, "unauthorized", 401;
    Forbidden, "forbidden", 403;
    PathReserved, "path_reserved", 403;
    NotFound, "not_found", 404;
    MethodNotAllowed, "method_not_allowed", 405;
    ReconnectRequired, "reconnect_required", 409;
    FinishSetUp, "finish_set_up", 409;
    ConfirmationRequired, "confirmation_required", 409;
    StillRunning, "still_running", 409;
    WaitingForApproval, "waiting_for_approval", 409;
    RunEnded, "run_ended", 409;
    TooManyRuns, "too_many_runs", 409;
    TooManyEndpoints, "too_many_endpoints", 409;
    EndpointDisabled, "endpoint_disabled", 409;
    Disconnected, "disconnected", 410;
    Stale, "stale", 412;
    TooLarge, "too_large", 413;
    InvalidFields, "invalid_fields", 422;
    AddressRefused, "address_refused", 422;
    ValidForSeconds, "valid_for_seconds", 422;
    IdempotencyKeyReused, "idempotency_key_reused", 422;
    IfMatchRequired, "if_match_required", 428;
    TooManyRequests, "too_many_requests", 429;
    OfficerndLimited, "officernd_limited", 429;
    InternalError, "internal_error", 500;
    UpstreamRedirect, "upstream_redirect", 502;
    TokenBudgetExhausted, "token_budget_exhausted", 503;
    OfficerndUnavailable, "officernd_unavailable", 503;
    Unavailable, "unavailable", 503;
}

impl ProblemCode {
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.slug() == slug)
    }

    /// Whether the same call may succeed a moment later.
    pub fn passes(self) -> bool {
        matches!(self.status(), 429 | 503)
    }
}
