//! The admin page: one organization's integrations, as its administrator sees them in OfficeRnD.

use axum::response::Response;

use super::html::{date_and_time, document, escape, organization_options, select, time_of_day};
use super::journal::Entry;
use super::page_calls::item;
use super::shared::Shared;
use super::subscriptions::event_types;
use super::world::{DeliveryState, Integration, Organization, Stage, World};

/// Calls shown beside the integrations.
const CALLS_SHOWN: usize = 15;
/// Location names in full; more are counted.
const NAMES_SHOWN: usize = 3;

const TWISTS: &[(&str, &str)] = &[
    ("", "Everything works"),
    ("decline", "The admin declines (no code comes)"),
    ("denied", "The admin declines (error=access_denied comes)"),
    ("late", "The code has expired"),
    ("used", "The code was used before"),
    ("scope", "A permission is missing"),
    ("clock", "OfficeRnD’s clock is 5 minutes ahead, from now on"),
];

pub(super) fn admin_page(shared: &Shared, slug: &str) -> Response {
    let calls: Vec<Entry> = {
        let journal = shared.journal();
        journal.newest(CALLS_SHOWN).map(Entry::masked).collect()
    };
    let (title, main) = shared.look(|world| {
        let chosen = world.named(slug).or_else(|| world.organizations.first());
        let Some(organization) = chosen else { return ("no organization".to_owned(), nothing()) };
        let main = [
            head(world, organization),
            deviations(world, organization),
            format!(
                r#"<div class="cols cols--side"><div>{}{}</div><div>{}{}{}{}</div></div>"#,
                active(shared, world, organization),
                add(shared, organization),
                last_calls(shared, organization, &calls),
                event(organization),
                deliveries(world, organization),
                clock(shared, organization),
            ),
        ];
        (format!("integrations of {}", organization.name), main.concat())
    });
    document(&title, &shared.product_url, &main)
}

fn nothing() -> String {
    r#"<h1>No organization</h1><p><a href="/organization">Create one</a></p>"#.to_owned()
}

fn head(world: &World, organization: &Organization) -> String {
    let options = organization_options(world, &organization.slug, None);
    format!(
        r#"<div class="page-head"><h1>Settings / Integrations</h1>
<p>You play the administrator of <bdi>{}</bdi>. What you press here calls Deskbridge exactly as OfficeRnD would.</p></div>
<form class="row" method="get" action="/"><label class="label" for="org">Organization</label><select id="org" name="org" class="w-20">{options}</select><button class="btn" type="submit">Switch</button></form>
<nav aria-label="More pages"><ul class="row" role="list"><li><a href="/organization?org={slug}">Organization and locations</a></li><li><a href="/switches?org={slug}">All switches and faults</a></li><li><a href="/calls?org={slug}">Calls</a></li><li><a href="/deliveries?org={slug}">Webhook deliveries</a></li></ul></nav>"#,
        escape(&organization.name),
        slug = escape(&organization.slug)
    )
}

/// Says when OfficeRnD does not behave as usual, so that nobody looks for the fault in the product.
fn deviations(world: &World, organization: &Organization) -> String {
    let concerns = |whose: &Option<String>| whose.as_ref().is_none_or(|id| *id == organization.id);
    let switches = world.rules.settings.iter().filter(|setting| concerns(&setting.organization)).count();
    let faults = world.rules.faults.iter().filter(|fault| concerns(&fault.organization)).count();
    if switches + faults == 0 {
        return String::new();
    }
    format!(
        r#"<div class="notice" data-tone="warn" role="status"><div><strong>OfficeRnD does not behave as usual.</strong><p>{}, {}. <a href="/switches?org={}">Look at them</a></p></div></div>"#,
        counted(switches, "switch is changed", "switches are changed"),
        counted(faults, "fault waits", "faults wait"),
        escape(&organization.slug)
    )
}

fn counted(count: usize, one: &str, more: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { more })
}

