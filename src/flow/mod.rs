//! Signing one phone out: the engine decides, the run does.
//!
//! Knows profiles, screens and the port to a phone; nothing of adb, of other phones, of files or of the terminal. It tells
//! events before and after each mutating step, so that whoever listens can write them down.

mod engine;
mod run;

pub use engine::{Decision, Ending, Engine, Password, Patience, PlannedAction};
pub use run::{Counts, Ended, Permit, Reconnect, SubmitPermit, VerdictSeen, Walk};
