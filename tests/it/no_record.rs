//! A record that can't be written stops no phone, and one that can keeps a picture of the page that ended a walk; an account that was refused too often is tried no more.

use phone_sim::phone::Branch;

use crate::cli::{Bench, spec};

const RIGHT: &str = "Owner-pass 1";

#[test]
fn a_journal_that_cannot_be_written_stops_no_phone() {
    let bench = Bench::own([spec("8f2a1b")]);
    let args = ["sign-out", "--all", "--yes", "--password-stdin", "--json", "--journal", "/dev/null/journal.db"];
    let ran = bench.run(&args).stdin(&format!("{RIGHT}\n")).run();
    assert_eq!(ran.status, 0, "{ran}");
    assert!(ran.stderr.contains("this run is not recorded"), "{ran}");
    assert!(ran.stdout.contains(r#""outcome":"signed-out""#), "{ran}");
    assert!(!bench.phone(0).account_present());
}

#[test]
fn after_three_rejections_nothing_is_submitted_any_more() {
    let bench = Bench::own([spec("8f2a1b")]);
    let state = tempfile::tempdir().unwrap();
    let state = state.path().to_str().unwrap();
    let run = |journal: &str| {
        let journal = format!("{state}/{journal}.db");
        bench.sign_out("a wrong one", &["--all", "--journal", &journal]).env("XDG_STATE_HOME", state).run()
    };
    for n in 1..=3 {
        let ran = run(&n.to_string());
        assert!(ran.stdout.contains(r#""reason":"wrong-password""#), "{ran}");
        assert_eq!((ran.status, bench.phone(0).record().passwords_submitted()), (1, n), "{ran}");
    }
    // Another journal does not make it forget.
    let ran = run("another");
    assert!(ran.stdout.contains(r#""reason":"account-stopped""#), "{ran}");
    assert_eq!((ran.status, bench.phone(0).record().passwords_submitted()), (4, 3), "{ran}");
}

#[test]
fn the_page_that_ended_a_walk_is_kept_as_a_picture_without_its_owner() {
    let owner = "Ada Lovelace";
    let spec = spec("8f2a1b").with(Branch::IdentityCheck).change(|s| s.owner = owner.to_owned());
    let bench = Bench::own([spec]);
    let dir = tempfile::tempdir().unwrap();
    let report = dir.path().join("run.html");
    let ran = bench.sign_out(RIGHT, &["--all", "--report", report.to_str().unwrap()]).run();
    assert_eq!(ran.status, 4, "{ran}");
    let html = std::fs::read_to_string(report).unwrap();
    assert!(html.contains("data:image/png;base64,"), "{}", &html[..html.len().min(3000)]);
    assert!(!html.contains(owner) && !html.contains("6230000535"));
    assert!(bench.phones[0].fs().list("/", "/data/local/tmp").unwrap().is_empty());
}