fn active(shared: &Shared, world: &World, organization: &Organization) -> String {
    let installed = world.installed(&organization.id);
    let body = if installed.is_empty() {
        r#"<div class="empty"><p>Nothing is connected. Choose an integration below and press Connect.</p></div>"#
            .to_owned()
    } else {
        let rows: String = installed.iter().map(|found| row(shared, organization, found)).collect();
        format!(
            r#"<div class="table-box"><table role="table" class="table table--edge">
<caption>What the healthcheck answered last. Times are UTC.</caption>
<thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">Integration</th><th role="columnheader" scope="col">Locations</th><th role="columnheader" scope="col">Healthcheck says</th><th role="columnheader" scope="col"><span class="vh">Act</span></th></tr></thead>
<tbody role="rowgroup">{rows}</tbody></table></div>"#
        )
    };
    format!(
        r#"<section class="card" aria-labelledby="a"><header><h2 id="a">Active integrations</h2></header>{body}</section>"#
    )
}

fn row(shared: &Shared, organization: &Organization, integration: &Integration) -> String {
    let name = application_name(shared, &integration.application);
    let health = match (&integration.last_health, integration.stage) {
        (Some(health), _) => {
            let status = health.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
            format!(
                r#"“{}” <span class="sub">{status}, {} ms, {}</span>"#,
                escape(&health.text),
                health.milliseconds,
                time_of_day(health.at)
            )
        }
        (None, Stage::Opened) => "<span class=\"muted\">Connect was not finished.</span>".to_owned(),
        (None, _) => "<span class=\"muted\">Not asked yet.</span>".to_owned(),
    };
    let button = |act: &str, label: &str, popup: &str| {
        format!(
            r#"<button class="btn btn--small" name="act" value="{act}"{popup}>{label}<span class="vh"> {name}</span></button>"#
        )
    };
    let configure = r#" formtarget="configure" data-popup="1040x800""#;
    let connect = r#" formtarget="connect" data-popup="520x680""#;
    let buttons = [
        button("configure", "Configure", configure),
        button("check", "Check", ""),
        button("sync", "Sync", ""),
        button("connect", if integration.stage == Stage::Opened { "Connect" } else { "Connect again" }, connect),
        button("remove", "Remove", ""),
    ]
    .concat();
    format!(
        r#"<tr role="row"><th role="rowheader" scope="row">{name}<span class="sub">{id}</span></th><td role="cell" data-label="Locations"><div>{}</div></td><td role="cell" data-label="Healthcheck says"><div>{health}</div></td><td role="cell"><div><form class="row" method="post" action="/admin/integrations/{id}">{buttons}</form></div></td></tr>"#,
        locations(organization, integration),
        id = escape(&integration.id),
    )
}

fn application_name(shared: &Shared, slug: &str) -> String {
    shared.application(slug).map_or_else(|| escape(slug), |application| escape(&application.name))
}

fn locations(organization: &Organization, integration: &Integration) -> String {
    if integration.locations.is_empty() {
        return "all".to_owned();
    }
    let names: Vec<String> = organization
        .locations
        .iter()
        .filter(|location| integration.locations.contains(&location.id))
        .map(|location| format!("<bdi>{}</bdi>", escape(&location.name)))
        .collect();
    let rest = names.len().saturating_sub(NAMES_SHOWN);
    let shown = names.into_iter().take(NAMES_SHOWN).collect::<Vec<_>>().join("; ");
    if rest == 0 { shown } else { format!("{shown} and {rest} more") }
}

