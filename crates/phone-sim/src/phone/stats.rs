//! What a client costs a phone, counted so that tests and benchmarks can compare. Printed by nothing here.

use std::sync::atomic::{AtomicU64, Ordering};

/// What one phone was asked for since it was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Shells that clients opened over adb (`shell:`, `exec:`), which are the round trips. File transfers are not among them.
    pub shell_calls: u64,
    /// Processes that these shells started, one for each program; builtins and functions of the shell start none, and the shell of
    /// the call itself is not among them.
    pub processes: u64,
    /// Java machines among these: one for each `uiautomator`, and up to Android 11 one for each `input`.
    pub java_machines: u64,
    /// Runs of `uiautomator dump`, whatever came of them.
    pub dumps: u64,
    /// Runs of `cmd window dump-visible-window-views`, whatever came of them.
    pub views_dumps: u64,
}

impl Stats {
    /// What came after an earlier reading of the same phone.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        Self {
            shell_calls: self.shell_calls.saturating_sub(earlier.shell_calls),
            processes: self.processes.saturating_sub(earlier.processes),
            java_machines: self.java_machines.saturating_sub(earlier.java_machines),
            dumps: self.dumps.saturating_sub(earlier.dumps),
            views_dumps: self.views_dumps.saturating_sub(earlier.views_dumps),
        }
    }
}

/// The counters behind [`Stats`].
#[derive(Debug, Default)]
pub(super) struct Counters {
    pub shell_calls: Counter,
    pub processes: Counter,
    pub java_machines: Counter,
    pub dumps: Counter,
    pub views_dumps: Counter,
}

impl Counters {
    pub(super) fn read(&self) -> Stats {
        Stats {
            shell_calls: self.shell_calls.get(),
            processes: self.processes.get(),
            java_machines: self.java_machines.get(),
            dumps: self.dumps.get(),
            views_dumps: self.views_dumps.get(),
        }
    }
}

/// A number that only grows.
#[derive(Debug, Default)]
pub(super) struct Counter(AtomicU64);

impl Counter {
    /// One more.
    pub(super) fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
