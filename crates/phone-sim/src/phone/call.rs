//! One running program: its words, its streams, its time.

use super::core::Core;
use super::stats::{Counter, Counters};
use super::world::World;
use crate::clock::{Cancel, Clock};
use crate::shell::Stdio;
use crate::spec::Gate;

/// One running program of one phone.
pub(super) struct Call<'a, 'b> {
    pub phone: &'a Core,
    pub args: &'a [String],
    pub io: &'a mut Stdio<'b>,
    pub clock: &'a Clock,
    pub cancel: &'a Cancel,
}

impl Call<'_, '_> {
    /// Prints to standard output. A reader that has gone is no trouble of the program.
    pub(super) fn out(&mut self, text: impl AsRef<str>) {
        let _ = self.io.stdout.write_all(text.as_ref().as_bytes());
    }

    /// Prints to standard error.
    pub(super) fn err(&mut self, text: impl AsRef<str>) {
        let _ = self.io.stderr.write_all(text.as_ref().as_bytes());
    }

    /// Takes this much of the phone's time; false where it was hung up meanwhile.
    pub(super) fn takes(&self, ms: u64) -> bool {
        self.clock.sleep(ms, self.cancel)
    }

    /// The world as it is now.
    pub(super) fn world<R>(&self, look: impl FnOnce(&mut World, u64) -> R) -> R {
        self.phone.with(look)
    }

    /// Counts something that clients cost the phone.
    pub(super) fn count(&self, which: impl FnOnce(&Counters) -> &Counter) {
        which(&self.phone.counters).add();
    }

    /// One word, or nothing.
    pub(super) fn arg(&self, place: usize) -> &str {
        self.args.get(place).map_or("", String::as_str)
    }

    /// The same program with other words.
    pub(super) fn run_with(&mut self, args: &[String], program: fn(&mut Call<'_, '_>) -> i32) -> i32 {
        program(&mut Call { phone: self.phone, args, io: self.io, clock: self.clock, cancel: self.cancel })
    }

    /// Whether the shell may do what the input gate guards; where not, says so as the phone does. `Some` is the exit code.
    pub(super) fn gated(&mut self, permission: &str, refused: &str) -> Option<i32> {
        match self.world(|w, _| w.system.gate) {
            Gate::Open => None,
            Gate::Silent => Some(0),
            Gate::Refused => {
                self.err(format!(
                    "\nException occurred while executing '{refused}':\njava.lang.SecurityException: Package com.android.shell was not granted {permission}\n"
                ));
                Some(255)
            }
        }
    }
}
