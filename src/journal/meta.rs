//! Facts about a database itself, by name.

use rusqlite::{Connection, OptionalExtension};

/// Sets a fact, and gives whether it was so before; absent where it was not known.
pub(super) fn replace(c: &Connection, name: &str, value: &str) -> rusqlite::Result<Option<bool>> {
    let before: Option<String> =
        c.query_row("SELECT value FROM meta WHERE name = $1", [name], |row| row.get(0)).optional()?;
    if before.as_deref() != Some(value) {
        c.execute(
            "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (name, value),
        )?;
    }
    Ok(before.map(|before| before == value))
}
