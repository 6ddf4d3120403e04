//! Names of the settings form: how each control posts, and how the server reads it back.
//!
//! Everything in a form is named by a [`Path`]: a field, perhaps a row of it, perhaps a column. A row is the id of an
//! entity (`*` for all others), the place of a thing in a list (`0`, `1`, …), a weekday (`mon`) or a language. A
//! control may post several [`Part`]s of one value. Numbers and amounts are posted as people write them in the page's
//! language: a comma is a decimal point unless a point stands behind it.
//!
//! | name | what it says |
//! |---|---|
//! | `version` | what the page showed, [`SettingsView::version`](crate::ports::SettingsView) word for word |
//! | `own` (repeated) | a path whose control follows and which has a value of its own from now on, whatever it is |
//! | `see` (repeated) | a path whose control follows and which has no value of its own; it gets one only when what is posted differs from what was in force |
//! | `reset` (repeated) | a path that is inherited again once the form is saved |
//! | `f.…` | the value, [`Path::name`] and [`Path::part`]; repeated for several |
//! | `q.…` | what is looked for in the list of this path, [`Path::search`] |
//! | `s.…` | what was looked for when the page was made, [`Path::searched`]; a `return` that comes with another `q.…` means Find |
//! | `p.…` | how many pages of that list were loaded, [`Path::pages`] |
//! | `about` | a member or booking that is asked about; a `return` that comes with one means Explain |
//! | `then` | the id of the section to show after Save, on a guided visit with a page for each section |
//! | `act` | the button, [`Act`]; exactly one |
//!
//! What has neither `own` nor `see` nor `reset` was not on the page and stays as it is. Check boxes post nothing when
//! they are off, which is why each control is announced. At a location, yes or no is three radio buttons with the
//! values `inherit`, `on` and `off` and is announced by neither: `inherit` is a reset.

use std::fmt;
use std::str::FromStr;

/// A field, and the way to something inside it: a row, a column of that row, and there again the day of a schedule or
/// the place of one of several.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path {
    pub field: String,
    pub inside: Vec<String>,
}

/// A piece of a value that has a control of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part<'p> {
    /// An amount in a currency.
    Currency(&'p str),
    /// The unit of a length of time.
    Unit,
    /// The first and the last of a period; when a span opens and closes.
    From,
    To,
    /// `any` or `all`.
    Operator,
    /// Both sides of a pair, which way it is copied (`to_partner`, `to_officernd`, `both`), and its lines
    /// `left = right` of paired options.
    Left,
    Right,
    Direction,
    Values,
    /// The day a secret expires, `YYYY-MM-DD`.
    Expires,
    /// Make the secret up: `yes`.
    Make,
    /// The secret was typed and did not come back with the page: `yes`. No value of the field; it keeps the page
    /// saying so until the secret is typed.
    Again,
    /// What an Add button adds: an option, or a language.
    Add,
    /// The location that may differ from a locked field. No value of the field.
    Except,
}

impl Part<'_> {
    fn word(&self) -> &str {
        match self {
            Part::Currency(code) => code,
            Part::Unit => "unit",
            Part::From => "from",
            Part::To => "to",
            Part::Operator => "operator",
            Part::Left => "left",
            Part::Right => "right",
            Part::Direction => "direction",
            Part::Values => "values",
            Part::Expires => "expires",
            Part::Make => "make",
            Part::Again => "again",
            Part::Add => "add",
            Part::Except => "except",
        }
    }
}

impl Path {
    pub fn field(field: impl Into<String>) -> Self {
        Path { field: field.into(), inside: Vec::new() }
    }

    /// One step further in: a row of a field, a column of a row.
    #[must_use]
    pub fn at(&self, step: impl Into<String>) -> Self {
        let mut path = self.clone();
        path.inside.push(step.into());
        path
    }

    pub fn row(&self) -> Option<&str> {
        self.inside.first().map(String::as_str)
    }

    pub fn column(&self) -> Option<&str> {
        self.inside.get(1).map(String::as_str)
    }

    /// The name of the control, which is its id as well: `f.plan_groups.plan-hot`.
    pub fn name(&self) -> String {
        format!("f.{self}")
    }

    /// The name of a part of it: `f.fees.card.fixed:EUR`.
    pub fn part(&self, part: &Part<'_>) -> String {
        format!("f.{self}:{}", part.word())
    }

    pub fn search(&self) -> String {
        format!("q.{self}")
    }

    pub fn searched(&self) -> String {
        format!("s.{self}")
    }

    pub fn pages(&self) -> String {
        format!("p.{self}")
    }

