//! Deleting what has served its time. Each function can run on any replica, as often as it likes.

use app::ids::ConnectionId;
use sea_orm::sea_query::{LockBehavior, LockType};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, QueryTrait as _,
};
use uuid::Uuid;

use super::entity::{
    activity, alert_notices, attempt_secrets, bad_codes, bulk_acts, configure_links, connect_attempts, connections,
    desk_sessions, incidents, organizations, partner_sign_ins, reconnect_links, runs, signed_calls, staff_activity,
    staff_invitations, staff_oidc_sign_ins, staff_sessions, staff_sign_ins, staff_slowdowns, webhook_events,
};
use super::{
    Change, Result, Tx, bulk, call_counts, endpoints, events, hourly_counts, idempotent_calls, outbox, settings,
};
use crate::clock::{DAY, MINUTE, Millis};
use crate::domain::attempt::LIFETIME;
use crate::domain::slowdown::FORGOTTEN;

/// Exact repetitions of a delivery are known for that long (`pinned.md` 20).
pub const DELIVERIES_KEPT: Millis = 30 * DAY;
/// Rows of a table that go in one commit. On SQLite everybody else who writes waits for it.
const AT_ONCE: u64 = 500;
/// Attempts live a day, their tokens no longer; their end stays readable a while for people who come back to the window.
const ATTEMPTS_KEPT: Millis = 2 * DAY;
/// A visit that ended within a day can still be recognised (`pinned.md` 15).
const SESSIONS_KEPT: Millis = DAY;
/// Who opens a reconnect link that has ended is told so for a while.
const LINKS_KEPT: Millis = 30 * DAY;
/// What became of an act on many can be looked up after its end, with the reason and whom it was about.
const BULK_KEPT: Millis = 90 * DAY;
/// What went wrong in the last season, and who was told.
const INCIDENTS_KEPT: Millis = 90 * DAY;
/// What staff did that concerns no tenant: over a year, so that somebody who looks once a year sees all of it.
const STAFF_ACTIVITY_KEPT: Millis = 400 * DAY;

/// Staff had the data of a connection deleted.
pub const PURGED: &str = "data.purged";

/// All but what [`delete_some`] deletes and what [`purge`] does.
///
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
    staff_sessions::Entity::delete_many().filter(staff_sessions::Column::ExpiresAt.lt(now)).exec(db).await?;
    staff_sign_ins::Entity::delete_many().filter(staff_sign_ins::Column::ExpiresAt.lt(now)).exec(db).await?;
    staff_oidc_sign_ins::Entity::delete_many().filter(staff_oidc_sign_ins::Column::ExpiresAt.lt(now)).exec(db).await?;
    let forgotten = staff_slowdowns::Column::LastAt.lt(now - FORGOTTEN);
    staff_slowdowns::Entity::delete_many().filter(forgotten).exec(db).await?;
    staff_invitations::Entity::delete_many()
        .filter(staff_invitations::Column::ExpiresAt.lt(now - LINKS_KEPT))
        .exec(db)
        .await?;
    // Their notices go with them.
    incidents::Entity::delete_many().filter(incidents::Column::ClosedAt.lt(now - INCIDENTS_KEPT)).exec(db).await?;
    alert_notices::Entity::delete_many()
        .filter(alert_notices::Column::IncidentId.is_null())
        .filter(alert_notices::Column::CreatedAt.lt(now - INCIDENTS_KEPT))
        .exec(db)
        .await?;
    // Their items go with them.
    bulk_acts::Entity::delete_many().filter(bulk_acts::Column::EndedAt.lt(now - BULK_KEPT)).exec(db).await?;
    staff_activity::Entity::delete_many()
        .filter(staff_activity::Column::At.lt(now - STAFF_ACTIVITY_KEPT))
        .exec(db)
        .await?;
    partner_sign_ins::Entity::delete_many().filter(partner_sign_ins::Column::ExpiresAt.lt(now)).exec(db).await?;
    configure_links::Entity::delete_many().filter(configure_links::Column::ExpiresAt.lt(now)).exec(db).await?;
    signed_calls::Entity::delete_many().filter(signed_calls::Column::ExpiresAt.lt(now)).exec(db).await?;
    reconnect_links::Entity::delete_many()
        .filter(reconnect_links::Column::ExpiresAt.lt(now - LINKS_KEPT))
        .exec(db)
        .await?;
    call_counts::delete_old(tx, now).await?;
    hourly_counts::delete_old(tx, now).await?;
    idempotent_calls::delete_over(tx, now).await?;
    settings::drafts::delete_over(tx, now).await?;
    settings::secrets::end_overlaps(tx, now).await?;
    endpoints::end_overlaps(tx, now).await
}

