//! The settings as the administrator sees them, to read; and why they are as they are for somebody.

use app::ports::{ExplainView, Fault, LocationView, SettingBody, SettingsView, Shape, Shown};
use app::texts::Language;

use super::super::StaffMember;
use super::Found;
use crate::backend::page::{Builder, Look};
use crate::backend::unavailable;
use crate::domain::mask;
use crate::domain::settings::edits::Of;
use crate::services::explain::Explained;
use crate::services::settings::lists::Wanted;
use crate::services::settings::scene::Scene;
use crate::storage::connections;

/// At the organization, or at a location. None for one that is none of the connection's.
pub(super) async fn view(
    desk: &StaffMember,
    found: &Found,
    location: Option<&str>,
    language: Language,
) -> Result<Option<SettingsView>, Fault> {
    let Some(integration) = &found.integration else { return Ok(None) };
    let (organization, connection) = (&found.organization, &found.connection);
    let wanted = Wanted { location: location.map(str::to_owned), ..Wanted::default() };
    let scene = Scene::load(&desk.app, integration, organization, connection, &wanted).await;
    let scene = scene.map_err(|error| {
        tracing::error!(%error, "settings could not be read");
        Fault::Unavailable
    })?;
    let of = location.map_or(Of::Organization, |id| Of::Location(id.to_owned()));
    let Some(place) = scene.place(&of) else { return Ok(None) };
    let layers = scene.stored.layers.clone();
    let now = desk.app.clock.now();
    let builder = Builder::new(&scene, (&of, place), &layers, None, language, &desk.app.answers, now);
    let look = Look { section: desk.at.query("section").map(str::to_owned) };
    let mut view = builder.view(&look, scene.version(), app::ports::Outcome::Opened, None);
    for section in &mut view.sections {
        section.href = section.href.take().map(|_| {
            let page = app::paths::tenant_settings(app::ids::ConnectionId(connection.id), location);
            let joint = if page.contains('?') { '&' } else { '?' };
            format!("{page}{joint}section={}", section.id)
        });
        for setting in &mut section.settings {
            if !found.unmasked {
                masked(&mut setting.shape);
            }
        }
    }
    for place in &mut view.places {
        let location = place.location.as_ref().map(|location| location.id.as_str());
        place.href = app::paths::tenant_settings(app::ids::ConnectionId(connection.id), location);
    }
    Ok(Some(view))
}

/// Addresses of people among the values.
fn masked(shape: &mut Shape) {
    match shape {
        Shape::Value(body) => masked_body(body),
        Shape::Table(table) => table.rows.iter_mut().flat_map(|row| &mut row.cells).for_each(masked_body),
        Shape::Info { text: Some(text), .. } => *text = mask::text(text),
        Shape::File { last: Some(last), .. } | Shape::Action { last: Some(last), .. } => {
            last.said.iter_mut().for_each(|words| words.text = mask::text(&words.text));
        }
        Shape::Info { .. } | Shape::File { .. } | Shape::Action { .. } => {}
    }
}

fn masked_body(body: &mut SettingBody) {
    // Controls hold values too, and nobody changes anything here.
    body.control = None;
    // The id of who said it stays.
    if let Some(mark) = &mut body.mark {
        mark.name = None;
    }
    masked_value(&mut body.shown);
    if let Some((_, otherwise)) = &mut body.otherwise {
        masked_value(otherwise);
    }
}

fn masked_value(shown: &mut Shown) {
    match shown {
        Shown::Text(text) => *text = mask::text(text),
        Shown::Secret(secret) => {
            if let Some(mark) = &mut secret.set {
                mark.name = None;
            }
        }
        Shown::Names(names) | Shown::AnyAll { items: names, .. } => {
            names.iter_mut().for_each(|name| name.name.text = mask::text(&name.name.text));
        }
        Shown::Languages(texts) => texts.iter_mut().for_each(|(_, text)| *text = mask::text(text)),
        Shown::Numbers { values, .. } => values.iter_mut().for_each(|value| *value = mask::text(value)),
        _ => {}
    }
}

/// What applies to a member or booking at a location: in the partner system's words where it was asked, and in ours.
pub(super) async fn explain(desk: &StaffMember, found: &Found, language: Language) -> Result<ExplainView, Fault> {
    let known = connections::locations(desk.app.db.read(), found.connection.id).await;
    let locations: Vec<LocationView> = known
        .map_err(|error| unavailable(&error))?
        .into_iter()
        .map(|location| LocationView {
            name: location.name.unwrap_or_else(|| location.id.clone()),
            time_zone: location.time_zone,
            id: location.id,
        })
        .collect();
    let wanted = desk.at.query("location").filter(|id| locations.iter().any(|one| one.id == *id)).map(str::to_owned);
    let explained = desk.found::<Explained>();
    let subject = explained.as_ref().map_or_else(String::new, |explained| explained.subject.clone());
    let wanted = explained.as_ref().and_then(|explained| explained.location.clone()).or(wanted);
    let settings = match &wanted {
        Some(id) => view(desk, found, Some(id), language).await?,
        None => None,
    };
    Ok(ExplainView {
        head: found.head(),
        locations,
        location: wanted,
        subject,
        asks: found.integration.as_ref().is_some_and(|known| crate::services::explain::can_be_asked(known)),
        answer: explained
            .and_then(|explained| explained.answer.clone())
            .map(|(good, words)| (good, found.shown(&words))),
        settings,
    })
}
