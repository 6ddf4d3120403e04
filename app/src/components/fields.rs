//! The fields of a step. No script: what depends on other entries says so instead of hiding.

use leptos::prelude::*;

use super::facts::words_of_fact;
use super::icon::{Icon, Sign};
use super::setting::said;
use super::setting::words::wrong;
use crate::ports::{Asks, FieldView, Input, LineKind, Listed, Mistake, OptionView, StepView, Words};
use crate::texts::{self, mark, rich, text, text_with};

/// More options of one choice than this are a drop-down.
const OPTIONS_IN_VIEW: usize = 8;
/// Fewer lines of an option's help would be lost in a drop-down.
const OPTIONS_WITH_HELP: usize = 20;

/// The fields of a step in a form called `step`. Its buttons may stand outside.
pub fn form(step: &StepView) -> AnyView {
    let Asks::Fields(fields) = &step.asks else { return ().into_any() };
    let fields: Vec<_> = fields.iter().map(field).collect();
    // Return presses the first button of a form: that must not be one that only loads a list again.
    view! {
        <form id="step" class="flow" method="post" novalidate>
            <button class="vh" type="submit" name="act" value="next" tabindex="-1" aria-hidden="true">
                {text("step-continue")}
            </button>
            {fields}
        </form>
    }
    .into_any()
}

/// What is wrong with a field, in which its label says its language where that is not the page's.
pub(super) fn words_of(field: &FieldView) -> Option<AnyView> {
    let found = match (field.mistake.as_ref()?, &field.input) {
        (Mistake::Missing, Input::Choice { .. } | Input::List { .. }) => &Mistake::Choose,
        (Mistake::Missing, Input::Confirmation { .. }) => &Mistake::Confirm,
        (found, _) => found,
    };
    Some(wrong(std::slice::from_ref(&field.label), found))
}

fn id(field: &FieldView) -> String {
    format!("f-{}", field.key)
}

/// Where a line of the summary leads: the input, or the first of several.
pub(super) fn anchor(field: &FieldView) -> String {
    match &field.input {
        Input::Choice { options, .. } if is_cards(field, options.len()) => format!("f-{}-0", field.key),
        Input::List { list: Listed::Options { options, .. }, many, .. } if *many || is_short(options) => {
            if options.is_empty() { format!("f-{}-l", field.key) } else { format!("f-{}-0", field.key) }
        }
        Input::List { list: Listed::Trouble(_) | Listed::First(_), .. } => format!("f-{}-l", field.key),
        _ => id(field),
    }
}

fn is_cards(_: &FieldView, options: usize) -> bool {
    options <= OPTIONS_IN_VIEW
}

fn is_short(options: &[OptionView]) -> bool {
    let has_help = options.iter().any(|option| option.help.is_some() || option.closed.is_some());
    options.len() <= if has_help { OPTIONS_WITH_HELP } else { OPTIONS_IN_VIEW }
}

/// Ids of what describes an input: the error first.
fn described(field: &FieldView, help: bool) -> Option<String> {
    let mut ids = Vec::new();
    if field.mistake.is_some() {
        ids.push(format!("f-{}-e", field.key));
    }
    if help {
        ids.push(format!("f-{}-h", field.key));
    }
    (!ids.is_empty()).then(|| ids.join(" "))
}

