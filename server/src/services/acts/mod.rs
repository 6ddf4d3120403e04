//! What staff do with one connection, or with many: each act needs the permit of its kind, and stands in the record with
//! who did it and why, in the transaction that does it.

pub mod bulk;
mod data;
mod notes;
mod replay;

use app::ids::RunId;
use app::ports::Actor;
use uuid::Uuid;

pub use self::bulk::Order;
pub use self::data::{
    Purged, UNMASKED_FOR, asked_about, export, is_unmasked, list_taken, purge, runs_taken, unmask, unmasked,
};
pub use self::notes::{LONGEST_NOTE, add_note, add_note_by_key, edit_note};
pub use self::replay::{MOST_EVENTS, repeat_delivery, replay_event, replay_since};
use super::staff::permit::{Permit, acts};
use super::{ServiceError, events, outbox, pause, reconnect, runs as run_services, to_the_end, tokens};
use crate::clock::{MINUTE, Millis, SECOND};
use crate::domain::connection::ConnectionState;
use crate::domain::grant::GrantState;
use crate::domain::schedule::Rank;
use crate::state::App;
use crate::storage::activity::{self, Activity, with_reason};
use crate::storage::{connections, grants, runs};

/// A grant that was renewed that lately needs no renewal.
const JUST_NOW: Millis = MINUTE;

/// How an act ended. Nothing has changed unless it is [`Outcome::Done`] or [`Outcome::Asked`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Outcome {
    Done,
    /// The engine renews the login when its own order allows.
    Asked,
    /// It was so before.
    Already,
    /// OfficeRnD's login came a moment ago; another one would spend a request and change nothing.
    Fresh,
    /// A run is under way; another one would do the same.
    UnderWay,
    /// A run waits for approval.
    Waiting,
    /// Synchronization is off in OfficeRnD, or paused.
    Off,
    FinishSetUp,
    /// OfficeRnD's permission has to be given again first.
    Reconnect,
    Disconnected,
    /// Nothing of that is kept, or nobody wants to hear it.
    Nothing,
    TooMany,
    /// OfficeRnD's limit for logins is spent, or it does not answer.
    Unavailable,
}

impl Outcome {
    pub const ALL: [Self; 13] = [
        Self::Done,
        Self::Asked,
        Self::Already,
        Self::Fresh,
        Self::UnderWay,
        Self::Waiting,
        Self::Off,
        Self::FinishSetUp,
        Self::Reconnect,
        Self::Disconnected,
        Self::Nothing,
        Self::TooMany,
        Self::Unavailable,
    ];

    pub fn slug(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Asked => "asked",
            Self::Already => "already",
            Self::Fresh => "fresh",
            Self::UnderWay => "under_way",
            Self::Waiting => "waiting",
            Self::Off => "off",
            Self::FinishSetUp => "finish_set_up",
            Self::Reconnect => "reconnect",
            Self::Disconnected => "disconnected",
            Self::Nothing => "nothing",
            Self::TooMany => "too_many",
            Self::Unavailable => "unavailable",
        }
    }

    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.slug() == slug)
    }
}

/// Who does it and why, once the permit was shown.
#[derive(Debug, Clone)]
struct By {
    id: Uuid,
    name: String,
    reason: Option<String>,
}

impl By {
    fn of<A>(permit: &Permit<A>, reason: &str) -> Self {
        let reason = Some(reason.trim().to_owned()).filter(|reason| !reason.is_empty());
        Self { id: permit.staff(), name: permit.name().to_owned(), reason }
    }

    fn actor(&self) -> Actor {
        Actor::Staff { id: self.id, name: self.name.clone() }
    }

    fn did(&self, kind: &str, fact: Option<String>, at: Millis) -> Activity {
        Activity { at, kind: kind.to_owned(), actor: self.actor(), detail: with_reason(fact, self.reason.clone()) }
    }
}

