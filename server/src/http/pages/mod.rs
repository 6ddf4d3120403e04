//! Pages that Leptos renders: what they find in their context, and the forms that post to them.

mod alerts;
mod approval;
mod attempt;
mod audit;
mod connection;
mod door;
mod integrations;
pub(crate) mod link;
mod lists;
mod live;
mod provider;
mod settings;
pub(crate) mod staff;
mod step;
mod team;
mod tenant;

pub(crate) use self::step::after_step;

use std::sync::Arc;

use app::app::WithoutIslands;
use app::ids::{AttemptId, ConnectionId};
use app::pages::message::Message;
use app::paths;
use app::ports::{ReturnUrl, SharedConnectDesk, SharedSettingsDesk, SharedStaffDesk};
use app::role::Section;
use app::shell;
use app::shell::GoesOn;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{Method, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};
use http::request::Parts;
use leptos::prelude::{provide_context, use_context};
use leptos_axum::{LeptosRoutes as _, ResponseOptions, generate_route_list, render_app_async_with_context};
use secrecy::{ExposeSecret as _, SecretString};

use super::cookies::{self, LINKED, Opens};
use super::query;
use super::{headers, language, message_page, see_other};
use crate::backend::connect::AttemptDesk;
use crate::backend::set_up::Asked;
use crate::backend::settings::ConnectionDesk;
use crate::backend::settings::address::Address;
use crate::backend::staff::StaffMember;
use crate::domain::form::Form;
use crate::state::App;

const MOST_BYTES: usize = 64 * 1024;
/// A choice of many has one each.
const MOST_FIELDS: usize = 1_000;

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
        .route("/", post(lists::overview))
        .route("/tenants", post(lists::tenants))
        .route("/tenants.csv", get(lists::file))
        .route("/live", get(live::live))
        .route("/connect/{attempt}", post(attempt::act))
        .route("/connect/{attempt}/steps/{step}", post(step::of_attempt))
        .route("/settings/{connection}", post(settings::settings))
        .route("/settings/{connection}/locations/{location}", post(settings::settings))
        .route("/settings/{connection}/confirm/{draft}", post(settings::confirm))
        .route("/settings/{connection}/history/{revision}", post(settings::restore))
        .route("/settings/{connection}/runs/{run}", post(approval::decide))
        .route("/settings/{connection}/disconnect", post(connection::disconnect))
        .route("/settings/{connection}/steps/{step}", post(step::of_connection))
        .route("/settings/{connection}/review", post(connection::finish))
        .route("/staff", post(team::team))
        .route("/account", post(team::account))
        .route("/alerts", post(alerts::change))
        .route("/activity", post(audit::export))
        .route("/integrations", post(integrations::keys))
        .route("/integrations/{integration}", post(integrations::hear))
        .route("/sign-in", get(door::sign_in).post(door::sign_in_post))
        .route("/sign-in/code", get(door::code).post(door::code_post))
        .route("/sign-in/again", get(door::again_page).post(door::again_post))
        .route("/sign-in/provider", post(provider::leave))
        .route("/sign-in/return", get(provider::come_back))
        .route("/sign-out", post(door::sign_out))
        .route("/invitations/{token}", get(door::invitation).post(door::invitation_post))
        .route("/connections/{connection}", post(tenant::act))
        .route("/connections/{connection}/runs", post(tenant::runs::export))
        .route("/connections/{connection}/runs/{run}", post(tenant::runs::decide))
        .route("/connections/{connection}/disconnect", post(tenant::data::disconnect))
        .route("/connections/{connection}/purge", post(tenant::data::purge))
        .route("/connections/{connection}/reconnect-link", post(tenant::data::reconnect_link))
        .route("/connections/{connection}/notes/{note}", post(tenant::data::note))
        .route("/connections/{connection}/explain", post(tenant::data::ask))
        .route("/tenants/{organization}/export", post(tenant::data::export))
        .route("/bulk", post(tenant::bulk::order))
        .route("/bulk/{bulk}", post(tenant::bulk::stop))
        .route("/reconnect/{token}", get(link::page))
        .route("/reconnect/{token}/steps/{step}", get(link::step).post(link::submit));
    pages.merge(forms).layer(from_fn_with_state(app.clone(), open_desk))
}

