//! Deleting what has served its time. Each function can run on any replica, as often as it likes.

use sea_orm::{
    ColumnTrait as _, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _, QueryTrait as _,
};
use uuid::Uuid;

use super::entity::{
    activity, attempt_secrets, bad_codes, configure_links, connect_attempts, connections, desk_sessions, organizations,
    partner_sign_ins, runs, signed_calls, webhook_events,
};
use super::{Result, Tx, call_counts, outbox, settings};
use crate::clock::{DAY, MINUTE, Millis};
use crate::domain::attempt::LIFETIME;

/// Exact repetitions of a delivery are known for that long (`pinned.md` 20).
pub const DELIVERIES_KEPT: Millis = 30 * DAY;
/// Attempts live a day, their tokens no longer; their end stays readable a while for people who come back to the window.
const ATTEMPTS_KEPT: Millis = 2 * DAY;
/// A visit that ended within a day can still be recognised (`pinned.md` 15).
const SESSIONS_KEPT: Millis = DAY;

/// # Errors
/// When the database does not answer.
pub async fn delete_expired(tx: &mut Tx, now: Millis) -> Result<()> {
    let db = tx.connection();
    let over = connect_attempts::Entity::find()
        .select_only()
        .column(connect_attempts::Column::Id)
        .filter(connect_attempts::Column::CreatedAt.lte(now - LIFETIME));
    attempt_secrets::Entity::delete_many()
        .filter(attempt_secrets::Column::AttemptId.in_subquery(over.into_query()))
        .exec(db)
        .await?;
    connect_attempts::Entity::delete_many()
        .filter(connect_attempts::Column::CreatedAt.lt(now - ATTEMPTS_KEPT))
        .exec(db)
        .await?;
    bad_codes::Entity::delete_many().filter(bad_codes::Column::At.lt(now - 60 * MINUTE)).exec(db).await?;
    desk_sessions::Entity::delete_many()
        .filter(desk_sessions::Column::ExpiresAt.lt(now - SESSIONS_KEPT))
        .exec(db)
        .await?;
    partner_sign_ins::Entity::delete_many().filter(partner_sign_ins::Column::ExpiresAt.lt(now)).exec(db).await?;
    configure_links::Entity::delete_many().filter(configure_links::Column::ExpiresAt.lt(now)).exec(db).await?;
    signed_calls::Entity::delete_many().filter(signed_calls::Column::ExpiresAt.lt(now)).exec(db).await?;
    webhook_events::Entity::delete_many()
        .filter(webhook_events::Column::ReceivedAt.lt(now - DELIVERIES_KEPT))
        .exec(db)
        .await?;
    call_counts::delete_old(tx, now).await?;
    settings::drafts::delete_over(tx, now).await?;
    settings::secrets::end_overlaps(tx, now).await?;
    outbox::delete_over(tx, now).await
}

/// Deletes disconnected connections whose time is over, with everything of theirs, and organizations
/// that have none left. Returns how many connections went.
///
/// # Errors
/// When the database does not answer.
pub async fn purge(tx: &mut Tx, now: Millis, limit: u64) -> Result<u64> {
    use connections::Column as Of;
    let over: Vec<(Uuid, Uuid)> = connections::Entity::find()
        .select_only()
        .columns([Of::Id, Of::OrganizationId])
        .filter(Of::PurgeAt.lte(now))
        // Purges of several replicas wait for each other rather than for ever.
        .order_by_asc(Of::OrganizationId)
        .limit(limit)
        .into_tuple()
        .all(tx.connection())
        .await?;
    for (connection, organization) in &over {
        let db = tx.connection();
        // A connect that adds a connection at this moment locks the organization first, as here: it is counted, or
        // finds no organization.
        organizations::Entity::find_by_id(*organization).lock_exclusive().one(db).await?;
        webhook_events::Entity::delete_many()
            .filter(webhook_events::Column::ConnectionId.eq(*connection))
            .exec(db)
            .await?;
        activity::Entity::delete_many().filter(activity::Column::ConnectionId.eq(*connection)).exec(db).await?;
        runs::Entity::delete_many().filter(runs::Column::ConnectionId.eq(*connection)).exec(db).await?;
        connections::Entity::delete_by_id(*connection).exec(db).await?;
        outbox::purge(tx, *connection, now).await?;
        call_counts::purge(tx, *connection).await?;
        let db = tx.connection();
        if connections::Entity::find().filter(Of::OrganizationId.eq(*organization)).count(db).await? == 0 {
            organizations::Entity::delete_by_id(*organization).exec(db).await?;
        }
        tx.changes(*organization);
    }
    Ok(over.len() as u64)
}

/// Row counts that `deskbridge check` and the start say.
///
/// # Errors
/// When the database does not answer.
pub async fn connection_count(db: &impl ConnectionTrait) -> Result<u64> {
    Ok(connections::Entity::find().count(db).await?)
}

/// Rewrites the statistics the planner needs after large imports; benches call it.
///
/// # Errors
/// When the database does not answer.
pub async fn analyze(tx: &Tx) -> Result<()> {
    tx.connection().execute_unprepared("ANALYZE").await?;
    Ok(())
}
