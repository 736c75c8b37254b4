//! Removes old runs from the journal. Accounts that wait for their deletion, and phones whose end was not observed, stay.

use chrono::{DateTime, Duration, Utc};
use rusqlite::Connection;

use super::run_lock;
use super::{Journal, Result, store, written};
use crate::model::AccountId;

/// What [`Journal::prune`] removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Runs.
    pub runs: usize,
    /// Their rows.
    pub rows: usize,
    /// Old runs that stay: they are alive, or the end of one of their phones was not seen.
    pub kept: usize,
}

impl Journal {
    /// Removes runs that began more than `days` days before `now`, with their rows, events and pictures, and gives their room
    /// back to the disk. A run stays while it is alive, or while it is the last record of a phone whose end was not observed.
    ///
    /// # Errors
    /// [`super::JournalError::Unwritable`]: nothing was removed.
    pub fn prune(&self, days: u32, now: DateTime<Utc>) -> Result<Pruned> {
        let mut connection = self.another()?;
        let before = written(now - Duration::days(i64::from(days)));
        let pruned = (|| {
            let transaction = store::begin(&mut connection)?;
            let old: Vec<(String, bool)> = transaction
                .prepare("SELECT id, ended IS NOT NULL FROM runs WHERE started < $1 ORDER BY started")?
                .query_map([&before], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<rusqlite::Result<_>>()?;
            let mut pruned = Pruned::default();
            for (run, ended) in old {
                let lives = !ended && run_lock::is_alive(&self.path, &run);
                if lives || is_needed(&transaction, &run)? {
                    pruned.kept += 1;
                } else {
                    pruned.rows += remove(&transaction, &run)?;
                    pruned.runs += 1;
                }
            }
            transaction.commit()?;
            Ok(pruned)
        })()
        .map_err(|e: rusqlite::Error| self.failed(&e))?;
        if pruned.runs > 0 {
            // Best effort: where the disk has no room for it, the room is used again by later runs.
            let _ = connection.execute_batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)");
        }
        Ok(pruned)
    }

    /// Rejections by account that no later acceptance has made up for, as far as the journal knows: by masked id, for a ledger
    /// that was removed.
    ///
    /// # Errors
    /// [`super::JournalError::Corrupt`], [`super::JournalError::Unwritable`].
    pub fn rejections(&self) -> Result<Vec<(AccountId, u32)>> {
        let connection = self.connection();
        let found = || {
            connection
                .prepare(
                    "SELECT a.masked, count(*) FROM rows r
                     JOIN account_phones p ON p.key = r.key JOIN accounts a ON a.id = p.account
                     WHERE r.outcome = 'rejected' AND p.outcome = 'rejected' AND NOT EXISTS (
                         SELECT 1 FROM account_phones q
                         WHERE q.account = a.id AND q.outcome = 'signed-out' AND q.at > p.at)
                     GROUP BY a.masked ORDER BY a.masked",
                )?
                .query_map([], |row| Ok((AccountId::new(row.get::<_, String>(0)?), row.get(1)?)))?
                .collect::<rusqlite::Result<_>>()
        };
        found().map_err(|e| self.failed(&e))
    }
}

/// Whether a phone of the run has no proven end here, and no later run has had it.
fn is_needed(c: &Connection, run: &str) -> rusqlite::Result<bool> {
    c.query_row(
        "SELECT EXISTS (SELECT 1 FROM phones p WHERE p.run = $1
             AND (p.outcome IS NULL OR p.outcome NOT IN ('signed-out', 'already-signed-out', 'not-supported', 'dry-run'))
             AND (p.progress <> '{}' OR p.pending IS NOT NULL)
             AND NOT EXISTS (SELECT 1 FROM phones q WHERE q.key = p.key
                 AND q.outcome IN ('signed-out', 'already-signed-out') AND q.begun > p.begun))",
        [run],
        |row| row.get(0),
    )
}

/// Removes a run with all that is its own. Gives the number of its rows.
fn remove(c: &Connection, run: &str) -> rusqlite::Result<usize> {
    for sql in [
        "DELETE FROM events WHERE run = $1",
        "DELETE FROM pictures WHERE run = $1",
        "DELETE FROM phones WHERE run = $1",
        "DELETE FROM held WHERE holder = $1",
    ] {
        c.execute(sql, [run])?;
    }
    let rows = c.execute("DELETE FROM rows WHERE run = $1", [run])?;
    c.execute("DELETE FROM runs WHERE id = $1", [run])?;
    Ok(rows)
}
