//! Errors of the API: `application/problem+json` (RFC 9457). Every code has a page, which `type` leads to.

use app::problems::ProblemCode;
use app::texts;
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::scope::Scope;
use crate::services::ServiceError;
use crate::services::tokens::NoToken;
use crate::state::App;
use crate::storage::StorageError;
use crate::upstream::partner::AddressRefused;

/// Where the page of a code is.
pub const PAGES: &str = "/problems/";

/// Why a call was not answered. Its body is written when the answer leaves, since only then our own address is known.
#[derive(Debug, Clone)]
pub struct Problem {
    code: ProblemCode,
    detail: Option<String>,
    retry_after: Option<i64>,
    /// Methods that are answered, where no router knows them.
    allow: Option<&'static str>,
    errors: Vec<FieldError>,
    dangers: Vec<DangerBody>,
}

/// A field of the request, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(example = json!({ "field": "organization.guest_minutes", "message": "Minutes for guests must be at least 1." }))]
pub(super) struct FieldError {
    /// Where it stands in the request, such as `organization.guest_minutes` or `locations.<id>.doors`.
    pub field: String,
    /// For people.
    pub message: String,
}

/// A dangerous value that is waiting to be confirmed.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = Danger)]
pub(super) struct DangerBody {
    /// What to name in `confirm`.
    pub field: String,
    /// What will happen, in the manifest's words.
    pub text: String,
    /// How many are concerned, where the partner system says it.
    #[schema(required)]
    pub count: Option<u64>,
    pub before: serde_json::Value,
    pub after: serde_json::Value,
}

/// An error as RFC 9457 has it. Act on `code`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(super) struct ProblemBody {
    /// The page that explains the code.
    #[schema(format = "uri-reference")]
    pub r#type: String,
    /// What the code means, for people.
    pub title: String,
    /// The status of the answer.
    pub status: u16,
    /// What to act on; it never changes its meaning.
    #[schema(schema_with = codes)]
    pub code: &'static str,
    /// What it is this time, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub detail: Option<String>,
    /// Fields that are wrong.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub errors: Vec<FieldError>,
    /// With `confirmation_required`: what has to be confirmed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub dangers: Vec<DangerBody>,
}

fn codes() -> utoipa::openapi::schema::Object {
    utoipa::openapi::schema::ObjectBuilder::new()
        .schema_type(utoipa::openapi::schema::Type::String)
        .enum_values(Some(ProblemCode::ALL.map(ProblemCode::slug)))
        .build()
}

impl Problem {
    pub(super) fn of(code: ProblemCode) -> Self {
        Self { code, detail: None, retry_after: None, allow: None, errors: Vec::new(), dangers: Vec::new() }
    }

    pub(super) fn detail(mut self, detail: String) -> Self {
        self.detail = Some(detail);
        self
    }

    pub(super) fn retry_after(mut self, seconds: i64) -> Self {
        self.retry_after = Some(seconds.max(1));
        self
    }

    pub(super) fn allowing(mut self, methods: &'static str) -> Self {
        self.allow = Some(methods);
        self
    }

    pub(super) fn code(&self) -> ProblemCode {
        self.code
    }

    pub(super) fn not_found() -> Self {
        Self::of(ProblemCode::NotFound)
    }

    pub(super) fn method_not_allowed() -> Self {
        Self::of(ProblemCode::MethodNotAllowed)
    }

    pub(super) fn unauthorized() -> Self {
        Self::of(ProblemCode::Unauthorized)
    }

    /// The key lacks this scope.
    pub(super) fn forbidden(scope: Scope) -> Self {
        Self::of(ProblemCode::Forbidden)
            .detail(texts::text_with("api-scope-missing", &[("scope", scope.slug().into())]))
    }

    /// A parameter or body that cannot be read; `what` names it.
    pub(super) fn invalid_request(what: &str) -> Self {
        Self::of(ProblemCode::InvalidRequest).detail(texts::text_with("api-invalid-part", &[("part", what.into())]))
    }

    /// Read, and not to be carried out; each field is named.
    pub(super) fn invalid_fields(errors: Vec<FieldError>) -> Self {
        Self { errors, ..Self::of(ProblemCode::InvalidFields) }
    }

    pub(super) fn valid_for_seconds() -> Self {
        let message = texts::problem_title(ProblemCode::ValidForSeconds);
        let errors = vec![FieldError { field: "valid_for_seconds".to_owned(), message }];
        Self { errors, ..Self::of(ProblemCode::ValidForSeconds) }
    }

