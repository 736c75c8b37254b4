//! The rows of a run and their chain.

use super::PhoneKey;
use super::store::{Connection, Row, Sql, values};
use crate::record::{
    PhoneRecord,
    chain::{self, canonical},
};

/// Links a row behind the last one.
pub(super) fn append(t: &Connection, key: Option<&PhoneKey>, mut record: PhoneRecord) -> Sql<()> {
    let run = record.run.id.clone();
    let mut last = t.row("SELECT head, rows FROM runs WHERE id = $1", values![&run])?;
    let (previous, rows): (String, u32) = (last.take(0)?, last.take(1)?);
    let picture: Option<Vec<u8>> = match key {
        Some(key) => t
            .row_if_any("SELECT png FROM pictures WHERE run = $1 AND key = $2", values![&run, key.as_str()])?
            .map(Row::first)
            .transpose()?,
        None => None,
    };
    record.row = rows + 1;
    record.picture = picture.as_deref().map(chain::sha256);
    let text = canonical(&record);
    let hash = chain::link(&previous, &text);
    t.execute(
        "INSERT INTO rows (run, row, key, outcome, text, previous, hash, picture)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        values![
            &run,
            rows + 1,
            key.map(PhoneKey::as_str),
            record.result.outcome.as_str(),
            text,
            previous,
            &hash,
            picture.as_deref(),
        ],
    )?;
    t.execute("UPDATE runs SET head = $2, rows = $3 WHERE id = $1", values![&run, hash, rows + 1])?;
    if let Some(key) = key {
        t.execute("DELETE FROM pictures WHERE run = $1 AND key = $2", values![&run, key.as_str()])?;
    }
    Ok(())
}
