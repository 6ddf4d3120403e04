//! Every page address of the product. Links are built here and nowhere else.

use crate::ids::{AttemptId, BulkId, ConnectionId, IncidentId, NoteId, OrganizationId, RunId};
use crate::role::Section;

/// The pop-up of one connect attempt.
pub fn attempt(attempt: AttemptId) -> String {
    format!("/connect/{attempt}")
}

/// One step of the partner's part of the pop-up.
pub fn attempt_step(attempt: AttemptId, step: &str) -> String {
    format!("/connect/{attempt}/steps/{step}")
}

/// The configuration page of one connection.
pub fn settings(connection: ConnectionId) -> String {
    format!("/settings/{connection}")
}

/// Asks what disconnecting would do, and does it.
pub fn disconnect(connection: ConnectionId) -> String {
    format!("/settings/{connection}/disconnect")
}

/// Says how to renew OfficeRnD's permission.
pub fn reconnect(connection: ConnectionId) -> String {
    format!("/settings/{connection}/reconnect")
}

/// What a reconnect link opens.
pub fn reconnect_link(token: &str) -> String {
    format!("/reconnect/{}", segment(token))
}

/// One of the partner's steps, asked again by a reconnect link.
pub fn reconnect_link_step(token: &str, step: &str) -> String {
    format!("{}/steps/{}", reconnect_link(token), segment(step))
}

/// One step of the set-up, from the configuration page.
pub fn settings_step(connection: ConnectionId, step: &str) -> String {
    format!("/settings/{connection}/steps/{step}")
}

/// Everything that was entered, before set-up is finished.
pub fn review(connection: ConnectionId) -> String {
    format!("/settings/{connection}/review")
}

/// The settings of one location of a connection.
pub fn location_settings(connection: ConnectionId, location: &str) -> String {
    format!("/settings/{connection}/locations/{}", segment(location))
}

/// The same page with one section of it, where each is a page of its own.
pub fn section(page: &str, section: &str) -> String {
    format!("{page}?section={}", segment(section))
}

/// Asks before a dangerous value is saved.
pub fn confirm(connection: ConnectionId, draft: &str) -> String {
    format!("/settings/{connection}/confirm/{}", segment(draft))
}

/// Every change of the settings.
pub fn history(connection: ConnectionId) -> String {
    format!("/settings/{connection}/history")
}

/// One version of the settings, to be restored.
pub fn revision(connection: ConnectionId, revision: &str) -> String {
    format!("/settings/{connection}/history/{}", segment(revision))
}

/// Who would be removed by a run that waits.
pub fn approval(connection: ConnectionId, run: RunId) -> String {
    format!("/settings/{connection}/runs/{run}")
}

/// Where a part of the dashboard begins.
pub fn section_of(section: Section) -> &'static str {
    match section {
        Section::Overview => "/",
        Section::Tenants => "/tenants",
        Section::Alerts => "/alerts",
        Section::Activity => "/activity",
        Section::Integrations => "/integrations",
        Section::Team => "/staff",
        Section::Account => "/account",
    }
}

/// A view of the list of tenants, by its query.
pub fn tenants(query: &str) -> String {
    with_query("/tenants", query)
}

/// The same as a file.
pub fn tenants_file(query: &str) -> String {
    with_query("/tenants.csv", query)
}

fn with_query(path: &str, query: &str) -> String {
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// Incidents, or one of them above all others.
pub fn alerts(incident: Option<IncidentId>) -> String {
    incident.map_or_else(|| "/alerts".to_owned(), |incident| format!("/alerts?incident={incident}"))
}

/// The dashboard's page of one connection.
pub fn connection(connection: ConnectionId) -> String {
    format!("/connections/{connection}")
}

/// The dashboard's page of one organization.
pub fn organization(organization: OrganizationId) -> String {
    format!("/tenants/{organization}")
}

/// The same after an act, with what came of it.
pub fn connection_said(connection: ConnectionId, act: &str, outcome: &str, at: i64) -> String {
    format!("{}?said={}.{}.{at}", self::connection(connection), segment(act), segment(outcome))
}

/// Everything that happened to a connection.
pub fn tenant_timeline(connection: ConnectionId, group: &str, window: &str, before: Option<&str>) -> String {
    let before = before.map_or_else(String::new, |mark| format!("&before={}", segment(mark)));
    format!("/connections/{connection}/activity?kind={}&window={}{before}", segment(group), segment(window))
}

/// All runs of a connection, as a file.
pub fn tenant_runs_file(connection: ConnectionId) -> String {
    format!("/connections/{connection}/runs")
}

/// One run, with what it did at each location.
pub fn tenant_run(connection: ConnectionId, run: RunId) -> String {
    format!("/connections/{connection}/runs/{run}")
}

/// The settings as the administrator sees them, to read.
pub fn tenant_settings(connection: ConnectionId, location: Option<&str>) -> String {
    let at = location.map_or_else(String::new, |id| format!("?location={}", segment(id)));
    format!("/connections/{connection}/settings{at}")
}

/// An act on a connection that has a page of its own.
pub fn tenant_act(connection: ConnectionId, act: &str) -> String {
    format!("/connections/{connection}/{act}")
}

/// A colleague's note, to be changed by its author.
pub fn note(connection: ConnectionId, note: NoteId) -> String {
    format!("/connections/{connection}/notes/{note}")
}

/// Everything that is kept of an organization, as a file.
pub fn organization_export(organization: OrganizationId) -> String {
    format!("/tenants/{organization}/export")
}

/// Acts on many connections.
pub fn bulk() -> &'static str {
    "/bulk"
}

/// How one of them goes on.
pub fn bulk_act(bulk: BulkId) -> String {
    format!("/bulk/{bulk}")
}

/// The dashboard's page of one integration.
pub fn integration(slug: &str) -> String {
    format!("/integrations/{}", segment(slug))
}

/// Where staff sign in, and go on from there.
pub fn sign_in(next: &str) -> String {
    if next.is_empty() || next == "/" { "/sign-in".to_owned() } else { format!("/sign-in?next={}", segment(next)) }
}

/// The second step of signing in.
pub fn sign_in_code(next: &str) -> String {
    if next.is_empty() || next == "/" {
        "/sign-in/code".to_owned()
    } else {
        format!("/sign-in/code?next={}", segment(next))
    }
}

/// Asks a member of staff for the password again, and goes on from there.
pub fn sign_in_again(next: &str) -> String {
    format!("/sign-in/again?next={}", segment(next))
}

/// Leads to the provider that staff may sign in with.
pub fn sign_in_provider() -> &'static str {
    "/sign-in/provider"
}

/// Where pages of the dashboard hear that something changed, of everything or of one connection.
pub fn live(of: Option<ConnectionId>) -> String {
    of.map_or_else(|| "/live".to_owned(), |connection| format!("/live?connection={connection}"))
}

pub fn sign_out() -> &'static str {
    "/sign-out"
}

/// An id of somebody else's as part of an address.
fn segment(id: &str) -> String {
    let mut written = String::with_capacity(id.len());
    for byte in id.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => written.push(byte as char),
            other => written.push_str(&format!("%{other:02X}")),
        }
    }
    written
}
