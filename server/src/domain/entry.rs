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
    let empty = || if field.common.required { Err(Mistake::Missing) } else { Ok(Entry::Nothing) };
    match &field.kind {
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
        Kind::MultiRef(kind) => {
            let ids = several(kind.min_items, kind.max_items, form.all(&name))?;
            if ids.is_empty() && field.common.required { Err(Mistake::Missing) } else { Ok(Entry::Value(ids.into())) }
        }
        Kind::Text(_) | Kind::Url(_) | Kind::HostPort(_) | Kind::Number(_) => match line(&field.kind, typed)? {
            Some(value) => Ok(Entry::Value(value)),
            None => empty(),
        },
        // A page that cannot ask for it does not show the step.
        _ => Err(Mistake::UnknownChoice),
    }
}

/// What was typed into one line, or several, for a text, an address or a number. None for nothing.
///
/// # Errors
/// With what is wrong with it.
pub fn line(kind: &Kind, typed: &str) -> Result<Option<Value>, Mistake> {
    if let Kind::Text(text) = kind
        && text.multiline
    {
        let typed = typed.replace("\r\n", "\n");
        return if typed.trim().is_empty() { Ok(None) } else { plain(text, typed.trim_end()).map(Some) };
    }
    let line = typed.trim();
    if line.is_empty() {
        return Ok(None);
    }
    match kind {
        Kind::Text(text) => plain(text, line),
        Kind::Url(url) => address(kind, url, line),
        Kind::HostPort(host_port) => host(kind, host_port, line),
        Kind::Number(limits) => number(limits, line),
        _ => Err(Mistake::UnknownChoice),
    }
    .map(Some)
}

pub(super) fn within(text: &str, least: Option<u32>, most: Option<u32>) -> Result<(), Mistake> {
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

fn plain(kind: &kind::Text, text: &str) -> Result<Value, Mistake> {
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
    Ok(text.into())
}

fn looks_like_mail(text: &str) -> bool {
    let whole = |part: &str| !part.is_empty() && !part.contains(|sign: char| sign.is_whitespace() || sign == '@');
    text.split_once('@').is_some_and(|(name, domain)| whole(name) && whole(domain) && domain.contains('.'))
}

/// Ids are the partner's; whether one exists only the partner can say.
pub(super) fn id(text: &str) -> Result<&str, Mistake> {
    if text.chars().count() > 500 || text.contains(char::is_control) { Err(Mistake::UnknownChoice) } else { Ok(text) }
}

/// Ids, each once; empty ones do not count, and none at all is neither too few.
pub(super) fn several<'f>(
    least: Option<u32>,
    most: Option<u32>,
    typed: impl Iterator<Item = &'f str>,
) -> Result<Vec<&'f str>, Mistake> {
    let mut ids: Vec<&str> = Vec::new();
    let mut known: BTreeSet<&str> = BTreeSet::new();
    for one in typed.filter(|one| !one.is_empty()) {
        if known.insert(one) {
            ids.push(id(one)?);
        }
    }
    count(ids.len(), least.filter(|_| !ids.is_empty()), most)?;
    Ok(ids)
}

pub(super) fn count(items: usize, least: Option<u32>, most: Option<u32>) -> Result<(), Mistake> {
    let count = u32::try_from(items).unwrap_or(u32::MAX);
    if let Some(least) = least.filter(|least| count < *least) {
        return Err(Mistake::TooFew { least });
    }
    match most.filter(|most| count > *most) {
        Some(most) => Err(Mistake::TooMany { most }),
        None => Ok(()),
    }
}

fn address(whole: &Kind, kind: &kind::Url, text: &str) -> Result<Value, Mistake> {
    within(text, None, None)?;
    let value = Value::from(text);
    let schemes = if kind.schemes.is_empty() { vec!["https".to_owned()] } else { kind.schemes.clone() };
    let Some(url) = Url::parse(text).ok().filter(|_| whole.accepts(&value)) else {
        return Err(Mistake::NotAnAddress { schemes });
    };
    let private = match url.host() {
        Some(Host::Ipv4(address)) => !is_public(IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => !is_public(IpAddr::V6(address)),
        Some(Host::Domain(name)) => is_local(name),
        None => false,
    };
    if private && kind.deny_private_addresses { Err(Mistake::Private) } else { Ok(value) }
}

fn host(whole: &Kind, kind: &kind::HostPort, text: &str) -> Result<Value, Mistake> {
    let value = Value::from(text);
    if within(text, None, None).is_err() || !whole.accepts(&value) {
        return Err(Mistake::NotAHost);
    }
    if kind.deny_private_addresses && is_private_host(text) {
        return Err(Mistake::Private);
    }
    Ok(value)
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

/// A number as people type it: a comma is a decimal point unless a point stands behind it.
pub(super) fn typed_number(text: &str) -> Result<f64, Mistake> {
    let plain = match (text.rfind(','), text.rfind('.')) {
        (Some(comma), Some(point)) if point > comma => text.replace(',', ""),
        (Some(_), None) if text.matches(',').count() == 1 => text.replace(',', "."),
        (Some(_), _) => return Err(Mistake::NotANumber),
        (None, _) => text.to_owned(),
    };
    let digits = |byte: u8| byte.is_ascii_digit() || matches!(byte, b'.' | b'-');
    if !plain.bytes().all(digits) {
        return Err(Mistake::NotANumber);
    }
    plain.parse().ok().filter(|number: &f64| number.is_finite()).ok_or(Mistake::NotANumber)
}

fn number(kind: &kind::Number, text: &str) -> Result<Value, Mistake> {
    let limits = Limits { whole: kind.integer, min: kind.min, max: kind.max, step: kind.step, decimals: kind.decimals };
    let number = typed_number(text)?;
    limits.check(number)?;
    written(number)
}

/// What a number may be.
#[derive(Clone, Copy, Default)]
pub(super) struct Limits {
    pub(super) whole: bool,
    pub(super) min: Option<f64>,
    pub(super) max: Option<f64>,
    pub(super) step: Option<f64>,
    pub(super) decimals: Option<u32>,
}

impl Limits {
    pub(super) fn check(self, number: f64) -> Result<(), Mistake> {
        let whole = |number: f64| (number - number.round()).abs() < 1e-9;
        let shown = |limit: Option<f64>| limit.map(|limit| limit.to_string());
        if self.whole && !whole(number) {
            return Err(Mistake::NotWhole);
        }
        if self.min.is_some_and(|min| number < min) || self.max.is_some_and(|max| number > max) {
            return Err(Mistake::OutOfRange { from: shown(self.min), to: shown(self.max) });
        }
        if let Some(step) = self.step.filter(|step| !whole((number - self.min.unwrap_or(0.0)) / step)) {
            return Err(Mistake::WrongStep { step: step.to_string() });
        }
        match self.decimals.filter(|most| !whole(number * 10_f64.powi(i32::try_from(*most).unwrap_or(0)))) {
            Some(most) => Err(Mistake::TooManyDecimals { most }),
            None => Ok(()),
        }
    }
}

/// As JSON, in which 5.0 and 5 are not equal in conditions.
pub(super) fn written(number: f64) -> Result<Value, Mistake> {
    let exact = format!("{number}").parse::<i64>().ok().map(Number::from);
    exact.or_else(|| Number::from_f64(number)).map(Value::Number).ok_or(Mistake::NotANumber)
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
