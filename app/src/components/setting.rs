//! One field of the settings page: label and whose value it is at the start, the value or its control at the end.

mod choices;
mod control;
mod findings;
mod items;
mod lists;
mod lock;
mod secret;
pub mod shown;
mod table;
mod texts;
mod value;
pub mod words;

use leptos::prelude::*;

use super::icon::{Icon, Sign};
use crate::forms::Act;
use crate::islands::{CopyField, CopyWords};
use crate::ports::{
    ActionResult, Change, FindingView, Layer, LockView, Reach, SettingBody, SettingView, Severity, Shape, Words,
};
use crate::texts::{name, rich, text, text_with};
use crate::time::{self, Zone};

pub use words::said;

/// Where the page is, as its fields need it.
#[derive(Debug, Clone)]
pub struct Here {
    /// Name of the location; none for the organization.
    pub location: Option<String>,
    /// Its id.
    pub location_id: Option<String>,
    /// Address of the organization's page.
    pub organization: String,
    pub integration: String,
    pub zone: Zone,
}

impl Here {
    fn is_own(&self, layer: Layer) -> bool {
        match self.location {
            Some(_) => layer == Layer::Location,
            None => layer == Layer::Organization,
        }
    }

    /// A chip of a value of this place's own: "Bristol only", or "Set for all locations".
    fn own_chip(&self) -> AnyView {
        match &self.location {
            Some(location) => {
                let words = rich("setting-own", &[("location", name(location))]);
                chip(Some("accent"), Sign::Pin, words)
            }
            None => chip(Some("accent"), Sign::Organization, text("setting-set").into_any()),
        }
    }
}

/// A finding by itself, about what is called `label`.
pub fn findings_of(finding: &FindingView, label: &Words, here: &Here) -> AnyView {
    findings::notice(finding, label, here)
}

fn chip(tone: Option<&'static str>, sign: Sign, words: AnyView) -> AnyView {
    view! { <span class="chip" data-tone=tone><Icon sign/><span>{words}</span></span> }.into_any()
}

/// The field with everything around it.
pub fn setting(view: &SettingView, here: &Here) -> AnyView {
    let key = &view.key;
    let is_wrong = has_mistakes(view) || view.findings.iter().any(|finding| finding.severity == Severity::Error);
    let is_own = match &view.shape {
        Shape::Value(body) => here.is_own(body.layer),
        Shape::Table(table) => table.own > 0 && here.location.is_some(),
        _ => false,
    };
    let wide = match &view.shape {
        Shape::Value(body) => body.control.as_ref().is_some_and(value::is_wide),
        Shape::Table(_) => true,
        _ => false,
    };
    let grid = if wide { "setting__grid setting__grid--full" } else { "setting__grid" };
    let help = view.help.as_ref().map(|help| view! { <p class="help" id=help_id(key)>{said(help)}</p> });
    let value = match &view.shape {
        Shape::Value(body) => value::field(view, body, here),
        Shape::Table(table) => table::table(view, table, here),
        Shape::Info { text, copyable } => info(view, text.as_deref(), *copyable),
        Shape::File { media_type, holds_secret, last } => file(view, media_type, *holds_secret, last.as_ref(), here),
        Shape::Action { waits_until, last } => action(view, *waits_until, last.as_ref(), here),
    };
    view! {
        <div class="setting" id=format!("s.{key}") data-own=is_own.then_some("") data-error=is_wrong.then_some("")>
            <div class=grid>
                <div class="setting__about">{title(view)}{help}{chips(view, here)}</div>
                <div class="setting__value">
                    {findings::of_field(view, here)}{value}{lock::lock(view, here)}{lock::differ(view)}
                    {lock::offer(view, here)}
                </div>
            </div>
        </div>
    }
    .into_any()
}

/// A heading, so that fields can be walked by headings; the label of the control where there is one only.
fn title(view: &SettingView) -> AnyView {
    let label = said(&view.label);
    let is_asked = match &view.shape {
        Shape::Value(body) => body.control.is_some() && !view.idle,
        _ => false,
    };
    let optional = (is_asked && !view.required && value::can_be_empty(view))
        .then(|| view! { <span class="muted">{format!(" ({})", text("field-optional"))}</span> });
    match value::labelled(view) {
        Some(id) => view! { <h3 class="label"><label for=id>{label}{optional}</label></h3> }.into_any(),
        None => view! { <h3 class="label" id=label_id(&view.key)>{label}{optional}</h3> }.into_any(),
    }
}

