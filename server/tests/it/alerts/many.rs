//! 5,000 organizations with 40 incidents at once are 40 notices.

use std::collections::BTreeMap;

use secrecy::SecretString;
use server::clock::MINUTE;
use server::domain::organization::Organization;
use server::jobs::tell_alerts;
use server::storage::connections::ConnectionSecrets;
use server::storage::population::{Newcomer, insert};
use uuid::Uuid;

use super::{SLUG, Scene};
use crate::support::{Database, on_both_databases};

on_both_databases!(forty_incidents_of_thousands_are_forty_notices);

const TENANTS: u128 = 5_000;
const INCIDENTS: u128 = 40;

async fn forty_incidents_of_thousands_are_forty_notices(database: Database) {
    let scene = Scene::start(database).await;
    let like = scene.app.stored(scene.connections[0]).await;
    let now = scene.app.clock.now();
    let mut newcomers = Vec::new();
    for number in 0..TENANTS {
        // Every other one is well.
        let incident = (number % 2 == 0).then_some(number / 2 % INCIDENTS);
        let mut connection = like.clone();
        (connection.id, connection.organization) =
            (Uuid::from_u128(1 << 100 | number), Uuid::from_u128(2 << 100 | number));
        connection.integration_id = format!("{number:024x}");
        connection.integration = if number % 4 < 2 { SLUG } else { "meshfern-wifi" }.to_owned();
        connection.changes_at = None;
        connection.progress.failing = incident.map(|incident| server::domain::connection::Failing {
            since: now - i64::try_from(number % 30).unwrap() * MINUTE,
            at: now,
            fault: server::domain::health::Fault::Partner,
            like: format!(
                "1:partner:message {}",
                ["a", "b", "c", "d"][usize::try_from(incident % 4).unwrap()]
                    .repeat(1 + usize::try_from(incident / 4).unwrap())
            ),
        });
        let organization = Organization {
            id: connection.organization,
            officernd_id: format!("{:024x}", 0xf000_0000 + number),
            slug: format!("tenant-{number}"),
            name: format!("Tenant {number}"),
            region_url: scene.app.simulator_url.clone(),
        };
        let integration = SecretString::from(scene.app.app.random.uuid(now).simple().to_string());
        let secrets = ConnectionSecrets { integration, subscription: None };
        newcomers.push(Newcomer { organization, connection, locations: Vec::new(), secrets });
    }
    let mut tx = scene.app.app.db.begin().await.unwrap();
    insert(&mut tx, &scene.app.app.vault, &newcomers, now).await.unwrap();
    tx.commit().await.unwrap();
    let mut expected: BTreeMap<(String, String), i64> = BTreeMap::new();
    for one in &newcomers {
        if let Some(failing) = &one.connection.progress.failing {
            *expected.entry((one.connection.integration.clone(), failing.like.clone())).or_default() += 1;
        }
    }
    assert_eq!(expected.len(), 40);
    assert!(scene.after(0).await.is_empty());
    let told = scene.after(5).await;
    assert_eq!(told.len(), 40);
    let rows = scene.app.rows("SELECT integration, likeness, tenants FROM incidents WHERE told_at IS NOT NULL").await;
    let found: BTreeMap<(String, String), i64> = rows
        .iter()
        .map(|row| {
            let text = |index| row.try_get_by_index::<String>(index).unwrap();
            ((text(0), text(1)), i64::from(row.try_get_by_index::<i32>(2).unwrap()))
        })
        .collect();
    assert_eq!(found, expected);
    assert!(scene.after(5).await.is_empty());
    scene
        .app
        .execute(
            "UPDATE connections SET failing_like = NULL, failing_fault = NULL, failing_at = NULL, failing_since = NULL",
        )
        .await;
    tell_alerts(&scene.app.app).await.unwrap();
    assert_eq!(scene.after(10).await.len(), 40);
    assert_eq!(scene.app.number("SELECT COUNT(*) FROM incidents WHERE closed_how = 'recovered'").await, 40);
}
