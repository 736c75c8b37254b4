//! The schema in the database server of several benches: made, found, and brought up to date.

use super::address::Address;
use super::schema::{Schema, for_postgres};
use super::server::Server;
use super::{Connection, JournalError, Result, Row, Sql, SqlError, values};

/// Connects to a database that holds this schema, and brings an older one up to date.
pub(in crate::journal) fn open(address: &Address, schema: &Schema) -> Result<Connection> {
    let failed = |e: &SqlError| JournalError::of(address.shown(), e);
    let connection = Connection::Postgres(Box::new(Server::connect(address).map_err(|e| failed(&e))?));
    match version(&connection, schema).map_err(|e| failed(&e))? {
        None => Err(JournalError::NotSetUp { path: address.shown().to_owned() }),
        Some(found) if found > schema.latest() => Err(newer(address, schema, found)),
        Some(found) if found < schema.latest() => {
            migrate(address, &connection, schema)?;
            // This connection has all the time that a migration needs.
            let again = Server::connect(address).map_err(|e| failed(&e))?;
            Ok(Connection::Postgres(Box::new(again)))
        }
        Some(_) => Ok(connection),
    }
}

/// Sets a database up, or brings it up to date: all of it or nothing. Two that do it at once do it one after the other.
pub(in crate::journal) fn set_up(address: &Address, schemas: &[&Schema]) -> Result<()> {
    let failed = |e: &SqlError| JournalError::of(address.shown(), e);
    let connection = Connection::Postgres(Box::new(Server::connect(address).map_err(|e| failed(&e))?));
    let known = "CREATE TABLE IF NOT EXISTS versions (name TEXT PRIMARY KEY, version BIGINT NOT NULL)";
    if version(&connection, schemas[0]).map_err(|e| failed(&e))?.is_none() {
        // Of two that make the same table at once, one fails; the table is there then.
        let _ = connection.batch(known);
    }
    schemas.iter().try_for_each(|schema| migrate(address, &connection, schema))
}

fn migrate(address: &Address, connection: &Connection, schema: &Schema) -> Result<()> {
    let all = |c: &Connection| {
        c.batch("LOCK TABLE versions IN ACCESS EXCLUSIVE MODE")?;
        let found = version(c, schema)?.unwrap_or(0);
        for batch in schema.versions.iter().skip(found as usize) {
            c.batch(&for_postgres(batch))?;
        }
        if found <= schema.latest() {
            c.execute(
                "INSERT INTO versions (name, version) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET version = $2",
                values![schema.name, schema.latest()],
            )?;
        }
        Ok(found)
    };
    // A table with many rows takes its time, and so does another bench that does the same.
    let failed = |e: &SqlError| JournalError::of(address.shown(), e);
    connection.take_time().map_err(|e| failed(&e))?;
    match connection.transaction(all).map_err(|e| failed(&e))? {
        found if found > schema.latest() => Err(newer(address, schema, found)),
        _ => Ok(()),
    }
}

fn newer(address: &Address, schema: &Schema, found: u32) -> JournalError {
    JournalError::Newer { path: address.shown().to_owned(), found, known: schema.latest() }
}

/// The version of a schema that the database holds; nothing where it holds none.
fn version(c: &Connection, schema: &Schema) -> Sql<Option<u32>> {
    let there = c.row("SELECT to_regclass('versions') IS NOT NULL", &[])?.first::<bool>()?;
    if !there {
        return Ok(None);
    }
    c.row_if_any("SELECT version FROM versions WHERE name = $1", values![schema.name])?.map(Row::first).transpose()
}
