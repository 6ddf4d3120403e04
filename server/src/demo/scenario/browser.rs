//! A browser as far as HTTP goes: cookies by name, redirects within Deskbridge, the page that it shows.

use std::collections::BTreeMap;

use anyhow::Context as _;
use reqwest::Client;
use reqwest::header::{COOKIE, LOCATION, SET_COOKIE};
use serde_json::Value;

/// More redirects are a loop.
const MOST_REDIRECTS: usize = 5;

/// An answer, read whole.
#[derive(Clone, Debug)]
pub(super) struct Got {
    /// 0 when nobody answered.
    pub(super) status: u16,
    pub(super) text: String,
    pub(super) location: String,
}

impl Got {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_default()
    }
}

#[derive(Clone)]
pub(super) struct Browser {
    http: Client,
    product_url: String,
    cookies: BTreeMap<String, String>,
    /// Empty before the first page.
    pub(super) page: String,
}

impl Browser {
    pub(super) fn new(http: Client, product_url: String) -> Self {
        Self { http, product_url, cookies: BTreeMap::new(), page: String::new() }
    }

    pub(super) fn forget_cookies(&mut self) {
        self.cookies.clear();
    }

    /// A page and the redirects before it, as long as they stay with Deskbridge. The last one is what is shown.
    pub(super) async fn visit(&mut self, address: &str) -> anyhow::Result<Got> {
        let mut address = self.whole(address);
        for _ in 0..MOST_REDIRECTS {
            let got = self.send(self.http.get(&address)).await?;
            let next = self.whole(&got.location);
            if got.status != 303 || !next.starts_with(&self.product_url) {
                self.page = address;
                return Ok(got);
            }
            address = next;
        }
        anyhow::bail!("the redirects do not end: {address}")
    }

    /// The button of a form on the page that is shown, and the page that it leads to.
    pub(super) async fn press(&mut self, button: &str) -> anyhow::Result<Got> {
        self.submit(&[("act".to_owned(), button.to_owned())]).await
    }

    /// The form on the page that is shown, filled in. An answer without a redirect is the same page again.
    pub(super) async fn submit(&mut self, fields: &[(String, String)]) -> anyhow::Result<Got> {
        let got = self.send(self.http.post(&self.page).form(fields)).await?;
        let next = self.whole(&got.location);
        if got.status == 303 && next.starts_with(&self.product_url) { self.visit(&next).await } else { Ok(got) }
    }

    fn whole(&self, address: &str) -> String {
        if address.starts_with('/') { format!("{}{address}", self.product_url) } else { address.to_owned() }
    }

    async fn send(&mut self, request: reqwest::RequestBuilder) -> anyhow::Result<Got> {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = if cookies.is_empty() { request } else { request.header(COOKIE, cookies.join("; ")) };
        let response = request.send().await.context("Deskbridge did not answer")?;
        for cookie in response.headers().get_all(SET_COOKIE) {
            let pair = cookie.to_str().unwrap_or_default().split(';').next().unwrap_or_default();
            if let Some((name, value)) = pair.split_once('=') {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        read(response).await
    }
}

/// The whole answer.
pub(super) async fn read(response: reqwest::Response) -> anyhow::Result<Got> {
    let status = response.status().as_u16();
    let location =
        response.headers().get(LOCATION).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    Ok(Got { status, location, text: response.text().await? })
}
