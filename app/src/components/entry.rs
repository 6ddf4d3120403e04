//! A field that is typed into, with its label, help and mistake.

use leptos::prelude::*;

use super::icon::{Icon, Sign};
use crate::texts::text;

/// A field of a form of staff.
#[derive(Debug, Clone, Default)]
pub struct Entry {
    /// Also the id of the input.
    pub name: &'static str,
    pub label: String,
    pub kind: &'static str,
    pub value: String,
    pub help: Option<String>,
    pub mistake: Option<String>,
    pub autocomplete: &'static str,
    pub numeric: bool,
}

pub fn entry(entry: Entry) -> AnyView {
    let Entry { name, label, kind, value, help, mistake, autocomplete, numeric } = entry;
    let (help_id, mistake_id) = (format!("{name}-h"), format!("{name}-e"));
    let described: Vec<&str> =
        mistake.iter().map(|_| mistake_id.as_str()).chain(help.iter().map(|_| help_id.as_str())).collect();
    let described = (!described.is_empty()).then(|| described.join(" "));
    let wrong = mistake.is_some().then_some("true");
    // What was typed as a password never comes back.
    let value = (kind != "password").then_some(value);
    let mode = numeric.then_some("numeric");
    view! {
        <div class="field">
            <label class="label" for=name>{label}</label>
            {mistake.map(|words| said(mistake_id, words))}
            <input
                id=name
                name=name
                type=kind
                value=value
                autocomplete=autocomplete
                inputmode=mode
                aria-invalid=wrong
                aria-describedby=described
                required
            />
            {help.map(|words| view! { <p class="help" id=help_id>{words}</p> })}
        </div>
    }
    .into_any()
}

/// A mistake at its field.
pub fn said(id: String, words: String) -> AnyView {
    view! {
        <p class="field-error" id=id>
            <Icon sign=Sign::Error/><span><span class="vh">{text("error-prefix")}" "</span>{words}</span>
        </p>
    }
    .into_any()
}

/// A value to be read or copied, not changed.
pub fn shown_once(id: &'static str, label: String, help: String, value: String) -> AnyView {
    let help_id = format!("{id}-h");
    let rows = value.lines().count().max(1).to_string();
    view! {
        <div class="copyfield">
            <label class="label" for=id>{label}</label>
            <p class="help" id=help_id.clone()>{help}</p>
            <div class="box">
                <textarea id=id rows=rows readonly aria-describedby=help_id>{value}</textarea>
            </div>
        </div>
    }
    .into_any()
}
