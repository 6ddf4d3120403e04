//! A connect that has failed: what happened, what was kept, the one thing to do, and a number for
//! support.

use leptos::prelude::*;

use super::{Frame, progress, return_link};
use crate::components::{Bridge, Notice, Sign, help_button, todo};
use crate::pages::Page;
use crate::ports::{AttemptView, Problem};
use crate::texts::{self, name, rich, text, text_with};
use crate::time::{self, Zone};

pub(super) fn page(attempt: &AttemptView, problem: Problem) -> Page {
    let key = key(problem);
    let integration = attempt.integration.name.as_str();
    let arguments = vec![("integration", name(integration)), ("reference", name(&attempt.reference))];
    let plain = text(&format!("{key}.title"));
    let frame = Frame {
        title: text_with("title-not-connected", &[("what", plain.into())]),
        bridge: Bridge::Broken,
        note: text("not-connected-note"),
        progress: progress(attempt, 0, true),
    };
    let again = format!("{key}.again");
    let again = rich(if texts::has(&again) { &again } else { "ask-again" }, &arguments);
    let title = rich(&format!("{key}.kept"), &arguments);
    // The zone of the organization is not known when a connect fails.
    let at = time::element(attempt.at, time::moment(attempt.at, &Zone::utc()));
    let heading = rich(key, &arguments);
    let what = rich(&format!("{key}.what"), &arguments);
    let main = view! {
        <h1>{heading}</h1>
        <Notice tone="bad" sign=Sign::Error title role="alert"><p>{what}</p></Notice>
        {todo(key, text("what-to-do"), "do", &arguments)}
        <p>{again}</p>
        <p class="muted small">{at}</p>
    };
    let support = attempt.integration.support.as_ref();
    let help = help_button(support, integration, Some(&attempt.reference), text("ask-for-help"));
    let foot = view! { {help}{return_link(attempt)} };
    frame.around(attempt, main.into_any(), foot.into_any())
}

fn key(problem: Problem) -> &'static str {
    match problem {
        Problem::CodeRefused => "problem-code-refused",
        Problem::CodeUsed => "problem-code-used",
        Problem::Incomplete => "problem-incomplete",
        Problem::Expired => "problem-expired",
        Problem::PermissionMissing => "problem-permission-missing",
        Problem::WrongOrganization => "problem-wrong-organization",
        Problem::AnswerLost => "problem-answer-lost",
        Problem::ClientRefused => "problem-client-refused",
        Problem::RegionRefused => "problem-region-refused",
        Problem::SecretMissing => "problem-secret-missing",
        Problem::RemovedMeanwhile => "problem-removed-meanwhile",
    }
}
