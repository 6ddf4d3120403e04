//! More sections than one page has room for: each is a page, and what is wrong on another one is found there.

use serde_json::{Value, json};

use super::as_shown::posted;
use super::desk::{Desk, WIFI};
use crate::support::{Database, Manifests, on_both_databases};

/// The sample with so many sections more, of which the first chooses the controller that a secret is bound to.
fn many_sections(folder: &std::path::Path) -> Manifests {
    let own = Manifests::default().folder;
    let sample = std::fs::read_to_string(own.join("meshfern-wifi.json")).unwrap();
    let mut manifest: Value = serde_json::from_str(&sample).unwrap();
    let controller = manifest["sections"][0]["fields"].as_array_mut().unwrap().remove(0);
    assert_eq!(controller["key"], "controller");
    let sections = manifest["sections"].as_array_mut().unwrap();
    sections.push(json!({ "id": "choice", "title": "Choice", "fields": [controller] }));
    for number in 0..10 {
        let field = json!({ "key": format!("note_{number}"), "kind": "text", "label": "Note", "scope": "org" });
        sections.push(json!({ "id": format!("notes_{number}"), "title": "Notes", "fields": [field] }));
    }
    std::fs::write(folder.join("meshfern-wifi.json"), manifest.to_string()).unwrap();
    std::fs::copy(own.join("meshfern-wifi.svg"), folder.join("meshfern-wifi.svg")).unwrap();
    Manifests { folder: folder.to_owned(), ..Manifests::default() }
}

async fn a_mistake_on_another_page_leads_there(database: Database) {
    let folder = tempfile::tempdir().unwrap();
    let mut desk = Desk::filled_beside(database, many_sections(folder.path()), WIFI).await;
    let (home, choice) = (desk.home.clone(), format!("{}?section=choice", desk.home));
    let page = desk.browser.get(&choice).await;
    assert!(page.text.contains("id=\"s.controller\"") && !page.text.contains("id=\"s.api_token\""), "{}", page.text);
    let typed = [("own", "controller"), ("f.controller", "on_site")];
    let refused = desk.post(&choice, &typed, "save").await;
    assert_eq!(refused.status, 422, "{}", refused.location);
    let link = format!("href=\"{home}?section=controller#f.api_token\"");
    assert!(refused.text.contains(&link), "{}", refused.text);
    let controller = ("f.controller".to_owned(), "on_site".to_owned());
    assert!(posted(&refused.text, "settings").contains(&controller), "{}", refused.text);
}

on_both_databases!(a_mistake_on_another_page_leads_there);
