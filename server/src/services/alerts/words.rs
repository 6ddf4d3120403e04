//! What notices say. They name no organization and no person: who it is stands behind the sign-in.

use app::ids::{IncidentId, NoticeId};
use app::texts::{self, Language, speaking, text, text_with};
use app::time::{self, Zone};
use serde_json::json;
use uuid::Uuid;

use crate::clock::{Millis, rfc3339};
use crate::domain::alerting::Rules;
use crate::domain::incident::Basis;
use crate::state::App;
use crate::storage::alert_notices::What;
use crate::storage::incidents::Incident;

/// A notice of one incident.
pub(super) struct Told<'a> {
    pub(super) what: What,
    pub(super) incident: &'a Incident,
    pub(super) urgent: bool,
    /// When it was opened, or ended.
    pub(super) at: Millis,
}

impl Told<'_> {
    /// Subject and text.
    pub(super) fn mail(&self, app: &App, rules: &Rules) -> (String, String) {
        let zone = Zone::named(&rules.zone);
        in_language(rules, || {
            let title = title(app, self.incident);
            let since = time::date_and_time_with_zone(self.incident.first, &zone);
            let kind = self.incident.key.kind.slug();
            let mut lines = vec![];
            let subject = if self.what == What::Recovered {
                let until = time::date_and_time_with_zone(self.at, &zone);
                lines.push(text_with("notice-over", &[("since", since.into()), ("until", until.into())]));
                text_with("notice-subject-over", &[("title", title.into())])
            } else {
                lines.push(texts::incident_what(kind));
                lines.push(text_with("notice-since", &[("since", since.into())]));
                lines.push(texts::incident_do(kind));
                text_with("notice-subject", &[("title", title.into())])
            };
            lines.push(how(self.incident));
            lines.push(address(app, Some(self.incident)));
            lines.push(text("notice-why"));
            (subject, lines.join("\n\n") + "\n")
        })
    }

    pub(super) fn json(&self, app: &App, id: Uuid, subject: &str) -> String {
        let Incident { key, .. } = self.incident;
        let organizations = match self.what {
            What::Recovered => self.incident.tenants_most,
            _ => self.incident.tenants,
        };
        json!({
            "type": format!("incident.{}", self.what.slug()),
            "id": NoticeId(id).to_string(),
            "timestamp": rfc3339(self.at),
            "data": {
                "incident": IncidentId(self.incident.id).to_string(),
                "kind": key.kind.slug(),
                "integration": key.integration,
                "urgent": self.urgent,
                "organizations": organizations,
                "since": rfc3339(self.incident.first),
                "grouped": self.incident.basis.slug(),
                "grouping_version": self.incident.grouping_version,
                "title": subject,
                "url": address(app, Some(self.incident)),
            },
        })
        .to_string()
    }
}

/// Subject and text of a digest.
pub(super) fn digest(app: &App, rules: &Rules, open: &[Incident], over: &[Incident], most: usize) -> (String, String) {
    let zone = Zone::named(&rules.zone);
    in_language(rules, || {
        let (open_count, over_count) = (open.len(), over.len());
        let counts = [("open", open_count.into()), ("over", over_count.into())];
        let mut lines = Vec::new();
        for (key, incidents) in [("notice-digest-open", open), ("notice-digest-over", over)] {
            if incidents.is_empty() {
                continue;
            }
            let listed = incidents.iter().take(most).map(|incident| {
                let since = time::date_and_time(incident.first, &zone);
                text_with("notice-digest-line", &[("title", title(app, incident).into()), ("since", since.into())])
            });
            let rest = incidents.len().saturating_sub(most);
            let rest = (rest > 0).then(|| text_with("notice-digest-rest", &[("count", rest.into())]));
            let head =
                if key == "notice-digest-open" { text("notice-digest-open") } else { text("notice-digest-over") };
            lines.push(std::iter::once(head).chain(listed).chain(rest).collect::<Vec<_>>().join("\n"));
        }
        lines.push(address(app, None));
        lines.push(text("notice-why"));
        (text_with("notice-subject-digest", &counts), lines.join("\n\n") + "\n")
    })
}

/// Subject and text of a test.
pub(super) fn test(app: &App, rules: &Rules) -> (String, String) {
    in_language(rules, || {
        let lines = [text("notice-test"), address(app, None)];
        (text("notice-subject-test"), lines.join("\n\n") + "\n")
    })
}

pub(super) fn test_json(app: &App, id: Uuid, subject: &str, now: Millis) -> String {
    json!({
        "type": "test",
        "id": NoticeId(id).to_string(),
        "timestamp": rfc3339(now),
        "data": { "title": subject, "url": address(app, None) },
    })
    .to_string()
}

/// What it is, how many have it, and where.
fn title(app: &App, incident: &Incident) -> String {
    let slug = &incident.key.integration;
    let integration = app.integrations.get(slug).map_or_else(|| slug.clone(), |known| known.name.clone());
    texts::incident_title(incident.key.kind.slug(), incident.tenants_most, &integration)
}

fn how(incident: &Incident) -> String {
    let version = incident.grouping_version;
    let how = texts::incident_grouped(incident.key.kind.slug(), incident.basis.slug(), shown(incident));
    text_with("notice-grouped", &[("how", how.into()), ("version", version.into())])
}

fn shown(incident: &Incident) -> u64 {
    if incident.basis == Basis::Deployment { 0 } else { incident.tenants_most }
}

fn address(app: &App, incident: Option<&Incident>) -> String {
    app.config.public(&app::paths::alerts(incident.map(|incident| IncidentId(incident.id))))
}

fn in_language<T>(rules: &Rules, make: impl FnOnce() -> T) -> T {
    speaking(Language::of_tag(&rules.language).unwrap_or_default(), make)
}
