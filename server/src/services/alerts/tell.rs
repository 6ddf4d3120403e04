//! Who is told what: notices, written in the transaction of what they tell.

use uuid::Uuid;

use super::words;
use crate::clock::Millis;
use crate::domain::alerting::{Rules, State, is_urgent};
use crate::state::App;
use crate::storage::alert_notices::{self, NewNotice, Receiver, What};
use crate::storage::alerting::{self, Alerting, Level};
use crate::storage::incidents::{self, Incident};
use crate::storage::{StorageError, Tx};

/// More incidents than that are a number in the digest.
const LISTED: usize = 50;

/// The incident is told to everybody who wants to hear of it.
pub(super) async fn opened(
    app: &App,
    tx: &mut Tx,
    incident: &Incident,
    alerting: &Alerting,
    now: Millis,
) -> Result<(), StorageError> {
    let urgent = is_urgent(incident.key.kind, incident.basis.is_many());
    let mut receivers = Vec::new();
    if app.mail.is_some() {
        let subscribers = alerting::subscribers(tx.connection()).await?;
        let wanting = subscribers.into_iter().filter(|(_, level)| urgent || *level == Level::Each);
        receivers.extend(wanting.map(|(staff, _)| Receiver::Staff(staff)));
    }
    receivers.extend(alerting.webhook_url.as_ref().map(|_| Receiver::Webhook));
    // Whoever has not heard yet that it was over takes it for open, which it is again.
    let unaware = alert_notices::withdraw(tx, incident.id, What::Recovered, now).await?;
    receivers.retain(|receiver| !unaware.contains(receiver));
    let due_at = alerting.rules.goes_out_at(urgent, now);
    let message = words::Told { what: What::Opened, incident, urgent, at: now };
    add(app, tx, incident, &receivers, &message, &alerting.rules, due_at, now).await
}

/// Who heard of it hears that it is over.
pub(super) async fn recovered(
    app: &App,
    tx: &mut Tx,
    incident: &Incident,
    at: Millis,
    rules: &Rules,
    now: Millis,
) -> Result<(), StorageError> {
    let receivers = alert_notices::told(tx.connection(), incident.id).await?;
    let urgent = is_urgent(incident.key.kind, incident.basis.is_many());
    let due_at = rules.goes_out_at(urgent, now);
    let message = words::Told { what: What::Recovered, incident, urgent, at };
    add(app, tx, incident, &receivers, &message, rules, due_at, now).await
}

#[expect(clippy::too_many_arguments, reason = "everything that a notice is made of")]
async fn add(
    app: &App,
    tx: &mut Tx,
    incident: &Incident,
    receivers: &[Receiver],
    message: &words::Told<'_>,
    rules: &Rules,
    due_at: Millis,
    now: Millis,
) -> Result<(), StorageError> {
    if receivers.is_empty() {
        return Ok(());
    }
    let (subject, mail) = message.mail(app, rules);
    let notices: Vec<NewNotice> = receivers
        .iter()
        .map(|receiver| {
            let id = app.random.uuid(now);
            let body = match receiver {
                Receiver::Staff(_) => mail.clone(),
                Receiver::Webhook => message.json(app, id, &subject),
            };
            let (what, receiver, subject) = (message.what, *receiver, subject.clone());
            NewNotice { id, incident: Some(incident.id), what, receiver, subject, body, due_at }
        })
        .collect();
    alert_notices::add(tx, &notices, now).await
}

/// What is open, what is watched, and what ended since the last one; nothing where there is nothing.
pub(super) async fn digest(app: &App, tx: &mut Tx, alerting: &Alerting, now: Millis) -> Result<(), StorageError> {
    if app.mail.is_none() {
        return Ok(());
    }
    let subscribers = alerting::subscribers(tx.connection()).await?;
    let all = incidents::current(tx.connection(), alerting.digest_at).await?;
    let (open, rest): (Vec<Incident>, Vec<Incident>) = all.into_iter().partition(|one| one.state == State::Open);
    let over: Vec<Incident> = rest.into_iter().filter(|one| one.state == State::Closed).collect();
    if subscribers.is_empty() || (open.is_empty() && over.is_empty()) {
        return Ok(());
    }
    let (subject, body) = words::digest(app, &alerting.rules, &open, &over, LISTED);
    let notices: Vec<NewNotice> = subscribers
        .iter()
        .map(|(staff, _)| one(app, What::Digest, Receiver::Staff(*staff), &subject, &body, now))
        .collect();
    alert_notices::add(tx, &notices, now).await
}

/// A notice that says only that notices arrive.
pub(super) async fn test(
    app: &App,
    tx: &mut Tx,
    staff: Uuid,
    alerting: &Alerting,
    now: Millis,
) -> Result<usize, StorageError> {
    let (subject, body) = words::test(app, &alerting.rules);
    let mut notices = Vec::new();
    if app.mail.is_some() {
        notices.push(one(app, What::Test, Receiver::Staff(staff), &subject, &body, now));
    }
    if alerting.webhook_url.is_some() {
        let mut notice = one(app, What::Test, Receiver::Webhook, &subject, &body, now);
        notice.body = words::test_json(app, notice.id, &subject, now);
        notices.push(notice);
    }
    alert_notices::add(tx, &notices, now).await?;
    Ok(notices.len())
}

fn one(app: &App, what: What, receiver: Receiver, subject: &str, body: &str, now: Millis) -> NewNotice {
    let (subject, body) = (subject.to_owned(), body.to_owned());
    NewNotice { id: app.random.uuid(now), incident: None, what, receiver, subject, body, due_at: now }
}
