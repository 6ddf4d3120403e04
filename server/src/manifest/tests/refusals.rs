//! One mistake at a time, in a manifest that is right otherwise.

use serde_json::{Value, json};

use super::*;

/// Puts `value` at the JSON pointer, or takes out what is there when `value` is `REMOVE`.
fn changed(pointer: &str, value: Value) -> String {
    let mut manifest: Value = serde_json::from_str(EVERYTHING).unwrap();
    let (parent, last) = pointer.rsplit_once('/').unwrap();
    let parent = parent.replace('.', "/");
    let at = manifest.pointer_mut(&parent).unwrap_or_else(|| panic!("nothing at {parent}"));
    let remove = value == json!("REMOVE");
    match at {
        Value::Object(map) if remove => _ = map.remove(last).expect("there is something to remove"),
        Value::Object(map) => _ = map.insert(last.replace('~', "."), value),
        Value::Array(list) => list[last.parse::<usize>().unwrap()] = value,
        _ => panic!("nothing can be put at {parent}"),
    }
    manifest.to_string()
}

/// The pointer to a field and its place in problems, by its key.
fn field(key: &str) -> (String, String) {
    let manifest: Value = serde_json::from_str(EVERYTHING).unwrap();
    for (i, section) in manifest["sections"].as_array().unwrap().iter().enumerate() {
        for (j, field) in section["fields"].as_array().unwrap().iter().enumerate() {
            if field["key"] == key {
                return (format!("/sections/{i}/fields/{j}"), format!("sections[{i}].fields[{j}]"));
            }
        }
    }
    panic!("no field {key}");
}

/// Says what is wrong when the changed manifest is not refused there and for that reason.
fn missed(pointer: &str, value: Value, path: &str, reason: &str) -> Option<String> {
    let shown = value.to_string();
    let problems = match Manifest::parse("everything.json", &changed(pointer, value), ReadMode::Serve) {
        Ok(_) => return Some(format!("{pointer} = {shown} was accepted")),
        Err(problems) => problems,
    };
    let hit = |p: &Problem| p.file == "everything.json" && p.path == path && p.reason.contains(reason);
    let found = || format!("{pointer} = {shown}\nwanted {path}: {reason}\nfound {:#?}", lines(&problems));
    (!problems.iter().any(hit)).then(found)
}

#[track_caller]
fn none(missed: &[String]) {
    assert!(missed.is_empty(), "{} of the table:\n{}", missed.len(), missed.join("\n\n"));
}

#[test]
fn keys_at_the_top() {
    let mut found = Vec::new();
    for (pointer, value, path, reason) in [
        ("/integration", json!("Door"), "integration", "1 to 40 small letters"),
        ("/integration", json!("-door"), "integration", "neither starts nor ends"),
        ("/integration", json!(""), "integration", "1 to 40"),
        ("/integration", json!("a".repeat(41)), "integration", "1 to 40"),
        ("/integration", json!(5), "integration", "found the number `5`, expected a text"),
        ("/slug", json!("everything"), "slug", "another word for `integration`"),
        ("/name", json!(" "), "name", "must not be empty"),
        ("/name", json!("REMOVE"), "", "missing key `name`"),
        ("/category", json!("Access control"), "category", "is not a name"),
        ("/category", json!("REMOVE"), "connection.exclusive_category", "needs a `category`"),
        ("/revision", json!(0), "revision", "counts from 1"),
        ("/revision", json!(-1), "revision", "expected a whole number"),
        ("/logo", json!("../logo.svg"), "logo", "is not the name of an .svg file"),
        ("/client_id", json!("REMOVE"), "", "missing key `client_id`"),
        ("/client_id", json!({"env": "NOT A NAME"}), "client_id", "must name a variable"),
        ("/client_secret", json!(""), "client_secret", "expected a text that is not empty"),
        ("/client_secret", json!({"file": "x"}), "client_secret", "expected a text or {\"env\": \"NAME\"}"),
        ("/scopes", json!([]), "", "missing key `scopes`"),
        ("/scopes/1", json!("two words"), "scopes[1]", "one word without spaces"),
        ("/scopes/1", json!("flex.settings.integrations.read"), "scopes[1]", "stands here twice"),
        ("/webhooks/0", json!("member"), "webhooks[0]", "is not an event type"),
        ("/webhooks/0", json!("visit.*"), "webhooks[0]", "name each of them"),
        ("/webhooks/1", json!("Member.*"), "webhooks[1]", "nobody knows which events"),
        ("/sync", json!({"every_minutes": 5, "expected_every_minutes": 5}), "sync", "not by both"),
        ("/sync", json!({"supported": false, "every_minutes": 5}), "sync.every_minutes", "no meaning while"),
        ("/sync", json!({"every_minutes": 0}), "sync.every_minutes", "is from 1 to"),
        ("/sync", json!({"every": 5}), "sync", "unknown key `every`"),
        ("/colour", json!("red"), "", "unknown key `colour`"),
        ("/conection", json!({}), "", "unknown key `conection`; did you mean `connection`?"),
    ] {
        found.extend(missed(pointer, value, path, reason));
    }
    none(&found);
}

