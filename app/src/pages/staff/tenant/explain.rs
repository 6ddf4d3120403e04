//! Why is it so for this member or booking? The partner system's answer, and the settings that count at the location.

use leptos::prelude::*;

use super::pieces::{crumbs, state, whose_plain};
use super::settings::sections;
use crate::components::{Notice, Sign, StaffPage, staff_title};
use crate::pages::Page;
use crate::ports::{ExplainView, StaffView};
use crate::role::{Act, Section};
use crate::texts::{name, rich, text, text_with};

pub fn page(who: &StaffView, view: &ExplainView) -> Page {
    let heading = text("tenant-act-explain");
    let title =
        text_with("tenant-page-of", &[("page", heading.clone().into()), ("whose", whose_plain(&view.head).into())]);
    let integration = [("integration", name(&view.head.integration))];
    let answer = view.answer.as_ref().map(|(good, words)| {
        let words = words.clone();
        let (tone, sign) = if *good { ("ok", Sign::Info) } else { ("warn", Sign::Warn) };
        view! {
            <Notice tone sign role="status" title=rich("tenant-explain-says", &integration)><p><bdi>{words}</bdi></p></Notice>
        }
    });
    let lead = rich(if view.asks { "tenant-explain-asks" } else { "tenant-explain-ours" }, &integration);
    let counts = view.settings.as_ref().map(|settings| {
        view! { <h2 class="below">{text("tenant-explain-settings")}</h2>{sections(who, &view.head, settings)} }
    });
    let inner = view! {
        <p>{lead}</p>
        {question(who, view)}
        {answer}
        {counts}
    };
    let body = view! {
        <StaffPage
            staff=who.clone()
            section=Section::Tenants
            heading=heading.into_any()
            crumbs=crumbs(&view.head, true)
            lead=Some(state(&view.head, who))
        >
            {inner}
        </StaffPage>
    };
    Page { title: staff_title(&title), status: 200, body: body.into_any() }
}

/// Who may ask the partner system posts; who may look only chooses a location.
fn question(who: &StaffView, view: &ExplainView) -> AnyView {
    let asks = view.asks && who.role.may(Act::Explain);
    let options: Vec<_> = view
        .locations
        .iter()
        .map(|location| {
            let chosen = view.location.as_deref() == Some(location.id.as_str());
            view! { <option value=location.id.clone() selected=chosen>{location.name.clone()}</option> }
        })
        .collect();
    let subject = asks.then(|| {
        view! {
            <div class="field">
                <label class="label" for="subject">{text("tenant-explain-subject")}</label>
                <p class="help" id="subject-h">{text("tenant-explain-subject-help")}</p>
                <input type="text" id="subject" name="subject" maxlength="200" autocomplete="off" aria-describedby="subject-h" value=view.subject.clone()/>
            </div>
        }
    });
    let method = if asks { "post" } else { "get" };
    view! {
        <form class="narrow flow" method=method>
            {subject}
            <div class="field">
                <label class="label" for="location">{text("tenant-location")}</label>
                <select id="location" name="location">{options}</select>
            </div>
            <button class="btn btn--primary" type="submit">{text("tenant-explain-button")}</button>
        </form>
    }
    .into_any()
}
