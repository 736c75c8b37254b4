//! The rows of a run and their chain.

use rusqlite::{Connection, OptionalExtension};

use super::PhoneKey;
use crate::record::{
    PhoneRecord,
    chain::{self, canonical},
};

/// Links a row behind the last one.
pub(super) fn append(t: &Connection, key: Option<&PhoneKey>, mut record: PhoneRecord) -> rusqlite::Result<()> {
    let header = record.run.clone();
    let (previous, rows): (String, u32) =
        t.query_row("SELECT head, rows FROM runs WHERE id = ?1", [&header.id], |r| Ok((r.get(0)?, r.get(1)?)))?;
    let picture: Option<Vec<u8>> = match key {
        Some(key) => t
            .query_row("SELECT png FROM pictures WHERE run = ?1 AND key = ?2", (&header.id, key.as_str()), |r| r.get(0))
            .optional()?,
        None => None,
    };
    record.row = rows + 1;
    record.picture = picture.as_deref().map(chain::sha256);
    let text = canonical(&record);
    let hash = chain::link(&previous, &text);
    t.execute(
        "INSERT INTO rows VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        (
            &header.id,
            rows + 1,
            key.map(PhoneKey::as_str),
            record.result.outcome.as_str(),
            text,
            previous,
            &hash,
            picture,
        ),
    )?;
    t.execute("UPDATE runs SET head = ?2, rows = ?3 WHERE id = ?1", (&header.id, hash, rows + 1))?;
    if let Some(key) = key {
        t.execute("DELETE FROM pictures WHERE run = ?1 AND key = ?2", (&header.id, key.as_str()))?;
    }
    Ok(())
}
