//! The whole program, as its users run it. Whatever it prints is compared: a [`Ran`] shows its status, its stdout and its
//! stderr together.

use std::fmt;
use std::process::Command;
use std::sync::Arc;

use serde_json::Value;

use super::process::talk;

/// A run of the binary that is being put together. Its home, state and working folder are one private folder.
pub struct Invocation {
    command: Command,
    stdin: Vec<u8>,
    home: Arc<tempfile::TempDir>,
    hidden: Vec<(String, String)>,
}

/// The binary with these arguments, in a clean environment.
pub fn mi_signout(args: &[&str]) -> Invocation {
    let home = Arc::new(tempfile::tempdir().unwrap());
    let mut command = Command::new(env!("CARGO_BIN_EXE_mi-signout"));
    command.args(args).env_clear().current_dir(home.path());
    command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    for name in ["HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "TMPDIR", "ANDROID_SDK_HOME"] {
        command.env(name, home.path());
    }
    let here = home.path().display().to_string();
    Invocation { command, stdin: Vec::new(), home, hidden: vec![(here, "HERE".to_owned())] }
}

impl Invocation {
    /// Sets a variable.
    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Removes a variable.
    pub fn without(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// What standard input holds; it is no terminal.
    pub fn stdin(mut self, text: &str) -> Self {
        self.stdin = text.as_bytes().to_vec();
        self
    }

    /// More arguments.
    pub fn args(mut self, args: &[&str]) -> Self {
        self.command.args(args);
        self
    }

    /// Shows `as_this` for `text` in what is compared; of equal length, or columns move.
    pub fn hide(mut self, text: &str, as_this: &str) -> Self {
        self.hidden.push((text.to_owned(), as_this.to_owned()));
        self
    }

    /// Writes a file into the private folder, which is the working folder; with Unix permissions.
    pub fn file(self, name: &str, text: &str, mode: u32) -> Self {
        use std::os::unix::fs::PermissionsExt;
        let path = self.home.path().join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        self
    }

    /// Makes a folder in the private folder.
    pub fn folder(self, name: &str) -> Self {
        std::fs::create_dir(self.home.path().join(name)).unwrap();
        self
    }

    /// The command itself, for runs that are watched while they run.
    pub fn into_command(self) -> (Command, Arc<tempfile::TempDir>) {
        (self.command, self.home)
    }

    /// Runs it to its end.
    pub fn run(self) -> Ran {
        let said = talk(self.command, &self.stdin);
        Ran { status: said.code, stdout: said.out, stderr: said.err, hidden: self.hidden }
    }
}

/// How a run ended. Its `Display` is all of it, without what differs from run to run: times, ports, folders, how many looks a
/// busy computer needed, and screens that may be over before they are seen.
pub struct Ran {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
    hidden: Vec<(String, String)>,
}

impl Ran {
    /// The objects of stdout, which holds nothing else; stderr and status are stated too.
    #[track_caller]
    pub fn json(&self, status: i32, stderr: &str) -> Vec<Value> {
        assert_eq!((self.status, self.tamed(&self.stderr).as_str()), (status, stderr), "{self}");
        let parsed = |line: &str| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
        self.stdout.lines().map(parsed).collect()
    }

    /// The result rows, in short and sorted: serial, outcome, reason.
    #[track_caller]
    pub fn rows(&self, status: i32, stderr: &str) -> Vec<String> {
        let word = |v: &Value| v.as_str().unwrap_or("-").to_owned();
        let all = self.json(status, stderr);
        let rows = all.iter().filter(|line| line["type"] == "result");
        let short =
            |row: &Value| format!("{} {} {}", word(&row["serial"]), word(&row["outcome"]), word(&row["reason"]));
        let mut rows: Vec<String> = rows.map(|row| self.tamed(&short(row))).collect();
        rows.sort();
        rows
    }

    fn tamed(&self, text: &str) -> String {
        let hidden = self.hidden.iter().fold(text.to_owned(), |text, (this, as_this)| text.replace(this, as_this));
        let rules = [
            (r"\(\d+\.\d s\)", "(N s)"),
            (r"(?m)^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ ", ""),
            (r"(?m) +\d+:\d\d$", "  N:NN"),
            (r#""(at|started)":"[^"]*""#, r#""$1":"TIME""#),
            (r#""seconds":[0-9.]+"#, r#""seconds":N"#),
            (r#""steps":\d+,"dumps":\d+"#, r#""steps":N,"dumps":N"#),
            (r#""ui":(null|"[^"]*")"#, r#""ui":SCREEN"#),
            (r"(?m)^.*: on (signing-out|loading)\n", ""),
        ];
        rules
            .iter()
            .fold(hidden, |text, (what, with)| regex::Regex::new(what).unwrap().replace_all(&text, *with).into_owned())
    }
}

impl fmt::Display for Ran {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (out, err) = (self.tamed(&self.stdout), self.tamed(&self.stderr));
        write!(f, "status: {}\n--- stdout\n{out}--- stderr\n{err}", self.status)
    }
}
