//! After a disconnect: until when settings and history are kept, and how to connect again.

use leptos::prelude::*;

use super::activity::timeline;
use super::{names, titled};
use crate::components::{DeskPage, Notice, Sign, todo};
use crate::pages::Page;
use crate::ports::ConnectionView;
use crate::texts::{rich, state_key, text, text_with};
use crate::time::{self, Zone};

pub(super) fn page(connection: &ConnectionView) -> Page {
    let zone = Zone::of(&connection.locations.today);
    let arguments = names(connection);
    let key = state_key(connection.state);
    let since = time::date_and_time(connection.state_since, &zone);
    let since = time::element(connection.state_since, text_with("disconnected-since", &[("moment", since.into())]));
    let kept = connection.kept_until.map(|until| {
        let title = text_with("disconnected-kept", &[("date", time::date(until, &zone).into())]).into_any();
        view! { <Notice tone="quiet" sign=Sign::Delayed title><p>{text("disconnected-kept.text")}</p></Notice> }
    });
    let timeline = timeline(connection, &zone);
    let body = view! {
        <DeskPage head=connection narrow=true>
            <div class="page-head">
                <h1>{rich(&format!("{key}.heading"), &arguments)}</h1>
                <p>{since}</p>
            </div>
            {kept}
            {todo("disconnected-next", text("disconnected-next"), "do", &arguments)}
            {timeline}
        </DeskPage>
    };
    Page { title: titled(connection, text(key)), status: 200, body: body.into_any() }
}