fn chips(view: &SettingView, here: &Here) -> AnyView {
    let at_location = here.location.is_some();
    let reach = match view.reach {
        Reach::SameForAll if at_location => Some(chip(None, Sign::Lock, text("setting-same-for-all").into_any())),
        Reach::EachLocation => Some(chip(None, Sign::Pin, text("setting-each-location").into_any())),
        _ => None,
    };
    let for_all = (matches!(view.lock, Some(LockView::ForAll { .. })) && !lock::is_excepted(view, here))
        .then(|| chip(None, Sign::Lock, text("setting-locked-for-all").into_any()));
    let (source, change) = match &view.shape {
        Shape::Value(body) => {
            let shown = reach.is_none() && (for_all.is_none() || here.is_own(body.layer));
            (shown.then(|| source(body, here)), unsaved(body.change))
        }
        Shape::Table(table) if table.own > 0 && at_location && view.reach == Reach::Both => {
            let arguments = [("own", table.own.into()), ("all", table.rows.len().into())];
            (Some(chip(Some("accent"), Sign::Pin, text_with("table-own", &arguments).into_any())), None)
        }
        _ => (None, None),
    };
    let rows = findings::rows_chip(view);
    if reach.is_none() && for_all.is_none() && source.is_none() && change.is_none() && rows.is_none() {
        return ().into_any();
    }
    view! { <div class="setting__chips">{reach}{for_all}{source}{change}{rows}</div> }.into_any()
}

/// Whose value it is.
fn source(body: &SettingBody, here: &Here) -> AnyView {
    if here.is_own(body.layer) {
        return here.own_chip();
    }
    match body.layer {
        _ if body.by_default_row => chip(None, Sign::List, text("setting-from-others").into_any()),
        Layer::Organization => chip(None, Sign::Organization, text("setting-from-organization").into_any()),
        Layer::Default => chip(None, Sign::Dot, text("setting-default").into_any()),
        Layer::Location => chip(Some("accent"), Sign::Pin, text("setting-each-location").into_any()),
    }
}

fn unsaved(change: Change) -> Option<AnyView> {
    change.is_unsaved().then(|| chip(Some("warn"), Sign::Pencil, text("setting-unsaved").into_any()))
}

fn info(view: &SettingView, shown: Option<&str>, copyable: bool) -> AnyView {
    let Some(shown) = shown.filter(|shown| !shown.is_empty()) else {
        return view! { <p class="value value--none">{text("info-unknown")}</p> }.into_any();
    };
    if !copyable {
        return view! { <p class="value"><bdi>{shown.to_owned()}</bdi></p> }.into_any();
    }
    let words = CopyWords {
        label: view.label.text.clone(),
        help: String::new(),
        button: text("copy-connection.button"),
        done: text("copy-connection.done"),
        failed: text("copy-connection.failed"),
    };
    view! { <CopyField id=format!("i.{}", view.key) value=shown.to_owned() words/> }.into_any()
}

/// Made of what is saved; when there is none, the page comes back as it was typed.
fn file(view: &SettingView, media_type: &str, holds_secret: bool, last: Option<&ActionResult>, here: &Here) -> AnyView {
    let secret = holds_secret.then(|| view! { <p class="help">{text("file-secret")}</p> });
    let act = Act::File(view.key.clone()).to_string();
    view! {
        <button class="btn btn--small" type="submit" name="act" value=act formnovalidate>
            <Icon sign=Sign::File/>{text("file-get")}<span class="vh">": "{said(&view.label)}</span>
        </button>
        <p class="help">{text_with("file-type", &[("type", file_name(media_type).to_owned().into())])}</p>
        {secret}
        {last.map(|last| result(last, here))}
    }
    .into_any()
}

/// A media type as people call it, where they do.
fn file_name(media_type: &str) -> &str {
    match media_type {
        "application/zip" => "ZIP",
        "application/json" => "JSON",
        "application/pdf" => "PDF",
        "text/csv" => "CSV",
        other => other,
    }
}

fn action(view: &SettingView, waits_until: Option<i64>, last: Option<&ActionResult>, here: &Here) -> AnyView {
    let last = last.map(|last| result(last, here));
    // The button stays: whoever waits for the time need not load the page again.
    let wait = waits_until.map(|until| {
        let when = time::clock(until, &here.zone);
        view! { <p class="help">{text_with("action-waits", &[("time", when.into())])}</p> }
    });
    let act = Act::Run(view.key.clone()).to_string();
    view! {
        {last}
        <button class="btn btn--small" type="submit" name="act" value=act formnovalidate>
            {said(&view.label)}
        </button>
        {wait}
    }
    .into_any()
}

/// What came of the last press, and when that was.
fn result(last: &ActionResult, here: &Here) -> AnyView {
    let (tone, sign, key) =
        if last.good { ("ok", Sign::Ok, "action-good") } else { ("bad", Sign::Error, "action-bad") };
    let when = time::element(last.at, time::date_and_time(last.at, &here.zone));
    let lines: Vec<_> = last.said.iter().map(|line| view! { <li>{said(line)}</li> }).collect();
    let lines = (!lines.is_empty()).then(|| view! { <ul class="lines small" role="list">{lines}</ul> });
    view! {
        <p class="value">{chip(Some(tone), sign, text(key).into_any())}" "<span class="muted small">{when}</span></p>
        {lines}
    }
    .into_any()
}

fn has_mistakes(view: &SettingView) -> bool {
    match &view.shape {
        Shape::Value(body) => value::has_mistakes(body),
        Shape::Table(table) => table.rows.iter().flat_map(|row| &row.cells).any(value::has_mistakes),
        _ => false,
    }
}

fn help_id(key: &str) -> String {
    format!("h.{key}")
}

fn label_id(key: &str) -> String {
    format!("l.{key}")
}
