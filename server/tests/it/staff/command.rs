//! `deskbridge staff`: the first owner, and ways back in.

use std::io::Write as _;
use std::process::Stdio;

use crate::support::command::{Deskbridge, Ran};
use crate::support::{Database, TestApp, on_both_databases};

on_both_databases!(the_command_line_makes_the_first_owner_and_lets_back_in);

const FIRST: &str = "a long first password";

/// Runs a command that reads its standard input.
fn fed(deskbridge: &Deskbridge, arguments: &[&str], text: &str) -> Ran {
    let mut child = deskbridge.command_under(&[], arguments).stdin(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    Ran {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

async fn the_command_line_makes_the_first_owner_and_lets_back_in(database: Database) {
    let app = TestApp::start(database).await;
    let deskbridge = Deskbridge::beside(&app);
    let add = ["staff", "add", "you@partner.example", "--role", "owner", "--password-stdin"];
    let refused = fed(&deskbridge, &add, "short\n");
    assert_eq!(refused.code, Some(2), "{refused:?}");
    assert!(refused.stderr.contains("shorter than 12 characters"), "{}", refused.stderr);
    let unasked = fed(&deskbridge, &add[..5], FIRST);
    assert_eq!(unasked.code, Some(2), "a password is never an argument: {unasked:?}");
    let added = fed(&deskbridge, &add, &format!("{FIRST}\r\n"));
    assert_eq!(
        (added.code, added.stdout.as_str()),
        (Some(0), "you@partner.example can sign in as owner.\n"),
        "{added:?}"
    );
    assert!(!added.stderr.contains(FIRST));
    let twice =
        fed(&deskbridge, &["staff", "add", "YOU@partner.example", "--role", "viewer", "--password-stdin"], FIRST);
    assert_eq!(twice.code, Some(1), "{twice:?}");
    let sign_in = |password: &'static str| [("email", "you@partner.example"), ("password", password)];
    let mut owner = app.browser();
    assert_eq!(owner.submit("/sign-in", &sign_in(FIRST)).await.status, 303);
    assert_eq!(owner.get("/staff").await.status, 200);
    let list = deskbridge.run(&["staff", "list"]).await;
    assert!(list.stdout.contains("you@partner.example  you  owner  password only  last in 20"), "{}", list.stdout);
    let last = deskbridge.run(&["staff", "disable", "you@partner.example"]).await;
    assert!(last.code == Some(1) && last.stderr.contains("last owner"), "{last:?}");
    let set = fed(
        &deskbridge,
        &["staff", "set-password", "you@partner.example", "--password-stdin"],
        "another long password",
    );
    assert_eq!(set.code, Some(0), "{set:?}");
    assert_eq!(owner.get("/staff").await.status, 303, "nobody is signed in with the old one");
    assert_eq!(owner.submit("/sign-in", &sign_in("another long password")).await.status, 303);
    assert_eq!(deskbridge.run(&["staff", "forget-app", "nobody@partner.example"]).await.code, Some(1));
    let made = app.staff_kinds().await;
    assert!(
        made.contains(&"staff.added".to_owned()) && made.contains(&"staff.password_changed".to_owned()),
        "{made:?}"
    );
}
