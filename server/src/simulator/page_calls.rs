//! Every request and answer: the newest first on a page that stands still, or one after the other as they come. The
//! second page needs no script: the answer simply does not end.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Query, State};
use axum::http::header;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use futures_util::stream::unfold;
use serde::Deserialize;

use super::explain::curl;
use super::html::{PAGE_POLICY, document, document_parts, escape, organization_options, time_of_day, with_headers};
use super::journal::Entry;
use super::shared::Shared;

const SHOWN: usize = 200;
/// Calls from before that the live page begins with.
const BEFORE: usize = 5;
const LOOK_AGAIN: Duration = Duration::from_millis(250);
/// A page that was left open ends by itself.
const LIVE_FOR: Duration = Duration::from_secs(30 * 60);

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/calls", get(calls)).route("/calls/live", get(live))
}

#[derive(Deserialize)]
struct Whose {
    /// A slug; every organization without one.
    #[serde(default)]
    org: String,
}

impl Whose {
    /// Calls that belong to no organization, as a token request with a wrong code, are everybody's.
    fn wants(&self, entry: &Entry) -> bool {
        self.org.is_empty() || entry.organization.as_ref().is_none_or(|slug| *slug == self.org)
    }
}

async fn calls(State(shared): State<Arc<Shared>>, Query(whose): Query<Whose>) -> Response {
    let newest: Vec<Entry> = {
        let journal = shared.journal();
        journal.newest(usize::MAX).filter(|entry| whose.wants(entry)).take(SHOWN).map(Entry::masked).collect()
    };
    let items: String = newest.iter().map(|entry| item(entry, &shared.public_url)).collect();
    let list = if items.is_empty() {
        r#"<p class="muted">Nothing was called yet.</p>"#.to_owned()
    } else {
        format!(r#"<ol class="log" role="list">{items}</ol>"#)
    };
    let main = format!(
        r#"{}<p>The newest {SHOWN} first. <a href="/calls?org={slug}">Look again</a>, or <a href="/calls/live?org={slug}">watch them come</a>.</p>{list}"#,
        head(&shared, &whose.org, "Calls", "/calls"),
        slug = escape(&whose.org),
    );
    document("calls", &shared.product_url, &main)
}

/// The page so far, then each call when it is there.
async fn live(State(shared): State<Arc<Shared>>, Query(whose): Query<Whose>) -> Response {
    let (before, after) = document_parts("calls as they come", &shared.product_url);
    let head = head(&shared, &whose.org, "Calls as they come", "/calls/live");
    let note = format!(
        r#"<p>The newest last; this page goes on loading. <a href="/calls?org={}">All calls, standing still</a></p>"#,
        escape(&whose.org)
    );
    let start = format!(r#"{before}{head}{note}<div role="log" aria-label="Calls"><ol class="log" role="list">"#);
    let end = format!("</ol></div><p>This page has ended. Load it again to go on.</p>{after}");
    let last = {
        let journal = shared.journal();
        let last = journal.newest(usize::MAX).filter(|entry| whose.wants(entry)).take(BEFORE).last().map(|one| one.id);
        last.map_or(0, |id| id - 1)
    };
    let watch =
        Watch { shared, whose, last, until: tokio::time::Instant::now() + LIVE_FOR, part: Part::Start(start), end };
    let body = Body::from_stream(unfold(watch, Watch::next));
    let response = ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], body).into_response();
    with_headers(response, PAGE_POLICY)
}

struct Watch {
    shared: Arc<Shared>,
    whose: Whose,
    /// The last entry that was shown.
    last: u64,
    until: tokio::time::Instant,
    part: Part,
    end: String,
}

enum Part {
    Start(String),
    Calls,
    Ended,
}

impl Watch {
    async fn next(mut self) -> Option<(Result<Bytes, Infallible>, Self)> {
        let text = match std::mem::replace(&mut self.part, Part::Calls) {
            Part::Ended => return None,
            Part::Start(text) => text,
            Part::Calls => match self.more().await {
                Some(items) => items,
                None => {
                    self.part = Part::Ended;
                    std::mem::take(&mut self.end)
                }
            },
        };
        Some((Ok(Bytes::from(text)), self))
    }

    /// The calls since the last look; none when the page or the simulator ends.
    async fn more(&mut self) -> Option<String> {
        loop {
            let new: Vec<Entry> = {
                let journal = self.shared.journal();
                journal.newest(usize::MAX).take_while(|entry| entry.id > self.last).map(Entry::masked).collect()
            };
            self.last = new.first().map_or(self.last, |newest| newest.id);
            let wanted = new.iter().rev().filter(|entry| self.whose.wants(entry));
            let items: String = wanted.map(|entry| item(entry, &self.shared.public_url)).collect();
            if !items.is_empty() {
                return Some(items);
            }
            let pause = self.shared.stop.run_until_cancelled(tokio::time::sleep(LOOK_AGAIN));
            if pause.await.is_none() || tokio::time::Instant::now() > self.until {
                return None;
            }
        }
    }
}

fn head(shared: &Shared, slug: &str, title: &str, page: &str) -> String {
    let (crumb, options) = shared.look(|world| {
        let everybody = ("".to_owned(), "every organization".to_owned());
        (escape(slug), organization_options(world, slug, Some(&everybody)))
    });
    format!(
        r#"<div class="page-head"><p class="crumbs"><a href="/?org={crumb}">Settings / Integrations</a></p><h1>{title}</h1>
<p>What went in and out, with what was signed and how to send it again. Tokens, codes and secrets show their first characters only.</p></div>
<form class="row" method="get" action="{page}"><label class="label" for="org">For</label><select id="org" name="org" class="w-20">{options}</select><button class="btn" type="submit">Switch</button></form>"#
    )
}

/// One call in a list, closed.
pub(super) fn item(entry: &Entry, public_url: &str) -> String {
    let status = entry.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
    let arrow = if entry.direction == "in" { "From Deskbridge" } else { "To Deskbridge" };
    let organization = entry.organization.as_deref().map_or_else(String::new, |slug| format!(", {}", escape(slug)));
    let part = |label: &str, text: &str| {
        if text.is_empty() { String::new() } else { format!("<p>{label}</p><pre>{}</pre>", escape(text)) }
    };
    let signed = entry.signed.as_ref().map_or_else(String::new, super::explain::Signing::markup);
    let again = match curl(entry, public_url) {
        Some(command) => part("Again:", &command),
        None => "<p>Too long to be kept whole, so it cannot be sent again from here.</p>".to_owned(),
    };
    format!(
        r#"<li><details><summary>{} {} {} {status}, {} ms</summary><div class="flow-s"><p>{arrow}{organization}</p><pre>{} {}</pre>{}{}{}{signed}{again}</div></details></li>"#,
        time_of_day(entry.at),
        escape(&entry.method),
        entry.endpoint,
        entry.milliseconds,
        escape(&entry.method),
        escape(&entry.url),
        part("Sent:", &entry.request),
        part("Answered:", &entry.answer),
        part("Note:", entry.note.as_deref().unwrap_or_default()),
    )
}
