//! The one way to start another program: without the owner's password in its environment, and with an end.

use std::ffi::OsStr;
use std::io;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use crate::model::PASSWORD_VARIABLE;

/// A command that inherits neither standard input nor the password. The caller decides about its output.
#[must_use]
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    // A server or a browser outlives this process by days, and anybody of the same user reads its environment.
    command.env_remove(PASSWORD_VARIABLE).stdin(Stdio::null());
    command
}

/// Runs a command and takes what it prints. One that has not ended within `within` is killed: that is an error of kind
/// [`io::ErrorKind::TimedOut`]. A grandchild that keeps the pipes open delays no caller.
///
/// # Errors
/// Where it can't be started, or did not end in time.
pub fn output(command: Command, within: Duration) -> io::Result<Output> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let mut command = tokio::process::Command::from(command);
        let output = command.kill_on_drop(true).output();
        tokio::time::timeout(within, output).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
    })
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = command("sh");
        command.args(["-c", script]);
        command
    }

    #[test]
    fn b8_a_child_has_no_password_and_no_input() {
        let mut asks = shell("echo \"[$MI_SIGNOUT_PASSWORD]\"; cat");
        // As it would be set for this process; a test must not change the environment of all tests.
        assert!(asks.get_envs().any(|(name, value)| name == PASSWORD_VARIABLE && value.is_none()));
        asks.stderr(Stdio::null());
        assert_eq!(output(asks, Duration::from_secs(20)).unwrap().stdout, b"[]\n");
    }

    #[test]
    fn b8_a_child_that_hangs_is_given_up() {
        let hangs = output(shell("sleep 600 & sleep 600"), Duration::from_millis(200));
        assert_eq!(hangs.unwrap_err().kind(), io::ErrorKind::TimedOut);
    }
}
