//! What the sample partner system answers. Its data are in `lists.json`: what three invented vendors could have.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Map, Value, json};

/// Entries that hold this are wrong, so that a refusal can be seen.
pub(super) const WRONG: &str = "wrong";
/// Items on a page of `options`.
const PAGE: usize = 50;

#[derive(Deserialize, Default)]
struct Vendor {
    lists: BTreeMap<String, Vec<Item>>,
    facts: Map<String, Value>,
}

#[derive(Deserialize, Clone)]
struct Item {
    id: String,
    name: String,
    #[serde(default)]
    description: Option<String>,
    #[serde(default)]
    parent: Option<String>,
}

static VENDORS: LazyLock<BTreeMap<String, Vendor>> =
    LazyLock::new(|| serde_json::from_str(include_str!("lists.json")).expect("a test reads the lists"));

/// Status and body of the answer to a hook whose signature was right.
pub(super) fn answer(integration: &str, hook: &str, body: &Value) -> (u16, Value) {
    static NOTHING: LazyLock<Vendor> = LazyLock::new(Vendor::default);
    let vendor = VENDORS.get(integration).unwrap_or(&NOTHING);
    match hook {
        "verify" => (200, verify(vendor, integration, body)),
        "options" => options(vendor, body),
        "actions" => (200, action(body)),
        "facts" => (200, facts(vendor, body)),
        "sync" => (202, json!({})),
        "disconnected" => (200, json!({})),
        _ => (404, json!({ "error": "there is no such hook" })),
    }
}

fn verify(vendor: &Vendor, integration: &str, body: &Value) -> Value {
    let empty = Map::new();
    let values = body["values"].as_object().unwrap_or(&empty);
    let entry = |field: &str| values.get(field).and_then(Value::as_str).unwrap_or_default();
    let mut errors: Vec<Value> = values
        .iter()
        .filter(|(_, value)| value.as_str().is_some_and(|text| text.to_lowercase().contains(WRONG)))
        .map(|(field, _)| json!({ "field": field, "message": "The sample partner does not know this value." }))
        .collect();
    if entry("client_id").contains('@') {
        errors.push(json!({ "field": "client_id", "message": "Enter the client ID, not an e-mail address." }));
    }
    for (field, source) in [("site", "partner.sites"), ("merchant", "partner.merchants")] {
        let known = |id: &str| vendor.lists.get(source).is_some_and(|list| list.iter().any(|item| item.id == id));
        if !entry(field).is_empty() && !known(entry(field)) {
            errors.push(json!({ "field": field, "message": "There is no such choice in this account." }));
        }
    }
    if body["check"] == "partner.oauth" && !body["oauth"]["access_token"].is_string() {
        errors.push(json!({ "field": null, "message": "Sign in first." }));
    }
    if !errors.is_empty() {
        return json!({ "ok": false, "errors": errors });
    }
    let organization = body["organization"]["name"].as_str().unwrap_or("Sample");
    let account = match (integration, body["step"].as_str().unwrap_or_default()) {
        ("portunus-access", "credentials") => Some((entry("client_id").to_owned(), entry("client_id").to_owned())),
        ("meshfern-wifi", "controller") => vendor
            .lists
            .get("partner.tenants")
            .and_then(|list| list.first())
            .map(|item| (item.id.clone(), item.name.clone())),
        ("ledgerline-pay", "authorize") => {
            let token = body["oauth"]["access_token"].as_str().unwrap_or_default();
            Some(match token.split_once('.') {
                Some(("ledgerline-pay-2", _)) => ("ledgerline-2".to_owned(), format!("{organization}, second account")),
                _ => ("ledgerline-1".to_owned(), organization.to_owned()),
            })
        }
        _ => None,
    };
    match account.filter(|(id, _)| !id.is_empty()) {
        Some((id, name)) => json!({ "ok": true, "account": { "id": id, "name": name } }),
        None => json!({ "ok": true }),
    }
}

