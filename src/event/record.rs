//! The record of a run, as data: what `journal` gives and `report` is made from.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::model::ResultRow;

/// What was done on a phone, known again after a reconnect and after a crash of this program.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Progress {
    /// Screens whose mutating step was done.
    pub tapped: BTreeSet<String>,
    /// Whether a password was submitted.
    pub submitted: bool,
    /// Whether it was seen what the phone said to the submitted password: it took it, or refused it.
    pub verdict: bool,
    /// Visits by screen.
    pub visits: BTreeMap<String, u32>,
    /// The owner asked for a fresh start (`--again`): what earlier runs submitted no longer counts.
    pub afresh: bool,
}

impl Progress {
    /// Whether a password was submitted, and nobody saw what the phone said to it.
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
    /// Nothing was seen that tells.
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

/// What a run is: the head of its record, hashed into the chain before the first row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunHeader {
    /// The run's id, `20261124-061215-9f3a`: its start and four random digits.
    pub id: String,
    /// When it began.
    pub started: DateTime<Utc>,
    /// Name and version of this program.
    pub tool: String,
    /// Who worked.
    pub operator: Option<String>,
    /// Where.
    pub station: Option<String>,
    /// Who authorised signing these accounts out.
    pub authorised_by: Option<String>,
    /// Options of the run that matter later, by their name. Never a password.
    pub options: BTreeMap<String, String>,
}

/// One step done on a phone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepRecord {
    /// When.
    pub at: DateTime<Utc>,
    /// The screen it was done on.
    pub screen: String,
    /// In words.
    pub what: String,
    /// Whether it changes something on the phone or its account.
    pub mutates: bool,
}

/// One phone's row, with everything that its certificate says. This is what is hashed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PhoneRecord {
    /// Place in the run, from 1.
    pub row: u32,
    /// The run as it was told at its begin.
    pub run: RunHeader,
    /// `ro.serialno`, where it could be read.
    pub hardware_serial: Option<String>,
    /// `ro.product.manufacturer` or brand.
    pub make: Option<String>,
    /// USB path or address.
    pub place: Option<String>,
    /// Find Device, as far as the walk saw it.
    pub find_device: FindDevice,
    /// The result row.
    pub result: ResultRow,
    /// When the row was written.
    pub ended: DateTime<Utc>,
    /// Steps, in order.
    pub steps: Vec<StepRecord>,
    /// SHA-256 of the picture of the failing screen, where there is one.
    pub picture: Option<String>,
}

/// A row in its chain.
#[derive(Clone, Debug, PartialEq)]
pub struct ChainedRow {
    /// The row read from `text`.
    pub record: PhoneRecord,
    /// Its canonical JSON, byte for byte as it was hashed.
    pub text: String,
    /// The hash before it.
    pub previous: String,
    /// Its hash.
    pub hash: String,
    /// A PNG of the failing screen. Never of a password field or an unmasked account.
    pub picture: Option<Vec<u8>>,
}

/// A phone that was begun and has no row: the run was killed, or is still going.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenPhone {
    /// `ro.serialno`.
    pub hardware_serial: String,
    /// The serial as adb printed it.
    pub serial: String,
    /// Model, where known.
    pub model: Option<String>,
    /// The mutating step that was begun and not observed, where there is one: the phone has to be looked at.
    pub unobserved: Option<String>,
}

/// A whole run.
#[derive(Clone, Debug, PartialEq)]
pub struct RunRecord {
    /// Its head.
    pub header: RunHeader,
    /// When it ended; absent where it was killed, or is still going.
    pub ended: Option<DateTime<Utc>>,
    /// Its exit status.
    pub exit: Option<u8>,
    /// Rows, in the order in which the phones ended.
    pub rows: Vec<ChainedRow>,
    /// Phones without a row.
    pub open: Vec<OpenPhone>,
    /// The hash that the chain starts from.
    pub genesis: String,
    /// The hash of the last row, or `genesis`.
    pub head: String,
    /// HMAC-SHA-256 over [`super::chain::sealed_text`] with this installation's key: who recomputes the chain elsewhere cannot
    /// make this one.
    pub seal: String,
}
