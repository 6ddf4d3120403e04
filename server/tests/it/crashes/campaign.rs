//! kill -9 at random moments, again and again, of a process that refreshes grants. What OfficeRnD had renewed and nobody
//! stored is lost, is called so, and is all that is lost.

use std::time::Duration;

use serde_json::json;

use super::grants::{Account, Dice, Grants, LongWay};
use super::rig::Fate;
use crate::support::{Database, has_postgres, on_both_databases};

/// Another number is another campaign; `TEST_CRASH_SEED` draws one.
const SEED: u64 = 11;
/// The longest that an answer is under way, and that a process lives.
const ANSWER: Duration = Duration::from_millis(60);
const LIFE: u64 = 450;
/// Kills between two looks at the books.
const ROUNDS: usize = 4;

/// Half of those who die have callers besides their own work.
async fn kills(database: Database, connections: usize, kills: usize) -> Account {
    let seed = std::env::var("TEST_CRASH_SEED").map_or(SEED, |seed| seed.parse().unwrap());
    let mut dice = Dice::new(seed);
    let mut grants = Grants::new(database, connections).await;
    let way = LongWay::to(grants.rig.simulator_url(), ANSWER, seed).await;
    grants.rig.configure("OFFICERND__IDENTITY_URL", &way.url);
    // What the dead had reserved is held for a while, and must not hold up those after them.
    grants.rig.configure("REFRESH__REQUESTS_PER_MINUTE", "6000");
    let mut account = Account::default();
    for kill in 0..kills {
        grants.rig.kill();
        // What it had sent is received or gone by now.
        tokio::time::sleep(Duration::from_millis(100)).await;
        grants.make_due().await;
        grants.rig.start().await;
        let life = Duration::from_millis(dice.below(LIFE));
        if kill % 2 == 0 {
            tokio::time::sleep(life).await;
        } else {
            let scene = &grants.scenes[usize::try_from(dice.below(connections as u64)).unwrap()];
            let id = app::ids::ConnectionId(scene.connection(&grants.rig).await.unwrap());
            let mut partner = grants.rig.api();
            let asked = tokio::spawn(async move {
                let body = ("application/json", json!({}).to_string().into_bytes());
                // It gets a token, or its answer dies with the process.
                drop(partner.try_send("POST", &format!("/api/v1/connections/{id}/token"), Some(body)).await);
            });
            tokio::time::sleep(life).await;
            grants.rig.kill();
            asked.await.unwrap();
        }
        if (kill + 1) % ROUNDS == 0 || kill + 1 == kills {
            grants.rig.kill();
            tokio::time::sleep(Duration::from_millis(100)).await;
            grants.make_due().await;
            grants.rig.start().await;
            grants.come_to_rest().await;
            assert_eq!(grants.rig.fate(), Fate::Lives);
            account = grants.audit().await;
            grants.connect_the_lost_again().await;
        }
    }
    // Everybody whose grant was lost is back, and every grant goes on.
    grants.rig.kill();
    grants.make_due().await;
    grants.rig.start().await;
    grants.come_to_rest().await;
    let last = grants.audit().await;
    assert_eq!(last.lost, account.lost, "nobody dies without a kill");
    last
}

async fn a_few_kills(database: Database) {
    let account = kills(database, 4, 5).await;
    assert!(account.stored >= 4 && account.claims >= account.stored, "{account:?}");
}

on_both_databases!(a_few_kills);

/// The whole campaign, with its table.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "`cargo xtask bench` runs it"]
async fn a_hundred_kills() {
    const KILLS: usize = 112;
    println!("\n| kills | on | pairs given | stored | answer lost | blamed on an admin |\n|---|---|---|---|---|---|");
    for (database, name) in [(Database::Sqlite, "SQLite"), (Database::Postgres, "PostgreSQL")] {
        if database == Database::Postgres && !has_postgres() {
            continue;
        }
        let account = kills(database, 12, KILLS).await;
        // The audit has found the cause of each.
        println!("| {KILLS} | {name} | {} | {} | {} | 0 |", account.given, account.stored, account.lost);
        assert!(account.lapsed > 20, "the kills met nobody at work: {account:?}");
        assert!(account.lost > 0, "no answer was lost, so the campaign did not try what it is about: {account:?}");
    }
}
