//! Connections whose grants are refreshed by processes that die, and the accounts of it: what OfficeRnD gave, what was
//! stored, and what was lost on the way between the two.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};
use server::clock::{Clock, DAY, HOUR, Millis};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::Instant;
use uuid::Uuid;

use super::connect;
use super::rig::Rig;
use super::scene::Scene;
use crate::support::Database;
use crate::support::trace::{self, Act, SKIPPED, Step};

const PATIENCE: Duration = Duration::from_secs(60);

/// Numbers that look random and are the same in each run.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        // The low bits of such a generator are poor.
        (self.0 >> 33) % end
    }
}

/// The way to OfficeRnD, on which answers take their time: so a process can die when its token is used up and the new
/// one has not arrived.
pub struct LongWay {
    pub url: String,
    task: tokio::task::JoinHandle<()>,
}

impl Drop for LongWay {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl LongWay {
    pub async fn to(simulator: &str, most: Duration, seed: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let there = simulator.trim_start_matches("http://").to_owned();
        let mut dice = Dice::new(seed);
        let task = tokio::spawn(async move {
            loop {
                let Ok((outside, _)) = listener.accept().await else { continue };
                let Ok(inside) = TcpStream::connect(&there).await else { continue };
                let (mut from_product, mut to_product) = outside.into_split();
                let (mut from_officernd, mut to_officernd) = inside.into_split();
                let mut dice = Dice::new(dice.below(u64::MAX));
                let most = u64::try_from(most.as_millis()).unwrap();
                tokio::spawn(async move { tokio::io::copy(&mut from_product, &mut to_officernd).await });
                tokio::spawn(async move {
                    let mut buffer = vec![0; 16 * 1024];
                    while let Ok(length @ 1..) = from_officernd.read(&mut buffer).await {
                        tokio::time::sleep(Duration::from_millis(dice.below(most))).await;
                        if to_product.write_all(&buffer[..length]).await.is_err() {
                            break;
                        }
                    }
                });
            }
        });
        Self { url, task }
    }
}

/// What became of all grants since they were given.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Account {
    /// Pairs that OfficeRnD gave for a refresh token.
    pub given: usize,
    pub stored: usize,
    /// Refused in the end. Each is a pair that was given and never stored.
    pub lost: usize,
    /// Claims that were taken over from a process that died.
    pub lapsed: usize,
    pub claims: usize,
}

pub struct Grants {
    pub rig: Rig,
    pub scenes: Vec<Scene>,
    permissions: usize,
}

fn now() -> Millis {
    Clock::system().now()
}

impl Grants {
    /// So many connections at a token server that ends a grant when a used token comes again.
    pub async fn new(database: Database, count: usize) -> Self {
        let mut rig = Rig::new(database).await;
        rig.start().await;
        rig.execute(&trace::recorder(database)).await;
        let strict = json!({ "value": "revokes" });
        rig.control("PUT", "/switches/refresh_reuse", &strict).await;
        let mut scenes = Vec::new();
        for _ in 0..count {
            let mut scene = Scene::new(&mut rig).await;
            connect::walk(&rig, &mut scene).await.unwrap_or_else(|stop| panic!("a usual connect ends well: {stop:?}"));
            scenes.push(scene);
        }
        Self { rig, scenes, permissions: count }
    }

    /// Every grant is to be renewed at once, and what a dead process had leased is free.
    pub async fn make_due(&self) {
        let end = now() + HOUR;
        self.rig
            .execute(&format!(
                "UPDATE grants SET refresh_expires_at = {end}, access_expires_at = refreshed_at, \
                 again_at = again_at - {SKIPPED}, failed_at = failed_at - {SKIPPED}, \
                 lease_until = lease_until - {SKIPPED} WHERE state = 'alive'"
            ))
            .await;
    }

    /// Grants that wait for a new pair.
    pub async fn waiting(&self) -> i64 {
        let renewed = now() + 10 * DAY;
        let waiting = "SELECT COUNT(*) FROM grants WHERE state = 'alive'";
        self.rig.number(&format!("{waiting} AND (refresh_expires_at < {renewed} OR lease_id IS NOT NULL)")).await
    }

