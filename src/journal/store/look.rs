//! What is at a path, determined before anything is opened for writing: files of other programs stay exactly as they were.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use super::{JournalError, Result};

use crate::text::say;

/// What is at the path of a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Nothing.
    Nothing,
    /// An empty file.
    Empty,
    /// A database of ours, of this version.
    Ours(u32),
    /// A database without a table or an owner in its main file. Its write-ahead log may hold both.
    Blank,
}

/// The file that a path names, without a link at its end. A link to anything but a database of ours is refused by [`look`].
pub(in crate::journal) fn resolve(path: &Path) -> Result<PathBuf> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_symlink() => {
            let file = fs::canonicalize(path).map_err(|_| not_ours(path, say!("journal-is-a-dead-link")))?;
            match look(&file, None)? {
                Found::Nothing | Found::Empty | Found::Blank => Err(not_ours(path, say!("journal-is-a-link"))),
                Found::Ours(_) => Ok(file),
            }
        }
        _ => Ok(path.to_owned()),
    }
}

/// Looks. `id` is the application id that is ours; without one any of ours will do.
pub(super) fn look(path: &Path, id: Option<i32>) -> Result<Found> {
    let found = match fs::symlink_metadata(path) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Found::Nothing),
        found => found.map_err(|e| JournalError::io(path, &e))?,
    };
    if !found.is_file() {
        return Err(not_ours(
            path,
            if found.is_dir() { say!("journal-is-a-folder") } else { say!("journal-is-not-a-regular-file") },
        ));
    }
    if found.len() == 0 {
        return Ok(Found::Empty);
    }
    // SQLite takes a file that is shorter than its own header for an empty one.
    if found.len() < 512 {
        return Err(not_ours(path, "file is not a database".to_owned()));
    }
    let failed = |e: rusqlite::Error| JournalError::of_file(path, &e);
    let connection = immutable(path)?;
    let pragma = |name: &str| connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i64>(0));
    // A process that was killed while it wrote the log back leaves a file that is shorter than its first page says, and whole only
    // with its log. For SQLite such a file is damaged, unless this switch is on; nothing is written either way.
    connection.execute_batch("PRAGMA writable_schema=ON").map_err(failed)?;
    let owner = pragma("application_id").map_err(failed)? as i32;
    let version = pragma("user_version").map_err(failed)? as u32;
    if id.map_or([super::schema::JOURNAL.id, super::schema::LEDGER.id].contains(&owner), |id| owner == id) {
        return Ok(Found::Ours(version));
    }
    let tables: i64 =
        connection.query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0)).map_err(failed)?;
    match (owner, version, tables) {
        (0, 0, 0) => Ok(Found::Blank),
        _ => Err(not_ours(path, say!("database-is-of-another-program"))),
    }
}

/// Opens a database so that nothing is changed beside it or in it, and no lock is taken. Its write-ahead log is not read.
pub(super) fn immutable(path: &Path) -> Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    Connection::open_with_flags(uri(path)?, flags).map_err(|e| JournalError::of_file(path, &e))
}

/// The path as SQLite's `file:` address (<https://www.sqlite.org/uri.html>).
fn uri(path: &Path) -> Result<String> {
    let path = std::path::absolute(path).map_err(|e| JournalError::io(path, &e))?;
    let text = crate::platform::address_of(&path).iter().fold("file://".to_owned(), |mut text, byte| {
        use std::fmt::Write;
        match byte {
            b'/' | b'-' | b'_' | b'.' | b':' => text.push(char::from(*byte)),
            byte if byte.is_ascii_alphanumeric() => text.push(char::from(*byte)),
            byte => drop(write!(text, "%{byte:02X}")),
        }
        text
    });
    Ok(text + "?immutable=1")
}

fn not_ours(path: &Path, why: String) -> JournalError {
    JournalError::Corrupt { path: path.to_owned(), why }
}
