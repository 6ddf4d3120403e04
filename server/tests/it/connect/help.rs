//! Who gets stuck finds the people behind the integration, where its manifest names them.

use std::path::Path;

use serde_json::{Value, json};

use super::says;
use crate::support::{Answer, Database, Manifests, TestApp, on_both_databases};

/// A connect that fails, one that was declined, and a link that is stale.
async fn stuck(app: &TestApp) -> [Answer; 3] {
    app.switch("connect_code", &json!("expired"), Some(1)).await;
    let installed = app.install("studio-17", "tally-desk", &[]).await;
    let failed = app.browser().follow(&installed.connect_url).await;
    says(&failed, 400, "This connect link has expired");
    app.switch("connect_code", &json!("absent"), Some(1)).await;
    let installed = app.install("studio-17", "tally-desk", &[]).await;
    let declined = app.browser().follow(&installed.connect_url).await;
    says(&declined, 200, "You chose not to connect");
    let stale = app.browser().get("/i/tally-desk/configure?slug=a").await;
    says(&stale, 401, "Open Configure again in OfficeRnD");
    [failed, declined, stale]
}

async fn the_manifest_says_whom_to_ask(database: Database) {
    let app = TestApp::start(database).await;
    let [failed, declined, stale] = stuck(&app).await;
    let number = failed.text.split("<bdi>CA-").nth(1).and_then(|rest| rest.split('<').next()).unwrap();
    let mail = "mailto:help@tallydesk.example?subject=Tallydesk%20Print";
    says(&failed, 400, &format!("href=\"{mail}%20CA-{number}\" class=\"btn btn--plain\">Ask for help</a>"));
    says(&declined, 200, &format!("href=\"{mail}\" class=\"btn btn--plain\">Ask a question</a>"));
    says(&stale, 401, &format!("href=\"{mail}\">help@tallydesk.example</a>"));
}

/// The sample without that key.
fn nobody_to_ask(folder: &Path) -> Manifests {
    let own = Manifests::default().folder;
    let sample = std::fs::read_to_string(own.join("tally-desk.json")).unwrap();
    let mut manifest: Value = serde_json::from_str(&sample).unwrap();
    manifest.as_object_mut().unwrap().remove("support").expect("the sample says whom to ask");
    std::fs::write(folder.join("tally-desk.json"), manifest.to_string()).unwrap();
    std::fs::copy(own.join("tally-desk.svg"), folder.join("tally-desk.svg")).unwrap();
    Manifests { folder: folder.to_owned(), ..Manifests::default() }
}

async fn where_it_names_nobody_nothing_is_shown(database: Database) {
    let folder = tempfile::tempdir().unwrap();
    let app = TestApp::start_beside(database, &[], nobody_to_ask(folder.path())).await;
    for page in stuck(&app).await {
        for part in ["mailto:", "Ask for help", "Ask a question", "Then ask"] {
            assert!(!page.text.contains(part), "{part}: {}", page.text);
        }
    }
}

on_both_databases!(the_manifest_says_whom_to_ask, where_it_names_nobody_nothing_is_shown);
