//! OfficeRnD is busy or does not answer, or another request is at work. Nothing is lost, and the button tries again.

use leptos::prelude::*;

use super::{Frame, progress};
use crate::components::{Bridge, Notice, Sign, help_link, todo};
use crate::pages::Page;
use crate::ports::{AttemptView, Waiting};
use crate::texts::{name, rich, text, text_with};

pub(super) fn page(attempt: &AttemptView, waiting: Waiting) -> Page {
    let key = match waiting {
        Waiting::Busy => "waiting-busy",
        Waiting::Down => "waiting-down",
        Waiting::UnderWay => "waiting-under-way",
    };
    let arguments = vec![("integration", name(&attempt.integration.name)), ("reference", name(&attempt.reference))];
    let what = text(&format!("{key}.title"));
    let frame = Frame {
        title: text_with("title-not-connected", &[("what", what.into())]),
        bridge: Bridge::Building,
        note: text("connect-far-note"),
        progress: progress(attempt, 0, false),
    };
    let title = text(&format!("{key}.kept")).into_any();
    let again = rich("ask-again", &arguments);
    let (support, integration) = (attempt.integration.support.as_ref(), attempt.integration.name.as_str());
    let help = help_link(support, integration, Some(&attempt.reference), text("ask-for-help"));
    let main = view! {
        <h1>{text(key)}</h1>
        <Notice tone="away" sign=Sign::Outage title role="alert"><p>{text(&format!("{key}.what"))}</p></Notice>
        {todo(key, text("what-to-do"), "do", &arguments)}
        <p>{again}{help}</p>
        <form id="step" method="post"></form>
    };
    let foot = view! {
        <button class="btn" type="submit" form="step" name="act" value="cancel">{text("connect-cancel")}</button>
        <button class="btn btn--primary" type="submit" form="step" name="act" value="retry">
            {text(&format!("{key}.button"))}
        </button>
    };
    frame.around(attempt, main.into_any(), foot.into_any())
}
