//! `mi-signout simulate` as a child process.

use std::io::{BufRead, BufReader, Read};
use std::process::{ChildStdout, Stdio};

use serde_json::Value;

use super::invocation::mi_signout;
use super::process::{Killed, signal};

/// `simulate` while it runs.
pub struct Simulate {
    child: Killed,
    out: BufReader<ChildStdout>,
    pub ready: Vec<Value>,
    _home: std::sync::Arc<tempfile::TempDir>,
}

impl Simulate {
    pub fn start(phones: usize, args: &[&str]) -> Self {
        let count = phones.to_string();
        let run = mi_signout(&["simulate", "--latency", "0.01", "--phones", &count]).args(args);
        let (mut command, home) = run.into_command();
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = Killed(command.spawn().unwrap());
        let out = BufReader::new(child.0.stdout.take().unwrap());
        let mut simulate = Self { child, out, ready: Vec::new(), _home: home };
        for _ in 0..phones {
            let mut line = String::new();
            simulate.out.read_line(&mut line).unwrap();
            simulate.ready.push(serde_json::from_str(&line).unwrap_or_else(|e| panic!("{e}: {line}")));
        }
        simulate
    }

    pub fn said(&self, phone: usize, key: &str) -> String {
        self.ready[phone][key].as_str().unwrap().to_owned()
    }

    /// Sends a signal, and gives the rest of stdout, all of stderr and the status.
    pub fn end(mut self, name: &str) -> (Vec<Value>, String, i32) {
        signal(name, self.child.0.id());
        let (mut out, mut err) = (String::new(), String::new());
        self.out.read_to_string(&mut out).unwrap();
        self.child.0.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        let status = self.child.0.wait().unwrap().code().unwrap_or(-1);
        (out.lines().map(|line| serde_json::from_str(line).unwrap()).collect(), err, status)
    }
}
