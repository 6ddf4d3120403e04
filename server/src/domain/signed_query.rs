//! The query of a signed call (configure, healthcheck, sync), read from its raw text.
//!
//! OfficeRnD signs the decoded parameters in the order in which it sends them, as the text that
//! JavaScript's `JSON.stringify` makes of them. So the parameters stay an ordered list from the first
//! byte to the signed text, and whatever cannot be read in exactly one way is refused.

mod header;

use std::fmt;

pub use self::header::SignatureHeader;
use super::form::{Undecodable, decode_onto};

/// Longer queries are refused before they are decoded. As for Connect: a connection may have a thousand locations,
/// and a signed call names them all.
pub const MAX_QUERY_BYTES: usize = 32 * 1024;
/// The signature counts as one of them.
pub const MAX_PARAMETERS: usize = 64;
/// What [`SignedQuery::candidates`] never exceeds: a bad signature costs this many MACs for one secret.
pub const MAX_CANDIDATES: usize = 12;

/// Why a signed call could not be read. Outside it looks like a bad signature; the log may say which.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Malformed {
    #[error("the query is longer than {MAX_QUERY_BYTES} bytes")]
    TooLong,
    #[error("the query has more than {MAX_PARAMETERS} parameters")]
    TooManyParameters,
    #[error("a percent sign is not followed by two hexadecimal digits")]
    PercentEncoding,
    #[error("a parameter is not UTF-8")]
    Utf8,
    #[error("a parameter is given twice")]
    Repeated,
    #[error("there is no signature")]
    NoSignature,
    #[error("the signature has no timestamp")]
    NoTimestamp,
    #[error("the timestamp is not a whole number of seconds")]
    BadTimestamp,
    #[error("the signature is not 64 hexadecimal digits")]
    BadMac,
}

impl From<Undecodable> for Malformed {
    fn from(why: Undecodable) -> Self {
        match why {
            Undecodable::PercentEncoding => Self::PercentEncoding,
            Undecodable::Utf8 => Self::Utf8,
        }
    }
}

/// How a candidate text differs from the query as received; all of it is guesswork about the sender.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Form {
    pub member: MemberForm,
    pub organization: OrganizationForm,
    pub locations: LocationsForm,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemberForm {
    AsReceived,
    /// OfficeRnD's sample deletes an empty `memberId` before it signs.
    EmptyLeftOut,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OrganizationForm {
    AsReceived,
    /// The id arrived in double quotes and was signed without them.
    Unquoted,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LocationsForm {
    AsReceived,
    /// Joined by `, `, as OfficeRnD's partner guide shows.
    CommaSpace,
    /// Joined by `,`.
    Comma,
}

impl Form {
    pub const AS_RECEIVED: Self = Self {
        member: MemberForm::AsReceived,
        organization: OrganizationForm::AsReceived,
        locations: LocationsForm::AsReceived,
    };
}

/// For the log: which guess was the right one.
impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let differences = [
            (self.member == MemberForm::EmptyLeftOut).then_some("empty memberId left out"),
            (self.organization == OrganizationForm::Unquoted).then_some("organizationId unquoted"),
            match self.locations {
                LocationsForm::AsReceived => None,
                LocationsForm::CommaSpace => Some("locations joined by comma and space"),
                LocationsForm::Comma => Some("locations joined by comma"),
            },
        ];
        let mut any = false;
        for difference in differences.into_iter().flatten() {
            write!(f, "{}{difference}", if any { ", " } else { "" })?;
            any = true;
        }
        if any { Ok(()) } else { f.write_str("as received") }
    }
}

/// A text that may be what the sender signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    pub form: Form,
    /// `{"name":"value",…}.t`
    pub text: String,
}

/// A signed call's query: readable, and not yet proved to be signed by anybody.
#[derive(Clone, PartialEq, Eq)]
pub struct SignedQuery {
    /// Names and values, decoded, one behind the other: every healthcheck is read into this form, and a
    /// text of its own for each of them would cost more than proving the signature.
    text: String,
    params: Vec<Param>,
    signature: SignatureHeader,
}

