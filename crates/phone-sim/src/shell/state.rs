//! What a running shell knows: variables, functions, streams, and the bounds that keep a client from hurting the host.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::clock::{Cancel, Clock};
use crate::fs::Fs;

use super::Programs;
use super::arith::Variables;
use super::ast::Command;
use super::streams::{Sink, Source};

/// Commands, matches and the like that one script may take.
pub(super) const MAX_STEPS: u64 = 5_000_000;
/// The longest value of a variable, in bytes.
const MAX_VALUE: usize = 1 << 20;
/// All variables of a shell together, in bytes.
const MAX_VARIABLES: usize = 8 << 20;
/// How deep functions, subshells and `eval` may be nested.
const MAX_DEPTH: usize = 600;
/// What the message of every complaint starts with.
pub(super) const NAME: &str = "/system/bin/sh";

/// Why the commands after this one are not run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flow {
    Break(usize),
    Continue(usize),
    Return(i32),
    Exit(i32),
    /// As by a signal: no trap is run.
    Killed(i32),
}

/// The result of a command: its status, or why the ones after it are not run.
pub(super) type Status = Result<i32, Flow>;

/// What the interpreter met that the real shell knows and it does not. Clones count together.
#[derive(Clone, Debug, Default)]
pub struct Refusals(Arc<Mutex<(usize, Vec<String>)>>);

impl Refusals {
    /// How many there were.
    #[must_use]
    pub fn count(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0
    }

    /// What was refused; at most the first hundred.
    #[must_use]
    pub fn texts(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1.clone()
    }

    pub(super) fn add(&self, what: &str) {
        let mut inner = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        inner.0 += 1;
        if inner.1.len() < 100 {
            inner.1.push(what.chars().take(200).collect());
        }
    }
}

/// What all subshells of one script share.
pub(super) struct Shared {
    pub(super) fs: Fs,
    pub(super) programs: Arc<dyn Programs>,
    pub(super) clock: Clock,
    pub(super) cancel: Cancel,
    pub(super) steps: Arc<AtomicU64>,
    pub(super) threads: Arc<AtomicUsize>,
    pub(super) refusals: Refusals,
    pub(super) pid: u32,
}

#[derive(Clone)]
pub(super) enum Fd {
    In(Source),
    Out(Sink),
}

#[derive(Clone, Debug, Default)]
pub(super) struct Var {
    pub(super) value: String,
    pub(super) exported: bool,
    pub(super) readonly: bool,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Options {
    pub(super) errexit: bool,
    pub(super) nounset: bool,
    pub(super) noglob: bool,
}

/// One shell process; a subshell is a clone, which shares what it does not change.
#[derive(Clone)]
pub(super) struct Interp {
    pub(super) shared: Arc<Shared>,
    pub(super) vars: Arc<BTreeMap<String, Var>>,
    pub(super) vars_size: usize,
    pub(super) functions: Arc<BTreeMap<String, Arc<Command>>>,
    pub(super) name: String,
    pub(super) args: Vec<String>,
    pub(super) fds: BTreeMap<u8, Fd>,
    pub(super) cwd: String,
    pub(super) last: i32,
    pub(super) substituted: Option<i32>,
    pub(super) depth: usize,
    pub(super) loops: usize,
    pub(super) locals: Vec<Vec<(String, Option<Var>)>>,
    pub(super) options: Options,
    /// Above 0 where `set -e` does not count, as in a condition.
    pub(super) tolerant: usize,
    pub(super) exit_trap: Option<String>,
}

impl Interp {
    pub(super) fn stdin(&self) -> Source {
        match self.fds.get(&0) {
            Some(Fd::In(source)) => source.clone(),
            _ => Source::empty(),
        }
    }

    pub(super) fn sink(&self, fd: u8) -> Sink {
        match self.fds.get(&fd) {
            Some(Fd::Out(sink)) => sink.clone(),
            _ => Sink::null(),
        }
    }

