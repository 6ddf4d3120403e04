//! One tenant: a connection, or an organization with several.

mod act;
mod bulk;
mod page;
mod rows;
mod runs_file;
mod settings;
mod timeline;

use std::sync::Arc;

use app::ids::{ConnectionId, OrganizationId};
use app::ports::{
    BulkQuestionView, BulkView, ExplainView, Fault, NotePageView, TenantActView, TenantDesk, TenantHead,
    TenantOrganizationView, TenantRunView, TenantSettingsView, TenantView, TimelineView, TypedAct,
};
use app::texts::Language;
use async_trait::async_trait;

pub use self::act::MadeLink;
pub use self::bulk::{BulkAsked, read as read_connections};
pub use self::runs_file::runs_file;
use super::StaffMember;
use crate::backend::unavailable;
use crate::domain::connection::Connection;
use crate::domain::organization::Organization;
use crate::manifest::Integration;
use crate::services::ServiceError;
use crate::services::{acts, live};
use crate::storage::{StorageError, connections, organizations};

/// What a page is about, found by its address.
pub struct Found {
    pub connection: Connection,
    pub organization: Organization,
    /// None once its manifest is gone.
    pub integration: Option<Arc<Integration>>,
    pub unmasked: bool,
}

impl Found {
    fn name(&self) -> String {
        self.integration.as_ref().map_or_else(|| self.connection.integration.clone(), |known| known.name.clone())
    }

    pub fn head(&self) -> TenantHead {
        TenantHead {
            id: ConnectionId(self.connection.id),
            integration: self.name(),
            integration_slug: self.connection.integration.clone(),
            organization: OrganizationId(self.organization.id),
            organization_name: self.organization.name.clone(),
            slug: self.organization.slug.clone(),
            state: self.connection.state,
            since: self.connection.state_since,
            unmasked: self.unmasked,
        }
    }

    /// A text that may name people, as this reader may see it.
    fn shown(&self, text: &str) -> String {
        if self.unmasked { text.to_owned() } else { crate::domain::mask::text(text) }
    }

    fn person(&self, name: &str) -> String {
        if self.unmasked { name.to_owned() } else { crate::domain::mask::name(name) }
    }
}

impl StaffMember {
    /// The connection that the address names.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn tenant_found(&self) -> Result<Option<Found>, StorageError> {
        let Ok(ConnectionId(id)) = self.at.segment(1).parse() else { return Ok(None) };
        let db = self.app.db.read();
        let Some(connection) = connections::get(db, id).await? else { return Ok(None) };
        let Some(organization) = organizations::get(db, connection.organization).await? else { return Ok(None) };
        let staff = self.member.staff().id;
        let may = self.member.staff().role.may(app::role::Act::Unmask);
        let unmasked = may && acts::is_unmasked(&self.app, staff, id).await.map_err(of_storage)?;
        let integration = self.app.integrations.get(&connection.integration);
        Ok(Some(Found { connection, organization, integration, unmasked }))
    }

    async fn tenant_shown(&self) -> Result<Found, Fault> {
        self.tenant_found().await.map_err(|error| unavailable(&error))?.ok_or(Fault::NotFound)
    }

    /// What was typed into the form of this page, when it was refused.
    fn typed_act(&self) -> Option<TypedAct> {
        self.found::<TypedAct>().map(|typed| TypedAct::clone(&typed))
    }
}

/// Reading says nothing else.
fn of_storage(error: ServiceError) -> StorageError {
    match error {
        ServiceError::Storage(error) => error,
        other => {
            tracing::error!(error = %other, "a page could not be read");
            StorageError::Inconsistent { table: "activity", what: "not readable" }
        }
    }
}

fn fault(error: &StorageError) -> Fault {
    unavailable(error)
}

#[async_trait]
impl TenantDesk for StaffMember {
    async fn tenant(&self) -> Result<TenantView, Fault> {
        let ConnectionId(id) = self.at.segment(1).parse().map_err(|_| Fault::NotFound)?;
        let stamp = live::stamp(&self.app, Some(id)).await.map_err(|error| fault(&error))?;
        let found = self.tenant_shown().await?;
        page::view(self, &found, stamp).await.map_err(|error| fault(&error))
    }

    async fn tenant_organization(&self) -> Result<TenantOrganizationView, Fault> {
        let view = page::organization(self).await.map_err(|error| fault(&error))?;
        view.ok_or(Fault::NotFound)
    }

    async fn tenant_timeline(&self) -> Result<TimelineView, Fault> {
        let found = self.tenant_shown().await?;
        timeline::view(self, &found).await.map_err(|error| fault(&error))
    }

    async fn tenant_run(&self) -> Result<TenantRunView, Fault> {
        let found = self.tenant_shown().await?;
        let view = rows::run_page(self, &found).await.map_err(|error| fault(&error))?;
        view.ok_or(Fault::NotFound)
    }

    async fn tenant_settings(&self, language: Language) -> Result<TenantSettingsView, Fault> {
        let found = self.tenant_shown().await?;
        let wanted = self.at.query("location").map(str::to_owned);
        let settings = settings::view(self, &found, wanted.as_deref(), language).await?.ok_or(Fault::NotFound)?;
        Ok(TenantSettingsView { head: found.head(), settings })
    }

    async fn tenant_act(&self) -> Result<TenantActView, Fault> {
        let found = self.tenant_shown().await?;
        act::view(self, &found).await?.ok_or(Fault::NotFound)
    }

    async fn tenant_note(&self) -> Result<NotePageView, Fault> {
        let found = self.tenant_shown().await?;
        act::note(self, &found).await.map_err(|error| fault(&error))?.ok_or(Fault::NotFound)
    }

    async fn tenant_explain(&self, language: Language) -> Result<ExplainView, Fault> {
        let found = self.tenant_shown().await?;
        settings::explain(self, &found, language).await
    }

    async fn bulk_question(&self) -> Result<BulkQuestionView, Fault> {
        bulk::question(self).await.map_err(|error| fault(&error))
    }

    async fn bulk_progress(&self) -> Result<BulkView, Fault> {
        let view = bulk::progress(self).await.map_err(|error| fault(&error))?;
        view.ok_or(Fault::NotFound)
    }
}
