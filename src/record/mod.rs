//! The certificate of a run: its rows, the chain of hashes over them, and the row of a phone as it is built from the events of
//! its work. Pure: it knows nothing of files, of phones or of the terminal.

pub mod chain;
mod open_rows;

pub use open_rows::OpenRows;

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::event::FindDevice;
use crate::model::ResultRow;

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
    /// The lot: what several runs, maybe on several benches, belong to. Left out where there is none, so that the chains of
    /// records without one stay as they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lot: Option<String>,
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
    /// HMAC-SHA-256 over [`chain::sealed_text`] with this installation's key: who recomputes the chain elsewhere cannot
    /// make this one.
    pub seal: String,
}
