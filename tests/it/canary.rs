//! The password appears nowhere but on the phone: not on stdout or stderr at the most talkative level, not in a file, not in
//! another program's words or environment. And it arrives there as it is, whatever it is made of.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::{Invocation, Killed, Said, TestBed, spec, wait_until};

/// Its plain middle survives every encoding that a shell or a URL could give it.
const TOKEN: &str = "Kq7Zx9Canary";

fn canary() -> String {
    format!("-n '\"{TOKEN}`$(id)%s;|&<>*?[]{{}}~!#\\")
}

/// Runs it to its end; gives what it said, and what was seen of it and its children in `/proc` meanwhile.
fn watched(run: Invocation, stdin: &str) -> (Said, String, std::sync::Arc<tempfile::TempDir>) {
    use std::io::{Read, Write};
    let (mut command, home) = run.into_command();
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = Killed(command.spawn().unwrap());
    child.0.stdin.take().unwrap().write_all(stdin.as_bytes()).unwrap();
    let reader = |mut from: Box<dyn Read + Send>| {
        std::thread::spawn(move || {
            let mut text = String::new();
            from.read_to_string(&mut text).map(|_| text).unwrap()
        })
    };
    let out = reader(Box::new(child.0.stdout.take().unwrap()));
    let err = reader(Box::new(child.0.stderr.take().unwrap()));
    let pid = child.0.id();
    let mut seen = BTreeSet::new();
    let status = loop {
        seen.insert(read_lossy(&format!("/proc/{pid}/cmdline")));
        for id in children(pid) {
            seen.insert(read_lossy(&format!("/proc/{id}/cmdline")));
            seen.insert(read_lossy(&format!("/proc/{id}/environ")));
        }
        if let Some(status) = child.0.try_wait().unwrap() {
            break status;
        }
        std::thread::sleep(std::time::Duration::from_millis(2));
    };
    let (out, err) = (out.join().unwrap(), err.join().unwrap());
    let said = Said { code: status.code().unwrap_or(-1), bytes: out.clone().into_bytes(), out, err };
    (said, seen.into_iter().collect::<Vec<_>>().join("\n"), home)
}

fn read_lossy(path: &str) -> String {
    String::from_utf8_lossy(&std::fs::read(path).unwrap_or_default()).into_owned()
}

fn children(pid: u32) -> Vec<u32> {
    let tasks = std::fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let lists = tasks.map(|task| read_lossy(&task.path().join("children").display().to_string()));
    lists.flat_map(|list| list.split_whitespace().filter_map(|id| id.parse().ok()).collect::<Vec<_>>()).collect()
}

/// Every file below a folder that holds the token, but for the one that the test wrote.
fn leaks(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            found.extend(leaks(&path));
        } else if path.file_name().is_some_and(|name| name != "given.csv") {
            let bytes = std::fs::read(&path).unwrap();
            if bytes.windows(TOKEN.len()).any(|part| part.eq_ignore_ascii_case(TOKEN.as_bytes())) {
                found.push(path.display().to_string());
            }
        }
    }
    found
}

fn talkative(run: Invocation) -> Invocation {
    let reports = ["--report", "r.html", "--report", "r.json", "--report", "r.csv", "--report", "r.xml"];
    run.args(&reports).env("RUST_BACKTRACE", "full").env("RUST_LOG", "trace").env("ADB_TRACE", "all")
}

#[track_caller]
fn nowhere(said: &Said, seen: &str, home: &Path) {
    for (where_, text) in [("stdout", &said.out), ("stderr", &said.err), ("other programs", &seen.to_owned())] {
        assert!(!text.to_lowercase().contains(&TOKEN.to_lowercase()), "{where_}: {text}");
    }
    assert_eq!(leaks(home), Vec::<String>::new());
}

#[test]
fn a_right_and_a_wrong_password_leave_no_trace() {
    for right in [true, false] {
        for json in [true, false] {
            let real = if right { canary() } else { "another".to_owned() };
            let bed = TestBed::real([spec("8f2a1b").password(&real)]);
            let json_args: &[&str] = if json { &["--json"] } else { &[] };
            let run = talkative(bed.run(&["sign-out", "--yes", "-vv", "--password-stdin"]).args(json_args));
            let (said, seen, home) = watched(run, &format!("{}\n", canary()));
            assert_eq!(said.code, i32::from(!right), "{said:?}");
            nowhere(&said, &seen, home.path());
            for report in ["r.html", "r.json", "r.csv", "r.xml"] {
                assert!(home.path().join(report).is_file(), "{report} was searched too");
            }
            let record = bed.phone(0).record();
            let submitted: Vec<bool> = record.submissions.iter().map(|s| s.right).collect();
            assert_eq!((submitted, bed.phone(0).account_present()), (vec![right], !right), "it arrived as it is");
            assert!(!format!("{record:?}").contains(TOKEN), "the phone's record is free of it too");
        }
    }
}

