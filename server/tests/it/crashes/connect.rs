//! The pop-up, from OfficeRnD's link over the partner's steps to the return URL.

use super::rig::Rig;
use super::scene::{Scene, Stop, Told};
use crate::support::Answer;

/// What the admin types for the partner's account.
pub const ENTERED: &str = "s3cret-of-the-crashing-doors";
const CREDENTIALS: [(&str, &str); 5] = [
    ("f-region", "eu"),
    ("f-client_id", "hl-prod-7"),
    ("f-client_secret", ENTERED),
    ("f-service_account_ack", "yes"),
    ("act", "next"),
];
const SITE: [(&str, &str); 2] = [("f-site", "site-nl"), ("act", "next")];

/// Opens the link and goes as far as answers come.
pub async fn walk(rig: &Rig, scene: &mut Scene) -> Result<(), Stop> {
    let link = scene.installed.connect_url.clone();
    open(scene, &link).await?;
    go_on(rig, scene).await
}

/// OfficeRnD opens the pop-up; a cookie and an address of ours come back.
async fn open(scene: &mut Scene, link: &str) -> Result<(), Stop> {
    let answer = scene.get(link).await?;
    assert_eq!(answer.status, 303, "{}", answer.text);
    scene.home = Some(answer.location);
    Ok(())
}

/// Does what the page asks for, until the pop-up ends at OfficeRnD or the page has nothing to press.
async fn go_on(rig: &Rig, scene: &mut Scene) -> Result<(), Stop> {
    let home = scene.home.clone().expect("the pop-up is open");
    let back = format!("{}/connect/external-integration/return", rig.simulator_url());
    let mut next = home.clone();
    for _ in 0..20 {
        let page = scene.get(&next).await?;
        let answer = match page.path.strip_prefix(&home) {
            _ if page.status == 303 => page,
            Some("/steps/credentials") => step(scene, &page, &CREDENTIALS, Told::CredentialsDone).await?,
            Some("/steps/site") => step(scene, &page, &SITE, Told::SiteDone).await?,
            // An open window after the end.
            Some("") if scene.told.contains(&Told::Connected) || page.text.contains("Only this window stayed open") => {
                return Ok(());
            }
            Some("") if page.text.contains(r#"value="next""#) => scene.submit(&home, &[("act", "next")]).await?,
            Some("") if page.text.contains(r#"value="retry""#) => scene.submit(&home, &[("act", "retry")]).await?,
            _ => return Err(Stop::Refused(page)),
        };
        assert_eq!(answer.status, 303, "{}", answer.text);
        if answer.location == back {
            scene.told.insert(Told::Connected);
            return Ok(());
        }
        if answer.location.contains("/steps/") {
            scene.told.insert(Told::Made);
        }
        next = answer.location;
    }
    // It is still under way elsewhere, as far as the product knows.
    Err(Stop::Lost)
}

async fn step(scene: &mut Scene, page: &Answer, fields: &[(&str, &str)], told: Told) -> Result<Answer, Stop> {
    assert_eq!(page.status, 200, "{}", page.text);
    let answer = scene.submit(&page.path, fields).await?;
    scene.told.insert(told);
    Ok(answer)
}

/// What the admin can do after the crash. Going on and starting again must both lead to the end.
pub async fn recover(rig: &Rig, scene: &mut Scene, again_at_once: bool) {
    scene.requests_left = None;
    scene.agrees(rig).await;
    if again_at_once || scene.home.is_none() {
        if scene.home.is_none() {
            // The browser loads the same address again. If the code was taken up, it says so.
            let link = scene.installed.connect_url.clone();
            if open(scene, &link).await.is_ok() {
                drop(go_on(rig, scene).await);
            }
        }
    } else {
        rig.a_minute_passes().await;
        drop(go_on(rig, scene).await);
    }
    if !scene.told.contains(&Told::Connected) && scene.state(rig).await != "connected" {
        start_again(rig, scene).await;
    }
    scene.agrees(rig).await;
    assert_eq!(scene.state(rig).await, "connected");
    assert_eq!(scene.happened(rig, "connection.connected").await, 1);
    assert_eq!(scene.subscriptions(rig).await.len(), 1, "older ones are taken back");
    scene.nothing_was_sent_twice(rig).await;
    let orphans = "SELECT COUNT(*) FROM attempt_secrets WHERE attempt_id IN \
                   (SELECT id FROM connect_attempts WHERE stage IN ('connected', 'failed', 'cancelled', 'declined'))";
    assert_eq!(rig.number(orphans).await, 0, "an attempt that is over holds nothing");
    token_works(rig, scene).await;
}

/// A fresh code in a new window, which must need nothing else.
pub async fn start_again(rig: &Rig, scene: &mut Scene) {
    let link = rig.connect_again(&scene.installed).await;
    scene.browser = rig.browser();
    let went = async {
        open(scene, &link).await?;
        go_on(rig, scene).await
    };
    went.await.unwrap_or_else(|stop| panic!("a new connect ends well: {stop:?}"));
}

/// The partner system gets a token, and OfficeRnD takes it.
async fn token_works(rig: &Rig, scene: &Scene) {
    let id = app::ids::ConnectionId(scene.connection(rig).await.unwrap());
    let token = rig.api().post(&format!("/api/v1/connections/{id}/token"), &serde_json::json!({})).await;
    assert_eq!(token.status, 200, "{}", token.text);
    let slug = url::Url::parse(&scene.installed.connect_url).unwrap();
    let slug = slug.query_pairs().find(|(key, _)| key == "org_slug").unwrap().1.into_owned();
    let address = format!("{}/api/v2/organizations/{slug}", rig.simulator_url());
    let read = rig.http.get(address).bearer_auth(token.json()["access_token"].as_str().unwrap()).send().await.unwrap();
    assert_eq!(read.status(), 200, "the token that is given out works");
}
