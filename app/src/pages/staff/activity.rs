//! `/activity`: everything that happened, over all tenants, and what staff did besides.

use leptos::prelude::*;

use super::staff_load;
use crate::components::entry::said;
use crate::components::{StaffPage, headed_table, staff_title};
use crate::pages::Page;
use crate::paths;
use crate::ports::{Actor, AuditFilter, AuditMistake, AuditRow, AuditView, SharedStaffDesk, StaffView};
use crate::role::Section;
use crate::texts::{self, ACTIVITY_KINDS, STAFF_ACTIVITY_KINDS, name, rich, staff_activity, text, text_with};
use crate::time;

#[component]
pub fn StaffActivityPage() -> impl IntoView {
    staff_load(|desk: SharedStaffDesk| async move { desk.audit().await }, audit_page)
}

pub fn audit_page(staff: &StaffView, audit: &AuditView) -> Page {
    let title = text("staff-nav-activity");
    let wrong = audit.filter.mistake.is_some();
    let export = audit.may_export.then(|| export(&audit.filter));
    let list = if audit.rows.is_empty() {
        view! { <p class="card__body muted">{text("audit-none")}</p> }.into_any()
    } else {
        table(&audit.rows, staff)
    };
    let content = view! {
        {filter(audit)}
        <section class="card" aria-label=title.clone()>{list}</section>
        {pager(audit)}
    }
    .into_any();
    let body = view! {
        <StaffPage
            staff=staff.clone()
            section=Section::Activity
            heading=title.clone().into_any()
            lead=Some(view! { <p>{text("audit-lead")}</p> }.into_any())
            acts=export
        >
            {content}
        </StaffPage>
    };
    let title = if wrong { text_with("error-title", &[("title", title.into())]) } else { title };
    Page { title: staff_title(&title), status: if wrong { 422 } else { 200 }, body: body.into_any() }
}

fn export(filter: &AuditFilter) -> AnyView {
    let fields = [
        ("who", &filter.who),
        ("kind", &filter.kind),
        ("tenant", &filter.tenant),
        ("since", &filter.since),
        ("until", &filter.until),
    ];
    let hidden = fields.map(|(name, value)| view! { <input type="hidden" name=name value=value.clone()/> });
    view! {
        <form method="post">
            {hidden.collect_view()}
            <button class="btn" type="submit" name="act" value="export">{text("audit-export")}</button>
        </form>
    }
    .into_any()
}

fn filter(audit: &AuditView) -> AnyView {
    let filter = &audit.filter;
    let chosen = |value: &str, of: &str| value == of;
    let people = audit.people.iter().map(|(id, name)| {
        let id = id.to_string();
        let selected = chosen(&id, &filter.who);
        view! { <option value=id selected=selected>{name.clone()}</option> }
    });
    let groups = [
        ("staff", "audit-who-staff"),
        ("admin", "audit-who-admin"),
        ("officernd", "audit-who-officernd"),
        ("key", "audit-who-key"),
        ("deskbridge", "audit-who-deskbridge"),
    ]
    .map(|(value, key)| view! { <option value=value selected=chosen(value, &filter.who)>{text(key)}</option> });
    let product = text("the-integration");
    let of_tenants = ACTIVITY_KINDS.into_iter().map(|kind| {
        view! { <option value=kind selected=chosen(kind, &filter.kind)>{begun(&texts::activity(kind, &product))}</option> }
    });
    let of_staff = STAFF_ACTIVITY_KINDS.into_iter().map(|kind| {
        view! { <option value=kind selected=chosen(kind, &filter.kind)>{staff_activity(kind)}</option> }
    });
    let wrong =
        |mistake, key: &str, id: &str| (filter.mistake == Some(mistake)).then(|| said(id.to_owned(), text(key)));
    let invalid = |mistake| (filter.mistake == Some(mistake)).then_some("true");
    view! {
        <form class="card" method="get" role="search" aria-label=text("audit-search")>
            <div class="card__body flow">
                <div class="fields">
                    <div class="field">
                        <label class="label" for="who">{text("audit-who")}</label>
                        <select id="who" name="who">
                            <option value="">{text("audit-anybody")}</option>
                            {groups.collect_view()}
                            <optgroup label=text("staff-nav-team")>{people.collect_view()}</optgroup>
                        </select>
                    </div>
                    <div class="field">
                        <label class="label" for="kind">{text("audit-what")}</label>
                        <select id="kind" name="kind">
                            <option value="">{text("audit-anything")}</option>
                            <optgroup label=text("staff-nav-tenants")>{of_tenants.collect_view()}</optgroup>
                            <optgroup label=text("staff-nav-team")>{of_staff.collect_view()}</optgroup>
                        </select>
                    </div>
                    <div class="field">
                        <label class="label" for="tenant">{text("audit-tenant")}</label>
                        {wrong(AuditMistake::Tenant, "audit-tenant-unknown", "tenant-e")}
                        <input
                            id="tenant" name="tenant" type="text" value=filter.tenant.clone() autocomplete="off"
                            aria-invalid=invalid(AuditMistake::Tenant) aria-describedby="tenant-h"
                        />
                        <p class="help" id="tenant-h">{text("audit-tenant-help")}</p>
                    </div>
                    <div class="field">
                        <label class="label" for="since">{text("audit-since")}</label>
                        {wrong(AuditMistake::Since, "audit-day-wrong", "since-e")}
                        <input id="since" name="since" type="date" value=filter.since.clone() aria-invalid=invalid(AuditMistake::Since)/>
                    </div>
                    <div class="field">
                        <label class="label" for="until">{text("audit-until")}</label>
                        {wrong(AuditMistake::Until, "audit-day-wrong", "until-e")}
                        <input id="until" name="until" type="date" value=filter.until.clone() aria-invalid=invalid(AuditMistake::Until)/>
                    </div>
                </div>
                <div class="actions">
                    <button class="btn btn--primary" type="submit">{text("audit-search")}</button>
                    <a class="btn" href=paths::section_of(Section::Activity)>{text("audit-all")}</a>
                </div>
            </div>
        </form>
    }
    .into_any()
}

