//! Why a provider's sign-in could not be believed, in words for operators. Nothing here quotes a token.

/// Of what a provider was asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    Discovery,
    Keys,
    Token,
    UserInfo,
}

impl Asked {
    fn words(self) -> &'static str {
        match self {
            Asked::Discovery => "its /.well-known/openid-configuration",
            Asked::Keys => "its jwks_uri",
            Asked::Token => "its token_endpoint",
            Asked::UserInfo => "its userinfo_endpoint",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OidcError {
    #[error("{} cannot be reached ({cause})", asked.words())]
    Unreachable { asked: Asked, cause: String },
    #[error("{} answers {status}", asked.words())]
    Status { asked: Asked, status: u16 },
    #[error("{} answers more than {limit} bytes", asked.words())]
    TooLarge { asked: Asked, limit: usize },
    #[error("{} is not the JSON that the standard describes", asked.words())]
    WrongShape { asked: Asked },
    #[error("it calls itself {0}")]
    OtherIssuer(String),
    #[error("{0} is no https address")]
    BadAddress(&'static str),
    #[error("it does not support PKCE with S256")]
    NoPkce,
    #[error("it signs with no algorithm that is accepted here (RS, PS, ES256, ES384, EdDSA)")]
    NoAlgorithm,
    #[error("its jwks_uri holds no key that can verify a signature")]
    NoKeys,
    /// The code is none of this sign-in, or was used.
    #[error("it refused the code")]
    Refused,
    /// It sent the person back without a code. Never its own words.
    #[error("it sent the person back with {0}")]
    SentBack(&'static str),
    /// Its answer is not to be believed.
    #[error("its answer is not believed: {0}")]
    Forged(&'static str),
    /// Who signed in did not prove it as strongly as `staff_oidc__acr_values` demands.
    #[error("it did not confirm one of staff_oidc__acr_values")]
    Weak,
    /// Who signed in has an account of another organization there, as far as `staff_oidc__required_claims` tell.
    #[error("the claim {claim} is missing, or has none of the values of staff_oidc__required_claims")]
    Outside { claim: String, subject: String },
}

/// Errors that a return may bring, as RFC 6749, OpenID Connect Core and its unmet-requirements extension name them.
/// `access_denied` is none of them: there a person said no.
const SAID: [&str; 15] = [
    "invalid_request",
    "unauthorized_client",
    "unsupported_response_type",
    "invalid_scope",
    "server_error",
    "temporarily_unavailable",
    "interaction_required",
    "login_required",
    "account_selection_required",
    "consent_required",
    "request_not_supported",
    "request_uri_not_supported",
    "registration_not_supported",
    "invalid_target",
    "unmet_authentication_requirements",
];

impl OidcError {
    /// Of an error in a return. The log gets a name that is known here, since whoever made the address chose the words.
    pub fn said(error: &str) -> Self {
        match SAID.into_iter().find(|known| *known == error) {
            Some("unmet_authentication_requirements") => OidcError::Weak,
            Some(known) => OidcError::SentBack(known),
            None => OidcError::SentBack("an error that no standard names"),
        }
    }

    /// Whether it is about what the provider is, and not about a single sign-in.
    pub fn is_unavailable(&self) -> bool {
        match self {
            OidcError::SentBack(error) => ["server_error", "temporarily_unavailable"].contains(error),
            OidcError::Refused | OidcError::Forged(_) | OidcError::Weak | OidcError::Outside { .. } => false,
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_in_a_return_is_named_in_known_words_only() {
        for (error, said, unavailable) in [
            ("temporarily_unavailable", "it sent the person back with temporarily_unavailable", true),
            ("server_error", "it sent the person back with server_error", true),
            ("invalid_scope", "it sent the person back with invalid_scope", false),
            ("unmet_authentication_requirements", "it did not confirm one of staff_oidc__acr_values", false),
            ("call 0800", "it sent the person back with an error that no standard names", false),
            ("", "it sent the person back with an error that no standard names", false),
        ] {
            let error = OidcError::said(error);
            assert_eq!((error.to_string().as_str(), error.is_unavailable()), (said, unavailable));
        }
    }
}