/// The desk that a cookie opens, for the page or form behind it.
async fn open_desk(State(app): State<App>, mut request: Request, next: Next) -> Response {
    // No page reads its query, but what renders them would, and repairs what has two readings.
    if query::parse(request.uri().query().unwrap_or_default()).is_err() {
        return message_page(&app, Message::Unreadable, None);
    }
    let path = request.uri().path().to_owned();
    let mut segments = path.trim_start_matches('/').split('/');
    let (area, id) = (segments.next().unwrap_or_default(), segments.next().unwrap_or_default());
    let page = segments.next().unwrap_or_default();
    let rest = segments.next().unwrap_or_default();
    let address = Address::read(page, rest, request.uri().query().unwrap_or_default());
    let asked = Asked { step: rest.to_owned(), ..Asked::default() };
    match area {
        "connect" => {
            let Ok(AttemptId(attempt)) = id.parse() else { return next.run(request).await };
            let cookie = cookies::read(request.headers(), Opens::Attempt(attempt));
            match AttemptDesk::open(&app, attempt, cookie.as_ref()).await {
                Ok(Some(desk)) => {
                    // A window that was closed goes on at the first open step; so does an address of a step that
                    // cannot be asked yet.
                    let early =
                        page == "steps" && desk.set_up().is_none_or(|set_up| set_up.ready(&asked.step).is_none());
                    if request.method() == Method::GET && (page.is_empty() || early) {
                        let next = desk.next_step();
                        let known = desk.integration().steps().iter().any(|step| step.id == asked.step);
                        match next {
                            Some(next) if page.is_empty() || known => return see_other(&next),
                            None if known => return see_other(&paths::attempt(AttemptId(attempt))),
                            _ => {}
                        }
                    }
                    request.extensions_mut().insert(desk.asked(asked).speaking(language::now().language));
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
                    let desk = desk.speaking(language::now().language);
                    let said = cookies::read(request.headers(), Opens::Said(connection));
                    let is_linked = said.is_some_and(|said| said.expose_secret() == LINKED);
                    if is_linked && request.method() == Method::GET {
                        request.extensions_mut().insert(desk.asked(asked).linked());
                        let mut response = next.run(request).await;
                        cookies::unsay(response.headers_mut(), connection);
                        return response;
                    }
                    if desk.connection().disconnected.is_some() {
                        request.extensions_mut().insert(WithoutIslands);
                    }
                    request.extensions_mut().insert(desk.asked(asked).at(address));
                }
                // The visit has ended, or never was: one answer for both.
                Ok(None) => {
                    if request.method() == Method::POST && matches!(page, "" | "locations") {
                        settings::interrupted(&app, connection, &cookie, request).await;
                    }
                    return message_page(&app, Message::StaleLink, None);
                }
                Err(error) => return unavailable(&app, &error),
            }
        }
        segment => {
            if Section::of_segment(segment).is_some() {
                return staff::open(&app, request, next).await;
            }
        }
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
    let goes_on = |address: Option<&SecretString>| {
        if let Some(address) = address {
            provide_context(GoesOn(address.expose_secret().to_owned()));
        }
    };
    if let Some(desk) = parts.extensions.get::<AttemptDesk>() {
        goes_on(desk.goes_on());
        provide_context::<SharedConnectDesk>(Arc::new(desk.clone()));
    }
    if let Some(desk) = parts.extensions.get::<ConnectionDesk>() {
        goes_on(desk.goes_on());
        provide_context::<SharedSettingsDesk>(Arc::new(desk.clone()));
    }
    if let Some(member) = parts.extensions.get::<StaffMember>() {
        provide_context::<SharedStaffDesk>(Arc::new(member.clone()));
    }
    if let Some(response) = use_context::<ResponseOptions>() {
        let mut map = axum::http::HeaderMap::new();
        let nonce = leptos::nonce::use_nonce();
        if parts.extensions.get::<StaffMember>().is_some() {
            headers::staff(&mut map, nonce.as_deref(), app::app::holds_islands(&parts));
        } else {
            headers::page(app, &mut map, nonce.as_deref(), app::app::holds_islands(&parts));
        }
        for (name, value) in map {
            if let Some(name) = name {
                response.insert_header(name, value);
            }
        }
    }
}

/// Renders the page at this address, for the desk that is put into the request: after a refused form the typed
/// values are still there.
async fn again<D: Clone + Send + Sync + 'static>(app: &App, mut request: http::request::Parts, desk: D) -> Response {
    request.method = Method::GET;
    request.extensions.insert(desk);
    let (context, options) = (app.clone(), app.leptos.clone());
    let render = render_app_async_with_context(move || page_context(&context), move || shell(options.clone()));
    render(Request::from_parts(request, Body::empty())).await
}

/// A file that the browser saves rather than shows.
fn download(name: &str, media_type: &str, bytes: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(bytes));
    let headers = response.headers_mut();
    let plain = |sign: char| if sign.is_ascii_graphic() && !matches!(sign, '"' | '\\' | '%') { sign } else { '_' };
    let encoded: String = name
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => char::from(byte).to_string(),
            other => format!("%{other:02X}"),
        })
        .collect();
    let simple: String = name.chars().map(plain).collect();
    let disposition = format!("attachment; filename=\"{simple}\"; filename*=UTF-8''{encoded}");
    for (header, value) in [
        (header::CONTENT_TYPE, media_type),
        (header::CONTENT_DISPOSITION, disposition.as_str()),
        (header::CACHE_CONTROL, "no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::HeaderName::from_static("x-robots-tag"), "noindex"),
    ] {
        if let Ok(value) = value.parse() {
            headers.insert(header, value);
        }
    }
    response
}

/// The button that was pressed.
///
/// # Errors
/// With the page that says what is wrong with the post.
async fn pressed(app: &App, request: Request) -> Result<String, Response> {
    let form = posted(app, request).await?;
    act(&form).ok_or_else(|| message_page(app, Message::Unreadable, None))
}

/// None when the form names no button, or several.
fn act(form: &Form) -> Option<String> {
    query::single(&form.0, "act").ok().flatten()
}

/// # Errors
/// With the page that says what is wrong with the post.
async fn posted(app: &App, request: Request) -> Result<Form, Response> {
    posted_up_to(app, request, MOST_BYTES, MOST_FIELDS).await
}

/// The same with limits of its own.
///
/// # Errors
/// With the page that says what is wrong with the post.
async fn posted_up_to(app: &App, request: Request, bytes: usize, fields: usize) -> Result<Form, Response> {
    let is_form =
        request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).is_some_and(|value| {
            value.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")
        });
    if !is_form {
        return Err(message_page(app, Message::Unreadable, None));
    }
    let Ok(body) = to_bytes(request.into_body(), bytes).await else {
        return Err(message_page(app, Message::TooLarge, None));
    };
    let unreadable = || message_page(app, Message::Unreadable, None);
    let text = std::str::from_utf8(&body).map_err(|_| unreadable())?;
    query::parse_up_to(text, bytes, fields).map(Form).map_err(|_| unreadable())
}
