//! What hooks answer: read strictly where it decides something, and bounded. Further keys are ignored.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

/// Of a text that is shown to people; the rest is cut off.
const MOST_CHARACTERS: usize = 1_000;
/// Of an id, a name or a file name; longer ones are refused, since a shortened id is another one.
const MOST_IN_ID: usize = 500;

/// The answer says something else than it has to; the text says what.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct WrongShape(pub(super) &'static str);

pub(super) trait Answer: Sized {
    /// As it comes over the wire.
    type Raw: DeserializeOwned;

    fn read(raw: Self::Raw) -> Result<Self, WrongShape>;
}

/// Of `verify`.
#[derive(Clone, PartialEq)]
pub enum Verified {
    /// `values` are derived ones, for fields of the manifest.
    Accepted { account: Option<Account>, values: Map<String, Value> },
    /// At least one mistake.
    Refused { errors: Vec<Mistake> },
}

/// The partner account that the entries lead to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub id: String,
    pub name: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The field's key; none when it is about all of them.
    pub field: Option<String>,
    /// In the partner's words.
    pub message: String,
}

/// Of `options`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionPage {
    pub items: Vec<OptionItem>,
    /// Cursor of the next page.
    pub next: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OptionItem {
    pub id: String,
    pub name: String,
    pub description: Option<String>,
    /// Why it cannot be chosen.
    pub disabled: Option<String>,
    /// Id of what it belongs to, in the source's `depends_on`.
    pub parent: Option<String>,
}

/// Of `actions`.
#[derive(Clone, PartialEq, Eq)]
pub enum ActionOutcome {
    Done { message: String },
    Download { file_name: String, media_type: String, bytes: Vec<u8> },
    Refused { message: String },
}

/// Of `facts`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Fact {
    Flag(bool),
    Count(u64),
}

pub type FactsByName = BTreeMap<String, Fact>;

#[derive(Deserialize)]
pub(super) struct RawVerified {
    ok: bool,
    account: Option<RawAccount>,
    values: Option<Map<String, Value>>,
    errors: Option<Vec<RawMistake>>,
}

#[derive(Deserialize)]
struct RawAccount {
    id: String,
    name: String,
}

#[derive(Deserialize)]
struct RawMistake {
    field: Option<String>,
    message: String,
}

impl Answer for Verified {
    type Raw = RawVerified;

    fn read(raw: RawVerified) -> Result<Self, WrongShape> {
        if raw.ok {
            let account = match raw.account {
                Some(RawAccount { id, name }) => Some(Account { id: known(id)?, name: named(&name)? }),
                None => None,
            };
            return Ok(Self::Accepted { account, values: raw.values.unwrap_or_default() });
        }
        let errors: Vec<Mistake> = raw
            .errors
            .unwrap_or_default()
            .into_iter()
            .filter(|mistake| !mistake.message.trim().is_empty())
            .map(|mistake| Mistake { field: mistake.field, message: shown(&mistake.message) })
            .collect();
        if errors.is_empty() { Err(WrongShape("a refusal without an error")) } else { Ok(Self::Refused { errors }) }
    }
}

#[derive(Deserialize)]
pub(super) struct RawPage {
    items: Vec<RawItem>,
    next: Option<String>,
}

#[derive(Deserialize)]
struct RawItem {
    id: String,
    name: String,
    description: Option<String>,
    disabled: Option<String>,
    parent: Option<String>,
}

impl Answer for OptionPage {
    type Raw = RawPage;

    fn read(raw: RawPage) -> Result<Self, WrongShape> {
        let item = |item: RawItem| {
            Ok(OptionItem {
                id: known(item.id)?,
                name: named(&item.name)?,
                description: item.description.as_deref().map(shown),
                disabled: item.disabled.as_deref().map(shown),
                parent: item.parent,
            })
        };
        Ok(Self {
            items: raw.items.into_iter().map(item).collect::<Result<_, WrongShape>>()?,
            next: raw.next.filter(|cursor| !cursor.is_empty()),
        })
    }
}

#[derive(Deserialize)]
pub(super) struct RawOutcome {
    ok: bool,
    message: Option<String>,
    download: Option<RawDownload>,
}

#[derive(Deserialize)]
struct RawDownload {
    file_name: String,
    media_type: String,
    base64: String,
}

impl Answer for ActionOutcome {
    type Raw = RawOutcome;

    fn read(raw: RawOutcome) -> Result<Self, WrongShape> {
        let message = raw.message.as_deref().map(shown).filter(|message| !message.trim().is_empty());
        match (raw.ok, raw.download, message) {
            (true, Some(download), _) => download.read(),
            (true, None, Some(message)) => Ok(Self::Done { message }),
            (false, _, Some(message)) => Ok(Self::Refused { message }),
            (true, None, None) => Err(WrongShape("neither a message nor a download")),
            (false, _, None) => Err(WrongShape("a refusal without a message")),
        }
    }
}

impl RawDownload {
    fn read(self) -> Result<ActionOutcome, WrongShape> {
        let file_name = known(self.file_name)?;
        let unsafe_in_name = |character: char| character.is_control() || matches!(character, '/' | '\\' | '"' | ':');
        if file_name.contains(unsafe_in_name) || file_name.starts_with('.') {
            return Err(WrongShape("a file name that is none"));
        }
        let in_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$&-^_.+".contains(&byte);
        let is_token = |text: &str| !text.is_empty() && text.bytes().all(in_token);
        match self.media_type.split_once('/') {
            Some((kind, subtype)) if is_token(kind) && is_token(subtype) => {}
            _ => return Err(WrongShape("a media type that is none")),
        }
        let bytes = STANDARD.decode(self.base64).map_err(|_| WrongShape("a download that is not base64"))?;
        Ok(ActionOutcome::Download { file_name, media_type: self.media_type, bytes })
    }
}

#[derive(Deserialize)]
pub(super) struct RawFacts {
    facts: FactsByName,
}

impl Answer for FactsByName {
    type Raw = RawFacts;

    fn read(raw: RawFacts) -> Result<Self, WrongShape> {
        Ok(raw.facts)
    }
}

/// A text that names something.
fn known(text: String) -> Result<String, WrongShape> {
    if text.trim().is_empty() {
        return Err(WrongShape("an empty id or name"));
    }
    if text.chars().count() > MOST_IN_ID {
        return Err(WrongShape("an id or name that is too long"));
    }
    Ok(text)
}

/// A name that people read.
fn named(text: &str) -> Result<String, WrongShape> {
    known(text.chars().filter(|character| !character.is_control()).collect())
}

/// A text that people read.
fn shown(text: &str) -> String {
    text.chars().filter(|character| !character.is_control() || *character == '\n').take(MOST_CHARACTERS).collect()
}
