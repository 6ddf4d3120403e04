//! The language of an answer outside the router of pages: what the address asks for, what was chosen before, what the
//! browser prefers. Known while a request is handled, so that whoever answers with a message need not pass it on.

use app::texts::{Language, speaking};
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::Response;

tokio::task_local! {
    static SPEAKS: Speaks;
}

#[derive(Debug, Clone, Copy, Default)]
pub struct Speaks {
    pub language: Language,
    /// The address asked for it: it is remembered.
    asked: bool,
    /// The page stands at an address that can be asked again in another language.
    pub can_choose: bool,
}

/// Makes the language of each request known to all that answer it.
pub async fn speak(request: Request, next: Next) -> Response {
    let path = request.uri().path();
    // A code or a signature stands in the queries of OfficeRnD's calls: nothing is read from them here, or added.
    let is_page = !path.starts_with("/i/") && !path.starts_with("/api/");
    let asked = is_page.then(|| Language::asked_for(request.uri().query().unwrap_or_default())).flatten();
    let speaks = Speaks {
        language: asked.unwrap_or_else(|| Language::of(request.headers())),
        asked: asked.is_some(),
        can_choose: is_page && request.method() == Method::GET,
    };
    SPEAKS.scope(speaks, next.run(request)).await
}

/// What the request at hand is answered in. English where there is none.
pub fn now() -> Speaks {
    SPEAKS.try_with(|speaks| *speaks).unwrap_or_default()
}

impl Speaks {
    /// Makes a page, and keeps the language for all later ones if it was asked for.
    pub fn page<T>(self, headers: &mut HeaderMap, make: impl FnOnce() -> T) -> T {
        if self.asked
            && let Ok(cookie) = HeaderValue::from_str(&self.language.cookie())
        {
            headers.append(header::SET_COOKIE, cookie);
        }
        speaking(self.language, make)
    }
}
