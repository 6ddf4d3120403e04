//! The way to the partner's own sign-in page. A link, which also goes by itself: browsers check each hop after a form
//! against `form-action`, and where the partner leads to nobody here knows.

use leptos::prelude::*;

use crate::ports::StepView;
use crate::texts::{name, rich, text};

/// What happens now.
pub fn on_the_way(step: &StepView) -> AnyView {
    let arguments = [("integration", name(&step.integration.name))];
    view! {
        <p>{rich("sign-in-goes", &arguments)}</p>
        <p>{rich("sign-in-back", &arguments)}</p>
    }
    .into_any()
}

/// The link, for browsers that do not go by themselves.
pub fn link(address: &str) -> AnyView {
    view! { <a class="btn btn--primary" href=address.to_owned()>{text("step-continue")}</a> }.into_any()
}

/// What Continue will do, before it is pressed.
pub fn announced(step: &StepView) -> Option<AnyView> {
    let arguments = [("integration", name(&step.integration.name))];
    step.leads.then(|| view! { <p>{rich("sign-in-announced", &arguments)}</p> }.into_any())
}
