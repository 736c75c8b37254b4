//! The simulated phone's shell against its oracle, the real `mksh`, and the proof that nothing in it reaches the host.

mod confined;
mod forms;
mod generated;
mod table;

use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use phone_sim::clock::{Cancel, Clock};
use phone_sim::fs::Fs;
use phone_sim::shell::{NoPrograms, Programs, Shell, Sink, Source, Streams};

/// What a script did. Of standard error only whether there was any: the words are each shell's own.
#[derive(Debug, PartialEq, Eq)]
struct Ran {
    stdout: String,
    status: i32,
    complained: bool,
}

/// Runs a script in the real shell, in a folder of its own, with a clean environment.
fn real(script: &str) -> Ran {
    real_in(script, tempfile::tempdir().unwrap().path())
}

fn real_in(script: &str, folder: &Path) -> Ran {
    let output = Command::new("mksh")
        .args(["-U", "-c", script])
        .current_dir(folder)
        .env_clear()
        .env("PATH", "/usr/bin:/bin")
        .env("LC_ALL", "C.UTF-8")
        .env("HOME", "/")
        .stdin(Stdio::null())
        .output()
        .expect("the oracle is the real mksh: apt-get install mksh");
    Ran {
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        status: output.status.code().unwrap_or(-1),
        complained: !output.stderr.is_empty(),
    }
}

/// Runs a script in the simulated phone's shell. Gives also what it said on standard error, and how often it refused.
fn simulated_with(script: &str, fs: Fs, programs: Arc<dyn Programs>, input: &str) -> (Ran, String, usize) {
    let (stdout, out) = Sink::captured(64 << 20);
    let (stderr, err) = Sink::captured(64 << 20);
    let clock = Clock::new(0.001);
    let mut shell = Shell::new(fs, programs, clock, Cancel::default()).cwd("/data/local/tmp");
    let status = shell.run(script, Streams { stdin: Source::bytes(input), stdout, stderr });
    let ran = Ran { stdout: out.text(), status, complained: !err.bytes().is_empty() };
    (ran, err.text(), shell.refused())
}

fn simulated(script: &str) -> (Ran, String, usize) {
    simulated_with(script, Fs::new(Clock::new(0.001)), Arc::new(NoPrograms), "")
}
