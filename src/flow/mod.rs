//! Signing one phone out: the engine decides, the run does.
//!
//! Knows profiles, screens and the port to a phone; nothing of adb, of other phones, of files or of the terminal. It tells
//! events before and after each mutating step, so that whoever listens can write them down.

mod cheap_look;
mod decision;
mod ended;
mod endings;
mod engine;
mod late_record;
mod looks;
mod permit;
mod run;

pub use decision::{Decision, Password, Patience, PlannedAction};
pub use ended::{Counts, Ended, SeenScreen};
pub use engine::{Engine, Input, Setup};
pub use permit::{NoRecord, Permit, StepRecorder, SubmitPermit, Unrecorded, VerdictSeen};
pub use run::{Check, Checked, MOST_UNKNOWN, Reconnect, Walk};
