//! Connections with their locations and their sealed secrets.

mod secrets;

use std::collections::HashMap;

use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, ExprTrait as _, JoinType, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, QueryTrait as _,
};
use uuid::Uuid;

use super::entity::{connection_locations, connections, organizations};
use super::{Change, Result, StorageError, Tx};
use crate::clock::Millis;
use crate::domain::connection::{
    Connection, ConnectionState, DisconnectCause, Disconnected, Failing, Location, Paused, Progress, SubscriptionState,
};
use crate::domain::health::{Cause, Fault};
use crate::domain::organization::Organization;
use connections::{ActiveModel, Column, Entity, Model};

pub(super) use self::secrets::secrets_row;
pub use self::secrets::{ConnectionSecrets, of_organization_with_secrets, save_secrets, secrets};

/// # Errors
/// When the database does not answer or a row makes no sense.
pub async fn get(db: &impl ConnectionTrait, connection: Uuid) -> Result<Option<Connection>> {
    Entity::find_by_id(connection).one(db).await?.map(Connection::try_from).transpose()
}

/// The row as nobody else changes it until this transaction ends.
///
/// # Errors
/// When the database does not answer or a row makes no sense.
pub async fn lock(tx: &Tx, connection: Uuid) -> Result<Option<Connection>> {
    Entity::find_by_id(connection).lock_exclusive().one(tx.connection()).await?.map(Connection::try_from).transpose()
}

/// The installation with OfficeRnD's integration id.
///
/// # Errors
/// When the database does not answer or a row makes no sense.
pub async fn by_installation(
    db: &impl ConnectionTrait,
    organization: Uuid,
    integration: &str,
    integration_id: &str,
) -> Result<Option<Connection>> {
    Entity::find()
        .filter(Column::OrganizationId.eq(organization))
        .filter(Column::Integration.eq(integration))
        .filter(Column::IntegrationId.eq(integration_id))
        .one(db)
        .await?
        .map(Connection::try_from)
        .transpose()
}

/// All of an organization, of every integration, also disconnected ones that are not purged yet.
///
/// # Errors
/// When the database does not answer or a row makes no sense.
pub async fn of_organization(db: &impl ConnectionTrait, organization: Uuid) -> Result<Vec<Connection>> {
    let rows =
        Entity::find().filter(Column::OrganizationId.eq(organization)).order_by_asc(Column::CreatedAt).all(db).await?;
    rows.into_iter().map(Connection::try_from).collect()
}

/// Filters of the partner system's list. Empty `integrations` finds nothing: a key without any sees none.
pub struct Filter<'a> {
    pub integrations: &'a [String],
    /// An organization's own id, OfficeRnD's id or its slug.
    pub organization: Option<&'a str>,
    pub state: Option<ConnectionState>,
    pub location: Option<&'a str>,
    pub updated_since: Option<Millis>,
    /// The last id of the page before.
    pub after: Option<Uuid>,
    pub limit: u64,
}

/// A page in the order of ids, with the organizations they belong to.
///
/// # Errors
/// When the database does not answer or a row makes no sense.
pub async fn list(db: &impl ConnectionTrait, filter: &Filter<'_>) -> Result<Vec<(Connection, Organization)>> {
    let mut query = Entity::find()
        .join(
            JoinType::InnerJoin,
            Entity::belongs_to(organizations::Entity).from(Column::OrganizationId).to(organizations::Column::Id).into(),
        )
        .select_also(organizations::Entity)
        .filter(Column::Integration.is_in(filter.integrations.iter().map(String::as_str)));
    if let Some(wanted) = filter.organization {
        let mut any = Condition::any()
            .add(organizations::Column::Slug.eq(wanted))
            .add(organizations::Column::OfficerndId.eq(wanted));
        if let Ok(id) = wanted.parse::<app::ids::OrganizationId>() {
            any = any.add(Column::OrganizationId.eq(id.0));
        }
        query = query.filter(any);
    }
    if let Some(state) = filter.state {
        query = query.filter(Column::State.eq(state.slug()));
    }
    if let Some(location) = filter.location {
        let named = connection_locations::Entity::find()
            .select_only()
            .column(connection_locations::Column::ConnectionId)
            .filter(connection_locations::Column::LocationId.eq(location));
        // A connection for all locations has those of today too.
        query = query.filter(Column::Id.in_subquery(named.into_query()));
    }
    if let Some(since) = filter.updated_since {
        query = query.filter(Column::UpdatedAt.gte(since));
    }
    if let Some(after) = filter.after {
        query = query.filter(Column::Id.gt(after));
    }
    let rows = query.order_by_asc(Column::Id).limit(filter.limit).all(db).await?;
    rows.into_iter()
        .map(|(row, organization)| {
            let organization =
                organization.ok_or(StorageError::Inconsistent { table: "connections", what: "no organization" })?;
            Ok((Connection::try_from(row)?, Organization::from(organization)))
        })
        .collect()
}

