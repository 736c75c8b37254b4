//! A run that is killed midway, and run again: it goes on, and nothing is submitted twice that nobody saw the verdict of.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use mi_signout::journal::{InstallKey, Journal};
use mi_signout::record::OpenPhone;
use phone_sim::phone::{Branch, Fault, Stage};
use phone_sim::scenario::scenario;
use phone_sim::screens::ScreenId;
use serde_json::Value;

use crate::support::{
    Killed, RIGHT, RealAdbServer, SCALE, Said, Simulate, TestBed, adb_connect, spec, talk, wait_until,
};

/// The binary with its home, and so its journal, in a folder that several runs share.
fn binary(home: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mi-signout"));
    command.args(args).env_clear().current_dir(home);
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    for name in ["HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "TMPDIR"] {
        command.env(name, home);
    }
    command
}

fn rows(said: &Said) -> Vec<(String, String)> {
    let lines =
        said.out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap_or_else(|e| panic!("{e}: {line}")));
    let results = lines.filter(|line| line["type"] == "result");
    let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
    let mut rows: Vec<_> =
        results.map(|r| (word(&r["serial"]), format!("{} {}", word(&r["outcome"]), word(&r["reason"])))).collect();
    rows.sort();
    rows
}

#[test]
fn a_tray_that_was_killed_midway_goes_on_where_it_was() {
    let tray = scenario("tray").unwrap();
    let bed = TestBed::own((0..40).map(|n| tray.phone(n).scale(SCALE)));
    let home = tempfile::tempdir().unwrap();
    let mut passwords = "serial,password\n".to_owned();
    for n in 0..40 {
        let _ = writeln!(passwords, "{},{}", bed.serials[n], bed.phone(n).spec().told_password());
    }
    let file = home.path().join("p.csv");
    std::fs::write(&file, passwords).unwrap();
    std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let adb = bed.adb();
    let args = ["sign-out", "--all", "--yes", "--json", "-q", "--passwords", "p.csv", "--adb", &adb];
    let args = [&args[..], &["--authorised-by", "the shop", "--operator", "Ann", "--station", "bench 3"]].concat();

    let mut command = binary(home.path(), &args);
    let mut child = Killed(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap());
    let out = BufReader::new(child.0.stdout.take().unwrap());
    let results = out.lines().map_while(Result::ok).filter(|line| line.contains(r#""type":"result""#));
    assert_eq!(results.take(12).count(), 12);
    child.0.kill().unwrap();
    child.0.wait().unwrap();
    let left = (0..40).filter(|n| bed.phone(*n).account_present()).count();
    assert!(left > 4, "it was killed midway: {left} phones are left");

    let second = talk(binary(home.path(), &args), b"");
    let found = rows(&second);
    assert_eq!(found.len(), 40, "{}", second.err);
    let submissions: Vec<usize> = (0..40).map(|n| bed.phone(n).record().passwords_submitted()).collect();
    assert!(submissions.iter().all(|times| *times <= 1), "{submissions:?}");
    let again = [&args[..], &["--again"]].concat();
    let third = talk(binary(home.path(), &again), b"");
    for ((n, (serial, row)), (_, last)) in found.iter().enumerate().zip(rows(&third)) {
        // Pay cards are on every tenth phone, and a person decides about those.
        let (now, then): (&[&str], &str) = if n % 10 == 9 {
            (&["needs-person pay-cards"], "needs-person pay-cards")
        } else {
            // The last three: the kill fell between a submission and its verdict, so nothing more is submitted for that account.
            (
                &[
                    "signed-out -",
                    "already-signed-out -",
                    "needs-person account-stopped",
                    "needs-person unknown-screen",
                    "unknown timeout",
                    "failed still-signed-in",
                ],
                "signed-out -",
            )
        };
        assert!(now.contains(&row.as_str()), "{serial}: {row}");
        assert!(last == then || (then == "signed-out -" && last == "already-signed-out -"), "{serial}: {last}");
    }

    let report = talk(binary(home.path(), &["report", "last", "--format", "html"]), b"");
    assert_eq!((report.code, report.err.as_str()), (0, ""));
    for words in ["Ann", "bench 3", "the shop", bed.serials[0].as_str(), bed.serials[39].as_str()] {
        assert!(report.out.contains(words), "the report lacks '{words}'");
    }
    assert!(!report.out.contains("Owner-pass"));
}

/// The lines of JSON that a run said, as far as it came.
fn lines(text: &str) -> Vec<Value> {
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

/// Runs it and ends it hard as soon as it has begun with a phone.
fn kill_once_begun(home: &Path, args: &[&str]) {
    let mut command = binary(home, args);
    let mut child = Killed(command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap());
    child.0.stdin.take().unwrap().write_all(format!("{RIGHT}\n").as_bytes()).unwrap();
    let mut lines = BufReader::new(child.0.stdout.take().unwrap()).lines().map_while(Result::ok);
    assert!(lines.any(|line| line.contains("continues run")), "it ends by itself");
    child.0.kill().unwrap();
    child.0.wait().unwrap();
}

/// Serials with the outcome of their rows.
fn outcomes(lines: &[Value]) -> BTreeMap<String, String> {
    let results = lines.iter().filter(|line| line["type"] == "result");
    results.map(|row| (row["serial"].as_str().unwrap().into(), row["outcome"].as_str().unwrap().into())).collect()
}

#[test]
fn a_tray_of_another_process_behind_a_real_server_is_killed_hard_and_taken_up_again() {
    let simulate = Simulate::start(40, &["--scenario", "tray", "--adbd", "0"]);
    let real = RealAdbServer::start();
    let mut passwords = "serial,password\n".to_owned();
    for n in 0..40 {
        assert!(adb_connect(real.port(), simulate.said(n, "address").parse().unwrap()), "phone {n}");
        let _ = writeln!(passwords, "{},{}", simulate.said(n, "address"), simulate.said(n, "password"));
    }
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("p.csv");
    std::fs::write(&file, passwords).unwrap();
    std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let adb = format!("127.0.0.1:{}", real.port());
    let args = ["sign-out", "--all", "--yes", "--json", "-q", "--passwords", "p.csv", "--adb", &adb];
    let args = [&args[..], &["--authorised-by", "the shop"]].concat();

    // kill -9 in the middle.
    let mut command = binary(home.path(), &args);
    let mut child = Killed(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap());
    let (mut out, mut first, mut ended) = (BufReader::new(child.0.stdout.take().unwrap()), String::new(), 0);
    while ended < 12 {
        let from = first.len();
        assert!(out.read_line(&mut first).unwrap() > 0, "it ends by itself: {first}");
        ended += usize::from(first[from..].contains(r#""type":"result""#));
    }
    child.0.kill().unwrap();
    child.0.wait().unwrap();
    out.read_to_string(&mut first).unwrap();
    let done = outcomes(&lines(&first));
    assert!(done.len() < 40, "it was killed midway");

    let state = home.path().join("mi-signout");
    let journal = Journal::open(&state.join("journal.db"), InstallKey::open(&state).unwrap()).unwrap();
    let unsettled: BTreeSet<String> = journal.unsettled().unwrap().into_iter().map(|(_, s)| s.to_string()).collect();
    let killed = journal.record("last").unwrap();
    let submitted = |open: &&OpenPhone| open.unobserved.as_ref().is_some_and(|step| step.contains("submit"));
    let submitted: Vec<String> = killed.open.iter().filter(submitted).map(|open| open.serial.clone()).collect();
    assert!(killed.ended.is_none() && !killed.open.is_empty() && !unsettled.is_empty());
    drop(journal);

    // Run again: what was left open comes first, what is signed out is known by its phone.
    let second = talk(binary(home.path(), &[&args[..], &["--jobs", "8"]].concat()), b"");
    let told = lines(&second.out);
    let started: Vec<&str> =
        told.iter().filter(|line| line["event"] == "started").filter_map(|line| line["serial"].as_str()).collect();
    let at_first = unsettled.len().min(8);
    assert!(started[..at_first].iter().all(|serial| unsettled.contains(*serial)), "{started:?}\n{unsettled:?}");
    let found = outcomes(&told);
    assert_eq!(found.len(), 40, "{}", second.err);
    for (serial, outcome) in &done {
        let expected = if outcome == "signed-out" { "already-signed-out" } else { outcome };
        assert_eq!(found[serial], expected, "{serial} ended as {outcome} before");
    }
    for serial in &submitted {
        let known = ["already-signed-out", "unknown", "failed", "needs-person", "signed-out"];
        assert!(known.contains(&found[serial].as_str()), "{serial}: {}", found[serial]);
    }

    // The reports, of the run that was killed too, and that nobody edited them.
    let id = killed.header.id.as_str();
    for (run, name) in [("last", "tray.html"), ("last", "tray.json"), ("last", "tray.csv"), (id, "killed.html")] {
        let made = talk(binary(home.path(), &["report", run, "--output", name]), b"");
        assert_eq!((made.code, made.err), (0, format!("wrote {name}\n")));
        let verified = talk(binary(home.path(), &["report", "--verify", name]), b"");
        assert_eq!(verified.code, 0, "{name}: {} {}", verified.out, verified.err);
    }
    let page = std::fs::read_to_string(home.path().join("tray.html")).unwrap();
    assert!(page.matches("<article").count() == 40 && !page.contains("Owner-pass"));

    // The phones themselves: nobody's password was submitted twice.
    let (records, _, _) = simulate.end("-INT");
    let records: Vec<&Value> = records.iter().filter(|line| line["type"] == "record").collect();
    assert_eq!(records.len(), 40);
    for record in records {
        assert!(record["password_submissions"].as_u64().unwrap() <= 1, "{record}");
    }
}

#[test]
fn a_submission_without_a_verdict_is_not_repeated_unless_again_is_asked_for() {
    let bed = TestBed::own([spec("a1").with(Branch::SignOutFails)]);
    bed.phone(0).on(Stage::AfterConfirm, Fault::SpinnerFor(200_000));
    let home = tempfile::tempdir().unwrap();
    let adb = bed.adb();
    let args = ["sign-out", "-s", "a1", "--password-stdin", "--json", "--yes", "-q", "--adb", &adb];
    let password = format!("{RIGHT}\n");

    let mut command = binary(home.path(), &args);
    let mut child = Killed(command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    child.0.stdin.take().unwrap().write_all(password.as_bytes()).unwrap();
    wait_until("a password is submitted", || bed.phone(0).record().passwords_submitted() > 0);
    child.0.kill().unwrap();
    child.0.wait().unwrap();

    // The phone goes on by itself, and a person closes what it then says.
    let failed = |n: usize| bed.phone(n).record().screens.iter().any(|(_, screen)| *screen == ScreenId::SignOutFailed);
    wait_until("the phone ends", || {
        // It goes on as it is looked at.
        let _ = bed.phone(0).dump_xml();
        failed(0)
    });
    bed.phone(0).show(ScreenId::AccountPage);

    // b31: over any number of runs, whether they end, are killed or only look.
    let dry = [&args[..], &["--dry-run"]].concat();
    for (n, args) in [&args[..], &dry, &[], &args, &args].into_iter().enumerate() {
        if args.is_empty() {
            kill_once_begun(
                home.path(),
                &["sign-out", "-s", "a1", "--password-stdin", "--json", "--yes", "--adb", &adb],
            );
            bed.phone(0).show(ScreenId::AccountPage);
            continue;
        }
        let run = talk(binary(home.path(), args), password.as_bytes());
        assert!(run.out.contains("continues run"), "run {n}: {}", run.out);
        assert_eq!(bed.phone(0).record().passwords_submitted(), 1, "run {n}: {}", run.out);
        assert_eq!(run.code == 0, args == dry, "run {n}: {}", run.out);
        bed.phone(0).show(ScreenId::AccountPage);
    }
    let again = [&args[..], &["--again"]].concat();
    let third = talk(binary(home.path(), &again), password.as_bytes());
    assert_eq!(bed.phone(0).record().passwords_submitted(), 2, "{}", third.out);
}

#[test]
fn a_phone_that_was_left_open_and_is_found_signed_out_is_settled_for_its_next_owner() {
    let bed = TestBed::own([spec("a1")]);
    bed.phone(0).on(Stage::AfterConfirm, Fault::SpinnerFor(60_000));
    let home = tempfile::tempdir().unwrap();
    let adb = bed.adb();
    let args = ["sign-out", "-s", "a1", "--password-stdin", "--json", "--yes", "-q", "--adb", &adb];
    let password = format!("{RIGHT}\n");
    let mut command = binary(home.path(), &args);
    let mut child = Killed(command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    child.0.stdin.take().unwrap().write_all(password.as_bytes()).unwrap();
    wait_until("a password is submitted", || bed.phone(0).record().passwords_submitted() > 0);
    child.0.kill().unwrap();
    child.0.wait().unwrap();
    // The phone brings it to an end by itself.
    wait_until("the phone ends", || !bed.phone(0).account_present());
    let second = talk(binary(home.path(), &args), password.as_bytes());
    assert_eq!(rows(&second), [("a1".to_owned(), "already-signed-out -".to_owned())], "{}", second.out);
    let report = talk(binary(home.path(), &["report", "last", "--format", "json"]), b"");
    assert!(report.out.contains("Xiaomi"), "its certificate says the make: {}", report.out);

    bed.phone(0).sign_in("7777000111");
    bed.phone(0).show(ScreenId::Launcher);
    let third = talk(binary(home.path(), &args), password.as_bytes());
    assert_eq!(rows(&third), [("a1".to_owned(), "signed-out -".to_owned())], "{}", third.out);
    assert!(!third.out.contains("continues run"), "{}", third.out);
}

#[test]
fn b32_the_phone_itself_says_that_another_computer_works_on_it() {
    // Two homes: no journal, no ledger and no lock is shared.
    let bed = TestBed::own([spec("a1").scale(0.4)]);
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let adb = bed.adb();
    let args = ["sign-out", "--all", "--password-stdin", "--json", "--yes", "-q", "--adb", &adb];
    let password = format!("{RIGHT}\n");
    let mut command = binary(one.path(), &args);
    let mut first = Killed(command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap());
    first.0.stdin.take().unwrap().write_all(password.as_bytes()).unwrap();
    let (mut out, mut said) = (BufReader::new(first.0.stdout.take().unwrap()), String::new());
    while !said.contains(r#""event":"screen""#) {
        assert!(out.read_line(&mut said).unwrap() > 0, "it ends by itself: {said}");
    }
    let second = talk(binary(two.path(), &args), password.as_bytes());
    assert_eq!(rows(&second), [("a1".to_owned(), "failed in-use".to_owned())], "{}", second.out);
    assert!(second.out.contains("works on this phone") && !second.out.contains(r#""event":"step""#), "{}", second.out);
    out.read_to_string(&mut said).unwrap();
    assert_eq!(outcomes(&lines(&said)).get("a1").map(String::as_str), Some("signed-out"), "{said}");
    assert_eq!(bed.phone(0).record().passwords_submitted(), 1);
    // It is given up at the end.
    let third = talk(binary(two.path(), &args), password.as_bytes());
    assert_eq!(rows(&third), [("a1".to_owned(), "already-signed-out -".to_owned())], "{}", third.out);
}

#[test]
fn b32_a_claim_of_a_run_that_was_killed_keeps_no_phone() {
    let bed = TestBed::own([spec("a1").scale(0.4)]);
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let adb = bed.adb();
    let args = ["sign-out", "--all", "--password-stdin", "--json", "--yes", "-q", "--adb", &adb];
    let password = format!("{RIGHT}\n");
    let mut command = binary(one.path(), &args);
    let mut first = Killed(command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap());
    first.0.stdin.take().unwrap().write_all(password.as_bytes()).unwrap();
    let mut said = BufReader::new(first.0.stdout.take().unwrap()).lines().map_while(Result::ok);
    assert!(said.any(|line| line.contains(r#""event":"screen""#)), "it ends by itself");
    first.0.kill().unwrap();
    first.0.wait().unwrap();
    let second = talk(binary(two.path(), &args), password.as_bytes());
    assert_eq!(rows(&second), [("a1".to_owned(), "signed-out -".to_owned())], "{}", second.out);
}

#[test]
fn a_second_process_leaves_phones_alone_that_the_first_works_on() {
    // Slow enough that the second one comes while the first is at it.
    let bed = TestBed::own([spec("a1").scale(0.4), spec("b2").scale(0.4)]);
    let home = tempfile::tempdir().unwrap();
    let adb = bed.adb();
    let args = ["sign-out", "--all", "--password-stdin", "--json", "--yes", "-q", "--adb", &adb];
    let password = format!("{RIGHT}\n");
    let mut command = binary(home.path(), &args);
    let mut first = Killed(command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap());
    first.0.stdin.take().unwrap().write_all(password.as_bytes()).unwrap();
    let (mut out, mut said, mut tapped) = (BufReader::new(first.0.stdout.take().unwrap()), String::new(), 0);
    while tapped < 2 {
        let from = said.len();
        assert!(out.read_line(&mut said).unwrap() > 0, "it ends by itself: {said}");
        tapped += usize::from(said[from..].contains(r#""mutates":true"#));
    }
    let second = talk(binary(home.path(), &args), password.as_bytes());
    let told = rows(&second);
    assert!(told.iter().all(|(_, row)| row == "failed in-use"), "{told:?}");
    assert!(second.out.contains("works on this phone") && second.out.contains("wait until it has ended"));
    assert!(!second.out.contains(r#""event":"step""#), "the first goes on alone: {}", second.out);
    out.read_to_string(&mut said).unwrap();
    let ended = outcomes(&lines(&said));
    assert!(ended.len() == 2 && ended.values().all(|outcome| outcome == "signed-out"), "{said}");
    assert!((0..2).all(|n| bed.phone(n).record().passwords_submitted() == 1));
}