fn options(vendor: &Vendor, body: &Value) -> (u16, Value) {
    let Some(list) = body["source"].as_str().and_then(|source| vendor.lists.get(source)) else {
        return (404, json!({ "error": "there is no such list" }));
    };
    let wanted_parents: Vec<&str> =
        body["depends_on"].as_object().into_iter().flat_map(Map::values).filter_map(Value::as_str).collect();
    let search = body["search"].as_str().unwrap_or_default().to_lowercase();
    let fits = |item: &&Item| {
        let parent =
            item.parent.as_deref().is_none_or(|parent| wanted_parents.is_empty() || wanted_parents.contains(&parent));
        parent && item.name.to_lowercase().contains(&search)
    };
    let found: Vec<&Item> = list.iter().filter(fits).collect();
    let start = body["cursor"].as_str().and_then(|cursor| cursor.parse().ok()).unwrap_or(0).min(found.len());
    let end = (start + PAGE).min(found.len());
    let mut page = found[start..end].to_vec();
    let chosen: Vec<&str> = body["ids"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    page.extend(list.iter().filter(|item| {
        chosen.contains(&item.id.as_str()) && !found[start..end].iter().any(|shown| shown.id == item.id)
    }));
    let items: Vec<Value> = page
        .into_iter()
        .map(|item| {
            let mut value = json!({ "id": item.id, "name": item.name });
            for (key, text) in [("description", &item.description), ("parent", &item.parent)] {
                if let Some(text) = text {
                    value[key] = text.as_str().into();
                }
            }
            value
        })
        .collect();
    let next = (end < found.len()).then(|| end.to_string());
    (200, json!({ "items": items, "next": next }))
}

fn action(body: &Value) -> Value {
    match body["action"].as_str().unwrap_or_default() {
        "partner.verify_credentials" => json!({ "ok": true, "message": "Portunus answers. 2 sites can be read." }),
        "partner.radius_bundle" => json!({
            "ok": true,
            "download": {
                "file_name": "meshfern-radius-sample.zip",
                "media_type": "application/zip",
                "base64": include_str!("radius.zip.base64"),
            },
        }),
        _ => json!({ "ok": false, "message": "The sample partner cannot do that." }),
    }
}

fn facts(vendor: &Vendor, body: &Value) -> Value {
    let names = body["names"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let known: Map<String, Value> =
        names.filter_map(|name| Some((name.to_owned(), vendor.facts.get(name)?.clone()))).collect();
    json!({ "facts": known })
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    fn ids(answer: &(u16, Value)) -> Vec<&str> {
        assert_eq!(answer.0, 200);
        answer.1["items"].as_array().unwrap().iter().map(|item| item["id"].as_str().unwrap()).collect()
    }

    #[test]
    fn lists_follow_what_they_depend_on() {
        let ask = |more: Value| {
            let mut body = json!({ "source": "partner.groups", "depends_on": {}, "ids": [] });
            for (key, value) in more.as_object().unwrap() {
                body[key] = value.clone();
            }
            answer("portunus-access", "options", &body)
        };
        assert_eq!(ids(&ask(json!({}))).len(), 11);
        let of_site = ask(json!({ "depends_on": { "site": "site-uk" } }));
        assert_eq!(ids(&of_site), ["g-uk-front", "g-uk-day", "g-uk-guest", "g-2a", "g-avon"]);
        assert_eq!(of_site.1["items"][0], json!({ "id": "g-uk-front", "name": "Front door", "parent": "site-uk" }));
        let searched =
            ask(json!({ "depends_on": { "site": "site-nl" }, "search": "MEMBERS", "ids": ["g-2a", "g-day"] }));
        assert_eq!(ids(&searched), ["g-day", "g-all", "g-2a"], "chosen ones come in any case, and once");
        assert_eq!(ask(json!({ "source": "partner.unknown" })).0, 404);
        assert_eq!(ids(&ask(json!({ "cursor": "9" }))), ["g-2a", "g-avon"]);
    }

    #[test]
    fn entries_are_judged() {
        let ask = |integration: &str, body: Value| answer(integration, "verify", &body).1;
        let good = json!({ "step": "credentials", "values": { "client_id": "hl-prod-7", "client_secret": "s" } });
        assert_eq!(ask("portunus-access", good)["account"], json!({ "id": "hl-prod-7", "name": "hl-prod-7" }));
        let bad = json!({ "step": "credentials", "values": { "client_id": "mia@example", "client_secret": "Wrong" } });
        let fields: Vec<Value> = ask("portunus-access", bad)["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|error| error["field"].clone())
            .collect();
        assert_eq!(fields, ["client_secret", "client_id"]);
        let site = |id: &str| json!({ "step": "site", "values": { "site": id } });
        assert_eq!(ask("portunus-access", site("site-nl")), json!({ "ok": true }));
        assert_eq!(ask("portunus-access", site("elsewhere"))["errors"][0]["field"], "site");
        let oauth = |token: Value| {
            json!({ "step": "authorize", "check": "partner.oauth", "values": {}, "organization": { "name": "Harbour & Loom" },
                "oauth": token })
        };
        assert_eq!(ask("ledgerline-pay", oauth(json!({ "access_token": "t" })))["account"]["name"], "Harbour & Loom");
        assert_eq!(ask("ledgerline-pay", oauth(Value::Null))["ok"], false);
        assert_eq!(ask("meshfern-wifi", json!({ "step": "controller", "values": {} }))["account"]["id"], "t-hl");
    }

    #[test]
    fn facts_and_actions_are_answered() {
        let known = answer("ledgerline-pay", "facts", &json!({ "names": ["payments_pending", "first_post", "none"] }));
        assert_eq!(known, (200, json!({ "facts": { "payments_pending": 7, "first_post": true } })));
        let bundle = answer("meshfern-wifi", "actions", &json!({ "action": "partner.radius_bundle" })).1;
        let bytes = STANDARD.decode(bundle["download"]["base64"].as_str().unwrap()).unwrap();
        assert_eq!(&bytes[..4], b"PK\x03\x04");
        assert_eq!(answer("meshfern-wifi", "actions", &json!({ "action": "x" })).1["ok"], false);
        assert_eq!(answer("nobody", "unheard_of", &json!({})).0, 404);
    }
}