#[test]
fn where_people_ask() {
    let mut found = Vec::new();
    for (pointer, value, path, reason) in [
        ("/support", json!({}), "support", "give an `email`, a `url` or both"),
        ("/support", json!("help@example.com"), "support", "found a text, expected an object"),
        ("/support/phone", json!("x"), "support", "unknown key `phone`"),
        ("/support/email", json!(5), "support.email", "expected a text"),
        ("/support/url", json!("REMOVE ME"), "support.url", "is not a web address"),
        ("/support/url", json!("http://example.com/help"), "support.url", "must be https"),
        ("/support/url", json!("javascript:alert(1)"), "support.url", "must be an https address"),
        ("/support/url", json!("mailto:help@example.com"), "support.url", "must be an https address"),
        ("/support/url", json!("https://u:p@example.com/"), "support.url", "must not contain a user name"),
        ("/support/url", json!(format!("https://example.com/{}", "a".repeat(300))), "support.url", "more than 300"),
    ] {
        found.extend(missed(pointer, value, path, reason));
    }
    for wrong in [
        "",
        "help",
        "help@",
        "@example.com",
        "help@example",
        "help me@example.com",
        "help@example.com ",
        "\"help\"@example.com",
        "help'@example.com",
        "help@example.com?bcc=x",
        "help@example.com&body=x",
        "help@a@example.com",
        "help%40@example.com",
        "a,b@example.com",
        "mailto:help@example.com",
        "hilfe@bücher.example",
        "help@example.com\nBcc: x",
    ] {
        found.extend(missed("/support/email", json!(wrong), "support.email", "is not a mail address like"));
    }
    none(&found);
}

#[test]
fn one_way_to_ask_is_enough() {
    for good in [
        json!({"email": "help@example.com"}),
        json!({"email": "Help.Desk+doors_1@support-2.example.com"}),
        json!({"url": "https://example.com/help?from=deskbridge#form"}),
        json!({"url": "http://127.0.0.1:8080/help"}),
        json!({"url": "http://localhost/help"}),
        json!({"url": "http://[::1]/help"}),
    ] {
        let read = Manifest::parse("everything.json", &changed("/support", good.clone()), ReadMode::Serve);
        assert_eq!(read.map(|_| ()).map_err(|problems| lines(&problems)), Ok(()), "{good}");
    }
    let read = Manifest::parse("everything.json", &changed("/support", json!("REMOVE")), ReadMode::Serve).unwrap();
    assert_eq!(read.support, None);
}

