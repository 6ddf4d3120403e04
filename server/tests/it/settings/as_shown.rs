//! A page that is posted back as it came changes nothing, whatever stands on it.

use server::clock::MINUTE;

use super::desk::{BRS, DOORS, Desk, PAY, RTM, WIFI};
use crate::support::{Database, on_both_databases};

const PRINTERS: &str = "tally-desk";

/// Attributes of a tag, unescaped; one without a value has an empty one.
fn attributes(tag: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut rest = tag.split_once(char::is_whitespace).map_or("", |(_, rest)| rest);
    loop {
        rest = rest.trim_start_matches(|sign: char| sign.is_whitespace() || sign == '/');
        let end = rest.find(|sign: char| sign.is_whitespace() || sign == '=').unwrap_or(rest.len());
        if end == 0 {
            return found;
        }
        let name = rest[..end].to_owned();
        rest = &rest[end..];
        if let Some(quoted) = rest.strip_prefix("=\"") {
            let end = quoted.find('"').unwrap();
            found.push((name, unescaped(&quoted[..end])));
            rest = &quoted[end + 1..];
        } else {
            found.push((name, String::new()));
        }
    }
}

fn unescaped(text: &str) -> String {
    let plain = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#x27;", "'");
    plain.replace("&#39;", "'").replace("&amp;", "&")
}

/// What a browser would post of the form with this id, without a button.
pub fn posted(html: &str, form: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    /// A name, its options, and which is chosen.
    type Select = (String, Vec<String>, Option<String>);
    let (mut current, mut select): (Option<String>, Option<Select>) = (None, None);
    let mut rest = html;
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        let Some(end) = rest.find('>') else { break };
        let tag = &rest[..end];
        let body = &rest[end + 1..];
        let kind = tag.split(|sign: char| sign.is_whitespace() || sign == '/').next().unwrap_or_default();
        let attributes = attributes(tag);
        let get = |name: &str| attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone());
        let here = get("form").or_else(|| current.clone()).as_deref() == Some(form) && get("disabled").is_none();
        match kind {
            "form" => current = get("id"),
            "input" if here => {
                let checkable = matches!(get("type").as_deref(), Some("checkbox" | "radio"));
                let button = matches!(get("type").as_deref(), Some("submit" | "button"));
                if let Some(name) = get("name").filter(|_| !button && (!checkable || get("checked").is_some())) {
                    found.push((
                        name,
                        get("value").unwrap_or_else(|| if checkable { "on".into() } else { String::new() }),
                    ));
                }
            }
            "textarea" if here => {
                let text = body.split("</textarea>").next().unwrap_or_default();
                // The first line break belongs to the tag.
                let text = text.strip_prefix('\n').unwrap_or(text);
                found.extend(get("name").map(|name| (name, unescaped(text))));
            }
            "select" if here => select = get("name").map(|name| (name, Vec::new(), None)),
            "option" => {
                if let Some((_, options, chosen)) = &mut select {
                    let value = get("value").unwrap_or_default();
                    if get("selected").is_some() {
                        *chosen = Some(value.clone());
                    }
                    options.push(value);
                }
            }
            _ => {}
        }
        if tag.starts_with("/select")
            && let Some((name, options, chosen)) = select.take()
        {
            found.extend(chosen.or_else(|| options.first().cloned()).map(|value| (name, value)));
        }
        if tag.starts_with("/form") {
            current = None;
        }
        rest = body;
    }
    found
}

async fn a_page_posted_as_it_came_changes_nothing(database: Database) {
    for slug in [DOORS, WIFI, PAY, PRINTERS] {
        // Prices of the printers have a default in a currency that no location has.
        let mut desk = match slug {
            PRINTERS => Desk::bare(database, slug).await,
            slug => Desk::filled(database, slug).await,
        };
        let before = desk.stored().await;
        for page in [desk.home.clone(), desk.at(RTM), desk.at(BRS)] {
            let shown = desk.browser.get(&page).await;
            assert_eq!(shown.status, 200, "{slug} {page}: {}", shown.text);
            let mut form = posted(&shown.text, "settings");
            assert!(form.len() > if slug == PRINTERS { 1 } else { 4 }, "{slug} {page}: {form:?}");
            for act in ["preview", "save"] {
                form.retain(|(name, _)| name != "act");
                form.push(("act".to_owned(), act.to_owned()));
                let fields: Vec<(&str, &str)> =
                    form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
                let answer = desk.browser.submit(&page, &fields).await;
                if act == "save" {
                    assert_eq!(answer.status, 303, "{slug} {page}: {form:?} {}", answer.text);
                    assert!(answer.location.contains("saved=0"), "{slug} {page}: {} {form:?}", answer.location);
                } else {
                    assert_eq!(answer.status, 200, "{slug} {page}: {}", answer.text);
                }
            }
            assert_eq!(desk.stored().await.layers, before.layers, "{slug} {page}");
        }
    }
}

