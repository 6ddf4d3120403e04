//! Connect attempts and their sealed codes and tokens.

use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, PaginatorTrait as _,
    QueryFilter as _, QueryOrder as _, QuerySelect as _, TryInsertResult,
};
use secrecy::SecretString;
use uuid::Uuid;

use super::entity::{attempt_secrets, bad_codes, connect_attempts, sent_codes};
use super::{Result, StorageError, Tx};
use crate::clock::Millis;
use crate::crypto::digest::Digest;
use crate::crypto::vault::{Slot, Vault};
use crate::domain::attempt::{Attempt, FoundOrganization, Stage, problem_slug, trouble_from_slug, trouble_slug};
use crate::domain::connection::Location;
use connect_attempts::{ActiveModel, Column, Entity, Model};

/// Most that are deleted at once; what is left goes with the next one.
const ROOM: u64 = 1_000;

/// What an attempt holds, sealed, until it is over.
#[derive(Default)]
pub struct AttemptSecrets {
    pub code: Option<SecretString>,
    pub access: Option<SecretString>,
    pub refresh: Option<SecretString>,
}

/// # Errors
/// When the database does not answer or the row makes no sense.
pub async fn get(db: &impl ConnectionTrait, attempt: Uuid) -> Result<Option<Attempt>> {
    Entity::find_by_id(attempt).one(db).await?.map(Attempt::try_from).transpose()
}

/// The attempt that brought this code first.
///
/// # Errors
/// When the database does not answer or the row makes no sense.
pub async fn by_code(db: &impl ConnectionTrait, code: &Digest) -> Result<Option<Attempt>> {
    Entity::find().filter(Column::CodeDigest.eq(code.to_vec())).one(db).await?.map(Attempt::try_from).transpose()
}

/// `false` when its code was brought before, or sent at any time.
///
/// # Errors
/// When the database does not answer.
pub async fn create(tx: &mut Tx, attempt: &Attempt) -> Result<bool> {
    if let Some(code) = &attempt.code_digest
        && sent_codes::Entity::find_by_id(code.to_vec()).one(tx.connection()).await?.is_some()
    {
        return Ok(false);
    }
    let inserted = Entity::insert(to_row(attempt)?)
        .on_conflict(OnConflict::column(Column::CodeDigest).do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(tx.connection())
        .await?;
    Ok(matches!(inserted, TryInsertResult::Inserted(1..)))
}

/// Makes room for one more code that waits: an address keeps `of_address` of them and all addresses `in_all`; those
/// that nobody has come back to for longest lose their place. A code that leaves is as if it had never been brought.
///
/// # Errors
/// When the database does not answer.
pub async fn make_room(tx: &mut Tx, address: &str, of_address: u64, in_all: u64) -> Result<()> {
    let own = Condition::all().add(Column::WaitingFrom.eq(address));
    let all = Condition::all().add(Column::WaitingFrom.is_not_null());
    for (whose, keep) in [(own, of_address), (all, in_all)] {
        let over: Vec<Uuid> = Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(whose)
            .order_by_desc(Column::UpdatedAt)
            .order_by_desc(Column::Id)
            .offset(keep.saturating_sub(1))
            .limit(ROOM)
            .into_tuple()
            .all(tx.connection())
            .await?;
        if !over.is_empty() {
            Entity::delete_many().filter(Column::Id.is_in(over)).exec(tx.connection()).await?;
        }
    }
    Ok(())
}

/// Moves an attempt on. `false` when another request moved it from `from` already. A code that is about to leave is
/// known for ever, unless it comes back because it provably never reached OfficeRnD.
///
/// # Errors
/// When the database does not answer.
pub async fn save(tx: &mut Tx, from: Stage, attempt: &Attempt) -> Result<bool> {
    let updated = Entity::update_many()
        .set(to_row(attempt)?)
        .filter(Column::Id.eq(attempt.id))
        .filter(Column::Stage.eq(from.slug()))
        .exec(tx.connection())
        .await?;
    let moved = updated.rows_affected == 1;
    if let Some(code) = attempt.code_digest.filter(|_| moved) {
        match (from, attempt.stage) {
            (Stage::Waiting, Stage::Exchanging) => {
                let sent = sent_codes::ActiveModel { digest: Set(code.to_vec()), sent_at: Set(attempt.updated_at) };
                sent_codes::Entity::insert(sent).exec_without_returning(tx.connection()).await?;
            }
            (Stage::Exchanging, Stage::Waiting) => {
                sent_codes::Entity::delete_by_id(code.to_vec()).exec(tx.connection()).await?;
            }
            _ => {}
        }
    }
    Ok(moved)
}

/// Takes the right to work on an attempt that is in `stage`; a double click gets `false`.
///
/// # Errors
/// When the database does not answer.
pub async fn lease(tx: &mut Tx, attempt: Uuid, stage: Stage, now: Millis, until: Millis) -> Result<bool> {
    let free = Condition::any().add(Column::BusyUntil.is_null()).add(Column::BusyUntil.lte(now));
    let won = Entity::update_many()
        .col_expr(Column::BusyUntil, Expr::value(Some(until)))
        .filter(Column::Id.eq(attempt))
        .filter(Column::Stage.eq(stage.slug()))
        .filter(free)
        .exec(tx.connection())
        .await?;
    Ok(won.rows_affected == 1)
}

/// The right that somebody holds ends later. Without one nothing changes.
///
/// # Errors
/// When the database does not answer.
pub async fn extend_lease(tx: &mut Tx, attempt: Uuid, until: Millis) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::BusyUntil, Expr::value(Some(until)))
        .filter(Column::Id.eq(attempt))
        .filter(Column::BusyUntil.lt(until))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// The connection that an attempt turns out to be about.
