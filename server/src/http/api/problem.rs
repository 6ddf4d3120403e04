//! Errors of the API: `application/problem+json` (RFC 9457) with a stable `code`.

use app::texts;
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::services::ServiceError;
use crate::services::tokens::NoToken;
use crate::storage::StorageError;

#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    code: &'static str,
    detail: Option<String>,
    retry_after: Option<i64>,
}

impl Problem {
    fn new(status: StatusCode, code: &'static str) -> Self {
        Self { status, code, detail: None, retry_after: None }
    }

    fn retry_after(mut self, seconds: i64) -> Self {
        self.retry_after = Some(seconds.max(1));
        self
    }

    pub(super) fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not_found")
    }

    pub(super) fn method_not_allowed() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed")
    }

    pub(super) fn unauthorized() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized")
    }

    /// The key lacks this scope.
    pub(super) fn forbidden(scope: &str) -> Self {
        Self {
            detail: Some(texts::text_with("api-scope-missing", &[("scope", scope.into())])),
            ..Self::new(StatusCode::FORBIDDEN, "forbidden")
        }
    }

    /// A parameter or body that cannot be read; `what` names it.
    pub(super) fn invalid_request(what: &str) -> Self {
        Self {
            detail: Some(texts::text_with("api-invalid-part", &[("part", what.into())])),
            ..Self::new(StatusCode::BAD_REQUEST, "invalid_request")
        }
    }

    pub(super) fn valid_for_seconds() -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "valid_for_seconds")
    }

    pub(super) fn finish_set_up() -> Self {
        Self::new(StatusCode::CONFLICT, "finish_set_up")
    }

    /// What the connection itself needs is not for callers.
    pub(super) fn path_reserved() -> Self {
        Self::new(StatusCode::FORBIDDEN, "path_reserved")
    }

    /// Where it leads to could be anywhere, and the token would go with it.
    pub(super) fn upstream_redirect() -> Self {
        Self::new(StatusCode::BAD_GATEWAY, "upstream_redirect")
    }

    pub(super) fn officernd_unavailable(seconds: i64) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "officernd_unavailable").retry_after(seconds)
    }

    /// OfficeRnD limits the organization, so it is not asked.
    pub(super) fn officernd_limited(seconds: i64) -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "officernd_limited").retry_after(seconds)
    }

    pub(super) fn is_limit(&self) -> bool {
        self.status == StatusCode::TOO_MANY_REQUESTS
    }

    pub(super) fn disconnected() -> Self {
        Self::new(StatusCode::GONE, "disconnected")
    }
}

/// The cause goes to the log here, once.
impl From<StorageError> for Problem {
    fn from(error: StorageError) -> Self {
        ServiceError::from(error).into()
    }
}

impl From<ServiceError> for Problem {
    fn from(error: ServiceError) -> Self {
        tracing::error!(%error, "an API call could not be answered");
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable").retry_after(5)
    }
}

impl From<NoToken> for Problem {
    fn from(none: NoToken) -> Self {
        match none {
            NoToken::ReconnectRequired => Self::new(StatusCode::CONFLICT, "reconnect_required"),
            NoToken::Disconnected => Self::disconnected(),
            NoToken::BudgetExhausted { retry_after_seconds } => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "token_budget_exhausted").retry_after(retry_after_seconds)
            }
            NoToken::OfficeRndUnavailable { retry_after_seconds } => {
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "officernd_unavailable").retry_after(retry_after_seconds)
            }
            NoToken::Internal(error) => error.into(),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut body = json!({
            "type": "about:blank",
            "title": texts::problem_title(self.code),
            "status": self.status.as_u16(),
            "code": self.code,
        });
        if let Some(detail) = self.detail {
            body["detail"] = detail.into();
        }
        let mut response = (self.status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
