//! Variables, secrets and the folder of manifests.

use std::fs;

use secrecy::ExposeSecret as _;

use super::*;

const WHSEC: &str = "whsec_c2VjcmV0IHNlY3JldCBzZWNyZXQgMTIz";

/// What the samples need, so that they can run.
fn environment(name: &str) -> Option<String> {
    Some(match name {
        name if name.ends_with("_URL") => format!("http://127.0.0.1:4100/{}", name.to_lowercase()),
        name if name.ends_with("_HOOKS_SECRET") => WHSEC.to_owned(),
        name => format!("value-of-{name}"),
    })
}

fn resolved(text: &str, env: Environment<'_>, production: bool) -> Result<(Client, Option<Partner>), Vec<String>> {
    let manifest = Manifest::parse("f", text, ReadMode::Serve).map_err(|problems| lines(&problems))?;
    manifest.resolve(env, production).map_err(|problems| lines(&problems))
}

const LITERAL: &str = r#"{
    "integration": "abc", "name": "Abc", "client_id": "id", "client_secret": "hunter2-client", "scopes": ["a"],
    "partner": {"base_url": "https://partner.example.com/deskbridge/", "secret": "whsec_aHVudGVyMg==",
        "oauth": {"authorize_url": "https://a.example.com", "token_url": "https://t.example.com",
            "client_id": "x", "client_secret": "hunter2-oauth"}}
}"#;

#[test]
fn the_samples_are_loaded_as_they_are() {
    let integrations = load_dir(&repository("integrations"), &environment, true).map_err(|p| lines(&p)).unwrap();
    let slugs: Vec<&str> = integrations.iter().map(|integration| integration.slug.as_str()).collect();
    assert_eq!(slugs, ["ledgerline-pay", "meshfern-wifi", "portunus-access", "tally-desk"]);
    let least = [
        "flex.settings.integrations.read",
        "flex.settings.webhooks.read",
        "flex.settings.webhooks.create",
        "flex.settings.webhooks.delete",
        "flex.settings.organization.read",
        "flex.space.locations.read",
    ];
    for integration in &integrations {
        assert!(least.iter().all(|scope| integration.scopes.iter().any(|has| has == scope)), "{}", integration.slug);
        assert_eq!(integration.webhooks[0], "integration.removed");
        assert!(integration.webhooks.iter().all(|event| !event.contains('*')), "{:?}", integration.webhooks);
        assert!(integration.logo.as_deref().is_some_and(|logo| logo.starts_with("<svg")));
        assert!(integration.sync.supported);
        assert!(integration.support.as_ref().is_some_and(|support| support.email.is_some()), "{}", integration.slug);
    }
    let [ledgerline, _, portunus, tally] = &integrations[..] else { panic!("four samples") };
    assert!(tally.steps().is_empty() && tally.partner.is_none());
    assert_eq!(portunus.client.client_id, "value-of-PORTUNUS_CLIENT_ID");
    assert_eq!(portunus.client.client_secret.expose_secret(), "value-of-PORTUNUS_CLIENT_SECRET");
    let partner = portunus.partner.as_ref().unwrap();
    assert_eq!(partner.hook_url(Hook::Verify).as_str(), "http://127.0.0.1:4100/portunus_hooks_url/verify");
    assert_eq!(partner.secret.expose_secret(), WHSEC);
    assert!(ledgerline.partner.as_ref().unwrap().oauth.is_some());
}