    /// The path and the part in the name of a control; none for another name.
    pub fn of_name(name: &str) -> Option<(Path, Option<&str>)> {
        let rest = name.strip_prefix("f.")?;
        match rest.split_once(':') {
            Some((path, part)) => Some((path.parse().ok()?, Some(part))),
            None => Some((rest.parse().ok()?, None)),
        }
    }
}

/// `field.row.column`; a byte that is no letter, digit, `-`, `_` or `*` is `%` and two hexadecimal digits.
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, part) in std::iter::once(&self.field).chain(&self.inside).enumerate() {
            if number > 0 {
                f.write_str(".")?;
            }
            for byte in part.bytes() {
                match byte {
                    b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'*' => write!(f, "{}", byte as char)?,
                    other => write!(f, "%{other:02X}")?,
                }
            }
        }
        Ok(())
    }
}

/// A span of a day of a schedule of a thing in a list.
const DEEPEST: usize = 4;

/// The text is no path as [`Path`] writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a path of a form")]
pub struct NotAPath;

impl FromStr for Path {
    type Err = NotAPath;

    /// Accepts exactly what `Display` writes, so that one thing has one name.
    fn from_str(text: &str) -> Result<Self, NotAPath> {
        let mut parts = text.split('.').map(plain);
        let field = parts.next().ok_or(NotAPath)??;
        let inside: Vec<String> = parts.take(DEEPEST + 1).collect::<Result<_, _>>()?;
        let path = Path { field, inside };
        if path.inside.len() <= DEEPEST && path.to_string() == text { Ok(path) } else { Err(NotAPath) }
    }
}

fn plain(part: &str) -> Result<String, NotAPath> {
    if part.is_empty() {
        return Err(NotAPath);
    }
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let mut digit = || rest.next().and_then(|digit| char::from(digit).to_digit(16)).ok_or(NotAPath);
            let (high, low) = (digit()?, digit()?);
            bytes.push(u8::try_from(high * 16 + low).map_err(|_| NotAPath)?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).map_err(|_| NotAPath)
}

/// A button. Written and read as `verb` or `verb:what`. Those that store nothing answer with the page as it was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// On the settings page, and on the pages that ask before it is saved.
    Save,
    /// The first button of the settings form, which nobody sees: Return presses it. It looks up what was typed for
    /// that, and saves where nothing was.
    Return,
    /// Runs an action field with what is typed: its key. Typed settings are not saved.
    Run(String),
    /// What saving would change.
    Preview,
    /// Opens a control here with the value that is in force, or takes a pending reset back.
    Own(Path),
    /// Closes the control; saved, it is inherited again.
    Reset(Path),
    /// One more: a thing, a period, a span of a weekday, a number, a pair; an option or language that [`Part::Add`] names.
    Add(Path),
    /// Takes one away: the row of the path, in order of the form.
    Drop(Path),
    Up(Path),
    Down(Path),
    /// Looks for [`Path::search`] in the list.
    Find(Path),
    /// One page more of the list.
    More(Path),
    /// Fetches the lists of this field again.
    Refresh(String),
    /// The organization sets this field for all locations, or no longer: its key. Stored at once, as are exceptions;
    /// answered with the page as it was typed.
    Lock(String),
    Unlock(String),
    /// Lets this location differ from a locked field, or no longer: field, and the location as row; of the field alone,
    /// the location that [`Part::Except`] names.
    Except(Path),
    Unexcept(Path),
    /// Asks the partner system about the member or booking in `about`.
    Explain,
    /// A file of the partner: its key. What is typed is not saved, and comes back with the page where there is no file.
    File(String),
    /// The effective settings, `csv` or `json`. Posted by a form of its own.
    Export(String),
    /// On the page of a conflict and of a confirmation: back to the form as it was typed.
    Edit,
    /// What was typed is thrown away.
    Discard,
    /// Fills the form with what an ended visit left behind.
    Resume,
    /// Makes a version of the history the current one, as a change of its own: the revision's id.
    Restore(String),
}

impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Act::Save => f.write_str("save"),
            Act::Return => f.write_str("return"),
            Act::Run(key) => write!(f, "run:{key}"),
            Act::Preview => f.write_str("preview"),
            Act::Own(path) => write!(f, "own:{path}"),
            Act::Reset(path) => write!(f, "reset:{path}"),
            Act::Add(path) => write!(f, "add:{path}"),
            Act::Drop(path) => write!(f, "drop:{path}"),
            Act::Up(path) => write!(f, "up:{path}"),
            Act::Down(path) => write!(f, "down:{path}"),
            Act::Find(path) => write!(f, "find:{path}"),
            Act::More(path) => write!(f, "more:{path}"),
            Act::Refresh(key) => write!(f, "refresh:{key}"),
            Act::Lock(key) => write!(f, "lock:{key}"),
            Act::Unlock(key) => write!(f, "unlock:{key}"),
            Act::Except(path) => write!(f, "except:{path}"),
            Act::Unexcept(path) => write!(f, "unexcept:{path}"),
            Act::Explain => f.write_str("explain"),
            Act::File(key) => write!(f, "file:{key}"),
            Act::Export(format) => write!(f, "export:{format}"),
            Act::Edit => f.write_str("edit"),
            Act::Discard => f.write_str("discard"),
            Act::Resume => f.write_str("resume"),
            Act::Restore(revision) => write!(f, "restore:{revision}"),
        }
    }
}

