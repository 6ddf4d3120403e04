//! Mails by SMTP: plain text, one receiver each, nothing in them that could be followed.

use std::time::{Duration, SystemTime};

use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Tls, TlsParameters};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use secrecy::ExposeSecret as _;
use uuid::Uuid;

use crate::clock::Millis;
use crate::config::{Smtp, SmtpSecurity};

/// Connecting and each answer of the server.
const PATIENCE: Duration = Duration::from_secs(15);
/// Longer subjects are cut off by those who show them.
const LONGEST_SUBJECT: usize = 150;

/// Why a mail was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what}")]
pub struct MailError {
    what: String,
    /// Trying again will not help.
    pub for_good: bool,
}

impl MailError {
    fn for_now(what: impl Into<String>) -> Self {
        Self { what: what.into(), for_good: false }
    }

    fn for_good(what: impl Into<String>) -> Self {
        Self { what: what.into(), for_good: true }
    }
}

/// One mail.
pub struct Mail<'a> {
    /// Stays the same when it is sent again, so that it is seen once.
    pub id: Uuid,
    pub to: &'a str,
    pub subject: &'a str,
    pub body: &'a str,
    pub at: Millis,
}

/// The mail server.
#[derive(Clone)]
pub struct Mailer {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

impl Mailer {
    /// # Errors
    /// When TLS cannot be used here.
    pub fn new(smtp: &Smtp) -> Result<Self, MailError> {
        let parameters =
            || TlsParameters::new(smtp.host.clone()).map_err(|error| MailError::for_good(format!("no TLS: {error}")));
        let tls = match smtp.security {
            SmtpSecurity::Tls => Tls::Wrapper(parameters()?),
            SmtpSecurity::StartTls => Tls::Required(parameters()?),
            SmtpSecurity::None => Tls::None,
        };
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&smtp.host)
            .port(smtp.port)
            .tls(tls)
            .timeout(Some(PATIENCE));
        if let Some((user, password)) = &smtp.login {
            builder = builder.credentials(Credentials::new(user.clone(), password.expose_secret().to_owned()));
        }
        Ok(Self { transport: builder.build(), from: smtp.from.clone() })
    }

    /// Connects, signs in and leaves.
    ///
    /// # Errors
    /// What the server said.
    pub async fn try_out(&self) -> Result<(), MailError> {
        match tokio::time::timeout(2 * PATIENCE, self.transport.test_connection()).await {
            Ok(Ok(true)) => Ok(()),
            Ok(Ok(false)) => Err(MailError::for_now("the server ended the connection")),
            Ok(Err(error)) => Err(read(&error)),
            Err(_) => Err(MailError::for_now("the server is too slow")),
        }
    }

    /// # Errors
    /// Why the server did not take it; never with the address or a text of the mail.
    pub async fn send(&self, mail: &Mail<'_>) -> Result<(), MailError> {
        let to: Address = mail.to.trim().parse().map_err(|_| MailError::for_good("this is no mail address"))?;
        let at = SystemTime::UNIX_EPOCH + Duration::from_millis(u64::try_from(mail.at).unwrap_or(0));
        let message = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(one_line(mail.subject))
            .date(at)
            .message_id(Some(format!("<{}@{}>", mail.id.simple(), self.from.email.domain())))
            .header(AutoSubmitted)
            .singlepart(SinglePart::builder().header(ContentType::TEXT_PLAIN).body(mail.body.to_owned()))
            .map_err(|error| MailError::for_good(format!("the mail cannot be written: {error}")))?;
        match tokio::time::timeout(4 * PATIENCE, self.transport.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(read(&error)),
            Err(_) => Err(MailError::for_now("the server is too slow")),
        }
    }
}

/// The server's own words may repeat the address, so only its number is told.
fn read(error: &lettre::transport::smtp::Error) -> MailError {
    if let Some(code) = error.status() {
        let for_good = error.is_permanent() && !matches!(u16::from(code), 530 | 534 | 535 | 538);
        return MailError { what: format!("the mail server answered {code}"), for_good };
    }
    let what = if error.is_timeout() {
        "the mail server is too slow"
    } else if error.is_tls() {
        "no encrypted connection to the mail server"
    } else if error.is_client() {
        "the mail server does not offer what smtp__security or smtp__user needs"
    } else if error.is_response() {
        "the mail server answered what is no SMTP"
    } else {
        "the mail server cannot be reached"
    };
    MailError::for_now(what)
}

/// Nothing in a header ends it.
fn one_line(text: &str) -> String {
    let plain: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(LONGEST_SUBJECT).collect()
}

/// Nobody's absence has to be told to us.
#[derive(Clone, Copy)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_is_one_line() {
        assert_eq!(one_line("Recovered\r\nBcc: x@y.example\u{0} \u{85}ok"), "Recovered Bcc: x@y.example ok");
        assert_eq!(one_line(&"é".repeat(400)).chars().count(), LONGEST_SUBJECT);
    }

    #[test]
    fn nobody_is_written_to_whose_address_is_none() {
        for wrong in
            ["", "kim", "kim@partner.example\r\nBcc: x@y.example", "a@b.example, c@d.example", "Kim <a@b.example>"]
        {
            assert!(wrong.parse::<Address>().is_err(), "{wrong}");
        }
    }
}
