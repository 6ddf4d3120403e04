//! Incidents, as the page shows them.

use std::collections::HashMap;

use app::ids::{ConnectionId, IncidentId};
use app::ports::{
    AlertsDesk, AlertsSaid, AlertsView, Fault, IncidentView, LinkedIncident, MailLevel, MailView, NoticeReceiver,
    NoticeState, NoticeView, Noticed, RulesForm, StaffDesk as _, WebhookView,
};
use app::role::Act;
use app::state::ConnectionState;
use app::tenants::ListAddress;
use async_trait::async_trait;
use uuid::Uuid;

use super::StaffMember;
use super::tenants::integration_name;
use crate::backend::unavailable;
use crate::domain::alerting::{Rules, State, is_urgent};
use crate::domain::incident::{Basis, Kind};
use crate::storage::alert_notices::{self, Notice, Receiver, State as Sent, What};
use crate::storage::alerting::{self, Level};
use crate::storage::incidents::{self, Incident};
use crate::storage::{StorageError, staff};

/// Incidents at work in each state, on the page.
const LISTED: u64 = 100;
/// Incidents that are over, on the page.
const CLOSED: u64 = 50;
/// Digests and tests, on the page.
const NOTICES: u64 = 10;

/// What a form leads to.
#[derive(Default)]
pub struct Alerts {
    pub rules: Option<RulesForm>,
    pub webhook: Option<WebhookView>,
}

#[async_trait]
impl AlertsDesk for StaffMember {
    async fn alerts(&self) -> Result<AlertsView, Fault> {
        self.read_alerts().await.map_err(|error| unavailable(&error))
    }
}

impl StaffMember {
    async fn read_alerts(&self) -> Result<AlertsView, StorageError> {
        let (app, who) = (self.app(), self.who());
        let db = app.db.read();
        let (open, open_count) = incidents::first(db, State::Open, LISTED).await?;
        let (watched, watched_count) = incidents::first(db, State::Watched, LISTED).await?;
        let closed = incidents::closed(db, CLOSED).await?;
        let linked = match self.at().query("incident") {
            Some(named) => Some(match named.parse() {
                Ok(IncidentId(id)) => incidents::get(db, id).await?,
                Err(_) => None,
            }),
            None => None,
        };
        let of_link = linked.iter().flatten();
        let ids: Vec<Uuid> = open.iter().chain(&watched).chain(&closed).chain(of_link).map(|one| one.id).collect();
        let names: HashMap<Uuid, String> = staff::all(db).await?.into_iter().map(|one| (one.id, one.name)).collect();
        let mut notices: HashMap<Uuid, Vec<NoticeView>> = HashMap::new();
        for notice in alert_notices::of_incidents(db, &ids).await? {
            if let Some(incident) = notice.incident {
                notices.entry(incident).or_default().push(notice_view(&notice, &names));
            }
        }
        let linked = linked.map(|found| match found {
            Some(one) => {
                let told = notices.get(&one.id).cloned().unwrap_or_default();
                LinkedIncident::Found(Box::new(self.incident_view(&one, told)))
            }
            None => LinkedIncident::Gone,
        });
        let mut views = |incidents: &[Incident]| -> Vec<IncidentView> {
            incidents.iter().map(|one| self.incident_view(one, notices.remove(&one.id).unwrap_or_default())).collect()
        };
        let (open, watched, closed) = (views(&open), views(&watched), views(&closed));
        let alerting = alerting::read(db).await?;
        let subscribers = alerting::subscribers(db).await?;
        let mine = subscribers.iter().find(|(staff, _)| *staff == who.id.0).map(|(_, level)| *level);
        let mut subscribed: Vec<String> =
            subscribers.iter().filter_map(|(staff, _)| names.get(staff).cloned()).collect();
        subscribed.sort();
        let prepared = self.found::<Alerts>();
        let typed = prepared.as_ref().and_then(|prepared| prepared.webhook.clone()).unwrap_or_default();
        let host =
            alerting.webhook_url.as_deref().and_then(|url| Some(url::Url::parse(url).ok()?.host_str()?.to_owned()));
        let previous_until = alerting.webhook_previous_until.filter(|until| *until > app.clock.now());
        Ok(AlertsView {
            linked,
            open,
            open_count,
            watched,
            watched_count,
            closed,
            mail: MailView {
                is_on: app.mail.is_some(),
                mine: mine.map_or(MailLevel::Nothing, |level| match level {
                    Level::Urgent => MailLevel::Urgent,
                    Level::Each => MailLevel::Each,
                }),
                subscribers: subscribed,
            },
            webhook: WebhookView { host, previous_until, ..typed },
            rules: prepared.and_then(|prepared| prepared.rules.clone()).unwrap_or_else(|| form(&alerting.rules)),
            notices: alert_notices::of_none(db, NOTICES).await?.iter().map(|one| notice_view(one, &names)).collect(),
            may_take: who.role.may(Act::Acknowledge),
            may_change: who.role.may(Act::Alerts),
            may_rotate: who.role.may(Act::RotateSecrets),
            said: self.at().query("said").and_then(AlertsSaid::from_slug),
        })
    }

