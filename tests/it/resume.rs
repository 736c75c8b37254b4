//! A run that is killed midway, and run again: it goes on, and nothing is submitted twice that nobody saw the verdict of.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use mi_signout::sim::phone::{Branch, Fault, Stage};
use mi_signout::sim::scenario::scenario;
use mi_signout::sim::screens::ScreenId;
use serde_json::Value;

use crate::cli::{Bench, RIGHT, SCALE, spec};
use crate::support::{GUARD, Killed, Said, talk};

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
    let bench = Bench::own((0..40).map(|n| tray.phone(n).scale(SCALE)));
    let home = tempfile::tempdir().unwrap();
    let mut passwords = "serial,password\n".to_owned();
    for n in 0..40 {
        let _ = writeln!(passwords, "{},{}", bench.serials[n], bench.phone(n).spec().told_password());
    }
    let file = home.path().join("p.csv");
    std::fs::write(&file, passwords).unwrap();
    std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    let adb = bench.adb();
    let args = ["sign-out", "--all", "--yes", "--json", "-q", "--passwords", "p.csv", "--adb", &adb];
    let args = [&args[..], &["--authorised-by", "the shop", "--operator", "Ann", "--station", "bench 3"]].concat();

    let mut command = binary(home.path(), &args);
    let mut child = Killed(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap());
    let out = BufReader::new(child.0.stdout.take().unwrap());
    let results = out.lines().map_while(Result::ok).filter(|line| line.contains(r#""type":"result""#));
    assert_eq!(results.take(12).count(), 12);
    child.0.kill().unwrap();
    child.0.wait().unwrap();
    let left = (0..40).filter(|n| bench.phone(*n).account_present()).count();
    assert!(left > 4, "it was killed midway: {left} phones are left");

    let second = talk(binary(home.path(), &args), b"");
    let found = rows(&second);
    assert_eq!(found.len(), 40, "{}", second.err);
    let submissions: Vec<usize> = (0..40).map(|n| bench.phone(n).record().passwords_submitted()).collect();
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
    for words in ["Ann", "bench 3", "the shop", bench.serials[0].as_str(), bench.serials[39].as_str()] {
        assert!(report.out.contains(words), "the report lacks '{words}'");
    }
    assert!(!report.out.contains("Owner-pass"));
}

#[test]
fn a_submission_without_a_verdict_is_not_repeated_unless_again_is_asked_for() {
    let bench = Bench::own([spec("a1").with(Branch::SignOutFails)]);
    bench.phone(0).on(Stage::AfterConfirm, Fault::SpinnerFor(200_000));
    let home = tempfile::tempdir().unwrap();
    let adb = bench.adb();
    let args = ["sign-out", "-s", "a1", "--password-stdin", "--json", "--yes", "-q", "--adb", &adb];
    let password = format!("{RIGHT}\n");

    let mut command = binary(home.path(), &args);
    let mut child = Killed(command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
    child.0.stdin.take().unwrap().write_all(password.as_bytes()).unwrap();
    let deadline = Instant::now() + GUARD;
    while bench.phone(0).record().passwords_submitted() == 0 {
        assert!(Instant::now() < deadline, "no password was submitted");
        std::thread::sleep(Duration::from_millis(2));
    }
    child.0.kill().unwrap();
    child.0.wait().unwrap();

    // The phone goes on by itself, and a person closes what it then says.
    let failed =
        |n: usize| bench.phone(n).record().screens.iter().any(|(_, screen)| *screen == ScreenId::SignOutFailed);
    while !failed(0) {
        assert!(Instant::now() < deadline, "the phone does not end");
        let _ = bench.phone(0).dump_xml();
        std::thread::sleep(Duration::from_millis(20));
    }
    bench.phone(0).show(ScreenId::AccountPage);

    let second = talk(binary(home.path(), &args), password.as_bytes());
    assert_ne!(second.code, 0, "{}", second.out);
    assert!(second.out.contains("goes on from run"), "{}", second.out);
    assert_eq!(bench.phone(0).record().passwords_submitted(), 1, "{}", second.out);
    bench.phone(0).show(ScreenId::AccountPage);
    let again = [&args[..], &["--again"]].concat();
    let third = talk(binary(home.path(), &again), password.as_bytes());
    assert_eq!(bench.phone(0).record().passwords_submitted(), 2, "{}", third.out);
}
