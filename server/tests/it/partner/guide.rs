//! The quick start of `docs/HOOKS.md` does what it says: its server and its shell lines run as they stand there.

use std::io::{BufRead as _, BufReader};
use std::process::{ChildStdout, Command, Stdio};

use secrecy::SecretString;
use serde_json::{Value, json};
use server::clock::Clock;
use server::crypto::hook::HookKey;

use crate::support::command::Killed;

const SECRET: &str = "whsec_9cUEKgcSwkpBoUiIOULMVVvYvcHkA8PgT5wqPsznOOk=";

fn guide() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/HOOKS.md")).unwrap()
}

/// The first block of that language.
fn block<'a>(text: &'a str, language: &str) -> &'a str {
    let rest = text.split(&format!("```{language}\n")).nth(1).unwrap_or_else(|| panic!("no {language}"));
    rest.split("```").next().unwrap()
}

/// The server of the guide, killed at the end.
struct Guide {
    _child: Killed,
    url: String,
    /// It writes a line for what it is told.
    _stdout: BufReader<ChildStdout>,
    _folder: tempfile::TempDir,
}

impl Guide {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("partner.mjs");
        std::fs::write(&file, block(&guide(), "js")).unwrap();
        let port = crate::support::ports::free().port();
        let child = Command::new("node")
            .arg(&file)
            .env("ACME_HOOKS_SECRET", SECRET)
            .env("PORT", port.to_string())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Node is installed, as for the browser tests");
        let mut child = Killed(child);
        let mut line = String::new();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        stdout.read_line(&mut line).unwrap();
        assert_eq!(line, "ready\n");
        Self { _child: child, url: format!("http://127.0.0.1:{port}/hooks"), _stdout: stdout, _folder: folder }
    }

    async fn call(&self, hook: &str, id: &str, t: i64, signature: &str, body: &Value) -> (u16, Value) {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let request = http.post(format!("{}/{hook}", self.url)).body(body.to_string());
        let request =
            request.header("webhook-id", id).header("webhook-timestamp", t).header("webhook-signature", signature);
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), serde_json::from_str(&answer.text().await.unwrap()).unwrap())
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn its_server_believes_what_is_signed_and_nothing_else() {
    let _limit = crate::support::limit();
    let guide = Guide::start();
    let key = HookKey::parse(&SecretString::from(SECRET)).unwrap();
    let now = Clock::system().now_seconds();
    let body = json!({ "values": { "client_secret": "wrong" }, "organization": { "name": "Café ☕" } });
    let signed = |id: &str, t: i64| key.sign(id, t, body.to_string().as_bytes());
    let (status, answer) = guide.call("verify", "msg_1", now, &signed("msg_1", now), &body).await;
    assert_eq!((status, answer["ok"].clone()), (200, json!(false)), "{answer}");
    assert_eq!(answer["errors"][0]["field"], "client_secret");
    for (hook, status) in [("sync", 200), ("disconnected", 200), ("unheard_of", 404)] {
        let (given, _) = guide.call(hook, hook, now, &signed(hook, now), &body).await;
        assert_eq!(given, status, "{hook}");
    }
    let rotated = format!("v1,AAAA {}", signed("msg_2", now));
    assert_eq!(guide.call("verify", "msg_2", now, &rotated, &body).await.0, 200);
    for (id, t, signature) in [
        ("msg_3", now, signed("msg_1", now)),
        ("msg_3", now + 1, signed("msg_3", now)),
        ("msg_3", now - 400, signed("msg_3", now - 400)),
        ("msg_3", now, "v1,".to_owned()),
        ("msg_3", now, String::new()),
        ("msg_3", now, signed("msg_3", now).replace("v1,", "v2,")),
    ] {
        assert_eq!(guide.call("verify", id, t, &signature, &body).await.0, 401, "{id} {t} {signature}");
    }
    let other = json!({ "values": { "client_secret": "let me in" } });
    assert_eq!(guide.call("verify", "msg_3", now, &signed("msg_3", now), &other).await.0, 401);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn its_shell_lines_are_answered() {
    let _limit = crate::support::limit();
    let server = Guide::start();
    let text = guide();
    let ran = Command::new("sh")
        .args(["-eu", "-c", block(&text, "sh")])
        .env("ACME_HOOKS_SECRET", SECRET)
        .env("ACME_HOOKS_URL", &server.url)
        .output()
        .unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    // What the guide shows below the lines.
    let shown: Value = serde_json::from_str(block(text.split("```sh\n").nth(1).unwrap(), "json")).unwrap();
    assert_eq!(serde_json::from_slice::<Value>(&ran.stdout).unwrap(), shown);
}

/// A part of a manifest has no braces of its own.
#[test]
fn its_examples_are_json() {
    let text = guide();
    let mut seen = 0;
    for rest in text.split("```json\n").skip(1) {
        let example = rest.split("```").next().unwrap();
        let whole = if example.starts_with('"') { format!("{{{example}}}") } else { example.to_owned() };
        serde_json::from_str::<Value>(&whole).unwrap_or_else(|error| panic!("{error}: {example}"));
        seen += 1;
    }
    assert!(seen >= 8, "{seen}");
}
