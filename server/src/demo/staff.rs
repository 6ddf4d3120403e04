//! Logins for the demo's dashboard: one of each role, with a password that only this data folder has.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use anyhow::Context as _;
use app::role::Role;
use secrecy::{ExposeSecret as _, SecretString};

use crate::services::staff::team;
use crate::state::App;

const FILE: &str = "staff-password";

/// What a person signs in with.
pub struct Login {
    pub emails: Vec<(Role, String)>,
    pub password: SecretString,
}

/// Makes the accounts that are not there yet.
pub(super) async fn give(app: &App, folder: &Path) -> anyhow::Result<Login> {
    let password = password(app, &folder.join(FILE))?;
    let mut emails = Vec::new();
    for (role, name) in [
        (Role::Owner, "Olivia Oduya"),
        (Role::Engineer, "Emil Engström"),
        (Role::Support, "Ravi Shah"),
        (Role::Viewer, "Vera Vidal"),
    ] {
        let email = format!("{role}@partner.example");
        let hash = app.passwords.hash(&app.random, password.clone()).await?;
        // One that is there keeps what somebody made of it.
        team::add(&app.db, &app.random, &app.clock, (email.clone(), name.to_owned(), role), &hash).await?;
        emails.push((role, email));
    }
    Ok(Login { emails, password })
}

/// The one of before, or a new one that only the owner of the folder can read.
fn password(app: &App, file: &Path) -> anyhow::Result<SecretString> {
    if let Ok(known) = fs::read_to_string(file)
        && !known.trim().is_empty()
    {
        return Ok(SecretString::from(known.trim()));
    }
    let token = app.random.token();
    let password: String = token.expose_secret().chars().filter(char::is_ascii_alphanumeric).take(16).collect();
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut open = options.open(file).with_context(|| format!("{} cannot be written", file.display()))?;
    writeln!(open, "{password}")?;
    Ok(SecretString::from(password))
}
