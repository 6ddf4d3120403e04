//! Every page address of the product, on one screen.

use http::request::Parts;
use leptos::prelude::*;
use leptos_meta::provide_meta_context;
use leptos_router::components::{Route, Router, Routes};
use leptos_router::{SsrMode, path};

use crate::pages::connect::{self, ConnectPage};
use crate::pages::settings::{
    self, ApprovalPage, ConfirmPage, DisconnectPage, HistoryPage, ReconnectPage, RestorePage, ReviewPage, SettingsPage,
};
use crate::pages::staff::{
    AccountPage, AlertsPage, BulkActPage, BulkPage, ExplainPage, IntegrationPage, IntegrationsPage, NotePage,
    OrganizationPage, OverviewPage, StaffActivityPage, TeamPage, TenantActPage, TenantPage, TenantRunPage,
    TenantSettingsPage, TenantsPage, TimelinePage,
};
use crate::pages::{NotFoundPage, remember_language};

#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    remember_language();
    view! {
        <Router>
            <Routes fallback=NotFoundPage>
                <Route path=path!("/connect/:attempt") view=ConnectPage ssr=SsrMode::Async/>
                <Route path=path!("/connect/:attempt/steps/:step") view=connect::StepPage ssr=SsrMode::Async/>
                <Route path=path!("/settings/:connection") view=SettingsPage ssr=SsrMode::Async/>
                <Route path=path!("/settings/:connection/locations/:location") view=SettingsPage ssr=SsrMode::Async/>
                <Route path=path!("/settings/:connection/confirm/:draft") view=ConfirmPage ssr=SsrMode::Async/>
                <Route path=path!("/settings/:connection/history") view=HistoryPage ssr=SsrMode::Async/>
                <Route path=path!("/settings/:connection/history/:revision") view=RestorePage ssr=SsrMode::Async/>
                <Route path=path!("/settings/:connection/runs/:run") view=ApprovalPage ssr=SsrMode::Async/>
                <Route path=path!("/settings/:connection/disconnect") view=DisconnectPage ssr=SsrMode::Async/>
                <Route path=path!("/settings/:connection/reconnect") view=ReconnectPage ssr=SsrMode::Async/>
                <Route path=path!("/settings/:connection/steps/:step") view=settings::StepPage ssr=SsrMode::Async/>
                <Route path=path!("/settings/:connection/review") view=ReviewPage ssr=SsrMode::Async/>
                <Route path=path!("/") view=OverviewPage ssr=SsrMode::Async/>
                <Route path=path!("/tenants") view=TenantsPage ssr=SsrMode::Async/>
                <Route path=path!("/tenants/:organization") view=OrganizationPage ssr=SsrMode::Async/>
                <Route path=path!("/connections/:connection") view=TenantPage ssr=SsrMode::Async/>
                <Route path=path!("/connections/:connection/activity") view=TimelinePage ssr=SsrMode::Async/>
                <Route path=path!("/connections/:connection/runs/:run") view=TenantRunPage ssr=SsrMode::Async/>
                <Route path=path!("/connections/:connection/settings") view=TenantSettingsPage ssr=SsrMode::Async/>
                <Route path=path!("/connections/:connection/disconnect") view=TenantActPage ssr=SsrMode::Async/>
                <Route path=path!("/connections/:connection/purge") view=TenantActPage ssr=SsrMode::Async/>
                <Route path=path!("/connections/:connection/reconnect-link") view=TenantActPage ssr=SsrMode::Async/>
                <Route path=path!("/connections/:connection/notes/:note") view=NotePage ssr=SsrMode::Async/>
                <Route path=path!("/connections/:connection/explain") view=ExplainPage ssr=SsrMode::Async/>
                <Route path=path!("/bulk") view=BulkPage ssr=SsrMode::Async/>
                <Route path=path!("/bulk/:bulk") view=BulkActPage ssr=SsrMode::Async/>
                <Route path=path!("/alerts") view=AlertsPage ssr=SsrMode::Async/>
                <Route path=path!("/activity") view=StaffActivityPage ssr=SsrMode::Async/>
                <Route path=path!("/integrations") view=IntegrationsPage ssr=SsrMode::Async/>
                <Route path=path!("/integrations/:integration") view=IntegrationPage ssr=SsrMode::Async/>
                <Route path=path!("/staff") view=TeamPage ssr=SsrMode::Async/>
                <Route path=path!("/account") view=AccountPage ssr=SsrMode::Async/>
            </Routes>
        </Router>
    }
}

/// The routes whose page holds an island and so needs the scripts. Connect pages never do.
pub const ISLAND_ROUTES: [&str; 5] =
    ["/settings/:connection", "/settings/:connection/locations/:location", "/", "/tenants", "/connections/:connection"];

/// A script that fetches a page again says so with this header, and wants no scripts with it.
pub const FRAGMENT: &str = "fragment";

/// In a request: the page at its address holds no island this time.
#[derive(Debug, Clone, Copy)]
pub struct WithoutIslands;

/// Whether the page that answers this request needs the scripts.
pub fn holds_islands(request: &Parts) -> bool {
    if request.extensions.get::<WithoutIslands>().is_some() || request.headers.contains_key(FRAGMENT) {
        return false;
    }
    let path = request.uri.path();
    ISLAND_ROUTES.iter().any(|route| {
        let mut segments = path.trim_end_matches('/').split('/');
        let same = route.trim_end_matches('/').split('/').all(|wanted| {
            segments.next().is_some_and(|segment| wanted == segment || (wanted.starts_with(':') && !segment.is_empty()))
        });
        same && segments.next().is_none()
    })
}