/// Makes a connection or replaces what changed of it. Its state is what `services::health` derived.
///
/// # Errors
/// When the database does not answer, or another process made the same installation meanwhile.
pub async fn save(tx: &mut Tx, connection: &Connection, is_new: bool) -> Result<()> {
    let row = to_row(connection);
    if is_new {
        let row = ActiveModel { settings_looked_at: Set(connection.created_at), ..row };
        Entity::insert(row).exec_without_returning(tx.connection()).await?;
    } else {
        Entity::update(row).exec(tx.connection()).await?;
    }
    tx.changes(Change::Organization(connection.organization));
    Ok(())
}

/// # Errors
/// When the database does not answer.
pub async fn locations(db: &impl ConnectionTrait, connection: Uuid) -> Result<Vec<Location>> {
    use connection_locations::Column as Of;
    let rows = connection_locations::Entity::find()
        .filter(Of::ConnectionId.eq(connection))
        .order_by_asc(Of::Position)
        .all(db)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| Location { id: row.location_id, name: row.name, time_zone: row.time_zone, currency: row.currency })
        .collect())
}

/// Ids of the locations of each connection of an organization, all integrations together.
///
/// # Errors
/// When the database does not answer.
pub async fn location_ids_of_organization(
    db: &impl ConnectionTrait,
    organization: Uuid,
) -> Result<HashMap<Uuid, Vec<String>>> {
    use connection_locations::Column as Of;
    let connections = connection_locations::Entity::belongs_to(Entity).from(Of::ConnectionId).to(Column::Id);
    let rows: Vec<(Uuid, String)> = connection_locations::Entity::find()
        .select_only()
        .columns([Of::ConnectionId, Of::LocationId])
        .join(JoinType::InnerJoin, connections.into())
        .filter(Column::OrganizationId.eq(organization))
        .order_by_asc(Of::Position)
        .into_tuple()
        .all(db)
        .await?;
    let mut ids: HashMap<Uuid, Vec<String>> = HashMap::new();
    for (connection, location) in rows {
        ids.entry(connection).or_default().push(location);
    }
    Ok(ids)
}

/// # Errors
/// When the database does not answer.
pub async fn replace_locations(tx: &mut Tx, connection: &Connection, locations: &[Location]) -> Result<()> {
    connection_locations::Entity::delete_many()
        .filter(connection_locations::Column::ConnectionId.eq(connection.id))
        .exec(tx.connection())
        .await?;
    let rows: Vec<_> = location_rows(connection, locations).collect();
    // Seven values a row, and databases take some ten thousand in one statement.
    for rows in rows.chunks(1_000) {
        connection_locations::Entity::insert_many(rows.to_vec())
            .on_conflict(
                OnConflict::columns([
                    connection_locations::Column::ConnectionId,
                    connection_locations::Column::LocationId,
                ])
                .do_nothing()
                .to_owned(),
            )
            .exec_without_returning(tx.connection())
            .await?;
    }
    tx.changes(Change::Organization(connection.organization));
    Ok(())
}

/// Connections whose subscription was not looked at since `before`, each claimed for this caller.
///
/// # Errors
/// When the database does not answer or a row makes no sense.
pub async fn claim_subscription_checks(
    tx: &mut Tx,
    before: Millis,
    now: Millis,
    limit: u64,
) -> Result<Vec<Connection>> {
    let due = Entity::find()
        .filter(Column::SubscriptionState.ne(SubscriptionState::Gone.slug()))
        .filter(Column::SubscriptionCheckedAt.lt(before))
        .order_by_asc(Column::SubscriptionCheckedAt)
        .limit(limit)
        .all(tx.connection())
        .await?;
    let mut claimed = Vec::new();
    for row in due {
        let won = Entity::update_many()
            .col_expr(Column::SubscriptionCheckedAt, Expr::value(now))
            .filter(Column::Id.eq(row.id))
            .filter(Column::SubscriptionCheckedAt.eq(row.subscription_checked_at))
            .exec(tx.connection())
            .await?;
        if won.rows_affected == 1 {
            claimed.push(Connection::try_from(row)?);
        }
    }
    Ok(claimed)
}

/// Makes a claimed check due again.
///
/// # Errors
/// When the database does not answer.
pub async fn return_subscription_check(tx: &mut Tx, connection: &Connection) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::SubscriptionCheckedAt, Expr::value(connection.subscription_checked_at))
        .filter(Column::Id.eq(connection.id))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// At most one caller an hour gets `true`.
///
/// # Errors
/// When the database does not answer.
pub async fn claim_secret_check(tx: &mut Tx, connection: Uuid, before: Millis, now: Millis) -> Result<bool> {
    let won = Entity::update_many()
        .col_expr(Column::SecretCheckedAt, Expr::value(now))
        .filter(Column::Id.eq(connection))
        .filter(Expr::col(Column::SecretCheckedAt).lt(before))
        .exec(tx.connection())
        .await?;
    Ok(won.rows_affected == 1)
}

pub(super) fn location_rows(
    connection: &Connection,
    locations: &[Location],
) -> impl Iterator<Item = connection_locations::ActiveModel> {
    locations.iter().zip(0_i32..).map(|(location, position)| connection_locations::ActiveModel {
        connection_id: Set(connection.id),
        location_id: Set(location.id.clone()),
        position: Set(position),
        name: Set(location.name.clone()),
        time_zone: Set(location.time_zone.clone()),
        currency: Set(location.currency.clone()),
    })
}

