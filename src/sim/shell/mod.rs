//! The interpreter of a simulated phone's `sh`.

use std::io::{Read, Write};

use super::clock::{Cancel, Clock};

/// The standard streams of one running command.
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
    fn run(&self, argv: &[String], io: &mut Stdio<'_>, clock: &Clock, cancel: &Cancel) -> Option<i32>;
}
