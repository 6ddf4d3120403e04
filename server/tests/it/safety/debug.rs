//! What `{:?}` shows of everything that holds a secret. A type without `Debug` cannot show any.

use secrecy::{ExposeSecret as _, SecretString};
use serde_json::json;
use server::config::{Config, KeyRing};
use server::crypto::signature::SigningKey;
use server::domain::signed_query::{SignatureHeader, SignedQuery};

use crate::support::{Database, TestApp};

const KEY: &str = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

fn hides(shown: &str, secrets: &[&str]) {
    assert!(!shown.is_empty());
    for secret in secrets {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[test]
fn the_configuration_hides_keys_and_passwords() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let variables = [
        ("DESKBRIDGE_ENCRYPTION_KEYS", format!("7:{KEY}")),
        (
            "DESKBRIDGE_DATABASE_URL",
            "postgres://deskbridge:pass-word-1@db.example:5432/desk?sslkey=key-file-1".to_owned(),
        ),
    ];
    let variables = variables.map(|(name, value)| (name.to_owned(), value));
    let config = Config::load(Some(file.path()), variables).unwrap();
    let bytes: Vec<u8> = (0..32).collect();
    let raw = format!("{bytes:?}");
    let secrets = ["AAECAw", "pass-word-1", "key-file-1", &hex::encode(&bytes), raw.trim_matches(['[', ']'])];
    hides(&format!("{config:?}"), &secrets);
    hides(&format!("{config:#?}"), &secrets);
    hides(&format!("{:?}", config.encryption_keys), &secrets);
    hides(&format!("{:?}", config.database), &secrets);
    hides(&format!("{:?}", KeyRing::parse(&[format!("7:{KEY}")]).unwrap()), &secrets);

    // A mistake in a value is told without the value.
    for wrong in [
        ("DESKBRIDGE_ENCRYPTION_KEYS", "7:AAECAwQF"),
        ("DESKBRIDGE_ENCRYPTION_KEYS", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="),
        ("DESKBRIDGE_ENCRYPTION_KEYS", "x:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="),
        ("DESKBRIDGE_DATABASE_URL", "postgres://deskbridge:pass-word-1@[::1/desk"),
        ("DESKBRIDGE_DATABASE_URL", "mysql://deskbridge:pass-word-1@db/desk"),
        ("DESKBRIDGE_PUBLIC_URL", "https://me:pass-word-1@desk.example"),
    ] {
        let variables = [(wrong.0.to_owned(), wrong.1.to_owned())];
        let error = Config::load(Some(file.path()), variables).unwrap_err();
        hides(&error.to_string(), &["AAECAw", "pass-word-1"]);
        hides(&format!("{error:?}"), &["AAECAw", "pass-word-1"]);
    }
}

#[test]
fn keys_and_signatures_are_hidden() {
    let secret = SecretString::from("integration-secret-1");
    let key = SigningKey::new(&secret).unwrap();
    hides(&format!("{key:?}"), &["integration-secret-1"]);
    let mac = key.sign(b"text");
    let header = SignatureHeader::parse(&format!("t=1795521600,signature={mac}")).unwrap();
    let bytes = format!("{:?}", header.mac());
    hides(&format!("{header:?}"), &[&mac, bytes.trim_matches(['[', ']'])]);
    let query = format!("slug=loom&organizationId=org-1&memberId=member-1&signature=t%3D1%2Csignature%3D{mac}");
    let query = SignedQuery::parse(&query).unwrap();
    hides(&format!("{query:?}"), &[&mac, "member-1", "org-1"]);
    let refused = SignedQuery::parse(&format!("slug=loom&code=secret-code&signature=t%3Dx%2Csignature%3D{mac}"));
    hides(&format!("{refused:?}"), &[&mac, "secret-code"]);
    hides(&format!("{secret:?}"), &["integration-secret-1"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn integrations_attempts_and_errors_hide_theirs() {
    let _limit = crate::support::limit();
    let app = TestApp::start(Database::Sqlite).await;
    for integration in &app.integrations {
        let client_secret = integration.client.client_secret.expose_secret();
        assert!(client_secret.len() > 8);
        hides(&format!("{integration:?}"), &[client_secret]);
        hides(&format!("{:#?}", integration.client), &[client_secret]);
    }
    hides(&format!("{:?}", app.app.vault), &["AAECAw"]);
    hides(&format!("{:?}", app.app.random), &["["]);
    let installed = app.install("harbour-and-loom", "tally-desk", &[]).await;
    app.switch("token_answer", &json!("empty_access_token"), None).await;
    let mut browser = app.browser();
    browser.follow(&installed.connect_url).await;
    let attempts = app.rows("SELECT id FROM connect_attempts").await;
    let id: uuid::Uuid = attempts[0].try_get_by_index(0).unwrap();
    let attempt = server::storage::attempts::get(app.app.db.read(), id).await.unwrap().unwrap();
    let cookie = browser.cookies.values().next().unwrap();
    hides(&format!("{attempt:?}"), &[&installed.code, cookie]);
}
