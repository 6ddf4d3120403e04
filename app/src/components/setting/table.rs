//! Maps and tables: one row for each plan, room or floor, its cells opened in place.

use leptos::prelude::*;

use super::super::icon::{Icon, Sign};
use super::control::{self, Asked};
use super::findings::open_rows;
use super::value::{self, errors, marker, plain_button};
use super::words::{gone, said};
use super::{Here, choices, help_id, shown, source};
use crate::forms::Act;
use crate::ports::{
    Change, Control, Layer, Mistake, Reach, RowName, RowView, SettingBody, SettingView, Severity, Shown, TableView,
    Why, Words,
};
use crate::texts::{around, mark, mistake, text, text_with};

/// More rows than this get a filter above them.
const FILTERED: usize = 10;

pub(super) fn table(view: &SettingView, table: &TableView, here: &Here) -> AnyView {
    let label = &view.label.text;
    if view.idle {
        let asked = view.only_when.as_ref().map(|only_when| {
            let condition = super::words::condition(only_when);
            view! { <p class="help">{text_with("setting-only-when", &[("condition", condition.into())])}</p> }
        });
        return view! { <p class="value value--none">{text("setting-idle")}</p>{asked} }.into_any();
    }
    let at_location = here.location.is_some();
    if view.reach == Reach::EachLocation && !at_location {
        // Rows of all locations in one table would only differ by places that it does not name.
        let words = text_with("table-each-location", &[("rows", table.rows_label.text.as_str().into())]);
        return view! { <p class="value value--none">{words}</p> }.into_any();
    }
    let stands_alone = table.columns.len() == 1;
    let heads: Vec<_> = table
        .columns
        .iter()
        .map(|column| {
            let words = if column.label.text.is_empty() { said(&view.label) } else { said(&column.label) };
            let help = column.help.as_ref().map(|help| view! { <span class="sub">{said(help)}</span> });
            view! { <th role="columnheader" scope="col">{words}{help}</th> }
        })
        .collect();
    let from = at_location.then(|| view! { <th role="columnheader" scope="col">{text("table-from")}</th> });
    let rows: Vec<_> = table.rows.iter().map(|row| one_row(view, table, row, here)).collect();
    if rows.is_empty() {
        return view! {
            {choices::state(&table.state, here)}
            <p class="value value--none">{text_with("table-empty", &[("rows", table.rows_label.text.as_str().into())])}</p>
            {refresh(view, table)}
        }
        .into_any();
    }
    let class = if stands_alone { "table map" } else { "table map map--columns" };
    let caption = text_with(
        "table-caption",
        &[("field", label.as_str().into()), ("rows", table.rows_label.text.as_str().into())],
    );
    let has_others = table.rows.iter().any(|row| row.name == RowName::Others);
    let new_rows = has_others.then(|| {
        view! { <p class="help">{text_with("table-others-help", &[("rows", table.rows_label.text.as_str().into())])}</p> }
    });
    // As it is saved, the finding above says the same.
    let is_said =
        view.findings.iter().any(|finding| matches!(&finding.why, Why::OpenRows(rows) if *rows == table.open));
    let open = (!is_said && !table.open.is_empty()).then(|| {
        let rows = open_rows(&table.open);
        view! { <p class="help">{text_with("table-open", &[("count", table.open.len().into()), ("rows", rows.into())])}</p> }
    });
    let filter = (table.rows.len() > FILTERED).then(|| filter(table));
    let anchor = table.path.name();
    view! {
        {choices::state(&table.state, here)}{new_rows}{open}{filter}
        <div class="table-box" id=anchor tabindex="-1">
            <table role="table" class=class aria-describedby=view.help.is_some().then(|| help_id(&view.key))>
                <caption class="vh">{caption}</caption>
                <thead role="rowgroup">
                    <tr role="row">
                        <th role="columnheader" scope="col">{said(&table.rows_label)}</th>
                        {heads}{from}
                        <th role="columnheader" scope="col"><span class="vh">{text("table-change")}</span></th>
                    </tr>
                </thead>
                <tbody role="rowgroup" data-rows="">{rows}</tbody>
            </table>
        </div>
        {refresh(view, table)}
    }
    .into_any()
}

fn filter(table: &TableView) -> AnyView {
    let label = text_with("filter-label", &[("field", table.rows_label.text.as_str().into())]);
    view! {
        <div class="filterbox" hidden>
            <input type="search" aria-label=label placeholder=text("filter-hint") autocomplete="off" data-filter=""/>
            <span class="help" role="status" data-filtered=""></span>
        </div>
    }
    .into_any()
}

fn refresh(view: &SettingView, table: &TableView) -> Option<AnyView> {
    table.can_refresh.then(|| {
        view! {
            <button class="btn btn--small" type="submit" name="act" value=Act::Refresh(view.key.clone()).to_string() formnovalidate>
                {text("list-refresh")}<span class="vh">": "{said(&view.label)}</span>
            </button>
        }
        .into_any()
    })
}

/// What the row is called in labels of its controls.
fn spoken(row: &RowView) -> String {
    match &row.name {
        RowName::Others => text("table-others"),
        RowName::Entity { name, .. } => name.clone(),
    }
}

