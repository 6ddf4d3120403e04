//! What a person sees: one line when a step starts, one when it ends, and the outcome.

use std::io::IsTerminal as _;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

/// Runs one named step and says how long it took. The name is a phrase like "building the server".
pub fn step<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    say(name);
    let start = Instant::now();
    let result = work().with_context(|| format!("{name} failed"))?;
    say(&format!("{name}: {}", seconds(start.elapsed())));
    Ok(result)
}

/// Several steps that are summed up at the end.
#[derive(Default)]
pub struct Summary {
    took: Vec<(String, Duration)>,
}

impl Summary {
    pub fn step<T>(&mut self, name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
        let start = Instant::now();
        let result = step(name, work)?;
        self.took.push((name.to_owned(), start.elapsed()));
        Ok(result)
    }

    pub fn print(&self, headline: &str) {
        say(headline);
        for line in self.lines() {
            eprintln!("    {line}");
        }
    }

    fn lines(&self) -> Vec<String> {
        let width = self.took.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        self.took.iter().map(|(name, took)| format!("{name:width$}  {:>8}", seconds(*took))).collect()
    }
}

/// Runs a command whose output the person should see as it comes.
pub fn exec(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot start {}", shown(command)))?;
    if !status.success() {
        bail!("{} ended with {status}", shown(command));
    }
    Ok(())
}

/// Runs several commands side by side, to the end of each.
pub fn exec_together(commands: &mut [Command]) -> Result<()> {
    let mut started = Vec::new();
    let mut failed = Vec::new();
    for command in commands {
        match command.spawn() {
            Ok(child) => started.push((child, shown(command))),
            Err(error) => failed.push(format!("cannot start {}: {error}", shown(command))),
        }
    }
    for (mut child, name) in started {
        let status = child.wait()?;
        if !status.success() {
            failed.push(format!("{name} ended with {status}"));
        }
    }
    if !failed.is_empty() {
        bail!("{}", failed.join("; "));
    }
    Ok(())
}

/// Runs a command for what it writes to standard output; its errors stay visible.
pub fn read(command: &mut Command) -> Result<String> {
    let output =
        command.stderr(Stdio::inherit()).output().with_context(|| format!("cannot start {}", shown(command)))?;
    if !output.status.success() {
        bail!("{} ended with {}", shown(command), output.status);
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

pub fn say(text: &str) {
    eprintln!("{} {text}", bold("xtask:"));
}

pub fn fail(error: &anyhow::Error) {
    eprintln!("{} {error:#}", bold("xtask: error:"));
}

fn bold(text: &str) -> String {
    if std::io::stderr().is_terminal() { format!("\u{1b}[1m{text}\u{1b}[0m") } else { text.to_owned() }
}

/// A command as one would type it, without its folder.
fn shown(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program()).file_name().unwrap_or(command.get_program());
    let mut text = program.to_string_lossy().into_owned();
    for argument in command.get_args() {
        text.push(' ');
        text.push_str(&argument.to_string_lossy());
    }
    text
}

fn seconds(took: Duration) -> String {
    let secs = took.as_secs_f64();
    if secs < 60.0 {
        format!("{secs:.1} s")
    } else {
        format!("{} min {:02} s", took.as_secs() / 60, took.as_secs() % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_like_speech() {
        assert_eq!(seconds(Duration::from_millis(840)), "0.8 s");
        assert_eq!(seconds(Duration::from_secs(125)), "2 min 05 s");
    }

    #[test]
    fn a_failure_names_step_and_command() {
        let error = step("tidying", || exec(Command::new("sh").args(["-c", "exit 3"]))).expect_err("fails");
        let text = format!("{error:#}");
        assert!(text.starts_with("tidying failed: sh -c exit 3 ended with"), "{text}");
    }

    #[test]
    fn each_of_several_runs_to_its_end() {
        let folder = std::env::temp_dir().join(format!("xtask-together-{}", std::process::id()));
        let script = |script: &str| {
            let mut shell = Command::new("sh");
            shell.args(["-c", script]);
            shell
        };
        let mark = format!("sleep 0.2; touch {}", folder.display());
        let error = exec_together(&mut [script("exit 3"), script(&mark), script("true")]).expect_err("one fails");
        let text = format!("{error:#}");
        assert!(text.contains("exit 3") && !text.contains("touch"), "{text}");
        assert!(std::fs::remove_file(&folder).is_ok(), "the others go on");
    }

    #[test]
    fn the_summary_is_a_column() {
        let mut summary = Summary::default();
        summary.took.push(("a".into(), Duration::from_secs(1)));
        summary.took.push(("longer".into(), Duration::from_secs(61)));
        assert_eq!(summary.lines(), ["a          1.0 s", "longer  1 min 01 s"]);
    }
}
