//! What `check` says of our own addresses.

use std::io;
use std::net::SocketAddr;

use tokio::net::TcpListener;

use super::{Finding, good, wrong};
use crate::config::Config;
use crate::upstream::probe;

/// Whether `serve` can listen there, or does already. Says nothing then.
pub(super) async fn listener(key: &str, address: SocketAddr) -> Option<Finding> {
    if address.port() == 0 {
        return None;
    }
    // Nobody who serves is disturbed by a listener that is gone at once.
    let error = TcpListener::bind(address).await.err()?;
    let trouble = match error.kind() {
        io::ErrorKind::AddrInUse => {
            let url = format!("http://{address}/healthz").parse().ok()?;
            match probe::ask(&url).await {
                Ok(answer) if answer.status == 200 && answer.body.trim() == "ok" => return None,
                _ => "another program listens there; end it or choose a free port",
            }
        }
        io::ErrorKind::AddrNotAvailable => {
            "it is no address of this machine; choose one of its own, or 0.0.0.0 for all"
        }
        io::ErrorKind::PermissionDenied => "this user may not listen there; choose a port above 1023",
        _ => "choose another address",
    };
    Some(wrong(format!("{key}: {address} cannot be used ({error}): {trouble}")))
}

/// From here: a name or proxy that works only from outside, or only from inside, is not noticed.
pub(super) async fn public_url(config: &Config) -> Finding {
    let address = config.public("/healthz");
    let url = match address.parse() {
        Ok(url) => url,
        Err(error) => return wrong(format!("public_url: {address} is no address ({error})")),
    };
    match probe::ask(&url).await {
        Ok(answer) if answer.status == 200 && answer.body.trim() == "ok" => {
            if config.production() {
                good(format!("public_url: {address} answers"))
            } else {
                good(format!(
                    "public_url: {address} answers, but OfficeRnD cannot reach this machine's own address; set an https address for production"
                ))
            }
        }
        Ok(answer) if answer.status == 200 => wrong(format!(
            "public_url: {address} is answered by something else; does the proxy pass everything to {}?",
            config.listen
        )),
        Ok(answer) if (300..400).contains(&answer.status) => wrong(format!(
            "public_url: {address} is redirected; set public_url to the address where it ends, which OfficeRnD must know too"
        )),
        Ok(answer) => wrong(format!(
            "public_url: {address} answers {}; does the proxy pass everything to {}?",
            answer.status, config.listen
        )),
        Err(cause) => wrong(format!(
            "public_url: {address} does not answer ({cause}); is `deskbridge serve` running, and does the name lead to it?"
        )),
    }
}

/// Something else speaks https for us, and unless it is believed, everybody seems to come from it.
pub(super) fn proxies(config: &Config) -> Option<Finding> {
    if !config.production() {
        return None;
    }
    Some(if config.trusted_proxies.is_empty() {
        wrong(
            "trusted_proxies: empty, so that all visitors count as one: a few refused codes from anybody stop Connect for everybody for ten minutes; list the addresses of your proxy",
        )
    } else {
        good("trusted_proxies: visitors are told apart by X-Forwarded-For")
    })
}
