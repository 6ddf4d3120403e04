use std::cell::RefCell;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde::Deserialize;

use super::*;
use crate::domain::signed_query::Malformed;

const TOLERANCE: u64 = 60;

fn key(secret: &str) -> SigningKey {
    SigningKey::new(&SecretString::from(secret)).unwrap()
}

#[derive(Deserialize)]
struct Vector {
    name: String,
    secret: String,
    now: i64,
    query: String,
    signed_text: String,
    expect: String,
}

/// A MAC of another length is "like a bad signature"; whatever else cannot be read is malformed.
fn outcome(vector: &Vector) -> &'static str {
    let query = match SignedQuery::parse(&vector.query) {
        Err(Malformed::BadMac) => return "invalid",
        Err(_) => return "malformed",
        Ok(query) => query,
    };
    if key(&vector.secret).verify_query(&query).is_none() {
        "invalid"
    } else if query.is_fresh(vector.now, TOLERANCE) {
        "valid"
    } else {
        "stale"
    }
}

#[test]
fn every_shared_vector_has_the_expected_outcome() {
    let vectors: Vec<Vector> = serde_json::from_str(include_str!("../../../tests/fixtures/signatures.json")).unwrap();
    assert!(vectors.len() >= 20, "the file holds {}", vectors.len());
    for vector in &vectors {
        assert_eq!(outcome(vector), vector.expect, "{}", vector.name);
        if vector.expect == "valid" {
            let query = SignedQuery::parse(&vector.query).unwrap();
            let form = key(&vector.secret).verify_query(&query).unwrap();
            let text = query.candidates().find(|candidate| candidate.form == form).unwrap().text;
            assert_eq!(text, vector.signed_text, "{}", vector.name);
        }
    }
}

#[test]
fn another_key_text_or_mac_does_not_verify() {
    let right = key("secret");
    let mut mac = [0_u8; 32];
    hex::decode_to_slice(right.sign(b"text"), &mut mac).unwrap();
    assert!(right.verify(b"text", &mac));
    assert!(right.clone().verify(b"text", &mac), "verifying does not use the key up");
    assert!(!right.verify(b"texts", &mac));
    assert!(!key("Secret").verify(b"text", &mac));
    mac[31] ^= 1;
    assert!(!right.verify(b"text", &mac));
}

#[test]
fn an_empty_secret_is_refused() {
    assert_eq!(SigningKey::new(&SecretString::from("")).unwrap_err(), EmptySecret);
}

#[test]
fn debug_output_is_redacted() {
    assert_eq!(format!("{:?}", key("secret")), "SigningKey([redacted])");
}

#[test]
fn a_webhook_signs_the_raw_body_a_dot_and_the_time() {
    let key = key("whsec");
    let body = b"{ \"b\":1,\"a\" : \"\xff\"}\r\n";
    let signature = key.sign(&[body.as_slice(), b".1795462108"].concat());
    let header = SignatureHeader::parse(&format!("t=1795462108,signature={signature}")).unwrap();
    assert!(key.verify_webhook(body, &header));
    assert!(!key.verify_webhook(&body[..body.len() - 1], &header));
    let moved = SignatureHeader::parse(&format!("t=1795462109,signature={signature}")).unwrap();
    assert!(!key.verify_webhook(body, &moved));
    assert!(!self::key("other").verify_webhook(body, &header));
}

/// Node, asked line by line: what does JavaScript make of this query, and how does it sign that?
struct Oracle {
    node: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

#[derive(Deserialize)]
struct Answer {
    text: String,
    mac: String,
}

/// Input comes in hex because Node ends lines also at U+2028 and U+2029.
const ORACLE: &str = r"
const { createHmac } = require('node:crypto');
const lines = require('node:readline').createInterface({ input: process.stdin });
lines.on('line', (line) => {
    const [query, t, secret] = line.split(' ').map((part) => Buffer.from(part, 'hex').toString('utf8'));
    const params = {};
    for (const [name, value] of new URLSearchParams(query)) params[name] = value;
    if (params.memberId === '') delete params.memberId;
    const text = JSON.stringify(params) + '.' + t;
    const mac = createHmac('sha256', secret).update(text).digest('hex');
    process.stdout.write(JSON.stringify({ text, mac }) + '\n');
});
";

impl Oracle {
    fn start() -> Self {
        let mut node = Command::new("node")
            .args(["-e", ORACLE])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("this test compares with JavaScript and needs `node` (version 18 or later) on the PATH");
        let questions = node.stdin.take().unwrap();
        let answers = BufReader::new(node.stdout.take().unwrap());
        Self { node, questions, answers }
    }

