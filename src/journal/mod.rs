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
mod place;
mod prune;
mod read;
mod rows;
mod run;
mod run_lock;
#[cfg(feature = "postgres")]
mod shared;
mod stamp;
mod store;

pub use crate::event::{Earlier, PhoneInfo, PhoneKey};
pub use commit::Availability;
pub use copy::Copied;
pub use database::Journal;
pub use deletion_queue::{Deletion, QueuedAccount, QueuedPhone};
pub use error::{JournalError, Result};
pub use folder::{default_path, is_ours, key_dir, screens_root, state_dir};
pub use key::{AccountKey, InstallKey};
pub use ledger::{Ledger, REJECTION_LIMIT, Submission, Turn};
pub use place::{is_address, without_password};
pub use prune::Pruned;
pub use read::RunLine;
pub use run::{Mutation, Run, RunInfo};
#[cfg(feature = "postgres")]
pub use shared::{KeySource, SetUp, SharedDatabase};
use stamp::{now, random_id, written};
