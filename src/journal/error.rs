//! What can go wrong with the record, by what the caller does next.

use std::path::{Path, PathBuf};

use super::store::SqlError;

use crate::text::say;

/// A result of this room.
pub type Result<T> = std::result::Result<T, JournalError>;

/// An error of the journal, the ledger or the key.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// It cannot be written now: no permission, read-only, disk full, locked for too long. A run may go on without it, and
    /// has to say so.
    #[error("{}", say!("journal-cannot-be-written", path = .path.display(), why = .why))]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        why: String,
    },
    /// The database server cannot be reached, or went away. What benches share is there, so no run goes on without it.
    #[error("{}", say!("database-does-not-answer", path = .path.display(), why = .why))]
    Unreachable {
        /// Its address, without credentials.
        path: PathBuf,
        /// What was heard.
        why: String,
    },
    /// The database server answers, and refuses: a password, a right, a table that is not there.
    #[error("{}", say!("database-refuses", path = .path.display(), why = .why))]
    Refused {
        /// Its address, without credentials.
        path: PathBuf,
        /// What it says.
        why: String,
    },
    /// The address of a database cannot be used: a usage error. It is not repeated, since it may hold a password.
    #[error("{}", say!("address-of-database-cannot-be-used", why = .why))]
    Address {
        /// Why not.
        why: String,
    },
    /// The database is on another computer, and this program brings no TLS: a usage error.
    #[error("{}", say!("database-would-be-reached-without-encryption", host = .host, port = .port))]
    NotLocal {
        /// The computer.
        host: String,
        /// The port of the database there.
        port: u16,
    },
    /// The database holds no journal yet.
    #[error("{}", say!("database-holds-no-journal-yet", path = .path.display()))]
    NotSetUp {
        /// Its address, without credentials.
        path: PathBuf,
    },
    /// This bench has not the key that the benches share: nothing is written, since it would call accounts by other names.
    #[error("{}", say!("journal-is-closed-to-this-bench", path = .path.display(), why = .why))]
    OtherKey {
        /// Its address, without credentials.
        path: PathBuf,
        /// Which key is missing.
        why: String,
    },
    /// A journal is copied into an empty one only: a usage error.
    #[error("{}", say!("journal-holds-runs-already", path = .path.display()))]
    NotEmpty {
        /// The journal that was to be written.
        path: PathBuf,
    },
    /// Two journals name accounts by different keys, so one cannot become part of the other: a usage error.
    #[error("{}", say!("two-journals-have-different-keys"))]
    KeysDiffer,
    /// The file is no journal, or is damaged. It is left as it is: refuse, and let a person move it away.
    #[error("{}", say!("journal-is-damaged", path = .path.display(), why = .why))]
    Corrupt {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A later version of this program wrote it: refuse.
    #[error("{}", say!("journal-is-of-a-later-version", path = .path.display(), found = .found, known = .known))]
    Newer {
        /// The file.
        path: PathBuf,
        /// The format found.
        found: u32,
        /// The latest format known here.
        known: u32,
    },
    /// A key or record that other users can read: refuse, and let a person fix it.
    #[error("{}", say!("journal-can-be-read-by-others", path = .path.display()))]
    Exposed {
        /// The file.
        path: PathBuf,
    },
    /// A folder that is not this user's alone: nothing in it is believed, removed or ended.
    #[error("{}", say!("folder-is-not-used", path = .path.display(), why = .why))]
    NotOurs {
        /// The folder.
        path: PathBuf,
        /// Why not.
        why: String,
    },
    /// Another run that is alive works on this phone or account: refuse this one, leave the others alone.
    #[error("{}", say!("another-run-works-on", run = .run, pid = .pid, since = .since, what = .what))]
    Busy {
        /// `phone SERIAL` or `account MASKED`.
        what: String,
        /// The other run, or the other walk through the deletion.
        run: String,
        /// Its process.
        pid: u32,
        /// Since when, as RFC 3339.
        since: String,
        /// Whether it has not renewed its lease for longer than one that lives does.
        is_silent: bool,
    },
    /// The lease of this run ran out, and another bench works on it by now: nothing is written for it here.
    #[error("{}", say!("taken-over-by-another-bench", what = .what))]
    TakenOver {
        /// `phone SERIAL` or `account MASKED`.
        what: String,
    },
    /// This run already has a phone of this hardware serial at another place: its record cannot tell them apart.
    #[error("{}", say!("two-phones-have-hardware-serial", serial = .0))]
    Duplicate(String),
    /// Nothing in the journal has this name: a usage error.
    #[error("{}", say!("journal-knows-no", name = .0))]
    Missing(String),
    /// A step of the deletion that cannot follow the last one. Nothing was written.
    #[error("{}", say!("deletion-is-out-of-order", from = .from, to = .to))]
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

    /// The same error for another worker: of one transaction that came to nothing.
    pub(super) fn again(&self) -> Self {
        match self {
            Self::Unreachable { path, why } => Self::Unreachable { path: path.clone(), why: why.clone() },
            Self::Refused { path, why } => Self::Refused { path: path.clone(), why: why.clone() },
            Self::Unwritable { path, why } => Self::Unwritable { path: path.clone(), why: why.clone() },
            other => Self::Unwritable { path: PathBuf::new(), why: other.to_string() },
        }
    }

    /// One sentence: what a person can do.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Unwritable { .. } => say!("free-some-space"),
            Self::Unreachable { .. } => say!("check-that-the-database-runs"),
            Self::Refused { .. } => say!("check-the-user-of-the-database"),
            Self::Address { .. } => say!("how-an-address-is-written"),
            Self::NotLocal { .. } => say!("keep-that-ssh-running"),
            Self::NotSetUp { .. } => say!("set-the-journal-up-once"),
            Self::OtherKey { .. } => say!("set-the-journal-up-on-this-bench"),
            Self::NotEmpty { .. } => say!("copy-into-an-empty-journal"),
            Self::KeysDiffer => say!("set-up-with-the-old-key"),
            Self::Corrupt { .. } => say!("move-the-journal-away"),
            Self::Newer { .. } => say!("use-the-later-version"),
            Self::Exposed { .. } => say!("make-the-file-yours-alone"),
            Self::NotOurs { .. } => say!("use-a-folder-of-your-own"),
            Self::Busy { .. } => say!("wait-until-the-other-run-has-ended"),
            Self::TakenOver { .. } => say!("see-the-other-benchs-run"),
            Self::Duplicate(_) => say!("unplug-one-of-the-two"),
            Self::Missing(_) => say!("list-the-runs"),
            Self::OutOfOrder { .. } => say!("begin-the-deletion-again"),
        }
    }

    /// Sorts an error of a statement by what the caller does next.
    pub(super) fn of(path: &Path, error: &SqlError) -> Self {
        let path = path.to_owned();
        match error {
            SqlError::Sqlite(error) => Self::of_file(&path, error),
            SqlError::NoRow | SqlError::Type { .. } => Self::Corrupt { path, why: error.to_string() },
            #[cfg(feature = "postgres")]
            SqlError::Postgres(_) if !error.is_away() => Self::Refused { path, why: error.to_string() },
            #[cfg(feature = "postgres")]
            SqlError::Postgres(_) | SqlError::Silent(_) | SqlError::NoRuntime(_) => {
                Self::Unreachable { path, why: error.to_string() }
            }
        }
    }

    /// Sorts an SQLite error by what the caller does next.
    pub(super) fn of_file(path: &Path, error: &rusqlite::Error) -> Self {
        use rusqlite::ErrorCode as Code;
        let why = error.to_string();
        match error.sqlite_error_code() {
            Some(Code::NotADatabase | Code::DatabaseCorrupt) => Self::Corrupt { path: path.to_owned(), why },
            Some(Code::DatabaseBusy | Code::DatabaseLocked) => {
                Self::Unwritable { path: path.to_owned(), why: say!("another-process-keeps-it-locked") }
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
