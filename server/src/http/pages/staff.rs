//! The door of the dashboard: who has signed in goes on, who has not is led to `/sign-in`.

use app::pages::message::Message;
use app::paths;
use app::role::{Act, Section};
use app::tenants::ListAddress;
use axum::extract::Request;
use axum::http::{Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::request::Parts;

use super::posted;
use crate::backend::staff::{At, StaffMember};
use crate::domain::form::Form;
use crate::http::cookies::{self, Opens};
use crate::http::{message_page, query, see_other};
use crate::services::staff::permit::{Permit, Proved, Refusal};
use crate::services::staff::session::Member;
use crate::state::App;

/// A script that fetches a piece of a page says so; it must not get the sign-in page instead.
const FRAGMENT: &str = "fragment";
/// The kind of a piece that nobody asked for.
const BY_ITSELF: &str = "live";

/// The cookie of a session.
pub(crate) fn session_cookie(app: &App) -> Opens {
    Opens::Staff { plain: !is_https(app) }
}

/// The cookie between the password and its code.
pub(super) fn step_cookie(app: &App) -> Opens {
    Opens::StaffStep { plain: !is_https(app) }
}

pub(super) fn is_https(app: &App) -> bool {
    app.config.public_url.scheme() == "https"
}

/// Puts who has signed in into the request, for the page or form behind it.
pub(super) async fn open(app: &App, mut request: Request, next: Next) -> Response {
    // What a page fetches because it was told of a change shows nobody at work.
    let by_itself = request.headers().get(FRAGMENT).is_some_and(|kind| kind == BY_ITSELF);
    let member = match cookies::read(request.headers(), session_cookie(app)) {
        Some(cookie) if by_itself => Member::glance(app, &cookie).await,
        Some(cookie) => Member::open(app, &cookie).await,
        None => Ok(None),
    };
    let member = match member {
        Ok(Some(member)) => member,
        Ok(None) => return led_to_sign_in(&request),
        Err(error) => return super::unavailable(app, &error),
    };
    if request.method() == Method::GET
        && act_of(request.uri().path()).is_some_and(|act| member.staff().role.may(act))
        && !member.is_fresh(app.clock.now())
    {
        let next = request.uri().path_and_query().map_or("/", |whole| whole.as_str());
        return see_other(&paths::sign_in_again(next));
    }
    let pairs = query::parse(request.uri().query().unwrap_or_default()).unwrap_or_default();
    // The address of a view is what people send each other; a form writes more into it than it says.
    if request.method() == Method::GET
        && request.uri().path() == paths::section_of(Section::Tenants)
        && let Some(query) = ListAddress::shorter(&pairs)
    {
        return see_other(&paths::tenants(&query));
    }
    let at = At::new(request.uri().path(), pairs);
    request.extensions_mut().insert(StaffMember::new(app.clone(), member, at));
    next.run(request).await
}

/// The dangerous act that a page is there for. What is typed there would be lost if the password was asked for after.
fn act_of(path: &str) -> Option<Act> {
    let segments: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    match segments[..] {
        ["bulk"] => Some(Act::Bulk),
        ["connections", _, "disconnect"] => Some(Act::Disconnect),
        ["connections", _, "purge"] => Some(Act::Purge),
        _ => None,
    }
}

fn led_to_sign_in(request: &Request) -> Response {
    if request.headers().contains_key(FRAGMENT) {
        return (StatusCode::UNAUTHORIZED, [(header::CACHE_CONTROL, "no-store")]).into_response();
    }
    // After a form there is no page to go on to but the one that the form was on.
    let next = match request.method() {
        &Method::GET => request.uri().path_and_query().map_or("/", |whole| whole.as_str()),
        _ => request.uri().path(),
    };
    see_other(&paths::sign_in(next))
}

/// Proof that this person may do this now.
///
/// # Errors
/// With the answer for who may not: as for an unknown address, or the page that asks for the password again.
#[expect(clippy::result_large_err, reason = "the answer goes out at once")]
pub(crate) fn permit<A: Proved>(app: &App, member: &StaffMember) -> Result<Permit<A>, Response> {
    member.permit().map_err(|refusal| match refusal {
        Refusal::Role => message_page(app, Message::NotFound, None),
        Refusal::Stale => see_other(&paths::sign_in_again(&member.at().path)),
    })
}

/// The form that was posted, and the request for rendering its page again (`super::again`).
///
/// # Errors
/// With the page that says what is wrong with the post.
pub(crate) async fn read(app: &App, request: Request) -> Result<(Parts, Form), Response> {
    let (parts, body) = request.into_parts();
    let form = posted(app, Request::from_parts(parts.clone(), body)).await?;
    Ok((parts, form))
}
