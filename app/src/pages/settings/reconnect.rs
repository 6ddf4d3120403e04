//! OfficeRnD alone starts Connect, so this page says where its button is.

use leptos::prelude::*;

use super::{names, titled};
use crate::components::{DeskPage, Notice, Sign, todo};
use crate::pages::Page;
use crate::paths;
use crate::ports::ConnectionView;
use crate::texts::{rich, text};

pub(super) fn page(connection: &ConnectionView) -> Page {
    let arguments = names(connection);
    let title = text("reconnect-page-kept").into_any();
    let officernd = connection.officernd_url.clone();
    let back = paths::settings(connection.id);
    let body = view! {
        <DeskPage head=connection narrow=true>
            <div class="page-head">
                <h1>{rich("reconnect-page-heading", &arguments)}</h1>
                <p>{text("reconnect-page-lead")}</p>
            </div>
            <Notice tone="quiet" sign=Sign::Ok title><p>{text("reconnect-page-kept.text")}</p></Notice>
            {todo("reconnect-page-steps", text("reconnect-page-steps"), "do", &arguments)}
            <div class="actions">
                <a class="btn btn--primary" href=officernd>{text("reconnect-page-open")}</a>
                <a class="btn" href=back>{text("reconnect-page-back")}</a>
            </div>
        </DeskPage>
    };
    Page { title: titled(connection, text("reconnect-page-title")), status: 200, body: body.into_any() }
}
