//! A server as a process of its own, and what the operating system says of it.

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, ensure};
use tokio::time::Instant;

use crate::http::{self, whole_answer};

pub(crate) struct Started {
    child: Child,
    pub(crate) address: SocketAddr,
    /// From before the process was made to the line `listening on …`.
    ready: Duration,
    /// … to the end of the first good answer.
    answered: Duration,
}

impl Started {
    /// Starts it and asks for `path` as soon as it listens.
    pub(crate) async fn of(mut command: Command, path: &str) -> anyhow::Result<Self> {
        let started = Instant::now();
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
        let output = child.stdout.take().context("no output")?;
        let line = tokio::task::spawn_blocking(move || {
            let mut line = String::new();
            BufReader::new(output).read_line(&mut line).map(|_| line)
        });
        let line = line.await??;
        let ready = started.elapsed();
        let Some(address) = line.trim().strip_prefix("listening on http://") else {
            let mut said = String::new();
            if let Some(mut errors) = child.stderr.take() {
                std::io::Read::read_to_string(&mut errors, &mut said)?;
            }
            anyhow::bail!("the server did not start: {line}{said}");
        };
        let address: SocketAddr = address.parse()?;
        let request = format!("GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n");
        let answer = whole_answer(address, &request).await?;
        let answered = started.elapsed();
        ensure!(http::status(&answer)? == 200, "the first answer was {}", String::from_utf8_lossy(&answer));
        Ok(Self { child, address, ready, answered })
    }

    /// Starts a `worker`, which says that it is ready and then no more. `operations` is its only listener.
    pub(crate) async fn worker(mut command: Command, operations: SocketAddr) -> anyhow::Result<Self> {
        let started = Instant::now();
        command.env("DESKBRIDGE_OPERATIONS_LISTEN", operations.to_string());
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn()?;
        let output = child.stdout.take().context("no output")?;
        let line = tokio::task::spawn_blocking(move || {
            let mut line = String::new();
            BufReader::new(output).read_line(&mut line).map(|_| line)
        });
        let line = line.await??;
        ensure!(line.trim() == "ready", "the worker did not start: {line}");
        Ok(Self { child, address: operations, ready: started.elapsed(), answered: Duration::ZERO })
    }

    /// In milliseconds; ends the process, as the next start should not share the machine with it.
    pub(crate) fn times(self) -> (f64, f64) {
        (self.ready.as_secs_f64() * 1_000.0, self.answered.as_secs_f64() * 1_000.0)
    }

    /// Resident memory in MB, of which the second number is the program file's own pages.
    pub(crate) fn resident(&self) -> anyhow::Result<(f64, f64)> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let field = |name: &str| -> anyhow::Result<f64> {
            let line = status.lines().find(|line| line.starts_with(name)).context("no such field")?;
            let kib = line.split_whitespace().nth(1).context("no value")?.parse::<f64>()?;
            Ok(kib * 1_024.0 / 1_000_000.0)
        };
        Ok((field("VmRSS:")?, field("RssFile:")?))
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        // Gone already is as good.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
