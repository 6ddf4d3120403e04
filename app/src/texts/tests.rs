//! The catalogue against the code: no key missing, none left over, every sentence complete.

use std::collections::BTreeSet;
use std::path::Path;

use super::*;
use crate::problems::ProblemCode;
use crate::state::ConnectionState;

/// Arguments of each message and part.
fn arguments(source: &str) -> std::collections::BTreeMap<String, BTreeSet<String>> {
    let mut found: std::collections::BTreeMap<String, BTreeSet<String>> = Default::default();
    let (mut message, mut key) = (String::new(), String::new());
    for line in source.lines().filter(|line| !line.starts_with('#')) {
        let begins = line.starts_with(|first: char| first.is_ascii_lowercase());
        let part = line.strip_prefix("    .").filter(|part| part.starts_with(|first: char| first.is_ascii_lowercase()));
        if begins && let Some((name, _)) = line.split_once(" = ") {
            (message, key) = (name.to_owned(), name.to_owned());
        } else if let Some((name, _)) = part.and_then(|part| part.split_once(" = ")) {
            key = format!("{message}.{name}");
        }
        let names = line.split('$').skip(1).map(|rest| {
            rest.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect::<String>()
        });
        found.entry(key.clone()).or_default().extend(names);
    }
    found.remove("");
    found
}

#[test]
fn every_language_says_everything_with_the_same_arguments() {
    let english = arguments(source(Language::English));
    assert!(english.len() > 800);
    for language in Language::ALL {
        let other = arguments(source(language));
        for (key, wanted) in &english {
            assert_eq!(other.get(key), Some(wanted), "{key} in {}", language.own_name());
        }
        assert_eq!(other.len(), english.len(), "{} has texts that English has not", language.own_name());
    }
}

/// A text that was only copied is not translated. These are the same in both languages.
#[test]
fn german_is_german() {
    let same: Vec<String> = keys()
        .into_iter()
        .filter(|key| {
            let of = |language| {
                let source = source(language);
                let begin = format!("\n{key} = ");
                source.split(begin.as_str()).nth(1).and_then(|rest| rest.lines().next()).map(str::to_owned)
            };
            of(Language::English) == of(Language::German)
        })
        .filter(|key| !text_is_arguments_only(key))
        .collect();
    let fine = [
        "in-officernd",
        "money-in",
        "pair-left",
        "actor-officernd",
        "thing-coins",
        "thing-tickets",
        "confirm-name-short",
        "product",
        "staff-page-title",
        "staff-version",
        "role-support",
        "staff-name",
        "keys-until-day",
        "sign-in-code",
        "tenants-column-integration",
        "tenants-column-revision",
    ];
    let left: Vec<&String> = same.iter().filter(|key| !fine.contains(&key.as_str())).collect();
    assert!(left.is_empty(), "not translated: {left:?}");
}

/// Nothing in it but arguments and signs.
fn text_is_arguments_only(key: &str) -> bool {
    let begin = format!("\n{key} = ");
    let line = ENGLISH.split(begin.as_str()).nth(1).and_then(|rest| rest.lines().next()).unwrap_or_default();
    let mut depth = 0;
    !line.chars().any(|c| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        depth == 0 && c.is_alphabetic()
    })
}

#[test]
fn every_key_the_code_names_is_in_the_catalogue() {
    let mut named = 0;
    for (file, source) in sources() {
        for key in keys_asked_for(&source) {
            assert!(has(&key), "{file} asks for the text {key}, which the catalogue does not have");
            named += 1;
        }
    }
    assert!(named > 80, "the scan found only {named} keys: does it still read the sources?");
}

#[test]
fn nothing_in_the_catalogue_is_left_over() {
    let literals: BTreeSet<String> = sources().iter().flat_map(|(_, source)| literals(source)).collect();
    let unused: Vec<_> = keys().into_iter().filter(|key| !literals.contains(key)).collect();
    assert_eq!(unused, Vec::<String>::new(), "nobody uses these texts");
    assert!(keys().len() > 150);
}

