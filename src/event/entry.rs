//! Entries of the record that must be on the disk before the work goes on, and the answers to them.

use super::{FindDevice, Progress};
use crate::model::{AccountId, ResultRow, Serial};

/// What the record knows a phone by: its hardware serial (`ro.serialno`), which stays the same at every port.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PhoneKey(String);

impl PhoneKey {
    /// The key of the phone with this `ro.serialno`.
    #[must_use]
    pub fn new(serialno: impl Into<String>) -> Self {
        Self(serialno.into())
    }

    /// The serial.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for PhoneKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.0)
    }
}

/// A phone as its worker found it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PhoneInfo {
    /// Its hardware serial.
    pub key: PhoneKey,
    /// Its serial as adb prints it: events name it by this.
    pub serial: Serial,
    /// `HOST:PORT` of the adb server.
    pub adb: String,
    /// Manufacturer or brand.
    pub make: Option<String>,
    /// Market name or model.
    pub model: Option<String>,
    /// USB path or address.
    pub place: Option<String>,
}

/// What an earlier run began on a phone and did not finish.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Earlier {
    /// The run.
    pub run: String,
    /// What was done.
    pub progress: Progress,
    /// The mutating step whose consequence that run did not see, where there is one.
    pub unobserved: Option<String>,
}

/// One entry of the record. Its sender waits until it is on the disk.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    /// A worker claims a phone for this run. The answer holds what an earlier run left open on it.
    Claim(PhoneInfo),
    /// Whose account is on a phone.
    Account {
        /// The phone.
        key: PhoneKey,
        /// The account.
        account: AccountId,
    },
    /// A mutating step is about to be done.
    Step {
        /// The phone.
        key: PhoneKey,
        /// The screen it is done on.
        screen: String,
        /// The step in words; never what is typed.
        what: String,
        /// What holds once it is done.
        progress: Progress,
    },
    /// The walk saw what followed the last mutating step.
    Observed {
        /// The phone.
        key: PhoneKey,
        /// What holds now.
        progress: Progress,
    },
    /// What the walk saw of Find Device.
    FindDevice {
        /// The phone.
        key: PhoneKey,
        /// What it saw.
        seen: FindDevice,
    },
    /// The masked picture of the screen that ended a walk.
    Picture {
        /// The phone.
        key: PhoneKey,
        /// PNG.
        png: Vec<u8>,
    },
    /// A phone's row. The phone is free for other runs from then on.
    Row {
        /// The phone, where this run claimed it.
        key: Option<PhoneKey>,
        /// `ro.serialno` of a phone that this run did not claim, where it could be read.
        hardware_serial: Option<String>,
        /// The row.
        row: Box<ResultRow>,
    },
}

/// The answer to an [`Entry`].
#[derive(Clone, Debug, PartialEq)]
pub enum Kept {
    /// It is on the disk. The answer to an [`Entry::Claim`] holds what an earlier run left open.
    Written(Option<Earlier>),
    /// There is no record, or it can't be written. A record of this computer alone never stops a phone; its keeper warns once.
    Nowhere,
    /// The record that benches share can't be written: what the entry announces must not be done.
    Refused {
        /// Why, and what to do.
        why: String,
    },
    /// The phone is not this worker's: leave it alone.
    Taken {
        /// Whether another run works on it; otherwise this run has another phone of this serial.
        by_another_run: bool,
        /// Whether that run has not renewed its lease for a while: the phone is free once the lease has expired.
        is_silent: bool,
        /// Who has it, and what to do.
        why: String,
    },
}
