//! What somebody typed and could not save yet, sealed.

use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, Condition, ConnectionTrait, EntityTrait as _, QueryFilter as _,
    QueryOrder as _, QuerySelect as _, QueryTrait as _, Select,
};
use secrecy::SecretString;
use uuid::Uuid;

use crate::clock::Millis;
use crate::crypto::vault::{Slot, Vault};
use crate::domain::connection::Connection;
use crate::storage::entity::connections;
use crate::storage::entity::setting_drafts::{ActiveModel, Column, Entity, Model};
use crate::storage::{Result, Tx};

/// Of one person for one connection; who makes more loses the oldest.
const MOST: u64 = 8;

/// Why it waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The visit had ended.
    Expired,
    /// Something dangerous has to be confirmed first.
    Confirm,
    /// Somebody else changed the same.
    Conflict,
    /// It was typed beside a button that was asked about, and what the button does is done.
    Beside,
    /// Nobody answered the question in time.
    Lapsed,
}

impl Why {
    const ALL: [Why; 5] = [Why::Expired, Why::Confirm, Why::Conflict, Why::Beside, Why::Lapsed];

    fn slug(self) -> &'static str {
        match self {
            Self::Expired => "expired",
            Self::Confirm => "confirm",
            Self::Conflict => "conflict",
            Self::Beside => "beside",
            Self::Lapsed => "lapsed",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    pub id: Uuid,
    pub member: Option<String>,
    pub why: Why,
    /// The address of the form.
    pub page: String,
    pub created_at: Millis,
    pub expires_at: Millis,
}

/// # Errors
/// When the database does not answer.
pub async fn keep(
    tx: &mut Tx,
    vault: &Vault,
    connection: &Connection,
    draft: &Draft,
    entries: &SecretString,
) -> Result<()> {
    let kept: Vec<Uuid> = of(connection.id, draft.member.as_deref())
        .filter(Column::Kind.eq(draft.why.slug()))
        .select_only()
        .column(Column::Id)
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id)
        .limit(MOST - 1)
        .into_tuple()
        .all(tx.connection())
        .await?;
    let owner = match &draft.member {
        Some(member) => Column::MemberId.eq(member),
        None => Column::MemberId.is_null(),
    };
    Entity::delete_many()
        .filter(Column::ConnectionId.eq(connection.id))
        .filter(owner)
        .filter(Column::Kind.eq(draft.why.slug()))
        .filter(Column::Id.is_not_in(kept))
        .exec(tx.connection())
        .await?;
    Entity::insert(ActiveModel {
        id: Set(draft.id),
        connection_id: Set(connection.id),
        member_id: Set(draft.member.clone()),
        kind: Set(draft.why.slug().to_owned()),
        page: Set(draft.page.clone()),
        entries: Set(vault.seal(slot(connection, draft.id), entries)),
        created_at: Set(draft.created_at),
        expires_at: Set(draft.expires_at),
    })
    .exec_without_returning(tx.connection())
    .await?;
    Ok(())
}

/// One of this person, with what was typed.
///
/// # Errors
/// When the database does not answer or the record does not open.
pub async fn get(
    db: &impl ConnectionTrait,
    vault: &Vault,
    connection: &Connection,
    member: Option<&str>,
    id: Uuid,
    now: Millis,
) -> Result<Option<(Draft, SecretString)>> {
    let row = of(connection.id, member).filter(Column::Id.eq(id)).filter(Column::ExpiresAt.gt(now)).one(db).await?;
    let Some((row, found)) = row.and_then(|row| draft(&row).map(|found| (row, found))) else { return Ok(None) };
    Ok(Some((found, vault.open(slot(connection, id), &row.entries)?)))
}

/// Those of this person that were interrupted, newest first: the visit ended, or a question that was asked before
/// `asked_before` found no answer.
///
/// # Errors
/// When the database does not answer.
pub async fn interrupted(
    db: &impl ConnectionTrait,
    connection: Uuid,
    member: Option<&str>,
    asked_before: Millis,
    now: Millis,
) -> Result<Vec<Draft>> {
    let unanswered =
        Condition::all().add(Column::Kind.eq(Why::Confirm.slug())).add(Column::CreatedAt.lte(asked_before));
    let rows = of(connection, member)
        .filter(Condition::any().add(Column::Kind.is_in([Why::Expired.slug(), Why::Lapsed.slug()])).add(unanswered))
        .filter(Column::ExpiresAt.gt(now))
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id)
        .all(db)
        .await?;
    Ok(rows.iter().filter_map(draft).collect())
}

