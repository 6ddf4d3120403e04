//! Answers that change the state of a connection: a refusal that is believed, and a pair that came after one.

use app::ports::Actor;

use super::finisher::{Answer, Finished, Keeper, apply, save_tokens};
use crate::domain::grant::{Grant, GrantState, RefusalCause, Trouble};
use crate::domain::lease;
use crate::services::health;
use crate::storage::activity::{self, Activity};
use crate::storage::{StorageError, Tx, connections, grants};

/// Believes a refusal only if the stored pair is the one that was sent, and nobody else is at work with it.
pub(super) async fn refused(keeper: &Keeper, answer: &Answer, cause: RefusalCause) -> Result<Finished, StorageError> {
    let (id, now) = (answer.claimed.grant.connection, keeper.clock.now());
    let mut tx = keeper.db.begin().await?;
    let Some(connection) = connections::lock(&tx, id).await? else { return Ok(Finished::Gone) };
    let Some(grant) = grants::lock(&tx, id).await? else { return Ok(Finished::Gone) };
    let cause = if cause == RefusalCause::Refused && grant.answer_lost { RefusalCause::AnswerLost } else { cause };
    let Some(row) = lease::refuse(grant.row(), &answer.claimed.claim) else {
        // A pair that came late took the place of the one that was sent. The claim is over all the same.
        let over = lease::fail(grant.row(), &answer.claimed.claim, lease::Failed::Unused, now);
        if let Some(row) = over {
            grants::write(&mut tx, &grant.with_row(row, None)).await?;
            tx.commit().await?;
        }
        tracing::info!(connection.id = %id, "a refusal came late and means nothing; newer tokens are stored");
        return Ok(Finished::Superseded);
    };
    let trouble = Trouble { what: cause.slug().to_owned(), failures: 1, at: now, again_at: now };
    let refused = Grant { state: GrantState::NeedsReauthorization(cause), trouble: Some(trouble), ..grant };
    grants::write(&mut tx, &refused.with_row(row, None)).await?;
    health::save(keeper, &mut tx, &connection, true, now).await?;
    record(keeper, &mut tx, &connection, "grant.revoked", Some(cause.slug())).await?;
    tx.commit().await?;
    tracing::warn!(connection.id = %id, cause = cause.slug(), "OfficeRnD no longer accepts a login; an admin must reconnect");
    Ok(Finished::Refused(cause))
}

/// A pair whose answer was taken for lost, after the old token was refused for having been used: it may well be good.
pub(super) async fn revived(keeper: &Keeper, answer: &Answer) -> Result<Finished, StorageError> {
    let (id, now) = (answer.claimed.grant.connection, keeper.clock.now());
    let mut tx = keeper.db.begin().await?;
    let Some(connection) = connections::lock(&tx, id).await? else { return Ok(Finished::Gone) };
    let Some(grant) = grants::lock(&tx, id).await? else { return Ok(Finished::Gone) };
    let (Some(after), finished) = apply(keeper, &grant, answer) else { return Ok(Finished::Superseded) };
    grants::write(&mut tx, &after).await?;
    save_tokens(keeper, &mut tx, &[answer]).await?;
    if grant.state != GrantState::Alive {
        health::save(keeper, &mut tx, &connection, false, now).await?;
        record(keeper, &mut tx, &connection, "grant.refreshed", None).await?;
    }
    tx.commit().await?;
    Ok(finished)
}

async fn record(
    keeper: &Keeper,
    tx: &mut Tx,
    connection: &crate::domain::connection::Connection,
    kind: &str,
    detail: Option<&str>,
) -> Result<(), StorageError> {
    let now = keeper.clock.now();
    let happened = Activity { at: now, kind: kind.into(), actor: Actor::OfficeRnD, detail: detail.map(str::to_owned) };
    activity::record(tx, connection, keeper.random.uuid(now), happened).await
}
