//! The page of webhook deliveries: what was sent where, each attempt, and sending the same again.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::response::Response;
use axum::routing::{get, post};

use super::deliveries::deliver_due;
use super::form::{Whose, refused, see_page};
use super::html::{card, date_and_time, document, escape, switcher, time_of_day};
use super::shared::Shared;
use super::world::{Attempt, Delivery, DeliveryState, Organization, Subscription, World};

const SHOWN: usize = 100;

type App = State<Arc<Shared>>;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/deliveries", get(page)).route("/deliveries/{delivery}/again", post(again))
}

async fn page(State(shared): App, Query(whose): Query<Whose>) -> Response {
    let main = shared.look(|world| {
        let chosen = whose.of(world);
        chosen.map_or_else(
            || r#"<h1>No organization</h1><p><a href="/organization">Create one</a></p>"#.to_owned(),
            |organization| {
                [head(world, organization), subscriptions(world, organization), table(world, organization)].concat()
            },
        )
    });
    document("webhook deliveries", &shared.product_url, &main)
}

fn head(world: &World, organization: &Organization) -> String {
    let slug = escape(&organization.slug);
    format!(
        r#"<div class="page-head"><p class="crumbs"><a href="/?org={slug}">Settings / Integrations</a></p><h1>Webhook deliveries</h1>
<p>A delivery that is not answered 2xx is repeated after 1, 5 and 30 minutes, 2, 5 and 10 hours, and then given up. These pauses are an assumption; OfficeRnD’s are not known. Events are sent on <a href="/?org={slug}">Settings / Integrations</a>, what was signed is in <a href="/calls?org={slug}">Calls</a>.</p></div>
{}"#,
        switcher("/deliveries", world, &organization.slug),
    )
}

fn subscriptions(world: &World, organization: &Organization) -> String {
    let mut own: Vec<&Subscription> =
        world.subscriptions.values().filter(|one| one.organization == organization.id).collect();
    own.sort_by_key(|subscription| subscription.sequence);
    let items: String = own
        .iter()
        .map(|one| {
            format!(
                "<li><code>{}</code> to {}, since {} UTC: {}</li>",
                escape(&one.id),
                escape(&one.url),
                date_and_time(one.created_at),
                escape(&one.event_types.join(", "))
            )
        })
        .collect();
    let body = if items.is_empty() {
        r#"<p class="muted">Nobody has subscribed.</p>"#.to_owned()
    } else {
        format!(r#"<ul class="log" role="list">{items}</ul>"#)
    };
    card("s", "Subscriptions", &body)
}

fn table(world: &World, organization: &Organization) -> String {
    let own = world.deliveries.iter().rev().filter(|delivery| delivery.organization == organization.id);
    let rows: String = own.take(SHOWN).map(row).collect();
    let body = if rows.is_empty() {
        r#"<div class="empty"><p>Nothing was delivered yet.</p></div>"#.to_owned()
    } else {
        format!(
            r#"<div class="table-box"><table role="table" class="table table--edge"><caption>The newest {SHOWN} first. Times are UTC.</caption>
<thead role="rowgroup"><tr role="row"><th role="columnheader" scope="col">Event</th><th role="columnheader" scope="col">State</th><th role="columnheader" scope="col">Attempts</th><th role="columnheader" scope="col"><span class="vh">Act</span></th></tr></thead>
<tbody role="rowgroup">{rows}</tbody></table></div>"#
        )
    };
    format!(r#"<section class="card" aria-labelledby="d"><header><h2 id="d">Deliveries</h2></header>{body}</section>"#)
}

fn row(delivery: &Delivery) -> String {
    let state = match delivery.state {
        DeliveryState::Due => format!("waits for {}", date_and_time(delivery.next_at)),
        DeliveryState::Delivered => "delivered".to_owned(),
        DeliveryState::GivenUp => "given up".to_owned(),
        DeliveryState::NotDelivered => "not sent: the address is on this machine".to_owned(),
    };
    let attempts: String = delivery.attempts.iter().map(attempt).collect();
    let attempts =
        if attempts.is_empty() { "none yet".to_owned() } else { format!(r#"<ol role="list">{attempts}</ol>"#) };
    let (event, id) = (escape(&delivery.event_type), escape(&delivery.id));
    format!(
        r#"<tr role="row"><th role="rowheader" scope="row">{event}<span class="sub">{id}</span><details><summary>Body<span class="vh"> of {event} {id}</span></summary><pre class="log">{}</pre></details></th><td role="cell" data-label="State"><div>{state}</div></td><td role="cell" data-label="Attempts"><div>{attempts}</div></td><td role="cell"><div><form method="post" action="/deliveries/{id}/again"><button class="btn btn--small" type="submit">Send again<span class="vh"> {event} {id}</span></button></form></div></td></tr>"#,
        escape(&delivery.body),
    )
}

fn attempt(attempt: &Attempt) -> String {
    let outcome = match (attempt.status, &attempt.error) {
        (Some(status), _) => status.to_string(),
        (None, Some(error)) => escape(error),
        (None, None) => "no answer".to_owned(),
    };
    format!("<li>{}: {outcome}, {} ms</li>", time_of_day(attempt.at), attempt.milliseconds)
}

/// The same body once more, signed by the clock of now unless its time is fixed.
async fn again(State(shared): App, Path(id): Path<String>) -> Response {
    let slug = shared.change(|world| {
        let now = shared.clock.now();
        let delivery = world.deliveries.iter_mut().find(|delivery| delivery.id == id)?;
        (delivery.state, delivery.next_at) = (DeliveryState::Due, now);
        let organization = delivery.organization.clone();
        world.organization(&organization).map(|found| found.slug.clone())
    });
    let Some(slug) = slug else { return refused(&shared, "This delivery is not known here.") };
    deliver_due(&shared, Some(&[id])).await;
    see_page("/deliveries", &slug)
}