/// A sample differs from its fixture only in what is needed to serve it, in how it helps, and in what more of it is
/// translated.
#[test]
fn the_samples_have_the_settings_of_the_fixtures() {
    for (fixture, sample) in fixtures().iter().zip(samples()) {
        let fixture = Manifest::read(fixture, ReadMode::Shape).unwrap();
        let sample = Manifest::read(&sample, ReadMode::Serve).map_err(|p| lines(&p)).unwrap();
        assert_eq!(fixture.slug, sample.slug);
        assert_eq!(without_help(fixture.sections), without_help(sample.sections));
        let silent = |mut connection: Connection| {
            connection.steps.iter_mut().for_each(|step| step.help = None);
            connection
        };
        assert_eq!(silent(fixture.connection), silent(sample.connection));
        assert_eq!(fixture.rules, sample.rules);
        assert_eq!(fixture.sources, sample.sources);
        for (language, texts) in &fixture.translations {
            for (key, text) in texts {
                assert_eq!(sample.translations[language].get(key), Some(text), "{language} {key}");
            }
        }
    }
}

fn without_help(mut sections: Vec<Section>) -> Vec<Section> {
    sections.iter_mut().flat_map(|section| &mut section.fields).for_each(|field| field.common.help = None);
    sections
}

#[test]
fn variables_are_listed_with_the_keys_that_need_them() {
    let sample = |name: &str| Manifest::read(&repository("integrations").join(name), ReadMode::Serve).unwrap();
    let shown: Vec<String> = sample("tally-desk.json").variables().iter().map(ToString::to_string).collect();
    assert_eq!(shown, ["TALLYDESK_CLIENT_ID (client_id)", "TALLYDESK_CLIENT_SECRET (client_secret)"]);
    let variables = sample("ledgerline-pay.json").variables();
    assert_eq!(variables.len(), 8);
    assert!(variables.iter().all(|variable| variable.secret == variable.name.ends_with("SECRET")));
}

#[test]
fn each_missing_variable_is_named_with_its_key() {
    let nothing = |_: &str| None;
    let manifest = Manifest::read(&samples()[2], ReadMode::Serve).unwrap();
    let found: Vec<String> =
        manifest.resolve(&nothing, false).unwrap_err().iter().map(|p| format!("{}: {}", p.path, p.reason)).collect();
    let wanted: Vec<String> = manifest
        .variables()
        .iter()
        .map(|variable| format!("{}: the environment variable {} is not set", variable.key, variable.name))
        .collect();
    assert_eq!(found, wanted);
    let empty = |_: &str| Some(" ".to_owned());
    assert!(manifest.resolve(&empty, false).unwrap_err().iter().all(|problem| problem.reason.ends_with("is empty")));
}

#[test]
fn a_literal_secret_is_for_development_only() {
    let nothing = |_: &str| None;
    let (client, partner) = resolved(LITERAL, &nothing, false).unwrap();
    assert_eq!(client.client_secret.expose_secret(), "hunter2-client");
    let partner = partner.unwrap();
    assert_eq!(partner.hook_url(Hook::Facts).as_str(), "https://partner.example.com/deskbridge/facts");
    assert_eq!(partner.timeout.as_secs(), 10);
    assert!(partner.answers(Hook::Disconnected));
    let refused = resolved(LITERAL, &nothing, true).unwrap_err();
    let paths: Vec<&str> = refused.iter().map(|line| line.split(": ").nth(1).unwrap()).collect();
    assert_eq!(paths, ["client_secret", "partner.secret", "partner.oauth.client_secret"]);
}

#[test]
fn no_secret_is_shown() {
    let manifest = Manifest::parse("f", LITERAL, ReadMode::Serve).unwrap();
    let shown = format!("{manifest:?} {:?}", manifest.resolve(&|_| None, false).unwrap());
    for secret in ["hunter2", "aHVudGVyMg"] {
        assert!(!shown.contains(secret), "{shown}");
    }
    assert!(shown.contains("REDACTED"));
    // Neither where the secret is wrong.
    for wrong in ["\"whsec_***hunter2\"", "{\"secret\": \"hunter2\"}", "[\"hunter2\"]", "{\"env\": \"hunter2 x\"}"] {
        let text = LITERAL.replace("\"whsec_aHVudGVyMg==\"", wrong);
        let refused = resolved(&text, &|_| None, false).unwrap_err();
        assert!(!refused.is_empty() && refused.iter().all(|line| !line.contains("hunter2")), "{refused:?}");
    }
    let leaky = |name: &str| Some(if name.ends_with("_URL") { "hunter2://x" } else { "hunter2" }.to_owned());
    let refused = Manifest::read(&samples()[0], ReadMode::Serve).unwrap().resolve(&leaky, false).unwrap_err();
    assert_eq!(refused.len(), 2, "{refused:?}");
    assert!(refused.iter().all(|problem| !problem.reason.contains("hunter2")), "{refused:?}");
}

