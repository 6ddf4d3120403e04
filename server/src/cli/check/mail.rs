//! Whether the mail server takes us.

use super::{Finding, good, wrong};
use crate::config::{Config, SmtpSecurity};
use crate::upstream::mail::Mailer;

/// Says nothing where no mail server is set.
pub(super) async fn finding(config: &Config) -> Option<Finding> {
    let smtp = config.smtp.as_ref()?;
    let server = format!("{}:{}", smtp.host, smtp.port);
    let mailer = match Mailer::new(smtp) {
        Ok(mailer) => mailer,
        Err(error) => return Some(wrong(format!("smtp__security: {error}; install the system's certificates"))),
    };
    Some(match mailer.try_out().await {
        Ok(()) => good(format!("smtp__host: {server} answers")),
        Err(error) => {
            let cure = match (&smtp.login, smtp.security) {
                (Some(_), _) => "check host and port, smtp__security, and smtp__user with smtp__password",
                (None, SmtpSecurity::None) => "is it running there, and are host and port right?",
                (None, _) => "check host and port, and whether it speaks what smtp__security says",
            };
            wrong(format!("smtp__host: {server} takes no mail from here ({error}); {cure}"))
        }
    })
}