///
/// # Errors
/// When the database does not answer.
pub async fn plan_connection(tx: &mut Tx, attempt: Uuid, connection: Uuid) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::ConnectionId, Expr::value(connection))
        .filter(Column::Id.eq(attempt))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// The connections that other attempts of the same installation were about, since then. Some were never made.
///
/// # Errors
/// When the database does not answer.
pub async fn planned_by_others(db: &impl ConnectionTrait, attempt: &Attempt, since: Millis) -> Result<Vec<Uuid>> {
    let planned = Entity::find()
        .select_only()
        .column(Column::ConnectionId)
        .filter(Column::CreatedAt.gt(since))
        .filter(Column::Integration.eq(&attempt.integration))
        .filter(Column::IntegrationId.eq(&attempt.integration_id))
        .filter(Column::ConnectionId.ne(attempt.connection));
    Ok(planned.into_tuple().all(db).await?)
}

/// Whether an attempt is registering a subscription for this connection right now, so that a delivery
/// can arrive before we know its secret.
///
/// # Errors
/// When the database does not answer.
pub async fn is_registering(db: &impl ConnectionTrait, connection: Uuid, now: Millis) -> Result<bool> {
    let count =
        Entity::find().filter(Column::ConnectionId.eq(connection)).filter(Column::BusyUntil.gt(now)).count(db).await?;
    Ok(count > 0)
}

/// # Errors
/// When the database does not answer or a record does not open.
pub async fn secrets(db: &impl ConnectionTrait, vault: &Vault, attempt: Uuid) -> Result<AttemptSecrets> {
    let Some(row) = attempt_secrets::Entity::find_by_id(attempt).one(db).await? else {
        return Ok(AttemptSecrets::default());
    };
    let open = |column, record: &Option<Vec<u8>>| {
        record.as_ref().map(|record| vault.open(slot(attempt, column), record)).transpose()
    };
    Ok(AttemptSecrets {
        code: open("code", &row.code)?,
        access: open("access_token", &row.access_token)?,
        refresh: open("refresh_token", &row.refresh_token)?,
    })
}

/// Replaces what an attempt holds; without anything its row is deleted.
///
/// # Errors
/// When the database does not answer.
pub async fn save_secrets(tx: &mut Tx, vault: &Vault, attempt: Uuid, secrets: &AttemptSecrets) -> Result<()> {
    use attempt_secrets::Column as Of;
    if secrets.code.is_none() && secrets.access.is_none() && secrets.refresh.is_none() {
        attempt_secrets::Entity::delete_by_id(attempt).exec(tx.connection()).await?;
        return Ok(());
    }
    let seal = |column, secret: &Option<SecretString>| {
        Set(secret.as_ref().map(|secret| vault.seal(slot(attempt, column), secret)))
    };
    attempt_secrets::Entity::insert(attempt_secrets::ActiveModel {
        attempt_id: Set(attempt),
        code: seal("code", &secrets.code),
        access_token: seal("access_token", &secrets.access),
        refresh_token: seal("refresh_token", &secrets.refresh),
    })
    .on_conflict(
        OnConflict::column(Of::AttemptId).update_columns([Of::Code, Of::AccessToken, Of::RefreshToken]).to_owned(),
    )
    .exec_without_returning(tx.connection())
    .await?;
    Ok(())
}

