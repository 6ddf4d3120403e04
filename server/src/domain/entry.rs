//! What an admin typed into a step, judged by the manifest.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use app::ports::{Mistake, PartnerTrouble};
use secrecy::SecretString;
use serde_json::{Number, Value};
use url::{Host, Url};

use super::address::is_public;
use super::form::Form;
use crate::manifest::Step;
use crate::manifest::field::Field;
use crate::manifest::kind::{self, Kind};

/// Longer texts are no settings.
const MOST_CHARACTERS: u32 = 4_000;

/// A field's entry that is good.
#[derive(Clone)]
pub enum Entry {
    Value(Value),
    Secret(SecretString),
    /// Left empty, and one is stored.
    Kept,
    /// Left empty, and may be.
    Nothing,
}

/// What goes back to the page of a step after it was sent.
#[derive(Clone, Default)]
pub struct Echo {
    /// As typed. Pages show no secret of it.
    pub form: Form,
    pub mistakes: BTreeMap<String, Mistake>,
    /// About no field in particular.
    pub said: Vec<String>,
    pub trouble: Option<PartnerTrouble>,
}

impl Echo {
    pub fn of(form: Form) -> Self {
        Self { form, ..Self::default() }
    }

    /// Whether something was wrong with the entries.
    pub fn is_refused(&self) -> bool {
        !self.mistakes.is_empty() || !self.said.is_empty()
    }
}

/// The name of a field's input.
pub fn name(key: &str) -> String {
    format!("f-{key}")
}

/// Whether a page of a step can ask for it.
pub fn is_askable(field: &Field) -> bool {
    match &field.kind {
        Kind::Text(_)
        | Kind::Secret(_)
        | Kind::Boolean(_)
        | Kind::Acknowledgement(_)
        | Kind::Url(_)
        | Kind::HostPort(_)
        | Kind::Number(_) => true,
        Kind::Enum(kind) => kind.source.is_none(),
        Kind::Ref(kind) => kind.source.starts_with("partner."),
        Kind::MultiRef(kind) => kind.source.starts_with("partner."),
        _ => false,
    }
}

/// Judges one field. `kept`: a secret of it is stored.
///
/// # Errors
/// With what is wrong with it.
pub fn judge(field: &Field, form: &Form, kept: bool) -> Result<Entry, Mistake> {
    let name = name(field.key());
    let typed = form.first(&name).unwrap_or_default();
    let line = typed.trim();
    let empty = || if field.common.required { Err(Mistake::Missing) } else { Ok(Entry::Nothing) };
    match &field.kind {
        Kind::Text(kind) if kind.multiline => {
            let text = typed.replace("\r\n", "\n");
            if text.trim().is_empty() { empty() } else { plain(kind, text.trim_end()) }
        }
        Kind::Text(kind) => {
            if line.is_empty() {
                empty()
            } else {
                plain(kind, line)
            }
        }
        Kind::Secret(_) if typed.is_empty() && kept => Ok(Entry::Kept),
        Kind::Secret(_) if typed.is_empty() => empty(),
        Kind::Secret(kind) => {
            within(typed, kind.min_length, kind.max_length)?;
            Ok(Entry::Secret(SecretString::from(typed)))
        }
        Kind::Boolean(_) => Ok(Entry::Value(Value::Bool(typed == "yes"))),
        Kind::Acknowledgement(_) if typed == "yes" => Ok(Entry::Value(Value::Bool(true))),
        Kind::Acknowledgement(_) if field.common.required => Err(Mistake::Missing),
        Kind::Acknowledgement(_) => Ok(Entry::Value(Value::Bool(false))),
        Kind::Enum(_) | Kind::Ref(_) if typed.is_empty() => empty(),
        Kind::Enum(kind) => {
            let known = kind.options.iter().any(|option| option.value == typed);
            if known { Ok(Entry::Value(typed.into())) } else { Err(Mistake::UnknownChoice) }
        }
        Kind::Ref(_) => id(typed).map(|id| Entry::Value(id.into())),
        Kind::MultiRef(kind) => several(kind, form.all(&name), field.common.required),
        Kind::Url(kind) => {
            if line.is_empty() {
                empty()
            } else {
                address(field, kind, line)
            }
        }
        Kind::HostPort(kind) => {
            if line.is_empty() {
                empty()
            } else {
                host(field, kind, line)
            }
        }
        Kind::Number(kind) => {
            if line.is_empty() {
                empty()
            } else {
                number(kind, line)
            }
        }
        // A page that cannot ask for it does not show the step.
        _ => Err(Mistake::UnknownChoice),
    }
}

fn within(text: &str, least: Option<u32>, most: Option<u32>) -> Result<(), Mistake> {
    let length = u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
    let most = most.unwrap_or(MOST_CHARACTERS);
    if text.chars().any(|character| character.is_control() && character != '\n') {
        return Err(Mistake::WrongForm { example: None });
    }
    match least {
        Some(least) if length < least => Err(Mistake::TooShort { least }),
        _ if length > most => Err(Mistake::TooLong { most }),
        _ => Ok(()),
    }
}

fn plain(kind: &kind::Text, text: &str) -> Result<Entry, Mistake> {
    within(text, kind.min_length, kind.max_length)?;
    if let Some(most) = kind.max_bytes.filter(|most| text.len() > *most as usize) {
        return Err(Mistake::TooManyBytes { most });
    }
    if kind.pattern.as_ref().is_some_and(|pattern| !pattern.matches(text)) || (text.contains('\n') && !kind.multiline) {
        // The most frequent mix-up: the login of a person instead of the id of an account.
        if looks_like_mail(text) {
            return Err(Mistake::AnEmailAddress);
        }
        return Err(Mistake::WrongForm { example: kind.example.clone() });
    }
    Ok(Entry::Value(text.into()))
}