/// Asks the partner system for a run now.
///
/// # Errors
/// When the database does not answer; nothing has changed then.
pub async fn run_now(
    app: &App,
    permit: &Permit<acts::RunNow>,
    connection: Uuid,
    reason: &str,
) -> Result<Outcome, ServiceError> {
    start_run(app, By::of(permit, reason), connection).await
}

async fn start_run(app: &App, by: By, connection: Uuid) -> Result<Outcome, ServiceError> {
    to_the_end(app, async move |app| {
        let now = app.clock.now();
        let mut tx = app.db.begin().await?;
        let Some(current) = connections::lock(&tx, connection).await? else { return Ok(Outcome::Disconnected) };
        match current.state {
            ConnectionState::Disconnected => return Ok(Outcome::Disconnected),
            ConnectionState::FinishSetUp => return Ok(Outcome::FinishSetUp),
            ConnectionState::Reconnect => return Ok(Outcome::Reconnect),
            ConnectionState::Paused => return Ok(Outcome::Off),
            _ => {}
        }
        if !runs::waiting(tx.connection(), connection).await?.is_empty() {
            return Ok(Outcome::Waiting);
        }
        let id = app.random.uuid(now);
        if runs::start(&mut tx, &current, id, "staff", now).await?.id != id {
            return Ok(Outcome::UnderWay);
        }
        outbox::sync(&app, &mut tx, &current, "staff", Some(id), now).await?;
        events::sync_requested(&app, &mut tx, &current, "staff", id, now).await?;
        let happened = by.did("sync.requested", Some(RunId(id).to_string()), now);
        activity::record(&mut tx, &current, app.random.uuid(now), happened).await?;
        tx.commit().await?;
        app.outbox.wake();
        Ok(Outcome::Done)
    })
    .await
}

/// Starts no more runs, until somebody resumes.
///
/// # Errors
/// When the database does not answer; nothing has changed then.
pub async fn pause(
    app: &App,
    permit: &Permit<acts::Pause>,
    connection: Uuid,
    reason: &str,
) -> Result<Outcome, ServiceError> {
    switch(app, By::of(permit, reason), connection, true).await
}

/// Takes a pause of the partner's back. One of the administrator's stays.
///
/// # Errors
/// When the database does not answer; nothing has changed then.
pub async fn resume(
    app: &App,
    permit: &Permit<acts::Resume>,
    connection: Uuid,
    reason: &str,
) -> Result<Outcome, ServiceError> {
    switch(app, By::of(permit, reason), connection, false).await
}

async fn switch(app: &App, by: By, connection: Uuid, paused: bool) -> Result<Outcome, ServiceError> {
    let known = connections::get(app.db.read(), connection).await?;
    let Some(known) = known.filter(|known| known.disconnected.is_none()) else { return Ok(Outcome::Disconnected) };
    if known.progress.paused.is_some() == paused {
        return Ok(Outcome::Already);
    }
    let after = pause::set(app, connection, paused, by.actor(), by.name.clone(), by.reason).await?;
    Ok(if after.is_some() { Outcome::Done } else { Outcome::Disconnected })
}

/// A link for the administrator who has to renew something. A new one ends the one before.
///
/// # Errors
/// When the database does not answer; then there is no link.
pub async fn reconnect_link(
    app: &App,
    permit: &Permit<acts::ReconnectLink>,
    connection: Uuid,
    reason: &str,
) -> Result<Result<reconnect::Made, reconnect::NotMade>, ServiceError> {
    let by = By::of(permit, reason);
    reconnect::make(app, connection, by.actor(), by.reason).await
}

/// Renews OfficeRnD's login now, by the only way there is. The record stands before OfficeRnD is asked, since an answer
/// may never come.
///
/// # Errors
/// When the database does not answer.
pub async fn refresh(
    app: &App,
    permit: &Permit<acts::Refresh>,
    connection: Uuid,
    reason: &str,
) -> Result<Outcome, ServiceError> {
    renew(app, By::of(permit, reason), connection).await
}

