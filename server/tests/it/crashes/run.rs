//! One journey with one fault after the other, on one database that outlives them all.

use std::any::Any;
use std::panic::AssertUnwindSafe;

use futures_util::FutureExt as _;

use super::connect;
use super::ends::{self, Deliveries};
use super::fault::{Fault, What, calls};
use super::rig::{Fate, Rig};
use super::scene::{Scene, Stop};
use crate::support::Database;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Journey {
    Connect,
    Webhook,
    Disconnect,
}

/// Which faults are tried, and how many of each; every one without a number.
pub struct Plan {
    pub faults: Vec<(What, Option<u32>)>,
    pub seed: u64,
}

#[derive(Debug)]
pub struct Outcome {
    /// For the table, such as `KILL pwrite64`.
    pub kind: String,
    pub what: String,
    /// Whether the journey came that far.
    pub met: bool,
    pub failure: Option<String>,
}

/// What is done to one journey.
#[derive(Debug, Clone)]
enum Blow {
    At(Fault),
    /// kill -9 after so many answers.
    After(u32),
}

impl Journey {
    async fn prepare(self, rig: &mut Rig) -> (Scene, Option<Deliveries>) {
        match self {
            Journey::Connect => (Scene::new(rig).await, None),
            Journey::Disconnect => (ends::prepare_disconnect(rig).await, None),
            Journey::Webhook => {
                let (scene, deliveries) = ends::prepare_deliveries(rig).await;
                (scene, Some(deliveries))
            }
        }
    }

    async fn walk(self, rig: &Rig, scene: &mut Scene, deliveries: Option<&mut Deliveries>) -> Result<(), Stop> {
        match self {
            Journey::Connect => connect::walk(rig, scene).await,
            Journey::Disconnect => ends::walk_disconnect(rig, scene).await,
            Journey::Webhook => ends::walk_deliveries(rig, scene, deliveries.expect("prepared")).await,
        }
    }

    async fn recover(self, rig: &Rig, scene: &mut Scene, deliveries: Option<&Deliveries>, again_at_once: bool) {
        match self {
            Journey::Connect => connect::recover(rig, scene, again_at_once).await,
            Journey::Disconnect => ends::recover_disconnect(rig, scene).await,
            Journey::Webhook => ends::recover_deliveries(rig, scene, deliveries.expect("prepared")).await,
        }
    }
}

/// Tries what the plan asks for.
pub async fn all(journey: Journey, database: Database, plan: &Plan) -> Vec<Outcome> {
    let mut rig = Rig::new(database).await;
    // Without a fault: it works, and makes so many calls.
    let usual = usual(journey, &mut rig).await;
    let mut outcomes = Vec::new();
    for (what, count) in &plan.faults {
        let mut blows: Vec<Blow> = Vec::new();
        for call in calls(database, *what) {
            let most = usual.calls.iter().find(|(known, _)| known == call).map_or(0, |(_, most)| *most);
            blows.extend((1..=most).map(|at| Blow::At(Fault { what: *what, call: call.to_owned(), at })));
        }
        if let Some(count) = count {
            blows = spread(&blows, *count as usize, plan.seed);
        }
        if *what == What::Kill {
            let every = count.map_or(1, |_| usual.requests.div_ceil(2).max(1));
            blows.extend((1..=usual.requests).filter(|after| after % every == 0).map(Blow::After));
        }
        for (number, blow) in blows.into_iter().enumerate() {
            let again_at_once = number % 2 == 1;
            let tried = AssertUnwindSafe(one(journey, &mut rig, &blow, usual.warm_up, again_at_once));
            let (met, failure) = match tried.catch_unwind().await {
                Ok(met) => (met, None),
                Err(panic) => (true, Some(format!("{}; it said {}", words(&*panic), rig.said()))),
            };
            let (kind, what) = match &blow {
                Blow::At(fault) => (format!("{} {}", fault.what, fault.call), fault.to_string()),
                Blow::After(after) => ("KILL between".to_owned(), format!("KILL after {after} answers")),
            };
            if failure.is_some() {
                eprintln!("{journey:?} {database:?} {what}: {failure:?}");
                // What is wrong now must not be blamed on the next.
                rig = Rig::new(database).await;
            }
            outcomes.push(Outcome { kind, what, met, failure });
        }
    }
    rig.start().await;
    sound(&rig).await;
    outcomes
}

struct Usual {
    /// The most calls of a thread, of each name.
    calls: Vec<(String, u32)>,
    requests: u32,
    warm_up: u32,
}