fn add(shared: &Shared, organization: &Organization) -> String {
    if shared.applications.is_empty() {
        return r#"<section class="card"><div class="card__body"><p>No application is registered, so there is nothing to connect.</p></div></section>"#.to_owned();
    }
    let applications: Vec<(&str, &str)> =
        shared.applications.iter().map(|application| (application.slug.as_str(), application.name.as_str())).collect();
    let choice = |kind: &str, name: &str, id: &str, value: &str, label: &str, checked: bool| {
        let checked = if checked { " checked" } else { "" };
        format!(
            r#"<div class="choice"><input type="{kind}" name="{name}" id="{id}" value="{}"{checked}><label for="{id}"><bdi>{}</bdi></label></div>"#,
            escape(value),
            escape(label)
        )
    };
    let open = organization.locations.iter().filter(|place| !place.archived);
    let places: String = open
        .clone()
        .enumerate()
        .map(|(index, place)| choice("checkbox", "loc", &format!("l-{index}"), &place.id, &place.name, false))
        .collect();
    let places = if open.clone().count() > 12 {
        format!(
            r#"<details><summary>Choose among {} locations</summary><div class="choices">{places}</div></details>"#,
            open.count()
        )
    } else {
        format!(r#"<div class="choices">{places}</div>"#)
    };
    let twists: String = TWISTS
        .iter()
        .enumerate()
        .map(|(index, (value, label))| choice("radio", "twist", &format!("t-{index}"), value, label, index == 0))
        .collect();
    format!(
        r#"<section class="card" aria-labelledby="n"><header><h2 id="n">Add an integration</h2></header><div class="card__body">
<form class="flow" method="post" action="/admin/connect">{}
<fieldset class="field"><legend class="label">Locations</legend><p class="help">Choose none to connect all of them, also later ones.</p>{places}</fieldset>
<fieldset class="field"><legend class="label">What should happen</legend><div class="choices">{twists}</div></fieldset>
<button class="btn btn--primary" type="submit" formtarget="connect" data-popup="520x680">Connect (opens a pop-up)</button><input type="hidden" name="org" value="{}"></form></div></section>"#,
        select("application", "Integration", &applications, ""),
        escape(&organization.slug),
    )
}

fn last_calls(shared: &Shared, organization: &Organization, calls: &[Entry]) -> String {
    let items: String = calls.iter().map(|entry| item(entry, &shared.public_url)).collect();
    let list = if items.is_empty() {
        "<p class=\"muted\">Nothing was called yet.</p>".to_owned()
    } else {
        format!(r#"<ol class="log" role="list">{items}</ol>"#)
    };
    format!(
        r#"<section class="card" aria-labelledby="lg"><header><h2 id="lg">Last calls</h2></header><div class="card__body flow-s">{list}<p><a href="/calls?org={slug}">All calls</a>, <a href="/calls/live?org={slug}">as they come</a></p></div></section>"#,
        slug = escape(&organization.slug)
    )
}

fn event(organization: &Organization) -> String {
    let known = event_types();
    let options: Vec<(&str, &str)> = known.iter().map(|event| (event.as_str(), event.as_str())).collect();
    format!(
        r#"<section class="card" aria-labelledby="ev"><header><h2 id="ev">Send an event</h2></header><div class="card__body"><form class="flow" method="post" action="/admin/event">{}
<div class="field"><label class="label" for="times">How many</label><input type="text" class="w-4" id="times" name="times" value="1" inputmode="numeric"></div><button class="btn" type="submit">Send</button><input type="hidden" name="org" value="{}"></form></div></section>"#,
        select("evt", "Event", &options, "member.created"),
        escape(&organization.slug),
    )
}

fn deliveries(world: &World, organization: &Organization) -> String {
    let own = || world.deliveries.iter().filter(|delivery| delivery.organization == organization.id);
    let count = |state: DeliveryState| own().filter(|delivery| delivery.state == state).count();
    let subscriptions =
        world.subscriptions.values().filter(|subscription| subscription.organization == organization.id).count();
    format!(
        r#"<section class="card" aria-labelledby="wh"><header><h2 id="wh">Webhooks</h2></header><div class="card__body"><p>{}. {} delivered, {} for another attempt, {} given up, {} not sent because the address is on this machine. <a href="/deliveries?org={}">Each with its attempts</a></p></div></section>"#,
        counted(subscriptions, "subscription", "subscriptions"),
        counted(count(DeliveryState::Delivered), "event", "events"),
        counted(count(DeliveryState::Due), "waits", "wait"),
        count(DeliveryState::GivenUp),
        count(DeliveryState::NotDelivered),
        escape(&organization.slug),
    )
}

fn clock(shared: &Shared, organization: &Organization) -> String {
    let steps = [
        ("1", "1 minute"),
        ("10", "10 minutes"),
        ("60", "1 hour"),
        ("1440", "1 day"),
        ("20160", "14 days"),
        ("23040", "16 days"),
    ];
    format!(
        r#"<section class="card" aria-labelledby="cl"><header><h2 id="cl">Clock</h2></header><div class="card__body"><form class="flow" method="post" action="/admin/clock"><p>{} UTC</p><p class="help">In the demo Deskbridge’s clock moves with it. A simulator on its own moves only its own clock.</p>{}<button class="btn" type="submit">Move ahead</button><input type="hidden" name="org" value="{}"></form></div></section>"#,
        date_and_time(shared.clock.now()),
        select("minutes", "Move ahead by", &steps, "60"),
        escape(&organization.slug),
    )
}
