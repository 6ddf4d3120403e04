//! Every secret of a test is known here, with everything that the product said meanwhile; at the end of the test
//! none of them may be found in it, in any of the usual wrappings.
//!
//! What is searched at the end of each test: every answer to it with its headers, every log line of any level, and
//! the files of its SQLite database with what was deleted in them. `safety/secrets.rs` and `safety/canaries.rs` walk
//! through more: PostgreSQL, metrics, backups, what partner systems and OfficeRnD received.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::{self, Write};
use std::path::Path;
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use aho_corasick::AhoCorasick;
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::header::{HeaderMap, SET_COOKIE};
use secrecy::ExposeSecret as _;
use serde_json::Value;
use server::config::LogFormat;
use server::manifest::Integration;
use server::telemetry;
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::util::SubscriberInitExt as _;

use super::Answer;

/// Where a secret may stand, since it was asked for there. Everything else is a leak.
const SHOWN: &[Shown] = &[
    Shown { place: Place::Header("set-cookie"), why: "a cookie is set by the answer that makes it, and nowhere else" },
    Shown { place: Place::Member("/token", "access_token"), why: "the partner system asked for this token" },
    Shown { place: Place::Member("/event-endpoints", "secret"), why: "an endpoint's secret is shown when it is made" },
    Shown { place: Place::Member("/rotate", "secret"), why: "and so is the one that takes its place" },
];

struct Shown {
    place: Place,
    /// For those who read the table.
    why: &'static str,
}