#[test]
fn the_connection_its_steps_and_the_partner() {
    let mut found = Vec::new();
    for (pointer, value, path, reason) in [
        ("/connection/per", json!("location"), "connection.per", "unknown word `location`"),
        ("/connection/stepps", json!([]), "connection", "unknown key `stepps`; did you mean `steps`?"),
        ("/connection/steps/1/id", json!("sign-in"), "connection.steps[1].id", "stands here twice"),
        ("/connection/steps/1/id", json!("Sign in"), "connection.steps[1].id", "is not a name"),
        ("/connection/steps/1/title", json!(""), "connection.steps[1].title", "must not be empty"),
        ("/connection/steps/1/kind", json!("oauth"), "connection.steps[1].kind", "unknown word `oauth`"),
        ("/connection/steps/1/fields/0", json!("sites"), "connection.steps[1].fields[0]", "did you mean `site`?"),
        ("/connection/steps/1/fields/0", json!("agreed"), "connection.steps[1].fields[0]", "is asked already"),
        ("/connection/steps/1/fields/0", json!("sync_now"), "connection.steps[1].fields[0]", "a step asks for values"),
        ("/connection/steps/1/fields/0", json!("currency"), "connection.steps[1].fields[0]", "only at locations"),
        ("/connection/steps/1/needs", json!("details"), "connection.steps[1].needs", "is not an earlier step"),
        ("/connection/steps/0/needs", json!("details"), "connection.steps[0].needs", "is not an earlier step"),
        ("/connection/steps/1/needs", json!("sing-in"), "connection.steps[1].needs", "did you mean `sign-in`?"),
        ("/connection/steps/1/check", json!("verify"), "connection.steps[1].check", "is not a check like"),
        ("/connection/steps/1", json!({"id": "x", "title": "X"}), "connection.steps[1]", "asks for nothing"),
        ("/partner/base_url", json!("http://partner.example.com"), "partner.base_url", "must be https"),
        ("/partner/base_url", json!("https://127.0.0.1/hooks"), "partner.base_url", "loopback or private"),
        ("/partner/base_url", json!("https://[::ffff:10.0.0.1]/"), "partner.base_url", "loopback or private"),
        ("/partner/base_url", json!("https://u:p@example.com/"), "partner.base_url", "must not contain a user name"),
        ("/partner/base_url", json!("partner"), "partner.base_url", "is not a web address"),
        ("/partner/secret", json!("REMOVE"), "partner", "missing key `secret`"),
        ("/partner/timeout_seconds", json!(0), "partner.timeout_seconds", "is from 1 to 60"),
        ("/partner/hooks/1", json!("option"), "partner.hooks[1]", "unknown word `option`"),
        ("/partner/hooks/1", json!("verify"), "partner.hooks[1]", "stands here twice"),
        ("/partner/oauth", json!("REMOVE"), "partner.oauth", "the step `sign-in` leads to"),
        ("/partner", json!("REMOVE"), "partner", "the step `sign-in` leads to the partner's sign-in page"),
        ("/partner/hooks", json!(["options"]), "partner.hooks", "only `verify` gets the tokens"),
        ("/partner/oauth/authorize_url", json!("http://example.com"), "partner.oauth.authorize_url", "must be https"),
        ("/partner/oauth/token_url", json!("https://10.0.0.1/"), "partner.oauth.token_url", "loopback or private"),
        ("/partner/oauth/token_url", json!("ftp://example.com"), "partner.oauth.token_url", "must be an https"),
        ("/partner/oauth/scopes/0", json!("a b"), "partner.oauth.scopes[0]", "one word without spaces"),
        ("/partner", json!("whsec_x"), "partner", "found a text, expected an object"),
        ("/partner/token", json!("x"), "partner", "unknown key `token`"),
    ] {
        found.extend(missed(pointer, value, path, reason));
    }
    none(&found);
}

