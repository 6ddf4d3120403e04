//! What people of the partner did that concerns no tenant.

use app::ports::Actor;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QuerySelect as _,
};
use uuid::Uuid;

use super::super::entity::staff_activity::{ActiveModel, Column, Entity};
use super::super::{Result, Tx};
use crate::clock::Millis;

/// What happened, as the catalogue names it: `staff.signed_in`, `api_key.made` and so on.
#[derive(Debug, Clone)]
pub struct StaffActivity {
    pub at: Millis,
    pub kind: &'static str,
    pub actor: Actor,
    /// Whom or what it was done to.
    pub subject: Option<String>,
    /// A fact in words; never a secret.
    pub detail: Option<String>,
}

/// # Errors
/// When the database does not answer.
pub async fn record(tx: &mut Tx, id: Uuid, activity: StaffActivity) -> Result<()> {
    let (actor_kind, actor, staff) = match activity.actor {
        Actor::Staff { id, name } => ("staff", Some(name), Some(id)),
        Actor::Key(name) => ("key", Some(name), None),
        Actor::Admin(member) => ("admin", member, None),
        Actor::OfficeRnD => ("officernd", None, None),
        // By the command line, or by itself.
        Actor::Deskbridge => ("deskbridge", None, None),
    };
    Entity::insert(ActiveModel {
        id: Set(id),
        at: Set(activity.at),
        kind: Set(activity.kind.to_owned()),
        staff_id: Set(staff),
        actor_kind: Set(actor_kind.to_owned()),
        actor: Set(actor),
        subject: Set(activity.subject),
        detail: Set(activity.detail),
    })
    .exec_without_returning(tx.connection())
    .await?;
    Ok(())
}

/// Whether the same was written down since.
///
/// # Errors
/// When the database does not answer.
pub async fn happened_since(
    db: &impl ConnectionTrait,
    kind: &str,
    subject: Option<&str>,
    detail: &str,
    since: Millis,
) -> Result<bool> {
    let of_whom = match subject {
        Some(subject) => Column::Subject.eq(subject),
        None => Column::Subject.is_null(),
    };
    let found = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::At.gt(since))
        .filter(Column::Kind.eq(kind))
        .filter(Column::Detail.eq(detail))
        .filter(of_whom)
        .into_tuple::<Uuid>()
        .one(db)
        .await?;
    Ok(found.is_some())
}