#[test]
fn a_password_of_the_environment_or_a_file_leaves_no_trace() {
    let by_variable = |bed: &TestBed| bed.run(&["sign-out", "--yes", "-vv"]).env("MI_SIGNOUT_PASSWORD", &canary());
    let by_file = |bed: &TestBed| {
        let mut file = csv::Writer::from_writer(Vec::new());
        file.write_record(["serial", "password"]).unwrap();
        file.write_record([bed.serials[0].as_str(), &canary()]).unwrap();
        let text = String::from_utf8(file.into_inner().unwrap()).unwrap();
        bed.run(&["sign-out", "--yes", "-vv", "--json", "--passwords", "given.csv"]).file("given.csv", &text, 0o600)
    };
    for given in [&by_variable as &dyn Fn(&TestBed) -> Invocation, &by_file] {
        let bed = TestBed::real([spec("8f2a1b").password(&canary())]);
        let (said, seen, home) = watched(talkative(given(&bed)), "");
        assert_eq!((said.code, bed.phone(0).account_present()), (0, false), "{said:?}");
        nowhere(&said, &seen, home.path());
    }
}

#[test]
fn a_file_of_passwords_that_is_wrong_is_not_quoted() {
    let bed = TestBed::own([spec("a1")]);
    for text in [
        format!("{TOKEN},{TOKEN}\n"),
        format!("serial,password\na1,{TOKEN},x\n"),
        format!("serial,password\na1,{TOKEN}\na1,{TOKEN}\n"),
        format!("serial,password\n,{TOKEN}\n"),
        format!("serial,password\na1,\"{TOKEN}\n"),
    ] {
        let run = bed.run(&["sign-out", "--yes", "-vv", "--dry-run", "--passwords", "given.csv"]);
        let (said, seen, home) = watched(talkative(run.file("given.csv", &text, 0o600)), "");
        nowhere(&said, &seen, home.path());
    }
}

#[test]
fn every_printable_character_is_typed_right_through_the_whole_stack() {
    let all: String = (' '..='~').collect();
    let backwards: String = all.chars().rev().collect();
    let passwords = [
        format!("-n{}", &all[..62]),
        all[31..].to_owned(),
        format!("{}%s\\", &backwards[..61]),
        backwards[31..].to_owned(),
        "%s".to_owned(),
        "%s%s%%s s%".to_owned(),
        " leading and trailing ".to_owned(),
        "'\"'\"''\\''".to_owned(),
        "$HOME ${x} $(id) `id` $$ $? !! ~ *".to_owned(),
        "--help".to_owned(),
        "\\n\\t\\\\x41\\0".to_owned(),
        "#;&&||>/sdcard/x<(y)".to_owned(),
    ];
    let used: BTreeSet<char> = passwords.concat().chars().collect();
    assert_eq!(used.len(), 95);
    assert!(passwords.iter().any(|p| p.chars().count() == 64));
    let account = |n: usize| format!("62301115{n:02}");
    let bed = TestBed::real(
        passwords.iter().enumerate().map(|(n, p)| spec(&format!("p{n}")).account(Some(&account(n))).password(p)),
    );
    let mut file = csv::Writer::from_writer(Vec::new());
    file.write_record(["serial", "password"]).unwrap();
    for (serial, password) in bed.serials.iter().zip(&passwords) {
        file.write_record([serial, password]).unwrap();
    }
    let text = String::from_utf8(file.into_inner().unwrap()).unwrap();
    let ran = bed
        .run(&["sign-out", "--all", "--authorised-by", "us", "--yes", "--json", "-q", "--passwords", "given.csv"])
        .file("given.csv", &text, 0o600)
        .run();
    let rows = ran.rows(0, "");
    assert!(rows.len() == passwords.len() && rows.iter().all(|row| row.ends_with(" signed-out -")), "{rows:#?}");
    for (n, password) in passwords.iter().enumerate() {
        let submitted: Vec<bool> = bed.phone(n).record().submissions.iter().map(|s| s.right).collect();
        assert_eq!(submitted, [true], "{password}");
        assert_eq!(bed.phones[n].refused(), 0, "the phone's shell knew every word");
    }
}

#[test]
fn the_watch_over_children_sees_them() {
    // The check above would pass blindly if it saw nothing.
    let mut child = Killed(Command::new("sleep").arg("30").stdin(Stdio::null()).spawn().unwrap());
    let id = child.0.id();
    assert!(children(std::process::id()).contains(&id));
    // Between fork and exec it still is this program.
    wait_until("sleep runs", || read_lossy(&format!("/proc/{id}/cmdline")).contains("sleep"));
    child.0.kill().unwrap();
}
