//! A browser as far as HTTP goes: a cookie jar, and redirects that are followed only when asked.

use std::collections::HashMap;

use reqwest::header::{AUTHORIZATION, COOKIE, HeaderMap, SET_COOKIE};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::Value;

use super::send::try_answer;

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
    /// Empty without a `Location`.
    pub location: String,
    /// Path of the address that answered.
    pub path: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("no JSON: {}", self.text))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// What the simulator reports of a call that it made.
    pub fn from_control(answer: &Value) -> Self {
        let body = &answer["body"];
        Self {
            status: u16::try_from(answer["status"].as_u64().unwrap_or(0)).unwrap(),
            headers: HeaderMap::new(),
            text: body.as_str().map_or_else(|| body.to_string(), str::to_owned),
            location: answer["location"].as_str().unwrap_or_default().to_owned(),
            path: String::new(),
        }
    }
}

/// Holds cookies by name, as a browser does for one host.
#[derive(Clone)]
pub struct Browser {
    http: reqwest::Client,
    url: String,
    pub cookies: HashMap<String, String>,
    /// Sent as `X-Forwarded-For`, as a reverse proxy would.
    pub forwarded_for: Option<String>,
    bearer: Option<SecretString>,
}

impl Browser {
    pub fn new(http: reqwest::Client, url: String) -> Self {
        Self { http, url, cookies: HashMap::new(), forwarded_for: None, bearer: None }
    }

    pub fn with_bearer(mut self, key: &SecretString) -> Self {
        self.bearer = Some(key.clone());
        self
    }

    /// One GET, without following.
    pub async fn get(&mut self, address: &str) -> Answer {
        self.send("GET", address, None).await
    }

    /// A GET and the redirects after it, as long as they stay with the product.
    pub async fn follow(&mut self, address: &str) -> Answer {
        let mut answer = self.get(address).await;
        for _ in 0..5 {
            if answer.status != 303 || !(answer.location.starts_with('/') || answer.location.starts_with(&self.url)) {
                break;
            }
            answer = self.get(&answer.location.clone()).await;
        }
        answer
    }

    /// Presses the button `act` of the form on the page at `path`.
    pub async fn press(&mut self, path: &str, act: &str) -> Answer {
        self.send("POST", path, Some(("application/x-www-form-urlencoded", format!("act={act}").into_bytes()))).await
    }

    /// Sends the form of a page.
    pub async fn submit(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        self.send("POST", path, Some(("application/x-www-form-urlencoded", body.into_bytes()))).await
    }

    /// A JSON POST.
    pub async fn post(&mut self, address: &str, body: &Value) -> Answer {
        self.send("POST", address, Some(("application/json", body.to_string().into_bytes()))).await
    }

    pub async fn send(&mut self, method: &str, address: &str, body: Option<(&str, Vec<u8>)>) -> Answer {
        self.try_send(method, address, body).await.unwrap()
    }

    /// The same to a server that may die over it.
    pub async fn try_send(
        &mut self,
        method: &str,
        address: &str,
        body: Option<(&str, Vec<u8>)>,
    ) -> Result<Answer, reqwest::Error> {
        let address = if address.starts_with('/') { format!("{}{address}", self.url) } else { address.to_owned() };
        let mut request = self.http.request(method.parse().unwrap(), &address);
        if !self.cookies.is_empty() {
            let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header(COOKIE, cookies.join("; "));
        }
        if let Some(address) = &self.forwarded_for {
            request = request.header("x-forwarded-for", address);
        }
        if let Some(key) = &self.bearer {
            request = request.header(AUTHORIZATION, format!("Bearer {}", key.expose_secret()));
        }
        if let Some((content_type, body)) = body {
            request = request.header("content-type", content_type).body(body);
        }
        let answer = try_answer(request).await?;
        for cookie in answer.headers.get_all(SET_COOKIE) {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if cookie.to_str().unwrap().contains("; Max-Age=0;") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        Ok(answer)
    }
}
