//! Removes old runs from the journal. Accounts that wait for their deletion, and phones whose end was not observed, stay.

use chrono::{DateTime, Duration, Utc};

use super::run_lock;
use super::store::{Connection, Row, Sql, values};
use super::{Journal, Result, written};
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
        let connection = self.another()?;
        connection.take_time().map_err(|e| self.failed(&e))?;
        let before = written(now - Duration::days(i64::from(days)));
        let old = "SELECT id, ended IS NOT NULL, EXISTS (
                       SELECT 1 FROM held WHERE holder = runs.id AND expires > (SELECT now FROM clock))
                   FROM runs WHERE started < $1 ORDER BY started";
        let pruned = connection.transaction(|t| {
            let mut pruned = Pruned::default();
            for mut row in t.rows(old, values![&before])? {
                let (run, ended, holds): (String, bool, bool) = (row.take(0)?, row.take(1)?, row.take(2)?);
                let lives = !ended && if self.is_shared() { holds } else { run_lock::is_alive(&self.path, &run) };
                if lives || is_needed(t, &run)? {
                    pruned.kept += 1;
                } else {
                    pruned.rows += remove(t, &run)?;
                    pruned.runs += 1;
                }
            }
            // Connections whose process was killed left their number here. `opened` is when it was last raised.
            t.execute("DELETE FROM writers WHERE opened < (SELECT now FROM clock) - 86400000", &[])?;
            Ok(pruned)
        });
        let pruned = pruned.map_err(|e| self.failed(&e))?;
        if pruned.runs > 0 && !self.is_shared() {
            // Best effort: where the disk has no room for it, the room is used again by later runs. A server does so by itself.
            let _ = connection.batch("VACUUM; PRAGMA wal_checkpoint(TRUNCATE)");
        }
        Ok(pruned)
    }

    /// Rejections by account that no later acceptance has made up for, as far as the journal knows: by masked id, for a ledger
    /// that was removed.
    ///
    /// # Errors
    /// [`super::JournalError::Corrupt`], [`super::JournalError::Unwritable`].
    pub fn rejections(&self) -> Result<Vec<(AccountId, u32)>> {
        let sql = "SELECT a.masked, count(*) FROM rows r
                   JOIN account_phones p ON p.key = r.key JOIN accounts a ON a.id = p.account
                   WHERE r.outcome = 'rejected' AND p.outcome = 'rejected' AND NOT EXISTS (
                       SELECT 1 FROM account_phones q
                       WHERE q.account = a.id AND q.outcome = 'signed-out' AND q.at > p.at)
                   GROUP BY a.masked ORDER BY a.masked";
        let of = |mut row: Row| Ok((AccountId::new(row.take::<String>(0)?), row.take(1)?));
        self.reading(|c| c.rows(sql, &[])?.into_iter().map(of).collect())
    }
}

/// Whether a phone of the run has no proven end here, and no later run has had it.
fn is_needed(c: &Connection, run: &str) -> Sql<bool> {
    c.row(
        "SELECT EXISTS (SELECT 1 FROM phones p WHERE p.run = $1
             AND (p.outcome IS NULL OR p.outcome NOT IN ('signed-out', 'already-signed-out', 'not-supported', 'dry-run'))
             AND (p.progress <> '{}' OR p.pending IS NOT NULL)
             AND NOT EXISTS (SELECT 1 FROM phones q WHERE q.key = p.key
                 AND q.outcome IN ('signed-out', 'already-signed-out') AND q.begun > p.begun))",
        values![run],
    )?
    .first()
}

/// Removes a run with all that is its own. Gives the number of its rows.
fn remove(c: &Connection, run: &str) -> Sql<usize> {
    for sql in [
        "DELETE FROM events WHERE run = $1",
        "DELETE FROM pictures WHERE run = $1",
        "DELETE FROM phones WHERE run = $1",
        "DELETE FROM held WHERE holder = $1",
    ] {
        c.execute(sql, values![run])?;
    }
    let rows = c.execute("DELETE FROM rows WHERE run = $1", values![run])?;
    c.execute("DELETE FROM runs WHERE id = $1", values![run])?;
    Ok(rows)
}
