//! Everything that is asked of us over HTTP: thin handlers that read, call a service and answer.

pub mod address;
pub mod api;
pub mod connect;
pub mod cookies;
pub mod headers;
pub mod language;
pub mod operations;
pub mod pages;
pub mod partner_return;
pub mod problems;
pub mod query;
pub mod request_log;
pub mod signed;
pub mod webhooks;

use app::pages::message::{self, Message};
use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Response};

use crate::backend::integration_view;
use crate::domain::attempt::reference;
use crate::manifest::Integration;
use crate::state::App;

/// A page that only says something, as a whole document.
pub fn message_page(app: &App, message: Message, integration: Option<&Integration>) -> Response {
    let view = integration.map(|known| integration_view(known, language::now().language));
    let return_url = app.officernd.app_region().return_url().to_string();
    // The stale page is the same to the byte whatever was wrong, so it has no number.
    let number = if message == Message::StaleLink { String::new() } else { reference("DB", app.random.bytes()) };
    if !number.is_empty() {
        tracing::info!(reference = %number, ?message, "answered with a message");
    }
    let (speaks, mut kept) = (language::now(), HeaderMap::new());
    let html = speaks.page(&mut kept, || {
        message::document(message, &app.site.pkg_dir(), view.as_ref(), &return_url, &number, speaks.can_choose)
    });
    let status = StatusCode::from_u16(message.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let content = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
    let mut response = (status, kept, content, html).into_response();
    headers::page(app, response.headers_mut(), None, false);
    if message == Message::TooManyCodes {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("600"));
    }
    response
}

/// Every redirect of ours is a 303, so that the browser follows with GET.
pub fn see_other(location: &str) -> Response {
    match HeaderValue::from_str(location) {
        Ok(location) => {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::SEE_OTHER;
            response.headers_mut().insert(header::LOCATION, location);
            response
        }
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// `axum` answers HEAD with the GET handler, but a GET of OfficeRnD uses something up.
fn is_head(method: &Method) -> bool {
    method == Method::HEAD
}
