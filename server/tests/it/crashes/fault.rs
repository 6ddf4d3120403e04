//! What goes wrong at one system call of the product, by `strace`.
//!
//! `strace` counts the calls of each name in each thread. The file of SQLite is written by one thread, and with
//! one worker so are the sockets; so the numbers from 1 on are all of a journey's calls.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::support::Database;

/// What can be lost or half done: writes, syncs and lengths of files, files that go, and what is sent.
const FILES: [&str; 8] = ["pwrite64", "pwritev", "fsync", "fdatasync", "ftruncate", "unlink", "unlinkat", "renameat2"];
const SENDS: [&str; 3] = ["sendto", "sendmsg", "writev"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    Kill,
    /// The call fails with that, once; the process may live.
    Error(&'static str),
}

/// The `at`-th such call of a thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub what: What,
    pub call: String,
    pub at: u32,
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            What::Kill => f.write_str("KILL"),
            What::Error(error) => f.write_str(error),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at {} {}", self.what, self.call, self.at)
    }
}

/// The calls of a journey that are tried on a database. A full disk is PostgreSQL's own affair there.
pub fn calls(database: Database, what: What) -> Vec<&'static str> {
    match (database, what) {
        (Database::Sqlite, What::Kill) => FILES.into_iter().chain(SENDS).collect(),
        (Database::Sqlite, What::Error(_)) => FILES.to_vec(),
        (Database::Postgres, _) => SENDS.to_vec(),
    }
}

/// The words before the product's command; what happened is written to `log`.
pub fn strace(log: &Path, fault: Option<&Fault>) -> Vec<String> {
    let list = |calls: &[&str]| calls.iter().map(|call| format!("?{call}")).collect::<Vec<_>>().join(",");
    // As a grandchild, so that the product stays our child.
    let mut words: Vec<String> = ["strace", "-D", "-f", "-qqq", "-e", "signal=none", "-o"].map(String::from).into();
    words.push(log.to_str().unwrap().to_owned());
    match fault {
        None => words.extend(["-e".to_owned(), format!("trace={},{}", list(&FILES), list(&SENDS))]),
        Some(fault) => {
            let what = match fault.what {
                What::Kill => "signal=KILL".to_owned(),
                What::Error(error) => format!("error={error}"),
            };
            words.extend(["-e".to_owned(), format!("trace={}", fault.call)]);
            words.extend(["-e".to_owned(), format!("inject={}:{what}:when={}", fault.call, fault.at)]);
        }
    }
    words
}

/// How often each call was made, in the thread that made the most of them; and how often by `main`.
pub fn counted(log: &Path, main: u32) -> BTreeMap<String, (u32, u32)> {
    let mut threads: BTreeMap<(String, u32), u32> = BTreeMap::new();
    for line in std::fs::read_to_string(log).unwrap().lines() {
        let mut words = line.split_whitespace();
        let (Some(thread), Some(call)) = (words.next(), words.next()) else { continue };
        let Some((call, _)) = call.split_once('(') else { continue };
        *threads.entry((call.to_owned(), thread.parse().unwrap())).or_default() += 1;
    }
    let mut counts: BTreeMap<String, (u32, u32)> = BTreeMap::new();
    for ((call, thread), count) in threads {
        let entry = counts.entry(call).or_default();
        if thread == main {
            entry.1 = count;
        } else {
            entry.0 = entry.0.max(count);
        }
    }
    counts
}

/// How often the error was met: a thread that is started later counts its own calls, and may come to the same number.
pub fn injected(log: &Path) -> usize {
    std::fs::read_to_string(log).unwrap().matches("(INJECTED)").count()
}

/// Without these nothing here is tested, and that must not look like success.
pub fn needs_strace() {
    let log = tempfile::NamedTempFile::new().unwrap();
    let fault = Fault { what: What::Kill, call: "unlink".to_owned(), at: 1 };
    let words = strace(log.path(), Some(&fault));
    let gone = PathBuf::from("/deskbridge-has-no-such-file");
    let ran = Command::new(&words[0]).args(&words[1..]).arg("unlink").arg(&gone).output();
    let ran = ran.unwrap_or_else(|error| {
        panic!("strace does not start ({error}); `cargo xtask test` installs it, or install the package strace")
    });
    use std::os::unix::process::ExitStatusExt as _;
    assert_eq!(
        ran.status.signal(),
        Some(9),
        "strace cannot kill a process at a system call here, so crashes cannot be tested; a container needs ptrace \
         (SYS_PTRACE or the default seccomp profile): {}{}",
        String::from_utf8_lossy(&ran.stderr),
        std::fs::read_to_string(log.path()).unwrap(),
    );
}
