//! Load from many connections at once, in this process: closed (each connection asks again when it
//! was answered) or paced (at a fixed rate, however long answers take).

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::http::Client;
use crate::machine::cpu_time;

/// Connections of every load.
pub(crate) const CONNECTIONS: usize = 64;

/// A request with the only answer that is right, one behind the other: with a hundred thousand of them each
/// place in memory that is touched costs, and it would look like a cost of the product.
pub(crate) struct Exchange {
    bytes: Box<[u8]>,
    request: usize,
}

impl Exchange {
    pub(crate) fn new(mut request: Vec<u8>, body: &[u8]) -> Self {
        let length = request.len();
        request.extend_from_slice(body);
        Self { bytes: request.into(), request: length }
    }

    pub(crate) fn request(&self) -> &[u8] {
        &self.bytes[..self.request]
    }

    pub(crate) fn body(&self) -> &[u8] {
        &self.bytes[self.request..]
    }
}

#[derive(Default)]
pub(crate) struct Outcome {
    pub(crate) right: u64,
    pub(crate) wrong: u64,
    pub(crate) took: Duration,
    /// Of both sides, since both are in this process.
    cpu: Duration,
    /// Microseconds of every answer, sorted.
    latencies: Vec<u32>,
    /// The first wrong answer, in words.
    pub(crate) example: Option<String>,
}

impl Outcome {
    pub(crate) fn per_second(&self) -> f64 {
        self.right as f64 / self.took.as_secs_f64()
    }

    /// Microseconds of processor time for an answer, load generator included.
    pub(crate) fn cpu_micros(&self) -> f64 {
        self.cpu.as_secs_f64() * 1_000_000.0 / self.right as f64
    }

    /// In milliseconds; `share` of 0.99 for p99.
    pub(crate) fn latency(&self, share: f64) -> f64 {
        let index = ((self.latencies.len() as f64 * share) as usize).min(self.latencies.len().saturating_sub(1));
        self.latencies.get(index).map_or(f64::INFINITY, |micros| f64::from(*micros) / 1_000.0)
    }

    fn add(&mut self, other: Self) {
        self.right += other.right;
        self.wrong += other.wrong;
        self.latencies.extend(other.latencies);
        self.example = self.example.take().or(other.example);
    }

    fn note(&mut self, exchange: &Exchange, status: u16, body: &[u8], since: Instant) {
        self.latencies.push(u32::try_from(since.elapsed().as_micros()).unwrap_or(u32::MAX));
        if status == 200 && body == exchange.body() {
            self.right += 1;
        } else {
            self.wrong += 1;
            self.example.get_or_insert_with(|| format!("{status} {}", String::from_utf8_lossy(body)));
        }
    }
}

/// Asks for `time`; `source` gives each connection what it asks next.
pub(crate) async fn closed<S, N>(address: SocketAddr, time: Duration, source: S) -> anyhow::Result<Outcome>
where
    S: Fn(usize) -> N,
    N: FnMut() -> Option<Arc<Exchange>> + Send + 'static,
{
    let (started, cpu) = (Instant::now(), cpu_time()?);
    let mut tasks = JoinSet::new();
    for index in 0..CONNECTIONS {
        let mut next = source(index);
        tasks.spawn(async move {
            let mut client = Client::connect(address).await?;
            let mut outcome = Outcome::default();
            while started.elapsed() < time {
                let Some(exchange) = next() else { break };
                let sent = Instant::now();
                let answer = client.send(exchange.request()).await?;
                outcome.note(&exchange, answer.status, answer.body, sent);
            }
            anyhow::Ok(outcome)
        });
    }
    gather(tasks, started, cpu).await
}

/// Sends each exchange at its turn, `per_second` of them. An answer's time counts from the moment at which
/// its request was due, so that a stall is not hidden by requests that were not sent meanwhile.
pub(crate) async fn paced(
    address: SocketAddr,
    per_second: f64,
    exchanges: Arc<[Arc<Exchange>]>,
) -> anyhow::Result<Outcome> {
    let (started, cpu) = (Instant::now() + Duration::from_millis(100), cpu_time()?);
    let mut tasks = JoinSet::new();
    for first in 0..CONNECTIONS {
        let exchanges = exchanges.clone();
        tasks.spawn(async move {
            let mut client = Client::connect(address).await?;
            let mut outcome = Outcome::default();
            for index in (first..exchanges.len()).step_by(CONNECTIONS) {
                let due = started + Duration::from_secs_f64(index as f64 / per_second);
                tokio::time::sleep_until(due).await;
                let exchange = &exchanges[index];
                let answer = client.send(exchange.request()).await?;
                outcome.note(exchange, answer.status, answer.body, due);
            }
            anyhow::Ok(outcome)
        });
    }
    gather(tasks, started, cpu).await
}

async fn gather(
    mut tasks: JoinSet<anyhow::Result<Outcome>>,
    started: Instant,
    cpu: Duration,
) -> anyhow::Result<Outcome> {
    let mut all = Outcome::default();
    while let Some(outcome) = tasks.join_next().await {
        all.add(outcome??);
    }
    all.took = started.elapsed();
    all.cpu = cpu_time()?.saturating_sub(cpu);
    all.latencies.sort_unstable();
    Ok(all)
}

/// Chooses among many without asking the product's source of randomness, which has a lock.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: usize) -> Self {
        Self((seed as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    /// xorshift64.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((u128::from(self.0) * limit as u128) >> 64) as usize
    }
}
