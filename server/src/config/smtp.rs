//! The mail server that notices go through, and which combinations cannot work.

use lettre::message::Mailbox;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;

/// A mail server.
#[derive(Debug, Clone)]
pub struct Smtp {
    pub host: String,
    pub port: u16,
    pub security: SmtpSecurity,
    pub login: Option<(String, SecretString)>,
    /// As it stands in mails.
    pub from: Mailbox,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmtpSecurity {
    /// From the first byte.
    Tls,
    /// Required: nothing is sent to a server that does not offer it.
    StartTls,
    /// On this machine only.
    None,
}

impl SmtpSecurity {
    fn from_slug(slug: &str) -> Option<Self> {
        Some(match slug {
            "tls" => Self::Tls,
            "starttls" => Self::StartTls,
            "none" => Self::None,
            _ => return None,
        })
    }

    fn port(self) -> u16 {
        match self {
            Self::Tls => 465,
            Self::StartTls => 587,
            Self::None => 25,
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawSmtp {
    host: Option<String>,
    port: Option<u16>,
    security: String,
    user: Option<String>,
    password: Option<SecretString>,
    from: Option<String>,
}

impl Default for RawSmtp {
    fn default() -> Self {
        Self { host: None, port: None, security: "tls".into(), user: None, password: None, from: None }
    }
}

impl RawSmtp {
    /// None where no mail is sent.
    ///
    /// # Errors
    /// Every key that is wrong, with the reason.
    pub(super) fn check(&self) -> Result<Option<Smtp>, Vec<String>> {
        let given =
            |text: &Option<String>| text.as_deref().map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
        let (user, from) = (given(&self.user), given(&self.from));
        let password = self.password.clone().filter(|password| !password.expose_secret().is_empty());
        let Some(host) = given(&self.host) else {
            let others = [
                ("smtp__port", self.port.is_some()),
                ("smtp__user", user.is_some()),
                ("smtp__password", password.is_some()),
                ("smtp__from", from.is_some()),
            ];
            return match others.into_iter().find(|(_, set)| *set) {
                None => Ok(None),
                Some((key, _)) => Err(vec![format!("smtp__host: is missing, and {key} means nothing without it")]),
            };
        };
        let mut problems = Vec::new();
        let plain = host.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b':'));
        if !plain {
            problems
                .push("smtp__host: must be a host name without scheme and port, such as mail.example.com".to_owned());
        }
        let security = SmtpSecurity::from_slug(&self.security);
        if security.is_none() {
            problems.push("smtp__security: must be tls, starttls or none".to_owned());
        }
        if security == Some(SmtpSecurity::None) && !is_here(&host) {
            problems
                .push("smtp__security: none is for a mail server on this machine only; use tls or starttls".to_owned());
        }
        if self.port == Some(0) {
            problems.push("smtp__port: must be at least 1".to_owned());
        }
        let login = match (user, password) {
            (Some(user), Some(password)) => Some((user, password)),
            (None, None) => None,
            (Some(_), None) => {
                problems.push("smtp__password: is missing beside smtp__user".to_owned());
                None
            }
            (None, Some(_)) => {
                problems.push("smtp__user: is missing beside smtp__password".to_owned());
                None
            }
        };
        let from = from.and_then(|from| from.parse::<Mailbox>().ok());
        if from.is_none() {
            problems.push("smtp__from: must be an address, such as Deskbridge <deskbridge@example.com>".to_owned());
        }
        match (security, from) {
            (Some(security), Some(from)) if problems.is_empty() => {
                Ok(Some(Smtp { host, port: self.port.unwrap_or(security.port()), security, login, from }))
            }
            _ => Err(problems),
        }
    }
}

fn is_here(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}
