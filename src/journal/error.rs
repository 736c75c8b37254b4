//! What can go wrong with the record, by what the caller does next.

use std::path::{Path, PathBuf};

/// An error of the journal, the ledger or the key.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// It cannot be written now: no permission, read-only, disk full, locked for too long. A run may go on without it, and
    /// has to say so.
    #[error("cannot write {}: {why}", .path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        why: String,
    },
    /// The file is no journal, or is damaged. It is left as it is: refuse, and let a person move it away.
    #[error("{} is damaged or is not a journal: {why}", .path.display())]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A later version of this program wrote it: refuse.
    #[error("{} was written by a later version (format {found}; this one knows {known})", .path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// The format found.
        found: u32,
        /// The latest format known here.
        known: u32,
    },
    /// A key or record that other users can read: refuse, and let a person fix it.
    #[error("{} can be read by other users", .path.display())]
    Exposed {
        /// The file.
        path: PathBuf,
    },
    /// A folder that is not this user's alone: nothing in it is believed, removed or ended.
    #[error("{} is not used: {why}", .path.display())]
    NotOurs {
        /// The folder.
        path: PathBuf,
        /// Why not.
        why: &'static str,
    },
    /// Another run that is alive works on this phone or account: refuse this one, leave the others alone.
    #[error("run {run} (process {pid}, since {since}) works on {what}")]
    Busy {
        /// `phone SERIAL` or `account MASKED`.
        what: String,
        /// The other run, or the other walk through the deletion.
        run: String,
        /// Its process.
        pid: u32,
        /// Since when, as RFC 3339.
        since: String,
    },
    /// This run already has a phone of this hardware serial at another place: its record cannot tell them apart.
    #[error("two phones have the hardware serial {0}")]
    Duplicate(String),
    /// Nothing in the journal has this name: a usage error.
    #[error("the journal knows no {0}")]
    Missing(String),
    /// A step of the deletion that cannot follow the last one. Nothing was written.
    #[error("the deletion is at '{from}' and cannot go to '{to}'")]
    OutOfOrder {
        /// The state it is in.
        from: &'static str,
        /// The state that was asked for.
        to: &'static str,
    },
}

impl JournalError {
    /// Whether a run may go on without the record, saying so.
    #[must_use]
    pub fn may_go_on(&self) -> bool {
        matches!(self, Self::Unwritable { .. })
    }

    /// One sentence: what a person can do.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Unwritable { .. } => "free some space or name a file that you may write with --journal PATH",
            Self::Corrupt { .. } => "move the file away, or name another with --journal PATH; it was not changed",
            Self::Newer { .. } => "use the version that wrote it, or name another file with --journal PATH",
            Self::Exposed { .. } => "make it yours alone (chmod 600), or remove it to have a new one made",
            Self::NotOurs { .. } => "use a folder of your own that only you can write in (chmod 700)",
            Self::Busy { .. } => "wait until the other run has ended, or end it",
            Self::Duplicate(_) => "unplug one of the two, then run again",
            Self::Missing(_) => "list the runs to see their names",
            Self::OutOfOrder { .. } => "begin the deletion again from its page",
        }
    }

    /// Sorts an SQLite error by what the caller does next.
    pub(super) fn of(path: &Path, error: &rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as Code;
        let why = error.to_string();
        match error.sqlite_error_code() {
            Some(Code::NotADatabase | Code::DatabaseCorrupt) => Self::Corrupt { path: path.to_owned(), why },
            Some(Code::DatabaseBusy | Code::DatabaseLocked) => {
                Self::Unwritable { path: path.to_owned(), why: "another process keeps it locked".to_owned() }
            }
            // A table or column is missing: the database of another program.
            None | Some(Code::Unknown | Code::ConstraintViolation | Code::TypeMismatch) => {
                Self::Corrupt { path: path.to_owned(), why }
            }
            Some(_) => Self::Unwritable { path: path.to_owned(), why },
        }
    }

    /// An error of the file system.
    pub(super) fn io(path: &Path, error: &std::io::Error) -> Self {
        Self::Unwritable { path: path.to_owned(), why: error.to_string() }
    }
}
