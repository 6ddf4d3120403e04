//! Requests as nobody's client would send them: signed by hand, with any header, or byte by byte.

use hmac::{Hmac, KeyInit as _, Mac as _};
use reqwest::RequestBuilder;
use reqwest::header::{HeaderMap, LOCATION};
use sha2::Sha256;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::{Answer, Installed, Subscription, TestApp, canaries};

/// `t=…,signature=…` over body and time; written from the contract, not with the product's code.
pub fn signature_header(secret: &str, body: &[u8], t: i64) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(body);
    mac.update(format!(".{t}").as_bytes());
    format!("t={t},signature={}", hex::encode(mac.finalize().into_bytes()))
}

impl TestApp {
    /// A request to the product that nothing is added to.
    pub fn request(&self, method: &str, address: &str) -> RequestBuilder {
        let address = if address.starts_with('/') { format!("{}{address}", self.url) } else { address.to_owned() };
        self.http.request(method.parse().unwrap(), address)
    }

    /// A delivery to `path` with that signature header.
    pub async fn post_webhook(&self, path: &str, header: Option<&str>, body: &[u8]) -> Answer {
        let mut request = self.request("POST", path).header("content-type", "application/json").body(body.to_vec());
        if let Some(header) = header {
            self.watch.know(|secrets| secrets.of_signature(header));
            request = request.header("officernd-signature", header);
        }
        answer(request).await
    }

    /// A delivery as OfficeRnD makes it, signed now.
    pub async fn deliver(&self, subscription: &Subscription, body: &[u8]) -> Answer {
        self.deliver_signed_at(subscription, body, self.clock.now_seconds()).await
    }

    /// OfficeRnD may keep the first time of signing over its retries.
    pub async fn deliver_signed_at(&self, subscription: &Subscription, body: &[u8], t: i64) -> Answer {
        let header = signature_header(&subscription.secret, body, t);
        self.post_webhook(&subscription.path(), Some(&header), body).await
    }

    /// An access token that this installation's connection holds now.
    pub async fn access_token(&self, installed: &Installed) -> String {
        let id = app::ids::ConnectionId(self.connection_of(installed).await);
        let slug = self.stored(id.0).await.integration;
        let key = self.api_key(&[&slug], &["tokens:read"]).await;
        let token = self.api(&key).post(&format!("/api/v1/connections/{id}/token"), &serde_json::json!({})).await;
        assert_eq!(token.status, 200, "{}", token.text);
        token.json()["access_token"].as_str().unwrap().to_owned()
    }

    /// OfficeRnD loses a subscription.
    pub async fn lose(&self, organization: &str, installed: &Installed, subscription: &Subscription) {
        let token = self.access_token(installed).await;
        let address =
            format!("{}/api/v2/organizations/{organization}/webhooks/{}", self.simulator_url, subscription.id);
        let response = self.request("DELETE", &address).bearer_auth(token).send().await.unwrap();
        assert!(response.status().is_success(), "{}", response.status());
    }
}

/// Sends, and reads the whole answer.
pub async fn answer(request: RequestBuilder) -> Answer {
    try_answer(request).await.unwrap()
}

/// The same to a server that may die over it.
pub async fn try_answer(request: RequestBuilder) -> Result<Answer, reqwest::Error> {
    let response = request.send().await?;
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let url = response.url().clone();
    let location = headers.get(LOCATION).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let answer = Answer { status, headers, text: response.text().await?, location, path: url.path().to_owned() };
    canaries::keep(&url, &answer);
    Ok(answer)
}

/// Sends these bytes on a connection of their own. `None` when it ends without an answer.
pub async fn wire(url: &str, bytes: &[u8]) -> Option<Answer> {
    let mut stream = TcpStream::connect(url.trim_start_matches("http://")).await.unwrap();
    // The server may answer and close before it has read everything; its answer counts.
    drop(stream.write_all(bytes).await);
    let mut received = Vec::new();
    let mut chunk = [0_u8; 16 * 1024];
    while let Ok(read) = stream.read(&mut chunk).await {
        if read == 0 {
            break;
        }
        received.extend_from_slice(&chunk[..read]);
    }
    let text = String::from_utf8_lossy(&received).into_owned();
    let (head, body) = text.split_once("\r\n\r\n")?;
    let mut lines = head.lines();
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let mut headers = HeaderMap::new();
    for (name, value) in lines.filter_map(|line| line.split_once(':')) {
        let name: reqwest::header::HeaderName = name.parse().unwrap();
        headers.append(name, value.trim().parse().unwrap());
    }
    Some(Answer { status, headers, text: body.to_owned(), location: String::new(), path: String::new() })
}
