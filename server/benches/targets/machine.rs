//! What the numbers were measured on: without it they say nothing.

use std::fs::{self, OpenOptions};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use server::clock::Clock;
use tokio::time::Instant;

const SYNCS: u32 = 200;
/// Linux tells programs of hundredths of a second, whatever its own clock does.
const MILLIS_PER_TICK: u64 = 10;

/// What this process has had of the cores so far. Unlike rates it hardly changes when other programs run.
pub(crate) fn cpu_time() -> anyhow::Result<Duration> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    // The name in parentheses may hold anything; user and system time are the 12th and 13th field after it.
    let (_, fields) = stat.rsplit_once(')').context("/proc/self/stat")?;
    let ticks = fields.split_whitespace().skip(11).take(2).map(str::parse::<u64>).sum::<Result<u64, _>>()?;
    Ok(Duration::from_millis(ticks * MILLIS_PER_TICK))
}

/// Prints the machine, and how long its disk takes for what a commit needs.
pub(crate) fn describe(folder: &Path) -> anyhow::Result<()> {
    let processor = field("/proc/cpuinfo", "model name").unwrap_or_else(|| "unknown processor".into());
    let memory = field("/proc/meminfo", "MemTotal").unwrap_or_else(|| "unknown memory".into());
    let kernel = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let cores = std::thread::available_parallelism()?;
    let now = chrono::DateTime::from_timestamp_millis(Clock::system().now()).unwrap_or_default();
    println!("{}", now.format("%Y-%m-%d %H:%M UTC"));
    println!("{processor}, {cores} cores, {memory}, Linux {}", kernel.trim());
    println!("fsync of 4 KiB: {:.2} ms (median of {SYNCS})", sync_millis(folder)?);
    Ok(())
}

fn sync_millis(folder: &Path) -> anyhow::Result<f64> {
    let path = folder.join("sync");
    let mut file = OpenOptions::new().create(true).truncate(true).write(true).open(&path)?;
    let mut taken = Vec::new();
    for _ in 0..SYNCS {
        let started = Instant::now();
        file.seek(SeekFrom::Start(0))?;
        file.write_all(&[7; 4096])?;
        file.sync_data()?;
        taken.push(started.elapsed().as_secs_f64() * 1_000.0);
    }
    fs::remove_file(path)?;
    taken.sort_by(f64::total_cmp);
    Ok(taken[taken.len() / 2])
}

fn field(file: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}