/// Questions about these integrations that were asked before that and have neither lapsed nor ended, each with its
/// connection, oldest first.
///
/// # Errors
/// When the database does not answer.
pub async fn unanswered(
    db: &impl ConnectionTrait,
    integrations: &[String],
    asked_before: Millis,
    now: Millis,
    limit: u64,
) -> Result<Vec<(Uuid, Draft)>> {
    let known = connections::Entity::find()
        .select_only()
        .column(connections::Column::Id)
        .filter(connections::Column::Integration.is_in(integrations.iter().map(String::as_str)));
    let rows = Entity::find()
        .filter(Column::Kind.eq(Why::Confirm.slug()))
        .filter(Column::CreatedAt.lte(asked_before))
        .filter(Column::ExpiresAt.gt(now))
        .filter(Column::ConnectionId.in_subquery(known.into_query()))
        .order_by_asc(Column::CreatedAt)
        .order_by_asc(Column::Id)
        .limit(limit)
        .all(db)
        .await?;
    Ok(rows.iter().filter_map(|row| Some((row.connection_id, draft(row)?))).collect())
}

/// A question is one no longer: from now on it is what was typed before it was asked. One that was answered meanwhile
/// stays gone.
///
/// # Errors
/// When the database does not answer.
pub async fn lapse(
    tx: &mut Tx,
    vault: &Vault,
    connection: &Connection,
    id: Uuid,
    entries: &SecretString,
) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::Kind, Expr::value(Why::Lapsed.slug().to_owned()))
        .col_expr(Column::Entries, Expr::value(vault.seal(slot(connection, id), entries)))
        .filter(Column::ConnectionId.eq(connection.id))
        .filter(Column::Id.eq(id))
        .filter(Column::Kind.eq(Why::Confirm.slug()))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// `true` for the one who takes it; nobody else can any more.
///
/// # Errors
/// When the database does not answer.
pub async fn delete(tx: &mut Tx, connection: Uuid, id: Uuid) -> Result<bool> {
    let gone = Entity::delete_many()
        .filter(Column::ConnectionId.eq(connection))
        .filter(Column::Id.eq(id))
        .exec(tx.connection())
        .await?;
    Ok(gone.rows_affected == 1)
}

/// What the question was about is done: from now on it is what was typed beside that, for the form at this address.
///
/// # Errors
/// When the database does not answer.
pub async fn set_aside(tx: &mut Tx, connection: Uuid, id: Uuid, page: &str) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::Kind, Expr::value(Why::Beside.slug().to_owned()))
        .col_expr(Column::Page, Expr::value(page.to_owned()))
        .filter(Column::ConnectionId.eq(connection))
        .filter(Column::Id.eq(id))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// # Errors
/// When the database does not answer.
pub async fn delete_over(tx: &mut Tx, now: Millis) -> Result<()> {
    Entity::delete_many().filter(Column::ExpiresAt.lte(now)).exec(tx.connection()).await?;
    Ok(())
}

fn of(connection: Uuid, member: Option<&str>) -> Select<Entity> {
    let all = Entity::find().filter(Column::ConnectionId.eq(connection));
    match member {
        Some(member) => all.filter(Column::MemberId.eq(member)),
        None => all.filter(Column::MemberId.is_null()),
    }
}

/// None for a kind that only a later release knows: what it waits for must not be taken for a question.
fn draft(row: &Model) -> Option<Draft> {
    Some(Draft {
        id: row.id,
        member: row.member_id.clone(),
        why: Why::ALL.into_iter().find(|why| why.slug() == row.kind)?,
        page: row.page.clone(),
        created_at: row.created_at,
        expires_at: row.expires_at,
    })
}

fn slot(connection: &Connection, id: Uuid) -> Slot {
    Slot { table: "setting_drafts", column: "entries", row: id, organization: connection.organization }
}