async fn renew(app: &App, by: By, connection: Uuid) -> Result<Outcome, ServiceError> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let known = connections::lock(&tx, connection).await?.filter(|known| known.disconnected.is_none());
    let grant = grants::get(tx.connection(), connection).await?;
    let (Some(known), Some(grant)) = (known, grant) else { return Ok(Outcome::Disconnected) };
    let Some(integration) = app.integrations.get(&known.integration) else { return Ok(Outcome::Unavailable) };
    if matches!(grant.state, GrantState::NeedsReauthorization(_)) {
        return Ok(Outcome::Reconnect);
    }
    if now - grant.refreshed_at < JUST_NOW {
        return Ok(Outcome::Fresh);
    }
    let happened = by.did("grant.refresh_asked", None, now);
    activity::record(&mut tx, &known, app.random.uuid(now), happened).await?;
    tx.commit().await?;
    // Longer than the stored token is still good for, so that it is renewed.
    let wanted = ((grant.access_expires_at - now) / SECOND + 1).max(1);
    Ok(match tokens::token_for_ourselves(app, &integration, &known, Some(wanted)).await {
        Ok(_) => Outcome::Done,
        Err(tokens::NoToken::ReconnectRequired) => Outcome::Reconnect,
        Err(tokens::NoToken::Disconnected) => Outcome::Disconnected,
        Err(tokens::NoToken::BudgetExhausted { .. } | tokens::NoToken::OfficeRndUnavailable { .. }) => {
            Outcome::Unavailable
        }
        Err(tokens::NoToken::Internal(error)) => return Err(error),
    })
}

/// Has the engine renew OfficeRnD's login, in its own order: many that are renewed at once would spend the requests that
/// partner systems wait for.
async fn have_renewed(app: &App, by: By, connection: Uuid) -> Result<Outcome, ServiceError> {
    let now = app.clock.now();
    let mut tx = app.db.begin().await?;
    let known = connections::lock(&tx, connection).await?.filter(|known| known.disconnected.is_none());
    let Some(known) = known else { return Ok(Outcome::Disconnected) };
    let Some(grant) = grants::lock(&tx, connection).await? else { return Ok(Outcome::Disconnected) };
    if app.integrations.get(&known.integration).is_none() {
        return Ok(Outcome::Unavailable);
    }
    if matches!(grant.state, GrantState::NeedsReauthorization(_)) {
        return Ok(Outcome::Reconnect);
    }
    if now - grant.refreshed_at < JUST_NOW {
        return Ok(Outcome::Fresh);
    }
    if grant.fresh.is_some_and(|(rank, at)| rank == Rank::Used && at <= now) {
        // Its turn comes, whoever asked first.
        return Ok(Outcome::Asked);
    }
    grants::write(&mut tx, &grant.renewed_from(Some((Rank::Used, now)))).await?;
    let happened = by.did("grant.refresh_asked", None, now);
    activity::record(&mut tx, &known, app.random.uuid(now), happened).await?;
    tx.commit().await?;
    app.refresh.wake();
    Ok(Outcome::Asked)
}

/// The word of staff about a run that the removal guard holds: as the administrator's, about what was looked at.
///
/// # Errors
/// When the database does not answer; nothing is decided then.
pub async fn decide(
    app: &App,
    permit: &Permit<acts::DecideRun>,
    connection: Uuid,
    run: Uuid,
    answer: run_services::Answer,
    reason: &str,
) -> Result<run_services::Decided, ServiceError> {
    let by = By::of(permit, reason);
    run_services::decide(app, connection, run, answer, by.actor(), by.reason).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outcome_reads_back() {
        for outcome in Outcome::ALL {
            assert_eq!(Outcome::from_slug(outcome.slug()), Some(outcome));
        }
    }
}
