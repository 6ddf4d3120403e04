//! What happened to a connection, newest first.

use leptos::prelude::*;

use crate::components::{Icon, Sign};
use crate::ports::{ActivityView, Actor, ConnectionView};
use crate::state::ConnectionState;
use crate::texts::{self, name, rich, text, text_with};
use crate::time::{self, Zone};

pub(super) fn timeline(connection: &ConnectionView, zone: &Zone) -> AnyView {
    let integration = connection.integration.name.as_str();
    let items: Vec<_> = connection.activity.iter().map(|activity| item(activity, integration, zone)).collect();
    let body = if items.is_empty() {
        view! { <p class="muted">{text("activity-none")}</p> }.into_any()
    } else {
        view! { <ol class="timeline" role="list">{items}</ol> }.into_any()
    };
    view! {
        <section class="card" aria-labelledby="tl">
            <header><h2 id="tl">{text("card-activity")}</h2></header>
            <div class="card__body">{body}</div>
        </section>
    }
    .into_any()
}

fn item(activity: &ActivityView, integration: &str, zone: &Zone) -> AnyView {
    let (tone, sign) = look(&activity.kind);
    let detail = detail(activity).map(|detail| view! { <p class="change"><bdi>{detail}</bdi></p> });
    let moment = time::date_and_time(activity.at, zone);
    let when = rich(
        "activity-when",
        &[("moment", moment.into()), ("actor", named(&activity.actor, activity.name.as_deref(), integration))],
    );
    view! {
        <li data-tone=tone>
            <span class="dot"><Icon sign/></span>
            <div>
                <p>{texts::activity(&activity.kind, integration)}</p>
                {detail}
                <p class="when">{when}</p>
            </div>
        </li>
    }
    .into_any()
}

/// Causes and numbers of ours become words; names and lists stand as they are.
pub(crate) fn detail(activity: &ActivityView) -> Option<String> {
    let detail = activity.detail.clone()?;
    // Why staff did it stands behind the fact, and is theirs to read.
    let detail = match (&activity.actor, detail.split_once("; ")) {
        (Actor::Staff { .. }, _) if is_reason_only(&activity.kind) => return None,
        (Actor::Staff { .. }, Some((fact, _))) => fact.to_owned(),
        _ => detail,
    };
    match activity.kind.as_str() {
        "connection.disconnected" | "grant.revoked" => Some(match detail.as_str() {
            "admin" => text("activity-because-admin"),
            "staff" => text("activity-because-staff"),
            "removed_in_officernd" => text("activity-because-removed-in-officernd"),
            "refused" => text("activity-because-refused"),
            "answer_lost" => text("activity-because-answer-lost"),
            "no_refresh_token" => text("activity-because-no-refresh-token"),
            _ => detail,
        }),
        "connection.state_changed" => Some(states(&detail).unwrap_or(detail)),
        "run.held" | "approval.granted" | "approval.refused" => Some(removals(&detail).unwrap_or(detail)),
        "partner.not_told" => Some(match detail.as_str() {
            "sync" => text("activity-not-told-sync"),
            "disconnected" => text("activity-not-told-disconnected"),
            _ => detail,
        }),
        // The number of a run says nothing where runs have no page.
        "run.first_success" | "run.failed" if detail.starts_with("run_") => None,
        "connection.connected" | "connection.reconnected" | "connection.finish_set_up" | "attempt.replaced" => {
            Some(text_with("activity-number", &[("number", detail.into())]))
        }
        _ => Some(detail),
    }
}

/// Kinds that hold no fact: what staff write there is why they did it.
fn is_reason_only(kind: &str) -> bool {
    matches!(
        kind,
        "connection.paused" | "connection.resumed" | "reconnect_link.made" | "data.exported" | "grant.refresh_asked"
    )
}

/// `connected → delayed` in words.
fn states(detail: &str) -> Option<String> {
    let (from, to) = detail.split_once(" → ")?;
    let (from, to) = (ConnectionState::from_slug(from)?, ConnectionState::from_slug(to)?);
    let words = [("from", texts::state_word(from).into()), ("to", texts::state_word(to).into())];
    Some(text_with("activity-from-to", &words))
}

