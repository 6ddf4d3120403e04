//! Sign-ins that are under way at an OpenID provider. Each is good for one return, of the browser that began it.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, PaginatorTrait as _, QueryFilter as _,
};
use secrecy::SecretString;
use uuid::Uuid;

use super::super::entity::staff_oidc_sign_ins::{ActiveModel, Column, Entity, Model};
use super::super::{Result, StorageError, Tx};
use crate::clock::Millis;
use crate::crypto::digest::Digest;
use crate::crypto::vault::{Slot, Vault};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OidcSignIn {
    pub id: Uuid,
    /// Of the browser that began it.
    pub browser: Digest,
    /// Who was asked.
    pub issuer: String,
    /// The session that is proved again; none where one begins.
    pub session: Option<Uuid>,
    /// Where to go on.
    pub next: String,
    pub created_at: Millis,
    pub expires_at: Millis,
}

/// # Errors
/// When the database does not answer.
pub async fn create(
    tx: &mut Tx,
    vault: &Vault,
    sign_in: &OidcSignIn,
    state: &Digest,
    secrets: &SecretString,
) -> Result<()> {
    Entity::insert(ActiveModel {
        id: Set(sign_in.id),
        state_digest: Set(state.to_vec()),
        browser_digest: Set(sign_in.browser.to_vec()),
        secrets: Set(vault.seal(slot(sign_in.id), secrets)),
        issuer: Set(sign_in.issuer.clone()),
        session_id: Set(sign_in.session),
        next: Set(sign_in.next.clone()),
        created_at: Set(sign_in.created_at),
        expires_at: Set(sign_in.expires_at),
        used_at: Set(None),
    })
    .exec_without_returning(tx.connection())
    .await?;
    Ok(())
}

/// # Errors
/// When the database does not answer or the row makes no sense.
pub async fn by_state(db: &impl ConnectionTrait, state: &Digest) -> Result<Option<OidcSignIn>> {
    Entity::find().filter(Column::StateDigest.eq(state.to_vec())).one(db).await?.map(OidcSignIn::try_from).transpose()
}

/// How many wait for their return.
///
/// # Errors
/// When the database does not answer.
pub async fn waiting(db: &impl ConnectionTrait, now: Millis) -> Result<u64> {
    Ok(Entity::find().filter(Column::ExpiresAt.gt(now)).filter(Column::UsedAt.is_null()).count(db).await?)
}

/// What was sealed with it, for the one who may go on with it. None for everybody after.
///
/// # Errors
/// When the database does not answer or the record does not open.
pub async fn use_up(tx: &mut Tx, vault: &Vault, id: Uuid, now: Millis) -> Result<Option<SecretString>> {
    let used = Entity::update_many()
        .col_expr(Column::UsedAt, Expr::value(Some(now)))
        .filter(Column::Id.eq(id))
        .filter(Column::UsedAt.is_null())
        .exec(tx.connection())
        .await?;
    if used.rows_affected != 1 {
        return Ok(None);
    }
    let row = Entity::find_by_id(id).one(tx.connection()).await?;
    Ok(row.map(|row| vault.open(slot(id), &row.secrets)).transpose()?)
}

fn slot(id: Uuid) -> Slot {
    Slot { table: "staff_oidc_sign_ins", column: "secrets", row: id, organization: Uuid::nil() }
}

impl TryFrom<Model> for OidcSignIn {
    type Error = StorageError;

    fn try_from(row: Model) -> Result<Self> {
        let browser = Digest::try_from(row.browser_digest.as_slice()).map_err(|_| StorageError::Inconsistent {
            table: "staff_oidc_sign_ins",
            what: "a digest of another length",
        })?;
        Ok(Self {
            id: row.id,
            browser,
            issuer: row.issuer,
            session: row.session_id,
            next: row.next,
            created_at: row.created_at,
            expires_at: row.expires_at,
        })
    }
}
