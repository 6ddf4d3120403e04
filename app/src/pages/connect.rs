//! The pop-up, `/connect/{attempt}`: one page for every stage of a connect attempt.
//! No island, no script: it must work in whatever window OfficeRnD opens.

mod ends;
mod problem;
mod review;
mod scope;
mod step;
mod waiting;

use leptos::prelude::*;

pub(crate) use self::review::{ready, rows as review_rows};
pub(crate) use self::step::status as step_status;
use super::message::{self, Around, Message};
use super::{Page, loaded};
use crate::components::{Bridge, PopUp, Progress};
use crate::ports::{AttemptStage, AttemptView, Fault, ReturnUrl, SharedConnectDesk, StepView, Words};
use crate::texts::{text, text_with};

/// Loads the attempt that this browser's cookie opens.
#[component]
pub fn ConnectPage() -> impl IntoView {
    let desk = use_context::<SharedConnectDesk>();
    let around = Around::of(use_context::<ReturnUrl>());
    loaded(
        async move {
            match desk {
                Some(desk) => desk.attempt().await,
                None => Err(Fault::NotFound),
            }
        },
        page,
        move |fault| match fault {
            Fault::NotFound | Fault::Ended => message::page(Message::AttemptGone, &around),
            Fault::Unavailable => message::page(Message::Unavailable, &around),
        },
    )
}

/// One of the partner's steps.
#[component]
pub fn StepPage() -> impl IntoView {
    let desk = use_context::<SharedConnectDesk>();
    let around = Around::of(use_context::<ReturnUrl>());
    // Without a desk there is no window; with one, there is no such step.
    let missing = if desk.is_some() { Message::NotFound } else { Message::AttemptGone };
    loaded(
        async move {
            match desk {
                Some(desk) => desk.step().await,
                None => Err(Fault::NotFound),
            }
        },
        step_page,
        move |fault| match fault {
            Fault::NotFound | Fault::Ended => message::page(missing, &around),
            Fault::Unavailable => message::page(Message::Unavailable, &around),
        },
    )
}

/// The page of a step.
pub fn step_page(view: &StepView) -> Page {
    step::page(view)
}

/// The page of an attempt in whatever stage it is.
pub fn page(attempt: &AttemptView) -> Page {
    match &attempt.stage {
        AttemptStage::Scope { locations, covered, reconnects } => scope::page(attempt, locations, covered, *reconnects),
        AttemptStage::Waiting(waiting) => waiting::page(attempt, *waiting),
        AttemptStage::FinishSetUp { locations, open, waits_for } => {
            ends::finish_set_up(attempt, locations, open, waits_for.as_deref())
        }
        AttemptStage::Review(view) => review::page(attempt, view),
        AttemptStage::Connected => ends::connected(attempt),
        AttemptStage::Declined => ends::declined(attempt),
        AttemptStage::Failed(problem) => problem::page(attempt, *problem),
    }
}

/// What the pages of the pop-up differ in besides their contents.
struct Frame {
    /// Without the integration's name.
    title: String,
    bridge: Bridge,
    note: String,
    progress: Option<Progress>,
}

impl Frame {
    fn around(self, attempt: &AttemptView, main: AnyView, foot: AnyView) -> Page {
        let Frame { title, bridge, note, progress } = self;
        let integration = attempt.integration.name.clone();
        let organization = attempt.organization.as_ref().map(|organization| organization.name.clone());
        let title = text_with("page-title", &[("page", title.into()), ("integration", integration.as_str().into())]);
        let body = view! {
            <PopUp bridge organization integration note progress foot>
                {main}
            </PopUp>
        };
        Page { title, status: attempt.stage.status(), body: body.into_any() }
    }
}

/// The frame of a step, which knows the connection and not the attempt.
fn around_step(step: &StepView, status: u16, main: AnyView, foot: AnyView) -> Page {
    let StepView { integration, organization, title, index, account, .. } = step;
    let (number, count) = (index + 2, integration.steps.len() + 2);
    let title = title.text.as_str();
    let page = text_with("title-step", &[("number", number.into()), ("count", count.into()), ("step", title.into())]);
    let title = text_with("page-title", &[("page", page.into()), ("integration", integration.name.as_str().into())]);
    let title = if step.refused { text_with("title-error", &[("page", title.into())]) } else { title };
    let body = view! {
        <PopUp
            bridge=Bridge::Building
            organization=Some(organization.name.clone())
            integration=integration.name.clone()
            note=far_note(account.as_deref())
            progress=progress_of(&integration.steps, index + 1, false)
            foot
        >
            {main}
        </PopUp>
    };
    Page { title, status, body: body.into_any() }
}

/// How far the partner's side is, in a few words.
fn far_note(account: Option<&str>) -> String {
    account
        .map_or_else(|| text("finish-far-note"), |account| text_with("linked-far-note", &[("account", account.into())]))
}

/// Scope, the partner's steps, review; nothing where one page is all there is.
fn progress(attempt: &AttemptView, current: usize, stopped: bool) -> Option<Progress> {
    progress_of(&attempt.integration.steps, current, stopped)
}

fn progress_of(steps: &[Words], current: usize, stopped: bool) -> Option<Progress> {
    (!steps.is_empty()).then(|| {
        let own = |key| std::iter::once(Words::new(text(key)));
        let titles = own("step-scope").chain(steps.iter().cloned()).chain(own("step-review"));
        Progress { titles: titles.collect(), current, stopped }
    })
}

/// OfficeRnD's page that closes the pop-up.
fn return_link(attempt: &AttemptView) -> AnyView {
    let href = attempt.return_url.clone();
    view! { <a class="btn btn--primary" href=href>{text("return-to-officernd")}</a> }.into_any()
}
