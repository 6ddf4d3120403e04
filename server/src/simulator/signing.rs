//! OfficeRnD's side of the signatures, written from the contract and not from the product, which it checks.

use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;
use url::form_urlencoded;

use super::switches::SignatureForm;

/// An object of texts as `JSON.stringify` writes it, in the order given.
pub(super) fn stringify(pairs: &[(String, String)]) -> String {
    let members: Vec<String> = pairs
        .iter()
        .map(|(name, value)| format!("{}:{}", Value::from(name.as_str()), Value::from(value.as_str())))
        .collect();
    format!("{{{}}}", members.join(","))
}

/// HMAC-SHA256 of the text, a dot and the time, in lower-case hex.
pub(super) fn signature(secret: &str, text: &[u8], t: i64) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(text);
    mac.update(format!(".{t}").as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

/// The two parts in one value, as the query and the webhook header carry them.
pub(super) fn written(form: SignatureForm, t: i64, hex: &str) -> String {
    match form {
        SignatureForm::Usual => format!("t={t},signature={hex}"),
        SignatureForm::Reversed => format!("signature={hex},t={t}"),
        SignatureForm::Unnamed => format!("{t},{hex}"),
        SignatureForm::More => format!("t={t},signature={hex},v=1"),
        SignatureForm::UpperCase => format!("t={t},signature={}", hex.to_uppercase()),
    }
}

/// A query string as browsers write one.
pub(super) fn query(pairs: &[(String, String)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    /// The vector of the form that OfficeRnD's sample receives, computed elsewhere.
    #[test]
    fn a_signed_query_equals_the_vector() {
        let sent = pairs(&[
            ("slug", "harbour-and-loom"),
            ("locations", ""),
            ("organizationId", "64f0c2a9e1b2c3d4e5f60718"),
            ("memberId", "64f0c2a9e1b2c3d4e5f6a001"),
        ]);
        let (key, t) = ("b7c1d1e2-0d5c-4a55-8a52-0a2b64f0c2a9", 1_795_462_108);
        let value = written(SignatureForm::Usual, t, &signature(key, stringify(&sent).as_bytes(), t));
        assert_eq!(value, "t=1795462108,signature=515d28a7f5d01b0b8daaf77a73af2f94c615f104aeb3d071e0735fde2b0f62a7");
        let mut sent = sent;
        sent.push(("signature".to_owned(), value));
        assert_eq!(
            query(&sent),
            "slug=harbour-and-loom&locations=&organizationId=64f0c2a9e1b2c3d4e5f60718\
             &memberId=64f0c2a9e1b2c3d4e5f6a001&signature=t%3D1795462108%2Csignature%3D\
             515d28a7f5d01b0b8daaf77a73af2f94c615f104aeb3d071e0735fde2b0f62a7"
        );
    }

    #[test]
    fn characters_are_escaped_as_javascript_does() {
        let sent = pairs(&[("slug", "zoë-søn/\"q\"\\\u{2028}\u{7f}\u{1}🔑<>&"), ("locations", "")]);
        assert_eq!(
            signature("klüssel", stringify(&sent).as_bytes(), 1_795_462_108),
            "ce99ac94794200e7b215d6a61afa9559a520c2db1695a0cbab3596004c337cdd"
        );
    }
}
