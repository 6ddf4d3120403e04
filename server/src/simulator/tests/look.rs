//! What the pages show of calls and deliveries: every request, its answer, how it was signed, how to send it again.

use std::process::Command;
use std::time::Duration;

use super::*;

async fn call(lab: &Lab, id: &str, body: Value) -> Value {
    lab.control(&format!("/control/integrations/{id}/call"), body).await
}

#[tokio::test]
async fn a_signed_call_is_explained_and_its_key_is_named_only() {
    let lab = Lab::start().await;
    let connected = lab.connected(HARBOUR, "portunus").await;
    let answer = call(&lab, &connected.id, json!({ "call": "healthcheck" })).await;
    let secret = lab.get(&format!("/control/integrations/{}", connected.id)).await.is(200)["secret"].clone();
    let secret = secret.as_str().unwrap();
    for page in [format!("/calls?org={HARBOUR}"), "/calls".to_owned(), format!("/?org={HARBOUR}")] {
        let text = lab.get(&page).await.text;
        assert!(text.contains("Signed text: HMAC-SHA-256 over exactly this"), "{page}");
        let signed = "{&quot;slug&quot;:&quot;harbour-and-loom&quot;,&quot;locations&quot;:&quot;&quot;,\
                      &quot;organizationId&quot;:&quot;65f0a1b2c3d4e5f600000001&quot;";
        assert!(text.contains(signed), "{page}");
        assert!(text.contains("t = 1777809600 is 3 May 2026, 12:00:00 UTC"), "{page}");
        assert!(text.contains(&format!("GET {}/control/integrations/{} shows it", lab.simulator.url, connected.id)));
        assert!(text.contains(&format!("it begins with {}…", &secret[..4])) && !text.contains(secret), "{page}");
        let url = answer["url"].as_str().unwrap().replace('&', "&amp;");
        assert!(text.contains(&format!("curl -i &#39;{url}&#39;")), "{page}");
        // What came in is there too, and opens nothing.
        assert!(text.contains("grant_type=authorization_code") && text.contains("POST exchange 200"), "{page}");
        assert!(!text.contains(&connected.access) && !text.contains(&connected.refresh), "{page}");
    }
    assert!(!lab.get("/calls?org=studio-17").await.text.contains("healthcheck"));
}

#[tokio::test]
async fn a_wrong_signature_is_said_to_be_wrong() {
    let lab = Lab::start().await;
    let connected = lab.connected(HARBOUR, "portunus").await;
    call(&lab, &connected.id, json!({ "call": "sync", "secret": "another" })).await;
    assert!(lab.get("/calls").await.text.contains("Something else was sent, as ordered:"));
    call(&lab, &connected.id, json!({ "call": "sync", "signature": "" })).await;
    assert!(lab.get("/calls").await.text.contains("Nothing was sent as signature."));
}

/// The commands as a shell runs them: the product receives the same once more.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_command_of_a_call_and_of_a_delivery_sends_the_same_bytes() {
    let lab = Lab::start().await;
    let connected = lab.connected(HARBOUR, "portunus").await;
    call(&lab, &connected.id, json!({ "call": "healthcheck", "parameters": { "it's": "\"$HOME\" `x` ü" } })).await;
    lab.subscribe(&connected.access, HARBOUR, "/hook").await;
    let object = json!({ "name": "O'Neil & Søn <b>", "secret": "not ours to hide", "code": 7 });
    let event = json!({ "organization": HARBOUR, "event_type": "member.created", "object": object });
    lab.control("/control/events", event).await;
    let before = lab.product.received();
    assert_eq!(before.len(), 2);
    let text = lab.get(&format!("/calls?org={HARBOUR}")).await.text;
    let commands: Vec<String> = text
        .split("<pre>curl ")
        .skip(1)
        .map(|rest| format!("curl {}", rest.split("</pre>").next().unwrap()))
        .map(|command| command.replace("&#39;", "'").replace("&quot;", "\"").replace("&lt;", "<").replace("&gt;", ">"))
        .map(|command| command.replace("&amp;", "&"))
        .filter(|command| {
            command.contains(&lab.product.url) && !command.contains("/oauth/") && !command.contains("/api/")
        })
        .collect();
    assert_eq!(commands.len(), 2, "{commands:?}");
    // The newest is the first on the page.
    for (command, wanted) in commands.iter().rev().zip(&before) {
        let output = Command::new("sh").args(["-c", command]).output().unwrap();
        assert!(output.status.success(), "{command}: {output:?}");
        let again = lab.product.received().pop().unwrap();
        assert_eq!(format!("{again:?}"), format!("{wanted:?}"), "{command}");
    }
}

