//! The sample partner system's only page: what it received, newest first.

use axum::response::{Html, IntoResponse as _, Response};

use super::{Mood, Received, State, answers};
use crate::simulator::html::{Frame, card, date_and_time, escape, time_of_day, with_headers};

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
<p>This stands for your own backend. Deskbridge calls its hooks for {integrations}, and tells it of events. Newest first; secrets are masked and never kept.</p></div>
<div class="cols cols--side"><div>{received}</div><div>{how}{mood}</div></div>"#,
        integrations = escape(&state.names()),
        received = card("rc", "Received", &list),
        how = card("hw", "How it answers", &how(state)),
        mood = card("md", "When it does not", &(mood(state.mood()) + &us(state.runs.is_down_in_us()))),
    );
    document(state, &main, "form-action 'self'")
}

fn how(state: &State) -> String {
    format!(
        r#"<p>It refuses what is not signed with the integration’s secret (401), and accepts every entry, except one that contains <code>{wrong}</code>.</p>
<p>Its clock says {now} UTC. It forgets everything when the demo ends.</p>"#,
        wrong = answers::WRONG,
        now = date_and_time(state.clock.now()),
    )
}

/// Outages, to see what an admin is told then.
fn mood(current: Mood) -> String {
    let choices: String = Mood::ALL
        .into_iter()
        .map(|mood| {
            let (name, checked) = (mood.name(), if mood == current { " checked" } else { "" });
            format!(
                r#"<div class="choice"><input type="radio" id="mood-{name}" name="mood" value="{name}"{checked}><label for="mood-{name}">{}</label></div>"#,
                mood.words()
            )
        })
        .collect();
    format!(
        r#"<form class="flow" method="post" action="/mood"><fieldset class="field"><legend class="label">From now on each hook</legend><div class="choices">{choices}</div></fieldset><button class="btn" type="submit">Set</button></form>"#
    )
}

/// One region in trouble: many tenants fail alike, and those elsewhere do not.
fn us(down: bool) -> String {
    let (now, then, button) = if down {
        ("do not answer: runs of tenants with the region us fail", "false", "Let them answer")
    } else {
        ("answer", "true", "Take them down")
    };
    format!(
        r#"<form class="flow" method="post" action="/us"><p>Portunus’ servers in the United States {now}.</p><button class="btn" type="submit" name="down" value="{then}">{button}</button></form>"#
    )
}

fn item(received: &Received) -> String {
    let body = serde_json::to_string_pretty(&received.body).unwrap_or_default();
    let answer = serde_json::to_string_pretty(&received.answer).unwrap_or_default();
    format!(
        r#"<li><details><summary>{time} <strong>{hook}</strong> {integration} · {organization} · {status}</summary><p class="muted">{id}, {verdict}</p><pre>{body}</pre><p>answered {status}</p><pre>{answer}</pre></details></li>"#,
        time = time_of_day(received.at),
        hook = escape(&received.hook),
        integration = escape(&received.integration),
        organization = escape(organization(&received.body)),
        status = received.status,
        id = escape(&received.id),
        verdict = if received.signed { "signature right" } else { "signature wrong, missing or old" },
        body = escape(&body),
        answer = escape(&answer),
    )
}

/// Hooks say it at the top, events in their data.
fn organization(body: &serde_json::Value) -> &str {
    let name = |of: &'static str| body.pointer(of).and_then(serde_json::Value::as_str);
    name("/organization/name").or_else(|| name("/data/organization/name")).unwrap_or("?")
}

/// As the simulator's, so that nobody takes it for a real product.
pub(super) fn document(state: &State, main: &str, form_action: &str) -> Response {
    let frame = Frame {
        title: "SAMPLE: partner system",
        icon: "/sample.svg",
        script: None,
        warning: "SAMPLE. This is no partner’s product.",
        invented: "Invented data. No door, network or payment is real.",
        links: &[("Go to Deskbridge", &state.product_url), ("Go to the simulated OfficeRnD", &state.simulator_url)],
        foot: "Sample partner system, part of Deskbridge’s test tools",
    };
    let policy = format!(
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; {form_action}; frame-ancestors 'none'"
    );
    with_headers(Html(frame.around(main)).into_response(), &policy)
}
