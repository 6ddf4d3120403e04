//! `backup`: the database at one moment, in a file of its own; never the keys. The file is there when it is
//! whole and on disk, and not before.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use tempfile::{NamedTempFile, TempPath};
use url::Url;

use super::{End, Outside, say};
use crate::config::DatabaseUrl;
use crate::storage::{Db, sealed};

/// What the driver understands and `pg_dump` does not.
const DRIVER_ONLY: [&str; 1] = ["statement-cache-capacity"];
/// What `pg_dump` may see of our environment. Nothing of ours: it needs no keys.
const FOR_PG_DUMP: [&str; 6] = ["PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "USER"];

pub(super) async fn backup(outside: &Outside, file: &Path) -> Result<(), End> {
    let config = outside.config()?;
    outside.start_log(config.log_format);
    if file.exists() {
        return Err(End::Refused(format!("{} exists already; name a new file", file.display())));
    }
    if let DatabaseUrl::Sqlite(path) = &config.database
        && !path.exists()
    {
        return Err(End::Refused(format!("database_url: there is no database {} yet", path.display())));
    }
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let folder_failed = |error| End::Failed(anyhow::anyhow!("{}: {error}", folder.display()));
    // Private from the beginning: the mode of temporary files is 0600.
    let unfinished = NamedTempFile::with_prefix_in(".deskbridge-backup-", folder).map_err(folder_failed)?;
    let unfinished = unfinished.into_temp_path();
    let db = Db::open(&config.database).await?;
    // Counted first: what is sealed meanwhile can only add a key that is newer.
    let keys: Vec<String> = sealed::counts(db.read()).await?.into_keys().map(|key| key.to_string()).collect();
    let saved = match &config.database {
        DatabaseUrl::Sqlite(_) => embedded(&db, &unfinished).await,
        DatabaseUrl::Postgres(url) => dumped(url, &unfinished, &outside.variables).await,
    };
    db.close().await;
    saved?;
    let bytes = publish(unfinished, file, folder).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => {
            End::Refused(format!("{} was made by somebody else meanwhile; name a new file", file.display()))
        }
        _ => End::Failed(anyhow::anyhow!("{}: {error}", file.display())),
    })?;
    say(format_args!("{:?} is saved in {} ({bytes} bytes).", config.database, file.display()));
    say(match keys.as_slice() {
        [] => "No secret is in it.".to_owned(),
        [key] => format!("It is worthless without key {key}, which is not in it: back the keys up apart."),
        keys => {
            format!("It is worthless without the keys {}, which are not in it: back them up apart.", keys.join(", "))
        }
    });
    Ok(())
}

async fn embedded(db: &Db, file: &Path) -> Result<(), End> {
    let path = file.to_str().ok_or_else(|| End::Refused(format!("{} is no UTF-8", file.display())))?;
    Ok(db.copy_to(path).await?)
}

/// `pg_dump`, since it is what whoever restores this knows. The password is in no argument that others can see.
async fn dumped(url: &str, file: &Path, variables: &HashMap<String, String>) -> Result<(), End> {
    let mut url = Url::parse(url)?;
    let password = url.password().map(percent_decode);
    // Both fail only where a URL has no host, and then it has no password.
    let _ = url.set_password(None);
    let kept: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(name, _)| !DRIVER_ONLY.contains(&name.as_ref()))
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    url.set_query(None);
    if !kept.is_empty() {
        url.query_pairs_mut().extend_pairs(kept);
    }
    let mut command = Command::new("pg_dump");
    command.args(["--format=custom", "--no-owner", "--no-privileges", "--no-password"]);
    command.arg("--file").arg(file).arg("--dbname").arg(url.as_str());
    command.env_clear().stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    command.envs(variables.iter().filter(|(name, _)| FOR_PG_DUMP.contains(&name.as_str()) || name.starts_with("PG")));
    if let Some(password) = password {
        command.env("PGPASSWORD", password);
    }
    let output = tokio::task::spawn_blocking(move || command.output()).await?.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => End::Failed(anyhow::anyhow!(
            "a backup of PostgreSQL is made by pg_dump, which is not in PATH; install PostgreSQL's client programs (Debian: postgresql-client), of the server's version or newer"
        )),
        _ => End::Failed(anyhow::anyhow!("pg_dump cannot be started: {error}")),
    })?;
    if output.status.success() {
        return Ok(());
    }
    let words = String::from_utf8_lossy(&output.stderr);
    Err(End::Failed(anyhow::anyhow!("pg_dump failed ({}): {}", output.status, words.trim())))
}

fn percent_decode(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// On disk, then under its name, which nobody else may have taken.
fn publish(unfinished: TempPath, file: &Path, folder: &Path) -> io::Result<u64> {
    let written = fs::File::open(&unfinished)?;
    written.sync_all()?;
    unfinished.persist_noclobber(file).map_err(|failed| failed.error)?;
    fs::File::open(folder)?.sync_all()?;
    Ok(written.metadata()?.len())
}
