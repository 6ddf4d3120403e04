//! The sample partner system's only page: what it received, newest first.

use axum::response::{Html, IntoResponse as _, Response};

use super::{Received, State, answers};
use crate::simulator::html::{STYLE_URL, date_and_time, escape, time_of_day, with_headers};

pub(super) fn page(state: &State) -> Response {
    let received = state.received();
    let list = if received.is_empty() {
        "<p class=\"muted\">Nothing was received yet. Connect one of these integrations in the simulated OfficeRnD, then press Sync or Remove there.</p>".to_owned()
    } else {
        let items: String = received.iter().map(item).collect();
        format!(r#"<ol class="log" role="list">{items}</ol>"#)
    };
    let main = format!(
        r#"<div class="page-head"><h1>What Deskbridge sent</h1>
<p>This stands for your own backend. Deskbridge calls its hooks for {integrations}. Newest first; secrets are masked and never kept.</p></div>
<div class="cols cols--side"><div>
<section class="card" aria-labelledby="rc"><header><h2 id="rc">Received</h2></header><div class="card__body">{list}</div></section>
</div><div>
<section class="card" aria-labelledby="hw"><header><h2 id="hw">How it answers</h2></header><div class="card__body flow">
<p>It refuses what is not signed with the integration’s secret (401), and accepts every entry, except one that contains <code>{wrong}</code>.</p>
<p>Its clock says {now} UTC. It forgets everything when the demo ends.</p></div></section>
</div></div>"#,
        integrations = escape(&state.names()),
        wrong = answers::WRONG,
        now = date_and_time(state.clock.now()),
    );
    document(state, &main, "form-action 'none'")
}

fn item(received: &Received) -> String {
    let body = serde_json::to_string_pretty(&received.body).unwrap_or_default();
    let answer = serde_json::to_string_pretty(&received.answer).unwrap_or_default();
    format!(
        r#"<li><details><summary>{time} <strong>{hook}</strong> {integration} · {organization} · {status}</summary><p class="muted">{id}, {verdict}</p><pre>{body}</pre><p>answered {status}</p><pre>{answer}</pre></details></li>"#,
        time = time_of_day(received.at),
        hook = escape(&received.hook),
        integration = escape(&received.integration),
        organization = escape(received.body["organization"]["name"].as_str().unwrap_or("?")),
        status = received.status,
        id = escape(&received.id),
        verdict = if received.signed { "signature right" } else { "signature wrong, missing or old" },
        body = escape(&body),
        answer = escape(&answer),
    )
}

/// As the simulator's, so that nobody takes it for a real product.
pub(super) fn document(state: &State, main: &str, form_action: &str) -> Response {
    let (product_url, simulator_url) = (escape(&state.product_url), escape(&state.simulator_url));
    let style = STYLE_URL.as_str();
    let page = format!(
        r##"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>SAMPLE: partner system</title>
<meta name="color-scheme" content="light dark">
<link rel="icon" href="/sample.svg" type="image/svg+xml">
<link rel="stylesheet" href="{style}">
</head>
<body class="sim">
<a class="skip" href="#main">Skip to the main content</a>
<header class="hazard">
<div class="wrap"><strong>SAMPLE. This is no partner’s product.</strong><span>Invented data. No door, network or payment is real. <a href="{product_url}">Go to Deskbridge</a> <a href="{simulator_url}">Go to the simulated OfficeRnD</a></span></div>
</header>
<main id="main" class="wrap page">
{main}
</main>
<footer class="foot"><div class="wrap"><span>Sample partner system, part of Deskbridge’s test tools</span></div></footer>
</body>
</html>
"##
    );
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; {form_action}; frame-ancestors 'none'"
    );
    with_headers(Html(page).into_response(), &policy)
}
