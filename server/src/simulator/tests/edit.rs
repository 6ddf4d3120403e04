//! Organizations and locations, changed on the page and by the control API.

use super::*;

const ROTTERDAM: &str = "65f0a1b2c3d4e5f700010000";
const ID: &str = "65f0a1b2c3d4e5f600000001";

async fn press(lab: &Lab, path: &str, form: &[(&str, &str)]) -> Got {
    lab.send(lab.http.post(lab.url(path)).form(form)).await
}

#[tokio::test]
async fn an_organization_is_renamed_on_its_page_and_the_api_answers_so() {
    let lab = Lab::start().await;
    let connected = lab.connected(HARBOUR, "portunus").await;
    let form = [("name", "Loom <& Sons>"), ("slug", "loom"), ("currency", "SEK")];
    let saved = press(&lab, &format!("/organization/{ID}"), &form).await;
    assert_eq!((saved.status, saved.header("location")), (303, Some("/organization?org=loom")));
    let page = lab.get("/organization?org=loom").await.text;
    assert!(page.contains("value=\"Loom &lt;&amp; Sons&gt;\"") && page.contains("value=\"SEK\""));
    let shown = lab.api(&connected.access, "/api/v1/organizations/loom").await.is(200);
    assert_eq!((shown["name"].as_str(), shown["_id"].as_str()), (Some("Loom <& Sons>"), Some(ID)));
    assert_ne!(lab.api(&connected.access, "/api/v1/organizations/harbour-and-loom").await.status, 200);

    for (form, words) in [
        ([("name", ""), ("slug", "loom"), ("currency", "SEK")], "A name has"),
        ([("name", "x"), ("slug", "Loom!"), ("currency", "SEK")], "A slug is of"),
        ([("name", "x"), ("slug", "studio-17"), ("currency", "SEK")], "Another organization has this slug"),
        ([("name", "x"), ("slug", "loom"), ("currency", "kr")], "three capitals"),
    ] {
        let refused = press(&lab, &format!("/organization/{ID}"), &form).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text.contains(words), "{words}");
    }
    assert_eq!(lab.get("/control/organizations").await.is(200)[0]["name"], "Loom <& Sons>", "nothing was half changed");
    assert_eq!(press(&lab, "/organization/nobody", &form).await.status, 422);
}

#[tokio::test]
async fn locations_are_added_changed_archived_and_brought_back() {
    let lab = Lab::start().await;
    let connected = lab.connected(HARBOUR, "portunus").await;
    let names = async || {
        let list = lab.api(&connected.access, "/api/v2/organizations/harbour-and-loom/locations").await.is(200);
        let all = list["results"].as_array().unwrap().clone();
        all.iter()
            .map(|one| format!("{} {}", one["name"].as_str().unwrap(), one["timezone"].as_str().unwrap()))
            .collect::<Vec<_>>()
    };
    assert_eq!(names().await[0], "Rotterdam – Katendrecht Europe/Amsterdam");
    let path = format!("/organization/{ID}/locations/{ROTTERDAM}");
    let form =
        [("act", "save"), ("name", "Kade"), ("time_zone", "Europe/Oslo"), ("currency", "NOK"), ("country", "Norway")];
    assert_eq!(press(&lab, &path, &form).await.status, 303);
    assert_eq!(names().await[0], "Kade Europe/Oslo");
    let wrong =
        [("act", "save"), ("name", "Kade"), ("time_zone", "Mars/Olympus"), ("currency", "NOK"), ("country", "")];
    let refused = press(&lab, &path, &wrong).await;
    assert!(refused.status == 422 && refused.text.contains("is no time zone"), "{}", refused.text);
    assert_eq!(press(&lab, &path, &[("act", "explode")]).await.status, 422);

    assert_eq!(press(&lab, &path, &[("act", "archive")]).await.status, 303);
    assert_eq!(names().await.len(), 3, "an archived one is in no list");
    assert!(
        !lab.get(&format!("/?org={HARBOUR}")).await.text.contains(&format!("value=\"{ROTTERDAM}\"")),
        "and cannot be chosen"
    );
    let page = lab.get(&format!("/organization?org={HARBOUR}")).await.text;
    assert!(page.contains("NOK, archived") && page.contains("Bring back"));
    assert_eq!(press(&lab, &path, &[("act", "restore")]).await.status, 303);
    assert_eq!(names().await[0], "Kade Europe/Oslo");

    let form = [("name", "Malmö"), ("time_zone", "Europe/Stockholm"), ("currency", "SEK"), ("country", "Sweden")];
    assert_eq!(press(&lab, &format!("/organization/{ID}/locations"), &form).await.status, 303);
    assert_eq!(names().await[4], "Malmö Europe/Stockholm");
}

#[tokio::test]
async fn an_organization_is_added_also_to_an_empty_world() {
    let lab = Lab::with(|options| options.seed_organizations = false).await;
    assert!(lab.get("/").await.text.contains("href=\"/organization\""));
    assert!(lab.get("/organization").await.text.contains("No organization yet"));
    assert!(lab.get("/deliveries").await.text.contains("No organization"));
    let made = press(&lab, "/organization/new", &[("name", "Ferry"), ("slug", "ferry"), ("currency", "DKK")]).await;
    assert_eq!((made.status, made.header("location")), (303, Some("/organization?org=ferry")));
    assert!(lab.get("/?org=ferry").await.text.contains("Ferry"));
    assert_eq!(press(&lab, "/organization/new", &[("name", "Ferry"), ("slug", "ferry")]).await.status, 422);
}

#[tokio::test]
async fn the_control_api_changes_the_same() {
    let lab = Lab::start().await;
    let put = async |path: &str, body: Value| lab.send(lab.http.put(lab.url(path)).json(&body)).await;
    let path = format!("/control/organizations/{HARBOUR}/locations/{ROTTERDAM}");
    let changed = put(&path, json!({ "archived": true, "currency": "CHF" })).await.is(200);
    assert_eq!(
        (changed["locations"][0]["archived"].as_bool(), changed["locations"][0]["currency"].as_str()),
        (Some(true), Some("CHF"))
    );
    assert_eq!(put(&path, json!({ "archive": true })).await.status, 422, "a typo is refused");
    assert_eq!(put("/control/organizations/harbour-and-loom/locations/none", json!({})).await.status, 404);
    assert_eq!(put("/control/organizations/nobody", json!({ "currency": "CHF" })).await.status, 404);
    assert_eq!(put("/control/organizations/studio-17", json!({ "slug": HARBOUR })).await.status, 409);
    let changed = put("/control/organizations/studio-17", json!({ "currency": "CHF" })).await.is(200);
    assert_eq!(changed["currency"], "CHF");
}
