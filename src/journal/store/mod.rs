//! The port to the database of a record: one schema and one set of statements, run by SQLite or by PostgreSQL.
//!
//! A statement has `$1`, `$2`, … for its values, which are text, whole numbers and bytes: nothing that one of the two knows and the other does
//! not. Moments that decide between computers come from the database's clock (`SELECT now FROM clock`, milliseconds since 1970).

mod look;
#[cfg(feature = "postgres")]
pub(super) mod postgres;
pub(super) mod schema;
pub(super) mod sqlite;
mod value;

use super::{JournalError, Result};

use crate::text::say;
pub(super) use look::resolve;
pub(super) use value::{Row, Value, values};

/// What a statement came to.
pub(super) type Sql<T> = std::result::Result<T, SqlError>;

/// Why a statement failed.
#[derive(Debug)]
pub(super) enum SqlError {
    /// SQLite says so.
    Sqlite(rusqlite::Error),
    /// PostgreSQL says so.
    #[cfg(feature = "postgres")]
    Postgres(::postgres::Error),
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
            Self::Postgres(error) => f.write_str(&postgres::said(error)),
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
impl From<::postgres::Error> for SqlError {
    fn from(error: ::postgres::Error) -> Self {
        Self::Postgres(error)
    }
}

impl SqlError {
    /// Whether the database went away, or says that it is about to: the same may succeed later on another connection.
    pub(super) fn is_away(&self) -> bool {
        match self {
            #[cfg(feature = "postgres")]
            Self::Postgres(error) => postgres::is_away(error),
            _ => false,
        }
    }

    /// Whether the same transaction, begun again at once, may succeed: two of them waited for each other.
    pub(super) fn is_conflict(&self) -> bool {
        match self {
            #[cfg(feature = "postgres")]
            Self::Postgres(error) => postgres::is_conflict(error),
            _ => false,
        }
    }
}

/// A connection to a database. It is used by one thread at a time.
pub(super) enum Connection {
    /// A file.
    Sqlite(rusqlite::Connection),
    /// A server.
    #[cfg(feature = "postgres")]
    Postgres(Box<postgres::Server>),
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.is_shared() { "Connection::Postgres" } else { "Connection::Sqlite" })
    }
}

impl Connection {
    /// Whether other computers use the same database: who is alive is then known by the database's clock, not by files.
    pub(super) fn is_shared(&self) -> bool {
        match self {
            Self::Sqlite(_) => false,
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => true,
        }
    }

    /// Runs a statement, and gives how many rows it changed.
    pub(super) fn execute(&self, sql: &str, values: &[Value]) -> Sql<usize> {
        match self {
            Self::Sqlite(connection) => {
                let mut statement = connection.prepare_cached(sql)?;
                bind(&mut statement, values)?;
                Ok(statement.raw_execute()?)
            }
            #[cfg(feature = "postgres")]
            Self::Postgres(server) => server.execute(sql, values),
        }
    }

    /// Runs a statement, and gives its rows.
    pub(super) fn rows(&self, sql: &str, values: &[Value]) -> Sql<Vec<Row>> {
        match self {
            Self::Sqlite(connection) => {
                let mut statement = connection.prepare_cached(sql)?;
                bind(&mut statement, values)?;
                let columns = statement.column_count();
                let mut found = statement.raw_query();
                let mut rows = Vec::new();
                while let Some(row) = found.next()? {
                    let of = |at| row.get_ref(at).map(Value::from);
                    rows.push(Row::new((0..columns).map(of).collect::<rusqlite::Result<_>>()?));
                }
                Ok(rows)
            }
            #[cfg(feature = "postgres")]
            Self::Postgres(server) => server.rows(sql, values),
        }
    }

    /// The first row, where there is one.
    pub(super) fn row_if_any(&self, sql: &str, values: &[Value]) -> Sql<Option<Row>> {
        Ok(self.rows(sql, values)?.into_iter().next())
    }

    /// The first row.
    pub(super) fn row(&self, sql: &str, values: &[Value]) -> Sql<Row> {
        self.row_if_any(sql, values)?.ok_or(SqlError::NoRow)
    }

    /// Runs statements without values.
    pub(super) fn batch(&self, sql: &str) -> Sql<()> {
        match self {
            Self::Sqlite(connection) => Ok(connection.execute_batch(sql)?),
            #[cfg(feature = "postgres")]
            Self::Postgres(server) => server.batch(sql),
        }
    }

    /// Does `act` in a transaction: all of it or nothing. In SQLite it takes the write lock at once, so that it never fails midway
    /// for a reader's sake.
    pub(super) fn transaction<T>(&self, act: impl FnOnce(&Self) -> Sql<T>) -> Sql<T> {
        self.begin()?;
        match act(self).and_then(|done| self.batch("COMMIT").map(|()| done)) {
            Ok(done) => Ok(done),
            Err(error) => {
                self.roll_back();
                Err(error)
            }
        }
    }

    /// Reads at one moment.
    pub(super) fn snapshot<T>(&self, act: impl FnOnce(&Self) -> T) -> Sql<T> {
        self.batch(if self.is_shared() { "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" } else { "BEGIN" })?;
        let read = act(self);
        self.roll_back();
        Ok(read)
    }

    /// Begins a transaction.
    pub(super) fn begin(&self) -> Sql<()> {
        self.batch(if self.is_shared() { "BEGIN" } else { "BEGIN IMMEDIATE" })
    }

    /// Ends a transaction that came to nothing. Where the database went away, it has ended by itself.
    pub(super) fn roll_back(&self) {
        if !self.is_autocommit() {
            let _ = self.batch("ROLLBACK");
        }
    }

    /// Whether there is no transaction: a full disk ends it.
    pub(super) fn is_autocommit(&self) -> bool {
        match self {
            Self::Sqlite(connection) => connection.is_autocommit(),
            #[cfg(feature = "postgres")]
            Self::Postgres(server) => server.is_closed(),
        }
    }
}

/// Gives each `$n` its value, by its name: SQLite numbers them as they come in the text.
fn bind(statement: &mut rusqlite::CachedStatement<'_>, values: &[Value]) -> Sql<()> {
    const NAMES: [&str; 13] = ["$1", "$2", "$3", "$4", "$5", "$6", "$7", "$8", "$9", "$10", "$11", "$12", "$13"];
    for (name, value) in NAMES.iter().zip(values) {
        if let Some(at) = statement.parameter_index(name)? {
            statement.raw_bind_parameter(at, value)?;
        }
    }
    Ok(())
}
