//! The interpreter of a simulated phone's `sh`, after `mksh`, and the small tools that need only files and streams.
//!
//! `lexer` and `parser` make an [`ast`](self) of a text and know nothing of running it; `exec`, `expand` and `builtins` run it;
//! `tools` are programs like `grep`. What the real shell knows and this one does not is refused with status 2 and counted in
//! [`Refusals`]. It never reaches the host's files or programs, and every script is bounded in work, memory and threads.

mod arith;
mod ast;
mod builtins;
mod condition;
mod escapes;
mod exec;
mod expand;
mod external;
mod lexer;
mod parser;
mod pattern;
mod state;
mod streams;
mod tools;

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use self::state::{Fd, Interp, Shared};
use super::clock::{Cancel, Clock};
use super::fs::Fs;

pub use self::state::Refusals;
pub use self::streams::{Captured, Sink, Source, Streams};

/// The status of a shell that was hung up: 128 and SIGHUP.
const HUNG_UP: i32 = 129;

/// The standard streams of one running program.
pub struct Stdio<'a> {
    /// Standard input.
    pub stdin: &'a mut dyn Read,
    /// Standard output.
    pub stdout: &'a mut dyn Write,
    /// Standard error.
    pub stderr: &'a mut dyn Write,
}

/// The programs of a phone, as its shell sees them.
pub trait Programs: Send + Sync {
    /// Runs `argv[0]` and gives its exit code, or `None` where the phone has no such program (the shell then says 127).
    /// It is asked before the tools of the shell, so it can replace one; the shell's builtins (`echo`, `test`, …) come first.
    fn run(&self, argv: &[String], io: &mut Stdio<'_>, clock: &Clock, cancel: &Cancel) -> Option<i32>;

    /// A process starts for a program: one of the phone's own or a tool of the shell, whatever it will do. Not told of builtins
    /// and functions, which run in the shell, nor of the shell that a call starts with.
    fn started(&self, name: &str) {
        let _ = name;
    }

    /// Whether there is such a program, for `which` and `command -v`.
    fn has(&self, name: &str) -> bool {
        let _ = name;
        false
    }
}

/// A phone without programs of its own.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoPrograms;

impl Programs for NoPrograms {
    fn run(&self, _: &[String], _: &mut Stdio<'_>, _: &Clock, _: &Cancel) -> Option<i32> {
        None
    }
}

/// Reads a script without running it, and gives how many command lines it has, or why the parser takes it for none.
///
/// # Errors
/// With the parser's words, at the first line that it refuses.
#[doc(hidden)]
pub fn read_script(text: &str) -> Result<usize, String> {
    let mut lexer = lexer::Lexer::new(text);
    let mut lines = 0;
    while lexer.next_line().map_err(|error| format!("{error:?}"))?.is_some() {
        lines += 1;
    }
    Ok(lines)
}

/// One shell process of a phone. Blocking: it runs on the caller's time until its script ends or it is hung up.
pub struct Shell {
    state: Interp,
}

impl Shell {
    /// A fresh shell in `/`, with the environment of `adb shell`. `cancel` is the hang-up signal of its stream.
    #[must_use]
    pub fn new(fs: Fs, programs: Arc<dyn Programs>, clock: Clock, cancel: Cancel) -> Self {
        static NEXT_PID: AtomicU32 = AtomicU32::new(0);
        let pid = 4_000 + NEXT_PID.fetch_add(7, Ordering::Relaxed) % 28_000;
        let shared = Shared {
            fs,
            programs,
            clock,
            cancel,
            steps: Arc::default(),
            threads: Arc::default(),
            refusals: Refusals::default(),
            pid,
        };
        let state = Interp {
            shared: Arc::new(shared),
            vars: Arc::default(),
            vars_size: 0,
            functions: Arc::default(),
            name: state::NAME.to_owned(),
            args: Vec::new(),
            fds: BTreeMap::new(),
            cwd: "/".to_owned(),
            last: 0,
            substituted: None,
            depth: 0,
            loops: 0,
            locals: Vec::new(),
            options: state::Options::default(),
            tolerant: 0,
            exit_trap: None,
        };
        Self { state }
            .env("HOME", "/")
            .env("HOSTNAME", "phone")
            .env("LOGNAME", "shell")
            .env("PATH", "/product/bin:/apex/com.android.runtime/bin:/system/bin:/system/xbin:/vendor/bin")
            .env("SHELL", "/bin/sh")
            .env("TMPDIR", "/data/local/tmp")
            .env("USER", "shell")
    }

    /// Sets an exported variable.
    #[must_use]
    pub fn env(mut self, name: &str, value: &str) -> Self {
        let var = state::Var { value: value.to_owned(), exported: true, readonly: false };
        self.state.vars_size += value.len();
        Arc::make_mut(&mut self.state.vars).insert(name.to_owned(), var);
        self
    }

    /// Starts in this folder instead of `/`.
    #[must_use]
    pub fn cwd(mut self, folder: &str) -> Self {
        folder.clone_into(&mut self.state.cwd);
        self
    }

    /// Counts refusals in the phone's own tally.
    #[must_use]
    pub fn refusals(mut self, tally: &Refusals) -> Self {
        if let Some(shared) = Arc::get_mut(&mut self.state.shared) {
            shared.refusals = tally.clone();
        }
        self
    }

    /// How many things were refused so far.
    #[must_use]
    pub fn refused(&self) -> usize {
        self.state.shared.refusals.count()
    }

    /// Runs a script given as text, as `sh -c` does, and gives its exit status.
    pub fn run(&mut self, script: &str, streams: Streams) -> i32 {
        self.process(streams, |state| {
            let result = state.source(script);
            state.finish(result)
        })
    }

    /// Runs the script that comes on standard input, line by line, as `adb shell` without a command does. A command of the
    /// script that reads gets the lines after its own.
    pub fn run_stdin(&mut self, streams: Streams) -> i32 {
        self.process(streams, |state| {
            let result = state.source_stdin();
            state.finish(result)
        })
    }

    fn process(&mut self, streams: Streams, run: impl FnOnce(&mut Interp) -> state::Status + Send) -> i32 {
        let state = &mut self.state;
        state.fds =
            BTreeMap::from([(0, Fd::In(streams.stdin)), (1, Fd::Out(streams.stdout)), (2, Fd::Out(streams.stderr))]);
        let result = std::thread::scope(|scope| {
            let thread = std::thread::Builder::new().stack_size(exec::STACK).spawn_scoped(scope, || run(state));
            match thread.map(std::thread::ScopedJoinHandle::join) {
                Ok(Ok(status)) => status,
                Ok(Err(panic)) => std::panic::resume_unwind(panic),
                Err(_) => Ok(1),
            }
        });
        // The streams are let go, so that whoever reads them sees their end.
        self.state.fds.clear();
        if self.state.shared.cancel.is_set() {
            return HUNG_UP;
        }
        match result {
            Ok(status) | Err(state::Flow::Killed(status)) => status,
            Err(_) => self.state.last,
        }
    }
}

#[cfg(test)]
mod tests;
