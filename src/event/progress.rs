//! What a walk did and saw on a phone, as it is written down.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// What this program did on a phone. It outlives a reconnect and a crash of this program.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Progress {
    /// Screens whose mutating step was done.
    pub tapped: BTreeSet<String>,
    /// Whether a password was submitted.
    pub submitted: bool,
    /// Whether the walk saw that the phone accepted or refused the submitted password.
    pub verdict: bool,
    /// Visits by screen.
    pub visits: BTreeMap<String, u32>,
    /// The owner asked for a fresh start (`--again`): what earlier runs submitted no longer counts.
    pub afresh: bool,
}

impl Progress {
    /// Whether a password was submitted, and the phone's answer was not observed.
    #[must_use]
    pub fn awaits_verdict(&self) -> bool {
        self.submitted && !self.verdict
    }

    /// What a later walk has to know. The guard against loops is not part of it: it counts what one walk did, and six visits of an
    /// earlier process would end the next one at first sight.
    #[must_use]
    pub fn carried(self) -> Self {
        Self { visits: BTreeMap::new(), afresh: false, ..self }
    }

    /// Whether anything was done that changes the phone or its account.
    #[must_use]
    pub fn mutated(&self) -> bool {
        self.submitted || !self.tapped.is_empty()
    }
}

/// Find Device, as far as a walk saw it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FindDevice {
    /// On: the phone asked for the password to switch it off, or said so.
    On,
    /// Off.
    Off,
    /// The walk saw nothing that tells.
    #[default]
    Unknown,
}

impl FindDevice {
    /// The word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Off => "off",
            Self::Unknown => "unknown",
        }
    }
}
