//! What can go wrong with the record, by what the caller does next.

use std::path::{Path, PathBuf};

use super::store::SqlError;

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
    /// The database server cannot be reached, or went away. What benches share is there, so no run goes on without it.
    #[error("the database {} does not answer: {why}", .path.display())]
    Unreachable {
        /// Its address, without credentials.
        path: PathBuf,
        /// What was heard.
        why: String,
    },
    /// The database server answers, and refuses: a password, a right, a table that is not there.
    #[error("the database {} refuses: {why}", .path.display())]
    Refused {
        /// Its address, without credentials.
        path: PathBuf,
        /// What it says.
        why: String,
    },
    /// The address of a database cannot be used: a usage error. It is not repeated, since it may hold a password.
    #[error("the address of the database cannot be used: {why}")]
    Address {
        /// Why not.
        why: String,
    },
    /// The database is on another computer, and this program brings no TLS: a usage error.
    #[error(
        "the database on {host} would be reached without encryption; run 'ssh -L {port}:127.0.0.1:{port} {host}' and name 127.0.0.1 instead"
    )]
    NotLocal {
        /// The computer.
        host: String,
        /// The port of the database there.
        port: u16,
    },
    /// The database holds no journal yet.
    #[error("the database {} holds no journal yet", .path.display())]
    NotSetUp {
        /// Its address, without credentials.
        path: PathBuf,
    },
    /// This bench has not the key that the benches share: nothing is written, since it would call accounts by other names.
    #[error("the journal {} is closed to this bench: {why}", .path.display())]
    OtherKey {
        /// Its address, without credentials.
        path: PathBuf,
        /// Which key is missing.
        why: &'static str,
    },
    /// A journal is copied into an empty one only: a usage error.
    #[error("{} holds runs already", .path.display())]
    NotEmpty {
        /// The journal that was to be written.
        path: PathBuf,
    },
    /// Two journals name accounts by different keys, so one cannot become part of the other: a usage error.
    #[error("the two journals have different keys, so the accounts of one mean nothing to the other")]
    KeysDiffer,
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
    /// The lease of this run ran out, and another bench works on it by now: nothing is written for it here.
    #[error("{what} was taken over by another bench, since this one did not renew its lease in time")]
    TakenOver {
        /// `phone SERIAL` or `account MASKED`.
        what: String,
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
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Unwritable { .. } => "free some space or name a file that you may write with --journal PATH",
            Self::Unreachable { .. } => {
                "check that it runs and that this computer reaches it; phones are left as they are, run again then"
            }
            Self::Refused { .. } => {
                "check the user, its password (PGPASSWORD, PGPASSFILE or ~/.pgpass) and its rights; a new database is set up by 'mi-signout journal init URL'"
            }
            Self::Address { .. } => "write it as postgres://USER@127.0.0.1:5432/DATABASE",
            Self::NotLocal { .. } => "keep that ssh running in another window for as long as the run takes",
            Self::NotSetUp { .. } => "set it up once with 'mi-signout journal init URL'",
            Self::OtherKey { .. } => {
                "run 'mi-signout journal init URL' on this bench, with the passphrase or the key file of the other benches"
            }
            Self::NotEmpty { .. } => "copy into a journal without runs",
            Self::KeysDiffer => {
                "set the new one up with the old one's key: mi-signout journal init URL --key STATE/install.key"
            }
            Self::Corrupt { .. } => "move the file away, or name another with --journal PATH; it was not changed",
            Self::Newer { .. } => "use the version that wrote it, or name another file with --journal PATH",
            Self::Exposed { .. } => "make it yours alone (chmod 600), or remove it to have a new one made",
            Self::NotOurs { .. } => "use a folder of your own that only you can write in (chmod 700)",
            Self::Busy { .. } => "wait until the other run has ended, or end it",
            Self::TakenOver { .. } => "see the other bench's run for what became of it",
            Self::Duplicate(_) => "unplug one of the two, then run again",
            Self::Missing(_) => "list the runs to see their names",
            Self::OutOfOrder { .. } => "begin the deletion again from its page",
        }
    }

    /// Sorts an error of a statement by what the caller does next.
    pub(super) fn of(path: &Path, error: &SqlError) -> Self {
        let path = path.to_owned();
        match error {
            SqlError::Sqlite(error) => Self::of_file(&path, error),
            SqlError::NoRow | SqlError::Type { .. } => Self::Corrupt { path, why: error.to_string() },
            #[cfg(feature = "postgres")]
            SqlError::Postgres(_) if error.is_away() => Self::Unreachable { path, why: error.to_string() },
            #[cfg(feature = "postgres")]
            SqlError::Postgres(_) => Self::Refused { path, why: error.to_string() },
        }
    }

    /// Sorts an SQLite error by what the caller does next.
    pub(super) fn of_file(path: &Path, error: &rusqlite::Error) -> Self {
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