fn write(dir: &Path, name: &str, slug: &str, more: &str) {
    let text = format!(
        r#"{{"integration": "{slug}", "name": "N", "client_id": "one", "client_secret": "s", "scopes": ["a"]{more}}}"#
    );
    fs::write(dir.join(name), text).unwrap();
}

#[test]
fn a_folder_has_one_file_for_each_slug() {
    let dir = tempfile::tempdir().unwrap();
    let load = || load_dir(dir.path(), &|_| None, false).map_err(|problems| lines(&problems));
    assert!(load().unwrap().is_empty());
    // Several integrations may share a client id; other files are not read.
    write(dir.path(), "aaa.json", "aaa", "");
    write(dir.path(), "bbb.json", "bbb", "");
    fs::write(dir.path().join("notes.txt"), "x").unwrap();
    fs::write(dir.path().join(".draft.json"), "x").unwrap();
    assert_eq!(load().unwrap().iter().map(|i| i.slug.clone()).collect::<Vec<_>>(), ["aaa", "bbb"]);

    write(dir.path(), "ccc.json", "aaa", "");
    write(dir.path(), "ddd.json", "eee", "");
    fs::write(dir.path().join("fff.json"), "{").unwrap();
    let found = load().unwrap_err();
    assert_eq!(found.len(), 3, "{found:?}");
    assert!(found[0].contains("ccc.json: integration: the slug `aaa` is taken by ") && found[0].ends_with("aaa.json"));
    assert!(found[1].ends_with("ddd.json: integration: the file of `eee` has to be called eee.json"));
    assert!(found[2].contains("fff.json: not readable as JSON"));

    let missing = load_dir(&dir.path().join("no"), &|_| None, false).unwrap_err();
    assert!(missing[0].reason.contains("cannot be read"));
}

#[test]
fn a_logo_stands_beside_the_manifest_and_is_a_picture() {
    let dir = tempfile::tempdir().unwrap();
    write(dir.path(), "aaa.json", "aaa", r#", "logo": "aaa.svg""#);
    let read = || Manifest::read(&dir.path().join("aaa.json"), ReadMode::Serve).map_err(|problems| lines(&problems));
    assert!(read().unwrap_err()[0].contains("aaa.json: logo: `aaa.svg` cannot be read"));
    fs::write(dir.path().join("aaa.svg"), "<svg xmlns=\"http://www.w3.org/2000/svg\"><script/></svg>").unwrap();
    assert!(read().unwrap_err()[0].contains("logo: `aaa.svg` contains `<script`"));
    fs::write(dir.path().join("aaa.svg"), "<svg xmlns=\"http://www.w3.org/2000/svg\"></svg>").unwrap();
    assert_eq!(read().unwrap().logo.as_deref(), Some("aaa.svg"));
}

#[test]
fn checking_names_each_file() {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("bad.json"), r#"{"integration": "bad", "name": "Bad", "snyc": {}}"#).unwrap();
    let report = check_files(&[fixtures()[0].clone(), dir.path().join("bad.json"), dir.path().join("none.json")]);
    assert_eq!((report.files, report.exit_code()), (3, 1));
    let text = report.to_string();
    let mut shown = text.lines();
    assert!(shown.next().unwrap().ends_with("bad.json: unknown key `snyc`; did you mean `sync`?"));
    assert!(shown.next().unwrap().contains("none.json: cannot be read"));
    assert_eq!(shown.next(), None);
}
