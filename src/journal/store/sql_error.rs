//! Why a statement failed, in the words of either database, and whether the same may succeed later.

#[cfg(feature = "postgres")]
use std::error::Error as _;
#[cfg(feature = "postgres")]
use std::{io, time::Duration};

use crate::text::say;

/// What a statement came to.
pub(in crate::journal) type Sql<T> = std::result::Result<T, SqlError>;

/// Why a statement failed.
#[derive(Debug)]
pub(in crate::journal) enum SqlError {
    /// SQLite says so.
    Sqlite(rusqlite::Error),
    /// PostgreSQL says so.
    #[cfg(feature = "postgres")]
    Postgres(tokio_postgres::Error),
    /// The database server took so long and did not answer.
    #[cfg(feature = "postgres")]
    Silent(Duration),
    /// This computer has nothing left to wait for a database server with.
    #[cfg(feature = "postgres")]
    NoRuntime(io::Error),
    /// A row that was asked for is not there.
    NoRow,
    /// A column holds something else than what this program writes there.
    Type {
        /// Which, from 0.
        column: usize,
    },
}

impl std::fmt::Display for SqlError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(error) => error.fmt(f),
            #[cfg(feature = "postgres")]
            Self::Postgres(error) => f.write_str(&said(error)),
            #[cfg(feature = "postgres")]
            Self::Silent(time) => f.write_str(&say!("no-answer-within", seconds = time.as_secs())),
            #[cfg(feature = "postgres")]
            Self::NoRuntime(error) => error.fmt(f),
            Self::NoRow => f.write_str(&say!("database-row-is-missing")),
            Self::Type { column } => f.write_str(&say!("column-holds-something-unexpected", column)),
        }
    }
}

impl From<rusqlite::Error> for SqlError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

#[cfg(feature = "postgres")]
impl From<tokio_postgres::Error> for SqlError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Postgres(error)
    }
}

impl SqlError {
    /// Whether the database went away, or says that it is about to: the same may succeed later on another connection.
    pub(in crate::journal) fn is_away(&self) -> bool {
        match self {
            #[cfg(feature = "postgres")]
            Self::Postgres(error) => is_away(error),
            #[cfg(feature = "postgres")]
            Self::Silent(_) | Self::NoRuntime(_) => true,
            _ => false,
        }
    }

    /// Whether the same transaction, begun again at once, may succeed: two of them waited for each other.
    pub(in crate::journal) fn is_conflict(&self) -> bool {
        match self {
            #[cfg(feature = "postgres")]
            Self::Postgres(error) => is_conflict(error),
            _ => false,
        }
    }
}

#[cfg(feature = "postgres")]
/// What an error says, with its causes, on one line. The errors of this crate hold no password.
fn said(error: &tokio_postgres::Error) -> String {
    if let Some(of_server) = error.as_db_error() {
        return of_server.message().to_owned();
    }
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let why = error.to_string();
        if !text.ends_with(&why) {
            text = format!("{text}: {why}");
        }
        cause = error.source();
    }
    text
}

#[cfg(feature = "postgres")]
/// Whether the connection is gone, or the server says that it stops, starts, or has no room for one more.
fn is_away(error: &tokio_postgres::Error) -> bool {
    match error.code() {
        Some(code) => {
            code.code().starts_with("08")
                || ["57P01", "57P02", "57P03", "53300", "25P03", "57014"].contains(&code.code())
        }
        None => error.is_closed() || error.source().is_some_and(<dyn std::error::Error>::is::<io::Error>),
    }
}

#[cfg(feature = "postgres")]
/// Whether two transactions waited for each other.
fn is_conflict(error: &tokio_postgres::Error) -> bool {
    error.code().is_some_and(|code| ["40001", "40P01", "55P03"].contains(&code.code()))
}