fn field(field: &FieldView) -> AnyView {
    let label = said(&field.label);
    let (helped, help) = help(field);
    let error = words_of(field).map(|words| {
        let id = format!("f-{}-e", field.key);
        view! {
            <p class="field-error" id=id>
                <Icon sign=Sign::Error/>
                <span><span class="vh">{text("error-prefix")}" "</span>{words}</span>
            </p>
        }
    });
    let described = described(field, helped);
    // What is asked with some choices only must not be demanded by the browser.
    let required = field.required && field.only_with.is_empty();
    let (id, invalid) = (id(field), field.mistake.is_some().then_some("true"));
    let asked =
        !matches!(field.input, Input::Switch { .. } | Input::Confirmation { .. } | Input::Fixed(_) | Input::Later(_));
    let optional = (!field.required && asked)
        .then(|| view! { <span class="muted">{format!(" ({})", text("field-optional"))}</span> });
    match &field.input {
        Input::Line { value, most, kind } => {
            let (mode, class) = match kind {
                LineKind::Number { .. } => ("decimal", "w-10"),
                LineKind::Address => ("url", ""),
                LineKind::Plain | LineKind::Host { .. } => ("text", ""),
            };
            let unit = match kind {
                LineKind::Number { unit } => unit.clone().map(|unit| view! { <span>{unit}</span> }),
                _ => None,
            };
            let input = view! {
                <input type="text" id=id.clone() name=id.clone() class=class value=value.clone() maxlength=*most
                    inputmode=mode autocomplete="off" autocapitalize="none" spellcheck="false"
                    required=required aria-invalid=invalid aria-describedby=described/>
            };
            let input = match unit {
                Some(unit) => view! { <div class="affix">{input}{unit}</div> }.into_any(),
                None => input.into_any(),
            };
            view! { <div class="field"><label class="label" for=id>{label}{optional}</label>{help}{error}{input}</div> }
                .into_any()
        }
        Input::Text { value, most } => {
            // HTML drops the first line break.
            let value = format!("\n{value}");
            view! {
                <div class="field">
                    <label class="label" for=id.clone()>{label}{optional}</label>{help}{error}
                    <textarea id=id.clone() name=id rows="4" maxlength=*most required=required
                        aria-invalid=invalid aria-describedby=described>{value}</textarea>
                </div>
            }
            .into_any()
        }
        Input::Secret { kept } => view! {
            <div class="field">
                <label class="label" for=id.clone()>{label}{optional}</label>{help}{error}
                <input type="password" id=id.clone() name=id autocomplete="off" required=required && !*kept
                    aria-invalid=invalid aria-describedby=described/>
            </div>
        }
        .into_any(),
        Input::Switch { on, .. } | Input::Confirmation { on } => {
            let required = field.required && matches!(field.input, Input::Confirmation { .. });
            view! {
                <div class="field">
                    {error}
                    <div class="choice">
                        <input type="checkbox" id=id.clone() name=id.clone() value="yes" checked=*on required=required
                            aria-invalid=invalid aria-describedby=described/>
                        <label for=id>{label}</label>
                        {help}
                    </div>
                </div>
            }
            .into_any()
        }
        Input::Fixed(fact) => view! {
            <div class="field" id=id tabindex="-1">
                <p class="label">{label}</p>{help}{error}
                <p>{words_of_fact(fact)}</p>
            </div>
        }
        .into_any(),
        Input::Later(fact) => view! {
            <div class="field" id=id tabindex="-1">
                <p class="label">{label}</p>{help}{error}
                <p>{words_of_fact(fact)}</p>
                <p class="help">{text("step-in-settings")}</p>
            </div>
        }
        .into_any(),
        Input::Choice { options, chosen } => {
            let chosen: Vec<String> = chosen.iter().cloned().collect();
            let inner = if is_cards(field, options.len()) {
                choices(field, options, &chosen, false)
            } else {
                drop_down(field, options, &chosen, described.clone())
            };
            grouped(field, is_cards(field, options.len()), label, optional.into_any(), help, error.into_any(), inner)
        }
        Input::List { list, chosen, many, search: looked_for } => {
            let cards = match list {
                Listed::Options { options, .. } => *many || is_short(options),
                _ => true,
            };
            let inner = view! {
                {looked_for.as_deref().map(|typed| search(field, typed))}
                {listed(field, list, chosen, *many, described)}
                {after(field, list)}
            }
            .into_any();
            grouped(field, cards, label, optional.into_any(), help, error.into_any(), inner)
        }
    }
}