/// OfficeRnD refused a code that came from `address`.
///
/// # Errors
/// When the database does not answer.
pub async fn record_bad_code(tx: &mut Tx, id: Uuid, address: &str, now: Millis) -> Result<()> {
    bad_codes::Entity::insert(bad_codes::ActiveModel { id: Set(id), address: Set(address.to_owned()), at: Set(now) })
        .exec_without_returning(tx.connection())
        .await?;
    Ok(())
}

/// # Errors
/// When the database does not answer.
pub async fn bad_codes_since(db: &impl ConnectionTrait, address: &str, since: Millis) -> Result<u64> {
    use bad_codes::Column as Of;
    Ok(bad_codes::Entity::find().filter(Of::Address.eq(address)).filter(Of::At.gt(since)).count(db).await?)
}

/// Nobody is proved yet, so the records are bound to the attempt and to no organization.
fn slot(attempt: Uuid, column: &'static str) -> Slot {
    Slot { table: "attempt_secrets", column, row: attempt, organization: Uuid::nil() }
}

fn to_row(attempt: &Attempt) -> Result<ActiveModel> {
    let json = |value: std::result::Result<serde_json::Value, serde_json::Error>| {
        value.map_err(|_| StorageError::Inconsistent { table: "connect_attempts", what: "locations that are no JSON" })
    };
    let problem =
        if let Stage::Failed(problem) = attempt.stage { Some(problem_slug(problem).to_owned()) } else { None };
    let found = attempt.found.as_ref();
    Ok(ActiveModel {
        id: Set(attempt.id),
        integration: Set(attempt.integration.clone()),
        cookie_digest: Set(attempt.cookie_digest.to_vec()),
        code_digest: Set(attempt.code_digest.map(|digest| digest.to_vec())),
        stage: Set(attempt.stage.slug().to_owned()),
        problem: Set(problem),
        trouble: Set(attempt.trouble.map(|trouble| trouble_slug(trouble).to_owned())),
        org_slug: Set(attempt.org_slug.clone()),
        integration_id: Set(attempt.integration_id.clone()),
        locations: Set(json(serde_json::to_value(&attempt.locations))?),
        officernd_id: Set(found.map(|found| found.officernd_id.clone())),
        organization_name: Set(found.map(|found| found.name.clone())),
        region_url: Set(found.map(|found| found.region_url.clone())),
        known_locations: Set(found.map(|found| json(serde_json::to_value(&found.locations))).transpose()?),
        scope: Set(attempt.scope.clone()),
        access_expires_at: Set(attempt.access_expires_at),
        access_lifetime_seconds: Set(attempt.access_lifetime_seconds),
        connection_id: Set(attempt.connection),
        busy_until: Set(attempt.busy_until),
        reference: Set(attempt.reference.clone()),
        waiting_from: Set(attempt.waiting_from.clone().filter(|_| attempt.stage == Stage::Waiting)),
        created_at: Set(attempt.created_at),
        updated_at: Set(attempt.updated_at),
    })
}

impl TryFrom<Model> for Attempt {
    type Error = StorageError;

    fn try_from(row: Model) -> Result<Self> {
        let wrong = |what| StorageError::Inconsistent { table: "connect_attempts", what };
        let digest = |bytes: &[u8]| Digest::try_from(bytes).map_err(|_| wrong("a digest of another length"));
        let found = match (row.officernd_id, row.organization_name, row.region_url, row.known_locations) {
            (Some(officernd_id), Some(name), Some(region_url), Some(locations)) => {
                let locations: Vec<Location> =
                    serde_json::from_value(locations).map_err(|_| wrong("locations that cannot be read"))?;
                Some(FoundOrganization { officernd_id, name, region_url, locations })
            }
            _ => None,
        };
        Ok(Self {
            id: row.id,
            integration: row.integration,
            cookie_digest: digest(&row.cookie_digest)?,
            code_digest: row.code_digest.as_deref().map(digest).transpose()?,
            stage: Stage::from_slugs(&row.stage, row.problem.as_deref()).ok_or_else(|| wrong("unknown stage"))?,
            trouble: row.trouble.as_deref().and_then(trouble_from_slug),
            org_slug: row.org_slug,
            integration_id: row.integration_id,
            locations: serde_json::from_value(row.locations).map_err(|_| wrong("locations that cannot be read"))?,
            found,
            scope: row.scope,
            access_expires_at: row.access_expires_at,
            access_lifetime_seconds: row.access_lifetime_seconds,
            connection: row.connection_id,
            busy_until: row.busy_until,
            reference: row.reference,
            waiting_from: row.waiting_from,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}
