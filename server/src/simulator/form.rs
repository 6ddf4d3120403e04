//! Posted forms, and where they lead.

use axum::body::Bytes;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;
use url::form_urlencoded;

use super::html::{document, escape};
use super::shared::Shared;
use super::world::{Organization, World};

/// A posted form; names may repeat.
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    pub(super) fn read(body: &Bytes) -> Self {
        Self(form_urlencoded::parse(body).into_owned().collect())
    }

    pub(super) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// None where the field is missing or empty.
    pub(super) fn filled(&self, name: &str) -> Option<String> {
        Some(self.get(name).trim()).filter(|text| !text.is_empty()).map(ToOwned::to_owned)
    }

    pub(super) fn all(&self, name: &str) -> Vec<String> {
        self.0.iter().filter(|(key, _)| key == name).map(|(_, value)| value.clone()).collect()
    }

    pub(super) fn number<T: std::str::FromStr>(&self, name: &str) -> Option<T> {
        self.get(name).trim().parse().ok()
    }
}

/// The organization that a page is about, by its slug.
#[derive(Deserialize)]
pub(super) struct Whose {
    #[serde(default)]
    org: String,
}

impl Whose {
    /// The first where none is named.
    pub(super) fn of<'w>(&self, world: &'w World) -> Option<&'w Organization> {
        world.named(&self.org).or_else(|| world.organizations.first())
    }
}

/// What a form could not do, on a page with the way back.
pub(super) fn refused(shared: &Shared, text: &str) -> Response {
    let main = format!(
        r#"<div class="message-page"><h1>That did not work</h1><p>{}</p><p><a href="/">Back to the integrations</a></p></div>"#,
        escape(text)
    );
    (StatusCode::UNPROCESSABLE_ENTITY, document("that did not work", &shared.product_url, &main)).into_response()
}

/// A page of this organization, by GET.
pub(super) fn see_page(page: &str, slug: &str) -> Response {
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("org", slug).finish();
    Redirect::to(&format!("{page}?{query}")).into_response()
}
