//! Some `deskbridge worker` on one PostgreSQL, started, stopped and killed while they work: they share it, and no
//! refresh token is sent by two of them.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::Instant;
use uuid::Uuid;

use super::grants::{Dice, Grants};
use crate::support::command::Killed;
use crate::support::trace::{self, Act};
use crate::support::{Database, has_postgres, limit};

/// Grants on a PostgreSQL of their own, at an identity server that takes its time; nobody works on them.
async fn idle(connections: usize, milliseconds: u64) -> Grants {
    let mut grants = Grants::new(Database::Postgres, connections).await;
    grants.rig.terminate().await;
    grants.rig.control("DELETE", "/log", &Value::Null).await;
    let slow = json!({ "at": "refresh", "answer": "slow", "milliseconds": milliseconds });
    grants.rig.control("POST", "/faults", &slow).await;
    grants.rig.configure("REFRESH__REQUESTS_PER_MINUTE", "0");
    grants.rig.configure("REFRESH__CONCURRENCY", "2");
    grants
}

/// As operations stop a process: it ends what it has begun.
async fn terminate(mut worker: Killed) {
    let told = std::process::Command::new("kill").args(["-TERM", &worker.id().to_string()]).status().unwrap();
    assert!(told.success());
    let ended = tokio::task::spawn_blocking(move || worker.wait().unwrap());
    assert!(tokio::time::timeout(Duration::from_secs(40), ended).await.expect("it ends in time").unwrap().success());
}

/// How much each process has claimed of what was written down from `since` on.
async fn shares(grants: &Grants, since: usize) -> BTreeMap<Uuid, usize> {
    let steps = grants.steps().await;
    let acts = trace::accept(&steps).unwrap_or_else(|refused| panic!("{refused}"));
    let mut shares = BTreeMap::new();
    for (step, act) in steps.iter().zip(acts).skip(since) {
        if let (Act::Claimed { .. }, Some(holder)) = (act, step.holder) {
            *shares.entry(holder).or_default() += 1;
        }
    }
    shares
}

async fn until(grants: &Grants, waiting: i64) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while grants.waiting().await > waiting {
        assert!(Instant::now() < deadline, "{} still wait", grants.waiting().await);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// No token was sent twice but where its first sender had died.
async fn nothing_was_sent_twice(grants: &Grants) {
    let account = grants.audit().await;
    let twice = grants.sent_twice().await;
    assert!(twice <= account.lapsed, "{twice} tokens were sent twice, and {} claims lapsed", account.lapsed);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn workers_that_come_and_go_share_the_work() {
    let _limit = limit();
    if !has_postgres() {
        return;
    }
    const MANY: i64 = 16;
    let grants = idle(16, 150).await;
    grants.make_due().await;
    let pair = [grants.rig.worker(), grants.rig.worker()];
    until(&grants, MANY / 2).await;
    assert_eq!(shares(&grants, 0).await.len(), 2, "both work");
    // In the middle of it: whoever comes next finds their leases, and what they had sent.
    drop(pair);
    tokio::time::sleep(Duration::from_millis(300)).await;
    let so_far = grants.steps().await.len();
    grants.make_due().await;
    let (stays, goes) = (grants.rig.worker(), grants.rig.worker());
    until(&grants, MANY * 3 / 4).await;
    terminate(goes).await;
    let comes = grants.rig.worker();
    until(&grants, 0).await;
    assert!(shares(&grants, so_far).await.len() >= 2, "both work");
    for worker in [stays, comes] {
        terminate(worker).await;
    }
    nothing_was_sent_twice(&grants).await;
}

/// For minutes, with leases that lapse by themselves.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "`cargo xtask bench` runs it"]
async fn two_and_four_workers() {
    const CONNECTIONS: usize = 80;
    const TIME: Duration = Duration::from_secs(120);
    if !has_postgres() {
        return;
    }
    println!(
        "\n| workers | killed | refreshes | smallest share of a worker | answer lost | sent twice by the living |"
    );
    println!("|---|---|---|---|---|---|");
    for count in [2, 4] {
        let grants = idle(CONNECTIONS, 60).await;
        let mut dice = Dice::new(count);
        let mut workers: Vec<Killed> = (0..count).map(|_| grants.rig.worker()).collect();
        let (begun, mut killed) = (Instant::now(), 0);
        let mut kill_at = begun + Duration::from_secs(5);
        while begun.elapsed() < TIME {
            // Those that nobody holds; a lease lapses in its own time.
            let now = server::clock::Clock::system().now();
            let end = now + server::clock::HOUR;
            let due =
                format!("UPDATE grants SET refresh_expires_at = {end} WHERE state = 'alive' AND lease_id IS NULL");
            grants.rig.execute(&due).await;
            tokio::time::sleep(Duration::from_millis(1_000)).await;
            if Instant::now() >= kill_at {
                let place = usize::try_from(dice.below(count)).unwrap();
                workers[place] = grants.rig.worker();
                killed += 1;
                kill_at = Instant::now() + Duration::from_millis(3_000 + dice.below(5_000));
            }
        }
        until(&grants, 0).await;
        let account = grants.audit().await;
        let shares = shares(&grants, 0).await;
        let least = shares.values().min().copied().unwrap_or(0);
        // One that was sent twice by the living would have ended its grant, and the audit found no such end.
        println!("| {count} | {killed} | {} | {least} of {} | {} | 0 |", account.stored, account.claims, account.lost);
        assert!(shares.len() as u64 >= count, "a worker that did nothing: {shares:?}");
        for worker in workers {
            terminate(worker).await;
        }
    }
}
