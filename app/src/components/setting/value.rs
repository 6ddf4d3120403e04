//! A value at a place: as a control, or as text with the button that opens one.

use leptos::prelude::*;

use super::super::icon::{Icon, Sign};
use super::words::{condition, wrong};
use super::{Here, control, help_id, shown};
use crate::forms::{Act, Path};
use crate::ports::{Change, Control, Layer, LockView, Mistake, Reach, SettingBody, SettingView, Shape, Shown};
use crate::texts::{name, rich, text, text_with};
use crate::time;

/// A whole field.
pub(super) fn field(view: &SettingView, body: &SettingBody, here: &Here) -> AnyView {
    let label = &view.label.text;
    if view.idle {
        return idle(view, body, here);
    }
    if body.change == Change::Reset {
        return reset(body, label, here);
    }
    match &body.control {
        Some(found) => {
            let help = view.help.is_some();
            let asked = control::Asked::of(body, view, help);
            view! {
                {marker(body, found, here)}
                {errors(body, |found| wrong(std::slice::from_ref(&view.label), found))}
                {control::control(found, &asked, here)}
                {inherited(view, body, here)}
                {mark(body, here)}
            }
            .into_any()
        }
        None => read(view, body, here),
    }
}

/// Hidden by the values of others: what is kept, and when it is asked.
fn idle(view: &SettingView, body: &SettingBody, here: &Here) -> AnyView {
    let asked = view.only_when.as_ref().map(|only_when| {
        view! { <p class="help">{text_with("setting-only-when", &[("condition", condition(only_when).into())])}</p> }
    });
    let kept = here.is_own(body.layer) || body.layer != Layer::Default;
    let kept = (kept && !matches!(body.shown, Shown::Nothing)).then(|| {
        let kept = shown::plain(&body.shown, &here.zone);
        view! { <p class="help">{text_with("setting-kept", &[("value", kept.into())])}</p> }
    });
    view! { <p class="value value--none">{text("setting-idle")}</p>{asked}{kept} }.into_any()
}

/// Inherited again once the form is saved.
fn reset(body: &SettingBody, label: &str, here: &Here) -> AnyView {
    view! {
        <input type="hidden" name="reset" value=body.path.to_string()/>
        {shown::shown(&body.shown, &here.zone)}
        <p class="inherit">
            <span>{text("setting-reset-pending")}</span>
            {plain_button(&Act::Own(body.path.clone()), text("setting-take-back"), label)}
        </p>
    }
    .into_any()
}

fn read(view: &SettingView, body: &SettingBody, here: &Here) -> AnyView {
    let label = &view.label.text;
    let open = match (&here.location, view.reach) {
        (Some(_), Reach::SameForAll) => {
            let fixed = matches!(view.lock, Some(LockView::SinceConnected { .. } | LockView::After { .. }));
            (!fixed).then(|| {
                let href = format!("{}#s.{}", here.organization, view.key);
                view! {
                    <a class="btn btn--plain btn--small" href=href>
                        {text("setting-change-for-all")}<span class="vh">": "{label.clone()}</span>
                    </a>
                }
                .into_any()
            })
        }
        (None, Reach::EachLocation) => None,
        _ => body.may_change.then(|| change(&body.path, label, here)),
    };
    let explained = (here.location.is_none() && view.reach == Reach::EachLocation)
        .then(|| view! { <p class="help">{text("setting-set-at-locations")}</p> });
    let value = match (explained.is_some(), &body.shown, body.layer) {
        (true, Shown::Nothing, _) => None,
        // What nobody has set is no purpose.
        (_, Shown::Empty(None), Layer::Default) => {
            Some(view! { <p class="value value--none">{text("value-none")}</p> }.into_any())
        }
        _ => Some(shown::shown(&body.shown, &here.zone)),
    };
    view! { <div class="value-row">{value}{open}</div>{explained}{mark(body, here)} }.into_any()
}

/// The button that opens a control.
pub(super) fn change(path: &Path, label: &str, here: &Here) -> AnyView {
    let words = text(if here.location.is_some() { "setting-change-here" } else { "setting-change" });
    view! {
        <button class="btn btn--small" type="submit" name="act" value=Act::Own(path.clone()).to_string() formnovalidate>
            {words}<span class="vh">": "{label.to_owned()}</span>
        </button>
    }
    .into_any()
}

/// Tells the server that the control was on the page.
pub(super) fn marker(body: &SettingBody, found: &Control, here: &Here) -> AnyView {
    let name = match found {
        Control::ThreeWay { .. } | Control::Templates { .. } => return ().into_any(),
        _ if here.is_own(body.layer) || body.change == Change::Typed => "own",
        _ => "see",
    };
    view! { <input type="hidden" name=name value=body.path.to_string()/> }.into_any()
}