fn one_row(view: &SettingView, table: &TableView, row: &RowView, here: &Here) -> AnyView {
    let name = match &row.name {
        RowName::Others => view! { {text("table-others")} }.into_any(),
        RowName::Entity { name, gone: why } => {
            let why = why.as_ref().map(|why| view! { <span class="sub">{gone(why)}</span> });
            view! { <bdi>{name.clone()}</bdi>{why} }.into_any()
        }
    };
    let at_location = here.location.is_some();
    let own = at_location && row.cells.iter().any(|cell| here.is_own(cell.layer));
    let wrong = row.severity == Some(Severity::Error) || row.cells.iter().any(value::has_mistakes);
    let row_name = spoken(row);
    let cells: Vec<_> = row
        .cells
        .iter()
        .zip(&table.columns)
        .map(|(cell, column)| {
            let heading = if column.label.text.is_empty() { &view.label } else { &column.label };
            let label = heading.text.clone();
            let inner = one_cell(cell, view, (heading, row_name.as_str()), here);
            view! { <td role="cell" data-label=label><div>{inner}</div></td> }
        })
        .collect();
    let from = at_location.then(|| {
        let chips = row_sources(row, here);
        view! { <td role="cell" data-label=text("table-from")><div class="lines">{chips}</div></td> }
    });
    let act = row_act(row, &row_name, view, here);
    view! {
        <tr role="row" id=format!("r.{}", row.path) data-own=own.then_some("") data-error=wrong.then_some("")
            data-default=(row.name == RowName::Others).then_some("")>
            <th role="rowheader" scope="row">{name}</th>
            {cells}{from}
            <td role="cell"><div>{act}</div></td>
        </tr>
    }
    .into_any()
}

/// Whose values a row has: one chip for each source, not one a cell.
fn row_sources(row: &RowView, here: &Here) -> Vec<AnyView> {
    let mut seen: Vec<(Layer, bool)> = Vec::new();
    let mut chips = Vec::new();
    for cell in &row.cells {
        if cell.shown == Shown::Nothing || seen.contains(&(cell.layer, cell.by_default_row)) {
            continue;
        }
        seen.push((cell.layer, cell.by_default_row));
        chips.push(source(cell, here));
    }
    let unsaved = row.cells.iter().find(|cell| cell.change.is_unsaved());
    chips.extend(unsaved.and_then(|cell| super::unsaved(cell.change)));
    chips
}

/// Opens the row, or gives its own values up again. One button for the whole row.
fn row_act(row: &RowView, name: &str, view: &SettingView, here: &Here) -> AnyView {
    let spoken = text_with("table-cell", &[("column", view.label.text.as_str().into()), ("row", name.into())]);
    let any = |test: fn(&SettingBody) -> bool| row.cells.iter().any(test);
    if any(|cell| cell.change == Change::Reset) {
        return view! {
            <input type="hidden" name="reset" value=row.path.to_string()/>
            {plain_button(&Act::Own(row.path.clone()), text("setting-take-back"), &spoken)}
        }
        .into_any();
    }
    let own = row.cells.iter().any(|cell| here.is_own(cell.layer));
    let opened = any(|cell| cell.control.is_some());
    let change = (!opened && any(|cell| cell.may_change)).then(|| {
        view! {
            <button class="btn btn--small" type="submit" name="act" value=Act::Own(row.path.clone()).to_string() formnovalidate>
                {text("setting-change")}<span class="vh">": "{spoken.clone()}</span>
            </button>
        }
    });
    let reset = (own && any(|cell| cell.may_change || cell.control.is_some()))
        .then(|| plain_button(&Act::Reset(row.path.clone()), text("table-reset"), &spoken));
    view! { {change}{reset} }.into_any()
}

fn one_cell(cell: &SettingBody, view: &SettingView, (heading, row): (&Words, &str), here: &Here) -> AnyView {
    let Some(found) = cell.control.as_ref().filter(|_| cell.change != Change::Reset) else {
        return match &cell.shown {
            Shown::Nothing => view! { <span class="muted">{text("table-nothing")}</span> }.into_any(),
            value => shown::inline(value, &here.zone),
        };
    };
    let mut described: Vec<String> = (0..cell.mistakes.len()).map(|place| value::error_id(&cell.path, place)).collect();
    described.extend(view.help.is_some().then(|| help_id(&view.key)));
    let called = |column: &str, row: &str| text_with("table-cell", &[("column", column.into()), ("row", row.into())]);
    let spoken = called(&heading.text, row);
    let wrong = |found: &Mistake| match heading.lang {
        Some(_) => around(&called(&mark(heading), &mark(&Words::new(row))), |label| mistake(label, found)),
        None => mistake(&spoken, found).into_any(),
    };
    let asked = Asked {
        path: &cell.path,
        label: &view.label,
        required: false,
        described: (!described.is_empty()).then(|| described.join(" ")),
        wrong: !cell.mistakes.is_empty(),
        parts: cell.mistakes.iter().filter_map(|(part, _)| part.as_deref()).collect(),
        sometimes: true,
        spoken: Some(spoken.clone()),
    };
    let inner = control::control(found, &asked, here);
    let around = view! { {marker(cell, found, here)}{errors(cell, wrong)} };
    match found {
        // A long list opens over the row.
        Control::Several { .. } => {
            let summary = match &cell.shown {
                Shown::Nothing => text("table-nothing").into_any(),
                value => shown::inline(value, &here.zone),
            };
            let open = cell.change == Change::Typed || !cell.mistakes.is_empty();
            view! {
                {around}
                <details class="pick" open=open>
                    <summary>
                        <span>{summary}</span><span class="vh">", "{text("setting-change")}": "{spoken.clone()}</span>
                        <Icon sign=Sign::Down class="icon--chevron"/>
                    </summary>
                    <div class="pick__body">{inner}</div>
                </details>
            }
            .into_any()
        }
        _ => view! { {around}{inner} }.into_any(),
    }
}
