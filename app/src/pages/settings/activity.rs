//! What happened to a connection, newest first.

use leptos::prelude::*;

use crate::components::{Icon, Sign};
use crate::ports::{ActivityView, Actor, ConnectionView};
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
    let when = rich("activity-when", &[("moment", moment.into()), ("actor", actor(&activity.actor, integration))]);
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
fn detail(activity: &ActivityView) -> Option<String> {
    let detail = activity.detail.clone()?;
    match activity.kind.as_str() {
        "connection.disconnected" | "grant.revoked" => Some(match detail.as_str() {
            "admin" => text("activity-because-admin"),
            "removed_in_officernd" => text("activity-because-removed-in-officernd"),
            "refused" => text("activity-because-refused"),
            "answer_lost" => text("activity-because-answer-lost"),
            "no_refresh_token" => text("activity-because-no-refresh-token"),
            _ => detail,
        }),
        "partner.not_told" => Some(match detail.as_str() {
            "sync" => text("activity-not-told-sync"),
            "disconnected" => text("activity-not-told-disconnected"),
            _ => detail,
        }),
        "connection.connected" | "connection.reconnected" | "connection.finish_set_up" | "attempt.replaced" => {
            Some(text_with("activity-number", &[("number", detail.into())]))
        }
        _ => Some(detail),
    }
}

/// Admins know OfficeRnD and the integration, so whatever we do by ourselves has no name.
pub(super) fn actor(actor: &Actor, integration: &str) -> texts::Value<'static> {
    match actor {
        Actor::Admin(None) => text("actor-admin").into(),
        Actor::Admin(Some(member)) => text_with("actor-member", &[("member", name(member))]).into(),
        Actor::OfficeRnD => text("actor-officernd").into(),
        Actor::Key(key) => text_with("actor-key", &[("integration", name(integration)), ("key", name(key))]).into(),
        Actor::Deskbridge => text("actor-automatic").into(),
    }
}

fn look(kind: &str) -> (&'static str, Sign) {
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
        "sync.off" => ("quiet", Sign::Paused),
        "sync.on" | "sync.requested" => ("quiet", Sign::Sync),
        "configure.opened" | "settings.changed" | "settings.action" | "settings.downloaded" => ("quiet", Sign::User),
        "organization.slug_changed" | "organization.renamed" => ("quiet", Sign::Organization),
        _ => ("quiet", Sign::Delayed),
    }
}
