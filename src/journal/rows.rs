//! The rows of a run and their chain.

use chrono::Utc;
use rusqlite::{Connection, OptionalExtension};

use super::{PhoneKey, read, written};
use crate::model::ResultRow;
use crate::record::{
    PhoneRecord, RunHeader, StepRecord,
    chain::{self, canonical},
};

/// Links a row behind the last one.
pub(super) fn append(
    t: &Connection,
    header: &RunHeader,
    key: Option<&PhoneKey>,
    row: &ResultRow,
) -> rusqlite::Result<()> {
    let (previous, rows): (String, u32) =
        t.query_row("SELECT head, rows FROM runs WHERE id = ?1", [&header.id], |r| Ok((r.get(0)?, r.get(1)?)))?;
    let picture: Option<Vec<u8>> = match key {
        Some(key) => t
            .query_row("SELECT png FROM pictures WHERE run = ?1 AND key = ?2", (&header.id, key.as_str()), |r| r.get(0))
            .optional()?,
        None => None,
    };
    let mut record = phone_record(t, header, key, row)?;
    record.row = rows + 1;
    record.picture = picture.as_deref().map(chain::sha256);
    let text = canonical(&record);
    let hash = chain::link(&previous, &text);
    t.execute(
        "INSERT INTO rows VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        (&header.id, rows + 1, key.map(PhoneKey::as_str), row.outcome.as_str(), text, previous, &hash, picture),
    )?;
    t.execute("UPDATE runs SET head = ?2, rows = ?3 WHERE id = ?1", (&header.id, hash, rows + 1))?;
    if let Some(key) = key {
        t.execute("DELETE FROM pictures WHERE run = ?1 AND key = ?2", (&header.id, key.as_str()))?;
    }
    Ok(())
}

/// The row with what the journal knows beside it.
fn phone_record(
    t: &Connection,
    header: &RunHeader,
    key: Option<&PhoneKey>,
    row: &ResultRow,
) -> rusqlite::Result<PhoneRecord> {
    type Known = (Option<String>, Option<String>, String);
    let known: Option<Known> = match key {
        Some(key) => t
            .query_row(
                "SELECT make, place, find_device FROM phones WHERE run = ?1 AND key = ?2",
                (&header.id, key.as_str()),
                |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)),
            )
            .optional()?,
        None => None,
    };
    let (make, place, find_device) = known.unwrap_or_default();
    let steps = match key {
        Some(key) => steps(t, &header.id, key, row)?,
        None => Vec::new(),
    };
    // Rounded as everywhere, and masked by its way through JSON.
    let mut result = row.clone();
    result.seconds = (row.seconds * 10.0).round() / 10.0;
    Ok(PhoneRecord {
        row: 0,
        run: header.clone(),
        hardware_serial: key.map(ToString::to_string),
        make,
        place,
        find_device: read::find_device(&find_device),
        result,
        ended: Utc::now(),
        steps,
        picture: None,
    })
}

/// The steps of the events since the phone's work began: a phone that is plugged in again has only its new ones.
fn steps(t: &Connection, run: &str, key: &PhoneKey, row: &ResultRow) -> rusqlite::Result<Vec<StepRecord>> {
    let mut found = t.prepare("SELECT event FROM events WHERE run = ?1 AND key = ?2 AND at >= ?3 ORDER BY id")?;
    let texts = found.query_map((run, key.as_str(), written(row.started)), |r| r.get::<_, String>(0))?;
    let mut steps = Vec::new();
    for text in texts {
        let value: serde_json::Value = serde_json::from_str(&text?).unwrap_or_default();
        if value["event"] == "step"
            && let Ok(step) = serde_json::from_value(value)
        {
            steps.push(step);
        }
    }
    Ok(steps)
}
