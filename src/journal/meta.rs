//! Facts about a database itself, by name.

use super::store::{Connection, Row, Sql, values};

/// A fact.
pub(super) fn get(c: &Connection, name: &str) -> Sql<Option<String>> {
    c.row_if_any("SELECT value FROM meta WHERE name = $1", values![name])?.map(Row::first).transpose()
}

/// Sets a fact, and gives whether it was so before; absent where it was not known.
pub(super) fn replace(c: &Connection, name: &str, value: &str) -> Sql<Option<bool>> {
    let before = get(c, name)?;
    if before.as_deref() != Some(value) {
        c.execute(
            "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            values![name, value],
        )?;
    }
    Ok(before.map(|before| before == value))
}