/// `64 / 180` in words.
fn removals(detail: &str) -> Option<String> {
    let (remove, of) = detail.split_once(" / ")?;
    let (remove, of): (u64, u64) = (remove.parse().ok()?, of.parse().ok()?);
    Some(text_with("activity-would-remove", &[("remove", remove.into()), ("of", of.into())]))
}

/// The same with the name of the member, where it is known.
pub(crate) fn named(actor: &Actor, known_as: Option<&str>, integration: &str) -> texts::Value<'static> {
    match (actor, known_as) {
        (Actor::Admin(Some(member)), Some(known_as)) => {
            text_with("actor-member-named", &[("name", name(known_as)), ("member", name(member))]).into()
        }
        _ => self::actor(actor, integration),
    }
}

/// Admins know OfficeRnD and the integration, so whatever we do by ourselves has no name.
pub(crate) fn actor(actor: &Actor, integration: &str) -> texts::Value<'static> {
    match actor {
        Actor::Admin(None) => text("actor-admin").into(),
        Actor::Admin(Some(member)) => text_with("actor-member", &[("member", name(member))]).into(),
        Actor::OfficeRnD => text("actor-officernd").into(),
        Actor::Key(key) => text_with("actor-key", &[("integration", name(integration)), ("key", name(key))]).into(),
        // Admins know the partner's product, not its people.
        Actor::Staff { .. } => text_with("actor-staff", &[("integration", name(integration))]).into(),
        Actor::Deskbridge => text("actor-automatic").into(),
    }
}

pub(crate) fn look(kind: &str) -> (&'static str, Sign) {
    match kind {
        "connection.connected" | "connection.reconnected" => ("ok", Sign::Ok),
        "connection.finish_set_up" => ("warn", Sign::SetUp),
        "connection.disconnected" | "data.purged" => ("quiet", Sign::Gone),
        "connection.locations_changed" => ("quiet", Sign::Pin),
        "connection.state_changed" => ("quiet", Sign::Some),
        "attempt.failed" => ("bad", Sign::Error),
        "grant.revoked" => ("bad", Sign::Reconnect),
        "attempt.replaced" => ("quiet", Sign::Reconnect),
        "grant.token_note" => ("warn", Sign::Key),
        "partner.linked" => ("ok", Sign::Key),
        "partner.not_told" => ("bad", Sign::Error),
        "acknowledgement.confirmed" => ("ok", Sign::Ok),
        "grant.refreshed" | "secret.renewed" => ("quiet", Sign::Key),
        "webhooks.lost" | "webhook.unreadable" => ("warn", Sign::Mail),
        "webhooks.subscribed" | "webhooks.resubscribed" => ("quiet", Sign::Mail),
        "events.replayed" | "delivery.repeated" => ("quiet", Sign::Up),
        "note.added" | "note.edited" => ("accent", Sign::Pencil),
        "data.unmasked" => ("warn", Sign::User),
        "explain.asked" => ("quiet", Sign::Info),
        "data.exported" => ("quiet", Sign::File),
        "grant.refresh_asked" => ("quiet", Sign::Key),
        "connection.paused" => ("quiet", Sign::Paused),
        "connection.resumed" => ("quiet", Sign::Sync),
        "run.first_success" | "approval.granted" => ("ok", Sign::Ok),
        "run.failed" => ("bad", Sign::Error),
        "run.lapsed" => ("warn", Sign::Delayed),
        "run.held" => ("warn", Sign::Approval),
        "approval.refused" => ("quiet", Sign::Approval),
        "sync.off" => ("quiet", Sign::Paused),
        "sync.on" | "sync.requested" => ("quiet", Sign::Sync),
        "configure.opened" | "settings.changed" | "settings.action" | "settings.downloaded" => ("quiet", Sign::User),
        "organization.slug_changed" | "organization.renamed" => ("quiet", Sign::Organization),
        _ => ("quiet", Sign::Delayed),
    }
}
