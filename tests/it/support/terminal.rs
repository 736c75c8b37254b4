//! A terminal of its own for the binary, from util-linux' `script`.

use std::io::{Read, Write};
use std::process::{Command, Stdio};

use super::invocation::mi_signout;
use super::process::Killed;

/// A line of a shell at a terminal of its own, with what it has printed so far.
pub struct TerminalSession {
    script: Killed,
    pub printed: String,
    /// How much of it was answered.
    answered: usize,
    _home: std::sync::Arc<tempfile::TempDir>,
}

impl TerminalSession {
    /// Runs mi-signout with these arguments, and then the shell's `after`.
    pub fn run(args: &str, after: &str, environment: &[(&str, &str)]) -> Self {
        let (plain, home) = mi_signout(&[]).into_command();
        let mut command = Command::new("script");
        let line = format!(
            "stty rows 30 cols 100; trap : INT; '{}' {args}; echo \"ended $?\"; {after}",
            env!("CARGO_BIN_EXE_mi-signout")
        );
        command.args(["-qefc", &line, "/dev/null"]).env_clear().current_dir(home.path());
        command.envs(plain.get_envs().filter_map(|(name, value)| Some((name, value?)))).env("SHELL", "/bin/sh");
        command.envs(environment.iter().copied());
        let script = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        Self { script: Killed(script), printed: String::new(), answered: 0, _home: home }
    }

    /// Reads until `text` was printed.
    #[track_caller]
    pub fn wait_for(&mut self, text: &str) {
        while !self.printed.contains(text) {
            assert!(self.read(), "'{text}' did not come:\n{}", self.printed);
        }
    }

    /// Reads what is printed next; nothing at the end.
    fn read(&mut self) -> bool {
        let mut part = [0; 1024];
        let read = self.script.0.stdout.as_mut().unwrap().read(&mut part).unwrap();
        self.printed.push_str(&String::from_utf8_lossy(&part[..read]));
        read > 0
    }

    /// Reads what is printed next.
    #[track_caller]
    pub fn reads(&mut self) {
        assert!(self.read(), "nothing more came:\n{}", self.printed);
    }

    /// Waits for the next question and answers it.
    #[track_caller]
    pub fn answers(&mut self, line: &str) {
        while !self.printed[self.answered..].ends_with(": ") {
            assert!(self.read(), "no question came:\n{}", self.printed);
        }
        self.answered = self.printed.len();
        self.types(&format!("{line}\n"));
    }

    /// Reads on to the end. Gives the exit status and all that was printed.
    pub fn rest(mut self) -> (i32, String) {
        while self.read() {}
        let (said, status) = self.printed.rsplit_once("ended ").unwrap_or_else(|| panic!("{}", self.printed));
        (status.trim().parse().unwrap(), said.to_owned())
    }

    pub fn types(&mut self, keys: &str) {
        self.script.0.stdin.as_mut().unwrap().write_all(keys.as_bytes()).unwrap();
    }
}
