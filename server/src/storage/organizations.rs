//! Organizations, known by OfficeRnD's id.

use sea_orm::sea_query::LockType;
use sea_orm::{
    ActiveValue::Set, ColumnTrait as _, ConnectionTrait, EntityTrait as _, QueryFilter as _, QueryOrder as _,
    QuerySelect as _,
};
use uuid::Uuid;

use super::entity::organizations::{ActiveModel, Column, Entity, Model};
use super::{Change, Result, Tx};
use crate::clock::Millis;
use crate::domain::organization::Organization;

/// By OfficeRnD's id, which never changes.
///
/// # Errors
/// When the database does not answer.
pub async fn by_officernd_id(db: &impl ConnectionTrait, officernd_id: &str) -> Result<Option<Organization>> {
    Ok(Entity::find().filter(Column::OfficerndId.eq(officernd_id)).one(db).await?.map(Organization::from))
}

/// By slug. A slug can pass to another organization; the one that had it last comes first.
///
/// # Errors
/// When the database does not answer.
pub async fn with_slug(db: &impl ConnectionTrait, slug: &str, limit: u64) -> Result<Vec<Uuid>> {
    Ok(Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::Slug.eq(slug))
        .order_by_desc(Column::UpdatedAt)
        .limit(limit)
        .into_tuple()
        .all(db)
        .await?)
}

/// # Errors
/// When the database does not answer.
pub async fn get(db: &impl ConnectionTrait, id: Uuid) -> Result<Option<Organization>> {
    Ok(Entity::find_by_id(id).one(db).await?.map(Organization::from))
}

/// The row as nobody else changes it until this transaction ends. Rows that refer to it can be written meanwhile: who
/// holds a connection writes its activity, and must not wait for who waits for the connection.
///
/// # Errors
/// When the database does not answer.
pub async fn lock(tx: &Tx, id: Uuid) -> Result<()> {
    Entity::find_by_id(id).lock(LockType::NoKeyUpdate).one(tx.connection()).await?;
    Ok(())
}

/// Stores what OfficeRnD said; the id of an organization that exists stays. It is locked until the commit: a purge
/// that takes its last connection at this moment is over, or waits and finds what is added.
///
/// # Errors
/// When the database does not answer.
pub async fn save(tx: &mut Tx, organization: &Organization, now: Millis) -> Result<Organization> {
    let known = Entity::find().filter(Column::OfficerndId.eq(&organization.officernd_id)).lock(LockType::NoKeyUpdate);
    if let Some(known) = known.one(tx.connection()).await?.map(Organization::from) {
        let saved = Organization { id: known.id, ..organization.clone() };
        if saved != known {
            Entity::update(ActiveModel {
                id: Set(known.id),
                slug: Set(saved.slug.clone()),
                name: Set(saved.name.clone()),
                region_url: Set(saved.region_url.clone()),
                updated_at: Set(now),
                ..Default::default()
            })
            .exec(tx.connection())
            .await?;
        }
        tx.changes(Change::Organization(known.id));
        if saved.slug != known.slug {
            tx.changes(Change::Slugs);
        }
        return Ok(saved);
    }
    Entity::insert(ActiveModel {
        id: Set(organization.id),
        officernd_id: Set(organization.officernd_id.clone()),
        slug: Set(organization.slug.clone()),
        name: Set(organization.name.clone()),
        region_url: Set(organization.region_url.clone()),
        created_at: Set(now),
        updated_at: Set(now),
    })
    .exec_without_returning(tx.connection())
    .await?;
    tx.changes(Change::Organization(organization.id));
    tx.changes(Change::Slugs);
    Ok(organization.clone())
}

impl From<Model> for Organization {
    fn from(row: Model) -> Self {
        Self { id: row.id, officernd_id: row.officernd_id, slug: row.slug, name: row.name, region_url: row.region_url }
    }
}