/// Deletes some of what there is much of: deliveries, events and what was sent. Returns whether there may be more.
/// Each call belongs in a commit of its own, so that nobody is kept from writing for long.
///
/// # Errors
/// When the database does not answer.
pub async fn delete_some(tx: &mut Tx, now: Millis) -> Result<bool> {
    use webhook_events::Column::Id;
    // An id begins with its time: old ones are found without reading all of them.
    let old = webhook_events::Entity::find().select_only().column(Id).filter(Id.lt(first_id(now - DELIVERIES_KEPT)));
    // What another replica deletes at this moment is left to it. SQLite has one writer and leaves this out.
    let old = old.order_by_asc(Id).limit(AT_ONCE).lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    let old = webhook_events::Entity::delete_many().filter(Id.in_subquery(old.into_query()));
    let old = old.exec(tx.connection()).await?;
    let sent = outbox::delete_over(tx, now, AT_ONCE).await?;
    let events = events::delete_over(tx, now, AT_ONCE).await?;
    Ok([old.rows_affected, sent, events].into_iter().any(|count| count >= AT_ONCE))
}

/// The first of the ids that are made at this time.
fn first_id(at: Millis) -> Uuid {
    uuid::Builder::from_unix_timestamp_millis(u64::try_from(at).unwrap_or(0), &[0; 10]).into_uuid()
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
        purge_one(tx, *connection, *organization, now).await?;
    }
    Ok(over.len() as u64)
}

/// A connect that adds a connection at this moment locks the organization first, as here: it is counted, or finds no
/// organization.
///
/// # Errors
/// When the database does not answer.
pub async fn hold(tx: &Tx, organization: Uuid) -> Result<()> {
    organizations::Entity::find_by_id(organization).lock_exclusive().one(tx.connection()).await?;
    Ok(())
}

/// Deletes a connection with everything of it, and its organization when it was the last. `true` when the organization
/// stays.
///
/// # Errors
/// When the database does not answer.
pub async fn purge_one(tx: &mut Tx, connection: Uuid, organization: Uuid, now: Millis) -> Result<bool> {
    use connections::Column as Of;
    hold(tx, organization).await?;
    let db = tx.connection();
    webhook_events::Entity::delete_many().filter(webhook_events::Column::ConnectionId.eq(connection)).exec(db).await?;
    activity::Entity::delete_many().filter(activity::Column::ConnectionId.eq(connection)).exec(db).await?;
    runs::Entity::delete_many().filter(runs::Column::ConnectionId.eq(connection)).exec(db).await?;
    incidents::Entity::delete_many().filter(incidents::Column::ConnectionId.eq(connection)).exec(db).await?;
    connections::Entity::delete_by_id(connection).exec(db).await?;
    events::end(tx, connection, now).await?;
    outbox::purge(tx, connection, now).await?;
    events::purge(tx, connection).await?;
    call_counts::purge(tx, connection).await?;
    bulk::purge(tx, connection).await?;
    let db = tx.connection();
    let stays = connections::Entity::find().filter(Of::OrganizationId.eq(organization)).count(db).await? > 0;
    if !stays {
        keep_purges(db, organization).await?;
        organizations::Entity::delete_by_id(organization).exec(db).await?;
    }
    tx.changes(Change::Organization(organization));
    tx.changes(Change::Grant(connection));
    Ok(stays)
}

/// The record of an organization goes with it. That somebody had data of it deleted stays, with what staff do besides.
async fn keep_purges(db: &impl ConnectionTrait, organization: Uuid) -> Result<()> {
    let purges = activity::Entity::find()
        .filter(activity::Column::OrganizationId.eq(organization))
        .filter(activity::Column::Kind.eq(PURGED))
        .all(db)
        .await?;
    for one in purges {
        let subject = ConnectionId(one.connection_id).to_string();
        let detail = one.detail.as_deref().map(|text| {
            text.strip_prefix(subject.as_str()).map_or(text, |reason| reason.trim_start_matches("; ")).to_owned()
        });
        let kept = staff_activity::ActiveModel {
            id: Set(one.id),
            at: Set(one.at),
            kind: Set(one.kind),
            staff_id: Set(one.staff_id),
            actor_kind: Set(one.actor_kind),
            actor: Set(one.actor),
            subject: Set(Some(subject)),
            detail: Set(detail),
        };
        staff_activity::Entity::insert(kept).exec_without_returning(db).await?;
    }
    Ok(())
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
