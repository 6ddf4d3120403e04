//! The ports of `app`, implemented. A desk is only made from a cookie that was verified here, and
//! reaches one attempt or one connection.

pub mod connect;
pub mod page;
pub mod set_up;
pub mod settings;
pub mod staff;

use std::collections::HashMap;

use app::ports::{Fault, IntegrationView, LocationView, LocationsView, SupportView};
use app::texts::Language;

use self::page::Speech;
use crate::domain::connection::Location;
use crate::manifest::{Integration, Step, Support};
use crate::storage::StorageError;

/// The cause goes to the log here, once; the page only says that we cannot answer now.
fn unavailable(error: &StorageError) -> Fault {
    tracing::error!(%error, "a page could not be read");
    Fault::Unavailable
}

pub fn integration_view(integration: &Integration, language: Language) -> IntegrationView {
    let speech = Speech { manifest: &integration.manifest, language };
    let title = |step: &Step| speech.say(&format!("steps.{}.title", step.id), &step.title);
    IntegrationView {
        slug: integration.slug.clone(),
        name: speech.say("name", &integration.name).text,
        about: speech.maybe("about", integration.about.as_ref()).map(|about| about.text),
        scopes: integration.scopes.clone(),
        steps: integration.steps().iter().map(title).collect(),
        support: integration.support.as_ref().and_then(support_view),
    }
}

/// A mail goes before a page: it brings the number along that our page shows.
fn support_view(support: &Support) -> Option<SupportView> {
    let mail = support.email.clone().map(SupportView::Mail);
    mail.or_else(|| support.url.clone().map(SupportView::Page))
}

fn locations_view(all: bool, locations: &[Location]) -> LocationsView {
    let mut seen = HashMap::new();
    let today = locations
        .iter()
        .filter(|location| seen.insert(&location.id, ()).is_none())
        .map(|location| LocationView {
            id: location.id.clone(),
            name: location.name.clone().unwrap_or_else(|| location.id.clone()),
            time_zone: location.time_zone.clone(),
        })
        .collect();
    LocationsView { all, today }
}