/// Where in the text a name begins, where its value does, and where that ends.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Param {
    name: usize,
    value: usize,
    end: usize,
}

impl Param {
    fn of(self, text: &str) -> (&str, &str) {
        (&text[self.name..self.value], &text[self.value..self.end])
    }
}

impl SignedQuery {
    /// Reads what stands after `?`, undecoded.
    ///
    /// # Errors
    /// When it is too large, or not readable in exactly one way.
    pub fn parse(raw: &str) -> Result<Self, Malformed> {
        if raw.len() > MAX_QUERY_BYTES {
            return Err(Malformed::TooLong);
        }
        let mut text = String::with_capacity(raw.len());
        let mut params: Vec<Param> = Vec::with_capacity(8);
        for pair in raw.split('&').filter(|pair| !pair.is_empty()) {
            if params.len() == MAX_PARAMETERS {
                return Err(Malformed::TooManyParameters);
            }
            let (raw_name, raw_value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = text.len();
            decode_onto(&mut text, raw_name)?;
            let value = text.len();
            if params.iter().any(|known| known.of(&text).0 == &text[name..]) {
                return Err(Malformed::Repeated);
            }
            decode_onto(&mut text, raw_value)?;
            params.push(Param { name, value, end: text.len() });
        }
        let at = params.iter().position(|param| param.of(&text).0 == "signature").ok_or(Malformed::NoSignature)?;
        let signature = SignatureHeader::parse(params.remove(at).of(&text).1)?;
        Ok(Self { text, params, signature })
    }

    /// When it was signed, in seconds since 1970.
    pub fn t(&self) -> i64 {
        self.signature.t
    }

    pub fn mac(&self) -> &[u8; 32] {
        &self.signature.mac
    }

    /// Not older and not further ahead than the tolerance.
    pub fn is_fresh(&self, now_seconds: i64, tolerance_seconds: u64) -> bool {
        self.signature.is_within(now_seconds, tolerance_seconds, tolerance_seconds)
    }

    /// All parameters but the signature, decoded, in the order received.
    pub fn params(&self) -> impl Iterator<Item = (&str, &str)> {
        self.params.iter().map(|param| param.of(&self.text))
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.params().find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    pub fn slug(&self) -> Option<&str> {
        self.get("slug").filter(is_id)
    }

    /// Without the double quotes it wears on some calls.
    pub fn organization_id(&self) -> Option<&str> {
        self.get("organizationId").map(|id| unquoted(id).unwrap_or(id)).filter(is_id)
    }

    pub fn member_id(&self) -> Option<&str> {
        self.get("memberId").filter(is_id)
    }

    /// `None` when the sender says nothing about locations, empty when it means all of them.
    /// Quotes around the whole are dropped as for the organization, so that `""` still means all.
    pub fn locations(&self) -> Option<impl Iterator<Item = &str> + Clone> {
        let value = self.get("locations")?;
        Some(unquoted(value).unwrap_or(value).split(',').map(str::trim).filter(is_id))
    }

    /// The texts to try, the likeliest first, each another text and at most [`MAX_CANDIDATES`].
    pub fn candidates(&self) -> impl Iterator<Item = Candidate> {
        let members = self.member_forms();
        let organizations = self.organization_forms();
        let locations = self.locations_forms();
        members.iter().flat_map(move |&member| {
            organizations.iter().flat_map(move |&organization| {
                locations.iter().map(move |&locations| {
                    let form = Form { member, organization, locations };
                    Candidate { form, text: self.signed_text(form) }
                })
            })
        })
    }

    fn member_forms(&self) -> &'static [MemberForm] {
        match self.get("memberId") {
            Some("") => &[MemberForm::EmptyLeftOut, MemberForm::AsReceived],
            _ => &[MemberForm::AsReceived],
        }
    }

    fn organization_forms(&self) -> &'static [OrganizationForm] {
        match self.get("organizationId").and_then(unquoted) {
            Some(_) => &[OrganizationForm::AsReceived, OrganizationForm::Unquoted],
            None => &[OrganizationForm::AsReceived],
        }
    }

