//! How the partner wants to be told of incidents: rules, the webhook, and who gets mails.

use sea_orm::sea_query::{Expr, ExprTrait as _, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QuerySelect as _,
};
use secrecy::SecretString;
use uuid::Uuid;

use super::entity::alerting::{ActiveModel, Column, Entity, Model};
use super::entity::{alert_subscribers as subscribers, staff};
use super::{Result, StorageError, Tx};
use crate::clock::Millis;
use crate::crypto::vault::{Slot, Vault};
use crate::domain::alerting::Rules;

/// There is one row. It is not nil's, since what is sealed is looked through in the order of ids, beginning after nil.
const ID: Uuid = Uuid::from_u128(1);

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Alerting {
    pub rules: Rules,
    /// When a digest was due last.
    pub digest_at: Millis,
    pub webhook_url: Option<String>,
    /// So long the secret before the webhook's signs beside it.
    pub webhook_previous_until: Option<Millis>,
    /// How many looks at incidents have decided something.
    pub looks: i64,
}

/// What somebody wants to hear by mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Level {
    /// What is urgent, and the digest.
    Urgent,
    /// Every incident, and the digest.
    Each,
}

impl Level {
    pub fn slug(self) -> &'static str {
        match self {
            Self::Urgent => "urgent",
            Self::Each => "each",
        }
    }

    pub fn from_slug(slug: &str) -> Option<Self> {
        [Self::Urgent, Self::Each].into_iter().find(|level| level.slug() == slug)
    }
}

const SECRET: &str = "webhook_secret";
const PREVIOUS: &str = "webhook_previous";

fn slot(column: &'static str) -> Slot {
    Slot { table: "alerting", column, row: ID, organization: Uuid::nil() }
}

/// # Errors
/// When the database does not answer or the row makes no sense.
pub async fn read(db: &impl ConnectionTrait) -> Result<Alerting> {
    // Where nothing was ever told, the first digest counts from the first incident.
    let nothing = Alerting { digest_at: Millis::MAX, ..Alerting::default() };
    Entity::find_by_id(ID).one(db).await?.map_or(Ok(nothing), Alerting::try_from)
}

/// The same, and no other process looks at incidents before the transaction ends. `now` is when a first digest counts
/// from.
///
/// # Errors
/// When the database does not answer or the row makes no sense.
pub async fn lock(tx: &mut Tx, now: Millis) -> Result<Alerting> {
    let empty = ActiveModel {
        id: Set(ID),
        rules: Set(None),
        digest_at: Set(now),
        webhook_url: Set(None),
        webhook_secret: Set(None),
        webhook_previous: Set(None),
        webhook_previous_until: Set(None),
        looks: Set(0),
    };
    Entity::insert(empty)
        .on_conflict(OnConflict::column(Column::Id).do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(tx.connection())
        .await?;
    let row = Entity::find_by_id(ID).lock_exclusive().one(tx.connection()).await?;
    row.ok_or(StorageError::Inconsistent { table: "alerting", what: "no row" })?.try_into()
}

/// # Errors
/// When the database does not answer.
pub async fn save_rules(tx: &mut Tx, rules: &Rules) -> Result<()> {
    let rules = serde_json::to_value(rules).ok();
    update(tx, Column::Rules, Expr::value(rules)).await
}

/// # Errors
/// When the database does not answer.
pub async fn save_digest(tx: &mut Tx, at: Millis) -> Result<()> {
    update(tx, Column::DigestAt, Expr::value(at)).await
}

/// Another look has decided something: whoever has read before that decides nothing.
///
/// # Errors
/// When the database does not answer.
pub async fn count_look(tx: &mut Tx) -> Result<()> {
    update(tx, Column::Looks, Expr::col(Column::Looks).add(1)).await
}

/// Another address, or none. What signed before signs nothing more.
///
/// # Errors
/// When the database does not answer.
pub async fn save_webhook(tx: &mut Tx, vault: &Vault, webhook: Option<(&str, &SecretString)>) -> Result<()> {
    update(tx, Column::WebhookUrl, Expr::value(webhook.map(|(url, _)| url.to_owned()))).await?;
    let secret = webhook.map(|(_, secret)| vault.seal(slot(SECRET), secret));
    save_secrets(tx, secret, None).await
}

/// Replaces the secret. The one before it signs beside it until then.
///
/// # Errors
/// When the database does not answer or the one before does not open.
pub async fn rotate_webhook(tx: &mut Tx, vault: &Vault, secret: &SecretString, until: Millis) -> Result<()> {
    let row = Entity::find_by_id(ID).one(tx.connection()).await?;
    let before = row.and_then(|row| row.webhook_secret).map(|record| vault.open(slot(SECRET), &record)).transpose()?;
    let previous = before.map(|before| (vault.seal(slot(PREVIOUS), &before), until));
    save_secrets(tx, Some(vault.seal(slot(SECRET), secret)), previous).await
}

async fn save_secrets(tx: &mut Tx, secret: Option<Vec<u8>>, previous: Option<(Vec<u8>, Millis)>) -> Result<()> {
    let (previous, until) = previous.unzip();
    Entity::update_many()
        .col_expr(Column::WebhookSecret, Expr::value(secret))
        .col_expr(Column::WebhookPrevious, Expr::value(previous))
        .col_expr(Column::WebhookPreviousUntil, Expr::value(until))
        .filter(Column::Id.eq(ID))
        .exec(tx.connection())
        .await?;
    Ok(())
}

/// Takes away the secret whose successor has been in use long enough.
///
/// # Errors
/// When the database does not answer.
pub async fn end_overlap(tx: &mut Tx, now: Millis) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::WebhookPrevious, Expr::value(Option::<Vec<u8>>::None))
        .col_expr(Column::WebhookPreviousUntil, Expr::value(Option::<Millis>::None))
        .filter(Column::WebhookPreviousUntil.lte(now))
        .exec(tx.connection())
        .await?;
    Ok(())
}

