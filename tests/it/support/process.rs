//! Child processes: run to their end, killed with their guard, and waited for until a condition holds.

use std::io::Write;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// How long anything may take before a test says that it hangs.
pub const GUARD: Duration = Duration::from_secs(180);

/// A child process that ends with its guard.
pub struct Killed(pub Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// What a client said, and its exit code.
#[derive(Debug, PartialEq, Eq)]
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
    pub bytes: Vec<u8>,
}

impl From<Output> for Said {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&output.stdout).into_owned(),
            err: String::from_utf8_lossy(&output.stderr).into_owned(),
            bytes: output.stdout,
        }
    }
}

/// Runs a command to its end with `stdin`; a client that hangs can't hang the test run.
pub fn talk(mut command: Command, stdin: &[u8]) -> Said {
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut killed = Killed(child);
    let mut input = killed.0.stdin.take().unwrap();
    let stdin = stdin.to_vec();
    // The client may end without having read it all.
    let writer = std::thread::spawn(move || drop(input.write_all(&stdin)));
    let (out, err) = (reader(killed.0.stdout.take().unwrap()), reader(killed.0.stderr.take().unwrap()));
    let deadline = Instant::now() + GUARD;
    let status = loop {
        if let Some(status) = killed.0.try_wait().unwrap() {
            break status;
        }
        if Instant::now() > deadline {
            killed.0.kill().unwrap();
            panic!("{command:?} hangs; stdout so far: {:?}", String::from_utf8_lossy(&out.join().unwrap()));
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    writer.join().unwrap();
    Output { status, stdout: out.join().unwrap(), stderr: err.join().unwrap() }.into()
}

fn reader(mut from: impl std::io::Read + Send + 'static) -> std::thread::JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = from.read_to_end(&mut bytes);
        bytes
    })
}

/// Waits until `holds`; asks every few milliseconds, and fails with `what` after [`GUARD`].
#[track_caller]
pub fn wait_until(what: &str, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + GUARD;
    while !holds() {
        assert!(Instant::now() < deadline, "in vain: {what}");
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// Sends a signal to a process: `-INT`, `-KILL`.
#[track_caller]
pub fn signal(name: &str, pid: u32) {
    assert!(Command::new("kill").args([name, &pid.to_string()]).status().unwrap().success());
}
