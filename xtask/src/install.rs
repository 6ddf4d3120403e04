//! What the tests need of the machine, and how it gets there.
//! On Debian as root it is installed; elsewhere one sentence says what is missing.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use crate::step::{exec, read, say, step};
use crate::workspace::{WASM, Workspace};

/// Something of the system, with the Debian packages that bring it.
pub struct Need {
    what: &'static str,
    find: fn() -> Option<PathBuf>,
    packages: &'static [&'static str],
}

pub const POSTGRES: Need = Need { what: "PostgreSQL 15 or newer", find: postgres_bin, packages: &["postgresql"] };
/// Without a font pages are measured with empty boxes; Chromium only recommends one.
pub const CHROMIUM: Need = Need { what: "Chromium", find: chromium, packages: &["chromium", "fonts-liberation"] };
/// Kills the product at a chosen system call.
pub const STRACE: Need = Need { what: "strace", find: strace, packages: &["strace"] };

/// Makes the environment of [`crate::schemathesis`].
pub const PYTHON: Need = Need { what: "Python 3 with venv", find: python, packages: &["python3", "python3-venv"] };

/// Sees to it that all of them are there.
pub fn system(needs: &[Need]) -> Result<()> {
    let missing: Vec<&Need> = needs.iter().filter(|need| (need.find)().is_none()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let names = missing.iter().map(|need| need.what).collect::<Vec<_>>().join(" and ");
    let packages: Vec<&str> = missing.iter().flat_map(|need| need.packages).copied().collect();
    let os_release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    if !is_debian(&os_release) {
        bail!("{names} not found: install the equivalent of Debian's packages {}", packages.join(", "));
    }
    if !is_root() {
        bail!("{names} not found: `sudo apt-get install {}` installs it", packages.join(" "));
    }
    step(&format!("installing {names}"), || {
        let apt = || {
            let mut apt = Command::new("apt-get");
            apt.env("DEBIAN_FRONTEND", "noninteractive").arg("--quiet=2");
            apt
        };
        exec(apt().arg("update"))?;
        exec(apt().args(["install", "--yes", "--no-install-recommends"]).args(&packages))
    })?;
    for need in missing {
        if (need.find)().is_none() {
            bail!("{} is installed but not where it is looked for", need.what);
        }
    }
    Ok(())
}

/// The folder of the newest server binaries, the way Debian lays them out, else those on the path.
pub fn postgres_bin() -> Option<PathBuf> {
    let installed = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|entry| entry.path());
    newest(installed.filter(|path| path.join("bin/initdb").exists()))
        .map(|path| path.join("bin"))
        .or_else(|| on_path("initdb").and_then(|file| file.parent().map(Path::to_owned)))
}

/// Folders are named by version; 9 comes before 15.
fn newest(folders: impl Iterator<Item = PathBuf>) -> Option<PathBuf> {
    folders
        .filter_map(|path| Some((path.file_name()?.to_str()?.parse::<u32>().ok()?, path)))
        .max()
        .map(|(_, path)| path)
}

/// The browser: the one that `CHROMIUM` names, else what the system has.
pub fn chromium() -> Option<PathBuf> {
    std::env::var_os("CHROMIUM")
        .map(PathBuf::from)
        .or_else(|| ["chromium", "chromium-browser", "google-chrome"].into_iter().find_map(on_path))
}

fn strace() -> Option<PathBuf> {
    on_path("strace")
}

/// Debian ships Python without what makes environments.
fn python() -> Option<PathBuf> {
    let python = on_path("python3")?;
    let has_venv = Command::new(&python).args(["-c", "import ensurepip, venv"]).output().ok()?.status.success();
    has_venv.then_some(python)
}

fn on_path(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|dir| dir.join(program)).find(|file| file.is_file())
}

/// Reads `/etc/os-release`: Debian itself or a distribution that says it is like it.
fn is_debian(os_release: &str) -> bool {
    os_release
        .lines()
        .filter_map(|line| line.split_once('='))
        .filter(|(key, _)| matches!(*key, "ID" | "ID_LIKE"))
        .flat_map(|(_, value)| value.trim_matches(['"', '\'']).split_whitespace())
        .any(|id| id == "debian")
}

pub fn is_root() -> bool {
    read(Command::new("id").arg("-u")).is_ok_and(|id| id == "0")
}

/// The compiler's part for wasm. `rust-toolchain.toml` names it, but not every rustup acts on that.
pub fn wasm_target(ws: &Workspace) -> Result<()> {
    let installed =
        read(Command::new("rustc").current_dir(&ws.root).args(["--print", "target-libdir", "--target", WASM]))?;
    if Path::new(&installed).is_dir() {
        return Ok(());
    }
    if on_path("rustup").is_none() {
        bail!("the Rust target {WASM} is missing: install Rust with rustup, or this target the way you installed Rust");
    }
    step("adding the Rust target for browsers", || {
        exec(Command::new("rustup").current_dir(&ws.root).args(["target", "add", WASM]))
    })
}

/// Brings `node_modules` to what the lock file says.
pub fn npm_packages(ws: &Workspace) -> Result<()> {
    let dir = ws.end2end();
    let lock = fs::read(dir.join("package-lock.json"))?;
    // A copy of the lock file is left beside the packages by a finished install only.
    let marker = dir.join("node_modules/.installed-lock.json");
    if fs::read(&marker).is_ok_and(|installed| installed == lock) {
        say("npm packages are up to date");
        return Ok(());
    }
    if on_path("npm").is_none() {
        bail!("npm is missing: install Node 20 or newer, which brings it");
    }
    step("installing npm packages", || {
        // The browser is the system's; Playwright's own download is not wanted.
        exec(
            Command::new("npm")
                .current_dir(&dir)
                .args(["ci", "--no-fund", "--no-audit"])
                .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1"),
        )?;
        Ok(fs::write(&marker, &lock)?)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debian_and_its_kin_are_known() {
        assert!(is_debian("PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nNAME=\"Debian GNU/Linux\"\nID=debian\n"));
        assert!(is_debian("ID=ubuntu\nID_LIKE=debian\n"));
        assert!(is_debian("ID=pop\nID_LIKE=\"ubuntu debian\"\n"));
        assert!(!is_debian("ID=fedora\nHOME_URL=\"https://example.org/debian\"\n"));
        assert!(!is_debian("ID=debianish\n"));
        assert!(!is_debian(""));
    }

    #[test]
    fn versions_are_numbers() {
        let folders = ["9", "15", "13", "common"].map(|name| Path::new("/usr/lib/postgresql").join(name));
        assert_eq!(newest(folders.into_iter()), Some(PathBuf::from("/usr/lib/postgresql/15")));
        assert_eq!(newest(std::iter::empty()), None);
    }

    #[test]
    fn programs_are_found_on_the_path_only() {
        assert!(on_path("sh").is_some());
        assert_eq!(on_path("deskbridge-has-no-such-program"), None);
    }
}