fn looks_like_mail(text: &str) -> bool {
    let whole = |part: &str| !part.is_empty() && !part.contains(|sign: char| sign.is_whitespace() || sign == '@');
    text.split_once('@').is_some_and(|(name, domain)| whole(name) && whole(domain) && domain.contains('.'))
}

/// Ids are the partner's; whether one exists only the partner can say.
fn id(text: &str) -> Result<&str, Mistake> {
    if text.chars().count() > 500 || text.contains(char::is_control) { Err(Mistake::UnknownChoice) } else { Ok(text) }
}

fn several<'f>(kind: &kind::MultiRef, typed: impl Iterator<Item = &'f str>, required: bool) -> Result<Entry, Mistake> {
    let mut ids: Vec<&str> = Vec::new();
    for one in typed.filter(|one| !one.is_empty()) {
        if !ids.contains(&one) {
            ids.push(id(one)?);
        }
    }
    let count = u32::try_from(ids.len()).unwrap_or(u32::MAX);
    if count == 0 && required {
        return Err(Mistake::Missing);
    }
    if let Some(least) = kind.min_items.filter(|least| count > 0 && count < *least) {
        return Err(Mistake::TooFew { least });
    }
    if let Some(most) = kind.max_items.filter(|most| count > *most) {
        return Err(Mistake::TooMany { most });
    }
    Ok(Entry::Value(ids.into()))
}

fn address(field: &Field, kind: &kind::Url, text: &str) -> Result<Entry, Mistake> {
    within(text, None, None)?;
    let value = Value::from(text);
    let schemes = if kind.schemes.is_empty() { vec!["https".to_owned()] } else { kind.schemes.clone() };
    let Some(url) = Url::parse(text).ok().filter(|_| field.accepts(&value)) else {
        return Err(Mistake::NotAnAddress { schemes });
    };
    let private = match url.host() {
        Some(Host::Ipv4(address)) => !is_public(IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => !is_public(IpAddr::V6(address)),
        Some(Host::Domain(name)) => is_local(name),
        None => false,
    };
    if private && kind.deny_private_addresses { Err(Mistake::Private) } else { Ok(Entry::Value(value)) }
}

fn host(field: &Field, kind: &kind::HostPort, text: &str) -> Result<Entry, Mistake> {
    let value = Value::from(text);
    if within(text, None, None).is_err() || !field.accepts(&value) {
        return Err(Mistake::NotAHost);
    }
    if kind.deny_private_addresses && is_private_host(text) {
        return Err(Mistake::Private);
    }
    Ok(Entry::Value(value))
}

fn is_private_host(text: &str) -> bool {
    let host = match text.rsplit_once(':') {
        Some((host, _)) if !host.contains(':') || host.ends_with(']') => host,
        _ => text,
    };
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    match (bare.parse::<IpAddr>(), Host::parse(host)) {
        (Ok(address), _) => !is_public(address),
        // What browsers take for an address, like 127.1, is one.
        (_, Ok(Host::Ipv4(address))) => !is_public(IpAddr::V4(address)),
        _ => is_local(host),
    }
}

fn is_local(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost") || name.ends_with(".local") || name.ends_with(".internal")
}

fn number(kind: &kind::Number, text: &str) -> Result<Entry, Mistake> {
    let number: f64 = text.replacen(',', ".", 1).parse().map_err(|_| Mistake::NotANumber)?;
    let whole = |number: f64| (number - number.round()).abs() < 1e-9;
    let shown = |limit: Option<f64>| limit.map(|limit| limit.to_string());
    if !number.is_finite() {
        return Err(Mistake::NotANumber);
    }
    if kind.integer && !whole(number) {
        return Err(Mistake::NotWhole);
    }
    if kind.min.is_some_and(|min| number < min) || kind.max.is_some_and(|max| number > max) {
        return Err(Mistake::OutOfRange { from: shown(kind.min), to: shown(kind.max) });
    }
    if let Some(step) = kind.step.filter(|step| !whole((number - kind.min.unwrap_or(0.0)) / step)) {
        return Err(Mistake::WrongStep { step: step.to_string() });
    }
    if let Some(most) = kind.decimals.filter(|most| !whole(number * 10_f64.powi(i32::try_from(*most).unwrap_or(0)))) {
        return Err(Mistake::TooManyDecimals { most });
    }
    // JSON's 5.0 and 5 are not equal in conditions.
    let exact = format!("{number}").parse::<i64>().ok().map(Number::from);
    let number = exact.or_else(|| Number::from_f64(number)).ok_or(Mistake::NotANumber)?;
    Ok(Entry::Value(Value::Number(number)))
}

/// The steps that have to be done again when this one led to something else.
pub fn needing<'s>(steps: &'s [Step], step: &str) -> Vec<&'s str> {
    let mut open = BTreeSet::from([step]);
    let mut needing = Vec::new();
    // A step needs an earlier one, so one pass finds them all.
    for later in steps {
        if later.needs.as_deref().is_some_and(|needs| open.contains(needs)) {
            open.insert(&later.id);
            needing.push(later.id.as_str());
        }
    }
    needing
}

#[cfg(test)]
mod tests;