#[test]
fn sections_sources_rules_and_translations() {
    let mut found = Vec::new();
    for (pointer, value, path, reason) in [
        ("/sections/1/id", json!("chosen"), "sections[1].id", "the section `chosen` stands here twice"),
        ("/sections/1/title", json!(""), "sections[1].title", "must not be empty"),
        ("/sections/1/icon", json!("x"), "sections[1]", "unknown key `icon`"),
        ("/sections/1/fields", json!({}), "sections[1].fields", "found an object, expected a list"),
        ("/sources/ornd~plan", json!({"label": "Plans"}), "sources[\"ornd.plan\"]", "did you mean `ornd.plans`?"),
        ("/sources/plans", json!({"label": "Plans"}), "sources.plans", "is not `ornd.…`"),
        ("/sources/self~sites", json!({"label": "Sites"}), "sources[\"self.sites\"]", "needs `from_field`"),
        (
            "/sources/self~sites",
            json!({"label": "S", "from_field": "mode"}),
            "sources[\"self.sites\"].from_field",
            "not a list",
        ),
        (
            "/sources/partner~x",
            json!({"label": "X", "from_field": "networks"}),
            "sources[\"partner.x\"].from_field",
            "is for a source `self.…`",
        ),
        (
            "/sources/partner~x",
            json!({"label": "X", "depends_on": "sites"}),
            "sources[\"partner.x\"].depends_on",
            "did you mean `site`?",
        ),
        (
            "/sources/partner~sites",
            json!({"label": "X", "depends_on": "groups"}),
            "sections[0].fields[5].key",
            "depend on its own value",
        ),
        (
            "/sources/partner~x",
            json!({"label": "X", "refresh": "never"}),
            "sources[\"partner.x\"].refresh",
            "unknown word `never`",
        ),
        ("/rules/1/id", json!("exists"), "rules[1].id", "the rule `exists` stands here twice"),
        ("/rules/1/severity", json!("fatal"), "rules[1].severity", "unknown word `fatal`"),
        ("/rules/1/text", json!("{plan is"), "rules[1].text", "`{` without `}`"),
        ("/rules/0/field", json!("group"), "rules[0].field", "did you mean `groups`?"),
        ("/rules/0/field", json!("mode"), "rules[0].field", "a field that refers to a source"),
        ("/rules/0/days", json!(1), "rules[0]", "unknown key `days`"),
        ("/rules/2/fields", json!([]), "rules[2].fields", "must not be empty"),
        ("/rules/2/on", json!("REMOVE"), "rules[2]", "missing key `on`"),
        ("/rules/3/left", json!("cuont"), "rules[3].left", "did you mean `count`?"),
        ("/rules/3/left", json!("mode"), "rules[3].left", "has no order"),
        ("/rules/3/left", json!(5), "rules[3]", "compares constants only"),
        ("/rules/3/right", json!(5), "rules[3].right", "needs a list of two"),
        ("/rules/3/right", json!([9, 1]), "rules[3].right", "the first is greater"),
        ("/rules/3/op", json!("<"), "rules[3].op", "unknown word `<`"),
        ("/rules/4/right", json!([1, 2]), "rules[4].right", "is for `between`"),
        ("/rules/5/field", json!("site"), "rules[5].field", "a secret with"),
        ("/rules/5/days", json!(0), "rules[5].days", "is at least 1"),
        ("/rules/7/when", json!({"field": "mode", "equals": "z"}), "rules[7].when", "not among the options"),
        ("/rules/7/when", json!({"field": "site"}), "rules[7].when", "a condition is"),
        ("/rules/7/fields/0", json!("mode"), "rules[7].fields[0]", "a part of the condition"),
        ("/rules/8/field", json!("mode"), "rules[8].field", "only_currencies"),
        ("/rules/9/count", json!("Payments"), "rules[9].count", "is not a name"),
        ("/translations/german", json!({}), "translations.german", "is not a language"),
        (
            "/translations/de/fields~on~lable",
            json!("An"),
            "translations.de[\"fields.on.lable\"]",
            "did you mean `fields.on.label`?",
        ),
        (
            "/translations/de/fields~nothing~label",
            json!("x"),
            "translations.de[\"fields.nothing.label\"]",
            "there is no text",
        ),
        (
            "/translations/de/rules~exists~text",
            json!("{gruppe} fehlt."),
            "translations.de[\"rules.exists.text\"]",
            "does not stand in the original",
        ),
        ("/translations/de/name", json!(""), "translations.de.name", "must not be empty"),
    ] {
        found.extend(missed(pointer, value, path, reason));
    }
    none(&found);
}

