//! Pages that Leptos renders: what they find in their context, and the forms that post to them.

mod attempt;
mod connection;

use std::sync::Arc;

use app::ids::{AttemptId, ConnectionId};
use app::pages::message::Message;
use app::ports::{ReturnUrl, SharedConnectDesk, SharedSettingsDesk};
use app::shell;
use axum::Router;
use axum::body::to_bytes;
use axum::extract::{Request, State};
use axum::http::header;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::post;
use http::request::Parts;
use leptos::prelude::{provide_context, use_context};
use leptos_axum::{LeptosRoutes as _, ResponseOptions, generate_route_list};

use super::cookies::{self, Opens};
use super::query;
use super::{headers, message_page};
use crate::backend::connect::AttemptDesk;
use crate::backend::settings::ConnectionDesk;
use crate::state::App;

/// Forms of these pages have a button and no text.
const MOST_BYTES: usize = 64 * 1024;

/// The pages and the forms that post to their own addresses.
pub fn router(app: &App) -> Router<App> {
    let options = app.leptos.clone();
    let context = {
        let app = app.clone();
        move || page_context(&app)
    };
    let pages = Router::new()
        .leptos_routes_with_context(app, generate_route_list(app::App), context, move || shell(options.clone()));
    let forms = Router::new()
        .route("/connect/{attempt}", post(attempt::act))
        .route("/settings/{connection}/disconnect", post(connection::disconnect));
    pages.merge(forms).layer(from_fn_with_state(app.clone(), open_desk))
}

/// The desk that a cookie opens, for the page or form behind it.
async fn open_desk(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let path = request.uri().path().to_owned();
    let mut segments = path.trim_start_matches('/').split('/');
    let (area, id) = (segments.next().unwrap_or_default(), segments.next().unwrap_or_default());
    match area {
        "connect" => {
            let Ok(AttemptId(attempt)) = id.parse() else { return next.run(request).await };
            let cookie = cookies::read(request.headers(), Opens::Attempt(attempt));
            match AttemptDesk::open(&app, attempt, cookie.as_ref()).await {
                Ok(Some(desk)) => {
                    request.extensions_mut().insert(desk);
                }
                Ok(None) => {}
                Err(error) => return unavailable(&app, &error),
            }
        }
        "settings" => {
            let cookie = id.parse().ok().and_then(|ConnectionId(connection)| {
                Some((connection, cookies::read(request.headers(), Opens::Connection(connection))?))
            });
            let Some((connection, cookie)) = cookie else { return message_page(&app, Message::StaleLink, None) };
            match ConnectionDesk::open(&app, connection, Some(&cookie)).await {
                Ok(Some(desk)) => {
                    request.extensions_mut().insert(desk);
                }
                // The visit has ended, or never was: one answer for both.
                Ok(None) => return message_page(&app, Message::StaleLink, None),
                Err(error) => return unavailable(&app, &error),
            }
        }
        _ => {}
    }
    next.run(request).await
}

fn unavailable(app: &App, error: &dyn std::fmt::Display) -> Response {
    tracing::error!(%error, "a page could not be opened");
    message_page(app, Message::Unavailable, None)
}

/// What a loader finds: the desk that the middleware verified, and the headers of the answer.
pub fn page_context(app: &App) {
    provide_context(ReturnUrl(app.officernd.app_region().return_url().to_string()));
    let Some(parts) = use_context::<Parts>() else { return };
    if let Some(desk) = parts.extensions.get::<AttemptDesk>() {
        provide_context::<SharedConnectDesk>(Arc::new(desk.clone()));
    }
    if let Some(desk) = parts.extensions.get::<ConnectionDesk>() {
        provide_context::<SharedSettingsDesk>(Arc::new(desk.clone()));
    }
    if let Some(response) = use_context::<ResponseOptions>() {
        let mut map = axum::http::HeaderMap::new();
        let nonce = leptos::nonce::use_nonce();
        headers::page(app, &mut map, nonce.as_deref(), app::app::holds_islands(parts.uri.path()));
        for (name, value) in map {
            if let Some(name) = name {
                response.insert_header(name, value);
            }
        }
    }
}

/// The button that was pressed.
///
/// # Errors
/// With the page that says what is wrong with the post.
async fn pressed(app: &App, request: Request) -> Result<String, Response> {
    let is_form =
        request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_some_and(|value| {
            value.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")
        });
    if !is_form {
        return Err(message_page(app, Message::Unreadable, None));
    }
    let Ok(body) = to_bytes(request.into_body(), MOST_BYTES).await else {
        return Err(message_page(app, Message::TooLarge, None));
    };
    let unreadable = || message_page(app, Message::Unreadable, None);
    let text = std::str::from_utf8(&body).map_err(|_| unreadable())?;
    let fields = query::parse(text).map_err(|_| unreadable())?;
    query::single(&fields, "act").ok().flatten().ok_or_else(unreadable)
}
