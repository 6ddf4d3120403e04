//! Many new organizations in few statements, for measurements and invented populations. Nothing that
//! serves a request comes here: it asks nobody whether a row exists and derives nothing.

use sea_orm::{ActiveValue::Set, EntityTrait as _};

use super::connections::{ConnectionSecrets, location_rows, secrets_row, to_row};
use super::entity::{connection_locations, connection_secrets, connections, grant_tokens, grants, organizations};
use super::grants::{TokenPair, slot, to_row as grant_row};
use super::{Result, Tx, tenant_rows};
use crate::clock::Millis;
use crate::crypto::vault::Vault;
use crate::domain::connection::{Connection, Location};
use crate::domain::grant::Grant;
use crate::domain::lease;
use crate::domain::organization::Organization;
use crate::domain::tenants::{fold, searched};

/// Some forty values a row, and SQLite takes 32,766 in one statement.
const ROWS: usize = 500;

/// An organization with its only connection, whose state is stored as it is given.
pub struct Newcomer {
    pub organization: Organization,
    pub connection: Connection,
    pub locations: Vec<Location>,
    pub secrets: ConnectionSecrets,
}

/// Nobody can have kept anything of what did not exist, so no change is told.
///
/// # Errors
/// When the database does not answer, or one of them exists.
pub async fn insert(tx: &mut Tx, vault: &Vault, newcomers: &[Newcomer], now: Millis) -> Result<()> {
    for group in newcomers.chunks(ROWS) {
        let rows = group.iter().map(|newcomer| {
            let organization = &newcomer.organization;
            organizations::ActiveModel {
                id: Set(organization.id),
                officernd_id: Set(organization.officernd_id.clone()),
                slug: Set(organization.slug.clone()),
                name: Set(organization.name.clone()),
                region_url: Set(organization.region_url.clone()),
                created_at: Set(now),
                updated_at: Set(now),
            }
        });
        organizations::Entity::insert_many(rows).exec_without_returning(tx.connection()).await?;
        let rows = group
            .iter()
            .map(|newcomer| connections::ActiveModel { settings_looked_at: Set(now), ..to_row(&newcomer.connection) });
        connections::Entity::insert_many(rows).exec_without_returning(tx.connection()).await?;
        let rows = group.iter().map(|newcomer| secrets_row(vault, &newcomer.connection, &newcomer.secrets));
        connection_secrets::Entity::insert_many(rows).exec_without_returning(tx.connection()).await?;
        let rows: Vec<_> =
            group.iter().flat_map(|newcomer| location_rows(&newcomer.connection, &newcomer.locations)).collect();
        for rows in rows.chunks(ROWS) {
            connection_locations::Entity::insert_many(rows.to_vec()).exec_without_returning(tx.connection()).await?;
        }
        let described: Vec<_> = group.iter().map(described).collect();
        tenant_rows::write(tx.connection(), &described).await?;
    }
    Ok(())
}

/// Grants of newcomers, each as if its admin had just given it.
///
/// # Errors
/// When the database does not answer, or a connection has one.
pub async fn permit(
    tx: &mut Tx,
    vault: &Vault,
    permissions: &[(&Connection, Grant, TokenPair)],
    now: Millis,
) -> Result<()> {
    for group in permissions.chunks(ROWS) {
        let rows =
            group.iter().map(|(_, grant, _)| grant_row(&grant.clone().with_row(lease::authorize(None, now), None)));
        grants::Entity::insert_many(rows).exec_without_returning(tx.connection()).await?;
        let rows = group.iter().map(|(connection, _, pair)| {
            let slot = |column| slot(connection.id, connection.organization, column);
            grant_tokens::ActiveModel {
                connection_id: Set(connection.id),
                access_token: Set(vault.seal(slot("access_token"), &pair.access)),
                refresh_token: Set(pair.refresh.as_ref().map(|token| vault.seal(slot("refresh_token"), token))),
            }
        });
        grant_tokens::Entity::insert_many(rows).exec_without_returning(tx.connection()).await?;
    }
    Ok(())
}

/// As `tenant_rows` describes it.
fn described(newcomer: &Newcomer) -> (uuid::Uuid, String, String) {
    let organization = &newcomer.organization;
    let names = newcomer.locations.iter().filter_map(|location| location.name.as_deref());
    let values = [organization.name.as_str(), &organization.slug, &organization.officernd_id]
        .into_iter()
        .chain(newcomer.connection.account_name.as_deref())
        .chain(names);
    (newcomer.connection.id, fold(&organization.name), searched(values))
}
