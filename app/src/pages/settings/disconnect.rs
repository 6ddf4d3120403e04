//! The question before a disconnect: what stops, what is kept, what cannot be undone, and the safe
//! way by its name. While the partner's rules refuse it, what it waits for.

use leptos::prelude::*;

use super::{names, titled};
use crate::components::setting::said;
use crate::components::{DeskPage, Icon, Notice, Sign};
use crate::forms::Act;
use crate::pages::Page;
use crate::paths;
use crate::ports::{ConnectionView, DisconnectView};
use crate::texts::{rich, text, text_with};

pub(super) fn page(connection: &ConnectionView, view: &DisconnectView) -> Page {
    let mut arguments = names(connection);
    arguments.push(("days", connection.retention_days.into()));
    let title = rich("disconnect-final", &[]);
    let all = connection.locations.all.then(|| view! { <dd>{text("disconnect-locations-all")}</dd> });
    let (locations, days) = (connection.locations.today.len(), connection.retention_days);
    let back = paths::settings(connection.id);
    let heading = rich("disconnect-question", &arguments);
    let what_then = rich("disconnect-final.text", &arguments);
    arguments.push(("count", locations.into()));
    let button = rich("disconnect-button", &arguments);
    let days_text = rich("disconnect-days.text", &names(connection));
    let members = rich("disconnect-members", &names(connection));
    let held = view.is_refused().then(|| held(connection, view));
    let end = if view.is_refused() {
        let again = paths::disconnect(connection.id);
        view! {
            <div class="actions">
                <a class="btn btn--primary" href=back>{text("disconnect-keep")}</a>
                <a class="btn" href=again>{text("disconnect-look-again")}</a>
            </div>
        }
        .into_any()
    } else {
        view! {
            <Notice tone="bad" sign=Sign::Warn title><p>{what_then}</p></Notice>
            <form class="actions" method="post">
                <button class="btn btn--danger" type="submit" name="act" value="disconnect"><span>{button}</span></button>
                <a class="btn" href=back>{text("disconnect-keep")}</a>
            </form>
        }
        .into_any()
    };
    let body = view! {
        <DeskPage head=connection narrow=true>
            <div class="page-head">
                <h1>{heading}</h1>
                <p>{text("disconnect-lead")}</p>
            </div>
            <dl class="ledger">
                <div>
                    <dt>{text("disconnect-locations")}</dt>
                    <dd>{locations}</dd>
                    {all}
                    <dd>{text("disconnect-locations.text")}</dd>
                </div>
                <div>
                    <dt>{text("disconnect-days")}</dt>
                    <dd>{days}</dd>
                    <dd>{days_text}</dd>
                </div>
            </dl>
            <p>{members}</p>
            {export()}
            {held}
            {end}
        </DeskPage>
    };
    let question = text_with(
        "disconnect-title",
        &[
            ("integration", connection.integration.name.as_str().into()),
            ("organization", connection.organization.name.as_str().into()),
        ],
    );
    Page { title: titled(connection, question), status: 200, body: body.into_any() }
}

/// Afterwards nobody opens the settings again: what is to be kept is taken along before.
fn export() -> AnyView {
    let button = |format: &str, key: &str| {
        let act = Act::Export(format.to_owned()).to_string();
        view! {
            <button class="btn btn--small" type="submit" name="act" value=act><Icon sign=Sign::File/>{text(key)}</button>
        }
    };
    view! {
        <form class="actions" method="post">
            <span>{text("disconnect-export")}</span>{button("csv", "more-csv")}{button("json", "more-json")}
        </form>
    }
    .into_any()
}

/// Why it is refused now, and when it can be done.
fn held(connection: &ConnectionView, view: &DisconnectView) -> AnyView {
    let lines: Vec<_> = view.held.iter().map(|words| view! { <p>{said(words)}</p> }).collect();
    let unknown = view.unknown.then(|| view! { <p>{rich("disconnect-unknown", &names(connection))}</p> });
    let title = rich("disconnect-held", &names(connection));
    view! {
        <Notice tone="bad" sign=Sign::Error title role="alert">
            {lines}{unknown}<p>{text("disconnect-held.text")}</p>
        </Notice>
    }
    .into_any()
}
