//! Keys of the partner system: stored as digests, shown once.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _,
};
use uuid::Uuid;

use super::entity::api_keys::{ActiveModel, Column, Entity, Model};
use super::{Change, Result, StorageError, Tx};
use crate::clock::Millis;
use crate::crypto::digest::Digest;
use crate::domain::scope::Scope;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKey {
    pub id: Uuid,
    pub name: String,
    /// Slugs of the integrations whose connections it may see.
    pub integrations: Vec<String>,
    pub scopes: Vec<Scope>,
    pub created_at: Millis,
    pub expires_at: Option<Millis>,
    pub last_used_at: Option<Millis>,
    pub revoked_at: Option<Millis>,
}

/// # Errors
/// When the database does not answer.
pub async fn create(tx: &mut Tx, key: &ApiKey, digest: &Digest) -> Result<()> {
    let scopes: Vec<&str> = key.scopes.iter().map(|scope| scope.slug()).collect();
    Entity::insert(ActiveModel {
        id: Set(key.id),
        digest: Set(digest.to_vec()),
        name: Set(key.name.clone()),
        integrations: Set(key.integrations.clone().into()),
        scopes: Set(scopes.into()),
        created_at: Set(key.created_at),
        expires_at: Set(key.expires_at),
        last_used_at: Set(None),
        revoked_at: Set(None),
    })
    .exec_without_returning(tx.connection())
    .await?;
    Ok(())
}

/// The key with this digest, if it is neither revoked nor expired.
///
/// # Errors
/// When the database does not answer or the row makes no sense.
pub async fn live(db: &impl ConnectionTrait, digest: &Digest, now: Millis) -> Result<Option<ApiKey>> {
    Entity::find()
        .filter(Column::Digest.eq(digest.to_vec()))
        .filter(is_live(now))
        .one(db)
        .await?
        .map(ApiKey::try_from)
        .transpose()
}

/// # Errors
/// When the database does not answer or a row makes no sense.
pub async fn all(db: &impl ConnectionTrait) -> Result<Vec<ApiKey>> {
    Entity::find().order_by_asc(Column::CreatedAt).all(db).await?.into_iter().map(ApiKey::try_from).collect()
}

/// `false` when the key is good no longer.
///
/// # Errors
/// When the database does not answer.
pub async fn used(tx: &mut Tx, key: Uuid, now: Millis) -> Result<bool> {
    let updated = Entity::update_many()
        .col_expr(Column::LastUsedAt, Expr::value(Some(now)))
        .filter(Column::Id.eq(key))
        .filter(is_live(now))
        .exec(tx.connection())
        .await?;
    Ok(updated.rows_affected == 1)
}

fn is_live(now: Millis) -> Condition {
    let expires_later = Condition::any().add(Column::ExpiresAt.is_null()).add(Column::ExpiresAt.gt(now));
    Condition::all().add(Column::RevokedAt.is_null()).add(expires_later)
}

/// `false` when there is no such key or it was revoked before.
///
/// # Errors
/// When the database does not answer.
pub async fn revoke(tx: &mut Tx, key: Uuid, now: Millis) -> Result<bool> {
    tx.changes(Change::ApiKeys);
    let updated = Entity::update_many()
        .col_expr(Column::RevokedAt, Expr::value(Some(now)))
        .filter(Column::Id.eq(key))
        .filter(Column::RevokedAt.is_null())
        .exec(tx.connection())
        .await?;
    Ok(updated.rows_affected == 1)
}

/// Lets a live key end at a time, if it does not end before, and says what it was until then. None without one.
///
/// # Errors
/// When the database does not answer or the row makes no sense.
pub async fn end_at(tx: &mut Tx, key: Uuid, at: Millis, now: Millis) -> Result<Option<ApiKey>> {
    let row = Entity::find_by_id(key).filter(is_live(now)).lock_exclusive().one(tx.connection()).await?;
    let Some(key) = row.map(ApiKey::try_from).transpose()? else { return Ok(None) };
    let ends = key.expires_at.map_or(at, |before| before.min(at));
    tx.changes(Change::ApiKeys);
    Entity::update_many()
        .col_expr(Column::ExpiresAt, Expr::value(Some(ends)))
        .filter(Column::Id.eq(key.id))
        .exec(tx.connection())
        .await?;
    Ok(Some(key))
}

impl TryFrom<Model> for ApiKey {
    type Error = StorageError;

    fn try_from(row: Model) -> Result<Self> {
        let list = |value| {
            serde_json::from_value::<Vec<String>>(value)
                .map_err(|_| StorageError::Inconsistent { table: "api_keys", what: "a list that cannot be read" })
        };
        Ok(Self {
            id: row.id,
            name: row.name,
            integrations: list(row.integrations)?,
            // What a newer version knows opens nothing here.
            scopes: list(row.scopes)?.iter().filter_map(|slug| Scope::from_slug(slug)).collect(),
            created_at: row.created_at,
            expires_at: row.expires_at,
            last_used_at: row.last_used_at,
            revoked_at: row.revoked_at,
        })
    }
}