/// A part whose name nobody writes would never be shown.
#[test]
fn every_part_has_a_name_the_code_knows() {
    let source: String = sources().into_iter().map(|(_, source)| source).collect();
    let mut seen = 0;
    for line in ENGLISH.lines().filter(|line| line.trim_start().starts_with('.')) {
        let name = line.trim_start().trim_start_matches('.').split(' ').next().unwrap_or_default();
        let family = name.split_once("do-").map_or(name, |_| "do");
        let asked = source.contains(&format!(".{family}\"")) || source.contains(&format!("\"{family}\""));
        assert!(asked, "nobody shows the part .{name}");
        seen += 1;
    }
    assert!(seen > 60);
}

#[test]
fn every_state_speaks_with_and_without_dates() {
    for state in ConnectionState::ALL {
        for (since, until) in [(None, None), (Some(1_777_766_400_000), Some(1_780_358_400_000))] {
            let message = healthcheck(state, "Portunus Access", since, until);
            assert!(message.ends_with('.') && !message.contains("  ") && !message.contains('{'), "{message}");
        }
    }
}

#[test]
fn the_state_words_are_the_nine() {
    let words: Vec<_> = ConnectionState::ALL.into_iter().map(state_word).collect();
    assert_eq!(
        words,
        [
            "Disconnected",
            "Reconnect",
            "Finish set-up",
            "Paused by you",
            "Waiting for approval",
            "Vendor outage",
            "Some locations",
            "Delayed",
            "Connected"
        ]
    );
}

#[test]
fn healthcheck_messages_read_as_written() {
    let since = Some(1_777_766_400_000); // 3 May 2026
    let until = Some(1_780_358_400_000); // 2 June 2026
    let said = |state, since, until| healthcheck(state, "Portunus Access", since, until);
    assert_eq!(
        said(ConnectionState::Reconnect, since, None),
        "OfficeRnD no longer accepts our login (since 3 May 2026). Choose Connect again in OfficeRnD."
    );
    assert_eq!(
        said(ConnectionState::Reconnect, None, None),
        "OfficeRnD no longer accepts our login. Choose Connect again in OfficeRnD."
    );
    assert_eq!(said(ConnectionState::FinishSetUp, since, None), "Open Configure and finish set-up of Portunus Access.");
    assert_eq!(
        healthcheck_open_step("Portunus Access", "Choose the Portunus site"),
        "Open Configure and finish set-up of Portunus Access. Next step: Choose the Portunus site."
    );
    assert_eq!(
        said(ConnectionState::VendorOutage, since, None),
        "Portunus Access does not answer since 3 May 2026, 00:00 (UTC). \
         Nothing to do for you; changes wait and are sent when it answers."
    );
    assert_eq!(
        said(ConnectionState::Disconnected, since, until),
        "Portunus Access is disconnected. Settings and history are kept until 2 June 2026. \
         To use it again, choose Connect in OfficeRnD."
    );
    assert_eq!(
        said(ConnectionState::Disconnected, since, None),
        "Portunus Access is disconnected. To use it again, choose Connect in OfficeRnD."
    );
}

#[test]
fn every_activity_and_problem_has_words_of_its_own() {
    let words: BTreeSet<_> = ACTIVITY_KINDS.iter().map(|kind| activity(kind, "Portunus Access")).collect();
    assert_eq!(words.len(), ACTIVITY_KINDS.len());
    assert!(words.iter().all(|words| !words.starts_with("Something else")));
    assert_eq!(activity("door.opened", "Portunus Access"), "Something else happened (door.opened)");

    let titles: BTreeSet<_> = ProblemCode::ALL.into_iter().map(problem_title).collect();
    assert_eq!(titles.len(), ProblemCode::ALL.len());
    for code in ProblemCode::ALL {
        let key = problem_key(code);
        assert!(has(&format!("{key}.what")) && has(&format!("{key}.do-1")), "{key} has no page");
    }
}

#[test]
fn signed_calls_are_answered_in_words() {
    assert!(signature_refused().contains("signed"));
    assert!(sync_disconnected("Portunus Access").starts_with("Portunus Access is disconnected."));
    assert!(sync_switch_unreadable().ends_with("Nothing was changed."));
}

