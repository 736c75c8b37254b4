//! Benches as computers of their own: each has a home, its phones, and the key of the journal that it shares.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{ChildStderr, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Instant;

use phone_sim::phone::PhoneSpec;
use serde_json::Value;

use crate::support::{GUARD, Killed, Said, TestBed, signal, spec, talk};

/// A computer with its home, a bench with its phones, and the journal that it shares.
pub(super) struct Office {
    pub(super) home: tempfile::TempDir,
    pub(super) url: String,
}

impl Office {
    /// One that has the key of the journal.
    pub(super) fn open(url: &str, key: &Path) -> Self {
        Self::open_with_lease(url, key, "3")
    }

    pub(super) fn open_with_lease(url: &str, key: &Path, seconds: &str) -> Self {
        let office = Self { home: tempfile::tempdir().unwrap(), url: url.to_owned() };
        let said = office.run(&["journal", "init", url, "--key", &key.display().to_string(), "--lease", seconds]);
        assert_eq!(said.code, 0, "{said:?}");
        office
    }

    pub(super) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_mi-signout"));
        command.args(args).env_clear().current_dir(self.home.path());
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        for name in ["HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "TMPDIR"] {
            command.env(name, self.home.path());
        }
        command
    }

    pub(super) fn run(&self, args: &[&str]) -> Said {
        talk(self.command(args), b"")
    }

    pub(super) fn journal(&self, args: &[&str]) -> Said {
        self.run(&[args, &["--journal", &self.url]].concat())
    }

    /// Signs out all phones of a bench, with the passwords that their owners say.
    pub(super) fn sign_out(&self, beds: &[&TestBed]) -> Command {
        let mut passwords = "serial,password\n".to_owned();
        for bed in beds {
            for (n, serial) in bed.serials.iter().enumerate() {
                let _ = writeln!(passwords, "{serial},{}", bed.phone(n).spec().told_password());
            }
        }
        let file = self.home.path().join("p.csv");
        std::fs::write(&file, passwords).unwrap();
        std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        let mut command = self.command(&[
            "sign-out",
            "--all",
            "--yes",
            "--json",
            "-q",
            "--passwords",
            "p.csv",
            "--lot",
            "lot-1",
            "--journal",
            &self.url,
            "--authorised-by",
            "the shop",
        ]);
        for bed in beds {
            command.args(["--adb", &bed.adb()]);
        }
        command
    }
}

/// Starts a run, and gives its results as they come.
pub(super) fn start(mut command: Command) -> (Killed, impl Iterator<Item = Value>) {
    let mut child = Killed(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap());
    let lines = BufReader::new(child.0.stdout.take().unwrap()).lines().map_while(Result::ok);
    let results = lines.filter_map(|line| serde_json::from_str::<Value>(&line).ok());
    (child, results.filter(|line| line["type"] == "result"))
}

pub(super) fn words(row: &Value) -> String {
    format!("{} {}", row["outcome"].as_str().unwrap_or("-"), row["reason"].as_str().unwrap_or("-"))
}

/// Phones of accounts of their own, and some of one account whose owner is wrong about the password.
pub(super) fn phones(bench: usize, own: usize, wrong: usize) -> Vec<PhoneSpec> {
    let of_own = (0..own).map(|n| spec(&format!("own{bench}{n:02}")).account(Some(&format!("71{bench}00{n:02}001"))));
    let of_one = (0..wrong).map(|n| PhoneSpec {
        believed_password: Some("wrong 1".into()),
        ..spec(&format!("bad{bench}{n:02}")).account(Some("6230000535"))
    });
    of_own.chain(of_one).collect()
}

pub(super) fn submissions(bed: &TestBed) -> Vec<usize> {
    (0..bed.serials.len()).map(|n| bed.phone(n).record().passwords_submitted()).collect()
}

/// A run whose lines are read while it goes.
pub(super) struct Talking {
    child: Killed,
    lines: Arc<(Mutex<Lines>, Condvar)>,
    err: std::thread::JoinHandle<String>,
}

#[derive(Default)]
struct Lines {
    all: Vec<Value>,
    over: bool,
}

impl Talking {
    pub(super) fn start(mut command: Command) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = Killed(command.spawn().unwrap());
        let out = BufReader::new(child.0.stdout.take().unwrap());
        let mut err: ChildStderr = child.0.stderr.take().unwrap();
        let lines = Arc::new((Mutex::new(Lines::default()), Condvar::new()));
        let told = Arc::clone(&lines);
        std::thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                told.0.lock().unwrap().all.push(serde_json::from_str(&line).unwrap_or(Value::String(line)));
                told.1.notify_all();
            }
            told.0.lock().unwrap().over = true;
            told.1.notify_all();
        });
        let err = std::thread::spawn(move || {
            let mut text = String::new();
            let _ = err.read_to_string(&mut text);
            text
        });
        Self { child, lines, err }
    }

    /// Waits until so many lines fit.
    #[track_caller]
    pub(super) fn until(&self, count: usize, fits: impl Fn(&Value) -> bool) {
        let deadline = Instant::now() + GUARD;
        let mut lines = self.lines.0.lock().unwrap();
        while lines.all.iter().filter(|line| fits(line)).count() < count {
            assert!(!lines.over && Instant::now() < deadline, "{:#?}", lines.all);
            lines = self.lines.1.wait_timeout(lines, std::time::Duration::from_millis(200)).unwrap().0;
        }
    }

    #[track_caller]
    pub(super) fn until_note(&self, words: &str) {
        self.until(1, |line| line["text"].as_str().is_some_and(|text| text.contains(words)));
    }

    #[track_caller]
    pub(super) fn until_results(&self, count: usize) {
        self.until(count, |line| line["type"] == "result");
    }

    pub(super) fn signal(&self, name: &str) {
        signal(name, self.child.0.id());
    }

    /// Waits for its end: the status, the rows in the order in which they came, and all that it said.
    #[track_caller]
    pub(super) fn end(mut self) -> (i32, Vec<Value>, String) {
        let lines = self.lines.0.lock().unwrap();
        let (lines, _) = self.lines.1.wait_timeout_while(lines, GUARD, |lines| !lines.over).unwrap();
        assert!(lines.over, "it does not end: {:#?}", lines.all);
        let rows = lines.all.iter().filter(|line| line["type"] == "result").cloned().collect();
        let said = lines.all.iter().fold(String::new(), |text, line| format!("{text}{line}\n"));
        drop(lines);
        let status = self.child.0.wait().unwrap().code().unwrap_or(-1);
        (status, rows, said + self.err.join().unwrap().as_str())
    }
}
