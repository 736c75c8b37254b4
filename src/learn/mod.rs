//! Learns a kind of phone that no profile knows: its owner signs one out by hand, this room watches, and drafts a profile.
//!
//! It reads only: it never taps and never types, and it masks what could identify a person before it writes. Pure but for [`Recorder`];
//! it must not know adb, walks or the terminal.
//!
//! - `recording`: the form of a recording, which is a folder; written as it grows, read, merged.
//! - `touches`: taps and swipes out of what the touch panel reports.
//! - `recorder`: looks at the phone until the account is gone.
//! - `words`: which words of the screens a profile may need.
//! - `pages`: frames that are one page, and the way through them.
//! - `picks`: selectors for a node, the most telling first.
//! - `draft`: which pages are screens of the profile, and what is done there. `plan` is what comes of it, and `write` its text.
//! - `verify`: whether the profile does what was recorded.

mod draft;
mod pages;
mod picks;
mod plan;
mod recorder;
mod recording;
mod touches;
mod verify;
mod words;
mod write;

pub use draft::{Draft, draft};
pub use recorder::{Hand, Naming, Pace, Recorder, RecorderError, Seen};
pub use recording::{
    Account, Ended, FrameInfo, MANIFEST, Manifest, Recording, RecordingError, Run, SOFTWARE, Step, Typed, Writer,
    frame_file,
};
pub use touches::{Contact, Panel, TouchReader};
pub use verify::{Verified, verify};
