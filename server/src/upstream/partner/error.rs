//! What can go wrong between us and a partner system: its trouble, never the admin's fault.
//!
//! Nothing here ever holds a body, a signature, a secret or an address, so both `Display` and `Debug` may be logged.

use std::fmt;
use std::time::Duration;

use crate::manifest::Hook;

/// What happened, in enough detail for the partner's engineers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The address is private, local or reserved, or plain http, and the manifest does not allow that. Nothing was sent.
    Forbidden,
    /// No such name, no connection, no handshake. Nothing was sent.
    Unreachable,
    /// Not within the time limit.
    TooSlow,
    /// The connection ended before the answer did.
    Lost,
    /// A redirect, which is not followed.
    Redirect,
    /// Anything else but 2xx.
    Status,
    TooLarge,
    /// HTML, an empty body, half of a text.
    NotJson,
    /// JSON that does not say what the hook's answer has to say.
    WrongShape,
    /// The manifest does not list the hook, or no longer. Nothing was sent.
    NotAnswered,
}

impl Trouble {
    /// Lower case, for logs.
    pub fn name(self) -> &'static str {
        match self {
            Self::Forbidden => "forbidden_address",
            Self::Unreachable => "unreachable",
            Self::TooSlow => "too_slow",
            Self::Lost => "lost",
            Self::Redirect => "redirect",
            Self::Status => "status",
            Self::TooLarge => "too_large",
            Self::NotJson => "not_json",
            Self::WrongShape => "wrong_shape",
            Self::NotAnswered => "not_answered",
        }
    }
}

/// What an admin is told: that the partner, and not their entry, is the cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// "… did not answer. Your entries are kept; try again."
    NoAnswer,
    /// It answered, and not what we can use. Trying again at once helps less.
    BadAnswer,
}

/// What was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    Hook(Hook),
    /// Tokens for the code of the partner's sign-in page.
    Token,
    /// Nothing: an endpoint was told of an event.
    Event,
}

impl Asked {
    /// Lower case, for traces.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Hook(hook) => hook.as_str(),
            Self::Token => "token",
            Self::Event => "event",
        }
    }
}

impl From<Hook> for Asked {
    fn from(hook: Hook) -> Self {
        Self::Hook(hook)
    }
}

/// A call that failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartnerError {
    asked: Asked,
    trouble: Trouble,
    status: Option<u16>,
    retry_after: Option<Duration>,
    detail: Option<Box<str>>,
}

impl PartnerError {
    pub(super) fn new(asked: impl Into<Asked>, trouble: Trouble) -> Self {
        Self { asked: asked.into(), trouble, status: None, retry_after: None, detail: None }
    }

    #[cfg(test)]
    pub(crate) fn for_tests() -> Self {
        Self::new(Hook::Options, Trouble::TooSlow)
    }

    pub(super) fn status(mut self, status: u16) -> Self {
        self.status = Some(status);
        self
    }

    /// How long the answer asked us to wait.
    pub(super) fn retry_after(mut self, wait: Option<Duration>) -> Self {
        self.retry_after = wait;
        self
    }

    /// One short line. It may name what is wrong, never what was sent or received.
    pub(super) fn detail(mut self, detail: &str) -> Self {
        const MOST: usize = 200;
        self.detail = Some(detail.chars().filter(|character| !character.is_control()).take(MOST).collect());
        self
    }

    pub fn trouble(&self) -> Trouble {
        self.trouble
    }

    /// The HTTP status of the answer, if there was one.
    pub fn http_status(&self) -> Option<u16> {
        self.status
    }

    /// How long the partner system asked us to wait, where it did.
    pub fn wait(&self) -> Option<Duration> {
        self.retry_after
    }

    pub fn told(&self) -> Told {
        match self.trouble {
            Trouble::Unreachable | Trouble::TooSlow | Trouble::Lost => Told::NoAnswer,
            Trouble::Status if self.status.is_some_and(|status| status >= 500 || status == 429) => Told::NoAnswer,
            Trouble::Forbidden
            | Trouble::Redirect
            | Trouble::Status
            | Trouble::TooLarge
            | Trouble::NotJson
            | Trouble::WrongShape
            | Trouble::NotAnswered => Told::BadAnswer,
        }
    }
}

/// One line for the log.
impl fmt::Display for PartnerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.asked {
            Asked::Hook(hook) => write!(f, "hook {}: {}", hook.as_str(), self.trouble.name())?,
            Asked::Token => write!(f, "token request: {}", self.trouble.name())?,
            Asked::Event => write!(f, "event: {}", self.trouble.name())?,
        }
        if let Some(status) = self.status {
            write!(f, ", status {status}")?;
        }
        match &self.detail {
            Some(detail) => write!(f, ": {detail}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for PartnerError {}
