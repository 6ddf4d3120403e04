//! What is wrong with a field as it is saved, or worth knowing.

use leptos::prelude::*;

use super::super::icon::{Icon, Sign};
use super::words::{about, wrong};
use super::{Here, chip, said};
use crate::ports::{FindingView, PlaceLink, SettingView, Severity, Shape, Why, Words};
use crate::texts::{all_of, text, text_with};

/// Rows that are not filled in and are called by name; the rest is a number, and each row says so itself.
const NAMED: usize = 8;

/// Beside the value, worst first.
pub(super) fn of_field(view: &SettingView, here: &Here) -> AnyView {
    let mut findings: Vec<&FindingView> = view.findings.iter().collect();
    findings.sort_by_key(|finding| finding.severity);
    let lines: Vec<_> = findings.into_iter().map(|finding| notice(finding, &view.label, here)).collect();
    lines.into_any()
}

/// One finding; `label` is the field's.
pub(super) fn notice(finding: &FindingView, label: &Words, here: &Here) -> AnyView {
    let (tone, sign, word) = match finding.severity {
        Severity::Error => ("bad", Sign::Error, "finding-error"),
        Severity::Warning => ("warn", Sign::Warn, "finding-warning"),
        Severity::Danger => ("warn", Sign::Warn, "finding-danger"),
        Severity::Info => ("quiet", Sign::Info, "finding-info"),
    };
    let places = (here.location.is_none() && !finding.places.is_empty()).then(|| places(&finding.places));
    view! {
        <div class="notice notice--slim" data-tone=tone>
            <Icon sign/>
            <div><p><span class="vh">{text(word)}" "</span>{why(&finding.why, label)}</p>{places}</div>
        </div>
    }
    .into_any()
}

fn places(places: &[PlaceLink]) -> AnyView {
    let links: Vec<_> = places
        .iter()
        .map(|place| view! { <li><a href=place.href.clone()><bdi>{place.name.clone()}</bdi></a></li> })
        .collect();
    view! { <ul class="links" role="list">{links}</ul> }.into_any()
}

pub(super) fn why(why: &Why, label: &Words) -> AnyView {
    let label = std::slice::from_ref(label);
    let rows = |key: &str, rows: &[String]| {
        text_with(key, &[("count", rows.len().into()), ("rows", all_of(rows).into())]).into_any()
    };
    match why {
        Why::Said(words) => said(words),
        Why::Required => about(label, |label| text_with("finding-required", &[("field", label.into())])),
        Why::Invalid(mistake) => wrong(label, mistake),
        Why::OpenRows(names) => {
            let arguments = [("count", names.len().into()), ("rows", open_rows(names).into())];
            text_with("finding-open-rows", &arguments).into_any()
        }
        Why::RequiredCells(names) => rows("finding-required-cells", names),
        Why::DefaultRow => text("finding-default-row").into_any(),
        Why::Twice(names) => rows("finding-twice", names),
        Why::Dangling(names) => rows("finding-dangling", names),
        Why::DanglingRows(names) => rows("finding-dangling-rows", names),
        Why::NoAmount { currency, rows } if rows.is_empty() => {
            text_with("finding-no-amount", &[("currency", currency.as_str().into())]).into_any()
        }
        Why::NoAmount { currency, rows } => {
            let arguments = [("currency", currency.as_str().into()), ("rows", all_of(rows).into())];
            text_with("finding-no-amount-rows", &arguments).into_any()
        }
        Why::BoundTo(labels) => {
            let labels: Vec<String> = labels.iter().map(|label| label.text.clone()).collect();
            text_with("finding-bound-to", &[("fields", all_of(&labels).into())]).into_any()
        }
        Why::Exclusive(other) => text_with("finding-exclusive", &[("other", other.as_str().into())]).into_any(),
        Why::Other(rule) => text_with("finding-other", &[("rule", rule.as_str().into())]).into_any(),
    }
}

/// The first of the rows that are not filled in, and how many more there are.
pub(super) fn open_rows(names: &[String]) -> String {
    let mut rows: Vec<String> = names.iter().take(NAMED).cloned().collect();
    let rest = names.len() - rows.len();
    rows.extend((rest > 0).then(|| text_with("table-open-more", &[("count", rest.into())])));
    all_of(&rows)
}

/// How many rows of a table need something.
pub(super) fn rows_chip(view: &SettingView) -> Option<AnyView> {
    let Shape::Table(table) = &view.shape else { return None };
    let of = |severity| table.rows.iter().filter(|row| row.severity == Some(severity)).count();
    let (errors, warnings) = (of(Severity::Error), of(Severity::Warning));
    let (tone, sign, count) = match (errors, warnings) {
        (0, 0) => return None,
        (0, warnings) => ("warn", Sign::Warn, warnings),
        (errors, _) => ("bad", Sign::Error, errors),
    };
    Some(chip(Some(tone), sign, text_with("table-problems", &[("count", count.into())]).into_any()))
}
