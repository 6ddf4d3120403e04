//! The rows.

use leptos::prelude::*;

use crate::components::{Icon, Sign, StateBadge};
use crate::paths;
use crate::ports::{GrantEnd, StaffView, TenantRow, TenantsView};
use crate::tenants::{Column, Sort};
use crate::texts::{number, text, text_with};
use crate::time;

const DAY: i64 = 24 * 60 * 60 * 1000;

pub(super) fn table(staff: &StaffView, view: &TenantsView) -> AnyView {
    let columns = &view.address.columns;
    let heads = columns.iter().map(|column| {
        let numeric = (*column == Column::Errors).then_some("num");
        let words = column_word(*column);
        match column.sort() {
            Some(sort) => head(view, sort, words, numeric),
            None => view! { <th role="columnheader" scope="col" class=numeric>{words}</th> }.into_any(),
        }
    });
    let rows = view.rows.iter().map(|row| line(staff, view, row)).collect_view();
    let class = if view.address.compact {
        "table table--edge table--wide table--stick table--compact"
    } else {
        "table table--edge table--wide table--stick"
    };
    let order = sort_word(view.address.sort);
    view! {
        <section class="card" aria-label=text("tenants-table") data-key="rows">
            <div class="table-box">
                <table role="table" class=class>
                    <caption class="vh">{text_with("tenants-caption", &[("order", order.into())])}</caption>
                    <thead role="rowgroup">
                        <tr role="row">
                            {head(view, Sort::Organization, text("tenants-column-organization"), None)}
                            {head(view, Sort::Trouble, text("tenants-column-state"), None)}
                            {heads.collect_view()}
                        </tr>
                    </thead>
                    <tbody role="rowgroup">{rows}</tbody>
                </table>
            </div>
        </section>
    }
    .into_any()
}

fn head(view: &TenantsView, sort: Sort, words: String, class: Option<&'static str>) -> AnyView {
    let here = view.address.sort == sort;
    let falls = sort.falls() != view.address.turned;
    let direction = here.then_some(if falls { "descending" } else { "ascending" });
    let sign = here.then(|| view! { <Icon sign=if falls { Sign::Down } else { Sign::Up }/> });
    let href = paths::tenants(&view.address.sorted(sort).query());
    view! {
        <th role="columnheader" scope="col" class=class aria-sort=direction><a href=href>{words}{sign}</a></th>
    }
    .into_any()
}

fn line(staff: &StaffView, view: &TenantsView, row: &TenantRow) -> AnyView {
    let state = row.state;
    let cells = view.address.columns.iter().map(|column| cell(staff, view, row, *column)).collect_view();
    view! {
        <tr role="row" data-key=row.connection.to_string()>
            <th role="rowheader" scope="row">
                <a href=paths::connection(row.connection)><bdi dir="auto">{row.name.clone()}</bdi></a>
                <span class="sub">{row.slug.clone()}</span>
            </th>
            <td role="cell" data-label=text("tenants-column-state")><div><StateBadge state/></div></td>
            {cells}
        </tr>
    }
    .into_any()
}

fn cell(staff: &StaffView, view: &TenantsView, row: &TenantRow, column: Column) -> AnyView {
    let label = column_word(column);
    let (class, content) = match column {
        Column::Since => ("nowrap", moment(staff, view, row.since)),
        Column::Integration => {
            let account = row.account.clone().map(|account| view! { <span class="sub"><bdi>{account}</bdi></span> });
            ("col-min", view! { <div>{row.integration.clone()}{account}</div> }.into_any())
        }
        Column::Locations => {
            let count = number(&row.locations.to_string());
            let words =
                if row.all_locations { text_with("tenants-all-locations", &[("count", count.into())]) } else { count };
            ("", words.into_any())
        }
        Column::LastSuccess => {
            ("nowrap", row.last_success.map_or_else(|| text("tenants-never").into_any(), |at| moment(staff, view, at)))
        }
        Column::Errors => ("num", number(&row.errors.to_string()).into_any()),
        Column::GrantEnd => ("", grant(staff, view, row)),
        Column::Revision => {
            ("num", row.revision.map_or_else(|| "–".to_owned(), |revision| revision.to_string()).into_any())
        }
        Column::NextRun => ("nowrap", row.next_run.map_or_else(|| "–".into_any(), |at| moment(staff, view, at))),
        Column::Ids => {
            let ids = view! {
                <div class="mono small">
                    {row.officernd_id.clone()}<span class="sub">{row.connection.to_string()}</span>
                </div>
            };
            ("col-min", ids.into_any())
        }
    };
    let class = (!class.is_empty()).then_some(class);
    view! { <td role="cell" class=class data-label=label>{content}</td> }.into_any()
}

fn moment(staff: &StaffView, view: &TenantsView, at: i64) -> AnyView {
    time::element(at, time::brief(at, view.now, &staff.zone))
}

fn grant(staff: &StaffView, view: &TenantsView, row: &TenantRow) -> AnyView {
    match row.grant {
        GrantEnd::None => "–".into_any(),
        GrantEnd::Refused => view! {
            <div><span class="chip" data-tone="bad"><Icon sign=Sign::Error/><span>{text("tenants-grant-refused")}</span></span></div>
        }
        .into_any(),
        GrantEnd::KeptUntil(at) => {
            let day = time::brief(at, view.now, &staff.zone);
            time::element(at, text_with("tenants-kept-until", &[("day", day.into())]))
        }
        GrantEnd::On(at) if at <= view.now => time::element(at, text("tenants-grant-over")),
        GrantEnd::On(at) => {
            let days = (at - view.now) / DAY;
            time::element(at, text_with("tenants-grant-in", &[("days", days.into())]))
        }
    }
}

pub(super) fn column_word(column: Column) -> String {
    text(match column {
        Column::Since => "tenants-column-since",
        Column::Integration => "tenants-column-integration",
        Column::Locations => "tenants-column-locations",
        Column::LastSuccess => "tenants-column-success",
        Column::Errors => "tenants-column-errors",
        Column::GrantEnd => "tenants-column-grant",
        Column::Revision => "tenants-column-revision",
        Column::NextRun => "tenants-column-next",
        Column::Ids => "tenants-column-ids",
    })
}

pub(super) fn sort_word(sort: Sort) -> String {
    text(match sort {
        Sort::Trouble => "tenants-sort-trouble",
        Sort::Organization => "tenants-sort-organization",
        Sort::Since => "tenants-sort-since",
        Sort::LastSuccess => "tenants-sort-success",
        Sort::Errors => "tenants-sort-errors",
        Sort::GrantEnd => "tenants-sort-grant",
    })
}
