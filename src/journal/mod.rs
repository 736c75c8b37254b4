//! The durable record of runs: what was done on which phone, what a re-run may know again, how often an account's password
//! was refused, and what waits for the owner's deletion of the account. It knows nothing of phones, adb or flows; it is told.
//!
//! It is SQLite with a write-ahead log, or a PostgreSQL database that several benches share. Steps that matter are on the disk before they are done (`synchronous=FULL`), so that a
//! `kill -9` or a power cut at any point leaves a record that says what may have happened. Full account ids and passwords are
//! never in it.

mod commit;
mod copy;
mod database;
mod deletion_queue;
mod entries;
mod error;
mod folder;
mod key;
mod lease;
mod ledger;
mod meta;
mod prune;
mod read;
mod rows;
mod run;
mod run_lock;
#[cfg(feature = "postgres")]
mod shared;
mod store;

pub use crate::event::{Earlier, PhoneInfo, PhoneKey};
pub use commit::Availability;
pub use copy::Copied;
pub use database::Journal;
pub use deletion_queue::{Deletion, QueuedAccount, QueuedPhone};
pub use error::JournalError;
pub use folder::{default_path, is_ours, key_dir, screens_root, state_dir};
pub use key::{AccountKey, InstallKey};
pub use ledger::{Ledger, REJECTION_LIMIT, Submission, Turn};
pub use prune::Pruned;
pub use read::RunLine;
pub use run::{Mutation, Run, RunInfo};
#[cfg(feature = "postgres")]
pub use shared::{KeySource, SetUp, SharedDatabase};

/// A result of this room.
pub type Result<T> = std::result::Result<T, JournalError>;

/// Whether a place of the record is the address of a database server, and no path.
#[must_use]
pub fn is_address(place: &str) -> bool {
    place.starts_with("postgres://") || place.starts_with("postgresql://")
}

/// Eight random bytes, hexadecimal.
fn random_id() -> Result<String> {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).map_err(|e| JournalError::Unwritable {
        path: std::path::PathBuf::from("random numbers"),
        why: e.to_string(),
    })?;
    Ok(crate::record::chain::hex(&bytes))
}

/// This moment, as it is written: RFC 3339, UTC, milliseconds.
fn now() -> String {
    written(chrono::Utc::now())
}

/// A moment as it is written.
fn written(at: chrono::DateTime<chrono::Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}
