//! A record that can't be written stops no phone, and one that can keeps a picture of the page that ended a walk; an account that was refused too often is tried no more.

use mi_signout::journal::{InstallKey, Ledger, PhoneKey};
use mi_signout::model::AccountId;
use phone_sim::phone::Branch;

use crate::support::{TestBed, spec};

const RIGHT: &str = "Owner-pass 1";

#[test]
fn a_journal_that_cannot_be_written_stops_no_phone() {
    let bed = TestBed::own([spec("8f2a1b")]);
    let args = ["sign-out", "--all", "--yes", "--password-stdin", "--json", "--journal", "/dev/null/journal.db"];
    let ran = bed.run(&args).stdin(&format!("{RIGHT}\n")).run();
    assert_eq!(ran.status, 0, "{ran}");
    assert!(ran.stderr.contains("this run is not recorded"), "{ran}");
    assert!(ran.stdout.contains(r#""outcome":"signed-out""#), "{ran}");
    assert!(!bed.phone(0).account_present());
}

#[test]
fn after_three_rejections_nothing_is_submitted_any_more() {
    let bed = TestBed::own([spec("8f2a1b")]);
    let state = tempfile::tempdir().unwrap();
    let state = state.path().to_str().unwrap();
    let run = |journal: &str| {
        let journal = format!("{state}/{journal}.db");
        bed.sign_out("a wrong one", &["--all", "--journal", &journal]).env("XDG_STATE_HOME", state).run()
    };
    for n in 1..=3 {
        let ran = run(&n.to_string());
        assert!(ran.stdout.contains(r#""reason":"wrong-password""#), "{ran}");
        assert_eq!((ran.status, bed.phone(0).record().passwords_submitted()), (1, n), "{ran}");
    }
    // Another journal does not make it forget.
    let ran = run("another");
    assert!(ran.stdout.contains(r#""reason":"account-stopped""#), "{ran}");
    assert_eq!((ran.status, bed.phone(0).record().passwords_submitted()), (4, 3), "{ran}");
}

#[test]
fn the_page_that_ended_a_walk_is_kept_as_a_picture_without_its_owner() {
    let owner = "Ada Lovelace";
    let spec = spec("8f2a1b").with(Branch::IdentityCheck).change(|s| s.owner = owner.to_owned());
    let bed = TestBed::own([spec]);
    let dir = tempfile::tempdir().unwrap();
    let report = dir.path().join("run.html");
    let ran = bed.sign_out(RIGHT, &["--all", "--report", report.to_str().unwrap()]).run();
    assert_eq!(ran.status, 4, "{ran}");
    let html = std::fs::read_to_string(report).unwrap();
    assert!(html.contains("data:image/png;base64,"), "{}", &html[..html.len().min(3000)]);
    assert!(!html.contains(owner) && !html.contains("6230000535"));
    assert!(bed.phones[0].fs().list("/", "/data/local/tmp").unwrap().is_empty());
}

#[test]
fn a5_a_report_that_cannot_be_written_is_said_before_the_first_tap() {
    let bed = TestBed::own([spec("8f2a1b")]);
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("folder.html")).unwrap();
    for name in ["folder.html", "missing/r.html", &format!("{}.html", "x".repeat(251))] {
        let path = dir.path().join(name);
        let good = dir.path().join("good.html");
        let reports = ["--all", "--report", good.to_str().unwrap(), "--report", path.to_str().unwrap()];
        let ran = bed.sign_out(RIGHT, &reports).run();
        assert_eq!(ran.status, 2, "{ran}");
        assert!(ran.stderr.contains("the report could not be written there"), "{ran}");
        assert!(bed.phone(0).account_present() && bed.phone(0).record().taps.is_empty(), "{ran}");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is left behind");
    }
}

#[test]
fn a5_one_report_that_fails_later_keeps_no_other_from_being_written() {
    let bed = TestBed::own([spec("8f2a1b")]);
    let dir = tempfile::tempdir().unwrap();
    let (gone, good) = (dir.path().join("gone"), dir.path().join("good.html"));
    std::fs::create_dir(&gone).unwrap();
    let bad = gone.join("r.html");
    let args = ["--all", "--report", bad.to_str().unwrap(), "--report", good.to_str().unwrap()];
    let (mut command, _home) = bed.sign_out(RIGHT, &args).into_command();
    command
        .stdin(std::process::Stdio::piped())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    std::io::Write::write_all(&mut stdin, format!("{RIGHT}\n").as_bytes()).unwrap();
    drop(stdin);
    // Targets are checked before the first event is told.
    let mut out = std::io::BufReader::new(child.stdout.take().unwrap());
    std::io::BufRead::read_line(&mut out, &mut String::new()).unwrap();
    std::fs::remove_dir(&gone).unwrap();
    std::io::Read::read_to_string(&mut out, &mut String::new()).unwrap();
    let ended = child.wait_with_output().unwrap();
    let stderr = String::from_utf8_lossy(&ended.stderr);
    assert!(stderr.contains("the report could not be written"), "{stderr}");
    assert!(good.is_file() && ended.status.code() == Some(2), "{stderr}");
}

#[test]
fn a9_with_a_read_only_home_the_ledger_is_beside_the_journal() {
    let bed = TestBed::own([spec("8f2a1b")]);
    let dir = tempfile::tempdir().unwrap();
    let journal = dir.path().join("records/journal.db");
    // A home that nobody can write in, not even root.
    let home = |run: crate::support::Invocation| {
        ["HOME", "XDG_STATE_HOME", "XDG_DATA_HOME"].iter().fold(run, |run, name| run.env(name, "/proc/self"))
    };
    let args = ["--all", "--journal", journal.to_str().unwrap()];
    let ran = home(bed.sign_out(RIGHT, &args)).run();
    assert_eq!(ran.status, 0, "{ran}");
    assert!(journal.with_file_name("rejections.db").is_file() && journal.with_file_name("install.key").is_file());
    let names = || std::fs::read_dir(journal.parent().unwrap()).unwrap().count();
    let before = names();
    let args = ["report", "last", "--journal", journal.to_str().unwrap()];
    let told = home(crate::support::mi_signout(&args)).run();
    assert!(told.status == 0 && told.stdout.contains("signed-out") && told.stderr.is_empty(), "{told}");
    assert_eq!(names(), before, "a report makes nothing");
}

#[test]
fn a7_a_ledger_that_was_removed_is_said_and_buys_no_more_tries() {
    let bed = TestBed::own([spec("8f2a1b")]);
    for removed in [&["rejections.db"][..], &["install.key"], &["rejections.db", "install.key"]] {
        let home = tempfile::tempdir().unwrap();
        let state = home.path().join("mi-signout");
        let before = bed.phone(0).record().passwords_submitted();
        let args = ["sign-out", "--all", "--yes", "--password-stdin", "--json"];
        let run = || bed.run(&args).stdin("a wrong one\n").env("XDG_STATE_HOME", home.path().to_str().unwrap()).run();
        for _ in 0..3 {
            assert_eq!(run().status, 1);
        }
        for entry in std::fs::read_dir(&state).unwrap().map(Result::unwrap) {
            let name = entry.file_name().into_string().unwrap();
            if removed.iter().any(|r| name.starts_with(r)) {
                std::fs::remove_file(entry.path()).unwrap();
            }
        }
        let ran = run();
        assert!(ran.stderr.contains("the journal has 3 rejections for account 6230***535, which count"), "{ran}");
        assert_eq!(ran.stderr.contains("install.key is not the one"), removed.contains(&"install.key"), "{ran}");
        assert!(ran.stdout.contains(r#""reason":"account-stopped""#), "{ran}");
        assert_eq!(bed.phone(0).record().passwords_submitted() - before, 3);
        // Said once.
        assert!(!run().stderr.contains("warning"), "{ran}");
    }
}

#[test]
fn a17_with_a_locked_journal_the_ledger_of_submissions_is_still_asked() {
    let bed = TestBed::own([spec("8f2a1b")]);
    let home = tempfile::tempdir().unwrap();
    let state = home.path().join("mi-signout");
    std::fs::create_dir(&state).unwrap();
    let ledger = Ledger::open(&state, InstallKey::open(&state).unwrap()).unwrap();
    let (account, phone) = (AccountId::new("6230000535"), PhoneKey::new("8f2a1b"));
    let submission = ledger.submitting(&account, Some(&phone)).unwrap();
    assert!(submission.is_some(), "an earlier run, killed before the verdict");
    drop(ledger);
    let run = |more: &[&str]| {
        let args = [&["--all", "--journal", "/dev/null/journal.db"], more].concat();
        bed.sign_out(RIGHT, &args).env("XDG_STATE_HOME", home.path().to_str().unwrap()).run()
    };
    let ran = run(&[]);
    assert_eq!((ran.status, bed.phone(0).record().passwords_submitted()), (4, 0), "{ran}");
    let again = run(&["--again"]);
    assert_eq!((again.status, bed.phone(0).record().passwords_submitted()), (0, 1), "{again}");
}
