//! `GET /problems/{code}`: what a problem of the API means and what to do. Its `type` leads here.

use app::pages::message::Message;
use app::pages::problem;
use app::problems::ProblemCode;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Response};

use super::{headers, language, message_page};
use crate::state::App;

pub async fn page(State(app): State<App>, Path(code): Path<String>) -> Response {
    let Some(code) = ProblemCode::from_slug(&code) else { return message_page(&app, Message::NotFound, None) };
    let mut kept = HeaderMap::new();
    let html = language::now().page(&mut kept, || problem::document(code, &app.site.pkg_dir()));
    let mut response = (kept, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response();
    headers::page(&app, response.headers_mut(), None, false);
    response
}