/// Several inputs are a group with a legend; one has a label.
fn grouped(
    field: &FieldView,
    several: bool,
    label: AnyView,
    optional: AnyView,
    help: AnyView,
    error: AnyView,
    inner: AnyView,
) -> AnyView {
    let described = described(field, has_help(field));
    if several {
        view! {
            <fieldset class="field" id=format!("f-{}-l", field.key) tabindex="-1" aria-describedby=described>
                <legend class="label">{label}{optional}</legend>{help}{error}{inner}
            </fieldset>
        }
        .into_any()
    } else {
        view! {
            <div class="field">
                <label class="label" for=id(field)>{label}{optional}</label>{help}{error}{inner}
            </div>
        }
        .into_any()
    }
}

fn choices(field: &FieldView, options: &[OptionView], chosen: &[String], many: bool) -> AnyView {
    let kind = if many { "checkbox" } else { "radio" };
    let cards = options.iter().any(|option| option.help.is_some() || option.closed.is_some());
    let class = if cards { "choice choice--card" } else { "choice" };
    let invalid = field.mistake.is_some().then_some("true").filter(|_| many);
    let name = id(field);
    let none = (!field.required && !many).then(|| OptionView {
        value: String::new(),
        label: Words::new(text("choice-none")),
        help: None,
        closed: None,
    });
    let words = |words: &Words| {
        let words = said(words);
        if cards { view! { <strong>{words}</strong> }.into_any() } else { words }
    };
    let options = options.iter().chain(&none).enumerate().map(|(index, option)| {
        let id = format!("f-{}-{index}", field.key);
        let on = chosen.contains(&option.value) || (option.value.is_empty() && chosen.is_empty());
        let help = option.closed.clone().map(Words::new).or_else(|| option.help.clone());
        let help_id = help.is_some().then(|| format!("{id}-h"));
        let help = help.map(|help| view! { <span class="help" id=help_id.clone()>{said(&help)}</span> });
        view! {
            <div class=class>
                <input type=kind id=id.clone() name=name.clone() value=option.value.clone() checked=on
                    disabled=option.closed.is_some() aria-describedby=help_id aria-invalid=invalid/>
                <label for=id>{words(&option.label)}</label>
                {help}
            </div>
        }
    });
    view! { <div class="choices">{options.collect_view()}</div> }.into_any()
}

fn drop_down(field: &FieldView, options: &[OptionView], chosen: &[String], described: Option<String>) -> AnyView {
    let first = text(if field.required { "choice-first" } else { "choice-none" });
    let options = options.iter().map(|option| {
        let on = chosen.contains(&option.value);
        let closed = option.closed.is_some();
        let Words { text: label, lang } = option.label.clone();
        view! { <option value=option.value.clone() lang=lang selected=on disabled=closed>{label}</option> }
    });
    let invalid = field.mistake.is_some().then_some("true");
    view! {
        <select id=id(field) name=id(field) required=field.required aria-invalid=invalid aria-describedby=described>
            <option value="">{first}</option>
            {options.collect_view()}
        </select>
    }
    .into_any()
}

fn listed(field: &FieldView, list: &Listed, chosen: &[String], many: bool, described: Option<String>) -> AnyView {
    match list {
        Listed::Options { options, .. } if options.is_empty() => {
            let looked_for = matches!(&field.input, Input::List { search: Some(typed), .. } if !typed.is_empty());
            let words = text(if looked_for { "list-none-found" } else { "list-empty" });
            view! { <p class="help">{words}</p>{kept(field, chosen)} }.into_any()
        }
        Listed::Options { options, .. } if many || is_short(options) => choices(field, options, chosen, many),
        Listed::Options { options, .. } => drop_down(field, options, chosen, described),
        Listed::Trouble(_) => view! {
            <p class="field-error"><Icon sign=Sign::Outage/><span>{text("list-trouble")}</span></p>
            {kept(field, chosen)}
        }
        .into_any(),
        Listed::First(first) => view! {
            <p class="help">{rich("list-first", &[("field", mark(first).into())])}</p>{kept(field, chosen)}
        }
        .into_any(),
    }
}

