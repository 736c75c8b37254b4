//! What was done to a simulated phone, so that tests can ask the phone what happened. Never holds typed text.

use super::fault::{Fault, Stage};
use crate::screens::ScreenId;

/// Everything that was done to one phone since it was made. Times are the phone's milliseconds.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// Programs run.
    pub commands: Vec<CommandRun>,
    /// Taps that reached the phone.
    pub taps: Vec<Tap>,
    /// Passwords submitted.
    pub submissions: Vec<Submission>,
    /// Pages shown, in order, with the time each appeared.
    pub screens: Vec<(u64, ScreenId)>,
    /// Key codes pressed.
    pub keys: Vec<u32>,
    /// Characters typed by `input text`.
    pub typed: usize,
    /// Accounts removed from the phone.
    pub removals: Vec<Removal>,
    /// When Find Device was turned off.
    pub find_device_off: Option<u64>,
    /// Faults that fired: when, at which stage (`None` where thrown by hand), and which.
    pub faults: Vec<(u64, Option<Stage>, Fault)>,
}

/// One program run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandRun {
    /// When it started.
    pub at: u64,
    /// Its words; what `input text` types stands as `***`.
    pub argv: Vec<String>,
}

/// One tap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tap {
    /// When.
    pub at: u64,
    /// Where.
    pub point: (i32, i32),
    /// The page that was there.
    pub screen: ScreenId,
    /// Resource id of the node that took it; empty where it had none or nothing took it.
    pub id: String,
    /// Its text, or the first text inside it.
    pub text: String,
    /// Whether any node took it.
    pub hit: bool,
}

/// One submission of a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Submission {
    /// When.
    pub at: u64,
    /// On which page.
    pub screen: ScreenId,
    /// Whether it was the right one.
    pub right: bool,
    /// Whether the field was empty: the phone then asks no server.
    pub empty: bool,
}

/// One removal of the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Removal {
    /// When.
    pub at: u64,
    /// Whether the synced data was kept; `None` where the phone did not ask.
    pub data_kept: Option<bool>,
}

impl Record {
    /// Passwords submitted that were not empty.
    #[must_use]
    pub fn passwords_submitted(&self) -> usize {
        self.submissions.iter().filter(|s| !s.empty).count()
    }

    /// Whether a page was ever shown.
    #[must_use]
    pub fn visited(&self, screen: ScreenId) -> bool {
        self.screens.iter().any(|(_, s)| *s == screen)
    }

    /// Taps that hit a node with this resource id.
    #[must_use]
    pub fn taps_on(&self, id: &str) -> usize {
        self.taps.iter().filter(|t| t.hit && t.id == id).count()
    }
}