/// What it would be otherwise, and the way back there.
fn inherited(view: &SettingView, body: &SettingBody, here: &Here) -> AnyView {
    let is_secret = matches!(body.control, Some(Control::Secret { .. }));
    if matches!(body.control, Some(Control::ThreeWay { .. } | Control::Templates { .. })) || !here.is_own(body.layer) {
        return ().into_any();
    }
    let Some((layer, otherwise)) = &body.otherwise else { return ().into_any() };
    let value = match (layer, otherwise) {
        (Layer::Default, Shown::Empty(None)) => text("value-none"),
        _ => shown::plain(otherwise, &here.zone),
    };
    let (line, back) = match (layer, is_secret) {
        (_, true) => return ().into_any(),
        (Layer::Organization, _) => ("setting-organization-value", "setting-reset"),
        _ => ("setting-default-value", "setting-reset-default"),
    };
    let key = if *otherwise == body.shown { "same" } else { "other" };
    view! {
        <p class="inherit">
            <span>{text_with(line, &[("value", value.into()), ("same", key.into())])}</span>
            {plain_button(&Act::Reset(body.path.clone()), text(back), &view.label.text)}
        </p>
    }
    .into_any()
}

/// A small button that stores nothing.
pub(super) fn plain_button(act: &Act, words: String, label: &str) -> AnyView {
    let undo = matches!(act, Act::Reset(_) | Act::Own(_)).then(|| view! { <Icon sign=Sign::Undo/> });
    view! {
        <button class="btn btn--plain btn--small" type="submit" name="act" value=act.to_string() formnovalidate>
            {undo}{words}<span class="vh">": "{label.to_owned()}</span>
        </button>
    }
    .into_any()
}

/// Who said it, and when.
fn mark(body: &SettingBody, here: &Here) -> AnyView {
    let Some(mark) = body.mark.as_ref().filter(|_| body.change == Change::None) else { return ().into_any() };
    let date = time::date(mark.at, &here.zone);
    let words = match &mark.name {
        Some(who) => rich("setting-mark-by", &[("date", date.into()), ("who", name(who))]),
        None => text_with("setting-mark", &[("date", date.into())]).into_any(),
    };
    view! { <p class="help">{time::element_of(mark.at, words)}</p> }.into_any()
}

/// The mistakes of a value, above its control; `words` says them with the value's label.
pub(super) fn errors(body: &SettingBody, words: impl Fn(&Mistake) -> AnyView) -> AnyView {
    let lines: Vec<_> = body
        .mistakes
        .iter()
        .enumerate()
        .map(|(place, (_, found))| {
            let id = error_id(&body.path, place);
            view! {
                <p class="field-error" id=id>
                    <Icon sign=Sign::Error/>
                    <span><span class="vh">{text("error-prefix")}" "</span>{words(found)}</span>
                </p>
            }
        })
        .collect();
    lines.into_any()
}

pub(super) fn error_id(path: &Path, place: usize) -> String {
    if place == 0 { format!("e.{path}") } else { format!("e.{path}:{place}") }
}

pub(super) fn has_mistakes(body: &SettingBody) -> bool {
    let inside = match &body.control {
        Some(Control::Things { things, .. }) => {
            things.iter().flat_map(|thing| &thing.fields).any(|field| !field.mistakes.is_empty())
        }
        Some(Control::Templates { texts, .. }) => texts.iter().any(|text| has_mistakes(&text.text)),
        _ => false,
    };
    inside || !body.mistakes.is_empty()
}

/// Ids of what describes the control: errors first.
pub(super) fn described(view: &SettingView, body: &SettingBody) -> Option<String> {
    let mut ids: Vec<String> = (0..body.mistakes.len()).map(|place| error_id(&body.path, place)).collect();
    ids.extend(view.help.is_some().then(|| help_id(&view.key)));
    (!ids.is_empty()).then(|| ids.join(" "))
}

/// The control that the field's heading can be the label of.
pub(super) fn labelled(view: &SettingView) -> Option<String> {
    let Shape::Value(body) = &view.shape else { return None };
    if view.idle || body.change == Change::Reset {
        return None;
    }
    control::is_single(body.control.as_ref()?).then(|| body.path.name())
}

/// An editor that needs the whole width.
pub(super) fn is_wide(found: &Control) -> bool {
    matches!(
        found,
        Control::Schedule { .. }
            | Control::Things { .. }
            | Control::Pairs { .. }
            | Control::Templates { .. }
            | Control::Template { single_line: false, .. }
    )
}

/// Whether "optional" says anything about it: an empty line might look forgotten.
pub(super) fn can_be_empty(view: &SettingView) -> bool {
    let Shape::Value(body) = &view.shape else { return false };
    matches!(body.control, Some(Control::Line { .. } | Control::Text { .. } | Control::Template { .. }))
}
