//! Where traces go, and which combinations cannot work.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use http::{HeaderMap, HeaderName, HeaderValue};
use percent_encoding::percent_decode_str;
use secrecy::{ExposeSecret as _, SecretString};
use serde::Deserialize;
use url::{Host, Url};

use crate::domain::address::is_public;

/// Added to an endpoint that does not end with it, as other programs do that speak OTLP.
const PATH: &str = "/v1/traces";
/// Names that nobody outside of a network can have.
const NEAR: [&str; 5] = [".localhost", ".local", ".internal", ".svc", ".home.arpa"];

/// A collector that takes traces by OTLP over HTTP.
#[derive(Debug, Clone)]
pub struct Telemetry {
    /// As it is called, with its path.
    pub endpoint: Url,
    /// Sent with each call. Their values are marked as sensitive, so that nothing prints them.
    pub headers: HeaderMap,
    pub service_name: String,
    /// Of the traces that begin here, from 0 to 1.
    pub sample_ratio: f64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawTelemetry {
    otlp_endpoint: Option<String>,
    otlp_headers: Option<SecretString>,
    otlp_headers_file: Option<PathBuf>,
    service_name: String,
    sample_ratio: f64,
}

impl Default for RawTelemetry {
    fn default() -> Self {
        Self {
            otlp_endpoint: None,
            otlp_headers: None,
            otlp_headers_file: None,
            service_name: "deskbridge".into(),
            sample_ratio: 0.1,
        }
    }
}

impl RawTelemetry {
    /// None where it is off.
    ///
    /// # Errors
    /// Every key that is wrong, with the reason.
    pub(super) fn check(&self) -> Result<Option<Telemetry>, Vec<String>> {
        let text = self.otlp_headers.as_ref().filter(|text| !text.expose_secret().trim().is_empty());
        let file = self.otlp_headers_file.as_deref().filter(|file| !file.as_os_str().is_empty());
        let Some(endpoint) = self.otlp_endpoint.as_deref().map(str::trim).filter(|text| !text.is_empty()) else {
            let others =
                [("telemetry__otlp_headers", text.is_some()), ("telemetry__otlp_headers_file", file.is_some())];
            return match others.into_iter().find(|(_, set)| *set) {
                None => Ok(None),
                Some((key, _)) => {
                    Err(vec![format!("telemetry__otlp_endpoint: is missing, and {key} means nothing without it")])
                }
            };
        };
        let mut problems = Vec::new();
        let mut keep = |problem: String| problems.push(problem);
        let endpoint = traces_url(endpoint).map_err(|problem| keep(format!("telemetry__otlp_endpoint: {problem}")));
        let headers = match (text, file) {
            (Some(_), Some(_)) => {
                keep("telemetry__otlp_headers_file: telemetry__otlp_headers is set too; one of them is enough".into());
                Ok(HeaderMap::new())
            }
            (Some(text), None) => {
                headers(text.expose_secret()).map_err(|problem| keep(format!("telemetry__otlp_headers: {problem}")))
            }
            (None, Some(file)) => {
                read(file).map_err(|problem| keep(format!("telemetry__otlp_headers_file: {problem}")))
            }
            (None, None) => Ok(HeaderMap::new()),
        };
        let service_name = self.service_name.trim().to_owned();
        if service_name.is_empty() {
            keep("telemetry__service_name: must not be empty".into());
        }
        if !(0.0..=1.0).contains(&self.sample_ratio) {
            keep("telemetry__sample_ratio: must be a number from 0 to 1, such as 0.1 for every tenth trace".into());
        }
        match (endpoint, headers) {
            (Ok(endpoint), Ok(headers)) if problems.is_empty() => {
                Ok(Some(Telemetry { endpoint, headers, service_name, sample_ratio: self.sample_ratio }))
            }
            _ => Err(problems),
        }
    }
}

fn traces_url(text: &str) -> Result<Url, String> {
    let mut url = Url::parse(text).map_err(|error| format!("not an address ({error})"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err("must begin with https:// or http://, since OTLP over HTTP is spoken".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("must hold no user and no password; a login belongs in telemetry__otlp_headers".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("must hold no query and no fragment; keys belong in telemetry__otlp_headers".to_owned());
    }
    if url.scheme() == "http" && !is_near(&url) {
        return Err("must be https, since it is no address of this machine or of a private network".to_owned());
    }
    let path = url.path().trim_end_matches('/');
    if !path.ends_with(PATH) {
        let path = format!("{path}{PATH}");
        url.set_path(&path);
    }
    Ok(url)
}

/// Of this machine or its network: the operator's own wire.
fn is_near(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => !is_public(IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => !is_public(IpAddr::V6(address)),
        // A name without a dot is one of a container or of the own domain.
        Some(Host::Domain(name)) => !name.contains('.') || NEAR.iter().any(|end| name.ends_with(end)),
        None => false,
    }
}

fn read(file: &Path) -> Result<HeaderMap, String> {
    let text = std::fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    headers(&text)
}

/// `name=value` pairs between commas or lines, values percent-encoded where they have to be. No problem says more of
/// them than which one it is.
fn headers(text: &str) -> Result<HeaderMap, String> {
    let mut headers = HeaderMap::new();
    let pairs = text.split([',', '\n']).map(str::trim).filter(|pair| !pair.is_empty());
    for (index, pair) in pairs.enumerate() {
        let wrong = || format!("number {} is no name=value, such as x-api-key=…", index + 1);
        let (name, value) = pair.split_once('=').ok_or_else(wrong)?;
        let name = HeaderName::from_bytes(name.trim().as_bytes()).map_err(|_| wrong())?;
        let value: Vec<u8> = percent_decode_str(value.trim()).collect();
        let mut value = HeaderValue::from_bytes(&value).map_err(|_| wrong())?;
        value.set_sensitive(true);
        if headers.insert(name, value).is_some() {
            return Err(format!("number {} has a name that stands there before", index + 1));
        }
    }
    Ok(headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(endpoint: &str) -> RawTelemetry {
        RawTelemetry { otlp_endpoint: Some(endpoint.to_owned()), ..RawTelemetry::default() }
    }

    fn problem(raw: &RawTelemetry) -> String {
        let problems = raw.check().unwrap_err();
        assert_eq!(problems.len(), 1, "{problems:?}");
        problems.concat()
    }

    #[test]
    fn off_unless_an_endpoint_is_named() {
        assert!(RawTelemetry::default().check().unwrap().is_none());
        assert!(raw(" ").check().unwrap().is_none());
        let set = raw("https://otel.example:4318").check().unwrap().unwrap();
        assert_eq!(set.endpoint.as_str(), "https://otel.example:4318/v1/traces");
        assert_eq!((set.service_name.as_str(), set.sample_ratio, set.headers.len()), ("deskbridge", 0.1, 0));
        for whole in ["https://otel.example/v1/traces", "https://otel.example/v1/traces/"] {
            let endpoint = raw(whole).check().unwrap().unwrap().endpoint;
            assert_eq!(endpoint.as_str().trim_end_matches('/'), "https://otel.example/v1/traces");
        }
        let below = raw("https://otel.example/ingest/otlp/").check().unwrap().unwrap().endpoint;
        assert_eq!(below.as_str(), "https://otel.example/ingest/otlp/v1/traces");
    }

    #[test]
    fn http_only_where_the_wire_is_ones_own() {
        for near in ["127.0.0.1", "10.1.2.3", "[::1]", "[fd00::1]", "localhost", "otel-collector", "otel.desk.svc"] {
            assert!(raw(&format!("http://{near}:4318")).check().is_ok(), "{near}");
        }
        for far in ["8.8.8.8", "[2606:4700::1111]", "otel.example", "local.example"] {
            let said = problem(&raw(&format!("http://{far}:4318")));
            assert!(said.starts_with("telemetry__otlp_endpoint: must be https"), "{far}: {said}");
        }
        for wrong in ["otel.example", "grpc://otel.example", "https://u@otel.example", "https://otel.example?k=1"] {
            assert!(problem(&raw(wrong)).starts_with("telemetry__otlp_endpoint: "), "{wrong}");
        }
    }

    #[test]
    fn headers_are_secrets() {
        let fine = "https://otel.example";
        let with = |text: &str| RawTelemetry { otlp_headers: Some(SecretString::from(text)), ..raw(fine) };
        let set = with("Authorization=Basic%20aHVudGVyMg==, x-team=desk").check().unwrap().unwrap();
        assert_eq!(set.headers["authorization"], "Basic aHVudGVyMg==");
        assert_eq!(set.headers["x-team"], "desk");
        assert!(!format!("{set:?}").contains("aHVudGVyMg"), "{set:?}");
        for wrong in ["hunter2", "a b=hunter2", "x=hunter2%0a"] {
            let said = problem(&with(wrong));
            assert!(said.starts_with("telemetry__otlp_headers: number 1") && !said.contains("hunter2"), "{said}");
        }
        for twice in ["x-a=hunter1,x-b=2,x-a=hunter2", "x-a=hunter1\nx-b=2\nX-A=hunter1"] {
            let said = problem(&with(twice));
            assert_eq!(said, "telemetry__otlp_headers: number 3 has a name that stands there before");
        }
        let comma = with("x-list=a%2Cb").check().unwrap().unwrap();
        assert_eq!(comma.headers["x-list"], "a,b");
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("headers");
        std::fs::write(&file, "x-api-key=hunter2\n").unwrap();
        let from = |file: &Path| RawTelemetry { otlp_headers_file: Some(file.to_owned()), ..raw(fine) };
        assert_eq!(from(&file).check().unwrap().unwrap().headers["x-api-key"], "hunter2");
        let gone = problem(&from(&folder.path().join("gone")));
        assert!(gone.starts_with("telemetry__otlp_headers_file: "), "{gone}");
        let both = RawTelemetry { otlp_headers_file: Some(file), ..with("x=y") };
        assert!(problem(&both).starts_with("telemetry__otlp_headers_file: "));
        let alone = RawTelemetry { otlp_endpoint: None, ..with("x=y") };
        assert!(problem(&alone).starts_with("telemetry__otlp_endpoint: is missing"));
    }

    #[test]
    fn numbers_and_names_that_mean_nothing_are_refused() {
        for sample_ratio in [-0.1, 1.1, f64::NAN, f64::INFINITY] {
            let said = problem(&RawTelemetry { sample_ratio, ..raw("https://otel.example") });
            assert!(said.starts_with("telemetry__sample_ratio: "), "{said}");
        }
        let nameless = RawTelemetry { service_name: " ".to_owned(), ..raw("https://otel.example") };
        assert!(problem(&nameless).starts_with("telemetry__service_name: "));
    }
}
