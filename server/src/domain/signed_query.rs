//! The query of a signed call (configure, healthcheck, sync), read from its raw text.
//!
//! OfficeRnD signs the decoded parameters in the order in which it sends them, as the text that
//! JavaScript's `JSON.stringify` makes of them. So the parameters stay an ordered list from the first
//! byte to the signed text, and whatever cannot be read in exactly one way is refused.

use std::fmt;

use super::form::{Undecodable, decode};

/// Longer queries are refused before they are decoded.
pub const MAX_QUERY_BYTES: usize = 8 * 1024;
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

/// `t=<unix seconds>,signature=<hex>`, as the query parameter and as the webhook header.
#[derive(Clone, PartialEq, Eq)]
pub struct SignatureHeader {
    t: i64,
    mac: [u8; 32],
}

impl SignatureHeader {
    /// Takes the two values by name, else by position; other parts are ignored.
    ///
    /// # Errors
    /// When a value is missing, ambiguous or of another shape.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let parts: Vec<(&str, &str)> =
            text.split(',').map(str::trim).map(|part| part.split_once('=').unwrap_or(("", part))).collect();
        let t = named_or_at(&parts, "t", 0, "signature")?;
        let mac = named_or_at(&parts, "signature", 1, "t")?;
        match (t, mac) {
            (Some(t), Some(mac)) => Ok(Self { t: parse_timestamp(t)?, mac: parse_mac(mac)? }),
            (None, Some(_)) => Err(Malformed::NoTimestamp),
            (_, None) => Err(Malformed::NoSignature),
        }
    }

    /// When it was signed, in seconds since 1970.
    pub fn t(&self) -> i64 {
        self.t
    }

    pub fn mac(&self) -> &[u8; 32] {
        &self.mac
    }

    /// Signed at most `back` seconds ago and at most `ahead` seconds in the future.
    pub fn is_within(&self, now_seconds: i64, back: u64, ahead: u64) -> bool {
        let distance = now_seconds.abs_diff(self.t);
        if self.t > now_seconds { distance <= ahead } else { distance <= back }
    }
}

/// A signature must not be readable in a log, where it would open what it signs.
impl fmt::Debug for SignatureHeader {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignatureHeader").field("t", &self.t).finish_non_exhaustive()
    }
}

/// The value called `name`; without one, what stands at `position` unless it is called `other`.
fn named_or_at<'a>(
    parts: &[(&'a str, &'a str)],
    name: &str,
    position: usize,
    other: &str,
) -> Result<Option<&'a str>, Malformed> {
    let mut named = parts.iter().filter(|(part, _)| *part == name).map(|(_, value)| *value);
    let first = named.next();
    if named.next().is_some() {
        return Err(Malformed::Repeated);
    }
    let at = || parts.get(position).filter(|(part, _)| *part != other).map(|(_, value)| *value);
    Ok(first.or_else(at).filter(|value| !value.is_empty()))
}

/// Canonical digits only, so that the number written again is the text that was signed.
fn parse_timestamp(text: &str) -> Result<i64, Malformed> {
    let canonical = text.len() <= 15
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && (text.len() == 1 || !text.starts_with('0'));
    if !canonical {
        return Err(Malformed::BadTimestamp);
    }
    text.parse().map_err(|_| Malformed::BadTimestamp)
}

fn parse_mac(text: &str) -> Result<[u8; 32], Malformed> {
    let mut mac = [0_u8; 32];
    hex::decode_to_slice(text, &mut mac).map_err(|_| Malformed::BadMac)?;
    Ok(mac)
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
    params: Vec<(String, String)>,
    signature: SignatureHeader,
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
        let mut params: Vec<(String, String)> = Vec::with_capacity(8);
        for pair in raw.split('&').filter(|pair| !pair.is_empty()) {
            if params.len() == MAX_PARAMETERS {
                return Err(Malformed::TooManyParameters);
            }
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let name = decode(name)?;
            if params.iter().any(|(known, _)| *known == name) {
                return Err(Malformed::Repeated);
            }
            params.push((name, decode(value)?));
        }
        let at = params.iter().position(|(name, _)| name == "signature").ok_or(Malformed::NoSignature)?;
        let (_, signature) = params.remove(at);
        Ok(Self { params, signature: SignatureHeader::parse(&signature)? })
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
        self.params.iter().map(|(name, value)| (name.as_str(), value.as_str()))
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
    pub fn locations(&self) -> Option<Vec<String>> {
        let value = self.get("locations")?;
        Some(unquoted(value).unwrap_or(value).split(',').map(str::trim).filter(is_id).map(str::to_owned).collect())
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
            Some(value) if value == joined(value, ", ") => &[AsReceived, Comma],
            Some(value) if value == joined(value, ",") => &[AsReceived, CommaSpace],
            Some(_) => &[AsReceived, CommaSpace, Comma],
        }
    }

    fn signed_text(&self, form: Form) -> String {
        let bytes: usize = self.params.iter().map(|(name, value)| name.len() + value.len() + 8).sum();
        let mut text = String::with_capacity(bytes + 24);
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
                ("locations", _, LocationsForm::CommaSpace) => push_json(&mut text, &joined(value, ", ")),
                ("locations", _, LocationsForm::Comma) => push_json(&mut text, &joined(value, ",")),
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

fn joined(locations: &str, separator: &str) -> String {
    locations.split(',').map(str::trim).collect::<Vec<_>>().join(separator)
}

/// Appends what `JSON.stringify` makes of the text: short escapes where JSON has them, `\u00xx` in
/// lower case for the other controls, and every other character as it is.
fn push_json(out: &mut String, text: &str) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    out.push('"');
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
    out.push('"');
}

#[cfg(test)]
mod tests;
