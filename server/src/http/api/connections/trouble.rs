//! Locations that are not as the connection is.

use app::texts;
use serde::Serialize;
use utoipa::ToSchema;

use crate::clock::rfc3339;
use crate::domain::health::LocationTrouble;
use crate::http::api::schemas;

/// A location in trouble, while the others are well.
#[derive(Serialize, ToSchema)]
#[schema(as = Trouble)]
pub(in crate::http::api) struct TroubleBody {
    location: String,
    #[schema(schema_with = schemas::state)]
    state: &'static str,
    state_text: String,
    #[schema(schema_with = schemas::cause)]
    cause: &'static str,
    #[schema(schema_with = schemas::who)]
    who_must_act: &'static str,
    #[schema(required, format = DateTime)]
    since: Option<String>,
}

pub(super) fn trouble(trouble: &LocationTrouble) -> TroubleBody {
    TroubleBody {
        location: trouble.location.clone(),
        state: trouble.state().slug(),
        state_text: texts::state_word(trouble.state()),
        cause: trouble.cause.slug(),
        who_must_act: trouble.cause.who().slug(),
        since: rfc3339(trouble.since),
    }
}