enum Place {
    Header(&'static str),
    /// A member of the JSON that an address with this end answers.
    Member(&'static str, &'static str),
}

/// Shorter ones stand anywhere by chance.
pub const SHORTEST: usize = 16;
/// The rest of a longer answer is what the test itself sent.
const MOST_KEPT: usize = 512 * 1024;

/// Secrets by what they are.
#[derive(Debug, Default, Clone)]
pub struct Secrets(BTreeMap<String, &'static str>);

impl Secrets {
    pub fn add(&mut self, what: &'static str, secret: &str) {
        assert!(secret.len() >= SHORTEST, "{what} is too short to be searched for: {secret}");
        self.0.insert(secret.to_owned(), what);
    }

    pub fn extend(&mut self, more: &Self) {
        self.0.extend(more.0.clone());
    }

    /// Where one kind may stand.
    pub fn forget(&mut self, what: &str) {
        self.0.retain(|_, known| *known != what);
    }

    /// What each is, once.
    pub fn kinds(&self) -> Vec<&'static str> {
        self.0.values().copied().collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// Everything that the simulated OfficeRnD gave out, from `GET /control/state?reveal=true`.
    pub fn of_officernd(&mut self, state: &Value) {
        for (what, key) in [("code", "codes"), ("access token", "access_tokens"), ("refresh token", "refresh_tokens")] {
            for secret in state[key].as_object().into_iter().flatten().map(|(secret, _)| secret) {
                self.add(what, secret);
            }
        }
        for (what, key) in [("integration secret", "integrations"), ("subscription secret", "subscriptions")] {
            for entry in state[key].as_object().into_iter().flatten().map(|(_, entry)| entry) {
                self.add(what, entry["secret"].as_str().unwrap());
            }
        }
    }

    /// What stands at the end of a signed address or header.
    pub fn of_signature(&mut self, signed: &str) {
        let end = signed.rsplit("signature=").next().unwrap_or_default();
        let end = end.rsplit("%2C").next().unwrap_or_default().rsplit("3D").next().unwrap_or_default();
        // Zeros are no signature, and stand in every file.
        let is_one = end.bytes().all(|byte| byte.is_ascii_hexdigit()) && end.bytes().any(|byte| byte != b'0');
        if end.len() == 64 && is_one {
            self.add("signature", end);
        }
    }

    /// Those that a manifest names.
    pub fn of_integration(&mut self, integration: &Integration) {
        self.add("client secret", integration.client.client_secret.expose_secret());
        if let Some(partner) = &integration.partner {
            self.add("hook secret", partner.secret.expose_secret().trim_start_matches("whsec_"));
            if let Some(oauth) = &partner.oauth {
                self.add("partner's client secret", oauth.client_secret.expose_secret());
            }
        }
    }

    /// The key of an `id:base64` pair.
    pub fn of_key(&mut self, pair: &str) {
        let key = pair.split_once(':').unwrap().1;
        self.add("encryption key", key.trim_end_matches('='));
        self.add("encryption key", &hex::encode(STANDARD.decode(key).unwrap()));
    }

    /// What is found there, and how it is wrapped.
    pub fn found_in(&self, haystack: &[u8]) -> Vec<String> {
        self.search().found_in(haystack)
    }

    /// For many places: it takes longer to make than to use.
    pub fn search(&self) -> Search {
        let (mut patterns, mut names) = (Vec::new(), Vec::new());
        for (secret, what) in &self.0 {
            for (form, pattern) in forms(secret) {
                patterns.push(pattern);
                names.push(format!("{what} {form}"));
            }
        }
        Search { patterns: AhoCorasick::new(&patterns).unwrap(), names }
    }
}

/// All forms of all secrets.
pub struct Search {
    patterns: AhoCorasick,
    names: Vec<String>,
}

impl Search {
    pub fn found_in(&self, haystack: &[u8]) -> Vec<String> {
        let found = self.patterns.find_overlapping_iter(haystack);
        found.map(|found| self.names[found.pattern().as_usize()].clone()).collect::<BTreeSet<_>>().into_iter().collect()
    }
}

/// A secret as it may stand somewhere.
fn forms(secret: &str) -> Vec<(&'static str, Vec<u8>)> {
    let bytes = secret.as_bytes();
    let percent = utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string();
    let lower = utf8_percent_encode(secret, NON_ALPHANUMERIC).map(|part| match part.strip_prefix('%') {
        Some(escape) => format!("%{}", escape.to_ascii_lowercase()),
        None => part.to_owned(),
    });
    let whole: String = bytes.iter().map(|byte| format!("%{byte:02X}")).collect();
    let mut forms = vec![
        ("in clear", bytes.to_vec()),
        ("in hex", hex::encode(bytes).into_bytes()),
        ("in hex", hex::encode_upper(bytes).into_bytes()),
        ("percent-encoded", whole.to_ascii_lowercase().into_bytes()),
        ("percent-encoded", whole.into_bytes()),
    ];
    if percent != secret {
        forms.push(("percent-encoded", lower.collect::<String>().into_bytes()));
        forms.push(("percent-encoded", percent.into_bytes()));
    }
    // What is written in hex, also with dashes as an UUID is, stands for bytes.
    if let Ok(raw) = hex::decode(secret.replace('-', ""))
        && raw.len() >= SHORTEST
    {
        forms.push(("in bytes", raw));
    }
    for start in 0..3 {
        // Inside a longer text base64 begins at any of three places; its borders are left out.
        let padded = [&vec![0; start], bytes].concat();
        for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
            let encoded = engine.encode(&padded);
            forms.push(("in base64", encoded.as_bytes()[4..encoded.len() - 2].to_vec()));
        }
    }
    forms
}

/// What the product logs in this process, with `RUST_LOG=trace`.
#[derive(Clone, Copy)]
struct Log;

static LOGGED: Mutex<Vec<u8>> = Mutex::new(Vec::new());
/// There is one subscriber in a process.
static LOG: LazyLock<()> = LazyLock::new(|| telemetry::subscriber(LogFormat::Json, Some("trace"), Log).init());

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        lock(&LOGGED).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Log;

