//! Every configuration key: its name in the file, its type, and how an environment variable spells it.

use toml::{Table, Value};

use super::ConfigError;
use crate::manifest::nearest;

/// What a value may be. Variables are text, so the type says how to read them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Text,
    Integer,
    Number,
    /// Comma-separated in a variable, a list in the file.
    List,
}

/// Nested keys are joined with `__`, as in the variables.
pub(super) const KEYS: &[(&str, Kind)] = &[
    ("public_url", Kind::Text),
    ("listen", Kind::Text),
    ("operations_listen", Kind::Text),
    ("cache__connections", Kind::Integer),
    ("database_url", Kind::Text),
    ("encryption_keys", Kind::List),
    ("integrations_dir", Kind::Text),
    ("officernd__identity_url", Kind::Text),
    ("officernd__app_url", Kind::Text),
    ("officernd__region_hosts", Kind::List),
    ("connect__bad_codes_per_address", Kind::Integer),
    ("api__requests_per_minute", Kind::Integer),
    ("refresh__policy", Kind::Text),
    ("refresh__requests_per_minute", Kind::Integer),
    ("refresh__margin_seconds", Kind::Integer),
    ("refresh__horizon_days", Kind::Integer),
    ("refresh__concurrency", Kind::Integer),
    ("signature_tolerance_seconds", Kind::Integer),
    ("webhook_tolerance_seconds", Kind::Integer),
    ("retention_days", Kind::Integer),
    ("log_format", Kind::Text),
    ("trusted_proxies", Kind::List),
    ("staff_oidc__issuer", Kind::Text),
    ("staff_oidc__client_id", Kind::Text),
    ("staff_oidc__client_secret", Kind::Text),
    ("staff_oidc__name", Kind::Text),
    ("staff_oidc__scopes", Kind::List),
    ("staff_oidc__acr_values", Kind::List),
    ("staff_oidc__required_claims", Kind::List),
    ("smtp__host", Kind::Text),
    ("smtp__port", Kind::Integer),
    ("smtp__security", Kind::Text),
    ("smtp__user", Kind::Text),
    ("smtp__password", Kind::Text),
    ("smtp__from", Kind::Text),
    ("telemetry__otlp_endpoint", Kind::Text),
    ("telemetry__otlp_headers", Kind::Text),
    ("telemetry__otlp_headers_file", Kind::Text),
    ("telemetry__service_name", Kind::Text),
    ("telemetry__sample_ratio", Kind::Number),
];

const PREFIX: &str = "DESKBRIDGE_";

/// What an environment variable is to us.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Variable {
    Key(&'static str, Kind),
    /// Kubernetes injects these for a service named `deskbridge`.
    Kubernetes,
    Unknown,
    Foreign,
}

pub(super) fn variable(name: &str) -> Variable {
    let Some(rest) = name.strip_prefix(PREFIX) else { return Variable::Foreign };
    let wanted = rest.to_ascii_lowercase();
    if rest.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
        && let Some((key, kind)) = KEYS.iter().find(|(key, _)| *key == wanted)
    {
        return Variable::Key(key, *kind);
    }
    if rest == "PORT" || rest.starts_with("PORT_") || rest.starts_with("SERVICE_") {
        return Variable::Kubernetes;
    }
    Variable::Unknown
}

/// Whether a variable of that name is meant for us.
pub fn is_ours(name: &str) -> bool {
    name.starts_with(PREFIX)
}

/// For a command that takes nothing from the configuration: refuses what is named like a key and is none. Inside are
/// variables that were ignored on purpose.
///
/// # Errors
/// Names every one that is no key.
pub fn refuse_unknown<'a>(names: impl IntoIterator<Item = &'a str>) -> Result<Vec<String>, ConfigError> {
    let (mut problems, mut ignored) = (Vec::new(), Vec::new());
    for name in names {
        match variable(name) {
            Variable::Unknown => problems.push(unknown_variable(name)),
            Variable::Kubernetes => ignored.push(name.to_owned()),
            Variable::Key(..) | Variable::Foreign => {}
        }
    }
    problems.sort();
    if problems.is_empty() { Ok(ignored) } else { Err(ConfigError(problems)) }
}

pub(super) fn unknown_variable(name: &str) -> String {
    no_such_key(name, KEYS.iter().map(|(key, _)| variable_name(key)))
}

/// The variable of a key, for messages.
pub(super) fn variable_name(key: &str) -> String {
    format!("{PREFIX}{}", key.to_ascii_uppercase())
}

/// For a name that is none of those.
pub(super) fn no_such_key(name: &str, known: impl Iterator<Item = String>) -> String {
    let known: Vec<String> = known.collect();
    match nearest(name, known.iter().map(String::as_str)) {
        Some(meant) => format!("{name}: there is no such key; did you mean {meant}?"),
        None => format!("{name}: there is no such key; take it away"),
    }
}

/// What a variable's text is as a value of the file.
///
/// # Errors
/// What is wanted instead.
pub(super) fn typed(text: &str, kind: Kind) -> Result<Value, &'static str> {
    match kind {
        Kind::Text => Ok(Value::String(text.to_owned())),
        Kind::Integer => text.trim().parse::<i64>().map(Value::Integer).map_err(|_| "a whole number"),
        Kind::Number => text.trim().parse::<f64>().map(Value::Float).map_err(|_| "a number"),
        Kind::List => Ok(Value::Array(
            text.split(',')
                .map(str::trim)
                .filter(|item| !item.is_empty())
                .map(|item| Value::String(item.to_owned()))
                .collect(),
        )),
    }
}

/// Lays a value over the file's.
pub(super) fn set(table: &mut Table, key: &str, value: Value) {
    match key.split_once("__") {
        None => {
            table.insert(key.to_owned(), value);
        }
        Some((outer, inner)) => {
            let entry = table.entry(outer.to_owned()).or_insert_with(|| Value::Table(Table::new()));
            if let Value::Table(nested) = entry {
                nested.insert(inner.to_owned(), value);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_keys_kubernetes_or_refused() {
        assert_eq!(variable("DESKBRIDGE_OFFICERND__APP_URL"), Variable::Key("officernd__app_url", Kind::Text));
        assert_eq!(variable("DESKBRIDGE_PORT"), Variable::Kubernetes);
        assert_eq!(variable("DESKBRIDGE_PORT_3000_TCP_ADDR"), Variable::Kubernetes);
        assert_eq!(variable("DESKBRIDGE_SERVICE_HOST"), Variable::Kubernetes);
        assert_eq!(variable("DESKBRIDGE_PUBLICURL"), Variable::Unknown);
        assert_eq!(variable("DESKBRIDGE_public_url"), Variable::Unknown);
        assert_eq!(variable("HOME"), Variable::Foreign);
    }
}
