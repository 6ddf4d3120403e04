//! Sends notices that are due. A notice that did not arrive is tried again for three days, as deliveries are; a process
//! that dies over one leaves it to another, which sends it under the same id.

use app::ids::NoticeId;
use futures_util::future::join_all;
use url::Url;

use crate::clock::{MINUTE, Millis};
use crate::crypto::hook::HookKey;
use crate::domain::delivery::again_at;
use crate::services::ServiceError;
use crate::state::App;
use crate::storage::alert_notices::{self, Notice, Receiver, State, What};
use crate::storage::{StorageError, alerting, incidents, staff};
use crate::upstream::mail::Mail;

/// Sent at the same time.
const AT_ONCE: u64 = 10;
/// Longer than one may take.
const LEASE: Millis = 3 * MINUTE;

enum Sent {
    Yes,
    /// Nobody wants it any more.
    Needless,
    No {
        why: String,
        for_good: bool,
    },
}

impl Sent {
    fn not_now(why: impl Into<String>) -> Self {
        Self::No { why: why.into(), for_good: false }
    }
}

/// # Errors
/// When the database does not answer; what was sent by then and not written down is sent again.
pub async fn send_due(app: &App) -> Result<(), ServiceError> {
    loop {
        let now = app.clock.now();
        if !alert_notices::are_due(app.db.read(), now).await? {
            return Ok(());
        }
        let lease = app.random.uuid(now);
        let mut tx = app.db.begin().await?;
        let claimed = alert_notices::claim(&mut tx, lease, now, now + LEASE, AT_ONCE).await?;
        tx.commit().await?;
        if claimed.is_empty() {
            return Ok(());
        }
        let sent = join_all(claimed.iter().map(|notice| send(app, notice))).await;
        let now = app.clock.now();
        let mut tx = app.db.begin().await?;
        for (notice, sent) in claimed.iter().zip(sent) {
            let (state, why, again) = match &sent {
                Sent::Yes => (State::Sent, None, None),
                Sent::Needless => (State::Dropped, None, None),
                Sent::No { why, for_good } => {
                    let again = again_at(notice.failures + 1, now, app.random.below(1_001)).filter(|_| !for_good);
                    (if again.is_some() { State::Waiting } else { State::GivenUp }, Some(why.as_str()), again)
                }
            };
            alert_notices::ended(&mut tx, lease, notice, (state, why), again, now).await?;
            note(notice, state, why);
        }
        tx.commit().await?;
    }
}

fn note(notice: &Notice, state: State, why: Option<&str>) {
    let channel = if notice.receiver == Receiver::Webhook { "webhook" } else { "mail" };
    let outcome = if state == State::Waiting { "failed" } else { state.slug() };
    metrics::counter!("deskbridge_alert_notices_total", "channel" => channel, "outcome" => outcome).increment(1);
    let id = NoticeId(notice.id);
    match (why, state) {
        (Some(error), State::Waiting) => {
            tracing::warn!(notice = %id, channel, error, "a notice did not arrive; it is tried again");
        }
        (Some(error), _) => tracing::error!(notice = %id, channel, error, "a notice did not arrive and is given up"),
        (None, _) => tracing::info!(notice = %id, channel, what = notice.what.slug(), outcome, "a notice has ended"),
    }
}

async fn send(app: &App, notice: &Notice) -> Sent {
    let sent = async {
        if let Some(sent) = out_of_turn(app, notice).await? {
            return Ok(sent);
        }
        match notice.receiver {
            Receiver::Staff(whom) => mail(app, notice, whom).await,
            Receiver::Webhook => post(app, notice).await,
        }
    };
    sent.await.unwrap_or_else(|error: StorageError| Sent::not_now(error.to_string()))
}

/// Nobody hears of a beginning after the end, nor of an end before the beginning, nor of the end alone.
async fn out_of_turn(app: &App, notice: &Notice) -> Result<Option<Sent>, StorageError> {
    let (Some(incident), db) = (notice.incident, app.db.read()) else { return Ok(None) };
    Ok(match notice.what {
        What::Opened => incidents::is_closed(db, incident).await?.then_some(Sent::Needless),
        What::Recovered => match alert_notices::beginning(db, incident, notice.receiver, notice.created_at).await? {
            Some(State::Sent) => None,
            Some(State::Waiting) => Some(Sent::not_now("the notice that it began is still under way")),
            Some(State::GivenUp | State::Dropped) | None => Some(Sent::Needless),
        },
        What::Digest | What::Test => None,
    })
}

async fn mail(app: &App, notice: &Notice, whom: uuid::Uuid) -> Result<Sent, StorageError> {
    let db = app.db.read();
    let Some(staff) = staff::get(db, whom).await?.filter(|staff| staff.disabled_at.is_none()) else {
        return Ok(Sent::Needless);
    };
    let wanted = notice.what == What::Test || alerting::subscribers(db).await?.iter().any(|(one, _)| *one == whom);
    if !wanted {
        return Ok(Sent::Needless);
    }
    let Some(mailer) = &app.mail else { return Ok(Sent::not_now("smtp__host is not set any more")) };
    let mail =
        Mail { id: notice.id, to: &staff.email, subject: &notice.subject, body: &notice.body, at: notice.created_at };
    Ok(match mailer.send(&mail).await {
        Ok(()) => Sent::Yes,
        Err(error) => Sent::No { why: error.to_string(), for_good: error.for_good },
    })
}

async fn post(app: &App, notice: &Notice) -> Result<Sent, StorageError> {
    let webhook = alerting::webhook(app.db.read(), &app.vault, app.clock.now()).await?;
    let Some((url, secrets)) = webhook else { return Ok(Sent::Needless) };
    let keys: Result<Vec<HookKey>, _> = secrets.iter().map(HookKey::parse).collect();
    let (Ok(url), Ok(keys)) = (Url::parse(&url), keys) else {
        return Ok(Sent::No { why: "the stored address or secret cannot be used".to_owned(), for_good: true });
    };
    let (id, at) = (NoticeId(notice.id).to_string(), app.clock.now_seconds());
    let told = app.partners.tell_as(id, url, is_open(app), &keys, at, notice.body.clone()).await;
    Ok(told.map_or_else(|error| Sent::not_now(error.to_string()), |()| Sent::Yes))
}

/// On this machine, where everything is tried out, notices may stay on it.
pub(super) fn is_open(app: &App) -> bool {
    !app.config.production()
}
