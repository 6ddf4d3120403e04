//! Where the encryption keys come from. A key is `id:base64 of 32 bytes`; the first one seals.

use std::fmt;
use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

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
                return Err(format!("key id {id} stands there twice, but each key needs an id of its own"));
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
            Some(entries) => KeyRing::parse(entries).map(KeySource::Given).map_err(|problem| {
                format!("encryption_keys: {problem}; make a key with: echo \"ID:$(head -c 32 /dev/urandom | base64)\"")
            }),
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
        let file = KeyFile::beside(database_file);
        match file.read() {
            Err(KeyFileError::Missing) => {}
            read => return read.map_err(|error| file.explain(&error)),
        }
        if database_file.exists() {
            return Err(format!(
                "{}: the key file of {} is missing; restore it, since new keys open nothing",
                file.path.display(),
                database_file.display()
            ));
        }
        let entry = generate_key(1, random);
        file.make(&entry).map_err(|error| file.explain(&error.into()))?;
        KeyRing::parse(&[entry.as_str()])
    }

    /// The file that holds these keys, where it is ours to change.
    pub fn file(&self, database_file: &Path) -> Option<KeyFile> {
        matches!(self, KeySource::Generated).then(|| KeyFile::beside(database_file))
    }
}

/// A new entry for the ring.
pub fn generate_key(id: u32, random: &Random) -> Zeroizing<String> {
    Zeroizing::new(format!("{id}:{}", STANDARD.encode(*Zeroizing::new(random.bytes::<32>()))))
}

/// The file `keys`: a key a line, newest first.
#[derive(Debug, Clone)]
pub struct KeyFile {
    path: PathBuf,
}

#[derive(Debug, thiserror::Error)]
pub enum KeyFileError {
    #[error("there is no key file")]
    Missing,
    #[error("others can read this key file; run chmod 600 on it")]
    Open,
    #[error("{0}")]
    Unreadable(#[from] io::Error),
    #[error("{0}")]
    Wrong(String),
}

impl KeyFile {
    fn beside(database_file: &Path) -> Self {
        Self { path: database_file.parent().unwrap_or(Path::new("")).join("keys") }
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn explain(&self, error: &KeyFileError) -> String {
        format!("{}: {error}", self.path.display())
    }

    /// # Errors
    /// When it is missing, others can read it, or it holds no keys.
    pub fn read(&self) -> Result<KeyRing, KeyFileError> {
        let text = self.text()?;
        let entries: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
        KeyRing::parse(&entries).map_err(KeyFileError::Wrong)
    }

    /// When it was changed last; none while it cannot be looked at.
    pub fn modified(&self) -> Option<SystemTime> {
        fs::metadata(&self.path).and_then(|found| found.modified()).ok()
    }

    /// Keeps other processes from adding a key, until the value is dropped.
    ///
    /// # Errors
    /// When its folder cannot be locked.
    pub fn lock(&self) -> io::Result<fs::File> {
        let folder = fs::File::open(self.folder())?;
        folder.lock()?;
        Ok(folder)
    }

    /// Adds a new key before the others. Whoever reads meanwhile finds the old file or the new one, whole.
    ///
    /// # Errors
    /// When the file cannot be read or replaced; it is unchanged then.
    pub fn add_key(&self, random: &Random) -> Result<KeyRing, KeyFileError> {
        let newest = self.read()?.keys().map(|(id, _)| id).max().unwrap_or(0);
        let id =
            newest.checked_add(1).ok_or_else(|| KeyFileError::Wrong("there is no id above the last one".into()))?;
        let entry = generate_key(id, random);
        let text = Zeroizing::new(format!("{}\n{}", *entry, *self.text()?));
        let new = self.path.with_file_name("keys.new");
        // Left by a process that died here; nothing was sealed with what it holds.
        match fs::remove_file(&new) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
        write_private(&new, &text)?;
        fs::rename(&new, &self.path)?;
        self.sync_folder()?;
        self.read()
    }

    /// Durable before the first secret is sealed with it.
    fn make(&self, entry: &str) -> io::Result<()> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(self.folder())?;
        write_private(&self.path, &format!("{entry}\n"))?;
        self.sync_folder()
    }

    fn text(&self) -> Result<Zeroizing<String>, KeyFileError> {
        let text = fs::read_to_string(&self.path).map(Zeroizing::new).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => KeyFileError::Missing,
            _ => error.into(),
        })?;
        if fs::metadata(&self.path)?.permissions().mode() & 0o077 != 0 {
            return Err(KeyFileError::Open);
        }
        Ok(text)
    }

    fn folder(&self) -> &Path {
        self.path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
    }

    fn sync_folder(&self) -> io::Result<()> {
        fs::File::open(self.folder())?.sync_all()
    }
}

fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
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
    #[test]
    fn a_new_key_stands_before_the_old_ones_in_a_file_that_stays_private() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("deskbridge.db");
        let random = Random::seeded(1);
        let first = KeySource::Generated.load(&database, &random).unwrap();
        let file = KeySource::Generated.file(&database).unwrap();
        fs::write(folder.path().join("keys.new"), "left by a process that died").unwrap();
        let lock = file.lock().unwrap();
        let added = file.add_key(&random).unwrap();
        drop(lock);
        assert_eq!(format!("{added:?}"), "[2, 1]");
        assert_eq!(added.keys().nth(1), first.keys().next(), "the old key is still there");
        assert_eq!(fs::metadata(file.path()).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
        assert_eq!(KeySource::Generated.load(&database, &random).unwrap().newest(), 2);

        assert!(KeySource::Given(added).file(&database).is_none(), "given keys are not ours to change");
        fs::set_permissions(file.path(), fs::Permissions::from_mode(0o640)).unwrap();
        assert!(matches!(file.add_key(&random), Err(KeyFileError::Open)));
    }
}
