//! Nothing that reads holds a phone up: a reader of stdout that sleeps, a terminal that is stopped, a disk that is full.

use std::fmt::Write as _;
use std::fs::File;
use std::io::Read;
use std::process::Stdio;

use phone_sim::phone::PhoneSpec;

use crate::support::{Killed, RIGHT, TestBed, mi_signout, spec, wait_until};

const PHONES: usize = 8;
/// What the pipes hold: far less than is told.
const PIPE: usize = 4 << 10;

fn phones(n: usize) -> (TestBed, String) {
    let own = |n: usize| -> PhoneSpec { spec(&format!("p{n}")).account(Some(&format!("{}000111", 1000 + n))) };
    let mut passwords = "serial,password\n".to_owned();
    for n in 0..n {
        let _ = writeln!(passwords, "p{n},{RIGHT}");
    }
    (TestBed::own((0..n).map(own)), passwords)
}

/// A pipe that is soon full. What was written before stays.
fn narrow(pipe: &impl std::os::fd::AsFd) {
    rustix::pipe::fcntl_setpipe_size(pipe, PIPE).unwrap();
}

#[test]
fn b2_phones_go_on_while_nobody_reads_what_is_told_of_them() {
    // Standard output; and a terminal that is stopped.
    for (more, unread) in [(&["--json", "-q"][..], "stdout"), (&["-v", "--no-progress"], "stderr")] {
        let (bed, passwords) = phones(PHONES);
        let base = ["sign-out", "--all", "--yes", "--authorised-by", "owner", "--passwords", "p.csv"];
        let run = bed.run(&[&base, more].concat()).file("p.csv", &passwords, 0o600);
        let (mut command, home) = run.into_command();
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = Killed(command.spawn().unwrap());
        narrow(child.0.stdout.as_ref().unwrap());
        narrow(child.0.stderr.as_ref().unwrap());
        wait_until("a reader that sleeps holds no phone up", || (0..PHONES).all(|n| !bed.phone(n).account_present()));
        let mut told = String::new();
        if unread == "stdout" {
            child.0.stdout.take().unwrap().read_to_string(&mut told).unwrap();
            assert_eq!(told.matches(r#""outcome":"signed-out""#).count(), PHONES, "every line comes later");
        } else {
            child.0.stderr.take().unwrap().read_to_string(&mut told).unwrap();
            assert_eq!(told.matches("signed-out").count(), PHONES + 1, "every line comes later: {told}");
        }
        assert!(told.len() > PIPE, "{} bytes are no test", told.len());
        assert_eq!(child.0.wait().unwrap().code(), Some(0));
        drop(home);
    }
}

#[test]
fn b2_the_record_is_complete_before_a_reader_that_never_reads() {
    let (bed, passwords) = phones(PHONES);
    let base = ["sign-out", "--all", "--yes", "--authorised-by", "owner", "--passwords", "p.csv", "--json", "-q"];
    let run = bed.run(&base).args(&["--report", "r.csv"]).file("p.csv", &passwords, 0o600);
    let (mut command, home) = run.into_command();
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = Killed(command.spawn().unwrap());
    narrow(child.0.stdout.as_ref().unwrap());
    let report = home.path().join("r.csv");
    wait_until("the report is written before a reader that never reads", || {
        std::fs::read_to_string(&report).is_ok_and(|text| text.matches("signed-out").count() >= PHONES)
    });
}

#[test]
fn a11_lines_that_a_full_disk_takes_are_an_error_and_the_rows_are_in_the_journal() {
    let bed = TestBed::one();
    let (mut command, home) = bed.sign_out(RIGHT, &[]).into_command();
    let password = home.path().join("password");
    std::fs::write(&password, format!("{RIGHT}\n")).unwrap();
    let full = File::options().write(true).open("/dev/full").unwrap();
    let ran = command.stdin(File::open(&password).unwrap()).stdout(full).output().unwrap();
    let said = String::from_utf8_lossy(&ran.stderr).into_owned();
    assert_eq!(ran.status.code(), Some(1), "{said}");
    assert!(said.contains("error: could not write every line to standard output"), "{said}");
    let (mut report, _home) = mi_signout(&["report", "last", "--format", "csv"]).into_command();
    let report = report.env("XDG_STATE_HOME", home.path()).env("HOME", home.path()).output().unwrap();
    let rows = String::from_utf8_lossy(&report.stdout).into_owned();
    assert!(rows.contains("signed-out"), "{rows} {}", String::from_utf8_lossy(&report.stderr));
}
