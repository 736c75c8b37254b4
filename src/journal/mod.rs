//! The durable record of runs: what was done on which phone, what a re-run may know again, how often an account's password
//! was refused, and what waits for the owner's deletion of the account. It knows nothing of phones, adb or flows; it is told.
//!
//! It is SQLite with a write-ahead log. Steps that matter are on the disk before they are done (`synchronous=FULL`), so that a
//! `kill -9` or a power cut at any point leaves a record that says what may have happened. Full account ids and passwords are
//! never in it.

mod commit;
mod deletion_queue;
mod entries;
mod error;
mod folder;
mod key;
mod ledger;
mod look;
mod meta;
mod prune;
mod read;
mod rows;
mod run;
mod run_lock;
mod store;
mod web_state;

pub use crate::event::{Earlier, PhoneInfo, PhoneKey};
pub use deletion_queue::{AccountRef, Deletion, HandOff, HandOffPhone};
pub use error::JournalError;
pub use folder::{default_path, is_ours, key_dir, screens_root, state_dir};
pub use key::{AccountKey, InstallKey};
pub use ledger::{Ledger, REJECTION_LIMIT, Submission};
pub use prune::Pruned;
pub use read::RunLine;
pub use run::{Mutation, Run, RunInfo};
pub use store::Journal;
pub use web_state::WebState;

/// A result of this room.
pub type Result<T> = std::result::Result<T, JournalError>;

/// This moment, as it is written: RFC 3339, UTC, milliseconds.
fn now() -> String {
    written(chrono::Utc::now())
}

/// A moment as it is written.
fn written(at: chrono::DateTime<chrono::Utc>) -> String {
    at.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}
