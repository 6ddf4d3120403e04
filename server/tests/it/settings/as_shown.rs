//! A page that is posted back as it came changes nothing, whatever stands on it.

use super::desk::{BRS, DOORS, Desk, PAY, RTM, WIFI};
use crate::support::{Database, on_both_databases};

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
    for slug in [DOORS, WIFI, PAY] {
        let mut desk = Desk::filled(database, slug).await;
        let before = desk.stored().await;
        for page in [desk.home.clone(), desk.at(RTM), desk.at(BRS)] {
            let shown = desk.browser.get(&page).await;
            assert_eq!(shown.status, 200, "{slug} {page}: {}", shown.text);
            let mut form = posted(&shown.text, "settings");
            assert!(form.len() > 4, "{slug} {page}: {form:?}");
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

on_both_databases!(a_page_posted_as_it_came_changes_nothing);