    /// What would be saved has to be confirmed, all of it.
    pub(super) fn confirmation_required(dangers: Vec<DangerBody>) -> Self {
        let fields: Vec<String> = dangers.iter().map(|danger| format!("\"{}\"", danger.field)).collect();
        let fields = format!("[{}]", fields.join(", "));
        let detail = texts::text_with("api-confirm-these", &[("fields", fields.into())]);
        Self { dangers, ..Self::of(ProblemCode::ConfirmationRequired).detail(detail) }
    }

    pub(super) fn finish_set_up() -> Self {
        Self::of(ProblemCode::FinishSetUp)
    }

    /// What the connection itself needs is not for callers.
    pub(super) fn path_reserved() -> Self {
        Self::of(ProblemCode::PathReserved)
    }

    /// Where it leads to could be anywhere, and the token would go with it.
    pub(super) fn upstream_redirect() -> Self {
        Self::of(ProblemCode::UpstreamRedirect)
    }

    pub(super) fn officernd_unavailable(seconds: i64) -> Self {
        Self::of(ProblemCode::OfficerndUnavailable).retry_after(seconds)
    }

    /// Events may not be sent there.
    pub(super) fn address_refused(why: AddressRefused) -> Self {
        let why = match why {
            AddressRefused::NotHttps => "api-address-not-https",
            AddressRefused::NotPublic => "api-address-not-public",
            AddressRefused::UnknownName => "api-address-unknown",
        };
        let errors = vec![FieldError { field: "url".to_owned(), message: texts::text(why) }];
        Self { errors, ..Self::of(ProblemCode::AddressRefused) }
    }

    pub(super) fn too_many_endpoints(most: u64) -> Self {
        Self::of(ProblemCode::TooManyEndpoints)
            .detail(texts::text_with("api-most-endpoints", &[("most", most.to_string().into())]))
    }

    /// It hears nothing before it is enabled.
    pub(super) fn endpoint_disabled() -> Self {
        Self::of(ProblemCode::EndpointDisabled)
    }

    /// OfficeRnD limits the organization, so it is not asked.
    pub(super) fn officernd_limited(seconds: i64) -> Self {
        Self::of(ProblemCode::OfficerndLimited).retry_after(seconds)
    }

    pub(super) fn is_limit(&self) -> bool {
        self.code.status() == 429
    }

    pub(super) fn disconnected() -> Self {
        Self::of(ProblemCode::Disconnected)
    }

    /// The answer, with addresses that begin with `base`.
    pub(super) fn answer(self, base: &str) -> Response {
        let status = StatusCode::from_u16(self.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let body = ProblemBody {
            r#type: format!("{base}{PAGES}{}", self.code.slug()),
            title: texts::problem_title(self.code),
            status: status.as_u16(),
            code: self.code.slug(),
            detail: self.detail,
            errors: self.errors,
            dangers: self.dangers,
        };
        let mut response = (status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(methods) = self.allow {
            headers.insert(header::ALLOW, HeaderValue::from_static(methods));
        }
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}

/// A problem that waits in an answer for our own address.
#[derive(Clone)]
struct Waiting(Problem);

/// Writes the body of a problem, where the answer is one.
pub(super) fn completed(app: &App, mut response: Response) -> Response {
    match response.extensions_mut().remove::<Waiting>() {
        Some(Waiting(problem)) => problem.answer(&app.config.public("")),
        None => response,
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        // Good by itself as well: a reference that begins with a slash leads to the same page.
        let mut response = self.clone().answer("");
        response.extensions_mut().insert(Waiting(self));
        response
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
        Self::of(ProblemCode::Unavailable).retry_after(5)
    }
}

impl From<NoToken> for Problem {
    fn from(none: NoToken) -> Self {
        match none {
            NoToken::ReconnectRequired => Self::of(ProblemCode::ReconnectRequired),
            NoToken::Disconnected => Self::disconnected(),
            NoToken::BudgetExhausted { retry_after_seconds } => {
                Self::of(ProblemCode::TokenBudgetExhausted).retry_after(retry_after_seconds)
            }
            NoToken::OfficeRndUnavailable { retry_after_seconds } => Self::officernd_unavailable(retry_after_seconds),
            NoToken::Internal(error) => error.into(),
        }
    }
}