#[test]
fn plurals_follow_the_number() {
    let said = |count: usize| text_with("locations-some", &[("count", count.into())]);
    assert_eq!((said(1).as_str(), said(2).as_str()), ("1 location", "2 locations"));
    let all = |count: usize| text_with("locations-all", &[("count", count.into())]);
    assert_eq!(all(0), "All locations, none today");
    assert_eq!(all(1200), "All locations, 1200 today");
}

#[test]
fn lists_are_joined_as_people_do() {
    let items = ["a", "b", "c"].map(str::to_owned);
    assert_eq!(all_of(&items[..0]), "");
    assert_eq!(all_of(&items[..1]), "a");
    assert_eq!(all_of(&items[..2]), "a and b");
    assert_eq!(all_of(&items), "a, b and c");
    assert_eq!(one_of(&items), "a, b or c");
}

#[test]
#[should_panic(expected = "not in the catalogue")]
fn a_missing_key_stops_a_test() {
    text("no-such-key-anywhere");
}

#[test]
#[should_panic(expected = "integration")]
fn a_missing_argument_stops_a_test() {
    text("state-connected.heading");
}

/// Words of the voice's black list, and the name of the product, which admins never read.
#[test]
fn the_voice_is_kept() {
    // Staff know the product's name, and have to speak of what admins never hear of.
    let for_staff = ["staff", "tenants", "tenant", "alerts", "live"].map(|name| {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("locales/{name}.en.ftl"));
        std::fs::read_to_string(file).expect("a catalogue for staff")
    });
    for line in for_staff.iter().flat_map(|file| file.lines()).filter(|line| !line.starts_with('#')) {
        let lower = line.to_lowercase();
        assert!(!["please", "oops", "are you sure"].iter().any(|word| lower.contains(word)), "{line}");
        assert!(!line.contains(['!', '\'']), "{line}");
    }
    let lower = for_staff.iter().fold(ENGLISH.to_owned(), |all, file| all.replace(file.as_str(), "")).to_lowercase();
    let shown = lower.lines().filter(|line| !line.starts_with('#'));
    for line in shown {
        for word in ["deskbridge", "please", "oops", "are you sure", "tenant", "credential", "webhook", "authorize"] {
            let is_key = line.split(" = ").next().unwrap_or_default().contains(word);
            assert!(is_key || !line.contains(word), "{word}: {line}");
        }
        assert!(!line.contains('!'), "no exclamation marks: {line}");
        assert!(!line.contains('\''), "typographic apostrophes only: {line}");
    }
}

/// Message keys in the order of the file.
fn keys() -> Vec<String> {
    ENGLISH
        .lines()
        .filter(|line| line.starts_with(|first: char| first.is_ascii_lowercase()))
        .filter_map(|line| line.split_once(" = ").map(|(key, _)| key.to_owned()))
        .collect()
}

/// All Rust files of the pages and of the server, without this one.
fn sources() -> Vec<(String, String)> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut folders = vec![here.join("src"), here.join("../server/src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("the source folders are there") {
            let path = entry.expect("a folder entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ext| ext == "rs") && !path.ends_with("texts/tests.rs") {
                let source = std::fs::read_to_string(&path).expect("a source file");
                found.push((path.display().to_string(), source));
            }
        }
    }
    assert!(found.len() > 20);
    found
}

/// String literals that stand as a key in a call of this module.
fn keys_asked_for(source: &str) -> Vec<String> {
    let calls = ["text(\"", "text_with(\"", "rich(\"", "text_with(\n", "rich(\n", "todo(\""];
    let mut keys = Vec::new();
    for call in calls {
        for (at, _) in source.match_indices(call) {
            let before = source[..at].chars().next_back();
            let rest = source[at + call.len()..].trim_start().trim_start_matches('"');
            let own_call = !before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '.');
            let literal = call.ends_with('"') || source[at + call.len()..].trim_start().starts_with('"');
            let documentation =
                source[..at].lines().next_back().is_some_and(|line| line.trim_start().starts_with("//"));
            if own_call && literal && !documentation {
                keys.extend(rest.split('"').next().map(str::to_owned));
            }
        }
    }
    keys
}

/// Everything between two quotes, parts cut off: enough to see whether a key is written anywhere.
fn literals(source: &str) -> Vec<String> {
    source.split('"').map(|piece| piece.split('.').next().unwrap_or_default().to_owned()).collect()
}
