use secrecy::ExposeSecret as _;
use serde_json::{Value, json};

use super::*;
use crate::manifest::Manifest;

fn field(keys: &Value) -> Field {
    let mut field = json!({ "key": "k", "label": "L", "scope": "org" });
    for (key, value) in keys.as_object().unwrap() {
        field[key] = value.clone();
    }
    let manifest = json!({
        "integration": "acme", "name": "Acme",
        "sources": { "partner.sites": { "label": "Sites" } },
        "sections": [{ "id": "s", "title": "S", "fields": [field] }],
    });
    let file = tempfile::NamedTempFile::with_suffix(".json").unwrap();
    std::fs::write(file.path(), manifest.to_string()).unwrap();
    let manifest = Manifest::read(file.path(), crate::manifest::ReadMode::Shape).unwrap();
    manifest.field("k").unwrap().clone()
}

fn typed(field: &Field, values: &[&str], kept: bool) -> Result<Entry, Mistake> {
    judge(field, &Form(values.iter().map(|value| ("f-k".to_owned(), (*value).to_owned())).collect()), kept)
}

fn value(field: &Field, values: &[&str]) -> Result<Value, Mistake> {
    typed(field, values, false).map(|entry| match entry {
        Entry::Value(value) => value,
        Entry::Secret(secret) => format!("secret {}", secret.expose_secret()).into(),
        Entry::Kept => "kept".into(),
        Entry::Nothing => Value::Null,
    })
}

#[test]
fn texts_keep_their_limits() {
    let text = field(&json!({ "kind": "text", "required": true, "min_length": 2, "max_length": 4,
        "pattern": "^[a-z-]+$", "example": "ab-c" }));
    assert_eq!(value(&text, &[" abc "]), Ok(json!("abc")));
    assert_eq!(value(&text, &["   "]), Err(Mistake::Missing));
    assert_eq!(value(&text, &[]), Err(Mistake::Missing));
    assert_eq!(value(&text, &["a"]), Err(Mistake::TooShort { least: 2 }));
    assert_eq!(value(&text, &["abcde"]), Err(Mistake::TooLong { most: 4 }));
    assert_eq!(value(&text, &["a@b"]), Err(Mistake::WrongForm { example: Some("ab-c".into()) }));
    let id = field(&json!({ "kind": "text", "max_length": 64, "pattern": "^[a-z-]+$", "example": "ab-c" }));
    assert_eq!(value(&id, &["mia@harbour.example"]), Err(Mistake::AnEmailAddress));
    for no_mail in ["@b.c", "a@", "a@b@c.d", "a b@c.d", "a@b"] {
        assert_eq!(value(&id, &[no_mail]), Err(Mistake::WrongForm { example: Some("ab-c".into()) }), "{no_mail}");
    }
    assert_eq!(value(&text, &["a\u{0}b"]), Err(Mistake::WrongForm { example: None }));
    let bytes = field(&json!({ "kind": "text", "max_bytes": 3 }));
    assert_eq!(value(&bytes, &["éé"]), Err(Mistake::TooManyBytes { most: 3 }));
    assert_eq!(value(&bytes, &[""]), Ok(Value::Null));
    assert_eq!(value(&bytes, &["a\nb"]), Err(Mistake::WrongForm { example: None }));
    assert_eq!(value(&field(&json!({ "kind": "text", "multiline": true })), &["a\r\nb\r\n"]), Ok(json!("a\nb")));
}

#[test]
fn a_secret_is_as_typed_and_an_empty_one_keeps_the_stored() {
    let secret = field(&json!({ "kind": "secret", "required": true, "min_length": 3 }));
    assert_eq!(value(&secret, &[" ab "]), Ok(json!("secret  ab ")));
    assert_eq!(value(&secret, &["ab"]), Err(Mistake::TooShort { least: 3 }));
    assert_eq!(value(&secret, &[""]), Err(Mistake::Missing));
    assert!(matches!(typed(&secret, &[""], true), Ok(Entry::Kept)));
    assert!(matches!(typed(&secret, &["new"], true), Ok(Entry::Secret(_))));
}

