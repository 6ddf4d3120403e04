//! What came before the page: what was saved, what is wrong, what would change; and what an ended visit left behind.

use leptos::prelude::*;

use super::form::applies;
use crate::components::setting::words::{path_of, wrong};
use crate::components::setting::{Here, findings_of, shown};
use crate::components::{Icon, Notice, Sign};
use crate::forms::{Act, Path};
use crate::ports::{ChangeView, Control, EffectView, MistakeView, Outcome, SavedView, SettingsView, Shape, Words};
use crate::texts::{all_of, mark, name, rich, text, text_with};
use crate::time;

pub(super) fn outcome(settings: &SettingsView, here: &Here) -> AnyView {
    match &settings.outcome {
        Outcome::Opened | Outcome::Typed => ().into_any(),
        Outcome::Refused(mistakes) => summary(mistakes, text_with("summary", &[("count", mistakes.len().into())])),
        Outcome::Saved(saved) => self::saved(saved, settings, here),
        Outcome::Unchanged => {
            let title = text("saved-nothing").into_any();
            view! { <Notice tone="quiet" sign=Sign::Ok title role="status">""</Notice> }.into_any()
        }
        Outcome::Lapsed => {
            let title = text("draft-gone").into_any();
            view! { <Notice tone="quiet" sign=Sign::Info title role="status"><p>{text("draft-gone.text")}</p></Notice> }
                .into_any()
        }
        Outcome::Preview(effect) => {
            let title = text_with("preview", &[("count", effect.count.into())]).into_any();
            let list = self::effect(effect, here);
            let secrets = asks_again(settings).then(|| view! { <p>{text("action-secret-again")}</p> });
            view! {
                <Notice tone="accent" sign=Sign::Info title role="status">
                    <p>{text("preview.text")}</p>{secrets}{list}
                </Notice>
            }
            .into_any()
        }
        Outcome::Explained(explained) => {
            let (tone, sign) = if explained.good { ("ok", Sign::Info) } else { ("warn", Sign::Warn) };
            let arguments = [("integration", name(&here.integration)), ("subject", name(&explained.subject))];
            let title = rich("explain-says", &arguments);
            let words = crate::components::setting::said(&explained.said);
            let secrets = explained.secrets.then(|| view! { <p>{text("action-secret-again")}</p> });
            view! {
                <Notice tone sign title role="status"><p>{words}</p><p>{text("explain-settings")}</p>{secrets}</Notice>
            }
            .into_any()
        }
        Outcome::Ran(ran) => {
            let (tone, sign, key) =
                if ran.good { ("ok", Sign::Ok, "ran-good") } else { ("bad", Sign::Error, "ran-bad") };
            let title = rich(key, &[("act", mark(&ran.label).into())]);
            let lines: Vec<_> =
                ran.said.iter().map(|line| view! { <li>{crate::components::setting::said(line)}</li> }).collect();
            let mistakes: Vec<_> = ran.mistakes.iter().map(way).collect();
            view! { <Notice tone sign title role="status"><ul class="lines" role="list">{lines}{mistakes}</ul></Notice> }
                .into_any()
        }
    }
}

/// Whether a secret was typed that did not come back with the page; which one, its field says.
fn asks_again(settings: &SettingsView) -> bool {
    settings.sections.iter().flat_map(|section| &section.settings).any(|setting| match &setting.shape {
        Shape::Value(body) => matches!(&body.control, Some(Control::Secret { state, .. }) if state.again),
        _ => false,
    })
}

/// All mistakes on top, each with the way to its control, in the words that stand there.
pub(super) fn summary(mistakes: &[MistakeView], heading: String) -> AnyView {
    let lines: Vec<_> = mistakes.iter().map(way).collect();
    view! {
        <section class="error-summary" aria-labelledby="es" role="alert" tabindex="-1" autofocus>
            <h2 id="es"><Icon sign=Sign::Error/>{heading}</h2>
            <ul role="list">{lines}</ul>
        </section>
    }
    .into_any()
}

/// A mistake in the words that stand at its control, and the way there.
fn way(found: &MistakeView) -> AnyView {
    let words = wrong(&found.label, &found.mistake);
    match found.name.clone().or_else(|| found.at.as_ref().map(Path::name)) {
        Some(id) => {
            let href = format!("{}#{id}", found.page.as_deref().unwrap_or_default());
            view! { <li><a href=href>{words}</a></li> }.into_any()
        }
        None => view! { <li>{words}</li> }.into_any(),
    }
}

