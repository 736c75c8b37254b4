//! One connection to either database, and the statements that both take.

#[cfg(feature = "postgres")]
use super::server::Server;
use super::sql_error::{Sql, SqlError};
use super::value::{Row, Value};

/// A connection to a database. It is used by one thread at a time.
pub(in crate::journal) enum Connection {
    /// A file.
    Sqlite(rusqlite::Connection),
    /// A server.
    #[cfg(feature = "postgres")]
    Postgres(Box<Server>),
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.is_shared() { "Connection::Postgres" } else { "Connection::Sqlite" })
    }
}

impl Connection {
    /// Whether other computers use the same database: who is alive is then known by the database's clock, not by files.
    pub(in crate::journal) fn is_shared(&self) -> bool {
        match self {
            Self::Sqlite(_) => false,
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => true,
        }
    }

    /// Runs a statement, and gives how many rows it changed.
    pub(in crate::journal) fn execute(&self, sql: &str, values: &[Value]) -> Sql<usize> {
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
    pub(in crate::journal) fn rows(&self, sql: &str, values: &[Value]) -> Sql<Vec<Row>> {
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
    pub(in crate::journal) fn row_if_any(&self, sql: &str, values: &[Value]) -> Sql<Option<Row>> {
        Ok(self.rows(sql, values)?.into_iter().next())
    }

    /// The first row.
    pub(in crate::journal) fn row(&self, sql: &str, values: &[Value]) -> Sql<Row> {
        self.row_if_any(sql, values)?.ok_or(SqlError::NoRow)
    }

    /// For statements that go over many runs: a server is given the time that they need.
    pub(in crate::journal) fn take_time(&self) -> Sql<()> {
        match self {
            Self::Sqlite(_) => Ok(()),
            #[cfg(feature = "postgres")]
            Self::Postgres(server) => server.take_time(),
        }
    }

    /// Runs statements without values.
    pub(in crate::journal) fn batch(&self, sql: &str) -> Sql<()> {
        match self {
            Self::Sqlite(connection) => Ok(connection.execute_batch(sql)?),
            #[cfg(feature = "postgres")]
            Self::Postgres(server) => server.batch(sql),
        }
    }

    /// Runs one statement that belongs to transactions, which is the same each time.
    pub(in crate::journal) fn control(&self, sql: &'static str) -> Sql<()> {
        match self {
            Self::Sqlite(connection) => Ok(connection.prepare_cached(sql)?.raw_execute().map(drop)?),
            #[cfg(feature = "postgres")]
            Self::Postgres(server) => server.batch(sql),
        }
    }

    /// Does `act` in a transaction: all of it or nothing. In SQLite it takes the write lock at once, so that it never fails midway
    /// for a reader's sake.
    pub(in crate::journal) fn transaction<T>(&self, act: impl FnOnce(&Self) -> Sql<T>) -> Sql<T> {
        self.begin()?;
        match act(self).and_then(|done| self.control("COMMIT").map(|()| done)) {
            Ok(done) => Ok(done),
            Err(error) => {
                self.roll_back();
                Err(error)
            }
        }
    }

    /// Reads at one moment.
    pub(in crate::journal) fn snapshot<T>(&self, act: impl FnOnce(&Self) -> T) -> Sql<T> {
        self.batch(if self.is_shared() { "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" } else { "BEGIN" })?;
        let read = act(self);
        self.roll_back();
        Ok(read)
    }

    /// Begins a transaction.
    pub(in crate::journal) fn begin(&self) -> Sql<()> {
        self.control(if self.is_shared() { "BEGIN" } else { "BEGIN IMMEDIATE" })
    }

    /// Ends a transaction that came to nothing. Where the database went away, it has ended by itself.
    pub(in crate::journal) fn roll_back(&self) {
        if !self.is_autocommit() {
            let _ = self.batch("ROLLBACK");
        }
    }

    /// Whether there is no transaction: a full disk ends it.
    pub(in crate::journal) fn is_autocommit(&self) -> bool {
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
