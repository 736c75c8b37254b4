//! Device profiles: data that says how to know each screen of a family of phones, and what to do there. Pure: it loads,
//! validates, chooses and recognises; it must not know how a phone is reached, nor who reads files.
//!
//! A profile that loads is a profile that runs: every name in it is resolved here, and a mistake is an error with file, line
//! and caret.

mod action;
mod builtin;
mod check;

mod catalog;
mod condition;
mod device;
mod error;
mod labels;
mod load;
mod raw;
mod reaction;

pub use action::{Action, Direction, Scroll, Words};
pub use catalog::{Catalog, Choice};
pub use check::{Report, SavedScreen, Seen, check, schema};
pub use condition::{Condition, View};
pub use device::{Confidence, DeviceProfile, Entry, Evidence, Flow, Recognised, Screen, Verdict};
pub use error::ProfileError;
pub use labels::{Label, Labels};
pub use reaction::{Data, Options, PayCards, Reaction, Reactions};

/// The flow that a run does.
pub const SIGN_OUT: &str = "sign-out";
/// The only version of the format there is.
pub const SCHEMA: u32 = 1;

/// The longest file of a profile or of labels that is read.
pub const MAX_BYTES: usize = 4 * 1024 * 1024;

#[cfg(test)]
mod tests;