fn saved(saved: &SavedView, settings: &SettingsView, here: &Here) -> AnyView {
    let title = text_with("saved", &[("count", saved.count.into())]).into_any();
    let places = (!saved.places.is_empty()).then(|| {
        let places = text_with(
            "saved-places",
            &[("count", saved.places.len().into()), ("places", all_of(&saved.places).into())],
        );
        view! { <p>{places}</p> }
    });
    let merged = saved.merged_with.as_ref().map(|they| {
        let at = time::clock(they.at, &here.zone);
        let words = match &they.name {
            Some(who) => rich("saved-merged-by", &[("time", at.into()), ("who", name(who))]),
            None => text_with("saved-merged", &[("time", at.into())]).into_any(),
        };
        view! { <p>{words}</p> }
    });
    let more = saved.count.saturating_sub(saved.changes.len());
    let list = changes(&saved.changes, more, here, true);
    let applies = applies(&settings.applies, here);
    view! {
        <Notice tone="ok" sign=Sign::Ok title role="status">
            <p>{applies}</p>{places}{merged}{list}
        </Notice>
    }
    .into_any()
}

/// Before and after, line by line.
pub(super) fn changes(changes: &[ChangeView], more: usize, here: &Here, with_place: bool) -> AnyView {
    let lines: Vec<_> = changes.iter().map(|change| line(change, here, with_place)).collect();
    let more =
        (more > 0).then(|| view! { <li class="muted">{text_with("changes-more", &[("count", more.into())])}</li> });
    view! { <ul class="lines small" role="list">{lines}{more}</ul> }.into_any()
}

fn line(change: &ChangeView, here: &Here, with_place: bool) -> AnyView {
    let label = label(&change.label);
    let place = change.place.as_ref().filter(|_| with_place).map(|place| view! { " ("<bdi>{place.clone()}</bdi>")" });
    let reset = change.reset.then(|| view! { " "<span class="muted">{text("change-reset")}</span> });
    view! {
        <li>
            <strong>{label}</strong>{place}": "
            <del>{shown::inline(&change.before, &here.zone)}</del>" "<span aria-hidden="true">"→"</span>" "
            <ins>{shown::inline(&change.after, &here.zone)}</ins>{reset}
        </li>
    }
    .into_any()
}

pub(super) fn label(words: &[Words]) -> AnyView {
    view! { <bdi>{path_of(words)}</bdi> }.into_any()
}

/// Place by place.
pub(super) fn effect(effect: &EffectView, here: &Here) -> AnyView {
    let shown: usize = effect.places.iter().map(|(_, changes)| changes.len()).sum();
    let places: Vec<_> = effect
        .places
        .iter()
        .map(|(place, list)| {
            view! {
                <div class="flow-s"><p><strong><a href=place.href.clone()><bdi>{place.name.clone()}</bdi></a></strong></p>{changes(list, 0, here, false)}</div>
            }
        })
        .collect();
    let more = effect.count.saturating_sub(shown);
    let more =
        (more > 0).then(|| view! { <p class="muted">{text_with("changes-more", &[("count", more.into())])}</p> });
    let untouched = (effect.untouched > 0)
        .then(|| view! { <p>{text_with("preview-untouched", &[("count", effect.untouched.into())])}</p> });
    let nothing = (effect.count == 0).then(|| view! { <p>{text("preview-nothing")}</p> });
    view! { {nothing}{places}{more}{untouched} }.into_any()
}

/// What an ended visit left behind. A form of its own: it fills the other one.
pub(super) fn draft(settings: &SettingsView, here: &Here) -> AnyView {
    let Some(draft) = &settings.draft else { return ().into_any() };
    let at = time::date_and_time(draft.at, &here.zone);
    let title = text_with("draft", &[("count", draft.changes.into()), ("moment", at.into())]).into_any();
    view! {
        <Notice tone="warn" sign=Sign::Pencil title>
            <p>{text("draft.text")}</p>
            <form class="actions" method="post">
                <button class="btn btn--small" type="submit" name="act" value=Act::Resume.to_string()>{text("draft-resume")}</button>
                <button class="btn btn--plain btn--small" type="submit" name="act" value=Act::Discard.to_string()>{text("draft-discard")}</button>
            </form>
        </Notice>
    }
    .into_any()
}

/// What concerns no field in particular, and who could not be asked.
pub(super) fn general(settings: &SettingsView, here: &Here) -> AnyView {
    let trouble = settings.trouble.map(|_| {
        let title = rich("settings-trouble", &[("integration", name(&here.integration))]);
        view! { <Notice tone="away" sign=Sign::Outage title><p>{text("settings-trouble.text")}</p></Notice> }
    });
    let integration = Words::new(here.integration.as_str());
    let findings: Vec<_> = settings.findings.iter().map(|found| findings_of(found, &integration, here)).collect();
    view! { {trouble}{findings} }.into_any()
}