    fn ask(&mut self, query: &str, t: i64, secret: &str) -> Answer {
        let question = [query, &t.to_string(), secret].map(hex::encode).join(" ");
        writeln!(self.questions, "{question}").expect("node takes the question");
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("node answers");
        serde_json::from_str(&line).expect("node answers in JSON")
    }
}

impl Drop for Oracle {
    fn drop(&mut self) {
        drop(self.node.kill());
        drop(self.node.wait());
    }
}

/// Characters that JSON, form encoding or line endings treat specially, among ordinary ones.
fn hard_text() -> impl Strategy<Value = String> {
    let character = prop_oneof![
        4 => prop::char::range('a', 'z'),
        3 => prop::char::range('\0', '\u{1f}'),
        3 => prop::sample::select(vec![
            '"', '\\', '/', '+', ' ', '%', '&', '=', ',', ';', '#', '?', '<', '>', '\'', '\u{7f}', '\u{80}',
            '\u{2028}', '\u{2029}', '\u{feff}', '\u{fffd}', '\u{fffe}', '\u{ffff}', '\u{d7ff}', '\u{e000}',
            '\u{1f511}', '\u{10ffff}', 'ë', 'ß', 'İ', '\u{301}', '\u{200d}', '\u{0}',
        ]),
        2 => any::<char>(),
    ];
    prop::collection::vec(character, 0..12).prop_map(|characters| characters.into_iter().collect())
}

/// Known names with their quirks, and names nobody told us about.
fn name() -> impl Strategy<Value = String> {
    let known = ["slug", "locations", "organizationId", "memberId", "userId", "toString", "constructor", ""];
    prop_oneof![2 => prop::sample::select(known.to_vec()).prop_map(str::to_owned), 3 => hard_text()]
}

fn value() -> impl Strategy<Value = String> {
    let known = ["", "a,b", "a, b", "\"o\"", "\"\"", "null", "\r\n", "\0"];
    prop_oneof![1 => prop::sample::select(known.to_vec()).prop_map(str::to_owned), 3 => hard_text()]
}

/// JavaScript moves array indices to the front, treats `__proto__` specially and keeps the last of two.
fn comparable(params: &[(String, String)]) -> Vec<(String, String)> {
    let mut seen = std::collections::HashSet::new();
    let ordinary = |name: &str| !name.bytes().all(|byte| byte.is_ascii_digit()) || name.is_empty();
    params
        .iter()
        .filter(|(name, _)| ordinary(name) && name != "__proto__" && name != "signature")
        .filter(|(name, _)| seen.insert(name.clone()))
        .cloned()
        .collect()
}

/// The same text may be written in many ways; `style` chooses one for each byte.
fn form_encode(text: &str, style: &[u8]) -> String {
    let mut out = String::new();
    for (at, character) in text.chars().enumerate() {
        let style = style[at % style.len()];
        let plain = character.is_ascii_alphanumeric() || !character.is_ascii();
        if character == ' ' && style & 1 == 0 {
            out.push('+');
        } else if plain && style & 2 == 0 {
            out.push(character);
        } else {
            for byte in character.encode_utf8(&mut [0; 4]).bytes() {
                out += &if style & 4 == 0 { format!("%{byte:02X}") } else { format!("%{byte:02x}") };
            }
        }
    }
    out
}

#[test]
fn signed_texts_equal_what_javascript_makes_of_the_query() {
    let oracle = RefCell::new(Oracle::start());
    let strategy = (
        prop::collection::vec((name(), value()), 0..9),
        prop::collection::vec(any::<u8>(), 1..9),
        0_i64..4_000_000_000,
        hard_text().prop_map(|text| format!("s{text}")),
        any::<prop::sample::Index>(),
    );
    let cases = 5_000;
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let done = runner.run(&strategy, |(params, style, t, secret, place)| {
        let params = comparable(&params);
        let mut pairs: Vec<String> = params
            .iter()
            .map(|(name, value)| match (form_encode(name, &style), form_encode(value, &style)) {
                // A name alone has an empty value, in JavaScript too.
                (name, value) if value.is_empty() && !name.is_empty() && style[0] & 8 == 0 => name,
                (name, value) => format!("{name}={value}"),
            })
            .collect();
        let answer = oracle.borrow_mut().ask(&pairs.join("&"), t, &secret);

        let signature = form_encode(&format!("t={t},signature={}", answer.mac), &style);
        pairs.insert(place.index(pairs.len() + 1), format!("signature={signature}"));
        let query = SignedQuery::parse(&pairs.join("&")).map_err(|why| TestCaseError::fail(why.to_string()))?;

        let decoded: Vec<_> = query.params().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        prop_assert_eq!(decoded, params);
        let first = query.candidates().next().expect("there is always a candidate");
        prop_assert_eq!(&first.text, &answer.text);
        prop_assert_eq!(key(&secret).verify_query(&query), Some(first.form));
        prop_assert_eq!(key(&secret).sign(first.text.as_bytes()), answer.mac);
        prop_assert_eq!(key(&format!("{secret}x")).verify_query(&query), None);
        Ok(())
    });
    if let Err(failure) = done {
        panic!("{failure}");
    }
}