async fn update(tx: &mut Tx, column: Column, value: sea_orm::sea_query::SimpleExpr) -> Result<()> {
    Entity::update_many().col_expr(column, value).filter(Column::Id.eq(ID)).exec(tx.connection()).await?;
    Ok(())
}

/// Where notices are posted, with what signs them now: the secret, and for a while the one before it.
///
/// # Errors
/// When the database does not answer or a secret does not open.
pub async fn webhook(
    db: &impl ConnectionTrait,
    vault: &Vault,
    now: Millis,
) -> Result<Option<(String, Vec<SecretString>)>> {
    let Some(row) = Entity::find_by_id(ID).one(db).await? else { return Ok(None) };
    let (Some(url), Some(secret)) = (row.webhook_url, row.webhook_secret) else { return Ok(None) };
    let mut secrets = vec![vault.open(slot(SECRET), &secret)?];
    // The one before it counts until the hour that was said, also while nobody has taken it away yet.
    let overlaps = row.webhook_previous_until.is_some_and(|until| until > now);
    if let Some(previous) = row.webhook_previous.filter(|_| overlaps) {
        secrets.push(vault.open(slot(PREVIOUS), &previous)?);
    }
    Ok(Some((url, secrets)))
}

/// Who gets mails, of those who may still sign in.
///
/// # Errors
/// When the database does not answer.
pub async fn subscribers(db: &impl ConnectionTrait) -> Result<Vec<(Uuid, Level)>> {
    let rows = subscribers::Entity::find().all(db).await?;
    let may: Vec<Uuid> = staff::Entity::find()
        .select_only()
        .column(staff::Column::Id)
        .filter(staff::Column::DisabledAt.is_null())
        .filter(staff::Column::Id.is_in(rows.iter().map(|row| row.staff_id)))
        .into_tuple()
        .all(db)
        .await?;
    let wanted = rows.into_iter().filter(|row| may.contains(&row.staff_id));
    Ok(wanted.filter_map(|row| Some((row.staff_id, Level::from_slug(&row.level)?))).collect())
}

/// # Errors
/// When the database does not answer.
pub async fn subscribe(tx: &mut Tx, staff: Uuid, level: Option<Level>, now: Millis) -> Result<()> {
    subscribers::Entity::delete_by_id(staff).exec(tx.connection()).await?;
    if let Some(level) = level {
        let row =
            subscribers::ActiveModel { staff_id: Set(staff), level: Set(level.slug().to_owned()), since: Set(now) };
        subscribers::Entity::insert(row).exec_without_returning(tx.connection()).await?;
    }
    Ok(())
}

impl TryFrom<Model> for Alerting {
    type Error = StorageError;

    fn try_from(row: Model) -> Result<Self> {
        let rules = row.rules.map(serde_json::from_value).transpose();
        let rules = rules.map_err(|_| StorageError::Inconsistent { table: "alerting", what: "unreadable rules" })?;
        Ok(Self {
            rules: rules.unwrap_or_default(),
            digest_at: row.digest_at,
            webhook_url: row.webhook_url,
            webhook_previous_until: row.webhook_previous_until,
            looks: row.looks,
        })
    }
}