    fn locations_forms(&self) -> &'static [LocationsForm] {
        use LocationsForm::{AsReceived, Comma, CommaSpace};
        match self.get("locations").filter(|value| value.contains(',')) {
            None => &[AsReceived],
            Some(value) if is_joined(value, ", ") => &[AsReceived, Comma],
            Some(value) if is_joined(value, ",") => &[AsReceived, CommaSpace],
            Some(_) => &[AsReceived, CommaSpace, Comma],
        }
    }

    fn signed_text(&self, form: Form) -> String {
        let mut text = String::with_capacity(self.text.len() + 8 * self.params.len() + 24);
        text.push('{');
        for (name, value) in self.params() {
            if name == "memberId" && form.member == MemberForm::EmptyLeftOut {
                continue;
            }
            if text.len() > 1 {
                text.push(',');
            }
            push_json(&mut text, name);
            text.push(':');
            match (name, form.organization, form.locations) {
                ("organizationId", OrganizationForm::Unquoted, _) => {
                    push_json(&mut text, unquoted(value).unwrap_or(value));
                }
                ("locations", _, LocationsForm::CommaSpace) => push_json_joined(&mut text, value, ", "),
                ("locations", _, LocationsForm::Comma) => push_json_joined(&mut text, value, ","),
                _ => push_json(&mut text, value),
            }
        }
        text.push_str("}.");
        text.push_str(&self.signature.t.to_string());
        text
    }
}

/// Names only: values are ids of people and places, and the signature is a credential.
impl fmt::Debug for SignedQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.params().map(|(name, _)| name).collect();
        f.debug_struct("SignedQuery").field("names", &names).field("t", &self.t()).finish_non_exhaustive()
    }
}

/// No id is empty or holds a control character; PostgreSQL could not even look for one with NUL.
fn is_id(text: &&str) -> bool {
    !text.is_empty() && !text.contains(char::is_control)
}

/// What stands between the double quotes, if the whole text is in them.
fn unquoted(text: &str) -> Option<&str> {
    text.strip_prefix('"')?.strip_suffix('"')
}

/// Whether joining the ids by the separator would give the same text again.
fn is_joined(locations: &str, separator: &str) -> bool {
    let mut rest = Some(locations);
    for (index, id) in locations.split(',').map(str::trim).enumerate() {
        let after_separator = if index == 0 { rest } else { rest.and_then(|rest| rest.strip_prefix(separator)) };
        rest = after_separator.and_then(|rest| rest.strip_prefix(id));
    }
    rest == Some("")
}

/// Appends what `JSON.stringify` makes of the text: short escapes where JSON has them, `\u00xx` in
/// lower case for the other controls, and every other character as it is.
fn push_json(out: &mut String, text: &str) {
    out.push('"');
    push_escaped(out, text);
    out.push('"');
}

/// The ids with that separator between them, as one JSON text.
fn push_json_joined(out: &mut String, locations: &str, separator: &str) {
    out.push('"');
    for (index, id) in locations.split(',').map(str::trim).enumerate() {
        if index > 0 {
            out.push_str(separator);
        }
        push_escaped(out, id);
    }
    out.push('"');
}

fn push_escaped(out: &mut String, text: &str) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    if !text.bytes().any(|byte| matches!(byte, b'"' | b'\\' | 0..0x20)) {
        out.push_str(text);
        return;
    }
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\t' => out.push_str("\\t"),
            '\n' => out.push_str("\\n"),
            '\u{c}' => out.push_str("\\f"),
            '\r' => out.push_str("\\r"),
            control @ '\0'..='\u{1f}' => {
                let code = control as usize;
                out.push_str("\\u00");
                out.push(char::from(HEX[code >> 4]));
                out.push(char::from(HEX[code & 15]));
            }
            other => out.push(other),
        }
    }
}

#[cfg(test)]
mod tests;