/// A draft holds what was typed, and nothing that only stood on the page.
async fn a_draft_of_a_page_counts_what_was_typed(database: Database) {
    let mut desk = Desk::bare(database, PRINTERS).await;
    let home = desk.home.clone();
    let shown = desk.browser.get(&home).await;
    let mut form = posted(&shown.text, "settings");
    let release = form.iter_mut().find(|(name, _)| name == "f.release").unwrap();
    assert_ne!(release.1, "badge");
    release.1 = "badge".to_owned();
    form.retain(|(name, _)| name != "act");
    form.push(("act".to_owned(), "save".to_owned()));
    let fields: Vec<(&str, &str)> = form.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    desk.app.clock.advance(61 * MINUTE);
    assert_eq!(desk.browser.submit(&home, &fields).await.status, 401);

    (desk.browser, desk.home) = desk.visit().await;
    let page = desk.browser.get(&home).await;
    assert!(page.text.contains("1 change of "), "{}", page.text);
    let version = desk.version().await;
    let resumed = desk.browser.submit(&home, &[("version", version.as_str()), ("act", "resume")]).await;
    let page = desk.browser.get(&resumed.location).await;
    assert!(!page.text.contains("error-summary"), "{}", page.text);
    let again = posted(&page.text, "settings");
    let fields: Vec<(&str, &str)> = again.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let saved = desk.browser.submit(&home, &[fields.as_slice(), &[("act", "save")]].concat()).await;
    Desk::is_saved(&saved);
    let layers = desk.stored().await.layers;
    assert_eq!(serde_json::Value::from(layers.organization), serde_json::json!({ "release": "badge" }));
}

/// Mistakes are typed as well: they wait with the rest, and are counted with it.
async fn a_draft_counts_mistakes_too(database: Database) {
    let mut desk = Desk::filled(database, DOORS).await;
    let home = desk.home.clone();
    let typed = [("see", "early_entry"), ("f.early_entry", "7"), ("see", "late_exit"), ("f.late_exit", "20")];
    desk.app.clock.advance(61 * MINUTE);
    assert_eq!(desk.post(&home, &typed, "save").await.status, 401);
    (desk.browser, desk.home) = desk.visit().await;
    let page = desk.browser.get(&home).await;
    assert!(page.text.contains("2 changes of "), "{}", page.text);
}

/// Whoever types a price keeps the prices in currencies that are not on the page.
async fn amounts_in_other_currencies_stay(database: Database) {
    let mut desk = Desk::bare(database, PRINTERS).await;
    let home = desk.home.clone();
    let fields = [("see", "page_price"), ("f.page_price:EUR", "0,07"), ("f.page_price:GBP", "0.05")];
    Desk::is_saved(&desk.post(&home, &fields, "save").await);
    let stored = desk.organization("page_price").await;
    let others = |amounts: &serde_json::Value| (amounts["CHF"].clone(), amounts["USD"].clone());
    assert_eq!((&stored["EUR"], &stored["GBP"]), (&"0.07".into(), &"0.05".into()));
    assert_eq!(others(&stored), ("0.06".into(), "0.06".into()), "{stored}");
    // Nothing at all is said by emptying what is on the page.
    let fields = [("own", "page_price"), ("f.page_price:EUR", ""), ("f.page_price:GBP", "")];
    Desk::is_saved(&desk.post(&home, &fields, "save").await);
    assert_eq!(desk.organization("page_price").await, serde_json::Value::Null);
}

on_both_databases!(
    a_page_posted_as_it_came_changes_nothing,
    a_draft_of_a_page_counts_what_was_typed,
    a_draft_counts_mistakes_too,
    amounts_in_other_currencies_stay
);