#[tokio::test]
async fn calls_come_to_an_open_page_without_script() {
    let lab = Lab::start().await;
    let connected = lab.connected(HARBOUR, "portunus").await;
    let mut page = lab.http.get(lab.url(&format!("/calls/live?org={HARBOUR}"))).send().await.unwrap();
    assert!(page.headers()["content-security-policy"].to_str().unwrap().contains("default-src 'none'"));
    let mut seen = String::new();
    let mut until = async |words: &str| {
        while !seen.contains(words) {
            let more = tokio::time::timeout(Duration::from_secs(10), page.chunk()).await;
            let more = more.unwrap_or_else(|_| panic!("{words:?} does not come: {seen}")).unwrap();
            seen.push_str(&String::from_utf8_lossy(&more.unwrap_or_else(|| panic!("it ended: {seen}"))));
        }
        seen.matches("GET healthcheck 200").count()
    };
    assert_eq!(until("POST exchange 200").await, 0);
    call(&lab, &connected.id, json!({ "call": "healthcheck" })).await;
    assert_eq!(until("GET healthcheck 200").await, 1);
    lab.switch("webhook_ids", "without").await;
    call(&lab, &connected.id, json!({ "call": "sync" })).await;
    assert_eq!(until("GET sync 200").await, 1, "each call comes once");
    // A simulator that stops does not wait for who watches, and the page is whole.
    let stopped = tokio::spawn(lab.simulator.stop());
    until("This page has ended.").await;
    until("</html>").await;
    tokio::time::timeout(Duration::from_secs(3), stopped).await.unwrap().unwrap();
}

#[tokio::test]
async fn deliveries_show_each_attempt_and_can_be_sent_again() {
    let lab = Lab::start().await;
    let connected = lab.connected(HARBOUR, "portunus").await;
    lab.subscribe(&connected.access, HARBOUR, "/hook").await;
    let page = format!("/deliveries?org={HARBOUR}");
    assert!(lab.get(&page).await.text.contains("Nothing was delivered yet."));
    lab.product.answers(503, json!({}));
    let event = json!({ "organization": HARBOUR, "event_type": "member.created", "object": { "name": "<i>Joe</i>" } });
    lab.control("/control/events", event).await;
    let text = lab.get(&page).await.text;
    assert!(text.contains("waits for 3 May 2026, 12:01:00") && text.contains("12:00:00: 503, 0 ms"), "{text}");
    assert!(text.contains("&lt;i&gt;Joe&lt;/i&gt;") && !text.contains("<i>Joe</i>"));
    assert!(text.contains("integration.removed, member.created"), "what was subscribed to");

    lab.product.answers(200, json!({}));
    let id = lab.get("/control/deliveries").await.is(200)[0]["id"].as_str().unwrap().to_owned();
    let again = lab.send(lab.http.post(lab.url(&format!("/deliveries/{id}/again")))).await;
    assert_eq!((again.status, again.header("location")), (303, Some("/deliveries?org=harbour-and-loom")));
    let text = lab.get(&page).await.text;
    assert!(text.contains("delivered") && text.contains("503, 0 ms") && text.contains("200, 0 ms"), "{text}");
    // Once more, though it was delivered: a duplicate.
    lab.send(lab.http.post(lab.url(&format!("/deliveries/{id}/again")))).await;
    let received = lab.product.received();
    assert_eq!(received.len(), 3);
    assert!(received.iter().all(|one| one.body == received[0].body));
    assert_eq!(lab.send(lab.http.post(lab.url("/deliveries/none/again"))).await.status, 422);
    assert!(!lab.get("/deliveries?org=studio-17").await.text.contains(&id));
}

#[tokio::test]
async fn a_lost_subscription_hears_nothing() {
    let lab = Lab::start().await;
    let connected = lab.connected(HARBOUR, "portunus").await;
    let subscription = lab.subscribe(&connected.access, HARBOUR, "/hook").await;
    let path = format!("/control/subscriptions/{}", subscription["_id"].as_str().unwrap());
    lab.send(lab.http.delete(lab.url(&path))).await.is(200);
    assert_eq!(lab.send(lab.http.delete(lab.url(&path))).await.status, 404);
    lab.control("/control/events", json!({ "organization": HARBOUR, "event_type": "member.created" })).await;
    assert!(lab.product.received().is_empty());
}