    /// Until nothing waits and nobody is at work.
    pub async fn come_to_rest(&self) {
        let deadline = Instant::now() + PATIENCE;
        while self.waiting().await > 0 {
            assert!(Instant::now() < deadline, "{} grants are not renewed: {}", self.waiting().await, self.rig.said());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The admins of lost grants connect again.
    pub async fn connect_the_lost_again(&mut self) {
        for scene in &mut self.scenes {
            if scene.state(&self.rig).await == "reconnect" {
                // What the first window was told is over.
                scene.told.clear();
                connect::start_again(&self.rig, scene).await;
                self.permissions += 1;
                assert_eq!(scene.state(&self.rig).await, "connected");
            }
        }
    }

    pub async fn steps(&self) -> Vec<Step> {
        self.rig.rows(&trace::written()).await.iter().map(Step::of).collect()
    }

    /// Looks at everything while nobody is at work: each grant, the record, and OfficeRnD's own books.
    pub async fn audit(&self) -> Account {
        let steps = self.steps().await;
        let acts = trace::accept(&steps).unwrap_or_else(|refused| panic!("{refused}"));
        let mut accounts: BTreeMap<Uuid, Account> = BTreeMap::new();
        let mut permissions = 0;
        for (step, act) in steps.iter().zip(&acts) {
            let account = accounts.entry(step.connection).or_default();
            match act {
                Act::Stored => account.stored += 1,
                Act::Refused => account.lost += 1,
                Act::Claimed { lapsed } => {
                    account.claims += 1;
                    account.lapsed += usize::from(*lapsed);
                }
                Act::Authorized => permissions += 1,
                Act::Failed | Act::SetBack | Act::Ended | Act::Skipped | Act::Nothing => {}
            }
        }
        assert_eq!(permissions, self.permissions, "what was stored was claimed before, or given by an admin");

        let books = self.rig.control("GET", "/state?reveal=true", &Value::Null).await;
        let mut all = Account::default();
        for scene in &self.scenes {
            let id = scene.connection(&self.rig).await.unwrap();
            let account = accounts.get_mut(&id).unwrap();
            account.given = given(&books, &scene.installed.integration_id);
            assert_eq!(
                account.given,
                account.stored + account.lost,
                "a grant was lost without a lost answer, or an answer without a word: {account:?}"
            );
            assert!(account.lost <= account.lapsed, "the answer of a process that lived was lost: {account:?}");
            all.given += account.given;
            all.stored += account.stored;
            all.lost += account.lost;
            all.lapsed += account.lapsed;
            all.claims += account.claims;
        }
        // By its name, and nobody is blamed for it.
        let blamed = "SELECT COUNT(*) FROM grants WHERE state <> 'alive' AND cause <> 'answer_lost'";
        assert_eq!(self.rig.number(blamed).await, 0);
        let told = "SELECT COUNT(*) FROM activity WHERE kind = 'grant.revoked'";
        assert_eq!(self.rig.number(told).await, i64::try_from(all.lost).unwrap());
        let by_name = format!("{told} AND detail = 'answer_lost'");
        assert_eq!(self.rig.number(&by_name).await, i64::try_from(all.lost).unwrap());
        all
    }

    /// Refresh tokens that came to OfficeRnD more than once, beyond those that a dead process may have sent before.
    pub async fn sent_twice(&self) -> usize {
        let log = self.rig.control("GET", "/log?reveal=true&limit=1000", &Value::Null).await;
        let mut received: BTreeMap<String, usize> = BTreeMap::new();
        for entry in log.as_array().unwrap().iter().filter(|entry| entry["endpoint"] == "refresh") {
            let form = url::form_urlencoded::parse(entry["request"].as_str().unwrap().as_bytes()).into_owned();
            let token = form.filter(|(key, _)| key == "refresh_token").map(|(_, token)| token).next();
            *received.entry(token.expect("a refresh sends a token")).or_default() += 1;
        }
        received.values().map(|count| count - 1).sum()
    }
}

/// Pairs that OfficeRnD gave this installation for refresh tokens, after the first one of each permission.
fn given(books: &Value, integration: &str) -> usize {
    let grants = books["grants"].as_object().unwrap().iter();
    let own: Vec<&String> = grants.filter(|(_, grant)| grant["integration"] == integration).map(|(id, _)| id).collect();
    let tokens = books["refresh_tokens"].as_object().unwrap().values();
    let made = tokens.filter(|token| own.iter().any(|id| token["grant"] == id.as_str())).count();
    made - own.len()
}