#[test]
fn what_every_field_has() {
    let mut found = Vec::new();
    for (key, inside, value, path, reason) in [
        ("on", "key", json!("mode"), "key", "stands here twice"),
        ("on", "key", json!("On"), "key", "is not a name"),
        ("on", "label", json!("REMOVE"), "", "missing key `label`"),
        ("on", "label", json!(" "), ".label", "must not be empty"),
        ("on", "scope", json!("REMOVE"), "", "missing key `scope`"),
        ("on", "requierd", json!(true), "", "unknown key `requierd`; did you mean `required`?"),
        ("on", "options", json!([]), "", "unknown key `options`"),
        ("on", "override", json!("rows"), ".override", "`rows` needs a map"),
        ("order", "override", json!("replace"), ".override", "needs `\"scope\": \"both\"`"),
        ("plan_groups", "override", json!("cells"), ".override", "`cells` needs a table"),
        ("mode", "override", json!("union"), ".override", "`union` needs a list"),
        ("sync_now", "required", json!(true), ".required", "has no value"),
        ("key", "default", json!("hunter2"), ".default", "has no value that a manifest could write"),
        ("agreed", "default", json!(true), ".default", "has no value"),
        ("groups", "visible_when", json!({"field": "moed", "equals": "a"}), ".visible_when", "did you mean `mode`?"),
        ("groups", "visible_when", json!({"field": "mode", "equals": "d"}), ".visible_when", "not among the options"),
        (
            "groups",
            "visible_when",
            json!({"field": "mode", "contains": "a"}),
            ".visible_when",
            "`contains` needs a list",
        ),
        ("groups", "visible_when", json!({"field": "key", "equals": "a"}), ".visible_when", "cannot be compared"),
        ("groups", "visible_when", json!({"field": "groups", "contains": "a"}), ".visible_when", "depends on itself"),
        ("groups", "visible_when", json!({"all": [], "any": []}), ".visible_when", "a condition is"),
        ("groups", "visible_when", json!({"all": [{"feild": "mode"}]}), ".visible_when.all[0]", "unknown key `feild`"),
        ("on", "danger", json!({"when": "yes", "level": "confirm", "text": "x"}), ".danger.when", "true or false"),
        (
            "methods",
            "danger",
            json!({"when": "cash", "level": "confirm", "text": "x"}),
            ".danger.when[0]",
            "not among the options",
        ),
        ("on", "danger", json!({"level": "shout", "text": "x"}), ".danger.level", "unknown word `shout`"),
        ("on", "danger", json!({"level": "confirm", "text": ""}), ".danger.text", "must not be empty"),
        ("from", "locked_after", json!("first post"), ".locked_after", "is not a name"),
        ("site", "change_blocked_while", json!("connected"), ".change_blocked_while", "would never end"),
    ] {
        let (pointer, place) = field(key);
        let path = if path == "key" { format!("{place}.key") } else { format!("{place}{path}") };
        // A key that is taken is reported where it stands the second time.
        let path = if reason == "stands here twice" { field("mode").1 + ".key" } else { path };
        found.extend(missed(&format!("{pointer}/{inside}"), value, &path, reason));
    }
    let (pointer, place) = field("order");
    let location_only = json!({"field": "price", "equals": "1"});
    let text = changed(&format!("{pointer}/visible_when"), location_only).replace(
        "\"key\":\"price\",\"kind\":\"money\",\"label\":\"Price\",\"scope\":\"both\"",
        "\"key\":\"price\",\"kind\":\"money\",\"label\":\"Price\",\"scope\":\"location\"",
    );
    let problems = lines(&Manifest::parse("f", &text, ReadMode::Shape).unwrap_err());
    assert_eq!(
        problems,
        [format!(
            "f: {place}.visible_when: `price` has a value only at locations, this field only at the organization"
        )]
    );
    none(&found);
}

