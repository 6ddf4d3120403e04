//! `deskbridge demo --scenario … --then-stop`, as a script runs it.

use std::fs;

use crate::support::command::Deskbridge;

const PORTS: [&str; 6] = ["--port", "0", "--simulator-port", "0", "--partner-port", "0"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_play_ends_with_what_came_of_it() {
    let _limit = crate::support::limit();
    let deskbridge = Deskbridge::new();
    // Without a folder of its own it takes the sample integrations.
    fs::remove_dir_all(deskbridge.path("integrations")).unwrap();
    let wrong = deskbridge.path("wrong.toml");
    let steps = "[[steps]]\nconnect = { organization = 'studio-17', integration = 'tally-desk' }\n[[steps]]\n";
    let head = "title = 'Mine'\nstory = 's'\nseed = 1\n";
    fs::write(&wrong, format!("{head}{steps}see = {{ state = 'paused' }}\n")).unwrap();
    let typo = deskbridge.path("typo.toml");
    fs::write(&typo, format!("{head}{steps}sea = {{}}\n")).unwrap();
    for (scenario, code, words) in [
        ("quoted-organization-id-on-the-sync-call", 0, "It went as it is written."),
        (wrong.to_str().unwrap(), 1, "wrong.toml:6: the connection of studio-17 is connected and not paused"),
        (typo.to_str().unwrap(), 2, "typo.toml:7: unknown field `sea`"),
        ("restarted-in-the-middle", 2, "the demo is one process with it"),
        ("two-replicas-and-no-sticky-sessions", 0, "It went as it is written."),
    ] {
        let arguments = [&["demo", "--then-stop", "--scenario", scenario], &PORTS[..]].concat();
        let ran = deskbridge.run(&arguments).await;
        assert_eq!(ran.code, Some(code), "{scenario}: {} {}", ran.stdout, ran.stderr);
        let said = format!("{}{}", ran.stdout, ran.stderr);
        assert!(said.contains(words), "{scenario}: {said}");
    }
    assert!(!deskbridge.path("data").exists(), "nothing is kept");
}