    fn incident_view(&self, incident: &Incident, notices: Vec<NoticeView>) -> IncidentView {
        let key = &incident.key;
        IncidentView {
            id: IncidentId(incident.id),
            kind: key.kind.slug().to_owned(),
            integration: integration_name(self.app(), &key.integration),
            href: href(incident),
            of_one: incident.connection.is_some(),
            of_none: incident.basis == Basis::Deployment,
            tenants: incident.tenants,
            tenants_most: incident.tenants_most,
            urgent: is_urgent(key.kind, incident.basis.is_many()),
            since: incident.first,
            calm_since: incident.calm_since,
            relapses: incident.relapses,
            closed: incident.closed.map(|(at, how)| (at, how.slug().to_owned())),
            basis: incident.basis.slug().to_owned(),
            version: incident.grouping_version,
            taken: incident.acknowledged.clone(),
            notices,
        }
    }
}

/// Where those concerned are listed.
fn href(incident: &Incident) -> String {
    if let Some(connection) = incident.connection {
        return app::paths::connection(ConnectionId(connection));
    }
    let state = match incident.key.kind {
        Kind::RunsFail if incident.basis == Basis::Outage => Some(ConnectionState::VendorOutage),
        Kind::Delayed => Some(ConnectionState::Delayed),
        Kind::Reconnect => Some(ConnectionState::Reconnect),
        Kind::Settings => Some(ConnectionState::SomeLocations),
        Kind::Approval => Some(ConnectionState::WaitingForApproval),
        Kind::RunsFail | Kind::RunsLapse | Kind::SubscriptionLost => None,
        Kind::HooksFail | Kind::EndpointFails | Kind::ClientRefused | Kind::BudgetShort => {
            return app::paths::integration(&incident.key.integration);
        }
    };
    let address = ListAddress::default().with_integration(Some(&incident.key.integration)).with_state(state);
    app::paths::tenants(&address.query())
}

fn notice_view(notice: &Notice, names: &HashMap<Uuid, String>) -> NoticeView {
    let ended = notice.ended_at.unwrap_or(notice.created_at);
    NoticeView {
        what: match notice.what {
            What::Opened => Noticed::Opened,
            What::Recovered => Noticed::Recovered,
            What::Digest => Noticed::Digest,
            What::Test => Noticed::Test,
        },
        receiver: match notice.receiver {
            Receiver::Staff(staff) => NoticeReceiver::Mail(names.get(&staff).cloned()),
            Receiver::Webhook => NoticeReceiver::Webhook,
        },
        state: match notice.state {
            Sent::Waiting => {
                NoticeState::Waiting { at: notice.due_at.unwrap_or(ended), trouble: notice.trouble.clone() }
            }
            Sent::Sent => NoticeState::Sent { at: ended },
            Sent::GivenUp => NoticeState::GivenUp { at: ended, trouble: notice.trouble.clone().unwrap_or_default() },
            Sent::Dropped => NoticeState::Dropped,
        },
    }
}

/// The rules as the form shows them.
fn form(rules: &Rules) -> RulesForm {
    RulesForm {
        one_minutes: rules.one_minutes.to_string(),
        many_minutes: rules.many_minutes.to_string(),
        at_once_from: rules.at_once_from.to_string(),
        zone: rules.zone.clone(),
        quiet_from: rules.quiet_from.to_string(),
        quiet_until: rules.quiet_until.to_string(),
        digest_hour: rules.digest_hour.map_or_else(String::new, |hour| hour.to_string()),
        language: rules.language.clone(),
        mistake: None,
    }
}
