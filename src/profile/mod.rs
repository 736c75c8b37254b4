//! Device profiles: data that says how to know each screen of a family of phones, and what to do there. Pure: it loads,
//! validates, chooses and recognises; it must not know how a phone is reached, nor who reads files.
//!
//! A profile that loads is a profile that runs: every name in it is resolved here, and a mistake is an error with file, line
//! and caret.

mod action;
mod builtin;
mod catalog;
mod check;
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
pub use device::{Confidence, DeviceProfile, Entry, Evidence, Flow, Recognised, SIGN_OUT, Screen, Verdict};
pub use error::ProfileError;
pub use labels::{Label, Labels};
pub use raw::{MAX_BYTES, SCHEMA};
pub use reaction::{Data, Options, PayCards, Reaction, Reactions};

#[cfg(test)]
mod tests;