fn table(rows: &[AuditRow], staff: &StaffView) -> AnyView {
    let rows = rows.iter().map(|row| {
        let tenant = row.tenant.as_ref().map(|(tenant, connection)| {
            view! { <a href=paths::connection(*connection)><bdi>{tenant.clone()}</bdi></a> }
        });
        let product = row.integration.clone();
        let subject = row.subject.clone().map(|subject| view! { <bdi>{subject}</bdi> });
        let detail = row.detail.clone().map(|detail| view! { <span class="sub"><bdi>{detail}</bdi></span> });
        view! {
            <tr role="row">
                <td role="cell" data-label=text("audit-when")>{time::date_and_time(row.at, &staff.zone)}</td>
                <th role="rowheader" scope="row">{what(row)}{detail}</th>
                <td role="cell" data-label=text("audit-who")>{actor(row)}</td>
                <td role="cell" data-label=text("audit-about")>
                    {tenant}{subject}{product.map(|product| view! { <span class="sub"><bdi>{product}</bdi></span> })}
                </td>
            </tr>
        }
        .into_any()
    });
    let heads = ["audit-when", "audit-what", "audit-who", "audit-about"].map(|key| (text(key), false));
    headed_table(text("audit-caption"), &heads, rows.collect())
}

/// With a capital, where a text begins with the integration that is not named here.
fn begun(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn what(row: &AuditRow) -> String {
    if STAFF_ACTIVITY_KINDS.contains(&row.kind.as_str()) {
        return staff_activity(&row.kind);
    }
    let product = row.integration.clone().unwrap_or_else(|| text("the-integration"));
    texts::activity(&row.kind, &product)
}

fn actor(row: &AuditRow) -> AnyView {
    match &row.actor {
        Actor::Admin(None) => text("actor-admin").into_any(),
        Actor::Admin(Some(member)) => rich("actor-member", &[("member", name(member))]),
        Actor::OfficeRnD => text("actor-officernd").into_any(),
        Actor::Key(key) => rich("audit-key", &[("key", name(key))]),
        Actor::Staff { name: who, .. } => view! { <bdi>{who.clone()}</bdi> }.into_any(),
        Actor::Deskbridge => text("product").into_any(),
    }
}

fn pager(audit: &AuditView) -> AnyView {
    let link = |address: &Option<String>, key: &str| {
        address.clone().map(|address| view! { <a class="btn" href=address>{text(key)}</a> })
    };
    view! {
        <nav class="pager" aria-label=text("audit-pages")>
            {link(&audit.newest, "audit-newest")}
            {link(&audit.older, "audit-older")}
        </nav>
    }
    .into_any()
}