/// What is written here can always be written.
fn json(value: &impl serde::Serialize) -> serde_json::Value {
    serde_json::to_value(value).unwrap_or_default()
}

pub(super) fn to_row(connection: &Connection) -> ActiveModel {
    let progress = &connection.progress;
    ActiveModel {
        id: Set(connection.id),
        organization_id: Set(connection.organization),
        integration: Set(connection.integration.clone()),
        integration_id: Set(connection.integration_id.clone()),
        all_locations: Set(connection.all_locations),
        state: Set(connection.state.slug().to_owned()),
        state_since: Set(connection.state_since),
        cause: Set(connection.cause.slug().to_owned()),
        troubles: Set((!connection.troubles.is_empty()).then(|| json(&connection.troubles))),
        changes_at: Set(connection.changes_at),
        authorized_at: Set(connection.authorized_at),
        connected_at: Set(connection.connected_at),
        finished_at: Set(connection.finished_at),
        waits_for: Set(connection.waits_for),
        sync_on: Set(connection.sync_on),
        paused_at: Set(progress.paused.as_ref().map(|paused| paused.at)),
        paused_by: Set(progress.paused.as_ref().map(|paused| paused.by.clone())),
        counted_from: Set(progress.counted_from),
        last_success_at: Set(progress.last_success_at),
        next_run_at: Set(progress.next_run_at),
        failing_since: Set(progress.failing.as_ref().map(|failing| failing.since)),
        failing_at: Set(progress.failing.as_ref().map(|failing| failing.at)),
        failing_fault: Set(progress.failing.as_ref().map(|failing| failing.fault.slug().to_owned())),
        failing_like: Set(progress.failing.as_ref().map(|failing| failing.like.clone())),
        account_name: Set(connection.account_name.clone()),
        subscription_id: Set(connection.subscription_id.clone()),
        subscription_state: Set(connection.subscription.slug().to_owned()),
        subscription_checked_at: Set(connection.subscription_checked_at),
        secret_checked_at: Set(connection.secret_checked_at),
        // Only the job that looks writes it.
        settings_looked_at: NotSet,
        disconnected_at: Set(connection.disconnected.map(|ended| ended.at)),
        disconnect_cause: Set(connection.disconnected.map(|ended| ended.cause.slug().to_owned())),
        purge_at: Set(connection.disconnected.map(|ended| ended.purge_at)),
        created_at: Set(connection.created_at),
        updated_at: Set(connection.updated_at),
    }
}

impl TryFrom<Model> for Connection {
    type Error = StorageError;

    fn try_from(row: Model) -> Result<Self> {
        let wrong = |what| StorageError::Inconsistent { table: "connections", what };
        let disconnected = match (row.disconnected_at, row.disconnect_cause.as_deref(), row.purge_at) {
            (None, _, _) => None,
            (Some(at), Some(cause), Some(purge_at)) => Some(Disconnected {
                at,
                cause: DisconnectCause::from_slug(cause).ok_or_else(|| wrong("unknown cause of a disconnect"))?,
                purge_at,
            }),
            _ => return Err(wrong("a disconnect without cause or end")),
        };
        let failing = match (row.failing_since, row.failing_at, row.failing_fault, row.failing_like) {
            (Some(since), Some(at), Some(fault), Some(like)) => {
                let fault = Fault::from_slug(&fault).ok_or_else(|| wrong("unknown fault"))?;
                Some(Failing { since, at, fault, like })
            }
            _ => None,
        };
        Ok(Self {
            id: row.id,
            organization: row.organization_id,
            integration: row.integration,
            integration_id: row.integration_id,
            all_locations: row.all_locations,
            state: ConnectionState::from_slug(&row.state).ok_or_else(|| wrong("unknown state"))?,
            state_since: row.state_since,
            cause: Cause::from_slug(&row.cause).ok_or_else(|| wrong("unknown cause"))?,
            troubles: row
                .troubles
                .map(serde_json::from_value)
                .transpose()
                .map_err(|_| wrong("troubles that cannot be read"))?
                .unwrap_or_default(),
            changes_at: row.changes_at,
            authorized_at: row.authorized_at,
            connected_at: row.connected_at,
            finished_at: row.finished_at,
            waits_for: row.waits_for,
            sync_on: row.sync_on,
            progress: Progress {
                paused: row.paused_at.zip(row.paused_by).map(|(at, by)| Paused { at, by }),
                counted_from: row.counted_from,
                last_success_at: row.last_success_at,
                next_run_at: row.next_run_at,
                failing,
            },
            account_name: row.account_name,
            subscription_id: row.subscription_id,
            subscription: SubscriptionState::from_slug(&row.subscription_state)
                .ok_or_else(|| wrong("unknown subscription state"))?,
            subscription_checked_at: row.subscription_checked_at,
            secret_checked_at: row.secret_checked_at,
            disconnected,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}
