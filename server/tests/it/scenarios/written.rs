//! Mistakes in a scenario file: each is refused with file, line and reason.

use server::demo::scenario::{Scenario, load, names};

const HEAD: &str = "title = 't'\nstory = 's'\nseed = 1\n";

fn mistake(rest: &str) -> String {
    match Scenario::read("mine.toml", &format!("{HEAD}{rest}")) {
        Ok(_) => panic!("this was taken: {rest}"),
        Err(mistake) => mistake.to_string(),
    }
}

#[test]
fn a_typo_is_a_mistake_with_its_line() {
    for (rest, line, words) in [
        ("steps = []", 1, "there are no steps"),
        ("color = 'red'\n[[steps]]\nusual = {}", 4, "unknown field `color`"),
        ("[[steps]]\nconect = {}", 5, "unknown field `conect`, expected one of `why`, `install`, `connect`"),
        ("[[steps]]\nwait = { hour = 1 }", 5, "unknown field `hour`"),
        ("[[steps]]\nwait = { hours = 'x' }", 5, "invalid type"),
        ("[[steps]]\nwait = { hours = -1 }", 4, "only goes on"),
        ("[[steps]]\nwait = {}", 4, "days, hours, minutes or seconds"),
        ("[[steps]]\nwait = { hours = 1, times = 0 }", 4, "times is at least 1"),
        ("[[steps]]\nusual = {}\n\n[[steps]]\nwhy = 'x'", 7, "does nothing and looks at nothing"),
        ("[[steps]]\nusual = {}\nrevoke = {}", 4, "one step is one act; here are revoke and usual"),
        ("[[steps]]\nswitch = { key = 'regoin', value = 'down' }", 4, "There is no switch \"regoin\""),
        ("[[steps]]\nswitch = { key = 'region', value = 'mars' }", 4, "region is one of here, down"),
        ("[[steps]]\nfault = { at = 'tokens', answer = '500' }", 4, "at is one of any, token"),
        ("[[steps]]\nfault = { at = 'token', answer = '501' }", 4, "answer is one of 500, 502"),
        ("[[steps]]\nopen = { code = 'late' }", 4, "connect_code is one of good, expired"),
        ("[[steps]]\nopen = { same_link = true, code = 'used' }", 4, "leave out code"),
        ("[[steps]]\ncall = { call = 'ping' }", 5, "unknown variant `ping`"),
        ("[[steps]]\nsee = {}", 4, "see says nothing"),
        ("[[steps]]\nsee = { calls = { tokens = 1 } }", 4, "tokens is not a place at OfficeRnD"),
        ("[[steps]]\nsee = { calls = { token = 'one' } }", 4, "token is a count"),
        ("[[steps]]\nsee = { deliveries = { done = 1 } }", 4, "done is not a state of deliveries"),
        ("[[steps]]\nsee = { activity = { 'grant.lost' = 0 } }", 4, "grant.lost is not something that happens"),
        ("[[steps]]\nsee = { state = 'conected' }", 4, "conected is not a state"),
        ("[[steps]]\nsee = { state = 'connected' }\nanswer = { status = 200 }", 4, "nothing that could be answered"),
        ("[[steps]]\nusual = {}\nanswer = { status = 200 }", 4, "nobody answers usual"),
        ("[[steps]]\ntoken = {}\nanswer = {}", 4, "answer says nothing"),
        ("[[steps]]\ncall = { call = 'sync' }\nanswer = { token_works = true }", 4, "belongs to the act token"),
        ("[[steps]]\ntoken = { callers = 0 }", 4, "callers is at least 1"),
        (
            "[[steps]]\nsubmit = { button = 'next' }\nrestart = {}",
            4,
            "one step is one act; here are submit and restart",
        ),
        ("[[steps]]\nrestart = {}\nanswer = { status = 200 }", 4, "nobody answers restart"),
        ("[[steps]]\nsee = { told = { verify = 1 } }", 4, "verify is not a hook that has to arrive"),
        ("replicas = 0\n[[steps]]\nusual = {}", 1, "replicas is from 1 to 4"),
        ("[[steps]\n", 4, ""),
    ] {
        let found = mistake(rest);
        assert!(found.starts_with(&format!("mine.toml:{line}: ")), "{rest:?}: {found}");
        assert!(found.contains(words), "{rest:?}: {found}");
    }
    assert!(Scenario::read("mine.toml", "seed = 1\n").unwrap_err().to_string().contains("missing field `title`"));
}

#[test]
fn every_scenario_can_be_read_and_is_named_after_its_title() {
    let names = names();
    assert!(names.len() >= 12, "{names:?}");
    let mut seeds = Vec::new();
    for name in &names {
        let scenario = load(name).unwrap();
        let first = scenario.title.split(',').next().unwrap().to_lowercase();
        let first = first.replace(" the slug", " slug").replace(' ', "-");
        assert!(name.starts_with(&first), "{name}: {}", scenario.title);
        assert!(scenario.story.len() > 100, "{name} has no story");
        seeds.push(scenario.seed);
    }
    seeds.sort_unstable();
    seeds.dedup();
    assert_eq!(seeds.len(), names.len(), "each has a seed of its own");
}

#[test]
fn a_name_that_is_none_is_told_what_there_is() {
    let error = load("loser-revokes").unwrap_err().to_string();
    assert!(error.contains("is no file") && error.contains("loser-revokes-the-winner"), "{error}");
}