#[test]
fn what_each_kind_has() {
    let mut found = Vec::new();
    for (key, inside, value, path, reason) in [
        ("mode", "options", json!([]), "", "needs either `options` or a `source`"),
        ("mode", "source", json!("partner.sites"), "", "needs either `options` or a `source`"),
        ("mode", "options/1/value", json!("a"), ".options[1].value", "the option `a` stands here twice"),
        ("mode", "options/1/label", json!(""), ".options[1].label", "must not be empty"),
        (
            "methods",
            "options/1/only_currencies",
            json!(["euro"]),
            ".options[1].only_currencies[0]",
            "is not a currency code",
        ),
        (
            "methods",
            "options/1/only_countries",
            json!(["NLD"]),
            ".options[1].only_countries[0]",
            "is not a country code",
        ),
        ("methods", "min_items", json!(3), ".min_items", "is greater than `max_items`"),
        ("methods", "max_items", json!(0), ".max_items", "is at least 1"),
        ("site", "source", json!("partner.site"), ".source", "did you mean `partner.sites`?"),
        ("site", "source", json!("REMOVE"), "", "missing key `source`"),
        ("tags", "source", json!("ornd.plans"), "", "needs either"),
        ("order", "unlisted", json!("first"), ".unlisted", "unknown word `first`"),
        ("count", "min", json!(11), ".min", "is greater than `max`"),
        ("count", "step", json!(0), ".step", "is greater than 0"),
        ("wait", "unit", json!("minutes"), ".unit", "unknown word `minutes`"),
        ("wait", "units", json!(["h"]), ".units", "has to contain the `unit`"),
        ("price", "currency", json!("euro"), ".currency", "is not `location` or a code"),
        ("price", "min", json!(0), ".min", "expected a text"),
        ("price", "min", json!("6"), ".min", "is greater than `max`"),
        ("price", "decimals", json!(9), ".decimals", "is at most 6"),
        ("line", "pattern", json!("^[A-Z"), ".pattern", "`[` without `]`"),
        ("line", "pattern", json!(""), ".pattern", "must not be empty"),
        ("line", "example", json!("abc"), ".example", "does not fit the pattern"),
        ("line", "min_length", json!(9), ".min_length", "is greater than `max_length`"),
        ("mail", "must_contain_one", json!(["url"]), ".must_contain_one[0]", "not among the placeholders"),
        ("mail", "placeholders", json!(["name", "link", "{x}"]), ".placeholders[2]", "without braces"),
        ("key", "bound_to", json!(["hots"]), ".bound_to[0]", "did you mean `host`?"),
        ("key", "bound_to", json!(["key"]), ".bound_to[0]", "bound to where it is sent"),
        ("page", "schemes", json!(["https:"]), ".schemes[0]", "is not a scheme"),
        ("host", "default_port", json!(0), ".default_port", "is from 1 to 65535"),
        ("host", "default_port", json!(70000), ".default_port", "from 0 to 65535"),
        ("at", "time_zone", json!("Lisbon"), ".time_zone", "is not `location` or a zone"),
        ("from", "not_before", json!("2020-02-30"), ".not_before", "must exist"),
        ("from", "not_before", json!("2031-01-01"), ".not_before", "is greater than `not_after`"),
        ("domains", "item", json!({"kind": "host"}), ".item.kind", "unknown word `host`"),
        ("bundle", "media_type", json!("zip"), ".media_type", "is not a type like"),
        ("bundle", "action", json!("sync.run"), ".action", "makes no file"),
        ("sync_now", "action", json!("run"), ".action", "is not `sync.run` or an action"),
        ("currency", "from", json!("location.colour"), ".from", "unknown word `location.colour`"),
        ("plan_groups", "rows", json!("ornd.floors"), ".rows", "there is no source `ornd.floors`"),
        ("plan_groups", "default_row", json!(false), ".default_row_required", "needs `\"default_row\": true`"),
        (
            "plan_groups",
            "value",
            json!({"kind": "multi_ref", "source": "x"}),
            ".value.source",
            "there is no source `x`",
        ),
        ("plan_groups", "value", json!({"kind": "table"}), ".value.kind", "cannot stand inside"),
        ("profiles", "columns", json!([]), ".columns", "must not be empty"),
        ("profiles", "columns/1/key", json!("network"), ".columns[1].key", "stands here twice"),
        ("profiles", "columns/1/scope", json!("org"), ".columns[1]", "unknown key `scope`"),
        ("networks", "item_label", json!("ssdi"), ".item_label", "did you mean `ssid`?"),
        (
            "networks",
            "item/3/visible_when",
            json!({"field": "mode", "equals": "a"}),
            ".item[3].visible_when",
            "there is no field `mode`",
        ),
        ("properties", "directions", json!(["to_partner", "to_partner"]), ".directions[1]", "stands here twice"),
    ] {
        let (pointer, place) = field(key);
        found.extend(missed(&format!("{pointer}/{inside}"), value, &format!("{place}{path}"), reason));
    }
    let id = "/sections/2/fields/3/item/0/key";
    found.extend(missed(id, json!("name"), "sources[\"self.networks\"].from_field", "have no `id`"));
    none(&found);
}