/// The text names no button.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a button of a form")]
pub struct NotAnAct;

impl FromStr for Act {
    type Err = NotAnAct;

    fn from_str(text: &str) -> Result<Self, NotAnAct> {
        let (verb, what) = text.split_once(':').map_or((text, None), |(verb, what)| (verb, Some(what)));
        let path = || what.and_then(|what| what.parse().ok()).ok_or(NotAnAct);
        let word = || what.filter(|what| !what.is_empty()).map(str::to_owned).ok_or(NotAnAct);
        match verb {
            "save" | "return" | "preview" | "explain" | "edit" | "discard" | "resume" if what.is_some() => {
                Err(NotAnAct)
            }
            "save" => Ok(Act::Save),
            "return" => Ok(Act::Return),
            "preview" => Ok(Act::Preview),
            "explain" => Ok(Act::Explain),
            "edit" => Ok(Act::Edit),
            "discard" => Ok(Act::Discard),
            "resume" => Ok(Act::Resume),
            "run" => word().map(Act::Run),
            "own" => path().map(Act::Own),
            "reset" => path().map(Act::Reset),
            "add" => path().map(Act::Add),
            "drop" => path().map(Act::Drop),
            "up" => path().map(Act::Up),
            "down" => path().map(Act::Down),
            "find" => path().map(Act::Find),
            "more" => path().map(Act::More),
            "refresh" => word().map(Act::Refresh),
            "lock" => word().map(Act::Lock),
            "unlock" => word().map(Act::Unlock),
            "except" => path().map(Act::Except),
            "unexcept" => path().map(Act::Unexcept),
            "file" => word().map(Act::File),
            "export" => word().map(Act::Export),
            "restore" => word().map(Act::Restore),
            _ => Err(NotAnAct),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_reads_back_whatever_its_row_is_called() {
        for row in ["*", "plan-hot", "a.b:c%d e", "ключ", "0"] {
            let path = Path::field("plan_groups").at(row).at("fixed");
            assert_eq!(path.to_string().parse(), Ok(path.clone()), "{row}");
            let part = path.part(&Part::Currency("EUR"));
            assert_eq!(Path::of_name(&part), Some((path.clone(), Some("EUR"))), "{part}");
            assert_eq!(Path::of_name(&path.name()), Some((path, None)));
        }
        assert_eq!(Path::field("fees").at("a.b").to_string(), "fees.a%2Eb");
    }

    #[test]
    fn one_thing_has_one_name() {
        for wrong in ["", ".", "a.", "a..b", "a.b.c.d.e.f", "a.%2e", "a.%61", "a.%", "a.%4", "a.%FF", "a b", "a.%+1"] {
            assert_eq!(wrong.parse::<Path>(), Err(NotAPath), "{wrong}");
        }
        assert_eq!(Path::of_name("version"), None);
    }

    #[test]
    fn every_button_reads_back() {
        let path = Path::field("networks").at("a.b");
        let key = || "sync_now".to_owned();
        let acts = [
            Act::Save,
            Act::Return,
            Act::Run(key()),
            Act::Preview,
            Act::Own(path.clone()),
            Act::Reset(path.clone()),
            Act::Add(path.clone()),
            Act::Drop(path.clone()),
            Act::Up(path.clone()),
            Act::Down(path.clone()),
            Act::Find(path.clone()),
            Act::More(path.clone()),
            Act::Refresh(key()),
            Act::Lock(key()),
            Act::Unlock(key()),
            Act::Except(path.clone()),
            Act::Unexcept(path),
            Act::Explain,
            Act::File(key()),
            Act::Export(key()),
            Act::Edit,
            Act::Discard,
            Act::Resume,
            Act::Restore(key()),
        ];
        for act in acts {
            assert_eq!(act.to_string().parse(), Ok(act));
        }
        for wrong in ["", "save:x", "return:x", "own", "own:", "own:a..b", "run:", "delete", "SAVE"] {
            assert_eq!(wrong.parse::<Act>(), Err(NotAnAct), "{wrong}");
        }
    }
}
