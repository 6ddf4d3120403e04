//! A throw-away PostgreSQL on a free port, durable as in production, gone when this value is.

use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::os::unix::process::CommandExt as _;
use std::process::{Child, Command, Stdio};

use anyhow::{Context as _, Result, bail};

use crate::install;

/// How the tests learn of it. Not `DESKBRIDGE_…`: the product refuses such names unless they are keys.
pub const URL_VARIABLE: &str = "TEST_POSTGRES_URL";

const KEEPER: &str = include_str!("postgres.sh");

pub struct Postgres {
    keeper: Child,
    port: u16,
}

impl Postgres {
    pub fn start() -> Result<Self> {
        let bin = install::postgres_bin().context("the PostgreSQL server binaries are missing")?;
        // The port may be taken between asking and using it; the next one will do.
        let mut last = None;
        for _ in 0..3 {
            match Self::on(free_port()?, &bin) {
                Ok(started) => return Ok(started),
                Err(error) => last = Some(error),
            }
        }
        Err(last.expect("three attempts were made"))
    }

    fn on(port: u16, bin: &std::path::Path) -> Result<Self> {
        // PostgreSQL refuses to run as root.
        let mut command = if install::is_root() {
            let mut runuser = Command::new("runuser");
            runuser.args(["-u", "postgres", "--", "sh"]);
            runuser
        } else {
            Command::new("sh")
        };
        let mut keeper = command
            .args(["-c", KEEPER, "keeper"])
            .arg(bin)
            .arg(port.to_string())
            .current_dir("/")
            // Ctrl-C must not reach it: it cleans up when our end of the pipe closes.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("cannot start PostgreSQL")?;
        let mut line = String::new();
        BufReader::new(keeper.stdout.take().context("no output to read")?).read_line(&mut line)?;
        if line.trim() != "ready" {
            let status = keeper.wait()?;
            bail!("PostgreSQL did not start ({status}); its own words are above");
        }
        Ok(Self { keeper, port })
    }

    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        drop(self.keeper.stdin.take());
        let _ = self.keeper.wait();
    }
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Needs PostgreSQL, which `cargo xtask test` installs before it calls this.
    #[test]
    fn it_answers_and_leaves_nothing_behind() {
        let postgres = Postgres::start().expect("starts");
        let psql = install::postgres_bin().expect("binaries").join("psql");
        let ask = |sql: &str| {
            let output = Command::new(&psql).args([&postgres.url(), "-tAc", sql]).output().expect("psql");
            String::from_utf8_lossy(&output.stdout).trim().to_owned()
        };
        assert_eq!(ask("select current_setting('fsync') || current_setting('synchronous_commit')"), "onon");
        let folder = ask("show unix_socket_directories");
        assert!(std::path::Path::new(&folder).is_dir(), "{folder}");
        let port = postgres.port;
        drop(postgres);
        assert!(!std::path::Path::new(&folder).exists(), "{folder} is left");
        assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err(), "still listening");
    }
}
