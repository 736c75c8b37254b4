//! The port to the database of a record: one schema and one set of statements, run by SQLite or by PostgreSQL.
//!
//! A statement has `$1`, `$2`, … for its values, which are text, whole numbers and bytes: nothing that one of the two knows and the other does
//! not. Moments that decide between computers come from the database's clock (`SELECT now FROM clock`, milliseconds since 1970).

#[cfg(feature = "postgres")]
pub(super) mod address;
mod connection;
mod look;
#[cfg(feature = "postgres")]
pub(super) mod postgres;
pub(super) mod schema;
#[cfg(feature = "postgres")]
mod server;
mod sql_error;
pub(super) mod sqlite;
mod value;

use super::{JournalError, Result};
pub(super) use connection::Connection;
pub(super) use look::resolve;
pub(super) use sql_error::{Sql, SqlError};
pub(super) use value::{Row, Value, values};