#[test]
fn defaults_that_do_not_fit() {
    let mut found = Vec::new();
    for (key, value, path, reason) in [
        ("on", json!("true"), "", "expected true or false, found a text"),
        ("mode", json!("d"), "", "`d` is not among the options `a`, `b` and `c`"),
        ("mode", json!(null), "", "expected a text, found null"),
        ("methods", json!("card"), "", "expected a list, found a text"),
        ("methods", json!(["card", "cash"]), "[1]", "not among the options"),
        ("methods", json!(["card", "card"]), "[1]", "stands here twice"),
        ("methods", json!(["card", "sepa", "card"]), "", "has 3 items, may have 2"),
        ("site", json!(5), "", "expected a text, found a number"),
        ("tags", json!(["vip"]), "", "expected {\"operator\", \"items\"}"),
        ("tags", json!({"operator": "some", "items": []}), ".operator", "expected `any` or `all`"),
        ("tags", json!({"operator": "any", "items": [], "x": 1}), "", "unknown key `x`"),
        ("count", json!(11), "", "11 is outside 1 to 10"),
        ("count", json!(2.5), "", "is not a whole number"),
        ("count", json!("3"), "", "expected a number, found a text"),
        ("ratio", json!(1.255), "", "more than 2 digits"),
        ("wait", json!(7), "", "is not a multiple of the step 5"),
        ("speed", json!(-1), "", "-1 is outside 0 to any"),
        ("quota", json!(501), "", "501 is outside 0 to 500"),
        ("share", json!(101), "", "101 is outside 0 to 100"),
        ("price", json!("0.505"), "", "more than 2 digits"),
        ("price", json!(0.5), "", "an amount is a text"),
        ("price", json!({"EUR": "6.00"}), ".EUR", "6.00 is outside 0 to 5.00"),
        ("price", json!({"euro": "1.00"}), ".euro", "is not a currency code"),
        ("line", json!("loom"), "", "does not fit the pattern ^[A-Z]+$"),
        ("line", json!("LOOMLOOML"), "", "has 9 characters, may have 8"),
        ("line", json!("L"), "", "has 1 characters, needs 2"),
        ("mail", json!("Pay {link}"), "", "an object with a text for each language"),
        ("mail", json!({"en": "Pay {lnik}"}), ".en", "unknown placeholder `lnik`; did you mean `link`?"),
        ("mail", json!({"en": "Pay"}), ".en", "has to contain at least one of `link`"),
        ("mail", json!({"en": "Pay {link"}), ".en", "`{` without `}`"),
        ("mail", json!({"english": "{link}"}), ".english", "is not a language"),
        ("user", json!("u\n{number}"), "", "has a line break"),
        ("page", json!("http://example.org"), "", "one of the schemes `https`"),
        ("page", json!("example.org"), "", "is not a web address"),
        ("host", json!("wifi.example.org:0"), "", "is not a host name"),
        ("host", json!("http://wifi"), "", "is not a host name"),
        ("at", json!("24:00"), "", "is not a time"),
        ("at", json!("9:00"), "", "is not a time"),
        ("hours", json!({"monday": []}), ".monday", "unknown day `monday`"),
        ("hours", json!({"mon": [["08:00"]]}), ".mon[0]", "a span is a list of two times"),
        ("hours", json!({"mon": [["08:00", "12:00"], ["11:00", "13:00"]]}), ".mon[1]", "without overlapping"),
        ("hours", json!({"mon": [["08:00", "08:00"]]}), ".mon[0]", "a span has to last"),
        ("from", json!("2019-12-31"), "", "is outside the days allowed"),
        ("from", json!("01.01.2026"), "", "YYYY-MM-DD"),
        ("pause", json!([["2026-12-26", "2026-12-24"]]), "[0]", "ends on or after its first day"),
        ("pause", json!(["2026-12-26"]), "[0]", "a period is a list of two days"),
        ("retries", json!([3, 3]), "[1]", "greater than the one before"),
        ("retries", json!([31]), "[0]", "31 is outside 1 to 30"),
        ("domains", json!(["example"]), "[0]", "`example` is not a domain"),
        ("networks_allowed", json!(["192.0.2.0/33"]), "[0]", "is not an address or a network"),
        ("alert_to", json!(["ops"]), "[0]", "`ops` is not a mail address"),
        ("plan_groups", json!([]), "", "expected an object with a value for each row"),
        ("plan_groups", json!({"plan-1": "g"}), "[\"plan-1\"]", "expected a list"),
        ("status_mode", json!({"*": "in"}), "[\"*\"]", "needs `\"default_row\": true`"),
        ("status_mode", json!({"active": "up"}), ".active", "not among the options"),
        ("profiles", json!({"*": {"up": 1}}), "[\"*\"]", "unknown key `up`"),
        ("profiles", json!({"*": {"down": 0}}), "[\"*\"].down", "0 is outside 1 to 100"),
        ("networks", json!([{"id": "a"}]), "[0]", "missing key `ssid`"),
        ("networks", json!([{"id": "a", "ssid": "b"}, {"id": "a", "ssid": "c"}]), "", "two things have the id \"a\""),
        ("networks", json!([{"id": "a", "ssid": "b", "band": 5}]), "[0]", "unknown key `band`"),
        (
            "properties",
            json!([{"left": "a", "right": "b", "direction": "to_officernd"}]),
            "[0].direction",
            "not among the directions",
        ),
    ] {
        let (pointer, place) = field(key);
        found.extend(missed(&format!("{pointer}/default"), value, &format!("{place}.default{path}"), reason));
    }
    none(&found);
}

#[test]
fn an_overnight_span_has_to_be_allowed() {
    let (pointer, place) = field("hours");
    none(&Vec::from_iter(missed(
        &format!("{pointer}/allow_overnight"),
        json!(false),
        &format!("{place}.default.fri[0]"),
        "allow_overnight",
    )));
}

#[test]
fn text_that_is_no_manifest() {
    for (text, line) in [
        ("", "f: not readable as JSON: EOF while parsing a value at line 1 column 0"),
        ("[]", "f: expected an object, found a list"),
        ("{\"name\": \"a\" \"b\"}", "f: not readable as JSON: expected `,` or `}` at line 1 column 14"),
    ] {
        assert_eq!(lines(&Manifest::parse("f", text, ReadMode::Shape).unwrap_err()), [line]);
    }
    let twice = "{\"sync\": {\"supported\": true, \"supported\": false}}";
    let found = lines(&Manifest::parse("f", twice, ReadMode::Shape).unwrap_err());
    assert!(found[0].contains("sync") && found[0].contains("the key `supported` stands here twice"), "{found:?}");
}
