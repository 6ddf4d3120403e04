//! The pop-up: from OfficeRnD's Connect to the return URL, and everything that can come in between.

mod again;
mod answers;
mod by_link;
mod codes;
mod floods;
mod forgeries;
mod help;
mod interrupted;
mod languages;
mod lifetimes;
mod limits;
mod linked_again;
mod lists;
mod oauth;
mod oauth_forged;
mod oauth_kept;
mod overlap;
mod overlap_races;
mod scope;
pub(crate) mod steps;
mod trouble;
mod wrong;

use crate::support::{Answer, Browser, Installed, TestApp};

const RETURN: &str = "/connect/external-integration/return";

/// Opens OfficeRnD's link and expects the page where the admin decides.
async fn opened(browser: &mut Browser, connect_url: &str) -> Answer {
    let page = browser.follow(connect_url).await;
    assert_eq!(page.status, 200, "{}", page.text);
    assert!(page.text.contains(r#"value="next""#), "no button to connect: {}", page.text);
    page
}

/// Presses Connect (or Continue after a trouble) and expects the pop-up to end.
async fn done(app: &TestApp, browser: &mut Browser, page: &Answer) {
    done_with(app, &browser.press(&page.path, "next").await);
}

/// The pop-up has ended: the browser is back at OfficeRnD.
#[track_caller]
fn done_with(app: &TestApp, done: &Answer) {
    let back = format!("{}{RETURN}", app.simulator_url);
    assert_eq!((done.status, &done.location), (303, &back), "{}", done.text);
}

/// Presses a button that leads to another page of ours.
async fn pressed(browser: &mut Browser, page: &Answer, act: &str) -> Answer {
    let answer = browser.press(&page.path, act).await;
    assert_eq!(answer.status, 303, "{}", answer.text);
    browser.follow(&answer.location).await
}

/// A page with this status that says this, and nothing that would leave the admin alone with it.
#[track_caller]
fn says(page: &Answer, status: u16, words: &str) {
    assert_eq!(page.status, status, "{}", page.text);
    assert!(page.text.contains(words), "{words:?} is not on the page: {}", page.text);
}

/// The link with one parameter set to another value, or without it.
fn with_parameter(connect_url: &str, name: &str, value: Option<&str>) -> String {
    let mut url = url::Url::parse(connect_url).unwrap();
    let others: Vec<(String, String)> = url.query_pairs().into_owned().filter(|(key, _)| key != name).collect();
    url.query_pairs_mut().clear().extend_pairs(others);
    if let Some(value) = value {
        url.query_pairs_mut().append_pair(name, value);
    }
    url.to_string()
}

/// The account name that OfficeRnD's healthcheck gets; none when it gets a message.
async fn account_name(app: &TestApp, installed: &Installed) -> Option<String> {
    let answer = app.call(installed, "healthcheck", &serde_json::json!({})).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["accountName"].as_str().map(str::to_owned)
}