async fn usual(journey: Journey, rig: &mut Rig) -> Usual {
    rig.start().await;
    let (mut scene, mut deliveries) = journey.prepare(rig).await;
    scene.requests = 0;
    rig.start_watched(None).await;
    let warm_up = match rig.database {
        Database::Sqlite => 0,
        Database::Postgres => rig.counted().get("sendto").map_or(0, |(_, main)| main + 5),
    };
    rig.warm_up(warm_up).await;
    let walked = journey.walk(rig, &mut scene, deliveries.as_mut()).await;
    walked.unwrap_or_else(|stop| panic!("{journey:?} ends well without a fault: {stop:?}"));
    let calls: Vec<(String, u32)> = rig.counted().into_iter().map(|(call, (most, _))| (call, most)).collect();
    journey.recover(rig, &mut scene, deliveries.as_ref(), false).await;
    assert!(calls.iter().any(|(_, most)| *most > 10), "strace saw nothing: {calls:?}");
    Usual { calls, requests: scene.requests, warm_up }
}

/// `count` of them, one from each stretch of the whole.
fn spread(all: &[Blow], count: usize, seed: u64) -> Vec<Blow> {
    let stretch = all.len() as f64 / count as f64;
    let mut state = seed;
    (0..count)
        .map(|index| {
            // The low bits of such a generator are poor, so the high ones choose.
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let within = (state >> 40) as f64 / f64::from(1 << 24);
            all[((index as f64 + within) * stretch) as usize].clone()
        })
        .collect()
}

/// `true` when the blow was met.
async fn one(journey: Journey, rig: &mut Rig, blow: &Blow, warm_up: u32, again_at_once: bool) -> bool {
    rig.start().await;
    let (mut scene, mut deliveries) = journey.prepare(rig).await;
    let met = match blow {
        Blow::After(after) => {
            scene.requests_left = Some(*after);
            drop(journey.walk(rig, &mut scene, deliveries.as_mut()).await);
            true
        }
        Blow::At(fault) => {
            rig.start_watched(Some(fault)).await;
            rig.warm_up(warm_up).await;
            let walked = match rig.fate() {
                Fate::Lives => journey.walk(rig, &mut scene, deliveries.as_mut()).await,
                _ => Err(Stop::Lost),
            };
            match fault.what {
                What::Kill => died(rig, &walked),
                What::Error(error) => {
                    if judge_error(rig, &walked, fault, error) {
                        rig.stop_watching();
                        // It lives, so it must have got over it by itself.
                        journey.recover(rig, &mut scene, deliveries.as_ref(), again_at_once).await;
                        let met = rig.injected() > 0;
                        sound(rig).await;
                        return met;
                    }
                    true
                }
            }
        }
    };
    rig.start().await;
    journey.recover(rig, &mut scene, deliveries.as_ref(), again_at_once).await;
    sound(rig).await;
    met
}

fn died(rig: &mut Rig, walked: &Result<(), Stop>) -> bool {
    let mut fate = rig.fate();
    // Its connections end a moment before it does.
    for _ in 0..200 {
        if fate != Fate::Lives || !matches!(walked, Err(Stop::Lost)) {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
        fate = rig.fate();
    }
    if let Err(Stop::Refused(answer)) = walked {
        panic!("refused although nothing but a kill was wrong: {} {}", answer.status, answer.text);
    }
    if matches!(walked, Err(Stop::Lost)) {
        assert_eq!(fate, Fate::Killed, "an answer was lost");
    }
    fate == Fate::Killed
}

/// `true` when the process lives. What it says of the error it says once, and to the admin in words.
fn judge_error(rig: &mut Rig, walked: &Result<(), Stop>, fault: &Fault, error: &str) -> bool {
    let said = rig.said();
    let fate = rig.fate();
    if fate != Fate::Lives {
        assert_eq!(fate, Fate::Exited(1), "it ends by itself or not at all");
        assert!(said.contains("deskbridge: "), "a start that fails says why: {said}");
        return false;
    }
    // SQLite's own words for the two.
    let causes: &[&str] = match error {
        "ENOSPC" => &["database or disk is full", "No space left", "disk I/O error"],
        _ => &["disk I/O error", "Input/output error", "os error 5"],
    };
    let told = said.lines().filter(|line| causes.iter().any(|cause| line.contains(cause))).count();
    let met = rig.injected();
    assert!(told <= met.max(1), "{fault} was met {met} times and is told {told} times: {said}");
    match walked {
        Ok(()) => {}
        Err(Stop::Refused(answer)) => {
            assert!(matches!(answer.status, 500..=503), "{} {}", answer.status, answer.text);
            let helps = answer.text.contains("<h1") || answer.json()["message"].is_string();
            assert!(helps, "it answers in words: {}", answer.text);
            assert!(told >= 1, "{fault} was answered {} and not told: {said}", answer.status);
        }
        Err(Stop::Lost) => {
            // Only a connection that broke has no answer.
            assert!(["sendto", "sendmsg", "writev"].contains(&fault.call.as_str()), "{fault} has no answer: {said}");
        }
    }
    true
}

/// The file is whole.
async fn sound(rig: &Rig) {
    if rig.database == Database::Sqlite {
        let rows = rig.rows("PRAGMA integrity_check").await;
        let words: Vec<String> = rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect();
        assert_eq!(words, ["ok"]);
    }
}

fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned())).unwrap_or_default()
}