/// What was chosen goes along, though it cannot be shown now.
fn kept(field: &FieldView, chosen: &[String]) -> AnyView {
    let name = id(field);
    chosen
        .iter()
        .map(|one| view! { <input type="hidden" name=name.clone() value=one.clone()/> })
        .collect_view()
        .into_any()
}

/// A line to look something up in a long list. What the list shows now goes along, so that Return in the line can be
/// told from Return elsewhere.
fn search(field: &FieldView, typed: &str) -> AnyView {
    let id = format!("q-{}", field.key);
    let (find, shown) = (format!("find-{}", field.key), format!("s-{}", field.key));
    view! {
        <p class="row">
            <label class="vh" for=id.clone()>{rich("list-search", &[("field", mark(&field.label).into())])}</label>
            <input type="search" class="w-20" id=id.clone() name=id value=typed.to_owned() maxlength="200"
                autocomplete="off"/>
            <button class="btn btn--small" type="submit" name="act" value=find formnovalidate>
                {text("list-find")}
            </button>
        </p>
        <input type="hidden" name=shown value=typed.to_owned()/>
    }
    .into_any()
}

/// Buttons that change the list and keep all entries.
fn after(field: &FieldView, list: &Listed) -> AnyView {
    let (pages, more) = match list {
        Listed::Options { pages, more, .. } => (*pages, *more),
        _ => (1, false),
    };
    let cut = match list {
        Listed::Options { cut: Some(cut), .. } => {
            let cut = text_with("list-cut", &[("count", (*cut).into())]);
            Some(view! { <p class="help">{cut}</p> })
        }
        _ => None,
    };
    let again = text(if matches!(list, Listed::Trouble(_)) { "list-again" } else { "list-refresh" });
    // Several lists have buttons of the same words.
    let whose = || view! { <span class="vh">" – "{said(&field.label)}</span> };
    let more = more.then(|| {
        view! {
            <button class="btn btn--small" type="submit" name="act" value=format!("more-{}", field.key) formnovalidate>
                {text("list-more")}{whose()}
            </button>
        }
    });
    view! {
        {cut}
        <input type="hidden" name=format!("p-{}", field.key) value=pages/>
        <p class="row">
            {more}
            <button class="btn btn--small" type="submit" name="act" value="refresh" formnovalidate>
                <Icon sign=Sign::Sync/>{again}{whose()}
            </button>
        </p>
    }
    .into_any()
}

fn has_help(field: &FieldView) -> bool {
    help(field).0
}

/// The manifest's help, and what has to be said beside it.
fn help(field: &FieldView) -> (bool, AnyView) {
    let mut lines: Vec<AnyView> = field.help.iter().map(said).collect();
    match &field.input {
        Input::Secret { kept: true } => lines.push(text("secret-kept").into_any()),
        Input::Line { kind: LineKind::Host { port: Some(port) }, .. } => {
            lines.push(text_with("host-port", &[("port", port.to_string().into())]).into_any());
        }
        Input::Switch { on_text: Some(on), off_text: Some(off), .. } => {
            lines.push(rich("switch-means", &[("on", mark(on).into()), ("off", mark(off).into())]));
        }
        _ => {}
    }
    if field.locks {
        lines.push(text("field-locks").into_any());
    }
    for (label, values) in &field.only_with {
        let values: Vec<String> = values.iter().map(mark).collect();
        let values = texts::one_of(&values);
        lines.push(rich("field-only-with", &[("field", mark(label).into()), ("values", values.into())]));
    }
    if lines.is_empty() {
        return (false, ().into_any());
    }
    let lines = lines.into_iter().map(|line| view! { {line}" " }).collect_view();
    (true, view! { <p class="help" id=format!("f-{}-h", field.key)>{lines}</p> }.into_any())
}