    /// Counts work; ends the shell where it is too much, or where it was hung up.
    pub(super) fn charge(&self, steps: u64) -> Result<(), Flow> {
        if self.shared.cancel.is_set() {
            return Err(Flow::Killed(129));
        }
        if self.shared.steps.fetch_add(steps, Ordering::Relaxed) > MAX_STEPS {
            self.complain("out of steps");
            return Err(Flow::Killed(137));
        }
        Ok(())
    }

    /// Runs something one level deeper.
    pub(super) fn nested<T>(&mut self, run: impl FnOnce(&mut Self) -> Result<T, Flow>) -> Result<T, Flow> {
        if self.depth >= MAX_DEPTH {
            self.complain("nested too deep");
            return Err(Flow::Killed(1));
        }
        self.depth += 1;
        let result = run(self);
        self.depth -= 1;
        result
    }

    /// Says what is wrong, on standard error.
    pub(super) fn complain(&self, what: &str) {
        let _ = self.sink(2).write_all(format!("{NAME}: {what}\n").as_bytes());
    }

    /// Counts what is not known here, and says so.
    pub(super) fn refuse(&self, what: &str) -> i32 {
        self.shared.refusals.add(what);
        self.complain(&format!("{what}: not known to this simulated phone"));
        2
    }

    /// Writes to standard output; a reader that is gone ends the shell, as SIGPIPE does.
    pub(super) fn print(&self, text: &[u8]) -> Status {
        let mut sink = self.sink(1);
        write_all(&mut sink, text, &self.shared.cancel).map(|result| match result {
            Ok(()) => 0,
            Err(error) => {
                self.complain(&error);
                1
            }
        })
    }

    pub(super) fn assign(&mut self, name: &str, value: String) -> Result<(), Flow> {
        if value.len() > MAX_VALUE {
            self.complain("out of memory");
            return Err(Flow::Killed(1));
        }
        let var = Arc::make_mut(&mut self.vars).entry(name.to_owned()).or_default();
        if var.readonly {
            self.complain(&format!("read-only: {name}"));
            return Err(Flow::Exit(2));
        }
        self.vars_size = (self.vars_size + value.len()).saturating_sub(var.value.len());
        var.value = value;
        if self.vars_size > MAX_VARIABLES {
            self.complain("out of memory");
            return Err(Flow::Killed(1));
        }
        Ok(())
    }

    pub(super) fn unset(&mut self, name: &str) {
        if let Some(var) = Arc::make_mut(&mut self.vars).remove(name) {
            self.vars_size = self.vars_size.saturating_sub(var.value.len());
        }
    }

    /// Puts a variable back as it was.
    pub(super) fn restore(&mut self, name: String, var: Option<Var>) {
        self.unset(&name);
        if let Some(var) = var {
            self.vars_size += var.value.len();
            Arc::make_mut(&mut self.vars).insert(name, var);
        }
    }

    /// Exported variables, as `NAME=value`.
    pub(super) fn environment(&self) -> Vec<String> {
        self.vars.iter().filter(|(_, v)| v.exported).map(|(n, v)| format!("{n}={}", v.value)).collect()
    }
}

impl Variables for Interp {
    fn get(&self, name: &str) -> String {
        self.vars.get(name).map(|v| v.value.clone()).unwrap_or_default()
    }

    fn set(&mut self, name: &str, value: i32) {
        // A value of ten digits is never too long, and a read-only one stays.
        let _ = self.assign(name, value.to_string());
    }
}

/// Writes everything; the inner error is text for a person, the outer ends the shell.
pub(super) fn write_all(sink: &mut Sink, bytes: &[u8], cancel: &Cancel) -> Result<Result<(), String>, Flow> {
    if cancel.is_set() {
        return Err(Flow::Killed(129));
    }
    match sink.write_all(bytes) {
        Ok(()) => Ok(Ok(())),
        Err(_) if sink.is_broken() => Err(Flow::Killed(141)),
        Err(error) => Ok(Err(error.to_string())),
    }
}
