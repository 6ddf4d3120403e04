//! What `check` says of the provider that staff sign in with. Nobody signs in for it, and no secret is sent.

use super::{Finding, good, wrong};
use crate::clock::{Clock, MINUTE};
use crate::config::Config;
use crate::services::staff::oidc::redirect_path;
use crate::upstream::oidc::{Oidc, OidcError};

/// Says nothing where it is off.
pub(super) async fn finding(config: &Config, clock: &Clock) -> Option<Finding> {
    let settings = config.staff_oidc.clone()?;
    let issuer = settings.issuer.clone();
    let oidc = match Oidc::new(settings, clock.clone()) {
        Ok(oidc) => oidc,
        Err(error) => return Some(wrong(format!("staff_oidc__issuer: no HTTP client can be made ({error})"))),
    };
    let metadata = match oidc.metadata().await {
        Ok(metadata) => metadata,
        Err(error) => return Some(wrong(format!("staff_oidc__issuer: {issuer}: {error}; {}", cure(&error)))),
    };
    if let Err(error) = oidc.keys(&metadata, MINUTE).await {
        return Some(wrong(format!("staff_oidc__issuer: {issuer}: {error}; {}", cure(&error))));
    }
    let pkce = match metadata.pkce {
        Some(_) => "",
        None => "; it does not say whether it knows PKCE (S256), which is used all the same",
    };
    Some(good(format!("staff_oidc__issuer: {issuer} answers; register {} there{pkce}", config.public(redirect_path()))))
}

fn cure(error: &OidcError) -> &'static str {
    match error {
        OidcError::Unreachable { .. } => "check the address, the firewall and DNS; passwords work meanwhile",
        OidcError::OtherIssuer(_) => "set the key to that, to the letter, if it is the provider you mean",
        OidcError::Status { .. } | OidcError::WrongShape { .. } | OidcError::TooLarge { .. } => {
            "set the issuer that its documentation names, which is what stands before /.well-known/openid-configuration"
        }
        OidcError::NoPkce => "switch PKCE with S256 on there, or take a provider that has it",
        OidcError::NoAlgorithm => "let it sign id_tokens with RS256 or ES256",
        OidcError::BadAddress(_) | OidcError::NoKeys => "this is for the provider to mend",
        OidcError::Refused
        | OidcError::SentBack(_)
        | OidcError::Forged(_)
        | OidcError::Weak
        | OidcError::Outside { .. } => "tell the provider",
    }
}
