//! Where the encryption keys come from. A key is `id:base64 of 32 bytes`; the first one seals.

use std::fmt;
use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use crate::random::Random;

/// Keys by id, newest first. Never empty.
#[derive(Clone)]
pub struct KeyRing {
    keys: Vec<(u32, Zeroizing<[u8; 32]>)>,
}

impl KeyRing {
    /// # Errors
    /// Says which entry is wrong, never what it holds.
    pub fn parse<S: AsRef<str>>(entries: &[S]) -> Result<Self, String> {
        let mut keys: Vec<(u32, Zeroizing<[u8; 32]>)> = Vec::new();
        for (index, entry) in entries.iter().enumerate() {
            let place = index + 1;
            let (id, text) =
                entry.as_ref().trim().split_once(':').ok_or_else(|| format!("entry {place} is not id:base64"))?;
            let id: u32 = id.parse().map_err(|_| format!("entry {place}: the id must be a whole number"))?;
            let bytes = Zeroizing::new(STANDARD.decode(text).map_err(|_| format!("key {id} is not padded base64"))?);
            let key = <[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| format!("key {id} must be 32 bytes"))?;
            if key.iter().all(|byte| *byte == key[0]) {
                return Err(format!("key {id} is not random"));
            }
            if keys.iter().any(|(known, _)| *known == id) {
                return Err(format!("key id {id} stands there twice"));
            }
            keys.push((id, Zeroizing::new(key)));
        }
        if keys.is_empty() {
            return Err("at least one key is needed".into());
        }
        Ok(Self { keys })
    }

    pub fn keys(&self) -> impl Iterator<Item = (u32, &[u8; 32])> {
        self.keys.iter().map(|(id, key)| (*id, &**key))
    }

    /// The one that seals.
    pub fn newest(&self) -> u32 {
        self.keys.first().map_or(0, |(id, _)| *id)
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.keys.iter().map(|(id, _)| id)).finish()
    }
}

/// Given in the configuration, or a file beside an embedded database.
#[derive(Debug, Clone)]
pub enum KeySource {
    Given(KeyRing),
    /// `keys` beside the SQLite file, made on first start.
    Generated,
}

impl KeySource {
    pub(super) fn read(entries: Option<&[String]>) -> Result<Self, String> {
        match entries {
            None => Ok(KeySource::Generated),
            Some(entries) => {
                KeyRing::parse(entries).map(KeySource::Given).map_err(|problem| format!("encryption_keys: {problem}"))
            }
        }
    }

    /// The keys to use with the database in `database_file`.
    ///
    /// # Errors
    /// When a database exists but its key file does not (new keys would open nothing), when
    /// others can read the file, or when it cannot be written.
    pub fn load(&self, database_file: &Path, random: &Random) -> Result<KeyRing, String> {
        let KeySource::Generated = self else {
            let KeySource::Given(ring) = self else { return Err("encryption_keys: none".into()) };
            return Ok(ring.clone());
        };
        let path = key_file(database_file);
        match fs::read_to_string(&path) {
            Ok(text) => {
                let mode =
                    fs::metadata(&path).map_err(|error| format!("{}: {error}", path.display()))?.permissions().mode();
                if mode & 0o077 != 0 {
                    return Err(format!("{}: others can read this key file; run chmod 600 on it", path.display()));
                }
                let entries: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
                KeyRing::parse(&entries).map_err(|problem| format!("{}: {problem}", path.display()))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                if database_file.exists() {
                    return Err(format!(
                        "{}: the key file of {} is missing; restore it, since new keys open nothing",
                        path.display(),
                        database_file.display()
                    ));
                }
                let entry = generate_key(1, random);
                write_key_file(&path, &entry).map_err(|error| format!("{}: {error}", path.display()))?;
                KeyRing::parse(&[entry.as_str()])
            }
            Err(error) => Err(format!("{}: {error}", path.display())),
        }
    }
}

fn key_file(database_file: &Path) -> PathBuf {
    database_file.parent().unwrap_or(Path::new("")).join("keys")
}

/// A new entry for the ring.
pub fn generate_key(id: u32, random: &Random) -> Zeroizing<String> {
    Zeroizing::new(format!("{id}:{}", STANDARD.encode(*Zeroizing::new(random.bytes::<32>()))))
}

/// Durable before the first secret is sealed with it.
fn write_key_file(path: &Path, entry: &str) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Some(folder) = folder {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    }
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    writeln!(file, "{entry}")?;
    file.sync_all()?;
    fs::File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(id: u32, byte: u8) -> String {
        let mut bytes = [byte; 32];
        bytes[0] = byte.wrapping_add(1);
        format!("{id}:{}", STANDARD.encode(bytes))
    }

    #[test]
    fn a_ring_keeps_the_order_and_prints_no_key() {
        let ring = KeyRing::parse(&[key(2, 7), key(1, 9)]).unwrap();
        assert_eq!(ring.newest(), 2);
        assert_eq!(format!("{ring:?}"), "[2, 1]");
    }

    #[test]
    fn wrong_rings_are_named_without_their_content() {
        let zeros = format!("1:{}", STANDARD.encode([0_u8; 32]));
        for (entries, part) in [
            (vec![], "at least one"),
            (vec!["abc".to_owned()], "entry 1"),
            (vec!["x:abc".to_owned()], "whole number"),
            (vec!["1:!!".to_owned()], "base64"),
            (vec!["1:YWJj".to_owned()], "32 bytes"),
            (vec![key(1, 3), key(1, 4)], "twice"),
            (vec![zeros], "not random"),
        ] {
            let problem = KeyRing::parse(&entries).unwrap_err();
            assert!(problem.contains(part), "{problem}");
            assert!(!problem.contains("YWJj"));
        }
    }

    #[test]
    fn the_key_file_is_made_once_private_and_never_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("deep/deskbridge.db");
        let random = Random::seeded(1);
        let first = KeySource::Generated.load(&database, &random).unwrap();
        let file = folder.path().join("deep/keys");
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        let again = KeySource::Generated.load(&database, &random).unwrap();
        assert_eq!(first.keys().next(), again.keys().next());

        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).unwrap();
        assert!(KeySource::Generated.load(&database, &random).unwrap_err().contains("chmod 600"));

        fs::remove_file(&file).unwrap();
        fs::write(&database, b"").unwrap();
        assert!(KeySource::Generated.load(&database, &random).unwrap_err().contains("missing"));
    }
}
