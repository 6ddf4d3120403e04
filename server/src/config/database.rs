//! Which database, without its password in any log.

use std::fmt;
use std::path::{Path, PathBuf};

use url::Url;

/// May hold a password, so it prints without one.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    Sqlite(PathBuf),
    Postgres(String),
}

impl DatabaseUrl {
    /// The file of an embedded database; empty for a server.
    pub fn file(&self) -> &Path {
        match self {
            DatabaseUrl::Sqlite(path) => path,
            DatabaseUrl::Postgres(_) => Path::new(""),
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DatabaseUrl::Sqlite(path) => write!(f, "sqlite {}", path.display()),
            DatabaseUrl::Postgres(url) => match Url::parse(url) {
                Ok(url) => write!(f, "postgres {}{}", url.host_str().unwrap_or("local socket"), url.path()),
                Err(_) => f.write_str("postgres"),
            },
        }
    }
}
