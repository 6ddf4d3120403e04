//! The page with everything that can be made to go wrong, for everybody or for one organization.

use axum::response::Response;

use super::html::{document, escape, organization_options, select, select_with_help};
use super::shared::Shared;
use super::switches::{FAULTS, Listed, SWITCHES};
use super::world::World;

pub(super) fn switches_page(shared: &Shared, slug: &str) -> Response {
    let limit = shared.token_requests().unwrap_or(0);
    let local = shared.delivers_to_loopback();
    let main = shared.look(|world| {
        let chosen = world.named(slug);
        let id = chosen.map(|organization| organization.id.as_str());
        let slug = chosen.map_or("", |organization| &organization.slug);
        let head = format!(
            r#"<div class="page-head"><p class="crumbs"><a href="/?org={slug}">Settings / Integrations</a></p><h1>Switches and faults</h1>
<p>Where it is not known how OfficeRnD behaves, and where it may fail. The first choice is the usual one. Confidence A: documented and confirmed by a second source; B: one good source; C: inferred, so that the other choices must work too.</p></div>
<form class="row" method="get" action="/switches"><label class="label" for="org">For</label><select id="org" name="org" class="w-20">{options}</select><button class="btn" type="submit">Switch</button></form>"#,
            slug = escape(slug),
            options = organization_options(world, slug, Some(&(String::new(), "every organization".to_owned()))),
        );
        let limits = if id.is_none() { limits(limit, local) } else { String::new() };
        let groups = groups(world, id);
        let form = format!(
            r#"<form class="flow" method="post" action="/switches">{groups}{limits}
<div class="field"><label class="label" for="times">Only for the next (empty: until changed)</label><input type="text" class="w-4" id="times" name="times" inputmode="numeric"><p class="help">Requests or calls that meet a changed switch.</p></div>
<button class="btn btn--primary" type="submit">Set switches</button><input type="hidden" name="org" value="{}"></form>"#,
            escape(slug)
        );
        format!(
            r#"{head}<div class="cols cols--side"><div>{form}</div><div>{}{}</div></div>"#,
            standing(world, slug),
            fault(slug)
        )
    });
    document("switches and faults", &shared.product_url, &main)
}

fn groups(world: &World, organization: Option<&str>) -> String {
    let mut names: Vec<&str> = SWITCHES.iter().map(|listed| listed.group).collect();
    names.dedup();
    let field = |listed: &Listed| {
        let help = format!("Confidence {}: {}", listed.confidence, listed.known);
        select_with_help(listed.key, listed.title, listed.values, world.rules.shown(listed.key, organization), &help)
    };
    names
        .iter()
        .map(|name| {
            let fields: String = SWITCHES.iter().filter(|listed| listed.group == *name).map(field).collect();
            format!(
                r#"<section class="card"><header><h2>{}</h2></header><div class="card__body flow">{fields}</div></section>"#,
                escape(name)
            )
        })
        .collect()
}

fn limits(limit: u32, local: bool) -> String {
    format!(
        r#"<section class="card"><header><h2>Limits</h2></header><div class="card__body flow"><div class="field"><label class="label" for="token_requests">Token requests a minute for each client (0: no limit)</label><input type="text" class="w-4" id="token_requests" name="token_requests" value="{limit}" inputmode="numeric"></div>{}</div></section>"#,
        select(
            "deliver_to_loopback",
            "Webhooks to addresses on this machine",
            &[("no", "are not delivered"), ("yes", "are delivered")],
            if local { "yes" } else { "no" },
        )
    )
}

/// What is set now, the timed settings among it, and the way back to usual.
fn standing(world: &World, slug: &str) -> String {
    let whose = |id: &Option<String>| {
        let name = id.as_ref().and_then(|id| world.organization(id)).map_or("everybody", |found| &found.name);
        format!("<bdi>{}</bdi>", escape(name))
    };
    let how_often = |times: Option<u32>| times.map_or_else(String::new, |times| format!(", {times} more times"));
    let settings = world.rules.settings.iter().map(|setting| {
        format!(
            "<li>{} = {} for {}{}</li>",
            escape(&setting.key),
            escape(&setting.value),
            whose(&setting.organization),
            how_often(setting.times)
        )
    });
    let faults = world.rules.faults.iter().map(|fault| {
        format!(
            "<li>fault {} at {} for {}{}</li>",
            escape(&fault.answer),
            escape(&fault.at),
            whose(&fault.organization),
            how_often(fault.times)
        )
    });
    let items: String = settings.chain(faults).collect();
    let body = if items.is_empty() {
        "<p class=\"muted\">Everything is as usual.</p>".to_owned()
    } else {
        format!(
            r#"<form class="flow" method="post" action="/switches/reset"><ul class="log" role="list">{items}</ul><button class="btn" type="submit">Everything back to usual</button><input type="hidden" name="org" value="{}"></form>"#,
            escape(slug)
        )
    };
    format!(
        r#"<section class="card" aria-labelledby="st"><header><h2 id="st">Changed now</h2></header><div class="card__body">{body}</div></section>"#
    )
}

fn fault(slug: &str) -> String {
    let fields: String = FAULTS
        .iter()
        .rev()
        .map(|listed| select_with_help(listed.key, listed.title, listed.values, listed.usual(), listed.known))
        .collect();
    let number = |id: &str, label: &str, value: &str| {
        format!(
            r#"<div class="field"><label class="label" for="f-{id}">{label}</label><input type="text" class="w-10" id="f-{id}" name="{id}" value="{value}" inputmode="numeric"></div>"#
        )
    };
    format!(
        r#"<section class="card" aria-labelledby="fa"><header><h2 id="fa">Order a fault</h2></header><div class="card__body"><form class="flow" method="post" action="/switches/fault">{fields}{}{}{}<button class="btn" type="submit">Order the fault</button><input type="hidden" name="org" value="{}"></form></div></section>"#,
        number("times", "How many times (empty: always)", "1"),
        number("milliseconds", "Late by, in milliseconds", "0"),
        number("retry_after", "Retry-After, in seconds (empty: none)", ""),
        escape(slug),
    )
}