#[test]
fn choices_are_among_those_offered() {
    let options = json!([{ "value": "eu", "label": "Europe" }, { "value": "us", "label": "US" }]);
    let choice = field(&json!({ "kind": "enum", "required": true, "options": options }));
    assert_eq!(value(&choice, &["eu"]), Ok(json!("eu")));
    assert_eq!(value(&choice, &["mars"]), Err(Mistake::UnknownChoice));
    assert_eq!(value(&choice, &[]), Err(Mistake::Missing));
    let ack = field(&json!({ "kind": "acknowledgement", "required": true }));
    assert_eq!(value(&ack, &["yes"]), Ok(json!(true)));
    assert_eq!(value(&ack, &[]), Err(Mistake::Missing));
    let switch = field(&json!({ "kind": "boolean" }));
    assert_eq!((value(&switch, &["yes"]), value(&switch, &[])), (Ok(json!(true)), Ok(json!(false))));
    let many = field(&json!({ "kind": "multi_ref", "source": "partner.sites", "min_items": 2, "max_items": 3 }));
    assert_eq!(value(&many, &["a", "b", "a"]), Ok(json!(["a", "b"])));
    assert_eq!(value(&many, &["a"]), Err(Mistake::TooFew { least: 2 }));
    assert_eq!(value(&many, &["a", "b", "c", "d"]), Err(Mistake::TooMany { most: 3 }));
    assert_eq!(value(&many, &[]), Ok(json!([])));
    let one = field(&json!({ "kind": "ref", "source": "partner.sites" }));
    assert_eq!((value(&one, &["site-nl"]), value(&one, &[""])), (Ok(json!("site-nl")), Ok(Value::Null)));
    assert_eq!(value(&one, &["a\nb"]), Err(Mistake::UnknownChoice));
}

#[test]
fn numbers_are_read_and_bounded() {
    let number = field(&json!({ "kind": "number", "min": 0, "max": 10, "step": 0.5, "decimals": 1 }));
    assert_eq!(value(&number, &["2,5"]), Ok(json!(2.5)));
    assert_eq!(value(&number, &["5.0"]), Ok(json!(5)));
    for wrong in ["x", "1e999", "NaN", "1,000,000"] {
        assert_eq!(value(&number, &[wrong]), Err(Mistake::NotANumber), "{wrong}");
    }
    assert_eq!(value(&number, &["11"]), Err(Mistake::OutOfRange { from: Some("0".into()), to: Some("10".into()) }));
    assert_eq!(value(&number, &["0.3"]), Err(Mistake::WrongStep { step: "0.5".into() }));
    let whole = field(&json!({ "kind": "number", "integer": true }));
    assert_eq!(value(&whole, &["1.5"]), Err(Mistake::NotWhole));
    let money = field(&json!({ "kind": "number", "decimals": 2 }));
    assert_eq!(value(&money, &["1.234"]), Err(Mistake::TooManyDecimals { most: 2 }));
}

#[test]
fn addresses_are_where_they_may_be() {
    let url = field(&json!({ "kind": "url", "deny_private_addresses": true }));
    assert_eq!(value(&url, &["https://doors.example/x"]), Ok(json!("https://doors.example/x")));
    for wrong in ["http://doors.example", "doors.example", "javascript:alert(1)"] {
        assert_eq!(value(&url, &[wrong]), Err(Mistake::NotAnAddress { schemes: vec!["https".into()] }), "{wrong}");
    }
    for private in ["https://127.0.0.1", "https://2130706433", "https://[::1]", "https://localhost", "https://a.local"]
    {
        assert_eq!(value(&url, &[private]), Err(Mistake::Private), "{private}");
    }
    let host = field(&json!({ "kind": "host_port", "deny_private_addresses": true, "default_port": 8443 }));
    for good in ["doors.example", "doors.example:8443", "8.8.8.8:1", "[2606:4700::1111]:443"] {
        assert_eq!(value(&host, &[good]), Ok(json!(good)));
    }
    for wrong in ["https://doors.example", "doors.example:0", "doors example", "a:b"] {
        assert_eq!(value(&host, &[wrong]), Err(Mistake::NotAHost), "{wrong}");
    }
    for private in ["10.0.0.1", "192.168.1.1:8443", "127.1", "[::1]:1", "::1", "localhost:80", "nas.local"] {
        assert_eq!(value(&host, &[private]), Err(Mistake::Private), "{private}");
    }
    let open = field(&json!({ "kind": "host_port" }));
    assert_eq!(value(&open, &["10.0.0.1"]), Ok(json!("10.0.0.1")));
}

#[test]
fn what_needs_a_step_is_open_again_with_it() {
    let step = |id: &str, needs: Option<&str>| Step {
        id: id.to_owned(),
        title: id.to_owned(),
        help: None,
        kind: None,
        fields: Vec::new(),
        needs: needs.map(str::to_owned),
        check: None,
    };
    let steps = [step("a", None), step("b", Some("a")), step("c", Some("b")), step("d", None)];
    assert_eq!(needing(&steps, "a"), ["b", "c"]);
    assert_eq!(needing(&steps, "b"), ["c"]);
    assert!(needing(&steps, "d").is_empty());
}
