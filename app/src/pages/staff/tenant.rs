//! One tenant: a connection with everything about it, an organization with several, and acts on one or many.

mod act;
mod bulk;
mod explain;
mod form;
mod organization;
mod page;
mod pieces;
mod rows;
mod runs;
mod settings;
mod timeline;
mod words;

use http::header::LOCATION;
use http::{HeaderValue, StatusCode};
use leptos::prelude::*;
use leptos_axum::ResponseOptions;

pub use self::act::{act_page, note_page};
pub use self::bulk::{ask_page as bulk_page, progress_page as bulk_act_page};
pub use self::explain::page as explain_page;
pub use self::organization::page as organization_page;
pub use self::page::page as tenant_page;
pub use self::runs::page as run_page;
pub use self::settings::page as tenant_settings_page;
pub use self::timeline::page as timeline_page;
use super::staff_load;
use crate::pages::{Page, language};
use crate::paths;
use crate::ports::TenantOrganizationView;

#[component]
pub fn TenantPage() -> impl IntoView {
    staff_load(|desk| async move { desk.tenant().await }, tenant_page)
}

#[component]
pub fn OrganizationPage() -> impl IntoView {
    staff_load(
        |desk| async move { desk.tenant_organization().await },
        |who, view: &TenantOrganizationView| {
            let page = organization_page(who, view);
            match view.elsewhere.as_deref() {
                Some(elsewhere) => lead(page, elsewhere),
                None => page,
            }
        },
    )
}

/// The page is at another address (`303`).
fn lead(page: Page, elsewhere: &str) -> Page {
    if let (Ok(address), Some(answer)) = (HeaderValue::from_str(elsewhere), use_context::<ResponseOptions>()) {
        answer.insert_header(LOCATION, address);
    }
    Page { status: StatusCode::SEE_OTHER.as_u16(), ..page }
}

/// An organization that was named by its slug is at its id, and the page of one with one connection is that one's.
pub fn elsewhere(view: &TenantOrganizationView, named_by_id: bool) -> Option<String> {
    match view.connections.as_slice() {
        _ if !named_by_id => Some(paths::organization(view.id)),
        [only] => Some(paths::connection(only.id)),
        _ => None,
    }
}

#[component]
pub fn TimelinePage() -> impl IntoView {
    staff_load(|desk| async move { desk.tenant_timeline().await }, timeline_page)
}

#[component]
pub fn TenantRunPage() -> impl IntoView {
    staff_load(|desk| async move { desk.tenant_run().await }, run_page)
}

#[component]
pub fn TenantSettingsPage() -> impl IntoView {
    let language = language();
    staff_load(move |desk| async move { desk.tenant_settings(language).await }, tenant_settings_page)
}

#[component]
pub fn TenantActPage() -> impl IntoView {
    staff_load(|desk| async move { desk.tenant_act().await }, act_page)
}

#[component]
pub fn NotePage() -> impl IntoView {
    staff_load(|desk| async move { desk.tenant_note().await }, note_page)
}

#[component]
pub fn ExplainPage() -> impl IntoView {
    let language = language();
    staff_load(move |desk| async move { desk.tenant_explain(language).await }, explain_page)
}

#[component]
pub fn BulkPage() -> impl IntoView {
    staff_load(|desk| async move { desk.bulk_question().await }, bulk_page)
}

#[component]
pub fn BulkActPage() -> impl IntoView {
    staff_load(|desk| async move { desk.bulk_progress().await }, bulk_act_page)
}