    fn make_writer(&'a self) -> Log {
        *self
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[derive(Default)]
struct Watched {
    secrets: Secrets,
    answers: Vec<String>,
    /// What else went out, with its name.
    others: Vec<(&'static str, Vec<u8>)>,
}

/// By the address of the product. Tests run side by side.
static WATCHED: LazyLock<Mutex<HashMap<String, Watched>>> = LazyLock::new(Mutex::default);

/// Watches one product from its start to its end.
pub struct Watch {
    origin: String,
    logged: usize,
}

impl Drop for Watch {
    fn drop(&mut self) {
        lock(&WATCHED).remove(&self.origin);
    }
}

impl Watch {
    pub fn start(origin: &str) -> Self {
        LazyLock::force(&LOG);
        lock(&WATCHED).insert(origin.to_owned(), Watched::default());
        Self { origin: origin.to_owned(), logged: lock(&LOGGED).len() }
    }

    pub fn know(&self, learn: impl FnOnce(&mut Secrets)) {
        if let Some(watched) = lock(&WATCHED).get_mut(&self.origin) {
            learn(&mut watched.secrets);
        }
    }

    pub fn secrets(&self) -> Secrets {
        lock(&WATCHED)[&self.origin].secrets.clone()
    }

    /// Answers so far, without what [`SHOWN`] allows.
    pub fn answers(&self) -> Vec<String> {
        lock(&WATCHED)[&self.origin].answers.clone()
    }

    /// Something else that must hold no secret, at the end of the test as well.
    pub fn look_through(&self, place: &'static str, bytes: Vec<u8>) {
        if let Some(watched) = lock(&WATCHED).get_mut(&self.origin) {
            watched.others.push((place, bytes));
        }
    }

    /// Every line since the start, also of tests beside this one.
    pub fn log(&self) -> Vec<u8> {
        lock(&LOGGED)[self.logged..].to_vec()
    }

    /// Every leak, with the place where it is. `database` is the file of SQLite.
    pub fn leaks(&self, database: Option<&Path>) -> Vec<String> {
        let search = self.secrets().search();
        let mut leaks = Vec::new();
        let mut look = |place: &str, bytes: &[u8]| {
            leaks.extend(search.found_in(bytes).into_iter().map(|found| format!("{found} in {place}")));
        };
        look("the log", &self.log());
        for answer in self.answers() {
            look("an answer", answer.as_bytes());
        }
        let others = lock(&WATCHED)[&self.origin].others.clone();
        for (place, bytes) in &others {
            look(place, bytes);
        }
        for (name, bytes) in database.map(files_of).unwrap_or_default() {
            look(&name, &bytes);
        }
        leaks
    }
}

/// The file of SQLite and what stands beside it, whatever of it is in use.
pub fn files_of(database: &Path) -> Vec<(String, Vec<u8>)> {
    let name = database.file_name().unwrap().to_string_lossy().into_owned();
    // The folder of another process may be gone before this one's test ends.
    let Ok(files) = std::fs::read_dir(database.parent().unwrap()) else { return Vec::new() };
    let files = files.map(|entry| entry.unwrap().path());
    files
        .filter_map(|path| {
            let file = path.file_name()?.to_string_lossy().into_owned();
            file.starts_with(&name).then(|| (file, std::fs::read(&path).unwrap_or_default()))
        })
        .collect()
}

/// Keeps an answer that a product under watch gave, and knows the cookies that it set.
pub fn keep(url: &url::Url, answer: &Answer) {
    let origin = url.origin().ascii_serialization();
    let mut all = lock(&WATCHED);
    let Some(watched) = all.get_mut(&origin) else { return };
    for cookie in answer.headers.get_all(SET_COOKIE) {
        let pair = cookie.to_str().unwrap().split(';').next().unwrap();
        if let Some((_, value)) = pair.split_once('=').filter(|(_, value)| value.len() >= SHORTEST) {
            watched.secrets.add("cookie", value);
        }
    }
    let kept = cleared(url.path(), &answer.headers, &answer.text);
    watched.answers.push(format!("{} {}\n{kept}", url.path(), answer.status));
}

/// Headers and body without what may stand there.
fn cleared(path: &str, headers: &HeaderMap, body: &str) -> String {
    let mut kept = String::new();
    for (name, value) in headers {
        let shown = |shown: &Shown| matches!(shown.place, Place::Header(header) if header == name.as_str());
        if !SHOWN.iter().any(shown) {
            kept.push_str(&format!("{name}: {}\n", String::from_utf8_lossy(value.as_bytes())));
        }
    }
    let mut body = body.to_owned();
    for shown in SHOWN {
        if let Place::Member(end, member) = shown.place
            && path.ends_with(end)
            && let Ok(mut json) = serde_json::from_str::<Value>(&body)
            && json.get(member).is_some()
        {
            json[member] = Value::Null;
            body = json.to_string();
        }
    }
    body.truncate(body.floor_char_boundary(MOST_KEPT));
    kept + &body
}
